#include "engine/http_tap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

/* Writes down what it is told: "[POST /a", "<up", "=200", ">down", "]" or "!" (broken). */
struct scribe {
	struct http_host host;
	struct buf log;
	bool hijacks;
	char last; /* bodies in pieces are one */
};

static void mark(struct scribe *s, char what)
{
	if (s->last != what)
		buf_char(&s->log, what);
	s->last = what;
}

static struct http_exchange *on_request(struct http_host *h, struct str method, struct str target)
{
	struct scribe *s = (struct scribe *)h;
	struct http_exchange *x = mem_alloc(sizeof(*x));
	memset(x, 0, sizeof(*x));
	x->wants_up = x->wants_down = true;
	x->hijacks = str_has(target, STR("attach"));
	buf_printf(&s->log, "[%.*s %.*s", STR_ARG(method), STR_ARG(target));
	s->last = '[';
	return x;
}

static void on_up(struct http_host *h, struct http_exchange *x, struct str body)
{
	(void)x;
	mark((struct scribe *)h, '<');
	buf_str(&((struct scribe *)h)->log, body);
}

static void on_answer(struct http_host *h, struct http_exchange *x)
{
	mark((struct scribe *)h, '=');
	buf_int(&((struct scribe *)h)->log, x->status);
}

static void on_down(struct http_host *h, struct http_exchange *x, struct str body)
{
	(void)x;
	mark((struct scribe *)h, '>');
	buf_str(&((struct scribe *)h)->log, body);
}

static void on_end(struct http_host *h, struct http_exchange *x, bool whole)
{
	mark((struct scribe *)h, whole ? ']' : '!');
	((struct scribe *)h)->last = 0;
	mem_free(x);
}

/* "^..." is said by the client, "v..." by the engine; "^" or "v" alone is its end. */
static const char *run(const char *const *said, size_t piece, size_t first, bool *ret_deaf)
{
	static char log[4096];
	struct scribe s = {.host = {on_request, on_up, on_answer, on_down, on_end}};
	struct http_tap t;
	int64_t now = 0;
	http_tap_init(&t, &s.host);
	for (; *said; said++) {
		enum http_way way = **said == '^' ? HTTP_UP : HTTP_DOWN;
		struct str rest = str_of(*said + 1);
		size_t n = first ? first : piece;
		if (!rest.n)
			http_tap_eof(&t, way, ++now);
		while (rest.n) {
			struct str part = str_cut(rest, 0, n);
			char *copy = mem_alloc(part.n); /* a read past its end is seen */
			memcpy(copy, part.at, part.n);
			http_tap_feed(&t, way, (struct str){copy, part.n}, ++now);
			mem_free(copy);
			rest = str_cut(rest, part.n, rest.n);
			n = piece;
		}
	}
	if (ret_deaf)
		*ret_deaf = t.deaf;
	http_tap_free(&t, ++now);
	(void)snprintf(log, sizeof(log), "%.*s", STR_ARG(buf_view(&s.log)));
	buf_free(&s.log);
	return log;
}

static void assert_talk(const char *const *said, const char *want)
{
	bool deaf;
	assert_string_equal(run(said, 1 << 20, 0, &deaf), want);
	assert_false(deaf);
	for (size_t piece = 1; piece < 9; piece++)
		assert_string_equal(run(said, piece, 0, NULL), want);
	for (size_t first = 1; first < 400; first++)
		assert_string_equal(run(said, 1 << 20, first, NULL), want);
}

static void assert_deaf(const char *const *said, const char *want)
{
	bool deaf;
	assert_string_equal(run(said, 1 << 20, 0, &deaf), want);
	assert_true(deaf);
	assert_string_equal(run(said, 1, 0, &deaf), want);
	assert_true(deaf);
}

#define SAID(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_body_of_known_length_ends_where_it_says(void **state)
{
	(void)state;
	assert_talk(SAID("^POST /create HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nhello",
			 "vHTTP/1.1 201 Created\r\nContent-Length: 2\r\nX: y\r\n\r\nok",
			 "^GET /a HTTP/1.1\r\n\r\n", "vHTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\n"),
		    "[POST /create<hello=201>ok][GET /a=404]");
}

static void chunks_are_undone_and_trailers_passed_over(void **state)
{
	(void)state;
	assert_talk(SAID("^POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
			 "A;x=y\r\n, chunked!\r\n0\r\nTrailer: z\r\n\r\n",
			 "vHTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"),
		    "[POST /build<hello, chunked!=200>one]");
}

static void answers_without_a_body_are_known(void **state)
{
	(void)state;
	assert_talk(SAID("^HEAD /_ping HTTP/1.1\r\n\r\n", "vHTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
			 "^POST /start HTTP/1.1\r\n\r\n", "vHTTP/1.1 204 No Content\r\n\r\n",
			 "^POST /start HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
			 "vHTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n"),
		    "[HEAD /_ping=200][POST /start=204][POST /start=304]");
}

