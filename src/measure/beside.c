#include "measure/beside.h"

#include "base/str.h"
#include "measure/summary.h"

enum {
	VARIANTS = 1000, /* of one bench that are looked through for a base */
	ROUNDS = 2000,   /* more make the interval no narrower than shows, and take seconds */
};

static bool runs_in_turn(const struct bench_subject *s)
{
	return s->n_columns && !str_is(s->kind, "import") && !str_is(s->kind, "c");
}

static bool same_params(const struct bench_subject *a, const struct bench_subject *b)
{
	if (a->n_params != b->n_params)
		return false;
	for (uint32_t i = 0; i < a->n_params; i++)
		if (!str_eq(a->params[i].name, b->params[i].name) ||
		    !str_eq(a->params[i].value, b->params[i].value))
			return false;
	return true;
}

static bool are_variants(const struct bench_subject *a, const struct bench_subject *b)
{
	if (!str_eq(a->bench, b->bench) || !str_eq(a->kind, b->kind) || !runs_in_turn(a))
		return false;
	return !a->bench.n || (a->concurrency == b->concurrency && same_params(a, b));
}

/* The columns that are compared; `joined` neighbouring rounds count as one. */
static struct bench_subject picked(struct arena *a, const struct bench_subject *s, uint32_t joined)
{
	const struct bench_column *cpu = summary_column(s, STR("cpu"));
	struct bench_subject ret = *s;
	ret.columns = arena_array(a, struct bench_column, 2);
	ret.columns[0] = s->columns[0];
	ret.n_columns = 1;
	ret.n_rounds /= joined;
	ret.per_round *= joined;
	if (cpu && cpu != s->columns)
		ret.columns[ret.n_columns++] = *cpu;
	return ret;
}

static struct comparison compare(struct arena *a, const struct bench *b, uint32_t base, uint32_t now)
{
	uint32_t most = b->subjects[base].n_rounds > b->subjects[now].n_rounds ? b->subjects[base].n_rounds
									       : b->subjects[now].n_rounds;
	uint32_t joined = most / ROUNDS + 1;
	struct bench_subject old = picked(a, &b->subjects[base], joined),
			     new = picked(a, &b->subjects[now], joined);
	return bench_compare_pair(a, &old, &new, &compare_defaults, BESIDE_CONFIDENCE, b->seed);
}

struct besides besides_of(struct arena *a, const struct bench *b)
{
	struct besides ret = {.at = arena_array(a, struct beside, b->n_subjects + 1)};
	uint32_t first = 0; /* of the bench */
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		if (!str_eq(s->bench, b->subjects[first].bench))
			first = i;
		uint32_t base = first;
		while (base < i && base - first < VARIANTS && !are_variants(&b->subjects[base], s))
			base++;
		if (base == i || base - first == VARIANTS || !runs_in_turn(s))
			continue;
		ret.at[ret.n++] = (struct beside){base, i, compare(a, b, base, i)};
	}
	return ret;
}

const struct compare_row *beside_row(const struct beside *p, struct str metric)
{
	for (size_t i = 0; i < p->compared.n_rows; i++)
		if (str_eq(p->compared.rows[i].metric, metric))
			return p->compared.rows[i].ratio.n ? &p->compared.rows[i] : NULL;
	return NULL;
}
