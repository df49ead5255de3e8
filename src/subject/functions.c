/* Programs with FETTLE_BENCH functions: subject c. Their rows are read by ingest/bench_rows.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/str.h"
#include "bench/subject.h"
#include "ingest/bench_rows.h"
#include "measure/interleave.h"
#include "subject/gather.h"
#include "subject/source.h"

enum {
	FUNCTIONS = 10000,
	SIDES = 64,
	ROUNDS = 20,
	ROUNDS_MOST = 10000,
	HOPELESS = 3, /* runs that failed, and none that was good */
	SHARED = 10,  /* operations of two variants differ at most so many times */
	WHY = 240,
};

/* One function of one program. */
struct function {
	struct str name;
	uint64_t n;       /* operations a round; 0: not calibrated */
	uint32_t subject; /* in the figures */
	uint32_t good, failed;
	double wall_ns; /* of all rounds that count */
	bool is_over;   /* skipped, or hopeless */
	bool is_pending, is_open;
};

/* One program. */
struct side {
	const char *program;
	struct str variant; /* empty: there is but one */
	struct function *functions;
	size_t n, cap;
	struct map names;
};

struct functions {
	const struct bench_item *item;
	struct arena *arena;
	struct results figures;
	struct side sides[SIDES];
	uint32_t n_sides;
	char **env;
	int64_t timeout_ns, deadline_ns;
};

/* What a process was started for. */
enum pass { PASS_LIST, PASS_CALIBRATE, PASS_WARM, PASS_COUNT };

struct talk {
	struct functions *all;
	struct side *side;
	enum pass pass;
	struct function *open; /* it runs */
	bool has_head, is_done;
	char wrong[WHY]; /* what is no row */
};

static int take_programs(struct functions *all, struct err *e)
{
	const struct bench_item *item = all->item;
	if (item->variants.n > SIDES)
		return err_usage(e, "%zu variants are too many; %d at the most", item->variants.n, SIDES);
	for (size_t i = 0; i < item->variants.n; i++) {
		struct str pair = str_of(item->variants.at[i]);
		size_t equals = str_find(pair, '=');
		all->sides[all->n_sides++] = (struct side){.program = pair.at + equals + (equals < pair.n),
							   .variant = str_cut(pair, 0, equals)};
	}
	if (!all->n_sides)
		all->sides[all->n_sides++] = (struct side){.program = item->program};
	return 0;
}

/* "sort/8/new", with the parameter that its name tells. */
static uint32_t subject_of(struct functions *all, const struct side *side, struct str name)
{
	struct str last = str_cut(name, str_find_last(name, '/') + 1, name.n);
	struct str shown = name;
	int64_t arg;
	if (side->variant.n)
		shown = str_of(arena_printf(all->arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(side->variant)));
	uint32_t subject = results_benchmark(&all->figures, shown);
	if (last.n && last.n < name.n && str_int(last, &arg))
		results_param(&all->figures, subject, STR("arg"), last);
	if (side->variant.n)
		results_param(&all->figures, subject, STR("variant"), side->variant);
	return subject;
}

static bool is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.at[i] <= ' ')
			return false;
	return name.n > 0 && name.n <= RESULTS_NAME / 2;
}

static bool add_function(struct functions *all, struct side *s, struct str name)
{
	const char *filter = all->item->filter;
	if (filter && !str_match(str_of(filter), name))
		return true;
	if (!is_plain(name) || s->n == FUNCTIONS || map_get(&s->names, name) != MAP_NONE)
		return false;
	s->functions = arena_grow(all->arena, s->functions, s->n, &s->cap, sizeof(*s->functions));
	struct str kept = arena_str(all->arena, name);
	s->functions[s->n] = (struct function){.name = kept, .subject = subject_of(all, s, kept)};
	*map_at(&s->names, kept) = (uint32_t)s->n++;
	return true;
}

static struct function *function_of(struct side *s, struct str name)
{
	uint32_t at = map_get(&s->names, name);
	return at == MAP_NONE ? NULL : &s->functions[at];
}

