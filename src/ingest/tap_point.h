/*
 * ingest/tap_point.h - one line of TAP that gives a result. For ingest/tap.c.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/str.h"

struct tap_point {
	bool ok, skip, todo;
	int64_t number;    /* -1: none */
	struct str name;   /* may still hold escapes */
	struct str reason; /* behind SKIP or TODO */
	int64_t dur_ns;    /* "in 12ms", "# time=1.5ms"; -1: not said */
};

/* Whether the line is "ok ..." or "not ok ...". */
bool tap_point_read(struct str line, struct tap_point *ret);
/* The same, of bats, where the test that runs is known by number and name; false for any other's. */
bool tap_point_of(struct str line, int64_t number, struct str name, struct tap_point *ret);
/* Takes the escapes (\# and \\) out of s, into `to` of at least s.n bytes. */
struct str tap_unescape(struct str s, char *to);
