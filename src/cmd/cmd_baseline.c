/* fettle baseline: results that are kept by name, to compare with. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyse/model.h"
#include "base/clock.h"
#include "base/folder.h"
#include "base/git_head.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/last_results.h"
#include "collect/copy.h"
#include "config/keep_knobs.h"
#include "config/knob_args.h"
#include "config/nearest.h"
#include "record/bench_file.h"
#include "record/reader.h"
#include "record/runs.h"
#include "report/term.h"

#define ROOT ".fettle"

struct baseline_job {
	struct arena arena;
	struct baseline_options o;
	struct baseline b; /* of save */
	struct err e;
};

/* The file of that name: from itself, or in it. */
static const char *file_of(struct baseline_job *j, const char *from, const char *name)
{
	struct stat st;
	bool is_folder = stat(from, &st) == 0 && S_ISDIR(st.st_mode);
	return is_folder ? arena_printf(&j->arena, "%s/%s", from, name) : from;
}

static int copy_into(struct baseline_job *j, const char *dir, const char *part, const char *file,
		     const char *name)
{
	if (folder_make(arena_printf(&j->arena, "%s/%s", dir, part), 0755, &j->e) < 0)
		return j->e.fault;
	return copy_file(file, arena_printf(&j->arena, "%s/%s/%s", dir, part, name), &j->e);
}

/* It is read first, so that nothing is kept that cannot be compared with. */
static int save_bench(struct baseline_job *j, const char *dir, const char *from)
{
	struct bench bench;
	const char *file = file_of(j, from, BENCH_FILE_NAME);
	if (bench_file_read(file, &j->arena, &bench, &j->e) < 0)
		return j->e.fault;
	j->b.measured_ns = bench.begin_ns;
	j->b.machine = bench.machine;
	return copy_into(j, dir, BASELINE_BENCH, file, BENCH_FILE_NAME);
}

static int save_run(struct baseline_job *j, const char *dir, const char *from)
{
	struct model m;
	struct reader_result read;
	const char *events = file_of(j, from, "events.jsonl"), *coverage = file_of(j, from, "coverage.json");
	if (copy_into(j, dir, BASELINE_RUN, events, "events.jsonl") < 0)
		return j->e.fault;
	if (coverage != from && access(coverage, F_OK) == 0 &&
	    copy_into(j, dir, BASELINE_RUN, coverage, "coverage.json") < 0)
		return j->e.fault;
	model_init(&m);
	int rc = reader_replay(arena_printf(&j->arena, "%s/" BASELINE_RUN "/events.jsonl", dir), &m.sink,
			       &read, &j->e);
	if (rc == 0 && m.wall_start_ns > j->b.measured_ns) {
		j->b.measured_ns = m.wall_start_ns;
		j->b.machine = j->b.machine.n ? j->b.machine : arena_str(&j->arena, m.host);
	}
	model_free(&m);
	return rc;
}

static int fill(struct baseline_job *j, const struct results *r, const char *dir)
{
	char cwd[PATH_MAX];
	if (r->bench && save_bench(j, dir, r->bench) < 0)
		return j->e.fault;
	if (r->run && save_run(j, dir, r->run) < 0)
		return j->e.fault;
	j->b.saved_ns = clock_wall_ns();
	j->b.commit = getcwd(cwd, sizeof(cwd)) ? git_head(&j->arena, cwd) : STR_NONE;
	j->b.from = str_of(arena_printf(&j->arena, "%s%s%s", r->bench ? r->bench : "",
					r->bench && r->run && r->bench != r->run ? ", " : "",
					r->run && r->run != r->bench ? r->run : ""));
	return 0;
}

static int save(struct baseline_job *j, const char *name)
{
	struct results r = j->o.from ? results_at(j->o.from) : results_last();
	char *dir;
	if (j->o.from && !results_is_bench(j->o.from) && !r.run)
		return err_usage(&j->e, "'%s' holds neither " BENCH_FILE_NAME " nor events.jsonl", j->o.from);
	if (!r.bench && !r.run)
		return err_usage(&j->e,
				 "there is no result yet below '" ROOT
				 "' (begin with 'fettle bench' or 'fettle run', or name one by --from)");
	if (runs_root(&j->arena, ROOT, &j->e) < 0 ||
	    baseline_begin(&j->arena, ROOT, name, j->o.force, &dir, &j->e) < 0)
		return j->e.fault;
	j->b.name = str_of(name);
	if (fill(j, &r, dir) < 0 || baseline_end(&j->arena, ROOT, &j->b, dir, &j->e) < 0) {
		baseline_drop(dir);
		return j->e.fault;
	}
	(void)printf("saved %s%s%s as baseline '%s'\n", r.bench ? "the bench" : "",
		     r.bench && r.run ? " and " : "", r.run ? "the run" : "", name);
	return j->o.use ? baseline_use(&j->arena, ROOT, name, &j->e) : 0;
}

