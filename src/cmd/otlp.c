#include "cmd/otlp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/http_post.h"
#include "record/reader.h"
#include "report/out.h"
#include "report/report_otlp.h"

enum { REQUEST_MS = 10 * 1000, ALL_S = 60 };

/* NULL where it is not set or empty; the name for traces alone comes first, as the standard has it. */
static const char *wish(const char *traces, const char *all)
{
	const char *v = getenv(traces);
	if (!v || !*v)
		v = getenv(all);
	return v && *v ? v : NULL;
}

struct to_file {
	struct otlp_to to;
	struct out *o;
};

static void take_line(struct otlp_to *to, struct str request, uint32_t spans)
{
	struct to_file *f = (struct to_file *)to;
	(void)spans;
	out_str(f->o, request);
	out_char(f->o, '\n');
}

static int replay(const char *events, struct otlp_to *to, struct reader_result *ret, struct err *e)
{
	struct otlp t;
	otlp_begin(&t, to, str_of(getenv("OTEL_SERVICE_NAME")));
	int rc = reader_replay(events, &t.sink, ret, e);
	otlp_end(&t);
	return rc;
}

int otlp_write(const char *events, int fd, struct reader_result *ret, struct err *e)
{
	struct out o;
	struct err written;
	out_to_fd(&o, fd);
	struct to_file f = {{take_line}, &o};
	int rc = replay(events, &f.to, ret, e);
	if (out_close(&o, &written) < 0 && rc == 0) {
		*e = written;
		rc = e->fault;
	}
	return rc;
}

struct to_url {
	struct otlp_to to;
	struct http_url url;
	struct buf headers;
	int64_t each_ns, until_ns; /* until: absolute, for all */
	uint64_t n_spans, n_lost;  /* spans that went, and those that did not */
	struct err err;            /* the first error; fault 0: none */
};

/* One line of what the server says of it. */
static struct str reason(const struct http_answer *a)
{
	struct str s = str_trim(buf_view(&a->body));
	s = str_clip_utf8(str_cut(s, 0, str_find(s, '\n')), 160);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return STR_NONE;
	return s;
}

static bool may_come_back(int status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

static int answered(const struct http_answer *a, struct err *e)
{
	struct str why = reason(a);
	errno = 0;
	if (a->status >= 200 && a->status < 300)
		return 0;
	if (a->status >= 300 && a->status < 400)
		return err_sys(e, "it answered %d, and redirects are not followed", a->status);
	if (a->status == 401 || a->status == 403)
		return err_sys(e, "it answered %d: is OTEL_EXPORTER_OTLP_HEADERS right?", a->status);
	if (a->status == 404)
		return err_sys(e, "it answered 404: is the path right? Collectors want /v1/traces");
	return err_sys(e, "it answered %d%s%.*s", a->status, why.n ? ": " : "", STR_ARG(why));
}

/* A server that is busy is asked again as long as the time of this request lasts. */
static int post(struct to_url *u, const struct http_request *q, struct err *e)
{
	for (;;) {
		struct http_answer a;
		int rc = http_post(&u->url, q, &a, e);
		rc = rc < 0 ? rc : answered(&a, e);
		int64_t rest_s = a.retry_s > 0 ? a.retry_s : 1;
		bool again = rc < 0 && may_come_back(a.status) &&
			     rest_s < (q->deadline_ns - clock_mono_ns()) / NS_PER_S;
		buf_free(&a.body);
		if (!again)
			return rc;
		struct timespec rest = {.tv_sec = rest_s};
		(void)nanosleep(&rest, NULL);
	}
}

static void take_post(struct otlp_to *to, struct str request, uint32_t spans)
{
	struct to_url *u = (struct to_url *)to;
	int64_t now = clock_mono_ns();
	const struct http_request q = {
	    .type = STR("application/json"),
	    .headers = buf_view(&u->headers),
	    .body = request,
	    .ca_file = wish("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"),
	    .deadline_ns = now + u->each_ns < u->until_ns ? now + u->each_ns : u->until_ns};
	struct err e = {0};
	if (!u->err.fault && post(u, &q, &e) < 0)
		u->err = e;
	if (u->err.fault)
		u->n_lost += spans;
	else
		u->n_spans += spans;
}

static int open_url(struct to_url *u, const char *where, struct err *e)
{
	const char *headers = wish("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");
	const char *limit = wish("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT");
	int64_t ms = REQUEST_MS;
	*u = (struct to_url){.to = {take_post}};
	if (http_url_parse(&u->url, where, e) < 0)
		return err_wrap(e, "--otlp");
	if (http_headers_parse(&u->headers, str_of(headers), e) < 0)
		return err_wrap(e, "OTEL_EXPORTER_OTLP_HEADERS");
	if (limit && (!str_int(str_of(limit), &ms) || ms <= 0 || ms > (int64_t)ALL_S * 1000))
		ms = REQUEST_MS;
	u->each_ns = ms * NS_PER_MS;
	u->until_ns = clock_mono_ns() + (int64_t)ALL_S * NS_PER_S;
	if (u->url.bare) /* as OTEL_EXPORTER_OTLP_ENDPOINT has it */
		http_url_path(&u->url, "/v1/traces");
	return 0;
}

static int export_url(const char *events, const char *where, struct err *e)
{
	struct to_url u;
	struct reader_result read;
	int rc = open_url(&u, where, e);
	rc = rc < 0 ? rc : replay(events, &u.to, &read, e);
	buf_free(&u.headers);
	if (rc == 0 && u.err.fault) {
		unsigned long long lost = u.n_lost, all = u.n_lost + u.n_spans;
		*e = u.err;
		rc = err_wrap(e, "%llu of %llu spans were not sent to '%s'", lost, all, u.url.shown);
	}
	return rc;
}

int otlp_check(const char *where, struct err *e)
{
	struct http_url u;
	if (!http_is_url(where)) {
		if (strstr(where, "://"))
			return err_usage(e, "--otlp: not a URL of http or https, nor a file");
		return 0;
	}
	return http_url_parse(&u, where, e) < 0 ? err_wrap(e, "--otlp") : 0;
}

int otlp_export(const char *events, const char *where, struct err *e)
{
	if (http_is_url(where))
		return export_url(events, where, e);
	int fd = open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(e, "cannot write '%s'", where);
	struct reader_result read;
	int rc = otlp_write(events, fd, &read, e);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", where);
	return rc;
}
