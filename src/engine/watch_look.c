#include "engine/watch_inside.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/str.h"
#include "engine/watch_listen.h"

#define PROBE_NS     (5 * NS_PER_MS)
#define PROBE_OLD_NS (20 * NS_PER_MS)
#define PROBE_SHARE_NS                                                                                       \
	(NS_PER_MS * 5 / 4) /* a probe takes up to 30 us: all together 3 % of a core at the most */
#define PROBE_OLD_SHARE_NS (NS_PER_MS * 5)
#define PROBE_OLD          (30 * NS_PER_S)
#define PROBE_MOST         (600 * NS_PER_S)
#define PROBE_SURE_NS      (5 * NS_PER_S)
#define SAMPLE_NS          (50 * NS_PER_MS)
#define SAMPLE_OLD_NS      (1 * NS_PER_S) /* the kernel keeps the peak, and its end is seen at once */
#define SAMPLE_SHARE_NS    (1 * NS_PER_MS)
#define ROW_NS             (1 * NS_PER_S)

enum { MOVED_BYTES = 64 * 1024, MOVED_CPU_NS = 1000000 };

/* ---- memory and CPU */

void look_say(struct watch *w, struct contained *c, int64_t now_ns)
{
	int64_t memory = c->now.memory_bytes, cpu = c->now.cpu_ns;
	int64_t moved = memory - c->row_memory_bytes;
	if (memory >= 0 && (moved >= MOVED_BYTES || moved <= -MOVED_BYTES || c->row_memory_bytes < 0)) {
		life_value(w, c, "memory", memory, now_ns);
		c->row_memory_bytes = memory;
	}
	if (cpu >= 0 && (cpu - c->row_cpu_ns >= MOVED_CPU_NS || c->row_cpu_ns < 0)) {
		life_value(w, c, "cpu", greater(c->before.cpu_ns, 0) + cpu, now_ns);
		c->row_cpu_ns = cpu;
	}
	c->row_ns = now_ns;
}

static void sample(struct watch *w, struct contained *c, int64_t now_ns)
{
	bool young = now_ns - c->told_ns < ROW_NS;
	if (!cgroup_read(&c->cgroup, &c->now)) {
		cgroup_close(&c->cgroup);
		return;
	}
	if (young || now_ns - c->kinds_ns >= ROW_NS) {
		cgroup_read_kinds(&c->cgroup, &c->now);
		c->kinds_ns = now_ns;
	}
	if (!c->row_ns || now_ns - c->row_ns >= ROW_NS)
		look_say(w, c, now_ns);
	int64_t pause = young || !c->cgroup.has_peak ? SAMPLE_NS : SAMPLE_OLD_NS;
	c->sample_ns = now_ns + greater(pause, w->n_running * SAMPLE_SHARE_NS);
}

void look_last(struct watch *w, struct contained *c, int64_t now_ns)
{
	int64_t anon = c->now.anon_bytes;
	if (c->cgroup.folder < 0 && c->cgroup.cpu < 0)
		return;
	(void)cgroup_read(&c->cgroup, &c->now);
	cgroup_read_kinds(&c->cgroup, &c->now);
	if (c->life == LIFE_DYING)
		c->now.anon_bytes = anon; /* now there is nothing left of it */
	if (cgroup_oom_kills(&c->cgroup))
		life_oom(w, c, now_ns);
}

/* ---- listening */

static void stop_probing(struct contained *c)
{
	fd_close(&c->listen);
}

/* Until its CPU time has moved it cannot have begun to listen: reading that costs a tenth of a probe. */
static bool has_run(struct contained *c, int64_t now_ns)
{
	struct cgroup_figures f = CGROUP_FIGURES_NONE;
	if (!cgroup_read_cpu(&c->cgroup, &f))
		return true;
	if (f.cpu_ns == c->probe_cpu_ns && now_ns < c->probe_sure_ns)
		return false;
	c->probe_cpu_ns = f.cpu_ns;
	c->probe_sure_ns = now_ns + PROBE_SURE_NS;
	return true;
}

