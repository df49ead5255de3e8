/* What is read of a URL and of a list of headers. */
#include "net/http_url.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

bool http_is_url(const char *text)
{
	struct str s = str_of(text);
	return str_starts(s, "http://") || str_starts(s, "https://");
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX, if it stands at i: its byte, else -1. */
static int escape_at(struct str s, size_t i)
{
	if (s.at[i] != '%' || i + 2 >= s.n || digit(s.at[i + 1]) < 0 || digit(s.at[i + 2]) < 0)
		return -1;
	return digit(s.at[i + 1]) << 4 | digit(s.at[i + 2]);
}

static bool decode(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int c = escape_at(s, i);
		i += c >= 0 ? 2 : 0;
		c = c >= 0 ? c : (unsigned char)s.at[i];
		if (c < ' ' || c == 0x7f)
			return false;
		buf_char(b, (char)c);
	}
	return true;
}

static bool copy(char *to, size_t room, struct str s)
{
	if (s.n >= room)
		return false;
	if (s.n)
		memcpy(to, s.at, s.n);
	to[s.n] = '\0';
	return true;
}

/* "host", "host:port", "[v6]:port" */
static bool take_host(struct http_url *u, struct str s)
{
	size_t end = s.n && s.at[0] == '[' ? str_find(s, ']') : 0;
	if (end == s.n)
		return false;
	size_t colon = end + str_find(str_cut(s, end, s.n), ':');
	struct str host = end ? str_cut(s, 1, end - 1) : str_cut(s, 0, colon);
	struct str port = colon < s.n ? str_cut(s, colon + 1, s.n) : u->tls ? STR("443") : STR("80");
	int64_t n = 0;
	if (!host.n || !str_int(port, &n) || n < 1 || n > 65535 || (end && end + 1 != colon && colon < s.n))
		return false;
	for (size_t i = 0; i < host.n; i++)
		if ((unsigned char)host.at[i] <= ' ' || host.at[i] == 0x7f)
			return false;
	return copy(u->host, sizeof(u->host), host) && copy(u->port, sizeof(u->port), port);
}

bool http_is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
			return false;
	return true;
}

/* "/SOCKET:/PATH", "/SOCKET" */
static bool take_socket(struct http_url *u, struct str s)
{
	size_t end = 0;
	while (end < s.n && !str_starts(str_cut(s, end, s.n), ":/"))
		end++;
	struct str socket = str_cut(s, 0, end), path = str_cut(s, end + 1, s.n);
	path = str_cut(path, 0, str_find(path, '#'));
	for (size_t i = 0; i < socket.n; i++)
		if ((unsigned char)socket.at[i] < ' ' || socket.at[i] == 0x7f)
			return false;
	u->bare = path.n == 0 || str_is(path, "/");
	(void)copy(u->host, sizeof(u->host), STR("localhost"));
	return socket.n && http_is_path(path) && copy(u->socket, sizeof(u->socket), socket) &&
	       copy(u->path, sizeof(u->path), path.n ? path : STR("/"));
}

static bool take(struct http_url *u, struct str s)
{
	struct buf login = {0};
	u->tls = str_starts(s, "https://");
	s = str_cut(s, u->tls ? 8 : 7, s.n);
	s = str_cut(s, 0, str_find(s, '#'));
	size_t slash = str_find(s, '/'), query = str_find(s, '?');
	size_t end = slash < query ? slash : query;
	struct str who = str_cut(s, 0, end), path = str_cut(s, end, s.n);
	size_t at = str_find_last(who, '@');
	bool good = at == who.n || decode(&login, str_cut(who, 0, at));
	good = good && copy(u->login, sizeof(u->login), buf_view(&login));
	buf_free(&login);
	who = at == who.n ? who : str_cut(who, at + 1, who.n);
	u->bare = path.n == 0 || str_is(path, "/");
	good = good && http_is_path(path);
	if (path.n && path.at[0] == '/')
		good = good && copy(u->path, sizeof(u->path), path);
	else
		good = good && path.n + 2 < sizeof(u->path) &&
		       snprintf(u->path, sizeof(u->path), "/%.*s", STR_ARG(path)) > 0;
	return good && take_host(u, who);
}

static void show(struct http_url *u)
{
	bool v6 = strchr(u->host, ':') != NULL;
	if (u->socket[0])
		(void)snprintf(u->shown, sizeof(u->shown), "unix:%s:%.80s", u->socket, u->path);
	else
		(void)snprintf(u->shown, sizeof(u->shown), "%s://%s%s%s:%s%.80s", u->tls ? "https" : "http",
			       v6 ? "[" : "", u->host, v6 ? "]" : "", u->port, u->path);
	*(strchrnul(u->shown, '?')) = '\0';
}

int http_url_parse(struct http_url *ret, const char *text, struct err *e)
{
	struct str s = str_of(text);
	*ret = (struct http_url){0};
	if (str_starts(s, "unix:")) {
		if (!take_socket(ret, str_cut(s, 5, s.n)))
			return err_usage(e, "not of the form unix:/SOCKET:/PATH, or longer than a socket's "
					    "path may be");
		show(ret);
		return 0;
	}
	if (!http_is_url(text) || !take(ret, s))
		return err_usage(e, "not a URL of the form http[s]://[user:password@]host[:port][/path]");
	show(ret);
	return 0;
}

void http_url_path(struct http_url *u, const char *path)
{
	(void)copy(u->path, sizeof(u->path), str_of(path));
	show(u);
}

/* The characters of a header's name: RFC 9110, token. */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!word && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0;
}

int http_header_put(struct buf *b, struct str name, struct str value, struct err *e)
{
	if (!is_token(name))
		return err_usage(e, "'%.*s' is no name of a header", STR_ARG(str_clip_utf8(name, 80)));
	for (size_t i = 0; i < value.n; i++)
		if (((unsigned char)value.at[i] < ' ' && value.at[i] != '\t') || value.at[i] == 0x7f)
			return err_usage(e, "the value of header '%.*s' has a control character",
					 STR_ARG(str_clip_utf8(name, 80)));
	buf_str(b, name);
	buf_text(b, ": ");
	buf_str(b, value);
	buf_text(b, "\r\n");
	return 0;
}

int http_headers_parse(struct buf *b, struct str list, struct err *e)
{
	struct str part;
	for (unsigned n = 1; str_next(&list, ',', &part); n++) {
		size_t eq = str_find(part, '=');
		struct str name = str_trim(str_cut(part, 0, eq));
		struct str value = str_trim(str_cut(part, eq + 1, part.n));
		if (!str_trim(part).n)
			continue;
		if (eq == part.n || !is_token(name))
			return err_usage(e, "header %u is not of the form name=value", n);
		struct buf plain = {0};
		int rc = 0;
		if (decode(&plain, value))
			rc = http_header_put(b, name, buf_view(&plain), e);
		else
			rc = err_usage(e, "the value of header '%.*s' has a control character",
				       STR_ARG(str_cut(name, 0, 80)));
		buf_free(&plain);
		if (rc < 0)
			return rc;
	}
	return 0;
}
