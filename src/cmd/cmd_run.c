/* fettle run: from a command line to a verdict and its reports. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/words.h"
#include "cmd/cmd.h"
#include "cmd/otlp.h"
#include "cmd/reports.h"
#include "cmd/run.h"
#include "cmd/run_chunks.h"
#include "cmd/run_containers.h"
#include "cmd/run_cover.h"
#include "cmd/run_outfiles.h"
#include "cmd/run_outside.h"
#include "cmd/run_pytest_cov.h"
#include "cmd/run_results.h"
#include "collect/adapter_python.h"
#include "collect/agent_dir.h"
#include "collect/cores.h"
#include "config/config_file.h"
#include "config/knob_help.h"
#include "record/runs.h"
#include "wire/env.h"

extern char **environ;

enum { RUNS_KEPT = 50, GRACE_S = 5 };
static const char KEPT_WITHOUT[] = ".fettle/runs"; /* a tree that is kept holds no other runs */

int64_t run_now(const struct run *r)
{
	return clock_mono_ns() - r->start_ns;
}

void run_note(struct run *r, const char *code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct event ev = {.type = EVENT_NOTE,
			   .worker = -1,
			   .time_ns = run_now(r),
			   .name = str_of(code),
			   .message = str_of(text)};
	sink_put(&r->sink, &ev);
}

/* What is still to come, shared out among the workers; no less than what a unit that runs has left. */
static int64_t remaining_ns(const struct run *r, int64_t time_ns)
{
	int64_t sum_ns = schedule_remaining(r->schedule), longest_ns = 0;
	for (uint32_t i = 0; i < r->workers; i++) {
		const struct desk *d = &r->desks[i];
		if (!d->span || d->job >= r->n_jobs)
			continue;
		int64_t left_ns = r->jobs[d->job]->unit.predicted_ns - (time_ns - d->begin_ns);
		longest_ns = left_ns > longest_ns ? left_ns : longest_ns;
		sum_ns += left_ns > 0 ? left_ns : 0;
	}
	int64_t share_ns = r->workers ? sum_ns / r->workers : sum_ns;
	return share_ns > longest_ns ? share_ns : longest_ns;
}

void run_show(struct run *r, int64_t time_ns)
{
	/* on a first run nothing is known before some units have ended */
	bool known = schedule_known(r->schedule, r->workers);
	int64_t remaining = known ? remaining_ns(r, time_ns) : 0;
	struct live_now now = {.time_ns = time_ns,
			       .remaining_ns = remaining >= NS_PER_MS ? remaining : -1,
			       .units_done = r->n_units_done,
			       .units_total = (uint32_t)r->n_jobs,
			       .columns = terminal_columns(STDERR_FILENO)};
	live_tick(&r->live, &now);
}

/* A private folder below the first place that takes it. */
static char *private_folder(struct run *r, const char *const *places, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		char *path = places[i] ? arena_printf(&r->arena, "%s/" RUNS_WORK "XXXXXX", places[i]) : NULL;
		if (path && mkdtemp(path)) {
			(void)folder_hold(path);
			runs_mark(&r->arena, path, RUNS_MARK);
			return path;
		}
		if (path)
			(void)err_sys(e, "cannot make a folder in '%s'", places[i]);
	}
	return NULL;
}

/* Whether /dev/shm has the room that --worker-memory asks for each worker. */
static bool memory_has_room(const struct run *r)
{
	struct statvfs v;
	if (!r->o.worker_memory_bytes || statvfs("/dev/shm", &v) < 0)
		return false;
	return (uint64_t)v.f_bavail * v.f_frsize >= (uint64_t)r->o.worker_memory_bytes * r->workers;
}

static int make_folders(struct run *r, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	const char *disk[] = {tmp && tmp[0] == '/' ? tmp : NULL, "/tmp", "/var/tmp"};
	const char *memory[] = {memory_has_room(r) ? "/dev/shm" : NULL, disk[0], "/tmp"};
	r->suite.work_dir = private_folder(r, memory, 3, e);
	r->suite.disk_dir = r->suite.work_dir ? private_folder(r, disk, 3, e) : NULL;
	return r->suite.disk_dir ? 0 : e->fault;
}

static void drop_folders(struct run *r)
{
	if (r->suite.work_dir)
		folder_remove(r->suite.work_dir);
	if (r->suite.disk_dir && !r->trees_left)
		folder_remove(r->suite.disk_dir);
}

