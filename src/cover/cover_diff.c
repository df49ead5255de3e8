#include "cover/cover_diff.h"

#include <stdlib.h>

#include "base/str.h"

static int by_path(const void *a, const void *b)
{
	const struct diff_file *x = a, *y = b;
	return str_compare(x->path, y->path);
}

/* Copies, as sorting must not change what was given. */
static struct diff_file *sorted(struct arena *arena, const struct diff *d)
{
	struct diff_file *files = arena_array(arena, struct diff_file, d->n_files + 1);
	for (uint32_t i = 0; i < d->n_files; i++)
		files[i] = d->files[i];
	qsort(files, d->n_files, sizeof(*files), by_path);
	return files;
}

static uint32_t line_from(const struct cover_file *f, uint32_t number)
{
	uint32_t low = 0, high = f->n_lines;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (f->lines[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A bit a line of the file that was changed, so that what was told twice counts once. */
static void mark(const struct cover_file *f, const struct diff_file *d, uint8_t *bits)
{
	for (uint32_t s = 0; s < d->n_spans; s++)
		for (uint32_t i = line_from(f, d->spans[s][0]);
		     i < f->n_lines && f->lines[i].number <= d->spans[s][1]; i++)
			bits[i / 8] |= (uint8_t)(1u << i % 8);
}

static void sum_up(struct arena *arena, struct cover_diff_file *df, const uint8_t *bits)
{
	const struct cover_file *f = df->file;
	uint32_t n = 0;
	for (uint32_t i = 0; i < f->n_lines; i++)
		n += bits[i / 8] >> i % 8 & 1;
	df->misses = arena_array(arena, uint32_t, n + 1);
	for (uint32_t i = 0; i < f->n_lines; i++) {
		if (!(bits[i / 8] >> i % 8 & 1))
			continue;
		const struct cover_line *l = &f->lines[i];
		struct cover_sum sum = cover_sum_of_lines(f, l->number, l->number);
		cover_sum_add(&df->sum, &sum);
		if (!(l->flags & COVER_EXCLUDED) && l->hits == 0)
			df->misses[df->n_misses++] = l->number;
	}
}

struct cover_diff cover_diff(struct arena *arena, const struct cover *c, const struct diff *d)
{
	struct diff_file *files = sorted(arena, d);
	struct cover_diff ret = {.files = arena_array(arena, struct cover_diff_file, d->n_files + 1)};
	for (uint32_t i = 0, next; i < d->n_files; i = next) {
		const struct cover_file *f = cover_find(c, files[i].path);
		uint8_t *bits = f ? arena_array(arena, uint8_t, f->n_lines / 8 + 1) : NULL;
		for (next = i; next < d->n_files && str_eq(files[next].path, files[i].path); next++)
			if (f)
				mark(f, &files[next], bits);
		if (!f) {
			ret.n_unknown++;
			continue;
		}
		struct cover_diff_file *df = &ret.files[ret.n_files++];
		df->file = f;
		sum_up(arena, df, bits);
		cover_sum_add(&ret.sum, &df->sum);
	}
	return ret;
}
