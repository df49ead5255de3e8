#include "report/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/digits.h"
#include "base/fd.h"
#include "base/str.h"

enum { FLUSH_BYTES = 64 * 1024 };

void out_to_fd(struct out *o, int fd)
{
	*o = (struct out){.fd = fd};
	o->buf = &o->own;
}

void out_to_buf(struct out *o, struct buf *b)
{
	*o = (struct out){.buf = b, .fd = -1};
}

static void write_all(struct out *o, const char *at, size_t n)
{
	o->gone_bytes += n;
	if (o->err.fault || fd_write(o->fd, at, n))
		return;
	o->unread = errno == EPIPE;
	(void)err_sys(&o->err, "cannot write the report");
}

void out_flush(struct out *o)
{
	if (o->fd < 0 || o->buf->n == 0)
		return;
	write_all(o, o->buf->at, o->buf->n);
	buf_clear(o->buf);
}

int out_close(struct out *o, struct err *e)
{
	out_flush(o);
	buf_free(&o->own);
	/* who reads it has seen enough: `| head` */
	if (!o->err.fault || o->unread)
		return 0;
	*e = o->err;
	return e->fault;
}

uint64_t out_total_bytes(const struct out *o)
{
	return o->gone_bytes + (o->fd < 0 ? 0 : o->buf->n);
}

void out_add(struct out *o, const void *bytes, size_t n)
{
	if (o->fd < 0) {
		o->gone_bytes += n;
		buf_add(o->buf, bytes, n);
		return;
	}
	if (o->buf->n + n > FLUSH_BYTES)
		out_flush(o);
	if (n > FLUSH_BYTES)
		write_all(o, bytes, n);
	else
		buf_add(o->buf, bytes, n);
}

void out_str(struct out *o, struct str s)
{
	out_add(o, s.at, s.n);
}

void out_text(struct out *o, const char *text)
{
	out_add(o, text, strlen(text));
}

void out_char(struct out *o, char c)
{
	out_add(o, &c, 1);
}

void out_int(struct out *o, int64_t v)
{
	char digits[DIGITS_BYTES];
	out_add(o, digits, (size_t)(digits_put_int(digits, v) - digits));
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof(text)) {
		out_add(o, text, (size_t)n);
	} else if (n > 0) {
		struct buf b = {0};
		char *p = buf_room(&b, (size_t)n);
		va_start(ap, fmt);
		(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
		va_end(ap);
		out_add(o, p, (size_t)n);
		buf_free(&b);
	}
}

void out_repeat(struct out *o, const char *text, size_t n)
{
	size_t bytes = strlen(text);
	while (n--)
		out_add(o, text, bytes);
}

void out_seconds(struct out *o, int64_t ns, unsigned decimals)
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	unsigned rest = (unsigned)(u % 1000000000u);
	char digits[9];
	for (unsigned i = 9; i > 0; rest /= 10)
		digits[--i] = (char)('0' + rest % 10);
	if (ns < 0)
		out_char(o, '-');
	out_int(o, (int64_t)(u / 1000000000u));
	if (decimals) {
		out_char(o, '.');
		out_add(o, digits, decimals < 9 ? decimals : 9);
	}
}

/*
 * value / unit with three figures; false when that would round up to `most` of the unit. Takes as many bytes
 * as `most` has digits, and the name with 4 more.
 */
static bool three_figures(char *ret, uint64_t value, uint64_t unit, uint64_t most, const char *name)
{
	static const unsigned powers[] = {100, 10, 1};
	for (unsigned decimals = 2;; decimals--) {
		uint64_t power = powers[2 - decimals];
		uint64_t scaled = value / unit * power + (value % unit * power + unit / 2) / unit;
		if (scaled >= most * power)
			return false;
		if (scaled >= 1000 && decimals)
			continue;
		ret = digits_put(ret, scaled / power);
		if (decimals)
			*ret++ = '.';
		for (uint64_t place = power / 10; place; place /= 10)
			*ret++ = (char)('0' + scaled / place % 10);
		*ret++ = ' ';
		memcpy(ret, name, strlen(name) + 1);
		return true;
	}
}

const char *duration_text(char ret[DURATION_BYTES], int64_t ns)
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char *p = ret;
	size_t room = DURATION_BYTES;
	if (ns < 0) {
		*p++ = '-';
		room--;
	}
	if (u == 0)
		(void)snprintf(p, room, "0 ms");
	else if (u < 5000)
		(void)snprintf(p, room, "<0.01 ms");
	else if (!three_figures(p, u, 1000000, 1000, "ms") && !three_figures(p, u, 1000000000, 60, "s")) {
		uint64_t s = (u + 500000000) / 1000000000;
		if (s < 3600)
			(void)snprintf(p, room, "%u m %02u s", (unsigned)(s / 60), (unsigned)(s % 60));
		else
			(void)snprintf(p, room, "%llu h %02u m", (unsigned long long)((s + 30) / 3600),
				       (unsigned)((s + 30) / 60 % 60));
	}
	return ret;
}

void out_duration(struct out *o, int64_t ns)
{
	char text[DURATION_BYTES];
	out_text(o, duration_text(text, ns));
}

void out_size(struct out *o, int64_t bytes)
{
	static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	char text[32];
	uint64_t u = bytes < 0 ? 0 : (uint64_t)bytes;
	unsigned i = 0;
	if (u < 1024) {
		out_printf(o, "%u B", (unsigned)u);
		return;
	}
	while (!three_figures(text, u, (uint64_t)1024 << (10 * i), i < 4 ? 1024 : 100000, names[i]))
		i++;
	out_text(o, text);
}

void out_count(struct out *o, uint64_t n)
{
	char text[32], *end = text + sizeof(text), *p = end;
	unsigned digits = 0;
	do {
		if (digits && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + n % 10);
		digits++;
	} while (n /= 10);
	out_add(o, p, (size_t)(end - p));
}

void out_time(struct out *o, int64_t wall_ns, unsigned columns)
{
	char text[TIME_COLUMNS + 1] = "";
	time_t t = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	if (gmtime_r(&t, &tm) && tm.tm_year >= 0 && tm.tm_year < 8000)
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	out_str(o, str_cut(str_of(text), 0, columns));
}
