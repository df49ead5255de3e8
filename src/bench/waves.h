/*
 * bench/waves.h - rounds of what fettle.yaml has measured, and the figures that come of them.
 *
 * A round of a bench is a wave of each of its subjects, in an order that lets no drift of the machine favour
 * one of them (measure/interleave.h); a wave is as many operations at once as the subject says. A subject
 * that cannot be opened, or fails ten times and never works, has failed; the others go on. Lines of prepare
 * and conclude stand around every wave, and those of setup and teardown around all.
 */
#pragma once
#include "bench/noise.h"
#include "bench/subject.h"

struct waves_options {
	uint64_t seed;
	int64_t rounds;       /* of every bench; 0: what the bench says */
	int64_t usual_rounds; /* of benches that say nothing; 0: by time_ns */
	int64_t time_ns;      /* how long a subject is measured where nobody gives a number of rounds */
	bool is_short;
	int64_t deadline_ns; /* no round begins after it (CLOCK_MONOTONIC); 0: none */
	bool shows_progress;
};

/* What a session of several benches has in common. */
struct waves {
	struct waves_options o;
	struct arena *arena; /* of all that is told */
	int64_t *loops;      /* see bench_noise */
	size_t n_loops, cap_loops;
	int64_t loop_at_ns, shown_ns;
	uint64_t n_runs;
};

/*
 * Measures n subjects of one item into ret (n of them, without summaries). Nothing is a fault: what went
 * wrong is the failure of the subjects. Once somebody asked to stop (stop.h), what was measured so far is
 * told.
 */
void waves_measure(struct waves *w, const struct bench_item *item, struct subject *subjects, uint32_t n,
		   struct bench_subject *ret);
void waves_free(struct waves *w);
