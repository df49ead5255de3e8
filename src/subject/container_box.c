#include "subject/container_box.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

enum {
	READY_PAUSE_NS = 5 * NS_PER_MS,
	SWEEP_PAUSE_NS = 200 * NS_PER_MS,
	SWEEP_MOST = 1000,
	CHECKED_BYTES = 16 << 20, /* of output that is checked */
};
/* How long a container may still appear that was asked for and never confirmed. */
static const int64_t lost_ns = 5 * NS_PER_S;

void container_box_init(struct container_box *b, struct container_shop *shop)
{
	*b = (struct container_box){.shop = shop};
	container_link_init(&b->link, &shop->engine);
}

void container_box_free(struct container_box *b)
{
	container_link_free(&b->link);
	buf_free(&b->out);
}

/* A request about the container; fine: see container_ask. */
static bool ask(struct container_box *b, const char *what, const char *method, const char *after, int fine,
		int64_t deadline_ns)
{
	struct container_link *l = &b->link;
	struct container_ask q = {.what = what,
				  .method = method,
				  .path = arena_printf(&l->scratch, "/containers/%s%s", b->id, after),
				  .fine = fine};
	return container_call(l, &q, deadline_ns);
}

static bool create(struct container_box *b, int64_t deadline_ns, int64_t *ret_ns)
{
	struct container_link *l = &b->link;
	struct container_ask q = {.what = "create a container",
				  .method = "POST",
				  .path = "/containers/create",
				  .json = b->shop->create};
	struct str id;
	int64_t begin = clock_mono_ns();
	if (!container_call(l, &q, deadline_ns)) {
		if (l->lost)
			(void)atomic_fetch_add(&b->shop->lost, 1);
		return false;
	}
	*ret_ns = clock_mono_ns() - begin;
	/* whatever it made then has our label, and is swept */
	if (!container_read_id(buf_view(&l->body), &l->scratch, &id))
		return container_fails(l, q.what, "status %d, and the answer has no Id", l->status);
	memcpy(b->id, id.at, id.n);
	b->id[id.n] = '\0';
	b->soiled = false;
	return true;
}

static bool get_ready(struct container_box *b, int64_t deadline_ns)
{
	struct container_exec x = {.create = b->shop->ready};
	while (container_exec(&b->link, b->id, &x, deadline_ns)) {
		if (x.code == 0)
			return true;
		if (clock_mono_ns() + READY_PAUSE_NS >= deadline_ns) {
			b->link.timed_out = true;
			return container_fails(&b->link, "get the container ready",
					       "'ready' still ends with exit code %d", x.code);
		}
		clock_pause(READY_PAUSE_NS);
	}
	return false;
}

bool container_box_make(struct container_box *b, int64_t deadline_ns, int64_t values[BOX_METRICS])
{
	int64_t begin = clock_mono_ns();
	if (!create(b, deadline_ns, &values[BOX_CREATE]))
		return false;
	int64_t created = clock_mono_ns();
	if (!ask(b, "start the container", "POST", "/start", 304, deadline_ns))
		return false;
	int64_t started = clock_mono_ns(), ready = started;
	values[BOX_START] = started - created;
	if (b->shop->ready.n) {
		if (!get_ready(b, deadline_ns))
			return false;
		ready = clock_mono_ns();
		values[BOX_READY] = ready - started;
	}
	values[BOX_STARTUP] = ready - begin;
	return true;
}

/* Output that nobody looks at is dropped as it comes. */
static size_t room_for_output(const struct container_shop *shop)
{
	if (shop->item->echoes)
		return shop->input.n + 1;
	return shop->checks && checks_need_body(shop->checks) ? CHECKED_BYTES : 0;
}

static bool is_good(struct container_box *b, const struct container_exec *x)
{
	const struct container_shop *shop = b->shop;
	struct checked what = {.status = -1, .exit_code = x->code, .body = buf_view(&b->out)};
	struct container_link *l = &b->link;
	if (x->code != 0 && !(shop->checks && checks_have_status(shop->checks))) {
		(void)snprintf(l->why, sizeof(l->why), "exit code %d", x->code);
		return false;
	}
	if (shop->item->echoes && !str_eq(buf_view(&b->out), shop->input)) {
		(void)snprintf(l->why, sizeof(l->why),
			       "the output is not the input again: %lld bytes of it for %zu",
			       (long long)x->out_bytes, shop->input.n);
		return false;
	}
	if (x->most && !shop->item->echoes && x->out_bytes > (int64_t)x->most) {
		(void)snprintf(l->why, sizeof(l->why), "more than %zu MiB of output, too much to be checked",
			       x->most >> 20);
		return false;
	}
	return !shop->checks || checks_hold(shop->checks, &what, &l->scratch, l->why, sizeof(l->why));
}

