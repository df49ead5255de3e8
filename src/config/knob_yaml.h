/*
 * config/knob_yaml.h - fettle.yaml, read by a table of knobs.
 *
 *	run:
 *	  workers: 4
 *	  lock: {database: "features/db*"}
 *
 * One section a command; a reader takes its own and passes over the others, so
 * that one file serves every version of fettle. A small part of YAML: mappings,
 * sequences and scalars. Anchors, aliases, tags, merge keys, a second document, a
 * key written twice and a tab as indentation are refused, because each has
 * surprised people. The bytes are hostile: depth is bounded by YAML_DEPTH, and
 * memory follows the size of the text, which the caller bounds.
 */
#pragma once
#include "config/knob.h"

enum { YAML_DEPTH = 32 };

/*
 * Reads the section of v's table as ORIGIN_FILE. known are the tables whose section
 * names a typing error may be close to. Every message begins "path:line:column: ".
 */
must_use int knob_yaml(struct knob_values *v, const struct knob_table *const *known, size_t n_known,
		       struct str text, const char *path, struct err *e);
