/*
 * config/knob_yaml.h - a mapping of fettle.yaml into the fields of a table of knobs.
 *
 *	workers: 4
 *	lock: {database: "features/db*"}
 *
 * All that is wrong is told in the remarks; what is right is kept.
 */
#pragma once
#include "config/knob.h"
#include "config/remarks.h"
#include "config/yaml_tree.h"

/*
 * Takes the members of node as values of v's table. A node that is empty says nothing. other is the name of a
 * member that belongs to somebody else, or NULL. Remarks begin "command.key: ".
 */
void knob_bind(struct knob_values *v, const struct yaml_node *node, enum knob_origin origin,
	       const char *other, struct remarks *remarks);

/* The same for the members that rows of v's table have; others are passed over. */
void knob_bind_known(struct knob_values *v, const struct yaml_node *map, enum knob_origin origin,
		     struct remarks *remarks);

/* The row of that key, or n_rows; then *ret_meant (which may be NULL itself) is a near key, or NULL. */
size_t knob_row_of(const struct knob_table *t, struct str key, const char **ret_meant);
