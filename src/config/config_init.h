/*
 * config/config_init.h - a fettle.yaml to begin with: every key in a comment, with its default and what it
 * does.
 */
#pragma once
#include "base/buf.h"

/* It is valid as it stands, and also when any "# key: value" line is made to count. */
void config_init(struct buf *b);
