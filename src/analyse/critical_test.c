#include "analyse/rows_fixture.h"

#define MS "000000"

/* Two workers that start at once; units of 400 and 300 ms, and 200 ms behind the second one. Wall: 500 ms. */
#define UNITS                                                                                                \
	"{'ev':'run','t':0,'v':1,'workers':2}\n"                                                             \
	"{'ev':'begin','t':0,'kind':'worker','id':1,'w':0}\n"                                                \
	"{'ev':'begin','t':0,'kind':'worker','id':2,'w':1}\n"                                                \
	"{'ev':'begin','t':0,'kind':'unit','id':11,'in':1,'w':0,'name':'a'}\n"                               \
	"{'ev':'begin','t':0,'kind':'unit','id':12,'in':2,'w':1,'name':'b'}\n"
#define B_ENDS                                                                                               \
	"{'ev':'end','t':300" MS ",'id':12,'st':'passed'}\n"                                                 \
	"{'ev':'begin','t':300" MS ",'kind':'unit','id':13,'in':2,'w':1,'name':'c'}\n"
#define ENDS                                                                                                 \
	"{'ev':'end','t':400" MS ",'id':11,'st':'passed'}\n"                                                 \
	"{'ev':'end','t':500" MS ",'id':13,'st':'passed'}\n"                                                 \
	"{'ev':'end','t':500" MS ",'id':1}\n{'ev':'end','t':500" MS ",'id':2}\n"                             \
	"{'ev':'done','t':500" MS ",'st':'passed'}\n"

static const struct critical_item *item_of(const struct model *m, enum critical_kind kind, const char *name)
{
	for (uint32_t i = 0; i < m->critical.n; i++)
		if (m->critical.items[i].kind == kind && str_is(m->critical.items[i].name, name))
			return &m->critical.items[i];
	return NULL;
}

static void assert_item(const struct model *m, enum critical_kind kind, const char *name, uint32_t n,
			int64_t spent_ms, int64_t saved_ms)
{
	const struct critical_item *x = item_of(m, kind, name);
	assert_non_null(x);
	assert_int_equal(x->n, n);
	assert_int_equal(x->spent_ns, spent_ms * 1000000);
	assert_int_equal(x->saved_ns, saved_ms * 1000000);
}

static void the_run_as_it_was_is_what_is_simulated_elsewhere(void **state)
{
	(void)state;
	struct model *m = model_of(UNITS B_ENDS ENDS);
	assert_int_equal(m->critical.wall_ns, 500000000);
	for (uint32_t i = 0; i < m->n_what_if; i++)
		if (m->what_if[i].workers == 2)
			assert_int_equal(m->what_if[i].wall_ns, m->critical.wall_ns);
	/* a third worker: 400 ms. In halves, a is 200 + 200: 200 + 300 still, or 200 + 200 beside it */
	assert_item(m, CRITICAL_WORKER, "", 3, 0, 100);
	assert_null(item_of(m, CRITICAL_LONGEST, "a"));
	drop(m);
}

static void a_hook_counts_only_where_it_holds_the_run_up(void **state)
{
	(void)state;
	struct model *m = model_of(
	    UNITS
	    /* 350 of the 400 ms of a: then b and c on their worker still take 500 */
	    "{'ev':'span','t':0,'d':350" MS ",'kind':'hook','in':11,'w':0,'name':'slow_but_harmless'}\n"
	    /* 100 of the 300 ms of b: all else the same, 400 */
	    "{'ev':'span','t':10" MS ",'d':60" MS ",'kind':'fixture','in':12,'w':1,'name':'db'}\n"
	    "{'ev':'span','t':50" MS ",'d':60" MS ",'kind':'fixture','in':12,'w':1,'name':'db'}\n"
	    "{'ev':'span','t':20" MS ",'d':90" MS
	    ",'kind':'step','in':12,'w':1,'name':'a step is no candidate'}\n" B_ENDS ENDS);
	/* a of 50, b of 300, c of 200: 300 + nothing, 200 + 50 */
	assert_item(m, CRITICAL_HOOK, "slow_but_harmless", 1, 350, 200);
	assert_item(m, CRITICAL_HOOK, "db", 2, 100, 100);
	assert_null(item_of(m, CRITICAL_HOOK, "a step is no candidate"));
	assert_true(m->critical.items[0].saved_ns >= m->critical.items[1].saved_ns);
	drop(m);
}

