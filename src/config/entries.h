/*
 * config/entries.h - configuration files of other tools, as one flat list: section, key, values.
 *
 * Two readers make it: ini_read in the dialect of Python's configparser (setup.cfg, tox.ini, .coveragerc),
 * and toml_read for TOML 1.0 (pyproject.toml). Everything lies in the arena that is given; texts are borrowed
 * from the file's text where nothing had to be decoded.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct entry {
	struct str section; /* "run"; of TOML dotted: "tool.coverage.run" */
	struct str key;     /* of an INI file in lower case */
	struct str *values; /* one, or the items of a TOML array; tables inside arrays are passed over */
	uint32_t n_values;
	bool is_list; /* it was a TOML array */
	uint32_t line;
};

struct entries {
	struct entry *at;
	size_t n, cap;
};

/* Fault: usage, "file:line: what is wrong". path is for the message only. entries_free gives the list back.
 */
must_use int ini_read(struct arena *a, const char *path, struct str text, struct entries *ret, struct err *e);
must_use int toml_read(struct arena *a, const char *path, struct str text, struct entries *ret,
		       struct err *e);
void entries_free(struct entries *es);

/* For the readers: a new entry at the end. */
struct entry *entries_add(struct entries *es, struct str section, struct str key, uint32_t line);
/* The last entry of that name, or NULL. */
const struct entry *entries_find(const struct entries *es, const char *section, const char *key);
bool entries_has_section(const struct entries *es, const char *section);
