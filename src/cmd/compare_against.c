#include "cmd/compare_against.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/words.h"
#include "bench/session.h"
#include "bench/stop.h"
#include "bench/waves.h"
#include "cmd/compare_commit.h"
#include "collect/proc.h"
#include "net/http_url.h"
#include "net/wait.h"
#include "record/bench_file.h"
#include "subject/subjects.h"

extern char **environ;

/*
 * Looks at the figures before the last one must be as sure as three deviations, so that looking often makes
 * no more false alarms (Haybittle and Peto).
 */
#define LAST_CONFIDENCE  0.95
#define EARLY_CONFIDENCE 0.998
enum {
	FIRST_LOOK = 10,
	MOST_ROUNDS = 160,
	TIMES_MORE = 4,
	REQUESTS = 20, /* to each URL in a round */
};

/* Two sides of one kind: rounds until there are n, returning how many there are, and what came of them. */
struct pair {
	void *of;
	int (*rounds)(void *of, uint32_t n, int64_t until_ns, uint32_t *ret, struct err *e);
	void (*tell)(void *of, struct bench *ret);
};

struct against {
	const struct compare_options *o;
	const struct compare_rules *rules;
	const struct compare_told *told;
	const struct knob_list *words;
	struct arena arena;
	struct commit_tree tree;
};

/* Rounds, looked at, and more of them while nobody can tell. */
static int look_until_clear(struct against *g, const struct pair *p, struct err *e)
{
	const struct compare_options *o = g->o;
	int64_t until_ns = o->exec.time_ns ? clock_mono_ns() + o->exec.time_ns : 0;
	uint32_t first = o->exec.rounds ? (uint32_t)o->exec.rounds : FIRST_LOOK, done = 0;
	uint32_t most = o->max_rounds    ? (uint32_t)o->max_rounds
			: o->exec.rounds ? first * TIMES_MORE
					 : MOST_ROUNDS;
	for (uint32_t next = first < most ? first : most;; next = next * 2 < most ? next * 2 : most) {
		struct bench b;
		/* what was asked for is measured whatever it takes */
		if (p->rounds(p->of, next, next == first ? 0 : until_ns, &done, e) < 0)
			return e->fault;
		bool last =
		    stop_asked() || done >= most || (until_ns && clock_mono_ns() >= until_ns) || done < next;
		p->tell(p->of, &b);
		struct comparison c = bench_compare_pair(&g->arena, &b.subjects[0], &b.subjects[1], g->rules,
							 last ? LAST_CONFIDENCE : EARLY_CONFIDENCE, b.seed);
		if (!last && c.verdict == VERDICT_INCONCLUSIVE)
			continue;
		return bench_file_write(o->exec.output, &b, e) < 0 ? e->fault
								   : g->told->tell(g->told->ctx, &c, e);
	}
}

static int session_step(void *of, uint32_t n, int64_t until_ns, uint32_t *ret, struct err *e)
{
	struct session *s = of;
	int rc = session_rounds(s, n, until_ns, e);
	*ret = s->n_rounds;
	return rc;
}

static void session_result(void *of, struct bench *ret)
{
	session_tell(of, ret);
}

static int measure_commands(struct against *g, struct session *s, struct err *e)
{
	const struct pair pair = {s, session_step, session_result};
	struct err at_end = {0};
	int rc = session_begin(s, e);
	if (rc == 0)
		rc = session_warm(s, e);
	if (rc == 0)
		rc = look_until_clear(g, &pair, e);
	if (session_end(s, &at_end) < 0 && rc >= 0) {
		*e = at_end;
		rc = e->fault;
	}
	return rc;
}

static int against_command(struct against *g, struct err *e)
{
	const char *text = g->o->against;
	struct session s;
	char **argv;
	size_t n;
	session_init(&s, "compare", &g->o->exec);
	if (g->o->exec.shell) {
		argv = arena_array(&g->arena, char *, 2);
		argv[0] = arena_copy(&g->arena, str_of(text));
		n = 1;
	} else if (words_split(&g->arena, text, &argv, &n, e) < 0) {
		return err_wrap(e, "option '--against'");
	}
	session_add(&s, (struct session_subject){.argv = argv, .n_argv = n});
	session_add(
	    &s, (struct session_subject){.argv = (char **)(uintptr_t)g->words->at, .n_argv = g->words->n});
	return measure_commands(g, &s, e);
}

/* The same words in two trees. */
static int against_commit(struct against *g, const char *ref, struct err *e)
{
	struct session s;
	struct session_subject now = {.argv = (char **)(uintptr_t)g->words->at, .n_argv = g->words->n};
	stop_catch();
	if (commit_tree_open(&g->tree, &g->arena, ref, g->o->build, e) < 0)
		return e->fault;
	session_init(&s, "compare", &g->o->exec);
	struct session_subject base = now;
	base.cwd = g->tree.dir;
	base.name = str_of(arena_printf(&g->arena, "%s at %s", now.argv[0], g->tree.commit));
	session_add(&s, base);
	session_add(&s, now);
	return measure_commands(g, &s, e);
}

