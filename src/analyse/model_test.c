#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyse/rows_fixture.h"

static const char one_feature[] =
    "{'ev':'run','t':0,'v':1,'run':'r1','wall':'2026-01-02T03:04:05Z','wall_ns':77,'command':'behave','cwd':'/w',"
    "'host':'h','fettle':'0.1','adapter':'behave','workers':1,'cores':4,'suite_word':'feature',"
    "'test_word':'scenario','step_word':'step'}\n"
    "{'ev':'begin','t':10,'kind':'worker','id':1,'w':0}\n"
    "{'ev':'span','t':10,'d':40,'kind':'phase','id':2,'in':1,'w':0,'name':'startup','st':'passed'}\n"
    "{'ev':'begin','t':50,'kind':'unit','id':3,'in':1,'w':0,'name':'a.feature','unit':0,'predicted':900}\n"
    "{'ev':'begin','t':60,'kind':'suite','id':4,'in':3,'w':0,'name':'Adding','file':'a.feature'}\n"
    "{'ev':'begin','t':70,'kind':'test','id':5,'in':4,'w':0,'name':'one','file':'a.feature','line':3,"
    "'key':'a.feature:3','src':'injected'}\n"
    "{'ev':'span','t':71,'d':5,'kind':'hook','id':6,'in':5,'w':0,'name':'before_scenario','st':'passed'}\n"
    "{'ev':'span','t':76,'d':20,'kind':'step','id':7,'in':5,'w':0,'name':'Given 1','file':'s.py','line':4,"
    "'st':'passed'}\n"
    "{'ev':'span','t':96,'d':30,'kind':'step','id':8,'in':5,'w':0,'name':'Given 2','file':'s.py','line':4,"
    "'st':'passed'}\n"
    "{'ev':'end','t':170,'id':5,'st':'passed'}\n"
    "{'ev':'end','t':200,'id':4,'st':'passed'}\n"
    "{'ev':'end','t':250,'id':3,'st':'passed'}\n"
    "{'ev':'span','t':260,'d':20,'kind':'phase','w':0,'name':'teardown'}\n"
    "{'ev':'end','t':290,'id':1,'cpu':123,'rss':456,'exit':0}\n"
    "{'ev':'done','t':300,'st':'passed','exit':0,'own_cpu':9}\n";

static void a_plain_run_reads_as_what_it_was(void **state)
{
	(void)state;
	struct model *m = model_of(one_feature);
	assert_str(m->id, "r1");
	assert_str(m->command, "behave");
	assert_str(m->wall_text, "2026-01-02T03:04:05Z");
	assert_str(m->word_test, "scenario");
	assert_int_equal(m->wall_start_ns, 77);
	assert_int_equal(m->cores, 4);
	assert_true(m->done);
	assert_int_equal(m->verdict, STATUS_PASSED);
	assert_int_equal(m->wall_ns, 300);
	assert_int_equal(m->own_cpu_ns, 9);
	assert_int_equal(m->n_tests, 1);
	struct model_test *t = &m->tests[0];
	assert_str(t->name, "one");
	assert_str(t->file, "a.feature");
	assert_str(t->key, "a.feature:3");
	assert_int_equal(t->line, 3);
	assert_int_equal(t->status, STATUS_PASSED);
	assert_int_equal(t->source, SOURCE_INJECTED);
	assert_int_equal(t->start_ns, 70);
	assert_int_equal(t->dur_ns, 100);
	assert_int_equal(t->steps_ns, 50);
	assert_int_equal(t->hooks_ns, 5);
	assert_int_equal(t->attempts, 1);
	assert_false(t->flaky);
	assert_int_equal(m->n_suites, 1);
	assert_str(m->suites[0].name, "Adding");
	assert_int_equal(m->suites[0].n_tests, 1);
	assert_int_equal(m->suites[0].tests_ns, 100);
	assert_int_equal(m->suites[0].outside_ns, 40);
	assert_int_equal(m->suites[0].start_ns, 60);
	assert_int_equal(m->suites[0].end_ns, 200);
	assert_int_equal(m->n_units, 1);
	assert_int_equal(m->units[0].dur_ns, 200);
	assert_int_equal(m->units[0].predicted_ns, 900);
	assert_int_equal(m->units[0].n_tests, 1);
	assert_true(m->units[0].alone);
	drop(m);
}

static void a_worker_is_busy_idle_starting_or_ending(void **state)
{
	(void)state;
	struct model *m = model_of(one_feature);
	assert_int_equal(m->n_workers, 1);
	struct model_worker *w = &m->all_workers[0];
	assert_int_equal(w->n_starts, 1);
	assert_int_equal(w->n_units, 1);
	assert_int_equal(w->start_ns, 10);
	assert_int_equal(w->end_ns, 290);
	assert_int_equal(w->startup_ns, 40);
	assert_int_equal(w->busy_ns, 200);
	assert_int_equal(w->teardown_ns, 20);
	assert_int_equal(w->idle_ns, 20);
	assert_int_equal(w->tail_ns, 0);
	assert_int_equal(w->cpu_ns, 123);
	assert_int_equal(w->peak_rss_bytes, 456);
	drop(m);
}

static void a_worker_that_was_replaced_is_one_worker(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'begin','t':0,'kind':'worker','id':1,'w':7}\n"
				   "{'ev':'end','t':100,'id':1,'cpu':10,'rss':500,'signal':11}\n"
				   "{'ev':'begin','t':120,'kind':'worker','id':2,'w':7}\n"
				   "{'ev':'end','t':200,'id':2,'cpu':5,'rss':400}\n");
	assert_int_equal(m->n_workers, 1);
	assert_int_equal(m->all_workers[0].number, 7);
	assert_int_equal(m->all_workers[0].n_starts, 2);
	assert_int_equal(m->all_workers[0].cpu_ns, 15);
	assert_int_equal(m->all_workers[0].peak_rss_bytes, 500);
	assert_int_equal(m->all_workers[0].idle_ns, 200);
	drop(m);
}

static void waiting_while_others_still_work_is_the_tail(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'run','t':0,'workers':2}\n"
				   "{'ev':'begin','t':0,'kind':'worker','id':1,'w':0}\n"
				   "{'ev':'begin','t':0,'kind':'worker','id':2,'w':1}\n"
				   "{'ev':'span','t':10,'d':50,'kind':'unit','w':0,'name':'a'}\n"
				   "{'ev':'span','t':10,'d':500,'kind':'unit','w':1,'name':'b'}\n"
				   "{'ev':'end','t':600,'id':1}\n"
				   "{'ev':'end','t':600,'id':2}\n"
				   "{'ev':'done','t':600,'st':'passed'}\n");
	assert_int_equal(m->all_workers[0].idle_ns, 550);
	assert_int_equal(m->all_workers[0].tail_ns, 450);
	assert_int_equal(m->all_workers[1].tail_ns, 0);
	drop(m);
}

