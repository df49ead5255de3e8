#include "engine/http_tap.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

void http_tap_init(struct http_tap *t, struct http_host *host)
{
	*t = (struct http_tap){.host = host};
}

/* Takes an exchange out of the queue and gives it back. */
static void end_exchange(struct http_tap *t, struct http_exchange *x, bool whole, int64_t now)
{
	struct http_exchange **at = &t->first;
	t->last = NULL;
	while (*at && *at != x) {
		t->last = *at;
		at = &(*at)->next;
	}
	if (*at)
		*at = x->next;
	for (struct http_exchange *i = *at; i; i = i->next)
		t->last = i;
	t->n_open--;
	for (int way = 0; way < HTTP_WAYS; way++)
		if (t->sides[way].body_of == x)
			t->sides[way].body_of = NULL;
	x->end_ns = now;
	t->host->end(t->host, x, whole);
}

static void go_deaf(struct http_tap *t, int64_t now)
{
	t->deaf = true;
	while (t->first)
		end_exchange(t, t->first, false, now);
	for (int way = 0; way < HTTP_WAYS; way++)
		buf_free(&t->sides[way].line);
	buf_free(&t->held);
	buf_free(&t->start);
}

void http_tap_free(struct http_tap *t, int64_t now_ns)
{
	go_deaf(t, now_ns);
}

/* n bytes of a body: bytes, or NULL where they passed unseen. */
static void body(struct http_tap *t, enum http_way way, const char *bytes, uint64_t n)
{
	struct http_exchange *x = t->sides[way].body_of;
	if (!x || !n)
		return;
	if (way == HTTP_UP)
		x->up_bytes += n;
	else
		x->down_bytes += n;
	if (bytes && way == HTTP_UP && x->wants_up)
		t->host->up(t->host, x, (struct str){bytes, (size_t)n});
	if (bytes && way == HTTP_DOWN && x->wants_down)
		t->host->down(t->host, x, (struct str){bytes, (size_t)n});
}

static void make_tunnel(struct http_tap *t, int64_t now)
{
	struct http_side *up = &t->sides[HTTP_UP];
	t->sides[HTTP_DOWN].state = up->state = HTTP_TUNNEL;
	t->sides[HTTP_DOWN].body_of = up->body_of = t->first;
	body(t, HTTP_UP, t->held.at, t->held.n);
	buf_free(&t->held);
	if (t->sides[HTTP_DOWN].ended)
		end_exchange(t, t->first, true, now);
}

/* The message on this side is over. */
static void message_over(struct http_tap *t, enum http_way way, int64_t now)
{
	struct http_side *s = &t->sides[way];
	struct http_exchange *x = s->body_of;
	struct http_side *up = &t->sides[HTTP_UP];
	s->state = HTTP_START;
	s->body_of = NULL;
	if (way == HTTP_UP) {
		if (x && x->hijacks)
			s->state = HTTP_UNDECIDED;
		return;
	}
	bool decided = x && x->hijacks && up->state == HTTP_UNDECIDED && x == t->first;
	if (x)
		end_exchange(t, x, true, now);
	if (!decided)
		return;
	/* it was no tunnel after all: what came behind the request is further requests */
	struct buf held = t->held;
	t->held = (struct buf){0};
	up->state = HTTP_START;
	http_tap_feed(t, HTTP_UP, buf_view(&held), now);
	buf_free(&held);
}

static bool is_method(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.at[i] < 'A' || s.at[i] > 'Z')
			return false;
	return s.n > 0 && s.n <= 20;
}

/* "POST /v1.41/containers/create HTTP/1.1"; of a line that is too long the end is not there. */
static bool request_line(struct http_tap *t, struct str line, bool cut)
{
	struct str rest = line, method, target;
	if (!str_next(&rest, ' ', &method) || !str_next(&rest, ' ', &target) || !is_method(method) ||
	    !target.n || (!cut && !str_starts(rest, "HTTP/1.")))
		return false;
	buf_clear(&t->start);
	buf_str(&t->start, method);
	buf_str(&t->start, target);
	t->method = (struct str){t->start.at, method.n};
	t->target = (struct str){t->start.at + method.n, target.n};
	return true;
}

/* "HTTP/1.1 200 OK" */
static bool status_line(struct http_side *s, struct str line)
{
	int64_t status;
	if (!str_starts(line, "HTTP/1.") || line.n < 12 || line.at[8] != ' ' ||
	    (line.n > 12 && line.at[12] != ' ') || !str_int(str_cut(line, 9, 3), &status) || status < 100)
		return false;
	s->status = (int)status;
	return true;
}

static bool start_line(struct http_tap *t, enum http_way way, struct str line)
{
	struct http_side *s = &t->sides[way];
	s->length = 0;
	s->has_length = s->chunked = s->raw_stream = s->upgrade = false;
	return way == HTTP_UP ? request_line(t, line, s->cut_line) : status_line(s, line);
}

