/* The first byte says what the rest is: a line, a stream of events, or a schema and arguments, a line each.
 */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "door.h"
#include "subject/mcp_arguments.h"
#include "subject/mcp_link.h"
#include "subject/mcp_schema.h"
#include "subject/mcp_sse.h"

static void hold_json(struct str s)
{
	struct arena a = {0};
	struct json j;
	json_init(&j, s, &a);
	json_skip(&j);
	HOLD(json_end(&j));
	arena_free(&a);
}

static void take(void *ctx, const struct mcp_message *m, struct str raw)
{
	struct arena *a = ctx;
	struct mcp_message again;
	struct buf b = {0};
	hold_json(raw);
	HOLD(!mcp_message_read(&again, raw, a));
	HOLD(again.is == m->is && again.id == m->id && str_eq(again.result, m->result));
	if (m->result.n)
		hold_json(m->result);
	HOLD(m->is != MCP_ANSWER || m->result.n || m->failed);
	if (m->is == MCP_REQUEST) {
		mcp_put_reply(&b, m);
		hold_json(buf_view(&b));
	}
	buf_clear(&b);
	mcp_message_text(&b, m->result, a);
	buf_clear(&b);
	mcp_put_said(&b, m->error, 60);
	for (size_t i = 0; i < b.n; i++)
		HOLD((unsigned char)b.at[i] >= 0x20 && b.at[i] != 0x7f);
	buf_free(&b);
}

static void line(struct str s)
{
	struct arena a = {0};
	(void)mcp_message_each(s, &a, take, &a);
	arena_free(&a);
}

static void put_event(void *ctx, struct str data)
{
	HOLD(data.n > 0);
	buf_printf(ctx, "%zu:", data.n);
	buf_str(ctx, data);
}

static void stream(struct str s)
{
	struct mcp_sse whole = {0}, pieces = {0};
	struct buf a = {0}, b = {0};
	size_t piece = s.n ? 1 + (unsigned char)s.at[0] % 13 : 1;
	HOLD(mcp_sse_feed(&whole, s, put_event, &a));
	for (size_t i = 0; i < s.n; i += piece)
		HOLD(mcp_sse_feed(&pieces, str_cut(s, i, piece), put_event, &b));
	HOLD(str_eq(buf_view(&a), buf_view(&b)));
	mcp_sse_free(&whole);
	mcp_sse_free(&pieces);
	buf_free(&a);
	buf_free(&b);
}

static void schema(struct str s)
{
	const struct bench_param params[] = {{STR("n"), STR("42")}};
	struct arena a = {0};
	struct buf filled = {0}, why = {0}, head = {0};
	struct mcp_schema m;
	size_t end = str_find(s, '\n');
	struct str its = str_cut(s, 0, end), arguments = str_cut(s, end + 1, s.n), rest, one;
	mcp_schema_init(&m, its, &a);
	if (mcp_arguments_fill(&filled, arguments, &m, params, 1)) {
		hold_json(buf_view(&filled));
		HOLD(mcp_schema_allows(&m, buf_view(&filled), &why) == (why.n == 0));
		if (mcp_arguments_headers(&head, buf_view(&filled), its, &a))
			for (rest = buf_view(&head); rest.n && str_next(&rest, '\n', &one);)
				HOLD(one.n > 12 && str_starts(one, "Mcp-Param-") &&
				     str_find(one, '\r') == one.n - 1);
	}
	buf_free(&filled);
	buf_free(&why);
	buf_free(&head);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct str rest = str_cut(s, 1, s.n);
	if (s.n && s.at[0] == 'e')
		stream(rest);
	else if (s.n && s.at[0] == 's')
		schema(rest);
	else if (s.n)
		line(rest);
	door_drop(s);
	return 0;
}
