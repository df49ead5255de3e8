#include <math.h>
#include <string.h>

#include "base/bound_put.h"
#include "base/str.h"
#include "bench_out/bench_say.h"
#include "bench_out/report_bench.h"
#include "bench_out/target_line.h"
#include "measure/summary.h"
#include "wire/unit.h"

static void put_figure(struct out *o, int64_t v)
{
	if (v != BENCH_NONE)
		out_int(o, v);
}

/* Well-formed text between quotes; a quote is written as escape and itself, and so is what else is named. */
static void put_quoted(struct out *o, struct str s, char escape, const char *escaped)
{
	out_char(o, '"');
	for (size_t i = 0, n; i < s.n; i += n) {
		struct str rest = str_cut(s, i, s.n);
		n = str_utf8(rest);
		if (!n) {
			out_text(o, "\xef\xbf\xbd");
			n = 1;
			continue;
		}
		if (s.at[i] == '\n' && escape == '\\') {
			out_text(o, "\\n");
			continue;
		}
		if (s.at[i] && strchr(escaped, s.at[i]))
			out_char(o, escape);
		out_str(o, str_cut(rest, 0, n));
	}
	out_char(o, '"');
}

static void put_csv_text(struct out *o, struct str s)
{
	put_quoted(o, s, '"', "\"");
}

/* A word of ours as it is; one of another's that would end the field in quotes. */
static void put_csv_word(struct out *o, struct str s)
{
	bool plain = true;
	for (size_t i = 0; i < s.n; i++)
		plain = plain && s.at[i] > ' ' && s.at[i] < 127 && s.at[i] != ',' && s.at[i] != '"';
	if (plain)
		out_str(o, s);
	else
		put_csv_text(o, s);
}

static void put_real(struct out *o, double v)
{
	if (isfinite(v))
		out_printf(o, "%.9g", v);
}

void bench_csv(struct out *o, const struct bench *b)
{
	out_text(
	    o,
	    "benchmark,metric,unit,n,failed,min,p5,p25,median,p75,p95,p99,max,mean,stddev,kind,concurrency,"
	    "throughput,error_rate\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			const struct bench_summary *m = &s->columns[k].summary;
			const int64_t figures[] = {m->least, m->p5,  m->p25, m->median,
						   m->p75,   m->p95, m->p99, m->most};
			put_csv_text(o, s->name);
			out_char(o, ',');
			put_csv_word(o, s->columns[k].metric);
			out_char(o, ',');
			put_csv_word(o, s->columns[k].unit);
			out_printf(o, ",%u,%u", m->n, s->failed);
			for (unsigned f = 0; f < sizeof(figures) / sizeof(*figures); f++) {
				out_char(o, ',');
				put_figure(o, figures[f]);
			}
			out_char(o, ',');
			put_real(o, m->n ? m->mean : NAN);
			out_char(o, ',');
			put_real(o, m->n > 1 ? m->deviation : NAN);
			out_char(o, ',');
			put_csv_word(o, s->kind);
			out_printf(o, ",%u,", s->concurrency ? s->concurrency : 1);
			put_real(o, bench_throughput(s));
			out_char(o, ',');
			put_real(o, bench_error_rate(s));
			out_char(o, '\n');
		}
	}
}

static void put_md_buf(struct out *o, struct buf *b)
{
	out_text(o, " | ");
	out_md(o, buf_view(b));
	buf_clear(b);
}

static void put_md_targets(struct out *o, const struct bench *b)
{
	struct buf text = {0};
	out_printf(o,
		   "**%u of %u targets met**\n\n| | target | figure | wanted | margin | benchmark |\n"
		   "|---|---|---:|---:|---:|---|\n",
		   bench_targets_met(b), b->n_targets);
	for (uint32_t i = 0; i < b->n_targets; i++) {
		const struct bench_target *t = &b->targets[i];
		out_text(o, t->verdict.answer == TARGET_MET ? "| met | " : "| **missed** | ");
		out_md_code(o, t->metric, true);
		target_put_reason(&text, &t->verdict);
		put_md_buf(o, &text);
		bound_put(&text, &t->verdict.bound);
		put_md_buf(o, &text);
		if (t->verdict.has_margin)
			target_put_margin(&text, &t->verdict);
		put_md_buf(o, &text);
		bench_put_place(&text, t);
		put_md_buf(o, &text);
		out_text(o, " |\n");
	}
	out_char(o, '\n');
	buf_free(&text);
}

