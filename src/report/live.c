#include "report/live.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "report/excerpt.h"
#include "report/phrase.h"

enum {
	DRAW_NS = 100 * 1000 * 1000,
	RUNNING = 8, /* units named at most */
	NAME_COLUMNS = 36,
	LEAST_COLUMNS = 12, /* of a name that is cut */
	MIN_COLUMNS = 20,
	FAILURES =
	    100, /* told at once at most, unless every line is wanted: what breaks all tests is soon seen */
};
static const int64_t say_ns = 10 * NS_PER_S, soon_ns = 2 * NS_PER_S;

static struct term term_of(const struct live *l, unsigned columns)
{
	return (struct term){l->o, columns, l->opt.colour, l->opt.ascii};
}

/* For a line that stays. */
static struct term line_term(const struct live *l)
{
	return term_of(l, l->columns > MIN_COLUMNS ? l->columns : MIN_COLUMNS);
}

void live_clear(struct live *l)
{
	if (!l->shown)
		return;
	out_text(l->o, "\r\x1b[K");
	out_flush(l->o);
	l->shown = false;
	l->drawn_ns = -1;
}

/* The attempt of a test, or of what is around it. */
static uint32_t attempt_of(struct live *l, uint32_t attempt, uint64_t parent)
{
	for (unsigned i = 0; attempt == 0 && i < 8; i++) {
		const struct open_span *s = lanes_find(&l->open, parent);
		if (!s)
			break;
		attempt = s->attempt;
		parent = s->parent;
	}
	return attempt ? attempt : 1;
}

/* "failed  features/a.feature:3  Pays by card  (1.24 s): expected 201" */
static void say_failure(struct live *l, const struct event *ev, int64_t dur_ns, uint32_t attempt)
{
	struct buf place = {0}, plain = {0};
	struct term t = line_term(l);
	if (l->told > FAILURES && !l->opt.verbose)
		return;
	live_clear(l);
	if (l->told++ == FAILURES && !l->opt.verbose) {
		out_text(l->o, "further failures are told at the end\n");
		out_flush(l->o);
		return;
	}
	term_ink(&t, INK_BAD);
	out_text(l->o, status_name(ev->status));
	term_ink(&t, INK_PLAIN);
	phrase_place(&place, ev->file, ev->line);
	if (place.n) {
		out_text(l->o, "  ");
		(void)term_text(&t, buf_view(&place), 2 * t.columns);
	}
	if (ev->name.n && !str_eq(ev->name, ev->file)) {
		out_text(l->o, "  ");
		(void)term_text(&t, ev->name, 2 * t.columns);
	}
	out_text(l->o, "  (");
	out_duration(l->o, dur_ns);
	if (attempt > 1)
		out_printf(l->o, ", attempt %u", attempt);
	out_char(l->o, ')');
	struct str why = excerpt_line(excerpt_plain(&plain, ev->message));
	if (why.n) {
		out_text(l->o, ": ");
		(void)term_text(&t, why, 2 * t.columns);
	}
	out_char(l->o, '\n');
	out_flush(l->o);
	buf_free(&place);
	buf_free(&plain);
}

static void count_test(struct live *l, const struct event *ev, int64_t dur_ns, uint32_t attempt)
{
	bool again = l->opt.retries && attempt > 1;
	bool is_bad = status_is_bad(ev->status);
	l->tests += !again;
	if (is_bad && !again) {
		l->bad++;
	} else if (!is_bad && again && l->bad) {
		l->bad--;
		l->flaky++;
	}
	if (is_bad && l->opt.mode != LIVE_QUIET)
		say_failure(l, ev, dur_ns, attempt);
}

/* A bad test explains why its unit is bad: the unit need not say it again. */
static void mark_around(struct live *l, uint64_t parent)
{
	struct open_span *s = lanes_find(&l->open, parent);
	for (unsigned i = 0; s && i < 8; i++) {
		s->mark++;
		s = lanes_find(&l->open, s->parent);
	}
}

