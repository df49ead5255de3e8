#include "cover_in/cover_read_test.h"

static void expect(const char *text, const char *expected)
{
	told_expect(str_of(text), expected);
}

static void what_coverage_py_writes(void **state)
{
	(void)state;
	expect(
	    "{\"meta\": {\"format\": 3, \"show_contexts\": false}, \"files\": {\"a.py\": {\"executed_lines\": [1, 3], "
	    "\"summary\": {\"covered_lines\": 2}, \"missing_lines\": [4], \"excluded_lines\": [7], "
	    "\"executed_branches\": [[3, -1]], \"missing_branches\": [[3, 4], [4, 5]], "
	    "\"functions\": {\"f\": {\"executed_lines\": [3], \"missing_lines\": [4], \"excluded_lines\": [], \"start_line\": 2},"
	    " \"\": {\"executed_lines\": [1], \"start_line\": 1}}, \"classes\": {}}}, \"totals\": {}}",
	    "file a.py python\nlines 1:1 3:1 4:0\nexcluded 7\nways 3.0.-1:1 3.0.4:0 4.0.5:-\nfunction f 2-4:1\n");
}

static void lines_with_contexts_ran_in_those(void **state)
{
	(void)state;
	expect(
	    "{\"files\": {\"a.py\": {\"executed_lines\": [1, 2, 3], \"missing_lines\": [9], \"contexts\": {\"2\": [\"b\", \"a\"], "
	    "\"3\": [\"a\"], \"5\": [\"a\"], \"9\": [\"a\"]}}}}",
	    "file a.py python\nlines 1:1 9:0\ncontext b\nlines 2:1\ncontext a\nlines 2:1 3:1\n");
}

static void faults_of_coverage_py(void **state)
{
	(void)state;
	expect(
	    "{\"files\": {\"a.py\": {\"executed_lines\": [1]}, \"b.py\": {\"executed_lines\": [16777217]}}}",
	    "file a.py python\nlines 1:1\n! cannot read 'x': byte 81: the line number is out of range\n");
	expect(
	    "{\"files\": {\"a.py\": {\"lines\": 3}}}",
	    "! cannot read 'x': byte 32: a file without executed_lines: not of coverage.py or slipcover\n");
	expect("{\"files\": {\"\": {\"executed_lines\": []}}}",
	       "! cannot read 'x': byte 15: a file without a usable name\n");
	expect("{\"files\": {\"a.py\": {\"executed_lines\": [1], \"executed_branches\": [[1]]}}}",
	       "! cannot read 'x': byte 69: a branch wants two lines\n");
	expect("{\"files\": {\"a.py\": {\"executed_lines\": [1, 2",
	       "! cannot read 'x': byte 44: unexpected end\n");
}

static void what_gcov_writes_one_document_after_the_other(void **state)
{
	(void)state;
#define DOCUMENT                                                                                                         \
	"{\"gcc_version\": \"12.2.0\", \"files\": [{\"lines\": ["                                                        \
	"{\"branches\": [{\"fallthrough\": true, \"count\": 2, \"throw\": false}, {\"count\": 0}], \"count\": 2, "       \
	"\"line_number\": 5, \"function_name\": \"f\"}, {\"branches\": [{\"count\": 0}, {\"count\": 0}], \"count\": 0, " \
	"\"line_number\": 6, \"function_name\": \"f\"}], \"functions\": [{\"name\": \"f\", \"demangled_name\": \"f\", "  \
	"\"start_line\": 4, \"end_line\": 8, \"execution_count\": 2}], \"file\": \"a.c\"}], "                            \
	"\"current_working_directory\": \"/src\", \"format_version\": \"1\"}\n"
#define TOLD "file a.c c in /src\nlines 5:2 6:0\nbranches 5.0.0:2 5.0.1:0 6.0.0:- 6.0.1:-\nfunction f 4-8:2\n"
	expect(DOCUMENT DOCUMENT, TOLD TOLD);
}

static void ways_are_counted_by_line_and_function(void **state)
{
	(void)state;
	expect(
	    "{\"files\": [{\"file\": \"a.cpp\", \"lines\": [{\"line_number\": 1, \"count\": 1, \"function_name\": \"f\", "
	    "\"branches\": [{\"count\": 1}, {\"count\": 18446744073709551615}]}, {\"line_number\": 1, \"count\": 2, "
	    "\"function_name\": \"g\", \"branches\": [{\"count\": 1}, {\"count\": -1}]}]}]}",
	    "file a.cpp c\nlines 1:1 1:2\nbranches 1.0.0:1 1.0.1:4294967294 1.0.0:1 1.0.1:0\n"
	    "note 'x': negative counts (1) are taken as 0\n");
}

static void what_gcovr_leaves_out(void **state)
{
	(void)state;
	expect(
	    "{\"gcovr/format_version\": \"0.14\", \"files\": [{\"file\": \"a.c\", \"lines\": [{\"line_number\": 1, \"count\": 1, "
	    "\"branches\": []}, {\"line_number\": 2, \"count\": 0, \"branches\": [], \"gcovr/excluded\": true}, "
	    "{\"line_number\": 3, \"count\": 0, \"gcovr/noncode\": true}], \"functions\": [{\"name\": \"f\", \"lineno\": 1, "
	    "\"execution_count\": 1}]}]}",
	    "file a.c c\nlines 1:1\nexcluded 2\nfunction f 1-0:1\n");
}

