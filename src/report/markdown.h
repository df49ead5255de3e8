/*
 * report/markdown.h - what the files of the Markdown report share. For them alone.
 *
 * A piece goes out whole or not at all, so that a cut never opens what it does not close.
 */
#pragma once
#include "report/report.h"

struct md {
	struct model *m;
	struct out *to;
	struct buf piece, scratch, plain;
	struct out o; /* into piece */
	size_t left_bytes;
	bool cut;
};

/* Hands out what was put into o. */
void md_piece(struct md *x);
/* Puts the phrase that stands in scratch. */
void md_phrase(struct md *x);
/* A heading: our words, or the plural of a word of the model's between them. */
void md_heading(struct md *x, const char *before, struct str word, const char *after);
/* "| a | b |" and the line below it; a title with a leading '>' is right-aligned. */
void md_titles(struct md *x, const char *const *titles);
/* A cell with a length of time; a negative one as "-". */
void md_time(struct md *x, int64_t ns);

/* Of markdown_containers.c; each puts nothing where there is nothing. */
void md_phase_tree(struct md *x);
void md_containers(struct md *x);
void md_critical(struct md *x);
/* Of report_values.c. */
void md_values(struct md *x);
