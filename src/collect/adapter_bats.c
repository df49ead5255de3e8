/*
 * bats: one run a file, or a part of its tests. The raw stream of bats (begin, result,
 * milliseconds) is had through an external formatter that copies it: a link to fettle itself,
 * which costs no shell.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/adapter.h"
#include "collect/census.h"

static bool match(char *const *argv, size_t i, size_t *ret_args)
{
	*ret_args = i + 1;
	return strcmp(word_base(argv[i]), "bats") == 0;
}

static const char across_files[] = "--no-parallelize-across-files";
static const char within_files[] = "--no-parallelize-within-files";

/* Options that fettle answers for itself, and whether a value follows. */
static const char *const dropped_values[] = {"-j", "--jobs", "-F", "--formatter", NULL};
static const char *const dropped[] = {"-T", "--timing",    "-t",         "--tap",      "-p", "--pretty",
				      "-r", "--recursive", across_files, within_files, NULL};
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
	bool whole;       /* the user's own filter, or wish: no file is parted */
	const char *lock; /* of all files: one after the other; NULL */
};

static const char *const filters[] = {"-f", "--filter", "--filter-status", "--negative-filter", NULL};

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
	t->lock = b->lock;
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
			b->whole |= strcmp(w, within_files) == 0;
			if (strcmp(w, across_files) == 0)
				b->lock = across_files;
		} else if (w[0] == '-' && w[1]) {
			b->whole |= word_in(w, filters);
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
	bool fits = b.n < WORD_MOST;
	buf_free(&b);
	return fits ? words_join(&s->arena, t->argv, n_argv - 1, then, 3) : NULL;
}

/* A name that stands in the file as it is told. */
static bool can_part(const struct str *test)
{
	for (size_t i = 0; i < test->n; i++)
		if ((unsigned char)test->at[i] < ' ' || strchr("$`\\\"", test->at[i]))
			return false;
	return test->n > 0;
}

/*
 * The name in a line of a file: 1, 0 where there is none, -1 where it takes bash to know it. bats looks for
 * '@test NAME {', and for '{ # @test' behind the name of a function.
 */
static int name_in(struct str line, struct str *ret)
{
	line = str_trim(line);
	if (!str_starts(line, "@test"))
		return str_ends(line, "@test") && str_find(line, '{') < line.n ? -1 : 0;
	line = str_trim(str_cut(line, sizeof("@test") - 1, line.n));
	if (!line.n || (line.at[0] != '"' && line.at[0] != '\''))
		return -1;
	struct str rest = str_cut(line, 1, line.n);
	size_t quote = str_find(rest, line.at[0]);
	*ret = str_cut(rest, 0, quote);
	rest = str_trim(str_cut(rest, quote + 1, rest.n));
	/* bats takes the last brace of a line for that of the test */
	return can_part(ret) && str_starts(rest, "{") && str_find_last(rest, '{') == 0 ? 1 : -1;
}

/* The tests of a file in its order, in the arena; false where they are more than what stands in it. */
static bool names_of(struct suite *s, const char *path, struct str **ret, size_t *ret_n)
{
	enum { FILE_MOST = 4 << 20 };
	static const char *const dynamic[] = {"bats_test_function", "BATS_NO_PARALLELIZE_WITHIN_FILE", NULL};
	struct buf b = {0};
	struct str *names = NULL, text, line, name;
	size_t n = 0, cap = 0;
	int found = file_read(path, FILE_MOST + 1, &b) && b.n <= FILE_MOST ? 1 : -1;
	text = arena_str(&s->arena, buf_view(&b));
	buf_free(&b);
	for (size_t i = 0; dynamic[i]; i++)
		if (str_has(text, str_of(dynamic[i])))
			found = -1;
	while (found >= 0 && text.n && str_next(&text, '\n', &line)) {
		found = name_in(line, &name);
		if (found <= 0)
			continue;
		names = mem_grow(names, n, &cap, sizeof(*names));
		names[n++] = name;
	}
	*ret = arena_array(&s->arena, struct str, n);
	if (n)
		memcpy(*ret, names, n * sizeof(*names));
	*ret_n = n;
	mem_free(names);
	return found >= 0;
}

/* What history knows must be what the file says: then nothing is made as it is read. */
static char **part(struct suite *s, const struct target *t, const struct str *tests, size_t n,
		   const struct str *others, size_t n_others)
{
	const struct bats *b = s->own;
	struct str *names;
	size_t n_names, n_met = 0, n_rest = 0;
	if (b->whole || b->lock)
		return NULL;
	if (!others)
		return narrow(s, t, tests, n);
	if (!names_of(s, t->name.at, &names, &n_names))
		return NULL;
	struct map known = {0};
	for (size_t i = 0; i < n; i++)
		*map_at(&known, tests[i]) = 0;
	for (size_t i = 0; i < n_others; i++)
		*map_at(&known, others[i]) = 1;
	for (size_t i = 0; i < n_names; i++) {
		uint32_t in = map_get(&known, names[i]);
		n_met += in != MAP_NONE;
		if (in != 1)
			names[n_rest++] = names[i];
	}
	map_free(&known);
	return n_met == n + n_others ? narrow(s, t, names, n_rest) : NULL;
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
    .part = part,
    .can_part = can_part,
    .count = census_bats,
    .value_options = value_options,
    .tells = tells,
};
