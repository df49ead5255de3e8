/*
 * collect/census.h - how many tests a file seems to hold, by a look at its text.
 *
 * For the order and the splitting of files that no run has seen yet: a file with more tests usually takes
 * longer, however long its lines are. Nothing is parsed: what tests are made of by decorators,
 * loops or plugins is not seen.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

/* "def test..." of functions and methods. */
uint32_t census_python(struct str text);
/*
 * Scenarios, an outline with as many as its tables have rows. Keywords are read in English; of a file in
 * another language ("# language: de") every eighth line counts.
 */
uint32_t census_gherkin(struct str text);
/* "@test" blocks. */
uint32_t census_bats(struct str text);
/* Tests, examples and fuzz targets of Go. */
uint32_t census_go(struct str text);

/* Of a file, at most its first 4 MiB; 0 where it cannot be read. */
uint32_t census_file(const char *path, uint32_t (*count)(struct str text));
