#include "report/report.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/phrase.h"

enum {
	OUTPUT_BYTES = 64 * 1024,
	MESSAGE_BYTES = 16 * 1024,
	TITLE_BYTES = 1024,
	RERUNS = 10,                     /* elements of one test; a hundred attempts say no more */
	DETAIL_BYTES = 16 * 1024 * 1024, /* of all messages and outputs: GitLab takes files of 30 MB */
};

#define UNIT_CLASS STR("fettle.unit")
#define NO_SUITE   STR("(no suite)")

struct tally {
	uint32_t tests, failures, errors, skipped;
};

struct junit {
	struct model *m;
	struct out *o;
	uint64_t *identities; /* of all cases, sorted */
	size_t n_identities;
	struct map names; /* identity of one that is there twice -> the number last put behind it */
	struct buf class_name, name, key, plain, cut;
	uint64_t detail_bytes;
};

static bool is_error(enum status s)
{
	return s != STATUS_PASSED && s != STATUS_SKIPPED && s != STATUS_FAILED;
}

static void tally_add(struct tally *t, enum status s)
{
	t->tests++;
	t->failures += s == STATUS_FAILED;
	t->errors += is_error(s);
	t->skipped += s == STATUS_SKIPPED;
}

static void put_attribute(struct out *o, const char *name, struct str value)
{
	out_char(o, ' ');
	out_text(o, name);
	out_text(o, "=\"");
	out_xml_attribute(o, value);
	out_char(o, '"');
}

static void put_seconds(struct out *o, const char *name, int64_t ns)
{
	out_char(o, ' ');
	out_text(o, name);
	out_text(o, "=\"");
	out_seconds(o, ns < 0 ? 0 : ns, 6);
	out_char(o, '"');
}

