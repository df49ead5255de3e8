#include "analyse/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

struct predict_time {
	uint64_t name, key; /* hashes */
	int64_t ns;
	uint32_t file; /* of a test: index into files */
};

struct predict_file {
	uint64_t name;
	int64_t sum_ns, p90_ns; /* of its tests */
	uint32_t n;
};

enum { MOST_TIMES = 64 };

void predict_free(struct predict *p)
{
	vec_free(p->units);
	vec_free(p->tests);
	vec_free(p->files);
	table_free(&p->units_by_name);
	table_free(&p->tests_by_name);
	table_free(&p->tests_by_key);
	table_free(&p->files_by_name);
	*p = (struct predict){0};
}

static uint64_t hash_of(struct str a)
{
	return str_hash(a, 5);
}

/* Of file::name, without the text being made. */
static uint64_t hash_of_test(struct str file, struct str name)
{
	return str_hash(name, hash_of(file)) | 1;
}

static uint32_t short_hash(uint64_t h)
{
	return (uint32_t)(h ^ h >> 32);
}

int64_t predict_median(const int64_t *times_ns, size_t n)
{
	int64_t sorted[MOST_TIMES];
	if (n > MOST_TIMES)
		n = MOST_TIMES;
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && sorted[at - 1] > times_ns[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = times_ns[i];
	}
	if (!n)
		return 0;
	return n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

static uint32_t find(const struct table *t, const struct predict_time *times, uint64_t hash, bool by_key)
{
	uint32_t i, at = table_first(t, short_hash(hash));
	while ((i = table_item(t, at)) != TABLE_NONE && (by_key ? times[i].key : times[i].name) != hash)
		at = table_next(t, short_hash(hash), at);
	return i;
}

static uint32_t find_file(const struct predict *p, struct str name)
{
	uint64_t hash = hash_of(name);
	uint32_t i, at = table_first(&p->files_by_name, short_hash(hash));
	while ((i = table_item(&p->files_by_name, at)) != TABLE_NONE && p->files[i].name != hash)
		at = table_next(&p->files_by_name, short_hash(hash), at);
	return i;
}

static uint32_t file_of(struct predict *p, struct str name)
{
	uint32_t i = find_file(p, name);
	if (i != TABLE_NONE)
		return i;
	p->files = vec_grow(p->files, p->n_files, &p->cap_files, sizeof(*p->files));
	p->files[p->n_files] = (struct predict_file){.name = hash_of(name)};
	table_add(&p->files_by_name, short_hash(hash_of(name)), (uint32_t)p->n_files);
	return (uint32_t)p->n_files++;
}

/* At least 1, as 0 means that nothing is known. */
static int64_t known(const int64_t *times_ns, size_t n)
{
	int64_t ns = predict_median(times_ns, n);
	return ns > 0 ? ns : 1;
}

static void add_unit(struct predict *p, struct str name, int64_t ns)
{
	uint64_t hash = hash_of(name);
	if (find(&p->units_by_name, p->units, hash, false) != TABLE_NONE)
		return;
	p->units = vec_grow(p->units, p->n_units, &p->cap_units, sizeof(*p->units));
	p->units[p->n_units] = (struct predict_time){.name = hash, .ns = ns};
	table_add(&p->units_by_name, short_hash(hash), (uint32_t)p->n_units++);
}

void predict_unit_was(struct predict *p, struct str name, const int64_t *times_ns, size_t n)
{
	if (n)
		add_unit(p, name, known(times_ns, n));
}

void predict_unit_never(struct predict *p, struct str name)
{
	add_unit(p, name, 0);
}

void predict_test_was(struct predict *p, struct str file, struct str name, struct str key,
		      const int64_t *times_ns, size_t n)
{
	if (!n)
		return;
	uint32_t i = (uint32_t)p->n_tests++;
	p->tests = vec_grow(p->tests, i, &p->cap_tests, sizeof(*p->tests));
	p->tests[i] = (struct predict_time){.name = hash_of_test(file, name),
					    .key = key.n ? hash_of(key) : 0,
					    .ns = known(times_ns, n),
					    .file = file_of(p, file)};
	if (find(&p->tests_by_name, p->tests, p->tests[i].name, false) == TABLE_NONE)
		table_add(&p->tests_by_name, short_hash(p->tests[i].name), i);
	if (key.n && find(&p->tests_by_key, p->tests, p->tests[i].key, true) == TABLE_NONE)
		table_add(&p->tests_by_key, short_hash(p->tests[i].key), i);
	p->settled = false;
}

/* A test in the order of its file, then of its time. */
struct ranked {
	uint32_t file;
	int64_t ns;
};

static int by_file_and_time(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

/* Adds the tests of each file up. */
static void settle(struct predict *p)
{
	if (p->settled)
		return;
	p->settled = true;
	struct arena scratch = {0};
	struct ranked *all = arena_array(&scratch, struct ranked, p->n_tests);
	for (size_t i = 0; i < p->n_tests; i++)
		all[i] = (struct ranked){p->tests[i].file, p->tests[i].ns};
	qsort(all, p->n_tests, sizeof(*all), by_file_and_time);
	for (size_t i = 0, end; i < p->n_tests; i = end) {
		struct predict_file *f = &p->files[all[i].file];
		f->sum_ns = 0;
		for (end = i; end < p->n_tests && all[end].file == all[i].file; end++)
			if (__builtin_add_overflow(f->sum_ns, all[end].ns, &f->sum_ns))
				f->sum_ns = INT64_MAX;
		f->n = (uint32_t)(end - i);
		f->p90_ns = all[i + ((end - i) * 9 + 9) / 10 - 1].ns;
	}
	arena_free(&scratch);
}

int64_t predict_test(struct predict *p, struct str file, struct str name, struct str key)
{
	settle(p);
	uint32_t i = find(&p->tests_by_name, p->tests, hash_of_test(file, name), false);
	if (i == TABLE_NONE && key.n)
		i = find(&p->tests_by_key, p->tests, hash_of(key), true);
	if (i != TABLE_NONE)
		return p->tests[i].ns;
	i = find_file(p, file);
	return i != TABLE_NONE ? p->files[i].p90_ns : 0;
}

int64_t predict_unit(struct predict *p, struct str name, struct str suite)
{
	settle(p);
	uint32_t i = find(&p->units_by_name, p->units, hash_of(name), false);
	if (i != TABLE_NONE)
		return p->units[i].ns;
	i = find(&p->tests_by_key, p->tests, hash_of(name), true);
	for (size_t at = 0; i == TABLE_NONE && at + 1 < name.n;
	     at++) /* as file::name, wherever it is parted */
		if (name.at[at] == ':' && name.at[at + 1] == ':') {
			struct str file = str_cut(name, 0, at), test = str_cut(name, at + 2, name.n);
			i = find(&p->tests_by_name, p->tests, hash_of_test(file, test), false);
		}
	if (i != TABLE_NONE)
		return p->tests[i].ns;
	i = find_file(p, name);
	if (i != TABLE_NONE)
		return p->files[i].sum_ns;
	i = suite.n ? find_file(p, suite) : TABLE_NONE;
	return i != TABLE_NONE ? p->files[i].p90_ns : 0;
}

int64_t predict_shared(struct predict *p, struct str file)
{
	settle(p);
	uint32_t i = find(&p->units_by_name, p->units, hash_of(file), false), tests = find_file(p, file);
	if (i == TABLE_NONE || tests == TABLE_NONE)
		return 0;
	int64_t ns = p->units[i].ns - p->files[tests].sum_ns;
	return ns > 0 ? ns : 0;
}

size_t predict_units(struct predict *p, int64_t *ret_ns)
{
	size_t n = 0;
	settle(p);
	for (size_t i = 0; i < p->n_units; i++)
		if (p->units[i].ns)
			ret_ns[n++] = p->units[i].ns;
	for (size_t i = 0; i < p->n_files; i++)
		if (find(&p->units_by_name, p->units, p->files[i].name, false) == TABLE_NONE)
			ret_ns[n++] = p->files[i].sum_ns;
	return n;
}
