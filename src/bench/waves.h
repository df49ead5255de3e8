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
	int64_t deadline_ns; /* nothing begins after it, nor is opened (CLOCK_MONOTONIC); 0: none */
	bool shows_progress;
};

/* What a session of several benches has in common. */
struct waves {
	struct waves_options o;
	struct arena *arena; /* of all that is told */
	int64_t loop_at_ns, shown_ns;
	uint64_t n_runs;
	struct noise noise;
	int64_t begin_ns, wall_ns, cpu_ns; /* when it began, by both clocks; CPU time of ours by then */
};

/* The session begins. */
void waves_init(struct waves *w, const struct waves_options *o, struct arena *arena);
/*
 * What the session has told of itself so far: version, order, our own CPU time a run, the machine and its
 * noise, and the summaries of all subjects, which b has already. May be called again later.
 */
void waves_conclude(struct waves *w, struct bench *b);

/*
 * In steps, for those who look at figures in between: setup, opening and the warm-up; rounds until there are
 * n (0: as many as the bench says), none begun after until_ns (CLOCK_MONOTONIC; 0: no limit), returning how
 * many there are; what was measured so far, as often as one likes; closing and teardown; and the memory. The
 * subjects must stay where they are. Each of the last two once, in this order.
 */
struct waves_group;
struct waves_group *waves_begin(struct waves *w, const struct bench_item *item, struct subject *subjects,
				uint32_t n);
uint32_t waves_rounds(struct waves_group *g, uint32_t n, int64_t until_ns);
void waves_tell(struct waves_group *g, struct bench_subject *ret);
void waves_end(struct waves_group *g);
void waves_group_free(struct waves_group *g);

/*
 * Measures n subjects of one item into ret (n of them, without summaries). Nothing is a fault: what went
 * wrong is the failure of the subjects. Once somebody asked to stop (stop.h), what was measured so far is
 * told.
 */
void waves_measure(struct waves *w, const struct bench_item *item, struct subject *subjects, uint32_t n,
		   struct bench_subject *ret);
void waves_free(struct waves *w);
