#include "ingest/foreign.h"

#include "base/str.h"
#include "ingest/cucumber.h"
#include "ingest/gojson.h"
#include "ingest/gotest.h"
#include "ingest/junit.h"
#include "ingest/tap.h"
#include "ingest/tap_point.h"

enum { HEAD = 8 * 1024, LINES = 50 };

static bool has(struct str s, const char *word)
{
	return str_has(s, str_of(word));
}

/* A kind that is told by its lines. Programs print other things too, so the first that fits decides. */
static enum foreign of_lines(struct str head)
{
	struct str line;
	for (unsigned i = 0; i < LINES && str_next(&head, '\n', &line); i++) {
		struct tap_point p;
		struct str s = line.n && line.at[0] == 0x16 ? str_cut(line, 1, line.n) : line;
		if (str_starts(s, "{") && has(s, "\"Action\":") &&
		    (has(s, "\"Package\":") || has(s, "\"ImportPath\":")))
			return FOREIGN_GO_JSON;
		if (str_starts(s, "=== RUN   ") || str_starts(s, "--- FAIL: ") || str_starts(s, "--- PASS: "))
			return FOREIGN_GO_TEST;
		if (str_starts(s, "TAP version ") || str_starts(s, "1..") || str_starts(s, "suite /") ||
		    str_starts(s, "# Subtest: ") || tap_point_read(s, &p))
			return FOREIGN_TAP;
	}
	return FOREIGN_NONE;
}

/* Text in UTF-16 is XML as far as we are concerned: expat reads it. */
static bool is_utf16(struct str s)
{
	return str_starts(s, "\xff\xfe") || str_starts(s, "\xfe\xff");
}

static struct str without_mark(struct str s)
{
	return str_starts(s, "\xef\xbb\xbf") ? str_cut(s, 3, s.n) : s;
}

enum foreign foreign_of(struct str head)
{
	if (is_utf16(head))
		return FOREIGN_JUNIT;
	head = str_trim(without_mark(str_cut(head, 0, HEAD)));
	if (str_starts(head, "<"))
		return has(head, "<testsuite") || has(head, ":testsuite") || has(head, "<testcase")
			   ? FOREIGN_JUNIT
			   : FOREIGN_NONE;
	if (str_starts(head, "[")) {
		struct str first = str_trim(str_cut(head, 1, head.n));
		if (str_starts(first, "{") || str_starts(first, "]"))
			return FOREIGN_CUCUMBER;
	}
	return of_lines(head);
}

static bool is_number(struct str s)
{
	int64_t n;
	return s.n && s.at[0] >= '0' && s.at[0] <= '9' && str_int(s, &n);
}

bool foreign_is_tap_output(struct str head)
{
	struct str line;
	while (str_next(&head, '\n', &line) && head.at) {
		line = str_trim(line);
		if (str_starts(line, "1.."))
			return is_number(str_cut(line, 3, str_find(line, ' ') - 3));
		if (str_starts(line, "TAP version "))
			return is_number(str_cut(line, 12, line.n));
		if (line.n)
			return str_starts(line, "suite /") && str_ends(line, ".bats");
	}
	return false;
}

static void read_tap(struct ingest *in, struct str bytes, const char *path)
{
	struct tap t;
	tap_init(&t, in);
	t.at_rest = true;
	t.file = ingest_file(in, str_of(path));
	tap_feed(&t, bytes, in->time_ns);
	tap_finish(&t, in->time_ns);
}

int foreign_read(struct ingest *in, struct str bytes, const char *path, struct err *e)
{
	struct gojson json;
	struct gotest test;
	switch (foreign_of(bytes)) {
	case FOREIGN_JUNIT:
		return junit_read(in, bytes, path, e);
	case FOREIGN_CUCUMBER:
		return cucumber_read(in, without_mark(bytes), path, e);
	case FOREIGN_TAP:
		read_tap(in, without_mark(bytes), path);
		return 0;
	case FOREIGN_GO_JSON:
		gojson_init(&json, in);
		gojson_feed(&json, without_mark(bytes), in->time_ns);
		gojson_finish(&json, in->time_ns);
		return 0;
	case FOREIGN_GO_TEST:
		gotest_init(&test, in, ingest_file(in, str_of(path)));
		gotest_feed(&test, without_mark(bytes), in->time_ns);
		gotest_finish(&test, in->time_ns);
		return 0;
	default:
		return err_format(
		    e, "cannot read '%s': it is not JUnit XML, cucumber JSON, TAP or output of go test",
		    path);
	}
}
