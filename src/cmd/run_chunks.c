#include "cmd/run_chunks.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"

/* The command without the paths that it names: each chunk brings its own. */
static char **without_paths(struct run *r, size_t *ret_n)
{
	const struct suite *s = &r->suite;
	char **words = arena_array(&r->arena, char *, s->n_argv + 1);
	size_t n = 0;
	for (size_t i = 0; i < s->n_argv; i++) {
		struct stat st;
		const char *w = s->argv[i];
		if (i >= s->args && w[0] != '-') {
			struct str path = str_of(w);
			path = str_cut(path, 0, str_find(path, ':'));
			if (stat(arena_copy(&r->arena, path), &st) == 0)
				continue;
		}
		words[n++] = s->argv[i];
		if (i >= s->args && word_in(w, s->adapter->value_options) && i + 1 < s->n_argv)
			words[n++] = s->argv[++i];
	}
	*ret_n = n;
	return words;
}

static void add_chunk(struct run *r, char **words, size_t n_words, struct buf *files, uint32_t k, uint32_t n,
		      int64_t size)
{
	struct target *t = suite_target(&r->suite);
	size_t n_files = 0, cap = files->n / 2 + 2;
	char **paths = arena_array(&r->arena, char *, cap);
	struct str rest = buf_view(files), one;
	while (files->n && str_next(&rest, 0, &one))
		if (one.n)
			paths[n_files++] = arena_copy(&r->arena, one);
	t->argv = words_join(&r->arena, words, n_words, paths, n_files);
	t->name = str_of(arena_printf(&r->arena, "chunk %u/%u", k + 1, n));
	t->size = size;
}

void chunks_make(struct run *r)
{
	uint32_t n = r->workers;
	struct arena scratch = {0};
	size_t n_words;
	if (n == 1) {
		struct target *t = suite_target(&r->suite);
		t->argv = r->suite.argv;
		t->name = STR("chunk 1/1");
		return;
	}
	char **words = without_paths(r, &n_words);
	struct schedule_unit *units = arena_array(&scratch, struct schedule_unit, r->n_found + 1);
	bool *keep = arena_array(&scratch, bool, r->n_found + 1);
	for (size_t i = 0; i < r->n_found; i++)
		units[i] = (struct schedule_unit){.name = r->found[i].name,
						  .size = r->found[i].size,
						  .predicted_ns = run_predict(r, r->found[i].name)};
	for (uint32_t k = 0; k < n; k++) {
		struct buf files = {0};
		int64_t size = 0;
		memset(keep, 0, sizeof(*keep) * r->n_found);
		schedule_shard(&scratch, units, r->n_found, k + 1, n, keep);
		for (size_t i = 0; i < r->n_found; i++) {
			if (!keep[i])
				continue;
			buf_str(&files, r->found[i].name);
			buf_char(&files, 0);
			size += units[i].size;
		}
		if (files.n)
			add_chunk(r, words, n_words, &files, k, n, size);
		buf_free(&files);
	}
	r->n_found = 0;
	arena_free(&scratch);
}
