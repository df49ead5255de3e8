#include "cover/cover_where.h"

#include <string.h>

#include "base/str.h"
#include "cover/cover_glob.h"

static bool has_drive(struct str s)
{
	return s.n > 2 && s.at[1] == ':' && (s.at[2] == '\\' || s.at[2] == '/');
}

/* One slash between parts, no "." and no "..", which cannot climb above the start. */
static struct str tidy(struct arena *a, struct str s)
{
	char *out = arena_array(a, char, s.n + 2);
	bool absolute = s.n && s.at[0] == '/';
	size_t n = 0, floor = absolute;
	struct str part;
	if (absolute)
		out[n++] = '/';
	while (str_next(&s, '/', &part)) {
		if (!part.n || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (n > floor && out[n - 1] != '/')
				n--;
			if (n > floor)
				n--;
			continue;
		}
		if (n > floor)
			out[n++] = '/';
		memcpy(out + n, part.at, part.n);
		n += part.n;
	}
	return (struct str){out, n};
}

static struct str joined(struct arena *a, struct str root, struct str path)
{
	if (path.n && path.at[0] == '/')
		return path;
	return str_of(arena_printf(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(path)));
}

/* Windows' names with slashes; all others as they are. */
static struct str slashed(struct arena *a, struct str s)
{
	if (!has_drive(s) && (str_find(s, '/') < s.n || str_find(s, '\\') == s.n))
		return s;
	char *copy = arena_copy(a, s);
	for (size_t i = 0; i < s.n; i++)
		if (copy[i] == '\\')
			copy[i] = '/';
	return (struct str){copy, s.n};
}

static struct str mapped(const struct cover_where *w, struct str path)
{
	for (uint32_t i = 0; i < w->n_aliases; i++) {
		struct str pattern = w->aliases[i].pattern;
		while (pattern.n > 1 &&
		       (pattern.at[pattern.n - 1] == '/' || pattern.at[pattern.n - 1] == '\\'))
			pattern.n--;
		if (pattern.n && pattern.at[0] != '*' && pattern.at[0] != '/' && !has_drive(pattern))
			pattern = joined(w->arena, w->root, pattern);
		pattern = str_of(arena_printf(w->arena, "%.*s/", STR_ARG(pattern)));
		size_t n = cover_glob_fault(pattern) ? 0 : cover_glob_start(pattern, path);
		if (!n)
			continue;
		struct str rest = str_cut(path, n, path.n);
		const char *to =
		    arena_printf(w->arena, "%.*s/%.*s", STR_ARG(w->aliases[i].result), STR_ARG(rest));
		struct str result = tidy(w->arena, joined(w->arena, w->root, str_of(to)));
		if (w->exists && w->exists(w->ctx, arena_copy(w->arena, result)))
			return result;
	}
	return path;
}

bool cover_where_matches(const struct cover_where *w, struct str pattern, struct str absolute)
{
	if (cover_glob_matches(pattern, absolute))
		return true;
	if (!pattern.n || pattern.at[0] == '*' || pattern.at[0] == '?' || pattern.at[0] == '/')
		return false;
	struct str whole = joined(w->arena, w->root, pattern);
	return !cover_glob_fault(whole) && cover_glob_matches(whole, absolute);
}

static bool matches_any(const struct cover_where *w, const struct str *patterns, uint32_t n, struct str path)
{
	for (uint32_t i = 0; i < n; i++)
		if (cover_where_matches(w, patterns[i], path))
			return true;
	return false;
}

struct str cover_where(const struct cover_where *w, struct str told)
{
	struct str path = slashed(w->arena, told);
	if (!has_drive(path))
		path = joined(w->arena, w->root, path);
	path = tidy(w->arena, mapped(w, path));
	if (w->n_include && !matches_any(w, w->include, w->n_include, path))
		return STR_NONE;
	if (matches_any(w, w->omit, w->n_omit, path))
		return STR_NONE;
	if (path.n > w->root.n + 1 && memcmp(path.at, w->root.at, w->root.n) == 0 &&
	    path.at[w->root.n] == '/')
		return str_cut(path, w->root.n + 1, path.n);
	return path;
}

const char *cover_where_source(const struct cover_where *w, struct str path)
{
	return arena_copy(w->arena, joined(w->arena, w->root, path));
}
