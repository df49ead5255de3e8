/* The kind 'container': one operation is one sandbox of a container engine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/wait.h"
#include "subject/container_plan.h"
#include "subject/subjects.h"

_Static_assert((int)BOX_METRICS <= (int)SUBJECT_METRICS, "room for all");

enum { SWEEP_S = 60, DROP_S = 20 };

struct container_state {
	struct container_shop shop;
	struct container_box *boxes;
	uint32_t n_boxes; /* made so far */
};

static void failed(const struct container_box *b, struct subject_run *ret)
{
	ret->timed_out = b->link.timed_out;
	subject_fails(ret, "%s", b->link.why);
}

static void run_anew(struct container_box *b, int64_t deadline_ns, struct subject_run *ret)
{
	ret->good = container_box_make(b, deadline_ns, ret->values) &&
		    (!b->shop->exec.n || container_box_exec(b, deadline_ns, &ret->values[BOX_EXEC]));
	if (!ret->good)
		failed(b, ret);
}

/* The sandbox that stays; another one where the last command was not seen to end. */
static void run_again(struct container_box *b, int64_t deadline_ns, struct subject_run *ret)
{
	int64_t unmeasured[BOX_METRICS];
	ret->good = (!b->soiled || container_box_drop(b, deadline_ns)) &&
		    (b->id[0] || container_box_make(b, deadline_ns, unmeasured)) &&
		    container_box_exec(b, deadline_ns, &ret->values[BOX_EXEC]);
	if (!ret->good)
		failed(b, ret);
}

static void container_run(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret)
{
	struct container_state *x = s->state;
	struct container_box *b = &x->boxes[worker];
	arena_reset(&b->link.scratch);
	if (s->item->reuse)
		run_again(b, deadline_ns, ret);
	else
		run_anew(b, deadline_ns, ret);
}

/* That it still works while all the others are there. */
static bool use_again(struct container_box *b, int64_t deadline_ns, struct inspect *in)
{
	int64_t unmeasured;
	return (!b->shop->exec.n || container_box_exec(b, deadline_ns, &unmeasured)) &&
	       container_box_look(b, deadline_ns, in);
}

static void add_up(int64_t values[BOX_METRICS])
{
	static const enum container_metric parts[] = {BOX_STARTUP, BOX_EXEC, BOX_STOP, BOX_REMOVE};
	int64_t sum = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		sum += values[parts[i]] != BENCH_NONE ? values[parts[i]] : 0;
	values[BOX_LIFECYCLE] = sum;
}

static void end_box(struct container_box *b, int64_t deadline_ns, struct subject_run *ret)
{
	struct inspect in;
	if (!b->id[0])
		return;
	if (ret->good && use_again(b, deadline_ns, &in)) {
		container_box_weigh(b, &in, deadline_ns, ret->values);
		if (container_box_end(b, deadline_ns, ret->values)) {
			add_up(ret->values);
			return;
		}
	}
	if (ret->good)
		failed(b, ret);
	/* what still has an id then is swept at the end */
	(void)container_box_drop(b, clock_mono_ns() + DROP_S * NS_PER_S);
	b->id[0] = '\0';
}

static void run_outside(const struct container_shop *shop, int64_t deadline_ns, int64_t values[BOX_METRICS])
{
	if (!shop->outside.path || values[BOX_EXEC] == BENCH_NONE)
		return;
	int64_t ns = container_outside_run(&shop->outside, deadline_ns);
	if (ns != BENCH_NONE)
		values[BOX_OVERHEAD] = values[BOX_EXEC] - ns;
}

static void container_finish(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret)
{
	struct container_state *x = s->state;
	struct container_box *b = &x->boxes[worker];
	/* after a stop too, as something would be left behind */
	net_spare(true);
	if (!s->item->reuse)
		end_box(b, deadline_ns, ret);
	if (ret->good)
		run_outside(&x->shop, deadline_ns, ret->values);
	net_spare(false);
	arena_reset(&b->link.scratch);
}

static int dry_fault(const struct container_box *b, const struct subject_run *run, struct err *e)
{
	errno = 0;
	return err_sys(e, "%s%s%s", run->why, b->said[0] ? ": " : "", b->said);
}

