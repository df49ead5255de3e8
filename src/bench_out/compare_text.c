#include <math.h>

#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"

static enum ink ink_of(const struct compare_row *row)
{
	if (!row->gates)
		return INK_DIM;
	return row->verdict == VERDICT_REGRESSED      ? INK_BAD
	       : row->verdict == VERDICT_INCONCLUSIVE ? INK_WARN
	       : row->improved                        ? INK_GOOD
						      : INK_PLAIN;
}

static const char *word_of(const struct compare_row *row)
{
	if (row->improved)
		return row->fastest ? "improved (fastest tenth)" : "improved";
	if (row->fastest && row->gates)
		return row->verdict == VERDICT_REGRESSED      ? "regressed (fastest tenth)"
		       : row->verdict == VERDICT_INCONCLUSIVE ? "inconclusive (fastest tenth)"
							      : "not regressed (fastest tenth)";
	if (row->advisory && row->verdict == VERDICT_REGRESSED)
		return "more, on another machine";
	if (!row->gates && row->verdict == VERDICT_REGRESSED)
		return "more (shown only)";
	if (!row->gates && row->verdict == VERDICT_INCONCLUSIVE)
		return "";
	return verdict_name(row->verdict);
}

static double percent(double log)
{
	return 100 * expm1(log);
}

void bench_figure_cell(struct term *t, int64_t v, struct str unit)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	bench_figure(&o, v, unit);
	term_cell(t, buf_view(&b), BENCH_FIGURE_COLUMNS + 1, SIDE_RIGHT);
	buf_free(&b);
}

static void put_row(struct term *t, const struct compare_row *row)
{
	out_text(t->out, "  ");
	term_cell(t, row->metric, 20, SIDE_LEFT);
	bench_figure_cell(t, row->base, row->unit);
	bench_figure_cell(t, row->now, row->unit);
	if (row->ratio.n)
		out_printf(t->out, "  %+7.2f %%  %+7.2f .. %+.2f %%  ", percent(row->ratio.log),
			   percent(row->ratio.low), percent(row->ratio.high));
	else
		out_text(t->out, "        -                        ");
	term_inked(t, ink_of(row), word_of(row));
	out_char(t->out, '\n');
}

static void put_trouble(struct term *t, const struct compare_trouble *w)
{
	(void)term_text(t, w->benchmark, 200);
	if (w->kind == COMPARE_FAILS) {
		out_printf(t->out, ": %u of %u runs failed, before %u of %u", w->now_failed, w->now_runs,
			   w->base_failed, w->base_runs);
		if (w->failure.n) {
			out_text(t->out, " (");
			(void)term_text(t, w->failure, 200);
			out_char(t->out, ')');
		}
		out_text(t->out, ": ");
		term_inked(t, w->regressed ? INK_BAD : INK_PLAIN,
			   w->regressed ? "regressed" : "as may happen by chance");
	} else {
		out_text(t->out, w->kind == COMPARE_GONE ? ": only in the base" : ": not in the base");
	}
	out_char(t->out, '\n');
}

static void put_end(struct term *t, const struct comparison *c)
{
	term_inked(t, c->verdict == VERDICT_REGRESSED ? INK_BAD : INK_HEAD, verdict_name(c->verdict));
	if (c->paired)
		out_printf(t->out, " after %u rounds", c->n_rounds);
	if (c->regressed)
		out_printf(t->out, ": %u regressed", c->regressed);
	if (c->inconclusive)
		out_printf(t->out, "%s %u inconclusive", c->regressed ? "," : ":", c->inconclusive);
	if (c->improved)
		out_printf(t->out, "; %u improved", c->improved);
	out_char(t->out, '\n');
	if (!c->paired && !c->same_machine)
		out_text(t->out, "note: the base was measured on another machine, so times are advisory; "
				 "run both here with --against to know\n");
	else if (!c->paired)
		out_text(t->out, "note: a stored base and a restless machine tell less than --against, "
				 "which runs both in turn\n");
}

void compare_text(struct term *t, const struct comparison *c)
{
	struct str last = STR_NONE;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (row->base == BENCH_NONE && row->now == BENCH_NONE)
			continue;
		if (!i || !str_eq(last, row->benchmark)) {
			last = row->benchmark;
			term_ink(t, INK_HEAD);
			(void)term_text(t, row->benchmark, 400);
			term_ink(t, INK_PLAIN);
			out_text(t->out,
				 "\n                            base       now    change  95 % interval\n");
		}
		if (row->base || row->now)
			put_row(t, row);
	}
	for (size_t i = 0; i < c->n_troubles; i++)
		put_trouble(t, &c->troubles[i]);
	put_end(t, c);
}