static void a_phase_in_itself_counts_once(void **state)
{
	(void)state;
	struct model *m =
	    model_of(UNITS "{'ev':'begin','t':100" MS
			   ",'kind':'phase','id':20,'in':12,'w':1,'src':'injected','name':'wait'}\n"
			   "{'ev':'span','t':120" MS ",'d':40" MS
			   ",'kind':'phase','id':21,'in':20,'w':1,'src':'injected','name':'wait'}\n"
			   "{'ev':'end','t':200" MS ",'id':20}\n"
			   /* before its unit began, and after it ended: no time of a unit */
			   "{'ev':'span','t':0,'d':300" MS
			   ",'kind':'phase','id':22,'w':1,'src':'injected','name':'outside'}\n" B_ENDS ENDS);
	assert_item(m, CRITICAL_PHASE, "wait", 2, 100, 100);
	drop(m);
}

#define CONTAINER(id, w, at, rest)                                                                           \
	"{'ev':'begin','t':" at ",'kind':'container','id':" id ",'w':" w ",'src':'tap','name':'c" id         \
	"','type':'git'}\n"                                                                                  \
	"{'ev':'span','t':" at ",'d':10" MS ",'kind':'call','in':" id ",'w':" w ",'name':'create'}\n" rest

static void containers_are_reused_by_a_worker_or_shared_by_all(void **state)
{
	(void)state;
	/* worker 1: one in b (30 ms), one in c (10 + 90 + 50 until it is ready). Worker 0: one in a (10 ms).
	 */
	struct model *m = model_of(
	    UNITS CONTAINER("31", "1", "10" MS,
			    "{'ev':'span','t':20" MS ",'d':20" MS
			    ",'kind':'call','in':31,'w':1,'name':'start'}\n")
		CONTAINER("32", "0", "20" MS, "") B_ENDS CONTAINER(
		    "33", "1", "310" MS,
		    "{'ev':'span','t':320" MS ",'d':90" MS ",'kind':'call','in':33,'w':1,'name':'start'}\n"
		    "{'ev':'value','t':460" MS ",'in':33,'name':'listening','num':1}\n"
		    /* asked for between units: nobody's time */
		    "{'ev':'span','t':700" MS ",'d':10" MS ",'kind':'call','w':1,'name':'pull'}\n") ENDS);
	/* c of 50: a 400, b and c 350 */
	assert_item(m, CRITICAL_REUSE, "git", 1, 150, 100);
	/* a of 390 as well */
	assert_item(m, CRITICAL_SHARE, "git", 2, 160, 110);
	assert_null(item_of(m, CRITICAL_IMAGE, ""));
	drop(m);
}

static void polling_and_pulls_are_time_of_their_units(void **state)
{
	(void)state;
	struct model *m = model_of(
	    UNITS "{'ev':'span','t':10" MS ",'d':50" MS ",'kind':'call','w':1,'name':'pull','image':'x'}\n"
		  "{'ev':'span','t':40" MS ",'d':40" MS ",'kind':'call','w':1,'name':'build'}\n" CONTAINER(
		      "31", "1", "100" MS,
		      "{'ev':'span','t':110" MS ",'d':10" MS ",'kind':'call','in':31,'w':1,'name':'start'}\n"
		      "{'ev':'span','t':130" MS ",'d':1" MS ",'kind':'call','in':31,'w':1,'name':'exec'}\n"
		      "{'ev':'value','t':150" MS ",'in':31,'name':'listening','num':1}\n"
		      "{'ev':'span','t':190" MS ",'d':1" MS ",'kind':'call','in':31,'w':1,'name':'exec'}\n")
		      B_ENDS ENDS);
	assert_item(m, CRITICAL_IMAGE, "", 2, 70, 70);
	assert_item(m, CRITICAL_POLLING, "", 1, 40, 40);
	assert_null(item_of(m, CRITICAL_REUSE, "git")); /* there is only one */
	drop(m);
}

