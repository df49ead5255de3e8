#include <stdio.h>

#include "analyse/rows_fixture.h"

/* "name n total self min max" of each node, two blanks a level, one a line. */
static void assert_tree(const struct model *m, const char *want)
{
	struct buf b = {0};
	for (uint32_t i = 0; i < m->phase_tree.n; i++) {
		const struct model_node *x = &m->phase_tree.nodes[i];
		assert_true(x->parent == MODEL_NONE
				? x->depth == 0
				: x->parent < i && x->depth == m->phase_tree.nodes[x->parent].depth + 1);
		buf_printf(&b, "%*s%.*s %u %lld %lld %lld %lld\n", (int)x->depth * 2, "", STR_ARG(x->name),
			   x->n, (long long)x->total_ns, (long long)x->self_ns, (long long)x->min_ns,
			   (long long)x->max_ns);
	}
	assert_str(buf_view(&b), want);
	buf_free(&b);
}

static void phases_inside_phases_are_added_up_by_their_place(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'begin','t':100,'kind':'unit','id':1,'w':0,'name':'u'}\n"
	    "{'ev':'begin','t':200,'kind':'phase','id':10,'in':1,'w':0,'src':'injected','thread':7,'name':'db'}\n"
	    "{'ev':'begin','t':210,'kind':'phase','id':11,'in':10,'w':0,'src':'injected','thread':7,'name':'schema'}\n"
	    "{'ev':'end','t':240,'id':11}\n"
	    "{'ev':'span','t':250,'d':20,'kind':'phase','id':12,'in':10,'w':0,'src':'injected','name':'schema','st':'failed'}\n"
	    "{'ev':'end','t':300,'id':10}\n"
	    "{'ev':'begin','t':400,'kind':'phase','id':10,'in':1,'w':0,'src':'injected','thread':7,'name':'db'}\n"
	    "{'ev':'end','t':450,'id':10}\n"
	    "{'ev':'span','t':460,'d':5,'kind':'phase','id':12,'in':1,'w':0,'src':'injected','name':'schema'}\n"
	    "{'ev':'end','t':900,'id':1,'st':'passed'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	assert_tree(m, "db 2 150 100 50 100\n"
		       "  schema 2 50 50 20 30\n"
		       "schema 1 5 5 5 5\n");
	assert_int_equal(m->phase_tree.nodes[1].n_bad, 1);
	assert_true(m->phase_tree.marked);
	assert_int_equal(m->n_phases, 5);
	assert_true(m->phases[0].marked);
	assert_int_equal(m->phases[0].thread, 7);
	drop(m);
}

static void the_hook_around_a_phase_may_be_told_later(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'begin','t':100,'kind':'unit','id':1,'w':0,'name':'u'}\n"
	    "{'ev':'begin','t':110,'kind':'test','id':2,'in':1,'w':0,'name':'one'}\n"
	    "{'ev':'span','t':125,'d':10,'kind':'phase','id':11,'in':1,'w':0,'src':'injected','thread':7,'name':'schema'}\n"
	    "{'ev':'span','t':120,'d':40,'kind':'phase','id':10,'in':1,'w':0,'src':'injected','thread':7,'name':'db'}\n"
	    "{'ev':'span','t':205,'d':20,'kind':'phase','id':12,'in':1,'w':0,'src':'injected','thread':7,'name':'http'}\n"
	    "{'ev':'span','t':300,'d':20,'kind':'phase','id':13,'in':1,'w':0,'src':'injected','thread':7,'name':'after'}\n"
	    "{'ev':'span','t':115,'d':60,'kind':'hook','id':3,'in':2,'w':0,'name':'before_scenario'}\n"
	    "{'ev':'span','t':200,'d':50,'kind':'step','id':4,'in':2,'w':0,'name':'I ask'}\n"
	    "{'ev':'span','t':202,'d':40,'kind':'fixture','id':5,'in':2,'w':0,'name':'client'}\n"
	    "{'ev':'end','t':280,'id':2,'st':'passed'}\n"
	    "{'ev':'span','t':400,'d':30,'kind':'hook','id':6,'in':1,'w':0,'name':'before_scenario'}\n"
	    "{'ev':'end','t':900,'id':1,'st':'passed'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	assert_tree(m, "before_scenario 2 90 50 30 60\n"
		       "  db 1 40 30 40 40\n"
		       "    schema 1 10 10 10 10\n"
		       "client 1 40 20 40 40\n"
		       "  http 1 20 20 20 20\n"
		       "after 1 20 20 20 20\n");
	drop(m);
}

