#include <math.h>

#include "base/str.h"
#include "bench_out/report_bench.h"

static void put_figure(struct out *o, int64_t v)
{
	if (v != BENCH_NONE)
		out_int(o, v);
}

static void put_csv_text(struct out *o, struct str s)
{
	out_char(o, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '"')
			out_char(o, '"');
		out_char(o, s.at[i]);
	}
	out_char(o, '"');
}

void bench_csv(struct out *o, const struct bench *b)
{
	out_text(o, "benchmark,metric,unit,n,failed,min,p5,p25,median,p75,p95,p99,max,mean,stddev\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			const struct bench_summary *m = &s->columns[k].summary;
			const int64_t figures[] = {m->least, m->p5,  m->p25, m->median,
						   m->p75,   m->p95, m->p99, m->most};
			put_csv_text(o, s->name);
			out_char(o, ',');
			out_str(o, s->columns[k].metric);
			out_char(o, ',');
			out_str(o, s->columns[k].unit);
			out_printf(o, ",%u,%u", m->n, s->failed);
			for (unsigned f = 0; f < sizeof(figures) / sizeof(*figures); f++) {
				out_char(o, ',');
				put_figure(o, figures[f]);
			}
			if (m->n)
				out_printf(o, ",%.9g,", m->mean);
			else
				out_text(o, ",,");
			if (m->n > 1)
				out_printf(o, "%.9g", m->deviation);
			out_char(o, '\n');
		}
	}
}

void bench_markdown(struct out *o, const struct bench *b)
{
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
}

static const struct bench_column *column(const struct bench_subject *s, const char *metric)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (str_is(s->columns[i].metric, metric))
			return &s->columns[i];
	return NULL;
}

static void put_seconds(struct out *o, const char *key, double ns, bool known)
{
	out_printf(o, "      \"%s\": ", key);
	if (known)
		out_printf(o, "%.9g,\n", ns / 1e9);
	else
		out_text(o, "null,\n");
}

/* The good runs' figures, divided. */
static void put_list(struct out *o, const struct bench_subject *s, const char *metric, double by)
{
	const struct bench_column *c = column(s, metric);
	size_t n = (size_t)s->n_rounds * s->per_round, told = 0;
	out_char(o, '[');
	for (size_t i = 0; c && i < n; i++)
		if (c->values[i] != BENCH_NONE)
			out_printf(o, "%s%.12g", told++ ? ", " : "", (double)c->values[i] / by);
	out_char(o, ']');
}

static double mean_of(const struct bench_subject *s, const char *metric)
{
	const struct bench_column *c = column(s, metric);
	return c ? c->summary.mean : 0;
}

static void put_hyperfine(struct out *o, const struct bench_subject *s)
{
	static const struct bench_column none;
	const struct bench_column *wall = column(s, "wall") ? column(s, "wall") : &none;
	const struct bench_summary *m = &wall->summary;
	out_text(o, "    {\n      \"command\": ");
	out_json(o, s->name);
	out_text(o, ",\n");
	put_seconds(o, "mean", m->mean, m->n);
	put_seconds(o, "stddev", m->deviation, m->n > 1);
	put_seconds(o, "median", (double)m->median, m->n);
	put_seconds(o, "user", mean_of(s, "user"), m->n);
	put_seconds(o, "system", mean_of(s, "system"), m->n);
	put_seconds(o, "min", (double)m->least, m->n);
	put_seconds(o, "max", (double)m->most, m->n);
	out_text(o, "      \"times\": ");
	put_list(o, s, "wall", 1e9);
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

void bench_hyperfine(struct out *o, const struct bench *b)
{
	out_text(o, "{\n  \"results\": [\n");
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		out_text(o, i ? ",\n" : "");
		put_hyperfine(o, &b->subjects[i]);
	}
	out_text(o, "\n  ]\n}\n");
}

