#include "engine/engine_kind.h"

#include "base/clock.h"
#include "base/str.h"

enum kind_phase {
	KIND_NODES,
	KIND_CONFIG,
	KIND_PLANE,
	KIND_CNI,
	KIND_STORAGE,
	KIND_JOIN,
	KIND_WAIT,
	KIND_NONE
};

enum { QUIET_S = 5 }; /* kind polls at shorter intervals than this */

struct kind_cluster {
	struct kind_cluster *next;
	struct str name;
	uint64_t span;
	int32_t worker;
	enum kind_phase phase;
	int64_t phase_ns; /* its begin */
	int64_t last_ns;  /* something was last seen */
	uint32_t n_running;
	bool over;
};

static const char *const phase_names[] = {"nodes",   "config", "control plane", "CNI",
					  "storage", "join",   "wait"};

static enum kind_phase phase_of(struct str cmd)
{
	static const struct {
		const char *cmd;
		enum kind_phase phase;
	} rules[] = {
	    {"kubeadm init", KIND_PLANE},       {"kubeadm join", KIND_JOIN},
	    {"cat default-cni.yaml", KIND_CNI}, {"cat default-storage.yaml", KIND_STORAGE},
	    {"cp kubeadm.conf", KIND_CONFIG},   {"kubectl get", KIND_WAIT},
	};
	for (unsigned i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (str_is(cmd, rules[i].cmd))
			return rules[i].phase;
	return KIND_NONE;
}

static void put(struct kind_watch *k, const struct kind_cluster *c, struct event *ev)
{
	ev->kind = SPAN_PHASE;
	ev->worker = c->worker;
	ev->source = SOURCE_TAP;
	sink_put(k->sink, ev);
}

/* The phase that goes on is over. */
static void put_phase(struct kind_watch *k, struct kind_cluster *c, enum status st, int64_t end)
{
	struct event ev = {.type = EVENT_SPAN,
			   .id = ++*k->next_id,
			   .parent = c->span,
			   .status = st,
			   .name = str_of(phase_names[c->phase]),
			   .time_ns = c->phase_ns,
			   .dur_ns = end > c->phase_ns ? end - c->phase_ns : 0};
	put(k, c, &ev);
}

static void close_cluster(struct kind_watch *k, struct kind_cluster *c, enum status st)
{
	put_phase(k, c, st, c->last_ns);
	struct event ev = {.type = EVENT_END, .id = c->span, .status = st, .time_ns = c->last_ns};
	put(k, c, &ev);
	c->over = true;
}

struct kind_cluster *kind_node(struct kind_watch *k, struct str name, int32_t worker, int64_t begin_ns)
{
	struct kind_cluster *c = k->first;
	while (c && (c->over || !str_eq(c->name, name)))
		c = c->next;
	if (c)
		return c;
	c = arena_new(k->arena, struct kind_cluster);
	*c = (struct kind_cluster){.next = k->first,
				   .name = arena_str(k->arena, name),
				   .span = ++*k->next_id,
				   .worker = worker,
				   .phase = KIND_NODES,
				   .phase_ns = begin_ns,
				   .last_ns = begin_ns};
	k->first = c;
	struct field field = {.key = STR("cluster"), .type = FIELD_TEXT, .text = c->name};
	struct event ev = {.type = EVENT_BEGIN,
			   .id = c->span,
			   .name = STR("kind cluster"),
			   .time_ns = begin_ns,
			   .fields = &field,
			   .n_fields = 1};
	put(k, c, &ev);
	return c;
}

void kind_exec_begin(struct kind_watch *k, struct kind_cluster *c, struct str cmd, int64_t now_ns)
{
	enum kind_phase phase = phase_of(cmd);
	if (c->over)
		return;
	c->n_running++;
	if (phase == KIND_NONE && c->phase == KIND_NODES)
		phase = KIND_CONFIG;
	/* kubectl also looks at nodes while the control plane comes up: it is the wait only at the end */
	if (phase == KIND_NONE || phase <= c->phase || (phase == KIND_WAIT && c->phase < KIND_CNI))
		return;
	put_phase(k, c, STATUS_PASSED, now_ns);
	c->phase = phase;
	c->phase_ns = now_ns;
}

void kind_exec_end(struct kind_cluster *c, int64_t now_ns)
{
	c->n_running -= c->n_running > 0;
	if (now_ns > c->last_ns)
		c->last_ns = now_ns;
}

void kind_removed(struct kind_watch *k, struct kind_cluster *c, int64_t now_ns)
{
	if (c->over)
		return;
	bool made = c->phase >= KIND_CNI && !c->n_running;
	if (!made)
		c->last_ns = now_ns;
	close_cluster(k, c, made ? STATUS_PASSED : STATUS_FAILED);
}

void kind_settle(struct kind_watch *k, int64_t now_ns, bool all)
{
	for (struct kind_cluster *c = k->first; c; c = c->next) {
		bool quiet = !c->n_running && now_ns - c->last_ns > QUIET_S * NS_PER_S;
		bool made = c->phase >= KIND_CNI;
		if (c->over || (!all && (!quiet || !made)))
			continue;
		if (!made || c->n_running)
			c->last_ns = now_ns;
		close_cluster(k, c, made ? STATUS_PASSED : STATUS_UNFINISHED);
	}
}
