/*
 * base/regex_python.h - a pattern of Python's re as PCRE2 writes it.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/* Adds the translation of one pattern to out. 0, or FAULT_USAGE where Python would refuse it or PCRE2 has
 * nothing like it; not every mistake is seen here, the rest PCRE2 tells. */
int must_use regex_from_python(struct buf *out, struct str pattern, struct err *e);
