#include "ingest/gojson.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { MOST_PACKAGES = 1 << 16, MOST_BUILDS = 1 << 10 };

struct gojson_package {
	struct gopackage tests;
	struct clip output; /* that no test printed */
	bool panicked;
};

/* What the compiler said of a package. */
struct gojson_build {
	struct str name;
	struct clip output;
};

/* One line of the stream. */
struct line {
	struct str action, package, test, output, import, failed_build, time;
	int64_t elapsed_ns; /* -1: not said */
};

void gojson_init(struct gojson *g, struct ingest *in)
{
	memset(g, 0, sizeof(*g));
	g->in = in;
	lines_init(&g->lines, in->arena);
}

static bool read_line(struct gojson *g, struct str text, struct line *ret)
{
	static const struct {
		const char *name;
		size_t offset;
	} keys[] = {{"Action", offsetof(struct line, action)},
		    {"Package", offsetof(struct line, package)},
		    {"Test", offsetof(struct line, test)},
		    {"Output", offsetof(struct line, output)},
		    {"Time", offsetof(struct line, time)},
		    {"ImportPath", offsetof(struct line, import)},
		    {"FailedBuild", offsetof(struct line, failed_build)}};
	enum { KEYS = sizeof(keys) / sizeof(*keys) };
	struct json j;
	struct str key;
	*ret = (struct line){.elapsed_ns = -1};
	json_init(&j, text, &g->scratch);
	if (!json_object(&j))
		return false;
	while (json_key(&j, &key)) {
		size_t i = 0;
		while (i < KEYS && !str_is(key, keys[i].name))
			i++;
		if (i < KEYS)
			*(struct str *)((char *)ret + keys[i].offset) = json_text(&j);
		else if (str_is(key, "Elapsed"))
			(void)ingest_decimal(json_raw(&j), NS_PER_S, &ret->elapsed_ns);
		else
			json_skip(&j);
	}
	return json_end(&j);
}

static struct gojson_package *package_of(struct gojson *g, struct str name, int64_t time_ns, bool stamped)
{
	name = ingest_name(name);
	uint32_t i = map_get(&g->by_name, name);
	if (i != MAP_NONE)
		return &g->packages[i];
	if (g->n_packages == MOST_PACKAGES)
		return NULL;
	g->packages = mem_grow(g->packages, g->n_packages, &g->cap_packages, sizeof(*g->packages));
	i = (uint32_t)g->n_packages++;
	struct gojson_package *p = &g->packages[i];
	*p = (struct gojson_package){0};
	gopackage_init(&p->tests, g->in, name, time_ns, stamped ? SOURCE_FRAMEWORK : SOURCE_LOG);
	clip_init(&p->output, g->in->arena, INGEST_MESSAGE);
	*map_at(&g->by_name, p->tests.name) = i;
	return p;
}

/* Builds that fail are few: a walk is enough. */
static struct gojson_build *build_of(struct gojson *g, struct str name, bool add)
{
	for (size_t i = 0; i < g->n_builds; i++)
		if (str_eq(g->builds[i].name, name))
			return &g->builds[i];
	if (!add || !name.n || g->n_builds == MOST_BUILDS)
		return NULL;
	g->builds = mem_grow(g->builds, g->n_builds, &g->cap_builds, sizeof(*g->builds));
	struct gojson_build *b = &g->builds[g->n_builds++];
	b->name = arena_str(g->in->arena, str_clip_utf8(name, INGEST_NAME));
	clip_init(&b->output, g->in->arena, INGEST_MESSAGE);
	return b;
}

static enum status status_of_action(struct str action)
{
	return str_is(action, "pass")   ? STATUS_PASSED
	       : str_is(action, "fail") ? STATUS_FAILED
	       : str_is(action, "skip") ? STATUS_SKIPPED
					: STATUS_NONE;
}

/* Whether it is a line of the testing package, and none that a test printed. */
static bool is_frame(struct str s)
{
	while (str_starts(s, "    "))
		s = str_cut(s, 4, s.n);
	return str_starts(s, "=== ") || str_starts(s, "--- PASS: ") || str_starts(s, "--- FAIL: ") ||
	       str_starts(s, "--- SKIP: ") || str_starts(s, "FAIL\t") || str_starts(s, "ok  \t") ||
	       str_is(s, "PASS\n") || str_is(s, "FAIL\n");
}

/* The figures of a benchmark, which are all the result it has. */
static bool take_bench(struct gopackage *p, uint32_t test, struct str output, int64_t time_ns)
{
	if (!str_starts(p->tests[test].name, "Benchmark") || !str_has(output, STR("/op")))
		return false;
	if (str_starts(output, "Benchmark"))
		output = str_cut(output, str_find(output, '\t'), output.n);
	output = str_trim(output);
	gopackage_put(p, gopackage_result(p, p->tests[test].name, STATUS_PASSED, -1, time_ns, false),
		      str_clip_utf8(output, INGEST_NAME));
	return true;
}

