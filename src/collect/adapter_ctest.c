/*
 * ctest: tests and their properties come from `ctest --show-only=json-v1`. A test whose
 * properties are simple is run directly; one that needs ctest's own reading (its regular
 * expressions, generated environments, resource groups) is run by `ctest -R ^name$`. Order,
 * locks, fixtures and processors are fettle's own business in both cases (docs/ctest.md).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/adapter.h"
#include "collect/proc.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	*ret_args = i + 1;
	return strcmp(word_base(argv[i]), "ctest") == 0;
}

/* Lists of names among the properties. */
enum list { DEPENDS, SETUP, CLEANUP, REQUIRED, LOCKS, LISTS };
static const char *const list_names[LISTS] = {"DEPENDS", "FIXTURES_SETUP", "FIXTURES_CLEANUP",
					      "FIXTURES_REQUIRED", "RESOURCE_LOCK"};

struct names {
	struct str *at;
	size_t n, cap;
};

struct entry {
	uint32_t target;
	bool grouped; /* RESOURCE_GROUPS */
	struct names lists[LISTS];
};

struct ctest {
	char **base; /* the user's command */
	size_t n_base;
	struct entry *entries;
	size_t n_entries, cap_entries;
};

/* Options of ctest that are about running, which fettle does itself; those with a value apart. */
static const char *const dropped[] = {"-V",
				      "--verbose",
				      "-VV",
				      "--extra-verbose",
				      "--output-on-failure",
				      "-Q",
				      "--quiet",
				      "--progress",
				      "--schedule-random",
				      "-F",
				      "--rerun-failed",
				      NULL};
static const char *const dropped_values[] = {"-j",       "--parallel",        "--output-junit",
					     "-O",       "--output-log",      "--test-load",
					     "--repeat", "--stop-on-failure", NULL};

static void add_note(struct suite *s, const char *text)
{
	const char *gap = s->note.n ? "; " : "";
	s->note = str_of(arena_printf(&s->arena, "%.*s%s%s", STR_ARG(s->note), gap, text));
}

/* What the person wants of a run beyond its verdict: written by us, or told. */
static void heed(struct suite *s, const char *option, const char *value, const char *folder)
{
	if (strcmp(option, "--output-junit") == 0 && value)
		s->junit = value[0] == '/' || !folder ? arena_copy(&s->arena, str_of(value))
						      : arena_printf(&s->arena, "%s/%s", folder, value);
	else if (strcmp(option, "-O") == 0 || strcmp(option, "--output-log") == 0)
		add_note(s, "ctest's log file is not written: what tests print is kept in the run's folder");
	else if (strcmp(option, "--rerun-failed") == 0)
		add_note(s, "--rerun-failed is ctest's, of its own runs: all tests run; see --only-failed");
}

/* Where ctest takes relative paths to lie; NULL: here. */
static const char *build_folder(const struct suite *s)
{
	for (size_t i = s->args; i < s->n_argv; i++) {
		if (strcmp(s->argv[i], "--test-dir") == 0)
			return s->argv[i + 1];
		if (strncmp(s->argv[i], "--test-dir=", 11) == 0)
			return s->argv[i] + 11;
	}
	return NULL;
}

static int discover(struct suite *s, struct err *e)
{
	(void)e;
	struct ctest *c = arena_new(&s->arena, struct ctest);
	s->own = c;
	c->base = arena_array(&s->arena, char *, s->n_argv + 1);
	for (size_t i = 0; i < s->n_argv; i++) {
		const char *w = s->argv[i];
		if (i >= s->args)
			heed(s, w, s->argv[i + 1], build_folder(s));
		bool number = i + 1 < s->n_argv && s->argv[i + 1][0] >= '0' && s->argv[i + 1][0] <= '9';
		if (i < s->args)
			c->base[c->n_base++] = s->argv[i];
		else if (word_in(w, dropped) || (strncmp(w, "-j", 2) == 0 && w[2]))
			continue;
		else if (word_in(w, dropped_values))
			i += strcmp(w, "--stop-on-failure") != 0 && (strcmp(w, "-j") != 0 || number);
		else
			c->base[c->n_base++] = s->argv[i];
	}
	char *then[] = {(char *)"--show-only=json-v1"};
	s->discovery = words_join(&s->arena, c->base, c->n_base, then, 1);
	s->discovery_env = s->env;
	return 0;
}

