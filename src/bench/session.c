#include "bench/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "base/words.h"
#include "bench/figures.h"
#include "bench/stop.h"
#include "bench/subject.h"
#include "collect/proc.h"
#include "measure/interleave.h"
#include "measure/ratio.h"
#include "measure/summary.h"
#include "net/wait.h"

extern char **environ;

enum {
	HOPELESS = 10,
	PASS_NS = 8 * 1000 * 1000, /* of one subject's runs in a round of a comparison */
	PER_ROUND_MOST = 24,
	SHOW_EVERY_NS = 100 * 1000 * 1000,
	ORDERED_NS = 100 * 1000 * 1000, /* of runs that are ordered at once */
	GRACE_NS = 1000 * 1000 * 1000,
	LOOP_EVERY_NS = 200 * 1000 * 1000,
};

struct session_runs {
	int64_t *values[EXEC_FIGURES + COUNTERS_MOST]; /* by run; BENCH_NONE where it failed */
	size_t n, cap;
	uint32_t good, failed, timed_out;
	char failure[160];
};

void session_init(struct session *s, const char *command, const struct exec_wishes *o)
{
	*s = (struct session){.command = command, .o = o, .drain = -1, .starter = {.talk = -1}};
	s->starting.in = s->starting.out = s->starting.err = -1;
	s->per_round = (uint32_t)o->per_round;
}

void session_add(struct session *s, struct session_subject subject)
{
	struct buf b = {0};
	words_show(&b, subject.argv, subject.n_argv);
	subject.shown = arena_str(&s->arena, buf_view(&b));
	if (!subject.name.n)
		subject.name = subject.shown;
	buf_free(&b);
	s->subjects = vec_grow(s->subjects, s->n_subjects, &s->cap_subjects, sizeof(*s->subjects));
	s->subjects[s->n_subjects++] = subject;
}

static uint32_t prepare_of(const struct session *s, uint32_t subject)
{
	return (uint32_t)s->n_subjects + subject;
}

static uint32_t conclude_of(const struct session *s, uint32_t subject)
{
	return 2 * (uint32_t)s->n_subjects + subject;
}

static uint32_t setup_of(const struct session *s)
{
	return 3 * (uint32_t)s->n_subjects;
}

static uint32_t cleanup_of(const struct session *s)
{
	return setup_of(s) + 1;
}

static char *filled(struct arena *a, const char *text, const struct session_subject *of)
{
	return subject_fill(a, text, of->params, of->n_params);
}

static struct starter_command shell_command(struct session *s, const char *text,
					    const struct session_subject *of)
{
	char **argv = arena_array(&s->arena, char *, 4);
	argv[0] = arena_copy(&s->arena, STR("/bin/sh"));
	argv[1] = arena_copy(&s->arena, STR("-c"));
	argv[2] = of ? filled(&s->arena, text, of) : arena_copy(&s->arena, str_of(text));
	return (struct starter_command){
	    .path = "/bin/sh", .argv = argv, .env = environ, .cwd = of ? of->cwd : NULL};
}

