/*
 * base/words.h - a command line as words, and as text.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* What parts words, and what is not taken outside of quotes (but behind a backslash). */
struct words_rules {
	const char *blanks, *refused;
};

/*
 * Takes the next word from *rest into the arena, with a NUL behind it: 'single' and "double" quotes and a
 * backslash keep what they hold, and nothing is expanded. False at the end, or where the text is wrong: then
 * *ret_wrong is the quote that is never closed, or the character that is refused.
 */
bool words_next(struct str *rest, const struct words_rules *r, struct arena *a, struct str *ret,
		char *ret_wrong);

/*
 * Takes a text apart as a shell does: blanks part words, '..' and ".." hold them together, \ takes the next
 * character as it is. Nothing is expanded; a character that only a shell would act on ($ ` | & ; < > ( )
 * outside of single quotes) is a fault (usage) that says so. *ret is NULL-terminated, in the arena.
 */
must_use int words_split(struct arena *a, const char *text, char ***ret, size_t *ret_n, struct err *e);

/*
 * Words as one line that a shell would take back, for people to read: with the values of options and
 * assignments that speak of secrets struck out ("--token=***"), and the passwords of URLs.
 */
void words_show(struct buf *b, char *const *words, size_t n);
