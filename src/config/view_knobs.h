/*
 * config/view_knobs.h - what a person may wish of the commands that look at runs
 * that are over: `fettle report` and `fettle history`.
 */
#pragma once
#include "config/knob.h"

/* Indices of the choices, in the order in which the rows name them. */
enum report_form {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_MARKDOWN,
	REPORT_JUNIT,
	REPORT_HTML,
	REPORT_TRACE,
	REPORT_OTLP
};
enum history_form { HISTORY_TEXT, HISTORY_JSON, HISTORY_HTML };

struct report_options {
	struct knob_choice format;
	const char *output;       /* NULL: stdout */
	struct knob_choice color; /* enum run_color */
	const char *config, *profile;
};

struct history_options {
	int64_t limit;     /* rows; 0: all */
	const char *suite; /* pattern; NULL: every suite */
	struct knob_choice format;
	const char *output; /* NULL: stdout */
	bool flaky, slowest;
	const char *bench, *metric, *unit, *test; /* patterns of what is drawn; NULL: none */
	bool wall;
	double min_effect; /* percent */
	const char *config, *profile;
};

extern const struct knob_table report_table, history_table;
