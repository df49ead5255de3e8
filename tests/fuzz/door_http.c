/* The first byte says what the rest is: a URL, a list of headers, or an answer that comes in two parts. */
#include <string.h>

#include "base/str.h"
#include "door.h"
#include "net/answer.h"
#include "net/http_url.h"

static void url(struct str s)
{
	struct http_url u;
	struct err e;
	struct buf b = {0};
	buf_str(&b, s);
	buf_char(&b, '\0');
	if (http_url_parse(&u, b.at, &e) == 0) {
		HOLD(u.host[0] && u.path[0] == '/' && (u.port[0] || u.socket[0]));
		HOLD(!strpbrk(u.host, " \r\n") && !strpbrk(u.path, " \r\n") && !strpbrk(u.login, "\r\n"));
		HOLD(!strpbrk(u.shown, "?\r\n") && !strpbrk(u.socket, "\r\n"));
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

/* The same in two parts as at once; HEAD and an upgrade by what is in it. */
static void answer(struct str s)
{
	struct answer whole = {.is_head = s.n % 5 == 4, .may_switch = s.n % 3 == 2}, parts = whole;
	struct buf body = {0}, again = {0};
	size_t used = answer_feed(&whole, s, &body), half = s.n / 2;
	size_t fed = answer_feed(&parts, str_cut(s, 0, half), &again);
	if (fed == half)
		fed += answer_feed(&parts, str_cut(s, half, s.n), &again);
	HOLD(whole.at == parts.at && used <= s.n && body.n <= s.n);
	if (whole.at != ANSWER_BAD)
		HOLD(used == fed && str_eq(buf_view(&body), buf_view(&again)));
	else
		HOLD(whole.why);
	if (answer_has_head(&whole)) {
		HOLD(whole.status >= 101 && whole.status <= 599 && whole.head.n <= ANSWER_HEAD_MOST);
		HOLD(whole.status >= 200 || whole.switched);
		HOLD(str_eq(answer_header(&whole, "retry-after"), answer_header(&parts, "Retry-After")));
		HOLD(!whole.is_head || body.n == 0 || whole.switched);
	}
	answer_free(&whole);
	answer_free(&parts);
	buf_free(&body);
	buf_free(&again);
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
