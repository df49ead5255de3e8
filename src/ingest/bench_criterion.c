#include <math.h>

#include "base/str.h"
#include "ingest/bench_foreign.h"

struct sample {
	double *iters, *times, median, mean;
	size_t n_iters, n_times;
};

static double take_estimate(struct json *j)
{
	struct str key;
	double v = NAN;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return NAN;
	}
	for (bool more = json_object(j); more && json_key(j, &key);)
		if (str_is(key, "point_estimate"))
			v = bench_foreign_real(j);
		else
			json_skip(j);
	return v;
}

static int take_sample(struct str bytes, const char *path, struct arena *scratch, struct sample *s,
		       struct err *e)
{
	struct json j;
	struct str key;
	*s = (struct sample){.median = NAN, .mean = NAN};
	json_init(&j, bytes, scratch);
	for (bool more = json_object(&j); more && json_key(&j, &key);) {
		if (str_is(key, "iters"))
			s->iters = bench_foreign_reals(&j, scratch, &s->n_iters);
		else if (str_is(key, "times"))
			s->times = bench_foreign_reals(&j, scratch, &s->n_times);
		else if (str_is(key, "median"))
			s->median = take_estimate(&j);
		else if (str_is(key, "mean"))
			s->mean = take_estimate(&j);
		else
			json_skip(&j);
	}
	return bench_foreign_end(&j, path, e);
}

struct about {
	struct str name;
	double bytes, elements; /* of an iteration; 0: not told */
};

static void take_throughput(struct json *j, struct about *about)
{
	struct str key;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return;
	}
	for (bool more = json_object(j); more && json_key(j, &key);)
		if (str_is(key, "Bytes") || str_is(key, "BytesDecimal"))
			about->bytes = bench_foreign_real(j);
		else if (str_is(key, "Elements"))
			about->elements = bench_foreign_real(j);
		else
			json_skip(j);
}

static struct about take_about(struct str bytes, struct arena *scratch)
{
	struct about about = {0};
	struct json j;
	struct str key;
	json_init(&j, bytes, scratch);
	for (bool more = bytes.n && json_object(&j); more && json_key(&j, &key);) {
		if (str_is(key, "full_id"))
			about.name = bench_foreign_text(&j);
		else if (str_is(key, "throughput"))
			take_throughput(&j, &about);
		else
			json_skip(&j);
	}
	return about;
}

static void put_run(struct results *f, uint32_t benchmark, const struct about *about, double ns)
{
	results_put(f, benchmark, STR("wall"), "ps", ns);
	if (about->bytes > 0 && ns > 0)
		results_put(f, benchmark, STR("bytes_per_second"), "bytes/s", about->bytes * 1e9 / ns);
	if (about->elements > 0 && ns > 0)
		results_put(f, benchmark, STR("elements_per_second"), "1/s", about->elements * 1e9 / ns);
}

int bench_criterion_read(struct results *f, struct str sample, struct str benchmark, struct str otherwise,
			 const char *path, struct err *e)
{
	struct arena scratch = {0};
	struct sample s;
	int rc = take_sample(sample, path, &scratch, &s, e);
	struct about about = take_about(benchmark, &scratch);
	double only = isnan(s.median) ? s.mean : s.median;
	size_t n = s.n_iters < s.n_times ? s.n_iters : s.n_times;
	if (rc == 0 && (n || !isnan(only))) {
		uint32_t at = results_benchmark(f, about.name.n ? about.name : otherwise);
		for (size_t i = 0; i < n; i++)
			if (s.iters[i] >= 1 && s.times[i] >= 0 && results_run(f, at))
				put_run(f, at, &about, s.times[i] / s.iters[i]);
		if (!n && results_run(f, at)) {
			put_run(f, at, &about, only);
			results_note(f,
				     "the results of Criterion hold no samples: one figure each, the median");
		}
	}
	arena_free(&scratch);
	return rc;
}
