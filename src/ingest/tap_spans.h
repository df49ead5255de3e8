/*
 * ingest/tap_spans.h - from what a TAP stream says to spans. For ingest/tap.c.
 */
#pragma once
#include "ingest/tap.h"
#include "ingest/tap_point.h"

void tap_text_set(struct tap *t, struct tap_text *text, struct str s);

/* Puts the result that waits for its diagnostics, if there is one. */
void tap_flush(struct tap *t);
/* A result at this indentation; ends the subtests one deeper. It waits until tap_flush. */
void tap_take_point(struct tap *t, unsigned level, const struct tap_point *p);
/* The figure of the framework for the result that waits. */
void tap_take_duration(struct tap *t, int64_t dur_ns);
/* Subtests begin, one level deeper than t->depth. */
void tap_open_level(struct tap *t);
/* Ends levels deeper than `level` that no result of their own has ended. */
void tap_close_levels(struct tap *t, unsigned level);
/* Tells when a level's plan does not fit what came. */
void tap_check_plan(struct tap *t, const struct tap_level *level);

/* bats: a file begins; the one before ends. */
void tap_begin_file(struct tap *t, struct str path);
void tap_end_file(struct tap *t);
/* bats: a test begins. One that is still open is lost. */
void tap_begin_test(struct tap *t, int64_t number, struct str name);
void tap_lose_test(struct tap *t);
