#include "report/report.h"

#include "base/str.h"
#include "report/excerpt.h"
#include "report/markdown.h"
#include "report/phrase.h"

enum { FULL = 50, LISTED = 200, ROWS = 15, MESSAGE_BYTES = 4096, OUTPUT_LINES = 40, OUTPUT_BYTES = 8192 };

#define CUT_LINE "\n---\n\n*Cut here, at the size limit. `report.txt` and `report.html` have the rest.*\n"

void md_piece(struct md *x)
{
	x->cut |= x->piece.n > x->left_bytes;
	if (!x->cut) {
		out_str(x->to, buf_view(&x->piece));
		x->left_bytes -= x->piece.n;
	}
	buf_clear(&x->piece);
}

void md_phrase(struct md *x)
{
	out_md(&x->o, buf_view(&x->scratch));
	buf_clear(&x->scratch);
}

void md_heading(struct md *x, const char *before, struct str word, const char *after)
{
	out_printf(&x->o, "\n## %s", before);
	if (word.n)
		phrase_plural(&x->scratch, word);
	md_phrase(x);
	out_printf(&x->o, "%s\n", after);
}

static void put_place(struct md *x, struct str file, uint32_t line, bool in_table)
{
	phrase_place(&x->scratch, file, line);
	out_md_code(&x->o, buf_view(&x->scratch), in_table);
	buf_clear(&x->scratch);
}

static void put_head(struct md *x)
{
	out_text(&x->o, "# ");
	out_text(&x->o, phrase_verdict(x->m));
	out_text(&x->o, ": ");
	phrase_outcome(&x->scratch, x->m);
	md_phrase(x);
	out_text(&x->o, "\n\n");
	if (phrase_cut_short(&x->scratch, x->m)) {
		out_text(&x->o, "> **");
		md_phrase(x);
		out_text(&x->o, "**\n\n");
	}
	if (x->m->command.n) {
		out_md_code(&x->o, str_clip_utf8(x->m->command, 1000), false);
		out_text(&x->o, "  \n");
	}
	phrase_size(&x->scratch, x->m);
	md_phrase(x);
	out_text(&x->o, "  \n");
	phrase_counts(&x->scratch, x->m);
	md_phrase(x);
	out_char(&x->o, '\n');
	md_piece(x);
}

static void put_block(struct md *x, struct str s)
{
	out_char(&x->o, '\n');
	out_md_block(&x->o, s);
}

static void put_details(struct md *x, struct str message, struct str output)
{
	size_t cut;
	struct str s = str_trim(str_clip_utf8(str_trim(excerpt_plain(&x->plain, message)), MESSAGE_BYTES));
	if (s.n)
		put_block(x, s);
	s = excerpt_tail(excerpt_plain(&x->plain, output), OUTPUT_LINES, OUTPUT_BYTES, &cut);
	if (s.n == 0)
		return;
	out_text(&x->o, "\n<details><summary>output");
	if (cut)
		out_printf(&x->o, ", without its first %zu line%s", cut, cut == 1 ? "" : "s");
	out_text(&x->o, "</summary>\n");
	put_block(x, s);
	out_text(&x->o, "\n</details>\n");
}

static void put_facts(struct md *x, enum status status, int64_t dur_ns, int32_t worker)
{
	out_text(&x->o, phrase_ended(status));
	out_duration(&x->o, dur_ns);
	if (worker >= 0)
		out_printf(&x->o, " on worker %d", worker);
}

static void put_failure(struct md *x, size_t number, const struct model_test *t)
{
	out_printf(&x->o, "\n### %zu\\. ", number);
	out_md(&x->o, str_clip_utf8(phrase_name(t->name), 500));
	out_text(&x->o, "\n\n");
	put_place(x, t->file, t->line, false);
	out_text(&x->o, t->file.n ? " " : "");
	put_facts(x, t->status, t->dur_ns, t->worker);
	if (t->attempts > 1)
		out_printf(&x->o, ", bad in %u of %u attempts", t->attempts_bad, t->attempts);
	out_char(&x->o, '\n');
	put_details(x, t->told->message, t->told->output);
	phrase_place(&x->scratch, t->file, t->line);
	bool same = str_eq(buf_view(&x->scratch), t->key);
	buf_clear(&x->scratch);
	if (t->key.n && !same) {
		out_text(&x->o, "\nTo run it alone: ");
		out_md_code(&x->o, str_clip_utf8(t->key, 1000), false);
		out_char(&x->o, '\n');
	}
	md_piece(x);
}

