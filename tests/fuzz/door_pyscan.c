#include <string.h>

#include "cover/pyscan.h"
#include "cover/pysource.h"
#include "door.h"

enum { MATCHES = 3 };

static bool is_line(const struct pyfacts *f, int32_t line)
{
	return line > 0 && (uint32_t)line <= f->n_lines;
}

static void hold_lines(const struct pyfacts *f)
{
	for (uint32_t i = 1; i <= f->n_lines; i++) {
		uint32_t first = f->first_line[i];
		HOLD(first > 0 && first <= i && f->first_line[first] == first);
		HOLD(!(f->flags[i] & PY_STATEMENT) || (first == i && !(f->flags[i] & PY_EXCLUDED)));
		HOLD((f->flags[i] & ~(PY_STATEMENT | PY_EXCLUDED | PY_NO_BRANCH)) == 0);
	}
}

static void hold_arcs(const struct pyfacts *f)
{
	for (uint32_t i = 0; i < f->n_arcs; i++) {
		struct cover_arc arc = f->arcs[i];
		HOLD(is_line(f, arc.from) && is_line(f, arc.to < 0 ? -arc.to : arc.to) && arc.from != arc.to);
		HOLD(f->first_line[arc.from] == (uint32_t)arc.from);
		if (i > 0)
			HOLD(f->arcs[i - 1].from < arc.from ||
			     (f->arcs[i - 1].from == arc.from && f->arcs[i - 1].to < arc.to));
	}
	for (uint32_t i = 0; i < f->n_fixes; i++)
		HOLD(is_line(f, f->fixes[i].seen.from) && f->fixes[i].to != f->fixes[i].seen.to);
}

static void hold_regions(const struct pyfacts *f)
{
	for (uint32_t i = 0; i < f->n_regions; i++) {
		const struct cover_region *r = &f->regions[i];
		HOLD(r->name.n > 0 && r->first > 0 && r->first <= r->last && r->last <= f->n_lines);
		HOLD(i == 0 || f->regions[i - 1].first < r->first);
		for (uint32_t j = 0; j < r->n_spans; j++) {
			HOLD(r->spans[j][0] >= r->first && r->spans[j][0] <= r->spans[j][1] &&
			     r->spans[j][1] <= r->last);
			HOLD(j == 0 || r->spans[j - 1][1] < r->spans[j][0]);
		}
	}
}

/* The first bytes say which lines are matched. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct regex_match matches[2 * MATCHES];
	struct arena a = {0}, b = {0};
	size_t n = size < sizeof(matches) / sizeof(matches[0]) ? size : sizeof(matches) / sizeof(matches[0]);
	for (size_t i = 0; i < n; i++)
		matches[i] = (struct regex_match){1 + bytes[i] % 16u, 1 + bytes[i] % 16u + bytes[i] / 100u};
	struct str s = door_copy(bytes + n, size - n);
	struct pysource source = pysource(&a, s);
	struct pyscan_options opt = {.exclude = matches,
				     .n_exclude = (uint32_t)(n / 2),
				     .partial = matches + n / 2,
				     .n_partial = (uint32_t)(n - n / 2),
				     .arcs = true};
	HOLD(!source.error || !source.text.n);
	struct pyfacts f = pyscan(&a, source.text, &opt), again;
	HOLD(!f.error == !f.error_line);
	if (!f.error) {
		hold_lines(&f);
		hold_arcs(&f);
		hold_regions(&f);
		opt.arcs = false; /* nothing else depends on it */
		again = pyscan(&b, source.text, &opt);
		HOLD(again.n_lines == f.n_lines && !again.n_arcs && !again.error);
		HOLD(memcmp(again.flags, f.flags, f.n_lines + 1) == 0);
	}
	arena_free(&a);
	arena_free(&b);
	door_drop(s);
	return 0;
}
