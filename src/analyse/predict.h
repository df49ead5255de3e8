/*
 * analyse/predict.h - how long a unit will take, from what it took before.
 *
 * The median of the last passing times: one bad day or one fast machine does not
 * move it. What is not known itself is derived: a unit that is one test from that
 * test, a file from its tests (it was split before), a new test from the others of
 * its file (their 90th percentile: to begin a short one early costs little, to
 * begin a long one late costs all of it).
 *
 * Names are kept as 64-bit hashes: two that collide cost order, not a run.
 * 24 bytes a unit, 40 a test.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/table.h"
#include "wire/str.h"

struct predict_time;
struct predict_file;

/* A zeroed struct predict knows nothing. */
struct predict {
	struct predict_time *units, *tests;
	struct predict_file *files;
	size_t n_units, n_tests, n_files, cap_units, cap_tests, cap_files;
	struct table units_by_name, tests_by_name, tests_by_key, files_by_name;
	bool settled;
};

void predict_free(struct predict *p);

/* Passing wall times of a unit or a test, in any order; only the median counts. None: passed over. */
void predict_unit_was(struct predict *p, struct str name, const int64_t *times_ns, size_t n);
/* A unit that never ran whole: what its tests took says nothing of the whole. */
void predict_unit_never(struct predict *p, struct str name);
/* key: what the framework takes to run just this test; may be empty. */
void predict_test_was(struct predict *p, struct str file, struct str name, struct str key,
		      const int64_t *times_ns, size_t n);

/*
 * ns, or 0: not known. suite is the file that the unit belongs to (its own name where it is one).
 * The unit itself; the test that it is by key or as file::name; its tests added up where it is a file;
 * the 90th percentile of the tests of its suite.
 */
int64_t predict_unit(struct predict *p, struct str name, struct str suite);
/* A unit that is one test of a file: found by file and name also where the key has moved. */
int64_t predict_test(struct predict *p, struct str file, struct str name, struct str key);

/*
 * What a file takes beside its own tests, which each part of it would take again; 0: nothing, or that cannot
 * be told.
 */
int64_t predict_shared(struct predict *p, struct str file);

/*
 * What is predicted of each unit that is known, and of each file that is only known by its tests (one
 * whose unit never passed). ret_ns has room for p->n_units + p->n_files; returns how many were written.
 */
size_t predict_units(struct predict *p, int64_t *ret_ns);

/* The median; 0 without times. Of an even number, the mean of the two in the middle. */
int64_t predict_median(const int64_t *times_ns, size_t n);
