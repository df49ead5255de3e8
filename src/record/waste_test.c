#include "record/waste.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/temp_fixture.h"
#include "record/runs.h"

enum { DAY = 86400, MOST = 64 };

struct fixture {
	struct waste_sink sink;
	struct temp temp;
	struct arena arena;
	char root[TEMP_PATH], place[TEMP_PATH];
	struct waste_wishes w;
	struct waste_item items[MOST];
	size_t n;
};

static void keep_item(struct waste_sink *sink, const struct waste_item *item)
{
	struct fixture *f = (struct fixture *)sink;
	assert_true(f->n < MOST);
	f->items[f->n] = *item;
	f->items[f->n++].path = arena_copy(&f->arena, str_of(item->path));
}

static int set_up(void **state)
{
	static const char *places[2];
	struct fixture *f = calloc(1, sizeof(*f));
	if (!f)
		return -1;
	temp_make(&f->temp);
	(void)snprintf(f->root, sizeof(f->root), "%s", temp_at(&f->temp, "root"));
	(void)snprintf(f->place, sizeof(f->place), "%s", temp_at(&f->temp, "place"));
	temp_file(&f->temp, "place/x", "");
	temp_file(&f->temp, "victim/kept", "");
	places[0] = f->place;
	f->w = (struct waste_wishes){.now_ns = clock_wall_ns() + 10 * NS_PER_S, .keep = -1, .places = places};
	f->sink.put = keep_item;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(access(temp_at(&f->temp, "victim/kept"), F_OK), 0);
	arena_free(&f->arena);
	temp_drop(&f->temp);
	free(f);
	return 0;
}

static void clean(struct fixture *f)
{
	struct err e = {0};
	f->n = 0;
	if (waste_remove(f->root, &f->w, &f->sink, &e) < 0)
		fail_msg("%s", e.text);
}

static bool is_there(struct fixture *f, const char *name)
{
	struct stat st;
	return lstat(temp_at(&f->temp, name), &st) == 0;
}

/* What became of a path that ends so; -1: it was not told. */
static int fate(struct fixture *f, const char *end)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_ends(str_of(f->items[i].path), end))
			return (int)f->items[i].fate;
	return -1;
}

/* A run as old as that. */
static const char *make_run(struct fixture *f, int64_t days)
{
	char name[TEMP_PATH / 4];
	char *id = runs_new_id(&f->arena, clock_wall_ns() - days * DAY * NS_PER_S);
	(void)snprintf(name, sizeof(name), "root/runs/%s/events.jsonl", id);
	temp_file(&f->temp, name, "{}\n");
	(void)snprintf(name, sizeof(name), "root/runs/%s/out/deep/er", id);
	temp_file(&f->temp, name, "0123456789");
	return arena_printf(&f->arena, "root/runs/%s", id);
}

static void age(struct fixture *f, const char *name, int64_t days)
{
	struct timespec t[2] = {{.tv_sec = (time_t)(clock_wall_ns() / NS_PER_S - days * DAY)}};
	t[1] = t[0];
	assert_int_equal(utimensat(AT_FDCWD, temp_at(&f->temp, name), t, AT_SYMLINK_NOFOLLOW), 0);
}

static void runs_go_by_age_and_by_number(void **state)
{
	struct fixture *f = *state;
	const char *runs[4];
	for (int i = 0; i < 4; i++)
		runs[i] = make_run(f, i * 10);
	clean(f);
	assert_int_equal(f->n, 0);
	f->w.older_than_ns = 15LL * DAY * NS_PER_S;
	f->w.keep = 3;
	clean(f);
	assert_int_equal(f->n, 1);
	assert_true(f->items[0].bytes > 0);
	assert_false(is_there(f, runs[3]));
	f->w.keep = -1;
	f->w.dry_run = true;
	clean(f);
	assert_int_equal(f->n, 1);
	assert_true(is_there(f, runs[2]));
	f->w.dry_run = false;
	clean(f);
	assert_false(is_there(f, runs[2]));
	f->w.older_than_ns = 0;
	f->w.keep = 1;
	clean(f);
	assert_true(is_there(f, runs[0]) && !is_there(f, runs[1]));
	f->w.keep = 0;
	clean(f);
	assert_false(is_there(f, runs[0]));
}