static void put_timestamp(struct junit *j, int64_t since_start_ns)
{
	time_t s = (time_t)((j->m->wall_start_ns + since_start_ns) / NS_PER_S);
	struct tm tm;
	char text[40];
	if (j->m->wall_start_ns > 0 && gmtime_r(&s, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		put_attribute(j->o, "timestamp", str_of(text));
}

static void put_tally(struct out *o, const struct tally *t)
{
	out_printf(o, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", t->tests, t->failures,
		   t->errors, t->skipped);
}

/* "tests/test_a.py" as "tests.test_a", which is how CI systems fold classes into packages. */
static void class_of(struct buf *b, struct str file, struct str suite)
{
	struct str base = file.n ? file : phrase_name(suite);
	buf_clear(b);
	if (file.n) {
		size_t dot = str_find_last(file, '.'), slash = str_find_last(file, '/');
		if (dot < file.n && dot > 0 && (slash == file.n || dot > slash + 1))
			base = str_cut(file, 0, dot);
		if (str_starts(base, "./"))
			base = str_cut(base, 2, base.n);
	}
	buf_str(b, base);
	for (size_t i = 0; file.n && i < b->n; i++)
		if (b->at[i] == '/')
			b->at[i] = '.';
}

/*
 * "TestX::TestY::test_1[a::b]" of a Python file: its classes, which are taken off the name. pytest itself
 * writes them behind the module, and who has kept its files knows the tests by that.
 */
static struct str take_classes(struct str file, struct str *name)
{
	bool is_key = str_eq(str_cut(*name, 0, file.n), file); /* of what could not be found */
	size_t at = str_ends(file, ".py") && !is_key ? str_find(*name, '[') : 0;
	while (at > 2 && (name->at[at - 1] != ':' || name->at[at - 2] != ':'))
		at--;
	if (at <= 2 || at == name->n)
		return STR_NONE;
	struct str classes = str_cut(*name, 0, at - 2);
	*name = str_cut(*name, at, name->n);
	return classes;
}

/* The class and the name that a case would have if there were no other one. */
static void case_is(struct junit *j, struct str file, struct str suite, struct str name)
{
	struct str classes = take_classes(file, &name), one;
	class_of(&j->class_name, file, suite);
	while (str_next(&classes, ':', &one)) {
		if (!one.n)
			continue;
		buf_char(&j->class_name, '.');
		buf_str(&j->class_name, one);
	}
	buf_clear(&j->name);
	buf_str(&j->name, phrase_name(name));
}

/* Of class and name as they will be read. A collision costs a number behind a name, no more. */
static uint64_t identity(struct junit *j)
{
	struct out o;
	buf_clear(&j->key);
	out_to_buf(&o, &j->key);
	out_xml_attribute(&o, buf_view(&j->class_name));
	out_char(&o, '"');
	out_xml_attribute(&o, buf_view(&j->name));
	return str_hash(buf_view(&j->key), 1);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* The identities of all cases, sorted: few are there twice, and only those need a map. */
static void identities_know(struct junit *j, const uint32_t *units, size_t n_units)
{
	const struct model *m = j->m;
	j->identities = mem_alloc((m->n_tests + n_units + 1) * sizeof(uint64_t));
	for (size_t i = 0; i < m->n_tests; i++) {
		const struct model_test *t = &m->tests[i];
		case_is(j, t->file, t->suite < m->n_suites ? m->suites[t->suite].name : NO_SUITE, t->name);
		j->identities[j->n_identities++] = identity(j);
	}
	for (size_t i = 0; i < n_units; i++) {
		case_is(j, STR_NONE, UNIT_CLASS, m->units[units[i]].name);
		j->identities[j->n_identities++] = identity(j);
	}
	qsort(j->identities, j->n_identities, sizeof(uint64_t), by_value);
}

static size_t identity_count(const struct junit *j, uint64_t id)
{
	const uint64_t *at = bsearch(&id, j->identities, j->n_identities, sizeof(id), by_value);
	const uint64_t *end = j->identities + j->n_identities;
	if (!at)
		return 0;
	return (at > j->identities && at[-1] == id) || (at + 1 < end && at[1] == id) ? 2 : 1;
}

/* GitLab drops a case whose class and name were there before, so a number is put behind it. */
static void make_unique(struct junit *j)
{
	size_t bare_bytes = j->name.n;
	uint64_t bare = identity(j), id = bare;
	if (identity_count(j, bare) < 2)
		return;
	uint32_t tried = *map_at_int(&j->names, bare);
	if (tried != MAP_NONE) {
		do {
			j->name.n = bare_bytes;
			buf_printf(&j->name, " (%u)", ++tried);
			id = identity(j);
		} while (identity_count(j, id) || *map_at_int(&j->names, id) != MAP_NONE);
		*map_at_int(&j->names, bare) = tried;
	}
	*map_at_int(&j->names, id) = 1;
}

static struct str detail(struct junit *j, struct str s, size_t most)
{
	struct str plain = excerpt_plain(&j->plain, s);
	plain = excerpt_ends(&j->cut, plain, most);
	if (plain.n == 0)
		return plain;
	j->detail_bytes += plain.n;
	if (j->detail_bytes > DETAIL_BYTES)
		return STR("[left out: this file is at its limit; report.json has it]");
	return plain;
}

static void put_open(struct junit *j, const char *element, const char *type, struct str message)
{
	struct str title = str_clip_utf8(excerpt_line(excerpt_plain(&j->plain, message)), TITLE_BYTES);
	out_text(j->o, "\n<");
	out_text(j->o, element);
	if (title.n)
		put_attribute(j->o, "message", title);
	put_attribute(j->o, "type", str_of(type));
	out_char(j->o, '>');
}

static void put_output(struct junit *j, struct str output)
{
	struct str s = detail(j, output, OUTPUT_BYTES);
	if (s.n == 0)
		return;
	out_text(j->o, "\n<system-out>");
	out_xml(j->o, s);
	out_text(j->o, "</system-out>");
}

/* surefire's words for a test that was tried again: flakyFailure when it passed, rerunFailure when not. */
static void put_reruns(struct junit *j, const struct model_test *t)
{
	bool passed = t->status == STATUS_PASSED;
	uint32_t n = passed ? t->attempts_bad : t->attempts_bad > 1 ? t->attempts_bad - 1 : 0;
	for (uint32_t i = 0; i < n && i < RERUNS; i++) {
		const char *element = passed ? "flakyFailure" : "rerunFailure";
		bool last = i + 1 == n || i + 1 == RERUNS;
		struct str known = passed && last ? t->told->message : STR_NONE;
		put_open(j, element, passed ? "flaky" : "rerun", known);
		out_text(j->o, "<stackTrace>");
		out_xml(j->o, detail(j, known, MESSAGE_BYTES));
		out_text(j->o, "</stackTrace>");
		if (passed && last)
			put_output(j, t->told->output);
		out_printf(j->o, "</%s>", element);
	}
}

static void put_verdict(struct junit *j, enum status status, struct str message)
{
	if (status == STATUS_PASSED)
		return;
	if (status == STATUS_SKIPPED) {
		out_text(j->o, "\n<skipped");
		struct str why = str_clip_utf8(excerpt_line(excerpt_plain(&j->plain, message)), TITLE_BYTES);
		if (why.n)
			put_attribute(j->o, "message", why);
		out_text(j->o, "/>");
		return;
	}
	const char *element = status == STATUS_FAILED ? "failure" : "error";
	put_open(j, element, status == STATUS_NONE ? "unfinished" : status_name(status),
		 message.n ? message : str_of(status_name(status)));
	out_xml(j->o, detail(j, message, MESSAGE_BYTES));
	out_printf(j->o, "</%s>", element);
}

static void put_case_open(struct junit *j, int64_t dur_ns)
{
	make_unique(j);
	out_text(j->o, "<testcase");
	put_attribute(j->o, "classname", buf_view(&j->class_name));
	put_attribute(j->o, "name", buf_view(&j->name));
	put_seconds(j->o, "time", dur_ns);
}

static void put_properties(struct junit *j, const struct model_test *t)
{
	if (!t->properties)
		return;
	out_text(j->o, "\n<properties>\n");
	for (uint32_t i = t->properties; i; i = j->m->properties[i - 1].next) {
		out_text(j->o, "<property");
		put_attribute(j->o, "name", j->m->properties[i - 1].name);
		put_attribute(j->o, "value", j->m->properties[i - 1].value);
		out_text(j->o, "/>\n");
	}
	out_text(j->o, "</properties>");
}

static void put_test(struct junit *j, const struct model_test *t, struct str suite)
{
	case_is(j, t->file, suite, t->name);
	put_case_open(j, t->dur_ns);
	if (t->file.n)
		put_attribute(j->o, "file", t->file);
	if (t->line) {
		out_text(j->o, " line=\"");
		out_int(j->o, t->line);
		out_char(j->o, '"');
	}
	bool bare = t->status == STATUS_PASSED && t->attempts_bad == 0 && !t->properties;
	out_text(j->o, bare ? "/>\n" : ">");
	if (bare)
		return;
	put_properties(j, t);
	put_verdict(j, t->status, t->told->message);
	put_reruns(j, t);
	if (t->status != STATUS_PASSED && t->status != STATUS_SKIPPED)
		put_output(j, t->told->output);
	out_text(j->o, "\n</testcase>\n");
}

static void put_suite(struct junit *j, const struct model_suite *s, const uint32_t *tests, uint32_t n)
{
	struct tally t = {0};
	for (uint32_t i = 0; i < n; i++)
		tally_add(&t, j->m->tests[tests[i]].status);
	out_text(j->o, "<testsuite");
	put_attribute(j->o, "name", phrase_name(s->name.n ? s->name : s->file));
	put_tally(j->o, &t);
	put_seconds(j->o, "time", s->tests_ns + s->outside_ns);
	put_timestamp(j, s->start_ns);
	if (j->m->host.n)
		put_attribute(j->o, "hostname", j->m->host);
	out_text(j->o, ">\n");
	for (uint32_t i = 0; i < n; i++)
		put_test(j, &j->m->tests[tests[i]], s->name);
	out_text(j->o, "</testsuite>\n");
}

/* What broke without a test to blame, so that no reader takes such a run for a good one. */
static void put_outside(struct junit *j, const uint32_t *units, size_t n, bool cut_short)
{
	if (n + cut_short == 0)
		return;
	struct tally t = {.tests = (uint32_t)n + cut_short, .errors = (uint32_t)n + cut_short};
	struct buf why = {0};
	out_text(j->o, "<testsuite name=\"fettle\"");
	put_tally(j->o, &t);
	out_text(j->o, ">\n");
	for (size_t i = 0; i < n; i++) {
		const struct model_unit *u = &j->m->units[units[i]];
		case_is(j, STR_NONE, UNIT_CLASS, u->name);
		put_case_open(j, u->dur_ns);
		out_char(j->o, '>');
		put_verdict(j, u->status == STATUS_FAILED ? STATUS_ERROR : u->status, u->message);
		put_output(j, u->output);
		out_text(j->o, "\n</testcase>\n");
	}
	if (cut_short) {
		phrase_cut_short(&why, j->m);
		case_is(j, STR_NONE, STR("fettle.run"), STR("the run came to its end"));
		put_case_open(j, j->m->wall_ns);
		out_char(j->o, '>');
		put_verdict(j, STATUS_UNFINISHED, buf_view(&why));
		out_text(j->o, "\n</testcase>\n");
	}
	out_text(j->o, "</testsuite>\n");
	buf_free(&why);
}

/* Tests by suite: those of suite s are order[first[s]] up to order[first[s + 1]]. One more suite for the
 * rest. */
static uint32_t *by_suite(struct arena *a, const struct model *m, uint32_t **ret_first)
{
	uint32_t *order = arena_array(a, uint32_t, m->n_tests + 1);
	uint32_t *first = arena_array(a, uint32_t, m->n_suites + 3);
	for (size_t i = 0; i < m->n_tests; i++)
		first[(m->tests[i].suite < m->n_suites ? m->tests[i].suite : m->n_suites) + 2]++;
	for (size_t s = 2; s < m->n_suites + 3; s++)
		first[s] += first[s - 1];
	for (size_t i = 0; i < m->n_tests; i++)
		order[first[(m->tests[i].suite < m->n_suites ? m->tests[i].suite : m->n_suites) + 1]++] =
		    (uint32_t)i;
	*ret_first = first;
	return order;
}

void report_junit(struct model *m, struct out *o)
{
	struct junit j = {.m = m, .o = o};
	struct arena scratch = {0};
	struct tally all = {0};
	size_t n_units;
	const uint32_t *units = model_bad_units(m, &n_units);
	uint32_t *first, *order = by_suite(&scratch, m, &first);
	bool cut_short = !m->done || m->interrupted;
	for (size_t i = 0; i < m->n_tests; i++)
		tally_add(&all, m->tests[i].status);
	all.tests += (uint32_t)n_units + cut_short;
	all.errors += (uint32_t)n_units + cut_short;
	identities_know(&j, units, n_units);
	out_text(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_attribute(o, "name", m->command.n ? m->command : STR("fettle"));
	put_tally(o, &all);
	put_seconds(o, "time", m->wall_ns);
	out_text(o, ">\n");
	for (size_t s = 0; s < m->n_suites; s++)
		put_suite(&j, &m->suites[s], order + first[s], first[s + 1] - first[s]);
	if (first[m->n_suites + 1] > first[m->n_suites])
		put_suite(&j, &(struct model_suite){.name = NO_SUITE}, order + first[m->n_suites],
			  first[m->n_suites + 1] - first[m->n_suites]);
	put_outside(&j, units, n_units, cut_short);
	out_text(o, "</testsuites>\n");
	map_free(&j.names);
	mem_free(j.identities);
	buf_free(&j.class_name);
	buf_free(&j.name);
	buf_free(&j.key);
	buf_free(&j.plain);
	buf_free(&j.cut);
	arena_free(&scratch);
}
