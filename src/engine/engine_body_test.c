#include "engine/engine_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static struct arena arena;

static void a_create_of_docker_is_read(void **state)
{
	(void)state;
	struct create_body b;
	body_create(
	    STR("{\"Hostname\":\"x\",\"Env\":[\"PASSWORD=secret\"],\"Image\":\"ghcr.io/x/web:1\","
		"\"Labels\":{\"org.testcontainers.session-id\":\"s1\",\"password\":\"secret\","
		"\"io.x-k8s.kind.cluster\":\"k\",\"com.docker.compose.project.config_files\":\"/x\"},"
		"\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"]},"
		"\"HostConfig\":{\"AutoRemove\":true,\"Binds\":null,\"PortBindings\":{\"443/tcp\":[{\"HostPort\":\"\"}]}}}"),
	    &arena, &b);
	assert_true(str_is(b.image, "ghcr.io/x/web:1"));
	assert_true(str_is(b.ports, "443")); /* published before exposed */
	assert_true(b.health);
	assert_true(b.goes);
	assert_true(str_is(b.kind_cluster, "k"));
	assert_int_equal(b.n_labels, 2);
	assert_true(str_is(b.labels[0].key, "org.testcontainers.session-id"));
	assert_true(str_is(b.labels[0].value, "s1"));
}

static void a_create_of_podman_is_read(void **state)
{
	(void)state;
	struct create_body b;
	body_create(
	    STR("{\"name\":\"web\",\"image\":\"localhost/web\",\"env\":{\"A\":\"b\"},\"labels\":{},"
		"\"portmappings\":[{\"container_port\":80,\"host_port\":0},{\"container_port\":53,"
		"\"protocol\":\"udp\"},7],\"expose\":{\"9\":\"tcp\"},\"healthconfig\":{\"Test\":[\"NONE\"]}}"),
	    &arena, &b);
	assert_true(str_is(b.name, "web"));
	assert_true(str_is(b.image, "localhost/web"));
	assert_true(str_is(b.ports, "80"));
	assert_false(b.health);
	body_create(STR("{\"image\":\"a\",\"expose\":{\"9\":\"tcp\",\"10\":\"udp\"}}"), &arena, &b);
	assert_true(str_is(b.ports, "9"));
}

static void hostile_bodies_give_what_stood_in_front(void **state)
{
	(void)state;
	struct create_body b;
	static const char *const texts[] = {
	    "",
	    "[]",
	    "{\"Image\":5,\"Labels\":[],\"ExposedPorts\":7,\"HostConfig\":[]}",
	    "{\"Labels\":{\"org.testcontainers\":{\"a\":1}}}",
	    "{\"Healthcheck\":{\"Test\":{}}}",
	    "{\"ExposedPorts\":{\"x/tcp\":{},\"70000\":{},\"-1/tcp\":{},\"/tcp\":1}}"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		body_create(str_of(texts[i]), &arena, &b);
		assert_int_equal(b.image.n, 0);
		assert_int_equal(b.ports.n, 0);
		assert_false(b.health);
	}
	body_create(STR("{\"Image\":\"a:1\",\"Env\":[\"cut off he"), &arena, &b);
	assert_true(str_is(b.image, "a:1"));
}

static void an_id_and_an_error_are_found(void **state)
{
	(void)state;
	assert_true(str_is(body_id(STR("{\"Id\":\"abc\",\"Warnings\":[]}"), &arena), "abc"));
	assert_int_equal(body_id(STR("{\"Id\":7}"), &arena).n, 0);
	assert_int_equal(body_id(STR("nonsense"), &arena).n, 0);
	assert_true(str_is(body_error(STR("{\"message\":\"No such image\"}\n"), &arena), "No such image"));
	assert_true(
	    str_is(body_error(STR("{\"cause\":\"no such container\",\"message\":\"no container with name x\","
				  "\"response\":404}"),
			      &arena),
		   "no container with name x"));
	assert_true(str_is(
	    body_error(STR("{\"stream\":\"Step 1\"}\r\n{\"errorDetail\":{\"code\":2,\"message\":\"m\"},"
			   "\"error\":\"exit 2\"}\r\n"),
		       &arena),
	    "exit 2"));
	assert_true(
	    str_is(body_error(STR("{\n \"message\": \"on\\ntwo lines\"\n}"), &arena), "on\ntwo lines"));
	assert_true(str_is(body_error(STR("page not found\nmore"), &arena), "page not found"));
	assert_int_equal(body_error(STR(""), &arena).n, 0);
}

