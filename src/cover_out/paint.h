/*
 * cover_out/paint.h - source text in colours: which piece of a line is a keyword, a string, a comment.
 *
 * A small state machine per language that only needs to know where words, strings and comments begin and end;
 * what it cannot tell it leaves plain. Any bytes will do. One painter a file, its lines in order. About
 * 3 ns a byte.
 */
#pragma once
#include <stdbool.h>

#include "wire/cover.h"

enum paint {
	PAINT_PLAIN,
	PAINT_KEYWORD,
	PAINT_STRING,
	PAINT_COMMENT,
	PAINT_NUMBER, /* and constants such as None */
	PAINT_NAME,   /* of what is defined here */
};

struct tongue;

struct painter {
	const struct tongue *tongue; /* NULL: all is plain */
	unsigned char first[27];     /* where the words of each small letter begin */
	/* Carried from line to line: */
	char inside;   /* a quote, '*' in a comment, 0 */
	bool triple;   /* the quote ends after three */
	unsigned deep; /* comments within comments */
	/* Of this line: */
	struct str line;
	size_t at;
	bool names;   /* the next word is defined */
	bool operand; /* a value ended here: '/' divides */
};

void painter_init(struct painter *p, enum cover_language language);
/* One line, without its end. */
void painter_line(struct painter *p, struct str line);
/* The next piece; false at the end of the line. Neighbours of one kind may come as several. */
bool painter_next(struct painter *p, enum paint *ret, struct str *ret_text);
/* By the ending of a file's name, where the data does not say. */
enum cover_language language_of(struct str path);
