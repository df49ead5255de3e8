/*
 * bench/checks.h - the user's own checks of an answer: key 'checks' of a bench.
 *
 *	checks: {status: 2xx, contains: hello, json: /ok=true}
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "config/knob.h"
#include "wire/str.h"

struct checks; /* read-only once read: any number of threads may ask */

/* What there is to be checked; what a kind does not have is empty, numbers -1. */
struct checked {
	int status, exit_code;
	struct str headers; /* lines "Name: value" with LF or CR LF */
	struct str body;    /* or standard output */
};

/* From the item's pairs "NAME=VALUE". Fault: usage (a regular expression or a JSON pointer that is none). */
must_use int checks_read(struct checks **ret, struct arena *a, const struct knob_list *pairs, struct err *e);
bool checks_need_body(const struct checks *c);
/* Whether one of them speaks of the status (or exit code), so that the usual rule does not count. */
bool checks_have_status(const struct checks *c);
/* True when all hold, else what does not, as a sentence, in why. scratch is the caller's own. */
bool checks_hold(const struct checks *c, const struct checked *what, struct arena *scratch, char *why,
		 size_t why_bytes);
/* What regular expressions hold. */
void checks_free(struct checks *c);
