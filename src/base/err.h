/*
 * base/err.h - what went wrong, for the person who has to act on it.
 *
 * A function that can fail returns 0 or a negative fault and takes a struct err
 * as its last parameter; on success the struct is untouched. No allocation.
 * Messages as git's: lower case, no full stop, error first, 'quoted subject'.
 */
#pragma once
#include <stdarg.h>

enum fault {
	FAULT_USAGE = -2,  /* the person wrote something that we do not understand */
	FAULT_SYSTEM = -3, /* the machine said no: file, network, permission */
	FAULT_FORMAT = -4, /* bytes that should be ours are not */
};

struct err {
	int fault;
	int sys; /* errno at the time, or 0 */
	char text[480];
};

#define must_use __attribute__((warn_unused_result))

/* Fill *e; return the fault, so that `return err_sys(e, "cannot open '%s'", path);` reads well. */
int err_usage(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_format(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Adds ": " and the text of errno. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "fmt: " in front of the text; returns e->fault. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The exit code for a fault: 2, 3 or 4. */
int err_exit_code(const struct err *e);
