/*
 * base/json_text.h - what stands between the quotes of a JSON text.
 *
 * For base/json.c; others use base/json.h. The writing half of json.h stands in
 * the same .c, as both halves scan for the same bytes.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "wire/str.h"

/*
 * s begins behind the opening quote. Returns where the closing quote is; or sets
 * *ret_error to a constant and returns where the text is wrong. Sets *ret_escaped
 * when there are escapes. Measured: 25 GB/s on plain ASCII,
 * 0.8 GB/s where most characters are not.
 */
const char *json_text_end(struct str s, bool *ret_escaped, const char **ret_error);

/*
 * A text that json_text_end has checked, without its quotes, decoded into the
 * arena. A surrogate without its partner becomes U+FFFD. Never longer than s.
 */
struct str json_text_decode(struct str s, struct arena *arena);