static void say_listening(struct watch *w, struct contained *c, const struct listen_seen *seen)
{
	int64_t t = clock_mono_ns();
	struct ports said = {0};
	if (c->wanted.n > 0) {
		for (int i = 0; i < seen->n; i++)
			for (int k = 0; k < c->wanted.n; k++)
				if (seen->at[i].where == LISTEN_ANYBODY &&
				    seen->at[i].port == c->wanted.port[k] && !(c->seen & 1U << k)) {
					c->seen |= 1U << k;
					life_value(w, c, "listening", c->wanted.port[k], t);
				}
		if (c->seen == (1U << c->wanted.n) - 1)
			stop_probing(c);
		return;
	}
	for (int i = 0; i < seen->n && said.n < INSPECT_PORTS; i++) {
		bool known = seen->at[i].where == LISTEN_RESOLVER;
		for (int k = 0; k < said.n; k++)
			known |= said.port[k] == seen->at[i].port;
		if (known)
			continue;
		said.port[said.n++] = seen->at[i].port;
		life_value(w, c, "listening", seen->at[i].port, t);
	}
	if (said.n)
		stop_probing(c);
}

static void probe(struct watch *w, struct contained *c, int64_t now_ns)
{
	struct listen_seen seen = {.n = 0};
	bool old = now_ns - c->probe_from_ns > PROBE_OLD;
	if (now_ns - c->probe_from_ns > PROBE_MOST) {
		stop_probing(c);
		return;
	}
	c->probe_ns = now_ns + (old ? greater(PROBE_OLD_NS, w->n_probed_old * PROBE_OLD_SHARE_NS)
				    : greater(PROBE_NS, w->n_probed_young * PROBE_SHARE_NS));
	if (!has_run(c, now_ns))
		return;
	if (!listen_ask(c->listen, &seen))
		stop_probing(c);
	else
		say_listening(w, c, &seen);
}

static void begin_probing(struct contained *c, const struct inspect *in, int64_t now_ns)
{
	c->wanted = in->published.n ? in->published : in->exposed;
	c->seen = 0;
	c->probe_cpu_ns = -1;
	c->probe_sure_ns = 0;
	c->probe_ns = c->probe_from_ns = now_ns;
	if (in->network == INSPECT_NONE || (in->network == INSPECT_SHARED && !c->wanted.n))
		return; /* what listens there need not be its own */
	c->listen = listen_open(c->pid);
}

/* ---- both */

void look_begin(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns)
{
	c->sample_ns = now_ns;
	(void)cgroup_open(&c->cgroup, c->pid, str_of(c->cid), &w->mounts);
	begin_probing(c, in, now_ns);
}

int64_t look_turn(struct watch *w, struct contained *c, int64_t now_ns)
{
	int64_t next = INT64_MAX;
	if (c->listen >= 0 && now_ns >= c->probe_ns)
		probe(w, c, now_ns);
	if (c->listen >= 0)
		next = c->probe_ns;
	if (c->cgroup.folder < 0 && c->cgroup.cpu < 0)
		return next;
	if (now_ns >= c->sample_ns)
		sample(w, c, now_ns);
	return sooner(next, c->sample_ns);
}

void look_end(struct contained *c)
{
	fd_close(&c->pidfd);
	fd_close(&c->listen);
	cgroup_close(&c->cgroup);
}

void look_count(struct watch *w, int64_t now_ns)
{
	w->n_running = w->n_probed_old = w->n_probed_young = 0;
	for (size_t i = 0; i < w->n_active; i++) {
		const struct contained *c = w->active[i];
		w->n_running += c->life == LIFE_RUNNING;
		if (c->listen >= 0)
			now_ns - c->probe_from_ns > PROBE_OLD ? w->n_probed_old++ : w->n_probed_young++;
	}
}
