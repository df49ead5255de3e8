#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void fill(struct err *e, int fault, int sys, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));
static void fill(struct err *e, int fault, int sys, const char *fmt, va_list ap)
{
	e->fault = fault;
	e->sys = sys;
	int n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	size_t used = n < 0 ? 0 : (size_t)n;
	if (sys && used < sizeof(e->text))
		(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(sys));
	for (char *p = e->text; *p; p++) /* names come from outside: one line, no escapes */
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
		else if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

int err_usage(struct err *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fill(e, FAULT_USAGE, 0, fmt, ap);
	va_end(ap);
	return FAULT_USAGE;
}

int err_format(struct err *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fill(e, FAULT_FORMAT, 0, fmt, ap);
	va_end(ap);
	return FAULT_FORMAT;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;
	va_start(ap, fmt);
	fill(e, FAULT_SYSTEM, sys, fmt, ap);
	va_end(ap);
	return FAULT_SYSTEM;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	struct err outer;
	va_list ap;
	va_start(ap, fmt);
	fill(&outer, e->fault, 0, fmt, ap);
	va_end(ap);
	size_t n = strlen(outer.text);
	(void)snprintf(outer.text + n, sizeof(outer.text) - n, ": %.*s", (int)(sizeof(outer.text) - n),
		       e->text);
	outer.sys = e->sys;
	*e = outer;
	return e->fault;
}

int err_exit_code(const struct err *e)
{
	return -e->fault;
}
