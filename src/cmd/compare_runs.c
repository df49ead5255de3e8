#include "cmd/compare_runs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyse/run_compare.h"
#include "base/vec.h"
#include "bench_out/report_bench.h"
#include "cmd/cmd.h"
#include "cmd/reports.h"
#include "record/coverage_totals.h"
#include "record/reader.h"
#include "record/runs.h"

struct one_run {
	struct model model;
	struct coverage_totals_sink sink; /* what the files of coverage.json are put into */
	struct run_coverages cover;
	size_t cap_files;
};

static void put_total(struct coverage_totals_sink *sink, const struct coverage_total *t)
{
	struct one_run *s = (struct one_run *)(void *)((char *)sink - offsetof(struct one_run, sink));
	struct run_coverage c = {t->file, t->statements, t->covered};
	if (!t->file.n) {
		s->cover.total = c;
		return;
	}
	s->cover.files = vec_grow(s->cover.files, s->cover.n_files, &s->cap_files, sizeof(*s->cover.files));
	s->cover.files[s->cover.n_files++] = c;
}

static int read_side(struct one_run *s, struct arena *a, const char *name, struct err *e)
{
	struct reader_result read;
	char *dir;
	if (runs_find(a, ".fettle", name, &dir, e) < 0)
		return e->fault;
	const char *events = arena_printf(a, "%s/events.jsonl", dir);
	if (reader_replay(events, &s->model.sink, &read, e) < 0)
		return e->fault;
	reports_bad_rows("compare", events, &read, "compared");
	model_finish(&s->model);
	s->sink.put = put_total;
	int rc = coverage_totals_read(dir, a, &s->sink, e);
	s->cover.known = rc > 0;
	return rc < 0 ? rc : 0;
}

static int print(const struct compare_options *o, const struct run_comparison *c, struct err *e)
{
	struct out out;
	struct term t = {.out = &out,
			 .columns = terminal_columns(STDOUT_FILENO),
			 .colour = wants_colour(&o->exec.color, STDOUT_FILENO)};
	out_to_fd(&out, STDOUT_FILENO);
	if (o->format.is == COMPARE_JSON)
		run_compare_json(&out, c);
	else if (o->format.is == COMPARE_MARKDOWN)
		run_compare_markdown(&out, c);
	else
		run_compare_text(&t, c);
	return out_close(&out, e);
}

int compare_runs(const struct compare_options *o, const char *base, const char *now, struct err *e)
{
	struct arena arena = {0};
	struct one_run sides[2] = {0};
	model_init(&sides[0].model);
	model_init(&sides[1].model);
	int rc = read_side(&sides[0], &arena, base, e);
	if (rc == 0)
		rc = read_side(&sides[1], &arena, now, e);
	if (rc == 0) {
		struct run_comparison c =
		    runs_compare(&arena, &sides[0].model, &sides[1].model, sides[0].cover, sides[1].cover);
		rc = print(o, &c, e);
		if (rc == 0)
			rc = c.verdict == VERDICT_REGRESSED ||
			     (c.verdict == VERDICT_INCONCLUSIVE && o->fail_inconclusive);
	}
	for (int i = 0; i < 2; i++) {
		model_free(&sides[i].model);
		vec_free(sides[i].cover.files);
	}
	arena_free(&arena);
	return rc;
}