static bool name_is(struct str s, const char *name)
{
	return s.n == strlen(name) && strncasecmp(s.at, name, s.n) == 0;
}

static bool digits(struct str s, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] < '0' || s.at[i] > '9' || v > UINT64_MAX / 32)
			return false;
		v = v * 10 + (uint64_t)(s.at[i] - '0');
	}
	*ret = v;
	return s.n > 0;
}

/* False: where the message ends cannot be told. */
static bool header(struct http_side *s, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_cut(line, 0, colon), value = str_trim(str_cut(line, colon + 1, line.n));
	uint64_t length;
	if (colon == line.n)
		return s->cut_line;
	if (name_is(name, "content-length")) {
		if (s->cut_line || !digits(value, &length) || (s->has_length && s->length != length))
			return false;
		s->length = length;
		s->has_length = true;
	} else if (name_is(name, "transfer-encoding")) {
		if (!name_is(value, "chunked"))
			return name_is(value, "identity");
		s->chunked = true;
	} else if (name_is(name, "upgrade")) {
		s->upgrade = true;
	} else if (name_is(name, "content-type")) {
		s->raw_stream = str_starts(value, "application/vnd.docker.raw-stream") ||
				str_starts(value, "application/vnd.docker.multiplexed-stream");
	}
	return true;
}

/* The state behind the head of a message with a body of this framing. */
static void begin_body(struct http_tap *t, enum http_way way, int64_t now)
{
	struct http_side *s = &t->sides[way];
	s->left = s->length;
	if (s->chunked)
		s->state = HTTP_CHUNK_SIZE;
	else if (s->has_length && s->length)
		s->state = HTTP_BODY;
	else
		message_over(t, way, now);
}

static bool request_head(struct http_tap *t, int64_t now)
{
	struct http_side *s = &t->sides[HTTP_UP];
	if (t->n_open >= HTTP_QUEUE)
		return false;
	struct http_exchange *x = t->host->request(t->host, t->method, t->target);
	x->next = NULL;
	x->begin_ns = s->first_ns;
	x->hijacks = x->hijacks || s->upgrade;
	x->is_head = str_is(t->method, "HEAD");
	if (t->last)
		t->last->next = x;
	else
		t->first = x;
	t->last = x;
	t->n_open++;
	s->body_of = x;
	if (t->start.cap > 4096)
		buf_free(&t->start);
	begin_body(t, HTTP_UP, now);
	return true;
}

static bool answer_head(struct http_tap *t, int64_t now)
{
	struct http_side *s = &t->sides[HTTP_DOWN];
	struct http_exchange *x = t->first;
	if (!x)
		return false;
	if (s->status < 200 && s->status != 101) {
		s->state = HTTP_START;
		return true;
	}
	x->status = s->status;
	s->body_of = x;
	t->host->answer(t->host, x);
	bool endless = !s->has_length && !s->chunked;
	bool has_body = !x->is_head && s->status != 204 && s->status != 304;
	if (s->status == 101 || (x->hijacks && endless && s->status < 300 && has_body)) {
		/* a second request behind one that takes the connection over is no HTTP */
		if (x != t->last ||
		    (t->sides[HTTP_UP].state != HTTP_UNDECIDED && t->sides[HTTP_UP].body_of != x))
			return false;
		make_tunnel(t, now);
	} else if (!has_body) {
		message_over(t, HTTP_DOWN, now);
	} else if (endless) {
		s->state = HTTP_TO_END;
	} else {
		begin_body(t, HTTP_DOWN, now);
	}
	return true;
}

/* "1a2b; extension" */
static bool chunk_size(struct http_side *s, struct str line)
{
	uint64_t size = 0;
	size_t i = 0;
	for (; i < line.n; i++) {
		char c = line.at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			break;
		if (size >> 58)
			return false;
		size = size << 4 | (unsigned)digit;
	}
	if (i == 0 || (i < line.n && line.at[i] != ';' && line.at[i] != ' '))
		return false;
	s->left = size;
	s->state = size ? HTTP_CHUNK : HTTP_TRAILERS;
	return true;
}

/* A whole line, without its end. False: this is no HTTP. */
static bool take_line(struct http_tap *t, enum http_way way, struct str line, int64_t now)
{
	struct http_side *s = &t->sides[way];
	switch (s->state) {
	case HTTP_START:
		if (!line.n) /* some clients end a body with one too many */
			return true;
		s->state = HTTP_HEADERS;
		return start_line(t, way, line);
	case HTTP_HEADERS:
		if (line.n)
			return header(s, line);
		s->head_bytes = 0;
		return way == HTTP_UP ? request_head(t, now) : answer_head(t, now);
	case HTTP_CHUNK_SIZE:
		s->head_bytes = 0;
		return chunk_size(s, line);
	case HTTP_CHUNK_END:
		s->state = HTTP_CHUNK_SIZE;
		return !line.n;
	case HTTP_TRAILERS:
		if (!line.n) {
			s->head_bytes = 0;
			message_over(t, way, now);
		}
		return true;
	default:
		return false;
	}
}

