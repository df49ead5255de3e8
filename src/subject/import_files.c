#include "subject/import_files.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool add(struct import_files *f, const char *path)
{
	if (f->n == IMPORT_FILES)
		return false;
	f->at = arena_grow(f->arena, f->at, f->n, &f->cap, sizeof(*f->at));
	f->at[f->n++] = arena_copy(f->arena, str_of(path));
	return true;
}

bool import_files_match(const char *pattern, const char *path)
{
	size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");
	if (n == 2 && memcmp(pattern, "**", 2) == 0) {
		const char *behind = pattern + n + (pattern[n] == '/');
		if (!*behind)
			return true;
		for (;;) {
			if (import_files_match(behind, path))
				return true;
			if (!*path)
				return false;
			m = strcspn(path, "/");
			path += m + (path[m] == '/');
		}
	}
	if (!str_match((struct str){pattern, n}, (struct str){path, m}))
		return false;
	if (!pattern[n] || !path[m])
		return pattern[n] == path[m];
	return import_files_match(pattern + n + 1, path + m + 1);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files below a folder that match; links to folders are not followed. False: too many. */
static bool walk(struct import_files *f, const char *folder, const char *pattern, int depth)
{
	DIR *d = depth < IMPORT_DEPTH ? opendir(*folder ? folder : ".") : NULL;
	bool good = true;
	if (!d)
		return true;
	for (struct dirent *entry; good && (entry = readdir(d));) {
		struct stat st;
		if (entry->d_name[0] == '.')
			continue;
		bool slash = *folder && folder[strlen(folder) - 1] != '/';
		char *path = arena_printf(f->arena, "%s%s%s", folder, slash ? "/" : "", entry->d_name);
		if (lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			good = walk(f, path, pattern, depth + 1);
		else if (S_ISREG(st.st_mode) && import_files_match(pattern, path))
			good = add(f, path);
	}
	(void)closedir(d);
	return good;
}

/* The folder before the first part that has a sign of a pattern: "out/" of "out/x*y/z". */
static char *fixed_part(struct arena *a, const char *pattern)
{
	size_t signs = strcspn(pattern, "*?[{"), n = 0;
	for (size_t i = 0; i < signs; i++)
		if (pattern[i] == '/')
			n = i + 1;
	return arena_copy(a, (struct str){pattern, n});
}

static bool add_globbed(struct import_files *f, const char *pattern)
{
	glob_t found = {0};
	bool good = true;
	if (glob(pattern, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; good && i < found.gl_pathc; i++)
			good = is_folder(found.gl_pathv[i]) || add(f, found.gl_pathv[i]);
	globfree(&found);
	return good;
}

int import_files_add(struct import_files *f, const char *pattern, struct err *e)
{
	size_t from = f->n;
	bool good;
	if (is_folder(pattern))
		good = walk(f, pattern, "**/new/sample.json", 0);
	else if (strstr(pattern, "**"))
		good = walk(f, fixed_part(f->arena, pattern), pattern, 0);
	else if (strpbrk(pattern, "*?[{"))
		good = add_globbed(f, pattern);
	else
		good = add(f, pattern);
	if (!good) {
		errno = E2BIG;
		return err_sys(e, "cannot read '%s': more than %d files", pattern, IMPORT_FILES);
	}
	if (f->n == from) {
		errno = ENOENT;
		return err_sys(e, "no file of results matches '%s'", pattern);
	}
	qsort(f->at + from, f->n - from, sizeof(*f->at), by_name);
	return 0;
}
