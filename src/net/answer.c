#include "net/answer.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

void answer_reset(struct answer *a)
{
	struct buf line = a->line, head = a->head;
	buf_clear(&line);
	buf_clear(&head);
	*a = (struct answer){.line = line, .head = head};
}

void answer_free(struct answer *a)
{
	buf_free(&a->line);
	buf_free(&a->head);
	*a = (struct answer){0};
}

static void bad(struct answer *a, const char *why)
{
	a->at = ANSWER_BAD;
	a->why = why;
}

static void read_status(struct answer *a, struct str line)
{
	int64_t status;
	if (!line.n)
		return; /* a line end too many behind the last answer */
	if (!str_starts(line, "HTTP/1.") || line.n < 12 || line.at[8] != ' ' ||
	    !str_int(str_cut(line, 9, 3), &status) || status < 100 || status > 599) {
		bad(a, "it is not HTTP/1.1");
		return;
	}
	a->status = (int)status;
	a->closes = line.at[7] == '0';
	a->chunked = a->coded = false;
	a->left = -1;
	a->at = ANSWER_HEAD;
	buf_clear(&a->head);
}

static bool is_named(struct str key, const char *name)
{
	return key.n == strlen(name) && strncasecmp(key.at, name, key.n) == 0;
}

static bool ends_with_chunked(struct str value)
{
	return value.n >= 7 && strncasecmp(value.at + value.n - 7, "chunked", 7) == 0;
}

static void read_length(struct answer *a, struct str value)
{
	int64_t n = -1;
	if (!str_int(value, &n) || n < 0)
		bad(a, "its Content-Length is no number");
	else if (a->left >= 0 && a->left != n)
		bad(a, "it has two different lengths");
	a->left = n;
}

static void read_connection(struct answer *a, struct str value)
{
	struct str word;
	while (str_next(&value, ',', &word)) {
		word = str_trim(word);
		if (is_named(word, "close"))
			a->closes = true;
		else if (is_named(word, "keep-alive"))
			a->closes = false;
	}
}

static void read_header(struct answer *a, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str key = str_cut(line, 0, colon), value = str_trim(str_cut(line, colon + 1, line.n));
	buf_str(&a->head, line);
	buf_char(&a->head, '\n');
	if (is_named(key, "content-length")) {
		read_length(a, value);
	} else if (is_named(key, "transfer-encoding")) {
		a->coded = true;
		a->chunked = ends_with_chunked(value);
	} else if (is_named(key, "connection")) {
		read_connection(a, value);
	}
}

static void to_end(struct answer *a, bool switched)
{
	a->at = ANSWER_TO_END;
	a->closes = true;
	a->switched = switched;
}

/* An engine that was asked to upgrade may also say 200 and go on without HTTP. */
static void end_head(struct answer *a)
{
	if (a->status == 101) {
		if (a->may_switch)
			to_end(a, true);
		else
			bad(a, "it switches protocols, which was not asked for");
	} else if (a->status < 200) {
		a->at = ANSWER_STATUS;
	} else if (a->is_head || a->status == 204 || a->status == 304) {
		a->at = ANSWER_DONE;
	} else if (a->chunked) {
		a->at = ANSWER_CHUNK_HEAD;
	} else if (a->left >= 0 && !a->coded) {
		a->at = a->left ? ANSWER_SIZED : ANSWER_DONE;
	} else {
		to_end(a, a->may_switch && a->status < 300);
	}
}

static void read_chunk_size(struct answer *a, struct str line)
{
	int64_t size = 0;
	size_t n = 0;
	for (; n < line.n && n < 15; n++) {
		const char *hex = "0123456789abcdef", *digit = memchr(hex, line.at[n] | 0x20, 16);
		if (!digit)
			break;
		size = size << 4 | (digit - hex);
	}
	if (!n || (n < line.n && line.at[n] != ';' && line.at[n] != ' ')) {
		bad(a, "its chunks are broken");
		return;
	}
	a->left = size;
	a->at = size ? ANSWER_CHUNK : ANSWER_TRAILER;
}

static void read_line(struct answer *a, struct str line)
{
	switch (a->at) {
	case ANSWER_STATUS:
		read_status(a, line);
		break;
	case ANSWER_HEAD:
		line.n ? read_header(a, line) : end_head(a);
		break;
	case ANSWER_CHUNK_HEAD:
		read_chunk_size(a, line);
		break;
	case ANSWER_CHUNK_END:
		a->at = ANSWER_CHUNK_HEAD;
		if (line.n)
			bad(a, "its chunks are broken");
		break;
	default: /* ANSWER_TRAILER */
		if (!line.n)
			a->at = ANSWER_DONE;
	}
}

/* What is no answer is told at its first bytes: its end may never come. */
static bool may_be_status(struct str line)
{
	static const char begins[] = "HTTP/1.";
	return !line.n || line.at[0] == '\r' || line.at[0] == '\n' ||
	       memcmp(line.at, begins, line.n < sizeof(begins) - 1 ? line.n : sizeof(begins) - 1) == 0;
}

static size_t take_line(struct answer *a, struct str bytes)
{
	size_t end = str_find(bytes, '\n');
	size_t n = end < bytes.n ? end + 1 : bytes.n;
	a->head_bytes += a->at == ANSWER_CHUNK_HEAD || a->at == ANSWER_CHUNK_END ? 0 : n;
	if (a->line.n + n > ANSWER_LINE_MOST || a->head_bytes > ANSWER_HEAD_MOST) {
		bad(a, "its head is too large");
		return 0;
	}
	buf_add(&a->line, bytes.at, n);
	if (a->at == ANSWER_STATUS && !may_be_status(buf_view(&a->line))) {
		bad(a, "it is not HTTP/1.1");
		return 0;
	}
	if (end < bytes.n) {
		struct str line = str_cut(buf_view(&a->line), 0, a->line.n - 1);
		if (line.n && line.at[line.n - 1] == '\r')
			line.n--;
		read_line(a, line);
		buf_clear(&a->line);
	}
	return n;
}

static size_t take_body(struct answer *a, struct str bytes, struct buf *body)
{
	size_t n = bytes.n;
	if (a->at != ANSWER_TO_END && (int64_t)n > a->left)
		n = (size_t)a->left;
	buf_add(body, bytes.at, n);
	if (a->at != ANSWER_TO_END) {
		a->left -= (int64_t)n;
		if (!a->left)
			a->at = a->at == ANSWER_SIZED ? ANSWER_DONE : ANSWER_CHUNK_END;
	}
	return n;
}

size_t answer_feed(struct answer *a, struct str bytes, struct buf *body)
{
	size_t used = 0;
	while (used < bytes.n && a->at < ANSWER_DONE) {
		struct str rest = str_cut(bytes, used, bytes.n);
		bool in_body = a->at == ANSWER_SIZED || a->at == ANSWER_CHUNK || a->at == ANSWER_TO_END;
		used += in_body ? take_body(a, rest, body) : take_line(a, rest);
	}
	return used;
}

bool answer_has_head(const struct answer *a)
{
	return a->at != ANSWER_STATUS && a->at != ANSWER_HEAD && a->at != ANSWER_BAD;
}

struct str answer_header(const struct answer *a, const char *name)
{
	struct str rest = buf_view(&a->head), line;
	while (rest.n && str_next(&rest, '\n', &line)) {
		size_t colon = str_find(line, ':');
		if (colon < line.n && is_named(str_cut(line, 0, colon), name))
			return str_trim(str_cut(line, colon + 1, line.n));
	}
	return STR_NONE;
}