static void discover_feed(struct suite *s, struct str bytes)
{
	if (s->line.n < (256u << 20))
		buf_str(&s->line, bytes);
}

/* A property value: text, a number, or a list of texts. */
static void read_names(struct json *j, struct arena *a, struct names *ret)
{
	struct names n = {0};
	bool list = json_peek(j) == JSON_ARRAY && json_array(j);
	while (!list || json_item(j)) {
		n.at = mem_grow(n.at, n.n, &n.cap, sizeof(*n.at));
		n.at[n.n++] = arena_str(a, json_text(j));
		if (!list)
			break;
	}
	*ret = n;
}

static void read_environment(struct suite *s, struct json *j, struct target *t)
{
	struct names n;
	read_names(j, &s->arena, &n);
	char **extra = arena_array(&s->arena, char *, n.n + 1);
	for (size_t i = 0; i < n.n; i++)
		extra[i] = (char *)(uintptr_t)n.at[i].at;
	t->env = environment_with(&s->arena, s->env, extra, n.n);
	mem_free(n.at);
}

static uint32_t slots_of(int64_t processors)
{
	return processors < 1 ? 1 : processors > UINT32_MAX ? UINT32_MAX : (uint32_t)processors;
}

/* Returns whether the property can be left to us. */
static bool read_property(struct suite *s, struct json *j, struct str name, struct entry *en,
			  struct target *t)
{
	for (unsigned i = 0; i < LISTS; i++) {
		if (str_is(name, list_names[i])) {
			read_names(j, &s->arena, &en->lists[i]);
			return true;
		}
	}
	if (str_is(name, "WORKING_DIRECTORY"))
		t->cwd = arena_copy(&s->arena, json_text(j));
	else if (str_is(name, "ENVIRONMENT"))
		read_environment(s, j, t);
	else if (str_is(name, "TIMEOUT"))
		t->timeout_ns = (int64_t)(json_real(j) * 1e9);
	else if (str_is(name, "WILL_FAIL"))
		t->invert = json_bool(j);
	else if (str_is(name, "SKIP_RETURN_CODE"))
		t->skip_code = (int)json_int(j);
	else if (str_is(name, "RUN_SERIAL"))
		t->alone = json_bool(j);
	else if (str_is(name, "COST"))
		t->size = (int64_t)json_real(j);
	else if (str_is(name, "PROCESSORS"))
		t->slots = slots_of(json_int(j));
	else if (str_is(name, "LABELS") || str_is(name, "PROCESSOR_AFFINITY") ||
		 str_is(name, "TIMEOUT_SIGNAL_NAME"))
		json_skip(j);
	else {
		en->grouped |= str_is(name, "RESOURCE_GROUPS");
		json_skip(j);
		return false;
	}
	return true;
}

/* {"name": ..., "value": ...}; returns whether it can be left to us. */
static bool read_one_property(struct suite *s, struct json *j, struct entry *en, struct target *t,
			      bool *ret_disabled)
{
	struct str key, name = STR_NONE;
	bool simple = true;
	for (bool in = json_object(j); in && json_key(j, &key);) {
		if (str_is(key, "name"))
			name = arena_str(&s->arena, json_text(j));
		else if (!str_is(key, "value"))
			json_skip(j);
		else if (str_is(name, "DISABLED"))
			*ret_disabled = json_bool(j);
		else
			simple = read_property(s, j, name, en, t) && simple;
	}
	return simple;
}

