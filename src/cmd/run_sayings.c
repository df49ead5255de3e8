/* Who listens to what: one hearer a worker, a line buffer for its output and for each log file. */
#include "cmd/run.h"
#include "collect/logs.h"

struct listener {
	struct hearer hearer;
	struct ingest in;
	struct arena arena;
	struct lines streams[LOGS_FILES + 1];
	size_t before; /* phases that were open when the unit began */
};

static struct listener *listener_of(struct run *r, int32_t worker)
{
	uint32_t i = worker < 0 ? r->workers : (uint32_t)worker;
	return r->listeners && i <= r->workers ? &r->listeners[i] : NULL;
}

int run_sayings_init(struct run *r, struct err *e)
{
	if (sayings_init(&r->sayings, &r->arena, r->o.line_rules.at, r->o.line_rules.n, e) < 0)
		return e->fault;
	r->listeners = arena_array(&r->arena, struct listener, r->workers + 1);
	for (uint32_t i = 0; i <= r->workers; i++) {
		struct listener *l = &r->listeners[i];
		l->in = (struct ingest){.out = &r->sink,
					.arena = &l->arena,
					.next_id = run_ids(r),
					.worker = i == r->workers ? -1 : (int32_t)i};
		hearer_init(&l->hearer, &r->sayings, &l->in);
		for (uint32_t k = 0; k <= LOGS_FILES; k++)
			lines_init(&l->streams[k], &l->arena);
	}
	return 0;
}

void run_sayings_hear(struct run *r, int32_t worker, uint32_t stream, struct str bytes, int64_t time_ns)
{
	struct listener *l = listener_of(r, worker);
	if (!l || stream > LOGS_FILES)
		return;
	l->in.time_ns = time_ns;
	hearer_feed(&l->hearer, &l->streams[stream], bytes);
}

void run_sayings_unit(struct run *r, int32_t worker, bool begins, uint64_t span, int64_t time_ns)
{
	struct listener *l = listener_of(r, worker);
	if (!l)
		return;
	l->in.time_ns = time_ns;
	if (begins)
		l->before = l->hearer.n_open;
	else
		hearer_end(&l->hearer, l->before < l->hearer.n_open ? l->before : l->hearer.n_open);
	l->in.parent = begins ? span : 0;
}

void run_sayings_end(struct run *r)
{
	uint64_t unpaired = 0;
	for (uint32_t i = 0; r->listeners && i <= r->workers; i++) {
		struct listener *l = &r->listeners[i];
		l->in.time_ns = run_now(r);
		hearer_end(&l->hearer, 0);
		unpaired += l->hearer.n_unpaired;
	}
	if (unpaired)
		run_note(
		    r, "lines",
		    "%llu lines that --line-rule matches end a phase that no line has begun, or begin one too many",
		    (unsigned long long)unpaired);
}

void run_sayings_free(struct run *r)
{
	for (uint32_t i = 0; r->listeners && i <= r->workers; i++)
		arena_free(&r->listeners[i].arena);
	sayings_free(&r->sayings);
}
