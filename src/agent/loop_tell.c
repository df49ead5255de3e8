#include "agent/loop_tell.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static double an_op(const struct loop_figures *f, double of_all)
{
	return of_all / (double)f->n;
}

static void put_text(FILE *out, const char *s)
{
	(void)fputc('"', out);
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			(void)fprintf(out, "\\%c", *s);
		else if ((unsigned char)*s < ' ')
			(void)fprintf(out, "\\u%04x", (unsigned)*s);
		else
			(void)fputc(*s, out);
	(void)fputc('"', out);
}

static void put_row(struct loop_tell *t, const char *key, const struct fettle_bench *b)
{
	(void)fprintf(t->out, "{\"%s\":", key);
	put_text(t->out, b->name);
}

static void end_row(struct loop_tell *t)
{
	(void)fputs("}\n", t->out);
	(void)fflush(t->out);
}

/* The words of Go for what it knows; names that its tools take for a processor. */
static void begin_go(struct loop_tell *t)
{
	static const struct {
		const char *machine, *go;
	} known[] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}};
	struct utsname u;
	const char *arch;
	if (uname(&u) < 0)
		return;
	arch = u.machine;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(u.machine, known[i].machine) == 0)
			arch = known[i].go;
	(void)fprintf(t->out, "goos: linux\ngoarch: %s\n", arch);
}

void loop_tell_begin(struct loop_tell *t, size_t n_benchmarks)
{
	if (t->format == LOOP_GO) {
		begin_go(t);
	} else if (t->format == LOOP_JSON) {
		(void)fprintf(t->out, "{\"fettle_bench\":1,\"benchmarks\":%zu,\"counted\":%s", n_benchmarks,
			      t->counted ? "true" : "false");
		end_row(t);
	} else if (!t->counted) {
		(void)fputs("allocations are not counted: another malloc stands before this library's\n",
			    stderr);
	}
}

void loop_tell_listed(struct loop_tell *t, const struct fettle_bench *b)
{
	if (t->format != LOOP_JSON) {
		(void)fprintf(t->out, "%s\n", b->name);
		return;
	}
	put_row(t, "listed", b);
	end_row(t);
}

void loop_tell_start(struct loop_tell *t, const struct fettle_bench *b)
{
	if (t->format != LOOP_JSON)
		return;
	put_row(t, "begin", b);
	end_row(t);
}

void loop_tell_calibrated(struct loop_tell *t, const struct fettle_bench *b)
{
	if (t->format != LOOP_JSON)
		return;
	put_row(t, "calibrated", b);
	(void)fprintf(t->out, ",\"n\":%llu", (unsigned long long)b->n);
	end_row(t);
}

static void put_json(struct loop_tell *t, const struct fettle_bench *b)
{
	const struct loop_figures *f = &b->now;
	put_row(t, "round", b);
	(void)fprintf(t->out, ",\"n\":%llu,\"wall_ns\":%lld,\"cpu_ns\":%lld", (unsigned long long)f->n,
		      (long long)f->wall_ns, (long long)f->cpu_ns);
	if (t->counted)
		(void)fprintf(t->out, ",\"allocs\":%llu,\"bytes\":%llu", (unsigned long long)f->counts.allocs,
			      (unsigned long long)f->counts.bytes);
	if (f->bytes)
		(void)fprintf(t->out, ",\"worked\":%llu", (unsigned long long)f->bytes);
	(void)fputs(",\"metrics\":[", t->out);
	for (uint32_t i = 0; i < f->n_metrics; i++)
		(void)fprintf(t->out, "%s[\"%s\",\"%s\",%.17g]", i ? "," : "", f->metrics[i].name,
			      f->metrics[i].unit, f->metrics[i].value);
	(void)fputc(']', t->out);
	end_row(t);
}

/* "Sum/8-4": a capital letter first, and the processors that Go would use behind. */
static void put_go_name(struct loop_tell *t, const struct fettle_bench *b)
{
	char first = b->name[0];
	if (first >= 'a' && first <= 'z')
		first = (char)(first - 'a' + 'A');
	(void)fprintf(t->out, "Benchmark%c%s-%ld", first, b->name + 1, sysconf(_SC_NPROCESSORS_ONLN));
}

