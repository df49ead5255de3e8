#include "report/html.h"

#include "base/map.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/gzip.h"
#include "report/phrase.h"

enum {
	PACK_BYTES = 1000 * 1000,
	PART_BYTES = 64 * 1024,
	MESSAGE_BYTES = 4 * 1024,
	OUTPUT_BYTES = 8 * 1024,
	OUTPUT_LINES = 100,
	DETAIL_BYTES = 6 * 1000 * 1000, /* of all messages and outputs, before packing */
	NAME_BYTES = 2000,
};

/* JSON on its way into the page: held back until it is known whether it is to be packed. */
struct data {
	const struct model *m;
	struct out *page, json; /* json: into held */
	struct buf held, plain;
	struct gzip gzip;
	bool packing;
	struct map file_numbers;
	size_t n_files, detail_bytes;
};

static void spill(struct data *d)
{
	if (!d->packing) {
		if (d->held.n < PACK_BYTES)
			return;
		out_text(d->page, "<script type=\"application/gzip+base64\" id=\"data\">");
		gzip_begin(&d->gzip, d->page, true);
		d->packing = true;
	}
	if (d->held.n < PART_BYTES)
		return;
	gzip_add(&d->gzip, buf_view(&d->held));
	buf_clear(&d->held);
}

static void finish(struct data *d)
{
	if (d->packing) {
		gzip_add(&d->gzip, buf_view(&d->held));
		gzip_end(&d->gzip);
	} else {
		out_text(d->page, "<script type=\"application/json\" id=\"data\">");
		out_str(d->page, buf_view(&d->held));
	}
	out_text(d->page, "</script>\n");
}

static void put_name(struct data *d, struct str s)
{
	out_json_script(&d->json, str_clip_utf8(s, NAME_BYTES));
}

/* The column of an array of structs: one number an item. */
static void put_column(struct data *d, const char *key, size_t n, int64_t (*of)(const struct data *, size_t))
{
	out_printf(&d->json, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		if (i)
			out_char(&d->json, ',');
		out_int(&d->json, of(d, i));
		if (i % 4096 == 4095)
			spill(d);
	}
	out_char(&d->json, ']');
}

static void put_names(struct data *d, const char *key, size_t n,
		      struct str (*of)(const struct data *, size_t))
{
	out_printf(&d->json, "\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		if (i)
			out_char(&d->json, ',');
		put_name(d, of(d, i));
		if (i % 256 == 255)
			spill(d);
	}
	out_char(&d->json, ']');
}

/* The page counts in whole microseconds. */
static int64_t us(int64_t ns)
{
	return ns / 1000;
}

#define COLUMN(name, items, value)                                                                           \
	static int64_t name(const struct data *d, size_t i)                                                  \
	{                                                                                                    \
		return (int64_t)(d->m->items[i].value);                                                      \
	}
#define COLUMN_US(name, items, value)                                                                        \
	static int64_t name(const struct data *d, size_t i)                                                  \
	{                                                                                                    \
		return us(d->m->items[i].value);                                                             \
	}
#define NAMES(function, items)                                                                               \
	static struct str function(const struct data *d, size_t i)                                           \
	{                                                                                                    \
		return d->m->items[i].name;                                                                  \
	}

NAMES(suite_name, suites)
NAMES(unit_name, units)
COLUMN(unit_worker, units, worker)
COLUMN(unit_status, units, status)
COLUMN(unit_attempt, units, attempt)
COLUMN_US(unit_start, units, start_ns)
COLUMN_US(unit_dur, units, dur_ns)
NAMES(phase_name, phases)
COLUMN(phase_worker, phases, worker)
COLUMN(phase_status, phases, status)
COLUMN_US(phase_start, phases, start_ns)
COLUMN_US(phase_dur, phases, dur_ns)
COLUMN(phase_marked, phases, marked)
NAMES(test_name, tests)
COLUMN(test_suite, tests, suite)
COLUMN(test_line, tests, line)
COLUMN(test_status, tests, status)
COLUMN(test_worker, tests, worker)
COLUMN(test_attempts, tests, attempts)
COLUMN(test_attempts_bad, tests, attempts_bad)
COLUMN_US(test_start, tests, start_ns)
COLUMN_US(test_dur, tests, dur_ns)
COLUMN_US(test_steps, tests, steps_ns)
COLUMN_US(test_hooks, tests, hooks_ns)

static int64_t test_flags(const struct data *d, size_t i)
{
	return d->m->tests[i].flaky | d->m->tests[i].passed_alone << 1;
}

static int64_t test_unit(const struct data *d, size_t i)
{
	return d->m->tests[i].unit < d->m->n_units ? (int64_t)d->m->tests[i].unit : -1;
}

static int64_t file_number(const struct data *d, struct str file)
{
	return file.n ? (int64_t)map_get(&d->file_numbers, file) : -1;
}

static int64_t suite_file(const struct data *d, size_t i)
{
	return file_number(d, d->m->suites[i].file);
}

