#include "cover_out/cover_missing.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "cover_out/cover_order.h"

static bool is_miss(const struct cover_line *l)
{
	return !(l->flags & COVER_EXCLUDED) && l->hits == 0;
}

static void put_comma(struct buf *b)
{
	if (b->n)
		buf_add(b, ", ", 2);
}

static void put_number(struct buf *b, uint32_t v)
{
	char text[DIGITS_BYTES];
	buf_add(b, text, (size_t)(digits_put(text, v) - text));
}

/* Puts the range that begins with line i; returns the index behind it. */
static uint32_t put_range(const struct cover_file *f, uint32_t i, struct buf *b)
{
	uint32_t first = f->lines[i].number, last = first;
	for (; i < f->n_lines && (is_miss(&f->lines[i]) || f->lines[i].flags & COVER_EXCLUDED); i++)
		if (!(f->lines[i].flags & COVER_EXCLUDED))
			last = f->lines[i].number;
	put_comma(b);
	put_number(b, first);
	if (last > first) {
		buf_char(b, '-');
		put_number(b, last);
	}
	return i;
}

enum { WAY_BYTES = 2 * DIGITS_BYTES + 8 };

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool target_misses(const struct cover_file *f, int32_t way)
{
	if (way <= 0)
		return false;
	uint32_t i = cover_line_from(f, (uint32_t)way);
	return i < f->n_lines && f->lines[i].number == (uint32_t)way && is_miss(&f->lines[i]);
}

static void way_text(char ret[WAY_BYTES], const struct cover_branch *way)
{
	char *at = digits_text(digits_put(ret, way->line), "->");
	at = way->way > 0 ? digits_put(at, (uint64_t)way->way) : digits_text(at, "exit");
	*at = 0;
}

/* In the order of their texts, which is the reference's. */
static void put_ways(const struct cover_file *f, const struct cover_line *l, struct buf *b)
{
	enum { MOST = 64 };
	char texts[MOST][WAY_BYTES];
	size_t n = 0;
	for (uint32_t i = l->first_branch; i < l->first_branch + l->n_listed && n < MOST; i++) {
		const struct cover_branch *way = &f->branches[i];
		if ((way->taken == 0 || way->taken == COVER_UNREACHED) && !target_misses(f, way->way))
			way_text(texts[n++], way);
	}
	qsort(texts, n, WAY_BYTES, by_text);
	for (size_t i = 0; i < n; i++) {
		put_comma(b);
		buf_text(b, texts[i]);
	}
}

void cover_missing(const struct cover_file *f, bool branch, struct buf *b)
{
	for (uint32_t i = 0; i < f->n_lines;) {
		const struct cover_line *l = &f->lines[i];
		if (is_miss(l)) {
			i = put_range(f, i, b);
			continue;
		}
		if (branch && f->targets && l->n_taken < l->n_branches)
			put_ways(f, l, b);
		i++;
	}
}

void cover_missing_numbers(const struct cover_file *f, const uint32_t *numbers, uint32_t n, struct buf *b)
{
	for (uint32_t i = 0, next; i < n; i = next) {
		uint32_t line = cover_line_from(f, numbers[i]);
		next = i + 1;
		for (line++; next < n && line < f->n_lines; line++) {
			if (f->lines[line].flags & COVER_EXCLUDED)
				continue;
			if (f->lines[line].number != numbers[next])
				break;
			next++;
		}
		put_comma(b);
		put_number(b, numbers[i]);
		if (next > i + 1) {
			buf_char(b, '-');
			put_number(b, numbers[next - 1]);
		}
	}
}
