#include <math.h>

#include "base/str.h"
#include "ingest/bench_foreign.h"

#define NS 1e9

struct one {
	struct str name, fullname;
	double median, mean, only, *data;
	size_t n_data;
	struct json params; /* at == NULL: none */
};

static void take_stats(struct json *j, struct arena *scratch, struct one *b)
{
	struct str key;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return;
	}
	for (bool more = json_object(j); more && json_key(j, &key);) {
		if (str_is(key, "median"))
			b->median = bench_foreign_real(j);
		else if (str_is(key, "mean"))
			b->mean = bench_foreign_real(j);
		else if (str_is(key, "data"))
			b->data = bench_foreign_reals(j, scratch, &b->n_data);
		else
			json_skip(j);
	}
}

static void take_one(struct json *j, struct arena *scratch, struct one *b)
{
	struct str key;
	*b = (struct one){.median = NAN, .mean = NAN};
	for (bool more = json_object(j); more && json_key(j, &key);) {
		if (str_is(key, "name"))
			b->name = bench_foreign_text(j);
		else if (str_is(key, "fullname"))
			b->fullname = bench_foreign_text(j);
		else if (str_is(key, "stats"))
			take_stats(j, scratch, b);
		else if (str_is(key, "params") && json_peek(j) == JSON_OBJECT)
			b->params = *j, json_skip(j);
		else
			json_skip(j);
	}
}

static void put_params(struct results *f, uint32_t benchmark, const struct one *b)
{
	struct json j = b->params;
	struct str key;
	if (!j.at)
		return;
	for (bool more = json_object(&j); more && json_key(&j, &key);)
		results_param(f, benchmark, key, json_peek(&j) == JSON_TEXT ? json_text(&j) : json_raw(&j));
}

static void put_one(struct results *f, struct one *b)
{
	b->only = isnan(b->median) ? b->mean : b->median;
	struct str name = b->fullname.n ? b->fullname : b->name;
	if (!name.n || (!b->n_data && isnan(b->only)))
		return;
	uint32_t benchmark = results_benchmark(f, name);
	put_params(f, benchmark, b);
	if (!b->n_data) {
		b->data = &b->only;
		b->n_data = 1;
		results_note(
		    f, "the results of pytest-benchmark hold no single rounds: one figure each, the median; "
		       "--benchmark-save-data keeps them");
	}
	for (size_t i = 0; i < b->n_data && results_run(f, benchmark); i++)
		results_put(f, benchmark, STR("wall"), "ps", b->data[i] * NS);
}

struct reading {
	struct results *f;
	struct arena scratch; /* of one item */
};

static void read_one(void *ctx, struct json *j)
{
	struct reading *r = ctx;
	struct one one;
	take_one(j, &r->scratch, &one);
	if (!j->error)
		put_one(r->f, &one);
	arena_reset(&r->scratch);
}

int bench_pytest_read(struct results *f, struct str bytes, const char *path, struct err *e)
{
	struct arena texts = {0};
	struct reading r = {.f = f};
	int rc = bench_foreign_items(bytes, path, "benchmarks", &texts, read_one, &r, e);
	arena_free(&texts);
	arena_free(&r.scratch);
	return rc;
}