static void the_definition_of_a_step_is_what_it_is_added_up_by(void **state)
{
	(void)state;
	struct model *m = model_of(one_feature);
	size_t n;
	uint32_t *steps = model_slowest_sums(m, SPAN_STEP, 10, &n);
	assert_int_equal(n, 1);
	assert_str(m->sums[steps[0]].name, "Given 1");
	assert_int_equal(m->sums[steps[0]].n, 2);
	assert_int_equal(m->sums[steps[0]].total_ns, 50);
	assert_int_equal(m->sums[steps[0]].max_ns, 30);
	model_slowest_sums(m, SPAN_HOOK, 10, &n);
	assert_int_equal(n, 1);
	model_slowest_sums(m, SPAN_FIXTURE, 10, &n);
	assert_int_equal(n, 0);
	drop(m);
}

static void hooks_and_steps_without_a_place_are_added_up_by_name(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'span','t':0,'d':5,'kind':'hook','name':'a','st':'error'}\n"
		     "{'ev':'span','t':9,'d':6,'kind':'hook','name':'a','file':'x.py','line':1}\n"
		     "{'ev':'span','t':9,'d':7,'kind':'hook','name':'b','file':'x.py','line':1}\n"
		     "{'ev':'span','t':9,'d':8,'kind':'fixture','name':'a'}\n"
		     "{'ev':'span','t':9,'d':90,'kind':'hook','name':'a','count':30}\n"
		     "{'ev':'begin','t':100,'id':9,'kind':'step','name':'s'}\n"
		     "{'ev':'end','t':130,'id':9,'kind':'step','st':'failed'}\n");
	assert_int_equal(m->n_sums, 5);
	assert_int_equal(m->sums[0].n, 31);
	assert_int_equal(m->sums[0].n_bad, 1);
	assert_int_equal(m->sums[0].total_ns, 95);
	assert_int_equal(m->sums[0].max_ns, 5);
	assert_int_equal(m->sums[4].kind, SPAN_STEP);
	assert_int_equal(m->sums[4].total_ns, 30);
	drop(m);
}

static void pytest_phases_are_steps_and_the_rest_of_a_test_is_hooks(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'step_word':'phase','adapter':'pytest'}\n"
		     "{'ev':'begin','t':0,'kind':'test','id':1,'w':0,'name':'t','file':'t.py'}\n"
		     "{'ev':'end','t':100,'id':1,'st':'passed'}\n"
		     "{'ev':'span','t':0,'d':30,'kind':'step','in':1,'name':'setup','file':'t.py','line':1}\n"
		     "{'ev':'span','t':1,'d':25,'kind':'fixture','in':1,'name':'db'}\n"
		     "{'ev':'span','t':30,'d':50,'kind':'step','in':1,'name':'call','file':'t.py','line':1}\n"
		     "{'ev':'span','t':80,'d':10,'kind':'step','in':1,'name':'teardown'}\n");
	assert_int_equal(m->tests[0].steps_ns, 50);
	assert_int_equal(m->tests[0].hooks_ns, 40);
	assert_int_equal(m->n_sums, 4);
	assert_int_equal(m->sums[2].line, 0);
	drop(m);
}

static void what_tests_share_is_told_apart_from_them(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':9,'w':0,'name':'t.py'}\n"
	    "{'ev':'begin','t':10,'kind':'test','id':1,'in':9,'w':0,'name':'t','file':'t.py'}\n"
	    "{'ev':'span','t':10,'d':20,'kind':'fixture','in':2,'w':0,'name':'s','scope':'session'}\n"
	    "{'ev':'span','t':30,'d':40,'kind':'fixture','in':2,'w':0,'name':'m','scope':'module'}\n"
	    "{'ev':'span','t':70,'d':5,'kind':'fixture','in':2,'w':0,'name':'c','scope':'class'}\n"
	    "{'ev':'end','t':100,'id':1,'st':'passed'}\n"
	    "{'ev':'begin','t':100,'kind':'test','id':4,'in':9,'w':0,'name':'u','file':'t.py'}\n"
	    "{'ev':'end','t':110,'id':4,'st':'passed'}\n"
	    "{'ev':'span','t':110,'d':3,'kind':'fixture','w':0,'name':'p','scope':'package'}\n"
	    "{'ev':'end','t':115,'id':9,'st':'passed'}\n");
	assert_int_equal(m->tests[0].dur_ns, 90);
	assert_int_equal(m->tests[0].shared_ns, 60);
	assert_int_equal(m->tests[1].shared_ns, 0);
	assert_int_equal(m->units[0].own_ns, 30 + 10);
	assert_int_equal(m->units[0].once_ns, 20 + 3);
	drop(m);
}

static void parts_of_a_test_never_exceed_it(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'begin','t':0,'kind':'test','id':1,'name':'t','file':'f'}\n"
				   "{'ev':'span','t':0,'d':80,'kind':'hook','in':1,'name':'h'}\n"
				   "{'ev':'span','t':0,'d':70,'kind':'step','in':1,'name':'s'}\n"
				   "{'ev':'end','t':100,'id':1,'st':'passed'}\n"
				   "{'ev':'span','t':0,'d':500,'kind':'step','in':1,'name':'s'}\n");
	assert_int_equal(m->tests[0].steps_ns, 70);
	assert_int_equal(m->tests[0].hooks_ns, 30);
	drop(m);
}

static void a_test_that_passes_after_a_failure_is_flaky(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a.py'}\n"
	    "{'ev':'begin','t':5,'kind':'unit','id':2,'w':1,'name':'b.py'}\n"
	    "{'ev':'begin','t':1,'kind':'test','id':3,'in':1,'w':0,'name':'t','file':'a.py'}\n"
	    "{'ev':'output','id':3,'text':'bad output','t':2}\n"
	    "{'ev':'end','t':10,'id':3,'st':'failed','msg':'boom'}\n"
	    "{'ev':'end','t':20,'id':1,'st':'failed'}\n"
	    "{'ev':'end','t':30,'id':2,'st':'passed'}\n"
	    "{'ev':'begin','t':40,'kind':'unit','id':4,'w':1,'name':'a.py','attempt':2}\n"
	    "{'ev':'span','t':41,'d':7,'kind':'test','id':5,'in':4,'w':1,'name':'t','file':'a.py','st':'passed'}\n"
	    "{'ev':'end','t':60,'id':4,'st':'passed'}\n"
	    "{'ev':'done','t':70,'st':'passed'}\n");
	assert_int_equal(m->n_tests, 1);
	assert_int_equal(m->tests[0].attempts, 2);
	assert_int_equal(m->tests[0].attempts_bad, 1);
	assert_true(m->tests[0].flaky);
	assert_true(m->tests[0].passed_alone);
	assert_int_equal(m->tests[0].status, STATUS_PASSED);
	assert_int_equal(m->tests[0].dur_ns, 7);
	assert_int_equal(m->tests[0].worker, 1);
	assert_str(m->tests[0].told->message, "boom");
	assert_str(m->tests[0].told->output, "bad output");
	assert_int_equal(m->counts.flaky, 1);
	assert_int_equal(m->counts.passed, 1);
	assert_int_equal(m->counts.units, 2);
	assert_int_equal(m->n_units, 3);
	assert_int_equal(m->suites[0].n_flaky, 1);
	assert_int_equal(m->suites[0].n_bad, 0);
	size_t n;
	model_bad_tests(m, &n);
	assert_int_equal(n, 0);
	model_bad_units(m, &n);
	assert_int_equal(n, 0);
	drop(m);
}

