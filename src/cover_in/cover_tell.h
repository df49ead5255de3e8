/*
 * cover_in/cover_tell.h - what the readers of coverage share: one source file, gathered, checked and told.
 *
 * tell_begin, then tell_line and the like in any order, then tell_end, which gives all of it to the sink at
 * once; tell_drop gives up on it. So a sink never hears of half a source file. Arrays are kept for the next
 * file. Names are borrowed until tell_end.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "cover_in/cover_read.h"
#include "wire/cover.h"

struct cover_tell {
	struct cover_sink *out;
	struct cover_source source;
	struct str context; /* of lines that ran */
	bool targets;       /* of all branches */
	struct cover_hit *lines;
	struct cover_branch *branches;
	struct cover_function *functions;
	uint32_t *excluded;
	size_t n_lines, cap_lines, n_branches, cap_branches, n_functions, cap_functions, n_excluded,
	    cap_excluded;
	uint8_t *marks; /* see tell_marks */
	size_t cap_marks;
	uint64_t n_told; /* source files told so far */
	/* Counted over one input file, for its notes. */
	uint64_t n_negative, n_line_0, n_unknown;
};

/* Whether a path may be told: not empty, without a NUL byte, of at most COVER_PATH_MAX bytes. */
enum { COVER_PATH_MAX = 4096 };
bool tell_path_ok(struct str path);
enum cover_language tell_language(struct str path);

/* Path and language; the rest of the source is zeroed and may be set by the caller. */
void tell_begin(struct cover_tell *t, struct str path);
void tell_end(struct cover_tell *t);
void tell_drop(struct cover_tell *t);
void tell_free(struct cover_tell *t);

/* A count as data has it: a negative one is 0 and counted, a large one stops at COVER_COUNT_MAX. */
static inline uint32_t tell_count(struct cover_tell *t, int64_t count)
{
	t->n_negative += count < 0;
	return count < 0 ? 0 : count > COVER_COUNT_MAX ? COVER_COUNT_MAX : (uint32_t)count;
}

/*
 * These take a line as data has it and answer false when it is beyond COVER_LINE_MAX or negative. Line 0 is
 * counted and passed over.
 */
static inline bool tell_line_ok(int64_t line)
{
	return line >= 0 && line <= COVER_LINE_MAX;
}

static inline bool tell_line(struct cover_tell *t, int64_t line, uint32_t hits)
{
	if (line <= 0 || line > COVER_LINE_MAX) {
		t->n_line_0 += line == 0;
		return line == 0;
	}
	if (t->n_lines == t->cap_lines)
		t->lines = mem_grow(t->lines, t->n_lines, &t->cap_lines, sizeof(*t->lines));
	t->lines[t->n_lines++] = (struct cover_hit){(uint32_t)line, hits};
	return true;
}

bool tell_branch(struct cover_tell *t, int64_t line, uint32_t block, int32_t way, uint32_t taken);
bool tell_excluded(struct cover_tell *t, int64_t line);
/* first 0: unknown, then it is passed over. */
bool tell_function(struct cover_tell *t, struct str name, int64_t first, int64_t last, uint32_t hits);
/* The last function told; NULL: none yet in this file. */
struct cover_function *tell_last_function(struct cover_tell *t);
/*
 * A byte for each line up to the greatest told to the section, all 0 (also between sections: whoever sets one
 * sets it back). Costs nothing for lines that are not told. *ret_last: that greatest line.
 */
uint8_t *tell_marks(struct cover_tell *t, uint32_t *ret_last);
/* Makes COVER_UNREACHED of the branches of lines that this file's own lines say never ran. */
void tell_unreached(struct cover_tell *t);

/* One line to the host, if it listens. */
void tell_note(struct cover_read *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The notes of one input file: what was counted, and counts anew. */
void tell_oddities(struct cover_read *r, const char *path);
