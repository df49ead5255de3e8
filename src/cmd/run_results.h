/*
 * cmd/run_results.h - what the output, the files and the exit of a unit's process say.
 */
#pragma once
#include "cmd/run.h"

void results_begin(struct run *r, struct desk *d, uint32_t worker, const struct pool_unit *u);
void results_output(struct run *r, struct desk *d, struct str bytes, int64_t time_ns);
/* go: a row of a bad test is kept back, since a test may run others that are to fail. False: it is not kept.
 */
bool results_hold(struct run *r, struct desk *d, const struct event *ev);
/* The verdict of the unit; puts the tests that only its end tells. */
enum status results_end(struct run *r, struct desk *d, const struct pool_unit *u, const struct pool_exit *x,
			int64_t time_ns, struct str *ret_message, bool *ret_told);
/* Reads the files that --results names and that were written since they were looked at last; their tests go
 * below parent. */
uint32_t results_read(struct run *r, uint64_t parent, int32_t worker, enum status *ret_worst);
/* Which files of results are there before anything is begun: they are none of this run's until somebody
 * writes them. */
void results_know(struct run *r);
/* Units that told of no tests: each is one itself where no file of --results tells of any (all). */
void results_put_untold(struct run *r, bool all);
void results_free(struct run *r);
