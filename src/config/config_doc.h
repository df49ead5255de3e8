/*
 * config/config_doc.h - fettle.yaml as it was read, with the profile that is in force.
 *
 *	struct config_doc d;
 *	config_doc_parse(&d, &arena, text, "fettle.yaml");
 *	if (config_doc_choose(&d, NULL, environment, &e) < 0 || config_doc_bind(&d, &values, &e) < 0)
 *		...
 *
 * A command reads its own section and passes over the others, so that one file serves every version of
 *fettle; `fettle config check` looks at all of it (config_check.h).
 */
#pragma once
#include "config/knob.h"
#include "config/remarks.h"
#include "config/yaml_tree.h"

struct config_doc {
	struct remarks remarks;
	struct yaml_tree tree;
	const char *profile_name;        /* NULL: none */
	const struct yaml_node *profile; /* its sections; NULL: none, or nothing in it */
};

/* What is wrong with the text as YAML goes into the remarks. */
void config_doc_parse(struct config_doc *d, struct arena *arena, struct str text, const char *path);

/*
 * The profile: flag (NULL: not given), else FETTLE_PROFILE, else 'ci' where CI is true and the file has one.
 * Fault: usage, when the file has no profile of that name.
 */
must_use int config_doc_choose(struct config_doc *d, const char *flag, char *const *environment,
			       struct err *e);

/* The node of a profile, or NULL; *ret_found also when there is nothing in it. */
const struct yaml_node *config_doc_profile(const struct config_doc *d, struct str name, bool *ret_found);

/*
 * The section of v's table, as ORIGIN_FILE, and in the profile, as ORIGIN_PROFILE. Fault: usage, the first
 * thing that is wrong in them or in the file's YAML: "path:line:column: what".
 */
must_use int config_doc_bind(struct config_doc *d, struct knob_values *v, struct err *e);

/* Keys of the file's top, or of a profile, that nobody knows. Not strict: only those that look like a slip.
 */
void config_doc_unknown(struct config_doc *d, const struct yaml_node *map, bool strict);

/* The value of a variable, or NULL where it is not set or empty. */
const char *environment_of(char *const *environment, const char *name);
