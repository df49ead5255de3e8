#include "cmd/run_results.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "ingest/foreign.h"

enum { SNIFF_BYTES = 4096, RESULTS_MOST = 100000 };

uint64_t run_ids(struct run *r)
{
	return ((1ULL << 20) + ++r->n_reader_ids) << 32 | 1;
}

void results_begin(struct run *r, struct desk *d, uint32_t worker, const struct pool_unit *u)
{
	d->in = (struct ingest){.out = &r->sink,
				.arena = &d->arena,
				.root = str_of(r->suite.cwd),
				.next_id = run_ids(r),
				.parent = d->span,
				.worker = (int32_t)worker,
				.attempt = u->attempt,
				.time_ns = d->begin_ns};
	d->is_tap = r->suite.adapter == &adapter_bats;
	d->sniffed = d->is_tap;
	buf_clear(&d->head);
	if (r->suite.adapter->stream == STREAM_TAP) {
		tap_init(&d->tap, &d->in);
		if (r->suite.adapter == &adapter_each || r->suite.adapter == &adapter_bats)
			d->tap.file = u->name;
	}
	if (r->suite.adapter->stream == STREAM_GOTEST)
		gotest_init(&d->gotest, &d->in, u->name);
	if (r->suite.adapter->stream == STREAM_GOTEST && u->cwd)
		d->gotest.package.folder = str_of(u->cwd);
}

/* TAP from a command that nobody knows counts when its first line of substance is a version or a plan. */
static void sniff(struct desk *d, struct str bytes, int64_t time_ns)
{
	buf_str(&d->head, str_cut(bytes, 0, SNIFF_BYTES));
	struct str rest = str_trim(buf_view(&d->head));
	if (str_find(rest, '\n') == rest.n && d->head.n < SNIFF_BYTES)
		return;
	d->sniffed = true;
	d->is_tap = foreign_is_tap_output(rest);
	if (d->is_tap) {
		size_t had = d->head.n - (bytes.n < SNIFF_BYTES ? bytes.n : SNIFF_BYTES);
		tap_feed(&d->tap, str_cut(buf_view(&d->head), 0, had), time_ns);
		tap_feed(&d->tap, bytes, time_ns);
	}
}

void results_output(struct run *r, struct desk *d, struct str bytes, int64_t time_ns)
{
	d->in.time_ns = time_ns;
	if (run_is_chunked(r))
		return; /* the agent tells */
	if (r->suite.adapter->stream == STREAM_GOTEST)
		gotest_feed(&d->gotest, bytes, time_ns);
	else if (r->suite.adapter->stream == STREAM_TAP && !d->sniffed)
		sniff(d, bytes, time_ns);
	else if (d->is_tap)
		tap_feed(&d->tap, bytes, time_ns);
}

/* Whether nobody has touched a file since it was looked at last; from now on it is known as it is. */
static bool is_known(struct run *r, const char *path, const struct stat *st)
{
	uint32_t *at = map_at(&r->seen_paths, str_of(path));
	struct seen_file now = {.device = st->st_dev,
				.inode = st->st_ino,
				.size = st->st_size,
				.written_ns = st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec,
				.changed_ns = st->st_ctim.tv_sec * NS_PER_S + st->st_ctim.tv_nsec};
	if (*at == MAP_NONE) {
		*at = (uint32_t)r->n_seen;
		r->seen = mem_grow(r->seen, r->n_seen, &r->cap_seen, sizeof(*r->seen));
		r->seen[r->n_seen++] = now;
		return false;
	}
	struct seen_file *was = &r->seen[*at];
	bool same = was->device == now.device && was->inode == now.inode && was->size == now.size &&
		    was->written_ns == now.written_ns && was->changed_ns == now.changed_ns;
	*was = now;
	return same;
}

void results_know(struct run *r)
{
	for (size_t i = 0; i < r->o.results.n && !r->plan_only; i++) {
		glob_t found = {0};
		struct stat st;
		if (glob(r->o.results.at[i], GLOB_BRACE, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc && k < RESULTS_MOST; k++)
				if (stat(found.gl_pathv[k], &st) == 0)
					(void)is_known(r, arena_copy(&r->arena, str_of(found.gl_pathv[k])),
						       &st);
		globfree(&found);
	}
}

void results_free(struct run *r)
{
	map_free(&r->seen_paths);
	mem_free(r->seen);
	mem_free(r->untold);
}

static uint32_t read_file(struct run *r, struct ingest *in, const char *path)
{
	struct stat st;
	struct err e;
	uint32_t before = in->n_tests;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0 ||
	    is_known(r, path, &st)) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (at == MAP_FAILED) {
		run_note(r, "results", "cannot read '%s'", path);
		return 0;
	}
	if (foreign_read(in, (struct str){at, (size_t)st.st_size}, path, &e) < 0)
		run_note(r, "results", "%s", e.text);
	(void)munmap(at, (size_t)st.st_size);
	return in->n_tests - before;
}

