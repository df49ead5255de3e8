/*
 * report/term.h - text for a terminal: columns, ink, bars.
 *
 * Whatever comes from outside is made visible and harmless: control characters
 * as \x1b, characters that turn the text around as <U+202E>, bytes that are not
 * UTF-8 as U+FFFD. Widths are columns (base/rune.h), not bytes.
 */
#pragma once
#include "report/out.h"

enum ink { INK_PLAIN, INK_HEAD, INK_DIM, INK_GOOD, INK_BAD, INK_WARN };
enum side { SIDE_LEFT, SIDE_RIGHT };

struct term {
	struct out *out;
	unsigned columns; /* of the whole line */
	bool colour;
	bool ascii; /* our own bars, rules and marks in ASCII */
};

/* How many columns s takes when shown. */
unsigned term_columns(const struct term *t, struct str s);
/* Puts s in at most `most` columns, with a mark where it was cut; returns the columns used. */
unsigned term_text(struct term *t, struct str s, unsigned most);
/* The same, but cuts at the start: for paths. */
unsigned term_text_end(struct term *t, struct str s, unsigned most);
/* One line of output: tabs go to the next multiple of 8 columns. */
unsigned term_line(struct term *t, struct str s, unsigned most);
/* Cuts or pads to exactly `width` columns. */
void term_cell(struct term *t, struct str s, unsigned width, enum side side);
/* What follows is in this ink. INK_PLAIN ends it. Nothing without colour. */
void term_ink(struct term *t, enum ink ink);
/* Our own words in an ink. */
void term_inked(struct term *t, enum ink ink, const char *text);
/* A length of time, right in `width` columns; a negative one as "-". */
void term_duration(struct term *t, int64_t ns, unsigned width);
void term_count(struct term *t, uint64_t n, unsigned width);
/* part / whole as a bar of at most `width` columns; returns how many it took. */
unsigned term_bar(struct term *t, int64_t part, int64_t whole, unsigned width);
/* A block of one column that is 0..8 eighths high. */
void term_block(struct term *t, unsigned eighths);
/* A mark for "this ends here and goes on there": " -> ". */
const char *term_arrow(const struct term *t);