static void end_unit(struct live *l, const struct open_span *s, const struct event *ev, int64_t dur_ns)
{
	bool again = l->opt.retries && s->attempt > 1;
	if (status_is_bad(ev->status) && s->mark == 0) {
		l->broken += !again;
		if (l->opt.mode != LIVE_QUIET)
			say_failure(l, ev, dur_ns, s->attempt);
	}
}

/* "begins  features/a.feature  worker 1, predicted 1.24 s, attempt 2" */
static void say_begin(struct live *l, const struct event *ev)
{
	struct term t = line_term(l);
	int64_t predicted_ns = event_int(ev, "predicted", 0);
	live_clear(l);
	out_text(l->o, "begins  ");
	(void)term_text(&t, ev->name, 2 * t.columns);
	out_printf(l->o, "  worker %d", (int)ev->worker);
	if (predicted_ns > 0) {
		out_text(l->o, ", predicted ");
		out_duration(l->o, predicted_ns);
	}
	if (ev->attempt > 1)
		out_printf(l->o, ", attempt %u", ev->attempt);
	if (event_int(ev, "alone", 0))
		out_text(l->o, ", alone");
	struct str lock = event_text(ev, "lock");
	if (lock.n) {
		out_text(l->o, ", locks ");
		(void)term_text(&t, lock, t.columns);
	}
	out_char(l->o, '\n');
	out_flush(l->o);
}

/* What a unit printed, each line behind a mark, so that nothing in it is taken for ours. */
static void say_output(struct live *l, const struct event *ev)
{
	struct term t = line_term(l);
	const struct open_span *s = lanes_find(&l->open, ev->id);
	struct buf plain = {0};
	struct str rest = excerpt_plain(&plain, ev->text), line;
	if (s && s->kind == SPAN_UNIT && rest.n) {
		live_clear(l);
		out_text(l->o, "output of ");
		(void)term_text(&t, s->name, 2 * t.columns);
		out_text(l->o, ":\n");
		while (rest.n && str_next(&rest, '\n', &line)) {
			term_inked(&t, INK_DIM, l->opt.ascii ? "| " : "\xe2\x94\x82 ");
			(void)term_line(&t, line, 4 * t.columns);
			out_char(l->o, '\n');
		}
		out_flush(l->o);
	}
	buf_free(&plain);
}

static void say_note(struct live *l, const struct event *ev)
{
	struct term t = line_term(l);
	live_clear(l);
	out_text(l->o, "note  ");
	(void)term_text(&t, ev->message, 8 * t.columns);
	out_char(l->o, '\n');
	out_flush(l->o);
}

/* What --verbose says beside the rest. */
static void say_more(struct live *l, const struct event *ev)
{
	if (ev->type == EVENT_BEGIN && ev->kind == SPAN_UNIT)
		say_begin(l, ev);
	else if (ev->type == EVENT_OUTPUT)
		say_output(l, ev);
	else if (ev->type == EVENT_NOTE)
		say_note(l, ev);
}

/* A span that ended: what its end does not say, its begin did. */
static void end_span(struct live *l, struct open_span *s, const struct event *ev)
{
	struct event whole = *ev;
	uint32_t attempt = attempt_of(l, s->attempt, s->parent);
	if (!whole.name.n)
		whole.name = s->name;
	if (!whole.file.n)
		whole.file = s->file;
	if (!whole.line)
		whole.line = s->line;
	int64_t dur_ns = ev->time_ns > s->start_ns ? ev->time_ns - s->start_ns : 0;
	if (s->kind == SPAN_TEST) {
		count_test(l, &whole, dur_ns, attempt);
		if (status_is_bad(ev->status))
			mark_around(l, s->parent);
	} else if (s->kind == SPAN_UNIT) {
		end_unit(l, s, &whole, dur_ns);
	}
	lanes_close(&l->open, s, s->start_ns);
}

