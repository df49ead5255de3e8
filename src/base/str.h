/*
 * base/str.h - functions on struct str. None allocates; none fails.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

struct str str_of(const char *text); /* NULL gives the empty one */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *text);
int str_compare(struct str a, struct str b); /* bytewise, as memcmp; shorter first */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
bool str_has(struct str s, struct str needle);
/* Index of the first / last c, or s.n. */
size_t str_find(struct str s, char c);
size_t str_find_last(struct str s, char c);
/* From index i on, n bytes at the most; clipped to s. */
struct str str_cut(struct str s, size_t i, size_t n);
struct str str_trim(struct str s); /* without blanks and line ends around it */
/* Takes the text before the next c from *rest; false when *rest was exhausted (at == NULL). */
bool str_next(struct str *rest, char c, struct str *ret_part);
/* A whole decimal number and nothing else; false leaves *ret untouched. */
bool str_int(struct str s, int64_t *ret);
/* Whether word is one of words, "a|b|c". */
bool str_among(struct str word, const char *words);
/* 64-bit hash (not for hostile tables without a seed). */
uint64_t str_hash(struct str s, uint64_t seed);
/* Shell pattern with * ? [..] over the whole of s; * also matches '/'. */
bool str_match(struct str pattern, struct str s);
/* The same; a '[' may also stand for itself: names of tests have them, and are given as they are shown. */
bool str_match_name(struct str pattern, struct str name);
/* Edits between two words (insert, delete, replace, swap), for "did you mean". */
unsigned str_distance(struct str a, struct str b);
/* The longest prefix of s of at most n bytes that does not end inside a UTF-8 sequence. */
struct str str_clip_utf8(struct str s, size_t n);
/* Bytes of the well-formed UTF-8 sequence at s (1..4), or 0. */
unsigned str_utf8(struct str s);
