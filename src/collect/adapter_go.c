/*
 * go test: the go command builds and vets as ever; in place of running a test binary it
 * hands it over (-exec, a link to fettle itself), so that packages are run longest
 * first, while others still compile.
 *
 * The stand-in keeps the binary (a hard link, else a copy) and the environment
 * that go made for it, and prints one marked line, to which `go test -json` adds
 * the package.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "collect/adapter.h"
#include "collect/census.h"
#include "collect/go_exec.h"
#include "collect/proc.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	*ret_args = i + 2;
	return strcmp(word_base(argv[i]), "go") == 0 && argv[i + 1] && strcmp(argv[i + 1], "test") == 0;
}

struct package {
	struct str name;
	struct buf output; /* of a build that fails */
	bool given;        /* a binary was handed over, or it has no tests */
};

struct go {
	struct package *packages; /* in the arena, grows by doubling */
	size_t n, cap;
	char **words;     /* for plain runs: the whole command */
	struct buf noise; /* lines that are no JSON: errors of go itself */
	bool picky;       /* the user's own -run or -skip: not to be narrowed by us */
	const char *lock; /* of all packages: one after the other; NULL */
};

/* Flags that make go test do something other than run tests once: the command is run as it is. */
static bool wants_plain(const char *w)
{
	static const char *const exact[] = {"-c",          "-exec",         "-o",
					    "-bench",      "-fuzz",         "-cpuprofile",
					    "-memprofile", "-blockprofile", "-mutexprofile",
					    "-trace",      "-cover",        "-coverprofile",
					    "-covermode",  "-coverpkg",     "-x",
					    "-i",          "-artifacts",    NULL};
	const char *name = w[0] == '-' && w[1] == '-' ? w + 1 : w;
	size_t n = strcspn(name, "=");
	for (size_t i = 0; exact[i]; i++)
		if (strlen(exact[i]) == n && strncmp(exact[i], name, n) == 0)
			return true;
	return false;
}

static bool is_flag(const char *w, const char *flag)
{
	const char *name = w[0] == '-' && w[1] == '-' ? w + 1 : w;
	size_t n = strlen(flag);
	return strncmp(name, flag, n) == 0 && (name[n] == 0 || name[n] == '=');
}

/* "-p 1" or "-p=1", in the command or in GOFLAGS: no package is to run beside another. */
static bool is_serial(const struct suite *s)
{
	struct str flags = str_of(getenv("GOFLAGS")), word;
	bool serial = false;
	while (flags.n && str_next(&flags, ' ', &word))
		if (str_starts(word, "-p=") || str_starts(word, "--p="))
			serial = str_ends(word, "=1");
	for (size_t i = s->args; i < s->n_argv && strcmp(s->argv[i], "-args") != 0; i++) {
		const char *value = strchr(s->argv[i], '=');
		if (is_flag(s->argv[i], "-p"))
			serial = strcmp(value               ? value + 1
					: i + 1 < s->n_argv ? s->argv[i + 1]
							    : "",
					"1") == 0;
	}
	return serial;
}

static int discover(struct suite *s, struct err *e)
{
	struct go *g = arena_new(&s->arena, struct go);
	char *stand_in = arena_printf(&s->arena, "%s/go-exec", s->work_dir);
	s->own = g;
	for (size_t i = s->args; i < s->n_argv && strcmp(s->argv[i], "-args") != 0; i++) {
		if (wants_plain(s->argv[i]))
			return adapter_plain.discover(s, e);
		g->picky |= is_flag(s->argv[i], "-run") || is_flag(s->argv[i], "-skip");
	}
	g->lock = is_serial(s) ? "-p 1" : NULL;
	if (symlink(s->self, stand_in) < 0)
		return err_sys(e, "cannot make '%s'", stand_in);
	char **words = arena_array(&s->arena, char *, s->n_argv + 4);
	size_t n = 0;
	for (size_t i = 0; i < s->n_argv; i++) {
		const char *w = s->argv[i];
		if (i >= s->args && (is_flag(w, "-json") || is_flag(w, "-v")) && !strchr(w, '='))
			continue;
		words[n++] = s->argv[i];
		if (i + 1 == s->args) {
			words[n++] = (char *)"-json";
			words[n++] = arena_printf(&s->arena, "-exec=%s", stand_in);
		}
	}
	s->discovery = words;
	char *extra[] = {arena_printf(&s->arena, GO_EXEC_DIR "=%s", s->disk_dir)};
	s->discovery_env = environment_with(&s->arena, s->env, extra, 1);
	return 0;
}

static struct package *package_of(struct suite *s, struct str name)
{
	struct go *g = s->own;
	for (size_t i = g->n; i > 0; i--)
		if (str_eq(g->packages[i - 1].name, name))
			return &g->packages[i - 1];
	g->packages = arena_grow(&s->arena, g->packages, g->n, &g->cap, sizeof(*g->packages));
	g->packages[g->n] = (struct package){.name = arena_str(&s->arena, name)};
	return &g->packages[g->n++];
}

