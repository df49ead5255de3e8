#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "record/bench_file.h"
#include "record/bench_words.h"

enum { MOST_RUNS = 100 * 1000 * 1000, MOST_METRICS = 1000, MOST_SUBJECTS = 100000, MOST_TARGETS = 10000 };

struct figures {
	int64_t *at;
	size_t n, cap;
};

static int64_t read_figure(struct json *j)
{
	if (json_peek(j) != JSON_NULL)
		return json_int(j);
	json_skip(j);
	return BENCH_NONE;
}

static uint32_t read_count(struct json *j)
{
	int64_t v = json_int(j);
	if (v < 0 || v > MOST_RUNS)
		json_fail(j, "a count that cannot be");
	return v < 0 || v > MOST_RUNS ? 0 : (uint32_t)v;
}

static void read_figures(struct json *j, struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct figures f = {0};
	if (json_array(j)) {
		while (json_item(j)) {
			f.at = mem_grow(f.at, f.n, &f.cap, sizeof(*f.at));
			f.at[f.n++] = read_figure(j);
		}
	}
	*ret_n = f.n;
	*ret = arena_array(a, int64_t, f.n + 1);
	if (f.n)
		memcpy(*ret, f.at, f.n * sizeof(*f.at));
	mem_free(f.at);
}

static void read_column(struct json *j, struct arena *a, struct bench_column *c, size_t *ret_n)
{
	struct str key;
	*ret_n = 0;
	c->values = arena_new(a, int64_t);
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "metric"))
			c->metric = arena_str(a, json_text(j));
		else if (str_is(key, "unit"))
			c->unit = arena_str(a, json_text(j));
		else if (str_is(key, "values"))
			read_figures(j, a, &c->values, ret_n);
		else
			json_skip(j);
	}
}

static void read_columns(struct json *j, struct arena *a, struct bench_subject *s, size_t *ret_n)
{
	struct bench_column *columns = NULL;
	size_t n = 0, cap = 0;
	bool uneven = false;
	*ret_n = 0;
	if (json_array(j)) {
		while (json_item(j)) {
			size_t n_values;
			if (n == MOST_METRICS)
				json_fail(j, "more metrics than a benchmark has");
			columns = mem_grow(columns, n, &cap, sizeof(*columns));
			columns[n] = (struct bench_column){0};
			read_column(j, a, &columns[n], &n_values);
			uneven = uneven || (n && n_values != *ret_n);
			*ret_n = n_values;
			n++;
		}
	}
	if (uneven)
		json_fail(j, "metrics of one benchmark with different numbers of values");
	s->columns = arena_array(a, struct bench_column, n + 1);
	if (n)
		memcpy(s->columns, columns, n * sizeof(*columns));
	s->n_columns = (uint32_t)n;
	mem_free(columns);
}

static void read_params(struct json *j, struct arena *a, struct bench_subject *s)
{
	struct str key;
	size_t n = 0, cap = 0;
	s->params = arena_new(a, struct bench_param);
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		struct str name = arena_str(a, key);
		s->params = arena_grow(a, s->params, n, &cap, sizeof(*s->params));
		s->params[n++] = (struct bench_param){name, arena_str(a, json_text(j))};
	}
	s->n_params = (uint32_t)n;
}

static uint32_t *count_of(struct bench_subject *s, struct str key)
{
	return str_is(key, "rounds")           ? &s->n_rounds
	       : str_is(key, "runs_per_round") ? &s->per_round
	       : str_is(key, "concurrency")    ? &s->concurrency
	       : str_is(key, "good")           ? &s->good
	       : str_is(key, "failed")         ? &s->failed
	       : str_is(key, "timed_out")      ? &s->timed_out
					       : NULL;
}

static struct str *text_of(struct bench_subject *s, struct str key)
{
	return str_is(key, "name")      ? &s->name
	       : str_is(key, "bench")   ? &s->bench
	       : str_is(key, "kind")    ? &s->kind
	       : str_is(key, "command") ? &s->command
	       : str_is(key, "failure") ? &s->failure
					: NULL;
}

static void read_subject(struct json *j, struct arena *a, struct bench_subject *s)
{
	struct str key;
	size_t n_values = 0;
	*s = (struct bench_subject){.per_round = 1, .busy_ns = BENCH_NONE};
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		uint32_t *count = count_of(s, key);
		struct str *text = text_of(s, key);
		if (count)
			*count = read_count(j);
		else if (text)
			*text = arena_str(a, json_text(j));
		else if (str_is(key, "busy_ns"))
			s->busy_ns = read_figure(j);
		else if (str_is(key, "params"))
			read_params(j, a, s);
		else if (str_is(key, "metrics"))
			read_columns(j, a, s, &n_values);
		else
			json_skip(j);
	}
	if (!s->name.n)
		json_fail(j, "a benchmark without a name");
	/* nobody need make room for what was never run */
	if (!s->n_rounds || !s->per_round) {
		s->n_rounds = 0;
		s->per_round = 1;
	}
	if (s->n_columns && n_values != (size_t)s->n_rounds * s->per_round)
		json_fail(j, "a benchmark whose values are not rounds * runs_per_round");
}

