/*
 * report/model_fixture.h - models filled by hand, for the tests of this room.
 *
 * fixture_small is a run as a person would meet it; fixture_hostile the same
 * with names that try to break out of each format; fixture_big has n tests. All
 * memory is the model's arena: model_free, or arena_free(&m->arena), ends it.
 */
#pragma once
#include <stdlib.h>
#include <string.h>

#include "analyse/model.h"
#include "base/clock.h"
#include "base/str.h"

#define MS(n) ((int64_t)(n)*NS_PER_MS)

static inline void fixture_words(struct model *m)
{
	m->id = STR("2026-01-02T03-04-05-1");
	m->command = STR("behave features");
	m->cwd = STR("/srv/shop");
	m->adapter = STR("behave");
	m->host = STR("build-7");
	m->version = STR("0.1.0");
	m->wall_text = STR("2026-01-02T03:04:05Z");
	m->wall_start_ns = 1767323045 * NS_PER_S;
	m->word_suite = STR("feature");
	m->word_test = STR("scenario");
	m->word_step = STR("step");
	m->cores = 4;
	m->done = true;
}

static inline void fixture_count(struct model *m)
{
	struct model_counts *c = &m->counts;
	*c = (struct model_counts){
	    .tests = (uint32_t)m->n_tests, .suites = (uint32_t)m->n_suites, .units = (uint32_t)m->n_units};
	for (size_t i = 0; i < m->n_tests; i++) {
		struct model_test *t = &m->tests[i];
		struct model_suite *s = &m->suites[t->suite];
		uint32_t *by[STATUS_KINDS] = {&c->unfinished, &c->passed, &c->skipped, &c->unfinished,
					      &c->failed,     &c->error,  &c->timeout, &c->crashed};
		++*by[t->status];
		c->flaky += t->flaky;
		s->n_tests++;
		s->n_bad += status_is_bad(t->status) != 0;
		s->n_skipped += t->status == STATUS_SKIPPED;
		s->n_flaky += t->flaky;
		s->tests_ns += t->dur_ns;
		if (status_is_bad(t->status))
			m->verdict = t->status > m->verdict ? t->status : m->verdict;
	}
	for (size_t i = 0; i < m->n_suites; i++)
		c->suites_bad += m->suites[i].n_bad > 0;
}

static inline void fixture_run(struct model *m)
{
	m->all_workers = arena_array(&m->arena, struct model_worker, 2);
	m->n_workers = m->workers = 2;
	m->all_workers[0] = (struct model_worker){.number = 0,
						  .n_units = 2,
						  .n_starts = 1,
						  .start_ns = MS(120),
						  .end_ns = MS(6900),
						  .startup_ns = MS(410),
						  .teardown_ns = MS(60),
						  .busy_ns = MS(6100),
						  .idle_ns = MS(210),
						  .tail_ns = 0,
						  .cpu_ns = MS(3100),
						  .peak_rss_bytes = 88 << 20};
	m->all_workers[1] = (struct model_worker){.number = 1,
						  .n_units = 2,
						  .n_starts = 2,
						  .start_ns = MS(120),
						  .end_ns = MS(4000),
						  .startup_ns = MS(800),
						  .teardown_ns = MS(55),
						  .busy_ns = MS(2600),
						  .idle_ns = MS(425),
						  .tail_ns = MS(300),
						  .cpu_ns = -1,
						  .peak_rss_bytes = -1};
	m->phases = arena_array(&m->arena, struct model_phase, 4);
	m->n_phases = 4;
	m->phases[0] = (struct model_phase){.name = STR("discover"),
					    .worker = -1,
					    .status = STATUS_PASSED,
					    .start_ns = MS(2),
					    .dur_ns = MS(110)};
	m->phases[1] = (struct model_phase){.name = STR("startup"),
					    .worker = 0,
					    .status = STATUS_PASSED,
					    .start_ns = MS(120),
					    .dur_ns = MS(410)};
	m->phases[2] = (struct model_phase){.name = STR("startup"),
					    .worker = 1,
					    .status = STATUS_PASSED,
					    .start_ns = MS(120),
					    .dur_ns = MS(400)};
	m->phases[3] = (struct model_phase){.name = STR("teardown"),
					    .worker = 0,
					    .status = STATUS_PASSED,
					    .start_ns = MS(6840),
					    .dur_ns = MS(60)};
	m->wall_ns = MS(7000);
	m->before_wall_ns = MS(8000);
	m->own_cpu_ns = MS(9);
	m->exit_code = 1;
	m->gap = (struct model_gap){.bound_ns = MS(6000),
				    .sum_ns = MS(8700),
				    .longest_ns = MS(6000),
				    .longest = STR("features/checkout.feature"),
				    .before_ns = MS(120),
				    .startup_ns = MS(410),
				    .queue_ns = MS(310),
				    .teardown_ns = MS(160)};
	m->n_what_if = 3;
	m->what_if[0] = (struct model_what_if){1, MS(9500)};
	m->what_if[1] = (struct model_what_if){2, MS(7000)};
	m->what_if[2] = (struct model_what_if){4, MS(6900)};
}

