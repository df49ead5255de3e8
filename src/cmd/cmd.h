/*
 * cmd/cmd.h - the front desk: one struct a command, all in the table of main.c.
 *
 * A command gets the words behind its name and returns the exit code: 0 good, 1 a verdict is bad,
 * 2 usage or configuration, 3 the system said no, 4 bytes that should be ours are not,
 * 130 interrupted. Only this room prints.
 */
#pragma once
#include <stdbool.h>

#include "base/err.h"

struct cmd {
	const char *name;
	const char *brief;
	int (*run)(int n_words, char **words);
};

extern const struct cmd cmd_run, cmd_cover, cmd_report, cmd_history, cmd_mark, cmd_bench, cmd_check,
    cmd_compare, cmd_baseline, cmd_clean, cmd_config, cmd_completion;

struct knob_choice;
struct knob_table;
/* --help of a command on standard output; returns 0. */
int print_help(const struct knob_table *t);
/* "fettle run: message" on standard error; returns the exit code of the fault. */
int complain(const char *command, const struct err *e);
/*
 * After ^C: says so; what it returns is the exit code, 130. rc < 0: there was nothing to report, for the
 * reason in e, which is said instead unless it is the stop itself.
 */
int complain_of_stop(const char *command, int rc, const struct err *e);
/* The same for a warning; nothing is returned. */
void warn(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Whether a --color of enum run_color wants ink on fd; 'auto' obeys NO_COLOR and wants a terminal. */
bool wants_colour(const struct knob_choice *color, int fd);
/* Columns of the terminal at fd; 0: it is none. */
unsigned terminal_columns(int fd);
