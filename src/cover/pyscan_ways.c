#include <stdlib.h>
#include <string.h>

#include "cover/pyscan_inside.h"

/*
 * Arcs sorted and counted. Leaving the suite of a `with`, Python goes back to the line of the `with` and on
 * from there; the report is to show the way from the last line of the suite to what comes next.
 */
struct ways {
	struct pyscan *s;
	struct pyscan_way *at; /* by from, to; each once */
	uint32_t *first;       /* of a line's: at[first[line] .. first[line + 1]) */
	uint32_t n;
	int32_t *next; /* of a with statement's line: where it goes on; 0: nowhere */
};

void pyscan_arc(struct pyscan_arcs *a, int32_t from, int32_t to, uint8_t marks)
{
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : a->s->n + a->s->n / 2 + 16;
		struct pyscan_way *more = arena_array(&a->s->scratch, struct pyscan_way, a->cap);
		if (a->n)
			memcpy(more, a->at, a->n * sizeof(*more));
		a->at = more;
	}
	a->at[a->n++] = (struct pyscan_way){from, to, marks};
}

static int compare(const void *a, const void *b)
{
	const struct pyscan_way *x = a, *y = b;
	return (x->to > y->to) - (x->to < y->to);
}

/* Sorts what one line has, and joins what is equal; returns how many are left. */
static uint32_t settle(struct pyscan_way *at, uint32_t n)
{
	uint32_t kept = 0;
	if (n < 2)
		return n;
	if (n > 2 || at[0].to > at[1].to)
		qsort(at, n, sizeof(*at), compare);
	for (uint32_t i = 1; i < n; i++) {
		if (at[i].to == at[kept].to)
			at[kept].marks |= at[i].marks;
		else
			at[++kept] = at[i];
	}
	return kept + 1;
}

static void sort(struct ways *w, const struct pyscan_way *at, uint32_t n)
{
	uint32_t n_lines = w->s->n_lines, kept = 0;
	uint32_t *place = arena_array(&w->s->scratch, uint32_t, n_lines + 3);
	w->at = arena_array(&w->s->scratch, struct pyscan_way, n + 1);
	w->first = place;
	for (uint32_t i = 0; i < n; i++)
		place[at[i].from + 2]++;
	for (uint32_t i = 2; i <= n_lines + 2; i++)
		place[i] += place[i - 1];
	for (uint32_t i = 0; i < n; i++)
		w->at[place[at[i].from + 1]++] = at[i];
	for (uint32_t line = 0, from = 0; line <= n_lines; line++) {
		uint32_t to = place[line + 1], many = settle(w->at + from, to - from);
		place[line] = kept;
		if (kept != from)
			memmove(w->at + kept, w->at + from, many * sizeof(*w->at));
		kept += many;
		from = to;
	}
	place[n_lines + 1] = kept;
	w->n = kept;
}

static const struct pyscan_way *find(const struct ways *w, int32_t from, int32_t to)
{
	for (uint32_t i = w->first[from]; i < w->first[from + 1]; i++)
		if (w->at[i].to == to)
			return &w->at[i];
	return NULL;
}

static bool leaves(const struct ways *w, int32_t from, int32_t to)
{
	const struct pyscan_way *way = find(w, from, to);
	return way && (way->marks & PY_ARC_LEAVES);
}

static bool goes_on(const struct ways *w, int32_t line)
{
	return line > 0 && w->next[line];
}

static void find_next(struct ways *w)
{
	w->next = arena_array(&w->s->scratch, int32_t, w->s->n_lines + 1);
	for (uint32_t i = 0; i < w->n; i++)
		if ((w->s->flags[w->at[i].from] & PY_IS_WITH) && !(w->at[i].marks & PY_ARC_ENTERS) &&
		    w->at[i].from != w->at[i].to)
			w->next[w->at[i].from] = w->at[i].to;
}

/* Where the chain of with statements that end each other ends; an outer one begins on an earlier line. */
static int32_t final_next(struct ways *w, int32_t start)
{
	int32_t next = w->next[start];
	while (next > 0 && next < start && goes_on(w, next) && leaves(w, start, next)) {
		start = next;
		next = w->next[start];
	}
	return next;
}

/* What becomes of one arc: true when something does; *ret_to 0: nothing is left of it. */
static bool mend(struct ways *w, const struct pyscan_way *way, int32_t *ret_to)
{
	*ret_to = 0;
	if ((w->s->flags[way->from] & PY_IS_WITH) && w->next[way->from] == way->to &&
	    !leaves(w, way->from, way->from))
		return true;
	if (!(way->marks & PY_ARC_LEAVES) || !goes_on(w, way->to))
		return false;
	*ret_to = final_next(w, way->to);
	return true;
}

static void mend_all(struct ways *w, struct pyfacts *ret)
{
	struct pyscan_fix *fixes = arena_array(&w->s->scratch, struct pyscan_fix, w->n), *kept;
	struct pyscan_way *mended = arena_array(&w->s->scratch, struct pyscan_way, w->n);
	uint32_t n = 0;
	find_next(w);
	for (uint32_t i = 0; i < w->n; i++) {
		int32_t to;
		struct pyscan_way way = w->at[i];
		if (mend(w, &way, &to)) {
			fixes[ret->n_fixes++] = (struct pyscan_fix){{way.from, way.to}, to};
			way.to = to;
		}
		if (way.to)
			mended[n++] = way;
	}
	kept = arena_array(w->s->out, struct pyscan_fix, ret->n_fixes);
	if (ret->n_fixes)
		memcpy(kept, fixes, ret->n_fixes * sizeof(*kept));
	ret->fixes = kept;
	sort(w, mended, n);
}

static void count(const struct pyscan *s, struct pyfacts *ret)
{
	uint16_t *exits = arena_array(s->out, uint16_t, s->n_lines + 1);
	for (uint32_t i = 0; i < ret->n_arcs; i++) {
		struct cover_arc arc = ret->arcs[i];
		bool excluded =
		    (s->flags[arc.from] & PY_EXCLUDED) || (arc.to > 0 && s->flags[arc.to] & PY_EXCLUDED);
		if (!excluded && exits[arc.from] < UINT16_MAX)
			exits[arc.from]++;
	}
	ret->exits = exits;
}

void pyscan_ways(const struct pyscan_arcs *arcs, struct pyfacts *ret)
{
	struct ways w = {.s = arcs->s};
	sort(&w, arcs->at, arcs->n);
	if (arcs->any_with)
		mend_all(&w, ret);
	struct cover_arc *out = arena_array(w.s->out, struct cover_arc, w.n);
	for (uint32_t i = 0; i < w.n; i++)
		if (w.at[i].from != w.at[i].to)
			out[ret->n_arcs++] = (struct cover_arc){w.at[i].from, w.at[i].to};
	ret->arcs = out;
	count(w.s, ret);
}
