/*
 * cmd/bench_print.h - what was measured, in the form that was wished for.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"
#include "wire/bench.h"

struct bench_print {
	const char *command; /* that warnings name */
	enum bench_form form;
	bool colour, quiet;
};

/* To a descriptor, which stays open. b has its summaries. */
must_use int bench_print_to(const struct bench_print *o, const struct bench *b, int fd, struct err *e);
/* On standard output, as was wished. */
must_use int bench_print(const struct bench_options *o, const struct bench *b, struct err *e);
/* bench.html and junit.xml into a folder that there is; goes on after a failure and returns the first. */
must_use int bench_print_files(const struct bench *b, const char *dir, struct err *e);
