#include "engine/engine_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena arena;

static void assert_call(const char *method, const char *target, enum engine_call want, const char *subject)
{
	struct engine_target t = engine_target_of(str_of(method), str_of(target), &arena);
	assert_string_equal(engine_call_name(t.call), engine_call_name(want));
	assert_int_equal(t.call, want);
	assert_true(str_is(t.subject, subject));
}

static void calls_are_told_with_and_without_a_version(void **state)
{
	(void)state;
	assert_call("POST", "/v1.41/containers/create?name=web", CALL_CREATE, "");
	assert_call("POST", "/containers/create", CALL_CREATE, "");
	assert_call("POST", "/v4.3.1/libpod/containers/create", CALL_CREATE, "");
	assert_call("POST", "http://d/v4.3.1/libpod/containers/abc/start", CALL_START, "abc");
	assert_call("POST", "/v1.41/containers/abc/start?x=y", CALL_START, "abc");
	assert_call("POST", "/containers/abc/stop?t=0", CALL_STOP, "abc");
	assert_call("POST", "/containers/abc/kill?signal=9", CALL_KILL, "abc");
	assert_call("POST", "/containers/abc/restart", CALL_RESTART, "abc");
	assert_call("DELETE", "/v1.41/containers/abc?force=1", CALL_REMOVE, "abc");
	assert_call("GET", "/containers/abc/json", CALL_INSPECT, "abc");
	assert_call("GET", "/containers/json?all=1", CALL_LIST, "");
	assert_call("POST", "/containers/prune", CALL_PRUNE, "");
	assert_call("POST", "/containers/abc/exec", CALL_EXEC_CREATE, "abc");
	assert_call("POST", "/exec/e1/start", CALL_EXEC_START, "e1");
	assert_call("GET", "/libpod/exec/e1/json", CALL_EXEC_INSPECT, "e1");
	assert_call("POST", "/containers/abc/wait?condition=next-exit", CALL_WAIT, "abc");
	assert_call("GET", "/containers/abc/logs?follow=1", CALL_LOGS, "abc");
	assert_call("POST", "/containers/abc/attach?stream=1", CALL_ATTACH, "abc");
	assert_call("HEAD", "/containers/abc/archive?path=/x", CALL_ARCHIVE, "abc");
	assert_call("PUT", "/containers/abc/archive?path=/x", CALL_ARCHIVE, "abc");
	assert_call("GET", "/containers/abc/stats", CALL_STATS, "abc");
	assert_call("POST", "/containers/a%2Fb/rename?name=c", CALL_OTHER, "a/b");
	assert_call("POST", "/build?t=x", CALL_BUILD, "");
	assert_call("POST", "/build/prune", CALL_PRUNE, "");
	assert_call("POST", "/session", CALL_SESSION, "");
	assert_call("POST", "/commit?container=abc", CALL_COMMIT, "");
	assert_call("POST", "/networks/create", CALL_NETWORK, "");
	assert_call("DELETE", "/volumes/v", CALL_VOLUME, "");
	assert_call("GET", "/events?filters=x", CALL_EVENTS, "");
	assert_call("GET", "/version", CALL_INFO, "");
	assert_call("HEAD", "/_ping", CALL_PING, "");
}

static void anything_else_is_other(void **state)
{
	(void)state;
	static const char *const targets[] = {"",
					      "/",
					      "//",
					      "/v1.41",
					      "/v1.41/",
					      "/containers",
					      "/containers/",
					      "/containers//",
					      "/exec",
					      "/exec/",
					      "*",
					      "http://",
					      "http://d",
					      "/?",
					      "/swarm/init",
					      "/containers/abc/x/y/z",
					      "/%",
					      "/containers/%zz/x"};
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		assert_int_equal(engine_target_of(STR("GET"), str_of(targets[i]), &arena).call, CALL_OTHER);
}

