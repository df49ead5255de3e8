#include "cmd/run_chunks.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "cmd/run_asked.h"

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

/* The locks of the files of a chunk, by name; NULL: none. */
static const char *locks_of(struct run *r, const bool *keep)
{
	struct buf b = {0};
	for (size_t i = 0; i < r->o.lock.n; i++) {
		struct str pair = str_of(r->o.lock.at[i]);
		bool meets = false;
		for (size_t k = 0; k < r->n_found && !meets; k++)
			meets = keep[k] && run_lock_meets(r, i, &r->found[k]);
		if (meets)
			buf_printf(&b, "%s%.*s", b.n ? "," : "",
				   STR_ARG(str_cut(pair, 0, str_find(pair, '='))));
	}
	const char *names = b.n ? arena_copy(&r->arena, buf_view(&b)) : NULL;
	buf_free(&b);
	return names;
}

static void add_chunk(struct run *r, char **words, size_t n_words, const bool *keep, uint32_t k, uint32_t n)
{
	struct buf files = {0};
	int64_t size = 0;
	for (size_t i = 0; i < r->n_found; i++) {
		if (!keep[i])
			continue;
		struct str chosen = r->found[i].select, test;
		while (chosen.n && str_next(&chosen, '\n', &test)) {
			buf_str(&files, test);
			buf_char(&files, 0);
		}
		if (!r->found[i].select.n) {
			buf_str(&files, r->found[i].name);
			buf_char(&files, 0);
		}
		size += r->found[i].size;
	}
	if (files.n) {
		struct target *t = suite_target(&r->suite);
		size_t n_files = 0;
		char **paths = arena_array(&r->arena, char *, files.n / 2 + 2);
		struct str rest = buf_view(&files), one;
		while (str_next(&rest, 0, &one))
			if (one.n)
				paths[n_files++] = arena_copy(&r->arena, one);
		t->argv = words_join(&r->arena, words, n_words, paths, n_files);
		t->name = str_of(arena_printf(&r->arena, "chunk %u/%u", k + 1, n));
		t->size = size;
		t->lock = locks_of(r, keep);
	}
	buf_free(&files);
}

bool chunks_are_of_files(const struct run *r)
{
	return r->workers > 1 || r->o.select.n || r->o.only_failed;
}

/* The files that were chosen, those that are left over behind them. Returns how many were. */
static size_t choose(struct run *r)
{
	size_t n = 0;
	run_choose(r);
	for (size_t i = 0; i < r->n_found; i++) {
		if (r->found[i].dropped)
			continue;
		if (r->found[i].n_asked && !r->found[i].select.n)
			run_asked_find(r, &r->found[i]);
		struct found chosen = r->found[i];
		r->found[i] = r->found[n];
		r->found[n++] = chosen;
	}
	return n;
}

void chunks_make(struct run *r)
{
	uint32_t n = r->workers;
	struct arena scratch = {0};
	size_t n_words;
	if (!chunks_are_of_files(r)) {
		struct target *t = suite_target(&r->suite);
		t->argv = r->suite.argv;
		t->name = STR("chunk 1/1");
		return;
	}
	run_tell_locks(r);
	char **words = without_paths(r, &n_words);
	struct schedule_unit *units = arena_array(&scratch, struct schedule_unit, r->n_found + 1);
	bool *keep = arena_array(&scratch, bool, r->n_found + 1);
	size_t n_chosen = choose(r);
	for (size_t i = 0; i < n_chosen; i++)
		units[i] = (struct schedule_unit){.name = r->found[i].name,
						  .size = r->found[i].size,
						  .predicted_ns = run_predict(r, r->found[i].name)};
	for (uint32_t k = 0; k < n; k++) {
		memset(keep, 0, sizeof(*keep) * r->n_found);
		schedule_shard(&scratch, units, n_chosen, k + 1, n, keep);
		add_chunk(r, words, n_words, keep, k, n);
	}
	for (size_t i = 0; i < r->n_found; i++)
		run_forget_found(&r->found[i]);
	r->n_found = 0;
	arena_free(&scratch);
}
