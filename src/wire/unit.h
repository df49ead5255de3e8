/*
 * wire/unit.h - what the figures of a column are: the only place that knows the units' words.
 *
 *	ns, ps		a time
 *	bytes		a size
 *	count		a number
 *	millionths	a number with a fraction
 *	bytes/s, 1/s	a rate: more is better
 *
 * A function that takes 0.3 ns would be 0 in ns, so times of one operation in a loop are kept in ps. Any
 * other word is a number.
 */
#pragma once
#include <stdbool.h>

#include "wire/bound.h"
#include "wire/str.h"

struct unit {
	enum bound_unit kind;
	double factor; /* figure * factor is in ns, bytes, 1 or 1/s */
	bool more_is_better;
};
struct unit unit_of(struct str word);
