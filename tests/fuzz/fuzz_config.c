/*
 * The door of fettle.yaml: any bytes are read or refused with one line, what was
 * read is within its ranges, and what is shown of a good file is a good file.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/config_check.h"
#include "config/config_doc.h"
#include "config/config_show.h"
#include "config/run_knobs.h"
#include "config/sections.h"
#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *const nothing[] = {NULL};

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_options(const struct run_options *o)
{
	expect(o->workers >= 0 && o->workers <= 4096);
	expect(o->repeat >= 0);
	expect(o->timeout_ns >= 0 && o->worker_memory_bytes >= 0);
	expect(o->order.is >= RUN_LONGEST && o->order.is <= RUN_RANDOM);
	for (size_t i = 0; i < o->env.n; i++)
		expect(strchr(o->env.at[i], '=') > o->env.at[i]);
}

static void read_run(struct arena *arena, struct str text)
{
	struct knob_values v;
	struct run_options o;
	struct config_doc d;
	struct err e = {0};
	knob_defaults(&v, &run_table, &o, arena);
	config_doc_parse(&d, arena, text, "f.yaml");
	int fault = config_doc_bind(&d, &v, &e);
	if (fault == 0)
		check_options(&o);
	else
		expect(fault == FAULT_USAGE && str_starts(str_of(e.text), "f.yaml:") &&
		       !strchr(e.text, '\n'));
}

/* Every remark is one line, but for the two that show the source. */
static void check_remarks(struct config_doc *d)
{
	struct buf b = {0};
	struct str rest, line;
	remarks_put(&b, &d->remarks);
	rest = buf_view(&b);
	while (b.n && str_next(&rest, '\n', &line))
		expect(!line.n || str_starts(line, "f.yaml:") || line.at[5] == ' ');
	for (size_t i = 0; i < b.n; i++)
		expect(b.at[i] == '\n' || (unsigned char)b.at[i] >= ' ');
	buf_free(&b);
}

static void check_benches(const struct settings *s, bool is_short)
{
	struct arena arena = {0};
	struct target_wish *t;
	for (size_t i = 0; i < s->n_benches; i++) {
		const struct bench_item *b = s->benches[i];
		expect(b->name && b->rounds >= is_short && b->timeout_ns >= 1 && b->warmup >= 0);
		expect(settings_bench_targets(b, &arena, &t) == b->targets.n);
	}
	(void)settings_targets(s, &arena, &t);
	arena_free(&arena);
}

static void show(struct buf *b, const struct settings *s)
{
	const struct config_show how = {.path = "f.yaml", .origins = true};
	for (int i = 0; i < SETTINGS_PARTS; i++) {
		const char *section = s->values[i].table->command;
		if (*section)
			buf_printf(b, "%s:\n", section);
		config_show_rows(b, &how, &s->values[i], *section ? 2 : 0);
	}
	buf_text(b, "bench:\n");
	config_show_benches(b, &how, s, 2);
}

static void check_whole(struct arena *arena, struct str text)
{
	struct config_doc d, again;
	struct settings s;
	struct err e = {0};
	struct buf b = {0};
	config_doc_parse(&d, arena, text, "f.yaml");
	config_check(&d);
	check_remarks(&d);
	if (!d.remarks.errors) {
		bool found;
		d.profile = config_doc_profile(&d, STR("ci"), &found);
		settings_init(&s, arena);
		expect(settings_read(&s, &d, nothing, &e) == 0);
		settings_finish(&s, text.n % 2);
		check_benches(&s, text.n % 2);
		show(&b, &s);
		config_doc_parse(&again, arena, buf_view(&b), "f.yaml");
		config_check(&again);
		expect(!again.remarks.errors);
	}
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct str text = {(const char *)data, size};
	read_run(&arena, text);
	check_whole(&arena, text);
	arena_free(&arena);
	return 0;
}
