#include "engine/watch_api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena scratch;

static bool reads(const char *text, struct inspect *ret)
{
	return inspect_read(str_of(text), &scratch, ret);
}

static void a_running_container_of_docker(void **state)
{
	(void)state;
	struct inspect in;
	assert_true(reads(
	    "{\"Id\":\"6d26f0cd85c5\",\"Created\":\"2026-11-21T09:00:12Z\",\"Args\":[\"-c\",\"x\"],"
	    "\"State\":{\"Status\":\"running\",\"Running\":true,\"OOMKilled\":false,\"Pid\":31065,"
	    "\"ExitCode\":0,\"StartedAt\":\"2026-11-21T09:00:12.903713497Z\","
	    "\"FinishedAt\":\"0001-01-01T00:00:00Z\",\"Health\":{\"Status\":\"starting\","
	    "\"FailingStreak\":0,\"Log\":[]}},"
	    "\"HostConfig\":{\"NetworkMode\":\"default\",\"PortBindings\":{\"8080/tcp\":[{\"HostPort\":\"\"}]}},"
	    "\"Config\":{\"Env\":[\"A=b\"],\"ExposedPorts\":{\"8080/tcp\":{},\"9090/tcp\":{},\"53/udp\":{}},"
	    "\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"true\"]}},"
	    "\"NetworkSettings\":{\"Ports\":{\"8080/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"32768\"}],"
	    "\"9090/tcp\":null,\"53/udp\":[{\"HostPort\":\"1\"}]}}}",
	    &in));
	assert_true(str_is(in.id, "6d26f0cd85c5"));
	assert_true(in.running && in.has_health && !in.oom);
	assert_int_equal(in.pid, 31065);
	assert_int_equal(in.health, HEALTH_STARTING);
	assert_int_equal(in.network, INSPECT_OWN);
	assert_int_equal(in.begun_ns, INT64_C(1795251612903713497));
	assert_int_equal(in.ended_ns, 0);
	assert_int_equal(in.published.n, 1);
	assert_int_equal(in.published.port[0], 8080);
	assert_int_equal(in.exposed.n, 2);
	assert_int_equal(in.exposed.port[1], 9090);
}

static void a_stopped_container_of_podman(void **state)
{
	(void)state;
	struct inspect in;
	assert_true(
	    reads("{\"Id\":\"81\",\"State\":{\"Running\":false,\"Pid\":0,\"ExitCode\":137,\"OOMKilled\":true,"
		  "\"StartedAt\":\"2026-11-21T10:00:12.5+01:00\",\"FinishedAt\":\"2026-11-21T09:00:13Z\","
		  "\"Health\":{\"Status\":\"\",\"FailingStreak\":0,\"Log\":null}},"
		  "\"HostConfig\":{\"NetworkMode\":\"bridge\"},\"Config\":{\"ExposedPorts\":null,"
		  "\"Healthcheck\":null},\"NetworkSettings\":{\"Ports\":{}}}",
		  &in));
	assert_true(!in.running && in.oom && !in.has_health);
	assert_int_equal(in.exit, 137);
	assert_int_equal(in.begun_ns, INT64_C(1795251612500000000));
	assert_int_equal(in.ended_ns, INT64_C(1795251613000000000));
	assert_int_equal(in.health, HEALTH_NONE);
}

static void limits_in_either_way_of_saying_them(void **state)
{
	(void)state;
	struct inspect in;
	assert_true(
	    reads("{\"Id\":\"a\",\"HostConfig\":{\"Memory\":134217728,\"NanoCpus\":500000000}}", &in));
	assert_int_equal(in.memory_limit, 128 << 20);
	assert_int_equal(in.nano_cpus, 500000000);
	assert_true(reads("{\"Id\":\"a\",\"HostConfig\":{\"NanoCpus\":0,\"CpuQuota\":50000,"
			  "\"CpuPeriod\":100000}}",
			  &in));
	assert_int_equal(in.nano_cpus, 500000000);
	assert_int_equal(in.memory_limit, 0);
	assert_true(reads("{\"Id\":\"a\",\"HostConfig\":{\"CpuQuota\":-1,\"CpuPeriod\":0}}", &in));
	assert_int_equal(in.nano_cpus, 0);
	assert_false(reads("{\"Id\":\"a\",\"HostConfig\":{\"Memory\":\"much\"}}", &in));
}

