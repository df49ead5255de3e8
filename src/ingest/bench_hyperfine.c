#include <math.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/words.h"
#include "ingest/bench_foreign.h"

#define NS 1e9

/* Members come in any order: what is needed is looked up first. */
struct result {
	struct str command;
	double mean, median, user, system, only;
	double *times, *codes, *memory;
	size_t n_times, n_codes, n_memory;
	struct json parameters; /* at == NULL: none */
};

/* A command line may hold a secret: then it is shown as commands are everywhere. */
static struct str name_of(struct arena *a, struct str command)
{
	char **words, *line = arena_copy(a, command);
	size_t n;
	struct err e;
	struct buf b = {0};
	if (words_split(a, line, &words, &n, &e) < 0) {
		static const char blanks[] = " \t\n";
		struct str rest = command, one;
		words = arena_array(a, char *, command.n + 2);
		for (n = 0; str_next(&rest, blanks[0], &one);)
			words[n++] = arena_copy(a, one);
	}
	words_show(&b, words, n);
	bool struck = str_has(buf_view(&b), STR("***"));
	struct str ret = struck ? arena_str(a, buf_view(&b)) : command;
	buf_free(&b);
	return ret;
}

static void take_result(struct json *j, struct arena *scratch, struct result *r)
{
	struct str key;
	*r = (struct result){.mean = NAN, .median = NAN, .user = NAN, .system = NAN};
	for (bool more = json_object(j); more && json_key(j, &key);) {
		if (str_is(key, "command"))
			r->command = bench_foreign_text(j);
		else if (str_is(key, "mean"))
			r->mean = bench_foreign_real(j);
		else if (str_is(key, "median"))
			r->median = bench_foreign_real(j);
		else if (str_is(key, "user"))
			r->user = bench_foreign_real(j);
		else if (str_is(key, "system"))
			r->system = bench_foreign_real(j);
		else if (str_is(key, "times"))
			r->times = bench_foreign_reals(j, scratch, &r->n_times);
		else if (str_is(key, "exit_codes"))
			r->codes = bench_foreign_reals(j, scratch, &r->n_codes);
		else if (str_is(key, "memory_usage_byte"))
			r->memory = bench_foreign_reals(j, scratch, &r->n_memory);
		else if (str_is(key, "parameters") && json_peek(j) == JSON_OBJECT)
			r->parameters = *j, json_skip(j);
		else
			json_skip(j);
	}
}

static void put_params(struct results *f, uint32_t benchmark, const struct result *r)
{
	struct json j = r->parameters;
	struct str key;
	if (!j.at)
		return;
	for (bool more = json_object(&j); more && json_key(&j, &key);)
		if (json_peek(&j) == JSON_TEXT)
			results_param(f, benchmark, key, json_text(&j));
		else
			results_param(f, benchmark, key, json_raw(&j));
}

static void put_run(struct results *f, uint32_t benchmark, const struct result *r, size_t i)
{
	bool known = i < r->n_codes;
	if (known && r->codes[i] != 0) {
		char why[40] = "ended by a signal";
		struct buf b = {0};
		if (!isnan(r->codes[i]))
			buf_printf(&b, "exit code %.0f", r->codes[i]);
		results_fail(f, benchmark, b.n ? buf_view(&b) : str_of(why));
		buf_free(&b);
		return;
	}
	results_put(f, benchmark, STR("wall"), "ns", r->times[i] * NS);
	if (i == 0) {
		results_put(f, benchmark, STR("cpu"), "ns", (r->user + r->system) * NS);
		results_put(f, benchmark, STR("user"), "ns", r->user * NS);
		results_put(f, benchmark, STR("system"), "ns", r->system * NS);
	}
	if (i < r->n_memory)
		results_put(f, benchmark, STR("peak_rss"), "bytes", r->memory[i]);
}

static void put_result(struct results *f, struct arena *scratch, struct result *r)
{
	struct str name = name_of(scratch, r->command);
	r->only = isnan(r->median) ? r->mean : r->median;
	if (!name.n || (!r->n_times && isnan(r->only)))
		return;
	uint32_t benchmark = results_benchmark(f, name);
	put_params(f, benchmark, r);
	if (!r->n_times) {
		r->times = &r->only;
		r->n_times = 1;
		results_note(f, "the results of hyperfine hold no single runs: one figure each, the median");
	}
	if (!isnan(r->user))
		results_note(
		    f,
		    "hyperfine tells only the mean of cpu, user and system: one figure each, whatever the runs");
	for (size_t i = 0; i < r->n_times && results_run(f, benchmark); i++)
		put_run(f, benchmark, r, i);
}

struct reading {
	struct results *f;
	struct arena scratch; /* of one item */
};

static void read_one(void *ctx, struct json *j)
{
	struct reading *r = ctx;
	struct result one;
	take_result(j, &r->scratch, &one);
	if (!j->error)
		put_result(r->f, &r->scratch, &one);
	arena_reset(&r->scratch);
}

int bench_hyperfine_read(struct results *f, struct str bytes, const char *path, struct err *e)
{
	struct arena texts = {0};
	struct reading r = {.f = f};
	int rc = bench_foreign_items(bytes, path, "results", &texts, read_one, &r, e);
	arena_free(&texts);
	arena_free(&r.scratch);
	return rc;
}
