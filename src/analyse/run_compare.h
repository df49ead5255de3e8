/*
 * analyse/run_compare.h - two runs of a suite: what broke, what got slower, what is covered no longer.
 *
 * Tests are matched by file and name. A run measures a test once, so a test is slower only when it stands out
 * among the tests of its own run: all that both runs passed tell by which factor the machine was slower as a
 * whole (the median) and how far single tests scatter; slower is at least 20 % and 50 ms above that factor
 * and outside of 3.5 robust deviations. Between machines times are advisory.
 */
#pragma once
#include "analyse/model.h"
#include "measure/verdict.h"

/* Of one source file, or of all; statements. */
struct run_coverage {
	struct str file;
	int64_t statements, covered;
};
struct run_coverages {
	struct run_coverage *files;
	size_t n_files;
	struct run_coverage total;
	bool known;
};

struct run_row {
	struct str name; /* file::name of a test */
	int64_t base_ns, now_ns;
	enum change_kind what;
};

struct run_comparison {
	struct run_row *rows; /* by kind, the largest difference first, then by name */
	size_t n_rows;
	uint32_t of[CHANGE_KINDS];
	int64_t base_wall_ns, now_wall_ns;
	double drift;  /* the factor between the runs' tests; 1: none, or too few tests to tell */
	double spread; /* robust deviation of the logarithms of single tests' factors */
	struct run_coverages base_cover, now_cover;
	const struct run_coverage **lost; /* files of now that lost coverage; their base beside them */
	const struct run_coverage **lost_base;
	size_t n_lost;
	bool cover_lost; /* the total fell by more than 0.05 points */
	bool same_machine;
	enum verdict verdict;
};

/* Both models must be finished. What it returns lives in the arena and in the models. */
struct run_comparison runs_compare(struct arena *a, const struct model *base, const struct model *now,
				   struct run_coverages base_cover, struct run_coverages now_cover);