void compare_markdown(struct out *o, const struct comparison *c)
{
	out_printf(o,
		   "**%s**\n\n| benchmark | metric | base | now | change | 95 %% interval | |\n"
		   "|---|---|---:|---:|---:|---|---|\n",
		   verdict_name(c->verdict));
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		out_text(o, "| ");
		out_md_code(o, row->benchmark, true);
		out_text(o, " | ");
		out_md(o, row->metric);
		out_text(o, " | ");
		bench_figure(o, row->base, row->unit);
		out_text(o, " | ");
		bench_figure(o, row->now, row->unit);
		if (row->ratio.n)
			out_printf(o, " | %+.2f %% | %+.2f .. %+.2f %%", percent(row->ratio.log),
				   percent(row->ratio.low), percent(row->ratio.high));
		else
			out_text(o, " | - | -");
		out_printf(o, " | %s |\n", word_of(row));
	}
	for (size_t i = 0; i < c->n_troubles; i++) {
		const struct compare_trouble *w = &c->troubles[i];
		out_text(o, "\n- ");
		out_md_code(o, w->benchmark, false);
		if (w->kind == COMPARE_FAILS)
			out_printf(o, ": %u of %u runs failed, before %u of %u%s", w->now_failed, w->now_runs,
				   w->base_failed, w->base_runs, w->regressed ? ": **regressed**" : "");
		else
			out_text(o, w->kind == COMPARE_GONE ? ": only in the base" : ": not in the base");
	}
	if (!c->same_machine)
		out_text(o, "\nThe base was measured on another machine: times are advisory.\n");
}

static void put_figure(struct out *o, const char *key, int64_t v)
{
	out_printf(o, "\"%s\":", key);
	if (v == BENCH_NONE)
		out_text(o, "null,");
	else
		out_printf(o, "%lld,", (long long)v);
}

static void json_row(struct out *o, const struct compare_row *row)
{
	out_text(o, "{\"benchmark\":");
	out_json(o, row->benchmark);
	out_text(o, ",\"metric\":");
	out_json(o, row->metric);
	out_text(o, ",\"unit\":");
	out_json(o, row->unit);
	out_char(o, ',');
	put_figure(o, "base", row->base);
	put_figure(o, "now", row->now);
	if (row->ratio.n)
		out_printf(o, "\"ratio\":%.9g,\"low\":%.9g,\"high\":%.9g,", exp(row->ratio.log),
			   exp(row->ratio.low), exp(row->ratio.high));
	else
		out_text(o, "\"ratio\":null,\"low\":null,\"high\":null,");
	out_printf(o, "\"p\":%.3g,\"n\":%u,\"min_effect\":%.9g,\"verdict\":\"%s\",", row->ratio.p,
		   row->ratio.n, row->effect, verdict_name(row->verdict));
	out_printf(o, "\"improved\":%s,\"gates\":%s,\"advisory\":%s,\"statistic\":\"%s\"}",
		   row->improved ? "true" : "false", row->gates ? "true" : "false",
		   row->advisory ? "true" : "false", row->fastest ? "fastest tenth" : "median");
}

void compare_json(struct out *o, const struct comparison *c)
{
	static const char *const kinds[] = {"fails", "gone", "new"};
	out_printf(o,
		   "{\"format\":\"fettle-compare\",\"version\":1,\"verdict\":\"%s\",\"paired\":%s,"
		   "\"same_machine\":%s,\"rounds\":%u,\"regressed\":%u,\"inconclusive\":%u,\"improved\":%u,\n"
		   "\"rows\":[",
		   verdict_name(c->verdict), c->paired ? "true" : "false", c->same_machine ? "true" : "false",
		   c->n_rounds, c->regressed, c->inconclusive, c->improved);
	for (size_t i = 0; i < c->n_rows; i++) {
		out_text(o, i ? ",\n" : "\n");
		json_row(o, &c->rows[i]);
	}
	out_text(o, "],\n\"troubles\":[");
	for (size_t i = 0; i < c->n_troubles; i++) {
		const struct compare_trouble *w = &c->troubles[i];
		out_text(o, i ? ",\n{\"benchmark\":" : "\n{\"benchmark\":");
		out_json(o, w->benchmark);
		out_printf(
		    o,
		    ",\"what\":\"%s\",\"base_failed\":%u,\"base_runs\":%u,\"now_failed\":%u,\"now_runs\":%u,"
		    "\"regressed\":%s,\"failure\":",
		    kinds[w->kind], w->base_failed, w->base_runs, w->now_failed, w->now_runs,
		    w->regressed ? "true" : "false");
		out_json(o, w->failure);
		out_char(o, '}');
	}
	out_text(o, "]}\n");
}