static char **words_of(struct suite *s, const struct names *command)
{
	char **argv = arena_array(&s->arena, char *, command->n + 1);
	for (size_t i = 0; i < command->n; i++)
		argv[i] = (char *)(uintptr_t)command->at[i].at;
	return argv;
}

static void read_test(struct suite *s, struct json *j)
{
	struct ctest *c = s->own;
	struct str key;
	struct names command = {0};
	bool simple = true, disabled = false;
	struct target *t = suite_target(s);
	c->entries = mem_grow(c->entries, c->n_entries, &c->cap_entries, sizeof(*c->entries));
	struct entry *en = &c->entries[c->n_entries++];
	*en = (struct entry){.target = (uint32_t)(s->n_targets - 1)};
	for (bool in = json_object(j); in && json_key(j, &key);) {
		if (str_is(key, "name"))
			t->name = arena_str(&s->arena, json_text(j));
		else if (str_is(key, "command"))
			read_names(j, &s->arena, &command);
		else if (!str_is(key, "properties"))
			json_skip(j);
		else
			for (bool more = json_array(j); more && json_item(j);)
				simple = read_one_property(s, j, en, t, &disabled) && simple;
	}
	if (disabled) {
		t->status = STATUS_SKIPPED;
		t->message = STR("disabled");
	} else if (simple && command.n) {
		t->argv = words_of(s, &command);
	}
	mem_free(command.at);
}

/* "^name$" for CMake's regular expressions. */
static char *exactly(struct arena *a, struct str name)
{
	struct buf b = {0};
	buf_char(&b, '^');
	for (size_t i = 0; i < name.n; i++) {
		if (strchr("\\^$.[]|()?*+", name.at[i]))
			buf_char(&b, '\\');
		buf_char(&b, name.at[i]);
	}
	buf_char(&b, '$');
	char *text = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return text;
}

/* Through ctest itself; its exit code is the verdict. */
static void run_by_ctest(struct suite *s, struct target *t)
{
	struct ctest *c = s->own;
	char *then[] = {(char *)"-R", exactly(&s->arena, t->name), (char *)"-FA", (char *)".*",
			(char *)"--output-on-failure"};
	t->argv = words_join(&s->arena, c->base, c->n_base, then, 5);
	t->invert = false;
	t->cwd = NULL;
	t->env = NULL;
	t->timeout_ns = 0;
	t->skip_code = -1;
}

static bool holds(const struct names *n, struct str name)
{
	for (size_t i = 0; i < n->n; i++)
		if (str_eq(n->at[i], name))
			return true;
	return false;
}

static bool share(const struct names *a, const struct names *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (holds(b, a->at[i]))
			return true;
	return false;
}

/* Whether `later` has to wait for `first`. */
static bool follows(const struct suite *s, const struct entry *later, const struct entry *first)
{
	return holds(&later->lists[DEPENDS], s->targets[first->target].name) ||
	       share(&later->lists[REQUIRED], &first->lists[SETUP]) ||
	       share(&later->lists[CLEANUP], &first->lists[SETUP]) ||
	       share(&later->lists[CLEANUP], &first->lists[REQUIRED]);
}

/* Whether `needed` is run wherever `of` is: the set-up and clean-up of a fixture that it requires. */
static bool needs(const struct entry *of, const struct entry *needed)
{
	return share(&of->lists[REQUIRED], &needed->lists[SETUP]) ||
	       share(&of->lists[REQUIRED], &needed->lists[CLEANUP]);
}

/* Each ctest that fettle starts believes that it has all resources: so there is one at a time. */
static const char resources[] = "ctest resources";

