/*
 * record/bench_words.h - the words of bench.json for what is a number in the program, for bench_file.c and
 * bench_read.c alone. By the enums of wire/bound.h and wire/target.h.
 */
#pragma once

static const char *const bench_answers[] = {"met",       "missed",          "no data",
					    "no number", "too few samples", "other unit"};
static const char *const bench_units[] = {"number", "ns", "bytes", "ratio", "per second"};
static const char *const bench_signs[] = {"<", "<=", ">", ">="};
/* A percentile is "p99". */
static const char *const bench_stats[] = {"figure", "min", "mean", "percentile", "max"};

enum { BENCH_ANSWERS = 6, BENCH_UNITS = 5, BENCH_SIGNS = 4, BENCH_STATS = 5 };
