/*
 * config/knob_words.h - a command line in one text, taken apart as a shell would, and nothing else that a
 * shell does.
 *
 * Blanks part words; 'single' and "double" quotes and a backslash keep what they hold. Nothing is expanded:
 * $, *, ~ and | are plain characters.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Takes the next word from *rest into the arena. False at the end, or where the text is wrong: then
 * *ret_wrong is a constant that says why.
 */
bool words_next(struct str *rest, struct arena *arena, struct str *ret, const char **ret_wrong);

/* Adds word so that words_next gives it back, quoted where it must be. */
void words_put(struct buf *b, struct str word);
