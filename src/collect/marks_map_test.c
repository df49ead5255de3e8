#include "collect/marks_map.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/temp_fixture.h"

static struct temp temp;
static struct marks_map map;
static int writer;
static struct buf said; /* "begin phase a\n" ... */
static uint32_t last_inside;
static int64_t last_num;

static int make(void **state)
{
	(void)state;
	struct err e;
	temp_make(&temp);
	if (marks_map_make(&map, temp_at(&temp, "map"), &e) < 0)
		return -1;
	writer = open(temp.path, O_RDWR | O_CLOEXEC);
	return writer < 0 ? -1 : 0;
}

static int drop(void **state)
{
	(void)state;
	marks_map_close(&map);
	fd_close(&writer);
	buf_free(&said);
	temp_drop(&temp);
	return 0;
}

static void put(uint64_t at, const void *bytes, size_t n)
{
	assert_int_equal(pwrite(writer, bytes, n, (off_t)at), n);
}

static void take_pages_upto(uint64_t page)
{
	put(offsetof(struct marks_head, taken), &page, sizeof(page));
}

static uint32_t name(uint32_t at, const char *text)
{
	struct marks_name n = {.hash = 1, .bytes = (uint32_t)strlen(text)};
	put(at, &n, sizeof(n));
	put(at + sizeof(n), text, n.bytes);
	return at;
}

static void page(uint32_t number, uint32_t pid)
{
	struct stat st;
	struct marks_page p = {.in_use = 1, .pid = pid, .thread = pid};
	if (stat("/proc/self/ns/pid", &st) == 0)
		p.pid_space = st.st_ino;
	put((uint64_t)number * MARKS_PAGE, &p, sizeof(p));
}

static void record(uint32_t number, struct marks_record r)
{
	put((uint64_t)number * sizeof(r), &r, sizeof(r));
}

static void tell(void *to, const struct marks_told *t)
{
	static const char *const kinds[] = {"?", "phase", "scenario", "container", "value", "count", "ready"};
	(void)to;
	buf_printf(&said, "%s %s %.*s", event_type_name(t->type), kinds[t->kind], STR_ARG(t->name));
	if (t->type == EVENT_END)
		buf_printf(&said, " %s", status_name(t->status));
	buf_char(&said, '\n');
	last_inside = t->inside;
	last_num = t->num;
}

static void assert_told(const char *want)
{
	buf_clear(&said);
	buf_text(&said, "");
	marks_map_read(&map, 5000, tell, NULL);
	buf_char(&said, 0);
	assert_string_equal(said.at, want);
}

enum { FIRST = MARKS_FIRST_PAGE * MARKS_A_PAGE, A = MARKS_NAMES_AT, B = A + 32 };

static void start(void)
{
	(void)name(A, "a");
	(void)name(B, "b");
	page(MARKS_FIRST_PAGE, (uint32_t)getpid());
	take_pages_upto(MARKS_FIRST_PAGE + 1);
}

static void an_empty_map_says_nothing(void **state)
{
	(void)state;
	assert_told("");
	take_pages_upto(MARKS_FIRST_PAGE + 5);
	assert_told("");
}

static void a_span_is_told_whole_or_as_begin_and_end(void **state)
{
	(void)state;
	start();
	record(FIRST + 1, (struct marks_record){MARK_OPEN, MARK_PHASE, 0, A, 0, 0, 100, 0});
	record(FIRST + 2, (struct marks_record){MARK_DONE, MARK_SCENARIO, 4, B, FIRST + 1, 0, 110, 120});
	assert_told("begin phase a\nspan scenario b\n");
	assert_int_equal(last_inside, FIRST + 1);
	assert_told("");
	record(FIRST + 1, (struct marks_record){MARK_DONE, MARK_PHASE, 1, A, 0, 0, 100, 200});
	assert_told("end phase a passed\n");
	assert_told("");
}

static void what_holds_others_is_told_around_them(void **state)
{
	(void)state;
	start();
	record(FIRST + 1, (struct marks_record){MARK_DONE, MARK_PHASE, 1, A, 0, 0, 100, 200});
	record(FIRST + 2, (struct marks_record){MARK_DONE, MARK_PHASE, 1, B, FIRST + 1, 0, 100, 200});
	record(FIRST + 3, (struct marks_record){MARK_DONE, MARK_VALUE, 0, B, FIRST + 2, 0, 150, -7});
	assert_told("begin phase a\nbegin phase b\nvalue value b\nend phase b passed\nend phase a passed\n");
}

static void a_number_is_told_as_it_is(void **state)
{
	(void)state;
	start();
	record(FIRST + 1, (struct marks_record){MARK_DONE, MARK_COUNT, 0, A, 0, 0, 100, -7});
	assert_told("value count a\n");
	assert_int_equal(last_num, -7);
}