static void properties_are_those_of_the_last_attempt(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a.py'}\n"
	    "{'ev':'begin','t':1,'kind':'test','id':3,'in':1,'w':0,'name':'t','file':'a.py'}\n"
	    "{'ev':'end','t':10,'id':3,'st':'failed','msg':'boom','property.old':'1'}\n"
	    "{'ev':'span','t':12,'d':1,'kind':'test','id':4,'in':1,'w':0,'name':'u','file':'a.py','st':'passed'}\n"
	    "{'ev':'end','t':20,'id':1,'st':'failed'}\n"
	    "{'ev':'begin','t':40,'kind':'unit','id':5,'w':1,'name':'a.py','attempt':2}\n"
	    "{'ev':'span','t':41,'d':7,'kind':'test','id':6,'in':5,'w':1,'name':'t','file':'a.py','st':'passed',"
	    "'property.k':'v1','property.k':'v2','property':'no','property.n':7}\n"
	    "{'ev':'end','t':60,'id':5,'st':'passed'}\n"
	    "{'ev':'done','t':70,'st':'passed'}\n");
	assert_int_equal(m->tests[1].properties, 0);
	assert_int_not_equal(m->tests[0].properties, 0);
	const struct model_property *p = &m->properties[m->tests[0].properties - 1];
	assert_str(p->name, "k");
	assert_str(p->value, "v1");
	p = &m->properties[p->next - 1];
	assert_str(p->name, "k");
	assert_str(p->value, "v2");
	assert_int_equal(p->next, 0);
	drop(m);
}

static void a_retry_of_one_test_of_a_file_is_an_attempt_of_it(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'name':'a.py'}\n"
	    "{'ev':'span','t':1,'kind':'test','in':1,'name':'t','file':'a.py','st':'failed','msg':'x'}\n"
	    "{'ev':'span','t':2,'kind':'test','in':1,'name':'u','file':'a.py','st':'passed'}\n"
	    "{'ev':'end','t':20,'id':1,'st':'failed'}\n"
	    "{'ev':'begin','t':40,'kind':'unit','id':4,'name':'a.py::t','attempt':2}\n"
	    "{'ev':'span','t':41,'kind':'test','in':4,'name':'t','file':'a.py','st':'failed','msg':'y'}\n"
	    "{'ev':'end','t':60,'id':4,'st':'failed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[0].attempts, 2);
	assert_int_equal(m->tests[0].attempts_bad, 2);
	assert_false(m->tests[0].flaky);
	assert_str(m->tests[0].told->message, "y");
	assert_int_equal(m->tests[1].attempts, 1);
	drop(m);
}

static void a_framework_that_retries_by_itself_counts_too(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'name':'a.py'}\n"
	    "{'ev':'span','t':1,'kind':'test','in':1,'name':'t','file':'a.py','st':'failed','attempt':1}\n"
	    "{'ev':'span','t':2,'kind':'test','in':1,'name':'t','file':'a.py','st':'passed','attempt':2}\n");
	assert_int_equal(m->n_tests, 1);
	assert_true(m->tests[0].flaky);
	drop(m);
}

static void two_tests_of_one_name_in_one_unit_stay_two(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'name':'a.py'}\n"
	    "{'ev':'span','t':1,'kind':'test','in':1,'name':'t','file':'a.py','st':'failed'}\n"
	    "{'ev':'span','t':2,'kind':'test','in':1,'name':'t','file':'a.py','st':'passed'}\n"
	    "{'ev':'span','t':3,'kind':'test','in':1,'name':'t','file':'a.py','st':'skipped','msg':'no'}\n"
	    "{'ev':'end','t':9,'id':1,'st':'failed'}\n"
	    "{'ev':'begin','t':10,'kind':'unit','id':2,'name':'a.py','attempt':2}\n"
	    "{'ev':'span','t':11,'kind':'test','in':2,'name':'t','file':'a.py','st':'passed'}\n"
	    "{'ev':'span','t':12,'kind':'test','in':2,'name':'t','file':'a.py','st':'failed'}\n"
	    "{'ev':'span','t':13,'kind':'test','in':2,'name':'t','file':'a.py','st':'skipped','msg':'no'}\n"
	    "{'ev':'end','t':20,'id':2,'st':'failed'}\n");
	assert_int_equal(m->n_tests, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(m->tests[i].attempts, 2);
	assert_true(m->tests[0].flaky);
	assert_int_equal(m->tests[1].status, STATUS_FAILED);
	assert_int_equal(m->tests[2].status, STATUS_SKIPPED);
	assert_str(m->tests[2].told->message, "no");
	drop(m);
}

static void many_tests_of_one_name_each_have_their_retry(void **state)
{
	(void)state;
	struct model m;
	model_init(&m);
	for (uint32_t attempt = 1; attempt <= 2; attempt++) {
		struct event unit = {.type = EVENT_BEGIN,
				     .kind = SPAN_UNIT,
				     .id = attempt,
				     .worker = -1,
				     .attempt = attempt,
				     .name = STR("u")};
		sink_put(&m.sink, &unit);
		for (int64_t i = 0; i < 300; i++) {
			struct event test = {.type = EVENT_SPAN,
					     .kind = SPAN_TEST,
					     .parent = attempt,
					     .worker = -1,
					     .status = STATUS_PASSED,
					     .dur_ns = i,
					     .name = STR("same")};
			sink_put(&m.sink, &test);
		}
	}
	model_finish(&m);
	assert_int_equal(m.n_tests, 300);
	for (int64_t i = 0; i < 300; i++) {
		assert_int_equal(m.tests[i].attempts, 2);
		assert_int_equal(m.tests[i].dur_ns, i);
	}
	model_free(&m);
}

