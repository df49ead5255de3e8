/*
 * cover_in/gitdiff.h - what a change touched, from the text of `git diff`.
 *
 * Reads the unified form with any number of lines of context; -U0 is the shortest. Renames, quoted names,
 * binary files, files without a last line end and whatever stands around the diff are fine. Names lose the
 * prefixes that git puts before them (a/ and b/, or those of diff.mnemonicPrefix); with diff.noprefix nothing
 * is taken off, but a new file in a folder `b` cannot be told from a prefix: call git with --src-prefix=a/
 * --dst-prefix=b/.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "wire/diff.h"

/*
 * path is for messages. *ret lies in the arena; names that needed no decoding are borrowed from text.
 * FAULT_FORMAT, with the line, for a diff that is cut off or not to be understood; *ret then has the files
 * before it. Takes about 1 ns a byte.
 */
must_use int gitdiff_read(struct arena *arena, struct str text, const char *path, struct diff *ret,
			  struct err *e);