static bool is_watched(enum span_kind kind)
{
	return kind == SPAN_TEST || kind == SPAN_UNIT || kind == SPAN_SUITE;
}

static void put(struct sink *sink, const struct event *ev)
{
	struct live *l = (struct live *)sink;
	if (l->opt.verbose && l->opt.mode != LIVE_QUIET)
		say_more(l, ev);
	struct open_span *s =
	    ev->type == EVENT_BEGIN || ev->type == EVENT_END ? lanes_find(&l->open, ev->id) : NULL;
	if (ev->type == EVENT_BEGIN && ev->id && !s && is_watched(ev->kind))
		(void)lanes_open(&l->open, ev);
	else if (ev->type == EVENT_END && s)
		end_span(l, s, ev);
	if (ev->type != EVENT_SPAN || ev->kind != SPAN_TEST)
		return;
	count_test(l, ev, ev->dur_ns, attempt_of(l, ev->attempt, ev->parent));
	if (status_is_bad(ev->status))
		mark_around(l, ev->parent);
}

void live_open(struct live *l, struct out *o, const struct live_options *opt)
{
	memset(l, 0, sizeof(*l));
	l->sink.put = put;
	l->o = o;
	l->opt = *opt;
	l->drawn_ns = l->said_ns = -1;
	l->columns = 80;
	if (!l->opt.word_test.n)
		l->opt.word_test = STR("test");
}

static void add_counts(struct buf *b, const struct live *l, const struct live_now *now)
{
	if (now->units_total)
		buf_printf(b, "%u/%u units", now->units_done, now->units_total);
	else
		phrase_number(b, now->units_done, STR("unit"));
	if (l->tests) {
		buf_text(b, ", ");
		phrase_number(b, l->tests, l->opt.word_test);
	}
}

static void add_flaws(struct buf *b, const struct live *l)
{
	if (l->bad)
		buf_printf(b, ", %u failed", l->bad);
	if (l->broken)
		buf_printf(b, ", %u broken unit%s", l->broken, l->broken == 1 ? "" : "s");
	if (l->flaky)
		buf_printf(b, ", %u flaky", l->flaky);
}

static void add_rest(struct buf *b, const struct live_now *now)
{
	if (now->remaining_ns <= 0 || now->units_done == now->units_total)
		return;
	buf_text(b, ", ~");
	phrase_duration(b, now->remaining_ns);
	buf_text(b, " left");
}

/* Puts as much of s as fits into what is left of the line. */
static void put_part(struct term *t, unsigned *used, struct str s, enum ink ink)
{
	if (*used >= t->columns)
		return;
	term_ink(t, ink);
	*used += term_text(t, s, t->columns - *used);
	term_ink(t, INK_PLAIN);
}

/* Units that run, the longest-running first, as far as there is room. */
static void put_running(struct live *l, struct term *t, unsigned *used, int64_t time_ns)
{
	size_t n;
	unsigned told = 0;
	struct buf b = {0};
	uint64_t *ids = lanes_open_ids(&l->open, &n); /* the latest first */
	while (n-- && told < RUNNING) {
		const struct open_span *s = lanes_find(&l->open, ids[n]);
		if (s->kind != SPAN_UNIT)
			continue;
		buf_clear(&b);
		phrase_duration(&b, time_ns > s->start_ns ? time_ns - s->start_ns : 0);
		unsigned name = term_columns(t, phrase_name(s->name)), beside = 2 + 1 + (unsigned)b.n;
		unsigned room = t->columns > *used + beside ? t->columns - *used - beside : 0;
		unsigned want = name < NAME_COLUMNS ? name : NAME_COLUMNS;
		if (want > room && room < LEAST_COLUMNS)
			break;
		want = want < room ? want : room;
		put_part(t, used, told++ ? STR(", ") : STR("  "), INK_DIM);
		term_ink(t, INK_DIM);
		*used += term_text_end(t, phrase_name(s->name), want);
		out_char(l->o, ' ');
		*used += 1;
		out_str(l->o, buf_view(&b));
		*used += (unsigned)b.n;
		term_ink(t, INK_PLAIN);
	}
	mem_free(ids);
	buf_free(&b);
}