static inline void fixture_sums(struct model *m)
{
	m->sums = arena_array(&m->arena, struct model_sum, 4);
	m->n_sums = 4;
	m->sums[0] = (struct model_sum){
	    SPAN_STEP, STR("I pay with a card"), STR("features/steps/pay.py"), 14, 9, 1, MS(2400), MS(1900)};
	m->sums[1] = (struct model_sum){
	    SPAN_STEP, STR("I have a basket"), STR("features/steps/basket.py"), 8, 31, 0, MS(600), MS(45)};
	m->sums[2] = (struct model_sum){
	    SPAN_HOOK, STR("before_scenario"), STR("features/environment.py"), 30, 31, 0, MS(3100), MS(180)};
	m->sums[3] = (struct model_sum){SPAN_FIXTURE, STR("browser"), STR("features/environment.py"), 9, 2, 0,
					MS(1300),     MS(700)};
	m->notes = arena_array(&m->arena, struct model_note, 1);
	m->n_notes = 1;
	m->notes[0] = (struct model_note){STR("leak"), STR("worker 1 left a process behind: 'redis-server'")};
	m->changes = arena_array(&m->arena, struct model_change, 4);
	m->n_changes = 4;
	m->changes[0] = (struct model_change){STR("features/checkout.feature::Pay by card"), MS(300),
					      MS(2050), CHANGE_BROKE};
	m->changes[1] =
	    (struct model_change){STR("features/search.feature::Find a book"), MS(40), MS(90), CHANGE_SLOWER};
	m->changes[2] =
	    (struct model_change){STR("features/search.feature::Find nothing"), 0, MS(30), CHANGE_NEW};
	m->changes[3] =
	    (struct model_change){STR("features/old.feature::Fax an order"), MS(70), 0, CHANGE_GONE};
}

/* What is said of a test, to be written to. */
static inline struct model_told *fixture_told(struct model *m, struct model_test *t)
{
	struct model_told *own = arena_new(&m->arena, struct model_told);
	if (t->told)
		*own = *t->told;
	t->told = own;
	return own;
}

static inline struct model_test *fixture_test(struct model *m, uint32_t suite, uint32_t line,
					      enum status status, struct str name)
{
	struct model_test *t = &m->tests[m->n_tests++];
	*t = (struct model_test){.name = name,
				 .file = m->suites[suite].file,
				 .line = line,
				 .suite = suite,
				 .unit = suite,
				 .worker = (int32_t)(suite % 2),
				 .attempts = 1,
				 .attempts_bad = status_is_bad(status) != 0,
				 .status = status,
				 .source = SOURCE_INJECTED,
				 .start_ns = MS(600 + 100 * line),
				 .dur_ns = MS(50 + 10 * line),
				 .steps_ns = MS(20 + 5 * line),
				 .hooks_ns = MS(30 + 2 * line)};
	fixture_told(m, t);
	t->key = str_of(arena_printf(&m->arena, "%.*s:%u", STR_ARG(t->file), line));
	return t;
}