static void fail_function(struct talk *t, struct function *fn, struct str why, bool timed_out)
{
	struct results *f = &t->all->figures;
	fn->is_pending = false;
	fn->failed++;
	fn->is_over |= !fn->good && (fn->failed >= HOPELESS || t->pass == PASS_CALIBRATE);
	if (t->pass != PASS_COUNT && !fn->is_over)
		return; /* a warm-up round counts for nothing */
	if (t->pass != PASS_COUNT && !results_run(f, fn->subject))
		return;
	results_fail(f, fn->subject, why);
	if (timed_out)
		results_timed_out(f, fn->subject);
}

static void take_round(struct talk *t, struct function *fn, const struct bench_row *row)
{
	fn->is_pending = false;
	fn->good++;
	if (t->pass != PASS_COUNT)
		return;
	bench_row_put(&t->all->figures, fn->subject, row);
	fn->wall_ns += row->wall_ns > 0 ? row->wall_ns : 0;
}

/* A row that speaks of a function. False: of one that was not asked for. */
static bool take_function(struct talk *t, const struct bench_row *row)
{
	struct function *fn = function_of(t->side, row->name);
	if (!fn || !fn->is_pending)
		return false;
	t->open = row->kind == BENCH_ROW_BEGIN ? fn : NULL;
	if (row->kind == BENCH_ROW_FAILED) {
		fail_function(t, fn, row->why.n ? row->why : STR("it failed"), false);
	} else if (row->kind == BENCH_ROW_SKIPPED) {
		fn->is_pending = false;
		fn->is_over = true;
		results_note(&t->all->figures, "skipped: %.*s: %.*s", STR_ARG(row->name), STR_ARG(row->why));
	} else if (row->kind == BENCH_ROW_CALIBRATED && t->pass == PASS_CALIBRATE) {
		fn->n = row->n;
		fn->is_pending = false;
	} else if (row->kind == BENCH_ROW_ROUND && t->pass > PASS_CALIBRATE) {
		take_round(t, fn, row);
	}
	return true;
}

static bool take_row(struct talk *t, const struct bench_row *row)
{
	switch (row->kind) {
	case BENCH_ROW_HEAD:
		t->has_head = true;
		if (!row->counted && t->pass == PASS_CALIBRATE)
			results_note(
			    &t->all->figures,
			    "'%s' counts no allocations: another malloc stands before libfettle_bench's",
			    t->side->program);
		return true;
	case BENCH_ROW_LISTED:
		return t->pass == PASS_LIST && add_function(t->all, t->side, row->name);
	case BENCH_ROW_DONE:
		t->is_done = true;
		return true;
	case BENCH_ROW_OTHER:
		return false;
	default:
		return t->pass != PASS_LIST && take_function(t, row);
	}
}

/* Stops at the first line that is none of ours: whoever printed it may have printed others too. */
static void take_rows(struct talk *t, struct str bytes)
{
	struct arena scratch = {0};
	struct str line;
	size_t number = 0;
	while (!t->wrong[0] && bytes.n && str_next(&bytes, '\n', &line) && (line.n || bytes.n)) {
		struct bench_row row;
		struct err e;
		number++;
		bool good = bench_row_read(line, &scratch, &row, &e) == 0 && (t->has_head || number == 1) &&
			    take_row(t, &row) && t->has_head;
		if (!good)
			(void)snprintf(t->wrong, sizeof(t->wrong),
				       "line %zu of what it prints is no row of a program with FETTLE_BENCH "
				       "functions",
				       number);
		arena_reset(&scratch);
	}
	if (!number)
		(void)snprintf(t->wrong, sizeof(t->wrong),
			       "it prints nothing: is it a program with FETTLE_BENCH functions?");
	arena_free(&scratch);
}

/* The functions that are to run, and how often, as the child's standard input. */
static int write_counts(const struct side *s, struct err *e)
{
	struct buf b = {0};
	int fd = memfd_create("counts", MFD_CLOEXEC);
	for (size_t i = 0; i < s->n; i++)
		if (s->functions[i].is_pending)
			buf_printf(&b, "%.*s %llu\n", STR_ARG(s->functions[i].name),
				   (unsigned long long)s->functions[i].n);
	bool good = fd >= 0 && fd_write(fd, b.at, b.n) && lseek(fd, 0, SEEK_SET) == 0;
	buf_free(&b);
	if (good)
		return fd;
	(void)err_sys(e, "cannot tell a program what to measure");
	fd_close(&fd);
	return -1;
}

