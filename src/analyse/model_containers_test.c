#include <stdio.h>

#include "analyse/rows_fixture.h"

/* One worker, one unit, one test from 100 to 9,000. */
#define RUN                                                                                                  \
	"{'ev':'run','t':0,'v':1,'workers':2}\n"                                                             \
	"{'ev':'begin','t':10,'kind':'worker','id':1,'w':0}\n"                                               \
	"{'ev':'begin','t':50,'kind':'unit','id':2,'in':1,'w':0,'name':'a.feature'}\n"                       \
	"{'ev':'begin','t':100,'kind':'test','id':3,'in':2,'w':0,'name':'one'}\n"
#define DONE                                                                                                 \
	"{'ev':'end','t':9000,'id':3,'st':'passed'}\n"                                                       \
	"{'ev':'end','t':9500,'id':2,'st':'passed'}\n"                                                       \
	"{'ev':'end','t':9900,'id':1}\n"                                                                     \
	"{'ev':'done','t':10000,'st':'passed'}\n"

static void a_container_tells_its_whole_life(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'reg','cid':'abc',"
		"'image':'ghcr.io/x/registry:2','ports':'5000'}\n"
		"{'ev':'span','t':200,'d':40,'kind':'call','in':20,'w':0,'name':'create','http':201}\n"
		"{'ev':'span','t':300,'d':200,'kind':'call','in':20,'w':0,'name':'start','http':204}\n"
		"{'ev':'span','t':510,'d':5,'kind':'call','in':20,'w':0,'name':'inspect'}\n"
		"{'ev':'span','t':600,'d':50,'kind':'call','in':20,'w':0,'name':'exec','exit':1}\n"
		"{'ev':'value','t':800,'in':20,'w':0,'name':'listening','num':5000}\n"
		"{'ev':'value','t':900,'in':20,'w':0,'name':'memory','num':4096}\n"
		"{'ev':'span','t':1000,'d':60,'kind':'call','in':20,'w':0,'name':'exec','exit':0}\n"
		"{'ev':'span','t':5000,'d':300,'kind':'call','in':20,'w':0,'name':'stop'}\n"
		"{'ev':'end','t':5290,'id':20,'exit':137,'peak':8192,'anon':1024,'cpu':77}\n"
		"{'ev':'span','t':5400,'d':30,'kind':'call','in':20,'w':0,'name':'remove'}\n" DONE);
	const struct model_containers *c = &m->containers;
	assert_true(c->told);
	assert_int_equal(c->n, 1);
	const struct model_container *x = &c->all[0];
	assert_str(x->name, "reg");
	assert_str(x->type, "registry");
	assert_str(x->image, "ghcr.io/x/registry:2");
	assert_int_equal(x->worker, 0);
	assert_int_equal(x->test, 0);
	assert_int_equal(x->unit, 0);
	assert_false(x->shared || x->failed || x->left);
	assert_true(x->removed && x->ended);
	assert_int_equal(x->create_at_ns, 200);
	assert_int_equal(x->create_ns, 40);
	assert_int_equal(x->start_at_ns, 300);
	assert_int_equal(x->start_ns, 200);
	assert_int_equal(x->run_ns, 500);
	assert_int_equal(x->ready_ns, 300);
	assert_int_equal(x->ready_by, READY_LISTENING);
	assert_int_equal(x->use_at_ns, 1000);
	assert_int_equal(x->wait_ns, 200);
	assert_int_equal(x->end_ns, 5290);
	assert_int_equal(x->stop_at_ns, 5000);
	assert_int_equal(x->stop_ns, 300);
	assert_int_equal(x->remove_ns, 30);
	assert_int_equal(x->exec_ns, 110);
	assert_int_equal(x->n_execs, 2);
	assert_int_equal(x->inspect_ns, 5);
	assert_int_equal(x->n_inspects, 1);
	assert_int_equal(x->exit_code, 137);
	assert_int_equal(x->peak_bytes, 8192);
	assert_int_equal(x->anon_bytes, 1024);
	assert_int_equal(x->cpu_ns, 77);
	/* it ran for 4,790 of 10,000 */
	assert_int_equal(c->peak, 1);
	assert_int_equal(c->peak_at_ns, 500);
	assert_int_equal(c->at_end, 0);
	assert_true(c->average > 0.4789 && c->average < 0.4791);
	assert_int_equal(c->wait_ns, 200);
	assert_int_equal(c->n_calls, 6);
	assert_str(c->calls[0].name, "stop");
	assert_int_equal(m->n_sums, 0);
	drop(m);
}

