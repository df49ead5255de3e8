#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "ingest/bench_foreign.h"

enum { NUMBER = 64, FIELDS = 2 * RESULTS_COLUMNS + 2, PACKAGE = 300 };

struct go {
	struct results *f;
	struct str package;
	struct str open;   /* a benchmark that has begun, of which there is no result yet */
	struct str failed; /* one whose failure the next line explains */
	struct str said;   /* of the open one: with -v that line comes before */
	struct str panic;
	struct buf name;
	bool has_failed; /* a benchmark of the package */
};

static bool real_of(struct str s, double *ret)
{
	char text[NUMBER] = {0}, *end;
	if (!s.n || s.n >= sizeof(text) || s.at[0] == ' ')
		return false;
	memcpy(text, s.at, s.n);
	*ret = strtod(text, &end);
	return *end == 0;
}

static bool is_name(struct str word)
{
	const size_t n = sizeof("Benchmark") - 1;
	return str_starts(word, "Benchmark") && !(word.n > n && word.at[n] >= 'a' && word.at[n] <= 'z');
}

/* "example.org/p.Add-8" */
static uint32_t benchmark_of(struct go *g, struct str name)
{
	struct str bare = is_name(name) ? str_cut(name, 9, name.n) : name;
	if (!bare.n)
		bare = name;
	if (!g->package.n)
		return results_benchmark(g->f, bare);
	buf_clear(&g->name);
	buf_printf(&g->name, "%.*s.%.*s", STR_ARG(g->package), STR_ARG(bare));
	return results_benchmark(g->f, buf_view(&g->name));
}

static void put_other(struct go *g, uint32_t benchmark, struct str unit, double value)
{
	static const struct {
		const char *end, *unit;
	} ends[] = {{"-ns/op", "ps"},    {"-ns", "ps"},         {"-B/op", "bytes"}, {"-B", "bytes"},
		    {"-bytes", "bytes"}, {"/op", "millionths"}, {"", "millionths"}};
	unsigned i = 0;
	if (str_ends(unit, "/s")) {
		results_put(g->f, benchmark, unit, "1/s", value);
		return;
	}
	while (!str_ends(unit, ends[i].end) || unit.n == strlen(ends[i].end))
		i++;
	results_put(g->f, benchmark, str_cut(unit, 0, unit.n - strlen(ends[i].end)), ends[i].unit, value);
}

static void put_figure(struct go *g, uint32_t benchmark, struct str unit, double value)
{
	static const struct {
		const char *go, *metric, *unit;
		double by;
	} own[] = {{"ns/op", "wall", "ps", 1},
		   {"B/op", "bytes_per_op", "bytes", 1},
		   {"allocs/op", "allocs_per_op", "millionths", 1},
		   {"MB/s", "bytes_per_second", "bytes/s", 1e6},
		   {"B/s", "bytes_per_second", "bytes/s", 1}};
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (str_is(unit, own[i].go)) {
			results_put(g->f, benchmark, str_of(own[i].metric), own[i].unit, value * own[i].by);
			return;
		}
	put_other(g, benchmark, unit, value);
}

static size_t fields_of(struct str line, struct str fields[FIELDS])
{
	size_t n = 0, at = 0;
	while (n < FIELDS) {
		while (at < line.n && (line.at[at] == ' ' || line.at[at] == '\t'))
			at++;
		size_t from = at;
		while (at < line.n && line.at[at] != ' ' && line.at[at] != '\t')
			at++;
		if (at == from)
			break;
		fields[n++] = str_cut(line, from, at - from);
	}
	return n;
}

/* "BenchmarkAdd-8  1000  0.53 ns/op  0 B/op" */
static void take_result(struct go *g, struct str line)
{
	struct str fields[FIELDS];
	size_t n = fields_of(line, fields);
	int64_t iterations;
	double value;
	if (!n || !is_name(fields[0]))
		return;
	if (n < 4 || !str_int(fields[1], &iterations) || iterations < 1 || !real_of(fields[2], &value)) {
		g->open = fields[0];
		g->said = STR_NONE;
		if (n > 1 && str_starts(fields[1], "panic:"))
			g->panic = str_trim(str_cut(line, (size_t)(fields[1].at - line.at), line.n));
		return;
	}
	g->open = STR_NONE;
	uint32_t benchmark = benchmark_of(g, fields[0]);
	if (!results_run(g->f, benchmark))
		return;
	for (size_t i = 2; i + 1 < n; i += 2)
		if (real_of(fields[i], &value))
			put_figure(g, benchmark, fields[i + 1], value);
}

static void fail_run(struct go *g, struct str name, struct str why)
{
	uint32_t benchmark = benchmark_of(g, name);
	g->has_failed = true;
	if (results_run(g->f, benchmark))
		results_fail(g->f, benchmark, why);
}