/* Requests to two URLs. */
struct requests {
	struct against *g;
	struct waves waves;
	struct waves_group *group;
	struct bench_item item;
	struct subject sides[2];
	struct bench_subject subjects[2];
};

static int requests_step(void *of, uint32_t n, int64_t until_ns, uint32_t *ret, struct err *e)
{
	struct requests *r = of;
	*ret = waves_rounds(r->group, n * REQUESTS, until_ns) / REQUESTS;
	return stop_asked() && !*ret ? net_broken_off(e) : 0;
}

/* What was done of a round that is not whole does not count. */
static void cut_to_rounds(struct bench_subject *s)
{
	uint32_t n = s->n_rounds * s->per_round, all = s->good + s->failed;
	s->good = 0;
	for (uint32_t i = 0; i < n && s->n_columns; i++)
		s->good += s->columns[0].values[i] != BENCH_NONE;
	s->failed = n - s->good;
	s->timed_out = s->timed_out < s->failed ? s->timed_out : s->failed;
	if (all && s->busy_ns != BENCH_NONE)
		s->busy_ns = s->busy_ns / all * n;
}

static void requests_result(void *of, struct bench *ret)
{
	static struct str interrupted = {STOP_NOTE, sizeof(STOP_NOTE) - 1};
	struct requests *r = of;
	*ret = (struct bench){.subjects = r->subjects, .n_subjects = 2};
	waves_tell(r->group, r->subjects);
	for (int i = 0; i < 2; i++) {
		struct bench_subject *s = &r->subjects[i];
		s->name = s->bench = s->command;
		s->n_rounds /= REQUESTS;
		s->per_round *= REQUESTS;
		if (stop_asked())
			cut_to_rounds(s);
	}
	if (stop_asked()) {
		ret->notes = &interrupted;
		ret->n_notes = 1;
	}
	waves_conclude(&r->waves, ret);
}

static bool is_url(const char *text)
{
	return http_is_url(text) || str_starts(str_of(text), "unix:");
}

static int against_url(struct against *g, struct err *e)
{
	struct requests *r = arena_new(&g->arena, struct requests);
	const struct pair pair = {r, requests_step, requests_result};
	const struct exec_wishes *o = &g->o->exec;
	const struct waves_options how = {.seed = (uint64_t)o->seed,
					  .shows_progress = !o->quiet && isatty(STDERR_FILENO)};
	if (g->words->n != 1 || !is_url(g->words->at[0]))
		return err_usage(e, "a URL is compared with a URL: 'fettle compare --against URL -- URL'");
	struct knob_values v;
	knob_defaults(&v, &bench_item_table, &r->item, &g->arena);
	r->item.values = v;
	r->item.name = "compare";
	r->item.timeout_ns = o->timeout_ns ? o->timeout_ns : r->item.timeout_ns;
	r->item.warmup = o->warmup;
	for (int i = 0; i < 2; i++)
		r->sides[i] = (struct subject){.kind = &kind_http,
					       .item = &r->item,
					       .instead = i ? g->words->at[0] : g->o->against,
					       .concurrency = 1,
					       .timeout_ns = r->item.timeout_ns,
					       .arena = &g->arena};
	stop_catch();
	waves_init(&r->waves, &how, &g->arena);
	r->group = waves_begin(&r->waves, &r->item, r->sides, 2);
	int rc = look_until_clear(g, &pair, e);
	waves_end(r->group);
	waves_group_free(r->group);
	waves_free(&r->waves);
	return rc;
}

/* A commit says so ("commit:main"), or is the name of one and of no program. */
static const char *commit_meant(struct arena *a, const char *text)
{
	static const char prefix[] = "commit:";
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		return text + sizeof(prefix) - 1;
	if (strpbrk(text, " \t\n\"'\\") || proc_find(a, text, environ, NULL))
		return NULL;
	return commit_is_one(text) ? text : NULL;
}

int compare_against(const struct compare_options *o, const struct compare_rules *rules,
		    const struct knob_list *words, const struct compare_told *told, struct err *e)
{
	struct against g = {.o = o, .rules = rules, .told = told, .words = words};
	int rc;
	if (!words->n) {
		rc = err_usage(e, "which command? 'fettle compare --against COMMAND -- COMMAND'");
	} else if (is_url(o->against)) {
		rc = against_url(&g, e);
	} else {
		const char *commit = o->exec.shell ? NULL : commit_meant(&g.arena, o->against);
		rc = commit ? against_commit(&g, commit, e) : against_command(&g, e);
	}
	commit_tree_close(&g.tree);
	arena_free(&g.arena);
	return rc;
}
