/*
 * bats: one run a file. The raw stream of bats (begin, result, milliseconds) is had through an
 * external formatter that copies it: a link to fettle itself, which costs no shell.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "collect/adapter.h"
#include "collect/census.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	*ret_args = i + 1;
	return strcmp(word_base(argv[i]), "bats") == 0;
}

/* Options that fettle answers for itself, and whether a value follows. */
static const char *const dropped_values[] = {"-j", "--jobs", "-F", "--formatter", NULL};
static const char *const dropped[] = {
    "-T", "--timing", "-t", "--tap", "-p", "--pretty", "-r", "--recursive", "--no-parallelize-across-files",
    NULL};
static const char *const value_options[] = {"-f",
					    "--filter",
					    "--filter-status",
					    "--filter-tags",
					    "--report-formatter",
					    "-o",
					    "--output",
					    "--gather-test-outputs-in",
					    "--line-reference-format",
					    "--abort",
					    "--setup-suite-file",
					    "--negative-filter",
					    NULL};

struct bats {
	char **options; /* "bats" and what stands before the files */
	size_t n_options;
	bool recursive;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_file(struct suite *s, const char *path, const char *formatter)
{
	struct bats *b = s->own;
	struct stat st;
	char *then[] = {(char *)"-T", (char *)"-F", arena_copy(&s->arena, str_of(formatter)),
			arena_copy(&s->arena, str_of(path))};
	struct target *t = suite_target(s);
	t->argv = words_join(&s->arena, b->options, b->n_options, then, 4);
	t->name = arena_str(&s->arena, str_of(path));
	t->size = stat(path, &st) == 0 ? st.st_size : 0;
}

static void add_folder(struct suite *s, const char *path, const char *formatter, int depth)
{
	struct bats *b = s->own;
	DIR *d = opendir(path);
	char **names = NULL;
	size_t n = 0, cap = 0;
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (entry->d_name[0] == '.')
			continue;
		names = mem_grow(names, n, &cap, sizeof(*names));
		names[n++] = arena_printf(&s->arena, "%s%s%s", path, str_ends(str_of(path), "/") ? "" : "/",
					  entry->d_name);
	}
	if (d)
		(void)closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		if (stat(names[i], &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && b->recursive && depth < 64)
			add_folder(s, names[i], formatter, depth + 1);
		else if (S_ISREG(st.st_mode) && str_ends(str_of(names[i]), ".bats"))
			add_file(s, names[i], formatter);
	}
	mem_free(names);
}

static int discover(struct suite *s, struct err *e)
{
	struct bats *b = arena_new(&s->arena, struct bats);
	char **files = arena_array(&s->arena, char *, s->n_argv + 1);
	const char *formatter = arena_printf(&s->arena, "%s/bats-format", s->work_dir);
	size_t n_files = 0;
	s->own = b;
	b->options = arena_array(&s->arena, char *, s->n_argv + 1);
	for (size_t i = 0; i < s->n_argv; i++) {
		const char *w = s->argv[i];
		if (i < s->args) {
			b->options[b->n_options++] = s->argv[i];
		} else if (word_in(w, dropped_values)) {
			i++;
		} else if (word_in(w, dropped)) {
			b->recursive |= strcmp(w, "-r") == 0 || strcmp(w, "--recursive") == 0;
		} else if (w[0] == '-' && w[1]) {
			b->options[b->n_options++] = s->argv[i];
			if (word_in(w, value_options) && i + 1 < s->n_argv)
				b->options[b->n_options++] = s->argv[++i];
		} else {
			files[n_files++] = s->argv[i];
		}
	}
	if (symlink(s->self, formatter) < 0)
		return err_sys(e, "cannot make '%s'", formatter);
	for (size_t i = 0; i < n_files; i++) {
		struct stat st;
		if (stat(files[i], &st) < 0)
			return err_sys(e, "cannot find '%s'", files[i]);
		if (S_ISDIR(st.st_mode))
			add_folder(s, files[i], formatter, 0);
		else
			add_file(s, files[i], formatter);
	}
	return 0;
}

/* A name as an extended regular expression that matches just itself. */
static void add_literal(struct buf *b, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (strchr("\\^$.[]|()?*+{}", name.at[i]))
			buf_char(b, '\\');
		buf_char(b, name.at[i]);
	}
}

static char **narrow(struct suite *s, const struct target *t, const struct str *tests, size_t n)
{
	struct buf b = {0};
	size_t n_argv = 0;
	for (size_t i = 0; i < n; i++) {
		buf_text(&b, i ? "|^" : "^");
		add_literal(&b, tests[i]);
		buf_char(&b, '$');
	}
	while (t->argv[n_argv])
		n_argv++;
	char *then[] = {(char *)"-f", arena_copy(&s->arena, buf_view(&b)), t->argv[n_argv - 1]};
	buf_free(&b);
	return words_join(&s->arena, t->argv, n_argv - 1, then, 3);
}

static const char *const tells[] = {"-c", "--count", "-h", "--help", "-v", "--version", NULL};

const struct adapter adapter_bats = {
    .name = "bats",
    .mode = ADAPTER_EXEC,
    .stream = STREAM_TAP,
    .suite_word = "file",
    .test_word = "test",
    .step_word = "step",
    .match = match,
    .discover = discover,
    .narrow = narrow,
    .count = census_bats,
    .value_options = value_options,
    .tells = tells,
};