static inline void fixture_small(struct model *m)
{
	static const char *const files[] = {"features/checkout.feature", "features/search.feature",
					    "features/login.feature"};
	static const char *const names[] = {"Checkout", "Search", "Login"};
	*m = (struct model){0};
	fixture_words(m);
	m->suites = arena_array(&m->arena, struct model_suite, 4);
	m->units = arena_array(&m->arena, struct model_unit, 4);
	m->tests = arena_array(&m->arena, struct model_test, 16);
	for (uint32_t i = 0; i < 3; i++) {
		m->suites[i] = (struct model_suite){.name = str_of(names[i]),
						    .file = str_of(files[i]),
						    .outside_ns = MS(20 * i),
						    .start_ns = MS(550 + 500 * i),
						    .end_ns = MS(6000)};
		m->units[i] = (struct model_unit){.name = str_of(files[i]),
						  .worker = (int32_t)(i % 2),
						  .attempt = 1,
						  .n_tests = 3,
						  .status = STATUS_PASSED,
						  .start_ns = MS(550 + 500 * i),
						  .dur_ns = MS(1500 * (i + 1)),
						  .predicted_ns = MS(1400 * i)};
	}
	m->units[3] =
	    (struct model_unit){.name = STR("features/broken.feature"),
				.message = STR("SyntaxError: invalid syntax (steps.py, line 3)"),
				.output = STR("Traceback (most recent call last):\n  File \"steps.py\"\n"),
				.worker = 1,
				.attempt = 1,
				.status = STATUS_ERROR,
				.start_ns = MS(3600),
				.dur_ns = MS(40)};
	m->n_suites = 3;
	m->n_units = 4;
	struct model_test *t = fixture_test(m, 0, 3, STATUS_FAILED, STR("Pay by card"));
	fixture_told(m, t)->message = STR("Assertion Failed: expected 201, got 500\nbody was empty");
	fixture_told(m, t)->output = STR("POST /pay\n\x1b[31m500 Internal Server Error\x1b[0m\n");
	t->attempts = t->attempts_bad = 2;
	fixture_test(m, 0, 12, STATUS_PASSED, STR("Pay by invoice"));
	fixture_told(m, fixture_test(m, 0, 21, STATUS_CRASHED, STR("Pay twice")))->message =
	    STR("killed by SIGSEGV");
	fixture_test(m, 1, 2, STATUS_PASSED, STR("Find a book"));
	t = fixture_test(m, 1, 9, STATUS_PASSED, STR("Find nothing"));
	t->flaky = t->passed_alone = true;
	t->attempts = 2;
	t->attempts_bad = 1;
	fixture_told(m, t)->message = STR("the index was locked");
	fixture_told(m, fixture_test(m, 1, 15, STATUS_SKIPPED, STR("Find too much")))->message =
	    STR("slow, see #12");
	fixture_test(m, 2, 4, STATUS_PASSED, STR("Log in"));
	fixture_told(m, fixture_test(m, 2, 11, STATUS_TIMEOUT, STR("Log out")))->message =
	    STR("still running after 10 s");
	fixture_told(m, fixture_test(m, 2, 18, STATUS_ERROR, STR("Log in again")))->message =
	    STR("hook before_scenario: no database");
	fixture_count(m);
	fixture_run(m);
	fixture_sums(m);
}

/* Texts that mean something to HTML, XML, JSON, JavaScript, Markdown, a terminal or a CI system. */
enum { FIXTURE_HOSTILE = 16 };
static inline struct str fixture_hostile_text(struct arena *a, unsigned i)
{
	static const char *const texts[] = {
	    "<script>alert(1)</script>",
	    "]]> <!-- --> <![CDATA[",
	    "</script><img src=x onerror=alert(1)>",
	    "line\xe2\x80\xa8separator\xe2\x80\xa9paragraph",
	    "not utf-8: \xff\xfe \xc3( \xed\xa0\x80",
	    "\x1b[2J\x1b]0;owned\x07 \x01\x02\x7f \xc2\x9b"
	    "31m",
	    "\xe2\x80\xae"
	    "drow esrever\xe2\x80\xac \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
	    "a|b `code` ``` ~~~ [x](javascript:alert(1)) @somebody",
	    "::error file=x::injected\n::set-output name=a::b",
	    "\"quotes\" 'single' \\back\\slash & &amp; &#39;",
	    "tab\there\r\nand\nlines",
	    "\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80 e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
	    "{\"json\": [1, 2]} </style> ${x} %0A %s%n",
	    "",
	};
	if (i % FIXTURE_HOSTILE == 14) {
		char *p = arena_alloc(a, 10001);
		memset(p, 'x', 10000);
		return (struct str){p, 10000};
	}
	if (i % FIXTURE_HOSTILE == 15)
		return (struct str){"nul\0inside", 10};
	return str_of(texts[i % FIXTURE_HOSTILE]);
}

