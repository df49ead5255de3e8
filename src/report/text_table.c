#include "report/text_table.h"

#include "base/str.h"
#include "report/phrase.h"

enum { TIME = DURATION_COLUMNS + 1, COUNT = 8, INDENT = 1 };

void table_heading(struct term *t, const char *before, struct str word, const char *after)
{
	out_char(t->out, '\n');
	term_ink(t, INK_HEAD);
	out_text(t->out, before);
	struct buf b = {0};
	if (word.n)
		phrase_plural(&b, word);
	(void)term_text(t, buf_view(&b), t->columns / 2);
	out_text(t->out, after);
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
	buf_free(&b);
}

void table_titles(struct term *t, const char *const *names, const unsigned *widths)
{
	term_ink(t, INK_DIM);
	out_repeat(t->out, " ", INDENT);
	for (; *names; names++, widths++)
		term_cell(t, str_of(*names), *widths, SIDE_RIGHT);
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
}

/* How wide the name column of a table is: what the names need, and at most three fifths of the room. */
struct names {
	unsigned used; /* columns before it */
	unsigned widest;
};

static bool has_place(struct str name, struct str file)
{
	return file.n && name.n && !str_eq(name, file);
}

static void names_fit(struct names *x, const struct term *t, struct str name, struct str file)
{
	unsigned need = has_place(name, file) ? term_columns(t, name) : 0;
	if (need > x->widest)
		x->widest = need;
}

/* "  name   file:line" to the end of the line. */
static void put_name(struct term *t, const struct names *x, struct str name, struct str file, uint32_t line)
{
	struct buf place = {0};
	unsigned room = t->columns > x->used + 2 ? t->columns - x->used - 2 : 0;
	unsigned most = x->widest < room * 3 / 5 ? x->widest : room * 3 / 5;
	phrase_place(&place, file, line);
	out_text(t->out, "  ");
	if (has_place(name, file)) {
		term_cell(t, name, most, SIDE_LEFT);
		out_text(t->out, "  ");
		term_ink(t, INK_DIM);
		(void)term_text_end(t, buf_view(&place), room > most + 2 ? room - most - 2 : 0);
		term_ink(t, INK_PLAIN);
	} else if (file.n) {
		(void)term_text_end(t, buf_view(&place), room);
	} else {
		(void)term_text(t, phrase_name(name), room);
	}
	out_char(t->out, '\n');
	buf_free(&place);
}

void table_slowest_tests(struct term *t, struct model *m, unsigned rows)
{
	size_t n;
	const uint32_t *at = model_slowest_tests(m, rows, &n);
	if (n == 0)
		return;
	bool parts = model_has_parts(m);
	struct buf b = {0};
	phrase_plural(&b, m->word_step);
	buf_char(&b, 0);
	table_heading(t, "Slowest ", m->word_test, "");
	table_titles(t, (const char *const[]){"whole", parts ? b.at : NULL, "hooks", NULL},
		     (const unsigned[]){TIME, TIME, TIME});
	struct names names = {.used = INDENT + (parts ? 3 : 1) * TIME};
	for (size_t i = 0; i < n; i++)
		names_fit(&names, t, m->tests[at[i]].name, m->tests[at[i]].file);
	for (size_t i = 0; i < n; i++) {
		const struct model_test *x = &m->tests[at[i]];
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->dur_ns, TIME);
		if (parts) {
			term_duration(t, x->steps_ns, TIME);
			term_duration(t, x->hooks_ns, TIME);
		}
		put_name(t, &names, x->name, x->file, x->line);
	}
	buf_free(&b);
}

