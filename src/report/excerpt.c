#include "report/excerpt.h"

#include "base/str.h"

/* Bytes of a control string (OSC, DCS ...) up to its end mark; one that never ends takes nothing. */
static size_t control_string(struct str s, size_t i)
{
	enum { MOST = 4096 };
	for (size_t end = i; end < s.n && end - i < MOST; end++) {
		if (s.at[end] == '\a')
			return end + 1;
		if (s.at[end] == 0x1b && end + 1 < s.n && s.at[end + 1] == '\\')
			return end + 2;
	}
	return 0;
}

/* Bytes of the escape sequence (ECMA-48) at the start of s, or 0. */
static size_t escape_bytes(struct str s)
{
	if (s.n < 2 || s.at[0] != 0x1b)
		return 0;
	size_t i = 2;
	char c = s.at[1];
	if (c == '[') {
		while (i < s.n && s.at[i] >= 0x20 && s.at[i] <= 0x3f)
			i++;
		return i < s.n && s.at[i] >= 0x40 && s.at[i] <= 0x7e ? i + 1 : 0;
	}
	if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
		return control_string(s, i);
	if (c >= 0x20 && c <= 0x2f)
		return s.n > 2 && s.at[2] >= 0x30 && s.at[2] <= 0x7e ? 3 : 0;
	return c >= 0x30 && c <= 0x7e ? 2 : 0;
}

struct str excerpt_plain(struct buf *b, struct str s)
{
	size_t from = 0, i = 0;
	buf_clear(b);
	while (i < s.n) {
		if (s.at[i] != 0x1b && s.at[i] != '\r') {
			i++;
			continue;
		}
		size_t n = s.at[i] == '\r' ? 1 : escape_bytes(str_cut(s, i, s.n));
		if (n == 0) {
			i++;
			continue;
		}
		buf_str(b, str_cut(s, from, i - from));
		if (s.at[i] == '\r' && !(i + 1 < s.n && s.at[i + 1] == '\n'))
			buf_char(b, '\n');
		i += n;
		from = i;
	}
	buf_str(b, str_cut(s, from, s.n));
	return buf_view(b);
}

struct str excerpt_tail(struct str s, size_t lines, size_t bytes, size_t *ret_cut_lines)
{
	while (s.n && (s.at[s.n - 1] == '\n' || s.at[s.n - 1] == ' '))
		s.n--;
	size_t from = s.n, seen = 0;
	while (from && s.n - from < bytes) {
		if (s.at[from - 1] == '\n' && ++seen == lines)
			break;
		from--;
	}
	if (from &&
	    s.at[from - 1] != '\n') { /* the limit fell inside a line: begin behind it, if there is more */
		size_t next = from + str_find(str_cut(s, from, s.n), '\n') + 1;
		if (next < s.n)
			from = next;
		else
			while (from < s.n && ((unsigned char)s.at[from] & 0xc0) == 0x80)
				from++;
	}
	size_t cut = 0;
	for (size_t i = 0; i < from; i++)
		cut += s.at[i] == '\n';
	*ret_cut_lines = cut;
	return str_cut(s, from, s.n);
}

struct str excerpt_ends(struct buf *b, struct str s, size_t bytes)
{
	if (s.n <= bytes)
		return s;
	struct str head = str_clip_utf8(s, bytes / 4);
	size_t from = s.n - (bytes - bytes / 4);
	while (from < s.n && ((unsigned char)s.at[from] & 0xc0) == 0x80)
		from++;
	buf_clear(b);
	buf_str(b, head);
	buf_printf(b, "\n[... %zu bytes cut ...]\n", from - head.n);
	buf_str(b, str_cut(s, from, s.n));
	return buf_view(b);
}

struct str excerpt_line(struct str s)
{
	struct str line = STR_NONE;
	while (str_next(&s, '\n', &line)) {
		line = str_trim(line);
		if (line.n)
			break;
	}
	return line;
}
