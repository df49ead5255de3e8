/*
 * config/config_schema.h - fettle.yaml as a JSON Schema (2020-12), for editors.
 */
#pragma once
#include "base/buf.h"

/*
 * What one value may be and which keys there are. What several keys must be together (a bench of subject http
 * needs a url) and what a range of units must keep is left to `fettle config check`.
 */
void config_schema(struct buf *b);
