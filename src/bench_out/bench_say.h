/*
 * bench_out/bench_say.h - what the reports of benchmarks say in the same words.
 */
#pragma once
#include "report/out.h"
#include "wire/bench.h"

/* A figure in its unit (wire/unit.h): "312 us" (three figures), "1.21 MiB", "1,204"; "-" for BENCH_NONE. */
enum { BENCH_FIGURE_COLUMNS = 9 };
void bench_figure(struct out *o, int64_t v, struct str unit);

/* "98.6/s" and "0.25 %"; "-" for NaN. */
void bench_rate(struct out *o, double rate);
void bench_share(struct out *o, double share);
/* Whether throughput and the share of failures say something of it: several at once, or a service. */
bool bench_has_rate(const struct bench_subject *s);
/* Whether it has figures other than 0; the main metric and CPU time may be 0. */
bool bench_column_is_told(const struct bench_subject *s, const struct bench_column *c);
/* Behind the last subject that belongs to the same bench of fettle.yaml. */
uint32_t bench_group_end(const struct bench *b, uint32_t i);
/* The name without the bench's before it. */
struct str bench_short_name(const struct bench_subject *s);
uint32_t bench_targets_met(const struct bench *b);
/* "sandbox/x8: startup": the benchmark that it was judged on and, where it has another name, the metric. */
void bench_put_place(struct buf *b, const struct bench_target *t);
/* The main metric where it is a time, or NULL. */
const struct bench_column *bench_main_time(const struct bench_subject *s);
