/*
 * ingest/bench_foreign.h - results of benchmarks that other tools wrote.
 *
 * Times of one operation are kept in ps, those of commands (hyperfine) in ns; both are `wall`, and CPU time
 * `cpu`. Readers are pure: bytes in, figures out. Each reads a whole file and returns 0 or FAULT_FORMAT with
 * file and line; what was read before the break is kept. path is for messages.
 */
#pragma once
#include "base/err.h"
#include "base/json.h"
#include "ingest/results.h"

/* In the order of the choices of 'format' in fettle.yaml. */
enum bench_format {
	BENCH_FORMAT_AUTO,
	BENCH_FORMAT_GO,
	BENCH_FORMAT_HYPERFINE,
	BENCH_FORMAT_PYTEST,
	BENCH_FORMAT_CRITERION,
	BENCH_FORMAT_GOOGLE,
};

/* By its content; AUTO: of no known kind. */
enum bench_format bench_foreign_of(struct str bytes);
/* By its format; AUTO tells by content. Also a fault: without a filter, a file that has no benchmark. */
must_use int bench_foreign_read(struct results *f, struct str bytes, const char *path,
				enum bench_format format, struct err *e);

/*
 * `go test -bench`, also with -json. A line is a run. "X-ns/op" and "X-ns" are times and "X-B/op" sizes of
 * the name X; any other unit is a metric of that name. A benchmark that failed is a run that failed; so is a
 * package that failed without one, under the package's name.
 */
must_use int bench_go_read(struct results *f, struct str bytes, const char *path, struct err *e);
/* hyperfine --export-json; an exit code that is not 0 is a run that failed. */
must_use int bench_hyperfine_read(struct results *f, struct str bytes, const char *path, struct err *e);
/* pytest --benchmark-json; without --benchmark-save-data there is one figure, the median. */
must_use int bench_pytest_read(struct results *f, struct str bytes, const char *path, struct err *e);
/* --benchmark_format=json of Google Benchmark; where only aggregates were written, the median. */
must_use int bench_google_read(struct results *f, struct str bytes, const char *path, struct err *e);
/*
 * One benchmark of Criterion: sample.json (or estimates.json, of which the median is taken), named by
 * benchmark.json beside it, or by `otherwise` where that is empty.
 */
must_use int bench_criterion_read(struct results *f, struct str sample, struct str benchmark,
				  struct str otherwise, const char *path, struct err *e);

/*
 * For readers of JSON that is an object with a list under `key`: calls one for each item of it, which must
 * read it. texts: of strings with escapes. 0, or the fault of bench_foreign_end.
 */
must_use int bench_foreign_items(struct str bytes, const char *path, const char *key, struct arena *texts,
				 void (*one)(void *ctx, struct json *j), void *ctx, struct err *e);
/* For the readers of JSON: 0, or the fault with the line of j's error in text. */
must_use int bench_foreign_end(struct json *j, const char *path, struct err *e);
/* The next value as a number, text or truth if it is one, else it is passed over: NAN, empty, false. */
double bench_foreign_real(struct json *j);
struct str bench_foreign_text(struct json *j);
bool bench_foreign_truth(struct json *j);

enum { BENCH_FOREIGN_LIST = 1 << 22 };
/* A list of numbers in the arena; what is no number is NAN. NULL and 0: there is no list. */
double *bench_foreign_reals(struct json *j, struct arena *a, size_t *ret_n);