static void a_failed_start_is_counted_apart(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN
	    "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'a','image':'git:1'}\n"
	    "{'ev':'span','t':200,'d':40,'kind':'call','in':20,'w':0,'name':'create'}\n"
	    "{'ev':'span','t':300,'d':200,'kind':'call','in':20,'w':0,'name':'start'}\n"
	    "{'ev':'begin','t':600,'kind':'container','id':21,'w':0,'src':'tap','name':'b','image':'git:1'}\n"
	    "{'ev':'span','t':600,'d':10,'kind':'call','in':21,'w':0,'name':'create'}\n"
	    "{'ev':'span','t':700,'d':900,'kind':'call','in':21,'w':0,'name':'start','http':500,'st':'failed',"
	    "'msg':'exec: \\'nope\\': not found'}\n"
	    "{'ev':'span','t':1700,'d':9,'kind':'call','w':0,'name':'create','http':400,'st':'failed',"
	    "'image':'git:1','msg':'bad name'}\n" DONE);
	const struct model_containers *c = &m->containers;
	assert_int_equal(c->n, 3);
	assert_int_equal(c->n_failed, 2);
	assert_int_equal(c->n_left, 2); /* what was refused was never there */
	assert_str(c->all[1].message, "exec: \"nope\": not found");
	assert_str(c->all[2].message, "bad name");
	assert_int_equal(c->all[1].run_ns, -1);
	assert_int_equal(c->n_types, 1);
	const struct model_container_type *t = &c->types[0];
	assert_str(t->name, "git");
	assert_int_equal(t->n, 3);
	assert_int_equal(t->n_failed, 2);
	assert_int_equal(t->create.n, 1);
	assert_int_equal(t->create.max_ns, 40);
	assert_int_equal(t->start.n, 1);
	assert_int_equal(t->start.total_ns, 200);
	assert_int_equal(t->ready.n, 0);
	assert_int_equal(c->peak, 1);
	assert_int_equal(c->at_end, 1);
	drop(m);
}

#define NO_IMAGE                                                                                             \
	RUN "{'ev':'span','t':200,'d':9,'kind':'call','w':0,'name':'create','http':404,'st':'failed',"       \
	    "'image':'git:1','msg':'No such image: git:1'}\n"                                                \
	    "{'ev':'span','t':300,'d':900,'kind':'call','w':0,'name':'pull','image':'git:1'}\n"

static void a_creation_that_waits_for_its_image_is_no_failure(void **state)
{
	(void)state;
	struct model *m = model_of(
	    NO_IMAGE
	    "{'ev':'begin','t':1300,'kind':'container','id':20,'w':0,'src':'tap','image':'git:1'}\n" DONE);
	assert_int_equal(m->containers.n, 1);
	assert_int_equal(m->containers.n_failed, 0);
	drop(m);
	m = model_of(NO_IMAGE DONE);
	assert_int_equal(m->containers.n, 1);
	assert_int_equal(m->containers.n_failed, 1);
	assert_str(m->containers.all[0].type, "git");
	drop(m);
}

/* A container of the tap that runs from..to. */
static void lives(struct buf *b, int id, int w, const char *type, int from, int to)
{
	buf_printf(
	    b,
	    "{'ev':'begin','t':%d,'kind':'container','id':%d,'w':%d,'src':'tap','name':'c%d','type':'%s'}\n"
	    "{'ev':'span','t':%d,'d':10,'kind':'call','in':%d,'w':%d,'name':'start'}\n",
	    from - 10, id, w, id, type, from - 10, id, w);
	if (to)
		buf_printf(b, "{'ev':'end','t':%d,'id':%d}\n", to, id);
}

