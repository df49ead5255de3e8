/*
 * cmd/compare_against.h - two sides measured in turn, round by round, until it is clear which is slower.
 *
 * A side is a command, the same command in the tree of a commit, or a URL.
 */
#pragma once
#include "base/err.h"
#include "config/bench_knobs.h"
#include "measure/bench_compare.h"

/* What is to be done with the result, which is gone once it returns: an exit code, or a fault. */
struct compare_told {
	int (*tell)(void *ctx, const struct comparison *c, struct err *e);
	void *ctx;
};

/*
 * What --against names, as base, beside the words; the record is written before it is told. Returns what tell
 * returns. Fault: usage, system.
 */
must_use int compare_against(const struct compare_options *o, const struct compare_rules *rules,
			     const struct knob_list *words, const struct compare_told *told, struct err *e);
