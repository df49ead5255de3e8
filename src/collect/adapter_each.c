/* Any command with {}: one run for each file that --units matches. */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "collect/adapter.h"

/* Every {} in word becomes value. */
static char *expand(struct arena *a, const char *word, const char *value)
{
	struct buf b = {0};
	for (const char *hole; (hole = strstr(word, "{}")); word = hole + 2) {
		buf_add(&b, word, (size_t)(hole - word));
		buf_text(&b, value);
	}
	buf_text(&b, word);
	char *whole = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return whole;
}

static bool has_hole(const struct suite *s)
{
	for (size_t i = 0; i < s->n_argv; i++)
		if (strstr(s->argv[i], "{}"))
			return true;
	return false;
}

static void add(struct suite *s, const char *path)
{
	struct stat st;
	struct target *t = suite_target(s);
	char **argv = arena_array(&s->arena, char *, s->n_argv + 1);
	for (size_t i = 0; i < s->n_argv; i++)
		argv[i] = expand(&s->arena, s->argv[i], path);
	t->argv = argv;
	t->name = arena_str(&s->arena, str_of(path));
	t->size = stat(path, &st) == 0 ? st.st_size : 0;
}

static int discover(struct suite *s, struct err *e)
{
	if (s->n_patterns && !has_hole(s))
		return err_usage(e,
				 "no word of the command is {}, in whose place each file of --units is put");
	for (size_t i = 0; i < s->n_patterns; i++) {
		glob_t found = {0};
		int rc = glob(s->patterns[i], GLOB_BRACE | GLOB_MARK, NULL, &found);
		for (size_t k = 0; rc == 0 && k < found.gl_pathc; k++)
			add(s, found.gl_pathv[k]);
		globfree(&found);
		if (rc == GLOB_NOMATCH)
			return err_usage(e, "no file matches --units '%s'", s->patterns[i]);
		if (rc != 0) {
			errno = rc == GLOB_NOSPACE ? ENOMEM : EIO;
			return err_sys(e, "cannot look for '%s'", s->patterns[i]);
		}
	}
	if (!s->n_patterns)
		return err_usage(e, "which units? name them with --units 'PATTERN'");
	return 0;
}

const struct adapter adapter_each = {
    .name = "each",
    .mode = ADAPTER_EXEC,
    .stream = STREAM_TAP,
    .suite_word = "unit",
    .test_word = "test",
    .step_word = "step",
    .discover = discover,
};
