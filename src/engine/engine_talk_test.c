#include "engine/engine_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/row.h"
#include "base/str.h"

#define CID  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define EXEC "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

/* A talk of one peer whose rows are kept as text. */
static struct rows {
	struct sink sink;
	struct buf text;
	uint32_t n;
} rows;
static struct engine_talk talk;
static struct talk_peer peer;
static int64_t now;
static bool watched;

static void put(struct sink *s, const struct event *ev)
{
	struct rows *r = (struct rows *)s;
	row_write(&r->text, ev);
	r->n++;
}

static bool on_started(struct talk_host *h, const struct known_container *c, int64_t now_ns)
{
	(void)h;
	assert_true(str_is(c->cid, CID));
	assert_true(now_ns > 0);
	return watched;
}

static struct talk_host host = {on_started};
static char *patterns[] = {(char *)"web=*nginx*"};

static int open_talk(void **state)
{
	(void)state;
	rows = (struct rows){.sink = {put}};
	watched = false;
	now = NS_PER_S;
	talk_init(&talk, &rows.sink, &host, "docker", patterns, 1);
	talk_peer_init(&peer, &talk, 3, 77);
	return 0;
}

static int close_talk(void **state)
{
	(void)state;
	talk_peer_free(&peer, now);
	talk_free(&talk);
	buf_free(&rows.text);
	return 0;
}