/* The words as the text that a shell takes: one word stays as it is, several are joined. */
static const char *joined(struct arena *a, char *const *argv, size_t n)
{
	struct buf b = {0};
	for (size_t i = 0; i < n; i++) {
		buf_text(&b, i ? " " : "");
		buf_text(&b, argv[i]);
	}
	char *ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static int find_program(struct session *s, uint32_t i, struct err *e)
{
	const struct session_subject *of = &s->subjects[i];
	char **argv = arena_array(&s->arena, char *, of->n_argv + 1);
	if (s->o->shell) {
		s->commands[i] = shell_command(s, joined(&s->arena, of->argv, of->n_argv), of);
		return 0;
	}
	for (size_t k = 0; k < of->n_argv; k++)
		argv[k] = filled(&s->arena, of->argv[k], of);
	const char *path = proc_find(&s->arena, argv[0], environ, of->cwd);
	s->commands[i] = (struct starter_command){.path = path, .argv = argv, .env = environ, .cwd = of->cwd};
	if (path)
		return 0;
	errno = strchr(argv[0], '/') && access(argv[0], F_OK) == 0 ? EACCES : ENOENT;
	return err_sys(e, "cannot run '%s'", argv[0]);
}

static int make_commands(struct session *s, struct err *e)
{
	s->n_commands = cleanup_of(s) + 1;
	s->commands = arena_array(&s->arena, struct starter_command, s->n_commands);
	for (uint32_t i = 0; i < s->n_subjects; i++) {
		if (find_program(s, i, e) < 0)
			return e->fault;
		if (s->o->prepare)
			s->commands[prepare_of(s, i)] = shell_command(s, s->o->prepare, &s->subjects[i]);
		if (s->o->conclude)
			s->commands[conclude_of(s, i)] = shell_command(s, s->o->conclude, &s->subjects[i]);
	}
	if (s->o->setup)
		s->commands[setup_of(s)] = shell_command(s, s->o->setup, NULL);
	if (s->o->cleanup)
		s->commands[cleanup_of(s)] = shell_command(s, s->o->cleanup, NULL);
	return 0;
}

static int read_codes(struct session *s, struct err *e)
{
	s->success[0] = s->o->success_codes.n == 0;
	for (size_t i = 0; i < s->o->success_codes.n; i++) {
		struct str rest = str_of(s->o->success_codes.at[i]), one;
		int64_t code;
		while (str_next(&rest, ',', &one)) {
			if (!str_int(str_trim(one), &code) || code < 0 || code > 255)
				return err_usage(
				    e, "option '--success-codes': '%.*s' is no exit code (0 to 255)",
				    STR_ARG(one));
			s->success[code] = true;
		}
	}
	return 0;
}

static int open_streams(struct session *s, struct err *e)
{
	int ends[2];
	if (s->o->input && (s->starting.in = open(s->o->input, O_RDONLY | O_CLOEXEC)) < 0)
		return err_sys(e, "cannot open '%s'", s->o->input);
	if (s->o->command_output.is == BENCH_STDOUT_SHOW) {
		s->starting.out = s->starting.err = STDERR_FILENO;
	} else if (s->o->command_output.is == BENCH_STDOUT_PIPE) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_sys(e, "cannot make a pipe");
		(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
		s->drain = ends[0];
		s->starting.out = s->starting.err = ends[1];
	}
	return 0;
}

/* A fault that has no errno. */
static int refuse(struct err *e, const char *what, const char *option)
{
	(void)err_usage(e, "the command of '--%s' %s", option, what);
	e->fault = FAULT_SYSTEM;
	return e->fault;
}

static void drain(struct session *s)
{
	static char waste[64 * 1024];
	while (read(s->drain, waste, sizeof(waste)) > 0)
		;
}

/* Until the starter is done with its orders. */
static int wait_for(struct session *s, const struct starter_result **ret, uint32_t *ret_n, struct err *e)
{
	struct pollfd fds[] = {{.fd = s->starter.talk, .events = POLLIN},
			       {.fd = s->drain, .events = POLLIN},
			       {.fd = net_stop_fd(), .events = POLLIN}};
	while (!stop_asked()) {
		int n = poll(fds, sizeof(fds) / sizeof(fds[0]), -1);
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for the commands");
		if (n > 0 && fds[1].revents)
			drain(s);
		if (n > 0 && fds[0].revents)
			return starter_results(&s->starter, ret, ret_n, e);
	}
	return net_broken_off(e);
}

static int once(struct session *s, uint32_t command, const char *option, struct err *e)
{
	const struct starter_result *r = NULL;
	uint32_t n = 0;
	if (starter_order(&s->starter, &command, 1, e) < 0 || wait_for(s, &r, &n, e) < 0)
		return e->fault;
	if (!r || !n)
		return refuse(e, "was not run", option);
	errno = r->error;
	if (r->error)
		return err_sys(e, "cannot run '/bin/sh'");
	if (r->status == 0)
		return 0;
	return refuse(e, "failed", option);
}

int session_begin(struct session *s, struct err *e)
{
	int why = 0;
	if (s->n_subjects > INTERLEAVE_MOST)
		return err_usage(e, "more than %d commands, with each combination of parameters",
				 INTERLEAVE_MOST);
	if (make_commands(s, e) < 0 || read_codes(s, e) < 0 || open_streams(s, e) < 0)
		return e->fault;
	if (s->o->counters)
		s->counters = (struct counters){
		    s->kinds, counters_probe(counter_hardware, COUNTERS_MOST, s->kinds, &why)};
	s->seed = s->o->seed ? (uint64_t)s->o->seed : (uint64_t)clock_wall_ns();
	s->runs = arena_array(&s->arena, struct session_runs, s->n_subjects);
	s->progress = !s->o->quiet && isatty(STDERR_FILENO);
	s->begin_ns = clock_mono_ns();
	s->starting.commands = s->commands;
	s->starting.n_commands = s->n_commands;
	s->starting.timeout_ns = s->o->timeout_ns;
	s->starting.grace_ns = GRACE_NS;
	s->starting.counters = s->counters.n ? &s->counters : NULL;
	stop_catch();
	if (starter_begin(&s->starter, &s->starting, e) < 0)
		return e->fault;
	noise_begin(&s->noise);
	s->set_up = true;
	return s->o->setup ? once(s, setup_of(s), "setup", e) : 0;
}

static bool is_good(const struct session *s, const struct starter_result *r)
{
	return !r->timed_out && WIFEXITED(r->status) && s->success[WEXITSTATUS(r->status)];
}

static void keep(struct session *s, uint32_t subject, const struct starter_result *r)
{
	struct session_runs *runs = &s->runs[subject];
	bool good = is_good(s, r);
	int64_t v[EXEC_FIGURES];
	size_t cap = runs->cap;
	figures_of(r, v);
	for (uint32_t m = 0; m < EXEC_FIGURES + s->counters.n; m++) {
		size_t own = cap;
		runs->values[m] = vec_grow(runs->values[m], runs->n, &own, sizeof(int64_t));
		runs->values[m][runs->n] = !good              ? BENCH_NONE
					   : m < EXEC_FIGURES ? v[m]
							      : r->counters[m - EXEC_FIGURES];
		runs->cap = own;
	}
	runs->n++;
	runs->good += good;
	runs->failed += !good;
	runs->timed_out += r->timed_out;
	if (!good && !runs->failure[0])
		figures_end(runs->failure, sizeof(runs->failure), r, s->o->timeout_ns);
}

/* What came back: runs of subjects are kept, the rest must only have gone well. */
static int take(struct session *s, const uint32_t *orders, const struct starter_result *r, uint32_t n,
		bool kept, struct err *e)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t command = orders[i];
		bool measured = command < s->n_subjects;
		errno = r[i].error;
		if (r[i].error)
			return err_sys(e, "cannot run '%s'", s->commands[command].path);
		if (!measured && r[i].status != 0)
			return refuse(e, "failed", command < conclude_of(s, 0) ? "prepare" : "conclude");
		if (measured && kept) {
			keep(s, command, &r[i]);
			s->n_done++;
		}
	}
	return 0;
}

