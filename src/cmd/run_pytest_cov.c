#include "cmd/run_pytest_cov.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/folder.h"
#include "base/str.h"
#include "cmd/run_outfiles.h"
#include "collect/copy.h"
#include "collect/proc.h"
#include "wire/env.h"

enum { CLOSE_S = 300 };

static bool is_coverage(const struct outfile *f)
{
	return str_is(f->want, "coverage");
}

/* The data of all workers into one folder; returns how many there are. */
static size_t gather(struct run *r, const char *folder)
{
	struct err e;
	size_t n = 0;
	for (size_t i = 0; i < r->n_outfiles; i++) {
		struct outfile *f = &r->outfiles[i];
		if (!is_coverage(f))
			continue;
		if (n++ == 0 && folder_make(folder, 0700, &e) < 0)
			run_note(r, "coverage", "%s", e.text);
		const char *from = arena_copy(&r->arena, f->file);
		char *to = arena_printf(&r->arena, "%s/%s", folder, word_base(from));
		if (strcmp(from, to) != 0 && rename(from, to) < 0)
			run_note(r, "coverage", "cannot move '%s': %s", from, strerror(errno));
		f->file = str_of(to);
	}
	return n;
}

/* Its exit code, -1 where it has none. */
static int wait_for(struct run *r, pid_t pid)
{
	int64_t until = clock_mono_ns() + CLOSE_S * NS_PER_S;
	int status;
	if (r->o.timeout_ns && r->start_ns + r->o.timeout_ns < until)
		until = r->start_ns + r->o.timeout_ns;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_mono_ns() > until)
			(void)proc_tree_signal(pid, NULL, NULL, SIGKILL);
		(void)nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int start_and_wait(struct run *r, char *const *env, int out)
{
	struct err e;
	pid_t pid;
	static const char closes[] = ENV_AGENT "=close", failed[] = ENV_FAILED "=1";
	const char *extra[] = {closes, ENV_AGENT_SOCKET, ENV_EVENTS, ENV_DUMP_SIGNAL,
			       r->n_bad_units || r->n_bad_hooks ? failed : ENV_FAILED};
	struct launch l = {.path = proc_find(&r->arena, r->suite.argv[0], r->suite.env, NULL),
			   .argv = r->suite.argv,
			   .env = environment_with(&r->arena, env, (char *const *)(uintptr_t)extra,
						   sizeof(extra) / sizeof(*extra)),
			   .cwd = r->suite.cwd,
			   .in = -1,
			   .out = out,
			   .err = out,
			   .same_session = true};
	if (!l.path || proc_start(&l, &pid, &e) < 0)
		return -1;
	return wait_for(r, pid);
}

/* What was not taken goes where `coverage combine` looks for it. */
static size_t put_beside(struct run *r)
{
	struct err e;
	size_t n = 0;
	for (size_t i = 0; i < r->n_outfiles; i++) {
		const struct outfile *f = &r->outfiles[i];
		const char *file = is_coverage(f) ? arena_copy(&r->arena, f->file) : NULL;
		if (!file || access(file, F_OK) < 0)
			continue;
		n++;
		if (copy_file(file, arena_copy(&r->arena, f->path), &e) < 0)
			run_note(r, "coverage", "%s", e.text);
	}
	return n;
}

static void put_phase(struct run *r, int64_t begin_ns)
{
	struct event ev = {.type = EVENT_SPAN,
			   .kind = SPAN_PHASE,
			   .id = pool_span(r->pool),
			   .worker = -1,
			   .name = STR("coverage"),
			   .source = SOURCE_PROCESS,
			   .status = STATUS_PASSED,
			   .time_ns = begin_ns,
			   .dur_ns = run_now(r) - begin_ns};
	sink_put(&r->sink, &ev);
}

/* The line of pytest-cov's that says why it says no; the last one, where there is none. */
static struct str reason(struct str text)
{
	struct str last = STR_NONE;
	struct str line;
	while (str_next(&text, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, "FAIL "))
			return line;
		last = line.n ? line : last;
	}
	return last;
}

bool pytest_cov_close(struct run *r, enum pool_end end)
{
	char *const *env = r->workers ? pool_worker_env(r->pool, 0) : NULL;
	const char *dir = env ? environment_get(env, ENV_WORKER_DIR) : NULL;
	int64_t begin_ns = run_now(r);
	int code = 0;
	if (run_is_chunked(r) || !dir || gather(r, arena_printf(&r->arena, "%s/coverage", dir)) == 0)
		return false;
	if (end == POOL_DONE) {
		const char *path = r->writes ? arena_printf(&r->arena, "%s/out/coverage.txt", r->dir)
					     : arena_printf(&r->arena, "%s/coverage.txt", dir);
		auto_fd out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		code = start_and_wait(r, env, out);
		(void)!outfiles_read(path, &r->coverage);
		put_phase(r, begin_ns);
	}
	size_t left = put_beside(r);
	if (left)
		run_note(r, "coverage",
			 "pytest-cov left %zu data files, one a worker: 'coverage combine' makes them one",
			 left);
	if (code)
		run_note(r, "coverage", "pytest-cov ended with exit code %d: %.*s", code,
			 STR_ARG(reason(buf_view(&r->coverage))));
	return code != 0;
}

void pytest_cov_tell(struct run *r)
{
	struct str text = str_trim(buf_view(&r->coverage));
	if (text.n && !r->o.quiet)
		(void)!fprintf(stderr, "%.*s\n\n", STR_ARG(text));
	buf_free(&r->coverage);
}
