/*
 * base/rune.h - one character of UTF-8, and how wide a terminal shows it.
 *
 * Pure; no locale is asked. Widths follow Unicode 14: the East Asian Width and
 * the general category of each character. An emoji that is put together from
 * several characters counts as wide as its parts, which is never too little.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

#define RUNE_BAD UINT32_MAX

/*
 * The character at the start of s, which must not be empty; *ret_n is how many
 * bytes it takes. A byte that is not part of well-formed UTF-8 gives RUNE_BAD
 * and 1.
 */
uint32_t rune_at(struct str s, unsigned *ret_n);
/* 0 for a combining or invisible character, 2 for a wide one, otherwise 1. Control characters give 1. */
unsigned rune_columns(uint32_t rune);
/* Whether a character changes the direction of the text behind it: it can make a line read as another one. */
int rune_is_bidi_control(uint32_t rune);
/* The bytes of a character (at most 0x10ffff) in UTF-8; returns how many, 1 to 4. */
unsigned rune_put(char ret[4], uint32_t rune);
