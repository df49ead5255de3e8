/*
 * analyse/values.h - counters and values that the suite marks (docs/marks.md), one entry a name.
 *
 * Part of the model. Counters are added up; of values there is how often each was told, the least, the
 * greatest, the sum and the one told last. Numbers are as they were told; a fraction is kept.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/event.h"

struct model_value {
	struct str name;
	bool counter;
	uint32_t n;
	double total, least, most, last;
};

/* By name, counters first. */
struct model_values {
	struct model_value *all;
	uint32_t n;
	uint32_t n_passed_over; /* tellings of names beyond MODEL_MOST_VALUES */
};
enum { MODEL_MOST_VALUES = 1000 };
