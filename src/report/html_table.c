#include "report/html.h"

#include "base/str.h"
#include "report/excerpt.h"
#include "report/phrase.h"

enum { ROWS = 12, TESTS = 1000, CHANGES = 100, FLAKY = 200, PHASES = 200 };

void html_titles(struct html *x, const char *const *titles)
{
	out_text(x->o, "<div class=\"scroll\"><table><thead><tr>");
	for (; *titles; titles++) {
		bool number = **titles == '>';
		out_printf(x->o, "<th scope=\"col\"%s>", number ? " class=\"num\"" : "");
		html_text(x, str_of(*titles + number));
		out_text(x->o, "</th>");
	}
	out_text(x->o, "</tr></thead><tbody>\n");
}

void html_titles_end(struct html *x)
{
	out_text(x->o, "</tbody></table></div>\n");
}

void html_time(struct html *x, int64_t ns)
{
	out_text(x->o, "<td class=\"num\">");
	if (ns < 0)
		out_text(x->o, "\xe2\x80\x93");
	else
		out_duration(x->o, ns);
	out_text(x->o, "</td>");
}

void html_count(struct html *x, uint64_t n)
{
	out_text(x->o, "<td class=\"num\">");
	out_count(x->o, n);
	out_text(x->o, "</td>");
}

/* The name above the place that it stands at. */
static void put_name(struct html *x, struct str name, struct str file, uint32_t line)
{
	out_text(x->o, "<td class=\"name\"><b>");
	html_name(x, name.n ? name : file);
	out_text(x->o, "</b>");
	if (file.n && !str_eq(name, file)) {
		out_char(x->o, ' ');
		html_place(x, file, line);
	}
	out_text(x->o, "</td>");
}

static void put_test(struct html *x, uint32_t i, bool parts)
{
	const struct model_test *t = &x->m->tests[i];
	out_printf(x->o, "<tr data-test=\"%u\"><td>", i);
	html_status(x, t->status, t->flaky);
	out_text(x->o, "</td>");
	put_name(x, t->name, t->file, t->line);
	if (t->worker < 0)
		out_text(x->o, "<td class=\"num\"></td>");
	else
		html_count(x, (uint64_t)t->worker);
	html_time(x, t->dur_ns);
	if (parts) {
		html_time(x, t->steps_ns);
		html_time(x, t->hooks_ns);
	}
	html_count(x, t->attempts);
	out_text(x->o, "</tr>\n");
}

/* Bad ones, then flaky ones, then the slowest, no more than TESTS. */
static size_t most_relevant(struct model *m, uint32_t *ret)
{
	size_t n_bad, n_slow, n = 0;
	bool *seen = arena_array(&m->arena, bool, m->n_tests);
	const uint32_t *bad = model_bad_tests(m, &n_bad);
	for (size_t i = 0; i < n_bad && n < TESTS; i++) {
		ret[n++] = bad[i];
		seen[bad[i]] = true;
	}
	for (uint32_t i = 0; i < m->n_tests && n < TESTS; i++)
		if (m->tests[i].flaky && !seen[i]) {
			ret[n++] = i;
			seen[i] = true;
		}
	const uint32_t *slow = model_slowest_tests(m, TESTS, &n_slow);
	for (size_t i = 0; i < n_slow && n < TESTS; i++)
		if (!seen[slow[i]])
			ret[n++] = slow[i];
	return n;
}

void html_tests(struct html *x)
{
	uint32_t at[TESTS];
	size_t n = most_relevant(x->m, at);
	html_section(x, "tests", "", x->m->word_test, "");
	if (n == 0) {
		out_text(x->o, "<p class=\"empty\">None ran.</p>");
		html_section_end(x);
		return;
	}
	out_text(x->o, "<div id=\"tests-plain\">");
	if (n < x->m->n_tests) {
		out_text(x->o, "<p class=\"note\">The ");
		out_count(x->o, n);
		out_text(x->o, " most relevant of ");
		out_count(x->o, x->m->n_tests);
		out_text(
		    x->o,
		    ": bad ones first, then flaky ones, then the slowest. With JavaScript this table has "
		    "all of them; report.json has them, too.</p>");
	}
	buf_clear(&x->scratch);
	buf_char(&x->scratch, '>');
	phrase_plural(&x->scratch, x->m->word_step);
	buf_char(&x->scratch, 0);
	const char *steps = x->scratch.at;
	bool parts = model_has_parts(x->m);
	if (parts)
		html_titles(x, (const char *const[]){"status", "name", ">worker", ">whole", steps, ">hooks",
						     ">attempts", NULL});
	else
		html_titles(x,
			    (const char *const[]){"status", "name", ">worker", ">whole", ">attempts", NULL});
	buf_clear(&x->scratch);
	for (size_t i = 0; i < n; i++)
		put_test(x, at[i], parts);
	html_titles_end(x);
	out_text(x->o, "</div>");
	html_section_end(x);
}

