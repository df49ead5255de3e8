/*
 * config/config_show.h - every value that is in force, as a fettle.yaml, with where it comes from.
 *
 * What comes out is a valid file that means the same, but for secrets, which are struck out. What was not
 * given and has no default stands in a comment.
 */
#pragma once
#include "base/buf.h"
#include "config/settings.h"

struct config_show {
	const char *path; /* of the file, for origins */
	const char *profile;
	bool origins; /* behind each value: "# fettle.yaml:12" */
};

/* The rows that a file can give, each line behind indent blanks. item: of a list, begun by "- ". */
void config_show_rows(struct buf *b, const struct config_show *how, const struct knob_values *v, int indent);

/* The benches as items of a list. */
void config_show_benches(struct buf *b, const struct config_show *how, const struct settings *s, int indent);

/* One value as YAML in one line; nothing where there is none. */
void config_put_value(struct buf *b, const struct knob_values *v, size_t row);

/* A text as a YAML scalar, in quotes where it needs them. */
void yaml_put_text(struct buf *b, struct str s);
