#include "ingest/bench_foreign.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

enum { HEAD = 256 * 1024 };

int bench_foreign_end(struct json *j, const char *path, struct err *e)
{
	size_t line = 1;
	if (json_end(j))
		return 0;
	for (size_t i = 0; i < j->error_at; i++)
		line += j->start[i] == '\n';
	return err_format(e, "%s:%zu: %s", path, line, j->error);
}

int bench_foreign_items(struct str bytes, const char *path, const char *key, struct arena *texts,
			void (*one)(void *ctx, struct json *j), void *ctx, struct err *e)
{
	struct json j;
	struct str name;
	json_init(&j, bytes, texts);
	for (bool more = json_object(&j); more && json_key(&j, &name);) {
		if (!str_is(name, key)) {
			json_skip(&j);
			continue;
		}
		for (bool items = json_array(&j); items && json_item(&j);)
			one(ctx, &j);
	}
	return bench_foreign_end(&j, path, e);
}

double bench_foreign_real(struct json *j)
{
	if (json_peek(j) == JSON_NUMBER)
		return json_real(j);
	json_skip(j);
	return NAN;
}

struct str bench_foreign_text(struct json *j)
{
	if (json_peek(j) == JSON_TEXT)
		return json_text(j);
	json_skip(j);
	return STR_NONE;
}

bool bench_foreign_truth(struct json *j)
{
	if (json_peek(j) == JSON_BOOL)
		return json_bool(j);
	json_skip(j);
	return false;
}

double *bench_foreign_reals(struct json *j, struct arena *a, size_t *ret_n)
{
	double *v = NULL;
	size_t n = 0, cap = 0;
	*ret_n = 0;
	if (json_peek(j) != JSON_ARRAY) {
		json_skip(j);
		return NULL;
	}
	for (bool more = json_array(j); more && json_item(j);) {
		double one = bench_foreign_real(j);
		if (n == BENCH_FOREIGN_LIST)
			continue;
		v = arena_grow(a, v, n, &cap, sizeof(*v));
		v[n++] = one;
	}
	*ret_n = n;
	return v;
}

/* Keys at the top of a JSON object, up to the end of what is there. */
static enum bench_format by_keys(struct str head)
{
	struct arena scratch = {0};
	struct json j;
	struct str key;
	bool results = false, benchmarks = false, machine = false, context = false, iters = false;
	bool mean = false, median = false;
	json_init(&j, head, &scratch);
	for (bool more = json_object(&j); more && json_key(&j, &key); json_skip(&j)) {
		results |= str_is(key, "results");
		benchmarks |= str_is(key, "benchmarks");
		machine |= str_is(key, "machine_info") || str_is(key, "commit_info");
		context |= str_is(key, "context");
		iters |= str_is(key, "iters") || str_is(key, "sampling_mode");
		mean |= str_is(key, "mean");
		median |= str_is(key, "median");
	}
	arena_free(&scratch);
	if (iters || (mean && median))
		return BENCH_FORMAT_CRITERION;
	if (machine)
		return BENCH_FORMAT_PYTEST;
	if (context || benchmarks)
		return BENCH_FORMAT_GOOGLE;
	return results ? BENCH_FORMAT_HYPERFINE : BENCH_FORMAT_AUTO;
}

static bool is_go_line(struct str line)
{
	static const char *const heads[] = {"goos: ",    "goarch: ", "pkg: ",    "cpu: ", "PASS",   "ok  \t",
					    "Benchmark", "--- BENC", "--- FAIL", "FAIL",  "=== RUN"};
	for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(line, heads[i]))
			return true;
	return str_starts(line, "{\"") && str_has(line, STR("\"Action\":"));
}

enum bench_format bench_foreign_of(struct str bytes)
{
	struct str head = str_cut(bytes, 0, HEAD), rest = head, line;
	while (str_next(&rest, '\n', &line))
		if (is_go_line(line))
			return BENCH_FORMAT_GO;
	/* all of it: a key may stand behind a long list */
	return str_starts(str_trim(str_cut(head, 0, 1024)), "{") ? by_keys(bytes) : BENCH_FORMAT_AUTO;
}

static int read_by(struct results *f, struct str bytes, const char *path, enum bench_format format,
		   struct err *e)
{
	switch (format) {
	case BENCH_FORMAT_GO:
		return bench_go_read(f, bytes, path, e);
	case BENCH_FORMAT_HYPERFINE:
		return bench_hyperfine_read(f, bytes, path, e);
	case BENCH_FORMAT_PYTEST:
		return bench_pytest_read(f, bytes, path, e);
	case BENCH_FORMAT_CRITERION:
		return bench_criterion_read(f, bytes, STR_NONE, str_of(path), path, e);
	case BENCH_FORMAT_GOOGLE:
		return bench_google_read(f, bytes, path, e);
	case BENCH_FORMAT_AUTO:
		break;
	}
	return err_format(e,
			  "%s: neither results of go test -bench, hyperfine, pytest-benchmark, Criterion nor "
			  "Google Benchmark",
			  path);
}

int bench_foreign_read(struct results *f, struct str bytes, const char *path, enum bench_format format,
		       struct err *e)
{
	size_t before = f->n_figures;
	if (str_starts(bytes, "\xef\xbb\xbf"))
		bytes = str_cut(bytes, 3, bytes.n);
	if (!str_trim(bytes).n)
		return err_format(e, "%s: it is empty", path);
	if (read_by(f, bytes, path, format ? format : bench_foreign_of(bytes), e) < 0)
		return e->fault;
	if (f->n_figures == before && !f->filter && !f->is_full)
		return err_format(e, "%s: there is no benchmark in it", path);
	return 0;
}
