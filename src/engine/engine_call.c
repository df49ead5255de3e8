#include "engine/engine_call.h"

#include <string.h>

#include "base/str.h"

static const char *const call_names[CALL_KINDS] = {
    [CALL_OTHER] = "other",
    [CALL_CREATE] = "create",
    [CALL_START] = "start",
    [CALL_STOP] = "stop",
    [CALL_KILL] = "kill",
    [CALL_RESTART] = "restart",
    [CALL_REMOVE] = "remove",
    [CALL_INSPECT] = "inspect",
    [CALL_EXEC] = "exec",
    [CALL_EXEC_CREATE] = "exec-create",
    [CALL_EXEC_START] = "exec-start",
    [CALL_EXEC_INSPECT] = "inspect",
    [CALL_WAIT] = "wait",
    [CALL_LOGS] = "logs",
    [CALL_ATTACH] = "attach",
    [CALL_ARCHIVE] = "archive",
    [CALL_STATS] = "stats",
    [CALL_TOP] = "top",
    [CALL_PULL] = "pull",
    [CALL_BUILD] = "build",
    [CALL_PUSH] = "push",
    [CALL_LOAD] = "load",
    [CALL_SAVE] = "save",
    [CALL_LIST] = "list",
    [CALL_COMMIT] = "commit",
    [CALL_TAG] = "tag",
    [CALL_PRUNE] = "prune",
    [CALL_NETWORK] = "network",
    [CALL_VOLUME] = "volume",
    [CALL_IMAGE] = "image",
    [CALL_EVENTS] = "events",
    [CALL_INFO] = "info",
    [CALL_PING] = "ping",
    [CALL_SESSION] = "session",
};

const char *engine_call_name(enum engine_call call)
{
	return call_names[call];
}

/* Which call a word of a path means; method NULL: any. */
struct word {
	const char *word, *method;
	enum engine_call call;
};

static enum engine_call look_up(const struct word *words, struct str word, struct str method,
				enum engine_call otherwise)
{
	for (; words->word; words++)
		if (str_is(word, words->word) && (!words->method || str_is(method, words->method)))
			return words->call;
	return otherwise;
}

/* /containers/ID/... */
static const struct word of_container[] = {
    {"json", "GET", CALL_INSPECT},   {"start", "POST", CALL_START},     {"stop", "POST", CALL_STOP},
    {"kill", "POST", CALL_KILL},     {"restart", "POST", CALL_RESTART}, {"exec", "POST", CALL_EXEC_CREATE},
    {"wait", "POST", CALL_WAIT},     {"logs", "GET", CALL_LOGS},        {"attach", NULL, CALL_ATTACH},
    {"archive", NULL, CALL_ARCHIVE}, {"copy", NULL, CALL_ARCHIVE},      {"stats", "GET", CALL_STATS},
    {"top", "GET", CALL_TOP},        {NULL, NULL, CALL_OTHER},
};

/* /images/NAME/..., where a name may have slashes */
static const struct word of_image[] = {
    {"push", "POST", CALL_PUSH},
    {"tag", "POST", CALL_TAG},
    {"get", "GET", CALL_SAVE},
    {NULL, NULL, CALL_OTHER},
};

/* /images/... itself */
static const struct word of_images[] = {
    {"create", "POST", CALL_PULL}, {"pull", "POST", CALL_PULL},   {"load", "POST", CALL_LOAD},
    {"import", "POST", CALL_LOAD}, {"get", "GET", CALL_SAVE},     {"export", "GET", CALL_SAVE},
    {"json", "GET", CALL_LIST},    {"prune", "POST", CALL_PRUNE}, {NULL, NULL, CALL_OTHER},
};

static const struct word of_root[] = {
    {"build", "POST", CALL_BUILD},    {"session", NULL, CALL_SESSION}, {"commit", "POST", CALL_COMMIT},
    {"networks", NULL, CALL_NETWORK}, {"volumes", NULL, CALL_VOLUME},  {"events", "GET", CALL_EVENTS},
    {"info", "GET", CALL_INFO},       {"version", "GET", CALL_INFO},   {"_ping", NULL, CALL_PING},
    {NULL, NULL, CALL_OTHER},
};

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* %2F and +, undone. */
static struct str decode(struct str s, bool query, struct arena *a)
{
	if (str_find(s, '%') == s.n && (!query || str_find(s, '+') == s.n))
		return s;
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = s.at[i] == '%' && i + 2 < s.n ? hex(s.at[i + 1]) : -1;
		int low = high >= 0 ? hex(s.at[i + 2]) : -1;
		if (low >= 0) {
			to[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			to[n++] = query && s.at[i] == '+' ? ' ' : s.at[i];
		}
	}
	return (struct str){to, n};
}

static struct str parameter(struct str query, const char *name, struct arena *a)
{
	struct str part;
	while (str_next(&query, '&', &part)) {
		size_t eq = str_find(part, '=');
		if (eq < part.n && str_is(str_cut(part, 0, eq), name))
			return decode(str_cut(part, eq + 1, part.n), true, a);
	}
	return STR_NONE;
}

