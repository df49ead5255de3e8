#include "bench/around.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/stop.h"
#include "collect/proc.h"
#include "net/wait.h"

enum { LOOK_NS = 2 * 1000 * 1000 };
#define GRACE_NS (2 * NS_PER_S)

/* Until pid has ended, was stopped with us, or took too long; then its group is ended. */
static int await(pid_t pid, int64_t until_ns, bool stops, int *ret_status)
{
	int64_t pause_ns = LOOK_NS / 20, kill_ns = 0;
	for (;;) {
		pid_t done = waitpid(pid, ret_status, WNOHANG);
		if (done == pid || (done < 0 && errno != EINTR))
			return done == pid && !kill_ns ? 0 : -1;
		int64_t now = clock_mono_ns();
		if (!kill_ns && ((stops && stop_asked()) || now > until_ns)) {
			(void)kill(-pid, SIGTERM); /* make takes away what is half written */
			kill_ns = now + GRACE_NS;
		} else if (kill_ns && now > kill_ns) {
			(void)kill(-pid, SIGKILL);
			(void)waitpid(pid, ret_status, 0);
			return -1;
		}
		struct timespec t = {.tv_nsec = pause_ns};
		(void)nanosleep(&t, NULL);
		pause_ns = pause_ns < LOOK_NS ? pause_ns * 2 : LOOK_NS;
	}
}

int around_line(const struct around_line *line, struct err *e)
{
	char sh[] = "/bin/sh", dash_c[] = "-c";
	char *argv[] = {sh, dash_c, (char *)(uintptr_t)line->text, NULL};
	const char *what = line->what;
	struct launch l = {.path = sh,
			   .argv = argv,
			   .env = line->env,
			   .cwd = line->dir,
			   .in = -1,
			   .out = STDERR_FILENO,
			   .err = STDERR_FILENO};
	pid_t pid;
	int status = 0;
	if (proc_start(&l, &pid, e) < 0)
		return err_wrap(e, "%s", what);
	errno = 0;
	int64_t until_ns = line->timeout_ns ? clock_mono_ns() + line->timeout_ns : INT64_MAX;
	if (await(pid, until_ns, !line->outlives_stop, &status) < 0)
		return stop_asked() ? net_broken_off(e)
				    : err_sys(e, "%s took longer than %lld minutes", what,
					      (long long)(line->timeout_ns / 60 / NS_PER_S));
	if (WIFSIGNALED(status))
		return err_sys(e, "%s failed: signal %d (%s)", what, WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status) ? err_sys(e, "%s failed: exit code %d", what, WEXITSTATUS(status)) : 0;
}

int around_folder(const struct bench_item *item, struct err *e)
{
	struct stat st;
	if (!item->dir)
		return 0;
	if (stat(item->dir, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (access(item->dir, X_OK) == 0)
		return 0;
	return err_sys(e, "cannot enter the folder '%s' of 'dir'", item->dir);
}

int around_run(struct subject *of, const char *what, const struct knob_list *lines, struct err *e)
{
	struct arena a = {0};
	bool clears_up = stop_asked();
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < lines->n; i++)
		rc = around_line(
		    &(struct around_line){.what = what,
					  .text = subject_fill(&a, lines->at[i], of->params, of->n_params),
					  .env = subject_environment(&a, of->item),
					  .dir = of->item->dir,
					  .timeout_ns = AROUND_TIMEOUT_NS,
					  .outlives_stop = clears_up},
		    e);
	arena_free(&a);
	return rc;
}
