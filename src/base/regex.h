/*
 * base/regex.h - regular expressions as Python's re writes them, searched for in a whole text.
 *
 * A thin layer over PCRE2: ^ and $ stand for lines, as re.MULTILINE; \d, \s and \w know Unicode where the
 * text is not plain ASCII. What only one of the two dialects has is an error (\h, (?R), (*VERB), \N{NAME}),
 * or the same by another spelling (\Z, {,3}, \u00e9). Differences that remain: \s does not match \x1c to
 * \x1f; flags in the middle of a pattern and references to later groups are allowed, which Python refuses,
 * the flags up to the end of their group.
 *
 * A compiled expression is read only: several threads may search with it. Machine code is made where the
 * processor allows; then coverage.py's three default patterns together go through 330 MB of Python sources a
 * second (26 MB of sympy, one core).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct regex;

/* First and last line that a match lies on; the end of a match that ends in a newline is on the next line. */
struct regex_match {
	uint32_t first, last;
};

/*
 * One expression that matches what any of the n patterns does, the first that fits. 0, or FAULT_USAGE with
 * the pattern, what is wrong with it and where. *ret belongs to the caller: regex_free. n == 0 gives NULL,
 * which never matches.
 */
int must_use regex_compile(const struct str *patterns, size_t n, struct regex **ret, struct err *e);
void regex_free(struct regex *r);

/*
 * The lines of all matches in text, from left to right, none overlapping another, as re.finditer finds them.
 * Lines end in \n and count from 1. *ret lies in the arena. 0, or FAULT_USAGE when a pattern takes too many
 * steps (10 million from one place) or too much memory.
 */
int must_use regex_lines(const struct regex *r, struct arena *a, struct str text, struct regex_match **ret,
			 uint32_t *ret_n, struct err *e);

/*
 * Whether a match is in text, by one search that has an end: 1, 0, or -1 where it would take more than
 * 10 million steps.
 */
int regex_search(const struct regex *r, struct str text);

/*
 * The first match in text: groups[0] is all of it, groups[1 .. n) what its parentheses took, from the left;
 * empty where they took no part in it. They point into text. False: no match, or it took too many steps.
 */
bool regex_groups(const struct regex *r, struct str text, struct str *groups, size_t n);
