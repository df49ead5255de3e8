/*
 * config/knob_help.h - what a table of knobs says of itself.
 *
 * Pure: adds text to the buffer. The same rows give --help, the OPTIONS of a man
 * page and docs/config.md, so that none of them can drift from the parser.
 */
#pragma once
#include "base/buf.h"
#include "config/knob.h"

enum { HELP_WIDTH_MIN = 60, HELP_WIDTH_MAX = 100 };

/* "fettle run [options] [--] COMMAND [ARG...]", no line end. */
void knob_synopsis(struct buf *b, const struct knob_table *t);

/* What --help prints: usage, the paragraph, the rows by group; lines of at most width columns. */
void knob_help(struct buf *b, const struct knob_table *t, unsigned width);

/* The same rows as the body of a section in scdoc's form. */
void knob_scdoc(struct buf *b, const struct knob_table *t);

/* A section of docs/config.md: one table of all rows that a file or the environment can give. */
void knob_markdown(struct buf *b, const struct knob_table *t);

/* The same of rows that are keys of a file only. title is a line of its own. */
void knob_markdown_keys(struct buf *b, const struct knob_table *t, const char *title);

/* The same rows for fettle.yaml(5), in scdoc's form: one entry for each key of the section. */
void knob_scdoc_keys(struct buf *b, const struct knob_table *t);
