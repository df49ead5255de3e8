#include "ingest/sayings.h"

#include "ingest/ingest_test.h"

struct stage {
	struct recorder r;
	struct sayings sayings;
	struct hearer hearer;
	struct lines out, log;
};

static struct stage the_stage;

static void with_rules(struct stage *s, const char *const *rules, size_t n)
{
	if (sayings_init(&s->sayings, &s->r.arena, rules, n, &s->r.err) < 0)
		fail_msg("%s", s->r.err.text);
	hearer_init(&s->hearer, &s->sayings, &s->r.in);
	lines_init(&s->out, &s->r.arena);
	lines_init(&s->log, &s->r.arena);
}

static int set_up(void **state)
{
	the_stage = (struct stage){0};
	recorder_init(&the_stage.r);
	*state = &the_stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	sayings_free(&s->sayings);
	recorder_free(&s->r);
	return 0;
}

static void say(struct stage *s, int64_t time_ns, const char *text)
{
	s->r.in.time_ns = time_ns;
	hearer_feed(&s->hearer, &s->out, str_of(text));
}

static void testcontainers_for_go_says_what_becomes_of_a_container(void **state)
{
	struct stage *s = *state;
	with_rules(s, NULL, 0);
	say(s, 1, "2026/01/02 10:00:00 🐳 Creating container for image registry:2\n");
	say(s, 2, "2026/01/02 10:00:00 ✅ Container created: 0123456789ab\n");
	say(s, 3, "2026/01/02 10:00:00 🐳 Starting container: 0123456789ab\n");
	say(s, 4, "2026/01/02 10:00:00 ✅ Container started: 0123456789ab\n");
	say(s, 5, "⏳ Waiting for container id 0123456789ab image: registry:2. Waiting for: &{Path:/v2/}\n");
	say(s, 6, "🔔 Container is ready: 0123456789ab\n");
	say(s, 7, "🐳 Stopping container: 0123456789ab\n");
	say(s, 8, "✅ Container stopped: 0123456789ab\n");
	say(s, 9, "🚫 Container terminated: 0123456789ab\n");
	recorder_expect(&s->r,
			"begin container 1 t=1 log '0123456789ab' cid='0123456789ab' image='registry:2'\n"
			"span call 2<1 t=1 d=1 passed log 'create'\n"
			"span call 3<1 t=3 d=1 passed log 'start'\n"
			"value t=6 log 'ready' cid='0123456789ab'\n"
			"span call 4<1 t=7 d=1 passed log 'stop'\n"
			"end container 1 t=8 log\n"
			"span call 5<1 t=9 passed log 'remove'\n");
}

static void where_the_engine_is_heard_only_ready_is_said(void **state)
{
	struct stage *s = *state;
	with_rules(s, NULL, 0);
	s->sayings.tapped = true;
	say(s, 1, "🐳 Creating container for image registry:2\n✅ Container created: 0123456789ab\n");
	say(s, 2, "🔔 Container is ready: 0123456789ab\nCreating cluster \"x\" ...\n • Preparing nodes 📦\n");
	recorder_expect(&s->r, "value t=2 log 'ready' cid='0123456789ab'\n");
}

static void of_two_that_are_created_at_once_it_is_not_guessed_which_was_which(void **state)
{
	struct stage *s = *state;
	with_rules(s, NULL, 0);
	say(s, 1, "Creating container for image a\nCreating container for image b\n");
	say(s, 2, "Container created: 0123456789ab\n");
	say(s, 3, "Container created: 0123456789ac\n");
	recorder_expect(&s->r, "begin container 1 t=2 log '0123456789ab' cid='0123456789ab'\n"
			       "begin container 2 t=3 log '0123456789ac' cid='0123456789ac'\n");
}

static void what_only_looks_like_such_a_line_says_nothing(void **state)
{
	struct stage *s = *state;
	with_rules(s, NULL, 0);
	say(s, 1,
	    "Container created: yes\nContainer started: \nthe container is fine\nCreating container for image \n");
	say(s, 1, " • Preparing nodes 📦  ...\n ✓ Preparing nodes 📦\n");
	recorder_expect(&s->r, "");
}

