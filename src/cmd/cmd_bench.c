/* fettle bench: what fettle.yaml names (bench_suite.c), or commands of the command line. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/words.h"
#include "bench/session.h"
#include "bench/stop.h"
#include "cmd/bench_history.h"
#include "cmd/bench_print.h"
#include "cmd/bench_suite.h"
#include "cmd/cmd.h"
#include "config/config_file.h"
#include "config/knob_help.h"
#include "measure/interleave.h"
#include "record/bench_file.h"

extern char **environ;

enum { PARAMS = 8, VALUES = 1000 };

struct dimension {
	struct str name;
	struct str *values;
	size_t n;
};

/* One command as it was given, before parameters. */
struct given {
	char **argv;
	size_t n_argv;
};

struct bench_job {
	const struct bench_options *o;
	struct arena arena;
	struct given *given;
	size_t n_given, cap_given;
	struct dimension dims[PARAMS];
	size_t n_dims;
	struct session session;
};

static int add_range(struct bench_job *job, struct dimension *d, struct str from, struct str to,
		     struct err *e)
{
	int64_t low, high, last;
	if (!str_int(from, &low) || !str_int(to, &high) || low > high ||
	    __builtin_sub_overflow(high, low, &last) || last >= VALUES)
		return err_usage(e, "option '--param': '%.*s..%.*s' is no range of at most %d numbers",
				 STR_ARG(from), STR_ARG(to), VALUES);
	d->values = arena_array(&job->arena, struct str, (size_t)last + 1);
	for (long long i = 0; i <= last; i++)
		d->values[d->n++] = str_of(arena_printf(&job->arena, "%lld", low + i));
	return 0;
}

static int add_dimension(struct bench_job *job, const char *text, struct err *e)
{
	struct str all = str_of(text), one;
	struct str name = str_cut(all, 0, str_find(all, '=')), rest = str_cut(all, name.n + 1, all.n);
	struct dimension *d = &job->dims[job->n_dims];
	if (job->n_dims == PARAMS)
		return err_usage(e, "option '--param': at most %d parameters", PARAMS);
	job->n_dims++;
	*d = (struct dimension){.name = name};
	const char *dots = memmem(rest.at, rest.n, "..", 2);
	if (dots && str_find(rest, ',') == rest.n) {
		size_t at = (size_t)(dots - rest.at);
		return add_range(job, d, str_cut(rest, 0, at), str_cut(rest, at + 2, rest.n), e);
	}
	d->values = arena_array(&job->arena, struct str, rest.n + 1);
	while (rest.n && str_next(&rest, ',', &one))
		d->values[d->n++] = one;
	return d->n ? 0 : err_usage(e, "option '--param': '%.*s' has no values", STR_ARG(name));
}

static void add_given(struct bench_job *job, char **argv, size_t n)
{
	struct given *grown = arena_array(&job->arena, struct given, job->n_given + 1);
	if (job->n_given)
		memcpy(grown, job->given, job->n_given * sizeof(*grown));
	grown[job->n_given++] = (struct given){argv, n};
	job->given = grown;
}

/* Commands of the command line, parted by ---. */
static int read_operands(struct bench_job *job, const struct knob_list *words, struct err *e)
{
	for (size_t i = 0, begin = 0; i <= words->n; i++) {
		if (i < words->n && strcmp(words->at[i], "---") != 0)
			continue;
		if (i == begin)
			return err_usage(e, "a command is missing beside '---'");
		add_given(job, (char **)(uintptr_t)(words->at + begin), i - begin);
		begin = i + 1;
	}
	return 0;
}

static int read_commands(struct bench_job *job, const struct knob_list *words, struct err *e)
{
	const struct bench_options *o = job->o;
	if (words->n && read_operands(job, words, e) < 0)
		return e->fault;
	for (size_t i = 0; i < o->commands.n; i++) {
		char **argv;
		size_t n;
		if (o->exec.shell) {
			argv = arena_array(&job->arena, char *, 2);
			argv[0] = arena_copy(&job->arena, str_of(o->commands.at[i]));
			n = 1;
		} else if (words_split(&job->arena, o->commands.at[i], &argv, &n, e) < 0) {
			return err_wrap(e, "option '--command'");
		}
		add_given(job, argv, n);
	}
	if (!job->n_given)
		return err_usage(e, "which command? 'fettle bench exec -- COMMAND'");
	if (o->names.n > job->n_given)
		return err_usage(e, "%zu names for %zu commands", o->names.n, job->n_given);
	for (size_t i = 0; i < o->params.n; i++)
		if (add_dimension(job, o->params.at[i], e) < 0)
			return e->fault;
	return 0;
}

