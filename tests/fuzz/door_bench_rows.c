#include "base/str.h"
#include "door.h"
#include "ingest/bench_rows.h"

/* A line a row, as subject/functions.c takes them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size), rest = s, line;
	struct arena a = {0}, scratch = {0};
	struct results f = {.arena = &a, .bench = STR("b"), .kind = STR("c")};
	uint32_t n;
	while (rest.n && str_next(&rest, '\n', &line)) {
		struct bench_row row;
		struct err e;
		if (bench_row_read(line, &scratch, &row, &e) == 0) {
			HOLD(row.n_metrics <= BENCH_ROW_METRICS);
			HOLD(row.kind < BENCH_ROW_LISTED || row.kind == BENCH_ROW_DONE || row.name.n);
			uint32_t at = row.name.n ? results_benchmark(&f, row.name) : RESULTS_LEFT_OUT;
			if (row.kind == BENCH_ROW_ROUND && results_run(&f, at))
				bench_row_put(&f, at, &row);
			if (row.kind == BENCH_ROW_FAILED && results_run(&f, at))
				results_fail(&f, at, row.why);
		}
		arena_reset(&scratch);
	}
	(void)results_finish(&f, &n);
	arena_free(&a);
	arena_free(&scratch);
	door_drop(s);
	return 0;
}