static void the_phases_of_kind_follow_each_other(void **state)
{
	struct stage *s = *state;
	with_rules(s, NULL, 0);
	say(s, 1, "Creating cluster \"t1\" ...\n • Ensuring node image (kindest/node:v1.31.0) 🖼  ...\n");
	say(s, 2, " ✓ Ensuring node image (kindest/node:v1.31.0) 🖼\n • Preparing nodes 📦  ...\n");
	say(s, 3, " ✗ Preparing nodes 📦\n • late\n");
	recorder_expect(&s->r, "begin phase 1 t=1 log 'kind: Ensuring node image (kindest/node:v1.31.0)'\n"
			       "end phase 1 t=2 passed log\n"
			       "begin phase 2 t=2 log 'kind: Preparing nodes'\n"
			       "end phase 2 t=3 failed log\n");
}

static void own_rules_make_phases_steps_and_counts(void **state)
{
	static const char *const rules[] = {"begin deploy {}=^Deploying (\\S+)",
					    "end deploy {}=^Deployed (\\S+)", "step {}=^== (.*) ==$",
					    "count retry=retrying"};
	struct stage *s = *state;
	with_rules(s, rules, 4);
	say(s, 1, "Deploying a\nDeploying b\n");
	say(s, 2, "Deployed a\n");
	say(s, 3, "== one ==\nretrying, retrying\n");
	say(s, 4, "== two ==\nDeployed c\n");
	s->r.in.time_ns = 9;
	hearer_end(&s->hearer, 0);
	recorder_expect(&s->r, "begin phase 1 t=1 log 'deploy a'\n"
			       "begin phase 2 t=1 log 'deploy b'\n"
			       "end phase 1 t=2 passed log\n"
			       "begin phase 3 t=3 log 'one'\n"
			       "value t=3 log 'retry' num=1 what='count'\n"
			       "end phase 3 t=4 passed log\n"
			       "begin phase 4 t=4 log 'two'\n"
			       "end phase 4 t=9 passed log\n"
			       "end phase 2 t=9 unfinished log\n");
	assert_int_equal(s->hearer.n_unpaired, 1);
}

static void lines_come_in_pieces_and_streams_do_not_mix(void **state)
{
	static const char *const rules[] = {"count x=^x$"};
	struct stage *s = *state;
	with_rules(s, rules, 1);
	say(s, 1, "x");
	hearer_feed(&s->hearer, &s->log, STR("y\nx\n"));
	recorder_expect(&s->r, "value t=1 log 'x' num=1 what='count'\n");
	say(s, 2, "\n");
	recorder_expect(&s->r, "value t=2 log 'x' num=1 what='count'\n");
}

static void begins_without_end_find_no_room_in_the_end_and_are_counted(void **state)
{
	static const char *const rules[] = {"begin p=p"};
	struct stage *s = *state;
	with_rules(s, rules, 1);
	for (int i = 0; i < SAYINGS_OPEN + 5; i++)
		say(s, 1, "p\n");
	assert_int_equal(s->hearer.n_open, SAYINGS_OPEN);
	assert_int_equal(s->hearer.n_unpaired, 5);
	hearer_end(&s->hearer, 2);
	assert_int_equal(s->hearer.n_open, 2);
}

static void bad_rules_say_what_is_wrong(void **state)
{
	static const struct {
		const char *rule, *says;
	} bad[] = {
	    {"start x=y", "bad rule 'start x=y': it begins with 'begin', 'end', 'step' or 'count'"},
	    {"begin x", "bad rule 'begin x': it goes on with NAME=REGEX"},
	    {"begin =x", "bad rule 'begin =x': it goes on with NAME=REGEX"},
	    {"count x=(", "bad regular expression '(': missing closing parenthesis"},
	};
	struct stage *s = *state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(sayings_init(&s->sayings, &s->r.arena, &bad[i].rule, 1, &s->r.err),
				 FAULT_USAGE);
		assert_string_equal(s->r.err.text, bad[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(testcontainers_for_go_says_what_becomes_of_a_container, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(where_the_engine_is_heard_only_ready_is_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_two_that_are_created_at_once_it_is_not_guessed_which_was_which,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_only_looks_like_such_a_line_says_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_phases_of_kind_follow_each_other, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(own_rules_make_phases_steps_and_counts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(lines_come_in_pieces_and_streams_do_not_mix, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(begins_without_end_find_no_room_in_the_end_and_are_counted,
					    set_up, tear_down),
	    cmocka_unit_test_setup_teardown(bad_rules_say_what_is_wrong, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