/* The small run with every text from outside hostile: each of the hostile texts once or more as a test's
 * name. */
static inline void fixture_hostile(struct model *m)
{
	unsigned k = 0;
	fixture_small(m);
	struct arena *a = &m->arena;
	m->command = fixture_hostile_text(a, 0);
	m->host = fixture_hostile_text(a, 9);
	m->cwd = fixture_hostile_text(a, 5);
	m->id = fixture_hostile_text(a, 2);
	m->word_test = STR("<b>scenario");
	for (size_t i = 0; i < m->n_suites; i++) {
		m->suites[i].name = fixture_hostile_text(a, k++);
		m->suites[i].file = fixture_hostile_text(a, k++);
	}
	for (size_t i = 0; i < m->n_units; i++)
		m->units[i].name = m->units[i].message = m->units[i].output = fixture_hostile_text(a, k++);
	for (size_t i = 0; i < m->n_sums; i++)
		m->sums[i].name = m->sums[i].file = fixture_hostile_text(a, k++);
	for (size_t i = 0; i < m->n_phases; i++)
		m->phases[i].name = fixture_hostile_text(a, k++);
	for (size_t i = 0; i < m->n_changes; i++)
		m->changes[i].name = fixture_hostile_text(a, k++);
	m->notes[0].text = fixture_hostile_text(a, 6);
	m->gap.longest = fixture_hostile_text(a, 12);
	struct model_test *tests = arena_array(a, struct model_test, (size_t)2 * FIXTURE_HOSTILE);
	for (unsigned i = 0; i < 2 * FIXTURE_HOSTILE; i++) {
		struct model_test *t = &tests[i];
		*t = m->tests[i % m->n_tests];
		t->name = fixture_hostile_text(a, i);
		t->file = fixture_hostile_text(a, i + 3);
		t->key = fixture_hostile_text(a, i + 5);
		fixture_told(m, t)->message = fixture_hostile_text(a, i + 7);
		fixture_told(m, t)->output = fixture_hostile_text(a, i + 9);
	}
	m->tests = tests;
	m->n_tests = (size_t)2 * FIXTURE_HOSTILE;
	for (size_t i = 0; i < m->n_suites; i++)
		m->suites[i].n_tests = m->suites[i].n_bad = m->suites[i].n_skipped = m->suites[i].n_flaky = 0;
	fixture_count(m);
}