void table_slowest_suites(struct term *t, struct model *m, unsigned rows)
{
	size_t n;
	const uint32_t *at = model_slowest_suites(m, rows, &n);
	if (n == 0)
		return;
	struct buf b = {0};
	phrase_plural(&b, m->word_test);
	buf_char(&b, 0);
	table_heading(t, "Slowest ", m->word_suite, "");
	table_titles(t, (const char *const[]){"whole", "outside", b.at, NULL},
		     (const unsigned[]){TIME, TIME, TIME + 1});
	struct names names = {.used = INDENT + 3 * TIME + 1};
	for (size_t i = 0; i < n; i++)
		names_fit(&names, t, m->suites[at[i]].name, m->suites[at[i]].file);
	for (size_t i = 0; i < n; i++) {
		const struct model_suite *x = &m->suites[at[i]];
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->tests_ns + x->outside_ns, TIME);
		term_duration(t, x->outside_ns, TIME);
		term_count(t, x->n_tests, TIME + 1);
		put_name(t, &names, x->name, x->file, 0);
	}
	buf_free(&b);
}

static void sums_of(struct term *t, struct model *m, enum span_kind kind, struct str word, unsigned rows)
{
	size_t n;
	const uint32_t *at = model_slowest_sums(m, kind, rows, &n);
	if (n == 0)
		return;
	table_heading(t, "Slowest ", word, "");
	table_titles(t, (const char *const[]){"in all", "longest", "times", NULL},
		     (const unsigned[]){TIME, TIME, COUNT});
	struct names names = {.used = INDENT + 2 * TIME + COUNT};
	for (size_t i = 0; i < n; i++)
		names_fit(&names, t, m->sums[at[i]].name, m->sums[at[i]].file);
	for (size_t i = 0; i < n; i++) {
		const struct model_sum *x = &m->sums[at[i]];
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->total_ns, TIME);
		term_duration(t, x->max_ns, TIME);
		term_count(t, x->n, COUNT);
		put_name(t, &names, x->name, x->file, x->line);
	}
}

void table_slowest_sums(struct term *t, struct model *m, unsigned rows)
{
	sums_of(t, m, SPAN_STEP, m->word_step, rows);
	sums_of(t, m, SPAN_HOOK, STR("hook"), rows);
	sums_of(t, m, SPAN_FIXTURE, STR("fixture"), rows);
}

void table_phases(struct term *t, const struct model *m, unsigned rows)
{
	size_t n = 0, put = 0;
	for (size_t i = 0; i < m->n_phases; i++)
		n += !m->phases[i].marked;
	if (n == 0)
		return;
	table_heading(t, "Phases of the run", STR_NONE, "");
	table_titles(t, (const char *const[]){"began", "took", "worker", NULL},
		     (const unsigned[]){TIME, TIME, COUNT});
	for (size_t i = 0; i < m->n_phases && put < rows; i++) {
		const struct model_phase *x = &m->phases[i];
		if (x->marked)
			continue; /* they stand in the tree, added up */
		put++;
		out_repeat(t->out, " ", INDENT);
		term_duration(t, x->start_ns, TIME);
		term_duration(t, x->dur_ns, TIME);
		if (x->worker < 0)
			out_repeat(t->out, " ", COUNT);
		else
			term_count(t, (uint64_t)x->worker, COUNT);
		out_text(t->out, "  ");
		unsigned used = INDENT + 2 * TIME + COUNT + 2;
		(void)term_text(t, phrase_name(x->name), t->columns - used - 12);
		if (status_is_bad(x->status) || x->status == STATUS_UNFINISHED) {
			out_text(t->out, "  ");
			term_inked(t, INK_BAD, status_name(x->status));
		}
		out_char(t->out, '\n');
	}
	if (n > put)
		out_printf(t->out, "  and %zu more\n", n - put);
}

static void worker_row(struct term *t, const struct model *m, const struct model_worker *x, unsigned bar)
{
	struct buf size = {0};
	struct out o;
	out_to_buf(&o, &size);
	if (x->peak_rss_bytes < 0)
		out_char(&o, '-');
	else
		out_size(&o, x->peak_rss_bytes);
	out_repeat(t->out, " ", INDENT);
	term_count(t, (uint64_t)(x->number < 0 ? 0 : x->number), 6);
	term_count(t, x->n_units, 7);
	term_duration(t, x->busy_ns, TIME);
	term_duration(t, x->idle_ns, TIME);
	term_duration(t, x->startup_ns, TIME);
	term_duration(t, x->teardown_ns, TIME);
	term_duration(t, x->cpu_ns, TIME);
	term_cell(t, buf_view(&size), TIME, SIDE_RIGHT);
	if (bar && x->busy_ns > 0) {
		out_text(t->out, "  ");
		term_ink(t, INK_GOOD);
		(void)term_bar(t, x->busy_ns, m->wall_ns, bar);
		term_ink(t, INK_PLAIN);
	}
	out_char(t->out, '\n');
	buf_free(&size);
}

