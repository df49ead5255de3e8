#include "wire/unit.h"

#include <string.h>

struct unit unit_of(struct str word)
{
	static const struct {
		const char *word;
		struct unit unit;
	} units[] = {
	    {"ns", {BOUND_NS, 1, false}},       {"ps", {BOUND_NS, 1e-3, false}},
	    {"bytes", {BOUND_BYTES, 1, false}}, {"millionths", {BOUND_NUMBER, 1e-6, false}},
	    {"bytes/s", {BOUND_RATE, 1, true}}, {"1/s", {BOUND_RATE, 1, true}},
	};
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].word) == word.n && memcmp(units[i].word, word.at, word.n) == 0)
			return units[i].unit;
	return (struct unit){BOUND_NUMBER, 1, false};
}
