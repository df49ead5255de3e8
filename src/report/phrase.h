/*
 * report/phrase.h - sentences that several reports share.
 *
 * Each adds plain text to *b. Names from outside stand in it as they are: the
 * report that shows a phrase puts it through its own door. No line ends.
 */
#pragma once
#include "analyse/model.h"
#include "base/buf.h"

/* "1 feature", "1,234 scenarios". */
void phrase_number(struct buf *b, uint64_t n, struct str word);
/* The plural of a word of ours or the model's: "features", "classes", "entries". */
void phrase_plural(struct buf *b, struct str word);
/* The word with a capital letter. */
void phrase_capital(struct buf *b, struct str word);
/* "412 ms", as out_duration. */
void phrase_duration(struct buf *b, int64_t ns);
/* "passed", "FAILED", "interrupted", "unfinished": the verdict in one word. */
const char *phrase_verdict(const struct model *m);
/* "12 of 485 scenarios failed", "485 scenarios passed", "nothing ran". */
void phrase_outcome(struct buf *b, const struct model *m);
/* "470 passed, 12 failed, 3 skipped, 1 flaky": every count that is not 0. */
void phrase_counts(struct buf *b, const struct model *m);
/* "485 scenarios in 78 features, 4 workers on 8 cores, 41.8 s" */
void phrase_size(struct buf *b, const struct model *m);
/* Why the record is not that of a whole run; false (and nothing) when it is. */
bool phrase_cut_short(struct buf *b, const struct model *m);
/* What bounds the wall time: "143.9 s of work shared by 4 workers takes 36.0 s at least". */
void phrase_bound(struct buf *b, const struct model *m);
/* Where the rest went, largest part first. */
void phrase_gap(struct buf *b, const struct model *m);
/* What a part of the gap is, in a few words. */
struct phrase_gap_part {
	const char *name, *what;
	int64_t ns;
};
enum { PHRASE_GAP_PARTS = 4 };
void phrase_gap_parts(const struct model *m, struct phrase_gap_part ret[PHRASE_GAP_PARTS]);
/* Wall time before and now; false when there was no run before. */
bool phrase_before(struct buf *b, const struct model *m);
/* Tests that passed only once nothing ran beside them: what to do; false when there are none. */
bool phrase_company(struct buf *b, const struct model *m);
/* "broke", "fixed", "slower", "faster", "new", "gone". */
const char *phrase_change(const struct model_change *c);
/* "failed in ", "crashed after ": to stand before the time it took. */
const char *phrase_ended(enum status status);
/* "file:line", "file", or nothing. */
void phrase_place(struct buf *b, struct str file, uint32_t line);
/* The name of a unit, test or change, or "(no name)". */
struct str phrase_name(struct str name);

/* "24 containers of 3 types, 2 of them failed ...": how many there were, and how many ran at once. */
void phrase_containers(struct buf *b, const struct model *m);
/* "8 containers, 1 failed, 1 left, at most 4 at once": of one type. */
void phrase_container_type(struct buf *b, const struct model_container_type *t);
/* "worker 2, "adding an item"": who asked for a container. */
void phrase_container_of(struct buf *b, const struct model *m, const struct model_container *c);
/* "each worker kept one registry container", "5 workers": to stand behind "if". */
void phrase_critical(struct buf *b, const struct critical_item *x);
/* Whether what would shorten the run is told: where there are containers or marks. */
bool phrase_tells_critical(const struct model *m);
