#include "analyse/model_build.h"
#include "base/str.h"
#include "base/vec.h"

/* How well a test that is known fits to an attempt that was just made: 0 not at all. */
static int fit(const struct model *m, uint32_t test, const struct open *o, uint32_t attempt)
{
	uint32_t its = m->tests[test].unit, unit = o->unit;
	/* two scenarios of one name, which may have gone to different parts of their file */
	if (o->key.n && m->tests[test].key.n && !str_eq(o->key, m->tests[test].key))
		return 0;
	bool later = attempt > m->build->tests[test].last_attempt;
	if (its == unit)
		return later ? 2 : 0;
	/* names of units are interned */
	if (its != MODEL_NONE && unit != MODEL_NONE && m->units[its].name.at == m->units[unit].name.at)
		return 2;
	return later ? 1 : 0;
}

/* Of several tests of one identity the one that the attempt belongs to: in a unit each has its turn. */
static uint32_t twin(struct model *m, struct twins *t, const struct open *o, uint32_t attempt)
{
	uint32_t unit = o->unit, from = t->unit == unit ? t->behind : 0, best = MODEL_NONE;
	int best_fit = 0;
	for (uint32_t i = from; i < t->n && i - from < MODEL_TWINS_LOOKED_AT && best_fit < 2; i++) {
		int f = fit(m, t->tests[i], o, attempt);
		if (f > best_fit) {
			best_fit = f;
			best = i;
		}
	}
	t->unit = unit;
	t->behind = best == MODEL_NONE ? (uint32_t)t->n : best + 1;
	return best == MODEL_NONE ? MODEL_NONE : t->tests[best];
}

static void twins_add(struct model *m, uint32_t first, uint32_t test)
{
	struct model_build *b = m->build;
	uint32_t *which = &b->tests[first].twins;
	if (*which == MODEL_NONE) {
		b->twins = vec_grow(b->twins, b->n_twins, &b->cap_twins, sizeof(*b->twins));
		b->twins[b->n_twins] = (struct twins){.unit = MODEL_NONE};
		*which = (uint32_t)b->n_twins++;
		twins_add(m, first, first);
	}
	struct twins *t = &b->twins[*which];
	t->tests = vec_grow(t->tests, t->n, &t->cap, sizeof(*t->tests));
	t->tests[t->n++] = test;
	t->unit = m->tests[test].unit;
	t->behind = (uint32_t)t->n;
}

/* What a test says that has said nothing. */
static const struct model_told NOTHING;

static uint32_t test_add(struct model *m, const struct open *o)
{
	struct model_build *b = m->build;
	m->tests = vec_grow(m->tests, m->n_tests, &b->cap_tests, sizeof(*m->tests));
	b->tests = vec_grow(b->tests, m->n_tests, &b->cap_test_builds, sizeof(*b->tests));
	m->tests[m->n_tests] = (struct model_test){.name = o->name,
						   .file = o->file,
						   .key = o->key,
						   .told = &NOTHING,
						   .suite = o->suite,
						   .unit = o->unit};
	b->tests[m->n_tests] = (struct test_build){.twins = MODEL_NONE, .bad_unit = MODEL_NONE};
	return (uint32_t)m->n_tests++;
}

/* The test that this is an attempt of: one met before, or a new one. */
static uint32_t test_of(struct model *m, const struct open *o, uint32_t attempt)
{
	struct model_build *b = m->build;
	uint32_t hash = model_hash(m, o->name, o->file, 2), first;
	for (uint32_t at = table_first(&b->tests_by_name, hash);
	     (first = table_item(&b->tests_by_name, at)) != TABLE_NONE;
	     at = table_next(&b->tests_by_name, hash, at))
		if (str_eq(m->tests[first].name, o->name) && str_eq(m->tests[first].file, o->file))
			break;
	if (first == TABLE_NONE) {
		uint32_t test = test_add(m, o);
		table_add(&b->tests_by_name, hash, test);
		return test;
	}
	uint32_t found = MODEL_NONE;
	if (b->tests[first].twins != MODEL_NONE)
		found = twin(m, &b->twins[b->tests[first].twins], o, attempt);
	else if (fit(m, first, o, attempt))
		found = first;
	if (found != MODEL_NONE)
		return found;
	uint32_t test = test_add(m, o);
	twins_add(m, first, test);
	return test;
}

/* Adds the time of a test to what lies around it, but not where it lies inside another test. */
static void tell_parent(struct model *m, const struct open *o, int64_t dur_ns)
{
	struct model_build *b = m->build;
	const struct ids_slot *up = ids_get(&b->ids, o->parent);
	if (up && up->open && b->opens[up->index].kind == SPAN_TEST)
		return;
	if (up && up->open && b->opens[up->index].kind == SPAN_SUITE)
		b->opens[up->index].inside_ns = plus(b->opens[up->index].inside_ns, dur_ns);
	if (o->unit == MODEL_NONE)
		return;
	struct unit_build *ub = &b->units[o->unit];
	ub->tests_ns = plus(ub->tests_ns, dur_ns);
	m->units[o->unit].own_ns =
	    plus(m->units[o->unit].own_ns, o->shared_ns < dur_ns ? dur_ns - o->shared_ns : 0);
	ub->mixed = ub->mixed || (ub->only_suite != MODEL_NONE && ub->only_suite != o->suite);
	ub->only_suite = o->suite;
}

