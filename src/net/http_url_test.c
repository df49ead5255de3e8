#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "net/http_url.h"

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

static void a_unix_socket_is_a_server_too(void **state)
{
	static const struct {
		const char *text, *socket, *path, *shown;
	} urls[] = {
	    {"unix:/run/docker.sock:/v1/info?key=s", "/run/docker.sock", "/v1/info?key=s",
	     "unix:/run/docker.sock:/v1/info"},
	    {"unix:/run/x.sock", "/run/x.sock", "/", "unix:/run/x.sock:/"},
	    {"unix:rel:7:/a:/b", "rel:7", "/a:/b", "unix:rel:7:/a:/b"},
	};
	struct http_url u;
	struct err e;
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		assert_int_equal(http_url_parse(&u, urls[i].text, &e), 0);
		assert_string_equal(u.socket, urls[i].socket);
		assert_string_equal(u.path, urls[i].path);
		assert_string_equal(u.shown, urls[i].shown);
		assert_string_equal(u.host, "localhost");
		assert_false(u.tls);
	}
	char far[200] = "unix:";
	memset(far + 5, 'a', 108);
	assert_int_equal(http_url_parse(&u, far, &e), FAULT_USAGE);
	assert_int_equal(http_url_parse(&u, "unix:", &e), FAULT_USAGE);
	assert_int_equal(http_url_parse(&u, "unix::/x", &e), FAULT_USAGE);
	assert_int_equal(http_url_parse(&u, "unix:/s:/a b", &e), FAULT_USAGE);
	assert_int_equal(http_url_parse(&u, "unix:/s\n:/a", &e), FAULT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_url_is_host_port_path_and_login),
	    cmocka_unit_test(what_is_no_url_is_refused_without_being_repeated),
	    cmocka_unit_test(headers_are_pairs_with_escapes),
	    cmocka_unit_test(a_unix_socket_is_a_server_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
