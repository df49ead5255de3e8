#include "analyse/rows_fixture.h"

static void counters_are_added_up_and_values_described(void **state)
{
	(void)state;
	struct model *m =
	    model_of("{'ev':'run','t':0,'workers':1}\n"
		     "{'ev':'value','t':5,'w':0,'name':'rows','what':'value','num':7}\n"
		     "{'ev':'value','t':6,'w':0,'name':'retry','what':'count','num':1}\n"
		     "{'ev':'value','t':7,'w':1,'name':'rows','what':'value','num':2,'real':'1.5'}\n"
		     "{'ev':'value','t':8,'w':1,'name':'retry','what':'count','num':4}\n"
		     "{'ev':'done','t':9,'st':'passed','exit':0}\n");
	assert_int_equal(m->values.n, 2);
	const struct model_value *retry = &m->values.all[0], *rows = &m->values.all[1];
	assert_str(retry->name, "retry");
	assert_true(retry->counter);
	assert_true(retry->total == 5 && retry->n == 2);
	assert_str(rows->name, "rows");
	assert_true(rows->n == 2 && rows->total == 8.5 && rows->least == 1.5 && rows->most == 7 &&
		    rows->last == 1.5);
	drop(m);
}

static void what_is_not_theirs_is_no_value(void **state)
{
	(void)state;
	struct model *m = model_of(
	    "{'ev':'run','t':0,'workers':1}\n"
	    "{'ev':'value','t':5,'w':0,'name':'x','num':7}\n"
	    "{'ev':'value','t':5,'w':0,'what':'count','num':7}\n"
	    "{'ev':'value','t':5,'w':0,'name':'x','what':'other','num':7}\n"
	    "{'ev':'value','t':5,'name':'before','num':700}\n"
	    "{'ev':'value','t':5,'name':'before','what':'value','num':1}\n"
	    "{'ev':'value','t':5,'name':'coverage','branch':1,'statements':10,'covered':9,'branches':4,'taken':3}\n"
	    "{'ev':'value','t':5,'name':'odd','what':'value','num':3,'real':'1e999'}\n"
	    "{'ev':'done','t':9,'st':'passed','exit':0}\n");
	assert_int_equal(m->before_wall_ns, 700);
	assert_true(m->coverage.known && m->coverage.branch && m->coverage.covered == 9);
	assert_int_equal(m->values.n, 2);
	assert_str(m->values.all[0].name, "before");
	assert_true(m->values.all[1].last == 3); /* no number is endless */
	drop(m);
}

static void names_without_end_are_passed_over(void **state)
{
	(void)state;
	struct buf rows = {0};
	buf_text(&rows, "{'ev':'run','t':0,'workers':1}\n");
	for (int i = 0; i < MODEL_MOST_VALUES + 10; i++)
		buf_printf(&rows, "{'ev':'value','t':5,'w':0,'name':'v%d','what':'count','num':1}\n", i);
	buf_add(&rows, "", 1);
	struct model *m = model_of(rows.at);
	assert_int_equal(m->values.n, MODEL_MOST_VALUES);
	assert_int_equal(m->values.n_passed_over, 10);
	drop(m);
	buf_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counters_are_added_up_and_values_described),
	    cmocka_unit_test(what_is_not_theirs_is_no_value),
	    cmocka_unit_test(names_without_end_are_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
