/*
 * cmd/bench_suite.h - the benches of fettle.yaml: measured, held to their targets, told.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"

/*
 * names: of benches, all of them where there are none. Returns 0, 1 where a target was missed or something
 * did not work, or a fault.
 */
must_use int bench_suite(const struct bench_options *o, const struct knob_values *v,
			 const struct knob_list *names, struct err *e);
