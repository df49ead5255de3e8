/*
 * cmd/reports.h - a finished model to the files of its folder, and to a person.
 */
#pragma once
#include <stddef.h>

#include "analyse/model.h"
#include "base/err.h"

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
/* One format to a descriptor; dir holds events.jsonl, for the trace. */
must_use int reports_one(struct model *m, const char *format, const char *dir, int fd, bool colour,
			 struct err *e);
