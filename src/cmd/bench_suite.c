#include "cmd/bench_suite.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "bench/around.h"
#include "bench/plan.h"
#include "bench/stop.h"
#include "bench/waves.h"
#include "cmd/bench_history.h"
#include "cmd/bench_print.h"
#include "cmd/cmd.h"
#include "config/builtin_benches.h"
#include "config/config_file.h"
#include "config/settings.h"
#include "measure/targets.h"
#include "record/bench_file.h"
#include "subject/container_link.h"
#include "subject/subjects.h"

extern char **environ;

struct suite {
	const struct bench_options *o;
	struct arena arena;
	struct config_doc doc;
	struct settings settings;
	struct plan plan;
	struct waves waves;
	struct bench bench;
	size_t cap_subjects, cap_notes;
	struct buf lacks; /* what was left out */
};

static int read_settings(struct suite *s, const struct knob_values *v, struct err *e)
{
	const struct bench_options *o = s->o;
	struct err none = {0};
	const char *profile = knob_origin(v, &o->profile) == ORIGIN_FLAG ? o->profile : NULL;
	if (config_doc_open(&s->doc, &s->arena, o->exec.config, profile, environ, e) < 0)
		return e->fault;
	settings_init(&s->settings, &s->arena);
	if (settings_read(&s->settings, &s->doc, environ, e) < 0)
		return e->fault;
	if (builtin_wanted(&s->settings))
		builtin_benches(&s->settings, container_engine_base(&s->arena, NULL, environ, &none));
	settings_finish(&s->settings, o->is_short);
	if (s->settings.n_benches)
		return 0;
	if (!o->exec.config && access(CONFIG_NAME, F_OK) < 0)
		return err_usage(e, "there is no " CONFIG_NAME
				    " here ('fettle config init' writes one; 'fettle bench exec -- "
				    "COMMAND' measures a command)");
	return err_usage(e,
			 "%s names no benches (begin with 'bench: [{name: hello, command: echo hello}]'; "
			 "'fettle bench exec -- COMMAND' measures a command)",
			 s->doc.remarks.path ? s->doc.remarks.path : CONFIG_NAME);
}

/* What several say is told once. */
static void add_note(struct suite *s, struct str note)
{
	struct bench *b = &s->bench;
	for (uint32_t i = 0; i < b->n_notes; i++)
		if (str_eq(b->notes[i], note))
			return;
	b->notes = arena_grow(&s->arena, b->notes, b->n_notes, &s->cap_notes, sizeof(*b->notes));
	b->notes[b->n_notes++] = note;
}

static struct bench_subject *add_subjects(struct suite *s, uint32_t n)
{
	struct bench *b = &s->bench;
	for (uint32_t i = 0; i < n; i++)
		b->subjects = arena_grow(&s->arena, b->subjects, b->n_subjects + i, &s->cap_subjects,
					 sizeof(*b->subjects));
	b->n_subjects += n;
	return b->subjects + b->n_subjects - n;
}

/* All of them become one note. */
static void note_lack(struct suite *s, const struct subject *one)
{
	buf_printf(&s->lacks, "%s%.*s (%s)", s->lacks.n ? ", " : "", STR_ARG(one->name), one->lacks);
}

static void measure_item(struct suite *s, const struct plan_item *p)
{
	int64_t *floor = &s->bench.floor_rss_bytes;
	struct bench_subject *got = add_subjects(s, p->n);
	uint32_t kept = 0;
	waves_measure(&s->waves, p->item, p->subjects, p->n, got);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct subject *one = &p->subjects[i];
		if (one->floor_rss_bytes > *floor)
			*floor = one->floor_rss_bytes;
		for (uint32_t k = 0; k < one->n_notes; k++)
			add_note(s, one->notes[k]);
		if (one->lacks)
			note_lack(s, one);
		else
			got[kept++] = got[i];
	}
	s->bench.n_subjects -= p->n - kept;
}

/* Figures that come as whole columns, with what is to be done around them. */
static int read_source(struct suite *s, const struct bench_item *item, struct source_subjects *ret,
		       struct err *e)
{
	struct subject around = {.item = item, .arena = &s->arena};
	struct bench_item own = *item;
	struct err after = {0};
	int64_t deadline_ns = s->waves.o.deadline_ns;
	if (s->waves.o.rounds)
		own.rounds = s->waves.o.rounds;
	if (deadline_ns && clock_mono_ns() > deadline_ns)
		return err_format(e, "there was no time for it");
	if (around_folder(item, e) == 0 && around_run(&around, "setup", &item->setup, e) == 0 &&
	    subject_sources[item->subject.is](&own, deadline_ns, &s->arena, ret, e) == 0 && !ret->n)
		(void)err_usage(e, "there is no benchmark in it");
	if (around_run(&around, "teardown", &item->teardown, &after) < 0 && !e->fault)
		*e = after;
	return e->fault;
}

static void take_source(struct suite *s, const struct bench_item *item)
{
	struct source_subjects got = {0};
	struct err e = {0};
	if (read_source(s, item, &got, &e) < 0) {
		*add_subjects(s, 1) =
		    (struct bench_subject){.name = str_of(item->name),
					   .bench = str_of(item->name),
					   .kind = bench_kind_word((enum bench_kind)item->subject.is),
					   .busy_ns = BENCH_NONE,
					   .failed = 1,
					   .failure = arena_str(&s->arena, str_of(e.text))};
		return;
	}
	for (uint32_t i = 0; i < got.n; i++)
		*add_subjects(s, 1) = got.at[i];
	for (uint32_t i = 0; i < got.n_notes; i++)
		add_note(s, got.notes[i]);
}

