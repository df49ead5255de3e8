/*
 * measure/bench_compare.h - two sides of benchmarks, figure by figure.
 *
 * Sides that were run in turn are compared in pairs, round by round: by the median of the ratios, and times
 * that a restless machine has drawn out on either side by their fastest tenths. Two sessions are compared by
 * their medians, and then with reserve: a machine has moods that last longer than a session. So the interval
 * is widened by how much the calibration loops of the two sessions differ, the least effect of times is
 * larger, and times of different machines are advisory: shown, and never a regression. Peak memory, which no
 * neighbour moves, is held to either way.
 */
#pragma once
#include "measure/verdict.h"
#include "wire/bench.h"

/* What counts: a metric's least effect, and whether it may regress. */
struct compare_rule {
	struct str metric;
	double effect; /* a share */
	bool gates;
};
enum { COMPARE_RULES = 16 };
struct compare_rules {
	struct compare_rule at[COMPARE_RULES];
	uint32_t n;
	double stored_effect; /* of times of two sessions */
};
/* cpu 2 %, instructions and what one operation allocates 1 %, other times and memory 5 %; 10 % for times of
 * two sessions. */
extern const struct compare_rules compare_defaults;

struct compare_row {
	struct str benchmark, metric, unit;
	int64_t base, now; /* medians; BENCH_NONE: none */
	struct ratio ratio;
	double effect;
	bool fastest; /* the ratio is that of the fastest tenths: times were too drawn out for medians */
	enum verdict verdict;
	bool improved;
	bool gates;    /* its verdict counts */
	bool advisory; /* would count if the machines were the same */
};

/* A benchmark of which runs failed, or that only one side has. */
enum compare_trouble_kind { COMPARE_FAILS, COMPARE_GONE, COMPARE_NEW };
struct compare_trouble {
	struct str benchmark;
	enum compare_trouble_kind kind;
	uint32_t base_failed, base_runs, now_failed, now_runs;
	struct str failure;
	bool regressed; /* more failures than chance explains */
};

struct comparison {
	struct compare_row *rows;
	struct compare_trouble *troubles;
	size_t n_rows, n_troubles;
	uint32_t n_rounds;
	bool paired, same_machine;
	enum verdict verdict; /* of all that counts */
	uint32_t regressed, inconclusive, improved;
};

/* now beside base, two subjects of one session. */
struct comparison bench_compare_pair(struct arena *a, const struct bench_subject *base,
				     const struct bench_subject *now, const struct compare_rules *rules,
				     double confidence, uint64_t seed);
/* Two sessions; benchmarks are matched by name. Both need their summaries. */
struct comparison bench_compare_stored(struct arena *a, const struct bench *base, const struct bench *now,
				       const struct compare_rules *rules, double confidence);
