#include "cover/cover.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

static double percent_of(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 100.0;
}

double cover_percent(const struct cover_sum *s)
{
	return percent_of(s->covered + s->taken, s->statements + s->branches);
}

double cover_percent_lines(const struct cover_sum *s)
{
	return percent_of(s->covered, s->statements);
}

double cover_percent_branches(const struct cover_sum *s)
{
	return percent_of(s->taken, s->branches);
}

const char *cover_percent_text(char ret[COVER_PERCENT_BYTES], double percent, unsigned precision)
{
	int digits = precision < 9 ? (int)precision : 9;
	double near0 = pow(10, -digits);
	if (percent > 0 && percent < near0)
		percent = near0;
	else if (percent > 100 - near0 && percent < 100)
		percent = 100 - near0;
	snprintf(ret, COVER_PERCENT_BYTES, "%.*f", digits, percent);
	return ret;
}

/* The decimals that a bound is written with, or 9. */
static unsigned decimals_of(double bound)
{
	char text[64];
	for (unsigned n = 0; n < 9; n++) {
		snprintf(text, sizeof(text), "%.*f", (int)n, bound);
		if (strtod(text, NULL) == bound)
			return n;
	}
	return 9;
}

bool cover_below(double percent, double bound, unsigned precision)
{
	if (bound >= 100)
		return percent < 100;
	unsigned decimals = decimals_of(bound);
	char text[64];
	snprintf(text, sizeof(text), "%.*f",
		 (int)(decimals > precision ? decimals
		       : precision < 9      ? precision
					    : 9),
		 percent);
	return strtod(text, NULL) < bound;
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

const struct cover_file *cover_find(const struct cover *c, struct str path)
{
	uint32_t low = 0, high = c->n_files;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_compare(c->files[middle].path, path);
		if (order == 0)
			return &c->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