void table_workers(struct term *t, const struct model *m)
{
	const unsigned used = INDENT + 6 + 7 + 6 * TIME + 2;
	unsigned bar = t->columns > used + 4 ? t->columns - used : 0;
	uint32_t again = 0;
	if (bar > 24)
		bar = 24;
	if (m->n_workers == 0)
		return;
	table_heading(t, "Workers", STR_NONE, "");
	table_titles(t,
		     (const char *const[]){"worker", "units", "busy", "idle", "start-up", "teardown", "cpu",
					   "peak RSS", NULL},
		     (const unsigned[]){6, 7, TIME, TIME, TIME, TIME, TIME, TIME});
	for (size_t i = 0; i < m->n_workers; i++) {
		worker_row(t, m, &m->all_workers[i], bar);
		again += m->all_workers[i].n_starts > 1 ? m->all_workers[i].n_starts - 1 : 0;
	}
	if (again)
		out_printf(t->out, "  %u worker process%s died and %s replaced.\n", again,
			   again == 1 ? "" : "es", again == 1 ? "was" : "were");
}

void table_paragraph(struct term *t, struct str s)
{
	unsigned room = t->columns - 2, used = 0;
	struct str word;
	while (str_next(&s, ' ', &word)) {
		unsigned need = term_columns(t, word);
		if (need == 0)
			continue;
		if (used && used + 1 + need > room &&
		    !str_starts(word, "::")) { /* "::" would be a command of CI */
			out_char(t->out, '\n');
			used = 0;
		}
		out_text(t->out, used ? " " : "  ");
		used += (used != 0) + term_text(t, word, room);
	}
	out_char(t->out, '\n');
}

void table_gap(struct term *t, const struct model *m)
{
	struct phrase_gap_part parts[PHRASE_GAP_PARTS];
	struct buf b = {0};
	if (m->wall_ns <= 0)
		return;
	table_heading(t, "Wall time against its lower bound", STR_NONE, "");
	phrase_bound(&b, m);
	if (m->gap.bound_ns > 0) {
		buf_char(&b, ' ');
		phrase_gap(&b, m);
	}
	table_paragraph(t, buf_view(&b));
	buf_free(&b);
	if (m->gap.bound_ns <= 0)
		return;
	phrase_gap_parts(m, parts);
	out_repeat(t->out, " ", INDENT);
	term_duration(t, m->gap.bound_ns, TIME);
	out_text(t->out, "  bound\n");
	for (int i = 0; i < PHRASE_GAP_PARTS; i++) {
		out_repeat(t->out, " ", INDENT);
		char text[DURATION_BYTES];
		term_cell(t, str_of(duration_text(text, parts[i].ns)), TIME, SIDE_RIGHT);
		out_text(t->out, "  ");
		term_cell(t, str_of(parts[i].name), 10, SIDE_LEFT);
		term_ink(t, INK_DIM);
		(void)term_text(t, str_of(parts[i].what), t->columns - INDENT - TIME - 12);
		term_ink(t, INK_PLAIN);
		out_char(t->out, '\n');
	}
	out_repeat(t->out, " ", INDENT);
	term_duration(t, m->wall_ns, TIME);
	out_text(t->out, "  wall\n");
}

