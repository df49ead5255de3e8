/*
 * subject/mcp_schema.h - a tool's arguments, held against the JSON Schema that the server gives for them.
 *
 * type, enum, const, properties, patternProperties, required, additionalProperties, prefixItems, items, the
 * bounds of numbers, texts and arrays, pattern, allOf, anyOf and $ref into the schema itself, at any depth.
 * oneOf is taken as anyOf. Other keywords are passed over, as are patterns that Python's re would not
 * understand or understand otherwise, and what lies deeper than 64. Values are never in a sentence, as they
 * may be secret.
 *
 * A schema is as hostile as its server: where looking at it takes too long (a second at the most), or all is
 * stopped, everything is allowed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "wire/str.h"

struct mcp_schema {
	struct str root; /* the whole of it */
	struct arena *scratch;
	int64_t steps; /* that were spent on it so far */
};

void mcp_schema_init(struct mcp_schema *m, struct str root, struct arena *scratch);

/* Whether the schema allows the value; else why not, into why: "argument 'path' is missing ...". */
bool mcp_schema_allows(struct mcp_schema *m, struct str value, struct buf *why);

/*
 * What the schema, or one in it, says of a property or of the item at i; several forms of it as one; empty:
 * nothing. In the arena.
 */
struct str mcp_schema_property(struct mcp_schema *m, struct str schema, struct str name);
struct str mcp_schema_item(struct mcp_schema *m, struct str schema, int64_t i);
/* Whether such a schema takes the value, a number or a truth, and in none of its forms a text. */
bool mcp_schema_wants_bare(struct mcp_schema *m, struct str schema, struct str value);