static void put_slow_suites(struct html *x)
{
	size_t n;
	const uint32_t *at = model_slowest_suites(x->m, ROWS, &n);
	if (n == 0)
		return;
	html_section(x, "slow-suites", "Slowest ", x->m->word_suite, "");
	html_titles(x, (const char *const[]){"name", ">whole", ">outside", ">tests", ">bad", NULL});
	for (size_t i = 0; i < n; i++) {
		const struct model_suite *s = &x->m->suites[at[i]];
		out_printf(x->o, "<tr data-suite=\"%u\">", at[i]);
		put_name(x, s->name, s->file, 0);
		html_time(x, s->tests_ns + s->outside_ns);
		html_time(x, s->outside_ns);
		html_count(x, s->n_tests);
		html_count(x, s->n_bad);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

static void put_slow_tests(struct html *x)
{
	size_t n;
	const uint32_t *at = model_slowest_tests(x->m, ROWS, &n);
	if (n == 0)
		return;
	html_section(x, "slow-tests", "Slowest ", x->m->word_test, "");
	buf_clear(&x->scratch);
	buf_char(&x->scratch, '>');
	phrase_plural(&x->scratch, x->m->word_step);
	buf_char(&x->scratch, 0);
	bool parts = model_has_parts(x->m);
	html_titles(x, (const char *const[]){"name", ">whole", parts ? x->scratch.at : NULL, ">hooks", NULL});
	buf_clear(&x->scratch);
	for (size_t i = 0; i < n; i++) {
		const struct model_test *t = &x->m->tests[at[i]];
		out_printf(x->o, "<tr data-test=\"%u\">", at[i]);
		put_name(x, t->name, t->file, t->line);
		html_time(x, t->dur_ns);
		if (parts) {
			html_time(x, t->steps_ns);
			html_time(x, t->hooks_ns);
		}
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

static void put_sums(struct html *x, enum span_kind kind, const char *id, struct str word)
{
	size_t n;
	const uint32_t *at = model_slowest_sums(x->m, kind, ROWS, &n);
	if (n == 0)
		return;
	html_section(x, id, "Slowest ", word, "");
	html_titles(x, (const char *const[]){"name", ">in all", ">longest", ">times", NULL});
	for (size_t i = 0; i < n; i++) {
		const struct model_sum *s = &x->m->sums[at[i]];
		out_text(x->o, "<tr>");
		put_name(x, s->name, s->file, s->line);
		html_time(x, s->total_ns);
		html_time(x, s->max_ns);
		html_count(x, s->n);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

void html_slowest(struct html *x)
{
	out_text(x->o, "<div class=\"grid\" id=\"slowest\">\n");
	put_slow_tests(x);
	put_slow_suites(x);
	put_sums(x, SPAN_STEP, "slow-steps", x->m->word_step);
	put_sums(x, SPAN_HOOK, "slow-hooks", STR("hook"));
	put_sums(x, SPAN_FIXTURE, "slow-fixtures", STR("fixture"));
	out_text(x->o, "</div>\n");
}

void html_gap(struct html *x)
{
	static const char *const classes[PHRASE_GAP_PARTS] = {"g-before", "g-startup", "g-queue",
							      "g-teardown"};
	const struct model *m = x->m;
	struct phrase_gap_part parts[PHRASE_GAP_PARTS];
	struct html_bar bars[PHRASE_GAP_PARTS + 1];
	if (m->wall_ns <= 0)
		return;
	html_section(x, "wall", "Wall time against its lower bound", STR_NONE, "");
	out_text(x->o, "<p>");
	phrase_bound(&x->scratch, m);
	if (m->gap.bound_ns > 0) {
		buf_char(&x->scratch, ' ');
		phrase_gap(&x->scratch, m);
	}
	html_scratch(x);
	out_text(x->o, "</p>\n");
	if (m->gap.bound_ns > 0) {
		phrase_gap_parts(m, parts);
		/* in the order in which the run went */
		bars[0] = (struct html_bar){classes[0], parts[0].ns, parts[0].name};
		bars[1] = (struct html_bar){classes[1], parts[1].ns, parts[1].name};
		bars[2] = (struct html_bar){"g-bound", m->gap.bound_ns, "bound"};
		bars[3] = (struct html_bar){classes[2], parts[2].ns, parts[2].name};
		bars[4] = (struct html_bar){classes[3], parts[3].ns, parts[3].name};
		html_bars(x, bars, PHRASE_GAP_PARTS + 1, m->wall_ns);
		html_titles(x, (const char *const[]){"part", ">time", "what", NULL});
		out_text(x->o, "<tr><td class=\"part\"><i class=\"key g-bound\"></i>bound</td>");
		html_time(x, m->gap.bound_ns);
		out_text(x->o, "<td>the least that the units can take</td></tr>\n");
		for (int i = 0; i < PHRASE_GAP_PARTS; i++) {
			out_printf(x->o, "<tr><td class=\"part\"><i class=\"key %s\"></i>%s</td>", classes[i],
				   parts[i].name);
			html_time(x, parts[i].ns);
			out_printf(x->o, "<td>%s</td></tr>\n", parts[i].what);
		}
		out_text(x->o, "<tr class=\"sum\"><td>wall</td>");
		html_time(x, m->wall_ns);
		out_text(x->o, "<td></td></tr>\n");
		html_titles_end(x);
	}
	html_section_end(x);
}

void html_what_if(struct html *x)
{
	const struct model *m = x->m;
	int64_t most = 1;
	if (m->n_what_if == 0)
		return;
	for (uint32_t i = 0; i < m->n_what_if; i++)
		if (m->what_if[i].wall_ns > most)
			most = m->what_if[i].wall_ns;
	html_section(x, "what-if", "With other numbers of workers", STR_NONE, "");
	out_text(x->o, "<p class=\"note\">The same run, simulated from its durations.</p>");
	html_titles(x, (const char *const[]){">workers", ">wall", "", NULL});
	for (uint32_t i = 0; i < m->n_what_if; i++) {
		bool now = m->what_if[i].workers == m->workers;
		out_text(x->o, now ? "<tr class=\"now\">" : "<tr>");
		out_printf(x->o, "<td class=\"num\">%s%u</td>", now ? "<small>as it was</small>" : "",
			   m->what_if[i].workers);
		html_time(x, m->what_if[i].wall_ns);
		out_text(x->o, "<td class=\"wide\">");
		html_bars(x, &(struct html_bar){now ? "g-bound" : "g-other", m->what_if[i].wall_ns, NULL}, 1,
			  most);
		out_text(x->o, "</td></tr>\n");
	}
	html_titles_end(x);
	html_section_end(x);
}

static void put_worker(struct html *x, const struct model_worker *w)
{
	struct html_bar bars[] = {{"g-none", w->start_ns, NULL},
				  {"g-startup", w->startup_ns, "start-up"},
				  {"g-bound", w->busy_ns, "busy"},
				  {"g-idle", w->idle_ns, "idle"},
				  {"g-teardown", w->teardown_ns, "teardown"}};
	out_text(x->o, "<tr>");
	html_count(x, (uint64_t)(w->number < 0 ? 0 : w->number));
	html_count(x, w->n_units);
	html_time(x, w->busy_ns);
	html_time(x, w->idle_ns);
	html_time(x, w->startup_ns);
	html_time(x, w->teardown_ns);
	html_time(x, w->cpu_ns);
	out_text(x->o, "<td class=\"num\">");
	if (w->peak_rss_bytes < 0)
		out_text(x->o, "\xe2\x80\x93");
	else
		out_size(x->o, w->peak_rss_bytes);
	out_text(x->o, "</td>");
	html_count(x, w->n_starts);
	out_text(x->o, "<td class=\"wide\">");
	html_bars(x, bars, sizeof(bars) / sizeof(bars[0]), x->m->wall_ns);
	out_text(x->o, "</td></tr>\n");
}

void html_workers(struct html *x)
{
	if (x->m->n_workers == 0)
		return;
	html_section(x, "workers", "Workers", STR_NONE, "");
	out_text(
	    x->o,
	    "<p class=\"legend\"><span><i class=\"key g-startup\"></i>start-up</span> "
	    "<span><i class=\"key g-bound\"></i>busy</span> <span><i class=\"key g-idle\"></i>idle</span> "
	    "<span><i class=\"key g-teardown\"></i>teardown</span></p>");
	html_titles(x, (const char *const[]){">worker", ">units", ">busy", ">idle", ">start-up", ">teardown",
					     ">cpu", ">peak RSS", ">starts", "share of the wall time", NULL});
	for (size_t i = 0; i < x->m->n_workers; i++)
		put_worker(x, &x->m->all_workers[i]);
	html_titles_end(x);
	html_section_end(x);
}

/* Those of fettle itself, each for itself; those of the suite are a tree. */
void html_phases(struct html *x)
{
	const struct model *m = x->m;
	size_t put = 0, n = 0;
	for (size_t i = 0; i < m->n_phases; i++)
		n += !m->phases[i].marked;
	if (n == 0)
		return;
	html_section(x, "phases", "Phases of the run", STR_NONE, "");
	html_titles(x, (const char *const[]){"phase", ">worker", ">began", ">took", NULL});
	for (size_t i = 0; i < m->n_phases && put < PHASES; i++) {
		const struct model_phase *p = &m->phases[i];
		if (p->marked)
			continue;
		put++;
		out_text(x->o, "<tr><td class=\"name\">");
		html_name(x, p->name);
		if (p->status != STATUS_PASSED && p->status != STATUS_NONE) {
			out_char(x->o, ' ');
			html_status(x, p->status, false);
		}
		out_text(x->o, "</td>");
		if (p->worker < 0)
			out_text(x->o, "<td class=\"num\"></td>");
		else
			html_count(x, (uint64_t)p->worker);
		html_time(x, p->start_ns);
		html_time(x, p->dur_ns);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	if (n > put)
		out_printf(x->o, "<p class=\"note\">And %zu more.</p>", n - put);
	html_section_end(x);
}

void html_changes(struct html *x)
{
	const struct model *m = x->m;
	buf_clear(&x->scratch);
	bool known = phrase_before(&x->scratch, m);
	buf_clear(&x->scratch);
	if (!known && m->n_changes == 0)
		return;
	html_section(x, "changes", "Against the run before", STR_NONE, "");
	if (phrase_before(&x->scratch, m)) {
		out_text(x->o, "<p>");
		html_scratch(x);
		out_text(x->o, ".</p>");
	}
	if (m->n_changes)
		html_titles(x, (const char *const[]){"change", "name", ">before", ">now", NULL});
	for (size_t i = 0; i < m->n_changes && i < CHANGES; i++) {
		const struct model_change *c = &m->changes[i];
		const char *what = phrase_change(c);
		out_printf(x->o, "<tr><td><span class=\"change %s\">%s</span></td><td class=\"name\"><b>",
			   what, what);
		html_name(x, c->name);
		out_text(x->o, "</b></td>");
		html_time(x, c->what == CHANGE_NEW ? -1 : c->before_ns);
		html_time(x, c->what == CHANGE_GONE ? -1 : c->now_ns);
		out_text(x->o, "</tr>\n");
	}
	if (m->n_changes)
		html_titles_end(x);
	if (model_changes(m) > CHANGES)
		out_printf(x->o, "<p class=\"note\">And %zu more.</p>", model_changes(m) - CHANGES);
	html_section_end(x);
}

void html_flaky(struct html *x)
{
	unsigned put = 0;
	if (x->m->counts.flaky == 0)
		return;
	html_section(x, "flaky", "Flaky ", x->m->word_test, "");
	out_text(x->o, "<p class=\"note\">Bad at first, then passed.</p>");
	html_titles(x, (const char *const[]){"name", ">bad", ">of", NULL});
	for (uint32_t i = 0; i < x->m->n_tests && put < FLAKY; i++) {
		const struct model_test *t = &x->m->tests[i];
		if (!t->flaky)
			continue;
		put++;
		out_printf(x->o, "<tr data-test=\"%u\">", i);
		put_name(x, t->name, t->file, t->line);
		html_count(x, t->attempts_bad);
		html_count(x, t->attempts);
		out_text(x->o, "</tr>\n");
	}
	html_titles_end(x);
	if (x->m->counts.flaky > put)
		out_printf(x->o, "<p class=\"note\">And %u more.</p>", x->m->counts.flaky - put);
	if (phrase_company(&x->scratch, x->m)) {
		out_text(x->o, "<p>");
		html_scratch(x);
		out_text(x->o, "</p>");
	}
	html_section_end(x);
}

void html_notes(struct html *x)
{
	if (x->m->n_notes == 0)
		return;
	html_section(x, "notes", "Notes", STR_NONE, "");
	out_text(x->o, "<ul>");
	for (size_t i = 0; i < x->m->n_notes; i++) {
		out_text(x->o, "<li>");
		html_text(x, str_clip_utf8(str_trim(excerpt_plain(&x->plain, x->m->notes[i].text)), 4000));
		out_text(x->o, "</li>\n");
	}
	out_text(x->o, "</ul>");
	html_section_end(x);
}
