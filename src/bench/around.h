/*
 * bench/around.h - the lines for sh around what is measured: setup, prepare, conclude, teardown.
 *
 * They see FETTLE's environment with the item's over it, its folder, and {NAME} as the parameters' values;
 * their output goes to standard error. None of it is part of a figure.
 */
#pragma once
#include "bench/subject.h"

/* The folder that everything of the item runs in. Fault: system, "cannot enter the folder 'x' of 'dir'". */
must_use int around_folder(const struct bench_item *item, struct err *e);

/* One line, in a process group of its own, which a stop or the end of its time ends: by TERM, and by KILL two
 * seconds later. */
struct around_line {
	const char *what; /* "prepare", for messages */
	const char *text;
	char *const *env;
	const char *dir;    /* NULL: the current one */
	int64_t timeout_ns; /* 0: none */
	bool outlives_stop; /* it clears up: a stop lets it end */
};
/* Fault: system, "prepare failed: exit code 3", or that of a stop (net/wait.h). */
must_use int around_line(const struct around_line *line, struct err *e);

/*
 * One after the other; the first that fails ends it. what: "prepare". of: whose parameters and item count. A
 * line that takes longer than AROUND_TIMEOUT_NS is ended. Fault: as of around_line.
 */
#define AROUND_TIMEOUT_NS (600 * (int64_t)1000000000)
must_use int around_run(struct subject *of, const char *what, const struct knob_list *lines, struct err *e);
