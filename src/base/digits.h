/*
 * base/digits.h - whole numbers as decimal digits, for texts that are mostly numbers.
 *
 * Writes where it is told to; the caller has made room: DIGITS_BYTES each. About 3 ns.
 */
#pragma once
#include <stdint.h>
#include <string.h>

enum { DIGITS_BYTES = 20 }; /* the most of 64 bits, and of 63 with a sign */

/* Returns behind the last digit. */
static inline char *digits_put(char *at, uint64_t v)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021222324252627282930313233343536"
	    "37383940414243444546474849505152535455565758596061626364656667686970717273"
	    "7475767778798081828384858687888990919293949596979899";
	char digits[DIGITS_BYTES], *end = digits + sizeof(digits), *p = end;
	for (; v >= 100; v /= 100) {
		p -= 2;
		memcpy(p, pairs + v % 100 * 2, 2);
	}
	if (v >= 10) {
		p -= 2;
		memcpy(p, pairs + v * 2, 2);
	} else {
		*--p = (char)('0' + v);
	}
	memcpy(at, p, (size_t)(end - p));
	return at + (end - p);
}

static inline char *digits_put_int(char *at, int64_t v)
{
	if (v >= 0)
		return digits_put(at, (uint64_t)v);
	*at = '-';
	return digits_put(at + 1, 0 - (uint64_t)v);
}

/* A literal, without its NUL. */
#define digits_text(at, literal) (memcpy((at), (literal), sizeof(literal) - 1), (at) + sizeof(literal) - 1)