/* One process. What was wrong with it stands in *ret_told, in the arena; empty: nothing. */
static int run_process(struct talk *t, size_t n_pending, struct str *ret_told, bool *ret_timed_out,
		       struct err *e)
{
	struct functions *all = t->all;
	const char *list[] = {t->side->program, "--format=json", "--list", NULL};
	const char *run[] = {t->side->program, "--format=json", "--counts=-",
			     t->pass == PASS_CALIBRATE ? "--rounds=0" : "--rounds=1", NULL};
	auto_fd in = t->pass == PASS_LIST ? -1 : write_counts(t->side, e);
	struct buf out = {0};
	struct gather_end end;
	if (in < 0 && t->pass != PASS_LIST)
		return e->fault;
	int64_t limit;
	if (__builtin_mul_overflow(all->timeout_ns, (int64_t)n_pending + 1, &limit))
		limit = INT64_MAX;
	const struct gather g = {.argv = (char *const *)(uintptr_t)(t->pass == PASS_LIST ? list : run),
				 .env = all->env,
				 .cwd = all->item->dir,
				 .in = in,
				 /* while it measures, what its functions print must cost nothing */
				 .hears = t->pass == PASS_LIST,
				 .timeout_ns = all->timeout_ns,
				 .limit_ns = limit};
	int rc = gather(&g, &out, &end, e);
	if (rc == 0) {
		take_rows(t, buf_view(&out));
		/* exit code 1 behind the last row: a function failed, which its row has told */
		bool well = t->is_done && !t->wrong[0] && !end.timed_out;
		*ret_told = well ? STR_NONE : gather_told(all->arena, &g, &end);
		*ret_timed_out = end.timed_out;
		bool silent = !out.n && ret_told->n; /* how it ended says more than that it printed nothing */
		if (!well && !silent && (!ret_told->n || (t->wrong[0] && !end.timed_out && !t->open)))
			*ret_told = arena_str(all->arena, t->wrong[0] ? str_of(t->wrong)
								      : STR("it ended before its last row"));
	}
	buf_free(&out);
	return rc;
}

static size_t pending_of(const struct side *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += s->functions[i].is_pending;
	return n;
}

/*
 * All pending functions of a program, in as many processes as it takes: one that crashes or hangs is blamed
 * on the function that ran, and the others go on without it.
 */
static int run_side(struct functions *all, struct side *s, enum pass pass, struct err *e)
{
	size_t n;
	while ((n = pending_of(s)) > 0) {
		struct talk t = {.all = all, .side = s, .pass = pass};
		struct str told = STR_NONE;
		bool timed_out = false;
		if (run_process(&t, n, &told, &timed_out, e) < 0)
			return e->fault;
		if (t.open)
			fail_function(&t, t.open, told.n ? told : STR("it did not end"), timed_out);
		if (!t.open && pending_of(s) > 0)
			for (size_t i = 0; i < s->n; i++)
				if (s->functions[i].is_pending)
					fail_function(&t, &s->functions[i],
						      told.n ? told : STR("the program did not run it"),
						      timed_out);
	}
	return 0;
}

static int list_side(struct functions *all, struct side *s, struct err *e)
{
	struct talk t = {.all = all, .side = s, .pass = PASS_LIST};
	struct str told = STR_NONE;
	bool timed_out;
	if (run_process(&t, FUNCTIONS, &told, &timed_out, e) < 0)
		return e->fault;
	if (told.n)
		return err_format(e, "'%s --list': %.*s", s->program, STR_ARG(told));
	if (!s->n && all->item->filter)
		return err_format(e, "no benchmark of '%s' matches '%s'", s->program, all->item->filter);
	if (!s->n)
		return err_format(e, "'%s' has no benchmarks", s->program);
	return 0;
}

/* Functions that may be run; with a run of each begun where it counts. */
static bool begin_round(struct functions *all, enum pass pass)
{
	bool any = false;
	for (uint32_t i = 0; i < all->n_sides; i++) {
		for (size_t k = 0; k < all->sides[i].n; k++) {
			struct function *fn = &all->sides[i].functions[k];
			fn->is_pending = !fn->is_over;
			if (fn->is_pending && pass == PASS_COUNT)
				fn->is_pending = results_run(&all->figures, fn->subject);
			any |= fn->is_pending;
		}
	}
	return any;
}

