/*
 * analyse/cuts.h - how much of each unit each hook, fixture and marked phase took.
 *
 * For model_phases.c, model_sum.c and critical.c; fed by the calls in model_build.h. What
 * overlaps within one unit counts once. Memory is bounded: where there are too many pairs of a
 * name and a unit, those of the names that took least are given up.
 */
#pragma once
#include "analyse/model_build.h"

enum { CUTS_MOST = 256 * 1024, CUTS_NAMES = 4096 };

/* A hook, fixture or phase by its name. */
struct cut_name {
	enum critical_kind kind;
	struct str name;
	uint32_t n, n_cuts;
	int64_t spent_ns;
	bool given_up;
};

/* What one name took in one unit. */
struct cut {
	uint32_t name, unit;
	int64_t ns;
};

struct cuts {
	struct cut_name *names;
	struct cut *all;
	size_t n_names, cap_names, n, cap;
	struct table phases; /* names of phases */
	uint32_t *by_sum;    /* name of each sum, plus one; 0: none yet */
	size_t n_by_sum, cap_by_sum;
	struct ids open; /* of unit and name, to an item of sums */
	struct cut_sum *sums;
	size_t n_sums, cap_sums;
	uint32_t free; /* first of the sums that are not used; MODEL_NONE */
};

/* Ends all that is still being added up; then names and all can be read. */
void cuts_end(struct model *m);