static void list_text(struct term *t, const struct baseline *all, size_t n)
{
	out_text(t->out, n ? "  baseline              holds      measured (UTC)       commit      machine\n"
			   : "no baseline is kept ('fettle baseline save NAME')\n");
	for (size_t i = 0; i < n; i++) {
		const struct baseline *b = &all[i];
		out_text(t->out, b->in_use ? "* " : "  ");
		term_cell(t, b->name, 20, SIDE_LEFT);
		out_printf(t->out, "  %-9s  ",
			   b->has_bench && b->has_run ? "bench,run"
			   : b->has_bench             ? "bench"
			   : b->has_run               ? "run"
						      : "nothing");
		out_time(t->out, b->measured_ns ? b->measured_ns : b->saved_ns, TIME_COLUMNS);
		out_text(t->out, "  ");
		term_cell(t, b->commit.n ? str_cut(b->commit, 0, 10) : STR("-"), 10, SIDE_LEFT);
		out_text(t->out, "  ");
		(void)term_text(t, b->machine, 60);
		out_char(t->out, '\n');
	}
}

static void list_json(struct out *o, const struct baseline *all, size_t n)
{
	struct buf b = {0};
	buf_text(&b, "{\"baselines\":[");
	for (size_t i = 0; i < n; i++) {
		buf_text(&b, i ? ",\n{" : "\n{");
		json_put_key_text(&b, "name", all[i].name);
		json_put_key_int(&b, "saved_ns", all[i].saved_ns);
		json_put_key_int(&b, "measured_ns", all[i].measured_ns);
		json_put_key_text(&b, "machine", all[i].machine);
		json_put_key_text(&b, "commit", all[i].commit);
		json_put_key_text(&b, "from", all[i].from);
		buf_printf(&b, ",\"bench\":%s,\"run\":%s,\"in_use\":%s}", all[i].has_bench ? "true" : "false",
			   all[i].has_run ? "true" : "false", all[i].in_use ? "true" : "false");
	}
	buf_text(&b, "]}\n");
	out_str(o, buf_view(&b));
	buf_free(&b);
}

static int list(struct baseline_job *j)
{
	struct baseline *all;
	struct out out;
	size_t n;
	if (baselines_list(&j->arena, ROOT, &all, &n, &j->e) < 0)
		return j->e.fault;
	out_to_fd(&out, STDOUT_FILENO);
	struct term t = {.out = &out};
	if (j->o.format.is == BASELINE_JSON)
		list_json(&out, all, n);
	else
		list_text(&t, all, n);
	return out_close(&out, &j->e);
}

static int use(struct baseline_job *j, const char *name)
{
	return baseline_use(&j->arena, ROOT, name, &j->e);
}

static int drop(struct baseline_job *j, const char *name)
{
	return baseline_remove(&j->arena, ROOT, name, &j->e);
}

static const struct verb {
	const char *name;
	int (*run)(struct baseline_job *j, const char *name_of_baseline);
} verbs[] = {{"save", save}, {"use", use}, {"remove", drop}};
enum { N_VERBS = sizeof(verbs) / sizeof(*verbs) };

static int unknown(struct baseline_job *j, const char *verb)
{
	struct nearest near = {.word = str_of(verb)};
	for (size_t i = 0; i < N_VERBS; i++)
		nearest_try(&near, verbs[i].name);
	nearest_try(&near, "list");
	if (nearest_word(&near))
		return err_usage(&j->e, "unknown '%s' (did you mean '%s'?)", verb, nearest_word(&near));
	return err_usage(&j->e, "unknown '%s': 'fettle baseline save|list|use|remove'", verb);
}

/* Options of one verb that were given to another do nothing, and that is told. */
static int check(struct baseline_job *j, const char *verb)
{
	const struct baseline_options *o = &j->o;
	bool is_save = strcmp(verb, "save") == 0, is_list = strcmp(verb, "list") == 0;
	const char *stray = is_save ? NULL : o->from ? "from" : o->force ? "force" : o->use ? "use" : NULL;
	if (stray)
		return err_usage(&j->e, "'--%s' is for 'fettle baseline save'", stray);
	if (!is_list && o->format.is != BASELINE_TEXT)
		return err_usage(&j->e, "'--format' is for 'fettle baseline list'");
	return 0;
}

static int work(struct baseline_job *j, const struct knob_list *operands)
{
	if (!operands->n)
		return err_usage(&j->e, "what is to be done? 'fettle baseline save|list|use|remove'");
	const char *verb = operands->at[0];
	if (check(j, verb) < 0)
		return j->e.fault;
	if (strcmp(verb, "list") == 0)
		return operands->n == 1 ? list(j) : err_usage(&j->e, "'%s' is too much", operands->at[1]);
	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(verb, verbs[i].name) != 0)
			continue;
		if (operands->n < 2)
			return err_usage(&j->e, "%s needs a name: 'fettle baseline %s NAME'", verb, verb);
		if (operands->n > 2)
			return err_usage(&j->e, "'%s' is too much", operands->at[2]);
		return verbs[i].run(j, operands->at[1]);
	}
	return unknown(j, verb);
}

static int run(int n_words, char **words)
{
	struct baseline_job j = {0};
	struct knob_values v;
	struct knob_list operands;
	knob_defaults(&v, &baseline_table, &j.o, &j.arena);
	int rc = knob_args(&v, (size_t)n_words, words, &operands, &j.e);
	if (rc == 0 && v.help)
		rc = print_help(&baseline_table);
	else if (rc == 0)
		rc = work(&j, &operands);
	arena_free(&j.arena);
	return rc < 0 ? complain("baseline", &j.e) : rc;
}

const struct cmd cmd_baseline = {
    .name = "baseline",
    .brief = "keep results by name, to compare with",
    .run = run,
};