/* "FAIL  example.org/p  0.01s": the package; alone it only says so before that line. */
static void take_failed_package(struct go *g, struct str line)
{
	struct str fields[FIELDS];
	size_t n = fields_of(line, fields);
	struct str why = g->panic.n ? g->panic : line;
	if (n < 2)
		return;
	if (g->open.n)
		fail_run(g, g->open, why);
	if (!g->has_failed) {
		uint32_t benchmark = results_benchmark(g->f, fields[1]);
		if (results_run(g->f, benchmark))
			results_fail(g->f, benchmark, why);
	}
	g->has_failed = false;
	g->open = g->panic = g->package = STR_NONE;
}

static struct str behind(struct str line, const char *head)
{
	return str_trim(str_cut(line, strlen(head), line.n));
}

static bool is_indented(struct str line)
{
	return line.n && (line.at[0] == ' ' || line.at[0] == '\t');
}

static void take_line(struct go *g, struct str line)
{
	if (line.n && line.at[line.n - 1] == '\r')
		line.n--;
	if (g->failed.n) {
		struct str why = is_indented(line) ? str_trim(line) : g->said;
		fail_run(g, g->failed, why.n ? why : STR("it failed"));
		g->failed = g->open = g->said = STR_NONE;
	} else if (g->open.n && is_indented(line)) {
		g->said = str_trim(line);
	}
	size_t inside = 0;
	while (inside + 3 < line.n && memcmp(line.at + inside, "--- ", 4) != 0)
		inside++;
	struct str verdict = str_cut(line, inside, line.n);
	if (str_starts(line, "pkg: ")) {
		g->package = str_clip_utf8(behind(line, "pkg: "), PACKAGE);
		g->has_failed = false;
	} else if (str_starts(verdict, "--- FAIL: ")) {
		struct str rest = behind(verdict, "--- FAIL: ");
		if (str_next(&rest, ' ', &g->failed) && !is_name(g->failed))
			g->failed = STR_NONE;
	} else if (str_starts(verdict, "--- SKIP: ")) {
		g->open = STR_NONE;
		results_note(g->f, "skipped: %.*s", STR_ARG(behind(verdict, "--- SKIP: ")));
	} else if (str_starts(line, "FAIL\t") || str_starts(line, "FAIL ")) {
		take_failed_package(g, line);
	} else if (str_starts(line, "panic: ")) {
		g->panic = line;
	} else if (str_starts(line, "ok  \t")) {
		g->package = g->open = STR_NONE;
	} else {
		take_result(g, line);
	}
}

/* What `go test -json` wraps: whole lines, or parts of them. */
static int take_event(struct go *g, struct str line, struct buf *text, struct arena *scratch, size_t number,
		      const char *path, struct err *e)
{
	struct json j;
	struct str key, output = STR_NONE, package = STR_NONE;
	json_init(&j, line, scratch);
	for (bool more = json_object(&j); more && json_key(&j, &key);)
		if (str_is(key, "Output"))
			output = bench_foreign_text(&j);
		else if (str_is(key, "Package"))
			package = bench_foreign_text(&j);
		else
			json_skip(&j);
	if (!json_end(&j))
		return err_format(e, "%s:%zu: %s", path, number, j.error);
	if (!output.n)
		return 0;
	if (package.n && !str_eq(package, g->package)) { /* packages run at once */
		buf_clear(text);
		g->package = arena_str(g->f->arena, str_clip_utf8(package, PACKAGE));
		g->open = g->failed = g->panic = STR_NONE;
	}
	buf_str(text, output);
	struct str whole = buf_view(text), one;
	if (str_find(whole, '\n') == whole.n)
		return 0;
	/* what is kept of a line must outlive the buffer */
	struct str rest = arena_str(g->f->arena, str_cut(whole, 0, str_find_last(whole, '\n')));
	buf_drop(text, rest.n + 1);
	while (str_next(&rest, '\n', &one))
		take_line(g, one);
	return 0;
}

int bench_go_read(struct results *f, struct str bytes, const char *path, struct err *e)
{
	struct go g = {.f = f};
	struct str rest = bytes, line;
	struct arena scratch = {0};
	struct buf text = {0};
	size_t number = 0;
	int rc = 0;
	while (rc == 0 && str_next(&rest, '\n', &line)) {
		number++;
		if (str_starts(line, "{\""))
			rc = take_event(&g, line, &text, &scratch, number, path, e);
		else
			take_line(&g, line);
		arena_reset(&scratch);
	}
	take_line(&g, STR_NONE);
	if (rc == 0 && g.open.n)
		fail_run(&g, g.open, STR("there is no result of it: was the run cut short?"));
	buf_free(&text);
	buf_free(&g.name);
	arena_free(&scratch);
	return rc;
}
