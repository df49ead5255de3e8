/*
 * cover/cover.h - the coverage of a run: what readers told, merged, and what reports read.
 *
 * Give a struct cover_merge to readers as their sink (wire/cover.h), then call cover_finish once: it yields
 * the finished model, sorted and summed. The same facts give the same model, in whatever order and by however
 * many files they were told. Raw files wait for what their source says (cover/cover_python.h)
 * between the two. Everything lies in the arena of the merge and lives as long as it. One thread at a time.
 *
 * About 5 ns a line told; memory about 1 KiB a file and 12 bytes a line.
 */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "wire/cover.h"

enum cover_line_flag {
	COVER_EXCLUDED = 1, /* left out on purpose: no statement */
};

/* A statement (or an excluded line). */
struct cover_line {
	uint32_t number;
	uint32_t hits;         /* 0: it never ran; data without counts says 1 */
	uint32_t first_branch; /* in the file's branches */
	uint32_t n_listed;     /* of those; fewer than n_branches where a way cannot be missed */
	uint16_t n_branches;   /* ways out of it; 0 where there is but one */
	uint16_t n_taken;      /* of them, or no miss */
	uint8_t flags;
};

struct cover_sum {
	uint64_t statements, covered, excluded; /* lines */
	uint64_t branches, taken;               /* ways out of lines that have several */
	uint64_t partial; /* ways not taken out of lines that ran; coverage.py's num_partial_branches */
};

enum cover_region_kind {
	COVER_FUNCTION,
	COVER_CLASS,
};

/* A function or a class, with the lines that count for it: those of a function inside it count for that one.
 */
struct cover_region {
	enum cover_region_kind kind;
	struct str name;            /* qualified: Class.method */
	uint32_t first;             /* line of its def or class */
	uint32_t last;              /* 0: unknown */
	uint32_t hits;              /* calls, where the data counts them; else whether any line ran */
	const uint32_t (*spans)[2]; /* first and last line of each stretch, rising */
	uint32_t n_spans;
	struct cover_sum sum;
};

/* Something about a file that a person must know. */
enum cover_fault {
	COVER_FINE,
	COVER_SOURCE_GONE,    /* raw data, and no source to find statements in: counts what ran only */
	COVER_SOURCE_CHANGED, /* the source is not the one that ran */
	COVER_SOURCE_BAD,     /* the source cannot be read as its language */
	COVER_LINES_BEYOND,   /* data speaks of lines that the source has not */
};

struct cover_file {
	struct str path; /* as reports show it: relative to the root, '/' between */
	enum cover_language language;
	enum cover_fault fault;
	bool targets;             /* branches name the lines to which they lead */
	bool counts;              /* hits are counts, not just whether */
	struct cover_line *lines; /* by number */
	uint32_t n_lines;
	uint32_t last_line;            /* of the source, or the highest told */
	struct cover_branch *branches; /* by line, block, way */
	uint32_t n_branches;
	struct cover_region *regions; /* by first line; functions and classes mixed */
	uint32_t n_regions;
	/* Contexts of line i: context_ids[context_first[i] .. context_first[i + 1]), rising; NULL: none kept.
	 * Index 0 is the empty context. */
	uint32_t *context_first;
	uint32_t *context_ids;
	struct cover_sum sum;
};

struct cover {
	struct cover_file *files; /* by path, bytewise */
	uint32_t n_files;
	struct str *contexts; /* names by id; contexts[0] is the empty one; by name otherwise */
	uint32_t n_contexts;
	bool branch; /* branches were measured: percentages count them */
	struct cover_sum sum;
};

/*
 * The percentage as coverage.py counts it: (covered + taken) of (statements + branches); 100 of nothing.
 * cover_percent_lines counts statements alone, cover_percent_branches branches alone.
 */
double cover_percent(const struct cover_sum *s);
double cover_percent_lines(const struct cover_sum *s);
double cover_percent_branches(const struct cover_sum *s);
/* As people read it: rounded to `precision` (0..9) decimals, half to even, but never "0" or "100" unless it
 * is exactly that. */
enum { COVER_PERCENT_BYTES = 32 };
const char *cover_percent_text(char ret[COVER_PERCENT_BYTES], double percent, unsigned precision);
/* Whether percent misses the bound as coverage.py's fail_under does: 100 must be exact, else the rounded one
 * counts. */
bool cover_below(double percent, double bound, unsigned precision);

void cover_sum_add(struct cover_sum *to, const struct cover_sum *s);
/* The sum of a region's lines; cover_finish has done it for each region already. */
struct cover_sum cover_sum_of_lines(const struct cover_file *f, uint32_t first, uint32_t last);
/* The file of a path, or NULL. */
const struct cover_file *cover_find(const struct cover *c, struct str path);