static void what_runs_at_once_is_what_truly_ran(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_text(&b, "{'ev':'run','t':0,'v':1}\n");
	lives(&b, 1, 0, "x", 100, 300);
	lives(&b, 2, 0, "x", 200, 500);
	lives(&b, 3, 1, "y", 300, 400); /* begins as the first one ends */
	lives(&b, 4, 1, "y", 350, 0);
	lives(&b, 5, 1, "y", 600, 600); /* for no time at all */
	buf_text(&b, "{'ev':'done','t':1000,'st':'passed'}\n");
	buf_char(&b, 0);
	struct model *m = model_of(b.at);
	const struct model_containers *c = &m->containers;
	assert_int_equal(c->peak, 3);
	assert_int_equal(c->peak_at_ns, 350);
	assert_int_equal(c->at_end, 1);
	/* 200 + 300 + 100 + 650 of 1,000 */
	assert_true(c->average > 1.2499 && c->average < 1.2501);
	static const struct model_step want[] = {{100, 1}, {200, 2}, {350, 3}, {400, 2}, {500, 1}};
	assert_int_equal(c->n_curve, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(c->curve[i].at_ns, want[i].at_ns);
		assert_int_equal(c->curve[i].n, want[i].n);
	}
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(c->types[i].peak, 2);
	drop(m);
	buf_free(&b);
}

static void a_long_curve_keeps_its_peaks(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_text(&b, "{'ev':'run','t':0,'v':1}\n");
	for (int i = 0; i < 5000; i++)
		lives(&b, i + 1, 0, "x", 1000 + i * 100, 1000 + i * 100 + 60);
	lives(&b, 6000, 0, "x", 255010, 255030);
	buf_text(&b, "{'ev':'done','t':600000,'st':'passed'}\n");
	buf_char(&b, 0);
	struct model *m = model_of(b.at);
	const struct model_containers *c = &m->containers;
	assert_int_equal(c->n, 5001);
	assert_int_equal(c->peak, 2);
	assert_int_equal(c->peak_at_ns, 255010);
	assert_true(c->n_curve <= MODEL_MOST_STEPS && c->n_curve > 500);
	uint32_t most = 0;
	for (uint32_t i = 0; i < c->n_curve; i++) {
		most = c->curve[i].n > most ? c->curve[i].n : most;
		assert_true(!i || c->curve[i].at_ns > c->curve[i - 1].at_ns);
	}
	assert_int_equal(most, 2);
	assert_int_equal(c->curve[c->n_curve - 1].n, 0);
	drop(m);
	buf_free(&b);
}

static void percentiles_are_lengths_that_occurred(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_text(&b, "{'ev':'run','t':0,'v':1}\n");
	for (int i = 1; i <= 20; i++) /* 1 .. 20 ms, in another order */
		buf_printf(&b,
			   "{'ev':'begin','t':%d,'kind':'container','id':%d,'w':0,'src':'tap','type':'x'}\n"
			   "{'ev':'span','t':%d,'d':%d000000,'kind':'call','in':%d,'w':0,'name':'create'}\n",
			   i, i, i, i * 7 % 20 + 1, i);
	buf_text(&b, "{'ev':'done','t':100000000,'st':'passed'}\n");
	buf_char(&b, 0);
	struct model *m = model_of(b.at);
	const struct model_stat *s = &m->containers.types[0].create;
	assert_int_equal(s->n, 20);
	assert_int_equal(s->total_ns, 210000000);
	assert_int_equal(s->mean_ns, 10500000);
	assert_int_equal(s->min_ns, 1000000);
	assert_int_equal(s->p50_ns, 10000000);
	assert_int_equal(s->p95_ns, 19000000);
	assert_int_equal(s->max_ns, 20000000);
	assert_int_equal(m->containers.types[0].start.n, 0);
	assert_int_equal(m->containers.peak, 0); /* none was started */
	drop(m);
	buf_free(&b);
}

