#include "base/str.h"
#include "door.h"
#include "ingest/bench_foreign.h"

static void hold_subject(const struct bench_subject *s)
{
	HOLD(s->n_rounds > 0 && s->per_round == 1);
	HOLD(s->good + s->failed == s->n_rounds && s->timed_out <= s->failed);
	HOLD(s->name.n > 0 && s->n_columns <= RESULTS_COLUMNS);
	for (uint32_t i = 0; i < s->n_columns; i++) {
		uint32_t n = 0;
		for (uint32_t k = 0; k < s->n_rounds; k++)
			n += s->columns[i].values[k] != BENCH_NONE;
		HOLD(n <= s->good);
		HOLD(s->columns[i].metric.n > 0 && s->columns[i].unit.n > 0);
	}
}

static void read_as(struct str s, enum bench_format format)
{
	struct arena a = {0};
	struct results f = {.arena = &a, .bench = STR("b"), .kind = STR("import")};
	struct err e;
	uint32_t n;
	int rc = bench_foreign_read(&f, s, "x", format, &e);
	HOLD(rc == 0 || rc == FAULT_FORMAT);
	struct bench_subject *at = results_finish(&f, &n);
	for (uint32_t i = 0; i < n; i++)
		hold_subject(&at[i]);
	HOLD(a.total_bytes < 4 * 1024 * 1024 + 1000 * s.n);
	arena_free(&a);
}

/* The first byte chooses the format; 0 to 5, as in enum bench_format, else by content. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned format = size ? (unsigned)bytes[0] - '0' : 0;
	struct str s = door_copy(size ? bytes + 1 : bytes, size ? size - 1 : 0);
	read_as(s, format <= BENCH_FORMAT_GOOGLE ? (enum bench_format)format : BENCH_FORMAT_AUTO);
	door_drop(s);
	return 0;
}
