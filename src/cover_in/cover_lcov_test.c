#include "cover_in/cover_read_test.h"

static void expect(const char *text, const char *expected)
{
	told_expect(str_of(text), expected);
}

static void the_records_of_1_x_are_told_section_by_section(void **state)
{
	(void)state;
	expect(
	    "TN:\nSF:/src/a.c\nFN:3,first\nFN:9,12,second\nFNDA:2,first\nFNDA:0,second\nFNF:2\nFNH:1\n"
	    "BRDA:4,0,0,2\nBRDA:4,0,1,-\nBRF:2\nBRH:1\nDA:3,2\nDA:4,0,checksum\r\nLF:2\nLH:1\nend_of_record\n"
	    "SF:b.rs\nDA:1,5\nend_of_record",
	    "file /src/a.c c\nlines 3:2 4:0\nbranches 4.0.0:2 4.0.1:-\nfunction first 3-0:2\nfunction second 9-12:0\n"
	    "file b.rs rust\nlines 1:5\n");
}

static void functions_in_another_order_than_their_counts(void **state)
{
	(void)state;
	expect("SF:a.c\nFN:1,one\nFN:2,two\nFN:3,three\nFNDA:3,three\nFNDA:1,one\nFNDA:2,two\nFNDA:9,nobody\n"
	       "end_of_record\n",
	       "file a.c c\nfunction one 1-0:1\nfunction two 2-0:2\nfunction three 3-0:3\n"
	       "note 'x': entries of an unknown kind (1) are passed over\n");
}

static void the_records_of_2_x(void **state)
{
	(void)state;
	expect(
	    "# a comment\nSF:a.cpp\nFNL:0,3,9\nFNA:0,2,f<int, 3>\nFNA:0,1,alias\nFNL:1,12\nFNA:1,0,g\n"
	    "BRDA:4,e7,0,1\nBRDA:5,0,x == 1, or so,3\nBRDA:5,0,else,0\nBRDA:6,U0,0,0\nMCDC:5,2,t,1,0,x\nMCF:1\nMCH:1\n"
	    "DA:4,1\nend_of_record\n",
	    "file a.cpp c\nlines 4:1\nbranches 4.7.0:1 5.0.0:3 5.0.1:0\nfunction f<int, 3> 3-9:2\n"
	    "function alias 3-9:1\nfunction g 12-0:0\n");
}

static void texts_of_coverage_py_are_targets(void **state)
{
	(void)state;
	expect("SF:a.py\nDA:3,1\nBRDA:3,0,jump to line 7,1\nBRDA:3,0,return from function 'f, g',0\n"
	       "BRDA:9,0,jump to the function exit,-\nBRDA:9,0,exit the module,-\nend_of_record\n",
	       "file a.py python\nlines 3:1\nways 3.0.7:1 3.0.0:0 9.0.0:- 9.0.0:-\n");
}

static void a_test_name_is_the_context_of_what_ran(void **state)
{
	(void)state;
	expect(
	    "TN:one\nSF:a.c\nDA:1,0\nDA:2,4\nDA:3,0\nDA:4,1\nend_of_record\nTN:\nSF:b.c\nDA:1,1\nend_of_record\n",
	    "file a.c c\nlines 1:0 3:0\ncontext one\nlines 2:4 4:1\nfile b.c c\nlines 1:1\n");
}

static void counts_are_kept_in_range(void **state)
{
	(void)state;
	expect("SF:a.c\nDA:1,-3\nDA:2,4294967295\nDA:3,99999999999999999999999\nDA:0,1\nDA:16777216,1\n"
	       "BRDA:0,0,0,1\nBRDA:1,0,0,-9\nend_of_record\n",
	       "file a.c c\nlines 1:0 2:4294967294 3:4294967294 16777216:1\nbranches 1.0.0:0\n"
	       "note 'x': negative counts (2) are taken as 0\n"
	       "note 'x': what it says of line 0 (2 times) is passed over\n");
}

