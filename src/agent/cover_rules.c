#include "agent/cover_rules.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/cover_store.h"
#include "wire/env.h"
#include "wire/tree_copy.h"

static char *stdlib, *agent, *tree, *copies;

void rules_start(const char *stdlib_folder, const char *agent_folder)
{
	stdlib = stdlib_folder ? strdup(stdlib_folder) : NULL;
	agent = realpath(agent_folder, NULL);
	const char *original = getenv(ENV_TREE), *room = getenv(ENV_TREE_COPIES);
	tree = original && room ? strdup(original) : NULL;
	copies = tree ? realpath(room, NULL) : NULL;
}

void rules_origin(char *path)
{
	size_t n = strlen(path), at = tree_copy_root(path, n, copies, copies ? strlen(copies) : 0);
	size_t root = at ? strlen(tree) : 0, rest = n + 1 - at;
	if (!at || root + rest > PATH_MAX)
		return;
	memmove(path + root, path + at, rest);
	memcpy(path, tree, root);
}

/* path is folder or lies below it. */
static bool is_below(const char *path, const char *folder)
{
	size_t n = folder ? strlen(folder) : 0;
	return n && strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == 0);
}

/* Whether an installation folder stands among the parts of a path. */
static bool is_installed(const char *path)
{
	return strstr(path, "/site-packages/") || strstr(path, "/dist-packages/");
}

/* A command that was installed: in a folder "bin" beside the "lib" of Python, or of the system. */
static bool is_script(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t n = name ? (size_t)(name - path) : 0;
	if (n < 4 || strncmp(path + n - 4, "/bin", 4) != 0)
		return false;
	if (strncmp(path, "/usr/", 5) == 0)
		return true;
	char config[PATH_MAX];
	if (n >= sizeof(config) - 16)
		return false;
	/* a virtual environment says so in the folder above */
	memcpy(config, path, n - 3);
	memcpy(config + n - 3, "pyvenv.cfg", sizeof("pyvenv.cfg"));
	if (access(config, F_OK) == 0)
		return true;
	return stdlib && strncmp(stdlib, path, n - 3) == 0 && strncmp(stdlib + n - 3, "lib", 3) == 0;
}

/* Where "a.b" stands in a path as "/a/b/" or as "/a/b.py" at its end. */
static bool is_package(const char *path, const char *name, size_t n)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		size_t i = 0;
		while (i < n && p[1 + i] && (p[1 + i] == name[i] || (p[1 + i] == '/' && name[i] == '.')))
			i++;
		if (i == n && (p[1 + n] == '/' || strcmp(p + 1 + n, ".py") == 0))
			return true;
	}
	return false;
}

/* A set "[a-f]" at the head of a pattern; its bytes, or 0 when it is none or c is not in it. */
static size_t match_set(const char *glob, size_t n, char c)
{
	size_t end = 1, i = 1;
	bool negated = n > 1 && glob[1] == '^', found = false;
	while (end < n && glob[end] != ']')
		end++;
	if (end >= n)
		return 0;
	for (i += negated; i < end; i++) {
		bool range = i + 2 < end && glob[i + 1] == '-';
		found |= range ? glob[i] <= c && c <= glob[i + 2] : glob[i] == c;
		i += range ? 2 : 0;
	}
	return c && found != negated ? end + 1 : 0;
}

static bool match(const char *glob, size_t n, const char *path, bool at_start);

/* Behind a prefix that may end at any '/', or be none. */
static bool match_folders(const char *glob, size_t n, const char *path)
{
	for (;;) {
		if (match(glob, n, path, false))
			return true;
		path = strchr(path, '/');
		if (!path)
			return false;
		path++;
	}
}

static bool match_star(const char *glob, size_t n, const char *path)
{
	for (;; path++) {
		if (match(glob, n, path, false))
			return true;
		if (!*path || *path == '/')
			return false;
	}
}

static bool match(const char *glob, size_t n, const char *path, bool at_start)
{
	while (n) {
		size_t stars = 0;
		while (stars < n && glob[stars] == '*')
			stars++;
		if (stars && stars < n && glob[stars] == '/' && (at_start || stars > 1))
			return match_folders(glob + stars + 1, n - stars - 1, path);
		if (stars)
			return match_star(glob + stars, n - stars, path);
		if (glob[0] == '/' && n > 1 && strspn(glob + 1, "*") >= n - 1)
			return path[0] == '/';
		size_t step = 1;
		if (glob[0] == '[')
			step = match_set(glob, n, path[0]);
		else if (glob[0] == '?' ? !path[0] || path[0] == '/' : path[0] != glob[0])
			return false;
		if (!step)
			return false;
		glob += step;
		n -= step;
		path++;
		at_start = false;
	}
	return !*path;
}

bool rules_glob(const char *glob, size_t n, const char *path)
{
	return memchr(glob, '/', n) ? match(glob, n, path, true) : match_folders(glob, n, path);
}

struct verdict {
	bool limited;   /* there are sources or packages */
	bool included;  /* one of them matches ... */
	bool installed; /* ... and yet the file lies in an installation folder */
	bool has_include, include, omit;
};

static void judge(struct verdict *v, const char *rule, size_t n, const char *path)
{
	const char *blank = memchr(rule, ' ', n);
	if (!blank)
		return;
	size_t word = (size_t)(blank - rule), rest = n - word - 1;
	const char *text = blank + 1;
	if (word == 6 && memcmp(rule, "source", 6) == 0) {
		v->limited = true;
		if (strncmp(path, text, rest) == 0 && path[rest] == '/') {
			v->included = true;
			v->installed = v->installed && is_installed(path + rest);
		}
	} else if (word == 7 && memcmp(rule, "package", 7) == 0) {
		v->limited = true;
		if (is_package(path, text, rest)) {
			v->included = true;
			v->installed = false;
		}
	} else if (word == 7 && memcmp(rule, "include", 7) == 0) {
		v->has_include = true;
		v->include |= rules_glob(text, rest, path);
	} else if (word == 4 && memcmp(rule, "omit", 4) == 0) {
		v->omit |= rules_glob(text, rest, path);
	}
}

bool rules_match(const char *path)
{
	struct verdict v = {.installed = true};
	const char *at = (const char *)store.map + store.map->rules;
	const char *end = at + store.map->rules_bytes;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = newline ? (size_t)(newline - at) : (size_t)(end - at);
		judge(&v, at, n, path);
		at += n + 1;
	}
	if (v.omit || is_below(path, agent))
		return false;
	if (v.limited)
		return v.included && !v.installed;
	if (v.has_include)
		return v.include;
	const char *name = strrchr(path, '/');
	/* part of how Python was set up here */
	if (name && (strcmp(name, "/sitecustomize.py") == 0 || strcmp(name, "/usercustomize.py") == 0))
		return false;
	return !is_installed(path) && !is_below(path, stdlib) && !is_script(path);
}
