#include "ingest/gotest.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

enum { MARK = 0x16 };

void gotest_init(struct gotest *g, struct ingest *in, struct str package)
{
	memset(g, 0, sizeof(*g));
	g->in = in;
	g->current = GO_NONE;
	g->before_ns = in->time_ns;
	gopackage_init(&g->package, in, package, in->time_ns, SOURCE_LOG);
	lines_init(&g->lines, in->arena);
	g->lines.stop = MARK;
	clip_init(&g->panic, in->arena, INGEST_MESSAGE);
}

static struct str behind(struct str s, size_t n)
{
	return str_cut(s, n, s.n);
}

/* Puts the results of the chain from its place `from` on; inner tests before outer ones. */
static void put_chain(struct gotest *g, unsigned from)
{
	unsigned n = g->n_chain;
	for (unsigned i = 0; from + i < n; i++) {
		uint32_t test = g->chain[g->inward ? n - 1 - i : from + i];
		if (test == g->current)
			g->current = GO_NONE;
		gopackage_put(&g->package, test, STR_NONE);
	}
	g->n_chain = from < n ? from : n;
}

/* "=== RUN   Name" and the like; false for another line. */
static bool take_update(struct gotest *g, struct str s)
{
	static const char *const words[] = {"RUN", "PAUSE", "CONT", "NAME", "ATTR", "ARTIFACTS"};
	struct gopackage *p = &g->package;
	if (!str_starts(s, "=== "))
		return false;
	s = behind(s, 4);
	size_t blank = str_find(s, ' '), word = 0;
	while (word < 6 && !str_is(str_cut(s, 0, blank), words[word]))
		word++;
	struct str name = str_trim(behind(s, blank));
	if (word == 6 || (word != 3 && !name.n))
		return false;
	put_chain(g, 0);
	g->panicked = g->over = false;
	if (word >= 4)
		name = str_cut(name, 0, str_find(name, ' '));
	g->current = word == 0 ? gopackage_run(p, name, g->in->time_ns) : gopackage_find(p, name);
	if (word == 1)
		gopackage_pause(p, g->current, g->in->time_ns);
	else if (word == 2)
		gopackage_continue(p, g->current, g->in->time_ns);
	return true;
}

/* "--- PASS: Name (0.01s)"; false for another line. */
static bool read_result(struct str s, struct str *ret_name, enum status *ret_status, int64_t *ret_elapsed_ns)
{
	if (str_starts(s, "--- PASS: "))
		*ret_status = STATUS_PASSED;
	else if (str_starts(s, "--- FAIL: "))
		*ret_status = STATUS_FAILED;
	else if (str_starts(s, "--- SKIP: "))
		*ret_status = STATUS_SKIPPED;
	else
		return false;
	s = str_trim(behind(s, 10));
	*ret_elapsed_ns = -1;
	size_t paren = str_find_last(s, '(');
	if (paren > 0 && paren < s.n && s.at[paren - 1] == ' ' && str_ends(s, "s)") &&
	    ingest_decimal(str_cut(s, paren + 1, s.n - paren - 3), NS_PER_S, ret_elapsed_ns))
		s = str_trim(str_cut(s, 0, paren));
	*ret_name = s;
	return s.n > 0;
}

/* Whether the last test of the chain is a subtest of this one. */
static bool is_around(const struct gotest *g, struct str name)
{
	struct str inner = g->package.tests[g->chain[g->n_chain - 1]].name;
	return inner.n > name.n && inner.at[name.n] == '/' && str_eq(str_cut(inner, 0, name.n), name);
}

static bool take_result(struct gotest *g, struct str s)
{
	struct str name;
	enum status status;
	int64_t elapsed_ns;
	unsigned depth = 0;
	while (str_starts(s, "    ")) {
		s = behind(s, 4);
		depth++;
	}
	if (depth > g->n_chain || !read_result(s, &name, &status, &elapsed_ns))
		return false;
	if (depth || g->inward || !g->marked ||
	    (g->n_chain && (g->n_chain == GO_CHAIN || !is_around(g, name))))
		put_chain(g, depth);
	if (g->n_chain == GO_CHAIN)
		return true;
	g->inward = depth > 0;
	uint32_t test = gopackage_result(&g->package, name, status, elapsed_ns, g->in->time_ns, depth > 0);
	if (test != GO_NONE)
		g->chain[g->n_chain++] = test;
	g->current = test;
	g->before_ns = g->in->time_ns;
	return true;
}

/* The name of a benchmark without the number of processors behind it. */
static struct str bench_name(struct str s)
{
	size_t dash = str_find_last(s, '-');
	int64_t n;
	return dash < s.n && str_int(behind(s, dash + 1), &n) ? str_cut(s, 0, dash) : s;
}

