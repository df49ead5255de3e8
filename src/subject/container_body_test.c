#include "subject/container_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static struct arena scratch;
static struct buf text;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&scratch);
	buf_free(&text);
	return 0;
}

static const char *create(const struct bench_item *item, bool disk)
{
	struct container_wish p = {item, "ubuntu:22.04", "7-ab", disk};
	buf_clear(&text);
	container_put_create(&text, &p);
	return text.at;
}

static void a_sandbox_waits_and_has_its_limits(void **state)
{
	(void)state;
	const char *env[] = {"A=\"b\""};
	struct bench_item item = {.memory_bytes = 128 << 20,
				  .cpus = 0.5,
				  .disk_bytes = 1 << 30,
				  .network = "none",
				  .env = {env, 1, 1}};
	assert_string_equal(
	    create(&item, true),
	    "{\"Image\":\"ubuntu:22.04\",\"Entrypoint\":[\"sleep\",\"2147483647\"],"
	    "\"Env\":[\"A=\\\"b\\\"\"],\"StopTimeout\":0,\"Labels\":{\"fettle.bench\":\"7-ab\"},\"HostConfig\":{"
	    "\"NetworkMode\":\"none\",\"Memory\":134217728,\"NanoCpus\":500000000,"
	    "\"StorageOpt\":{\"size\":\"1073741824\"}}}");
	assert_null(strstr(create(&item, false), "StorageOpt"));
}

static void a_service_runs_what_its_image_names(void **state)
{
	(void)state;
	const char *words[] = {"httpd", "-f"};
	struct bench_item item = {.ready = "wget x", .dir = "/srv"};
	assert_string_equal(
	    create(&item, true),
	    "{\"Image\":\"ubuntu:22.04\",\"Env\":[],\"WorkingDir\":\"/srv\",\"StopTimeout\":0,\"Labels\":{"
	    "\"fettle.bench\":\"7-ab\"},\"HostConfig\":{}}");
	item.main = (struct knob_list){words, 2, 2};
	assert_non_null(strstr(create(&item, true), "\"Entrypoint\":[\"httpd\",\"-f\"]"));
}

static void commands_and_filters(void **state)
{
	(void)state;
	char sh[] = "sh", line[] = "echo \"a\\b\"";
	char *words[] = {sh, line, NULL};
	buf_clear(&text);
	container_put_exec(&text, words, true);
	assert_string_equal(text.at, "{\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,"
				     "\"Tty\":false,\"Cmd\":[\"sh\",\"echo \\\"a\\\\b\\\"\"]}");
	buf_clear(&text);
	container_put_filter(&text, "7-ab");
	assert_string_equal(text.at, "filters=%7B%22label%22%3A%5B%22fettle.bench%3D7-ab%22%5D%7D");
}

/* Nothing of an id may lead a path elsewhere, or be too long for its room. */
static void ids_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "{}",
					  "[]",
					  "null",
					  "{\"Id\":\"\"}",
					  "{\"Id\":null}",
					  "{\"Id\":7}",
					  "{\"Id\":\"a/../b\"}",
					  "{\"Id\":\"a?b\"}",
					  "{\"Id\":\"a b\"}",
					  "{\"Id\":\"a\\u0000b\"}",
					  "{\"id\":\"a\"}",
					  "{\"Id\":\"a\"",
					  "{\"Id\":\"a\"}x"};
	struct str id;
	char longer[300] = "{\"Id\":\"";
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(container_read_id(str_of(bad[i]), &scratch, &id));
	memset(longer + 7, 'a', CONTAINER_ID);
	memcpy(longer + 7 + CONTAINER_ID, "\"}", 3);
	assert_false(container_read_id(str_of(longer), &scratch, &id));
	assert_true(container_read_id(STR("{\"Id\":\"ab12\",\"Warnings\":[]}"), &scratch, &id));
	assert_true(str_is(id, "ab12"));
}

static void lists_of_ids(void **state)
{
	(void)state;
	struct str ids[2];
	assert_int_equal(container_read_ids(STR("[]"), &scratch, ids, 2), 0);
	assert_int_equal(container_read_ids(STR("[{\"Id\":\"a\",\"Names\":[\"/x\"]},{\"Id\":\"../\"},{},"
						"{\"Id\":\"b\"},{\"Id\":\"c\"}]"),
					    &scratch, ids, 2),
			 2);
	assert_true(str_is(ids[1], "b"));
	assert_int_equal(container_read_ids(STR("{}"), &scratch, ids, 2), -1);
	assert_int_equal(container_read_ids(STR("[{\"Id\":\"a\"}"), &scratch, ids, 2), -1);
	assert_int_equal(container_read_ids(STR("[7]"), &scratch, ids, 2), 0);
}

