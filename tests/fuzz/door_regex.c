#include <string.h>

#include "base/regex.h"
#include "base/str.h"
#include "door.h"

/* A line of patterns between NULs, and behind the first newline the text. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size), patterns[4], rest, text;
	struct arena a = {0};
	struct err e;
	struct regex *r;
	struct regex_match *m;
	uint32_t n_matches;
	size_t n = 0, line = str_find(s, '\n');
	rest = str_cut(s, 0, line);
	text = str_cut(s, line + 1, s.n);
	while (n < 4 && str_next(&rest, 0, &patterns[n]))
		n++;
	if (regex_compile(patterns, n, &r, &e) == 0) {
		if (regex_lines(r, &a, text, &m, &n_matches, &e) == 0)
			for (uint32_t i = 0; i < n_matches; i++)
				HOLD(m[i].first > 0 && m[i].first <= m[i].last &&
				     (i == 0 || m[i - 1].last <= m[i].first));
		else
			HOLD(e.fault == FAULT_USAGE);
		regex_free(r);
	} else {
		HOLD(e.fault == FAULT_USAGE && !r);
	}
	arena_free(&a);
	door_drop(s);
	return 0;
}
