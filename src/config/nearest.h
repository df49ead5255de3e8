/*
 * config/nearest.h - "did you mean": the known word closest to a mistyped one.
 *
 *	struct nearest n = {.word = given};
 *	for (each known word)
 *		nearest_try(&n, known);
 *	if (nearest_word(&n)) ...
 *
 * Pure; words are borrowed.
 */
#pragma once
#include "wire/str.h"

struct nearest {
	struct str word;
	const char *best;
	unsigned distance;
};

void nearest_try(struct nearest *n, const char *known);
/* The best of those tried, or NULL where none is near enough to be meant. Ties go to the first. */
const char *nearest_word(const struct nearest *n);
