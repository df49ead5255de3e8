#include "subject/mcp_link.h"

#include <stdio.h>
#include <string.h>

#include "base/rune.h"
#include "base/str.h"

void mcp_call_set(struct mcp_call *c, const char *method, struct str params, const char *version)
{
	buf_clear(&c->text);
	mcp_put_request(&c->text, method, params, version);
	c->fixed_n = c->text.n;
	c->method = method;
}

void mcp_call_begin(struct mcp_call *c)
{
	c->said = (struct mcp_message){0};
	c->head = STR_NONE;
	c->sent_ns = c->first_ns = c->read_ns = 0;
	c->timed_out = false;
	c->why[0] = '\0';
	c->status = -1;
	arena_reset(&c->scratch);
}

void mcp_call_id(struct mcp_call *c, int64_t id)
{
	c->text.n = c->fixed_n;
	mcp_put_id(&c->text, id);
}

void mcp_call_free(struct mcp_call *c)
{
	buf_free(&c->text);
	buf_free(&c->answer);
	arena_free(&c->scratch);
}

bool mcp_call_fails(struct mcp_call *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(c->why, sizeof(c->why), fmt, args);
	va_end(args);
	return false;
}

/* What a result must be to be passed over without being looked at again. */
static bool is_plain(const struct mcp_message *m)
{
	return !m->failed && !m->is_error && !m->wants_input;
}

void mcp_call_take(struct mcp_call *c, const struct mcp_message *m, struct str text)
{
	c->said = *m;
	c->said.id_raw = c->said.method = c->said.result = c->said.error = c->said.data = STR_NONE;
	if (!c->keep && is_plain(m))
		return;
	buf_clear(&c->answer);
	buf_str(&c->answer, text);
	(void)mcp_message_read(&c->said, buf_view(&c->answer), &c->scratch);
}

void mcp_put_said(struct buf *b, struct str text, size_t most)
{
	struct str s = str_trim(text);
	bool is_long = s.n > most;
	s = str_clip_utf8(s, most);
	while (s.n) {
		unsigned n;
		uint32_t rune = rune_at(s, &n);
		if (rune == RUNE_BAD || rune < 0x20 || rune == 0x7f || (rune >= 0x80 && rune < 0xa0) ||
		    rune_is_bidi_control(rune))
			buf_char(b, '?');
		else
			buf_add(b, s.at, n);
		s = str_cut(s, n, s.n);
	}
	if (is_long)
		buf_text(b, "...");
}

static bool says(struct mcp_call *c, const char *fmt, struct str text)
{
	struct buf b = {0};
	mcp_put_said(&b, text, 120);
	(void)mcp_call_fails(c, "%s%.*s", fmt, STR_ARG(buf_view(&b)));
	buf_free(&b);
	return false;
}

static bool says_error(struct mcp_call *c)
{
	char head[64];
	(void)snprintf(head, sizeof(head), "the server answered with the error %lld%s",
		       (long long)c->said.code, c->said.error.n ? ": " : "");
	return says(c, head, c->said.error);
}

static bool says_is_error(struct mcp_call *c)
{
	struct buf b = {0};
	mcp_message_text(&b, c->said.result, &c->scratch);
	(void)says(c, b.n ? "the tool says that it failed: " : "the tool says that it failed", buf_view(&b));
	buf_free(&b);
	return false;
}

bool mcp_call_good(struct mcp_call *c, bool is_tool)
{
	if (c->said.failed)
		return says_error(c);
	if (c->said.is_error)
		return says_is_error(c);
	if (c->said.wants_input)
		return mcp_call_fails(c, "the tool asks for more input, which a bench does not give");
	if (is_tool && !c->said.has_content)
		return mcp_call_fails(c, "the tool's result has no 'content'");
	return true;
}
