#include <string.h>

#include "base/str.h"
#include "cover/pyscan_inside.h"

enum { LONGEST_NAME = 1024 };

/* Lines that belong to a region as long as no range inside of them belongs to another. */
struct range {
	uint32_t owner, first, last;
};

struct ranges {
	struct range *at;
	uint32_t n;
};

struct finder {
	struct pyscan *s;
	struct cover_region *regions;
	uint32_t n;
	struct ranges functions, classes; /* by first line, nested */
};

static struct str name_of(struct pyscan *s, const struct py_line *l)
{
	const char *p = s->text.at + l->word_end, *stop = s->text.at + l->stop;
	while (p < stop && (*p == ' ' || *p == '\t' || *p == '\\' || *p == '\n' || *p == '\f'))
		p++;
	const char *end = p;
	while (end < stop && py_ident(*end))
		end++;
	if (end == p)
		pyscan_fail(s, l->line, "a name is missing");
	return str_clip_utf8((struct str){p, (size_t)(end - p)}, LONGEST_NAME);
}

static struct str join(struct arena *a, struct str outer, struct str name)
{
	if (!outer.n)
		return arena_str(a, name);
	char *p = arena_alloc(a, outer.n + 1 + name.n);
	memcpy(p, outer.at, outer.n);
	p[outer.n] = '.';
	memcpy(p + outer.n + 1, name.at, name.n);
	return (struct str){p, outer.n + 1 + name.n};
}

/* Line at which the suite of lines[i] begins; decorators do not count. */
static uint32_t body_line(const struct pyscan *s, uint32_t i)
{
	uint32_t after = s->lines[i].after;
	for (i++; i + 1 < after && s->lines[i].kind == PY_DECORATOR; i++)
		continue;
	return s->lines[i < s->n ? i : s->n - 1].line;
}

static void add_region(struct finder *f, uint32_t i, uint32_t up)
{
	struct pyscan *s = f->s;
	const struct py_line *l = &s->lines[i];
	struct cover_region *r = &f->regions[f->n];
	struct str outer = up == UINT32_MAX ? STR_NONE : f->regions[up].name;
	r->kind = l->kind == PY_DEF ? COVER_FUNCTION : COVER_CLASS;
	r->name = join(s->out, outer, name_of(s, l));
	r->first = l->line;
	r->last = s->lines[l->after - 1].end;
	if (r->kind == COVER_FUNCTION) {
		struct range range = {f->n, body_line(s, i), r->last};
		f->functions.at[f->functions.n++] = range;
		range.owner = up;
		if (up != UINT32_MAX && f->regions[up].kind == COVER_CLASS)
			f->classes.at[f->classes.n++] = range;
	}
	f->n++;
}

static void find_regions(struct finder *f)
{
	struct {
		uint32_t after, region;
	} open[PY_DEEPEST + 2];
	unsigned n_open = 0;
	for (uint32_t i = 0; i < f->s->n; i++) {
		const struct py_line *l = &f->s->lines[i];
		if (l->kind != PY_DEF && l->kind != PY_CLASS)
			continue;
		while (n_open && open[n_open - 1].after <= i)
			n_open--;
		add_region(f, i, n_open ? open[n_open - 1].region : UINT32_MAX);
		open[n_open].after = l->after;
		open[n_open++].region = f->n - 1;
	}
}

struct pieces {
	struct range *at;
	uint32_t n;
	uint32_t next; /* the first line that is not yet given to anyone */
};

static void give(struct pieces *p, uint32_t owner, uint32_t last)
{
	if (p->next <= last) {
		p->at[p->n++] = (struct range){owner, p->next, last};
		p->next = last + 1;
	}
}

/* Cuts the ranges where others lie inside of them. */
static void cut(const struct ranges *r, struct pieces *p)
{
	uint32_t open[PY_DEEPEST + 2];
	unsigned n_open = 0;
	p->next = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct range *now = &r->at[i];
		for (; n_open && r->at[open[n_open - 1]].last < now->first; n_open--)
			give(p, r->at[open[n_open - 1]].owner, r->at[open[n_open - 1]].last);
		if (n_open && now->first)
			give(p, r->at[open[n_open - 1]].owner, now->first - 1);
		p->next = now->first;
		open[n_open++] = i;
	}
	for (; n_open; n_open--)
		give(p, r->at[open[n_open - 1]].owner, r->at[open[n_open - 1]].last);
}

/* Pieces rise by line for each owner: a counting sort by owner keeps that. */
static void hand_out(struct finder *f, const struct pieces *p)
{
	uint32_t(*spans)[2] = arena_alloc(f->s->out, sizeof(*spans) * p->n);
	uint32_t *place = arena_array(&f->s->scratch, uint32_t, f->n + 1);
	for (uint32_t i = 0; i < p->n; i++)
		f->regions[p->at[i].owner].n_spans++;
	for (uint32_t i = 0; i < f->n; i++) {
		place[i + 1] = place[i] + f->regions[i].n_spans;
		f->regions[i].spans = (const uint32_t(*)[2])(spans + place[i]);
	}
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t at = place[p->at[i].owner]++;
		spans[at][0] = p->at[i].first;
		spans[at][1] = p->at[i].last;
	}
}

void pyscan_regions(struct pyscan *s, struct pyfacts *ret)
{
	struct finder f = {.s = s};
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n; i++)
		n += s->lines[i].kind == PY_DEF || s->lines[i].kind == PY_CLASS;
	f.regions = arena_array(s->out, struct cover_region, n);
	f.functions.at = arena_array(&s->scratch, struct range, n);
	f.classes.at = arena_array(&s->scratch, struct range, n);
	find_regions(&f);
	struct pieces pieces = {.at = arena_array(&s->scratch, struct range, 4 * (size_t)n)};
	cut(&f.functions, &pieces);
	cut(&f.classes, &pieces);
	hand_out(&f, &pieces);
	ret->regions = f.regions;
	ret->n_regions = f.n;
}
