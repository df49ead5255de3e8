/*
 * cmd/run_asked.h - jobs for some tests alone, and what becomes of those that do not come.
 */
#pragma once
#include "cmd/run.h"

/* The job is for these tests; is_narrow: nothing else of its unit runs. Strings are kept. */
void run_ask(struct run *r, struct job *j, const struct test_id *tests, size_t n, bool is_narrow);
/* A test has begun on a worker. */
void run_asked_came(struct run *r, struct desk *d, struct str name);
/* The unit of a desk is about to end so: what was asked for and is not in the whole of it is told. */
void run_asked_tell(struct run *r, struct desk *d, const struct event *end);
/* A narrow job has ended: where not all came that it was for, the whole of its unit runs as well. */
void run_asked_whole(struct run *r, uint32_t job, const struct desk *d, enum status status);
/* Takes the tests of f that were bad before by their names from those that it has now; else it runs whole. */
void run_asked_find(struct run *r, struct found *f);