static int do_orders(struct session *s, const uint32_t *orders, uint32_t n, bool kept, struct err *e)
{
	const struct starter_result *r;
	uint32_t n_done = 0;
	if (!n)
		return 0;
	if (starter_order(&s->starter, orders, n, e) < 0 || wait_for(s, &r, &n_done, e) < 0)
		return e->fault;
	return take(s, orders, r, n_done, kept, e);
}

struct queue {
	uint32_t orders[STARTER_ORDERS];
	uint32_t n;
	int64_t expected_ns;
	bool kept;
};

static int flush(struct session *s, struct queue *q, struct err *e)
{
	int rc = do_orders(s, q->orders, q->n, q->kept, e);
	q->n = 0;
	q->expected_ns = 0;
	return rc;
}

static int queue_run(struct session *s, struct queue *q, uint32_t subject, struct err *e)
{
	if ((q->n + 3 > STARTER_ORDERS || q->expected_ns > ORDERED_NS) && flush(s, q, e) < 0)
		return e->fault;
	if (s->o->prepare)
		q->orders[q->n++] = prepare_of(s, subject);
	q->orders[q->n++] = subject;
	if (s->o->conclude)
		q->orders[q->n++] = conclude_of(s, subject);
	q->expected_ns += s->typical_ns;
	return 0;
}

/* The median of all good walls so far, of the slowest subject. */
static int64_t slowest_ns(struct session *s)
{
	double slowest = 0;
	struct arena scratch = {0};
	for (size_t i = 0; i < s->n_subjects; i++) {
		double *v = arena_array(&scratch, double, s->runs[i].n + 1);
		size_t n = 0;
		for (size_t k = 0; k < s->runs[i].n; k++)
			if (s->runs[i].values[0][k] != BENCH_NONE)
				v[n++] = (double)s->runs[i].values[0][k];
		double median = n ? ratio_median(v, n) : 0;
		slowest = median > slowest ? median : slowest;
	}
	arena_free(&scratch);
	return (int64_t)slowest;
}

/* Warm-up runs are kept until they have told how long a run takes; they are in no figure. */
static void forget_runs(struct session *s)
{
	for (size_t i = 0; i < s->n_subjects; i++) {
		struct session_runs *r = &s->runs[i];
		r->n = 0;
		r->good = r->failed = r->timed_out = 0;
		r->failure[0] = 0;
	}
	s->n_done = 0;
}

/* A command that never once ended well is not worth more rounds. */
static bool is_hopeless(const struct session *s)
{
	for (size_t i = 0; i < s->n_subjects; i++)
		if (!s->runs[i].good && s->runs[i].failed >= HOPELESS)
			return true;
	return false;
}

