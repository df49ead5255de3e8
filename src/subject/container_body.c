#include "subject/container_body.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

/* The version of the API that these bodies are written for. */
static const int64_t api_major = 1, api_minor = 41;

static void put_list(struct buf *b, const char *key, const char *const *words, size_t n)
{
	json_put_key(b, key);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_text(b, i ? "," : "");
		json_put_text(b, str_of(words[i]));
	}
	buf_char(b, ']');
}

/*
 * The container's own process: the item's, the image's own (where something has to get ready), or one that
 * waits. An entry point that is given also takes the image's command away.
 */
static void put_main(struct buf *b, const struct bench_item *item)
{
	static const char *const idle[] = {"sleep", "2147483647"};
	if (item->main.n)
		put_list(b, "Entrypoint", item->main.at, item->main.n);
	else if (!item->ready)
		put_list(b, "Entrypoint", idle, 2);
}

static void put_host(struct buf *b, const struct container_wish *p)
{
	const struct bench_item *item = p->item;
	json_put_key(b, "HostConfig");
	buf_char(b, '{');
	if (item->network)
		json_put_key_text(b, "NetworkMode", str_of(item->network));
	if (item->memory_bytes)
		json_put_key_int(b, "Memory", item->memory_bytes);
	if (item->cpus > 0)
		json_put_key_int(b, "NanoCpus", (int64_t)(item->cpus * 1e9 + 0.5));
	if (item->disk_bytes && p->disk) {
		json_put_key(b, "StorageOpt");
		buf_printf(b, "{\"size\":\"%lld\"}", (long long)item->disk_bytes);
	}
	buf_char(b, '}');
}

void container_put_create(struct buf *b, const struct container_wish *p)
{
	buf_char(b, '{');
	json_put_key_text(b, "Image", str_of(p->image));
	put_main(b, p->item);
	put_list(b, "Env", p->item->env.at, p->item->env.n);
	if (p->item->dir)
		json_put_key_text(b, "WorkingDir", str_of(p->item->dir));
	/* it is removed by force, which podman 5 takes to wait for this long before it kills */
	json_put_key_int(b, "StopTimeout", 0);
	json_put_key(b, "Labels");
	buf_char(b, '{');
	json_put_key_text(b, CONTAINER_LABEL, str_of(p->label));
	buf_char(b, '}');
	put_host(b, p);
	buf_char(b, '}');
}

void container_put_exec(struct buf *b, char *const *words, bool in)
{
	size_t n = 0;
	while (words[n])
		n++;
	buf_char(b, '{');
	json_put_key(b, "AttachStdin");
	buf_text(b, in ? "true" : "false");
	buf_text(b, ",\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false");
	put_list(b, "Cmd", (const char *const *)words, n);
	buf_char(b, '}');
}

void container_put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-._~", c)))
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

void container_put_filter(struct buf *b, const char *label)
{
	struct buf json = {0}, pair = {0};
	buf_printf(&pair, CONTAINER_LABEL "=%s", label);
	buf_text(&json, "{\"label\":[");
	json_put_text(&json, buf_view(&pair));
	buf_text(&json, "]}");
	buf_text(b, "filters=");
	container_put_escaped(b, buf_view(&json));
	buf_free(&json);
	buf_free(&pair);
}

/* Short enough for our rooms, and nothing in it that a path would take for something else. */
static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= 'A' && s.at[i] <= 'Z') ||
		      (s.at[i] >= '0' && s.at[i] <= '9')))
			return false;
	return s.n && s.n < CONTAINER_ID;
}

static bool take_id(struct json *j, struct str key, void *to)
{
	if (!str_is(key, "Id"))
		return false;
	*(struct str *)to = json_text(j);
	return true;
}

bool container_read_id(struct str body, struct arena *scratch, struct str *ret)
{
	struct json j;
	*ret = STR_NONE;
	json_init(&j, body, scratch);
	json_members(&j, ret, take_id);
	return json_end(&j) && is_id(*ret);
}

int container_read_ids(struct str body, struct arena *scratch, struct str *ret, int most)
{
	struct json j;
	int n = 0;
	json_init(&j, body, scratch);
	if (!json_array(&j))
		return -1;
	while (json_item(&j)) {
		struct str id = STR_NONE;
		json_members(&j, &id, take_id);
		if (is_id(id) && n < most)
			ret[n++] = id;
	}
	return json_end(&j) ? n : -1;
}

static bool take_exit(struct json *j, struct str key, void *to)
{
	struct container_exit *x = to;
	if (str_is(key, "Running")) {
		x->running = json_bool(j);
	} else if (str_is(key, "ExitCode") && json_peek(j) == JSON_NUMBER) {
		int64_t code = json_int(j);
		x->code = code >= 0 && code <= 255 ? (int)code : -1;
	} else {
		return false;
	}
	return true;
}

bool container_read_exit(struct str body, struct arena *scratch, struct container_exit *ret)
{
	struct json j;
	*ret = (struct container_exit){.code = -1};
	json_init(&j, body, scratch);
	if (json_peek(&j) != JSON_OBJECT)
		return false;
	json_members(&j, ret, take_exit);
	return json_end(&j);
}

static bool take_version(struct json *j, struct str key, void *to)
{
	struct container_version *v = to;
	if (str_is(key, "ApiVersion"))
		v->api = json_text(j);
	else if (str_is(key, "MinAPIVersion"))
		v->least = json_text(j);
	else
		return false;
	return true;
}