static void who_failed_alone_has_no_neighbours_to_blame(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'span','t':0,'d':5,'kind':'unit','id':1,'name':'a.py','st':'failed'}\n"
	    "{'ev':'span','t':1,'kind':'test','in':1,'name':'t','file':'a.py','st':'failed'}\n"
	    "{'ev':'span','t':9,'d':5,'kind':'unit','id':2,'name':'a.py','attempt':2,'st':'passed'}\n"
	    "{'ev':'span','t':9,'kind':'test','in':2,'name':'t','file':'a.py','st':'passed'}\n");
	assert_true(m->tests[0].flaky);
	assert_false(m->tests[0].passed_alone);
	drop(m);
}

static void units_that_overlap_on_a_worker_keep_it_busy_once(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'span','t':0,'d':1000,'kind':'worker','w':0}\n"
				   "{'ev':'span','t':100,'d':300,'kind':'unit','w':0,'name':'a'}\n"
				   "{'ev':'span','t':200,'d':100,'kind':'unit','w':0,'name':'b'}\n"
				   "{'ev':'span','t':350,'d':100,'kind':'unit','w':0,'name':'c'}\n");
	assert_int_equal(m->all_workers[0].busy_ns, 350);
	assert_int_equal(m->all_workers[0].idle_ns, 650);
	drop(m);
}

static void tests_of_one_name_in_several_units_find_their_own_retry(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'begin','t':0,'kind':'unit','id':1,'name':'a.sh'}\n"
		     "{'ev':'begin','t':0,'kind':'unit','id':2,'name':'b.sh'}\n"
		     "{'ev':'span','t':1,'kind':'test','in':1,'name':'works','st':'passed'}\n"
		     "{'ev':'span','t':2,'kind':'test','in':2,'name':'works','st':'failed'}\n"
		     "{'ev':'end','t':9,'id':1,'st':'passed'}\n"
		     "{'ev':'end','t':9,'id':2,'st':'failed'}\n"
		     "{'ev':'begin','t':10,'kind':'unit','id':3,'name':'b.sh','attempt':2}\n"
		     "{'ev':'span','t':11,'kind':'test','in':3,'name':'works','st':'passed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[0].attempts, 1);
	assert_int_equal(m->tests[1].attempts, 2);
	assert_true(m->tests[1].flaky);
	assert_int_equal(m->n_suites, 2);
	assert_str(m->suites[1].name, "b.sh");
	drop(m);
}

static void tests_of_one_name_and_different_keys_are_two_in_whatever_part(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a.feature'}\n"
	    "{'ev':'span','t':1,'kind':'test','in':1,'name':'s','file':'a.feature','key':'a.feature:7','st':'failed'}\n"
	    "{'ev':'end','t':2,'id':1,'st':'failed'}\n"
	    "{'ev':'begin','t':0,'kind':'unit','id':2,'w':1,'name':'a.feature'}\n"
	    "{'ev':'span','t':3,'kind':'test','in':2,'name':'s','file':'a.feature','key':'a.feature:3','st':'passed'}\n"
	    "{'ev':'end','t':4,'id':2,'st':'passed'}\n"
	    "{'ev':'begin','t':5,'kind':'unit','id':3,'w':1,'name':'a.feature','attempt':2}\n"
	    "{'ev':'span','t':6,'kind':'test','in':3,'name':'s','file':'a.feature','key':'a.feature:7','st':'failed'}\n"
	    "{'ev':'end','t':7,'id':3,'st':'failed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[0].attempts, 2);
	assert_int_equal(m->tests[0].status, STATUS_FAILED);
	assert_int_equal(m->tests[1].attempts, 1);
	assert_int_equal(m->tests[1].status, STATUS_PASSED);
	drop(m);
}

static void an_early_attempt_told_late_does_not_decide(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'name':'a.py'}\n"
	    "{'ev':'begin','t':9,'kind':'unit','id':2,'name':'a.py','attempt':2}\n"
	    "{'ev':'span','t':10,'d':1,'kind':'test','in':2,'name':'t','file':'a.py','st':'passed'}\n"
	    "{'ev':'span','t':1,'d':5,'kind':'test','in':1,'name':'t','file':'a.py','st':'failed','msg':'m'}\n");
	assert_int_equal(m->n_tests, 1);
	assert_int_equal(m->tests[0].attempts, 2);
	assert_int_equal(m->tests[0].status, STATUS_PASSED);
	assert_int_equal(m->tests[0].dur_ns, 1);
	assert_true(m->tests[0].flaky);
	drop(m);
}

static void a_crash_names_the_test_that_was_running(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a.py'}\n"
	    "{'ev':'begin','t':1,'kind':'suite','id':2,'in':1,'w':0,'name':'a.py','file':'a.py'}\n"
	    "{'ev':'span','t':2,'d':3,'kind':'test','in':2,'w':0,'name':'fine','file':'a.py','st':'passed'}\n"
	    "{'ev':'begin','t':6,'kind':'test','id':3,'in':2,'w':0,'name':'victim','file':'a.py'}\n"
	    "{'ev':'begin','t':7,'kind':'step','id':4,'in':3,'w':0,'name':'call'}\n"
	    "{'ev':'output','id':1,'text':'last words','t':8}\n"
	    "{'ev':'end','t':20,'id':1,'st':'crashed','msg':'killed by signal 11'}\n"
	    "{'ev':'end','t':21,'id':3,'st':'passed'}\n"
	    "{'ev':'done','t':100,'st':'failed','exit':1}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[1].status, STATUS_CRASHED);
	assert_str(m->tests[1].told->message, "killed by signal 11");
	assert_int_equal(m->tests[1].dur_ns, 14);
	assert_int_equal(m->counts.crashed, 1);
	assert_int_equal(m->suites[0].end_ns, 20);
	assert_str(m->units[0].output, "last words");
	assert_int_equal(m->units[0].n_bad, 1);
	assert_int_equal(m->verdict, STATUS_FAILED);
	assert_int_equal(m->exit_code, 1);
	size_t n;
	model_bad_units(m, &n);
	assert_int_equal(n, 0);
	assert_int_equal(*model_bad_tests(m, &n), 1);
	assert_int_equal(n, 1);
	drop(m);
}

static void a_test_still_open_when_its_unit_ended_well_is_unfinished(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a.py'}\n"
		     "{'ev':'begin','t':6,'kind':'test','id':3,'in':1,'w':0,'name':'x','file':'a.py'}\n"
		     "{'ev':'begin','t':6,'kind':'test','id':4,'in':1,'w':0,'name':'y','file':'a.py'}\n"
		     "{'ev':'end','t':20,'id':1,'st':'passed'}\n"
		     "{'ev':'end','t':19,'id':4,'st':'passed'}\n"
		     "{'ev':'done','t':100,'st':'passed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[0].status, STATUS_PASSED);
	assert_int_equal(m->tests[1].status, STATUS_UNFINISHED);
	assert_int_equal(m->tests[1].dur_ns, 14);
	assert_int_equal(m->counts.unfinished, 1);
	drop(m);
}