static void the_last_run_is_the_newest_that_is_left(void **state)
{
	struct fixture *f = *state;
	char to[64] = "";
	const char *old = make_run(f, 20), *older = make_run(f, 30);
	(void)older;
	assert_int_equal(symlink("20200101-000000-aaaa", temp_at(&f->temp, "root/runs/latest")), 0);
	f->w.older_than_ns = 25LL * DAY * NS_PER_S;
	clean(f);
	assert_true(readlink(temp_at(&f->temp, "root/runs/latest"), to, sizeof(to) - 1) > 0);
	assert_string_equal(to, strrchr(old, '/') + 1);
	f->w = (struct waste_wishes){.now_ns = f->w.now_ns};
	clean(f);
	assert_false(is_there(f, "root/runs/latest"));
}

/* A process of its own holds it until it is killed. */
static pid_t hold_elsewhere(const char *path)
{
	int ready[2];
	char c;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (folder_hold(path) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_run_that_goes_on_is_never_touched(void **state)
{
	struct fixture *f = *state;
	const char *run = make_run(f, 90);
	temp_file(&f->temp, "place/fettle.abcdef/.fettle", "");
	temp_file(&f->temp, "place/fettle-map.abcdef", "map");
	pid_t of_run = hold_elsewhere(temp_at(&f->temp, run)),
	      of_work = hold_elsewhere(temp_at(&f->temp, "place/fettle.abcdef")),
	      of_map = hold_elsewhere(temp_at(&f->temp, "place/fettle-map.abcdef"));
	f->w.keep = 0;
	clean(f);
	assert_int_equal(fate(f, run + 5), WASTE_HELD);
	assert_int_equal(fate(f, "fettle.abcdef"), WASTE_HELD);
	assert_int_equal(fate(f, "fettle-map.abcdef"), WASTE_HELD);
	assert_true(is_there(f, run) && is_there(f, "place/fettle.abcdef"));
	runs_prune(&f->arena, f->root, 0);
	assert_true(is_there(f, run));
	end(of_run);
	end(of_work);
	end(of_map);
	clean(f);
	assert_int_equal(f->n, 3);
	assert_false(is_there(f, run) || is_there(f, "place/fettle.abcdef") ||
		     is_there(f, "place/fettle-map.abcdef"));
}

static void what_is_not_ours_stays(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"place/fettle.backup/precious",
					    "place/fettle.abcdef",
					    "place/fettle-abcdef/.fettle",
					    "place/fettle.abcdefg/.fettle",
					    "place/fettle-map.abcde",
					    "place/other",
					    "root/runs/mine/events.jsonl",
					    "root/runs/20260101-xxxxxx-abcd0/y",
					    "root/notes",
					    "root/history.db",
					    "root/history.db.corrupt-x",
					    "root/bench/mine.txt",
					    "root/baselines/main/baseline.json"};
	f->w.keep = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		temp_file(&f->temp, names[i], "x");
	clean(f);
	assert_int_equal(f->n, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(is_there(f, names[i]));
}

static void history_and_baselines_go_only_when_named(void **state)
{
	struct fixture *f = *state;
	temp_file(&f->temp, "root/history.db", "x");
	temp_file(&f->temp, "root/history.db-journal", "x");
	temp_file(&f->temp, "root/history.db.corrupt-20260101T000000Z", "x");
	temp_file(&f->temp, "root/baselines/old/baseline.json",
		  "{\"format\":\"fettle-baseline\",\"version\":1}");
	temp_file(&f->temp, "root/baselines/used/baseline.json", "{\"torn");
	temp_file(&f->temp, "root/baselines/.in-use", "used\n");
	f->w.keep = 0;
	f->w.history = f->w.baselines = true;
	clean(f);
	assert_int_equal(f->n, 4);
	assert_false(is_there(f, "root/history.db") || is_there(f, "root/history.db-journal"));
	assert_true(is_there(f, "root/baselines/used") && !is_there(f, "root/baselines/old"));
}

static void halves_of_dead_processes_go_and_kept_trees_wait_for_their_time(void **state)
{
	struct fixture *f = *state;
	char name[TEMP_PATH / 4], html[TEMP_PATH / 4];
	pid_t dead = fork();
	assert_true(dead >= 0);
	if (dead == 0)
		_exit(0);
	assert_int_equal(waitpid(dead, NULL, 0), dead);
	(void)snprintf(name, sizeof(name), "root/bench/bench.json.%d", (int)dead);
	temp_file(&f->temp, name, "half");
	temp_file(&f->temp, "root/bench/bench.json.1", "half");
	(void)snprintf(html, sizeof(html), "root/bench/bench.html.%d", (int)dead);
	temp_file(&f->temp, html, "half");
	temp_file(&f->temp, "root/bench/bench.json", "{}");
	temp_file(&f->temp, "root/bench/bench.html", "x");
	temp_file(&f->temp, "root/bench/junit.xml", "x");
	temp_file(&f->temp, "place/fettle.kepttt/.fettle", "");
	temp_file(&f->temp, "place/fettle.kepttt/.kept", "");
	clean(f);
	assert_int_equal(f->n, 2);
	assert_false(is_there(f, name) || is_there(f, html));
	assert_true(is_there(f, "root/bench/bench.json.1") && is_there(f, "place/fettle.kepttt"));
	age(f, "root/bench/bench.json", 40);
	age(f, "root/bench/bench.html", 40);
	age(f, "root/bench/junit.xml", 40);
	age(f, "place/fettle.kepttt", 40);
	f->w.older_than_ns = 30LL * DAY * NS_PER_S;
	clean(f);
	assert_int_equal(f->n, 4);
	assert_false(is_there(f, "root/bench/bench.html") || is_there(f, "root/bench/junit.xml"));
	assert_false(is_there(f, "root/bench/bench.json") || is_there(f, "place/fettle.kepttt"));
}

static void no_link_is_followed(void **state)
{
	struct fixture *f = *state;
	char victim[TEMP_PATH];
	struct err e = {0};
	(void)snprintf(victim, sizeof(victim), "%s", temp_at(&f->temp, "victim"));
	const char *run = make_run(f, 50);
	f->w.keep = 0;
	f->w.baselines = f->w.history = true;
	/* in a run, in the place of one, of the folder of runs, and of root itself; tear_down looks at the
	 * victim */
	assert_int_equal(symlink(victim, temp_at(&f->temp, arena_printf(&f->arena, "%s/out/link", run))), 0);
	assert_int_equal(symlink(victim, temp_at(&f->temp, "root/runs/20260101-000000-abcd")), 0);
	assert_int_equal(symlink(victim, temp_at(&f->temp, "root/baselines")), 0);
	assert_int_equal(symlink(victim, temp_at(&f->temp, "root/bench")), 0);
	assert_int_equal(symlink(victim, temp_at(&f->temp, "place/fettle.linked")), 0);
	clean(f);
	assert_false(is_there(f, run));
	assert_int_equal(fate(f, "root/bench"), WASTE_LINK);
	assert_int_equal(fate(f, "root/baselines"), WASTE_LINK);
	assert_true(is_there(f, "place/fettle.linked"));
	assert_int_equal(rename(temp_at(&f->temp, "root"), arena_printf(&f->arena, "%s/moved", f->temp.dir)),
			 0);
	assert_int_equal(symlink("moved", f->root), 0);
	assert_int_equal(waste_remove(f->root, &f->w, &f->sink, &e), FAULT_USAGE);
	assert_non_null(strstr(e.text, "is a link"));
}

static void what_is_too_young_to_be_held_stays(void **state)
{
	struct fixture *f = *state;
	f->w.now_ns = clock_wall_ns();
	f->w.keep = 0;
	temp_file(&f->temp, "place/fettle.abcdef/.fettle", "");
	const char *run = arena_printf(&f->arena, "root/runs/%s", runs_new_id(&f->arena, clock_wall_ns()));
	temp_file(&f->temp, arena_printf(&f->arena, "%s/out", run), "");
	clean(f);
	assert_true(is_there(f, "place/fettle.abcdef") && is_there(f, run));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(runs_go_by_age_and_by_number),
	    TEST(the_last_run_is_the_newest_that_is_left),
	    TEST(a_run_that_goes_on_is_never_touched),
	    TEST(what_is_not_ours_stays),
	    TEST(history_and_baselines_go_only_when_named),
	    TEST(halves_of_dead_processes_go_and_kept_trees_wait_for_their_time),
	    TEST(no_link_is_followed),
	    TEST(what_is_too_young_to_be_held_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