static void assert_cmd(const char *body, const char *want)
{
	assert_true(str_is(body_exec_cmd(str_of(body), &arena), want));
}

static void of_a_program_only_its_name_is_kept(void **state)
{
	(void)state;
	assert_cmd("{\"Cmd\":[\"/usr/bin/mysql\",\"-psecret\",\"-e\",\"drop\"]}", "mysql");
	assert_cmd("{\"Cmd\":[\"sh\",\"-c\",\"kubectl get\"]}", "sh");
	assert_cmd("{\"Cmd\":\"cat /etc/passwd\"}", "cat");
	assert_cmd("{\"Cmd\":[]}", "");
	assert_cmd("{\"Cmd\":[7]}", "");
	assert_cmd("{\"Cmd\":null}", "");
	assert_cmd("", "");
}

static void the_steps_of_kind_are_told(void **state)
{
	(void)state;
	assert_cmd("{\"Cmd\":[\"kubeadm\",\"init\",\"--config=/kind/kubeadm.conf\",\"--token\",\"x\"]}",
		   "kubeadm init");
	assert_cmd(
	    "{\"Cmd\":[\"kubectl\",\"--kubeconfig=/etc/kubernetes/admin.conf\",\"create\",\"-f\",\"-\"]}",
	    "kubectl create");
	assert_cmd("{\"Cmd\":[\"kubectl\",\"--kubeconfig\",\"/etc/x\",\"get\",\"nodes\"]}", "kubectl get");
	assert_cmd("{\"Cmd\":[\"kubectl\",\"--token\",\"S3cret\"]}", "kubectl");
	assert_cmd("{\"Cmd\":[\"cp\",\"/dev/stdin\",\"/kind/kubeadm.conf\"]}", "cp kubeadm.conf");
	assert_cmd("{\"Cmd\":[\"cat\",\"/kind/manifests/default-cni.yaml\"]}", "cat default-cni.yaml");
}

static void an_inspect_tells_how_an_exec_ended(void **state)
{
	(void)state;
	struct inspect_body b;
	body_inspect(
	    STR("{\"ID\":\"e\",\"Running\":false,\"ExitCode\":3,\"ProcessConfig\":{\"ExitCode\":9}}"), &arena,
	    &b);
	assert_true(b.has_exit && !b.running);
	assert_int_equal(b.exit, 3);
	body_inspect(STR("{\"Running\":true,\"ExitCode\":null}"), &arena, &b);
	assert_true(b.running && !b.has_exit);
	body_inspect(STR("{\"Name\":\"/web\"}"), &arena, &b);
	assert_true(str_is(b.name, "web"));
	body_inspect(STR("{\"Name\":[],\"ExitCode\":\"x\"}"), &arena, &b);
	assert_false(b.has_exit);
}

static void a_start_may_be_detached(void **state)
{
	(void)state;
	assert_true(body_exec_detached(STR("{\"Detach\":true,\"Tty\":false}"), &arena));
	assert_false(body_exec_detached(STR("{\"Detach\":false}"), &arena));
	assert_false(body_exec_detached(STR("{\"Detach\":\"true\"}"), &arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_create_of_docker_is_read),
	    cmocka_unit_test(a_create_of_podman_is_read),
	    cmocka_unit_test(hostile_bodies_give_what_stood_in_front),
	    cmocka_unit_test(an_id_and_an_error_are_found),
	    cmocka_unit_test(of_a_program_only_its_name_is_kept),
	    cmocka_unit_test(the_steps_of_kind_are_told),
	    cmocka_unit_test(an_inspect_tells_how_an_exec_ended),
	    cmocka_unit_test(a_start_may_be_detached),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