static void read_subjects(struct json *j, struct arena *a, struct bench *b)
{
	struct bench_subject *subjects = NULL;
	size_t n = 0, cap = 0;
	if (json_array(j)) {
		while (json_item(j)) {
			if (n == MOST_SUBJECTS)
				json_fail(j, "more benchmarks than a session has");
			subjects = mem_grow(subjects, n, &cap, sizeof(*subjects));
			read_subject(j, a, &subjects[n++]);
		}
	}
	b->subjects = arena_array(a, struct bench_subject, n + 1);
	if (n)
		memcpy(b->subjects, subjects, n * sizeof(*subjects));
	b->n_subjects = (uint32_t)n;
	mem_free(subjects);
}

static void read_machine(struct json *j, struct arena *a, struct bench *b)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "id"))
			b->machine = arena_str(a, json_text(j));
		else if (str_is(key, "host"))
			b->host = arena_str(a, json_text(j));
		else if (str_is(key, "system"))
			b->system = arena_str(a, json_text(j));
		else if (str_is(key, "cpu"))
			b->cpu = arena_str(a, json_text(j));
		else if (str_is(key, "cores"))
			b->cores = read_count(j);
		else
			json_skip(j);
	}
}

static void read_noise(struct json *j, struct arena *a, struct bench_noise *noise)
{
	struct str key;
	size_t n = 0;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "elapsed_ns"))
			noise->elapsed_ns = read_figure(j);
		else if (str_is(key, "pressure_ns"))
			noise->pressure_ns = read_figure(j);
		else if (str_is(key, "steal_ns"))
			noise->steal_ns = read_figure(j);
		else if (str_is(key, "loop_ns"))
			read_figures(j, a, &noise->loops, &n);
		else
			json_skip(j);
	}
	noise->n_loops = (uint32_t)n;
}

static void read_notes(struct json *j, struct arena *a, struct bench *b)
{
	size_t n = 0, cap = 0;
	b->notes = arena_new(a, struct str);
	if (!json_array(j))
		return;
	while (json_item(j)) {
		b->notes = arena_grow(a, b->notes, n, &cap, sizeof(*b->notes));
		b->notes[n++] = arena_str(a, json_text(j));
	}
	b->n_notes = (uint32_t)n;
}

/* Which of the words; one that is none is an objection. */
static unsigned read_word(struct json *j, const char *const *words, unsigned n)
{
	struct str text = json_text(j);
	for (unsigned i = 0; i < n; i++)
		if (str_is(text, words[i]))
			return i;
	json_fail(j, "a word that is not known here");
	return 0;
}

static double read_real(struct json *j, bool *ret_known)
{
	*ret_known = json_peek(j) != JSON_NULL;
	if (*ret_known)
		return json_real(j);
	json_skip(j);
	return NAN;
}

static void read_statistic(struct json *j, struct bound *bound)
{
	struct str text = json_text(j), digits = str_cut(text, 1, text.n);
	struct json number;
	for (unsigned i = 0; i < BENCH_STATS; i++)
		if (i != BOUND_PERCENTILE && str_is(text, bench_stats[i])) {
			bound->stat = (enum bound_stat)i;
			return;
		}
	json_init(&number, digits, j->arena);
	bound->stat = BOUND_PERCENTILE;
	bound->percentile = json_peek(&number) == JSON_NUMBER ? json_real(&number) : 0;
	if (!str_starts(text, "p") || !json_end(&number) || bound->percentile <= 0 ||
	    bound->percentile >= 100)
		json_fail(j, "a statistic that is none");
}

static uint64_t read_samples(struct json *j)
{
	int64_t v = json_int(j);
	return v > 0 ? (uint64_t)v : 0;
}

static void read_verdict(struct json *j, struct str key, struct target_verdict *v)
{
	bool known;
	if (str_is(key, "statistic"))
		read_statistic(j, &v->bound);
	else if (str_is(key, "comparison"))
		v->bound.compare = (enum bound_compare)read_word(j, bench_signs, BENCH_SIGNS);
	else if (str_is(key, "limit"))
		v->bound.limit = read_real(j, &known);
	else if (str_is(key, "unit"))
		v->bound.unit = (enum bound_unit)read_word(j, bench_units, BENCH_UNITS);
	else if (str_is(key, "answer"))
		v->answer = (enum target_answer)read_word(j, bench_answers, BENCH_ANSWERS);
	else if (str_is(key, "value"))
		v->figure.value = read_real(j, &v->figure.known);
	else if (str_is(key, "value_unit"))
		v->figure.unit = (enum bound_unit)read_word(j, bench_units, BENCH_UNITS);
	else if (str_is(key, "samples"))
		v->figure.samples = read_samples(j);
	else if (str_is(key, "samples_needed"))
		v->samples_needed = read_samples(j);
	else if (str_is(key, "margin"))
		v->margin = read_real(j, &v->has_margin);
	else
		json_skip(j);
}