static void the_longest_unit_is_split_where_it_can_be(void **state)
{
	(void)state;
	const char *rows = "{'ev':'run','t':0,'v':1,'workers':2}\n"
			   "{'ev':'begin','t':0,'kind':'worker','id':1,'w':0}\n"
			   "{'ev':'begin','t':0,'kind':'worker','id':2,'w':1}\n"
			   "{'ev':'span','t':0,'d':400" MS ",'kind':'unit','id':11,'in':1,'w':0,'name':'a'}\n"
			   "{'ev':'span','t':0,'d':100" MS ",'kind':'unit','id':12,'in':2,'w':1,'name':'b'}\n"
			   "{'ev':'done','t':400" MS ",'st':'passed'}\n";
	struct model *m = model_of(rows);
	/* 200 beside 200 and then 100 */
	assert_item(m, CRITICAL_LONGEST, "a", 1, 400, 100);
	assert_null(item_of(m, CRITICAL_WORKER, ""));
	drop(m);
	m = model_of("{'ev':'run','t':0,'v':1,'workers':2}\n"
		     "{'ev':'begin','t':0,'kind':'unit','id':11,'w':0,'name':'a'}\n"
		     "{'ev':'span','t':0,'d':400" MS
		     ",'kind':'test','id':12,'in':11,'w':0,'name':'t','st':'passed'}\n"
		     "{'ev':'end','t':400" MS ",'id':11,'st':'passed'}\n"
		     "{'ev':'done','t':400" MS ",'st':'passed'}\n");
	assert_int_equal(m->critical.n, 0);
	drop(m);
}

static void locks_hold_in_the_simulation(void **state)
{
	(void)state;
	/* a and b share a lock: 200 + 200 on two workers. Without the hook of a they take 250. */
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1,'workers':2}\n"
	    "{'ev':'begin','t':0,'kind':'unit','id':11,'w':0,'name':'a','lock':'db'}\n"
	    "{'ev':'span','t':0,'d':150" MS ",'kind':'hook','in':11,'w':0,'name':'h'}\n"
	    "{'ev':'end','t':200" MS ",'id':11,'st':'passed'}\n"
	    "{'ev':'span','t':200" MS ",'d':200" MS ",'kind':'unit','id':12,'w':1,'name':'b','lock':'db'}\n"
	    "{'ev':'done','t':400" MS ",'st':'passed'}\n");
	assert_int_equal(m->critical.wall_ns, 400000000);
	assert_item(m, CRITICAL_HOOK, "h", 1, 150, 150);
	drop(m);
}

static void what_saves_nearly_nothing_is_left_out(void **state)
{
	(void)state;
	struct model *m = model_of(UNITS "{'ev':'span','t':10" MS ",'d':4" MS
					 ",'kind':'hook','in':12,'w':1,'name':'tiny'}\n"
					 "{'ev':'span','t':10" MS ",'d':5" MS
					 ",'kind':'hook','in':12,'w':1,'name':'a percent'}\n" B_ENDS ENDS);
	assert_null(item_of(m, CRITICAL_HOOK, "tiny"));
	assert_item(m, CRITICAL_HOOK, "a percent", 1, 5, 5);
	drop(m);
}

static void too_many_pairs_give_up_the_smallest(void **state)
{
	(void)state;
	struct model m;
	uint64_t id = 1;
	model_init(&m);
	for (int u = 0; u < 30000; u++) {
		struct event ev = {.type = EVENT_BEGIN,
				   .kind = SPAN_UNIT,
				   .worker = 0,
				   .id = id,
				   .name = STR("u"),
				   .time_ns = (int64_t)u * 2000000};
		sink_put(&m.sink, &ev);
		for (int h = 0; h < 12; h++) {
			char name[4] = {(char)('a' + h), 0};
			struct event hook = {.type = EVENT_SPAN,
					     .kind = SPAN_HOOK,
					     .worker = 0,
					     .parent = id,
					     .name = str_of(name),
					     .time_ns = ev.time_ns,
					     .dur_ns = 1000 + h * 100000};
			sink_put(&m.sink, &hook);
		}
		ev.type = EVENT_END;
		ev.time_ns += 1900000;
		ev.status = STATUS_PASSED;
		sink_put(&m.sink, &ev);
		id++;
	}
	model_finish(&m);
	assert_true(m.critical.n > 0);
	assert_str(m.critical.items[0].name, "l");
	assert_int_equal(m.critical.items[0].n, 30000);
	assert_int_equal(m.critical.items[0].saved_ns, (int64_t)30000 * 1101000);
	assert_null(item_of(&m, CRITICAL_HOOK, "a"));
	model_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_run_as_it_was_is_what_is_simulated_elsewhere),
	    cmocka_unit_test(a_hook_counts_only_where_it_holds_the_run_up),
	    cmocka_unit_test(a_phase_in_itself_counts_once),
	    cmocka_unit_test(containers_are_reused_by_a_worker_or_shared_by_all),
	    cmocka_unit_test(polling_and_pulls_are_time_of_their_units),
	    cmocka_unit_test(the_longest_unit_is_split_where_it_can_be),
	    cmocka_unit_test(locks_hold_in_the_simulation),
	    cmocka_unit_test(what_saves_nearly_nothing_is_left_out),
	    cmocka_unit_test(too_many_pairs_give_up_the_smallest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