static void a_record_that_was_cut_short_is_still_true(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'workers':2}\n"
		     "{'ev':'begin','t':5,'kind':'worker','id':9,'w':0}\n"
		     "{'ev':'begin','t':10,'kind':'unit','id':1,'in':9,'w':0,'name':'a'}\n"
		     "{'ev':'begin','t':12,'kind':'suite','id':2,'in':1,'w':0,'name':'S','file':'a'}\n"
		     "{'ev':'begin','t':15,'kind':'test','id':3,'in':2,'w':0,'name':'x','file':'a'}\n"
		     "{'ev':'span','t':16,'d':44,'kind':'step','in':3,'w':0,'name':'s'}\n");
	assert_false(m->done);
	assert_int_equal(m->verdict, STATUS_UNFINISHED);
	assert_int_equal(m->wall_ns, 60);
	assert_int_equal(m->tests[0].status, STATUS_UNFINISHED);
	assert_int_equal(m->tests[0].dur_ns, 45);
	assert_int_equal(m->tests[0].steps_ns, 44);
	assert_int_equal(m->units[0].status, STATUS_UNFINISHED);
	assert_int_equal(m->units[0].dur_ns, 50);
	assert_int_equal(m->all_workers[0].end_ns, 60);
	assert_int_equal(m->suites[0].outside_ns, 3);
	drop(m);
}

static void a_bad_unit_without_a_bad_test_is_shown(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'span','t':0,'d':5,'kind':'unit','id':1,'name':'c','st':'error','msg':'no import'}\n"
	    "{'ev':'span','t':0,'d':5,'kind':'unit','id':2,'name':'b','st':'crashed'}\n"
	    "{'ev':'span','t':9,'d':5,'kind':'unit','id':3,'name':'b','attempt':2,'st':'passed'}\n"
	    "{'ev':'span','t':9,'d':5,'kind':'unit','id':4,'name':'a','st':'passed'}\n"
	    "{'ev':'span','t':9,'d':5,'kind':'unit','id':5,'name':'A','st':'timeout'}\n"
	    /* another part of it */
	    "{'ev':'span','t':15,'d':5,'kind':'unit','id':6,'name':'A','st':'passed'}\n"
	    "{'ev':'done','t':30}\n");
	size_t n;
	uint32_t *bad = model_bad_units(m, &n);
	assert_int_equal(n, 2);
	assert_str(m->units[bad[0]].name, "A");
	assert_str(m->units[bad[1]].name, "c");
	assert_str(m->units[bad[1]].message, "no import");
	assert_int_equal(m->counts.units, 4);
	assert_int_equal(m->verdict, STATUS_FAILED);
	drop(m);
}

static void rows_of_several_workers_mix_freely(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a'}\n"
				   "{'ev':'begin','t':0,'kind':'unit','id':2,'w':1,'name':'b'}\n"
				   "{'ev':'begin','t':5,'kind':'test','id':3,'w':1,'name':'y','file':'b'}\n"
				   "{'ev':'begin','t':4,'kind':'test','id':4,'w':0,'name':'x','file':'a'}\n"
				   "{'ev':'end','t':9,'id':4,'st':'passed'}\n"
				   "{'ev':'end','t':7,'id':3,'st':'failed'}\n"
				   "{'ev':'end','t':11,'id':2,'st':'failed'}\n"
				   "{'ev':'end','t':10,'id':1,'st':'passed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->tests[0].unit, 0);
	assert_int_equal(m->tests[1].unit, 1);
	assert_int_equal(m->tests[1].dur_ns, 2);
	assert_int_equal(m->units[0].n_tests, 1);
	assert_false(m->units[0].alone);
	assert_false(m->units[1].alone);
	/* nobody told of suites: what a unit spends outside of tests belongs to its file */
	assert_int_equal(m->suites[0].outside_ns, 5);
	drop(m);
}

static void subtests_are_tests_but_their_time_counts_once(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'pkg'}\n"
	    "{'ev':'begin','t':0,'kind':'suite','id':2,'in':1,'w':0,'name':'pkg'}\n"
	    "{'ev':'begin','t':10,'kind':'test','id':3,'in':2,'w':0,'name':'TestA','file':'pkg'}\n"
	    "{'ev':'span','t':11,'d':50,'kind':'test','id':4,'in':3,'w':0,'name':'TestA/x','file':'pkg','st':'passed'}\n"
	    "{'ev':'end','t':70,'id':3,'st':'passed'}\n"
	    "{'ev':'end','t':100,'id':2,'st':'passed'}\n"
	    "{'ev':'end','t':100,'id':1,'st':'passed'}\n");
	assert_int_equal(m->n_tests, 2);
	assert_int_equal(m->suites[0].tests_ns, 60);
	assert_int_equal(m->suites[0].outside_ns, 40);
	assert_int_equal(m->tests[0].suite, 0);
	assert_int_equal(m->tests[1].suite, 0);
	drop(m);
	m = model_of("{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'pkg'}\n"
		     "{'ev':'begin','t':10,'kind':'test','id':3,'in':1,'w':0,'name':'TestA','file':'pkg'}\n"
		     "{'ev':'span','t':11,'d':50,'kind':'test','in':3,'w':0,'name':'TestA/x','file':'pkg'}\n"
		     "{'ev':'end','t':70,'id':3,'st':'passed'}\n"
		     "{'ev':'end','t':100,'id':1,'st':'passed'}\n");
	assert_int_equal(m->suites[0].tests_ns, 60);
	assert_int_equal(m->suites[0].outside_ns, 40);
	drop(m);
}

static void tests_beside_each_other_share_the_time_of_their_suite(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'begin','t':0,'kind':'suite','id':2,'w':0,'name':'pkg'}\n"
	    "{'ev':'span','t':10,'d':80,'kind':'test','id':3,'in':2,'w':0,'name':'TestA','file':'pkg','st':'passed'}\n"
	    "{'ev':'span','t':10,'d':70,'kind':'test','id':4,'in':2,'w':0,'name':'TestB','file':'pkg','st':'passed'}\n"
	    "{'ev':'end','t':100,'id':2,'st':'passed'}\n");
	assert_int_equal(m->n_suites, 1);
	assert_int_equal(m->suites[0].tests_ns, 100);
	assert_int_equal(m->suites[0].outside_ns, 0);
	drop(m);
}

