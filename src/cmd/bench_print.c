/* What was measured, on standard output. */
#include <stdio.h>
#include <unistd.h>

#include "bench_out/report_bench.h"
#include "cmd/bench_print.h"
#include "cmd/cmd.h"
#include "record/bench_file.h"

static void put_text(const struct bench_options *o, const struct bench *b, struct arena *a, struct out *out)
{
	struct term t = {.out = out,
			 .columns = terminal_columns(STDOUT_FILENO),
			 .colour = wants_colour(&o->exec.color, STDOUT_FILENO)};
	struct besides v = besides_of(a, b);
	bench_text(&t, b, &v);
}

int bench_print(const struct bench_options *o, const struct bench *b, struct err *e)
{
	struct arena a = {0};
	static void (*const forms[])(struct out *,
				     const struct bench *) = {[BENCH_CSV] = bench_csv,
							      [BENCH_MARKDOWN] = bench_markdown,
							      [BENCH_JUNIT] = bench_junit,
							      [BENCH_GO] = bench_go,
							      [BENCH_OPENMETRICS] = bench_openmetrics};
	struct out out;
	out_to_fd(&out, STDOUT_FILENO);
	if (o->format.is == BENCH_TEXT) {
		put_text(o, b, &a, &out);
	} else if (o->format.is == BENCH_JSON) {
		struct buf text = {0};
		bench_file_put(&text, b);
		out_str(&out, buf_view(&text));
		buf_free(&text);
	} else if (o->format.is == BENCH_HYPERFINE) {
		(void)bench_hyperfine(&out, b);
	} else {
		forms[o->format.is](&out, b);
	}
	arena_free(&a);
	return out_close(&out, e);
}