static void a_container_belongs_to_the_one_test_that_was_open(void **state)
{
	(void)state;
	/* worker 0: one test at a time; worker 1: two at once; rows of tests come late */
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'begin','t':10,'kind':'container','id':20,'w':0,'src':'tap','name':'early'}\n"
	    "{'ev':'begin','t':150,'kind':'container','id':21,'w':0,'src':'tap','name':'a'}\n"
	    "{'ev':'begin','t':300,'kind':'container','id':22,'w':0,'src':'tap','name':'b'}\n"
	    "{'ev':'begin','t':120,'kind':'container','id':23,'w':1,'src':'tap','name':'c'}\n"
	    "{'ev':'begin','t':160,'kind':'container','id':24,'w':1,'src':'tap','name':'both'}\n"
	    "{'ev':'begin','t':170,'kind':'container','id':25,'src':'tap','name':'nobody'}\n"
	    "{'ev':'begin','t':90,'kind':'unit','id':5,'w':0,'name':'u'}\n"
	    "{'ev':'span','t':100,'d':200,'kind':'test','id':1,'in':5,'w':0,'name':'one','st':'passed'}\n"
	    "{'ev':'span','t':300,'d':50,'kind':'test','id':2,'in':5,'w':0,'name':'two','st':'passed'}\n"
	    "{'ev':'end','t':400,'id':5,'st':'passed'}\n"
	    "{'ev':'span','t':100,'d':200,'kind':'test','id':3,'w':1,'name':'three','st':'passed'}\n"
	    "{'ev':'span','t':150,'d':50,'kind':'test','id':4,'w':1,'name':'four','st':'passed'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	static const struct {
		const char *name, *test;
	} want[] = {{"early", NULL}, {"c", "three"},   {"a", "one"},
		    {"both", NULL},  {"nobody", NULL}, {"b", "two"}};
	const struct model_containers *c = &m->containers;
	assert_int_equal(c->n, 6);
	assert_int_equal(c->n_shared, 3);
	for (uint32_t i = 0; i < 6; i++) {
		assert_str(c->all[i].name, want[i].name);
		assert_int_equal(c->all[i].shared, !want[i].test);
		if (want[i].test)
			assert_str(m->tests[c->all[i].test].name, want[i].test);
		else
			assert_int_equal(c->all[i].test, MODEL_NONE);
	}
	assert_int_equal(c->all[2].unit, 0);
	assert_int_equal(c->all[0].unit, MODEL_NONE);
	drop(m);
}

#define TOLD_LATE(source)                                                                                    \
	"{'ev':'run','t':0,'v':1}\n"                                                                         \
	"{'ev':'span','t':100,'d':200,'kind':'test','id':1,'w':0,'name':'one','st':'passed','src':'" source  \
	"'}\n"                                                                                               \
	"{'ev':'span','t':310,'d':90,'kind':'test','id':2,'w':0,'name':'two','st':'passed','src':'" source   \
	"'}\n"                                                                                               \
	"{'ev':'begin','t':290,'kind':'container','id':20,'w':0,'src':'tap','name':'a'}\n"                   \
	"{'ev':'span','t':290,'d':40,'kind':'call','in':20,'w':0,'name':'create','http':201}\n"              \
	"{'ev':'begin','t':380,'kind':'container','id':21,'w':0,'src':'tap','name':'b'}\n"                   \
	"{'ev':'span','t':380,'d':40,'kind':'call','in':21,'w':0,'name':'create','http':201}\n"              \
	"{'ev':'done','t':1000,'st':'passed'}\n"

/* Lines of output tell of a test's begin a little later than it was. */
static void a_container_is_made_before_its_test_ends(void **state)
{
	(void)state;
	struct model *m = model_of(TOLD_LATE("framework"));
	assert_str(m->tests[m->containers.all[0].test].name, "two");
	assert_str(m->tests[m->containers.all[1].test].name, "two");
	drop(m);
	m = model_of(TOLD_LATE("injected"));
	assert_str(m->tests[m->containers.all[0].test].name, "one");
	assert_str(m->tests[m->containers.all[1].test].name, "two");
	drop(m);
}

static void a_retry_and_a_test_inside_another_are_told_apart(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'v':1}\n"
	    "{'ev':'span','t':100,'d':100,'kind':'test','id':1,'w':0,'name':'one','st':'failed'}\n"
	    "{'ev':'span','t':300,'d':100,'kind':'test','id':2,'w':0,'name':'one','attempt':2,'st':'passed'}\n"
	    "{'ev':'begin','t':500,'kind':'test','id':3,'w':0,'name':'Outer'}\n"
	    "{'ev':'begin','t':520,'kind':'test','id':4,'in':3,'w':0,'name':'Outer/a'}\n"
	    "{'ev':'end','t':580,'id':4,'st':'passed'}\n"
	    "{'ev':'end','t':600,'id':3,'st':'passed'}\n"
	    "{'ev':'begin','t':150,'kind':'container','id':21,'w':0,'src':'tap','name':'first'}\n"
	    "{'ev':'begin','t':350,'kind':'container','id':22,'w':0,'src':'tap','name':'again'}\n"
	    "{'ev':'begin','t':510,'kind':'container','id':23,'w':0,'src':'tap','name':'outer'}\n"
	    "{'ev':'begin','t':550,'kind':'container','id':24,'w':0,'src':'tap','name':'inner'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	static const char *const want[] = {"one", "one", "Outer", "Outer/a"};
	for (size_t i = 0; i < 4; i++) {
		assert_false(m->containers.all[i].shared);
		assert_str(m->tests[m->containers.all[i].test].name, want[i]);
	}
	drop(m);
}

