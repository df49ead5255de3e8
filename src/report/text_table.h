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

void table_slowest_tests(struct term *t, struct model *m, unsigned rows);
void table_slowest_suites(struct term *t, struct model *m, unsigned rows);
/* Steps, hooks and fixtures, a table each. */
void table_slowest_sums(struct term *t, struct model *m, unsigned rows);
void table_phases(struct term *t, const struct model *m, unsigned rows);
void table_workers(struct term *t, const struct model *m);
/* Wall time against its lower bound, and where the difference went. */
void table_gap(struct term *t, const struct model *m);
void table_what_if(struct term *t, const struct model *m);
void table_changes(struct term *t, const struct model *m, unsigned rows);
void table_flaky(struct term *t, const struct model *m, unsigned rows);
