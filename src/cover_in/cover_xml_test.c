#include "cover_in/cover_read_test.h"

static void expect(const char *text, const char *expected)
{
	told_expect(str_of(text), expected);
}

#define CLASS(inside)                                                                                        \
	"<coverage><packages><package><classes><class filename=\"a.py\">" inside                             \
	"</class></classes></package></packages></coverage>"

static void a_class_of_cobertura_is_a_file(void **state)
{
	(void)state;
	expect(
	    "<?xml version=\"1.0\"?>\n<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>\n"
	    "<coverage line-rate='1'><sources><source> /src/one </source><source>/src/two</source><source/></sources>"
	    "<packages><package name='p'><classes><class name='A' filename='p/A.java'><methods>"
	    "<method name='f' signature='()V'><lines><line number='4' hits='2'/><line number='6' hits='1'/></lines></method>"
	    "</methods><lines><line number='4' hits='2'/><line number='5' hits='0' branch='true' "
	    "condition-coverage='0% (0/2)'/><line number='6' hits='1' branch='true' condition-coverage='50% (1/2)'>"
	    "<conditions><condition number='0' type='jump' coverage='50%'/></conditions></line></lines></class>"
	    "</classes></package></packages></coverage>",
	    "file p/A.java java in /src/one in /src/two\nlines 4:2 5:0 6:1\nbranches 5.0.0:- 5.0.1:- 6.0.0:1 6.0.1:0\n"
	    "function f 4-6:2\n");
}

static void lines_that_only_methods_have_count_too(void **state)
{
	(void)state;
	expect(
	    CLASS(
		"<methods><method name=\"f\"><lines><line number=\"2\" hits=\"3\"/></lines></method></methods><lines/>"),
	    "file a.py python\nlines 2:3\nfunction f 2-2:3\n");
}

static void counts_of_cobertura_are_kept_in_range(void **state)
{
	(void)state;
	expect(
	    CLASS("<lines><line number=\"1\" hits=\"-1\"/><line number=\"2\" hits=\"99999999999999999999\"/>"
		  "<line number=\"0\" hits=\"1\"/></lines>"),
	    "file a.py python\nlines 1:0 2:4294967294\nnote 'x': negative counts (1) are taken as 0\n"
	    "note 'x': what it says of line 0 (1 times) is passed over\n");
	expect(CLASS("<lines><line number=\"16777217\" hits=\"1\"/></lines>"),
	       "! cannot read 'x': line 1, column 103: the line number is out of range\n");
}

static void faults_of_cobertura(void **state)
{
	(void)state;
	expect(CLASS("<lines><line hits=\"1\"/></lines>"),
	       "! cannot read 'x': line 1, column 85: a line without a number\n");
	expect(CLASS("<lines><line number=\"1\" hits=\"x\"/></lines>"),
	       "! cannot read 'x': line 1, column 96: a line without hits\n");
	expect(
	    CLASS(
		"<lines><line number=\"1\" hits=\"1\" branch=\"true\" condition-coverage=\"50%\"/></lines>"),
	    "! cannot read 'x': line 1, column 135: condition-coverage wants \"PERCENT% (TAKEN/ALL)\"\n");
	expect("<coverage><class filename=''/></coverage>",
	       "! cannot read 'x': line 1, column 31: a class without a usable file name\n");
	expect("<coverage><project/></coverage>",
	       "! cannot read 'x': line 1, column 21: this is Clover's XML, not Cobertura's\n");
	expect(
	    "<testsuite/>",
	    "! cannot read 'x': line 1, column 13: neither Cobertura (<coverage>) nor JaCoCo (<report>)\n");
}

static void classes_before_a_fault_count(void **state)
{
	(void)state;
	expect("<coverage><class filename='a.c'><line number='1' hits='1'/></class>"
	       "<class filename='b.c'><line number='1' hits='1'/>",
	       "file a.c c\nlines 1:1\n! cannot read 'x': line 1, column 117: no element found\n");
}

static void entities_are_neither_expanded_nor_fetched(void **state)
{
	(void)state;
	expect(
	    "<!DOCTYPE coverage [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><coverage>&b;</coverage>",
	    "! cannot read 'x': line 1, column 32: entities may not be declared\n");
	expect(
	    "<!DOCTYPE coverage [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><coverage><sources><source>&a;</source>"
	    "</sources></coverage>",
	    "! cannot read 'x': line 1, column 59: entities may not be declared\n");
}

static void nesting_has_an_end(void **state)
{
	struct buf text = {0};
	(void)state;
	buf_text(&text, "<coverage>");
	for (int i = 0; i < 10000; i++)
		buf_text(&text, "<a>");
	told_expect(buf_view(&text), "! cannot read 'x': line 1, column 203: nested too deep\n");
	buf_free(&text);
}

static void a_source_file_of_jacoco(void **state)
{
	(void)state;
	expect(
	    "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name='r'><group name='g'>"
	    "<package name='com/shop'><class name='com/shop/Cart' sourcefilename='Cart.java'>"
	    "<method name='&lt;init&gt;' desc='()V' line='3'><counter type='INSTRUCTION' missed='0' covered='3'/>"
	    "<counter type='METHOD' missed='0' covered='1'/></method><method name='f' desc='()V' line='9'>"
	    "<counter type='METHOD' missed='1' covered='0'/></method></class>"
	    "<sourcefile name='Cart.java'><line nr='3' mi='0' ci='3' mb='0' cb='0'/><line nr='9' mi='1' ci='2' mb='1' cb='1'/>"
	    "<line nr='10' mi='4' ci='0' mb='2' cb='0'/></sourcefile></package></group></report>",
	    "file com/shop/Cart.java java\nfunction Cart.<init> 3-0:1\nfunction Cart.f 9-0:0\n"
	    "file com/shop/Cart.java java\nlines 3:1 9:1 10:0\nbranches 9.0.0:1 9.0.1:0 10.0.0:- 10.0.1:-\n");
}

static void faults_of_jacoco(void **state)
{
	(void)state;
	expect("<report><sourcefile name='A.java'><line nr='1'/></sourcefile></report>",
	       "! cannot read 'x': line 1, column 49: a line wants the numbers nr, mi, ci, mb and cb\n");
	expect(
	    "<report><sourcefile name='A.java'><line nr='1' mi='0' ci='0' mb='-1' cb='0'/></sourcefile></report>",
	    "! cannot read 'x': line 1, column 78: a counter that is out of range\n");
	expect("<report><sourcefile/></report>",
	       "! cannot read 'x': line 1, column 22: a source file without a usable name\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_class_of_cobertura_is_a_file),
	    cmocka_unit_test(lines_that_only_methods_have_count_too),
	    cmocka_unit_test(counts_of_cobertura_are_kept_in_range),
	    cmocka_unit_test(faults_of_cobertura),
	    cmocka_unit_test(classes_before_a_fault_count),
	    cmocka_unit_test(entities_are_neither_expanded_nor_fetched),
	    cmocka_unit_test(nesting_has_an_end),
	    cmocka_unit_test(a_source_file_of_jacoco),
	    cmocka_unit_test(faults_of_jacoco),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
