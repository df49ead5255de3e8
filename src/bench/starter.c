#include "bench/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "wire/bench.h"

enum { CHILD_STACK_BYTES = 64 * 1024, RANGES = 256 };

struct starter_shared {
	int64_t rss_bytes, cpu_ns;
	uint32_t n_done;
	uint32_t orders[STARTER_ORDERS];
	struct starter_result results[STARTER_ORDERS];
};

struct range {
	void *at;
	size_t n;
};

/* Of the starter's process alone: what the handlers and a child that borrows our memory look at. */
struct birth {
	const struct starter_options *o;
	const struct starter_command *command;
	int fds[COUNTERS_MOST];
	int failed;           /* errno in the child */
	volatile pid_t child; /* set by the kernel before the child runs; 0: none */
	volatile int64_t begin_ns;
	volatile sig_atomic_t killed, told, stop;
	_Alignas(16) char stack[CHILD_STACK_BYTES];
};
static struct birth birth;

/* The child. Nothing here may be slow: it is in every time that is told. */
static int child_main(void *arg)
{
	struct birth *b = arg;
	const struct starter_command *c = b->command;
	(void)setsid();
	if (c->cwd && chdir(c->cwd) < 0) {
		b->failed = errno;
		_exit(127);
	}
	(void)execve(c->path, c->argv, c->env);
	b->failed = errno;
	_exit(127);
}

/* The whole group of the command; before its setsid it is alone. */
static void kill_command(int sig)
{
	pid_t child = birth.child;
	if (child <= 0)
		return;
	(void)kill(-child, sig);
	(void)kill(child, sig);
}

static void on_alarm(int sig)
{
	(void)sig;
	int kept = errno;
	int64_t over_ns = clock_mono_ns() - birth.begin_ns - birth.o->timeout_ns;
	if (birth.child > 0 && birth.begin_ns && over_ns >= 0) {
		if (!birth.told)
			kill_command(SIGTERM);
		birth.told = 1;
		if (over_ns >= birth.o->grace_ns) {
			kill_command(SIGKILL);
			birth.killed = 1;
		}
	}
	errno = kept;
}

static void on_term(int sig)
{
	(void)sig;
	int kept = errno;
	birth.stop = 1;
	kill_command(SIGKILL);
	errno = kept;
}

/* A handler that does nothing: exec sets it back to the default, where an ignored signal would stay ignored.
 */
static void on_nothing(int sig)
{
	(void)sig;
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};
	(void)sigfillset(&sa.sa_mask);
	(void)sigaction(sig, &sa, NULL);
}

static int64_t ns_of(struct timeval t)
{
	return (int64_t)t.tv_sec * NS_PER_S + (int64_t)t.tv_usec * 1000;
}

static void fill(struct starter_result *r, const struct rusage *ru)
{
	r->user_ns = ns_of(ru->ru_utime);
	r->system_ns = ns_of(ru->ru_stime);
	r->rss_bytes = (int64_t)ru->ru_maxrss * 1024;
	r->minor_faults = ru->ru_minflt;
	r->major_faults = ru->ru_majflt;
	r->voluntary = ru->ru_nvcsw;
	r->involuntary = ru->ru_nivcsw;
}

static void run_one(const struct starter_command *c, struct starter_result *r)
{
	const struct counters *counters = birth.o->counters;
	int64_t before[COUNTERS_MOST];
	struct rusage ru;
	memset(r, 0, sizeof(*r));
	birth.command = c;
	birth.failed = 0;
	birth.killed = birth.told = 0;
	if (counters)
		counters_read(counters, birth.fds, before);
	if (birth.o->in >= 0)
		(void)lseek(0, 0, SEEK_SET);
	int64_t begin = clock_mono_ns();
	birth.begin_ns = begin;
	pid_t pid =
	    clone(child_main, birth.stack + CHILD_STACK_BYTES,
		  CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | SIGCHLD, &birth, (pid_t *)&birth.child);
	if (pid < 0) {
		r->error = errno;
		return;
	}
	if (birth.stop)
		kill_command(SIGKILL);
	while (wait4(pid, &r->status, 0, &ru) < 0 && errno == EINTR)
		;
	r->wall_ns = clock_mono_ns() - begin;
	birth.begin_ns = 0;
	/* what the command left behind when it had to be ended */
	if (birth.told)
		(void)kill(-pid, SIGKILL);
	birth.child = 0;
	r->error = birth.failed;
	r->timed_out = birth.told;
	r->ran = true;
	fill(r, &ru);
	if (counters) {
		counters_read(counters, birth.fds, r->counters);
		for (uint32_t i = 0; i < counters->n; i++)
			r->counters[i] -= before[i];
	}
}

