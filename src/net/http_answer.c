/* An HTTP answer out of the bytes that came so far. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "net/http_post.h"

enum { HEAD_BYTES = 64 * 1024 };
static const char begins[] = "HTTP/1.";

/* The value of a header. */
static struct str header(struct str head, const char *name)
{
	struct str line;
	size_t n = strlen(name);
	while (str_next(&head, '\n', &line))
		if (line.n > n && line.at[n] == ':' && strncasecmp(line.at, name, n) == 0)
			return str_trim(str_cut(line, n + 1, line.n));
	return STR_NONE;
}

/* Behind the blank line, or 0: there is none. */
static size_t head_end(struct str s)
{
	for (size_t i = 0; i + 3 < s.n && i < HEAD_BYTES; i++)
		if (memcmp(s.at + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	return 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The size that a chunk begins with; false: there is no whole line, or no number in it. */
static bool chunk_size(struct str s, uint64_t *ret, size_t *ret_line)
{
	size_t i = 0, end = str_find(s, '\n');
	for (*ret = 0; i < s.n && i < 15 && is_hex(s.at[i]); i++)
		*ret = *ret << 4 | (unsigned)(s.at[i] <= '9' ? s.at[i] - '0' : (s.at[i] | 32) - 'a' + 10);
	*ret_line = end + 1;
	return i > 0 && end < s.n;
}

/* The chunks that are there; true when the last of them is. */
static bool join_chunks(struct buf *b, struct str s)
{
	uint64_t size;
	size_t line;
	while (b->n < HTTP_BODY_BYTES && chunk_size(s, &size, &line)) {
		if (size == 0)
			return true;
		s = str_cut(s, line, s.n);
		buf_str(b, str_cut(s, 0, size < s.n ? (size_t)size : s.n));
		s = size + 2 < s.n ? str_cut(s, (size_t)size + 2, s.n) : STR_NONE;
	}
	return b->n >= HTTP_BODY_BYTES;
}

static bool take_body(struct http_answer *a, struct str head, struct str rest)
{
	int64_t length = -1;
	if (a->status == 204 || a->status == 304)
		return true;
	if (header(head, "transfer-encoding").n)
		return join_chunks(&a->body, rest);
	if (!str_int(header(head, "content-length"), &length) || length < 0)
		length = INT64_MAX;
	buf_str(&a->body, str_cut(rest, 0, HTTP_BODY_BYTES));
	return rest.n >= (uint64_t)length || rest.n >= HTTP_BODY_BYTES;
}

int http_answer_take(struct http_answer *ret, struct str s, bool over)
{
	for (;;) {
		size_t same = s.n < sizeof(begins) - 1 ? s.n : sizeof(begins) - 1, end = head_end(s);
		if ((s.n && memcmp(s.at, begins, same) != 0) || (!end && (over || s.n > HEAD_BYTES)))
			return -1;
		if (!end)
			return 0;
		struct str head = str_cut(s, 0, end);
		int64_t status = 0;
		if (head.n < 13 || head.at[8] != ' ' || !str_int(str_cut(head, 9, 3), &status) ||
		    status < 100 || status > 599)
			return -1;
		s = str_cut(s, end, s.n);
		if (status < 200)
			continue; /* more is to come */
		ret->status = (int)status;
		if (!str_int(header(head, "retry-after"), &ret->retry_s) || ret->retry_s < 0)
			ret->retry_s = -1;
		buf_clear(&ret->body);
		return take_body(ret, head, s) || over;
	}
}