static void the_gap_adds_up(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'workers':2}\n"
		     "{'ev':'span','t':0,'d':90,'kind':'phase','name':'discover'}\n"
		     "{'ev':'span','t':100,'d':900,'kind':'worker','w':0}\n"
		     "{'ev':'span','t':110,'d':880,'kind':'worker','w':1}\n"
		     "{'ev':'span','t':150,'d':400,'kind':'unit','w':0,'name':'a','lock':'db'}\n"
		     "{'ev':'span','t':160,'d':100,'kind':'unit','w':1,'name':'b'}\n"
		     "{'ev':'span','t':560,'d':300,'kind':'unit','w':1,'name':'c','lock':'port, db'}\n"
		     "{'ev':'done','t':1000,'st':'passed'}\n");
	struct model_gap *g = &m->gap;
	assert_int_equal(g->sum_ns, 800);
	assert_int_equal(g->longest_ns, 400);
	assert_str(g->longest, "a");
	assert_int_equal(g->chain_ns, 700);
	assert_str(g->chain, "db");
	assert_int_equal(g->bound_ns, 700);
	assert_int_equal(g->before_ns, 100);
	assert_int_equal(g->startup_ns, 50);
	assert_int_equal(g->queue_ns, 10);
	assert_int_equal(g->teardown_ns, 140);
	drop(m);
}

static void a_unit_that_was_cut_short_says_why_for_its_tests(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'begin','t':0,'kind':'unit','id':1,'w':0,'name':'a'}\n"
				   "{'ev':'begin','t':1,'kind':'test','id':2,'in':1,'w':0,'name':'t'}\n"
				   "{'ev':'end','t':9,'id':1,'st':'unfinished','msg':'the time was up'}\n");
	assert_int_equal(m->tests[0].status, STATUS_UNFINISHED);
	assert_str(m->tests[0].told->message, "the time was up");
	assert_int_equal(m->tests[0].dur_ns, 8);
	drop(m);
}

static void several_locks_and_slots_count_in_the_bound_and_the_simulation(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'workers':2}\n"
		     "{'ev':'span','t':0,'d':400,'kind':'unit','w':0,'name':'a','lock':'port,db'}\n"
		     "{'ev':'span','t':400,'d':300,'kind':'unit','w':1,'name':'b','lock':'db, db'}\n"
		     "{'ev':'span','t':700,'d':200,'kind':'unit','w':1,'name':'c','lock':'port'}\n"
		     "{'ev':'span','t':900,'d':500,'kind':'unit','w':1,'name':'d','slots':2}\n"
		     "{'ev':'span','t':1400,'d':50,'kind':'unit','w':1,'name':'e','alone':1}\n"
		     "{'ev':'done','t':1450,'st':'passed'}\n");
	assert_int_equal(m->gap.sum_ns, 1950);
	assert_int_equal(m->gap.chain_ns, 700);
	assert_str(m->gap.chain, "db");
	assert_int_equal(m->gap.bound_ns, 975);
	assert_int_equal(m->what_if[0].wall_ns, 1450);
	assert_int_equal(m->what_if[1].wall_ns, 500 + 700 + 50); /* b and c may run at once */
	assert_int_equal(m->what_if[2].wall_ns, 700 + 50);       /* four workers: d beside the others */
	assert_false(m->units[0].slots != 1 || m->units[3].slots != 2);
	drop(m);
}

static void assert_gap_adds_up(const struct model *m)
{
	const struct model_gap *g = &m->gap;
	assert_true(g->before_ns >= 0 && g->startup_ns >= 0 && g->queue_ns >= 0 && g->teardown_ns >= 0);
	assert_true(g->bound_ns >= 0);
	assert_int_equal(g->before_ns + g->startup_ns + g->queue_ns + g->teardown_ns,
			 m->wall_ns - g->bound_ns);
}

static void the_gap_adds_up_for_nonsense_too(void **state)
{
	(void)state;
	const char *rows[] = {
	    "",
	    "{'ev':'done','t':500}\n",
	    "{'ev':'span','t':600,'d':900,'kind':'unit','w':0,'name':'a'}\n{'ev':'done','t':500}\n",
	    "{'ev':'span','t':4611686018427387904,'d':4611686018427387904,'kind':'unit','w':0,'name':'a'}\n",
	    ("{'ev':'span','t':0,'d':90,'kind':'unit','w':0,'name':'a'}\n"
	     "{'ev':'span','t':0,'d':90,'kind':'unit','w':0,'name':'b'}\n{'ev':'done','t':90}\n"),
	    "{'ev':'span','t':0,'d':90,'kind':'worker','w':0}\n{'ev':'done','t':50}\n",
	    "{'ev':'run','t':0,'workers':4294967295}\n{'ev':'span','t':9,'d':90,'kind':'unit','w':0,'name':'a'}\n",
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct model *m = model_of(rows[i]);
		assert_gap_adds_up(m);
		drop(m);
	}
}

static void what_if_simulates_the_same_units(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'workers':3}\n"
	    "{'ev':'span','t':100,'d':900,'kind':'worker','w':0}\n"
	    "{'ev':'span','t':100,'d':50,'kind':'phase','w':0,'name':'startup'}\n"
	    "{'ev':'span','t':150,'d':400,'kind':'unit','w':0,'name':'a','st':'failed'}\n"
	    "{'ev':'span','t':550,'d':200,'kind':'unit','w':0,'name':'a','attempt':2,'st':'passed'}\n"
	    "{'ev':'span','t':750,'d':200,'kind':'unit','w':0,'name':'b','st':'passed'}\n"
	    "{'ev':'done','t':1000,'st':'passed'}\n");
	uint32_t workers[] = {1, 2, 3, 4, 8, 16, 32};
	int64_t wall[] = {1000, 600, 600, 600, 600, 600, 600};
	assert_int_equal(m->n_what_if, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(m->what_if[i].workers, workers[i]);
		assert_int_equal(m->what_if[i].wall_ns, wall[i]);
	}
	drop(m);
	m = model_of(
	    "{'ev':'run','t':0,'workers':48}\n{'ev':'span','t':0,'d':4,'kind':'unit','w':0,'name':'a'}\n");
	assert_int_equal(m->n_what_if, 7);
	assert_int_equal(m->what_if[6].workers, 48);
	drop(m);
}

static void the_slowest_come_first_and_ties_go_by_name(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'span','t':0,'d':5,'kind':'test','name':'b','file':'1'}\n"
				   "{'ev':'span','t':0,'d':9,'kind':'test','name':'c','file':'2'}\n"
				   "{'ev':'span','t':0,'d':5,'kind':'test','name':'a','file':'2'}\n"
				   "{'ev':'span','t':0,'d':5,'kind':'test','name':'a','file':'1'}\n"
				   "{'ev':'span','t':0,'d':1,'kind':'test','name':'z','file':'3'}\n");
	size_t n;
	uint32_t *at = model_slowest_tests(m, 4, &n);
	uint32_t want[] = {1, 3, 2, 0};
	assert_int_equal(n, 4);
	assert_memory_equal(at, want, sizeof(want));
	model_slowest_tests(m, 100, &n);
	assert_int_equal(n, 5);
	model_slowest_tests(m, 0, &n);
	assert_int_equal(n, 0);
	at = model_slowest_suites(m, 2, &n);
	assert_int_equal(n, 2);
	assert_str(m->suites[at[0]].name, "2");
	assert_str(m->suites[at[1]].name, "1");
	drop(m);
}