static void polling_is_counted_only_where_it_was_seen(void **state)
{
	(void)state;
#define STARTED(id, at)                                                                                      \
	"{'ev':'begin','t':" at ",'kind':'container','id':" id ",'w':0,'src':'tap','name':'c" id             \
	"','image':'x'}\n"                                                                                   \
	"{'ev':'span','t':" at ",'d':0,'kind':'call','in':" id ",'w':0,'name':'start'}\n"
	struct model *m = model_of(
	    /* nobody asked before it was ready */
	    RUN STARTED("20", "200") "{'ev':'value','t':300,'in':20,'name':'listening','num':1}\n"
				     "{'ev':'span','t':900,'d':1,'kind':'call','in':20,'w':0,'name':'exec'}\n"
	    /* asked in vain, and then only stopped */
	    STARTED("21",
		    "1000") "{'ev':'span','t':1010,'d':1,'kind':'call','in':21,'w':0,'name':'inspect'}\n"
			    "{'ev':'value','t':1100,'in':21,'name':'listening','num':1}\n"
			    "{'ev':'span','t':1900,'d':1,'kind':'call','in':21,'w':0,'name':'stop'}\n"
	    /* asked in vain, and went on with another container at 2,150 */
	    STARTED(
		"22",
		"2000") "{'ev':'span','t':2010,'d':1,'kind':'call','in':22,'w':0,'name':'inspect'}\n"
			"{'ev':'value','t':2100,'in':22,'name':'listening','num':1}\n" STARTED(
			    "23",
			    "2150") "{'ev':'span','t':2900,'d':1,'kind':'call','in':22,'w':0,'name':'exec'}\n"
	    /* the row that says when it was ready comes late */
	    STARTED("24",
		    "3000") "{'ev':'span','t':3010,'d':1,'kind':'call','in':24,'w':0,'name':'inspect'}\n"
			    "{'ev':'span','t':3200,'d':1,'kind':'call','in':24,'w':0,'name':'inspect'}\n"
			    "{'ev':'value','t':3150,'in':24,'name':'listening','num':1}\n" DONE);
	static const int64_t want[] = {0, 0, 50, 0, 50};
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(m->containers.all[i].wait_ns, want[i]);
	assert_int_equal(m->containers.wait_ns, 100);
	drop(m);
}

static void ready_is_what_is_said_by_the_best_witness(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN
	    "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','health':1,'type':'h'}\n"
	    "{'ev':'span','t':200,'d':10,'kind':'call','in':20,'w':0,'name':'start'}\n"
	    "{'ev':'value','t':300,'in':20,'name':'listening','num':1}\n"
	    "{'ev':'value','t':700,'in':20,'name':'healthy'}\n"
	    "{'ev':'begin','t':400,'kind':'container','id':21,'w':0,'src':'tap','ports':'1,2','type':'l'}\n"
	    "{'ev':'span','t':400,'d':10,'kind':'call','in':21,'w':0,'name':'start'}\n"
	    "{'ev':'value','t':405,'in':21,'name':'listening','num':1}\n"
	    "{'ev':'value','t':500,'in':21,'name':'listening','num':2}\n"
	    "{'ev':'begin','t':600,'kind':'container','id':22,'w':0,'src':'injected','name':'own','type':'m'}\n"
	    "{'ev':'value','t':650,'in':22,'name':'ready'}\n"
	    "{'ev':'end','t':800,'id':22}\n"
	    "{'ev':'begin','t':610,'kind':'container','id':23,'w':0,'src':'injected','name':'bad','type':'m'}\n"
	    "{'ev':'value','t':660,'in':23,'name':'ready','num':0,'msg':'gave up'}\n"
	    "{'ev':'end','t':670,'id':23}\n"
	    "{'ev':'begin','t':690,'kind':'container','id':24,'w':0,'src':'tap','type':'none'}\n"
	    "{'ev':'span','t':690,'d':10,'kind':'call','in':24,'w':0,'name':'start'}\n" DONE);
	const struct model_container *x = m->containers.all;
	assert_int_equal(x[0].ready_by, READY_HEALTHY);
	assert_int_equal(x[0].ready_ns, 490);
	assert_int_equal(x[1].ready_by, READY_LISTENING);
	assert_int_equal(x[1].ready_ns, 90);
	assert_int_equal(x[2].ready_by, READY_MARK);
	assert_int_equal(x[2].ready_ns, 50);
	assert_int_equal(x[2].run_ns, 600);
	assert_int_equal(x[2].end_ns, 800);
	assert_false(x[2].left);
	assert_true(x[3].failed);
	assert_str(x[3].message, "gave up");
	assert_int_equal(x[3].ready_ns, -1);
	assert_int_equal(x[4].ready_by, READY_NONE);
	assert_int_equal(x[4].ready_ns, -1);
	assert_int_equal(x[4].end_ns, 10000);
	assert_false(x[4].ended);
	drop(m);
}

