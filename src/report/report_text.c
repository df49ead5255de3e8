#include "report/report.h"

#include "base/mem.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/phrase.h"
#include "report/term.h"
#include "report/text_table.h"

enum { MIN_COLUMNS = 60, LISTED = 500, MESSAGE_LINES = 20, FIRST_LINES = 6, OUTPUT_BYTES = 16 * 1024 };

const struct report_text_options report_text_file = {
    .columns = 100, .rows = 20, .failures = 100, .output_lines = 40};
const struct report_text_options report_text_summary = {
    .columns = 100, .rows = 5, .failures = 20, .output_lines = 20};

struct text {
	struct term term;
	struct model *m;
	const struct report_text_options *opt;
	struct buf scratch, plain;
	struct said *said; /* of each number of the list */
};

/* Why something was bad, and what it printed. */
struct said {
	struct str message, output;
};

static const char *bar_mark(const struct text *x)
{
	return x->term.ascii ? "| " : "\xe2\x94\x82 ";
}

/* Each line behind a mark, so that nothing in it is taken for ours (or for a command by a CI system). */
static void put_block(struct text *x, struct str s)
{
	struct str line;
	while (s.n && str_next(&s, '\n', &line)) {
		out_text(x->term.out, "    ");
		term_inked(&x->term, INK_DIM, bar_mark(x));
		(void)term_line(&x->term, line, 4 * x->term.columns);
		out_char(x->term.out, '\n');
	}
}

/* The first lines and the last ones, where enough between them is left out: a stack of Python begins with
 * what is wrong, pytest ends with it. */
static bool put_ends(struct text *x, const char *heading, struct str all, size_t first, size_t lines)
{
	size_t cut;
	struct str rest = all, line, tail;
	for (size_t i = 0; i < first; i++)
		if (!str_next(&rest, '\n', &line))
			return false;
	struct str head = {all.at, rest.at ? (size_t)(rest.at - all.at) : 0};
	tail = excerpt_tail(all, lines - first, OUTPUT_BYTES - OUTPUT_BYTES / 4, &cut);
	if (!head.n || head.n > OUTPUT_BYTES / 4 || cut <= first)
		return false;
	out_text(x->term.out, heading);
	put_block(x, head);
	out_printf(x->term.out, "    ... %zu lines left out\n", cut - first);
	put_block(x, tail);
	return true;
}

static void put_message(struct text *x, struct str message)
{
	struct str s = str_trim(excerpt_plain(&x->plain, message)), rest = s, line;
	if (put_ends(x, "", s, MESSAGE_LINES / 2, MESSAGE_LINES))
		return;
	for (unsigned n = 0; n < MESSAGE_LINES && str_next(&rest, '\n', &line);)
		n++;
	put_block(x, rest.at ? (struct str){s.at, (size_t)(rest.at - s.at)} : s);
	if (rest.at)
		out_text(x->term.out, "    ...\n");
}

static void put_output(struct text *x, struct str output)
{
	size_t cut;
	struct str all = excerpt_plain(&x->plain, output);
	struct str s = excerpt_tail(all, x->opt->output_lines, OUTPUT_BYTES, &cut);
	if (s.n == 0 || (cut && put_ends(x, "    output:\n", all, FIRST_LINES, x->opt->output_lines)))
		return;
	if (cut)
		out_printf(x->term.out, "    output, without its first %zu line%s:\n", cut,
			   cut == 1 ? "" : "s");
	else
		out_text(x->term.out, "    output:\n");
	put_block(x, s);
}

static void put_numbered(struct text *x, size_t number, struct str name)
{
	out_printf(x->term.out, number > 1 ? "\n%2zu. " : "%2zu. ", number);
	term_ink(&x->term, INK_BAD);
	(void)term_text(&x->term, phrase_name(name), 3 * x->term.columns);
	term_ink(&x->term, INK_PLAIN);
	out_char(x->term.out, '\n');
}

/* "    features/a.feature:3   failed in 1.24 s on worker 2, attempt 2 of 2" */
static void put_facts(struct text *x, struct str place, enum status status, int64_t dur_ns, int32_t worker)
{
	struct out *o = x->term.out;
	out_text(o, "    ");
	if (place.n) {
		if (!str_starts(place, "/") && str_has(place, STR("::")))
			out_text(o, "./"); /* so that no CI system takes the line for a command */
		(void)term_text(&x->term, place, 2 * x->term.columns);
		out_text(o, "  ");
	}
	term_ink(&x->term, INK_DIM);
	out_text(o, phrase_ended(status));
	out_duration(o, dur_ns);
	if (worker >= 0)
		out_printf(o, " on worker %d", worker);
}