bool container_read_version(struct str body, struct arena *scratch, struct container_version *ret)
{
	struct json j;
	*ret = (struct container_version){0};
	json_init(&j, body, scratch);
	if (json_peek(&j) != JSON_OBJECT)
		return false;
	json_members(&j, ret, take_version);
	return json_end(&j);
}

/* "1.41" as 1 and 41. */
static bool parse_version(struct str s, int64_t *major, int64_t *minor)
{
	size_t dot = str_find(s, '.');
	return s.n && s.n < 10 && str_int(str_cut(s, 0, dot), major) &&
	       str_int(str_cut(s, dot + 1, s.n), minor) && *major >= 0 && *minor >= 0;
}

static bool is_before(int64_t a_major, int64_t a_minor, int64_t b_major, int64_t b_minor)
{
	return a_major < b_major || (a_major == b_major && a_minor < b_minor);
}

bool container_is_newer(struct str api)
{
	int64_t major, minor;
	/* docker's own engines have kept versions of the API for years */
	return parse_version(api, &major, &minor) && is_before(api_major, api_minor + 5, major, minor);
}

void container_choose_version(const struct container_version *v, char ret[16])
{
	int64_t major = api_major, minor = api_minor, theirs, their_minor;
	ret[0] = '\0';
	if (!parse_version(v->api, &theirs, &their_minor))
		return;
	if (is_before(theirs, their_minor, major, minor)) {
		major = theirs;
		minor = their_minor;
	}
	if (parse_version(v->least, &theirs, &their_minor) && is_before(major, minor, theirs, their_minor)) {
		major = theirs;
		minor = their_minor;
	}
	(void)snprintf(ret, 16, "/v%d.%d", (int)major, (int)minor);
}

struct stats {
	int64_t anon, shared, kernel; /* -1: not said */
};

static bool take_stat(struct json *j, struct str key, void *to)
{
	struct stats *s = to;
	static const char *const kernel[] = {"kernel_stack", "pagetables", "percpu", "sock", "slab"};
	if (json_peek(j) != JSON_NUMBER)
		return false;
	if (str_is(key, "anon") || str_is(key, "total_rss")) {
		s->anon = json_int(j);
		return true;
	}
	if (str_is(key, "shmem") || str_is(key, "total_shmem")) {
		s->shared = json_int(j);
		return true;
	}
	for (size_t i = 0; i < sizeof(kernel) / sizeof(*kernel); i++)
		if (str_is(key, kernel[i])) {
			s->kernel += json_int(j);
			return true;
		}
	return false;
}

static bool take_memory(struct json *j, struct str key, void *to)
{
	if (!str_is(key, "stats"))
		return false;
	json_members(j, to, take_stat);
	return true;
}

static bool take_stats(struct json *j, struct str key, void *to)
{
	if (!str_is(key, "memory_stats"))
		return false;
	json_members(j, to, take_memory);
	return true;
}

int64_t container_read_stats(struct str body, struct arena *scratch)
{
	struct json j;
	struct stats s = {.anon = -1};
	json_init(&j, body, scratch);
	json_members(&j, &s, take_stats);
	const int64_t most = INT64_MAX / 4;
	if (!json_end(&j) || s.anon < 0 || s.anon > most || s.shared < 0 || s.shared > most || s.kernel < 0 ||
	    s.kernel > most)
		return -1;
	return s.anon + s.shared + s.kernel;
}

struct said {
	const char *key;
	struct str text;
};

static bool take_said(struct json *j, struct str key, void *to)
{
	struct said *s = to;
	if (!str_is(key, s->key) || json_peek(j) != JSON_TEXT)
		return false;
	s->text = json_text(j);
	return true;
}

/* One line without signs that a terminal would act on. Of a long one the end is kept, behind a colon: that
 * is where engines name the cause, in front they tell what they were about to do. */
static void keep_line(struct str s, char ret[CONTAINER_SAID])
{
	size_t n = 0;
	const char *colon;
	s = str_trim(s);
	while (s.n >= CONTAINER_SAID && (colon = memmem(s.at, s.n, ": ", 2)) != NULL &&
	       colon + 2 < s.at + s.n)
		s = str_cut(s, (size_t)(colon - s.at) + 2, s.n);
	s = str_trim(str_clip_utf8(s, CONTAINER_SAID - 1));
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];
		bool blank = (unsigned char)c <= ' ' || c == 0x7f;
		if (blank && n && ret[n - 1] == ' ')
			continue;
		ret[n++] = blank ? ' ' : c;
	}
	ret[n] = '\0';
}

void container_said(struct str body, struct arena *scratch, char ret[CONTAINER_SAID])
{
	struct json j;
	struct said s = {.key = "message"};
	json_init(&j, body, scratch);
	json_members(&j, &s, take_said);
	keep_line(json_end(&j) && s.text.n ? s.text : body, ret);
}

bool container_pull_error(struct str body, struct arena *scratch, char ret[CONTAINER_SAID])
{
	for (struct str line; str_next(&body, '\n', &line);) {
		struct json j;
		struct said s = {.key = "error"};
		json_init(&j, line, scratch);
		json_members(&j, &s, take_said);
		if (s.text.n) {
			keep_line(s.text, ret);
			return true;
		}
	}
	return false;
}
