/*
 * config/keep_knobs.h - what a person may wish of the commands that keep results and throw them away:
 * `fettle baseline` and `fettle clean`.
 */
#pragma once
#include "config/knob.h"

enum baseline_form { BASELINE_TEXT, BASELINE_JSON };

struct baseline_options {
	const char *from; /* of save; NULL: the last results */
	bool force, use;
	struct knob_choice format; /* of list */
};

struct clean_options {
	int64_t older_than_ns; /* 0: age does not matter */
	int64_t keep;          /* counts only where it was given */
	bool dry_run, baselines, history, quiet;
};

extern const struct knob_table baseline_table, clean_table;
