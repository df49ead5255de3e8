#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "bench/starter.h"

extern char **environ;

enum { MIB = 1024 * 1024 };

static struct starter_command sh(char *text)
{
	static char *argv[8][4];
	static unsigned n;
	char **at = argv[n++ % 8];
	at[0] = (char *)(uintptr_t) "sh";
	at[1] = (char *)(uintptr_t) "-c";
	at[2] = text;
	return (struct starter_command){.path = "/bin/sh", .argv = at, .env = environ};
}

static struct starter_options options(const struct starter_command *commands, uint32_t n)
{
	return (struct starter_options){.commands = commands,
					.n_commands = n,
					.in = -1,
					.out = -1,
					.err = -1,
					.grace_ns = 200 * NS_PER_MS};
}

static const struct starter_result *run(struct starter *s, const uint32_t *orders, uint32_t n,
					uint32_t *ret_n)
{
	struct err e;
	const struct starter_result *r;
	assert_int_equal(starter_order(s, orders, n, &e), 0);
	assert_int_equal(starter_results(s, &r, ret_n, &e), 0);
	return r;
}

static void each_run_has_its_own_status_and_usage(void **state)
{
	(void)state;
	char work[] = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done", three[] = "exit 3",
	     killed[] = "kill -9 $$";
	struct starter_command commands[] = {sh(work), sh(three), sh(killed)};
	struct starter_options o = options(commands, 3);
	struct starter s;
	struct err e;
	uint32_t n;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0, 1, 2, 0}, 4, &n);
	assert_int_equal(n, 4);
	assert_true(WIFEXITED(r[0].status) && WEXITSTATUS(r[0].status) == 0);
	assert_int_equal(WEXITSTATUS(r[1].status), 3);
	assert_int_equal(WTERMSIG(r[2].status), SIGKILL);
	assert_true(r[0].user_ns + r[0].system_ns > 0);
	assert_true(r[0].wall_ns > r[1].wall_ns);
	assert_true(r[0].minor_faults > 0 && r[3].minor_faults < 2 * r[0].minor_faults);
	assert_true(starter_cpu_ns(&s) > 0);
	starter_end(&s);
	starter_end(&s);
}

/* What hyperfine gets wrong twice: a peak is neither the largest so far nor our own. */
static void a_peak_is_the_commands_own(void **state)
{
	(void)state;
	char large[] = "head -c 60000000 /dev/zero | tail -c 60000000 >/dev/null";
	char *nothing[] = {(char *)(uintptr_t) "true", NULL};
	struct starter_command commands[] = {sh(large),
					     {.path = "/bin/true", .argv = nothing, .env = environ}};
	struct starter_options o = options(commands, 2);
	struct starter s;
	struct err e;
	uint32_t n;
	char *own = mmap(NULL, 80 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(own, MAP_FAILED);
	memset(own, 1, 80 * MIB);
	assert_int_equal(munmap(own, 80 * MIB), 0);
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){1, 0, 1}, 3, &n);
	/* of a pipe of processes, the shell's own */
	assert_true(r[1].rss_bytes > 50 * MIB || r[1].rss_bytes < 20 * MIB);
	assert_in_range(r[2].rss_bytes, 100 * 1024, 20 * MIB);
	assert_true(r[2].rss_bytes <= r[0].rss_bytes + MIB);
	assert_in_range(starter_rss_bytes(&s), 1, 20 * MIB);
	starter_end(&s);
}

static void what_takes_too_long_is_ended_with_its_group(void **state)
{
	(void)state;
	char stubborn[] = "trap '' TERM; sleep 60 & while :; do sleep 1; done", polite[] = "sleep 60";
	struct starter_command commands[] = {sh(polite), sh(stubborn)};
	struct starter_options o = options(commands, 2);
	struct starter s;
	struct err e;
	uint32_t n;
	o.timeout_ns = 300 * NS_PER_MS;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0, 1}, 2, &n);
	assert_int_equal(n, 2);
	assert_true(r[0].timed_out && r[1].timed_out);
	assert_int_equal(WTERMSIG(r[0].status), SIGTERM);
	assert_int_equal(WTERMSIG(r[1].status), SIGKILL);
	assert_true(r[0].wall_ns >= 300 * NS_PER_MS && r[1].wall_ns >= 500 * NS_PER_MS);
	assert_true(r[0].wall_ns < 30 * NS_PER_S && r[1].wall_ns < 30 * NS_PER_S);
	starter_end(&s);
}

