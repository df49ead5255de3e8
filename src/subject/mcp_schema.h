/*
 * subject/mcp_schema.h - a tool's arguments, held against the JSON Schema that the server gives for them.
 *
 * type, enum, const, properties, patternProperties, required, additionalProperties, prefixItems, items, the
 * bounds of numbers, texts and arrays, pattern, allOf, anyOf and $ref into the schema itself, at any depth.
 * oneOf is taken as anyOf. Other keywords are passed over, as are patterns that Python's re would not
 * understand, and what lies deeper than 64 or takes too many steps. Values are never in a sentence,
 * as they may be secret.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "wire/str.h"

/* Whether the schema allows the value; else why not, into why: "argument 'path' is missing ...". */
bool mcp_schema_allows(struct str schema, struct str value, struct buf *why, struct arena *scratch);

/* Of a schema that stands somewhere in root: whether it takes a value of that type. */
bool mcp_schema_takes(struct str root, struct str schema, struct str value, struct arena *scratch);
/* What it says of a property, or of the items of an array; empty: nothing. */
struct str mcp_schema_property(struct str root, struct str schema, const char *name, struct arena *scratch);
struct str mcp_schema_items(struct str root, struct str schema, struct arena *scratch);