static void put_md_rates(struct out *o, const struct bench *b)
{
	out_text(o, "\n| benchmark | at once | throughput | failed |\n|---|---:|---:|---:|\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		if (!bench_has_rate(s))
			continue;
		out_text(o, "| ");
		out_md_code(o, s->name, true);
		out_printf(o, " | %u | ", s->concurrency ? s->concurrency : 1);
		bench_rate(o, bench_throughput(s));
		out_text(o, " | ");
		bench_share(o, bench_error_rate(s));
		out_text(o, " |\n");
	}
}

static bool any_has_rate(const struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		if (bench_has_rate(&b->subjects[i]))
			return true;
	return false;
}

void bench_markdown(struct out *o, const struct bench *b)
{
	if (b->n_targets)
		put_md_targets(o, b);
	out_text(o,
		 "| benchmark | metric | median | mean | stddev | min | p95 | p99 | max | runs | failed |\n"
		 "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			const struct bench_column *c = &s->columns[k];
			const struct bench_summary *m = &c->summary;
			const int64_t figures[] = {m->median,
						   m->n ? (int64_t)llround(m->mean) : BENCH_NONE,
						   m->n > 1 ? (int64_t)llround(m->deviation) : BENCH_NONE,
						   m->least,
						   m->p95,
						   m->p99,
						   m->most};
			out_text(o, "| ");
			out_md_code(o, s->name, true);
			out_text(o, " | ");
			out_md(o, c->metric);
			for (unsigned f = 0; f < sizeof(figures) / sizeof(*figures); f++) {
				out_text(o, " | ");
				bench_figure(o, figures[f], c->unit);
			}
			out_printf(o, " | %u | %u |\n", s->good, s->failed);
		}
	}
	if (any_has_rate(b))
		put_md_rates(o, b);
}

static const struct bench_column *wall_of(const struct bench_subject *s)
{
	const struct bench_column *c = summary_column(s, STR("wall"));
	return c && unit_of(c->unit).kind == BOUND_NS ? c : NULL;
}

static void put_seconds(struct out *o, const char *key, double seconds, bool known)
{
	out_printf(o, "      \"%s\": ", key);
	if (known)
		out_printf(o, "%.9g,\n", seconds);
	else
		out_text(o, "null,\n");
}

/* The good runs' figures, divided. */
static void put_list(struct out *o, const struct bench_subject *s, const char *metric, double by)
{
	const struct bench_column *c = summary_column(s, str_of(metric));
	size_t n = (size_t)s->n_rounds * s->per_round, told = 0;
	out_char(o, '[');
	for (size_t i = 0; c && i < n; i++)
		if (c->values[i] != BENCH_NONE)
			out_printf(o, "%s%.12g", told++ ? ", " : "", (double)c->values[i] / by);
	out_char(o, ']');
}

/* Of its figures how many make a second. */
static double a_second(const struct bench_column *c)
{
	return 1e9 / unit_of(c->unit).factor;
}

static double mean_seconds(const struct bench_subject *s, const char *metric)
{
	const struct bench_column *c = summary_column(s, str_of(metric));
	return c ? c->summary.mean / a_second(c) : 0;
}

static void put_hyperfine(struct out *o, const struct bench_subject *s)
{
	const struct bench_column *wall = wall_of(s);
	const struct bench_summary *m = &wall->summary;
	double by = a_second(wall);
	out_text(o, "    {\n      \"command\": ");
	out_json(o, s->name);
	out_text(o, ",\n");
	put_seconds(o, "mean", m->mean / by, m->n);
	put_seconds(o, "stddev", m->deviation / by, m->n > 1);
	put_seconds(o, "median", (double)m->median / by, m->n);
	put_seconds(o, "user", mean_seconds(s, "user"), m->n);
	put_seconds(o, "system", mean_seconds(s, "system"), m->n);
	put_seconds(o, "min", (double)m->least / by, m->n);
	put_seconds(o, "max", (double)m->most / by, m->n);
	out_text(o, "      \"times\": ");
	put_list(o, s, "wall", by);
	out_text(o, ",\n      \"memory_usage_byte\": ");
	put_list(o, s, "peak_rss", 1);
	out_text(o, ",\n      \"exit_codes\": [");
	for (uint32_t i = 0; i < m->n; i++)
		out_text(o, i ? ", 0" : "0");
	out_text(o, "]");
	if (s->n_params) {
		out_text(o, ",\n      \"parameters\": {");
		for (uint32_t i = 0; i < s->n_params; i++) {
			out_text(o, i ? ", " : "");
			out_json(o, s->params[i].name);
			out_text(o, ": ");
			out_json(o, s->params[i].value);
		}
		out_char(o, '}');
	}
	out_text(o, "\n    }");
}