#define LEFT                                                                                                 \
	RUN "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'left'}\n"            \
	    "{'ev':'begin','t':201,'kind':'container','id':21,'w':0,'src':'tap','name':'event'}\n"           \
	    "{'ev':'value','t':300,'in':21,'name':'removed'}\n"                                              \
	    "{'ev':'begin','t':202,'kind':'container','id':22,'w':0,'src':'tap','name':'refused'}\n"         \
	    "{'ev':'span','t':300,'d':1,'kind':'call','in':22,'w':0,'name':'remove','st':'failed'}\n"        \
	    "{'ev':'begin','t':203,'kind':'container','id':23,'w':0,'src':'tap','name':'ryuk',"              \
	    "'label.org.testcontainers.reaper':'true'}\n"

static void who_was_never_removed_is_left(void **state)
{
	(void)state;
	struct model *m = model_of(LEFT DONE);
	static const bool left[] = {true, false, true, false};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(m->containers.all[i].left, left[i]);
	assert_int_equal(m->containers.n_left, 2);
	drop(m);
	m = model_of(LEFT); /* cut short: who knows what would have been removed */
	assert_int_equal(m->containers.n_left, 0);
	drop(m);
}

static void a_container_told_by_tap_and_suite_is_one(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'a','image':'x:1',"
		"'cid':'0123456789abcdef0123'}\n"
		"{'ev':'span','t':200,'d':10,'kind':'call','in':20,'w':0,'name':'start'}\n"
		"{'ev':'begin','t':250,'kind':'container','id':99,'w':0,'src':'log','cid':'0123456789ab'}\n"
		"{'ev':'value','t':400,'in':99,'name':'ready'}\n" DONE);
	assert_int_equal(m->containers.n, 1);
	assert_int_equal(m->containers.all[0].ready_by, READY_MARK);
	assert_int_equal(m->containers.all[0].ready_ns, 190);
	drop(m);
}

static void a_container_that_is_started_again_is_one(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN
	    "{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','cid':'0123456789abcdef'}\n"
	    "{'ev':'span','t':200,'d':10,'kind':'call','in':20,'w':0,'name':'start'}\n"
	    "{'ev':'value','t':300,'in':20,'name':'listening','num':1}\n"
	    "{'ev':'span','t':500,'d':10,'kind':'call','in':20,'w':0,'name':'stop'}\n"
	    "{'ev':'end','t':509,'id':20,'exit':1}\n"
	    "{'ev':'begin','t':600,'kind':'container','id':21,'w':0,'src':'tap','cid':'0123456789abcdef'}\n"
	    "{'ev':'span','t':600,'d':10,'kind':'call','in':21,'w':0,'name':'start'}\n"
	    "{'ev':'value','t':700,'in':21,'name':'listening','num':1}\n"
	    "{'ev':'end','t':800,'id':21,'exit':2}\n"
	    /* nobody knows whether this one was started */
	    "{'ev':'begin','t':900,'kind':'container','id':22,'w':0,'src':'tap','name':'cut'}\n"
	    "{'ev':'span','t':900,'d':10,'kind':'call','in':22,'w':0,'name':'start','st':'unfinished'}\n" DONE);
	const struct model_container *x = m->containers.all;
	assert_int_equal(m->containers.n, 2);
	assert_int_equal(x[0].n_starts, 2);
	assert_int_equal(x[0].ready_ns, 90);
	assert_int_equal(x[0].run_ns, 210);
	assert_int_equal(x[0].end_ns, 800);
	assert_int_equal(x[0].exit_code, 2);
	assert_int_equal(x[1].run_ns, -1);
	assert_false(x[1].failed);
	drop(m);
}