/* A file of NUL-separated strings, as the stand-in left it. */
static char **read_strings(struct suite *s, const char *path)
{
	struct buf b = {0};
	if (!file_read(path, 64 << 20, &b)) {
		buf_free(&b);
		return NULL;
	}
	char *text = arena_copy(&s->arena, buf_view(&b));
	size_t n = b.n, count = 0;
	buf_free(&b);
	for (size_t i = 0; i < n; i++)
		count += text[i] == 0;
	char **strings = arena_array(&s->arena, char *, count + 1);
	count = 0;
	for (char *p = text; p < text + n; p += strlen(p) + 1)
		strings[count++] = p;
	return strings;
}

/* How many tests a package's folder seems to hold: binaries differ little in size, and not by their tests. */
static int64_t tests_in(struct suite *s, const char *folder)
{
	struct buf pattern = {0};
	glob_t found = {0};
	int64_t n = 0;
	for (const char *p = folder; *p; p++) {
		if (strchr("\\*?[]", *p))
			buf_char(&pattern, '\\');
		buf_char(&pattern, *p);
	}
	buf_text(&pattern, "/*_test.go");
	if (glob(arena_copy(&s->arena, buf_view(&pattern)), GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			n += census_file(found.gl_pathv[i], census_go);
	globfree(&found);
	buf_free(&pattern);
	return n;
}

/* "fettle-go-exec N\n" where N names three files in the work folder. */
static void take_binary(struct suite *s, struct package *p, struct str number)
{
	int64_t n;
	if (!str_int(number, &n))
		return;
	char **argv = read_strings(s, arena_printf(&s->arena, "%s/go-%lld.argv", s->disk_dir, (long long)n));
	char **env = read_strings(s, arena_printf(&s->arena, "%s/go-%lld.env", s->disk_dir, (long long)n));
	if (!argv || !argv[0] || !argv[1] || !env)
		return;
	struct target *t = suite_target(s);
	t->name = p->name;
	t->cwd = argv[0];
	t->argv = argv + 1;
	t->env = env;
	t->size = tests_in(s, argv[0]);
	t->lock = ((const struct go *)s->own)->lock;
	p->given = true;
}

/* One line of `go test -json`. */
struct go_row {
	struct str action, package, import, output, build;
};

static void read_row(struct str line, struct arena *scratch, struct go_row *ret)
{
	struct json j;
	struct str key;
	json_init(&j, line, scratch);
	for (bool in = line.n && line.at[0] == '{' && json_object(&j); in && json_key(&j, &key);) {
		if (str_is(key, "Action"))
			ret->action = json_text(&j);
		else if (str_is(key, "Package"))
			ret->package = json_text(&j);
		else if (str_is(key, "ImportPath"))
			ret->import = json_text(&j);
		else if (str_is(key, "FailedBuild"))
			ret->build = json_text(&j);
		else if (str_is(key, "Output"))
			ret->output = json_text(&j);
		else
			json_skip(&j);
	}
	/* build output names "pkg [pkg.test]" */
	if (!ret->package.n)
		ret->package = str_cut(ret->import, 0, str_find(ret->import, ' '));
}

static void take_failure(struct suite *s, struct package *p, const struct go_row *row)
{
	struct target *t = suite_target(s);
	p->given = true;
	/* the compiler's words stand under the name of what was built ("pkg.test") */
	if (row->build.n)
		p = package_of(s, str_cut(row->build, 0, str_find(row->build, ' ')));
	t->name = arena_str(&s->arena, row->package);
	t->status = STATUS_ERROR;
	t->message = arena_str(&s->arena, p->output.n ? buf_view(&p->output) : STR("the build failed"));
}

static void take_row(struct suite *s, const struct go_row *row)
{
	struct package *p = row->package.n ? package_of(s, row->package) : NULL;
	if (!p)
		return;
	if (str_starts(row->output, GO_EXEC_MARK))
		take_binary(s, p, str_trim(str_cut(row->output, sizeof(GO_EXEC_MARK) - 1, row->output.n)));
	else if (row->output.n && p->output.n < 65536)
		buf_str(&p->output, row->output);
	if (str_is(row->action, "skip"))
		p->given = true;
	else if (str_is(row->action, "fail") && !p->given)
		take_failure(s, p, row);
}

static void take_line(struct suite *s, struct str line)
{
	struct go *g = s->own;
	struct arena scratch = {0};
	struct go_row row = {0};
	read_row(line, &scratch, &row);
	if (row.action.n) {
		take_row(s, &row);
	} else if (g->noise.n < 65536) {
		buf_str(&g->noise, line);
		buf_char(&g->noise, '\n');
	}
	arena_free(&scratch);
}

static void discover_feed(struct suite *s, struct str bytes)
{
	buf_str(&s->line, bytes);
	size_t from = 0;
	for (;;) {
		struct str rest = {s->line.at + from, s->line.n - from};
		size_t end = str_find(rest, '\n');
		if (end == rest.n)
			break;
		take_line(s, str_cut(rest, 0, end));
		from += end + 1;
	}
	buf_drop(&s->line, from);
}

static int discover_end(struct suite *s, int exit_status, struct err *e)
{
	struct go *g = s->own;
	bool any = false;
	for (size_t i = 0; i < g->n; i++) {
		any |= g->packages[i].given;
		buf_free(&g->packages[i].output);
	}
	int rc = 0;
	struct str said = str_trim(g->noise.n ? buf_view(&g->noise) : buf_view(&s->said));
	if (exit_status != 0 && !any)
		rc = err_usage(e, "'go test' found nothing to run: %.*s", (int)(said.n < 300 ? said.n : 300),
			       said.at ? said.at : "");
	buf_free(&g->noise);
	return rc;
}

/* The command of a binary with a flag in front: behind the first word that is none stand the user's -args. */
static char **with_flag(struct suite *s, const struct target *t, const struct buf *flag)
{
	size_t n = 0;
	while (t->argv[n])
		n++;
	char *then = arena_copy(&s->arena, buf_view(flag));
	char **argv = arena_array(&s->arena, char *, n + 2);
	argv[0] = t->argv[0];
	argv[1] = then;
	for (size_t i = 1; i < n; i++)
		argv[i + 1] = t->argv[i];
	return argv;
}

/* -failfast: behind the first test that fails others have not run. */
static bool stops_early(const struct target *t)
{
	for (char *const *w = t->argv; *w; w++)
		if (strncmp(*w, "-test.failfast", sizeof("-test.failfast") - 1) == 0)
			return true;
	return false;
}

static char **narrow(struct suite *s, const struct target *t, const struct str *tests, size_t n)
{
	const struct go *g = s->own;
	struct buf b = {0};
	if (g->picky || !n || stops_early(t))
		return NULL;
	buf_text(&b, "-test.run=^(");
	for (size_t i = 0; i < n; i++) {
		struct str top = str_cut(tests[i], 0, str_find(tests[i], '/'));
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = str_eq(top, str_cut(tests[k], 0, str_find(tests[k], '/')));
		if (again)
			continue;
		if (i)
			buf_char(&b, '|');
		buf_str(&b, top);
	}
	buf_text(&b, ")$");
	char **argv = with_flag(s, t, &b);
	buf_free(&b);
	return argv;
}

/* A test, example or fuzz target of the top level: a Go identifier, which is itself as a regular expression.
 */
static bool can_part(const struct str *test)
{
	for (size_t i = 0; i < test->n; i++) {
		unsigned char c = (unsigned char)test->at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
		if (!letter && !(c >= '0' && c <= '9'))
			return false;
	}
	return str_starts(*test, "Test") || str_starts(*test, "Example") || str_starts(*test, "Fuzz");
}

/* Whether the binary knows -test.skip (Go 1.20), and nothing asks for tests by another rule. */
static bool may_part(const struct target *t)
{
	static const char *const rules[] = {"-test.run=",   "-test.skip=", "-test.shuffle=", "-test.failfast",
					    "-test.bench=", "-test.list=", "-test.fuzz=",    NULL};
	bool skips = false;
	for (char *const *w = t->argv; *w; w++) {
		skips |= strcmp(*w, "-test.v=test2json") == 0;
		for (size_t i = 0; rules[i]; i++)
			if (strncmp(*w, rules[i], strlen(rules[i])) == 0)
				return false;
	}
	return skips;
}

static char **part(struct suite *s, const struct target *t, const struct str *tests, size_t n,
		   const struct str *others, size_t n_others)
{
	const struct str *named = others ? others : tests;
	size_t n_named = others ? n_others : n;
	struct buf b = {0};
	char **argv = NULL;
	const struct go *g = s->own;
	if (!may_part(t) || g->lock || !n_named)
		return NULL;
	buf_text(&b, others ? "-test.skip=^(" : "-test.run=^(");
	for (size_t i = 0; i < n_named; i++) {
		if (i)
			buf_char(&b, '|');
		buf_str(&b, named[i]);
	}
	buf_text(&b, ")$");
	if (b.n < WORD_MOST)
		argv = with_flag(s, t, &b);
	buf_free(&b);
	return argv;
}

static const char *const tells[] = {"-list", "--list", "-n", "--n", "-h", "--h", "-help", "--help", NULL};

const struct adapter adapter_go = {
    .name = "go",
    .mode = ADAPTER_EXEC,
    .stream = STREAM_GOTEST,
    .suite_word = "package",
    .test_word = "test",
    .step_word = "step",
    .match = match,
    .discover = discover,
    .discover_feed = discover_feed,
    .discover_end = discover_end,
    .narrow = narrow,
    .part = part,
    .can_part = can_part,
    .tells = tells,
};
