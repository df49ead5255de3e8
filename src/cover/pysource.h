/*
 * cover/pysource.h - the bytes of a Python file as the text that Python (and coverage.py) reads.
 *
 * Without a byte order mark; line ends are \n, form feeds blanks. The encoding is that of the comment in the
 * first two lines, UTF-8 without one. Only what ASCII says matters to those who read on, so characters of
 * other alphabets than Latin-1's stand for themselves only in UTF-8: those of other single-byte encodings
 * appear as the Latin-1 character with the same number, those of two bytes (Shift JIS, GBK, Big5, EUC) and
 * broken UTF-8 as U+FFFD.
 */
#pragma once
#include "base/arena.h"

struct pysource {
	struct str text;   /* UTF-8; the bytes themselves where nothing had to change, else in the arena */
	const char *error; /* static text; NULL: none. Then text is empty. */
};

/* About 0.1 ns a byte where nothing changes. Never fails, whatever the bytes. */
struct pysource pysource(struct arena *a, struct str bytes);