static void unknown_records_are_passed_over_and_noted(void **state)
{
	(void)state;
	expect("SF:a.c\nNEW:1,2\nDA:1,1\n\nend_of_record\n",
	       "file a.c c\nlines 1:1\nnote 'x': entries of an unknown kind (1) are passed over\n");
}

static void sections_before_a_fault_count(void **state)
{
	(void)state;
	expect(
	    "SF:a.c\nDA:1,1\nend_of_record\nSF:b.c\nDA:1,1\nDA:2,",
	    "file a.c c\nlines 1:1\n! cannot read 'x': line 6: DA wants LINE,COUNT, both numbers in range\n");
	expect(
	    "SF:a.c\nDA:1,1\nend_of_record\nSF:b.c\nDA:1,1\n",
	    "file a.c c\nlines 1:1\n! cannot read 'x': line 6: the section of a file has no end_of_record: cut off\n");
}

static void each_fault_has_its_line(void **state)
{
	(void)state;
	expect("TN:\nDA:1,1\n", "! cannot read 'x': line 2: a record outside the section of a file (SF)\n");
	expect("TN:\nFN:1,f\n", "! cannot read 'x': line 2: a record outside the section of a file (SF)\n");
	expect("SF:a.c\nDA:16777217,1\n",
	       "! cannot read 'x': line 2: DA wants LINE,COUNT, both numbers in range\n");
	expect("SF:a.c\nDA:1,1.5\n",
	       "! cannot read 'x': line 2: DA wants LINE,COUNT, both numbers in range\n");
	expect("SF:a.c\nSF:b.c\n", "! cannot read 'x': line 2: SF inside the section of another file\n");
	expect("SF:\n", "! cannot read 'x': line 1: SF without a usable file name\n");
	expect("SF:a.c\nFN:f\n", "! cannot read 'x': line 2: FN wants LINE,NAME\n");
	expect("SF:a.c\nFN:16777217,f\n", "! cannot read 'x': line 2: the line number is out of range\n");
	expect("SF:a.c\nFNDA:f\n", "! cannot read 'x': line 2: FNDA wants COUNT,NAME\n");
	expect("SF:a.c\nFNL:1,1\n", "! cannot read 'x': line 2: FNL out of order\n");
	expect("SF:a.c\nFNA:0,1,f\n", "! cannot read 'x': line 2: FNA of a group that no FNL told\n");
	expect("SF:a.c\nBRDA:1,0,0\n", "! cannot read 'x': line 2: BRDA wants LINE,BLOCK,BRANCH,TAKEN\n");
	expect("SF:a.c\nBRDA:1,x,0,1\n", "! cannot read 'x': line 2: BRDA wants LINE,BLOCK,BRANCH,TAKEN\n");
	expect("SF:a.c\nBRDA:16777217,0,0,1\n",
	       "! cannot read 'x': line 2: the line number is out of range\n");
	expect("SF:a.c\nhello\n", "! cannot read 'x': line 2: not a record of LCOV\n");
	expect("TN:\nend_of_record\n", "! cannot read 'x': line 2: end_of_record without SF\n");
	told_expect(STR("SF:a\0b.c\n"), "! cannot read 'x': line 1: SF without a usable file name\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_records_of_1_x_are_told_section_by_section),
	    cmocka_unit_test(functions_in_another_order_than_their_counts),
	    cmocka_unit_test(the_records_of_2_x),
	    cmocka_unit_test(texts_of_coverage_py_are_targets),
	    cmocka_unit_test(a_test_name_is_the_context_of_what_ran),
	    cmocka_unit_test(counts_are_kept_in_range),
	    cmocka_unit_test(unknown_records_are_passed_over_and_noted),
	    cmocka_unit_test(sections_before_a_fault_count),
	    cmocka_unit_test(each_fault_has_its_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