/* The part before the next slash; *rest goes behind it. */
static struct str step(struct str *rest)
{
	size_t n = str_find(*rest, '/');
	struct str part = str_cut(*rest, 0, n);
	*rest = str_cut(*rest, n + 1, rest->n);
	return part;
}

static bool is_version(struct str s)
{
	return s.n > 1 && s.at[0] == 'v' && s.at[1] >= '0' && s.at[1] <= '9';
}

static void container_call(struct engine_target *t, struct str method, struct str rest, struct str query,
			   struct arena *a)
{
	struct str id = step(&rest);
	if (str_is(id, "create")) {
		t->call = CALL_CREATE;
		t->name = parameter(query, "name", a);
	} else if (str_is(id, "json")) {
		t->call = CALL_LIST;
	} else if (str_is(id, "prune")) {
		t->call = CALL_PRUNE;
	} else if (id.n) {
		t->subject = decode(id, false, a);
		t->call = rest.n                     ? look_up(of_container, rest, method, CALL_OTHER)
			  : str_is(method, "DELETE") ? CALL_REMOVE
						     : CALL_OTHER;
	}
}

static void exec_call(struct engine_target *t, struct str rest, struct arena *a)
{
	t->subject = decode(step(&rest), false, a);
	t->call = str_is(rest, "start")  ? CALL_EXEC_START
		  : str_is(rest, "json") ? CALL_EXEC_INSPECT
					 : CALL_OTHER;
}

static struct str pulled(struct str query, struct arena *a)
{
	struct str image = parameter(query, "fromImage", a), tag = parameter(query, "tag", a);
	if (!image.n)
		return parameter(query, "reference", a);
	if (!tag.n)
		return image;
	return str_of(arena_printf(a, "%.*s%c%.*s", STR_ARG(image), str_starts(tag, "sha256:") ? '@' : ':',
				   STR_ARG(tag)));
}

static void image_call(struct engine_target *t, struct str method, struct str rest, struct str query,
		       struct arena *a)
{
	size_t last = str_find_last(rest, '/');
	if (last == rest.n) {
		t->call = look_up(of_images, rest, method, CALL_IMAGE);
		if (t->call == CALL_PULL) {
			t->image = pulled(query, a);
			if (parameter(query, "fromSrc", a).n)
				t->call = CALL_LOAD;
		}
		return;
	}
	t->image = decode(str_cut(rest, 0, last), false, a);
	t->call = look_up(of_image, str_cut(rest, last + 1, rest.n), method, CALL_IMAGE);
	if (t->call != CALL_PUSH && t->call != CALL_SAVE && t->call != CALL_TAG)
		t->image = STR_NONE;
}

struct engine_target engine_target_of(struct str method, struct str target, struct arena *a)
{
	struct engine_target t = {.call = CALL_OTHER};
	size_t question = str_find(target, '?');
	struct str path = str_cut(target, 0, question), query = str_cut(target, question + 1, target.n);
	if (str_starts(path, "http://")) { /* podman names a host that is none */
		path = str_cut(path, 7, path.n);
		(void)step(&path);
	} else if (path.n && path.at[0] == '/') {
		path = str_cut(path, 1, path.n);
	}
	struct str first = step(&path);
	if (is_version(first))
		first = step(&path);
	if (str_is(first, "libpod")) {
		t.libpod = true;
		first = step(&path);
	}
	if (str_is(first, "containers"))
		container_call(&t, method, path, query, a);
	else if (str_is(first, "exec"))
		exec_call(&t, path, a);
	else if (str_is(first, "images"))
		image_call(&t, method, path, query, a);
	else if (str_is(first, "build") && path.n)
		t.call = CALL_PRUNE;
	else
		t.call = look_up(of_root, first, method, CALL_OTHER);
	return t;
}

/* Without "@sha256:..." and ":tag". */
static struct str untagged(struct str image)
{
	image = str_cut(image, 0, str_find(image, '@'));
	size_t slash = str_find_last(image, '/'), from = slash < image.n ? slash + 1 : 0;
	size_t colon = str_find(str_cut(image, from, image.n), ':');
	return str_cut(image, 0, from + colon);
}

struct str engine_image_name(struct str image)
{
	struct str s = untagged(image);
	size_t slash = str_find_last(s, '/');
	return slash < s.n ? str_cut(s, slash + 1, s.n) : s;
}

struct str engine_type_of(struct str image, char *const *patterns, size_t n)
{
	struct str bare = untagged(image), name = engine_image_name(image);
	for (size_t i = 0; i < n; i++) {
		struct str row = str_of(patterns[i]);
		size_t eq = str_find(row, '=');
		struct str pattern = str_cut(row, eq + 1, row.n);
		if (str_match(pattern, image) || str_match(pattern, bare) || str_match(pattern, name))
			return str_cut(row, 0, eq);
	}
	return name;
}