static void draw(struct live *l, const struct live_now *now)
{
	/* one column less: a terminal that wraps at its edge would need two lines to be cleared */
	unsigned columns = l->columns > MIN_COLUMNS ? l->columns - 1 : MIN_COLUMNS, used = 0;
	struct term t = term_of(l, columns);
	struct buf b = {0};
	out_text(l->o, "\r");
	phrase_duration(&b, now->time_ns);
	buf_char(&b, ' ');
	put_part(&t, &used, buf_view(&b), INK_DIM);
	if (now->units_total && columns >= 90) {
		unsigned bar = 12, took;
		out_text(l->o, t.ascii ? "[" : " ");
		term_ink(&t, l->bad || l->broken ? INK_BAD : INK_GOOD);
		took = term_bar(&t, now->units_done, now->units_total, bar);
		term_ink(&t, INK_PLAIN);
		out_repeat(l->o, t.ascii ? "." : " ", bar - took);
		out_text(l->o, t.ascii ? "] " : "  ");
		used += bar + 3;
	}
	buf_clear(&b);
	add_counts(&b, l, now);
	put_part(&t, &used, buf_view(&b), INK_PLAIN);
	buf_clear(&b);
	add_flaws(&b, l);
	put_part(&t, &used, buf_view(&b), l->bad || l->broken ? INK_BAD : INK_WARN);
	buf_clear(&b);
	add_rest(&b, now);
	put_part(&t, &used, buf_view(&b), INK_PLAIN);
	put_running(l, &t, &used, now->time_ns);
	out_text(l->o, "\x1b[K");
	out_flush(l->o);
	buf_free(&b);
	l->shown = true;
	l->drawn_ns = now->time_ns;
}

static void say(struct live *l, const struct live_now *now)
{
	struct buf b = {0};
	unsigned used = 0;
	struct term t = term_of(l, 160);
	if (l->said_ns < 0) {
		buf_text(&b, "running ");
		if (now->units_total)
			phrase_number(&b, now->units_total, STR("unit"));
		buf_text(&b, now->units_total ? " on " : "on ");
		phrase_number(&b, l->opt.workers, STR("worker"));
		add_rest(&b, now);
		put_part(&t, &used, buf_view(&b), INK_PLAIN);
	} else {
		phrase_duration(&b, now->time_ns);
		buf_text(&b, ": ");
		add_counts(&b, l, now);
		add_flaws(&b, l);
		add_rest(&b, now);
		put_part(&t, &used, buf_view(&b), INK_PLAIN);
		put_running(l, &t, &used, now->time_ns);
	}
	out_char(l->o, '\n');
	out_flush(l->o);
	buf_free(&b);
	l->said_ns = now->time_ns;
}

static void tick_lines(struct live *l, const struct live_now *now)
{
	uint64_t total = now->units_total;
	unsigned tenth = total ? (unsigned)(10 * (uint64_t)now->units_done / total) : 0;
	int64_t quiet_ns = now->time_ns - l->said_ns;
	bool all = total && now->units_done >= total;
	if (l->said_ns < 0) {
		if (total || l->tests)
			say(l, now);
	} else if (!all && (quiet_ns >= say_ns || (quiet_ns >= soon_ns && tenth != l->tenth))) {
		say(l, now);
		l->tenth = tenth;
	}
}

void live_tick(struct live *l, const struct live_now *now)
{
	l->columns = now->columns ? now->columns : 80;
	if (l->opt.mode == LIVE_LINES)
		tick_lines(l, now);
	else if (l->opt.mode == LIVE_TERMINAL && (l->drawn_ns < 0 || now->time_ns - l->drawn_ns >= DRAW_NS))
		draw(l, now);
}

void live_close(struct live *l)
{
	live_clear(l);
	lanes_free(&l->open);
}
