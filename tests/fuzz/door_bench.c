/*
 * A bench.json, or two with a NUL between them: what is read is written and read again as it was, every
 * report of it is made, and the second is compared with the first.
 */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "bench_out/report_bench.h"
#include "door.h"
#include "measure/summary.h"
#include "record/bench_file.h"

static void hold_json(struct str text)
{
	struct arena a = {0};
	struct json j;
	json_init(&j, text, &a);
	json_skip(&j);
	HOLD(json_end(&j));
	arena_free(&a);
}

static void hold_printable(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		HOLD((unsigned char)text.at[i] >= ' ' || text.at[i] == '\n');
}

static void hold_again(const struct bench *b, struct arena *a)
{
	struct buf once = {0}, twice = {0};
	struct arena scratch = {0};
	struct bench back;
	struct err e;
	bench_file_put(&once, b);
	HOLD(bench_file_parse(buf_view(&once), "again", a, &back, &e) == 0);
	summary_fill(&scratch, &back);
	bench_file_put(&twice, &back);
	HOLD(str_eq(buf_view(&once), buf_view(&twice)));
	arena_free(&scratch);
	buf_free(&once);
	buf_free(&twice);
}

static void hold_reports(const struct bench *b, struct arena *a)
{
	static void (*const forms[])(struct out *, const struct bench *) = {
	    bench_bencher, bench_csv, bench_markdown, bench_junit, bench_go, bench_openmetrics};
	struct besides v = besides_of(a, b);
	struct buf text = {0};
	struct out o;
	out_to_buf(&o, &text);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		buf_clear(&text);
		forms[i](&o, b);
		if (i == 0)
			hold_json(buf_view(&text));
	}
	buf_clear(&text);
	HOLD(bench_hyperfine(&o, b) <= b->n_subjects);
	hold_json(buf_view(&text));
	buf_clear(&text);
	bench_html(&o, b, &v);
	HOLD(!str_has(buf_view(&text), STR("<script")) && !str_has(buf_view(&text), STR(" style=\"")));
	for (unsigned columns = 0; columns <= 120; columns += 40) {
		struct term t = {.out = &o, .columns = columns};
		buf_clear(&text);
		bench_text(&t, b, &v);
		hold_printable(buf_view(&text));
	}
	buf_free(&text);
}

static bool take(struct str text, struct arena *a, struct bench *ret)
{
	struct arena scratch = {0};
	struct err e;
	if (bench_file_parse(text, "x", a, ret, &e) < 0) {
		HOLD(e.fault == FAULT_FORMAT && str_starts(str_of(e.text), "'x' is "));
		return false;
	}
	summary_fill(&scratch, ret);
	arena_free(&scratch);
	hold_again(ret, a);
	hold_reports(ret, a);
	return true;
}

static void hold_comparison(struct arena *a, const struct bench *base, const struct bench *now)
{
	struct comparison c = bench_compare_stored(a, base, now, &compare_defaults, BESIDE_CONFIDENCE);
	struct buf text = {0};
	struct out o;
	out_to_buf(&o, &text);
	struct term t = {.out = &o};
	compare_text(&t, &c);
	hold_printable(buf_view(&text));
	buf_clear(&text);
	compare_markdown(&o, &c);
	buf_clear(&text);
	compare_json(&o, &c);
	hold_json(buf_view(&text));
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const uint8_t *gap = size ? memchr(bytes, 0, size) : NULL;
	size_t first = gap ? (size_t)(gap - bytes) : size;
	struct str one = door_copy(bytes, first);
	struct arena a = {0};
	struct bench base, now;
	bool good = take(one, &a, &base);
	if (good && gap) {
		struct str two = door_copy(gap + 1, size - first - 1);
		if (take(two, &a, &now))
			hold_comparison(&a, &base, &now);
		door_drop(two);
	}
	arena_free(&a);
	door_drop(one);
	return 0;
}
