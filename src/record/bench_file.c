#include "record/bench_file.h"

#include <math.h>
#include <sys/stat.h>

#include "base/bound_put.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/str.h"
#include "record/bench_words.h"

static void put_figure(struct buf *b, int64_t v)
{
	if (v == BENCH_NONE)
		buf_text(b, "null");
	else
		buf_int(b, v);
}

static void put_key_figure(struct buf *b, const char *key, int64_t v)
{
	json_put_key(b, key);
	put_figure(b, v);
}

static void put_key_bool(struct buf *b, const char *key, bool v)
{
	json_put_key(b, key);
	buf_text(b, v ? "true" : "false");
}

static void put_key_real(struct buf *b, const char *key, double v)
{
	json_put_key(b, key);
	if (isfinite(v))
		buf_printf(b, "%.9g", v);
	else
		buf_text(b, "null");
}

static void put_array(struct buf *b, const char *key, const int64_t *values, size_t n)
{
	json_put_key(b, key);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		put_figure(b, values[i]);
	}
	buf_char(b, ']');
}

static void put_summary(struct buf *b, const struct bench_summary *s)
{
	json_put_key(b, "summary");
	buf_char(b, '{');
	json_put_key_int(b, "n", s->n);
	put_key_figure(b, "min", s->least);
	put_key_figure(b, "p5", s->p5);
	put_key_figure(b, "p25", s->p25);
	put_key_figure(b, "median", s->median);
	put_key_figure(b, "p75", s->p75);
	put_key_figure(b, "p95", s->p95);
	put_key_figure(b, "p99", s->p99);
	put_key_figure(b, "max", s->most);
	put_key_real(b, "mean", s->n ? s->mean : NAN);
	put_key_real(b, "stddev", s->n > 1 ? s->deviation : NAN);
	json_put_key_int(b, "outliers", s->outliers);
	buf_char(b, '}');
}

static void put_column(struct buf *b, const struct bench_column *c, size_t n)
{
	buf_text(b, "\n{");
	json_put_key_text(b, "metric", c->metric);
	json_put_key_text(b, "unit", c->unit);
	put_summary(b, &c->summary);
	put_array(b, "values", c->values, n);
	buf_char(b, '}');
}

static void put_params(struct buf *b, const struct bench_subject *s)
{
	json_put_key(b, "params");
	buf_char(b, '{');
	for (uint32_t i = 0; i < s->n_params; i++) {
		buf_text(b, i ? "," : "");
		json_put_text(b, s->params[i].name);
		buf_char(b, ':');
		json_put_text(b, s->params[i].value);
	}
	buf_char(b, '}');
}

static void put_runs(struct buf *b, const struct bench_subject *s)
{
	json_put_key_int(b, "concurrency", s->concurrency ? s->concurrency : 1);
	put_key_figure(b, "busy_ns", s->busy_ns > 0 ? s->busy_ns : BENCH_NONE);
	json_put_key_int(b, "good", s->good);
	json_put_key_int(b, "failed", s->failed);
	json_put_key_int(b, "timed_out", s->timed_out);
	if (s->failure.n)
		json_put_key_text(b, "failure", s->failure);
	put_key_real(b, "throughput", bench_throughput(s));
	put_key_real(b, "error_rate", bench_error_rate(s));
}

static void put_subject(struct buf *b, const struct bench_subject *s)
{
	buf_text(b, "\n{");
	json_put_key_text(b, "name", s->name);
	if (s->bench.n)
		json_put_key_text(b, "bench", s->bench);
	if (s->kind.n)
		json_put_key_text(b, "kind", s->kind);
	json_put_key_text(b, "command", s->command);
	put_params(b, s);
	json_put_key_int(b, "rounds", s->n_rounds);
	json_put_key_int(b, "runs_per_round", s->per_round);
	put_runs(b, s);
	json_put_key(b, "metrics");
	buf_char(b, '[');
	for (uint32_t i = 0; i < s->n_columns; i++) {
		buf_text(b, i ? "," : "");
		put_column(b, &s->columns[i], (size_t)s->n_rounds * s->per_round);
	}
	buf_text(b, "]}");
}

/* All digits: what is read again must be judged as it was. */
static void put_key_exact(struct buf *b, const char *key, double v, bool known)
{
	json_put_key(b, key);
	if (known && isfinite(v))
		buf_printf(b, "%.17g", v);
	else
		buf_text(b, "null");
}

static void put_key_bound(struct buf *b, const struct bound *bound)
{
	struct buf text = {0};
	if (bound->stat == BOUND_PERCENTILE)
		buf_printf(&text, "p%.9g", bound->percentile);
	else
		buf_text(&text, bench_stats[bound->stat]);
	json_put_key_text(b, "statistic", buf_view(&text));
	buf_clear(&text);
	bound_put(&text, bound);
	json_put_key_text(b, "bound", buf_view(&text));
	buf_free(&text);
	json_put_key_text(b, "comparison", str_of(bench_signs[bound->compare]));
	put_key_exact(b, "limit", bound->limit, true);
	json_put_key_text(b, "unit", str_of(bench_units[bound->unit]));
}