static void bad_tests_come_in_the_order_of_their_places(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'span','t':0,'kind':'test','name':'d','file':'2','line':1,'st':'failed'}\n"
		     "{'ev':'span','t':0,'kind':'test','name':'c','file':'1','line':7,'st':'error'}\n"
		     "{'ev':'span','t':0,'kind':'test','name':'b','file':'1','line':3,'st':'timeout'}\n"
		     "{'ev':'span','t':0,'kind':'test','name':'a','file':'1','line':7,'st':'crashed'}\n"
		     "{'ev':'span','t':0,'kind':'test','name':'e','file':'1','line':7,'st':'unfinished'}\n");
	size_t n;
	uint32_t *at = model_bad_tests(m, &n);
	uint32_t want[] = {2, 3, 1, 0};
	assert_int_equal(n, 4);
	assert_memory_equal(at, want, sizeof(want));
	drop(m);
}

static void a_key_that_ends_in_the_name_is_kept_once(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'span','t':0,'kind':'test','name':'test_x','file':'a.py','key':'a.py::test_x'}\n"
		     "{'ev':'begin','t':0,'id':1,'kind':'test','name':'y'}\n"
		     "{'ev':'end','t':0,'id':1,'st':'passed','file':'b.py','key':'b.py::y','line':5}\n");
	assert_str(m->tests[0].name, "test_x");
	assert_str(m->tests[0].key, "a.py::test_x");
	assert_ptr_equal(m->tests[0].name.at, m->tests[0].key.at + 6);
	assert_str(m->tests[1].name, "y");
	assert_str(m->tests[1].file, "b.py");
	assert_str(m->tests[1].key, "b.py::y");
	assert_int_equal(m->tests[1].line, 5);
	drop(m);
}

static void notes_are_kept_and_empty_ones_are_not(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'note','t':1,'name':'leak','msg':'a process was left'}\n"
				   "{'ev':'note','t':1,'name':'outfile','path':'x'}\n");
	assert_int_equal(m->n_notes, 1);
	assert_str(m->notes[0].name, "leak");
	assert_str(m->notes[0].text, "a process was left");
	drop(m);
}

static void an_interrupted_run_says_so(void **state)
{
	(void)state;
	struct model *m = model_of("{'ev':'done','t':5,'st':'unfinished','exit':130}\n");
	assert_true(m->interrupted);
	assert_int_equal(m->verdict, STATUS_UNFINISHED);
	drop(m);
}

static void rows_that_make_no_sense_do_no_harm(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'end','t':5,'id':77,'st':'passed'}\n"
	    "{'ev':'end','t':50,'d':20,'id':78,'kind':'test','name':'late','file':'f','st':'failed'}\n"
	    "{'ev':'end','t':51,'id':78,'kind':'test','name':'late','file':'f','st':'passed'}\n"
	    "{'ev':'begin','t':5,'id':1,'kind':'test','name':'x','file':'f'}\n"
	    "{'ev':'begin','t':6,'id':1,'kind':'unit','name':'again'}\n"
	    "{'ev':'span','t':6,'id':1,'kind':'suite','name':'again'}\n"
	    "{'ev':'end','t':7,'id':1,'kind':'unit','st':'passed'}\n"
	    "{'ev':'end','t':2,'id':1,'st':'passed'}\n"
	    "{'ev':'begin','t':8,'id':1,'kind':'test','name':'reused','file':'f'}\n"
	    "{'ev':'end','t':9,'id':1,'kind':'test','st':'passed'}\n"
	    "{'ev':'begin','t':8,'kind':'test','name':'no id'}\n"
	    "{'ev':'begin','t':8,'id':2,'name':'no kind'}\n"
	    "{'ev':'begin','t':8,'id':3,'in':3,'kind':'suite'}\n"
	    "{'ev':'begin','t':8,'id':4,'in':3,'kind':'phase','name':'p'}\n"
	    "{'ev':'output','t':8,'id':5,'text':'of nobody'}\n"
	    "{'ev':'what','t':8}\n"
	    "{'ev':'span','t':8,'kind':'what','name':'x'}\n"
	    "{'ev':'span','t':8,'kind':'worker'}\n"
	    "{'ev':'begin','t':9,'id':6,'kind':'unit','unit':3}\n"
	    "{'ev':'run','t':9,'command':'first'}\n"
	    "{'ev':'run','t':9,'command':'second'}\n");
	assert_int_equal(m->n_tests, 3);
	assert_str(m->tests[0].name, "late");
	assert_int_equal(m->tests[0].start_ns, 30);
	assert_int_equal(m->tests[0].status, STATUS_FAILED);
	assert_str(m->tests[1].name, "x");
	assert_int_equal(m->tests[1].dur_ns, 0);
	assert_str(m->tests[2].name, "reused");
	assert_int_equal(m->n_units, 1);
	assert_str(m->units[0].name, "unit 3");
	assert_str(m->command, "first");
	assert_int_equal(m->n_suites, 1);
	assert_gap_adds_up(m);
	drop(m);
}

static void absurd_counts_stay_small(void **state)
{
	(void)state;
	struct model m;
	char name[64];
	struct buf huge = {0};
	for (size_t i = 0; i < 200000; i++)
		buf_char(&huge, 'x');
	model_init(&m);
	for (uint64_t i = 1; i <= 200000; i++) {
		int n = snprintf(name, sizeof(name), "step %llu", (unsigned long long)i);
		struct event step = {
		    .type = EVENT_SPAN, .kind = SPAN_STEP, .worker = (int32_t)i, .name = {name, (size_t)n}};
		struct event open = {
		    .type = EVENT_BEGIN, .kind = SPAN_TEST, .id = i, .worker = -1, .name = STR("same")};
		struct event phase = {.type = EVENT_SPAN, .kind = SPAN_PHASE, .worker = -1, .name = STR("p")};
		sink_put(&m.sink, &step);
		sink_put(&m.sink, &open);
		sink_put(&m.sink, &phase);
	}
	for (uint64_t i = 1; i <= 2000; i++) {
		struct event out = {.type = EVENT_OUTPUT, .id = i, .worker = -1, .text = buf_view(&huge)};
		struct event note = {.type = EVENT_NOTE, .worker = -1, .message = buf_view(&huge)};
		struct event end = {.type = EVENT_END,
				    .id = i,
				    .worker = -1,
				    .status = STATUS_FAILED,
				    .message = buf_view(&huge)};
		sink_put(&m.sink, &out);
		sink_put(&m.sink, &out);
		sink_put(&m.sink, &note);
		sink_put(&m.sink, &end);
	}
	model_finish(&m);
	assert_int_equal(m.n_tests, 65536);
	assert_int_equal(m.tests[0].told->output.n, 65536);
	assert_int_equal(m.tests[1999].told->output.n, 0);
	assert_int_equal(m.tests[1999].told->message.n, 512);
	assert_in_range(m.n_sums, 20000, 20001);
	assert_in_range(m.n_workers, 1, 4096);
	assert_in_range(m.n_phases, 1, 10000);
	assert_in_range(m.n_notes, 1, 1001);
	assert_in_range(m.arena.total_bytes, 1, 80 << 20);
	uint64_t n = 0;
	for (size_t i = 0; i < m.n_sums; i++)
		n += m.sums[i].n;
	assert_int_equal(n, 200000);
	model_free(&m);
	buf_free(&huge);
}