static void calls_may_come_before_their_container(void **state)
{
	(void)state;
	struct model *m = model_of(
	    RUN "{'ev':'span','t':200,'d':10,'kind':'call','in':20,'w':0,'name':'create'}\n"
		"{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'a'}\n"
		"{'ev':'begin','t':200,'kind':'container','id':20,'w':0,'src':'tap','name':'twice'}\n"
		"{'ev':'span','t':200,'d':10,'kind':'call','in':77,'w':0,'name':'inspect'}\n"
		"{'ev':'span','t':200,'d':10,'kind':'call','in':3,'w':0,'name':'inspect'}\n" DONE);
	assert_int_equal(m->containers.n, 1);
	assert_str(m->containers.all[0].name, "a");
	assert_int_equal(m->containers.all[0].create_ns, 10);
	assert_int_equal(m->containers.all[0].n_inspects, 0);
	drop(m);
}

static void memory_of_all_is_added_up(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'v':1}\n"
		     "{'ev':'begin','t':0,'kind':'container','id':1,'w':0,'src':'tap','name':'a'}\n"
		     "{'ev':'begin','t':0,'kind':'container','id':2,'w':0,'src':'tap','name':'b'}\n"
		     "{'ev':'value','t':2000000,'in':1,'name':'memory','num':100}\n"
		     "{'ev':'value','t':3000000,'in':2,'name':'memory','num':50}\n"
		     "{'ev':'value','t':5000000,'in':1,'name':'memory','num':30}\n"
		     "{'ev':'value','t':6000000,'in':1,'name':'memory','num':-4}\n"
		     "{'ev':'value','t':4500000,'in':2,'name':'memory','num':70}\n" /* late */
		     "{'ev':'end','t':9000000,'id':2}\n"
		     "{'ev':'done','t':90000000,'st':'passed'}\n");
	/* of each millisecond the most, so that what fell shows in the next one */
	static const struct model_level want[] = {{0, 0},         {2000000, 100}, {3000000, 150},
						  {4000000, 170}, {6000000, 100}, {10000000, 30}};
	const struct model_containers *c = &m->containers;
	assert_int_equal(c->all[0].peak_bytes, 100);
	assert_int_equal(c->n_memory, 6);
	for (size_t i = 0; i < c->n_memory; i++) {
		assert_int_equal(c->memory[i].at_ns, want[i].at_ns);
		assert_int_equal(c->memory[i].bytes, want[i].bytes);
	}
	drop(m);
}

static void many_calls_keep_their_sums_exact(void **state)
{
	(void)state;
	struct model m;
	model_init(&m);
	for (int64_t i = 0; i < 100000; i++) {
		struct event ev = {.type = EVENT_SPAN,
				   .kind = SPAN_CALL,
				   .name = STR("inspect"),
				   .worker = 0,
				   .time_ns = i,
				   .dur_ns = i % 1000};
		sink_put(&m.sink, &ev);
	}
	for (int i = 0; i < 1000; i++) { /* names out of nowhere */
		char name[16];
		struct event ev = {.type = EVENT_SPAN, .kind = SPAN_CALL, .worker = -1, .dur_ns = 1};
		ev.name = (struct str){name, (size_t)snprintf(name, sizeof(name), "n%d", i)};
		sink_put(&m.sink, &ev);
	}
	model_finish(&m);
	const struct model_call *c = &m.containers.calls[0];
	assert_str(c->name, "inspect");
	assert_int_equal(c->n, 100000);
	assert_int_equal(c->time.total_ns, 49950000);
	assert_int_equal(c->time.min_ns, 0);
	assert_int_equal(c->time.max_ns, 999);
	assert_true(c->time.p50_ns > 450 && c->time.p50_ns < 550);
	assert_true(c->time.p95_ns > 900);
	uint32_t others = 0;
	assert_true(m.containers.n_calls <= 64);
	for (uint32_t i = 0; i < m.containers.n_calls; i++)
		if (str_is(m.containers.calls[i].name, "other"))
			others = m.containers.calls[i].n;
	assert_int_equal(others, 1000 - (m.containers.n_calls - 2));
	model_free(&m);
}

