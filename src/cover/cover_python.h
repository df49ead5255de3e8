/*
 * cover/cover_python.h - what ran, and what the source says could: coverage.py's analysis.
 */
#pragma once
#include "cover/cover_merge.h"
#include "cover/pyscan.h"

/*
 * Finishes file i of the merge from its source's facts. What was told of it as measured counts as hits
 * of the statements that the source has. Lines told beyond the source's end set COVER_LINES_BEYOND;
 * facts with an error set COVER_SOURCE_BAD and count nothing. The facts may go afterwards.
 */
void cover_python(struct cover_merge *m, uint32_t i, const struct pyfacts *facts);
