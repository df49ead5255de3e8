#include "report/phrase.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "report/out.h"

void phrase_duration(struct buf *b, int64_t ns)
{
	char text[DURATION_BYTES];
	buf_text(b, duration_text(text, ns));
}

static void count(struct buf *b, uint64_t n)
{
	struct out o;
	out_to_buf(&o, b);
	out_count(&o, n);
}

void phrase_plural(struct buf *b, struct str word)
{
	char last = word.n ? word.at[word.n - 1] : 0;
	char before = word.n > 1 ? word.at[word.n - 2] : 0;
	if (last == 'y' && before && !strchr("aeiou", before)) {
		buf_add(b, word.at, word.n - 1);
		buf_text(b, "ies");
		return;
	}
	buf_str(b, word);
	if (last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's')))
		buf_text(b, "es");
	else
		buf_char(b, 's');
}

void phrase_number(struct buf *b, uint64_t n, struct str word)
{
	count(b, n);
	buf_char(b, ' ');
	if (n == 1)
		buf_str(b, word);
	else
		phrase_plural(b, word);
}

void phrase_capital(struct buf *b, struct str word)
{
	size_t from = b->n;
	buf_str(b, word);
	if (word.n && word.at[0] >= 'a' && word.at[0] <= 'z')
		b->at[from] = (char)(word.at[0] - 'a' + 'A');
}

const char *phrase_verdict(const struct model *m)
{
	if (m->interrupted)
		return m->timed_out ? "ended by --timeout" : "interrupted";
	if (!m->done)
		return "unfinished";
	return status_is_bad(m->verdict) ? "FAILED" : "passed";
}

static uint32_t bad_tests(const struct model_counts *c)
{
	return c->failed + c->error + c->crashed + c->timeout;
}

void phrase_outcome(struct buf *b, const struct model *m)
{
	const struct model_counts *c = &m->counts;
	uint32_t bad = bad_tests(c);
	if (c->tests == 0) {
		buf_text(b, "no ");
		buf_str(b, m->word_test);
		buf_text(b, " ran");
	} else if (bad) {
		count(b, bad);
		buf_text(b, " of ");
		phrase_number(b, c->tests, m->word_test);
		buf_text(b, " failed");
	} else if (c->passed == c->tests) {
		phrase_number(b, c->tests, m->word_test);
		buf_text(b, " passed");
	} else {
		count(b, c->passed);
		buf_text(b, " of ");
		phrase_number(b, c->tests, m->word_test);
		buf_text(b, " passed");
	}
	if (status_is_bad(m->verdict) && !bad)
		buf_text(b, m->counts.tests ? ", but the run did not end well"
					    : ", and the run did not end well");
}

void phrase_counts(struct buf *b, const struct model *m)
{
	const struct model_counts *c = &m->counts;
	const struct {
		uint32_t n;
		const char *name;
	} rows[] = {{c->passed, "passed"},
		    {c->failed, "failed"},
		    {c->error, c->error == 1 ? "error" : "errors"},
		    {c->crashed, "crashed"},
		    {c->timeout, "timed out"},
		    {c->skipped, "skipped"},
		    {c->unfinished, "unfinished"},
		    {c->flaky, "flaky"}};
	const char *comma = "";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].n == 0)
			continue;
		buf_text(b, comma);
		count(b, rows[i].n);
		buf_char(b, ' ');
		buf_text(b, rows[i].name);
		comma = ", ";
	}
	if (!*comma)
		buf_text(b, "none");
}

void phrase_size(struct buf *b, const struct model *m)
{
	phrase_number(b, m->counts.tests, m->word_test);
	buf_text(b, " in ");
	phrase_number(b, m->counts.suites, m->word_suite);
	if (m->workers) {
		buf_text(b, ", ");
		phrase_number(b, m->workers, STR("worker"));
	}
	if (m->workers && m->cores) {
		buf_text(b, " on ");
		phrase_number(b, m->cores, STR("core"));
	}
	buf_text(b, ", ");
	phrase_duration(b, m->wall_ns);
}

bool phrase_cut_short(struct buf *b, const struct model *m)
{
	if (m->done && !m->interrupted)
		return false;
	buf_text(b, !m->interrupted ? "The record was cut short: its last row is from "
		    : m->timed_out  ? "--timeout ended the run after "
				    : "The run was interrupted after ");
	phrase_duration(b, m->wall_ns);
	buf_text(b, m->interrupted ? "" : " into the run");
	if (m->counts.unfinished) {
		buf_text(b, "; ");
		phrase_number(b, m->counts.unfinished, m->word_test);
		buf_text(b, m->counts.unfinished == 1 ? " has no end" : " have no end");
	}
	buf_text(b, ". What follows is true as far as it goes.");
	return true;
}

