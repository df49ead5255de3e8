#include "ingest/bench_rows.h"

#include <math.h>

#include "base/json.h"
#include "base/str.h"
#include "ingest/bench_foreign.h"

static uint64_t take_count(struct json *j)
{
	double v = bench_foreign_real(j);
	return v >= 1 && v <= 1e15 ? (uint64_t)v : 0;
}

/* [["hits","",0.25],...] */
static void take_metrics(struct json *j, struct bench_row *r)
{
	if (json_peek(j) != JSON_ARRAY) {
		json_skip(j);
		return;
	}
	for (bool more = json_array(j); more && json_item(j);) {
		if (json_peek(j) != JSON_ARRAY || r->n_metrics == BENCH_ROW_METRICS) {
			json_skip(j);
			continue;
		}
		unsigned i = 0;
		for (bool parts = json_array(j); parts && json_item(j); i++) {
			if (i == 0)
				r->metrics[r->n_metrics].name = bench_foreign_text(j);
			else if (i == 1)
				r->metrics[r->n_metrics].unit = bench_foreign_text(j);
			else
				r->metrics[r->n_metrics].value = bench_foreign_real(j);
		}
		r->n_metrics += i == 3;
	}
}

static double *number_of(struct bench_row *r, struct str key)
{
	return str_is(key, "wall_ns")  ? &r->wall_ns
	       : str_is(key, "cpu_ns") ? &r->cpu_ns
	       : str_is(key, "allocs") ? &r->allocs
	       : str_is(key, "bytes")  ? &r->bytes
	       : str_is(key, "worked") ? &r->worked
				       : NULL;
}

static bool take_kind(struct json *j, struct str key, struct bench_row *r)
{
	static const char *const words[] = {"",      "fettle_bench", "listed",  "begin", "calibrated",
					    "round", "failed",       "skipped", "done"};
	for (unsigned i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!str_is(key, words[i]))
			continue;
		r->kind = (enum bench_row_kind)i;
		if (i == BENCH_ROW_HEAD || i == BENCH_ROW_DONE)
			json_skip(j);
		else
			r->name = bench_foreign_text(j);
		return true;
	}
	return false;
}

int bench_row_read(struct str line, struct arena *scratch, struct bench_row *ret, struct err *e)
{
	struct json j;
	struct str key;
	struct bench_row r = {.wall_ns = NAN, .cpu_ns = NAN, .allocs = NAN, .bytes = NAN, .worked = NAN};
	json_init(&j, line, scratch);
	for (bool more = json_object(&j); more && json_key(&j, &key);) {
		double *number = number_of(&r, key);
		if (number)
			*number = bench_foreign_real(&j);
		else if (str_is(key, "n") || str_is(key, "benchmarks"))
			r.n = take_count(&j);
		else if (str_is(key, "counted"))
			r.counted = bench_foreign_truth(&j);
		else if (str_is(key, "why"))
			r.why = bench_foreign_text(&j);
		else if (str_is(key, "metrics"))
			take_metrics(&j, &r);
		else if (!take_kind(&j, key, &r))
			json_skip(&j);
	}
	if (!json_end(&j))
		return err_format(e, "%s", j.error);
	if (r.kind >= BENCH_ROW_LISTED && r.kind <= BENCH_ROW_SKIPPED && !r.name.n)
		return err_format(e, "a row without a name");
	*ret = r;
	return 0;
}

static const char *unit_word(struct str unit)
{
	return str_is(unit, "ns")      ? "ps"
	       : str_is(unit, "bytes") ? "bytes"
	       : str_is(unit, "1/s")   ? "1/s"
				       : "millionths";
}

void bench_row_put(struct results *f, uint32_t benchmark, const struct bench_row *r)
{
	double n = (double)(r->n ? r->n : 1);
	results_put(f, benchmark, STR("wall"), "ps", r->wall_ns / n);
	results_put(f, benchmark, STR("cpu"), "ps", r->cpu_ns / n);
	results_put(f, benchmark, STR("bytes_per_op"), "bytes", r->bytes / n);
	results_put(f, benchmark, STR("allocs_per_op"), "millionths", r->allocs / n);
	if (r->worked > 0 && r->wall_ns > 0)
		results_put(f, benchmark, STR("bytes_per_second"), "bytes/s",
			    r->worked * n * 1e9 / r->wall_ns);
	for (uint32_t i = 0; i < r->n_metrics; i++)
		results_put(f, benchmark, r->metrics[i].name, unit_word(r->metrics[i].unit),
			    r->metrics[i].value);
}
