#include "subject/mcp_sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static void add(void *ctx, struct str data)
{
	buf_printf(ctx, "<%.*s>", STR_ARG(data));
}

/* The events of a stream, fed in pieces of every size. */
static void gives(const char *stream, const char *events)
{
	struct str s = str_of(stream);
	for (size_t piece = 1; piece <= s.n; piece++) {
		struct mcp_sse sse = {0};
		struct buf b = {0};
		for (size_t i = 0; i < s.n; i += piece)
			assert_true(mcp_sse_feed(&sse, str_cut(s, i, piece), add, &b));
		if (!str_is(buf_view(&b), events))
			fail_msg("in pieces of %zu: %.*s", piece, STR_ARG(buf_view(&b)));
		buf_free(&b);
		mcp_sse_free(&sse);
	}
}

static void streams(void **state)
{
	(void)state;
	gives("data: a\n\n", "<a>");
	gives("data:a\r\n\r\ndata: b\r\rdata:  c\n\r\n", "<a><b>< c>");
	gives("data: {\ndata: }\n\n", "<{\n}>");
	gives(": comment\nid: 7\nretry: 10\ndata: \n\nevent: message\nid: 8\ndata: x\n\n", "<x>");
	gives("event: endpoint\ndata: /x\n\ndata: y\n\n", "<y>");
	gives("\xef\xbb\xbf"
	      "data: a\n\ndata\n\ndata: not ended",
	      "<a>");
	gives("nothing: 1\n\n\n\n:\n", "");
}

static void a_stream_that_is_left(void **state)
{
	struct mcp_sse sse = {0};
	struct buf b = {0};
	(void)state;
	assert_true(mcp_sse_feed(&sse, STR("event: other\ndata: half"), add, &b));
	mcp_sse_reset(&sse);
	assert_true(mcp_sse_feed(&sse, STR("data: whole\n\n"), add, &b));
	assert_true(str_is(buf_view(&b), "<whole>"));
	buf_free(&b);
	mcp_sse_free(&sse);
}

static void what_is_too_large(void **state)
{
	static char much[1 << 20];
	struct mcp_sse sse = {0};
	struct buf b = {0};
	int n = 0;
	(void)state;
	memset(much, 'x', sizeof(much));
	while (mcp_sse_feed(&sse, (struct str){much, sizeof(much)}, add, &b))
		assert_true(n++ < 100);
	assert_int_equal(b.n, 0);
	buf_free(&b);
	mcp_sse_free(&sse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(streams),
	    cmocka_unit_test(a_stream_that_is_left),
	    cmocka_unit_test(what_is_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