uint32_t bench_hyperfine(struct out *o, const struct bench *b)
{
	uint32_t n = 0;
	out_text(o, "{\n  \"results\": [\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		if (!wall_of(&b->subjects[i]))
			continue;
		out_text(o, n++ ? ",\n" : "");
		put_hyperfine(o, &b->subjects[i]);
	}
	out_text(o, "\n  ]\n}\n");
	return b->n_subjects - n;
}

/* One word, as Go's lines are made of words. */
static void put_go_word(struct out *o, struct str name)
{
	for (size_t i = 0, n; i < name.n; i += n) {
		struct str rest = str_cut(name, i, name.n);
		unsigned char c = (unsigned char)name.at[i];
		n = str_utf8(rest);
		bool plain = n && c > ' ' && c != 127 && c != ':';
		n = n ? n : 1;
		out_str(o, plain ? str_cut(rest, 0, n) : STR("_"));
	}
}

/* A capital letter first. */
static void put_go_name(struct out *o, struct str name)
{
	bool small = name.n && name.at[0] >= 'a' && name.at[0] <= 'z';
	out_text(o, "Benchmark");
	if (small)
		out_char(o, (char)(name.at[0] - 32));
	put_go_word(o, str_cut(name, small, name.n));
}

/* Go's own words for what it measures too; others as testing.B.ReportMetric would be given them. */
static void put_go_unit(struct out *o, const struct bench_column *c, bool is_main)
{
	static const struct {
		const char *metric, *unit;
	} own[] = {{"bytes_per_op", "B/op"}, {"allocs_per_op", "allocs/op"}, {"bytes_per_second", "B/s"}};
	struct unit u = unit_of(c->unit);
	if (is_main) {
		out_text(o, "ns/op");
		return;
	}
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (str_is(c->metric, own[i].metric)) {
			out_text(o, own[i].unit);
			return;
		}
	put_go_word(o, c->metric);
	if (u.kind == BOUND_NS)
		out_text(o, "-ns/op");
	else if (u.kind == BOUND_BYTES)
		out_text(o, "-B/op");
	else if (!u.more_is_better)
		out_text(o, "/op");
	else if (!str_ends(c->metric, "/s"))
		out_text(o, "/s");
}

/* One run: the name, and every figure with its unit. */
static void put_go_run(struct out *o, const struct bench_subject *s, const struct bench_column *main,
		       unsigned cores, size_t run)
{
	put_go_name(o, s->name);
	out_printf(o, "-%u\t1", cores);
	for (uint32_t m = 0; m < s->n_columns; m++) {
		const struct bench_column *c = &s->columns[m];
		if (c->values[run] == BENCH_NONE)
			continue;
		double factor = unit_of(c->unit).factor;
		out_char(o, '\t');
		if (factor < 1)
			out_printf(o, "%.12g", (double)c->values[run] * factor);
		else
			out_int(o, c->values[run]);
		out_char(o, ' ');
		put_go_unit(o, c, c == main);
	}
	out_char(o, '\n');
}

void bench_go(struct out *o, const struct bench *b)
{
	out_text(o, "goos: linux\ncpu: ");
	out_printable(o, b->cpu);
	out_char(o, '\n');
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		const struct bench_column *main = bench_main_time(s);
		size_t n = (size_t)s->n_rounds * s->per_round;
		for (size_t k = 0; main && k < n; k++)
			if (main->values[k] != BENCH_NONE)
				put_go_run(o, s, main, b->cores, k);
	}
}

static void put_label(struct out *o, const char *name, struct str value)
{
	out_text(o, name);
	out_char(o, '=');
	put_quoted(o, value, '\\', "\"\\");
}