static void networks_that_are_not_its_own(void **state)
{
	(void)state;
	static const struct {
		const char *mode;
		enum inspect_network want;
	} cases[] = {{"host", INSPECT_NONE},           {"none", INSPECT_NONE},
		     {"container:ab", INSPECT_SHARED}, {"ns:/proc/1", INSPECT_SHARED},
		     {"bridge", INSPECT_OWN},          {"kind", INSPECT_OWN}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct inspect in;
		char text[128] = "{\"Id\":\"a\",\"HostConfig\":{\"NetworkMode\":\"";
		strcat(text, cases[i].mode);
		strcat(text, "\"}}");
		assert_true(reads(text, &in));
		assert_int_equal(in.network, cases[i].want);
	}
}

static void a_check_that_is_switched_off_is_none(void **state)
{
	(void)state;
	struct inspect in;
	assert_true(reads("{\"Id\":\"a\",\"Config\":{\"Healthcheck\":{\"Test\":[\"NONE\"]}}}", &in));
	assert_false(in.has_health);
	assert_true(reads("{\"Id\":\"a\",\"Config\":{\"Healthcheck\":{\"Test\":[]}}}", &in));
	assert_false(in.has_health);
}

static void more_ports_than_fit_and_ports_that_are_none(void **state)
{
	(void)state;
	struct inspect in;
	assert_true(reads(
	    "{\"Id\":\"a\",\"Config\":{\"ExposedPorts\":{\"1\":{},\"1/tcp\":{},\"2\":{},\"3\":{},\"4\":{},"
	    "\"5\":{},\"6\":{},\"7\":{},\"8\":{},\"9\":{},\"0/tcp\":{},\"70000/tcp\":{},\"x\":{}}}}",
	    &in));
	assert_int_equal(in.exposed.n, INSPECT_PORTS);
	assert_int_equal(in.exposed.port[7], 8);
}

static void answers_that_are_none(void **state)
{
	(void)state;
	struct inspect in;
	assert_false(reads("", &in));
	assert_false(reads("null", &in));
	assert_false(reads("[]", &in));
	assert_false(reads("{\"message\":\"no such container\"}", &in));
	assert_false(reads("{\"Id\":\"a\",\"State\":{\"Pid\":-4}}", &in));
	assert_false(reads("{\"Id\":\"a\",\"State\":{\"Pid\":99999999999}}", &in));
	assert_false(reads("{\"Id\":\"a\",\"State\":{\"Pid\":\"4\"}}", &in));
	assert_false(reads("{\"Id\":\"a\"", &in));
}

static void times_with_and_without_fraction_and_zone(void **state)
{
	(void)state;
	assert_int_equal(inspect_time(STR("1970-01-01T00:00:01Z")), INT64_C(1000000000));
	assert_int_equal(inspect_time(STR("2024-02-29T23:59:59.000000001Z")), INT64_C(1709251199000000001));
	assert_int_equal(inspect_time(STR("2024-03-01T00:59:59.1234567891+01:00")),
			 INT64_C(1709251199123456789));
	assert_int_equal(inspect_time(STR("2024-02-29T18:29:59-05:30")), INT64_C(1709251199000000000));
	assert_int_equal(inspect_time(STR("0001-01-01T00:00:00Z")), 0);
	assert_int_equal(inspect_time(STR("2024-02-29T23:59:59")), 0);
	assert_int_equal(inspect_time(STR("2024-02-29 23:59:59Z")), 0);
	assert_int_equal(inspect_time(STR("2024-13-01T00:00:00Z")), 0);
	assert_int_equal(inspect_time(STR("9999-01-01T00:00:00Z")), 0);
	assert_int_equal(inspect_time(STR("")), 0);
}

static int drop(void **state)
{
	(void)state;
	arena_free(&scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_running_container_of_docker),
	    cmocka_unit_test(a_stopped_container_of_podman),
	    cmocka_unit_test(limits_in_either_way_of_saying_them),
	    cmocka_unit_test(networks_that_are_not_its_own),
	    cmocka_unit_test(a_check_that_is_switched_off_is_none),
	    cmocka_unit_test(more_ports_than_fit_and_ports_that_are_none),
	    cmocka_unit_test(answers_that_are_none),
	    cmocka_unit_test(times_with_and_without_fraction_and_zone),
	};
	return cmocka_run_group_tests(tests, NULL, drop);
}
