#include "subject/mcp_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "subject/mcp_link.h"

static struct arena scratch;

static struct mcp_message good(const char *text)
{
	struct mcp_message m;
	const char *wrong = mcp_message_read(&m, str_of(text), &scratch);
	if (wrong)
		fail_msg("%s: %s", text, wrong);
	return m;
}

#define says(found, text) assert_true(str_is(found, text))

static void answers(void **state)
{
	(void)state;
	struct mcp_message m =
	    good("{\"jsonrpc\":\"2.0\",\"id\":12,\"result\":{\"content\":[],\"isError\":true}}");
	assert_int_equal(m.is, MCP_ANSWER);
	assert_true(m.numbered && m.is_error && m.has_content && !m.failed);
	assert_int_equal(m.id, 12);
	says(m.result, "{\"content\":[],\"isError\":true}");
	m = good(
	    " {\"result\": {\"resultType\":\"input_required\"} , \"id\":\"12\", \"error\":null, \"jsonrpc\":\"2.0\"} ");
	assert_true(!m.numbered && m.wants_input && !m.has_content && !m.failed);
	says(m.id_raw, "\"12\"");
	m = good("{\"jsonrpc\":\"2.0\",\"id\":12.0,\"result\":{\"content\":\"x\"}}");
	assert_true(!m.numbered && !m.has_content);
	m = good(
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"a\\nb\",\"data\":[1]}}");
	assert_true(m.failed && !m.id_raw.n);
	assert_int_equal(m.code, -32700);
	says(m.error, "a\nb");
	says(m.data, "[1]");
}

static void others(void **state)
{
	(void)state;
	struct mcp_message m = good("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{}}");
	assert_int_equal(m.is, MCP_NOTICE);
	m = good("{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"method\":\"ping\"}");
	assert_int_equal(m.is, MCP_REQUEST);
	struct buf b = {0};
	mcp_put_reply(&b, &m);
	says(buf_view(&b), "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"result\":{}}");
	buf_clear(&b);
	m = good("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"roots/list\"}");
	mcp_put_reply(&b, &m);
	says(buf_view(&b),
	     "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32601,\"message\":\"no such method\"}}");
	buf_free(&b);
}

static void what_is_none(void **state)
{
	static const char *const bad[] = {"",
					  "x",
					  "[]",
					  "7",
					  "{}",
					  "{\"jsonrpc\":\"2.0\"}",
					  "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}",
					  "{\"id\":1,\"result\":{}}",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"isError\":\"true\"}}",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"x\"}",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}} x",
					  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}"};
	struct mcp_message m;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!mcp_message_read(&m, str_of(bad[i]), &scratch))
			fail_msg("was taken: %s", bad[i]);
}

static void count(void *ctx, const struct mcp_message *m, struct str raw)
{
	int64_t *sum = ctx;
	assert_true(raw.n > 0);
	*sum += m->id;
}

static void arrays_of_messages(void **state)
{
	int64_t sum = 0;
	(void)state;
	assert_null(mcp_message_each(
	    STR("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}, {\"jsonrpc\":\"2.0\",\"id\":20,"
		"\"result\":{}}]"),
	    &scratch, count, &sum));
	assert_int_equal(sum, 21);
	assert_non_null(
	    mcp_message_each(STR("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"), &scratch, count, &sum));
	assert_non_null(mcp_message_each(STR("["), &scratch, count, &sum));
	assert_non_null(
	    mcp_message_each(STR("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}] x"), &scratch, count, &sum));
}

static void texts_of_a_result(void **state)
{
	struct buf b = {0};
	(void)state;
	mcp_message_text(
	    &b,
	    STR("{\"x\":1,\"content\":[{\"type\":\"text\",\"text\":\"a\\u00e9\"},{\"type\":\"image\",\"text\":\"no\"},"
		"{\"text\":\"b\",\"type\":\"text\"}]}"),
	    &scratch);
	says(buf_view(&b), "a\u00e9\nb");
	buf_clear(&b);
	mcp_message_text(&b, STR("{\"content\":{}}"), &scratch);
	mcp_message_text(&b, STR("{}"), &scratch);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

static void requests(void **state)
{
	struct buf b = {0};
	(void)state;
	mcp_put_request(&b, "ping", STR_NONE, NULL);
	mcp_put_id(&b, 7);
	says(buf_view(&b), "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":{},\"id\":7}");
	buf_clear(&b);
	mcp_put_request(&b, "tools/call", STR("\"name\":\"x\""), "2026-07-28");
	mcp_put_id(&b, 8);
	struct str params = mcp_member(buf_view(&b), "params", &scratch);
	struct str meta = mcp_member(params, "_meta", &scratch);
	says(mcp_member(params, "name", &scratch), "\"x\"");
	says(mcp_member(meta, "io.modelcontextprotocol/protocolVersion", &scratch), "\"2026-07-28\"");
	says(mcp_member(meta, "io.modelcontextprotocol/clientCapabilities", &scratch), "{}");
	buf_free(&b);
}

static void lists(void **state)
{
	(void)state;
	assert_true(mcp_lists(STR("{\"v\":[1,\"a\",{}, \"b\"]}"), "v", "b", &scratch));
	assert_false(mcp_lists(STR("{\"v\":[1,\"a\"]}"), "v", "b", &scratch));
	assert_false(mcp_lists(STR("{\"v\":\"b\"}"), "v", "b", &scratch));
	assert_false(mcp_lists(STR("[]"), "v", "b", &scratch));
}

static void what_may_stand_in_a_sentence(void **state)
{
	struct buf b = {0};
	(void)state;
	mcp_put_said(&b, STR(" a\nb\x1b[31m\xff \xc2\x85 \u00e9 "), 100);
	says(buf_view(&b), "a?b?[31m? ? \u00e9");
	buf_clear(&b);
	mcp_put_said(&b, STR("abc\u00e9d"), 4);
	says(buf_view(&b), "abc...");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(others),
	    cmocka_unit_test(what_is_none),
	    cmocka_unit_test(arrays_of_messages),
	    cmocka_unit_test(texts_of_a_result),
	    cmocka_unit_test(requests),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(what_may_stand_in_a_sentence),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&scratch);
	return failed;
}
