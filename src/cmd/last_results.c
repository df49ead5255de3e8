#include "cmd/last_results.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "record/bench_file.h"

/* Looks for path itself, where it is such a file, or path/name. */
static bool stat_of(const char *path, const char *name, struct stat *st)
{
	char below[PATH_MAX];
	if (stat(path, st) == 0 && S_ISREG(st->st_mode)) {
		struct str s = str_of(path);
		size_t slash = str_find_last(s, '/');
		return str_is(str_cut(s, slash < s.n ? slash + 1 : 0, s.n), name);
	}
	return snprintf(below, sizeof(below), "%s/%s", path, name) < (int)sizeof(below) &&
	       stat(below, st) == 0 && S_ISREG(st->st_mode);
}

bool results_is_run(const char *path)
{
	struct stat st;
	return stat_of(path, "events.jsonl", &st);
}

bool results_is_bench(const char *path)
{
	struct stat st;
	return stat_of(path, BENCH_FILE_NAME, &st);
}

struct results results_last(void)
{
	return (struct results){.bench = results_is_bench(LAST_BENCH) ? LAST_BENCH : NULL,
				.run = results_is_run(LAST_RUN) ? LAST_RUN : NULL,
				.name = "the last result"};
}

bool results_last_is_run(void)
{
	struct stat bench, run;
	if (!stat_of(LAST_RUN, "events.jsonl", &run))
		return false;
	if (!stat_of(LAST_BENCH, BENCH_FILE_NAME, &bench))
		return true;
	return run.st_mtim.tv_sec > bench.st_mtim.tv_sec ||
	       (run.st_mtim.tv_sec == bench.st_mtim.tv_sec && run.st_mtim.tv_nsec > bench.st_mtim.tv_nsec);
}

struct results results_at(const char *path)
{
	bool is_run = results_is_run(path);
	return (struct results){.bench = is_run && !results_is_bench(path) ? NULL : path,
				.run = is_run ? path : NULL,
				.name = path};
}

int results_of(struct arena *a, const char *name, struct results *ret, struct err *e)
{
	struct stat st;
	struct baseline *b;
	if (name && (stat(name, &st) == 0 || !baseline_is_name(name))) {
		*ret = results_at(name);
		return 0;
	}
	b = arena_new(a, struct baseline);
	if (baseline_find(a, ".fettle", name, b, e) < 0) {
		if (!name || e->fault != FAULT_USAGE)
			return e->fault;
		return err_usage(
		    e, "'%s' is neither a file, a folder nor a baseline (see 'fettle baseline list')", name);
	}
	*ret = (struct results){
	    .bench = b->has_bench ? arena_printf(a, "%s/" BASELINE_BENCH, b->dir) : NULL,
	    .run = b->has_run ? arena_printf(a, "%s/" BASELINE_RUN, b->dir) : NULL,
	    .baseline = b,
	    .name = arena_printf(a, "baseline %.*s", STR_ARG(b->name)),
	};
	return 0;
}
