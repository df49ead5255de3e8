/*
 * analyse/ids.h - from the id of a span to what the model keeps of it.
 *
 * 16 bytes a slot, at most 3/4 full. A zeroed struct ids is empty. Id 0 is none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/event.h"

struct ids_slot {
	uint64_t id;
	uint32_t index; /* of the open span; of the test, suite, unit once it has ended */
	uint8_t kind;   /* enum span_kind */
	bool open;
};

struct ids {
	struct ids_slot *slots;
	uint32_t n, cap;
	uint64_t seed; /* so that hostile ids do not pile up */
};

void ids_free(struct ids *t);
/* NULL when there is none of this id. Valid until the next ids_at or ids_drop. */
struct ids_slot *ids_get(const struct ids *t, uint64_t id);
/* The slot of the id (not 0), added when it is new: kind SPAN_NONE. */
struct ids_slot *ids_at(struct ids *t, uint64_t id);
void ids_drop(struct ids *t, uint64_t id);
