#include "engine/engine_body.h"

#include <strings.h>

#include "base/json.h"
#include "base/str.h"

/* A text, or nothing where there is another type. */
static struct str text_or_none(struct json *j)
{
	if (json_peek(j) == JSON_TEXT)
		return json_text(j);
	json_skip(j);
	return STR_NONE;
}

/* Into an object; what is none is passed over. */
static bool enter(struct json *j)
{
	if (json_peek(j) == JSON_OBJECT)
		return json_object(j);
	json_skip(j);
	return false;
}

static bool is_key(struct str key, const char *name)
{
	return key.n == str_of(name).n && strncasecmp(key.at, name, key.n) == 0;
}

/* Labels that say who made a container; others may hold anything. */
static bool is_telling(struct str key)
{
	static const char *const starts[] = {"org.testcontainers", "com.docker.compose.project",
					     "com.docker.compose.service", "io.x-k8s.kind."};
	for (unsigned i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (str_starts(key, starts[i]))
			return true;
	return false;
}

static void read_labels(struct json *j, struct create_body *ret)
{
	struct str key;
	if (!enter(j))
		return;
	while (json_key(j, &key)) {
		struct str value = text_or_none(j);
		/* compose also writes whole paths and its configuration into labels */
		bool path = str_has(key, STR("compose.project.")) || value.n > 256;
		if (!is_telling(key) || path)
			continue;
		if (str_is(key, "io.x-k8s.kind.cluster"))
			ret->kind_cluster = value;
		if (ret->n_labels < BODY_LABELS)
			ret->labels[ret->n_labels++] = (struct engine_label){key, value};
	}
}

static void add_port(struct buf *b, int64_t port)
{
	if (port <= 0 || port > 65535 || b->n > 200)
		return;
	if (b->n)
		buf_char(b, ',');
	buf_int(b, port);
}

/* {"80/tcp": ..., "53/udp": ...}. */
static void read_port_keys(struct json *j, struct buf *b)
{
	struct str key;
	int64_t port;
	if (!enter(j))
		return;
	while (json_key(j, &key)) {
		size_t slash = str_find(key, '/');
		bool tcp = slash == key.n || str_is(str_cut(key, slash, key.n), "/tcp");
		if (tcp && str_int(str_cut(key, 0, slash), &port))
			add_port(b, port);
		json_skip(j);
	}
}

/* podman: {"80":"tcp"} */
static void read_expose(struct json *j, struct buf *b)
{
	struct str key;
	int64_t port;
	if (!enter(j))
		return;
	while (json_key(j, &key)) {
		struct str protocol = text_or_none(j);
		if (str_int(key, &port) && !str_is(protocol, "udp") && !str_is(protocol, "sctp"))
			add_port(b, port);
	}
}

/* podman: [{"container_port":80,"protocol":"tcp"}] */
static void read_mappings(struct json *j, struct buf *b)
{
	struct str key;
	if (json_peek(j) != JSON_ARRAY) {
		json_skip(j);
		return;
	}
	if (!json_array(j))
		return;
	while (json_item(j)) {
		int64_t port = 0;
		bool tcp = true;
		bool inside = enter(j);
		while (inside && json_key(j, &key)) {
			if (str_is(key, "container_port") && json_peek(j) == JSON_NUMBER)
				port = json_int(j);
			else if (str_is(key, "protocol"))
				tcp = !str_is(text_or_none(j), "udp");
			else
				json_skip(j);
		}
		if (tcp)
			add_port(b, port);
	}
}

static bool truth_or_false(struct json *j)
{
	if (json_peek(j) == JSON_BOOL)
		return json_bool(j);
	json_skip(j);
	return false;
}

static void read_host_config(struct json *j, struct buf *published, struct create_body *ret)
{
	struct str key;
	if (!enter(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "PortBindings"))
			read_port_keys(j, published);
		else if (str_is(key, "AutoRemove"))
			ret->goes = truth_or_false(j);
		else
			json_skip(j);
	}
}

/* {"Test":["CMD", ...]}; ["NONE"] switches a check of the image off. */
static bool read_health(struct json *j)
{
	struct str key, first = STR_NONE;
	if (!enter(j))
		return false;
	while (json_key(j, &key)) {
		if (!is_key(key, "Test") || json_peek(j) != JSON_ARRAY) {
			json_skip(j);
			continue;
		}
		if (!json_array(j))
			return false;
		for (bool at_first = true; json_item(j); at_first = false) {
			struct str word = text_or_none(j);
			first = at_first ? word : first;
		}
	}
	return first.n && !str_is(first, "NONE");
}

void body_create(struct str body, struct arena *a, struct create_body *ret)
{
	struct json j;
	struct str key;
	struct buf exposed = {0}, published = {0};
	*ret = (struct create_body){.health = false};
	json_init(&j, body, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (is_key(key, "Image"))
				ret->image = text_or_none(&j);
			else if (str_is(key, "name"))
				ret->name = text_or_none(&j);
			else if (is_key(key, "Labels"))
				read_labels(&j, ret);
			else if (str_is(key, "Healthcheck") || str_is(key, "healthconfig"))
				ret->health = read_health(&j);
			else if (str_is(key, "ExposedPorts"))
				read_port_keys(&j, &exposed);
			else if (str_is(key, "expose"))
				read_expose(&j, &exposed);
			else if (str_is(key, "portmappings"))
				read_mappings(&j, &published);
			else if (str_is(key, "HostConfig"))
				read_host_config(&j, &published, ret);
			else if (str_is(key, "remove"))
				ret->goes = truth_or_false(&j);
			else
				json_skip(&j);
		}
	ret->ports = arena_str(a, buf_view(published.n ? &published : &exposed));
	buf_free(&exposed);
	buf_free(&published);
}