/* Random rows, most of them wrong in some way: nothing may break, and what must hold holds. */
static void random_rows_never_break_it(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct model m;
		char name[16];
		uint32_t n_tests = 0;
		srand(round);
		model_init(&m);
		for (int i = 0; i < 400; i++) {
			int n = snprintf(name, sizeof(name), "n%d", rand() % 12);
			struct event ev = {.type = (enum event_type)(rand() % (EVENT_TYPES - 1)),
					   .kind = (enum span_kind)(rand() % SPAN_KINDS),
					   .status = (enum status)(rand() % STATUS_KINDS),
					   .worker = rand() % 5 - 1,
					   .attempt = (uint32_t)(rand() % 3),
					   .line = (uint32_t)(rand() % 3),
					   .id = (uint64_t)(rand() % 40),
					   .parent = (uint64_t)(rand() % 40),
					   .time_ns = rand() % 1000 - 10,
					   .dur_ns = rand() % 300 - 10,
					   .name = {name, (size_t)(rand() % 2 ? n : 0)},
					   .file = {name, (size_t)(rand() % 2)},
					   .key = {name, (size_t)(rand() % 2)},
					   .message = STR("m"),
					   .text = STR("t")};
			sink_put(&m.sink, &ev);
		}
		model_finish(&m);
		model_finish(&m);
		struct model_counts c = m.counts;
		assert_int_equal(c.passed + c.failed + c.error + c.crashed + c.timeout + c.skipped +
				     c.unfinished,
				 m.n_tests);
		for (size_t i = 0; i < m.n_suites; i++)
			n_tests += m.suites[i].n_tests;
		assert_int_equal(n_tests, m.n_tests);
		for (size_t i = 0; i < m.n_tests; i++) {
			const struct model_test *t = &m.tests[i];
			assert_true(t->suite < m.n_suites);
			assert_true(t->unit == MODEL_NONE || t->unit < m.n_units);
			assert_true(t->dur_ns >= 0 && t->steps_ns >= 0 && t->hooks_ns >= 0);
			assert_true(t->steps_ns + t->hooks_ns <= t->dur_ns);
			assert_true(t->attempts_bad <= t->attempts && t->attempts);
		}
		for (size_t i = 0; i < m.n_workers; i++) {
			const struct model_worker *w = &m.all_workers[i];
			assert_true(w->idle_ns >= 0 && w->tail_ns >= 0 && w->tail_ns <= w->idle_ns);
			assert_int_equal(w->startup_ns + w->busy_ns + w->teardown_ns + w->idle_ns,
					 w->end_ns - w->start_ns);
		}
		assert_gap_adds_up(&m);
		model_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_plain_run_reads_as_what_it_was),
	    cmocka_unit_test(a_worker_is_busy_idle_starting_or_ending),
	    cmocka_unit_test(a_worker_that_was_replaced_is_one_worker),
	    cmocka_unit_test(waiting_while_others_still_work_is_the_tail),
	    cmocka_unit_test(the_definition_of_a_step_is_what_it_is_added_up_by),
	    cmocka_unit_test(hooks_and_steps_without_a_place_are_added_up_by_name),
	    cmocka_unit_test(pytest_phases_are_steps_and_the_rest_of_a_test_is_hooks),
	    cmocka_unit_test(what_tests_share_is_told_apart_from_them),
	    cmocka_unit_test(parts_of_a_test_never_exceed_it),
	    cmocka_unit_test(a_test_that_passes_after_a_failure_is_flaky),
	    cmocka_unit_test(properties_are_those_of_the_last_attempt),
	    cmocka_unit_test(a_retry_of_one_test_of_a_file_is_an_attempt_of_it),
	    cmocka_unit_test(a_framework_that_retries_by_itself_counts_too),
	    cmocka_unit_test(two_tests_of_one_name_in_one_unit_stay_two),
	    cmocka_unit_test(many_tests_of_one_name_each_have_their_retry),
	    cmocka_unit_test(who_failed_alone_has_no_neighbours_to_blame),
	    cmocka_unit_test(units_that_overlap_on_a_worker_keep_it_busy_once),
	    cmocka_unit_test(tests_of_one_name_in_several_units_find_their_own_retry),
	    cmocka_unit_test(tests_of_one_name_and_different_keys_are_two_in_whatever_part),
	    cmocka_unit_test(an_early_attempt_told_late_does_not_decide),
	    cmocka_unit_test(a_crash_names_the_test_that_was_running),
	    cmocka_unit_test(a_test_still_open_when_its_unit_ended_well_is_unfinished),
	    cmocka_unit_test(a_record_that_was_cut_short_is_still_true),
	    cmocka_unit_test(a_bad_unit_without_a_bad_test_is_shown),
	    cmocka_unit_test(rows_of_several_workers_mix_freely),
	    cmocka_unit_test(subtests_are_tests_but_their_time_counts_once),
	    cmocka_unit_test(tests_beside_each_other_share_the_time_of_their_suite),
	    cmocka_unit_test(the_gap_adds_up),
	    cmocka_unit_test(the_gap_adds_up_for_nonsense_too),
	    cmocka_unit_test(a_unit_that_was_cut_short_says_why_for_its_tests),
	    cmocka_unit_test(several_locks_and_slots_count_in_the_bound_and_the_simulation),
	    cmocka_unit_test(what_if_simulates_the_same_units),
	    cmocka_unit_test(the_slowest_come_first_and_ties_go_by_name),
	    cmocka_unit_test(bad_tests_come_in_the_order_of_their_places),
	    cmocka_unit_test(a_key_that_ends_in_the_name_is_kept_once),
	    cmocka_unit_test(notes_are_kept_and_empty_ones_are_not),
	    cmocka_unit_test(an_interrupted_run_says_so),
	    cmocka_unit_test(rows_that_make_no_sense_do_no_harm),
	    cmocka_unit_test(absurd_counts_stay_small),
	    cmocka_unit_test(random_rows_never_break_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
