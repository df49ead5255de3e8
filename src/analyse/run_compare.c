#include "analyse/run_compare.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "measure/ratio.h"

enum { LEAST_NS = 50 * 1000 * 1000, USUAL_NS = 1000 * 1000, TESTS = 8 };
#define LEAST_FACTOR 1.2
#define COVER_POINTS 0.05

struct match {
	struct map names;
	struct buf key;
	struct arena *arena;
};

static struct str name_of(struct match *m, const struct model_test *t)
{
	buf_clear(&m->key);
	if (t->file.n) {
		buf_str(&m->key, t->file);
		buf_text(&m->key, "::");
	}
	buf_str(&m->key, t->name);
	return arena_str(m->arena, buf_view(&m->key));
}

/* For each test of now the one of base, or MODEL_NONE; used tells which of base were met. */
static uint32_t *match_tests(struct match *m, const struct model *base, const struct model *now, bool *used)
{
	uint32_t *of = arena_array(m->arena, uint32_t, now->n_tests + 1);
	for (size_t i = base->n_tests; i-- > 0;)
		*map_at(&m->names, name_of(m, &base->tests[i])) = (uint32_t)i;
	for (size_t i = 0; i < now->n_tests; i++) {
		of[i] = map_get(&m->names, name_of(m, &now->tests[i]));
		if (of[i] == MAP_NONE || used[of[i]])
			of[i] = MODEL_NONE;
		else
			used[of[i]] = true;
	}
	return of;
}

static bool both_passed(const struct model_test *a, const struct model_test *b)
{
	return a->status == STATUS_PASSED && b->status == STATUS_PASSED && a->dur_ns > 0 && b->dur_ns > 0;
}

/* How much slower the tests are on the whole, and how they scatter around that. */
static void find_drift(struct run_comparison *c, struct arena *a, const struct model *base,
		       const struct model *now, const uint32_t *of)
{
	double *logs = arena_array(a, double, now->n_tests + 1);
	size_t n = 0;
	c->drift = 1;
	for (size_t i = 0; i < now->n_tests; i++) {
		const struct model_test *t = &now->tests[i];
		const struct model_test *was = of[i] == MODEL_NONE ? NULL : &base->tests[of[i]];
		if (was && both_passed(was, t) && was->dur_ns >= USUAL_NS && t->dur_ns >= USUAL_NS)
			logs[n++] = log((double)t->dur_ns / (double)was->dur_ns);
	}
	if (n < TESTS)
		return;
	double middle = ratio_median(logs, n);
	for (size_t i = 0; i < n; i++)
		logs[i] = fabs(logs[i] - middle);
	c->drift = exp(middle);
	c->spread = 1.4826 * ratio_median(logs, n);
}

/* A suite that as a whole got slower has many slow tests, whatever the machine: drift excuses a factor of 1.5
 * at most. */
static bool stands_out(const struct run_comparison *c, int64_t from_ns, int64_t to_ns)
{
	double excused = fmin(fmax(c->drift, 1), 1.5);
	double factor = (double)to_ns / ((double)from_ns * excused);
	return to_ns - from_ns >= LEAST_NS && factor >= LEAST_FACTOR && log(factor) > 3.5 * c->spread;
}

static bool change_of(const struct run_comparison *c, const struct model_test *was,
		      const struct model_test *t, enum change_kind *ret)
{
	bool bad = status_is_bad(t->status), was_bad = status_is_bad(was->status);
	if (bad && !was_bad)
		*ret = CHANGE_BROKE;
	else if (was_bad && t->status == STATUS_PASSED)
		*ret = CHANGE_FIXED;
	else if (both_passed(was, t) && stands_out(c, was->dur_ns, t->dur_ns))
		*ret = CHANGE_SLOWER;
	else if (both_passed(was, t) && stands_out(c, t->dur_ns, was->dur_ns))
		*ret = CHANGE_FASTER;
	else
		return false;
	return true;
}

static void add_row(struct run_comparison *c, struct run_row row)
{
	c->rows[c->n_rows++] = row;
	c->of[row.what]++;
}

