/*
 * wire/str.h - a run of bytes with its length.
 *
 * Borrowed, never owned: whoever hands one over says how long it lives. Not
 * necessarily NUL-terminated, not necessarily UTF-8. Functions on it stand in
 * base/str.h.
 */
#pragma once
#include <stddef.h>

struct str {
	const char *at;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE     ((struct str){0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, ((s).at ? (s).at : "")