static struct event random_row(void)
{
	static const char *const names[] = {"create", "start",   "stop",      "kill",    "remove",
					    "exec",   "inspect", "listening", "healthy", "ready",
					    "memory", "removed", "cpu",       "pull"};
	static const struct field fields[] = {
	    {.key = {"num", 3}, .num = 4096, .type = FIELD_INT},
	    {.key = {"http", 4}, .num = 404, .type = FIELD_INT},
	    {.key = {"image", 5}, .text = {"a/b:c", 5}, .type = FIELD_TEXT},
	    {.key = {"cid", 3}, .text = {"0123456789abcdef", 16}, .type = FIELD_TEXT},
	    {.key = {"peak", 4}, .num = INT64_MAX, .type = FIELD_INT},
	    {.key = {"cpu", 3}, .num = INT64_MIN, .type = FIELD_INT},
	    {.key = {"exit", 4}, .num = INT64_MAX, .type = FIELD_INT},
	};
	static const enum span_kind kinds[] = {SPAN_CONTAINER, SPAN_CALL, SPAN_TEST,
					       SPAN_UNIT,      SPAN_NONE, SPAN_PHASE};
	size_t from = (size_t)(rand() % 7);
	return (struct event){.type = (enum event_type)(rand() % EVENT_TYPES),
			      .kind = kinds[rand() % 6],
			      .status = (enum status)(rand() % STATUS_KINDS),
			      .source = rand() % 2 ? SOURCE_TAP : SOURCE_INJECTED,
			      .worker = rand() % 4 - 1,
			      .id = (uint64_t)(rand() % 30),
			      .parent = (uint64_t)(rand() % 30),
			      .time_ns = rand() % 50 ? rand() % 1000 - 10 : INT64_MAX,
			      .dur_ns = rand() % 50 ? rand() % 300 - 10 : INT64_MAX,
			      .name = str_of(names[rand() % 14]),
			      .fields = fields + from,
			      .n_fields = (uint32_t)(rand() % (7 - (int)from))};
}

static void check_container(const struct model *m, const struct model_container *x)
{
	assert_true(x->test == MODEL_NONE ? x->shared : x->test < m->n_tests);
	assert_true(x->unit == MODEL_NONE || x->unit < m->n_units);
	assert_true(x->run_ns < 0 || (x->end_ns >= x->run_ns && x->end_ns <= m->wall_ns));
	assert_true(x->create_ns >= -1 && x->start_ns >= -1 && x->ready_ns >= -1 && x->wait_ns >= 0);
	assert_true(x->exec_ns >= 0 && x->inspect_ns >= 0 && x->type.n);
}

static void random_rows_give_no_nonsense(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 300; round++) {
		struct model m;
		model_init(&m);
		for (int i = 0; i < 400; i++) {
			struct event ev = random_row();
			sink_put(&m.sink, &ev);
		}
		model_finish(&m);
		const struct model_containers *c = &m.containers;
		uint32_t n = 0;
		for (uint32_t i = 0; i < c->n; i++)
			check_container(&m, &c->all[i]);
		for (uint32_t i = 0; i < c->n_types; i++) {
			n += c->types[i].n;
			assert_true(c->types[i].peak <= c->peak && c->types[i].life_ns >= 0);
		}
		assert_int_equal(n, c->n);
		assert_true(c->peak <= c->n && c->at_end <= c->n && c->average >= 0);
		model_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_container_tells_its_whole_life),
	    cmocka_unit_test(a_failed_start_is_counted_apart),
	    cmocka_unit_test(a_creation_that_waits_for_its_image_is_no_failure),
	    cmocka_unit_test(what_runs_at_once_is_what_truly_ran),
	    cmocka_unit_test(a_long_curve_keeps_its_peaks),
	    cmocka_unit_test(percentiles_are_lengths_that_occurred),
	    cmocka_unit_test(a_container_belongs_to_the_one_test_that_was_open),
	    cmocka_unit_test(a_container_is_made_before_its_test_ends),
	    cmocka_unit_test(a_retry_and_a_test_inside_another_are_told_apart),
	    cmocka_unit_test(polling_is_counted_only_where_it_was_seen),
	    cmocka_unit_test(ready_is_what_is_said_by_the_best_witness),
	    cmocka_unit_test(who_was_never_removed_is_left),
	    cmocka_unit_test(a_container_told_by_tap_and_suite_is_one),
	    cmocka_unit_test(a_container_that_is_started_again_is_one),
	    cmocka_unit_test(calls_may_come_before_their_container),
	    cmocka_unit_test(memory_of_all_is_added_up),
	    cmocka_unit_test(many_calls_keep_their_sums_exact),
	    cmocka_unit_test(random_rows_give_no_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
