/*
 * cmd/test_set.h - tests by file and name.
 */
#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"

/* A zeroed one is empty. */
struct test_set {
	struct map names; /* "file\nname" */
};

/* Names are copied into the arena, once. */
void test_set_add(struct test_set *s, struct arena *a, struct str file, struct str name);
bool test_set_has(const struct test_set *s, struct str file, struct str name);
void test_set_free(struct test_set *s);