static void say(enum http_way way, const char *head, const char *body)
{
	struct buf b = {0};
	buf_printf(&b, "%s\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
	now += NS_PER_MS;
	http_tap_feed(&peer.tap, way, buf_view(&b), now);
	buf_free(&b);
}

static void call(const char *request, const char *body, const char *status, const char *answer)
{
	char line[512];
	(void)snprintf(line, sizeof(line), "%s HTTP/1.1", request);
	say(HTTP_UP, line, body);
	(void)snprintf(line, sizeof(line), "HTTP/1.1 %s", status);
	say(HTTP_DOWN, line, answer);
}

static void create(void)
{
	call("POST /v1.41/containers/create?name=web",
	     "{\"Image\":\"docker.io/nginx:1\",\"Env\":[\"PASSWORD=secret\"]}", "201 Created",
	     "{\"Id\":\"" CID "\"}");
}

static void assert_has(const char *what)
{
	if (!str_has(buf_view(&rows.text), str_of(what)))
		fail_msg("no %s in:\n%s", what, rows.text.at);
}

static void assert_has_not(const char *what)
{
	if (str_has(buf_view(&rows.text), str_of(what)))
		fail_msg("%s in:\n%s", what, rows.text.at);
}

static void a_container_begins_when_its_creation_was_answered(void **state)
{
	(void)state;
	create();
	assert_int_equal(rows.n, 2);
	assert_has(
	    "{\"ev\":\"begin\",\"t\":1001000000,\"kind\":\"container\",\"id\":1,\"w\":3,\"src\":\"tap\",\"name\":\"web\","
	    "\"image\":\"docker.io/nginx:1\",\"cid\":\"" CID "\",\"engine\":\"docker\",\"type\":\"web\"}");
	assert_has(
	    "\"t\":1001000000,\"kind\":\"call\",\"id\":2,\"in\":1,\"w\":3,\"d\":1000000,\"st\":\"passed\",\"src\":\"tap\","
	    "\"name\":\"create\",\"http\":201,\"image\":\"docker.io/nginx:1\"");
	assert_has("\"pid\":77");
	assert_has_not("secret");
}

static void a_creation_that_fails_is_a_call_with_the_words_of_the_engine(void **state)
{
	(void)state;
	call("POST /containers/create", "{\"Image\":\"gone\"}", "404 Not Found",
	     "{\"message\":\"No such image: gone\"}");
	assert_int_equal(rows.n, 1);
	assert_has(
	    "\"st\":\"failed\",\"src\":\"tap\",\"name\":\"create\",\"msg\":\"No such image: gone\",\"http\":404,"
	    "\"image\":\"gone\"");
}

static void a_container_is_known_by_name_and_short_id(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/start", "", "204 No Content", "");
	call("GET /containers/aaaaaaaaaaaa/json", "", "200 OK", "{}");
	call("GET /containers/aaa/json", "", "200 OK", "{}");
	call("GET /containers/aab/json", "", "404 Not Found", "{}");
	assert_has("\"in\":1,\"w\":3,\"d\":1000000,\"st\":\"passed\",\"src\":\"tap\",\"name\":\"start\"");
	assert_has("\"id\":4,\"in\":1,");
	assert_has("\"id\":5,\"in\":1,");
	assert_has("\"id\":6,\"w\":3");
}

static void who_never_ran_ends_when_it_is_removed(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/start", "", "500 Internal Server Error", "{\"message\":\"OCI runtime\"}");
	call("DELETE /containers/web", "", "204 No Content", "");
	assert_has("\"name\":\"start\",\"msg\":\"OCI runtime\",\"http\":500");
	assert_has("{\"ev\":\"end\",\"t\":1006000000,\"kind\":\"container\",\"id\":1,");
	assert_has(
	    "{\"ev\":\"value\",\"t\":1006000000,\"in\":1,\"w\":3,\"src\":\"tap\",\"name\":\"removed\",\"num\":1}");
}

static void the_end_of_a_container_that_is_watched_is_left_to_the_watch(void **state)
{
	(void)state;
	watched = true;
	create();
	call("POST /containers/web/start", "", "204 No Content", "");
	call("POST /containers/web/stop", "", "204 No Content", "");
	call("DELETE /containers/web", "", "204 No Content", "");
	assert_has_not("\"ev\":\"end\"");
	assert_has_not("removed");
}

static void a_container_that_is_started_again_is_a_further_span(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/start", "", "204 No Content", "");
	call("POST /containers/web/stop", "", "204 No Content", "");
	call("POST /containers/web/start", "", "204 No Content", "");
	call("POST /containers/web/start", "", "304 Not Modified", "");
	uint32_t n = 0;
	struct str rest = buf_view(&rows.text), line;
	while (str_next(&rest, '\n', &line))
		n += str_has(line, STR("\"ev\":\"begin\""));
	assert_int_equal(n, 2);
	assert_has(
	    "\"kind\":\"container\",\"id\":5,\"w\":3,\"src\":\"tap\",\"name\":\"web\",\"image\":\"docker.io/nginx:1\"");
}

static void an_exec_is_one_call(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/exec", "{\"Cmd\":[\"/bin/sh\",\"-c\",\"secret\"]}", "201 Created",
	     "{\"Id\":\"" EXEC "\"}");
	int64_t begin = now - NS_PER_MS;
	call("POST /exec/" EXEC "/start", "{\"Detach\":false}", "200 OK", "output");
	int64_t end = now;
	assert_has_not("\"name\":\"exec");
	call("GET /exec/" EXEC "/json", "", "200 OK", "{\"Running\":false,\"ExitCode\":7}");
	char want[256];
	(void)snprintf(
	    want, sizeof(want),
	    "\"t\":%lld,\"kind\":\"call\",\"id\":3,\"in\":1,\"w\":3,\"d\":%lld,\"st\":\"passed\",\"src\":\"tap\","
	    "\"name\":\"exec\",\"http\":200,\"cmd\":\"sh\",\"exit\":7",
	    (long long)begin, (long long)(end - begin));
	assert_has(want);
	assert_has(
	    "\"id\":4,\"in\":1,\"w\":3,\"d\":1000000,\"st\":\"passed\",\"src\":\"tap\",\"name\":\"inspect\"");
	assert_has_not("secret");
}

static void an_exec_that_nobody_asks_about_is_told_after_a_while(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/exec", "{\"Cmd\":[\"true\"]}", "201 Created", "{\"Id\":\"" EXEC "\"}");
	call("POST /exec/" EXEC "/start", "{}", "200 OK", "");
	talk_tick(&talk, now + NS_PER_S);
	assert_has_not("\"name\":\"exec\"");
	talk_tick(&talk, now + 3 * NS_PER_S);
	assert_has("\"name\":\"exec\",\"http\":200,\"cmd\":\"true\"");
	talk_end(&talk, now + 4 * NS_PER_S);
	assert_int_equal(rows.n, 3);
}

static void a_detached_exec_ends_when_it_is_seen_to_have_ended(void **state)
{
	(void)state;
	create();
	call("POST /containers/web/exec", "{\"Cmd\":[\"job\"]}", "201 Created", "{\"Id\":\"" EXEC "\"}");
	call("POST /exec/" EXEC "/start", "{\"Detach\":true}", "200 OK", "");
	call("GET /exec/" EXEC "/json", "", "200 OK", "{\"Running\":true,\"ExitCode\":null}");
	assert_has_not("\"name\":\"exec\"");
	call("GET /exec/" EXEC "/json", "", "200 OK", "{\"Running\":false,\"ExitCode\":0}");
	assert_has(
	    "\"d\":7000000,\"st\":\"passed\",\"src\":\"tap\",\"name\":\"exec\",\"http\":200,\"cmd\":\"job\",\"exit\":0");
}

static void a_build_that_breaks_half_way_has_failed(void **state)
{
	(void)state;
	call(
	    "POST /build?t=x&buildargs=%7B%22TOKEN%22%3A%22secret%22%7D", "tar", "200 OK",
	    "{\"stream\":\"Step 1\"}\n{\"errorDetail\":{\"message\":\"no\"},\"error\":\"returned a non-zero code: 2\"}\n");
	assert_has(
	    "\"st\":\"failed\",\"src\":\"tap\",\"name\":\"build\",\"msg\":\"returned a non-zero code: 2\",\"http\":200");
	assert_has_not("secret");
}

static void a_long_stream_of_progress_keeps_its_last_words(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 5000; i++)
		buf_text(&b, "{\"status\":\"Downloading\"}\n");
	buf_text(&b, "{\"error\":\"unexpected EOF\"}\n");
	say(HTTP_UP, "POST /images/create?fromImage=a&tag=b HTTP/1.1", "");
	char head[128];
	(void)snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", b.n);
	http_tap_feed(&peer.tap, HTTP_DOWN, str_of(head), now);
	for (size_t at = 0; at < b.n; at += 1000)
		http_tap_feed(&peer.tap, HTTP_DOWN, str_cut(buf_view(&b), at, 1000), now);
	buf_free(&b);
	assert_has("\"name\":\"pull\",\"msg\":\"unexpected EOF\",\"http\":200,\"image\":\"a:b\"");
}