static struct str name_of(struct bench_job *job, size_t given, const struct bench_param *params)
{
	struct buf b = {0};
	if (given < job->o->names.n)
		buf_text(&b, job->o->names.at[given]);
	else
		words_show(&b, job->given[given].argv, job->given[given].n_argv);
	for (size_t i = 0; i < job->n_dims; i++)
		buf_printf(&b, "/%.*s=%.*s", STR_ARG(params[i].name), STR_ARG(params[i].value));
	struct str ret = arena_str(&job->arena, buf_view(&b));
	buf_free(&b);
	return ret;
}

/* Every command with every combination of values. */
static void add_subjects(struct bench_job *job)
{
	size_t combinations = 1;
	/* what is too many is told by the session */
	for (size_t i = 0; i < job->n_dims && combinations <= INTERLEAVE_MOST; i++)
		combinations *= job->dims[i].n;
	for (size_t k = 0; k < combinations && job->session.n_subjects <= INTERLEAVE_MOST; k++) {
		struct bench_param *params = arena_array(&job->arena, struct bench_param, job->n_dims + 1);
		size_t rest = k;
		for (size_t i = job->n_dims; i-- > 0; rest /= job->dims[i].n)
			params[i] = (struct bench_param){job->dims[i].name,
							 job->dims[i].values[rest % job->dims[i].n]};
		for (size_t g = 0; g < job->n_given; g++)
			session_add(&job->session,
				    (struct session_subject){.name = name_of(job, g, params),
							     .argv = job->given[g].argv,
							     .n_argv = job->given[g].n_argv,
							     .params = params,
							     .n_params = (uint32_t)job->n_dims});
	}
}

static int measure(struct bench_job *job, struct bench *ret, struct err *e)
{
	struct session *s = &job->session;
	const struct exec_wishes *o = &job->o->exec;
	if (session_begin(s, e) < 0 || session_warm(s, e) < 0)
		return e->fault;
	uint32_t rounds = o->rounds ? (uint32_t)o->rounds : session_fit(s, o->time_ns);
	if (session_rounds(s, rounds, 0, e) < 0)
		return e->fault;
	session_tell(s, ret);
	return 0;
}

/* A benchmark of which a run failed is a bad verdict; what was measured is told all the same. */
static int verdict(const struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (b->subjects[i].failed || !b->subjects[i].good)
			return 1;
	return 0;
}

static int bench_exec(const struct bench_options *o, const struct knob_values *v,
		      const struct knob_list *words, struct err *e)
{
	const char *misplaced = bench_misplaced(v, true);
	struct bench_job job = {.o = o};
	struct bench b;
	struct err at_end = {0};
	session_init(&job.session, "bench", &o->exec);
	int rc = misplaced ? err_usage(e, "'--%s' is for benches of fettle.yaml", misplaced)
			   : read_commands(&job, words, e);
	if (rc == 0) {
		add_subjects(&job);
		rc = measure(&job, &b, e);
	}
	if (rc == 0)
		rc = bench_file_write(o->exec.output, &b, e);
	if (rc == 0 && o->history && !stop_asked())
		bench_remember("bench", &b);
	if (rc == 0)
		rc = bench_print(o, &b, e);
	if (rc == 0)
		rc = verdict(&b);
	if (session_end(&job.session, &at_end) < 0 && rc >= 0) {
		*e = at_end;
		rc = e->fault;
	}
	arena_free(&job.arena);
	return rc;
}

/* Options and names by a table, then what is to be done with them. */
static int run_table(const struct knob_table *t, const struct knob_table *help, int n_words, char **words)
{
	struct arena arena = {0};
	struct bench_options o;
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, t, &o, &arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &e);
	o.is_short |= t == &check_table;
	if (rc == 0 && v.help)
		rc = print_help(help);
	else if (rc == 0)
		rc = t == &bench_table ? bench_exec(&o, &v, &operands, &e)
				       : bench_suite(&o, &v, &operands, &e);
	arena_free(&arena);
	if (stop_asked())
		return complain_of_stop(t->command, rc, &e);
	return rc < 0 ? complain(t->command, &e) : rc;
}

static int bench(int n_words, char **words)
{
	bool is_exec = n_words > 0 && strcmp(words[0], "exec") == 0;
	return run_table(is_exec ? &bench_table : &bench_suite_table, &bench_table, n_words - is_exec,
			 words + is_exec);
}

static int check(int n_words, char **words)
{
	return run_table(&check_table, &check_table, n_words, words);
}

const struct cmd cmd_bench = {
    .name = "bench",
    .brief = "measure what fettle.yaml names, or commands",
    .run = bench,
};

const struct cmd cmd_check = {
    .name = "check",
    .brief = "the quick form of bench: which targets are met",
    .run = check,
};
