#include "engine/engine_find.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "base/str.h"
#include "base/temp_fixture.h"

static struct arena arena;
static struct temp temp;

/* An engine that answers pings with this head until its socket is closed. */
struct fake {
	int listener;
	const char *answer;
	pthread_t thread;
	char path[TEMP_PATH];
};

static void *serve(void *arg)
{
	struct fake *f = arg;
	char said[1024];
	for (int fd; (fd = accept(f->listener, NULL, NULL)) >= 0;) {
		if (recv(fd, said, sizeof(said), 0) > 0)
			(void)send(fd, f->answer, strlen(f->answer), MSG_NOSIGNAL);
		(void)close(fd);
	}
	return NULL;
}

static const char docker_says[] = "HTTP/1.1 200 OK\r\nServer: Docker/20.10.24\r\nContent-Length: 2\r\n\r\nOK";
static const char podman_says[] =
    "HTTP/1.1 200 OK\r\nLibpod-Api-Version: 4.3.1\r\nServer: Libpod/4.3.1\r\nContent-Length: 2\r\n\r\nOK";

static void fake_start(struct fake *f, const char *name, const char *answer)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	(void)snprintf(f->path, sizeof(f->path), "%s", temp_at(&temp, name));
	assert_true(strlen(f->path) < sizeof(at.sun_path));
	memcpy(at.sun_path, f->path, strlen(f->path));
	f->answer = answer;
	f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(f->listener, 8), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

static void fake_stop(struct fake *f)
{
	(void)shutdown(f->listener, SHUT_RDWR);
	(void)pthread_join(f->thread, NULL);
	(void)close(f->listener);
	(void)unlink(f->path);
}

static int make(void **state)
{
	(void)state;
	temp_make(&temp);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	temp_drop(&temp);
	arena_reset(&arena);
	return 0;
}

static const char *const nowhere[] = {NULL};
static const struct engine_places no_places = {nowhere, nowhere};

static char *assign(const char *name, const char *before, const char *value)
{
	return arena_printf(&arena, "%s=%s%s", name, before, value);
}

static void find(char *one, char *two, char *three, struct engine *ret)
{
	char *env[] = {one, two, three, NULL};
	engine_find(&arena, env, &no_places, ret);
}

static void a_variable_names_the_engine(void **state)
{
	(void)state;
	struct fake f;
	struct engine e;
	fake_start(&f, "d.sock", docker_says);
	find(assign("DOCKER_HOST", "unix://", f.path), NULL, NULL, &e);
	assert_string_equal(e.socket, f.path);
	assert_string_equal(e.name, "docker");
	assert_true(e.for_docker);
	assert_false(e.for_podman);
	assert_null(e.remark);
	fake_stop(&f);
}

static void podman_is_told_from_docker(void **state)
{
	(void)state;
	struct fake f;
	struct engine e;
	fake_start(&f, "p.sock", podman_says);
	find(assign("DOCKER_HOST", "unix://", f.path), NULL, NULL, &e);
	assert_string_equal(e.name, "podman");
	assert_true(e.for_docker && e.for_podman);
	find(assign("CONTAINER_HOST", "unix://", f.path), NULL, NULL, &e);
	assert_true(e.for_podman);
	assert_false(e.for_docker);
	fake_stop(&f);
}

static void clients_of_another_engine_stay_with_it(void **state)
{
	(void)state;
	struct fake d, p;
	struct engine e;
	fake_start(&d, "d.sock", docker_says);
	fake_start(&p, "p.sock", podman_says);
	find(assign("DOCKER_HOST", "unix://", d.path), assign("CONTAINER_HOST", "unix://", p.path), NULL, &e);
	assert_string_equal(e.socket, d.path);
	assert_true(e.for_docker);
	assert_false(e.for_podman);
	assert_non_null(e.remark);
	fake_stop(&d);
	fake_stop(&p);
}

static void an_engine_that_is_named_and_silent_is_none(void **state)
{
	(void)state;
	struct engine e;
	find(assign("DOCKER_HOST", "unix://", temp_at(&temp, "none.sock")), NULL, NULL, &e);
	assert_null(e.socket);
	assert_null(e.remark);
	assert_non_null(strstr(e.why, "none.sock"));
	find(assign("DOCKER_HOST", "", "garbage"), NULL, NULL, &e);
	assert_null(e.socket);
	assert_non_null(e.why);
}

