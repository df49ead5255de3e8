/* A command: started directly, timed and reaped by starters (starter.h), one for each that runs at once. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/words.h"
#include "bench/checks.h"
#include "bench/figures.h"
#include "bench/starter.h"
#include "bench/stop.h"
#include "collect/proc.h"
#include "net/wait.h"
#include "subject/subjects.h"

enum { KEPT_BYTES = 1 << 20, GRACE_NS = 1000 * 1000 * 1000 };

struct runner {
	struct starter starter;
	struct starter_options options;
	int from_out, from_err; /* our ends of the command's output; -1: not read */
	struct buf out, err;
	struct arena scratch;
};

struct exec_state {
	struct starter_command command;
	struct checks *checks;
	struct runner *runners; /* concurrency of them */
	struct counter_kind kinds[COUNTERS_MOST];
	struct counters counters;
	int column[COUNTERS_MOST]; /* of each kind: which metric */
};

/* Reads what there is; what is beyond KEPT_BYTES is dropped. */
static void drain(int fd, struct buf *kept)
{
	static _Thread_local char piece[64 * 1024];
	ssize_t n;
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(kept, piece, kept->n + (size_t)n > KEPT_BYTES ? KEPT_BYTES - kept->n : (size_t)n);
}

static int open_pipe(int *ours, int *theirs, struct err *e)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	*ours = ends[0];
	*theirs = ends[1];
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static int runner_begin(struct subject *s, struct runner *r, bool reads_out, bool reads_err, struct err *e)
{
	struct exec_state *x = s->state;
	const char *input = s->item->input;
	r->options = (struct starter_options){.commands = &x->command,
					      .n_commands = 1,
					      .in = -1,
					      .out = -1,
					      .err = -1,
					      .timeout_ns = s->timeout_ns,
					      .grace_ns = GRACE_NS,
					      .counters = x->counters.n ? &x->counters : NULL};
	if (input) {
		const char *path = subject_fill(s->arena, input, s->params, s->n_params);
		if ((r->options.in = open(path, O_RDONLY | O_CLOEXEC)) < 0)
			return err_sys(e, "cannot open '%s'", path);
	}
	if ((reads_out && open_pipe(&r->from_out, &r->options.out, e) < 0) ||
	    (reads_err && open_pipe(&r->from_err, &r->options.err, e) < 0))
		return e->fault;
	return starter_begin(&r->starter, &r->options, e);
}

static void runner_end(struct runner *r)
{
	starter_end(&r->starter);
	close_fd(&r->options.in);
	close_fd(&r->options.out);
	close_fd(&r->options.err);
	close_fd(&r->from_out);
	close_fd(&r->from_err);
	buf_free(&r->out);
	buf_free(&r->err);
	arena_free(&r->scratch);
}

static void runner_init(struct runner *r)
{
	*r = (struct runner){.starter = {.talk = -1}, .from_out = -1, .from_err = -1};
	r->options.in = r->options.out = r->options.err = -1;
}

/* One run of the command, its output read along. NULL: *e tells. */
static const struct starter_result *runner_run(struct runner *r, struct err *e)
{
	const uint32_t first = 0;
	const struct starter_result *result = NULL;
	uint32_t n = 0;
	struct pollfd fds[] = {{.fd = r->starter.talk, .events = POLLIN},
			       {.fd = r->from_out, .events = POLLIN},
			       {.fd = r->from_err, .events = POLLIN},
			       {.fd = net_stop_fd(), .events = POLLIN}};
	buf_clear(&r->out);
	buf_clear(&r->err);
	if (starter_order(&r->starter, &first, 1, e) < 0)
		return NULL;
	while (!stop_asked()) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR) {
			(void)err_sys(e, "cannot wait for the command");
			return NULL;
		}
		drain(r->from_out, &r->out);
		drain(r->from_err, &r->err);
		if (!(fds[0].revents & (POLLIN | POLLHUP)))
			continue;
		if (starter_results(&r->starter, &result, &n, e) < 0)
			return NULL;
		drain(r->from_out, &r->out);
		drain(r->from_err, &r->err);
		if (n)
			return result;
		break;
	}
	errno = 0;
	(void)err_sys(e, stop_asked() ? "stopped" : "the command was not run");
	return NULL;
}

static bool is_success(const struct subject *s, struct runner *r, const struct starter_result *result,
		       struct subject_run *run)
{
	const struct exec_state *x = s->state;
	struct checked what = {.status = -1,
			       .exit_code = WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1,
			       .body = buf_view(&r->out)};
	bool ended = !result->error && !result->timed_out && what.exit_code >= 0;
	run->timed_out = result->timed_out;
	if (!ended || (what.exit_code != 0 && !checks_have_status(x->checks))) {
		figures_end(run->why, sizeof(run->why), result, s->timeout_ns);
		return false;
	}
	arena_reset(&r->scratch);
	return checks_hold(x->checks, &what, &r->scratch, run->why, sizeof(run->why));
}

