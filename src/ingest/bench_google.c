#include <math.h>

#include "base/str.h"
#include "ingest/bench_foreign.h"

enum { COUNTERS = 48 };

struct row {
	struct str name, run_name, type, aggregate, unit, error;
	double real, cpu;
	bool failed, skipped;
	struct {
		struct str name;
		double value;
	} counters[COUNTERS];
	uint32_t n_counters;
};

/* Numbers of a row that describe it and are no figure. */
static bool is_bookkeeping(struct str key)
{
	static const char *const keys[] = {"family_index",
					   "per_family_instance_index",
					   "repetitions",
					   "repetition_index",
					   "threads",
					   "iterations",
					   "cpu_coefficient",
					   "real_coefficient",
					   "rms",
					   "allocs_per_iter",
					   "net_heap_growth",
					   "total_allocated_bytes",
					   "max_bytes_used"};
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (str_is(key, keys[i]))
			return true;
	return false;
}

static struct str *text_of(struct row *r, struct str key)
{
	const struct {
		const char *key;
		struct str *at;
	} texts[] = {{"name", &r->name},         {"run_name", &r->run_name},
		     {"run_type", &r->type},     {"aggregate_name", &r->aggregate},
		     {"time_unit", &r->unit},    {"error_message", &r->error},
		     {"skip_message", &r->error}};
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (str_is(key, texts[i].key))
			return texts[i].at;
	return NULL;
}

static void take_number(struct json *j, struct row *r, struct str key)
{
	double v = bench_foreign_real(j);
	if (str_is(key, "real_time"))
		r->real = v;
	else if (str_is(key, "cpu_time"))
		r->cpu = v;
	else if (!is_bookkeeping(key) && r->n_counters < COUNTERS) {
		r->counters[r->n_counters].name = key;
		r->counters[r->n_counters++].value = v;
	}
}

static void take_row(struct json *j, struct row *r)
{
	struct str key;
	*r = (struct row){.real = NAN, .cpu = NAN};
	for (bool more = json_object(j); more && json_key(j, &key);) {
		struct str *text = text_of(r, key);
		if (text)
			*text = bench_foreign_text(j);
		else if (str_is(key, "error_occurred"))
			r->failed = bench_foreign_truth(j);
		else if (str_is(key, "skipped"))
			r->skipped = bench_foreign_truth(j);
		else
			take_number(j, r, key);
	}
}

static double in_ns(struct str unit)
{
	return str_is(unit, "s") ? 1e9 : str_is(unit, "ms") ? 1e6 : str_is(unit, "us") ? 1e3 : 1;
}

static void put_counters(struct results *f, uint32_t benchmark, const struct row *r)
{
	for (uint32_t i = 0; i < r->n_counters; i++) {
		struct str name = r->counters[i].name;
		const char *unit = str_is(name, "bytes_per_second") ? "bytes/s"
				   : str_ends(name, "_per_second")  ? "1/s"
								    : "millionths";
		results_put(f, benchmark, name, unit, r->counters[i].value);
	}
}

/* First the rows of single repetitions, whose names are noted in seen; second, where there are none, the
 * median. */
static void put_row(struct results *f, const struct row *r, struct map *seen, bool second)
{
	bool aggregate = str_is(r->type, "aggregate");
	struct str name = r->run_name.n ? r->run_name : r->name;
	if (!name.n || aggregate != second || (aggregate && !str_is(r->aggregate, "median")) ||
	    (second && map_get(seen, name) != MAP_NONE))
		return;
	if (!second)
		*map_at(seen, name) = 1;
	if (r->skipped) {
		results_note(f, "skipped: %.*s: %.*s", STR_ARG(str_clip_utf8(name, 160)),
			     STR_ARG(str_clip_utf8(r->error, 160)));
		return;
	}
	uint32_t benchmark = results_benchmark(f, name);
	if (!results_run(f, benchmark))
		return;
	if (r->failed) {
		results_fail(f, benchmark, r->error.n ? r->error : STR("it failed"));
		return;
	}
	if (second)
		results_note(
		    f, "the results of Google Benchmark hold only aggregates: one figure each, the median");
	results_put(f, benchmark, STR("wall"), "ps", r->real * in_ns(r->unit));
	results_put(f, benchmark, STR("cpu"), "ps", r->cpu * in_ns(r->unit));
	put_counters(f, benchmark, r);
}

struct reading {
	struct results *f;
	struct map seen;
	bool second; /* of two passes */
};

static void read_row(void *ctx, struct json *j)
{
	struct reading *r = ctx;
	struct row row;
	take_row(j, &row);
	if (!j->error)
		put_row(r->f, &row, &r->seen, r->second);
}

int bench_google_read(struct results *f, struct str bytes, const char *path, struct err *e)
{
	struct arena texts = {0};
	struct reading r = {.f = f};
	int rc = bench_foreign_items(bytes, path, "benchmarks", &texts, read_row, &r, e);
	r.second = true;
	if (rc == 0)
		rc = bench_foreign_items(bytes, path, "benchmarks", &texts, read_row, &r, e);
	map_free(&r.seen);
	arena_free(&texts);
	return rc;
}
