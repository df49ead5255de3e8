/*
 * record/reader.h - a record put again, event by event, into a sink.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/sink.h"

struct reader_result {
	uint64_t rows, bad_rows; /* bad: no row of ours; passed over */
	uint64_t bad_line;       /* number of the first bad one, 1 .. */
	bool cut;                /* the last line has no end: the writer was killed */
};

/*
 * Reads path and puts every event into sink. Memory: the file is mapped, not copied. A file
 * whose first row is no `run` row, or of a later version, is an error (fault format).
 */
must_use int reader_replay(const char *path, struct sink *sink, struct reader_result *ret, struct err *e);
/* The same for the first row alone: whether the rest is worth a place to put it. */
must_use int reader_check(const char *path, struct err *e);
