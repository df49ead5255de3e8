/*
 * cover/cover_merge.h - adds up what readers of coverage tell, and finishes it into a struct cover.
 *
 *	cover_merge_init(&m, &arena, where, ctx);
 *	a_reader(..., &m.sink);                      any number of readers and files
 *	for each raw file: cover_python(&m, i, ...)  cover/cover_python.h
 *	struct cover *c = cover_finish(&m);
 *	cover_merge_free(&m);                        *c lives on in the arena
 *
 * The order in which facts come does not matter. Cost and memory: see cover/cover.h.
 */
#pragma once
#include "cover/cover.h"
#include "cover/cover_arcs.h"

/* Lines 64 * no to 64 * no + 63 of one file. */
struct cover_page {
	uint32_t no;
	uint32_t next; /* page of the same file; MAP_NONE: the last */
	uint64_t known, hit, excluded;
	uint32_t *hits; /* 64 counts; NULL: only whether is known */
};

/* Sorted items, and behind them such as came out of order. */
struct cover_tally {
	char *items;
	size_t n, cap, n_sorted, cursor;
};

/* What one context ran of one file. */
struct cover_context {
	uint32_t context;
	uint32_t next; /* of the same file */
	uint32_t page; /* first of its own chain, of which only `hit` is used */
};

struct cover_gather {
	struct str told;                  /* its name as readers told it; of several the first bytewise */
	struct cover_file file;           /* path and language from the start, the rest when it is done */
	struct str sha256;                /* the first of those told, bytewise; empty: none */
	bool raw, measured, many_sources; /* different sha256 were told */
	bool done;
	uint32_t page;     /* first of its chain; newest first */
	uint32_t contexts; /* first of its chain */
	struct cover_arcs arcs;
	struct cover_tally branches[2]; /* [1]: by targets, which are preferred */
	struct cover_tally functions;
};

struct cover_merge {
	struct cover_sink sink; /* first: readers get its address */
	struct arena *arena;
	/* The name under which reports show a file; empty: leave it out. Asked once for each name told. Its
	 * bytes must live as long as the arena. */
	struct str (*where)(void *ctx, struct str path);
	/* Whether a file is there, below the root where its name is relative; NULL: nobody knows. */
	bool (*exists)(void *ctx, const char *path);
	void *ctx;
	struct cover_gather *files;
	size_t n_files, cap_files;
	struct cover_page *pages;
	size_t n_pages, cap_pages;
	struct cover_context *contexts;
	size_t n_contexts, cap_contexts;
	struct str *names; /* of contexts; names[0] is the empty one */
	size_t n_names, cap_names;
	struct map told, paths, page_at, context_at, name_at;
	uint32_t file; /* told last; MAP_NONE: none, or one that is left out */
	uint32_t page; /* of it, used last; MAP_NONE: none */
	uint32_t context,
	    context_page; /* the same of the context; MAP_NONE: the empty one before any other */
	bool raw;         /* what is told now */
	bool branch;
};

void cover_merge_init(struct cover_merge *m, struct arena *arena,
		      struct str (*where)(void *ctx, struct str path), void *ctx);
/* Sorts and sums. Raw files that no cover_python was given become COVER_SOURCE_GONE, unless they have a
 * fault. */
struct cover *cover_finish(struct cover_merge *m);
void cover_merge_free(struct cover_merge *m);
/*
 * Tells all that ran to another sink, as raw data under the names that reports show, by name: each file's
 * lines (as bits) and arcs without a context, then the lines of each context.
 */
void cover_merge_replay(const struct cover_merge *m, struct cover_sink *to);

/* For cover/cover_python.c: */

/* ret[l]: how often line l ran, where it ran; the rest of the n_lines + 1 items is left alone. */
void cover_gather_hits(const struct cover_merge *m, const struct cover_gather *g, uint32_t *ret,
		       uint32_t n_lines);
/* The highest line that was told. */
uint32_t cover_gather_last(const struct cover_merge *m, const struct cover_gather *g);
/* Fills in context_first and context_ids; statement_of[l]: index of the line in f->lines that l counts for,
 * or MAP_NONE. */
void cover_gather_contexts(struct cover_merge *m, struct cover_gather *g, const uint32_t *statement_of,
			   uint32_t n_lines);
/* Makes branches and functions sorted and single. */
void cover_gather_fold(struct cover_gather *g);
/* Points each line to its listed branches; both are sorted. */
void cover_file_branches(struct cover_file *f);
