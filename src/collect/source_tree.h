/*
 * collect/source_tree.h - files below a folder: Python sources, and coverage files.
 */
#pragma once
#include <stdbool.h>

/* Called with the path of each file; false ends the walk. */
struct tree_visitor {
	bool (*visit)(void *ctx, const char *path);
	void *ctx;
};

/*
 * The Python files below `folder` that could be imported from there, as coverage.py lists files that nothing
 * imported: folders below it need an __init__.py unless namespace packages count. By name, links are not
 * followed.
 */
void source_tree_python(const char *folder, bool namespace_packages, const struct tree_visitor *v);
/* All regular files below, by name; links are not followed. */
void source_tree_all(const char *folder, const struct tree_visitor *v);
