#include "collect/source_tree.h"

#include <fts.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static FTS *open_tree(const char *folder)
{
	char *const roots[] = {(char *)(uintptr_t)folder, NULL};
	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
}

static bool is_module(const char *name)
{
	size_t n = strlen(name);
	size_t stem = n > 3 && strcmp(name + n - 3, ".py") == 0    ? n - 3
		      : n > 4 && strcmp(name + n - 4, ".pyw") == 0 ? n - 4
								   : 0;
	return stem && strcspn(name, ".#~!$@%^&*()+=,") >= stem;
}

static bool is_package(struct arena *a, const char *folder)
{
	return access(arena_printf(a, "%s/__init__.py", folder), F_OK) == 0;
}

static bool visit_python(struct arena *a, FTS *tree, FTSENT *at, bool namespace_packages,
			 const struct tree_visitor *v)
{
	if (at->fts_info == FTS_D && at->fts_level > 0 && !namespace_packages) {
		arena_reset(a);
		if (!is_package(a, at->fts_path))
			(void)fts_set(tree, at, FTS_SKIP);
	}
	return at->fts_info != FTS_F || !is_module(at->fts_name) || v->visit(v->ctx, at->fts_path);
}

void source_tree_python(const char *folder, bool namespace_packages, const struct tree_visitor *v)
{
	struct arena a = {0};
	FTS *tree = open_tree(folder);
	for (FTSENT *at; tree && (at = fts_read(tree)) != NULL;)
		if (!visit_python(&a, tree, at, namespace_packages, v))
			break;
	if (tree)
		(void)fts_close(tree);
	arena_free(&a);
}

void source_tree_all(const char *folder, const struct tree_visitor *v)
{
	FTS *tree = open_tree(folder);
	for (FTSENT *at; tree && (at = fts_read(tree)) != NULL;)
		if (at->fts_info == FTS_F && !v->visit(v->ctx, at->fts_path))
			break;
	if (tree)
		(void)fts_close(tree);
}