void table_what_if(struct term *t, const struct model *m)
{
	int64_t most = 0;
	if (m->n_what_if == 0)
		return;
	for (uint32_t i = 0; i < m->n_what_if; i++)
		if (m->what_if[i].wall_ns > most)
			most = m->what_if[i].wall_ns;
	unsigned bar = t->columns > 60 ? 40 : 20;
	table_heading(t, "The same run with other numbers of workers, simulated", STR_NONE, "");
	for (uint32_t i = 0; i < m->n_what_if; i++) {
		const struct model_what_if *x = &m->what_if[i];
		out_repeat(t->out, " ", INDENT);
		term_count(t, x->workers, 6);
		term_duration(t, x->wall_ns, TIME);
		out_text(t->out, "  ");
		term_ink(t, x->workers == m->workers ? INK_GOOD : INK_DIM);
		(void)term_bar(t, x->wall_ns, most, bar);
		term_ink(t, INK_PLAIN);
		out_text(t->out, x->workers == m->workers ? "  as it was\n" : "\n");
	}
}

static enum ink change_ink(const struct model_change *c)
{
	switch (c->what) {
	case CHANGE_BROKE:
		return INK_BAD;
	case CHANGE_SLOWER:
		return INK_WARN;
	case CHANGE_FIXED:
	case CHANGE_FASTER:
		return INK_GOOD;
	default:
		return INK_DIM;
	}
}

void table_changes(struct term *t, const struct model *m, unsigned rows)
{
	struct buf b = {0};
	unsigned arrow = t->ascii ? 4 : 3, used = 2 + 6 + TIME + arrow + TIME - 1 + 2;
	bool known = phrase_before(&b, m);
	if (known || m->n_changes) {
		table_heading(t, "Against the run before", STR_NONE, "");
		if (known)
			table_paragraph(t, buf_view(&b));
	}
	for (size_t i = 0; i < m->n_changes && i < rows; i++) {
		const struct model_change *x = &m->changes[i];
		out_text(t->out, "  ");
		term_ink(t, change_ink(x));
		term_cell(t, str_of(phrase_change(x)), 6, SIDE_LEFT);
		term_ink(t, INK_PLAIN);
		term_duration(t, x->what == CHANGE_NEW ? -1 : x->before_ns, TIME);
		out_text(t->out, term_arrow(t));
		term_duration(t, x->what == CHANGE_GONE ? -1 : x->now_ns, TIME - 1);
		out_text(t->out, "  ");
		/* file::name: where there is no room for both, the name is what tells them apart */
		(void)term_text_end(t, phrase_name(x->name), t->columns > used ? t->columns - used : 0);
		out_char(t->out, '\n');
	}
	if (model_changes(m) > rows)
		out_printf(t->out, "  and %zu more\n", model_changes(m) - rows);
	buf_free(&b);
}

void table_flaky(struct term *t, const struct model *m, unsigned rows)
{
	unsigned put = 0;
	struct buf b = {0};
	if (m->counts.flaky == 0)
		return;
	table_heading(t, "Flaky ", m->word_test, ": bad at first, then passed");
	table_titles(t, (const char *const[]){"bad", "of", NULL}, (const unsigned[]){COUNT, COUNT});
	struct names names = {.used = INDENT + 2 * COUNT};
	for (size_t i = 0, n = 0; i < m->n_tests && n < rows; i++) {
		n += m->tests[i].flaky;
		if (m->tests[i].flaky)
			names_fit(&names, t, m->tests[i].name, m->tests[i].file);
	}
	for (size_t i = 0; i < m->n_tests && put < rows; i++) {
		const struct model_test *x = &m->tests[i];
		if (!x->flaky)
			continue;
		put++;
		out_repeat(t->out, " ", INDENT);
		term_ink(t, INK_WARN);
		term_count(t, x->attempts_bad, COUNT);
		term_count(t, x->attempts, COUNT);
		term_ink(t, INK_PLAIN);
		put_name(t, &names, x->name, x->file, x->line);
	}
	if (m->counts.flaky > put)
		out_printf(t->out, "  and %u more\n", m->counts.flaky - put);
	if (phrase_company(&b, m))
		table_paragraph(t, buf_view(&b));
	buf_free(&b);
}