/* Whether the image has the program that the item needs; s->lacks where it has not. */
static bool has_needed(struct subject *s, struct container_box *b)
{
	char sh[] = "sh", dash_c[] = "-c", line[] = "command -v -- \"$1\"";
	char *words[] = {sh, dash_c, line, sh, arena_copy(s->arena, str_of(s->item->needs)), NULL};
	int64_t deadline = clock_mono_ns() + s->timeout_ns, unmeasured[BOX_METRICS];
	struct str ready = b->shop->ready;
	struct buf body = {0};
	container_put_exec(&body, words, false);
	struct container_exec x = {.create = buf_view(&body)};
	/* getting ready may need the program */
	b->shop->ready = STR_NONE;
	bool good =
	    container_box_make(b, deadline, unmeasured) && container_exec(&b->link, b->id, &x, deadline);
	b->shop->ready = ready;
	buf_free(&body);
	/* what failed stays to be told: another call would forget it, and what is left is swept */
	if (!good || !container_box_drop(b, deadline))
		return false;
	if (x.code != 0)
		s->lacks = s->item->needs;
	return true;
}

/* One whole sandbox, and whether the limits are in force that the item wants. */
static int dry_run(struct subject *s, struct err *e)
{
	struct container_state *x = s->state;
	struct container_box *b = &x->boxes[0];
	struct subject_run run = {.good = false};
	struct inspect in;
	for (int i = 0; i < SUBJECT_METRICS; i++)
		run.values[i] = BENCH_NONE;
	container_run(s, 0, clock_mono_ns() + s->timeout_ns, &run);
	if (run.good && container_box_look(b, clock_mono_ns() + s->timeout_ns, &in))
		container_limits(s, &x->shop, &in);
	else if (run.good)
		failed(b, &run);
	container_finish(s, 0, clock_mono_ns() + s->timeout_ns, &run);
	if (run.values[BOX_MEMORY] != BENCH_NONE && run.values[BOX_SUPERVISOR] == BENCH_NONE)
		subject_note(s, "what the process that looks after a sandbox takes is not to be had here: "
				"sandbox_memory is the container's alone");
	return run.good ? 0 : dry_fault(b, &run, e);
}

/* The others that stay, before anything is measured. */
static int make_boxes(struct subject *s, struct err *e)
{
	struct container_state *x = s->state;
	int64_t unmeasured[BOX_METRICS];
	for (uint32_t i = 1; s->item->reuse && i < s->concurrency; i++) {
		struct container_box *b = &x->boxes[i];
		if (!container_box_make(b, clock_mono_ns() + s->timeout_ns, unmeasured)) {
			errno = 0;
			return err_sys(e, "%s", b->link.why);
		}
	}
	return 0;
}

static int container_open(struct subject *s, struct err *e)
{
	struct container_state *x = arena_new(s->arena, struct container_state);
	s->state = x;
	if (container_plan(s, &x->shop, e) < 0)
		return e->fault;
	x->boxes = arena_array(s->arena, struct container_box, s->concurrency);
	for (; x->n_boxes < s->concurrency; x->n_boxes++)
		container_box_init(&x->boxes[x->n_boxes], &x->shop);
	if (s->item->needs && !has_needed(s, &x->boxes[0])) {
		errno = 0;
		return err_sys(e, "%s", x->boxes[0].link.why);
	}
	if (s->lacks)
		return 0;
	return dry_run(s, e) < 0 ? e->fault : make_boxes(s, e);
}

static void container_close(struct subject *s)
{
	struct container_state *x = s->state;
	struct container_link l;
	for (uint32_t i = 0; x && i < x->n_boxes; i++)
		container_box_free(&x->boxes[i]);
	if (!x)
		return;
	if (x->shop.create.n) {
		net_spare(true);
		container_link_init(&l, &x->shop.engine);
		if (!container_shop_sweep(&x->shop, &l, clock_mono_ns() + SWEEP_S * NS_PER_S))
			(void)fprintf(stderr,
				      "fettle bench: containers with the label " CONTAINER_LABEL
				      "=%s may be left: %s\n",
				      x->shop.label, l.why);
		container_link_free(&l);
		net_spare(false);
	}
	checks_free((struct checks *)x->shop.checks);
}

const struct subject_kind kind_container = {
    .word = "container",
    .metrics = container_metrics,
    .n_metrics = BOX_METRICS,
    .warmup = 1,
    .open = container_open,
    .run = container_run,
    .finish = container_finish,
    .close = container_close,
};