uint32_t results_read(struct run *r, uint64_t parent, int32_t worker, enum status *ret_worst)
{
	struct ingest in = {.out = &r->sink,
			    .arena = &r->arena,
			    .root = str_of(r->suite.cwd),
			    .next_id = run_ids(r),
			    .parent = parent,
			    .worker = worker,
			    .attempt = 1,
			    .time_ns = run_now(r)};
	uint32_t n_files = 0;
	for (size_t i = 0; i < r->o.results.n; i++) {
		glob_t found = {0};
		if (glob(r->o.results.at[i], GLOB_BRACE, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc && n_files < RESULTS_MOST; k++)
				n_files +=
				    read_file(r, &in, arena_copy(&r->arena, str_of(found.gl_pathv[k]))) > 0;
		globfree(&found);
	}
	if (r->o.results.n && !n_files)
		run_note(r, "results", "no file with results matches --results '%s'", r->o.results.at[0]);
	*ret_worst = in.worst;
	return in.n_tests;
}

static enum status status_of_exit(const struct target *t, const struct pool_exit *x)
{
	if (x->signal)
		return STATUS_CRASHED;
	if (t && t->skip_code >= 0 && x->code == t->skip_code)
		return STATUS_SKIPPED;
	bool good = x->code == 0;
	return good != (t && t->invert) ? STATUS_PASSED : STATUS_FAILED;
}

static struct str exit_message(struct desk *d, const struct target *t, const struct pool_exit *x)
{
	if (x->signal) {
		const char *name = sigabbrev_np(x->signal);
		return str_of(
		    arena_printf(&d->arena, "killed by SIG%s (signal %d)", name ? name : "?", x->signal));
	}
	if (t && t->invert && x->code == 0)
		return STR("passed, but was to fail");
	return x->code ? str_of(arena_printf(&d->arena, "exit code %d", x->code)) : STR_NONE;
}

/* Its tests may stand in a file, which is read when all have ended: it may be a matter of seconds who wrote
 * which. */
static void keep_untold(struct run *r, const struct event *test, const struct event *output,
			const struct field *size)
{
	r->untold = mem_grow(r->untold, r->n_untold, &r->cap_untold, sizeof(*r->untold));
	struct untold *u = &r->untold[r->n_untold++];
	*u = (struct untold){.test = *test, .output = *output, .size = *size};
	u->test.message = arena_str(&r->arena, test->message);
	u->output.text = status_is_bad(test->status) ? arena_str(&r->arena, output->text) : STR_NONE;
}

void results_put_untold(struct run *r, bool all)
{
	for (size_t i = 0; i < r->n_untold && all; i++) {
		struct untold *u = &r->untold[i];
		u->output.fields = &u->size;
		sink_put(&r->sink, &u->test);
		if (u->output.text.n)
			sink_put(&r->sink, &u->output);
	}
}

/* A process that tells of no tests is one itself. Returns whether it was told. */
static bool put_itself(struct run *r, struct desk *d, const struct pool_unit *u, const struct pool_exit *x,
		       enum status status, struct str message, int64_t time_ns)
{
	struct event test = {.type = EVENT_SPAN,
			     .kind = SPAN_TEST,
			     .id = d->in.next_id++,
			     .parent = d->span,
			     .worker = d->in.worker,
			     .time_ns = d->begin_ns,
			     .dur_ns = time_ns - d->begin_ns,
			     .status = status,
			     .name = u->name,
			     .source = SOURCE_PROCESS,
			     .message = message,
			     .attempt = u->attempt};
	if (r->suite.adapter == &adapter_each)
		test.file = u->name;
	struct field size = {.key = STR("size"), .type = FIELD_INT, .num = (int64_t)x->output_bytes};
	struct event output = {.type = EVENT_OUTPUT,
			       .id = test.id,
			       .worker = d->in.worker,
			       .time_ns = time_ns,
			       .text = x->output,
			       .fields = &size,
			       .n_fields = 1};
	if (r->suite.adapter == &adapter_each && r->o.results.n) {
		keep_untold(r, &test, &output, &size);
		return false;
	}
	sink_put(&r->sink, &test);
	if (x->output.n && status_is_bad(status))
		sink_put(&r->sink, &output);
	return true;
}

/* Whether all that was to come has come: what a framework says at its end, or the number of its plan. */
static bool said_its_end(const struct run *r, const struct desk *d)
{
	if (run_is_chunked(r))
		return true;
	if (r->suite.adapter->stream == STREAM_GOTEST)
		return d->gotest.over;
	return !d->is_tap || tap_is_whole(&d->tap);
}

/* A process that is for some of the tests alone, and a Go package in which -run chose none, are no tests. */
static bool may_be_empty(const struct run *r, const struct desk *d, const struct job *j)
{
	return j->is_part || j->is_narrow || (r->suite.adapter->stream == STREAM_GOTEST && d->gotest.over);
}

static struct event *held_of(struct desk *d, uint64_t id)
{
	for (size_t i = d->n_held; i > 0; i--)
		if (d->held[i - 1].id == id)
			return &d->held[i - 1];
	return NULL;
}

bool results_hold(struct run *r, struct desk *d, const struct event *ev)
{
	bool ends = ev->type == EVENT_SPAN || ev->type == EVENT_END;
	bool bad = ends && (ev->kind == SPAN_TEST || ev->kind == SPAN_NONE) && status_is_bad(ev->status);
	if (r->suite.adapter->stream != STREAM_GOTEST || run_is_chunked(r) || d->releases ||
	    (!bad && !(ev->type == EVENT_OUTPUT && held_of(d, ev->id))))
		return false;
	d->held = mem_grow(d->held, d->n_held, &d->cap_held, sizeof(*d->held));
	d->held[d->n_held++] = event_keep(ev, &d->arena);
	return true;
}

/* Where the package is good all the same, what failed in it was to fail. */
static void release(struct run *r, struct desk *d, bool good)
{
	d->releases = true;
	for (size_t i = 0; i < d->n_held; i++) {
		struct event *ev = &d->held[i];
		if (good && ev->type == EVENT_OUTPUT)
			continue;
		if (good) {
			ev->status = STATUS_PASSED;
			ev->message = STR("it failed, and go test counts its package as passed");
		}
		sink_put(&r->sink, ev);
	}
	d->releases = false;
	d->n_held = 0;
}

/* What the end of the process says by itself. */
static enum status status_of_process(struct run *r, const struct target *t, const struct pool_exit *x)
{
	if (r->suite.only_tells)
		r->told_code = x->signal ? 128 + x->signal : x->code;
	if (run_is_chunked(r) && x->code && x->code == r->suite.adapter->nothing) {
		r->has_nothing = true;
		return STATUS_PASSED;
	}
	return status_of_exit(t, x);
}

/* What is left of its stream. Returns the worst that it told. */
static enum status end_stream(const struct run *r, struct desk *d, const struct pool_exit *x, int64_t time_ns)
{
	d->in.time_ns = time_ns;
	d->in.lost = x->timed_out ? STATUS_TIMEOUT : x->interrupted ? STATUS_UNFINISHED : STATUS_NONE;
	if (r->suite.adapter->stream == STREAM_GOTEST && !run_is_chunked(r))
		gotest_finish(&d->gotest, time_ns);
	else if (d->is_tap)
		tap_finish(&d->tap, time_ns);
	d->is_cut = x->signal || x->timed_out || x->interrupted || d->in.worst >= STATUS_TIMEOUT ||
		    !said_its_end(r, d);
	return d->in.worst;
}

/* Bad tests of a Go package go their way, now that its end is known. Returns the worst status that counts. */
static enum status settle_held(struct run *r, struct desk *d, enum status process, enum status told)
{
	bool forgives = d->n_held && process == STATUS_PASSED && !d->is_cut;
	release(r, d, forgives);
	return forgives ? STATUS_PASSED : told;
}

enum status results_end(struct run *r, struct desk *d, const struct pool_unit *u, const struct pool_exit *x,
			int64_t time_ns, struct str *ret_message, bool *ret_told)
{
	const struct found *f = &r->found[r->jobs[u->number]->found];
	const struct target *t = f->target == UNIT_NONE ? NULL : &r->suite.targets[f->target];
	enum status status = status_of_process(r, t, x), told = end_stream(r, d, x, time_ns);
	uint32_t n_tests = d->in.n_tests + (uint32_t)d->n_done;
	told = settle_held(r, d, status, told);
	if (r->suite.adapter == &adapter_plain && r->o.results.n) {
		enum status worst = STATUS_NONE;
		n_tests += results_read(r, d->span, d->in.worker, &worst);
		told = worst > told ? worst : told;
	}
	if (status == STATUS_PASSED && status_is_bad(told))
		status = STATUS_FAILED;
	if (x->timed_out)
		status = STATUS_TIMEOUT;
	else if (x->interrupted && status_is_bad(status))
		status = STATUS_UNFINISHED;
	*ret_message = x->timed_out || status == STATUS_UNFINISHED ? x->why
		       : status_is_bad(status)                     ? exit_message(d, t, x)
								   : STR_NONE;
	bool empty_part = status == STATUS_PASSED && may_be_empty(r, d, r->jobs[u->number]);
	*ret_told = !n_tests && !run_is_chunked(r) && !empty_part;
	if (*ret_told)
		*ret_told = put_itself(r, d, u, x, status, *ret_message, time_ns);
	return status;
}