static void read_target(struct json *j, struct arena *a, struct bench_target *t)
{
	struct str key;
	*t = (struct bench_target){.verdict = {.answer = TARGET_NO_DATA, .bound.limit = NAN}};
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "metric"))
			t->metric = arena_str(a, json_text(j));
		else if (str_is(key, "benchmark"))
			t->benchmark = arena_str(a, json_text(j));
		else if (str_is(key, "figure"))
			t->figure = arena_str(a, json_text(j));
		else
			read_verdict(j, key, &t->verdict);
	}
	if (isnan(t->verdict.bound.limit))
		json_fail(j, "a target without a limit");
	/* a verdict that is told with its figure must have one */
	if (t->verdict.answer <= TARGET_MISSED && !t->verdict.figure.known)
		json_fail(j, "a target that is met or missed without a value");
}

static void read_targets(struct json *j, struct arena *a, struct bench *b)
{
	size_t n = 0, cap = 0;
	b->targets = arena_new(a, struct bench_target);
	if (!json_array(j))
		return;
	while (json_item(j)) {
		if (n == MOST_TARGETS)
			json_fail(j, "more targets than a session has");
		b->targets = arena_grow(a, b->targets, n, &cap, sizeof(*b->targets));
		read_target(j, a, &b->targets[n++]);
	}
	b->n_targets = (uint32_t)n;
}

static uint64_t read_seed(struct json *j)
{
	struct str text = json_text(j);
	uint64_t v = 0;
	for (size_t i = 0; i < text.n && text.at[i] >= '0' && text.at[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(text.at[i] - '0');
	return v;
}

static void read_member(struct json *j, struct arena *a, struct str key, struct bench *b)
{
	if (str_is(key, "tool"))
		b->version = arena_str(a, json_text(j));
	else if (str_is(key, "begin_ns"))
		b->begin_ns = json_int(j);
	else if (str_is(key, "seed"))
		b->seed = read_seed(j);
	else if (str_is(key, "shell"))
		b->shell = json_bool(j);
	else if (str_is(key, "own_cpu_ns"))
		b->own_cpu_ns = json_int(j);
	else if (str_is(key, "floor_rss_bytes"))
		b->floor_rss_bytes = json_int(j);
	else if (str_is(key, "machine"))
		read_machine(j, a, b);
	else if (str_is(key, "noise"))
		read_noise(j, a, &b->noise);
	else if (str_is(key, "notes"))
		read_notes(j, a, b);
	else if (str_is(key, "targets"))
		read_targets(j, a, b);
	else if (str_is(key, "benchmarks"))
		read_subjects(j, a, b);
	else
		json_skip(j);
}

/* Keys come in any order, so the document is looked through for what it is before it is read. */
static bool read_head(struct str text, struct arena *a, struct json *j, bool *ret_ours, int64_t *ret_version)
{
	struct str key;
	*ret_ours = false;
	*ret_version = 0;
	json_init(j, text, a);
	if (json_object(j)) {
		while (json_key(j, &key)) {
			if (str_is(key, "format") && json_peek(j) == JSON_TEXT)
				*ret_ours = str_is(json_text(j), "fettle-bench");
			else if (str_is(key, "version") && json_peek(j) == JSON_NUMBER)
				*ret_version = json_int(j);
			else
				json_skip(j);
		}
	}
	return json_end(j);
}

int bench_file_parse(struct str text, const char *name, struct arena *a, struct bench *ret, struct err *e)
{
	struct json j;
	struct str key;
	bool ours;
	int64_t version;
	*ret = (struct bench){.noise = {.pressure_ns = BENCH_NONE, .steal_ns = BENCH_NONE}};
	if (!read_head(text, a, &j, &ours, &version))
		return err_format(e, "'%s' is torn or no bench.json: %s at byte %zu", name, j.error,
				  j.error_at);
	if (!ours)
		return err_format(
		    e, "'%s' is no bench.json of fettle: its \"format\" is not \"fettle-bench\"", name);
	if (version != BENCH_FILE_VERSION)
		return err_format(e, "'%s' is of version %lld; this fettle reads version %d", name,
				  (long long)version, BENCH_FILE_VERSION);
	json_init(&j, text, a);
	if (json_object(&j))
		while (json_key(&j, &key))
			read_member(&j, a, key, ret);
	if (!json_end(&j))
		return err_format(e, "'%s' is no bench.json: %s at byte %zu", name, j.error, j.error_at);
	return 0;
}

int bench_file_read(const char *path, struct arena *a, struct bench *ret, struct err *e)
{
	struct buf text = {0};
	int rc;
	if (!file_read(path, (size_t)BENCH_FILE_BYTES + 1, &text))
		rc = err_sys(e, "cannot read '%s'", path);
	else if (text.n > BENCH_FILE_BYTES)
		rc = err_format(e, "'%s' is larger than %d MiB", path, BENCH_FILE_BYTES >> 20);
	else
		rc = bench_file_parse(buf_view(&text), path, a, ret, e);
	buf_free(&text);
	return rc;
}