static void measure_self(struct starter_shared *shared)
{
	struct rusage ru;
	if (getrusage(RUSAGE_SELF, &ru) == 0)
		shared->rss_bytes = (int64_t)ru.ru_maxrss * 1024;
	shared->cpu_ns = clock_cpu_ns();
}

/* Mapped pages of files that nobody wrote to come back when they are touched; few of them ever are. */
static void give_back(const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)madvise(ranges[i].at, ranges[i].n, MADV_DONTNEED);
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t done = write(fd, "5", 1); /* the peak begins anew */
		(void)done;
		(void)close(fd);
	}
}

static void set_timer(int64_t timeout_ns)
{
	int64_t every_ns = timeout_ns / 20;
	every_ns = every_ns < 10 * NS_PER_MS ? 10 * NS_PER_MS : every_ns > NS_PER_S ? NS_PER_S : every_ns;
	struct itimerval t = {.it_interval = {every_ns / NS_PER_S, every_ns % NS_PER_S / 1000}};
	t.it_value = t.it_interval;
	if (timeout_ns)
		(void)setitimer(ITIMER_REAL, &t, NULL);
}

static int place(int fd, int want)
{
	if (fd < 0)
		fd = open("/dev/null", (want ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	return fd < 0 ? -1 : fd == want ? fcntl(fd, F_SETFD, 0) : dup2(fd, want);
}

/*
 * A run of nothing. What the loader does at the first call of a function looks through the tables of all
 * libraries, which would stay in our memory: so every call is made once before memory is given back.
 */
static void rehearse(struct starter_shared *shared, int talk)
{
	char *argv[] = {NULL};
	struct starter_command nothing = {.path = "/dev/null", .argv = argv, .env = argv};
	uint32_t n = 0;
	run_one(&nothing, &shared->results[0]);
	measure_self(shared);
	(void)!recv(talk, &n, sizeof(n), MSG_DONTWAIT);
	(void)!send(talk, &n, sizeof(n), MSG_NOSIGNAL);
}

static _Noreturn void starter_main(struct starter_shared *shared, const struct starter_options *o, int talk,
				   const struct range *ranges, size_t n_ranges)
{
	uint32_t n;
	birth.o = o;
	handle(SIGALRM, on_alarm);
	handle(SIGTERM, on_term);
	handle(SIGHUP, on_term);
	handle(SIGINT, on_nothing);
	handle(SIGQUIT, on_nothing);
	handle(SIGPIPE, on_nothing);
	if (o->counters && !counters_open(o->counters, birth.fds))
		_exit(3);
	rehearse(shared, talk);
	set_timer(o->timeout_ns);
	/* the first time its own calls are looked up */
	give_back(ranges, n_ranges);
	give_back(ranges, n_ranges);
	measure_self(shared);
	while (!birth.stop) {
		ssize_t got = recv(talk, &n, sizeof(n), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(n) || n > STARTER_ORDERS)
			break;
		shared->n_done = 0;
		for (uint32_t i = 0; i < n && !birth.stop; i++) {
			run_one(&o->commands[shared->orders[i]], &shared->results[i]);
			shared->n_done = i + 1;
			if (shared->results[i].error)
				break;
		}
		measure_self(shared);
		if (birth.stop || send(talk, &n, sizeof(n), MSG_NOSIGNAL) != sizeof(n))
			break;
	}
	_exit(0);
}

/* Ranges of mapped files that are only read and hold no page of their own, by /proc/self/smaps. */
static size_t clean_ranges(struct range *ranges, size_t most)
{
	struct buf b = {0};
	size_t n = 0;
	unsigned long from = 0, to = 0, inode = 0;
	char rights[8] = "";
	(void)!file_read("/proc/self/smaps", 4 << 20, &b);
	struct str rest = {b.at, b.n}, line;
	while (b.n && str_next(&rest, '\n', &line)) {
		char text[256];
		(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(str_cut(line, 0, sizeof(text) - 1)));
		unsigned long begin, end, number;
		char may[8];
		if (sscanf(text, "%lx-%lx %7s %*s %*s %lu", &begin, &end, may, &number) == 4) {
			from = begin;
			to = end;
			inode = number;
			memcpy(rights, may, sizeof(rights));
			continue;
		}
		if (!str_starts(line, "Anonymous:") || rights[1] == 'w' || rights[3] != 'p' || !inode)
			continue;
		if (str_is(str_trim(str_cut(line, 10, line.n)), "0 kB") && n < most)
			ranges[n++] =
			    (struct range){(void *)from, to - from}; // NOLINT(performance-no-int-to-ptr)
	}
	buf_free(&b);
	return n;
}

/* The rehearsal's message: its streams and counters are open. */
static int wait_ready(struct starter *s, struct err *e)
{
	uint32_t n;
	ssize_t got;
	while ((got = recv(s->talk, &n, sizeof(n), 0)) < 0 && errno == EINTR)
		;
	if (got == sizeof(n))
		return 0;
	errno = ECHILD;
	return err_sys(e, "cannot start the process that starts the commands");
}

int starter_begin(struct starter *s, const struct starter_options *o, struct err *e)
{
	struct range ranges[RANGES];
	int ends[2];
	*s = (struct starter){.talk = -1};
	s->shared = mmap(NULL, sizeof(*s->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->shared == MAP_FAILED) {
		s->shared = NULL;
		return err_sys(e, "cannot map memory for the starter");
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, "cannot make a socket for the starter");
	size_t n = clean_ranges(ranges, RANGES);
	pid_t parent = getpid();
	s->pid = fork();
	if (s->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		(void)close(ends[0]);
		if (getppid() != parent || place(o->in, 0) < 0 || place(o->out, 1) < 0 ||
		    place(o->err, 2) < 0)
			_exit(3);
		starter_main(s->shared, o, ends[1], ranges, n);
	}
	int failed = errno;
	(void)close(ends[1]);
	s->talk = ends[0];
	errno = failed;
	if (s->pid < 0)
		return err_sys(e, "cannot start a process");
	return wait_ready(s, e);
}

int starter_order(struct starter *s, const uint32_t *commands, uint32_t n, struct err *e)
{
	memcpy(s->shared->orders, commands, n * sizeof(*commands));
	return send(s->talk, &n, sizeof(n), MSG_NOSIGNAL) == sizeof(n)
		   ? 0
		   : err_sys(e, "the process that starts the commands is gone");
}

int starter_results(struct starter *s, const struct starter_result **ret, uint32_t *ret_n, struct err *e)
{
	uint32_t n;
	ssize_t got;
	while ((got = recv(s->talk, &n, sizeof(n), 0)) < 0 && errno == EINTR)
		;
	if (got != sizeof(n)) {
		errno = got < 0 ? errno : ECHILD;
		return err_sys(e, "the process that starts the commands is gone");
	}
	*ret = s->shared->results;
	*ret_n = s->shared->n_done;
	return 0;
}

int64_t starter_rss_bytes(const struct starter *s)
{
	return s->shared->rss_bytes;
}

int64_t starter_cpu_ns(const struct starter *s)
{
	return s->shared->cpu_ns;
}

void starter_end(struct starter *s)
{
	if (s->pid > 0) {
		(void)kill(s->pid, SIGTERM);
		/* it may be about to wait for us, and others may hold our end, too: closing is not enough */
		if (s->talk >= 0) {
			(void)shutdown(s->talk, SHUT_RDWR);
			(void)close(s->talk);
		}
		s->talk = -1;
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (s->talk >= 0)
		(void)close(s->talk);
	if (s->shared)
		(void)munmap(s->shared, sizeof(*s->shared));
	*s = (struct starter){.talk = -1};
}