static void how_a_command_ended(void **state)
{
	(void)state;
	struct container_exit x;
	assert_true(
	    container_read_exit(STR("{\"ID\":\"e\",\"Running\":false,\"ExitCode\":3}"), &scratch, &x));
	assert_true(!x.running && x.code == 3);
	assert_true(container_read_exit(STR("{\"Running\":true,\"ExitCode\":null}"), &scratch, &x));
	assert_true(x.running && x.code == -1);
	assert_true(container_read_exit(STR("{\"ExitCode\":100000}"), &scratch, &x));
	assert_int_equal(x.code, -1);
	assert_false(container_read_exit(STR("[]"), &scratch, &x));
	assert_false(container_read_exit(STR("{\"Running\":\"yes\"}"), &scratch, &x));
}

static void chooses(const char *body, const char *want)
{
	struct container_version v;
	char version[16];
	assert_true(container_read_version(str_of(body), &scratch, &v));
	container_choose_version(&v, version);
	assert_string_equal(version, want);
}

static void a_version_that_both_speak(void **state)
{
	(void)state;
	struct container_version v;
	chooses("{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}", "/v1.41");
	chooses("{\"ApiVersion\":\"1.24\",\"MinAPIVersion\":\"1.12\"}", "/v1.24");
	chooses("{\"ApiVersion\":\"1.52\",\"MinAPIVersion\":\"1.44\"}", "/v1.44");
	assert_false(container_is_newer(STR("1.41")) || container_is_newer(STR("1.46")));
	assert_true(container_is_newer(STR("1.52")) && container_is_newer(STR("2.0")));
	assert_false(container_is_newer(STR("x")) || container_is_newer(STR_NONE));
	chooses("{}", "");
	chooses("{\"ApiVersion\":\"../../x\",\"MinAPIVersion\":\"9999999999.1\"}", "");
	assert_false(container_read_version(STR("<html>"), &scratch, &v));
}

static void statistics_of_both_kinds_of_cgroups(void **state)
{
	(void)state;
	assert_int_equal(container_read_stats(STR("{\"memory_stats\":{\"usage\":99,\"stats\":{\"anon\":1,"
						  "\"file\":50,\"shmem\":2,\"slab\":4,\"sock\":8}}}"),
					      &scratch),
			 15);
	assert_int_equal(container_read_stats(STR("{\"memory_stats\":{\"stats\":{\"rss\":7,\"total_rss\":8,"
						  "\"total_shmem\":1}}}"),
					      &scratch),
			 9);
	assert_int_equal(container_read_stats(STR("{\"memory_stats\":{\"stats\":null}}"), &scratch), -1);
	assert_int_equal(container_read_stats(STR("{\"memory_stats\":{\"stats\":{\"anon\":-5}}}"), &scratch),
			 -1);
	assert_int_equal(container_read_stats(STR("{}"), &scratch), -1);
	assert_int_equal(container_read_stats(STR("gone"), &scratch), -1);
}

static void says(const char *body, const char *want)
{
	char said[CONTAINER_SAID];
	container_said(str_of(body), &scratch, said);
	assert_string_equal(said, want);
}

static void words_of_an_engine_are_one_clean_line(void **state)
{
	(void)state;
	char said[CONTAINER_SAID];
	says("{\"message\":\"No such image: x\"}\n", "No such image: x");
	says("{\"message\":\"a\\nb\\u001b[31m  c\\t\"}", "a b [31m c");
	says("page not found\n", "page not found");
	says("", "");
	says("{\"message\":7}", "{\"message\":7}");
	/* the cause stands at the end */
	buf_clear(&text);
	for (int i = 0; i < 30; i++)
		buf_text(&text, "cannot make x: ");
	buf_text(&text, "no room is left");
	container_said(buf_view(&text), &scratch, said);
	assert_true(str_ends(str_of(said), "no room is left"));
	buf_clear(&text);
	for (int i = 0; i < 900; i++)
		buf_char(&text, 'a');
	container_said(buf_view(&text), &scratch, said);
	assert_int_equal(strlen(said), CONTAINER_SAID - 1);
}

static void an_image_that_did_not_come(void **state)
{
	(void)state;
	char said[CONTAINER_SAID];
	assert_true(container_pull_error(
	    STR("{\"status\":\"Pulling\"}\n{\"error\":\"no route\",\"errorDetail\":{}}\n"), &scratch, said));
	assert_string_equal(said, "no route");
	assert_false(
	    container_pull_error(STR("{\"status\":\"Pulling\"}\r\n{\"status\":\"Done\"}\n"), &scratch, said));
	assert_false(container_pull_error(STR_NONE, &scratch, said));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sandbox_waits_and_has_its_limits),
	    cmocka_unit_test(a_service_runs_what_its_image_names),
	    cmocka_unit_test(commands_and_filters),
	    cmocka_unit_test(ids_that_are_none),
	    cmocka_unit_test(lists_of_ids),
	    cmocka_unit_test(how_a_command_ended),
	    cmocka_unit_test(a_version_that_both_speak),
	    cmocka_unit_test(statistics_of_both_kinds_of_cgroups),
	    cmocka_unit_test(words_of_an_engine_are_one_clean_line),
	    cmocka_unit_test(an_image_that_did_not_come),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