static void what_cannot_be_started_ends_the_list(void **state)
{
	(void)state;
	char ok[] = "true", *argv[] = {(char *)(uintptr_t) "x", NULL};
	struct starter_command commands[] = {sh(ok), {.path = "/nowhere/x", .argv = argv, .env = environ}};
	struct starter_options o = options(commands, 2);
	struct starter s;
	struct err e;
	uint32_t n;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0, 1, 0}, 3, &n);
	assert_int_equal(n, 2);
	assert_int_equal(r[1].error, ENOENT);
	starter_end(&s);
}

static void ending_the_starter_ends_what_runs(void **state)
{
	(void)state;
	char slow[] = "sleep 60";
	struct starter_command commands[] = {sh(slow)};
	struct starter_options o = options(commands, 1);
	struct starter s;
	struct err e;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	assert_int_equal(starter_order(&s, (uint32_t[]){0}, 1, &e), 0);
	struct pollfd fd = {.fd = s.talk, .events = POLLIN};
	assert_int_equal(poll(&fd, 1, 100), 0);
	int64_t begin = clock_mono_ns();
	starter_end(&s);
	assert_true(clock_mono_ns() - begin < 30 * NS_PER_S);
}

static void input_begins_anew_for_every_run(void **state)
{
	(void)state;
	char path[] = "/tmp/fettle-starter-XXXXXX", check[] = "read a && [ \"$a\" = hello ]";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "hello\n", 6) == 6);
	struct starter_command commands[] = {sh(check)};
	struct starter_options o = options(commands, 1);
	struct starter s;
	struct err e;
	uint32_t n;
	o.in = fd;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0, 0, 0}, 3, &n);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(r[i].status, 0);
	starter_end(&s);
	(void)close(fd);
	(void)unlink(path);
}

static void ignored_signals_of_ours_are_not_the_commands(void **state)
{
	(void)state;
	char check[] = "kill -PIPE $$; exit 0";
	struct starter_command commands[] = {sh(check)};
	struct starter_options o = options(commands, 1);
	struct starter s;
	struct err e;
	uint32_t n;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0}, 1, &n);
	assert_true(WIFSIGNALED(r[0].status) && WTERMSIG(r[0].status) == SIGPIPE);
	starter_end(&s);
}

/* Starters that are begun later inherit our end of its talk, and its signal may come just before it waits. */
static void it_ends_though_siblings_hold_its_talk_and_no_signal_comes(void **state)
{
	(void)state;
	char nothing[] = "true";
	struct starter_command commands[] = {sh(nothing)};
	struct starter_options o = options(commands, 1);
	struct starter s;
	struct err e;
	sigset_t term, before;
	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &term, &before);
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	int held = dup(s.talk);
	assert_true(held >= 0);
	starter_end(&s);
	(void)close(held);
}

static void counters_count_each_command_alone(void **state)
{
	(void)state;
	/* page faults are counted by the kernel itself, so that this runs where there is no counter in the
	 * processor */
	const struct counter_kind faults = {"faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS};
	struct counter_kind kept[1];
	int why;
	if (counters_probe(&faults, 1, kept, &why) != 1) {
		print_message("skipped: perf_event_open: %s\n", strerror(why));
		skip();
	}
	char few[] = "true", many[] = "for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done";
	struct starter_command commands[] = {sh(few), sh(many)};
	struct counters c = {kept, 1};
	struct starter_options o = options(commands, 2);
	struct starter s;
	struct err e;
	uint32_t n;
	o.counters = &c;
	assert_int_equal(starter_begin(&s, &o, &e), 0);
	const struct starter_result *r = run(&s, (uint32_t[]){0, 1, 0, 0, 0}, 5, &n);
	/* the fewest: any of them may read files that nobody had in memory */
	int64_t fewest = r[0].counters[0];
	for (int i = 2; i < 5; i++)
		fewest = r[i].counters[0] < fewest ? r[i].counters[0] : fewest;
	assert_true(fewest > 0);
	assert_true(r[1].counters[0] > 2 * fewest);
	starter_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_run_has_its_own_status_and_usage),
	    cmocka_unit_test(a_peak_is_the_commands_own),
	    cmocka_unit_test(what_takes_too_long_is_ended_with_its_group),
	    cmocka_unit_test(what_cannot_be_started_ends_the_list),
	    cmocka_unit_test(ending_the_starter_ends_what_runs),
	    cmocka_unit_test(input_begins_anew_for_every_run),
	    cmocka_unit_test(ignored_signals_of_ours_are_not_the_commands),
	    cmocka_unit_test(it_ends_though_siblings_hold_its_talk_and_no_signal_comes),
	    cmocka_unit_test(counters_count_each_command_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