struct str body_id(struct str body, struct arena *a)
{
	struct json j;
	struct str key, id = STR_NONE;
	json_init(&j, body, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (is_key(key, "Id"))
				id = text_or_none(&j);
			else
				json_skip(&j);
		}
	return id;
}

/* One object: {"message":...}, {"cause":...,"message":...}, {"error":...}. */
static struct str error_of(struct str object, struct arena *a)
{
	struct json j;
	struct str key, message = STR_NONE, error = STR_NONE;
	json_init(&j, object, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (str_is(key, "message"))
				message = text_or_none(&j);
			else if (str_is(key, "error"))
				error = text_or_none(&j);
			else
				json_skip(&j);
		}
	return error.n ? error : message;
}

struct str body_error(struct str body, struct arena *a)
{
	struct str rest = str_trim(body), line, found = STR_NONE;
	if (!rest.n || rest.at[0] != '{')
		return str_cut(rest, 0, str_find(rest, '\n'));
	while (str_next(&rest, '\n', &line)) {
		struct str said = error_of(line, a);
		found = said.n ? said : found;
	}
	if (!found.n)
		found = error_of(body, a);
	return str_trim(found);
}

static struct str base_of(struct str path)
{
	size_t slash = str_find_last(path, '/');
	return slash < path.n ? str_cut(path, slash + 1, path.n) : path;
}

/* Options of kubeadm and kubectl in front of the subcommand that take the next word. */
static bool takes_word(struct str option)
{
	return str_is(option, "--kubeconfig") || str_is(option, "-n") || str_is(option, "--namespace") ||
	       str_is(option, "--context") || str_is(option, "-v");
}

static bool is_plain_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.at[i] < 'a' || s.at[i] > 'z')
			return false;
	return s.n > 0 && s.n <= 16;
}

/* "kubeadm" + " init"; skips options. */
static struct str subcommand(struct json *j)
{
	struct str found = STR_NONE;
	bool skip = false;
	while (json_item(j)) {
		struct str word = text_or_none(j);
		if (found.n || skip) {
			skip = false;
		} else if (word.n && word.at[0] == '-') {
			skip = takes_word(word);
		} else {
			found = word;
		}
	}
	return is_plain_word(found) ? found : STR_NONE;
}

static struct str kind_file(struct json *j)
{
	struct str found = STR_NONE;
	while (json_item(j)) {
		struct str word = text_or_none(j);
		if (!found.n && str_starts(word, "/kind/") && word.n < 128)
			found = base_of(word);
	}
	return found;
}

static struct str read_cmd(struct json *j, struct arena *a)
{
	if (json_peek(j) == JSON_TEXT) { /* a whole line: its first word */
		struct str line = json_text(j);
		return str_clip_utf8(base_of(str_cut(line, 0, str_find(line, ' '))), 64);
	}
	if (json_peek(j) != JSON_ARRAY) {
		json_skip(j);
		return STR_NONE;
	}
	if (!json_array(j) || !json_item(j))
		return STR_NONE;
	struct str program = base_of(text_or_none(j));
	program = str_clip_utf8(program, 64);
	bool kube = str_is(program, "kubeadm") || str_is(program, "kubectl");
	struct str more = kube ? subcommand(j) : kind_file(j);
	if (!more.n)
		return program;
	return str_of(arena_printf(a, "%.*s %.*s", STR_ARG(program), STR_ARG(more)));
}

struct str body_exec_cmd(struct str body, struct arena *a)
{
	struct json j;
	struct str key, cmd = STR_NONE;
	json_init(&j, body, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (is_key(key, "Cmd"))
				cmd = read_cmd(&j, a);
			else
				json_skip(&j);
		}
	return cmd;
}

bool body_exec_detached(struct str body, struct arena *a)
{
	struct json j;
	struct str key;
	bool detached = false;
	json_init(&j, body, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (is_key(key, "Detach") && json_peek(&j) == JSON_BOOL)
				detached = json_bool(&j);
			else
				json_skip(&j);
		}
	return detached;
}

void body_inspect(struct str body, struct arena *a, struct inspect_body *ret)
{
	struct json j;
	struct str key;
	*ret = (struct inspect_body){.exit = 0};
	json_init(&j, body, a);
	if (json_object(&j))
		while (json_key(&j, &key)) {
			if (str_is(key, "Name"))
				ret->name = text_or_none(&j);
			else if (str_is(key, "Running") && json_peek(&j) == JSON_BOOL)
				ret->running = json_bool(&j);
			else if (str_is(key, "ExitCode") && json_peek(&j) == JSON_NUMBER) {
				ret->exit = json_int(&j);
				ret->has_exit = true;
			} else
				json_skip(&j);
		}
	if (ret->name.n && ret->name.at[0] == '/')
		ret->name = str_cut(ret->name, 1, ret->name.n);
}