static void take_test(struct gojson_package *package, const struct line *l, int64_t time_ns)
{
	struct gopackage *p = &package->tests;
	enum status status = status_of_action(l->action);
	uint32_t test = gopackage_find(p, l->test);
	if (str_is(l->action, "run")) {
		gopackage_run(p, l->test, time_ns);
		package->panicked = false;
	} else if (str_is(l->action, "pause")) {
		gopackage_pause(p, test, time_ns);
	} else if (str_is(l->action, "cont")) {
		gopackage_continue(p, test, time_ns);
	} else if (str_is(l->action, "output")) {
		if (test != GO_NONE && !is_frame(l->output) && !take_bench(p, test, l->output, time_ns))
			gopackage_print(p, test, l->output, gopackage_panicked(p, test, false) ? 0 : 4);
	} else if (status) {
		if (status == STATUS_FAILED && gopackage_panicked(p, test, true))
			status = STATUS_CRASHED;
		test = gopackage_result(p, l->test, status, l->elapsed_ns, time_ns, false);
		gopackage_put(p, test, STR_NONE);
	}
}

static void finish_package(struct gojson *g, struct gojson_package *p, enum status status,
			   struct str failed_build, int64_t time_ns)
{
	struct gojson_build *b = build_of(g, failed_build, false);
	struct clip *text = b ? &b->output : &p->output;
	if (status == STATUS_FAILED)
		status = p->panicked && !b ? STATUS_CRASHED : STATUS_ERROR;
	bool told = status_is_bad(p->tests.worst) || !status_is_bad(status);
	gopackage_end_benches(&p->tests, time_ns);
	gopackage_finish(&p->tests, time_ns, status, STR("the test binary ended before this test did"),
			 told ? STR_NONE : str_trim(clip_view(text)));
	clip_clear(&p->output);
	p->panicked = false;
}

static void take_package(struct gojson *g, struct gojson_package *p, const struct line *l, int64_t time_ns)
{
	enum status status = status_of_action(l->action);
	if (str_is(l->action, "start")) {
		p->tests.start_ns = time_ns;
	} else if (str_is(l->action, "output") && !is_frame(l->output)) {
		p->panicked |= str_starts(l->output, "panic: ") || str_starts(l->output, "fatal error: ");
		clip_add(&p->output, l->output);
	} else if (status) {
		finish_package(g, p, status, l->failed_build, time_ns);
	}
}

static void take_line(struct gojson *g, struct str text)
{
	struct line l;
	int64_t stamp_ns, time_ns = g->in->time_ns;
	if (!text.n || text.at[0] != '{') /* the go command has more to say: downloads, warnings */
		return;
	arena_reset(&g->scratch);
	if (!read_line(g, text, &l)) {
		g->n_bad++;
		return;
	}
	bool stamped = ingest_stamp(l.time, &stamp_ns);
	if (stamped)
		time_ns = stamps_time(&g->stamps, g->in, stamp_ns);
	if (str_is(l.action, "build-output")) {
		struct gojson_build *b = build_of(g, l.import, true);
		if (b)
			clip_add(&b->output, l.output);
		return;
	}
	struct gojson_package *p = l.package.n ? package_of(g, l.package, time_ns, stamped) : NULL;
	if (!p)
		return;
	if (l.test.n)
		take_test(p, &l, time_ns);
	else
		take_package(g, p, &l, time_ns);
}

void gojson_feed(struct gojson *g, struct str bytes, int64_t time_ns)
{
	struct str line;
	g->in->time_ns = time_ns;
	while (lines_next(&g->lines, &bytes, &line))
		take_line(g, line);
}

void gojson_finish(struct gojson *g, int64_t time_ns)
{
	struct str line;
	g->in->time_ns = time_ns;
	if (lines_rest(&g->lines, &line))
		take_line(g, line);
	for (size_t i = 0; i < g->n_packages; i++)
		finish_package(g, &g->packages[i], STATUS_NONE, STR_NONE, time_ns);
	if (g->n_bad)
		ingest_note(g->in, "go-json", "%" PRIu64 " lines of go test -json could not be read",
			    g->n_bad);
	map_free(&g->by_name);
	mem_free(g->packages);
	mem_free(g->builds);
	arena_free(&g->scratch);
	g->packages = NULL;
	g->builds = NULL;
	g->n_packages = g->n_builds = g->cap_packages = g->cap_builds = 0;
}