static void put_bad_units(struct md *x)
{
	size_t n;
	const uint32_t *at = model_bad_units(x->m, &n);
	if (n)
		md_heading(x, "Units that broke with no bad ", x->m->word_test, " in them");
	for (size_t i = 0; i < n && i < FULL; i++) {
		const struct model_unit *u = &x->m->units[at[i]];
		out_printf(&x->o, "\n### %zu\\. ", i + 1);
		out_md(&x->o, str_clip_utf8(phrase_name(u->name), 500));
		out_text(&x->o, "\n\n");
		put_facts(x, u->status, u->dur_ns, u->worker);
		out_char(&x->o, '\n');
		put_details(x, u->message, u->output);
		md_piece(x);
	}
	if (n > FULL)
		out_printf(&x->o, "\nand %zu more\n", n - FULL);
	md_piece(x);
}

static void put_failures(struct md *x)
{
	size_t n;
	const uint32_t *at = model_bad_tests(x->m, &n);
	if (n)
		md_heading(x, "Failed ", x->m->word_test, "");
	for (size_t i = 0; i < n && i < FULL; i++)
		put_failure(x, i + 1, &x->m->tests[at[i]]);
	if (n > FULL)
		out_text(&x->o, "\nand, in one line each:\n\n");
	for (size_t i = FULL; i < n && i < FULL + LISTED; i++) {
		const struct model_test *t = &x->m->tests[at[i]];
		out_text(&x->o, "- ");
		out_md(&x->o, str_clip_utf8(phrase_name(t->name), 500));
		out_char(&x->o, ' ');
		put_place(x, t->file, t->line, false);
		out_char(&x->o, '\n');
		md_piece(x);
	}
	if (n > FULL + LISTED)
		out_printf(&x->o, "- and %zu more\n", n - FULL - LISTED);
	md_piece(x);
}

void md_titles(struct md *x, const char *const *titles)
{
	out_char(&x->o, '\n');
	for (const char *const *t = titles; *t; t++)
		out_printf(&x->o, "| %s ", **t == '>' ? *t + 1 : *t);
	out_text(&x->o, "|\n");
	for (const char *const *t = titles; *t; t++)
		out_text(&x->o, **t == '>' ? "|--:" : "|---");
	out_text(&x->o, "|\n");
}

void md_time(struct md *x, int64_t ns)
{
	out_text(&x->o, "| ");
	if (ns < 0)
		out_char(&x->o, '-');
	else
		out_duration(&x->o, ns);
	out_char(&x->o, ' ');
}

static void put_name(struct md *x, struct str name, struct str file, uint32_t line)
{
	out_text(&x->o, "| ");
	out_md(&x->o, str_clip_utf8(phrase_name(name.n ? name : file), 300));
	out_text(&x->o, " | ");
	put_place(x, str_clip_utf8(file, 300), line, true);
	out_text(&x->o, " |\n");
	md_piece(x);
}