static void images_have_slashes(void **state)
{
	(void)state;
	assert_call("GET", "/images/ghcr.io/x/y:1/json", CALL_IMAGE, "");
	assert_call("GET", "/images/json", CALL_LIST, "");
	assert_call("POST", "/images/load", CALL_LOAD, "");
	assert_call("GET", "/images/get?names=a", CALL_SAVE, "");
	assert_call("GET", "/libpod/images/export?references=a", CALL_SAVE, "");
	assert_call("POST", "/images/create?fromSrc=-", CALL_LOAD, "");
	assert_call("DELETE", "/images/a", CALL_IMAGE, "");
	struct engine_target t =
	    engine_target_of(STR("POST"), STR("/images/localhost:5000%2Fa/push?tag=1"), &arena);
	assert_int_equal(t.call, CALL_PUSH);
	assert_true(str_is(t.image, "localhost:5000/a"));
}

static void a_pull_says_what_is_pulled(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"/images/create?fromImage=alpine&tag=3.14", "alpine:3.14"},
	    {"/images/create?fromImage=docker.io%2Flibrary%2Falpine", "docker.io/library/alpine"},
	    {"/images/create?tag=sha256%3Aab&fromImage=a", "a@sha256:ab"},
	    {"/libpod/images/pull?reference=quay.io/a:b&policy=missing", "quay.io/a:b"},
	};
	for (size_t i = 0; i < 4; i++) {
		struct engine_target t = engine_target_of(STR("POST"), str_of(rows[i][0]), &arena);
		assert_int_equal(t.call, CALL_PULL);
		assert_true(str_is(t.image, rows[i][1]));
	}
}

static void a_container_may_be_named(void **state)
{
	(void)state;
	struct engine_target t =
	    engine_target_of(STR("POST"), STR("/containers/create?platform=&name=my+web%21"), &arena);
	assert_true(str_is(t.name, "my web!"));
	t = engine_target_of(STR("POST"), STR("/containers/create?xname=no"), &arena);
	assert_int_equal(t.name.n, 0);
}

static void the_name_of_an_image_has_no_registry_path_and_tag(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"registry", "registry"},
	    {"ghcr.io/x/registry:2", "registry"},
	    {"localhost:5000/registry", "registry"},
	    {"localhost:5000/a/gitea:1.2@sha256:abcd", "gitea"},
	    {"wiremock/wiremock@sha256:abcd", "wiremock"},
	    {"", ""},
	    {"/", ""},
	    {":", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_true(str_is(engine_image_name(str_of(rows[i][0])), rows[i][1]));
}

static void the_first_pattern_that_matches_names_the_type(void **state)
{
	(void)state;
	static char *const patterns[] = {(char *)"git=*gitea*", (char *)"db=postgres",
					 (char *)"db=ghcr.io/x/*", (char *)"all=registry:2"};
	assert_true(str_is(engine_type_of(STR("docker.io/gitea/gitea:1"), patterns, 4), "git"));
	assert_true(str_is(engine_type_of(STR("docker.io/library/postgres:16"), patterns, 4), "db"));
	assert_true(str_is(engine_type_of(STR("ghcr.io/x/thing:1"), patterns, 4), "db"));
	assert_true(str_is(engine_type_of(STR("registry:2"), patterns, 4), "all"));
	assert_true(str_is(engine_type_of(STR("registry:3"), patterns, 4), "registry"));
	assert_true(str_is(engine_type_of(STR("registry:3"), NULL, 0), "registry"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls_are_told_with_and_without_a_version),
	    cmocka_unit_test(anything_else_is_other),
	    cmocka_unit_test(images_have_slashes),
	    cmocka_unit_test(a_pull_says_what_is_pulled),
	    cmocka_unit_test(a_container_may_be_named),
	    cmocka_unit_test(the_name_of_an_image_has_no_registry_path_and_tag),
	    cmocka_unit_test(the_first_pattern_that_matches_names_the_type),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
