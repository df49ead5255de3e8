#include "base/str.h"
#include "bench_out/report_bench.h"

enum { ROWS = 30 };

static const char *const kinds[CHANGE_KINDS] = {"broke", "slower", "fixed", "faster", "new", "gone"};

static double percent(const struct run_coverage *f)
{
	return f->statements > 0 ? 100.0 * (double)f->covered / (double)f->statements : 100;
}

static void put_counts(struct out *o, const struct run_comparison *c)
{
	bool first = true;
	for (int k = 0; k < CHANGE_KINDS; k++) {
		if (!c->of[k])
			continue;
		out_printf(o, "%s%u %s", first ? "" : ", ", c->of[k], kinds[k]);
		first = false;
	}
	if (first)
		out_text(o, "no test changed");
}

static void put_drift(struct out *o, const struct run_comparison *c)
{
	if (c->drift > 1.05 || c->drift < 0.95)
		out_printf(
		    o, "note: the tests as a whole took %.2f times as long; a test is slower beyond that\n",
		    c->drift);
	if (!c->same_machine)
		out_text(o, "note: the runs were on different machines, so times are advisory\n");
}

static void put_row(struct term *t, const struct run_row *row)
{
	static const enum ink inks[CHANGE_KINDS] = {INK_BAD,  INK_BAD,   INK_GOOD,
						    INK_GOOD, INK_PLAIN, INK_PLAIN};
	term_ink(t, inks[row->what]);
	term_cell(t, str_of(kinds[row->what]), 7, SIDE_LEFT);
	term_ink(t, INK_PLAIN);
	term_duration(t, row->what == CHANGE_NEW ? -1 : row->base_ns, DURATION_COLUMNS + 1);
	term_duration(t, row->what == CHANGE_GONE ? -1 : row->now_ns, DURATION_COLUMNS + 1);
	out_text(t->out, "  ");
	(void)term_text(t, row->name, 400);
	out_char(t->out, '\n');
}

static void put_cover(struct term *t, const struct run_comparison *c)
{
	if (!c->base_cover.known || !c->now_cover.known)
		return;
	out_printf(t->out, "coverage %.2f %% -> ", percent(&c->base_cover.total));
	term_ink(t, c->cover_lost ? INK_BAD : INK_PLAIN);
	out_printf(t->out, "%.2f %%", percent(&c->now_cover.total));
	term_ink(t, INK_PLAIN);
	out_char(t->out, '\n');
	for (size_t i = 0; i < c->n_lost && i < ROWS; i++) {
		out_printf(t->out, "  %6.2f %% -> %6.2f %%  ", percent(c->lost_base[i]), percent(c->lost[i]));
		(void)term_text(t, c->lost[i]->file, 400);
		out_char(t->out, '\n');
	}
}

void run_compare_text(struct term *t, const struct run_comparison *c)
{
	for (size_t i = 0; i < c->n_rows && i < ROWS; i++)
		put_row(t, &c->rows[i]);
	if (c->n_rows > ROWS)
		out_printf(t->out, "... and %zu more; '--format json' has all\n", c->n_rows - ROWS);
	put_cover(t, c);
	term_inked(t, c->verdict == VERDICT_REGRESSED ? INK_BAD : INK_HEAD, verdict_name(c->verdict));
	out_text(t->out, ": ");
	put_counts(t->out, c);
	out_text(t->out, "; wall ");
	out_duration(t->out, c->base_wall_ns);
	out_text(t->out, " -> ");
	out_duration(t->out, c->now_wall_ns);
	out_char(t->out, '\n');
	put_drift(t->out, c);
}

void run_compare_markdown(struct out *o, const struct run_comparison *c)
{
	out_printf(o, "**%s**: ", verdict_name(c->verdict));
	put_counts(o, c);
	out_text(o, "\n\n| | base | now | test |\n|---|---:|---:|---|\n");
	for (size_t i = 0; i < c->n_rows; i++) {
		out_printf(o, "| %s | ", kinds[c->rows[i].what]);
		out_duration(o, c->rows[i].base_ns);
		out_text(o, " | ");
		out_duration(o, c->rows[i].now_ns);
		out_text(o, " | ");
		out_md_code(o, c->rows[i].name, true);
		out_text(o, " |\n");
	}
	if (c->base_cover.known && c->now_cover.known)
		out_printf(o, "\nCoverage %.2f %% -> %.2f %%%s\n", percent(&c->base_cover.total),
			   percent(&c->now_cover.total), c->cover_lost ? ": **lost**" : "");
	out_char(o, '\n');
	put_drift(o, c);
}

void run_compare_json(struct out *o, const struct run_comparison *c)
{
	out_printf(o,
		   "{\"format\":\"fettle-compare-runs\",\"version\":1,\"verdict\":\"%s\",\"same_machine\":%s,"
		   "\"base_wall_ns\":%lld,\"now_wall_ns\":%lld,\"drift\":%.6g,\"spread\":%.6g,\n\"tests\":[",
		   verdict_name(c->verdict), c->same_machine ? "true" : "false", (long long)c->base_wall_ns,
		   (long long)c->now_wall_ns, c->drift, c->spread);
	for (size_t i = 0; i < c->n_rows; i++) {
		out_printf(o, "%s{\"what\":\"%s\",\"name\":", i ? ",\n" : "\n", kinds[c->rows[i].what]);
		out_json(o, c->rows[i].name);
		out_printf(o, ",\"base_ns\":%lld,\"now_ns\":%lld}", (long long)c->rows[i].base_ns,
			   (long long)c->rows[i].now_ns);
	}
	out_text(o, "],\n\"coverage\":");
	if (c->base_cover.known && c->now_cover.known) {
		out_printf(o, "{\"base\":%.6g,\"now\":%.6g,\"lost\":%s,\"files\":[",
			   percent(&c->base_cover.total), percent(&c->now_cover.total),
			   c->cover_lost ? "true" : "false");
		for (size_t i = 0; i < c->n_lost; i++) {
			out_text(o, i ? ",\n{\"file\":" : "\n{\"file\":");
			out_json(o, c->lost[i]->file);
			out_printf(o, ",\"base\":%.6g,\"now\":%.6g}", percent(c->lost_base[i]),
				   percent(c->lost[i]));
		}
		out_text(o, "]}}\n");
	} else {
		out_text(o, "null}\n");
	}
}
