#include "engine/engine_find.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/str.h"

enum { PING_WAIT_S = 2, FILE_MOST = 1 << 20 };

static const char *variable(char *const *env, const char *name)
{
	const char *value = environment_get(env, name);
	return value && *value ? value : NULL;
}

/* The path of unix://PATH, or NULL. */
static const char *unix_path(const char *host)
{
	return host && strncmp(host, "unix://", 7) == 0 && host[7] == '/' ? host + 7 : NULL;
}

static int connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(at.sun_path))
		return -1;
	memcpy(at.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval wait = {.tv_sec = PING_WAIT_S};
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == 0 &&
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

/* podman says so in the answer to a ping. */
static bool is_podman(int fd)
{
	static const char ask[] = "GET /_ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	char answer[4096];
	size_t have = 0;
	if (send(fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof(ask) - 1))
		return false;
	while (have < sizeof(answer) - 1) {
		ssize_t n = recv(fd, answer + have, sizeof(answer) - 1 - have, 0);
		if (n <= 0)
			break;
		have += (size_t)n;
		if (memmem(answer, have, "\r\n\r\n", 4))
			break;
	}
	answer[have] = 0;
	return strcasestr(answer, "\nlibpod-api-version:") != NULL;
}

/* Whether an engine answers at path; fills ret. */
static bool take(struct arena *a, const char *path, struct engine *ret)
{
	auto_fd fd = connect_to(path);
	if (fd < 0)
		return false;
	ret->socket = arena_copy(a, str_of(path));
	ret->name = is_podman(fd) ? "podman" : "docker";
	return true;
}

static struct str text_member(struct json *j, const char *name)
{
	struct str key, found = STR_NONE;
	if (json_peek(j) != JSON_OBJECT) {
		json_skip(j);
		return found;
	}
	if (!json_object(j))
		return found;
	while (json_key(j, &key)) {
		if (str_is(key, name) && json_peek(j) == JSON_TEXT)
			found = json_text(j);
		else
			json_skip(j);
	}
	return found;
}

/* {"Endpoints":{"docker":{"Host":"unix:///..."}}} */
static struct str context_host(struct arena *a, struct str text)
{
	struct json j;
	struct str key, host = STR_NONE;
	json_init(&j, text, a);
	if (!json_object(&j))
		return host;
	while (json_key(&j, &key)) {
		if (!str_is(key, "Endpoints") || json_peek(&j) != JSON_OBJECT) {
			json_skip(&j);
			continue;
		}
		if (!json_object(&j))
			return host;
		while (json_key(&j, &key)) {
			if (str_is(key, "docker"))
				host = text_member(&j, "Host");
			else
				json_skip(&j);
		}
	}
	return host;
}

/* The host of docker's context, or NULL where that is the default one. */
static const char *docker_context(struct arena *a, char *const *env)
{
	const char *home = variable(env, "HOME"), *folder = variable(env, "DOCKER_CONFIG");
	const char *name = variable(env, "DOCKER_CONTEXT"), *found = NULL;
	struct buf text = {0};
	char hex[SHA256_HEX_BYTES];
	if (!folder && home)
		folder = arena_printf(a, "%s/.docker", home);
	if (!folder)
		return NULL;
	if (!name && file_read(arena_printf(a, "%s/config.json", folder), FILE_MOST, &text)) {
		struct json j;
		json_init(&j, buf_view(&text), a);
		struct str current = text_member(&j, "currentContext");
		name = current.n ? arena_copy(a, current) : NULL;
	}
	if (name && strcmp(name, "default") != 0) {
		sha256_hex(str_of(name), hex);
		buf_clear(&text);
		if (file_read(arena_printf(a, "%s/contexts/meta/%s/meta.json", folder, hex), FILE_MOST,
			      &text)) {
			struct str host = context_host(a, buf_view(&text));
			found = host.n ? arena_copy(a, host) : NULL;
		}
	}
	buf_free(&text);
	return found;
}

/* A setting by which testcontainers finds its engine before it looks at DOCKER_HOST. */
static bool has_tc_host(struct arena *a, char *const *env)
{
	const char *home = variable(env, "HOME");
	struct buf text = {0};
	bool found = false;
	if (home && file_read(arena_printf(a, "%s/.testcontainers.properties", home), FILE_MOST, &text)) {
		struct str rest = buf_view(&text), line;
		while (str_next(&rest, '\n', &line)) {
			line = str_trim(line);
			size_t eq = str_find(line, '=');
			found |= eq < line.n && str_is(str_trim(str_cut(line, 0, eq)), "tc.host");
		}
	}
	buf_free(&text);
	return found;
}

static bool same_file(const char *one, const char *other)
{
	char x[PATH_MAX], y[PATH_MAX];
	return one && other && realpath(one, x) && realpath(other, y) && strcmp(x, y) == 0;
}

/* Only in its scheme and host: a user name may stand in front of them. */
static const char *shown_host(struct arena *a, const char *host)
{
	const char *at = strrchr(host, '@'), *scheme = strstr(host, "://");
	if (!at || !scheme || at < scheme)
		return host;
	return arena_printf(a, "%.*s://%s", (int)(scheme - host), host, at + 1);
}

/* An engine that is named: this one or none. `said` is where it is named. */
static void take_named(struct arena *a, const char *host, const char *said, struct engine *ret)
{
	const char *path = unix_path(host);
	if (path && take(a, path, ret))
		return;
	host = shown_host(a, host);
	if (path) {
		ret->why = arena_printf(a, "no container engine answers at '%s' (%s)", path, said);
	} else {
		ret->why = arena_printf(
		    a,
		    "the container engine at '%s' (%s) is not behind a unix socket, and only such can be tapped",
		    host, said);
		ret->remark = arena_printf(
		    a, "containers are not seen: the engine at '%s' (%s) is not behind a unix socket", host,
		    said);
	}
}

static bool take_first(struct arena *a, const char *const *places, struct engine *ret)
{
	for (size_t i = 0; places[i]; i++)
		if (take(a, places[i], ret))
			return true;
	return false;
}

static void take_default(struct arena *a, char *const *env, const struct engine_places *places,
			 struct engine *ret)
{
	const char *home = variable(env, "HOME"), *runtime = variable(env, "XDG_RUNTIME_DIR");
	const char *docker[5] = {"/var/run/docker.sock"}, *podman[4] = {0};
	size_t n_docker = 1, n_podman = 0;
	if (runtime) {
		docker[n_docker++] = arena_printf(a, "%s/docker.sock", runtime);
		podman[n_podman++] = arena_printf(a, "%s/podman/podman.sock", runtime);
	}
	if (home)
		docker[n_docker++] = arena_printf(a, "%s/.docker/run/docker.sock", home);
	podman[n_podman++] = geteuid() == 0 ? "/run/podman/podman.sock"
					    : arena_printf(a, "/run/user/%u/podman/podman.sock", geteuid());
	if (take_first(a, places ? places->docker : docker, ret))
		ret->for_docker = true;
	else if (take_first(a, places ? places->podman : podman, ret))
		ret->for_podman = true;
	else
		ret->why =
		    "no container engine was found: DOCKER_HOST and CONTAINER_HOST are not set, and no "
		    "socket of docker or podman answers";
}

void engine_find(struct arena *a, char *const *env, const struct engine_places *places, struct engine *ret)
{
	const char *docker = variable(env, "DOCKER_HOST"), *podman = variable(env, "CONTAINER_HOST");
	const char *said = "DOCKER_HOST";
	*ret = (struct engine){.socket = NULL};
	if (!docker) {
		docker = docker_context(a, env);
		said = "docker's context";
	}
	if (docker) {
		take_named(a, docker, said, ret);
		ret->for_docker = ret->socket != NULL;
	}
	if (!ret->socket && podman) {
		take_named(a, podman, "CONTAINER_HOST", ret);
		ret->for_podman = ret->socket != NULL;
	} else if (!ret->socket && !docker) {
		take_default(a, env, places, ret);
	}
	if (!ret->socket)
		return;
	ret->why = ret->remark = NULL;
	/* podman's own client speaks to podman only; one that is named another engine stays with it */
	if (strcmp(ret->name, "podman") == 0)
		ret->for_podman |= !podman || same_file(unix_path(podman), ret->socket);
	if (!docker && podman && ret->for_podman)
		ret->for_docker = false;
	if (ret->for_docker && podman && !ret->for_podman)
		ret->remark = arena_printf(a,
					   "containers at CONTAINER_HOST are not seen: one engine is tapped, "
					   "that of DOCKER_HOST ('%s')",
					   ret->socket);
	if (ret->for_docker && has_tc_host(a, env))
		ret->remark = "containers of testcontainers may not be seen: 'tc.host' in "
			      "~/.testcontainers.properties outranks DOCKER_HOST";
}
