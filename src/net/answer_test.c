#include "net/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* Feeds the text in two pieces, cut at every byte, and holds the outcome to be the same. */
static void assert_answer(const char *text, enum answer_at at, int status, const char *body)
{
	struct str whole = str_of(text);
	for (size_t cut = 0; cut <= whole.n; cut++) {
		struct answer a = {.at = ANSWER_STATUS};
		struct buf got = {0};
		size_t used = answer_feed(&a, str_cut(whole, 0, cut), &got);
		used += answer_feed(&a, str_cut(whole, cut, whole.n), &got);
		assert_int_equal(a.at, at);
		if (at != ANSWER_BAD) {
			assert_int_equal(a.status, status);
			assert_int_equal(used, whole.n);
			assert_true(str_is(buf_view(&got), body));
		}
		answer_free(&a);
		buf_free(&got);
	}
}

static void a_body_of_known_length(void **state)
{
	(void)state;
	assert_answer("HTTP/1.1 200 OK\r\ncontent-LENGTH:  5 \r\n\r\nabcde", ANSWER_DONE, 200, "abcde");
	assert_answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ANSWER_DONE, 404, "");
	assert_answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcde", ANSWER_SIZED, 200, "abcde");
}

static void a_body_in_chunks_with_extensions_and_trailers(void **state)
{
	(void)state;
	assert_answer(
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
	    ANSWER_DONE, 200, "abc0123456789");
	assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\na\r\n",
		      ANSWER_CHUNK_HEAD, 200, "a");
}

static void a_body_up_to_the_end_of_the_connection(void **state)
{
	(void)state;
	assert_answer("HTTP/1.0 200 OK\n\nabc", ANSWER_TO_END, 200, "abc");
	assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nabc",
		      ANSWER_TO_END, 200, "abc");
}

static void answers_without_a_body(void **state)
{
	(void)state;
	assert_answer("HTTP/1.1 204 No Content\r\n\r\n", ANSWER_DONE, 204, "");
	assert_answer("HTTP/1.1 204\r\n\r\n", ANSWER_DONE, 204, "");
	assert_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", ANSWER_DONE, 304, "");
	assert_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
		      ANSWER_DONE, 200, "x");
}

static void headers_are_found_by_name(void **state)
{
	(void)state;
	struct answer a = {.at = ANSWER_STATUS};
	struct buf body = {0};
	(void)answer_feed(&a,
			  STR("HTTP/1.1 100 Continue\r\nApi-Version: 0\r\n\r\n"
			      "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nLibpod-API-Version:4.3.1\r\n"
			      "Connection: keep-alive, close\r\nContent-Length: 0\r\n\r\n"),
			  &body);
	assert_int_equal(a.at, ANSWER_DONE);
	assert_true(str_is(answer_header(&a, "api-version"), "1.41"));
	assert_true(str_is(answer_header(&a, "LIBPOD-api-version"), "4.3.1"));
	assert_int_equal(answer_header(&a, "api").n, 0);
	assert_true(a.closes);
	answer_reset(&a);
	(void)answer_feed(&a, STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), &body);
	assert_int_equal(answer_header(&a, "api-version").n, 0);
	assert_false(a.closes);
	answer_free(&a);
}

static void an_answer_to_head_has_no_body(void **state)
{
	(void)state;
	struct answer a = {.is_head = true};
	struct buf body = {0};
	(void)answer_feed(&a, STR("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), &body);
	assert_int_equal(a.at, ANSWER_DONE);
	answer_free(&a);
}

static void another_protocol_only_where_it_was_asked_for(void **state)
{
	static const char *const switches[] = {"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n\x01raw",
					       "HTTP/1.1 200 OK\r\nContent-Type: raw\r\n\r\n\x01raw"};
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct answer a = {.may_switch = true};
		struct buf body = {0};
		(void)answer_feed(&a, str_of(switches[i]), &body);
		assert_int_equal(a.at, ANSWER_TO_END);
		assert_true(a.switched && a.closes);
		assert_true(str_is(buf_view(&body), "\x01raw"));
		answer_free(&a);
		buf_free(&body);
	}
}

static void assert_flood(const char *begin, const char *again, const char *why)
{
	struct answer a = {0};
	struct buf body = {0};
	(void)answer_feed(&a, str_of(begin), &body);
	for (int i = 0; i < 1000 * 1000 && a.at != ANSWER_BAD; i++)
		(void)answer_feed(&a, str_of(again), &body);
	assert_int_equal(a.at, ANSWER_BAD);
	assert_string_equal(a.why, why);
	assert_in_range(a.head.n, 0, ANSWER_HEAD_MOST);
	answer_free(&a);
	buf_free(&body);
}

static void heads_without_end(void **state)
{
	static const char large[] = "its head is too large";
	(void)state;
	assert_flood("HTTP/1.1 200 OK\r\n", "X: y\r\n", large);
	assert_flood("HTTP/1.1 200 OK\r\nX: ", "y", large);
	assert_flood("", "HTTP/1.1 100 Continue\r\n\r\n", large);
	assert_flood("", "\r\n", large);
	assert_flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", large);
}

static void the_next_answer_is_left_alone(void **state)
{
	(void)state;
	struct answer a = {.at = ANSWER_STATUS};
	struct buf body = {0};
	struct str one = STR("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
	assert_int_equal(
	    answer_feed(&a, STR("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n"), &body),
	    one.n);
	answer_free(&a);
	buf_free(&body);
}

static void bytes_that_are_no_answer(void **state)
{
	(void)state;
	assert_answer("SSH-2.0-x\r\n", ANSWER_BAD, 0, "");
	assert_answer("SSH-2.0", ANSWER_BAD, 0, ""); /* told before its line ends */
	assert_answer("HTTP/2 200 OK\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 999 OK\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 2x0 OK\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
		      ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", ANSWER_BAD, 0, "");
	assert_answer("HTTP/1.1 101 Switching Protocols\r\n\r\n", ANSWER_BAD, 0, "");
}

static void a_line_without_end(void **state)
{
	(void)state;
	struct answer a = {.at = ANSWER_STATUS};
	struct buf body = {0};
	for (int i = 0; i < ANSWER_LINE_MOST + 1 && a.at != ANSWER_BAD; i++)
		(void)answer_feed(&a, STR("H"), &body);
	assert_int_equal(a.at, ANSWER_BAD);
	answer_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_body_of_known_length),
	    cmocka_unit_test(a_body_in_chunks_with_extensions_and_trailers),
	    cmocka_unit_test(a_body_up_to_the_end_of_the_connection),
	    cmocka_unit_test(answers_without_a_body),
	    cmocka_unit_test(headers_are_found_by_name),
	    cmocka_unit_test(an_answer_to_head_has_no_body),
	    cmocka_unit_test(another_protocol_only_where_it_was_asked_for),
	    cmocka_unit_test(heads_without_end),
	    cmocka_unit_test(the_next_answer_is_left_alone),
	    cmocka_unit_test(bytes_that_are_no_answer),
	    cmocka_unit_test(a_line_without_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