/* Where the files of the run go. What cannot be written is told, and the tests run all the same. */
static void open_record(struct run *r)
{
	struct err e = {0};
	char *dir = NULL;
	int rc =
	    r->o.output ? folder_make(r->o.output, 0755, &e) : runs_make(&r->arena, r->root, r->id, &dir, &e);
	r->dir = r->o.output ? r->o.output : dir;
	if (rc == 0)
		rc = folder_make(arena_printf(&r->arena, "%s/out", r->dir), 0755, &e);
	if (rc == 0)
		rc = writer_open(&r->writer, arena_printf(&r->arena, "%s/events.jsonl", r->dir), &e);
	r->writes = rc == 0;
	if (rc < 0)
		warn("run", "%s; the tests run without a record", e.text);
}

static struct str shown_command(struct run *r)
{
	struct buf b = {0};
	words_show(&b, r->suite.argv, r->suite.n_argv);
	struct str s = arena_str(&r->arena, buf_view(&b));
	buf_free(&b);
	return s;
}

static void put_run_row(struct run *r)
{
	char wall[64];
	time_t t = (time_t)(r->wall_ns / NS_PER_S);
	struct tm tm;
	(void)gmtime_r(&t, &tm);
	size_t n = strftime(wall, sizeof(wall), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(wall + n, sizeof(wall) - n, ".%03dZ", (int)(r->wall_ns / NS_PER_MS % 1000));
	const struct adapter *a = r->suite.adapter;
#define TEXT(k, v)                                                                                           \
	{                                                                                                    \
		.key = STR(k), .type = FIELD_TEXT, .text = (v)                                               \
	}
#define NUMBER(k, v)                                                                                         \
	{                                                                                                    \
		.key = STR(k), .type = FIELD_INT, .num = (v)                                                 \
	}
	struct field fields[] = {
	    NUMBER("v", EVENT_VERSION),
	    TEXT("run", str_of(r->id)),
	    TEXT("wall", str_of(wall)),
	    NUMBER("wall_ns", r->wall_ns),
	    TEXT("command", shown_command(r)),
	    TEXT("cwd", str_of(r->suite.cwd)),
	    TEXT("host", str_of(r->host_name)),
	    TEXT("fettle", STR(FETTLE_VERSION)),
	    TEXT("adapter", str_of(a->name)),
	    NUMBER("workers", r->workers),
	    NUMBER("cores", cores_usable()),
	    TEXT("suite_word", str_of(a->suite_word)),
	    TEXT("test_word", str_of(a->test_word)),
	    TEXT("step_word", str_of(a->step_word)),
	    TEXT("suite", r->suite_id),
	    TEXT("traceparent", r->traceparent),
	    TEXT("order", r->o.order.is == RUN_RANDOM
			      ? str_of(arena_printf(&r->arena, "random:%llu", (unsigned long long)r->seed))
			  : r->o.order.is == RUN_GIVEN ? STR("given")
						       : STR("longest")),
	};
#undef TEXT
#undef NUMBER
	struct event ev = {
	    .type = EVENT_RUN, .worker = -1, .fields = fields, .n_fields = sizeof(fields) / sizeof(*fields)};
	sink_put(&r->sink, &ev);
}

/* Whether the first worker shows that the agent gets in, before others are started. */
static bool agent_is_sure(const struct run *r)
{
	const struct suite *s = &r->suite;
	return s->word == 0 && !python_is_closed(s->argv, s->word) &&
	       !environment_get(s->env, "PYTHONSAFEPATH_OFF");
}

/* A TRACEPARENT of --env is the suite's own wish. */
static const struct trace_context *trace_of(const struct run *r)
{
	for (size_t i = 0; i < r->o.env.n; i++)
		if (str_starts(str_of(r->o.env.at[i]), ENV_TRACEPARENT "="))
			return NULL;
	return &r->trace;
}

static struct pool_options pool_wishes(struct run *r)
{
	const struct adapter *a = r->suite.adapter;
	bool pull = a->mode == ADAPTER_PULL && !r->o.chunks;
	return (struct pool_options){
	    .workers = r->workers,
	    .starts = cores_usable(),
	    .pull = pull,
	    .one_first = !agent_is_sure(r),
	    .observe = (a == &adapter_plain && !r->suite.only_tells) || a == &adapter_each ||
		       (a->mode == ADAPTER_PULL && r->o.chunks),
	    .tee = a == &adapter_plain && (!r->o.quiet || r->suite.only_tells),
	    .terminal = a == &adapter_plain,
	    .list_tests =
		pull && (run_wants_tests(r) || (r->plan_only && (r->o.verbose || r->o.only_failed))),
	    .load_ahead = a->loads_ahead && !r->o.select.n && !r->o.only_failed,
	    .keep_workers = r->o.retries > 0 || r->o.only_failed || run_is_endless(r),
	    .tell_output = r->o.verbose,
	    .run_id = r->id,
	    .work_dir = r->suite.work_dir,
	    .out_dir = r->writes ? arena_printf(&r->arena, "%s/out", r->dir) : NULL,
	    .cwd = r->suite.cwd,
	    .argv = r->suite.argv,
	    .env = r->suite.env,
	    .worker_env = (char *const *)(uintptr_t)r->o.env.at,
	    .n_worker_env = r->o.env.n,
	    .copies = (char *const *)(uintptr_t)r->o.copy.at,
	    .n_copies = r->o.copy.n,
	    .setup = (char *const *)(uintptr_t)r->o.setup.at,
	    .n_setup = r->plan_only ? 0 : r->o.setup.n,
	    .worker_setup = (char *const *)(uintptr_t)r->o.worker_setup.at,
	    .n_worker_setup = r->o.worker_setup.n,
	    .tap = r->taps && !r->plan_only ? &r->tap : NULL,
	    .trace = trace_of(r),
	    .start_ns = r->start_ns,
	    .deadline_ns = r->o.timeout_ns ? r->start_ns + r->o.timeout_ns : 0,
	    .grace_ns = GRACE_S * NS_PER_S,
	};
}

/*
 * Where rows go once the workers' folder is full: to the disk, or, where that folder is on it, beside the
 * record. Not there below trees that workers have of their own: fettle would not see it.
 */
static const char *spare_place(struct run *r)
{
	struct stat work, disk;
	bool apart = stat(r->suite.work_dir, &work) < 0 || stat(r->suite.disk_dir, &disk) < 0 ||
		     work.st_dev != disk.st_dev;
	if (apart || !r->writes || r->o.isolate.is == RUN_ISOLATE_TREE)
		return r->suite.disk_dir;
	return r->dir[0] == '/' ? r->dir : arena_printf(&r->arena, "%s/%s", r->suite.cwd, r->dir);
}

static int prepare_isolation(struct run *r, struct pool_options *po, struct err *e)
{
	if (r->o.isolate.is != RUN_ISOLATE_TREE)
		return 0;
	r->isolate.keep = r->o.keep_tree;
	if (isolate_init(&r->isolate, &r->arena, r->suite.cwd, r->suite.work_dir, r->suite.disk_dir, e) < 0)
		return e->fault;
	if (r->isolate.why_copy)
		run_note(r, "isolate", "trees are copied: no overlay can be had here (%s)",
			 r->isolate.why_copy);
	if (r->isolate.how == ISOLATE_COPY) {
		char *const told[] = {arena_printf(&r->arena, ENV_TREE "=%s", r->isolate.tree),
				      arena_printf(&r->arena, ENV_TREE_COPIES "=%s", r->isolate.room)};
		po->env = environment_with(&r->arena, po->env, told, 2);
		run_cover_of_copies(r);
	}
	if (r->isolate.keep && r->writes)
		isolate_forget(&r->arena, r->dir);
	po->isolate = &r->isolate;
	return 0;
}

/* Units that need no process to be found. */
static int discover_now(struct run *r, struct err *e)
{
	struct suite *s = &r->suite;
	if (s->adapter->mode != ADAPTER_EXEC && !r->o.chunks)
		return 0;
	if (s->adapter->mode == ADAPTER_EXEC && s->adapter->discover(s, e) < 0)
		return e->fault;
	if (s->note.n)
		run_note(r, s->adapter->name, "%.*s", STR_ARG(s->note));
	if (s->junit && !r->plan_only)
		outfiles_want_junit(r, s->junit);
	if (!s->discovery)
		r->host.targets(&r->host, true, NULL);
	return 0;
}

/*
 * How a process that was to end has ended, by itself. A verdict of the framework (a threshold that was
 * missed, an after_all hook: no test failed, and it says no all the same) counts as a bad one; else returns
 * the fault, or 0. was_bad: the process knows of something bad.
 */
static int verdict_of_end(struct run *r, const struct pool_worker_end *end, const char *who, int32_t worker,
			  bool was_bad)
{
	int to_blame = r->suite.adapter->blame ? r->suite.adapter->blame(end->exit_code) : 0;
	/* its own verdict (2: of pytest, of a file), unless that is of what passed when it was tried again */
	if (!end->exit_code || (end->exit_code <= 2 && !to_blame && was_bad))
		return 0;
	if (end->exit_code == r->suite.adapter->nothing) {
		r->has_nothing = true;
		return 0;
	}
	if (!r->n_bad_units)
		run_put_outside(r,
				&(struct bad_outside){
				    .name = str_of(arena_printf(&r->arena, "end of %s", who)),
				    .message = str_of(arena_printf(&r->arena, "%s, though no %s failed",
								   end->words, r->suite.adapter->test_word)),
				    .output = end->last_words,
				    .worker = worker,
				    .status = end->status,
				    .time_ns = run_now(r)});
	r->bad_verdict |= !to_blame;
	return to_blame;
}

/* Of all of them the first fault, or 0. */
static int verdict_of_workers(struct run *r)
{
	struct pool_worker_end end;
	int fault = 0;
	bool was_bad = false;
	for (uint32_t i = 0; i < r->workers; i++) {
		end = pool_worker_end(r->pool, i);
		const char *who = arena_printf(&r->arena, "worker %u", i);
		int to_blame = verdict_of_end(r, &end, who, (int32_t)i, r->desks[i].was_bad);
		fault = fault ? fault : to_blame;
		was_bad |= r->desks[i].was_bad;
	}
	end = pool_controller_end(r->pool);
	int to_blame = verdict_of_end(r, &end, "the controller", -1, was_bad);
	return fault ? fault : to_blame;
}

/* A wrong pattern is no good run. A worker, a file or a shard without tests is, as long as others have some.
 */
static int verdict_of_nothing(struct run *r)
{
	const struct adapter *a = r->suite.adapter;
	if (!r->has_nothing || r->model.n_tests || r->o.shard.n)
		return 0;
	run_note(r, "nothing", "%s found no %s to run, and says so with exit code %d", a->name, a->test_word,
		 a->nothing);
	return FAULT_USAGE;
}

/* The run's time was up: which units are missing. */
static void tell_cut(struct run *r)
{
	if (r->n_jobs)
		run_note(r, "timeout",
			 "--timeout ended the run: of its units (%zu) not begun %u, cut short %u", r->n_jobs,
			 schedule_waiting(r->schedule), r->n_cut);
	else
		run_note(r, "timeout", "--timeout ended the run before it had units to run");
}

/* --fail-fast: those that were left out, and those that a worker held and gave back. */
static void tell_dropped(struct run *r)
{
	uint32_t n = r->n_dropped + schedule_waiting(r->schedule);
	if (n && r->o.fail_fast && r->n_bad_units >= r->o.fail_fast && !r->o.until_fail)
		run_note(r, "fail-fast", "--fail-fast ended the run: %u %s not run", n,
			 n == 1 ? "unit was" : "units were");
}

/* Where tests are tried again or chosen, one whose last attempt is bad is bad whatever was counted. Elsewhere
 * a program may mark a test of its own as failed, and its exit code is the verdict. */
static bool attempts_are_bad(const struct run *r)
{
	bool again = r->o.retries > 0 || r->o.only_failed;
	return again && r->suite.adapter != &adapter_plain && model_is_bad(&r->model);
}

/* What the run came to: docs/decisions/0006-exit-codes.md. */
static int verdict_of(struct run *r, enum pool_end end, const struct err *e)
{
	r->bad_verdict = r->n_bad_hooks > 0 || r->bad_coverage;
	int fault = end == POOL_DONE ? verdict_of_workers(r) : 0;
	fault = fault ? fault : verdict_of_nothing(r);
	/* whatever was counted: with a job that had to run and did not, none is good */
	bool bad = r->n_bad_units || r->bad_verdict || attempts_are_bad(r) || (end == POOL_DONE && r->n_owed);
	fault = r->start_fault ? r->start_fault : fault;
	switch (end) {
	case POOL_INTERRUPTED:
		return 130;
	case POOL_BROKEN:
		return err_exit_code(e);
	case POOL_TIMEOUT:
		tell_cut(r);
		return bad ? 1 : 3;
	case POOL_STANDSTILL:
		return bad ? 1 : 3;
	case POOL_NO_WORKERS:
		fault = fault ? fault : FAULT_SYSTEM;
		break;
	case POOL_DONE:
	case POOL_NO_AGENT:
		break;
	}
	return bad ? 1 : -fault;
}

/* What changed against the run before stands in the record, too: a report needs nothing else. */
static void write_changes(struct run *r)
{
	const struct model *m = &r->model;
	struct event ev = {.type = EVENT_VALUE, .worker = -1, .time_ns = m->wall_ns, .name = STR("before")};
	struct field fields[] = {{.key = STR("num"), .type = FIELD_INT, .num = m->before_wall_ns},
				 {.key = STR("what"), .type = FIELD_INT},
				 {.key = STR("before"), .type = FIELD_INT},
				 {.key = STR("now"), .type = FIELD_INT},
				 {.key = STR("test"), .type = FIELD_TEXT}};
	ev.fields = fields;
	ev.n_fields = 1;
	if (m->before_wall_ns)
		sink_put(&r->writer.sink, &ev);
	ev.name = STR("changes");
	ev.n_fields = 2;
	for (int what = 0; what < CHANGE_KINDS; what++) {
		fields[0].num = m->changes_of[what];
		fields[1].num = what;
		if (m->changes_of[what])
			sink_put(&r->writer.sink, &ev);
	}
	ev.name = STR("change");
	ev.n_fields = 5;
	for (size_t i = 0; i < m->n_changes; i++) {
		fields[0].num = 0;
		fields[1].num = m->changes[i].what;
		fields[2].num = m->changes[i].before_ns;
		fields[3].num = m->changes[i].now_ns;
		fields[4].text = m->changes[i].name;
		sink_put(&r->writer.sink, &ev);
	}
}

/* The last row: first into the model, which can then be compared, and behind what that gave into the record.
 */
static void close_record(struct run *r, int code, enum pool_end end)
{
	bool cut = end == POOL_INTERRUPTED || (end == POOL_TIMEOUT && code != 1);
	enum status st = code == 0 ? STATUS_PASSED : cut ? STATUS_UNFINISHED : STATUS_FAILED;
	struct field fields[] = {
	    {.key = STR("exit"), .type = FIELD_INT, .num = code},
	    {.key = STR("own_cpu"), .type = FIELD_INT, .num = clock_cpu_ns()},
	    {.key = STR("interrupted"), .type = FIELD_INT, .num = cut},
	    {.key = STR("timeout"), .type = FIELD_INT, .num = end == POOL_TIMEOUT},
	};
	struct event ev = {.type = EVENT_DONE,
			   .worker = -1,
			   .time_ns = run_now(r),
			   .status = st,
			   .fields = fields,
			   .n_fields = end == POOL_TIMEOUT ? 4 : 3};
	struct err e;
	sink_put(&r->model.sink, &ev);
	sink_put(&r->live.sink, &ev);
	live_close(&r->live);
	(void)!out_close(&r->live_out, &e);
	model_finish(&r->model);
	run_compare(r);
	if (!r->writes)
		return;
	write_changes(r);
	sink_put(&r->writer.sink, &ev);
	r->lost = writer_close(&r->writer, &e) < 0;
	if (r->lost)
		warn("run", "%s; the record is not whole", e.text);
}

/* A terminal that says that it is dumb gets no ink of its own accord. */
static bool run_wants_colour(const struct run *r, int fd)
{
	const char *term = getenv("TERM");
	bool dumb = !term || strcmp(term, "dumb") == 0;
	return wants_colour(&r->o.color, fd) && (r->o.color.is != RUN_COLOR_AUTO || !dumb);
}

/* A unit is nothing that a person asked for by a wrong name. */
static int nothing_found(struct run *r, struct err *e)
{
	if (r->has_fault)
		*e = r->fault;
	else if (r->o.select.n)
		(void)err_usage(e, "no unit matches --select '%s'", r->o.select.at[0]);
	else if (r->o.shard.n && r->n_found)
		return 0;
	else
		(void)err_usage(e, "no units found: '%s' has no tests here", r->suite.adapter->name);
	return e->fault;
}

/* The reports: files in the folder of the run, a summary on standard error. */
static void tell(struct run *r, int code)
{
	struct reports_options ro = {.dir = r->writes ? r->dir : NULL,
				     .formats = r->o.format.at,
				     .n_formats = r->o.format.n,
				     .colour = run_wants_colour(r, STDERR_FILENO),
				     .quiet = r->o.quiet};
	struct err e;
	/* one line for one full disk */
	if (reports_write(&r->model, &ro, &e) < 0 && !r->lost)
		warn("run", "%s", e.text);
	pytest_cov_tell(r);
	reports_say(&r->model, &ro, code);
}

/* --keep-tree */
static void keep_trees(struct run *r)
{
	struct err e;
	if (!r->isolate.keep)
		return;
	if (!r->writes) {
		(void)err_usage(&e, "the run has no folder");
	} else if (isolate_keep(&r->isolate, &r->arena, r->dir, r->workers, KEPT_WITHOUT, &e) == 0) {
		run_note(r, "isolate", "what the workers %s is kept in '%s/trees'",
			 r->isolate.how == ISOLATE_OVERLAY ? "changed" : "had and changed", r->dir);
		return;
	}
	r->trees_left = true;
	runs_mark(&r->arena, r->suite.disk_dir, RUNS_MARK_KEPT);
	run_note(r, "isolate", "what the workers changed is kept in '%s' (%s)", r->isolate.room, e.text);
}

/* --otlp */
static void send_spans(struct run *r)
{
	struct err e;
	if (!r->o.otlp)
		return;
	if (!r->writes || r->lost)
		warn("run", "--otlp: without a record there are no spans to send");
	else if (otlp_export(arena_printf(&r->arena, "%s/events.jsonl", r->dir), r->o.otlp, &e) < 0)
		warn("run", "%s", e.text);
}

static int finish(struct run *r, enum pool_end end, struct err *e)
{
	enum status worst = STATUS_NONE;
	bool nothing =
	    end == POOL_DONE && !r->n_jobs && !r->n_bad_units && !r->model.n_tests && !r->stopped_early;
	run_sayings_end(r);
	if (r->suite.adapter != &adapter_plain && end != POOL_BROKEN && r->o.results.n) {
		bool none = results_read(r, 0, -1, &worst) == 0;
		results_put_untold(r, none);
		r->n_bad_units += status_is_bad(worst);
	}
	if (pool_bad_rows(r->pool))
		run_note(r, "rows",
			 "%llu lines appended to FETTLE_EVENTS were no rows and are not counted%s%s",
			 (unsigned long long)pool_bad_rows(r->pool),
			 *pool_bad_row(r->pool) ? "; the first, " : "", pool_bad_row(r->pool));
	r->bad_coverage = pytest_cov_close(r, end);
	outfiles_merge(r);
	keep_trees(r);
	r->stopped_early |= end == POOL_TIMEOUT || end == POOL_STANDSTILL;
	tell_dropped(r);
	run_memory_conflicts(r);
	int code = nothing && nothing_found(r, e) < 0 ? err_exit_code(e) : verdict_of(r, end, e);
	if (r->suite.only_tells && end == POOL_DONE && r->told_code >= 0)
		code = r->told_code; /* no verdict on tests */
	if (!nothing && run_cover_finish(r) && code == 0)
		code = 1;
	close_record(r, code, end);
	outfiles_junit(r);
	if (nothing && code)
		return complain("run", e);
	if (end == POOL_BROKEN || end == POOL_NO_WORKERS || (end == POOL_NO_AGENT && r->start_fault))
		warn("run", "%s", e->text);
	tell(r, code);
	run_cover_say(r);
	send_spans(r);
	run_memory_add(r);
	if (!r->o.output)
		runs_prune(&r->arena, r->root, RUNS_KEPT);
	return code;
}

/* --chunks: the units are listed first, by one process of their framework; then they are shares. */
static int cut_chunks(struct run *r, struct err *e)
{
	if (!r->o.chunks || r->suite.adapter->mode != ADAPTER_PULL)
		return 0;
	if (chunks_are_of_files(r)) {
		int64_t chunks = r->o.chunks;
		bool plan_only = r->plan_only;
		r->o.chunks = 0;
		r->plan_only = true;
		struct pool_options po = pool_wishes(r);
		po.workers = 1;
		po.out_dir = NULL;
		if (agent_dir_make(&r->arena, r->suite.work_dir, r->suite.env,
				   (char **)(uintptr_t)&po.agent_dir, e) < 0)
			return e->fault;
		r->pool = pool_new(&r->arena, &po, &r->suite, &r->host, &r->nowhere);
		enum pool_end end = pool_run(r->pool, e);
		r->o.chunks = chunks;
		r->plan_only = plan_only;
		r->found_all = false;
		if (end != POOL_DONE)
			return end == POOL_INTERRUPTED ? 130
			       : e->fault              ? e->fault
						       : err_usage(e, "the units cannot be listed");
	}
	chunks_make(r);
	return 0;
}

static void open_live(struct run *r)
{
	const char *term = getenv("TERM");
	bool shows = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	struct live_options o = {.mode = r->o.quiet || r->plan_only || r->suite.adapter == &adapter_plain
					     ? LIVE_QUIET
					 : shows ? LIVE_TERMINAL
						 : LIVE_LINES,
				 .colour = run_wants_colour(r, STDERR_FILENO),
				 .workers = r->workers,
				 .word_test = str_of(r->suite.adapter->test_word),
				 .retries = r->o.retries > 0,
				 .verbose = r->o.verbose};
	out_to_fd(&r->live_out, STDERR_FILENO);
	live_open(&r->live, &r->live_out, &o);
}

/* Nothing was begun: no folder is left of it. */
static int refuse(struct run *r, const struct err *e)
{
	struct err ignored;
	live_close(&r->live);
	(void)!out_close(&r->live_out, &ignored);
	if (r->writes)
		(void)writer_close(&r->writer, &ignored);
	if (r->writes && !r->o.output)
		folder_remove(r->dir);
	return complain("run", e);
}

static int run_all(struct run *r, struct err *e)
{
	open_live(r);
	if (!r->plan_only)
		open_record(r);
	r->suite_id = run_identity(r);
	put_run_row(r);
	run_memory_open(r);
	if (r->o.order.is == RUN_RANDOM)
		run_note(r, "order", "the order is random; --order random:%llu gives it again",
			 (unsigned long long)r->seed);
	results_know(r);
	run_containers_say(r);
	if (run_cover_open(r, e) < 0)
		return refuse(r, e);
	int rc = cut_chunks(r, e);
	if (rc)
		return rc < 0 ? refuse(r, e) : rc;
	struct pool_options po = pool_wishes(r);
	if ((po.pull || po.observe) && agent_dir_make(&r->arena, r->suite.work_dir, r->suite.env,
						      (char **)(uintptr_t)&po.agent_dir, e) < 0)
		return refuse(r, e);
	if (prepare_isolation(r, &po, e) < 0)
		return refuse(r, e);
	po.spare_dir = spare_place(r);
	r->pool = pool_new(&r->arena, &po, &r->suite, &r->host, &r->sink);
	if (discover_now(r, e) < 0)
		return refuse(r, e);
	if (r->writes && !r->o.output)
		runs_point(&r->arena, r->root, r->id);
	r->plans = r->o.dry_run;
	enum pool_end end = pool_run(r->pool, e);
	if (r->plan_only) {
		live_close(&r->live);
		(void)!out_close(&r->live_out, &(struct err){0});
		return run_print_plan(r, end, e);
	}
	return finish(r, end, e);
}

static void free_run(struct run *r)
{
	run_cover_free(r);
	run_sayings_free(r);
	run_containers_close(r);
	drop_folders(r);
	run_memory_free(r);
	for (uint32_t i = 0; i < r->workers; i++) {
		struct desk *d = &r->desks[i];
		arena_free(&d->arena);
		mem_free(d->open);
		mem_free(d->bad);
		mem_free(d->done_keys);
		mem_free(d->held);
		buf_free(&d->head);
	}
	for (size_t i = 0; i < r->n_found; i++)
		run_forget_found(&r->found[i]);
	mem_free(r->found);
	test_set_free(&r->bad_tests);
	map_free(&r->found_names);
	mem_free(r->jobs);
	mem_free(r->locks);
	results_free(r);
	mem_free(r->suite.targets);
	buf_free(&r->coverage);
	buf_free(&r->suite.line);
	buf_free(&r->suite.said);
	arena_free(&r->suite.arena);
	model_free(&r->model);
	arena_free(&r->arena);
}

/* The environment without the variables that say what is wished of this run. */
static char **without_wishes(struct run *r)
{
	const char **names = arena_array(&r->arena, const char *, run_table.n_rows);
	size_t n = 0;
	for (size_t i = 0; i < run_table.n_rows; i++)
		if (run_table.rows[i].env)
			names[n++] = run_table.rows[i].env;
	return environment_with(&r->arena, environ, (char *const *)(uintptr_t)names, n);
}

/* The run's place in the trace of whoever started it, or its own; what it starts is told. */
static void join_trace(struct run *r)
{
	char text[TRACEPARENT_BYTES];
	struct str from = str_of(getenv(ENV_TRACEPARENT));
	struct trace_context given;
	(void)gethostname(r->host_name, sizeof(r->host_name) - 1);
	r->traceparent = trace_context_parse(&given, from) ? arena_str(&r->arena, str_trim(from)) : STR_NONE;
	trace_context_make(&r->trace, str_of(r->id), str_of(r->host_name), r->wall_ns, r->traceparent);
	trace_context_text(&r->trace, 0, text);
	char *own[] = {arena_printf(&r->arena, ENV_TRACEPARENT "=%s", text)};
	r->suite.env = environment_with(&r->arena, r->suite.env, own, 1);
}

/* What --copy cannot mean, before anything is begun. A file that is not there yet may come of --setup. */
static int check_copies(const struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->o.copy.n; i++) {
		const char *path = r->o.copy.at[i];
		struct stat st;
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
			return err_usage(e, "--copy '%s': %s, and only files are copied", path,
					 S_ISDIR(st.st_mode) ? "it is a folder" : "it is no file");
		for (size_t k = 0; k < i; k++)
			if (strcmp(word_base(path), word_base(r->o.copy.at[k])) == 0)
				return err_usage(
				    e,
				    "--copy '%s' and --copy '%s': each worker has them in one folder, and "
				    "they have one name",
				    r->o.copy.at[k], path);
	}
	return 0;
}

