/*
 * config/quantity.h - numbers as people write them.
 *
 * Pure; nothing is allocated. Each reads the whole of the text or nothing:
 * false leaves *ret untouched. Blanks are not passed over. What is too large
 * for the result is false too.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/str.h"

/*
 * "500ms", "2m", "1h30m", "1.5s"; units ns us ms s m h d, the larger ones first,
 * each once; a bare number is seconds. Never negative. Digits below a nanosecond
 * are cut.
 */
bool quantity_duration(struct str text, int64_t *ret_ns);

/*
 * "64MiB", "1g", "1.5GB", "4096". A letter alone (k m g t) and KiB MiB GiB TiB are
 * powers of 1024; kB MB GB TB are powers of 1000; upper and lower case are alike.
 */
bool quantity_size(struct str text, int64_t *ret_bytes);

/* A decimal number such as "2", "0.5", "-1e3"; no infinity, no NaN, no hexadecimal. */
bool quantity_real(struct str text, double *ret);

/*
 * A number in a unit of ms, MB, kB, % or /s: "500" and "500ms" and "0.5s" are 500 ms; "5" and "5%" are 5 %;
 * "100", "100/s" and "100rps" are 100 /s.
 */
bool quantity_in(struct str text, const char *unit, double *ret);

/* "true yes on 1" and "false no off 0", in any case. */
bool quantity_bool(struct str text, bool *ret);

/* Adds the shortest exact text that the readers above take back: "1h30m", "64MiB", "0". */
void quantity_put_duration(struct buf *b, int64_t ns);
void quantity_put_size(struct buf *b, int64_t bytes);