int session_warm(struct session *s, struct err *e)
{
	/* the first run of all tells how long one takes, so that a slow command is not run many times at once
	 */
	uint32_t wanted = s->o->warmup > 0 ? (uint32_t)s->o->warmup : 1;
	struct queue q = {.kept = true};
	int64_t begin_ns = clock_mono_ns();
	if (!s->n_subjects)
		return 0;
	s->typical_ns = ORDERED_NS;
	if (!s->o->warmup && s->per_round && s->o->rounds)
		wanted = 0;
	for (uint32_t k = 0; k < wanted; k++) {
		for (uint32_t i = 0; i < s->n_subjects; i++)
			if (queue_run(s, &q, i, e) < 0)
				return e->fault;
		if (flush(s, &q, e) < 0)
			return e->fault;
		s->typical_ns = (clock_mono_ns() - begin_ns) / ((k + 1) * (int64_t)s->n_subjects) + 1;
	}
	int64_t run_ns = slowest_ns(s);
	forget_runs(s);
	if (!s->per_round)
		s->per_round =
		    run_ns > 0 && run_ns < PASS_NS ? (uint32_t)((PASS_NS + run_ns - 1) / run_ns) : 1;
	if (s->o->per_round == 0 && s->per_round > PER_ROUND_MOST)
		s->per_round = PER_ROUND_MOST;
	s->cpu_ns = clock_cpu_ns() + starter_cpu_ns(&s->starter);
	noise_loop(&s->noise);
	s->warm = true;
	return 0;
}

uint32_t session_fit(const struct session *s, int64_t time_ns)
{
	int64_t fits = s->typical_ns > 0 ? time_ns / s->typical_ns / s->per_round : 0;
	return fits < HOPELESS ? HOPELESS : fits > 100000 ? 100000 : (uint32_t)fits;
}

static void show_progress(struct session *s, uint32_t of, bool last)
{
	int64_t now = clock_mono_ns();
	if (!s->progress || (!last && now - s->shown_ns < SHOW_EVERY_NS))
		return;
	s->shown_ns = now;
	if (last) {
		(void)fputs("\r\033[K", stderr);
		return;
	}
	int64_t left_ns = (int64_t)(of - s->n_rounds) * s->per_round * (int64_t)s->n_subjects * s->typical_ns;
	(void)fprintf(stderr, "\r\033[Kround %u of %u, %.1f s left", s->n_rounds, of,
		      (double)left_ns / (double)NS_PER_S);
}

/* What was measured before somebody stopped it: the rounds that all commands have. */
static void cut_to_rounds(struct session *s)
{
	size_t fewest = s->runs[0].n;
	for (size_t i = 1; i < s->n_subjects; i++)
		fewest = s->runs[i].n < fewest ? s->runs[i].n : fewest;
	s->n_rounds = (uint32_t)(fewest / s->per_round);
	s->is_cut = true;
	for (size_t i = 0; i < s->n_subjects; i++) {
		struct session_runs *r = &s->runs[i];
		r->n = (size_t)s->n_rounds * s->per_round;
		r->good = 0;
		for (size_t k = 0; k < r->n; k++)
			r->good += r->values[0][k] != BENCH_NONE;
		r->failed = (uint32_t)(r->n - r->good);
		r->timed_out = r->timed_out < r->failed ? r->timed_out : r->failed;
		if (!r->failed)
			r->failure[0] = 0;
	}
}

int session_rounds(struct session *s, uint32_t n, int64_t until_ns, struct err *e)
{
	uint32_t per = (uint32_t)s->n_subjects * s->per_round;
	uint32_t *order = arena_array(&s->arena, uint32_t, per);
	struct queue q = {.kept = true};
	int64_t loop_ns = clock_mono_ns(), begin_ns = loop_ns;
	uint32_t from = s->n_rounds;
	int rc = 0;
	while (rc == 0 && s->n_rounds < n && !is_hopeless(s) &&
	       !(until_ns && clock_mono_ns() + q.expected_ns >= until_ns)) {
		interleave_round(s->seed, s->n_rounds, (uint32_t)s->n_subjects, s->per_round, order);
		for (uint32_t i = 0; rc == 0 && i < per; i++)
			rc = queue_run(s, &q, order[i], e);
		s->n_rounds++;
		if (q.expected_ns + per * s->typical_ns > ORDERED_NS && rc == 0) {
			rc = flush(s, &q, e);
			s->typical_ns =
			    (clock_mono_ns() - begin_ns) / ((int64_t)(s->n_rounds - from) * per) + 1;
			show_progress(s, n, false);
		}
		if (q.n == 0 && clock_mono_ns() - loop_ns > LOOP_EVERY_NS) {
			noise_loop(&s->noise);
			loop_ns = clock_mono_ns();
		}
	}
	if (rc == 0)
		rc = flush(s, &q, e);
	show_progress(s, n, true);
	noise_loop(&s->noise);
	if (rc < 0 && stop_asked()) {
		cut_to_rounds(s);
		rc = s->n_rounds ? 0 : rc;
	}
	return rc;
}

