#include "base/git_head.h"

#include <ctype.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"

enum { SMALL = 4096, PACKED = 16 * 1024 * 1024, DEPTH = 5 };

char *git_tree(struct arena *a, const char *dir)
{
	struct str at = str_of(dir);
	while (at.n) {
		struct stat st;
		if (stat(arena_printf(a, "%.*s/.git", STR_ARG(at)), &st) == 0)
			return arena_copy(a, at);
		size_t slash = str_find_last(at, '/');
		at.n = slash < at.n ? slash : 0;
	}
	return NULL;
}

static struct str text_of(struct arena *a, const char *path, size_t most_bytes)
{
	struct buf b = {0};
	struct str ret = STR_NONE;
	if (file_read(path, most_bytes, &b))
		ret = str_trim(arena_str(a, buf_view(&b)));
	buf_free(&b);
	return ret;
}

static bool is_commit(struct str s)
{
	if (s.n != 40 && s.n != 64)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isxdigit((unsigned char)s.at[i]))
			return false;
	return true;
}

/* A name that leads nowhere but below the repository. */
static bool is_ref(struct str name)
{
	return str_starts(name, "refs/") && !str_has(name, STR("..")) && name.n < SMALL / 2;
}

/* What a path in a file of git means, beside that file. */
static char *beside(struct arena *a, const char *folder, struct str path)
{
	if (str_starts(path, "/"))
		return arena_copy(a, path);
	return arena_printf(a, "%s/%.*s", folder, STR_ARG(path));
}

/* .git, or where it points to in a tree that was added to a repository. */
static char *git_folder(struct arena *a, const char *tree)
{
	struct stat st;
	char *path = arena_printf(a, "%s/.git", tree);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return path;
	struct str text = text_of(a, path, SMALL);
	return str_starts(text, "gitdir: ") ? beside(a, tree, str_cut(text, 8, text.n)) : NULL;
}

static struct str packed(struct arena *a, const char *shared, struct str ref)
{
	struct str rest = text_of(a, arena_printf(a, "%s/packed-refs", shared), PACKED), line;
	while (str_next(&rest, '\n', &line)) {
		size_t blank = str_find(line, ' ');
		if (str_eq(str_trim(str_cut(line, blank + 1, line.n)), ref) &&
		    is_commit(str_cut(line, 0, blank)))
			return str_cut(line, 0, blank);
	}
	return STR_NONE;
}

struct str git_head(struct arena *a, const char *dir)
{
	char *tree = git_tree(a, dir), *folder = tree ? git_folder(a, tree) : NULL;
	if (!folder)
		return STR_NONE;
	struct str common = text_of(a, arena_printf(a, "%s/commondir", folder), SMALL);
	const char *shared = common.n ? beside(a, folder, common) : folder;
	struct str text = text_of(a, arena_printf(a, "%s/HEAD", folder), SMALL);
	for (int depth = 0; depth < DEPTH && str_starts(text, "ref: "); depth++) {
		struct str ref = str_trim(str_cut(text, 5, text.n));
		if (!is_ref(ref))
			return STR_NONE;
		text = text_of(a, arena_printf(a, "%s/%.*s", folder, STR_ARG(ref)), SMALL);
		if (!text.n)
			text = text_of(a, arena_printf(a, "%s/%.*s", shared, STR_ARG(ref)), SMALL);
		if (!text.n)
			text = packed(a, shared, ref);
	}
	return is_commit(text) ? text : STR_NONE;
}
