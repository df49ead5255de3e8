/*
 * cover_out/cover_missing.h - what never ran of a file, in one line: "12-18, 24, 30->32, 41->exit".
 *
 * As coverage.py shows it: lines that follow each other as statements are one range, whatever stands between
 * them; ways are named where both their ends ran.
 */
#pragma once
#include "base/buf.h"
#include "cover/cover.h"

void cover_missing(const struct cover_file *f, bool branch, struct buf *b);

/* Numbers of lines that never ran as ranges: over the statements of f, as above. */
void cover_missing_numbers(const struct cover_file *f, const uint32_t *numbers, uint32_t n, struct buf *b);
