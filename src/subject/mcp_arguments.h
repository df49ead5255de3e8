/*
 * subject/mcp_arguments.h - a tool's arguments: parameters filled in, and those that go into headers.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "subject/mcp_schema.h"
#include "wire/bench.h"

/*
 * The arguments with {NAME} filled in where it stands in a text. A text that is nothing but {NAME} becomes a
 * number or a truth where the schema asks for one. False: the arguments are no JSON.
 */
bool mcp_arguments_fill(struct buf *b, struct str arguments, struct mcp_schema *schema,
			const struct bench_param *params, uint32_t n_params);

/*
 * Lines of a request's head for the properties that the schema wants in one (x-mcp-header):
 * "Mcp-Param-Region: us-west1". False: the schema names a header that is none.
 */
bool mcp_arguments_headers(struct buf *b, struct str arguments, struct str schema, struct arena *scratch);
/* The value of a header: as it stands, or in base64 where it could not. */
void mcp_put_header_value(struct buf *b, struct str value);