static void put_facts_end(struct text *x)
{
	term_ink(&x->term, INK_PLAIN);
	out_char(x->term.out, '\n');
}

static bool is_said(struct text *x, const char *what, size_t number, struct str now, struct str was)
{
	enum { SHORT = 80 };
	if (now.n <= SHORT || !str_eq(now, was))
		return false;
	out_printf(x->term.out, "    the same %s as %zu.\n", what, number);
	return true;
}

/* What one that comes earlier in the list has said is not said again: what breaks one may break all. */
static void put_said(struct text *x, size_t number, struct str message, struct str output)
{
	bool message_said = false, output_said = false;
	for (size_t i = 1; i < number && !message_said; i++)
		message_said = is_said(x, "message", i, message, x->said[i - 1].message);
	if (!message_said)
		put_message(x, message);
	for (size_t i = 1; i < number && !output_said; i++)
		output_said = is_said(x, "output", i, output, x->said[i - 1].output);
	if (!output_said)
		put_output(x, output);
	x->said[number - 1] = (struct said){message, output};
}

static void put_failure(struct text *x, size_t number, const struct model_test *test)
{
	put_numbered(x, number, test->name);
	buf_clear(&x->scratch);
	phrase_place(&x->scratch, test->file, test->line);
	struct str place = buf_view(&x->scratch);
	put_facts(x, place, test->status, test->dur_ns, test->worker);
	if (test->attempts > 1)
		out_printf(x->term.out, ", bad in %u of %u attempts", test->attempts_bad, test->attempts);
	put_facts_end(x);
	put_said(x, number, test->told->message, test->told->output);
	if (test->key.n && !str_eq(test->key, place)) {
		out_text(x->term.out, "    to run it alone: ");
		(void)term_text(&x->term, test->key, 8 * x->term.columns);
		out_char(x->term.out, '\n');
	}
}

static void put_bad_unit(struct text *x, size_t number, const struct model_unit *unit)
{
	put_numbered(x, number, unit->name);
	put_facts(x, STR_NONE, unit->status, unit->dur_ns, unit->worker);
	if (unit->attempt > 1)
		out_printf(x->term.out, ", attempt %u", unit->attempt);
	put_facts_end(x);
	put_said(x, number, unit->message, unit->output);
}

static void put_failure_line(struct text *x, const struct model_test *test)
{
	buf_clear(&x->scratch);
	phrase_place(&x->scratch, test->file, test->line);
	out_text(x->term.out, "  - ");
	(void)term_text(&x->term, phrase_name(test->name), x->term.columns / 2);
	out_text(x->term.out, "  ");
	(void)term_text_end(&x->term, buf_view(&x->scratch), x->term.columns / 2 - 6);
	out_char(x->term.out, '\n');
}

static void put_more(struct text *x, size_t n)
{
	if (n)
		out_printf(x->term.out, "    and %zu more, which report.json and report.html list\n", n);
}

/* What the run was cut short in. */
static void put_unfinished(struct text *x)
{
	size_t n = 0;
	for (size_t i = 0; i < x->m->n_tests; i++) {
		if (x->m->tests[i].status != STATUS_UNFINISHED)
			continue;
		if (!n)
			table_heading(&x->term, "Cut short: ", x->m->word_test, "");
		if (n++ < x->opt->failures)
			put_failure(x, n, &x->m->tests[i]);
	}
	put_more(x, n > x->opt->failures ? n - x->opt->failures : 0);
}

static void put_failures(struct text *x)
{
	size_t n_tests, n_units, full = x->opt->failures;
	const uint32_t *tests = model_bad_tests(x->m, &n_tests);
	const uint32_t *units = model_bad_units(x->m, &n_units);
	if (n_units) {
		table_heading(&x->term, "Units that broke with no bad ", x->m->word_test, " in them");
		for (size_t i = 0; i < n_units && i < full; i++)
			put_bad_unit(x, i + 1, &x->m->units[units[i]]);
		put_more(x, n_units > full ? n_units - full : 0);
	}
	put_unfinished(x);
	if (n_tests == 0)
		return;
	table_heading(&x->term, "Failed ", x->m->word_test, "");
	for (size_t i = 0; i < n_tests && i < full; i++)
		put_failure(x, i + 1, &x->m->tests[tests[i]]);
	if (n_tests > full)
		out_text(x->term.out, "    and, in one line each:\n");
	for (size_t i = full; i < n_tests && i < full + LISTED; i++)
		put_failure_line(x, &x->m->tests[tests[i]]);
	put_more(x, n_tests > full + LISTED ? n_tests - full - LISTED : 0);
}

