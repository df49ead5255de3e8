#include "analyse/model.h"

#include <string.h>

#include "analyse/model_build.h"
#include "base/row.h"
#include "base/str.h"
#include "base/vec.h"

enum { POOL_BYTES = 16 * 1024, POOL_MOST = 2 * 1024 };

struct str model_keep(struct model *m, struct str s)
{
	struct model_build *b = m->build;
	if (!s.n)
		return STR_NONE;
	if (s.n > POOL_MOST)
		return arena_str(&m->arena, s);
	if (s.n > b->pool_left) {
		b->pool = arena_alloc(&m->arena, POOL_BYTES);
		b->pool_left = POOL_BYTES;
	}
	struct str kept = {b->pool, s.n};
	memcpy(b->pool, s.at, s.n);
	b->pool += s.n;
	b->pool_left -= s.n;
	return kept;
}

uint32_t model_hash(const struct model *m, struct str a, struct str b, uint64_t c)
{
	uint64_t h = str_hash(b, str_hash(a, m->build->seed) + c);
	return (uint32_t)(h ^ h >> 32);
}

struct str model_intern(struct model *m, struct str s)
{
	struct model_build *b = m->build;
	if (!s.n)
		return STR_NONE;
	uint32_t hash = model_hash(m, s, STR_NONE, 0), i;
	for (uint32_t at = table_first(&b->names, hash); (i = table_item(&b->names, at)) != TABLE_NONE;
	     at = table_next(&b->names, hash, at))
		if (str_eq(b->interned[i], s))
			return b->interned[i];
	b->interned = vec_grow(b->interned, b->n_interned, &b->cap_interned, sizeof(*b->interned));
	b->interned[b->n_interned] = model_keep(m, s);
	table_add(&b->names, hash, (uint32_t)b->n_interned);
	return b->interned[b->n_interned++];
}

struct str model_keep_file(struct model *m, struct str s)
{
	struct model_build *b = m->build;
	if (!str_eq(s, b->last_file))
		b->last_file = model_intern(m, s);
	return s.n ? b->last_file : STR_NONE;
}

/* What fits into the room that all messages, or all outputs, share. */
static struct str share(struct str s, size_t *kept_bytes, size_t at_least_bytes)
{
	size_t room = *kept_bytes < MODEL_KEPT_BYTES ? MODEL_KEPT_BYTES - *kept_bytes : 0;
	size_t most = s.n > MODEL_TEXT_BYTES ? MODEL_TEXT_BYTES : s.n;
	if (most > room)
		most = most < at_least_bytes ? most : at_least_bytes;
	*kept_bytes += most;
	return str_clip_utf8(s, most);
}

struct str model_keep_message(struct model *m, struct str s)
{
	return model_keep(m, share(s, &m->build->messages_bytes, MODEL_SHORT_BYTES));
}

void model_add_output(struct model *m, struct str *output, struct str more)
{
	struct model_build *b = m->build;
	size_t room = output->n < MODEL_TEXT_BYTES ? MODEL_TEXT_BYTES - output->n : 0;
	b->outputs_bytes += output->n; /* the copy below, the first one stays in the arena */
	struct str part = share(str_clip_utf8(more, room), &b->outputs_bytes, 0);
	if (part.n < more.n && room >= more.n)
		b->outputs_left_out++;
	if (!part.n)
		return;
	if (!output->n) {
		*output = model_keep(m, part);
		return;
	}
	char *both = arena_alloc(&m->arena, output->n + part.n);
	memcpy(both, output->at, output->n);
	memcpy(both + output->n, part.at, part.n);
	*output = (struct str){both, output->n + part.n};
}

int64_t model_time(int64_t ns)
{
	return ns < 0 ? 0 : ns > MODEL_MOST_NS ? MODEL_MOST_NS : ns;
}