static inline uint32_t fixture_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* n tests in n / 25 features, a unit each, on eight workers that take the next unit in turn. */
static inline void fixture_big(struct model *m, uint32_t n)
{
	enum { WORKERS = 8, EACH = 25 };
	int64_t free_ns[WORKERS];
	uint32_t seed = 7;
	*m = (struct model){0};
	fixture_words(m);
	fixture_run(m);
	fixture_sums(m);
	m->n_suites = m->n_units = (n + EACH - 1) / EACH;
	m->suites = arena_array(&m->arena, struct model_suite, m->n_suites);
	m->units = arena_array(&m->arena, struct model_unit, m->n_units);
	m->tests = arena_array(&m->arena, struct model_test, n);
	m->all_workers = arena_array(&m->arena, struct model_worker, WORKERS);
	m->n_workers = m->workers = m->cores = WORKERS;
	m->gap = (struct model_gap){0};
	m->n_phases = 1; /* discovery */
	m->n_changes = 0;
	m->before_wall_ns = 0;
	for (int w = 0; w < WORKERS; w++) {
		free_ns[w] = MS(300 + 20 * w);
		m->all_workers[w] = (struct model_worker){.number = w,
							  .n_starts = 1,
							  .start_ns = MS(100),
							  .startup_ns = MS(200 + 20 * w),
							  .cpu_ns = MS(100),
							  .peak_rss_bytes = 90 << 20};
	}
	for (uint32_t u = 0; u < m->n_units; u++) {
		int w = 0;
		for (int i = 1; i < WORKERS; i++)
			if (free_ns[i] < free_ns[w])
				w = i;
		struct model_suite *s = &m->suites[u];
		*s = (struct model_suite){.name = str_of(arena_printf(&m->arena, "Feature number %u", u)),
					  .file = str_of(arena_printf(
					      &m->arena, "features/area_%u/feature_%05u.feature", u % 40, u)),
					  .outside_ns = MS(3),
					  .start_ns = free_ns[w]};
		int64_t now = free_ns[w] + MS(3);
		for (uint32_t i = 0; i < EACH && u * EACH + i < n; i++) {
			uint32_t r = fixture_random(&seed);
			enum status st = r % 211 == 0   ? STATUS_FAILED
					 : r % 997 == 0 ? STATUS_CRASHED
					 : r % 23 == 0  ? STATUS_SKIPPED
							: STATUS_PASSED;
			struct model_test *t = fixture_test(
			    m, u, 3 + 7 * i, st,
			    str_of(arena_printf(&m->arena,
						"Scenario %u of feature %u does what it should, case %u", i,
						u, r % 1000)));
			t->worker = w;
			t->start_ns = now;
			t->dur_ns = 200000 + (int64_t)(r % 4096) * (r % 61 == 0 ? 20000 : 900);
			t->steps_ns = t->dur_ns / 2;
			t->hooks_ns = t->dur_ns / 3;
			t->flaky = st == STATUS_PASSED && r % 503 == 0;
			if (t->flaky) {
				t->attempts = 2;
				t->attempts_bad = 1;
			}
			if (status_is_bad(st)) {
				fixture_told(m, t)->message = STR("Assertion Failed: expected 201, got 500");
				fixture_told(m, t)->output =
				    STR("POST /pay\n500 Internal Server Error\nat pay (pay.py:14)\n");
			}
			now += t->dur_ns + 40000;
		}
		s->end_ns = now;
		m->units[u] = (struct model_unit){.name = s->file,
						  .worker = w,
						  .attempt = 1,
						  .n_tests = EACH,
						  .status = STATUS_PASSED,
						  .start_ns = free_ns[w],
						  .dur_ns = now - free_ns[w],
						  .predicted_ns = now - free_ns[w]};
		m->all_workers[w].n_units++;
		m->all_workers[w].busy_ns += now - free_ns[w];
		m->gap.sum_ns += now - free_ns[w];
		free_ns[w] = now + MS(1);
	}
	for (int w = 0; w < WORKERS; w++) {
		m->all_workers[w].end_ns = free_ns[w] + MS(50);
		m->all_workers[w].teardown_ns = MS(50);
		m->all_workers[w].idle_ns = m->all_workers[w].end_ns - MS(100) - m->all_workers[w].busy_ns;
		if (free_ns[w] > m->wall_ns || w == 0)
			m->wall_ns = free_ns[w];
	}
	m->wall_ns += MS(100);
	m->gap.longest = m->suites[0].file;
	m->gap.longest_ns = m->units[0].dur_ns;
	m->gap.bound_ns = m->gap.sum_ns / WORKERS;
	m->gap.before_ns = MS(100);
	m->gap.startup_ns = MS(200);
	m->gap.teardown_ns = MS(100);
	m->gap.queue_ns = m->wall_ns - m->gap.bound_ns - MS(400);
	m->n_what_if = 6;
	for (uint32_t k = 0; k < m->n_what_if; k++)
		m->what_if[k] = (struct model_what_if){1u << k, MS(400) + m->gap.sum_ns / (1 << k)};
	m->what_if[3].wall_ns = m->wall_ns;
	fixture_count(m);
}
