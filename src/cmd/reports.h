/*
 * cmd/reports.h - a finished model to the files of its folder, and to a person.
 */
#pragma once
#include <stddef.h>

#include "analyse/model.h"
#include "base/err.h"
#include "record/reader.h"

struct reports_options {
	const char *dir;            /* NULL: no files */
	const char *const *formats; /* names; none: all */
	size_t n_formats;
	bool colour, quiet;
};

/* Writes the files; goes on after a failure and returns the first. */
must_use int reports_write(struct model *m, const struct reports_options *o, struct err *e);
/* The summary on standard error; on GitHub its annotations and step summary, too. */
void reports_say(struct model *m, const struct reports_options *o, int exit_code);
/* Whether this format is made of the rows of the record one by one, without a model of them. */
bool reports_of_rows(const char *format);
/* Such a one to a descriptor, from the record at `events`. */
must_use int reports_rows(const char *format, const char *events, int fd, struct reader_result *ret,
			  struct err *e);
/* Warns of rows of the record that were passed over; the rest was told, or compared. */
void reports_bad_rows(const char *command, const char *events, const struct reader_result *read,
		      const char *done);
/* One of the others. */
must_use int reports_one(struct model *m, const char *format, int fd, bool colour, struct err *e);
