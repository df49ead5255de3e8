/*
 * bench/plan.h - which benches of fettle.yaml are measured, and what each of them is taken apart to.
 */
#pragma once
#include "bench/subject.h"
#include "config/settings.h"

/* One bench, as subjects (none of kinds whose figures come whole, see source.h). */
struct plan_item {
	const struct bench_item *item;
	struct subject *subjects;
	uint32_t n;
};

struct plan {
	struct plan_item *items;
	size_t n;
};

/*
 * Benches of the settings that are enabled and whose name is, or matches (* ? [..]), one of n names; all of
 * them where there are none. kinds: by enum bench_kind, NULL for those without operations. In the file's
 * order, in the arena, which the subjects keep using. Fault: usage: a name that no bench has, a bench that
 * would be more than 256 subjects.
 */
must_use int plan_make(struct plan *ret, const struct settings *s, const char *const *names, size_t n,
		       const struct subject_kind *const *kinds, struct arena *a, struct err *e);