static void an_answer_may_end_with_the_connection(void **state)
{
	(void)state;
	assert_talk(SAID("^GET /logs HTTP/1.1\r\n\r\n", "vHTTP/1.0 200 OK\r\n\r\nline\nline\n", "v"),
		    "[GET /logs=200>line\nline\n]");
}

static void requests_may_be_pipelined(void **state)
{
	(void)state;
	assert_talk(
	    SAID(
		"^GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\n\r\n",
		"vHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc"),
	    "[GET /1[POST /2<x[GET /3=200>a]=200>b]=200>c]");
}

static void an_interim_answer_is_none(void **state)
{
	(void)state;
	assert_talk(SAID("^PUT /archive HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
			 "vHTTP/1.1 100 Continue\r\n\r\n", "^ab",
			 "vHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
		    "[PUT /archive<ab=200]");
}

static void a_switch_of_protocols_makes_a_tunnel(void **state)
{
	(void)state;
	assert_talk(
	    SAID("^POST /exec/1/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}early\r\n\r\n",
		 "vHTTP/1.1 101 UPGRADED\r\n\r\n\x01 output\n", "^GET / HTTP/1.1\r\n", "^", "vmore", "v"),
	    "[POST /exec/1/start<{}=101<early\r\n\r\n>\x01 output\n<GET / HTTP/1.1\r\n>more]");
}

static void a_raw_stream_without_a_length_makes_a_tunnel(void **state)
{
	(void)state;
	assert_talk(SAID("^POST /attach HTTP/1.1\r\n\r\n",
			 "vHTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nx",
			 "^typed", "v"),
		    "[POST /attach=200>x<typed]");
}

static void what_was_held_is_requests_where_no_tunnel_came(void **state)
{
	(void)state;
	assert_talk(
	    SAID(
		"^POST /attach HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
		"vHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny"),
	    "[POST /attach=404>x][GET /2=200>y]");
}

static void an_answer_may_come_before_its_request_is_whole(void **state)
{
	(void)state;
	assert_talk(SAID("^POST /build HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345",
			 "vHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\n!", "^67890GET /2 HTTP/1.1\r\n\r\n",
			 "vHTTP/1.1 204 OK\r\n\r\n"),
		    "[POST /build<12345=500>!][GET /2=204]");
}

static void a_connection_that_ends_leaves_broken_exchanges(void **state)
{
	(void)state;
	assert_talk(SAID("^GET /1 HTTP/1.1\r\n\r\n", "v"), "[GET /1!");
	assert_talk(
	    SAID("^GET /1 HTTP/1.1\r\n\r\n", "vHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "v"),
	    "[GET /1=200>half!");
	assert_talk(SAID("^GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", "vHTTP/1.1 200"),
		    "[GET /1[GET /2!!");
}

static void what_is_no_http_makes_deaf(void **state)
{
	(void)state;
	assert_deaf(SAID("^PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "");
	assert_deaf(SAID("^\x16\x03\x01 hello\n"), "");
	assert_deaf(SAID("^GET / HTTP/1.1\r\n\r\n", "vSSH-2.0-x\r\n"), "[GET /!");
	assert_deaf(SAID("vHTTP/1.1 200 OK\r\n\r\n"), "");
	assert_deaf(SAID("^GET / HTTP/1.1\r\n\r\n", "vHTTP/1.1 099 OK\r\n"), "[GET /!");
	assert_deaf(SAID("^GET / HTTP/1.1\r\nno colon\r\n\r\n"), "");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), "");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"), "");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), "");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "[POST /!");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
		    "[POST /!");
	assert_deaf(SAID("^POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"), "[POST /<x!");
	assert_deaf(SAID("^GET / HTTP/1.1\r\n\r\n", "vHTTP/1.1 101 Switching\r\n\r\n"), "[GET /=101!");
}

static void a_long_header_is_passed_over(void **state)
{
	(void)state;
	static char said[HTTP_LINE * 3];
	int n = snprintf(said, sizeof(said), "^POST /build HTTP/1.1\r\nX-Registry-Config: ");
	memset(said + n, 'x', HTTP_LINE * 2);
	(void)snprintf(said + n + HTTP_LINE * 2, 64, "\r\nContent-Length: 2\r\n\r\nhi");
	bool deaf;
	assert_string_equal(run(SAID(said), 1 << 20, 0, &deaf), "[POST /build<hi!");
	assert_false(deaf);
	assert_string_equal(run(SAID(said), 1000, 0, &deaf), "[POST /build<hi!");
	assert_false(deaf);
}

static void a_head_without_an_end_makes_deaf(void **state)
{
	(void)state;
	struct scribe s = {.host = {on_request, on_up, on_answer, on_down, on_end}};
	struct http_tap t;
	http_tap_init(&t, &s.host);
	http_tap_feed(&t, HTTP_UP, STR("GET / HTTP/1.1\r\n"), 1);
	for (size_t i = 0; i <= HTTP_HEAD / 8; i++)
		http_tap_feed(&t, HTTP_UP, STR("a: bcd\r\n"), 1);
	assert_true(t.deaf);
	http_tap_free(&t, 2);
	buf_free(&s.log);
}

static void too_many_requests_without_an_answer_make_deaf(void **state)
{
	(void)state;
	struct scribe s = {.host = {on_request, on_up, on_answer, on_down, on_end}};
	struct http_tap t;
	http_tap_init(&t, &s.host);
	for (int i = 0; i < HTTP_QUEUE; i++)
		http_tap_feed(&t, HTTP_UP, STR("GET / HTTP/1.1\r\n\r\n"), 1);
	assert_false(t.deaf);
	http_tap_feed(&t, HTTP_UP, STR("GET / HTTP/1.1\r\n\r\n"), 1);
	assert_true(t.deaf);
	assert_int_equal(t.n_open, 0);
	http_tap_free(&t, 2);
	buf_free(&s.log);
}

static struct http_exchange kept;

static struct http_exchange *on_plain_request(struct http_host *h, struct str method, struct str target)
{
	(void)h;
	(void)method;
	(void)target;
	kept = (struct http_exchange){.status = 0};
	return &kept;
}

static void on_plain_end(struct http_host *h, struct http_exchange *x, bool whole)
{
	(void)h;
	assert_ptr_equal(x, &kept);
	assert_true(whole);
}

static void the_inside_of_a_body_may_pass_unseen(void **state)
{
	(void)state;
	struct http_host host = {on_plain_request, NULL, NULL, NULL, on_plain_end};
	struct scribe s = {.host = {on_request, on_up, on_answer, on_down, on_end}};
	struct http_tap t;
	host.answer = s.host.answer;
	host.up = on_up;
	host.down = on_down;
	struct scribe plain = {.host = host};
	http_tap_init(&t, &plain.host);
	assert_int_equal(http_tap_blind(&t, HTTP_UP), 0);
	http_tap_feed(&t, HTTP_UP, STR("POST /load HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nabc"), 5);
	assert_int_equal(http_tap_blind(&t, HTTP_UP), 999997);
	http_tap_passed(&t, HTTP_UP, 999996, 6);
	assert_int_equal(http_tap_blind(&t, HTTP_UP), 1);
	http_tap_passed(&t, HTTP_UP, 1, 7);
	assert_int_equal(http_tap_blind(&t, HTTP_UP), 0);
	http_tap_feed(&t, HTTP_DOWN, STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"),
		      8);
	assert_int_equal(http_tap_blind(&t, HTTP_DOWN), 0x100000);
	http_tap_passed(&t, HTTP_DOWN, 0x100000, 9);
	http_tap_feed(&t, HTTP_DOWN, STR("\r\n0\r\n\r\n"), 10);
	assert_false(t.deaf);
	assert_int_equal(kept.up_bytes, 1000000);
	assert_int_equal(kept.down_bytes, 0x100000);
	assert_int_equal(kept.begin_ns, 5);
	assert_int_equal(kept.end_ns, 10);
	http_tap_free(&t, 11);
	buf_free(&plain.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_body_of_known_length_ends_where_it_says),
	    cmocka_unit_test(chunks_are_undone_and_trailers_passed_over),
	    cmocka_unit_test(answers_without_a_body_are_known),
	    cmocka_unit_test(an_answer_may_end_with_the_connection),
	    cmocka_unit_test(requests_may_be_pipelined),
	    cmocka_unit_test(an_interim_answer_is_none),
	    cmocka_unit_test(a_switch_of_protocols_makes_a_tunnel),
	    cmocka_unit_test(a_raw_stream_without_a_length_makes_a_tunnel),
	    cmocka_unit_test(what_was_held_is_requests_where_no_tunnel_came),
	    cmocka_unit_test(an_answer_may_come_before_its_request_is_whole),
	    cmocka_unit_test(a_connection_that_ends_leaves_broken_exchanges),
	    cmocka_unit_test(what_is_no_http_makes_deaf),
	    cmocka_unit_test(a_long_header_is_passed_over),
	    cmocka_unit_test(a_head_without_an_end_makes_deaf),
	    cmocka_unit_test(too_many_requests_without_an_answer_make_deaf),
	    cmocka_unit_test(the_inside_of_a_body_may_pass_unseen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
