/* A program that marks: what marks_test.py wants of it is its first argument. */
#include <fettle.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long n_of(char **argv, int i)
{
	return argv[i] ? strtol(argv[i], NULL, 10) : 0;
}

static void spans(long n, const char *name)
{
	for (long i = 0; i < n; i++) {
		FETTLE_PHASE(name);
	}
}

static void all_kinds(void)
{
	struct fettle_span outer = fettle_begin("outer");
	struct fettle_span db = fettle_container_begin("db", "postgres:16");
	struct fettle_span bad = fettle_container_begin("broken", NULL);
	fettle_container_ready(db, 1);
	fettle_container_ready(bad, 0);
	{
		FETTLE_PHASE("inner");
		struct fettle_span s = fettle_scenario_begin("buys a book");
		fettle_end_as(s, FETTLE_FAILED);
		fettle_end(s); /* a second time: nothing */
	}
	fettle_container_stopped(bad);
	fettle_container_stopped(db);
	fettle_count("rows", 3);
	fettle_value("size_bytes", -7);
	fettle_end(outer);
}

/* Children that are killed in the middle of a span. */
static void killed(long n)
{
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			char name[32];
			(void)snprintf(name, sizeof(name), "victim %ld", i);
			spans(3, "before the end");
			(void)fettle_begin(name);
			(void)raise(SIGKILL);
		}
		(void)waitpid(pid, NULL, 0);
	}
}

static void forked(void)
{
	struct fettle_span s = fettle_begin("of the parent");
	pid_t pid = fork();
	if (pid == 0) {
		{
			FETTLE_PHASE("of the child");
		}
		fettle_end(s); /* not its own: nothing */
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
	{
		FETTLE_PHASE("after the fork");
	}
	fettle_end(s);
}

static void *in_thread(void *n)
{
	struct fettle_span outer = fettle_begin("thread");
	spans(*(long *)n, "in thread");
	fettle_end(outer);
	return NULL;
}

static void threads(long n_threads, long n)
{
	pthread_t ids[64];
	for (long i = 0; i < n_threads && i < 64; i++)
		(void)pthread_create(&ids[i], NULL, in_thread, &n);
	for (long i = 0; i < n_threads && i < 64; i++)
		(void)pthread_join(ids[i], NULL);
}

static volatile sig_atomic_t n_handled;

static void handler(int sig)
{
	(void)sig;
	FETTLE_PHASE("in the handler");
	n_handled++;
}

/* A timer that interrupts the calls themselves. */
static void handled(long n)
{
	struct itimerspec each = {{0, 20000}, {0, 20000}};
	struct sigevent to = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	timer_t timer;
	(void)signal(SIGALRM, handler);
	(void)timer_create(CLOCK_MONOTONIC, &to, &timer);
	(void)timer_settime(timer, 0, &each, NULL);
	spans(n, "interrupted");
	(void)timer_delete(timer);
	fettle_value("handled", n_handled);
}

static void names(long n)
{
	char name[600];
	for (long i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "name %ld", i);
		spans(1, name);
	}
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	spans(1, name);
	spans(1, "");
	spans(1, NULL);
	spans(1, "not UTF-8: \xff\xfe \"\n");
}

static double now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ns a span: the best of some rounds, and the median. */
static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void bench(long n)
{
	double rounds[31];
	for (int r = 0; r < 31; r++) {
		double begin = now_ns();
		for (long i = 0; i < n; i++) {
			FETTLE_PHASE("db migrate");
			__asm__ volatile("" ::: "memory");
		}
		rounds[r] = (now_ns() - begin) / (double)n;
	}
	qsort(rounds, 31, sizeof(*rounds), by_number);
	printf("%.2f %.2f\n", rounds[0], rounds[15]);
}

static void at_the_end(void)
{
	FETTLE_PHASE("atexit");
}

__attribute__((constructor)) static void before_main(void)
{
	if (getenv("MARKER_EARLY")) {
		FETTLE_PHASE("before main");
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "spans") == 0)
		spans(n_of(argv, 2), "span");
	else if (strcmp(what, "kinds") == 0)
		all_kinds();
	else if (strcmp(what, "killed") == 0)
		killed(n_of(argv, 2));
	else if (strcmp(what, "fork") == 0)
		forked();
	else if (strcmp(what, "threads") == 0)
		threads(n_of(argv, 2), n_of(argv, 3));
	else if (strcmp(what, "handler") == 0)
		handled(n_of(argv, 2));
	else if (strcmp(what, "names") == 0)
		names(n_of(argv, 2));
	else if (strcmp(what, "bench") == 0)
		bench(n_of(argv, 2));
	else if (strcmp(what, "early") == 0)
		(void)atexit(at_the_end);
	else
		return 2;
	return 0;
}
