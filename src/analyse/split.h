/*
 * analyse/split.h - which units should be split into parts, and into which.
 *
 * A unit longer than half of what the run would take at best, max(sum / workers, longest), keeps one
 * worker busy while others run dry. Splitting costs start-up and shared fixtures, so it is done only
 * where whole units on the workers take clearly longer than their even share.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct split {
	int64_t limit; /* units that weigh more should be split; INT64_MAX: none */
	int64_t share; /* sum / workers */
};

/*
 * What units weigh beside each other: their predicted times where more than half of them have one (an
 * unknown one by its size, in the measure of those known; 0 without a size), else their sizes. Returns
 * whether weights are times.
 */
bool split_weights(const int64_t *predicted_ns, const int64_t *sizes, size_t n, int64_t *ret_weights);
/*
 * No limit with one worker, nor where whole units come within 5 % of the even share or within least_gain
 * (in the measure of the weights) of it. Negative weights count as 0.
 */
void split_find(struct split *ret, struct arena *scratch, const int64_t *weights, size_t n, uint32_t workers,
		int64_t least_gain);

/* The weight of one part among `sum` on so many workers: small enough to even out, at least `least`. */
int64_t split_part(int64_t sum, uint32_t workers, int64_t least);
/*
 * Parts of neighbours, in the given order, each of about `part`: ret_ends[i] is the index behind the
 * last of part i. Returns how many there are, at most n.
 */
size_t split_row(const int64_t *weights, size_t n, int64_t part, size_t *ret_ends);
/* The tests of a file that may be cut into parts, and what else the workers have to do. */
struct split_file {
	const int64_t *weights;
	const uint32_t
	    *groups; /* tests of one group stay together, with what lies between them; 0: of none */
	size_t n;
	int64_t shared;        /* what each part takes beside its tests */
	int64_t rest, longest; /* of the other units: all together, and one of them */
	int64_t least_gain;
	int64_t least_part; /* a part of about this weight is small enough */
	uint32_t workers;
	uint32_t most; /* parts */
};

/*
 * As many parts of neighbours as pay off: the end of the run, with what they share done again in each, comes
 * clearly sooner (by a twentieth, and by least_gain) than with the file as a whole. Of the numbers of parts
 * that are about as good the largest: small ones even out what was predicted wrongly. ret_ends as split_row.
 */
size_t split_neighbours(struct arena *scratch, const struct split_file *f, size_t *ret_ends);
/* The same without a look at times: at most f->most parts of as many tests. */
size_t split_counts(struct arena *scratch, const struct split_file *f, size_t *ret_ends);
/*
 * Parts of about equal weight whatever the order, as many as parts of `part` would need: ret_part[i] is
 * the number of the part of item i. Part 0 has the most items. Returns how many parts there are.
 */
size_t split_even(struct arena *scratch, const int64_t *weights, size_t n, int64_t part, uint32_t *ret_part);