static void put_sample(struct out *o, const char *family, const struct bench_subject *s,
		       const struct bench_column *c, const char *statistic, double v)
{
	out_text(o, family);
	out_char(o, '{');
	put_label(o, "benchmark", s->name);
	if (c) {
		out_char(o, ',');
		put_label(o, "metric", c->metric);
	}
	if (statistic) {
		out_char(o, ',');
		put_label(o, "statistic", str_of(statistic));
	}
	out_printf(o, "} %.12g\n", v);
}

static void put_figures(struct out *o, const char *family, const struct bench_subject *s,
			const struct bench_column *c, double by)
{
	const struct {
		const char *name;
		int64_t v;
	} told[] = {{"min", c->summary.least},
		    {"median", c->summary.median},
		    {"p95", c->summary.p95},
		    {"p99", c->summary.p99},
		    {"max", c->summary.most}};
	if (!c->summary.n)
		return;
	for (unsigned f = 0; f < sizeof(told) / sizeof(*told); f++)
		if (told[f].v != BENCH_NONE)
			put_sample(o, family, s, c, told[f].name, (double)told[f].v / by);
	put_sample(o, family, s, c, "mean", c->summary.mean / by);
}

/* by: how many of what the kind counts in (ns) make one of the family's. */
static void put_family(struct out *o, const struct bench *b, const char *family, const char *unit,
		       enum bound_unit kind, double by)
{
	out_printf(o, "# TYPE %s gauge\n", family);
	if (*unit)
		out_printf(o, "# UNIT %s %s\n", family, unit);
	out_printf(o, "# HELP %s What a run took.\n", family);
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			struct unit u = unit_of(s->columns[k].unit);
			if (u.kind == kind)
				put_figures(o, family, s, &s->columns[k], by / u.factor);
		}
	}
}

static bool has_rates(const struct bench *b)
{
	for (uint32_t i = 0; i < b->n_subjects; i++)
		for (uint32_t k = 0; k < b->subjects[i].n_columns; k++)
			if (unit_of(b->subjects[i].columns[k].unit).kind == BOUND_RATE)
				return true;
	return false;
}

static void put_kept(struct out *o, const struct bench *b, const char *family, const char *help,
		     double (*figure)(const struct bench_subject *s))
{
	out_printf(o, "# TYPE %s gauge\n# HELP %s %s\n", family, family, help);
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		double v = figure(&b->subjects[i]);
		if (isfinite(v))
			put_sample(o, family, &b->subjects[i], NULL, NULL, v);
	}
}

static double good_runs(const struct bench_subject *s)
{
	return s->good;
}

static double failed_runs(const struct bench_subject *s)
{
	return s->failed;
}

static void put_targets(struct out *o, const struct bench *b)
{
	struct buf bound = {0};
	out_text(o, "# TYPE fettle_bench_target_met gauge\n"
		    "# HELP fettle_bench_target_met Whether a bound is kept: 1, or 0.\n");
	for (uint32_t i = 0; i < b->n_targets; i++) {
		const struct bench_target *t = &b->targets[i];
		bound_put(&bound, &t->verdict.bound);
		out_text(o, "fettle_bench_target_met{");
		put_label(o, "target", t->metric);
		out_char(o, ',');
		put_label(o, "benchmark", t->benchmark);
		out_char(o, ',');
		put_label(o, "metric", t->figure);
		out_char(o, ',');
		put_label(o, "bound", buf_view(&bound));
		out_printf(o, "} %d\n", t->verdict.answer == TARGET_MET);
		buf_clear(&bound);
	}
	buf_free(&bound);
}

void bench_openmetrics(struct out *o, const struct bench *b)
{
	put_family(o, b, "fettle_bench_time_seconds", "seconds", BOUND_NS, 1e9);
	put_family(o, b, "fettle_bench_size_bytes", "bytes", BOUND_BYTES, 1);
	put_family(o, b, "fettle_bench_events", "", BOUND_NUMBER, 1);
	if (has_rates(b))
		put_family(o, b, "fettle_bench_per_second", "", BOUND_RATE, 1);
	put_kept(o, b, "fettle_bench_runs", "Good runs.", good_runs);
	put_kept(o, b, "fettle_bench_failures", "Runs that failed.", failed_runs);
	put_kept(o, b, "fettle_bench_throughput", "Good runs a second.", bench_throughput);
	put_kept(o, b, "fettle_bench_error_ratio", "The share of runs that failed.", bench_error_rate);
	if (b->n_targets)
		put_targets(o, b);
	out_text(o, "# EOF\n");
}