static void put_slowest(struct md *x)
{
	struct model *m = x->m;
	size_t n;
	const uint32_t *at = model_slowest_tests(m, ROWS, &n);
	static const char *const with[] = {">whole", ">in steps", ">in hooks", "name", "where", NULL};
	bool parts = model_has_parts(m);
	if (n) {
		md_heading(x, "Slowest ", m->word_test, "");
		md_titles(x, parts ? with : (const char *const[]){">whole", "name", "where", NULL});
	}
	for (size_t i = 0; i < n; i++) {
		const struct model_test *t = &m->tests[at[i]];
		md_time(x, t->dur_ns);
		if (parts) {
			md_time(x, t->steps_ns);
			md_time(x, t->hooks_ns);
		}
		put_name(x, t->name, t->file, t->line);
	}
	at = model_slowest_suites(m, ROWS, &n);
	if (n) {
		md_heading(x, "Slowest ", m->word_suite, "");
		md_titles(x, (const char *const[]){">whole", ">outside", ">tests", "name", "where", NULL});
	}
	for (size_t i = 0; i < n; i++) {
		const struct model_suite *s = &m->suites[at[i]];
		md_time(x, s->tests_ns + s->outside_ns);
		md_time(x, s->outside_ns);
		out_printf(&x->o, "| %u ", s->n_tests);
		put_name(x, s->name, s->file, 0);
	}
}

static void put_sums(struct md *x, enum span_kind kind, struct str word)
{
	size_t n;
	const uint32_t *at = model_slowest_sums(x->m, kind, ROWS, &n);
	if (n) {
		md_heading(x, "Slowest ", word, "");
		md_titles(x, (const char *const[]){">in all", ">longest", ">times", "name", "where", NULL});
	}
	for (size_t i = 0; i < n; i++) {
		const struct model_sum *s = &x->m->sums[at[i]];
		md_time(x, s->total_ns);
		md_time(x, s->max_ns);
		out_printf(&x->o, "| %u ", s->n);
		put_name(x, s->name, s->file, s->line);
	}
}

static void put_workers(struct md *x)
{
	const struct model *m = x->m;
	if (m->n_workers == 0)
		return;
	md_heading(x, "Workers", STR_NONE, "");
	md_titles(x, (const char *const[]){">worker", ">units", ">busy", ">idle", ">start-up", ">teardown",
					   ">cpu", ">peak RSS", NULL});
	for (size_t i = 0; i < m->n_workers; i++) {
		const struct model_worker *w = &m->all_workers[i];
		out_printf(&x->o, "| %d | %u ", w->number, w->n_units);
		md_time(x, w->busy_ns);
		md_time(x, w->idle_ns);
		md_time(x, w->startup_ns);
		md_time(x, w->teardown_ns);
		md_time(x, w->cpu_ns);
		out_text(&x->o, "| ");
		if (w->peak_rss_bytes < 0)
			out_char(&x->o, '-');
		else
			out_size(&x->o, w->peak_rss_bytes);
		out_text(&x->o, " |\n");
		md_piece(x);
	}
}

static void put_gap(struct md *x)
{
	const struct model *m = x->m;
	struct phrase_gap_part parts[PHRASE_GAP_PARTS];
	if (m->wall_ns <= 0)
		return;
	md_heading(x, "Wall time against its lower bound", STR_NONE, "");
	out_char(&x->o, '\n');
	phrase_bound(&x->scratch, m);
	if (m->gap.bound_ns > 0) {
		buf_char(&x->scratch, ' ');
		phrase_gap(&x->scratch, m);
	}
	md_phrase(x);
	out_char(&x->o, '\n');
	if (m->gap.bound_ns > 0) {
		phrase_gap_parts(m, parts);
		md_titles(x, (const char *const[]){">time", "part", "what", NULL});
		md_time(x, m->gap.bound_ns);
		out_text(&x->o, "| bound | |\n");
		for (int i = 0; i < PHRASE_GAP_PARTS; i++) {
			char text[DURATION_BYTES];
			out_printf(&x->o, "| %s | %s | %s |\n", duration_text(text, parts[i].ns),
				   parts[i].name, parts[i].what);
		}
		md_time(x, m->wall_ns);
		out_text(&x->o, "| **wall** | |\n");
	}
	md_piece(x);
}

static void put_what_if(struct md *x)
{
	const struct model *m = x->m;
	if (m->n_what_if == 0)
		return;
	md_heading(x, "The same run with other numbers of workers, simulated", STR_NONE, "");
	md_titles(x, (const char *const[]){">workers", ">wall", "", NULL});
	for (uint32_t i = 0; i < m->n_what_if; i++) {
		out_printf(&x->o, "| %u ", m->what_if[i].workers);
		md_time(x, m->what_if[i].wall_ns);
		out_text(&x->o, m->what_if[i].workers == m->workers ? "| as it was |\n" : "| |\n");
	}
	md_piece(x);
}