static enum ink verdict_ink(const struct model *m)
{
	if (m->interrupted || !m->done)
		return INK_WARN;
	return status_is_bad(m->verdict) ? INK_BAD : INK_GOOD;
}

/* "FAILED: 12 of 485 scenarios failed, 1 flaky, 41.8 s": the first line and the last. */
static void put_verdict(struct text *x)
{
	const struct model *m = x->m;
	term_inked(&x->term, verdict_ink(m), phrase_verdict(m));
	buf_clear(&x->scratch);
	buf_text(&x->scratch, ": ");
	phrase_outcome(&x->scratch, m);
	if (m->counts.flaky)
		buf_printf(&x->scratch, ", %u flaky", m->counts.flaky);
	buf_text(&x->scratch, ", ");
	phrase_duration(&x->scratch, m->wall_ns);
	(void)term_text(&x->term, buf_view(&x->scratch), 4 * x->term.columns);
	out_char(x->term.out, '\n');
}

static void put_head(struct text *x)
{
	struct term *t = &x->term;
	buf_clear(&x->scratch);
	if (phrase_cut_short(&x->scratch, x->m)) {
		term_ink(t, INK_WARN);
		(void)term_text(t, buf_view(&x->scratch), 4 * t->columns);
		term_ink(t, INK_PLAIN);
		out_char(t->out, '\n');
	}
	put_verdict(x);
	if (x->m->command.n) {
		term_ink(t, INK_DIM);
		out_text(t->out, "  $ ");
		(void)term_text(t, x->m->command, 2 * t->columns);
		term_ink(t, INK_PLAIN);
		out_char(t->out, '\n');
	}
	buf_clear(&x->scratch);
	buf_text(&x->scratch, "  ");
	phrase_size(&x->scratch, x->m);
	(void)term_text(t, buf_view(&x->scratch), 2 * t->columns);
	out_char(t->out, '\n');
}

static void put_counts(struct text *x)
{
	table_heading(&x->term, "Counts", STR_NONE, "");
	buf_clear(&x->scratch);
	buf_text(&x->scratch, "  ");
	phrase_number(&x->scratch, x->m->counts.tests, x->m->word_test);
	buf_text(&x->scratch, ": ");
	phrase_counts(&x->scratch, x->m);
	(void)term_text(&x->term, buf_view(&x->scratch), 4 * x->term.columns);
	buf_clear(&x->scratch);
	buf_text(&x->scratch, "\n  ");
	phrase_number(&x->scratch, x->m->counts.suites, x->m->word_suite);
	if (x->m->counts.suites_bad)
		buf_printf(&x->scratch, ", %u of them bad", x->m->counts.suites_bad);
	buf_text(&x->scratch, "; ");
	phrase_number(&x->scratch, x->m->counts.units, STR("unit"));
	buf_text(&x->scratch, " handed out\n");
	out_str(x->term.out, buf_view(&x->scratch));
}

static void put_notes(struct text *x)
{
	if (x->m->n_notes)
		table_heading(&x->term, "Notes", STR_NONE, "");
	for (size_t i = 0; i < x->m->n_notes; i++) {
		struct str s = str_trim(excerpt_plain(&x->plain, x->m->notes[i].text)), line;
		while (s.n && str_next(&s, '\n', &line)) {
			out_text(x->term.out, "  - ");
			(void)term_line(&x->term, line, 8 * x->term.columns);
			out_char(x->term.out, '\n');
		}
	}
}

/* Where not one test ran, the way to the first is all that there is to tell. */
static void put_tables(struct term *t, struct model *m, unsigned rows)
{
	table_slowest_tests(t, m, rows);
	table_slowest_suites(t, m, rows);
	table_slowest_sums(t, m, rows);
	table_phases(t, m, rows);
	table_phase_tree(t, m, rows);
	table_containers(t, m, rows);
	if (!m->n_tests)
		return;
	table_workers(t, m);
	table_gap(t, m);
	table_what_if(t, m);
	table_values(t, m);
	table_critical(t, m, rows);
	table_changes(t, m, rows);
	table_flaky(t, m, rows);
}

void report_text(struct model *m, struct out *o, const struct report_text_options *opt)
{
	struct text x = {
	    .term = {o, opt->columns < MIN_COLUMNS ? MIN_COLUMNS : opt->columns, opt->colour, opt->ascii},
	    .m = m,
	    .opt = opt,
	    .said = mem_alloc(sizeof(*x.said) * (opt->failures + 1))};
	put_head(&x);
	put_failures(&x);
	put_counts(&x);
	put_tables(&x.term, m, opt->rows);
	put_notes(&x);
	out_char(o, '\n');
	put_verdict(&x);
	buf_free(&x.scratch);
	buf_free(&x.plain);
	mem_free(x.said);
}