void phrase_bound(struct buf *b, const struct model *m)
{
	const struct model_gap *g = &m->gap;
	if (g->bound_ns <= 0) {
		buf_text(b, "Nothing was run, so there is no bound to compare with.");
	} else if (g->bound_ns == g->longest_ns) {
		buf_text(b, "The longest unit, ");
		buf_str(b, phrase_name(g->longest));
		buf_text(b, ", takes ");
		phrase_duration(b, g->longest_ns);
		buf_text(b, " alone: no number of workers can be faster.");
	} else if (g->bound_ns == g->chain_ns) {
		buf_text(b, "The units that share the lock ");
		buf_str(b, phrase_name(g->chain));
		buf_text(b, " take ");
		phrase_duration(b, g->chain_ns);
		buf_text(b, " one after the other: no number of workers can be faster.");
	} else {
		phrase_duration(b, g->sum_ns);
		buf_text(b, " of work takes ");
		phrase_number(b, m->workers, STR("worker"));
		buf_char(b, ' ');
		phrase_duration(b, g->bound_ns);
		buf_text(b, " at least.");
	}
}

void phrase_gap_parts(const struct model *m, struct phrase_gap_part ret[PHRASE_GAP_PARTS])
{
	const struct model_gap *g = &m->gap;
	ret[0] = (struct phrase_gap_part){"before", "set-up, discovery, build: until the first worker starts",
					  g->before_ns};
	ret[1] = (struct phrase_gap_part){"start-up", "the first worker starts: until the first unit begins",
					  g->startup_ns};
	ret[2] = (struct phrase_gap_part){
	    "queue", "the units: longer than the bound, as workers waited for each other", g->queue_ns};
	ret[3] =
	    (struct phrase_gap_part){"teardown", "after the last unit: until the run ends", g->teardown_ns};
}

void phrase_gap(struct buf *b, const struct model *m)
{
	static const char *const where[PHRASE_GAP_PARTS] = {"before the first worker", "in start-up",
							    "in the queue", "after the last unit"};
	struct phrase_gap_part parts[PHRASE_GAP_PARTS];
	int64_t left = m->wall_ns - m->gap.bound_ns;
	bool told[PHRASE_GAP_PARTS] = {false};
	phrase_gap_parts(m, parts);
	phrase_duration(b, m->wall_ns);
	buf_text(b, " is ");
	phrase_duration(b, left < 0 ? -left : left);
	buf_text(b, left < 0 ? " less than that" : " more than that");
	const char *link = ": ";
	for (;;) {
		int best = -1;
		for (int i = 0; i < PHRASE_GAP_PARTS; i++)
			if (!told[i] && parts[i].ns > 0 && parts[i].ns >= m->wall_ns / 1000 &&
			    (best < 0 || parts[i].ns > parts[best].ns))
				best = i;
		if (best < 0)
			break;
		buf_text(b, link);
		phrase_duration(b, parts[best].ns);
		buf_char(b, ' ');
		buf_text(b, where[best]);
		told[best] = true;
		link = ", ";
	}
	buf_char(b, '.');
}

bool phrase_before(struct buf *b, const struct model *m)
{
	int64_t diff = m->wall_ns - m->before_wall_ns;
	if (m->before_wall_ns <= 0)
		return false;
	phrase_duration(b, m->wall_ns);
	buf_text(b, " now, ");
	phrase_duration(b, m->before_wall_ns);
	buf_text(b, " before: ");
	phrase_duration(b, diff < 0 ? -diff : diff);
	buf_printf(b, " %s (%.0f %%)", diff < 0 ? "less" : "more",
		   100.0 * (double)(diff < 0 ? -diff : diff) / (double)m->before_wall_ns);
	return true;
}

bool phrase_company(struct buf *b, const struct model *m)
{
	uint32_t n = 0;
	for (size_t i = 0; i < m->n_tests; i++)
		n += m->tests[i].passed_alone;
	if (n == 0)
		return false;
	phrase_number(b, n, m->word_test);
	buf_text(
	    b, " failed beside others and passed alone. They may share files, ports or a database: "
	       "--isolate tree gives each worker a tree of its own, --lock NAME=PATTERN keeps units apart.");
	return true;
}

const char *phrase_change(const struct model_change *c)
{
	switch (c->what) {
	case CHANGE_SLOWER:
		return "slower";
	case CHANGE_FASTER:
		return "faster";
	case CHANGE_BROKE:
		return "broke";
	case CHANGE_FIXED:
		return "fixed";
	case CHANGE_NEW:
		return "new";
	case CHANGE_GONE:
		return "gone";
	}
	return "";
}

const char *phrase_ended(enum status status)
{
	static const char *const words[STATUS_KINDS] = {
	    [STATUS_NONE] = "unfinished after ",   [STATUS_PASSED] = "passed in ",
	    [STATUS_SKIPPED] = "skipped in ",      [STATUS_UNFINISHED] = "unfinished after ",
	    [STATUS_FAILED] = "failed in ",        [STATUS_ERROR] = "error after ",
	    [STATUS_TIMEOUT] = "timed out after ", [STATUS_CRASHED] = "crashed after ",
	};
	return words[status];
}

void phrase_place(struct buf *b, struct str file, uint32_t line)
{
	buf_str(b, file);
	if (file.n && line)
		buf_printf(b, ":%u", line);
}

struct str phrase_name(struct str name)
{
	return name.n ? name : STR("(no name)");
}
