#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "net/http_post.h"

static void a_url_is_host_port_path_and_login(void **state)
{
	static const struct {
		const char *text, *host, *port, *path, *login, *shown;
		bool tls, bare;
	} urls[] = {
	    {"http://otel", "otel", "80", "/", "", "http://otel:80/", false, true},
	    {"https://otel/", "otel", "443", "/", "", "https://otel:443/", true, true},
	    {"http://otel:4318/v1/traces?key=s", "otel", "4318", "/v1/traces?key=s", "",
	     "http://otel:4318/v1/traces", false, false},
	    {"https://a:b%3Ac@otel:1#x", "otel", "1", "/", "a:b:c", "https://otel:1/", true, true},
	    {"http://[::1]:4318/x", "::1", "4318", "/x", "", "http://[::1]:4318/x", false, false},
	    {"http://[::1]", "::1", "80", "/", "", "http://[::1]:80/", false, true},
	    {"http://h?q", "h", "80", "/?q", "", "http://h:80/", false, false},
	};
	struct http_url u;
	struct err e;
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		assert_int_equal(http_url_parse(&u, urls[i].text, &e), 0);
		assert_string_equal(u.host, urls[i].host);
		assert_string_equal(u.port, urls[i].port);
		assert_string_equal(u.path, urls[i].path);
		assert_string_equal(u.login, urls[i].login);
		assert_string_equal(u.shown, urls[i].shown);
		assert_int_equal(u.tls, urls[i].tls);
		assert_int_equal(u.bare, urls[i].bare);
	}
	http_url_path(&u, "/v1/traces");
	assert_string_equal(u.shown, "http://h:80/v1/traces");
}

static void what_is_no_url_is_refused_without_being_repeated(void **state)
{
	static const char *const bad[] = {"",
					  "otel:4318",
					  "ftp://otel",
					  "http://",
					  "http://:80",
					  "http://h:0",
					  "http://h:x",
					  "http://h:65536",
					  "http://h:",
					  "http://[::1",
					  "http://[::1]x:1",
					  "http://h/a b",
					  "http://h\n/",
					  "http://u:\x01@h/",
					  "http://u%0a:p@h"};
	struct http_url u;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = {0};
		assert_int_equal(http_url_parse(&u, bad[i], &e), FAULT_USAGE);
		assert_null(strstr(e.text, "u:"));
	}
}

static void headers_are_pairs_with_escapes(void **state)
{
	struct buf b = {0};
	struct err e;
	(void)state;
	assert_int_equal(http_headers_parse(&b, STR(" api-key = a%20b%3D,x=1=2,, y="), &e), 0);
	assert_true(str_is(buf_view(&b), "api-key: a b=\r\nx: 1=2\r\ny: \r\n"));
	buf_clear(&b);
	assert_int_equal(http_headers_parse(&b, STR_NONE, &e), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(http_headers_parse(&b, STR("a=1,b"), &e), FAULT_USAGE);
	assert_string_equal(e.text, "header 2 is not of the form name=value");
	assert_int_equal(http_headers_parse(&b, STR("a b=1"), &e), FAULT_USAGE);
	assert_int_equal(http_headers_parse(&b, STR("key=SECRET%0d%0aX: 1"), &e), FAULT_USAGE);
	assert_null(strstr(e.text, "SECRET"));
	buf_free(&b);
}

/* What http_answer_take says of text, given byte by byte and at once. */
static int take(const char *text, bool over, struct http_answer *a)
{
	size_t n = strlen(text);
	*a = (struct http_answer){0};
	for (size_t i = 0; i < n; i++) {
		int early = http_answer_take(a, (struct str){text, i}, false);
		if (early) {
			assert_int_equal(early, http_answer_take(a, (struct str){text, n}, over));
			return early;
		}
	}
	return http_answer_take(a, (struct str){text, n}, over);
}

static void an_answer_is_whole_when_its_body_is(void **state)
{
	struct http_answer a;
	(void)state;
	assert_int_equal(take("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false, &a), 1);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.retry_s, -1);
	assert_true(str_is(buf_view(&a.body), "{}"));
	buf_free(&a.body);
	assert_int_equal(take("HTTP/1.1 204\r\n\r\n", false, &a), 1);
	assert_int_equal(
	    take("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nretry-AFTER: 7\r\n\r\nno", true, &a), 1);
	assert_int_equal(a.status, 503);
	assert_int_equal(a.retry_s, 7);
	buf_free(&a.body);
	assert_int_equal(take("HTTP/1.1 200 OK\r\n\r\nuntil the end", false, &a), 0);
	buf_free(&a.body);
	assert_int_equal(
	    take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
		 false, &a),
	    1);
	assert_true(str_is(buf_view(&a.body), "abcd"));
	buf_free(&a.body);
}

static void what_is_no_answer_is_told_early(void **state)
{
	struct http_answer a;
	(void)state;
	assert_int_equal(take("SSH-2.0", false, &a), -1);
	assert_int_equal(take("HTTP/2 200 OK\r\n\r\n", false, &a), -1);
	assert_int_equal(take("HTTP/1.1 2xx OK\r\n\r\n", false, &a), -1);
	assert_int_equal(take("HTTP/1.1 999 OK\r\n\r\n", false, &a), -1);
	assert_int_equal(take("HTTP/1.1 200 OK\r\n", true, &a), -1);
	assert_int_equal(take("", true, &a), -1);
	assert_int_equal(take("HTTP/1.1 200 O", false, &a), 0);
	/* cut in its body: its status is what matters */
	assert_int_equal(take("HTTP/1.1 413 Too Large\r\nContent-Length: 100\r\n\r\nbig", true, &a), 1);
	assert_true(str_is(buf_view(&a.body), "big"));
	buf_free(&a.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_url_is_host_port_path_and_login),
	    cmocka_unit_test(what_is_no_url_is_refused_without_being_repeated),
	    cmocka_unit_test(headers_are_pairs_with_escapes),
	    cmocka_unit_test(an_answer_is_whole_when_its_body_is),
	    cmocka_unit_test(what_is_no_answer_is_told_early),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