/*
 * Variants do the same number of operations in a round, the most that any of them needs, so that what depends
 * on that number is alike.
 */
static void share_count(struct functions *all, struct str name)
{
	struct function *same[SIDES];
	uint64_t least = UINT64_MAX, most = 0;
	uint32_t n = 0;
	for (uint32_t i = 0; i < all->n_sides; i++) {
		struct function *fn = function_of(&all->sides[i], name);
		if (!fn || !fn->n)
			continue;
		least = fn->n < least ? fn->n : least;
		most = fn->n > most ? fn->n : most;
		same[n++] = fn;
	}
	for (uint32_t i = 0; i < n; i++)
		same[i]->n = most / SHARED > least ? least * SHARED : most;
}

static void share_counts(struct functions *all)
{
	for (uint32_t i = 0; i < all->n_sides; i++)
		for (size_t k = 0; k < all->sides[i].n; k++)
			share_count(all, all->sides[i].functions[k].name);
}

/* What the function that was measured for the shortest time was measured. */
static double least_wall_ns(const struct functions *all)
{
	double least = -1;
	for (uint32_t i = 0; i < all->n_sides; i++)
		for (size_t k = 0; k < all->sides[i].n; k++) {
			const struct function *fn = &all->sides[i].functions[k];
			if (!fn->is_over && (least < 0 || fn->wall_ns < least))
				least = fn->wall_ns;
		}
	return least;
}

static bool wants_round(const struct functions *all, int64_t round)
{
	int64_t wanted = all->item->rounds > 0 ? all->item->rounds : ROUNDS;
	if (round < wanted)
		return true;
	double measured = least_wall_ns(all);
	return all->item->min_time_ns > 0 && measured >= 0 && measured < (double)all->item->min_time_ns &&
	       round < ROUNDS_MOST;
}

static bool is_late(const struct functions *all)
{
	return all->deadline_ns && clock_mono_ns() > all->deadline_ns;
}

static int run_rounds(struct functions *all, struct err *e)
{
	uint32_t order[SIDES];
	uint64_t seed = (uint64_t)clock_wall_ns();
	for (int64_t round = -all->item->warmup; round < 0 || wants_round(all, round); round++) {
		enum pass pass = round < 0 ? PASS_WARM : PASS_COUNT;
		if (is_late(all))
			return round > 0 ? 0 : err_format(e, "there was no time for it");
		if (!begin_round(all, pass))
			break;
		interleave_round(seed, (uint32_t)(round + all->item->warmup), all->n_sides, 1, order);
		for (uint32_t i = 0; i < all->n_sides; i++)
			if (run_side(all, &all->sides[order[i]], pass, e) < 0)
				return e->fault;
	}
	return 0;
}

static int run_all(struct functions *all, struct err *e)
{
	for (uint32_t i = 0; i < all->n_sides; i++)
		if (list_side(all, &all->sides[i], e) < 0)
			return e->fault;
	if (is_late(all))
		return err_format(e, "there was no time for it");
	(void)begin_round(all, PASS_CALIBRATE);
	for (uint32_t i = 0; i < all->n_sides; i++)
		if (run_side(all, &all->sides[i], PASS_CALIBRATE, e) < 0)
			return e->fault;
	share_counts(all);
	return run_rounds(all, e);
}

int source_functions(const struct bench_item *item, int64_t deadline_ns, struct arena *a,
		     struct source_subjects *ret, struct err *e)
{
	struct functions *all = arena_new(a, struct functions);
	*all = (struct functions){.item = item,
				  .deadline_ns = deadline_ns,
				  .arena = a,
				  .env = subject_environment(a, item),
				  .timeout_ns = item->timeout_ns > 0 ? item->timeout_ns : INT64_MAX};
	all->figures = (struct results){.arena = a, .bench = str_of(item->name), .kind = STR("c")};
	int rc = take_programs(all, e);
	if (rc == 0)
		rc = run_all(all, e);
	ret->at = results_finish(&all->figures, &ret->n);
	ret->notes = all->figures.notes;
	ret->n_notes = (uint32_t)all->figures.n_notes;
	for (uint32_t i = 0; i < all->n_sides; i++)
		map_free(&all->sides[i].names);
	if (rc < 0)
		ret->n = 0;
	return rc;
}
