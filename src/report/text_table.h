/*
 * report/text_table.h - the tables of the text report.
 *
 * Numbers stand first and right-aligned, names last, so that a long name costs
 * nothing but its own end. A table without rows puts nothing, not even its
 * heading. Each begins with an empty line.
 */
#pragma once
#include "analyse/model.h"
#include "report/term.h"

/* An empty line and a heading: our words, or a word of the model's between them. */
void table_heading(struct term *t, const char *before, struct str word, const char *after);

/* Titles of the number columns; a NULL ends them. */
void table_titles(struct term *t, const char *const *names, const unsigned *widths);
/* Wraps a phrase at blanks, behind two columns. */
void table_paragraph(struct term *t, struct str s);

void table_slowest_tests(struct term *t, struct model *m, unsigned rows);
void table_slowest_suites(struct term *t, struct model *m, unsigned rows);
/* Steps, hooks and fixtures, a table each. */
void table_slowest_sums(struct term *t, struct model *m, unsigned rows);
void table_phases(struct term *t, const struct model *m, unsigned rows);
void table_workers(struct term *t, const struct model *m);
/* Wall time against its lower bound, and where the difference went. */
void table_gap(struct term *t, const struct model *m);
void table_what_if(struct term *t, const struct model *m);
/* Of text_containers.c: by type, who failed, who was left, calls to the engine. */
void table_containers(struct term *t, const struct model *m, unsigned rows);
/* Marked phases as a tree. */
void table_phase_tree(struct term *t, const struct model *m, unsigned rows);
/* Of report_values.c: counters and values of the suite. */
void table_values(struct term *t, const struct model *m);
/* What would shorten the run, where there are containers or marks. */
void table_critical(struct term *t, const struct model *m, unsigned rows);
void table_changes(struct term *t, const struct model *m, unsigned rows);
void table_flaky(struct term *t, const struct model *m, unsigned rows);
