/*
 * subject/subjects.h - all kinds of subjects, in one table.
 */
#pragma once
#include "bench/subject.h"
#include "subject/source.h"

extern const struct subject_kind kind_exec, kind_http, kind_mcp, kind_container;

/* By enum bench_kind; NULL for import and c, which give whole columns at once. */
extern const struct subject_kind *const subject_kinds[BENCH_KINDS];
/* The others: NULL for those that subject_kinds has. */
typedef int (*source_read)(const struct bench_item *item, int64_t deadline_ns, struct arena *a,
			   struct source_subjects *ret, struct err *e);
extern const source_read subject_sources[BENCH_KINDS];