/* Go's names have no blanks, and a capital letter first. */
static void put_go_name(struct out *o, struct str name)
{
	out_text(o, "Benchmark");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bool plain = c > ' ' && c != 127 && c != ':';
		if (i == 0 && c >= 'a' && c <= 'z')
			c = (unsigned char)(c - 32);
		out_char(o, plain ? (char)c : '_');
	}
}

/* One run: the name, and every figure with its unit. */
static void put_go_run(struct out *o, const struct bench_subject *s, unsigned cores, size_t run)
{
	put_go_name(o, s->name);
	out_printf(o, "-%u\t1", cores);
	for (uint32_t m = 0; m < s->n_columns; m++) {
		const struct bench_column *c = &s->columns[m];
		const char *unit = str_is(c->unit, "ns")      ? "-ns/op"
				   : str_is(c->unit, "bytes") ? "-B/op"
							      : "/op";
		out_char(o, '\t');
		out_int(o, c->values[run]);
		out_char(o, ' ');
		if (str_is(c->metric, "wall")) {
			out_text(o, "ns/op");
			continue;
		}
		out_str(o, c->metric);
		out_text(o, unit);
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
		const struct bench_column *wall = column(s, "wall");
		size_t n = (size_t)s->n_rounds * s->per_round;
		for (size_t k = 0; wall && k < n; k++)
			if (wall->values[k] != BENCH_NONE)
				put_go_run(o, s, b->cores, k);
	}
}

static void put_label(struct out *o, const char *name, struct str value)
{
	out_text(o, name);
	out_text(o, "=\"");
	for (size_t i = 0; i < value.n; i++) {
		char c = value.at[i];
		if (c == '"' || c == '\\')
			out_char(o, '\\');
		if (c == '\n')
			out_text(o, "\\n");
		else
			out_char(o, c);
	}
	out_char(o, '"');
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

static void put_family(struct out *o, const struct bench *b, const char *family, const char *unit,
		       const char *of_unit, double by)
{
	out_printf(o, "# TYPE %s gauge\n", family);
	if (*unit)
		out_printf(o, "# UNIT %s %s\n", family, unit);
	out_printf(o, "# HELP %s What a run took.\n", family);
	for (uint32_t i = 0; i < b->n_subjects; i++) {
		const struct bench_subject *s = &b->subjects[i];
		for (uint32_t k = 0; k < s->n_columns; k++) {
			const struct bench_column *c = &s->columns[k];
			const struct {
				const char *name;
				int64_t v;
			} told[] = {{"min", c->summary.least},
				    {"median", c->summary.median},
				    {"p95", c->summary.p95},
				    {"p99", c->summary.p99},
				    {"max", c->summary.most}};
			if (!str_is(c->unit, of_unit) || !c->summary.n)
				continue;
			for (unsigned f = 0; f < sizeof(told) / sizeof(*told); f++)
				if (told[f].v != BENCH_NONE)
					put_sample(o, family, s, c, told[f].name, (double)told[f].v / by);
			put_sample(o, family, s, c, "mean", c->summary.mean / by);
		}
	}
}

void bench_openmetrics(struct out *o, const struct bench *b)
{
	put_family(o, b, "fettle_bench_time_seconds", "seconds", "ns", 1e9);
	put_family(o, b, "fettle_bench_size_bytes", "bytes", "bytes", 1);
	put_family(o, b, "fettle_bench_events", "", "count", 1);
	out_text(o, "# TYPE fettle_bench_runs gauge\n# HELP fettle_bench_runs Good runs.\n");
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_sample(o, "fettle_bench_runs", &b->subjects[i], NULL, NULL, b->subjects[i].good);
	out_text(o, "# TYPE fettle_bench_failures gauge\n# HELP fettle_bench_failures Runs that failed.\n");
	for (uint32_t i = 0; i < b->n_subjects; i++)
		put_sample(o, "fettle_bench_failures", &b->subjects[i], NULL, NULL, b->subjects[i].failed);
	out_text(o, "# EOF\n");
}
