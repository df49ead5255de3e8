/*
 * make_report KIND FORMAT: a report of a made-up run, on standard output.
 *
 * KIND: small, containers, hostile, hostile+containers, nothing, a number of tests, or N+containers: N tests
 * with N marks and N / 100 containers. FORMAT: as in
 * report_formats, or trace. The tests beside this file read what comes out with
 * other people's parsers and in a browser.
 */
#include <stdio.h>
#include <unistd.h>

#include "report/lanes_fixture.h"
#include "report/report.h"
#include "report/report_trace.h"

static void make_model(struct model *m, const char *kind)
{
	if (strcmp(kind, "small") == 0) {
		fixture_small(m);
	} else if (strcmp(kind, "hostile") == 0) {
		fixture_hostile(m);
	} else if (strcmp(kind, "nothing") == 0) {
		*m = (struct model){0};
		fixture_words(m);
		m->done = false;
	} else if (strcmp(kind, "hostile+containers") == 0) {
		fixture_hostile(m);
		fixture_containers(m, 32);
		fixture_marks(m, 32);
		fixture_hostile_containers(m);
	} else if (strcmp(kind, "containers") == 0) {
		fixture_small(m);
		fixture_containers(m, 14);
		fixture_marks(m, 18);
	} else {
		char *end;
		uint32_t n = (uint32_t)strtoul(kind, &end, 10);
		fixture_big(m, n);
		if (*end == '+') {
			fixture_containers(m, n / 100 + 1);
			fixture_marks(m, n);
		}
	}
}

static void put_span(struct sink *s, enum span_kind kind, uint64_t parent, int32_t worker, int64_t start_ns,
		     int64_t dur_ns, struct str name)
{
	sink_put(s, &(struct event){.type = EVENT_SPAN,
				    .kind = kind,
				    .status = STATUS_PASSED,
				    .parent = parent,
				    .worker = worker,
				    .time_ns = start_ns,
				    .dur_ns = dur_ns,
				    .name = name});
}

/* The rows that could have made the model: each unit, its tests one after the other, two steps a test. */
static void put_events(const struct model *m, struct sink *s)
{
	uint64_t id = 1;
	struct field command = {.key = STR("command"), .text = m->command, .type = FIELD_TEXT};
	sink_put(s, &(struct event){.type = EVENT_RUN, .worker = -1, .fields = &command, .n_fields = 1});
	for (uint32_t u = 0; u < m->n_units; u++) {
		uint64_t unit = id++;
		int32_t w = m->units[u].worker;
		sink_put(s, &(struct event){.type = EVENT_BEGIN,
					    .kind = SPAN_UNIT,
					    .id = unit,
					    .worker = w,
					    .time_ns = m->units[u].start_ns,
					    .name = m->units[u].name});
		for (size_t i = (size_t)u * 25; i < m->n_tests && i < (size_t)(u + 1) * 25; i++) {
			const struct model_test *t = &m->tests[i];
			uint64_t test = id++;
			sink_put(s, &(struct event){.type = EVENT_BEGIN,
						    .kind = SPAN_TEST,
						    .id = test,
						    .parent = unit,
						    .worker = w,
						    .time_ns = t->start_ns,
						    .name = t->name,
						    .file = t->file,
						    .line = t->line});
			put_span(s, SPAN_STEP, test, w, t->start_ns, t->dur_ns / 3, STR("I have a basket"));
			put_span(s, SPAN_STEP, test, w, t->start_ns + t->dur_ns / 3, t->dur_ns / 3, t->name);
			sink_put(s, &(struct event){.type = EVENT_END,
						    .id = test,
						    .time_ns = t->start_ns + t->dur_ns,
						    .status = t->status,
						    .message = t->told->message});
		}
		if (u % 7 != 6) /* every seventh has no end */
			sink_put(s, &(struct event){.type = EVENT_END,
						    .id = unit,
						    .time_ns = m->units[u].start_ns + m->units[u].dur_ns,
						    .status = m->units[u].status});
	}
}

int main(int n_words, char **words)
{
	struct model m;
	struct out o;
	struct err e;
	struct trace t;
	if (n_words != 3) {
		(void)fputs("usage: make_report KIND FORMAT\n", stderr);
		return 2;
	}
	make_model(&m, words[1]);
	out_to_fd(&o, STDOUT_FILENO);
	if (strcmp(words[2], "trace") == 0) {
		trace_begin(&t, &o);
		put_events(&m, &t.sink);
		trace_end(&t);
	}
	for (const struct report_format *f = report_formats; f->name; f++)
		if (strcmp(f->name, words[2]) == 0)
			f->write(&m, &o);
	arena_free(&m.arena);
	if (out_close(&o, &e) < 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		return 3;
	}
	return 0;
}
