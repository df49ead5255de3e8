/*
 * measure/interleave.h - in which order the subjects of a round are run.
 *
 * What drifts (a warming machine, a neighbour that comes and goes) must hit all subjects alike. Rounds come
 * in pairs: the first of a pair is in a random order, the second in the same order turned round, so that A B
 * is followed by B A. Within a round each run of every subject is a pass in turn, every other pass turned
 * round. The same seed gives the same order.
 */
#pragma once
#include <stdint.h>

/*
 * The subjects (0 .. n_subjects - 1) of one round, each per_round times, into ret, which has room for
 * n_subjects * per_round. n_subjects is INTERLEAVE_MOST at most.
 */
enum { INTERLEAVE_MOST = 256 };
void interleave_round(uint64_t seed, uint32_t round, uint32_t n_subjects, uint32_t per_round, uint32_t *ret);