static void a_page_that_is_told_whole_is_given_back(void **state)
{
	(void)state;
	uint64_t back = 0;
	start();
	for (uint32_t i = 1; i < MARKS_A_PAGE; i++)
		record(FIRST + i, (struct marks_record){MARK_DONE, MARK_COUNT, 0, A, 0, 0, 100 + i, 1});
	marks_map_read(&map, 5000, tell, NULL);
	assert_int_equal(pread(writer, &back, sizeof(back), offsetof(struct marks_head, given_back)), 8);
	assert_int_equal(back, 1);
	uint64_t first = 1;
	assert_int_equal(pread(writer, &first, 8, (off_t)MARKS_FIRST_PAGE * MARKS_PAGE), 8);
	assert_int_equal(first, 0);
	assert_told("");
}

static void what_a_dead_process_left_open_ends_unfinished(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	start();
	page(MARKS_FIRST_PAGE, (uint32_t)pid);
	record(FIRST + 1, (struct marks_record){MARK_OPEN, MARK_PHASE, 0, A, 0, 0, 100, 0});
	record(FIRST + 2, (struct marks_record){MARK_DONE, MARK_PHASE, 1, B, FIRST + 1, 0, 110, 120});
	assert_told("begin phase a\nspan phase b\nend phase a unfinished\n");
	assert_told("");
	assert_int_equal(map.n_pages, 0);
}

static void records_that_cannot_be_are_counted(void **state)
{
	(void)state;
	start();
	const struct marks_record bad[] = {
	    {3, MARK_PHASE, 1, A, 0, 0, 100, 200},          /* no such state */
	    {MARK_DONE, 77, 1, A, 0, 0, 100, 200},          /* no such kind */
	    {MARK_DONE, MARK_PHASE, 99, A, 0, 0, 100, 200}, /* no such status */
	    {MARK_DONE, MARK_PHASE, 1, A, 0, 0, 100, 50},   /* ends before it begins */
	    {MARK_DONE, MARK_PHASE, 1, A, 0, 0, -1, 50},    /* before all time */
	    {MARK_OPEN, MARK_VALUE, 0, A, 0, 0, 100, 50},   /* a number takes no time */
	};
	for (uint32_t i = 0; i < 6; i++)
		record(FIRST + 1 + i, bad[i]);
	assert_told("");
	assert_int_equal(map.bad, 6);
	assert_told("");
	assert_int_equal(map.bad, 6);
}

static void names_that_lead_nowhere_are_empty(void **state)
{
	(void)state;
	start();
	struct marks_name huge = {.hash = 1, .bytes = 100000};
	put(MARKS_NAMES_AT + 512, &huge, sizeof(huge));
	const uint32_t names[] = {
	    0, 1, MARKS_NAMES_AT + 4, MARKS_NAMES_AT + 512, MARKS_RECORDS_AT - 8, UINT32_MAX};
	for (uint32_t i = 0; i < 6; i++)
		record(FIRST + 1 + i,
		       (struct marks_record){MARK_DONE, MARK_COUNT, 0, names[i], 0, 0, 100 + i, 1});
	assert_told("value count \nvalue count \nvalue count \nvalue count \nvalue count \nvalue count \n");
}

static void a_head_that_lies_costs_no_more_than_a_full_map(void **state)
{
	(void)state;
	take_pages_upto(UINT64_MAX);
	assert_told("");
	assert_int_equal(map.n_pages, MARKS_AHEAD);
	take_pages_upto(0);
	assert_told("");
}

static void a_file_that_was_cut_short_says_nothing(void **state)
{
	(void)state;
	start();
	record(FIRST + 1, (struct marks_record){MARK_OPEN, MARK_PHASE, 0, A, 0, 0, 100, 0});
	assert_told("begin phase a\n");
	assert_int_equal(ftruncate(writer, 10), 0);
	assert_told("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_empty_map_says_nothing, make, drop),
	    cmocka_unit_test_setup_teardown(a_span_is_told_whole_or_as_begin_and_end, make, drop),
	    cmocka_unit_test_setup_teardown(what_holds_others_is_told_around_them, make, drop),
	    cmocka_unit_test_setup_teardown(a_number_is_told_as_it_is, make, drop),
	    cmocka_unit_test_setup_teardown(a_page_that_is_told_whole_is_given_back, make, drop),
	    cmocka_unit_test_setup_teardown(what_a_dead_process_left_open_ends_unfinished, make, drop),
	    cmocka_unit_test_setup_teardown(records_that_cannot_be_are_counted, make, drop),
	    cmocka_unit_test_setup_teardown(names_that_lead_nowhere_are_empty, make, drop),
	    cmocka_unit_test_setup_teardown(a_head_that_lies_costs_no_more_than_a_full_map, make, drop),
	    cmocka_unit_test_setup_teardown(a_file_that_was_cut_short_says_nothing, make, drop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
