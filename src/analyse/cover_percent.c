#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/cover.h"
#include "base/str.h"

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 100.0;
}

double cover_percent(const struct cover_sum *s)
{
	return percent(s->covered + s->taken, s->statements + s->branches);
}

double cover_percent_lines(const struct cover_sum *s)
{
	return percent(s->covered, s->statements);
}

double cover_percent_branches(const struct cover_sum *s)
{
	return percent(s->taken, s->branches);
}

static unsigned clip_precision(unsigned precision)
{
	return precision > 9 ? 9 : precision;
}

const char *cover_percent_text(char ret[COVER_PERCENT_BYTES], double value, unsigned precision)
{
	precision = clip_precision(precision);
	double least = 1.0 / pow(10, precision);
	if (value > 0 && value < least)
		value = least;
	else if (value > 100.0 - least && value < 100)
		value = 100.0 - least;
	(void)snprintf(ret, COVER_PERCENT_BYTES, "%.*f", (int)precision, value);
	return ret;
}

static double rounded(double value, unsigned decimals)
{
	char text[COVER_PERCENT_BYTES * 2];
	(void)snprintf(text, sizeof(text), "%.*f", (int)decimals, value);
	return strtod(text, NULL);
}

bool cover_below(double value, double bound, unsigned precision)
{
	if (bound >= 100)
		return value < 100;
	unsigned decimals = clip_precision(precision);
	while (decimals < 17 && rounded(bound, decimals) != bound)
		decimals++;
	return rounded(value, decimals) < bound;
}

void cover_sum_add(struct cover_sum *to, const struct cover_sum *s)
{
	to->statements += s->statements;
	to->covered += s->covered;
	to->excluded += s->excluded;
	to->branches += s->branches;
	to->taken += s->taken;
	to->partial += s->partial;
}

/* Index of the first line with this number or a higher one. */
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

struct cover_sum cover_sum_of_lines(const struct cover_file *f, uint32_t first, uint32_t last)
{
	struct cover_sum sum = {0};
	for (uint32_t i = line_from(f, first); i < f->n_lines && f->lines[i].number <= last; i++) {
		const struct cover_line *l = &f->lines[i];
		if (l->flags & COVER_EXCLUDED) {
			sum.excluded++;
			continue;
		}
		sum.statements++;
		sum.covered += l->hits != 0;
		sum.branches += l->n_branches;
		sum.taken += l->n_taken;
		sum.partial += l->hits ? (unsigned)(l->n_branches - l->n_taken) : 0;
	}
	return sum;
}

const struct cover_file *cover_find(const struct cover *c, struct str path)
{
	uint32_t low = 0, high = c->n_files;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = str_compare(c->files[mid].path, path);
		if (order == 0)
			return &c->files[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