static void take_locks(struct suite *s, const struct entry *en)
{
	struct buf locks = {0};
	for (size_t k = 0; k < en->lists[LOCKS].n; k++) {
		if (k)
			buf_char(&locks, ',');
		buf_str(&locks, en->lists[LOCKS].at[k]);
	}
	if (en->grouped)
		buf_printf(&locks, "%s%s", locks.n ? "," : "", resources);
	if (locks.n)
		s->targets[en->target].lock = arena_copy(&s->arena, buf_view(&locks));
	buf_free(&locks);
}

static uint32_t *kept(struct suite *s, const uint32_t *numbers, uint32_t n)
{
	uint32_t *own = arena_array(&s->arena, uint32_t, n);
	if (n)
		memcpy(own, numbers, sizeof(*own) * n);
	return own;
}

static void join_targets(struct suite *s)
{
	struct ctest *c = s->own;
	uint32_t *after = mem_alloc(sizeof(*after) * (c->n_entries + 1));
	uint32_t *needed = mem_alloc(sizeof(*needed) * (c->n_entries + 1));
	for (size_t i = 0; i < c->n_entries; i++) {
		struct entry *en = &c->entries[i];
		struct target *t = &s->targets[en->target];
		take_locks(s, en);
		if (!en->lists[DEPENDS].n && !en->lists[REQUIRED].n && !en->lists[CLEANUP].n)
			continue;
		for (size_t k = 0; k < c->n_entries; k++) {
			if (k == i)
				continue;
			if (follows(s, en, &c->entries[k]))
				after[t->n_after++] = c->entries[k].target;
			if (needs(en, &c->entries[k]))
				needed[t->n_needs++] = c->entries[k].target;
		}
		t->after = kept(s, after, t->n_after);
		t->needs = kept(s, needed, t->n_needs);
	}
	mem_free(after);
	mem_free(needed);
}

static void free_entries(struct ctest *c)
{
	for (size_t i = 0; i < c->n_entries; i++)
		for (unsigned k = 0; k < LISTS; k++)
			mem_free(c->entries[i].lists[k].at);
	mem_free(c->entries);
}

static int discover_end(struct suite *s, int exit_status, struct err *e)
{
	struct json j;
	struct str key, text = buf_view(&s->line), said = str_trim(buf_view(&s->said));
	int rc = 0;
	size_t open = str_find(text, '{');
	if (open == text.n)
		return err_usage(e, "ctest listed no tests (exit code %d): %.*s",
				 WIFEXITED(exit_status) ? WEXITSTATUS(exit_status) : -1,
				 STR_ARG(str_cut(said, 0, 300)));
	json_init(&j, str_cut(text, open, text.n), &s->arena);
	for (bool in = json_object(&j); in && json_key(&j, &key);) {
		if (!str_is(key, "tests"))
			json_skip(&j);
		else
			for (bool more = json_array(&j); more && json_item(&j);)
				read_test(s, &j);
	}
	if (!json_end(&j))
		rc = err_format(e, "cannot read ctest's list of tests: %s at byte %zu", j.error, j.error_at);
	join_targets(s);
	for (size_t i = 0; i < s->n_targets; i++)
		if (!s->targets[i].argv && !s->targets[i].status)
			run_by_ctest(s, &s->targets[i]);
	free_entries(s->own);
	buf_clear(&s->line);
	return rc;
}

static const char *const tells[] = {"-N",
				    "--show-only",
				    "-h",
				    "-H",
				    "-help*",
				    "-usage",
				    "/?",
				    "--help*",
				    "-version",
				    "--version",
				    "/V",
				    "--print-labels",
				    "--list-presets",
				    "-S",
				    "-SP",
				    "--script",
				    "--script-new-process",
				    "--build-and-test",
				    NULL};

const struct adapter adapter_ctest = {
    .name = "ctest",
    .mode = ADAPTER_EXEC,
    .stream = STREAM_NONE,
    .suite_word = "unit",
    .test_word = "test",
    .step_word = "step",
    .match = match,
    .discover = discover,
    .discover_feed = discover_feed,
    .discover_end = discover_end,
    .tells = tells,
};
