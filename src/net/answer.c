#include "net/answer.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

void answer_reset(struct answer *a)
{
	struct buf line = a->line;
	buf_clear(&line);
	*a = (struct answer){.line = line};
}

void answer_free(struct answer *a)
{
	buf_free(&a->line);
	*a = (struct answer){0};
}

static void read_status(struct answer *a, struct str line)
{
	int64_t status;
	if (!line.n)
		return; /* a line end too many behind the last answer */
	if (!str_starts(line, "HTTP/1.") || line.n < 12 || !str_int(str_cut(line, 9, 3), &status)) {
		a->at = ANSWER_BAD;
		return;
	}
	a->status = (int)status;
	a->closes = line.at[7] == '0';
	a->chunked = false;
	a->left = -1;
	a->at = ANSWER_HEAD;
}

static bool is_named(struct str key, const char *name)
{
	return key.n == strlen(name) && strncasecmp(key.at, name, key.n) == 0;
}

static bool ends_with_chunked(struct str value)
{
	return value.n >= 7 && strncasecmp(value.at + value.n - 7, "chunked", 7) == 0;
}

static void read_header(struct answer *a, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str key = str_cut(line, 0, colon), value = str_trim(str_cut(line, colon + 1, line.n));
	if (is_named(key, "content-length")) {
		if (!str_int(value, &a->left) || a->left < 0)
			a->at = ANSWER_BAD;
	} else if (is_named(key, "transfer-encoding")) {
		a->chunked = ends_with_chunked(value);
	} else if (is_named(key, "connection")) {
		a->closes = is_named(value, "close");
	} else if (is_named(key, "api-version") && value.n < sizeof(a->api_version)) {
		memcpy(a->api_version, value.at, value.n);
		a->api_version[value.n] = '\0';
	} else if (is_named(key, "libpod-api-version")) {
		a->podman = true;
	}
}

static void end_head(struct answer *a)
{
	if (a->status == 101) { /* was not asked for */
		a->at = ANSWER_BAD;
	} else if (a->status < 200) {
		a->at = ANSWER_STATUS;
	} else if (a->status == 204 || a->status == 304) {
		a->at = ANSWER_DONE;
	} else if (a->chunked) {
		a->at = ANSWER_CHUNK_HEAD;
	} else if (a->left >= 0) {
		a->at = a->left ? ANSWER_SIZED : ANSWER_DONE;
	} else {
		a->at = ANSWER_TO_END;
		a->closes = true;
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
		a->at = ANSWER_BAD;
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
		a->at = line.n ? ANSWER_BAD : ANSWER_CHUNK_HEAD;
		break;
	default: /* ANSWER_TRAILER */
		if (!line.n)
			a->at = ANSWER_DONE;
	}
}

static size_t take_line(struct answer *a, struct str bytes)
{
	size_t end = str_find(bytes, '\n');
	size_t n = end < bytes.n ? end + 1 : bytes.n;
	if (a->line.n + n > ANSWER_LINE_MOST) {
		a->at = ANSWER_BAD;
		return 0;
	}
	buf_add(&a->line, bytes.at, n);
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