static void tell_subject(struct session *s, uint32_t i, struct bench_subject *ret)
{
	struct session_runs *r = &s->runs[i];
	*ret = (struct bench_subject){.name = s->subjects[i].name,
				      .command = s->subjects[i].shown,
				      .params = s->subjects[i].params,
				      .n_params = s->subjects[i].n_params,
				      .n_columns = EXEC_FIGURES + s->counters.n,
				      .n_rounds = s->n_rounds,
				      .per_round = s->per_round,
				      .good = r->good,
				      .failed = r->failed,
				      .timed_out = r->timed_out,
				      .failure = str_of(r->failure)};
	ret->columns = arena_array(&s->arena, struct bench_column, ret->n_columns);
	for (uint32_t m = 0; m < ret->n_columns; m++)
		ret->columns[m] = (struct bench_column){
		    .metric =
			str_of(m < EXEC_FIGURES ? exec_metrics[m].name : s->kinds[m - EXEC_FIGURES].metric),
		    .unit = str_of(m < EXEC_FIGURES ? exec_metrics[m].unit : "count"),
		    .values = r->values[m]};
}

static void add_note(struct session *s, struct bench *b, const char *text)
{
	struct str *notes = arena_array(&s->arena, struct str, b->n_notes + 1);
	for (uint32_t i = 0; i < b->n_notes; i++)
		notes[i] = b->notes[i];
	notes[b->n_notes++] = str_of(text);
	b->notes = notes;
}

/* What was done for the runs; the calibration loops are as many as there is time. */
static int64_t own_cpu_ns(const struct session *s)
{
	int64_t ns = clock_cpu_ns() + starter_cpu_ns(&s->starter) - s->cpu_ns - noise_loops_ns(&s->noise);
	return ns > 0 ? ns : 0;
}

void session_tell(struct session *s, struct bench *ret)
{
	struct arena scratch = {0};
	*ret = (struct bench){.version = STR(FETTLE_VERSION),
			      .shell = s->o->shell,
			      .seed = s->seed,
			      .begin_ns = clock_wall_ns() - (clock_mono_ns() - s->begin_ns),
			      .floor_rss_bytes = starter_rss_bytes(&s->starter),
			      .n_subjects = (uint32_t)s->n_subjects};
	if (s->n_done)
		ret->own_cpu_ns = own_cpu_ns(s) / (int64_t)s->n_done;
	noise_tell(&s->noise, &s->arena, ret);
	ret->subjects = arena_array(&s->arena, struct bench_subject, s->n_subjects);
	for (uint32_t i = 0; i < s->n_subjects; i++)
		tell_subject(s, i, &ret->subjects[i]);
	summary_fill(&scratch, ret);
	arena_free(&scratch);
	if (s->o->counters && !s->counters.n)
		add_note(s, ret,
			 "this machine gives no hardware counters; times and memory are all there is");
	if (is_hopeless(s))
		add_note(
		    s, ret,
		    "a command failed every time and was given up; '--command-output show' shows what it says");
	if (s->is_cut)
		add_note(s, ret, STOP_NOTE);
	if (s->o->shell)
		add_note(s, ret, "the commands ran by /bin/sh -c, whose own time is in the figures");
}

int session_end(struct session *s, struct err *e)
{
	int rc = 0;
	if (s->set_up && s->o->cleanup && s->starter.pid > 0 && !stop_asked())
		rc = once(s, cleanup_of(s), "cleanup", e);
	starter_end(&s->starter);
	if (s->starting.in >= 0)
		(void)close(s->starting.in);
	if (s->drain >= 0) {
		(void)close(s->drain);
		(void)close(s->starting.out);
	}
	for (size_t i = 0; s->runs && i < s->n_subjects; i++)
		for (unsigned m = 0; m < EXEC_FIGURES + COUNTERS_MOST; m++)
			vec_free(s->runs[i].values[m]);
	noise_end(&s->noise);
	vec_free(s->subjects);
	arena_free(&s->arena);
	return rc;
}