static void what_runs_at_once_does_not_lie_in_each_other(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'begin','t':100,'kind':'unit','id':1,'w':0,'name':'u'}\n"
	    "{'ev':'begin','t':100,'kind':'test','id':2,'in':1,'w':0,'name':'one'}\n"
	    "{'ev':'begin','t':100,'kind':'test','id':3,'in':1,'w':0,'name':'two'}\n"
	    /* another thread, another test, another worker */
	    "{'ev':'span','t':220,'d':10,'kind':'phase','id':11,'in':1,'w':0,'src':'injected','thread':8,'name':'b'}\n"
	    "{'ev':'span','t':220,'d':10,'kind':'phase','id':12,'in':3,'w':0,'src':'injected','thread':7,'name':'c'}\n"
	    "{'ev':'span','t':220,'d':10,'kind':'phase','id':13,'w':1,'src':'injected','thread':7,'name':'d'}\n"
	    "{'ev':'span','t':200,'d':100,'kind':'phase','id':10,'in':2,'w':0,'src':'injected','thread':7,'name':'a'}\n"
	    "{'ev':'end','t':900,'id':1,'st':'passed'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	assert_tree(m, "a 1 100 100 100 100\nb 1 10 10 10 10\nc 1 10 10 10 10\nd 1 10 10 10 10\n");
	drop(m);
}

static void two_inside_at_once_take_no_more_than_there_is(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'begin','t':100,'kind':'phase','id':10,'w':0,'src':'injected','name':'a'}\n"
	    "{'ev':'span','t':110,'d':80,'kind':'phase','id':11,'in':10,'w':0,'src':'injected','thread':8,'name':'b'}\n"
	    "{'ev':'span','t':110,'d':80,'kind':'phase','id':12,'in':10,'w':0,'src':'injected','thread':9,'name':'b'}\n"
	    "{'ev':'end','t':200,'id':10}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	assert_tree(m, "a 1 100 0 100 100\n  b 2 160 160 80 80\n");
	drop(m);
}

static void phases_of_fettle_itself_are_roots(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'span','t':0,'d':10,'kind':'phase','id':9,'src':'process','name':'discover'}\n"
	    "{'ev':'begin','t':10,'kind':'worker','id':1,'w':0}\n"
	    "{'ev':'begin','t':10,'kind':'worker','id':2,'w':1}\n"
	    "{'ev':'span','t':10,'d':30,'kind':'phase','id':3,'in':1,'w':0,'src':'process','name':'startup'}\n"
	    "{'ev':'span','t':10,'d':50,'kind':'phase','id':4,'in':2,'w':1,'src':'process','name':'startup'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	assert_tree(m, "startup 2 80 80 30 50\ndiscover 1 10 10 10 10\n");
	assert_false(m->phase_tree.marked);
	assert_false(m->phases[1].marked);
	drop(m);
}

static struct event phase(uint64_t id, uint64_t in, const char *name, int64_t at, int64_t d)
{
	return (struct event){.type = EVENT_SPAN,
			      .kind = SPAN_PHASE,
			      .source = SOURCE_INJECTED,
			      .worker = 0,
			      .id = id,
			      .parent = in,
			      .time_ns = at,
			      .dur_ns = d,
			      .name = str_of(name)};
}

