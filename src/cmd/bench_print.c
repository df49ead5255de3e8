/* What was measured, on standard output. */
#include <stdio.h>
#include <unistd.h>

#include "bench_out/report_bench.h"
#include "cmd/bench_print.h"
#include "cmd/cmd.h"
#include "record/bench_file.h"

enum { CONFIDENCE_PERCENT = 95 };

static void put_text(const struct bench_options *o, const struct bench *b, struct arena *a, struct out *out)
{
	struct term t = {.out = out,
			 .columns = terminal_columns(STDOUT_FILENO),
			 .colour = wants_colour(&o->exec.color, STDOUT_FILENO)};
	bench_text(&t, b);
	if (b->n_subjects < 2)
		return;
	struct comparison *each = arena_array(a, struct comparison, b->n_subjects);
	for (uint32_t i = 1; i < b->n_subjects; i++)
		each[i] = bench_compare_pair(a, &b->subjects[0], &b->subjects[i], &compare_defaults,
					     CONFIDENCE_PERCENT / 100.0, b->seed);
	out_char(out, '\n');
	bench_text_beside(&t, b, each);
}

int bench_print(const struct bench_options *o, const struct bench *b, struct err *e)
{
	struct arena a = {0};
	static void (*const forms[])(struct out *, const struct bench *) = {
	    [BENCH_CSV] = bench_csv,     [BENCH_MARKDOWN] = bench_markdown,
	    [BENCH_JUNIT] = bench_junit, [BENCH_HYPERFINE] = bench_hyperfine,
	    [BENCH_GO] = bench_go,       [BENCH_OPENMETRICS] = bench_openmetrics};
	struct out out;
	out_to_fd(&out, STDOUT_FILENO);
	if (o->format.is == BENCH_TEXT) {
		put_text(o, b, &a, &out);
	} else if (o->format.is == BENCH_JSON) {
		struct buf text = {0};
		bench_file_put(&text, b);
		out_str(&out, buf_view(&text));
		buf_free(&text);
	} else {
		forms[o->format.is](&out, b);
	}
	arena_free(&a);
	return out_close(&out, e);
}
