#include "analyse/change.h"

#include <string.h>

#include "base/str.h"

#define LEAST_NS 50000000LL
enum { LEAST_PART = 5 }; /* a fifth */

/* One change; test or, of a test that is gone, file and name. */
struct change_found {
	enum change_kind what;
	uint32_t test;
	struct str file, name;
	int64_t before_ns, now_ns;
};

static uint32_t hash_of(struct str file, struct str name)
{
	uint64_t h = str_hash(name, str_hash(file, 3));
	return (uint32_t)(h ^ h >> 32);
}

/* The first test of this identity, or TABLE_NONE. */
static uint32_t find(const struct change *c, uint32_t hash, struct str file, struct str name)
{
	const struct model_test *tests = c->now->tests;
	uint32_t i, at = table_first(&c->by_name, hash);
	while ((i = table_item(&c->by_name, at)) != TABLE_NONE &&
	       !(str_eq(tests[i].name, name) && str_eq(tests[i].file, file)))
		at = table_next(&c->by_name, hash, at);
	return i;
}

void change_init(struct change *c, struct model *now, bool whole)
{
	size_t n = now->n_tests;
	*c = (struct change){.now = now, .whole = whole};
	c->next = arena_array(&c->scratch, uint32_t, n);
	c->not_met = arena_array(&c->scratch, uint32_t, n);
	c->met = arena_array(&c->scratch, bool, n);
	c->found = arena_array(&c->scratch, struct change_found, CHANGE_MOST + 1);
	for (size_t i = n; i-- > 0;) { /* from behind, so that chains run in the order of the tests */
		uint32_t hash = hash_of(now->tests[i].file, now->tests[i].name);
		uint32_t first = find(c, hash, now->tests[i].file, now->tests[i].name);
		c->next[i] = TABLE_NONE;
		if (first == TABLE_NONE) {
			table_add(&c->by_name, hash, (uint32_t)i);
			c->not_met[i] = (uint32_t)i;
		} else {
			c->next[i] = c->not_met[first];
			c->not_met[first] = (uint32_t)i;
		}
	}
	memset(now->changes_of, 0, sizeof(now->changes_of));
}

static int64_t size_of(const struct change_found *f)
{
	if (f->what == CHANGE_BROKE || f->what == CHANGE_FIXED)
		return 0;
	return f->now_ns > f->before_ns ? f->now_ns - f->before_ns : f->before_ns - f->now_ns;
}

static bool more_important(const struct change_found *a, const struct change_found *b)
{
	if (a->what != b->what)
		return a->what < b->what;
	if (size_of(a) != size_of(b))
		return size_of(a) > size_of(b);
	int by_name = str_compare(a->file, b->file);
	if (by_name == 0)
		by_name = str_compare(a->name, b->name);
	return by_name ? by_name < 0 : a->test < b->test;
}

/* Counts a change, and keeps it when it is among the most important. */
static void found(struct change *c, struct change_found f)
{
	c->now->changes_of[f.what]++;
	size_t i = c->n_found;
	if (i == CHANGE_MOST && !more_important(&f, &c->found[i - 1]))
		return;
	if (f.what == CHANGE_GONE) {
		f.file = arena_str(&c->now->arena, f.file);
		f.name = arena_str(&c->now->arena, f.name);
	}
	for (; i > 0 && more_important(&f, &c->found[i - 1]); i--)
		c->found[i] = c->found[i - 1];
	c->found[i] = f;
	if (c->n_found < CHANGE_MOST)
		c->n_found++;
}

static bool is_slower(const struct change_before *was, int64_t now_ns)
{
	int64_t more_ns = now_ns - was->dur_ns;
	return more_ns >= LEAST_NS && more_ns >= was->dur_ns / LEAST_PART && now_ns > was->most_ns;
}

static bool is_faster(const struct change_before *was, int64_t now_ns)
{
	int64_t less_ns = was->dur_ns - now_ns;
	return less_ns >= LEAST_NS && less_ns >= was->dur_ns / LEAST_PART &&
	       (!was->least_ns || now_ns < was->least_ns);
}

/* Which test of a file pays for what they share is a matter of the order. */
static int64_t own_time(const struct model_test *t)
{
	return t->dur_ns - t->shared_ns;
}

static void compare(struct change *c, uint32_t test, const struct change_before *was)
{
	const struct model_test *t = &c->now->tests[test];
	struct change_found f = {
	    .test = test, .file = t->file, .name = t->name, .before_ns = was->dur_ns, .now_ns = own_time(t)};
	bool bad = status_is_bad(t->status), was_bad = status_is_bad(was->status);
	bool passed = t->status == STATUS_PASSED;
	if (bad && !was_bad)
		f.what = CHANGE_BROKE;
	else if (passed && was_bad)
		f.what = CHANGE_FIXED;
	else if (passed && was->status == STATUS_PASSED && is_slower(was, own_time(t)))
		f.what = CHANGE_SLOWER;
	else if (passed && was->status == STATUS_PASSED && is_faster(was, own_time(t)))
		f.what = CHANGE_FASTER;
	else
		return;
	found(c, f);
}

void change_put(struct change *c, const struct change_before *was)
{
	uint32_t first = find(c, hash_of(was->file, was->name), was->file, was->name);
	uint32_t test = first == TABLE_NONE ? TABLE_NONE : c->not_met[first];
	c->n_before++;
	if (test != TABLE_NONE) {
		c->met[test] = true;
		c->not_met[first] = c->next[test];
		compare(c, test, was);
	} else if (c->whole) {
		found(c, (struct change_found){.what = CHANGE_GONE,
					       .test = TABLE_NONE,
					       .file = was->file,
					       .name = was->name,
					       .before_ns = was->dur_ns});
	}
}

static struct str joined(struct model *m, const struct change_found *f)
{
	if (!f->file.n)
		return arena_str(&m->arena, f->name);
	return str_of(arena_printf(&m->arena, "%.*s::%.*s", STR_ARG(f->file), STR_ARG(f->name)));
}

void change_finish(struct change *c, int64_t before_wall_ns)
{
	struct model *m = c->now;
	for (size_t i = 0; c->n_before && c->whole && i < m->n_tests; i++)
		if (!c->met[i])
			found(c, (struct change_found){.what = CHANGE_NEW,
						       .test = (uint32_t)i,
						       .file = m->tests[i].file,
						       .name = m->tests[i].name,
						       .now_ns = own_time(&m->tests[i])});
	m->before_wall_ns = before_wall_ns;
	m->n_changes = c->n_found;
	m->changes = arena_array(&m->arena, struct model_change, c->n_found);
	for (size_t i = 0; i < c->n_found; i++)
		m->changes[i] = (struct model_change){.name = joined(m, &c->found[i]),
						      .before_ns = c->found[i].before_ns,
						      .now_ns = c->found[i].now_ns,
						      .what = c->found[i].what};
	table_free(&c->by_name);
	arena_free(&c->scratch);
	*c = (struct change){0};
}

size_t model_changes(const struct model *m)
{
	size_t n = 0;
	for (int what = 0; what < CHANGE_KINDS; what++)
		n += m->changes_of[what];
	return n > m->n_changes ? n : m->n_changes;
}

void model_compare(struct model *now, const struct change_before *before, size_t n, int64_t before_wall_ns,
		   bool whole)
{
	struct change c;
	change_init(&c, now, whole);
	for (size_t i = 0; i < n; i++)
		change_put(&c, &before[i]);
	change_finish(&c, before_wall_ns);
}
