/*
 * ingest/junit.h - JUnit XML, as pytest, CTest, surefire, gtest, jest, bats,
 * behave and others write it.
 *
 * testsuite -> suite, testcase -> test. A test's file is its `file`, else its
 * `classname`; what the classname says beyond the file stands in front of the
 * name (file tests/test_a.py, classname tests.test_a.TestFoo: TestFoo::test_x).
 * Tests stand one after the other from in->time_ns on, a suite with a timestamp
 * where it says. Surefire's flaky and rerun entries are attempts of their own.
 * Their times are the framework's and often leave hooks out.
 */
#pragma once
#include "ingest/ingest.h"

/*
 * Not well-formed, an entity declared, nested deeper than 64: FAULT_FORMAT, "cannot
 * read 'x.xml': line 3, column 9: ..."; what was read before it is put, and every span that was
 * begun is ended. Texts keep INGEST_TEXT bytes. About 200 MB/s.
 */
must_use int junit_read(struct ingest *in, struct str bytes, const char *path, struct err *e);
