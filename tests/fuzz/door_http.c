/* The first byte says what the rest is: a URL, a list of headers, or an answer that comes in two parts. */
#include <string.h>

#include "base/str.h"
#include "door.h"
#include "net/http_post.h"

static void url(struct str s)
{
	struct http_url u;
	struct err e;
	struct buf b = {0};
	buf_str(&b, s);
	buf_char(&b, '\0');
	if (http_url_parse(&u, b.at, &e) == 0) {
		HOLD(u.host[0] && u.port[0] && u.path[0] == '/');
		HOLD(!strpbrk(u.host, " \r\n") && !strpbrk(u.path, " \r\n") && !strpbrk(u.login, "\r\n"));
		HOLD(!strchr(u.shown, '?'));
	}
	buf_free(&b);
}

static void headers(struct str s)
{
	struct buf b = {0};
	struct err e;
	if (http_headers_parse(&b, s, &e) == 0) {
		struct str rest = buf_view(&b), line;
		while (rest.n && str_next(&rest, '\n', &line)) {
			HOLD(line.n > 2 && line.at[line.n - 1] == '\r');
			HOLD(str_find(line, '\r') == line.n - 1 && str_find(line, ':') < line.n);
		}
	}
	buf_free(&b);
}

static void answer(struct str s)
{
	struct http_answer early = {0}, a = {0}, again = {0};
	size_t half = s.n / 2;
	int first = http_answer_take(&early, str_cut(s, 0, half), false);
	int whole = http_answer_take(&a, s, true);
	HOLD(whole == 1 || whole == -1);
	if (whole == 1) {
		HOLD(a.status >= 200 && a.status <= 599 && a.retry_s >= -1);
		HOLD(http_answer_take(&again, s, true) == 1 &&
		     str_eq(buf_view(&a.body), buf_view(&again.body)));
	}
	if (first == 1)
		HOLD(whole == 1 && a.status == early.status);
	if (first == -1)
		HOLD(whole == -1);
	buf_free(&early.body);
	buf_free(&a.body);
	buf_free(&again.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct str rest = str_cut(s, 1, s.n);
	if (s.n && s.at[0] == 'u')
		url(rest);
	else if (s.n && s.at[0] == 'h')
		headers(rest);
	else if (s.n)
		answer(rest);
	door_drop(s);
	return 0;
}