static void many_names_and_levels_stay_bounded(void **state)
{
	(void)state;
	struct model m;
	model_init(&m);
	struct event ev = phase(1, 0, "outer", 0, 0);
	ev.type = EVENT_BEGIN;
	sink_put(&m.sink, &ev);
	int64_t total_ns = 0;
	for (int i = 0; i < 200000; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "n%d", i % 70000);
		ev = phase((uint64_t)i + 10, 1, name, i, 1 + i % 3);
		total_ns += 1 + i % 3;
		sink_put(&m.sink, &ev);
	}
	for (int i = 0; i < 1000; i++) { /* one in the other, deep */
		ev = phase((uint64_t)i + 1000000, i ? (uint64_t)i + 999999 : 1, "deep", 300000 + i, 0);
		ev.type = EVENT_BEGIN;
		sink_put(&m.sink, &ev);
	}
	model_finish(&m);
	assert_true(m.phase_tree.n <= MODEL_MOST_NODES);
	uint32_t n = 0, deepest = 0;
	int64_t inside_ns = 0;
	for (uint32_t i = 0; i < m.phase_tree.n; i++) {
		const struct model_node *x = &m.phase_tree.nodes[i];
		n += x->n;
		deepest = x->depth > deepest ? x->depth : deepest;
		inside_ns += str_starts(x->name, "n") || str_is(x->name, "(others)") ? x->total_ns : 0;
	}
	assert_true(n >= 200001);
	assert_true(deepest < 64);
	assert_true(inside_ns >= total_ns);
	assert_true(m.arena.total_bytes < 64 << 20);
	model_free(&m);
}

static void random_phases_give_no_nonsense(void **state)
{
	(void)state;
	srand(11);
	for (int round = 0; round < 200; round++) {
		struct model m;
		model_init(&m);
		for (int i = 0; i < 300; i++) {
			static const char *const names[] = {"a", "b", "c", ""};
			static const enum span_kind kinds[] = {SPAN_PHASE, SPAN_PHASE, SPAN_PHASE, SPAN_HOOK,
							       SPAN_STEP,  SPAN_TEST,  SPAN_UNIT};
			struct field thread = {
			    .key = STR("thread"), .num = rand() % 3 - 1, .type = FIELD_INT};
			struct event ev =
			    phase((uint64_t)(rand() % 30), (uint64_t)(rand() % 30), names[rand() % 4],
				  rand() % 40 ? rand() % 1000 - 10 : INT64_MAX, rand() % 300 - 10);
			ev.type = (enum event_type)(rand() % EVENT_TYPES);
			ev.kind = kinds[rand() % 7];
			ev.worker = rand() % 3 - 1;
			ev.source = rand() % 3 ? SOURCE_INJECTED : SOURCE_NONE;
			ev.fields = &thread;
			ev.n_fields = rand() % 2 != 0;
			sink_put(&m.sink, &ev);
		}
		model_finish(&m);
		for (uint32_t i = 0; i < m.phase_tree.n; i++) {
			const struct model_node *x = &m.phase_tree.nodes[i];
			assert_true(x->parent == MODEL_NONE || x->parent < i);
			assert_true(x->self_ns >= 0 && x->self_ns <= x->total_ns && x->min_ns >= 0);
			assert_true(x->min_ns <= x->max_ns && x->max_ns <= x->total_ns && x->n);
		}
		for (uint32_t i = 0; i < m.critical.n; i++)
			assert_true(m.critical.items[i].saved_ns > 0 &&
				    m.critical.items[i].saved_ns <= m.critical.wall_ns);
		model_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(phases_inside_phases_are_added_up_by_their_place),
	    cmocka_unit_test(the_hook_around_a_phase_may_be_told_later),
	    cmocka_unit_test(what_runs_at_once_does_not_lie_in_each_other),
	    cmocka_unit_test(two_inside_at_once_take_no_more_than_there_is),
	    cmocka_unit_test(phases_of_fettle_itself_are_roots),
	    cmocka_unit_test(many_names_and_levels_stay_bounded),
	    cmocka_unit_test(random_phases_give_no_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
