#include "bench/plan.h"

#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/nearest.h"
#include "measure/interleave.h"

enum { DIMENSIONS = 16 };

/* A parameter and its values: those of the pairs that have its name. */
struct dimension {
	struct str name;
	struct str *values;
	size_t n;
};

struct matrix {
	struct dimension params[DIMENSIONS];
	size_t n_params;
	const struct knob_list *variants, *concurrency;
	size_t n_combinations; /* of parameters */
};

static int read_parameters(struct matrix *m, const struct bench_item *item, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < item->parameters.n; i++) {
		struct str pair = str_of(item->parameters.at[i]);
		size_t equals = str_find(pair, '='), k = 0;
		struct str name = str_cut(pair, 0, equals);
		while (k < m->n_params && !str_eq(m->params[k].name, name))
			k++;
		if (k == DIMENSIONS)
			return err_usage(e, "bench '%s': more than %d parameters", item->name, DIMENSIONS);
		if (k == m->n_params)
			m->params[m->n_params++] = (struct dimension){
			    .name = name, .values = arena_array(a, struct str, item->parameters.n)};
		struct dimension *d = &m->params[k];
		d->values[d->n++] = str_cut(pair, equals + 1, pair.n);
	}
	m->n_combinations = 1;
	for (size_t k = 0; k < m->n_params && m->n_combinations <= INTERLEAVE_MOST; k++)
		m->n_combinations *= m->params[k].n;
	return 0;
}

static struct str name_of(const struct subject *s, struct str variant, bool has_concurrency)
{
	struct buf b = {0};
	buf_text(&b, s->item->name);
	for (uint32_t i = 0; i < s->n_params; i++)
		buf_printf(&b, "/%.*s=%.*s", STR_ARG(s->params[i].name), STR_ARG(s->params[i].value));
	if (variant.n)
		buf_printf(&b, "/%.*s", STR_ARG(variant));
	if (has_concurrency)
		buf_printf(&b, "/x%u", s->concurrency);
	struct str ret = arena_str(s->arena, buf_view(&b));
	buf_free(&b);
	return ret;
}

/* Parameters, from the first that varies slowest; then how many at once; variants side by side. */
static void fill(struct subject *s, const struct matrix *m, size_t combination, size_t concurrency,
		 size_t variant)
{
	struct bench_param *params = arena_array(s->arena, struct bench_param, m->n_params + 1);
	struct str name = STR_NONE;
	int64_t at_once = 1;
	for (size_t k = m->n_params; k-- > 0; combination /= m->params[k].n)
		params[k] = (struct bench_param){m->params[k].name,
						 m->params[k].values[combination % m->params[k].n]};
	s->params = params;
	s->n_params = (uint32_t)m->n_params;
	if (m->concurrency->n)
		(void)str_int(str_of(m->concurrency->at[concurrency]), &at_once);
	s->concurrency = (uint32_t)at_once;
	if (m->variants->n) {
		struct str pair = str_of(m->variants->at[variant]);
		size_t equals = str_find(pair, '=');
		name = str_cut(pair, 0, equals);
		s->instead = arena_copy(s->arena, str_cut(pair, equals + 1, pair.n));
	}
	s->name = name_of(s, name, m->concurrency->n > 0);
}

static int expand(struct plan_item *p, const struct subject_kind *kind, struct arena *a, struct err *e)
{
	const struct bench_item *item = p->item;
	struct matrix m = {.variants = &item->variants, .concurrency = &item->concurrency};
	if (!kind)
		return 0;
	if (read_parameters(&m, item, a, e) < 0)
		return e->fault;
	size_t n_variants = m.variants->n ? m.variants->n : 1;
	size_t n_concurrency = m.concurrency->n ? m.concurrency->n : 1;
	size_t n = m.n_combinations * n_variants * n_concurrency;
	if (n > INTERLEAVE_MOST)
		return err_usage(
		    e, "bench '%s': more than %d combinations of parameters, variants and concurrency",
		    item->name, INTERLEAVE_MOST);
	p->subjects = arena_array(a, struct subject, n);
	for (size_t c = 0; c < m.n_combinations; c++)
		for (size_t k = 0; k < n_concurrency; k++)
			for (size_t v = 0; v < n_variants; v++) {
				struct subject *s = &p->subjects[p->n++];
				*s = (struct subject){
				    .kind = kind, .item = item, .timeout_ns = item->timeout_ns, .arena = a};
				fill(s, &m, c, k, v);
			}
	return 0;
}

static bool is_asked(const struct bench_item *item, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], item->name) == 0 || fnmatch(names[i], item->name, 0) == 0)
			return true;
	return n == 0;
}

/* Each name must mean something. */
static int check_names(const struct settings *s, const char *const *names, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct nearest near = {.word = str_of(names[i])};
		bool found = false;
		for (size_t k = 0; k < s->n_benches && !found; k++) {
			found = is_asked(s->benches[k], &names[i], 1);
			nearest_try(&near, s->benches[k]->name);
		}
		const char *meant = nearest_word(&near);
		if (!found && meant)
			return err_usage(e, "no bench '%s' (did you mean '%s'?)", names[i], meant);
		if (!found)
			return err_usage(e, "no bench '%s' (see 'fettle bench --list')", names[i]);
	}
	return 0;
}

int plan_make(struct plan *ret, const struct settings *s, const char *const *names, size_t n,
	      const struct subject_kind *const *kinds, struct arena *a, struct err *e)
{
	*ret = (struct plan){.items = arena_array(a, struct plan_item, s->n_benches + 1)};
	if (check_names(s, names, n, e) < 0)
		return e->fault;
	for (size_t i = 0; i < s->n_benches; i++) {
		const struct bench_item *item = s->benches[i];
		/* a name that was asked for by hand is measured even where it is switched off */
		if (!is_asked(item, names, n) || (!item->enabled && !n))
			continue;
		ret->items[ret->n] = (struct plan_item){.item = item};
		if (expand(&ret->items[ret->n++], kinds[item->subject.is], a, e) < 0)
			return e->fault;
	}
	return 0;
}