static void put_go(struct loop_tell *t, const struct fettle_bench *b)
{
	const struct loop_figures *f = &b->now;
	put_go_name(t, b);
	(void)fprintf(t->out, "\t%llu\t%.7g ns/op", (unsigned long long)f->n, an_op(f, (double)f->wall_ns));
	if (f->bytes && f->wall_ns > 0)
		(void)fprintf(t->out, "\t%.7g MB/s",
			      (double)f->bytes * (double)f->n * 1e3 / (double)f->wall_ns);
	(void)fprintf(t->out, "\t%.7g cpu-ns/op", an_op(f, (double)f->cpu_ns));
	for (uint32_t i = 0; i < f->n_metrics; i++) {
		const struct loop_metric *m = &f->metrics[i];
		const char *unit = strcmp(m->unit, "ns") == 0      ? "-ns"
				   : strcmp(m->unit, "bytes") == 0 ? "-B"
				   : strcmp(m->unit, "1/s") == 0   ? "/s"
								   : "";
		(void)fprintf(t->out, "\t%.9g %s%s", m->value, m->name, unit);
	}
	if (t->counted)
		(void)fprintf(t->out, "\t%.7g B/op\t%.7g allocs/op", an_op(f, (double)f->counts.bytes),
			      an_op(f, (double)f->counts.allocs));
	(void)fputc('\n', t->out);
	(void)fflush(t->out);
}

void loop_tell_round(struct loop_tell *t, const struct fettle_bench *b)
{
	if (t->format == LOOP_JSON)
		put_json(t, b);
	else if (t->format == LOOP_GO)
		put_go(t, b);
}

void loop_tell_over(struct loop_tell *t, const struct fettle_bench *b)
{
	bool failed = b->outcome == LOOP_FAILED;
	if (t->format == LOOP_JSON) {
		put_row(t, failed ? "failed" : "skipped", b);
		(void)fputs(",\"why\":", t->out);
		put_text(t->out, b->why);
		end_row(t);
	} else if (t->format == LOOP_GO) {
		(void)fprintf(t->out, "--- %s: ", failed ? "FAIL" : "SKIP");
		put_go_name(t, b);
		(void)fprintf(t->out, "\n    %s\n", b->why);
	} else {
		(void)fprintf(stderr, "%s %s: %s\n", b->name, failed ? "FAILED" : "skipped", b->why);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void put_time(char text[32], double ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	unsigned i = 0;
	for (; i < 3 && ns >= 999.5; i++)
		ns /= 1000;
	int decimals = ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0;
	(void)snprintf(text, 32, "%.*f %s", decimals, ns, units[i]);
}

/* Least, median and most of all rounds, and what a median round tells else. */
static void put_line(struct loop_tell *t, const struct fettle_bench *b)
{
	double *v = calloc(b->n_rounds, sizeof(*v));
	const struct loop_figures *last = &b->rounds[b->n_rounds - 1];
	char least[32], median[32], most[32];
	if (!v)
		return;
	for (size_t i = 0; i < b->n_rounds; i++)
		v[i] = an_op(&b->rounds[i], (double)b->rounds[i].wall_ns);
	qsort(v, b->n_rounds, sizeof(*v), by_size);
	double middle = (v[(b->n_rounds - 1) / 2] + v[b->n_rounds / 2]) / 2;
	put_time(least, v[0]);
	put_time(median, middle);
	put_time(most, v[b->n_rounds - 1]);
	(void)fprintf(t->out, "%-30s %10s %10s %10s %12llu", b->name, median, least, most,
		      (unsigned long long)last->n);
	if (t->counted)
		(void)fprintf(t->out, " %10.6g %10.6g", an_op(last, (double)last->counts.bytes),
			      an_op(last, (double)last->counts.allocs));
	if (last->bytes && middle > 0)
		(void)fprintf(t->out, "  %.4g MB/s", (double)last->bytes * 1e3 / middle);
	for (uint32_t i = 0; i < last->n_metrics; i++)
		(void)fprintf(t->out, "  %s=%.6g%s%s", last->metrics[i].name, last->metrics[i].value,
			      last->metrics[i].unit[0] ? " " : "", last->metrics[i].unit);
	(void)fputc('\n', t->out);
	free(v);
}

void loop_tell_end(struct loop_tell *t, const struct fettle_bench *all, size_t n)
{
	if (t->format == LOOP_JSON) {
		(void)fputs("{\"done\":true", t->out);
		end_row(t);
	}
	if (t->format != LOOP_TABLE)
		return;
	(void)fprintf(t->out, "%-30s %10s %10s %10s %12s%s\n", "time of one operation", "median", "min",
		      "max", "a round", t->counted ? "       B/op  allocs/op" : "");
	for (size_t i = 0; i < n; i++)
		if (all[i].n_rounds)
			put_line(t, &all[i]);
}