/* -2: that of its suite, which is the rule */
static int64_t test_file(const struct data *d, size_t i)
{
	const struct model_test *t = &d->m->tests[i];
	if (t->suite < d->m->n_suites && str_eq(t->file, d->m->suites[t->suite].file))
		return -2;
	return file_number(d, t->file);
}

static void put_file(struct data *d, struct str file)
{
	uint32_t *number = file.n ? map_at(&d->file_numbers, file) : NULL;
	if (!number || *number != MAP_NONE)
		return;
	*number = (uint32_t)d->n_files;
	if (d->n_files++)
		out_char(&d->json, ',');
	put_name(d, file);
	spill(d);
}

static void put_files(struct data *d)
{
	out_text(&d->json, ",\"files\":[");
	for (size_t i = 0; i < d->m->n_suites; i++)
		put_file(d, d->m->suites[i].file);
	for (size_t i = 0; i < d->m->n_tests; i++)
		put_file(d, d->m->tests[i].file);
	out_char(&d->json, ']');
}

/* 0: file:line, 1: file::name, else itself; most frameworks have one of the two. */
static void put_key(struct data *d, const struct model_test *t)
{
	struct str key = t->key;
	buf_clear(&d->plain);
	phrase_place(&d->plain, t->file, t->line);
	if (str_eq(key, buf_view(&d->plain))) {
		out_char(&d->json, '0');
		return;
	}
	buf_clear(&d->plain);
	buf_str(&d->plain, t->file);
	buf_text(&d->plain, "::");
	buf_str(&d->plain, t->name);
	if (str_eq(key, buf_view(&d->plain)))
		out_char(&d->json, '1');
	else
		put_name(d, key);
}

static void put_keys(struct data *d)
{
	out_text(&d->json, ",\"k\":[");
	for (size_t i = 0; i < d->m->n_tests; i++) {
		if (i)
			out_char(&d->json, ',');
		put_key(d, &d->m->tests[i]);
		if (i % 256 == 255)
			spill(d);
	}
	out_char(&d->json, ']');
}

static void put_detail(struct data *d, struct str s, bool tail)
{
	size_t cut;
	s = str_trim(excerpt_plain(&d->plain, s));
	s = tail ? excerpt_tail(s, OUTPUT_LINES, OUTPUT_BYTES, &cut) : str_clip_utf8(s, MESSAGE_BYTES);
	if (d->detail_bytes + s.n > DETAIL_BYTES)
		s = STR("[left out: the page is at its limit; report.json has it]");
	d->detail_bytes += s.n;
	out_json_script(&d->json, s);
}

/* [test, message, output] of those that have any. */
static void put_details(struct data *d)
{
	bool comma = false;
	out_text(&d->json, ",\"details\":[");
	for (size_t i = 0; i < d->m->n_tests; i++) {
		const struct model_test *t = &d->m->tests[i];
		if (!t->told->message.n && !t->told->output.n)
			continue;
		out_text(&d->json, comma ? ",[" : "[");
		out_int(&d->json, (int64_t)i);
		out_char(&d->json, ',');
		put_detail(d, t->told->message, false);
		out_char(&d->json, ',');
		put_detail(d, t->told->output, true);
		out_char(&d->json, ']');
		comma = true;
		spill(d);
	}
	out_char(&d->json, ']');
}

static void put_tests(struct data *d)
{
	size_t n = d->m->n_tests;
	out_text(&d->json, ",\"tests\":{");
	put_names(d, "n", n, test_name);
	put_column(d, "f", n, test_file);
	put_column(d, "l", n, test_line);
	put_column(d, "s", n, test_suite);
	put_column(d, "u", n, test_unit);
	put_column(d, "st", n, test_status);
	put_column(d, "w", n, test_worker);
	put_column(d, "a", n, test_start);
	put_column(d, "d", n, test_dur);
	put_column(d, "p", n, test_steps);
	put_column(d, "h", n, test_hooks);
	put_column(d, "t", n, test_attempts);
	put_column(d, "b", n, test_attempts_bad);
	put_column(d, "x", n, test_flags);
	put_keys(d);
	out_char(&d->json, '}');
}

/* -1 stays what it is: not seen. */
static int64_t us_or_none(int64_t ns)
{
	return ns < 0 ? -1 : us(ns);
}

#define CONTAINER(function, value)                                                                           \
	static int64_t function(const struct data *d, size_t i)                                              \
	{                                                                                                    \
		const struct model_container *c = &d->m->containers.all[i];                                  \
		return (int64_t)(value);                                                                     \
	}
CONTAINER(container_worker, c->worker)
CONTAINER(container_test, c->test < d->m->n_tests ? (int64_t)c->test : -1)
CONTAINER(container_made, us_or_none(c->create_at_ns))
CONTAINER(container_create, us_or_none(c->create_ns))
CONTAINER(container_start_at, us_or_none(c->start_at_ns))
CONTAINER(container_start, us_or_none(c->start_ns))
CONTAINER(container_ready, c->ready_by == READY_NONE ? -1 : us_or_none(c->ready_ns))
CONTAINER(container_end, us_or_none(c->end_ns))
CONTAINER(container_flags, c->shared | c->failed << 1 | c->left << 2 | c->ended << 3)
CONTAINER(container_exit, c->exit_code)
CONTAINER(container_peak, c->peak_bytes)
CONTAINER(container_cpu, us_or_none(c->cpu_ns))
CONTAINER(container_wait, us_or_none(c->wait_ns))