/* "BenchmarkX-2   10   27.00 ns/op"; false for another line. */
static bool take_bench(struct gotest *g, struct str s)
{
	struct gopackage *p = &g->package;
	size_t blank = 0, n;
	int64_t times;
	if (!str_starts(s, "Benchmark"))
		return false;
	while (blank < s.n && s.at[blank] != ' ' && s.at[blank] != '\t')
		blank++;
	struct str figures = str_trim(behind(s, blank)), name = str_cut(s, 0, blank);
	for (n = 0; n < figures.n && figures.at[n] != ' ' && figures.at[n] != '\t';)
		n++;
	if (n == figures.n || !str_int(str_cut(figures, 0, n), &times) || !str_has(figures, STR("/op")))
		return false;
	if (gopackage_find(p, name) == GO_NONE)
		name = bench_name(name);
	if (g->marked && gopackage_find(p, name) == GO_NONE)
		return false;
	put_chain(g, 0);
	int64_t since_ns = gopackage_find(p, name) == GO_NONE ? g->in->time_ns - g->before_ns : -1;
	uint32_t test = gopackage_result(p, name, STATUS_PASSED, since_ns, g->in->time_ns, false);
	gopackage_put(p, test, str_clip_utf8(figures, INGEST_NAME));
	g->current = GO_NONE;
	g->before_ns = g->in->time_ns;
	return true;
}

/* A result without a marker behind what the test wrote last, in the same line. */
static bool take_late_result(struct gotest *g, struct str line)
{
	struct gopackage *p = &g->package;
	struct str name;
	enum status status;
	int64_t elapsed_ns;
	if (g->marked || g->n_chain || g->current == GO_NONE)
		return false;
	for (size_t from = 1; from < line.n; from += 4) {
		const char *at = memmem(line.at + from, line.n - from, "--- ", 4);
		if (!at)
			break;
		from = (size_t)(at - line.at);
		struct str rest = behind(line, from);
		if (read_result(rest, &name, &status, &elapsed_ns) &&
		    str_eq(name, p->tests[g->current].name)) {
			gopackage_print(p, g->current, str_cut(line, 0, from), 4);
			return take_result(g, rest);
		}
	}
	return false;
}

/* PASS and FAIL of the binary, and what the go command says of it. */
static bool take_verdict(struct gotest *g, struct str s)
{
	bool over = str_is(s, "PASS") || str_is(s, "FAIL");
	if (!over && (g->marked || !(str_starts(s, "ok  \t") || str_starts(s, "FAIL\t"))))
		return false;
	if (g->panicked)
		return true;
	put_chain(g, 0);
	if (over)
		gopackage_end_benches(&g->package, g->in->time_ns);
	g->over |= over;
	g->current = GO_NONE;
	return true;
}

/* A line that a test printed. */
static void take_output(struct gotest *g, struct str line)
{
	struct gopackage *p = &g->package;
	unsigned depth = 0, indent = 4;
	uint32_t test = g->n_chain ? g->chain[g->n_chain - 1] : g->current;
	if (!g->panicked && (str_starts(line, "panic: ") || str_starts(line, "fatal error: "))) {
		g->panicked = true;
		clip_clear(&g->panic);
	}
	while (str_starts(behind(line, depth * 4), "    "))
		depth++;
	/* the tests of a chain are told apart by their indentation */
	if ((g->inward || !g->marked) && depth > 0 && depth <= g->n_chain) {
		test = g->chain[depth - 1];
		indent = depth * 4;
	}
	if (g->panicked) {
		clip_add(&g->panic, line);
		clip_add(&g->panic, STR("\n"));
		indent = 0;
	}
	if (!line.n)
		line = STR("");
	gopackage_print(p, test, line, indent);
	gopackage_print(p, test, STR("\n"), 0);
}

static void take_line(struct gotest *g, struct str line)
{
	bool mark = line.n && line.at[0] == MARK;
	struct str s = mark ? behind(line, 1) : line;
	if (s.n && s.at[s.n - 1] == '\r')
		s.n--;
	g->marked |= mark;
	if ((mark || !g->marked) && (take_update(g, s) || take_result(g, s) || take_verdict(g, s)))
		return;
	if (!take_bench(g, s) && !take_late_result(g, s))
		take_output(g, s);
}

void gotest_feed(struct gotest *g, struct str bytes, int64_t time_ns)
{
	struct str line;
	g->in->time_ns = time_ns;
	while (lines_next(&g->lines, &bytes, &line))
		take_line(g, line);
}

/* A panic has ended the tests whose results were told just before it. */
static void end_by_panic(struct gotest *g)
{
	for (unsigned i = 0; i < g->n_chain; i++) {
		struct go_test *t = &g->package.tests[g->chain[i]];
		if (t->status != STATUS_FAILED)
			continue;
		t->status = STATUS_CRASHED;
		if (!gopackage_panicked(&g->package, g->chain[i], false))
			gopackage_print(&g->package, g->chain[i], clip_view(&g->panic), 0);
	}
}

void gotest_finish(struct gotest *g, int64_t time_ns)
{
	struct str line, why = STR("the test binary ended before this test did");
	g->in->time_ns = time_ns;
	if (lines_rest(&g->lines, &line))
		take_line(g, line);
	if (g->panicked) {
		end_by_panic(g);
		struct str text = clip_view(&g->panic);
		why = str_cut(text, 0, str_find(text, '\n'));
		ingest_worse(g->in, STATUS_CRASHED);
	}
	put_chain(g, 0);
	enum status lost = g->in->lost;
	if (g->over && !g->panicked) { /* all was well: what seems open was only printed */
		g->in->lost = STATUS_UNFINISHED;
		why = STR_NONE;
	}
	gopackage_finish(&g->package, time_ns, STATUS_NONE, why, STR_NONE);
	g->in->lost = lost;
}
