#include "analyse/model_build.h"
#include "base/str.h"
#include "base/vec.h"

/* What makes two steps, hooks or fixtures the same. */
struct key {
	enum span_kind kind;
	struct str name, file;
	uint32_t line;
};

static struct key key_of(const struct model *m, const struct open *o)
{
	struct key k = {o->kind, o->name, o->file, o->line};
	if (o->kind == SPAN_STEP && str_is(m->word_step, "phase")) { /* set-up, call: of any test */
		k.file = STR_NONE;
		k.line = 0;
	} else if (o->kind == SPAN_STEP && o->file.n && o->line) { /* its definition; names hold parameters */
		k.name = STR_NONE;
	}
	return k;
}

static uint32_t sum_add(struct model *m, const struct key *k, struct str name, uint32_t hash)
{
	struct model_build *b = m->build;
	m->sums = vec_grow(m->sums, m->n_sums, &b->cap_sums, sizeof(*m->sums));
	m->sums[m->n_sums] = (struct model_sum){.kind = k->kind,
						.name = model_keep(m, name),
						.file = model_keep_file(m, k->file),
						.line = k->line};
	b->sums_min_ns = vec_grow(b->sums_min_ns, m->n_sums, &b->cap_sums_min, sizeof(*b->sums_min_ns));
	b->sums_min_ns[m->n_sums] = INT64_MAX;
	table_add(&b->sums_by_name, hash, (uint32_t)m->n_sums);
	return (uint32_t)m->n_sums++;
}

static uint32_t sum_find(struct model *m, const struct key *k, uint32_t hash)
{
	struct model_build *b = m->build;
	uint32_t i;
	for (uint32_t at = table_first(&b->sums_by_name, hash);
	     (i = table_item(&b->sums_by_name, at)) != TABLE_NONE;
	     at = table_next(&b->sums_by_name, hash, at)) {
		const struct model_sum *s = &m->sums[i];
		if (s->kind == k->kind && s->line == k->line && (!k->name.n || str_eq(s->name, k->name)) &&
		    str_eq(s->file, k->file))
			return i;
	}
	return TABLE_NONE;
}

/* The sum that a span belongs to, made when it is new. */
static uint32_t sum_of(struct model *m, const struct open *o)
{
	struct key k = key_of(m, o);
	struct str name = o->name;
	uint32_t hash = model_hash(m, k.name, k.file, (uint64_t)k.line << 8 | k.kind);
	uint32_t i = sum_find(m, &k, hash);
	if (i == TABLE_NONE && m->n_sums >= MODEL_MOST_SUMS) {
		k = (struct key){.kind = o->kind, .name = STR("(others)")};
		name = k.name;
		hash = model_hash(m, k.name, k.file, k.kind);
		i = sum_find(m, &k, hash);
	}
	return i != TABLE_NONE ? i : sum_add(m, &k, name, hash);
}

/* Adds to the part of a test that steps, or hooks and fixtures, take. */
static void tell_test(struct model *m, const struct open *o, int64_t dur_ns)
{
	const struct ids_slot *up = ids_get(&m->build->ids, o->parent);
	bool phases = str_is(m->word_step, "phase"), is_step = o->kind == SPAN_STEP;
	if (!up || up->kind != SPAN_TEST || (phases && !is_step)) /* fixtures lie in pytest's phases */
		return;
	if (phases)
		is_step = str_is(o->name, "call");
	if (up->open) {
		struct open *t = &m->build->opens[up->index];
		int64_t *part = is_step ? &t->steps_ns : &t->hooks_ns;
		*part = plus(*part, dur_ns);
		return;
	}
	struct model_test *t = &m->tests[up->index];
	int64_t left_ns = t->dur_ns - t->steps_ns - t->hooks_ns;
	*(is_step ? &t->steps_ns : &t->hooks_ns) += dur_ns < left_ns ? dur_ns : left_ns;
}

/*
 * The set-up of a fixture is part of the test that happens to come first, its end of the one that comes last.
 * It lies in a phase of the test whose row comes only later, so that the test is told by being open.
 */
static void tell_shared(struct model *m, const struct open *o, int64_t dur_ns)
{
	struct model_build *b = m->build;
	if (o->share == SHARE_NONE || o->unit == MODEL_NONE)
		return;
	if (o->share == SHARE_WIDER)
		m->units[o->unit].once_ns = plus(m->units[o->unit].once_ns, dur_ns);
	for (uint32_t i = b->units[o->unit].opens; i != MODEL_NONE; i = b->opens[i].next) {
		if (b->opens[i].kind != SPAN_TEST)
			continue;
		b->opens[i].shared_ns = plus(b->opens[i].shared_ns, dur_ns);
		return;
	}
}

void model_sum_close(struct model *m, struct open *o)
{
	int64_t dur_ns = o->end_ns - o->start_ns;
	uint32_t i = sum_of(m, o);
	struct model_sum *s = &m->sums[i];
	s->n += o->count ? o->count : 1;
	s->n_bad += status_is_bad(o->status);
	s->total_ns = plus(s->total_ns, dur_ns);
	if (dur_ns > s->max_ns && o->count <= 1)
		s->max_ns = dur_ns;
	if (dur_ns < m->build->sums_min_ns[i] && o->count <= 1)
		m->build->sums_min_ns[i] = dur_ns;
	tell_test(m, o, dur_ns);
	tell_shared(m, o, dur_ns);
	if (o->kind != SPAN_STEP)
		cuts_add_sum(m, o->unit, i, o->start_ns, o->end_ns, o->count);
	model_phase_holder(m, o, i);
}