static int check_command(struct run *r, struct err *e)
{
	const char *word = r->suite.argv[0];
	if (proc_find(&r->arena, word, r->suite.env, NULL))
		return 0;
	if (r->o.fail_fast && strspn(word, "0123456789") == strlen(word))
		return err_usage(e, "cannot run '%s': is it the number of -x? That is written --fail-fast=%s",
				 word, word);
	errno = ENOENT;
	return err_sys(e, "cannot run '%s'", word);
}

static int set_up(struct run *r, const struct knob_list *words, struct err *e)
{
	struct suite *s = &r->suite;
	char self[PATH_MAX], cwd[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (r->o.otlp && otlp_check(r->o.otlp, e) < 0)
		return e->fault;
	if (!words->n)
		return err_usage(e, "which command? 'fettle run [options] -- COMMAND [ARG...]'");
	s->n_argv = words->n;
	s->argv = arena_array(&r->arena, char *, words->n + 1);
	for (size_t i = 0; i < words->n; i++)
		s->argv[i] = (char *)(uintptr_t)words->at[i];
	/* a fettle that a test starts has wishes of its own */
	r->start_ns = clock_mono_ns();
	r->wall_ns = clock_wall_ns();
	r->id = runs_new_id(&r->arena, r->wall_ns);
	s->env = without_wishes(r);
	join_trace(r);
	s->patterns = (char **)(uintptr_t)r->o.units.at;
	s->n_patterns = r->o.units.n;
	s->self = n > 0 ? arena_copy(&r->arena, (struct str){self, (size_t)n}) : "/proc/self/exe";
	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(e, "cannot tell the current directory");
	s->cwd = arena_copy(&r->arena, str_of(cwd));
	static const char *const adapters[] = {NULL,    "behave", "pytest", "go",
					       "ctest", "bats",   "each",   "plain"};
	if (adapter_choose(s, adapters[r->o.adapter.is], e) < 0)
		return e->fault;
	if (check_command(r, e) < 0 || check_copies(r, e) < 0)
		return e->fault;
	r->told_code = -1;
	r->root = ".fettle";
	r->workers = r->o.chunks    ? (uint32_t)r->o.chunks
		     : r->o.workers ? (uint32_t)r->o.workers
				    : cores_usable();
	if (s->adapter == &adapter_plain)
		r->workers = 1;
	r->plan_only = r->o.list || r->o.dry_run;
	r->seed = r->o.order.numbered ? (uint64_t)r->o.order.number : (uint64_t)r->wall_ns / 1000 % 1000000;
	static const enum schedule_order orders[] = {ORDER_LONGEST, ORDER_GIVEN, ORDER_RANDOM};
	r->schedule = schedule_new(&r->arena, orders[r->o.order.is], r->seed);
	schedule_slots(r->schedule, r->workers);
	r->desks = arena_array(&r->arena, struct desk, r->workers);
	model_init(&r->model);
	run_host_init(r);
	if (run_sayings_init(r, e) < 0)
		return e->fault;
	return make_folders(r, e);
}

static int run(int n_words, char **words)
{
	struct run *r = mem_alloc(sizeof(*r));
	struct knob_list operands;
	struct err e = {0};
	int rc;
	memset(r, 0, sizeof(*r));
	knob_defaults(&r->values, &run_table, &r->o, &r->arena);
	if (config_gather(&r->values, (size_t)n_words, words, environ, &operands, &e) < 0)
		rc = complain("run", &e);
	else if (r->values.help)
		rc = print_help(&run_table);
	else if (run_options_check(&r->o, &e) < 0 || set_up(r, &operands, &e) < 0 ||
		 run_containers_open(r, &e) < 0)
		rc = complain("run", &e);
	else
		rc = run_all(r, &e);
	free_run(r);
	mem_free(r);
	return rc;
}

const struct cmd cmd_run = {
    .name = "run",
    .brief = "run a test suite in parallel and tell where the time went",
    .run = run,
};