static void what_is_not_a_unix_socket_is_passed_by_with_a_word(void **state)
{
	(void)state;
	struct engine e;
	find(assign("DOCKER_HOST", "", "tcp://10.0.0.1:2375"), NULL, NULL, &e);
	assert_null(e.socket);
	assert_non_null(strstr(e.remark, "tcp://10.0.0.1:2375"));
	assert_non_null(strstr(e.why, "only such can be tapped"));
	find(assign("DOCKER_HOST", "", "ssh://me:secret@host"), NULL, NULL, &e);
	assert_null(strstr(e.remark, "secret"));
	assert_non_null(strstr(e.remark, "ssh://host"));
}

static void nothing_is_found_where_nothing_is(void **state)
{
	(void)state;
	struct engine e;
	find(assign("HOME", "", temp.dir), NULL, NULL, &e);
	assert_null(e.socket);
	assert_null(e.remark);
	assert_non_null(strstr(e.why, "no container engine was found"));
}

static void default_places_are_tried_in_order(void **state)
{
	(void)state;
	struct fake p;
	struct engine e;
	char *env[] = {NULL};
	fake_start(&p, "p.sock", podman_says);
	const char *dead[] = {"/nonexistent/docker.sock", NULL}, *alive[] = {"/nonexistent", p.path, NULL};
	struct engine_places places = {dead, alive};
	engine_find(&arena, env, &places, &e);
	assert_string_equal(e.socket, p.path);
	assert_true(e.for_podman);
	assert_false(e.for_docker); /* docker's clients would not have come here */
	places.docker = alive;
	engine_find(&arena, env, &places, &e);
	assert_true(e.for_docker && e.for_podman);
	fake_stop(&p);
}

static void the_context_of_docker_names_the_engine(void **state)
{
	(void)state;
	struct fake f;
	struct engine e;
	char hex[SHA256_HEX_BYTES];
	fake_start(&f, "d.sock", docker_says);
	sha256_hex(STR("mine"), hex);
	(void)temp_file(&temp, ".docker/config.json", "{\"auths\":{},\"currentContext\":\"mine\"}");
	(void)temp_file(&temp, arena_printf(&arena, ".docker/contexts/meta/%s/meta.json", hex),
			arena_printf(&arena,
				     "{\"Name\":\"mine\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":"
				     "\"unix://%s\",\"SkipTLSVerify\":false}}}",
				     f.path));
	find(assign("HOME", "", temp.dir), NULL, NULL, &e);
	assert_non_null(e.socket);
	assert_string_equal(e.socket, f.path);
	find(assign("HOME", "", temp.dir), assign("DOCKER_CONTEXT", "", "default"), NULL, &e);
	assert_null(e.socket);
	find(assign("HOME", "", temp.dir), assign("DOCKER_HOST", "unix://", "/nonexistent"), NULL, &e);
	assert_null(e.socket);
	fake_stop(&f);
}

static void broken_files_of_docker_name_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "{", "[]", "{\"currentContext\":5}",
					    "{\"currentContext\":\"gone\"}"};
	struct engine e;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		(void)temp_file(&temp, ".docker/config.json", texts[i]);
		find(assign("HOME", "", temp.dir), NULL, NULL, &e);
		assert_null(e.socket);
	}
}

static void tc_host_outranks_the_tap_and_that_is_told(void **state)
{
	(void)state;
	struct fake f;
	struct engine e;
	fake_start(&f, "d.sock", docker_says);
	char *host = assign("DOCKER_HOST", "unix://", f.path), *home = assign("HOME", "", temp.dir);
	(void)temp_file(&temp, ".testcontainers.properties", "#tc.host=x\ndocker.host=unix:///x\n");
	find(host, home, NULL, &e);
	assert_null(e.remark);
	(void)temp_file(&temp, ".testcontainers.properties", "ryuk.disabled=true\n tc.host = tcp://x\n");
	find(host, home, NULL, &e);
	assert_non_null(strstr(e.remark, "tc.host"));
	fake_stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_variable_names_the_engine, make, drop),
	    cmocka_unit_test_setup_teardown(podman_is_told_from_docker, make, drop),
	    cmocka_unit_test_setup_teardown(clients_of_another_engine_stay_with_it, make, drop),
	    cmocka_unit_test_setup_teardown(an_engine_that_is_named_and_silent_is_none, make, drop),
	    cmocka_unit_test_setup_teardown(what_is_not_a_unix_socket_is_passed_by_with_a_word, make, drop),
	    cmocka_unit_test_setup_teardown(nothing_is_found_where_nothing_is, make, drop),
	    cmocka_unit_test_setup_teardown(default_places_are_tried_in_order, make, drop),
	    cmocka_unit_test_setup_teardown(the_context_of_docker_names_the_engine, make, drop),
	    cmocka_unit_test_setup_teardown(broken_files_of_docker_name_nothing, make, drop),
	    cmocka_unit_test_setup_teardown(tc_host_outranks_the_tap_and_that_is_told, make, drop),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
