/*
 * config/yaml_tree.h - a small part of YAML as a tree whose every node knows its place.
 *
 * Mappings, sequences and scalars. Anchors, aliases, merge keys, tags, a second
 * document, a key written twice and a tab as indentation are refused, because each
 * has surprised people; a refused alias cannot grow either. What is refused is told
 * in the remarks and left out, so that one pass tells all; only what breaks YAML
 * itself ends the reading. The bytes are hostile: depth is bounded by YAML_DEPTH,
 * and memory follows the size of the text (about 100 bytes a node), which the
 * caller bounds.
 */
#pragma once
#include "base/buf.h"
#include "config/remarks.h"

enum { YAML_DEPTH = 32 };

enum yaml_kind {
	YAML_KIND_TEXT,
	YAML_KIND_LIST,
	YAML_KIND_MAP,
	YAML_KIND_BROKEN, /* told already */
};

struct yaml_node {
	enum yaml_kind kind;
	bool plain;                     /* a scalar without quotes */
	struct str key;                 /* of a member of a mapping */
	struct place key_at, at;        /* of the key, of the value */
	struct str text;                /* of a scalar */
	struct yaml_node *first, *next; /* members, in their order */
};

struct yaml_tree {
	struct yaml_node *root; /* NULL: nothing but comments, or nothing could be read */
	bool broken;            /* the text ended early, at an error of YAML */
};

/* Everything into remarks->arena, from remarks->text. */
void yaml_read(struct yaml_tree *ret, struct remarks *remarks);

/* "~", "null" or nothing, without quotes. */
bool yaml_is_null(const struct yaml_node *n);

/* The member of that name, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *map, struct str key);

/* The node as JSON: plain scalars by YAML 1.2's core rules, quoted ones as text. */
void yaml_put_json(struct buf *b, const struct yaml_node *n);