static void measure(struct suite *s, const struct knob_values *v)
{
	const struct bench_options *o = s->o;
	int64_t limit_ns = s->settings.benchmarks.benchmark_timeout_ns;
	bool by_flag = knob_origin(v, &o->exec.rounds) == ORIGIN_FLAG;
	const struct waves_options how = {.seed = (uint64_t)o->exec.seed,
					  .rounds = by_flag ? o->exec.rounds : 0,
					  .usual_rounds = o->exec.rounds,
					  .time_ns = o->exec.time_ns,
					  .is_short = o->is_short,
					  .deadline_ns = limit_ns ? clock_mono_ns() + limit_ns : 0,
					  .shows_progress = !o->exec.quiet && isatty(STDERR_FILENO)};
	waves_init(&s->waves, &how, &s->arena);
	for (size_t i = 0; i < s->plan.n && !stop_asked(); i++)
		if (s->plan.items[i].n)
			measure_item(s, &s->plan.items[i]);
		else
			take_source(s, s->plan.items[i].item);
	if (stop_asked())
		add_note(s, STR(STOP_NOTE));
	if (s->lacks.n)
		add_note(s,
			 str_of(arena_printf(&s->arena, "left out, as the image lacks what they need: %.*s",
					     STR_ARG(buf_view(&s->lacks)))));
}

static void add_asked(struct target_asked *ret, size_t *n, const struct target_wish *wishes, size_t n_wishes,
		      const char *bench)
{
	for (size_t i = 0; i < n_wishes; i++)
		ret[(*n)++] = (struct target_asked){.metric = str_of(wishes[i].metric),
						    .bench = bench ? str_of(bench) : STR_NONE,
						    .bound = wishes[i].bound};
}

/* Those of the section, and of the benches that were measured. */
static void judge(struct suite *s)
{
	struct target_wish *wishes;
	size_t n = 0, n_own = settings_targets(&s->settings, &s->arena, &wishes), most = n_own;
	for (size_t i = 0; i < s->plan.n; i++)
		most += s->plan.items[i].item->targets.n;
	struct target_asked *asked = arena_array(&s->arena, struct target_asked, most + 1);
	for (size_t i = 0; i < n_own; i++)
		if (str_is(str_of(wishes[i].metric), "throughput_rps"))
			add_note(
			    s,
			    STR("the target throughput_rps is for load, which this version does not make"));
		else
			add_asked(asked, &n, &wishes[i], 1, NULL);
	for (size_t i = 0; i < s->plan.n; i++) {
		const struct bench_item *item = s->plan.items[i].item;
		n_own = settings_bench_targets(item, &s->arena, &wishes);
		add_asked(asked, &n, wishes, n_own, item->name);
	}
	s->bench.n_targets = targets_judge(&s->arena, &s->bench, asked, n, &s->bench.targets);
}

static int verdict(const struct bench *b)
{
	if (!b->n_subjects)
		return 1; /* nothing was there to be measured */
	for (uint32_t i = 0; i < b->n_targets; i++)
		if (b->targets[i].verdict.answer != TARGET_MET)
			return 1;
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (targets_is_bad(b, &b->subjects[i]))
			return 1;
	return 0;
}

static int list(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_item *p = &plan->items[i];
		if (!p->n)
			(void)printf("%s\n", p->item->name);
		for (uint32_t k = 0; k < p->n; k++)
			(void)printf("%.*s\n", STR_ARG(p->subjects[k].name));
	}
	return 0;
}

/* --output, FETTLE_OUTPUT_DIR, the file's output_dir, or .fettle/bench. */
static const char *folder(const struct suite *s, const struct knob_values *v)
{
	const char *by_file = s->settings.top.output_dir;
	return knob_origin(v, &s->o->exec.output) == ORIGIN_FLAG || !by_file ? s->o->exec.output : by_file;
}

static int run(struct suite *s, const struct knob_values *v, const struct knob_list *names, struct err *e)
{
	const char *misplaced = bench_misplaced(v, false);
	if (misplaced)
		return err_usage(e, "'--%s' is for 'fettle bench exec'", misplaced);
	if (read_settings(s, v, e) < 0 ||
	    plan_make(&s->plan, &s->settings, names->at, names->n, subject_kinds, &s->arena, e) < 0)
		return e->fault;
	if (!s->plan.n)
		return err_usage(
		    e, "all benches are switched off by 'enabled: false'; one that is named is measured");
	if (s->o->list)
		return list(&s->plan);
	stop_catch();
	measure(s, v);
	waves_conclude(&s->waves, &s->bench);
	judge(s);
	if (bench_file_write(folder(s, v), &s->bench, e) < 0)
		return e->fault;
	/* 'fettle check' has no such option: its few rounds are no history; nor is what was broken off */
	if (s->o->history && !stop_asked())
		bench_remember("bench", &s->bench);
	if (bench_print_files(&s->bench, folder(s, v), e) < 0 || bench_print(s->o, &s->bench, e) < 0)
		return e->fault;
	if (!s->o->exec.quiet)
		(void)fprintf(stderr, "files in %s: bench.json, bench.html, junit.xml\n", folder(s, v));
	return verdict(&s->bench);
}

int bench_suite(const struct bench_options *o, const struct knob_values *v, const struct knob_list *names,
		struct err *e)
{
	struct suite s = {.o = o};
	int rc = run(&s, v, names, e);
	waves_free(&s.waves);
	buf_free(&s.lacks);
	arena_free(&s.arena);
	return rc;
}
