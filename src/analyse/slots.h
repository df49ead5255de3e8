/*
 * analyse/slots.h - who may begin where units take more than one worker's share.
 *
 * N workers are N slots; a unit takes one or more of them while it runs. The best
 * unit that does not fit is waited for: until it begins, what ranks below it is let in
 * only while all narrower units together leave it its room, so that it waits for
 * what ran when its turn came and for nothing else. The queue and the simulation
 * decide by this alike.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { SLOTS_MOST = 1 << 16 }; /* that are counted */

struct slots {
	uint32_t all; /* 0: not counted, everything fits */
	uint32_t used;
	uint32_t reserved; /* width of the unit that is waited for; 0: none */
	uint32_t widest;
	uint32_t *of_width; /* slots that running units of this width take */
};

/* widest: the most that one unit takes; at most `all` counts. */
void slots_init(struct slots *s, struct arena *a, uint32_t all, uint32_t widest);
/* How many a unit takes that asks for n: at least one, at most all. */
uint32_t slots_width(const struct slots *s, uint32_t n);
/* Whether a unit of this width may begin; the first that may not is waited for from now on. */
bool slots_fit(struct slots *s, uint32_t width);
void slots_take(struct slots *s, uint32_t width);
/* Frees them; who is waited for is to be found anew. */
void slots_free(struct slots *s, uint32_t width);