static void put_changes(struct md *x)
{
	const struct model *m = x->m;
	bool known = phrase_before(&x->scratch, m);
	buf_clear(&x->scratch);
	if (!known && m->n_changes == 0)
		return;
	md_heading(x, "Against the run before", STR_NONE, "");
	if (phrase_before(&x->scratch, m)) {
		out_char(&x->o, '\n');
		md_phrase(x);
		out_char(&x->o, '\n');
	}
	if (m->n_changes)
		md_titles(x, (const char *const[]){"change", ">before", ">now", "name", NULL});
	for (size_t i = 0; i < m->n_changes && i < 2 * ROWS; i++) {
		const struct model_change *c = &m->changes[i];
		out_printf(&x->o, "| %s ", phrase_change(c));
		md_time(x, c->what == CHANGE_NEW ? -1 : c->before_ns);
		md_time(x, c->what == CHANGE_GONE ? -1 : c->now_ns);
		out_text(&x->o, "| ");
		out_md(&x->o, str_clip_utf8(phrase_name(c->name), 500));
		out_text(&x->o, " |\n");
		md_piece(x);
	}
	if (model_changes(m) > 2 * ROWS)
		out_printf(&x->o, "\nand %zu more\n", model_changes(m) - 2 * ROWS);
	md_piece(x);
}

static void put_flaky(struct md *x)
{
	const struct model *m = x->m;
	unsigned put = 0;
	if (m->counts.flaky == 0)
		return;
	md_heading(x, "Flaky ", m->word_test, ": bad at first, then passed");
	md_titles(x, (const char *const[]){">bad", ">of", "name", "where", NULL});
	for (size_t i = 0; i < m->n_tests && put < 2 * ROWS; i++) {
		const struct model_test *t = &m->tests[i];
		if (!t->flaky)
			continue;
		put++;
		out_printf(&x->o, "| %u | %u ", t->attempts_bad, t->attempts);
		put_name(x, t->name, t->file, t->line);
	}
	if (m->counts.flaky > put)
		out_printf(&x->o, "\nand %u more\n", m->counts.flaky - put);
	if (phrase_company(&x->scratch, m)) {
		out_char(&x->o, '\n');
		md_phrase(x);
		out_char(&x->o, '\n');
	}
	md_piece(x);
}

static void put_notes(struct md *x)
{
	if (x->m->n_notes)
		md_heading(x, "Notes", STR_NONE, "\n");
	for (size_t i = 0; i < x->m->n_notes; i++) {
		out_text(&x->o, "- ");
		out_md(&x->o, str_clip_utf8(str_trim(excerpt_plain(&x->plain, x->m->notes[i].text)), 4000));
		out_char(&x->o, '\n');
		md_piece(x);
	}
}

void report_markdown(struct model *m, struct out *o, size_t limit_bytes)
{
	struct md x = {.m = m, .to = o};
	out_to_buf(&x.o, &x.piece);
	x.left_bytes = limit_bytes > sizeof(CUT_LINE) ? limit_bytes - sizeof(CUT_LINE) : 0;
	put_head(&x);
	put_bad_units(&x);
	put_failures(&x);
	put_slowest(&x);
	put_sums(&x, SPAN_STEP, m->word_step);
	put_sums(&x, SPAN_HOOK, STR("hook"));
	put_sums(&x, SPAN_FIXTURE, STR("fixture"));
	md_phase_tree(&x);
	md_containers(&x);
	put_workers(&x);
	put_gap(&x);
	put_what_if(&x);
	md_values(&x);
	md_critical(&x);
	put_changes(&x);
	put_flaky(&x);
	put_notes(&x);
	if (x.cut)
		out_text(o, CUT_LINE);
	buf_free(&x.piece);
	buf_free(&x.scratch);
	buf_free(&x.plain);
}