/* Keeps the times of an attempt that is not the last one of its test. */
static void keep_attempt(struct model *m, uint32_t test, struct attempt a)
{
	struct model_build *b = m->build;
	a.test = test;
	b->attempts = vec_grow(b->attempts, b->n_attempts, &b->cap_attempts, sizeof(*b->attempts));
	b->attempts[b->n_attempts++] = a;
}

/* Keeps which test lies in which. */
static void keep_nest(struct model *m, const struct open *o, uint32_t test)
{
	struct model_build *b = m->build;
	const struct ids_slot *up = ids_get(&b->ids, o->parent);
	if (o->holds) {
		b->outer = vec_grow(b->outer, b->n_outer, &b->cap_outer, sizeof(*b->outer));
		b->outer[b->n_outer++] = (struct nest){o->id, test};
	}
	if (up && up->open && b->opens[up->index].kind == SPAN_TEST) {
		b->opens[up->index].holds = true;
		b->tests[test].inner = true;
		b->inner = vec_grow(b->inner, b->n_inner, &b->cap_inner, sizeof(*b->inner));
		b->inner[b->n_inner++] = (struct nest){o->parent, test};
	}
}

/* What the last attempt says. */
static void update(struct model_test *t, const struct open *o)
{
	t->status = o->status;
	t->source = o->source;
	t->worker = o->worker;
	t->unit = o->unit;
	t->start_ns = o->start_ns;
	t->dur_ns = o->end_ns - o->start_ns;
	t->steps_ns = o->steps_ns < t->dur_ns ? o->steps_ns : t->dur_ns;
	t->shared_ns = o->shared_ns < t->dur_ns ? o->shared_ns : t->dur_ns;
	t->hooks_ns = o->hooks_ns < t->dur_ns - t->steps_ns ? o->hooks_ns : t->dur_ns - t->steps_ns;
	if (o->line)
		t->line = o->line;
	if (o->key.n)
		t->key = o->key;
}

/* What is said of a test, to be written to. */
static struct model_told *told(struct model *m, struct model_test *t)
{
	struct model_told *own = arena_new(&m->arena, struct model_told);
	*own = *t->told;
	t->told = own;
	return own;
}

void model_test_output(struct model *m, uint32_t test, struct str more)
{
	model_add_output(m, &told(m, &m->tests[test])->output, more);
}

/* How the fields of a test's end begin that are properties of it. */
#define PROPERTY "property."

/* Those of the last attempt. */
static void keep_properties(struct model *m, struct model_test *t, const struct event *ev)
{
	uint32_t last = 0;
	t->properties = 0;
	for (uint32_t i = 0; ev && i < ev->n_fields; i++) {
		const struct field *f = &ev->fields[i];
		if (f->type != FIELD_TEXT || !str_starts(f->key, PROPERTY) ||
		    m->n_properties >= MODEL_MOST_PROPERTIES)
			continue;
		m->properties = vec_grow(m->properties, m->n_properties, &m->build->cap_properties,
					 sizeof(*m->properties));
		m->properties[m->n_properties++] = (struct model_property){
		    .name = model_intern(m, str_cut(f->key, sizeof(PROPERTY) - 1, f->key.n)),
		    .value = model_intern(m, f->text)};
		*(last ? &m->properties[last - 1].next : &t->properties) = (uint32_t)m->n_properties;
		last = (uint32_t)m->n_properties;
	}
}

uint32_t model_test_close(struct model *m, struct open *o, const struct event *ev)
{
	struct model_build *b = m->build;
	if (o->status == STATUS_NONE)
		o->status = STATUS_UNFINISHED;
	if (o->suite == MODEL_NONE) {
		struct str unit = o->unit != MODEL_NONE ? m->units[o->unit].name : STR_NONE;
		struct str name = o->file.n ? o->file : unit;
		o->suite = model_suite_of(m, name, o->file);
	}
	uint32_t attempt = o->attempt ? o->attempt : 1;
	if (o->unit != MODEL_NONE && m->units[o->unit].attempt > attempt)
		attempt = m->units[o->unit].attempt;
	uint32_t test = test_of(m, o, attempt);
	struct model_test *t = &m->tests[test];
	struct test_build *tb = &b->tests[test];
	bool bad = status_is_bad(o->status);
	t->attempts++;
	t->attempts_bad += bad;
	if (bad) {
		*told(m, t) = (struct model_told){o->message, o->output, o->place};
		tb->bad_unit = o->unit;
	}
	bool last = attempt >= tb->last_attempt; /* an earlier attempt may be told late */
	if (t->attempts > 1)
		keep_attempt(
		    m, test,
		    last ? (struct attempt){t->start_ns, t->start_ns + t->dur_ns, 0, t->unit, t->worker}
			 : (struct attempt){o->start_ns, o->end_ns, 0, o->unit, o->worker});
	keep_nest(m, o, test);
	if (last) {
		tb->last_attempt = attempt;
		update(t, o);
		if (t->status == STATUS_SKIPPED || t->status == STATUS_UNFINISHED)
			told(m, t)->message = o->message;
		keep_properties(m, t, ev);
	}
	if (o->unit != MODEL_NONE) {
		m->units[o->unit].n_tests++;
		m->units[o->unit].n_bad += bad;
	}
	struct model_suite *s = &m->suites[t->suite];
	if (o->start_ns < s->start_ns)
		s->start_ns = o->start_ns;
	if (o->end_ns > s->end_ns)
		s->end_ns = o->end_ns;
	tell_parent(m, o, o->end_ns - o->start_ns);
	return test;
}