bool container_box_exec(struct container_box *b, int64_t deadline_ns, int64_t *ret_ns)
{
	size_t most = room_for_output(b->shop);
	struct container_exec x = {.create = b->shop->exec,
				   .input = b->shop->input,
				   .out = most ? &b->out : NULL,
				   .most = most,
				   .said = b->said};
	buf_clear(&b->out);
	if (!container_exec(&b->link, b->id, &x, deadline_ns)) {
		b->soiled = true;
		return false;
	}
	if (!is_good(b, &x))
		return false;
	*ret_ns = x.ns;
	return true;
}

bool container_box_look(struct container_box *b, int64_t deadline_ns, struct inspect *ret)
{
	static const char what[] = "look at the container";
	struct container_link *l = &b->link;
	if (!ask(b, what, "GET", "/json", 0, deadline_ns))
		return false;
	if (!inspect_read(buf_view(&l->body), &l->scratch, ret))
		return container_fails(l, what, "the answer is not what an engine says of a container");
	if (ret->running)
		return true;
	if (ret->oom)
		return container_fails(l, "keep the container running", "it was ended for want of memory");
	return container_fails(l, "keep the container running", "it has ended with exit code %lld",
			       (long long)ret->exit);
}

/* An engine elsewhere has to tell itself. */
static int64_t memory_by_engine(struct container_box *b, int64_t deadline_ns)
{
	if (!ask(b, "weigh the container", "GET", "/stats?stream=false&one-shot=true", 0, deadline_ns))
		return -1;
	return container_read_stats(buf_view(&b->link.body), &b->link.scratch);
}

void container_box_weigh(struct container_box *b, const struct inspect *in, int64_t deadline_ns,
			 int64_t values[BOX_METRICS])
{
	struct container_weight w = {-1, -1, -1};
	/* the pid of another machine is somebody else here */
	if (b->shop->engine.url.socket[0])
		container_weigh(in->pid, in->id, &b->shop->mounts, &w);
	if (w.memory_bytes < 0)
		w.memory_bytes = memory_by_engine(b, deadline_ns);
	if (w.memory_bytes >= 0) {
		values[BOX_MEMORY] = w.memory_bytes;
		values[BOX_SANDBOX_MEMORY] =
		    w.memory_bytes + (w.supervisor_bytes > 0 ? w.supervisor_bytes : 0);
	}
	if (w.supervisor_bytes >= 0)
		values[BOX_SUPERVISOR] = w.supervisor_bytes;
}

bool container_box_drop(struct container_box *b, int64_t deadline_ns)
{
	if (!b->id[0])
		return true;
	bool good = ask(b, "remove the container", "DELETE", "?force=1&v=1", 404, deadline_ns);
	if (good)
		b->id[0] = '\0';
	return good;
}

bool container_box_end(struct container_box *b, int64_t deadline_ns, int64_t values[BOX_METRICS])
{
	int64_t begin = clock_mono_ns();
	if (!ask(b, "stop the container", "POST", "/stop?t=0", 304, deadline_ns))
		return false;
	int64_t stopped = clock_mono_ns();
	values[BOX_STOP] = stopped - begin;
	if (!container_box_drop(b, deadline_ns))
		return false;
	values[BOX_REMOVE] = clock_mono_ns() - stopped;
	return true;
}

/* Removes what is listed; returns how many there were, -1 when the engine does not say. */
static int sweep_once(struct container_shop *shop, struct container_link *l, int64_t deadline_ns)
{
	struct buf query = {0};
	buf_text(&query, "/containers/json?all=1&");
	container_put_filter(&query, shop->label);
	struct container_ask q = {
	    .what = "list containers", .method = "GET", .path = arena_copy(&l->scratch, buf_view(&query))};
	struct str *ids = arena_array(&l->scratch, struct str, SWEEP_MOST);
	buf_free(&query);
	if (!container_call(l, &q, deadline_ns))
		return -1;
	int n = container_read_ids(arena_str(&l->scratch, buf_view(&l->body)), &l->scratch, ids, SWEEP_MOST);
	for (int i = 0; i < n; i++) {
		struct container_ask d = {
		    .what = "remove a container",
		    .method = "DELETE",
		    .path = arena_printf(&l->scratch, "/containers/%.*s?force=1&v=1", STR_ARG(ids[i])),
		    .fine = 404};
		if (!container_call(l, &d, deadline_ns))
			return -1;
	}
	return n;
}

bool container_shop_sweep(struct container_shop *shop, struct container_link *l, int64_t deadline_ns)
{
	int64_t patience = clock_mono_ns() + (atomic_load(&shop->lost) ? lost_ns : 0);
	for (;;) {
		int n = sweep_once(shop, l, deadline_ns);
		arena_reset(&l->scratch);
		if (n < 0)
			return false;
		if (n == 0 && clock_mono_ns() >= patience)
			return true;
		if (n == 0)
			clock_pause(SWEEP_PAUSE_NS);
	}
}
