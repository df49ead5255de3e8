/*
 * cmd/run_outside.h - what was bad beside the tests and units of a run.
 */
#pragma once
#include "cmd/run.h"

/* It stands among the units, under this name. What it says is copied. */
struct bad_outside {
	struct str name, message, output;
	int32_t worker;
	enum status status;
	int64_t time_ns, dur_ns;
};
void run_put_outside(struct run *r, const struct bad_outside *b);
