/*
 * agent/cover_rules.h - which files are measured: the rules of wire/cover_map.h, decided as coverage.py does.
 *
 * Asked once for each name of a file that Python's code objects bear.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Takes the rules from the open store; the folders of this Python's standard library (NULL: unknown) and of
 * the agent, which is never measured, are copied. */
void rules_start(const char *stdlib, const char *agent);
/* A path in a worker's copy of the working tree becomes that in the tree. path has room for PATH_MAX. */
void rules_origin(char *path);
/* Whether the file of a canonical, absolute path is measured. */
bool rules_match(const char *path);
/* A whole path against one pattern; see "glob" in wire/cover_map.h. */
bool rules_glob(const char *glob, size_t n, const char *path);
