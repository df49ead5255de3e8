#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/model_build.h"
#include "base/row.h"
#include "base/str.h"

enum { NUMBER = 64 }; /* characters of a number as it is told */

/* A fraction stands as text beside the number that it was rounded to. */
static double number_of(const struct event *ev)
{
	char text[NUMBER];
	struct str real = event_text(ev, "real");
	if (!real.n || real.n >= sizeof(text))
		return (double)event_int(ev, "num", 0);
	memcpy(text, real.at, real.n);
	text[real.n] = 0;
	double v = strtod(text, NULL);
	return isfinite(v) ? v : (double)event_int(ev, "num", 0);
}

static struct model_value *value_of(struct model *m, struct str name, bool counter)
{
	struct model_values *v = &m->values;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->all[i].counter == counter && str_eq(v->all[i].name, name))
			return &v->all[i];
	if (v->n == MODEL_MOST_VALUES) {
		v->n_passed_over++;
		return NULL;
	}
	if (!v->all)
		v->all = arena_array(&m->arena, struct model_value, MODEL_MOST_VALUES);
	v->all[v->n] = (struct model_value){.name = model_intern(m, name), .counter = counter};
	return &v->all[v->n++];
}

bool model_value_told(struct model *m, const struct event *ev)
{
	struct str what = event_text(ev, "what");
	bool counter = str_is(what, "count");
	if (!ev->name.n || (!counter && !str_is(what, "value")))
		return false;
	struct model_value *v = value_of(m, ev->name, counter);
	double number = number_of(ev);
	if (!v)
		return true;
	v->total += number;
	v->least = v->n && v->least < number ? v->least : number;
	v->most = v->n && v->most > number ? v->most : number;
	v->last = number;
	v->n++;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct model_value *x = a, *y = b;
	if (x->counter != y->counter)
		return x->counter ? -1 : 1;
	return str_compare(x->name, y->name);
}

void model_values_sort(struct model *m)
{
	if (m->values.n)
		qsort(m->values.all, m->values.n, sizeof(*m->values.all), by_name);
}