static uint32_t count_of(const struct event *ev, const char *key)
{
	int64_t n = event_int(ev, key, 0);
	return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static struct str keep_field(struct model *m, const struct event *ev, const char *key)
{
	return model_keep(m, event_text(ev, key));
}

static void run(struct model *m, const struct event *ev)
{
	if (m->build->run_seen)
		return;
	m->build->run_seen = true;
	m->id = keep_field(m, ev, "run");
	m->command = keep_field(m, ev, "command");
	m->cwd = keep_field(m, ev, "cwd");
	m->adapter = keep_field(m, ev, "adapter");
	m->host = keep_field(m, ev, "host");
	m->version = keep_field(m, ev, "fettle");
	m->wall_text = keep_field(m, ev, "wall");
	m->wall_start_ns = event_int(ev, "wall_ns", 0);
	m->workers = count_of(ev, "workers");
	m->cores = count_of(ev, "cores");
	struct str words[] = {keep_field(m, ev, "suite_word"), keep_field(m, ev, "test_word"),
			      keep_field(m, ev, "step_word")};
	m->word_suite = words[0].n ? words[0] : m->word_suite;
	m->word_test = words[1].n ? words[1] : m->word_test;
	m->word_step = words[2].n ? words[2] : m->word_step;
}

static void add_note(struct model *m, struct str name, struct str text)
{
	if (!text.n || m->n_notes >= MODEL_MOST_NOTES)
		return;
	m->notes = vec_grow(m->notes, m->n_notes, &m->build->cap_notes, sizeof(*m->notes));
	m->notes[m->n_notes++] = (struct model_note){model_intern(m, name), model_keep_message(m, text)};
}

/* What the run was beside the one before, as `fettle run` found it in its history. */
static void add_value(struct model *m, const struct event *ev)
{
	int64_t what = event_int(ev, "what", -1);
	if (ev->parent || event_text(ev, "what").n) /* a process may say anything */
		return;
	if (str_is(ev->name, "coverage")) {
		m->coverage = (struct model_coverage){.known = true,
						      .branch = event_int(ev, "branch", 0) != 0,
						      .statements = event_int(ev, "statements", 0),
						      .covered = event_int(ev, "covered", 0),
						      .branches = event_int(ev, "branches", 0),
						      .taken = event_int(ev, "taken", 0)};
	} else if (str_is(ev->name, "before")) {
		m->before_wall_ns = model_time(event_int(ev, "num", 0));
	} else if (str_is(ev->name, "changes") && what >= 0 && what < CHANGE_KINDS) {
		m->changes_of[what] = (uint32_t)event_int(ev, "num", 0);
	} else if (str_is(ev->name, "change") && what >= 0 && what < CHANGE_KINDS) {
		if (!m->changes)
			m->changes = arena_array(&m->arena, struct model_change, MODEL_MOST_CHANGES);
		if (m->n_changes < MODEL_MOST_CHANGES)
			m->changes[m->n_changes++] =
			    (struct model_change){.name = model_intern(m, event_text(ev, "test")),
						  .before_ns = event_int(ev, "before", 0),
						  .now_ns = event_int(ev, "now", 0),
						  .what = (enum change_kind)what};
	}
}

static void done(struct model *m, const struct event *ev)
{
	m->done = true;
	m->build->done_status = ev->status;
	m->build->done_ns = model_time(ev->time_ns);
	int64_t code = event_int(ev, "exit", 0);
	m->exit_code = code < INT32_MIN || code > INT32_MAX ? -1 : (int32_t)code;
	m->interrupted = m->exit_code == 130 || event_int(ev, "interrupted", 0) != 0;
	m->timed_out = event_int(ev, "timeout", 0) != 0;
	m->own_cpu_ns = model_time(event_int(ev, "own_cpu", 0));
}

static void put(struct sink *s, const struct event *ev)
{
	struct model *m = (struct model *)s; /* sink is its first member */
	if (!m->build)
		return;
	if (ev->type != EVENT_RUN && model_time(ev->time_ns) > m->build->last_ns)
		m->build->last_ns = model_time(ev->time_ns);
	switch (ev->type) {
	case EVENT_RUN:
		run(m, ev);
		break;
	case EVENT_VALUE:
		if (!model_container_value(m, ev) && !model_value_told(m, ev))
			add_value(m, ev);
		break;
	case EVENT_NOTE:
		add_note(m, ev->name, ev->message);
		break;
	case EVENT_DONE:
		done(m, ev);
		break;
	default:
		model_span(m, ev);
	}
}

void model_init(struct model *m)
{
	*m = (struct model){.sink = {put},
			    .word_suite = STR("suite"),
			    .word_test = STR("test"),
			    .word_step = STR("step"),
			    .verdict = STATUS_UNFINISHED};
	struct model_build *b = m->build = arena_new(&m->arena, struct model_build);
	b->free_open = MODEL_NONE;
	b->seed = b->ids.seed = (uint64_t)(uintptr_t)b;
}

static void build_free(struct model_build *b)
{
	if (!b)
		return;
	table_free(&b->names);
	table_free(&b->tests_by_name);
	table_free(&b->suites_by_name);
	table_free(&b->sums_by_name);
	map_free(&b->workers_by_number);
	for (size_t i = 0; i < b->n_twins; i++)
		vec_free(b->twins[i].tests);
	vec_free(b->twins);
	vec_free(b->interned);
	vec_free(b->opens);
	vec_free(b->tests);
	vec_free(b->units);
	vec_free(b->outside);
	vec_free(b->workers);
	vec_free(b->suites);
	vec_free(b->attempts);
	vec_free(b->outer);
	vec_free(b->inner);
	vec_free(b->sums_min_ns);
	model_containers_free(b->containers); /* these stand in the arena */
	model_phases_free(b->phases);
	cuts_free(b->cuts);
	arena_free(&b->scratch);
}

void model_free(struct model *m)
{
	build_free(m->build);
	vec_free(m->tests);
	vec_free(m->suites);
	vec_free(m->units);
	vec_free(m->all_workers);
	vec_free(m->sums);
	vec_free(m->phases);
	vec_free(m->notes);
	vec_free(m->properties);
	arena_free(&m->arena);
	*m = (struct model){0};
}

bool model_is_bad(const struct model *m)
{
	for (size_t i = 0; i < m->n_tests; i++)
		if (status_is_bad(m->tests[i].status))
			return true;
	return false;
}

void model_finish(struct model *m)
{
	struct model_build *b = m->build;
	if (!b)
		return;
	model_close_all(m);
	m->wall_ns = m->done && b->done_ns ? b->done_ns : b->last_ns;
	if (b->outputs_left_out) {
		struct str text =
		    str_of(arena_printf(&m->arena, "output of %u spans is left out here; the record holds it",
					b->outputs_left_out));
		add_note(m, STR("output"), text);
	}
	model_values_sort(m);
	model_outside_settle(m);
	model_settle(m);
	build_free(b);
	m->build = NULL;
}