static void lines_of_llvm_come_from_segments(void **state)
{
	(void)state;
	/* a function on lines 1 to 6 that ran twice; from 3 to 4 a body that never ran; line 8 is skipped */
	expect(
	    "{\"version\": \"2.0.1\", \"type\": \"llvm.coverage.json.export\", \"data\": [{\"files\": [{\"filename\": \"a.c\", "
	    "\"segments\": [[1,12,2,true,true,false],[2,8,0,true,false,true],[2,10,0,true,true,false],[4,3,2,true,false,false],"
	    "[6,2,0,false,false,false],[8,1,0,false,true,false],[9,1,0,false,false,false]], "
	    "\"branches\": [[2,6,2,9,0,2,0,0,4],[5,1,5,2,0,0,0,0,4]]}], "
	    "\"functions\": [{\"name\": \"a.c:f\", \"count\": 2, \"regions\": [[1,12,6,2,2,0,0,0],[2,10,4,3,0,0,0,0]], "
	    "\"filenames\": [\"a.c\"]}]}]}",
	    "file a.c c\nlines 1:2 2:2 3:0 4:0 5:2 6:2\nbranches 2.0.0:0 2.0.1:2 5.0.0:- 5.0.1:-\n"
	    "file a.c c\nfunction f 1-6:2\n");
	expect("{\"data\": [{\"files\": [{\"filename\": \"a.c\", \"summary\": {}}]}]}",
	       "! cannot read 'x': byte 56: a file without segments: export it without -summary-only\n");
	expect(
	    "{\"data\": [{\"files\": [{\"filename\": \"a.c\", \"segments\": [[2,1,1,true,true],[1,1,1,true,true]]}]}]}",
	    "! cannot read 'x': byte 90: a segment whose line number is out of range\n");
}

static void what_istanbul_writes(void **state)
{
	(void)state;
	expect(
	    "{\"/src/a.ts\": {\"path\": \"/src/a.ts\", \"s\": {\"0\": 3, \"1\": 0, \"2\": 1}, "
	    "\"statementMap\": {\"0\": {\"start\": {\"line\": 1, \"column\": 0}, \"end\": {\"line\": 1, \"column\": null}}, "
	    "\"1\": {\"start\": {\"line\": 1}, \"end\": {\"line\": 2}}, \"2\": {\"start\": {\"line\": 4}, \"end\": {}}}, "
	    "\"fnMap\": {\"0\": {\"name\": \"f\", \"decl\": {\"start\": {\"line\": 3}, \"end\": {\"line\": 3}}, "
	    "\"loc\": {\"start\": {\"line\": 3}, \"end\": {\"line\": 6}}}}, \"f\": {\"0\": 5}, "
	    "\"branchMap\": {\"0\": {\"loc\": {\"start\": {\"line\": 4}, \"end\": {\"line\": 5}}, \"type\": \"if\", "
	    "\"locations\": [{\"start\": {\"line\": 4}, \"end\": {\"line\": 4}}, {\"start\": {}, \"end\": {}}]}}, \"b\": {\"0\": [1, 0]}}, "
	    "\"/src/b.js\": {\"statementMap\": {}, \"s\": {}}}",
	    "file /src/a.ts js\nlines 1:3 4:1\nbranches 4.0.0:1 4.0.1:0\nfunction f 3-6:5\nfile /src/b.js js\n");
}

static void documents_of_others(void **state)
{
	static const char unknown[] = "JSON, but not of a coverage tool that is known here\n";
	struct buf text = {0};
	(void)state;
	buf_printf(&text, "! cannot read 'x': byte 3: %s", unknown);
	expect("{}", text.at);
	buf_clear(&text);
	buf_printf(&text, "! cannot read 'x': byte 19: %s", unknown);
	expect("{\"scripts\": {\"a\": 1}}",
	       "! cannot read 'x': byte 21: JSON, but not of a coverage tool that is known here\n");
	buf_clear(&text);
	expect(
	    "{\"result\": [{\"url\": \"a.js\"}]}",
	    "! cannot read 'x': byte 12: this is what V8 writes: give the coverage-final.json or LCOV that c8 makes of it\n");
	buf_text(&text, "{\"files\":");
	for (int i = 0; i < 10000; i++)
		buf_char(&text, '[');
	told_expect(buf_view(&text), "! cannot read 'x': byte 1009: nested too deep\n");
	buf_free(&text);
	told_expect(STR("{\"a\\u0000.js\": {\"statementMap\": {}, \"s\": {}}}"),
		    "! cannot read 'x': byte 45: a file without a usable name\n");
	told_expect(STR("{\"files\": {\"a.py\": {\"executed_lines\": [1\0]}}}"),
		    "! cannot read 'x': byte 41: expected ',' or ']'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_coverage_py_writes),
	    cmocka_unit_test(lines_with_contexts_ran_in_those),
	    cmocka_unit_test(faults_of_coverage_py),
	    cmocka_unit_test(what_gcov_writes_one_document_after_the_other),
	    cmocka_unit_test(ways_are_counted_by_line_and_function),
	    cmocka_unit_test(what_gcovr_leaves_out),
	    cmocka_unit_test(lines_of_llvm_come_from_segments),
	    cmocka_unit_test(what_istanbul_writes),
	    cmocka_unit_test(documents_of_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
