/*
 * config/mark_knobs.h - what a person may wish of `fettle mark`.
 */
#pragma once
#include "config/knob.h"

/* Indices of the choices, in the order in which the rows name them. */
enum mark_kind_choice { MARK_IS_PHASE, MARK_IS_TEST, MARK_IS_CONTAINER };
enum mark_status_choice { MARK_IS_PASSED, MARK_IS_FAILED, MARK_IS_SKIPPED, MARK_IS_ERROR };

struct mark_options {
	const char *name; /* NULL: that of the command */
	struct knob_choice kind, status;
};

extern const struct knob_table mark_table;
