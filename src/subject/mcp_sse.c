#include "subject/mcp_sse.h"

#include <string.h>

#include "base/str.h"
#include "subject/mcp_link.h"

static void end_event(struct mcp_sse *s, void (*take)(void *ctx, struct str data), void *ctx)
{
	if (s->has_data && !s->other && s->data.n)
		take(ctx, buf_view(&s->data));
	buf_clear(&s->data);
	s->has_data = s->other = false;
}

static void take_field(struct mcp_sse *s, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_cut(line, 0, colon), value = str_cut(line, colon + 1, line.n);
	if (str_starts(value, " "))
		value = str_cut(value, 1, value.n);
	if (str_is(name, "data")) {
		if (s->has_data)
			buf_char(&s->data, '\n');
		buf_str(&s->data, value);
		s->has_data = true;
	} else if (str_is(name, "event")) {
		s->other = value.n && !str_is(value, "message");
	}
}

/* Where the line ends, or bytes.n. */
static size_t line_end(struct str bytes)
{
	size_t lf = str_find(bytes, '\n');
	return str_find(str_cut(bytes, 0, lf), '\r');
}

bool mcp_sse_feed(struct mcp_sse *s, struct str bytes, void (*take)(void *ctx, struct str data), void *ctx)
{
	while (bytes.n) {
		if (s->after_cr && bytes.at[0] == '\n')
			bytes = str_cut(bytes, 1, bytes.n);
		s->after_cr = false;
		size_t end = line_end(bytes);
		buf_add(&s->line, bytes.at, end);
		if (s->line.n + s->data.n > MCP_MESSAGE_MOST)
			return false;
		if (end == bytes.n)
			break;
		s->after_cr = bytes.at[end] == '\r';
		bytes = str_cut(bytes, end + 1, bytes.n);
		struct str line = buf_view(&s->line);
		if (!s->begun && str_starts(line, "\xef\xbb\xbf"))
			line = str_cut(line, 3, line.n);
		s->begun = true;
		if (line.n)
			take_field(s, line);
		else
			end_event(s, take, ctx);
		buf_clear(&s->line);
	}
	return true;
}

void mcp_sse_reset(struct mcp_sse *s)
{
	buf_clear(&s->line);
	buf_clear(&s->data);
	s->begun = s->has_data = s->other = s->after_cr = false;
}

void mcp_sse_free(struct mcp_sse *s)
{
	buf_free(&s->line);
	buf_free(&s->data);
}