static int by_weight(const void *a, const void *b)
{
	const struct run_row *x = a, *y = b;
	int64_t dx = llabs(x->now_ns - x->base_ns), dy = llabs(y->now_ns - y->base_ns);
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (dx != dy && x->what != CHANGE_BROKE && x->what != CHANGE_FIXED)
		return dx > dy ? -1 : 1;
	return str_compare(x->name, y->name);
}

static void compare_tests(struct run_comparison *c, struct match *m, const struct model *base,
			  const struct model *now)
{
	bool *used = arena_array(m->arena, bool, base->n_tests + 1);
	uint32_t *of = match_tests(m, base, now, used);
	c->rows = arena_array(m->arena, struct run_row, base->n_tests + now->n_tests + 1);
	find_drift(c, m->arena, base, now, of);
	for (size_t i = 0; i < now->n_tests; i++) {
		const struct model_test *t = &now->tests[i];
		const struct model_test *was = of[i] == MODEL_NONE ? NULL : &base->tests[of[i]];
		struct run_row row = {
		    .now_ns = t->dur_ns, .base_ns = was ? was->dur_ns : 0, .what = CHANGE_NEW};
		/* a new test that fails is a failure that was not there */
		if (!was && status_is_bad(t->status))
			row.what = CHANGE_BROKE;
		else if (was && !change_of(c, was, t, &row.what))
			continue;
		row.name = name_of(m, t);
		add_row(c, row);
	}
	for (size_t i = 0; i < base->n_tests; i++)
		if (!used[i])
			add_row(c, (struct run_row){.name = name_of(m, &base->tests[i]),
						    .base_ns = base->tests[i].dur_ns,
						    .what = CHANGE_GONE});
	qsort(c->rows, c->n_rows, sizeof(*c->rows), by_weight);
}

static double percent(const struct run_coverage *f)
{
	return f->statements > 0 ? 100.0 * (double)f->covered / (double)f->statements : 100;
}

static void compare_coverage(struct run_comparison *c, struct arena *a)
{
	struct map files = {0};
	if (!c->base_cover.known || !c->now_cover.known)
		return;
	c->lost = arena_array(a, const struct run_coverage *, c->now_cover.n_files + 1);
	c->lost_base = arena_array(a, const struct run_coverage *, c->now_cover.n_files + 1);
	for (size_t i = 0; i < c->base_cover.n_files; i++)
		*map_at(&files, c->base_cover.files[i].file) = (uint32_t)i;
	for (size_t i = 0; i < c->now_cover.n_files; i++) {
		const struct run_coverage *f = &c->now_cover.files[i];
		uint32_t at = map_get(&files, f->file);
		if (at == MAP_NONE || percent(f) >= percent(&c->base_cover.files[at]) - COVER_POINTS)
			continue;
		c->lost[c->n_lost] = f;
		c->lost_base[c->n_lost++] = &c->base_cover.files[at];
	}
	c->cover_lost = percent(&c->now_cover.total) < percent(&c->base_cover.total) - COVER_POINTS;
	map_free(&files);
}

struct run_comparison runs_compare(struct arena *a, const struct model *base, const struct model *now,
				   struct run_coverages base_cover, struct run_coverages now_cover)
{
	struct run_comparison c = {.base_wall_ns = base->wall_ns,
				   .now_wall_ns = now->wall_ns,
				   .base_cover = base_cover,
				   .now_cover = now_cover,
				   .same_machine = base->host.n && str_eq(base->host, now->host)};
	struct match m = {.arena = a};
	compare_tests(&c, &m, base, now);
	map_free(&m.names);
	buf_free(&m.key);
	compare_coverage(&c, a);
	bool slower = c.of[CHANGE_SLOWER] && c.same_machine;
	c.verdict = c.of[CHANGE_BROKE] || slower || c.cover_lost ? VERDICT_REGRESSED
		    : now->done && base->done                    ? VERDICT_NOT_REGRESSED
								 : VERDICT_INCONCLUSIVE;
	return c;
}