static void put_target(struct buf *b, const struct bench_target *t)
{
	const struct target_verdict *v = &t->verdict;
	buf_text(b, "\n{");
	json_put_key_text(b, "metric", t->metric);
	json_put_key_text(b, "benchmark", t->benchmark);
	json_put_key_text(b, "figure", t->figure);
	put_key_bound(b, &v->bound);
	json_put_key_text(b, "answer", str_of(bench_answers[v->answer]));
	put_key_exact(b, "value", v->figure.value, v->figure.known);
	json_put_key_text(b, "value_unit", str_of(bench_units[v->figure.unit]));
	json_put_key_int(b, "samples",
			 v->figure.samples > INT64_MAX ? INT64_MAX : (int64_t)v->figure.samples);
	json_put_key_int(b, "samples_needed", (int64_t)v->samples_needed);
	put_key_exact(b, "margin", v->margin, v->has_margin);
	buf_char(b, '}');
}

static void put_targets(struct buf *b, const struct bench *bench)
{
	json_put_key(b, "targets");
	buf_char(b, '[');
	for (uint32_t i = 0; i < bench->n_targets; i++) {
		buf_text(b, i ? "," : "");
		put_target(b, &bench->targets[i]);
	}
	buf_char(b, ']');
}

static void put_machine(struct buf *b, const struct bench *bench)
{
	json_put_key(b, "machine");
	buf_char(b, '{');
	json_put_key_text(b, "id", bench->machine);
	json_put_key_text(b, "host", bench->host);
	json_put_key_text(b, "system", bench->system);
	json_put_key_text(b, "cpu", bench->cpu);
	json_put_key_int(b, "cores", bench->cores);
	buf_char(b, '}');
	json_put_key(b, "noise");
	buf_char(b, '{');
	put_key_figure(b, "elapsed_ns", bench->noise.elapsed_ns);
	put_key_figure(b, "pressure_ns", bench->noise.pressure_ns);
	put_key_figure(b, "steal_ns", bench->noise.steal_ns);
	put_array(b, "loop_ns", bench->noise.loops, bench->noise.n_loops);
	buf_char(b, '}');
}

void bench_file_put(struct buf *b, const struct bench *bench)
{
	buf_char(b, '{');
	json_put_key_text(b, "format", STR("fettle-bench"));
	json_put_key_int(b, "version", BENCH_FILE_VERSION);
	json_put_key_text(b, "tool", bench->version);
	json_put_key_int(b, "begin_ns", bench->begin_ns);
	/* seeds use all 64 bits, numbers of JSON seldom survive more than 53 */
	json_put_key(b, "seed");
	buf_printf(b, "\"%llu\"", (unsigned long long)bench->seed);
	put_key_bool(b, "shell", bench->shell);
	json_put_key_int(b, "own_cpu_ns", bench->own_cpu_ns);
	json_put_key_int(b, "floor_rss_bytes", bench->floor_rss_bytes);
	buf_char(b, '\n');
	put_machine(b, bench);
	json_put_key(b, "notes");
	buf_char(b, '[');
	for (uint32_t i = 0; i < bench->n_notes; i++) {
		buf_text(b, i ? "," : "");
		json_put_text(b, bench->notes[i]);
	}
	buf_char(b, ']');
	put_targets(b, bench);
	json_put_key(b, "benchmarks");
	buf_char(b, '[');
	for (uint32_t i = 0; i < bench->n_subjects; i++) {
		buf_text(b, i ? "," : "");
		put_subject(b, &bench->subjects[i]);
	}
	buf_text(b, "]}\n");
}

int bench_file_write(const char *dir, const struct bench *bench, struct err *e)
{
	struct arena a = {0};
	struct buf b = {0};
	if (folder_make(dir, 0755, e) < 0)
		return e->fault;
	bench_file_put(&b, bench);
	int rc = file_write(arena_printf(&a, "%s/" BENCH_FILE_NAME, dir), buf_view(&b), e);
	buf_free(&b);
	arena_free(&a);
	return rc;
}

bool bench_file_find(struct arena *a, const char *name, char **ret)
{
	struct stat st;
	*ret = arena_copy(a, str_of(name));
	if (stat(name, &st) < 0)
		return false;
	if (S_ISREG(st.st_mode))
		return str_ends(str_of(name), ".json");
	*ret = arena_printf(a, "%s/" BENCH_FILE_NAME, name);
	return stat(*ret, &st) == 0 && S_ISREG(st.st_mode);
}