static void exec_run(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret)
{
	const struct exec_state *x = s->state;
	struct runner *r = &x->runners[worker];
	struct err e;
	(void)deadline_ns; /* the starter counts from when the command begins */
	const struct starter_result *result = runner_run(r, &e);
	if (!result) {
		subject_fails(ret, "%s", e.text);
		return;
	}
	figures_of(result, ret->values);
	for (uint32_t i = 0; i < x->counters.n; i++)
		ret->values[x->column[i]] = result->counters[i];
	ret->good = is_success(s, r, result, ret);
}

/* The last line of what it said, when there is one. */
static struct str last_line(const struct buf *b)
{
	struct str all = str_trim(buf_view(b));
	size_t line = str_find_last(all, '\n');
	return str_clip_utf8(line == all.n ? all : str_trim(str_cut(all, line + 1, all.n)), 160);
}

/* A run whose standard error is read, so that a command that cannot work says why. */
static int dry_run(struct subject *s, struct err *e)
{
	struct exec_state *x = s->state;
	struct runner r;
	struct subject_run run = {0};
	runner_init(&r);
	int rc = runner_begin(s, &r, checks_need_body(x->checks), true, e);
	const struct starter_result *result = rc == 0 ? runner_run(&r, e) : NULL;
	if (!result) {
		rc = e->fault;
	} else if (!is_success(s, &r, result, &run)) {
		struct str said = last_line(&r.err);
		rc = err_usage(e, "%s%s%.*s", run.why, said.n ? ": " : "", STR_ARG(said));
	}
	runner_end(&r);
	return rc;
}

static int find_command(struct subject *s, struct err *e)
{
	struct exec_state *x = s->state;
	char **argv, **env = subject_environment(s->arena, s->item);
	struct buf shown = {0};
	size_t n;
	if (s->item->shell && !s->instead) {
		argv = arena_array(s->arena, char *, 4);
		argv[0] = arena_copy(s->arena, STR("/bin/sh"));
		argv[1] = arena_copy(s->arena, STR("-c"));
		argv[2] = subject_fill(s->arena, s->item->shell, s->params, s->n_params);
		n = 3;
	} else if (subject_words(s, &argv, &n, e) < 0) {
		return e->fault;
	}
	words_show(&shown, argv, n);
	s->shown = arena_str(s->arena, buf_view(&shown));
	buf_free(&shown);
	x->command = (struct starter_command){.argv = argv,
					      .env = env,
					      .cwd = s->item->dir,
					      .path = proc_find(s->arena, argv[0], env, s->item->dir)};
	if (x->command.path)
		return 0;
	errno = ENOENT;
	return err_sys(e, "cannot run '%s'", argv[0]);
}

static void find_counters(struct exec_state *x)
{
	int why = 0;
	x->counters =
	    (struct counters){x->kinds, counters_probe(counter_hardware, COUNTERS_MOST, x->kinds, &why)};
	for (uint32_t i = 0; i < x->counters.n; i++)
		for (int m = EXEC_FIGURES; m < EXEC_METRICS; m++)
			if (strcmp(exec_metrics[m].name, x->kinds[i].metric) == 0)
				x->column[i] = m;
}

static int exec_open(struct subject *s, struct err *e)
{
	struct exec_state *x = arena_new(s->arena, struct exec_state);
	s->state = x;
	x->runners = arena_array(s->arena, struct runner, s->concurrency);
	for (uint32_t i = 0; i < s->concurrency; i++)
		runner_init(&x->runners[i]);
	if (find_command(s, e) < 0 || checks_read(&x->checks, s->arena, &s->item->checks, e) < 0 ||
	    dry_run(s, e) < 0)
		return e->fault;
	find_counters(x);
	for (uint32_t i = 0; i < s->concurrency; i++)
		if (runner_begin(s, &x->runners[i], checks_need_body(x->checks), false, e) < 0)
			return e->fault;
	s->floor_rss_bytes = starter_rss_bytes(&x->runners[0].starter);
	return 0;
}

static void exec_close(struct subject *s)
{
	struct exec_state *x = s->state;
	for (uint32_t i = 0; x && i < s->concurrency; i++)
		runner_end(&x->runners[i]);
	if (x)
		checks_free(x->checks);
}

const struct subject_kind kind_exec = {
    .word = "exec",
    .metrics = exec_metrics,
    .n_metrics = EXEC_METRICS,
    .warmup = 3,
    .open = exec_open,
    .run = exec_run,
    .close = exec_close,
};