static struct str container_name(const struct data *d, size_t i)
{
	return d->m->containers.all[i].name;
}

static struct str container_image(const struct data *d, size_t i)
{
	return d->m->containers.all[i].image;
}

static struct str container_type(const struct data *d, size_t i)
{
	return d->m->containers.all[i].type;
}

static struct str container_message(const struct data *d, size_t i)
{
	return str_clip_utf8(d->m->containers.all[i].message, 300);
}

static struct str type_name(const struct data *d, size_t i)
{
	return d->m->containers.types[i].name;
}

static int64_t step_at(const struct data *d, size_t i)
{
	return us(d->m->containers.curve[i].at_ns);
}

static int64_t step_n(const struct data *d, size_t i)
{
	return d->m->containers.curve[i].n;
}

static int64_t level_at(const struct data *d, size_t i)
{
	return us(d->m->containers.memory[i].at_ns);
}

static int64_t level_bytes(const struct data *d, size_t i)
{
	return d->m->containers.memory[i].bytes;
}

static void put_containers(struct data *d)
{
	const struct model_containers *c = &d->m->containers;
	out_text(&d->json, ",\"containers\":{");
	put_names(d, "n", c->n, container_name);
	out_char(&d->json, ',');
	put_names(d, "i", c->n, container_image);
	out_char(&d->json, ',');
	put_names(d, "y", c->n, container_type);
	out_char(&d->json, ',');
	put_names(d, "m", c->n, container_message);
	put_column(d, "w", c->n, container_worker);
	put_column(d, "t", c->n, container_test);
	put_column(d, "a", c->n, container_made);
	put_column(d, "c", c->n, container_create);
	put_column(d, "b", c->n, container_start_at);
	put_column(d, "s", c->n, container_start);
	put_column(d, "r", c->n, container_ready);
	put_column(d, "e", c->n, container_end);
	put_column(d, "x", c->n, container_flags);
	put_column(d, "k", c->n, container_exit);
	put_column(d, "p", c->n, container_peak);
	put_column(d, "u", c->n, container_cpu);
	put_column(d, "q", c->n, container_wait);
	out_text(&d->json, "},\"types\":{");
	put_names(d, "n", c->n_types, type_name);
	out_text(&d->json, "},\"running\":{\"v\":1");
	put_column(d, "a", c->n_curve, step_at);
	put_column(d, "n", c->n_curve, step_n);
	out_text(&d->json, "},\"memory\":{\"v\":1");
	put_column(d, "a", c->n_memory, level_at);
	put_column(d, "n", c->n_memory, level_bytes);
	out_char(&d->json, '}');
}

bool html_has_curve(const struct model *m)
{
	return m->containers.n_curve > 0 || m->containers.n_memory > 0;
}

static void put_rest(struct data *d)
{
	const struct model *m = d->m;
	out_text(&d->json, ",\"suites\":{");
	put_names(d, "n", m->n_suites, suite_name);
	put_column(d, "f", m->n_suites, suite_file);
	out_text(&d->json, "},\"units\":{");
	put_names(d, "n", m->n_units, unit_name);
	put_column(d, "w", m->n_units, unit_worker);
	put_column(d, "st", m->n_units, unit_status);
	put_column(d, "t", m->n_units, unit_attempt);
	put_column(d, "a", m->n_units, unit_start);
	put_column(d, "d", m->n_units, unit_dur);
	out_text(&d->json, "},\"phases\":{");
	put_names(d, "n", m->n_phases, phase_name);
	put_column(d, "w", m->n_phases, phase_worker);
	put_column(d, "st", m->n_phases, phase_status);
	put_column(d, "a", m->n_phases, phase_start);
	put_column(d, "d", m->n_phases, phase_dur);
	put_column(d, "k", m->n_phases, phase_marked);
	out_char(&d->json, '}');
}

void html_data(struct html *x)
{
	struct data d = {.m = x->m, .page = x->o};
	out_to_buf(&d.json, &d.held);
	out_text(&d.json, "{\"v\":1,\"words\":[");
	put_name(&d, x->m->word_suite);
	out_char(&d.json, ',');
	put_name(&d, x->m->word_test);
	out_char(&d.json, ',');
	put_name(&d, x->m->word_step);
	out_printf(&d.json, "],\"parts\":%s,\"wall\":%lld", model_has_parts(x->m) ? "true" : "false",
		   (long long)us(x->m->wall_ns));
	put_files(&d);
	put_rest(&d);
	if (x->m->containers.n || html_has_curve(x->m))
		put_containers(&d);
	put_tests(&d);
	put_details(&d);
	out_char(&d.json, '}');
	spill(&d);
	finish(&d);
	map_free(&d.file_numbers);
	buf_free(&d.held);
	buf_free(&d.plain);
}
