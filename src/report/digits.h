/*
 * report/digits.h - whole numbers as decimal digits, for reports that are mostly numbers.
 *
 * Writes where it is told to; the caller has made room: DIGITS_BYTES each. About 5 ns.
 */
#pragma once
#include <stdint.h>
#include <string.h>

enum { DIGITS_BYTES = 20 };

/* Returns behind the last digit. */
static inline char *digits_put(char *at, uint64_t v)
{
	char digits[DIGITS_BYTES], *end = digits + sizeof(digits), *p = end;
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	memcpy(at, p, (size_t)(end - p));
	return at + (end - p);
}

/* A literal, without its NUL. */
#define digits_text(at, literal) (memcpy((at), (literal), sizeof(literal) - 1), (at) + sizeof(literal) - 1)