static void what_is_cut_off_is_unfinished(void **state)
{
	(void)state;
	say(HTTP_UP, "GET /images/json HTTP/1.1", "");
	http_tap_eof(&peer.tap, HTTP_DOWN, ++now);
	assert_has(
	    "\"st\":\"unfinished\",\"src\":\"tap\",\"name\":\"list\",\"msg\":\"the connection ended before the answer\"");
	assert_has_not("\"http\"");
}

static void kind_exec(const char *cmd)
{
	char body[256], id[80], line[160];
	static int n;
	(void)snprintf(body, sizeof(body), "{\"Cmd\":[%s]}", cmd);
	(void)snprintf(id, sizeof(id), "{\"Id\":\"exec%060d\"}", ++n);
	(void)snprintf(line, sizeof(line), "POST /exec/exec%060d/start", n);
	call("POST /containers/" CID "/exec", body, "201 Created", id);
	call(line, "{}", "200 OK", "");
}

static void the_phases_of_a_kind_cluster_follow_from_its_execs(void **state)
{
	(void)state;
	static const char *const names[] = {"nodes", "config", "control plane", "CNI", "storage", "wait"};
	call(
	    "POST /containers/create?name=c-control-plane",
	    "{\"Image\":\"kindest/node:v1\",\"Labels\":{\"io.x-k8s.kind.cluster\":\"c\",\"io.x-k8s.kind.role\":\"control-plane\"}}",
	    "201 Created", "{\"Id\":\"" CID "\"}");
	kind_exec("\"cat\",\"/kind/version\"");
	kind_exec("\"cp\",\"/dev/stdin\",\"/kind/kubeadm.conf\"");
	kind_exec("\"kubeadm\",\"init\",\"--v=6\"");
	kind_exec("\"kubectl\",\"--kubeconfig=/etc/kubernetes/admin.conf\",\"get\",\"nodes\"");
	kind_exec("\"cat\",\"/kind/manifests/default-cni.yaml\"");
	kind_exec("\"kubectl\",\"create\",\"-f\",\"-\"");
	kind_exec("\"cat\",\"/kind/manifests/default-storage.yaml\"");
	kind_exec("\"kubectl\",\"apply\",\"-f\",\"-\"");
	kind_exec("\"kubectl\",\"get\",\"nodes\"");
	kind_exec("\"kubectl\",\"get\",\"nodes\"");
	talk_tick(&talk, now + 60 * NS_PER_S);
	assert_has("\"name\":\"kind cluster\",\"cluster\":\"c\"");
	size_t at = 0;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char want[64];
		(void)snprintf(want, sizeof(want), "\"in\":1,\"w\":3,");
		assert_has(want);
		(void)snprintf(want, sizeof(want), "\"name\":\"%s\"}", names[i]);
		const char *found = strstr(rows.text.at + at, want);
		if (!found)
			fail_msg("no %s after byte %zu of:\n%s", want, at, rows.text.at);
		at = (size_t)(found - rows.text.at);
	}
	assert_has("{\"ev\":\"end\",");
	uint32_t n = rows.n;
	talk_tick(&talk, now + 90 * NS_PER_S);
	talk_end(&talk, now + 91 * NS_PER_S);
	assert_int_equal(rows.n, n); /* nothing is told twice */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_talk, close_talk)
	const struct CMUnitTest tests[] = {
	    TEST(a_container_begins_when_its_creation_was_answered),
	    TEST(a_creation_that_fails_is_a_call_with_the_words_of_the_engine),
	    TEST(a_container_is_known_by_name_and_short_id),
	    TEST(who_never_ran_ends_when_it_is_removed),
	    TEST(the_end_of_a_container_that_is_watched_is_left_to_the_watch),
	    TEST(a_container_that_is_started_again_is_a_further_span),
	    TEST(an_exec_is_one_call),
	    TEST(an_exec_that_nobody_asks_about_is_told_after_a_while),
	    TEST(a_detached_exec_ends_when_it_is_seen_to_have_ended),
	    TEST(a_build_that_breaks_half_way_has_failed),
	    TEST(a_long_stream_of_progress_keeps_its_last_words),
	    TEST(what_is_cut_off_is_unfinished),
	    TEST(the_phases_of_a_kind_cluster_follow_from_its_execs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
