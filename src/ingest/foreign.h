/*
 * ingest/foreign.h - a result file of a kind that nobody told us.
 */
#pragma once
#include <stdbool.h>

#include "ingest/ingest.h"

enum foreign {
	FOREIGN_NONE,
	FOREIGN_JUNIT,
	FOREIGN_TAP,
	FOREIGN_CUCUMBER,
	FOREIGN_GO_JSON, /* go test -json */
	FOREIGN_GO_TEST, /* go test -v */
};

/* What it is, by its first bytes: a few KiB are enough. */
enum foreign foreign_of(struct str head);
/*
 * Whether what a command prints is TAP: stricter than foreign_of, as nobody said that there are results in
 * it. Its first line that is not blank has to be a whole one, and a version, a plan or the name of a bats
 * file.
 */
bool foreign_is_tap_output(struct str head);
/*
 * Reads a whole file by whatever it is. path is for messages, and the file of
 * tests for which the format tells none (TAP). FAULT_FORMAT when it is of no
 * known kind or broken; what was read before the break is put.
 */
must_use int foreign_read(struct ingest *in, struct str bytes, const char *path, struct err *e);