/* Up to the end of a line; returns how many bytes were taken. */
static size_t feed_line(struct http_tap *t, enum http_way way, struct str bytes, int64_t now)
{
	struct http_side *s = &t->sides[way];
	size_t n = str_find(bytes, '\n');
	bool whole = n < bytes.n;
	struct str part = {bytes.at, n};
	if (s->state == HTTP_START && !s->line.n && !s->head_bytes)
		s->first_ns = now;
	s->head_bytes += n + 1;
	if (s->head_bytes > HTTP_HEAD) {
		go_deaf(t, now);
		return bytes.n;
	}
	if (!whole || s->line.n) {
		size_t room = HTTP_LINE - s->line.n;
		s->cut_line |= part.n > room;
		buf_str(&s->line, str_cut(part, 0, room));
		part = buf_view(&s->line);
	} else if (part.n > HTTP_LINE) {
		s->cut_line = true;
		part.n = HTTP_LINE;
	}
	if (!whole)
		return bytes.n;
	if (part.n && part.at[part.n - 1] == '\r')
		part.n--;
	bool blank_start = s->state == HTTP_START && !part.n;
	struct buf line = s->line;
	s->line = (struct buf){0};
	bool good = take_line(t, way, part, now);
	s->cut_line = false;
	if (blank_start)
		s->head_bytes = 0;
	if (line.cap <= 1024 && !s->line.cap && !t->deaf) {
		s->line = line;
		buf_clear(&s->line);
	} else {
		buf_free(&line);
	}
	if (!good)
		go_deaf(t, now);
	return n + 1;
}

void http_tap_passed(struct http_tap *t, enum http_way way, uint64_t n_bytes, int64_t now_ns)
{
	struct http_side *s = &t->sides[way];
	if (t->deaf || !n_bytes)
		return;
	body(t, way, NULL, n_bytes);
	if (s->state != HTTP_BODY && s->state != HTTP_CHUNK)
		return;
	s->left -= n_bytes < s->left ? n_bytes : s->left;
	if (!s->left && s->state == HTTP_CHUNK)
		s->state = HTTP_CHUNK_END;
	else if (!s->left)
		message_over(t, way, now_ns);
}

/* Of a body with a length; returns how many bytes were taken. */
static size_t feed_body(struct http_tap *t, enum http_way way, struct str bytes, int64_t now)
{
	struct http_side *s = &t->sides[way];
	size_t n = bytes.n < s->left ? bytes.n : (size_t)s->left;
	body(t, way, bytes.at, n);
	s->left -= n;
	if (!s->left && s->state == HTTP_CHUNK)
		s->state = HTTP_CHUNK_END;
	else if (!s->left)
		message_over(t, way, now);
	return n;
}

void http_tap_feed(struct http_tap *t, enum http_way way, struct str bytes, int64_t now_ns)
{
	struct http_side *s = &t->sides[way];
	while (bytes.n && !t->deaf) {
		size_t n = bytes.n;
		switch (s->state) {
		case HTTP_BODY:
		case HTTP_CHUNK:
			n = feed_body(t, way, bytes, now_ns);
			break;
		case HTTP_TO_END:
		case HTTP_TUNNEL:
			body(t, way, bytes.at, n);
			break;
		case HTTP_UNDECIDED:
			if (t->held.n + n > HTTP_HELD)
				go_deaf(t, now_ns);
			else
				buf_str(&t->held, bytes);
			break;
		default:
			n = feed_line(t, way, bytes, now_ns);
		}
		bytes = str_cut(bytes, n, bytes.n);
	}
}

void http_tap_eof(struct http_tap *t, enum http_way way, int64_t now_ns)
{
	struct http_side *s = &t->sides[way];
	s->ended = true;
	if (way == HTTP_UP || t->deaf)
		return;
	if ((s->state == HTTP_TO_END || s->state == HTTP_TUNNEL) && s->body_of)
		end_exchange(t, s->body_of, true, now_ns);
	while (t->first)
		end_exchange(t, t->first, false, now_ns);
}

uint64_t http_tap_blind(const struct http_tap *t, enum http_way way)
{
	const struct http_side *s = &t->sides[way];
	const struct http_exchange *x = s->body_of;
	if (t->deaf || (s->state != HTTP_BODY && s->state != HTTP_CHUNK))
		return 0;
	return x && (way == HTTP_UP ? x->wants_up : x->wants_down) ? 0 : s->left;
}
