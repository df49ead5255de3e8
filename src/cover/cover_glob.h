// cover/cover_glob.h - patterns of file names as coverage.py reads them.
//
//   *      any run of characters but '/'
//   ?      one character but '/'
//   **/    any folders, also none
//   [a-c]  one of these
//
// A pattern without '/' is a file's name in any folder; one that begins with "*/" takes any depth there, one
// that ends with "/*" all below. '/' matches either slash. Costs pattern times path.
#pragma once
#include <stdbool.h>

#include "wire/str.h"

enum { COVER_GLOB_BYTES = 1000 };

/* What is wrong with a pattern, static; NULL: nothing. Others must not be given to the functions below. */
const char *cover_glob_fault(struct str pattern);
/* Whether the whole path matches. */
bool cover_glob_matches(struct str pattern, struct str path);
/* The bytes of the longest start of path that matches, in either case of letters; 0: none does. */
size_t cover_glob_start(struct str pattern, struct str path);
