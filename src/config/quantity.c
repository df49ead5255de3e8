#include "config/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* The larger ones first, so that the index grows along a duration such as 1h30m. */
static const struct unit time_units[] = {
    {"d", 86400000000000}, {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000},
    {"ms", 1000000},       {"us", 1000},         {"ns", 1},
};

static const struct unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"k", 1LL << 10},
    {"kib", 1LL << 10},
    {"kb", 1000},
    {"m", 1LL << 20},
    {"mib", 1LL << 20},
    {"mb", 1000000},
    {"g", 1LL << 30},
    {"gib", 1LL << 30},
    {"gb", 1000000000},
    {"t", 1LL << 40},
    {"tib", 1LL << 40},
    {"tb", 1000000000000},
};

enum { TIME_UNITS = sizeof(time_units) / sizeof(time_units[0]) };
enum { SIZE_UNITS = sizeof(size_units) / sizeof(size_units[0]) };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* digits[.digits] taken from *rest, as whole and fraction / scale. */
struct decimal {
	int64_t whole, fraction, scale;
};

static bool take_decimal(struct str *rest, struct decimal *ret)
{
	struct decimal d = {0, 0, 1};
	size_t i = 0, digits = 0;
	for (; i < rest->n && is_digit(rest->at[i]); i++, digits++)
		if (__builtin_mul_overflow(d.whole, 10, &d.whole) ||
		    __builtin_add_overflow(d.whole, rest->at[i] - '0', &d.whole))
			return false;
	if (i < rest->n && rest->at[i] == '.' && digits) {
		size_t point = i++;
		for (; i < rest->n && is_digit(rest->at[i]); i++) {
			if (d.scale >= 1000000000000) /* finer than any unit needs */
				continue;
			d.fraction = d.fraction * 10 + (rest->at[i] - '0');
			d.scale *= 10;
		}
		if (i == point + 1)
			return false;
	}
	*rest = str_cut(*rest, i, rest->n);
	*ret = d;
	return digits > 0;
}

/* whole * factor + fraction * factor / scale, added to *sum. */
static bool add_scaled(struct decimal d, int64_t factor, int64_t *sum)
{
	int64_t v;
	__int128_t part = (__int128_t)d.fraction * factor / d.scale;
	return !__builtin_mul_overflow(d.whole, factor, &v) &&
	       !__builtin_add_overflow(v, (int64_t)part, &v) && !__builtin_add_overflow(*sum, v, sum);
}

static int time_unit_of(struct str name)
{
	for (int i = 0; i < TIME_UNITS; i++)
		if (str_is(name, time_units[i].name))
			return i;
	return -1;
}

bool quantity_duration(struct str text, int64_t *ret_ns)
{
	int64_t sum = 0;
	int last = -1;
	if (!text.n)
		return false;
	for (struct str rest = text; rest.n;) {
		struct decimal d;
		bool first = rest.n == text.n;
		if (!take_decimal(&rest, &d))
			return false;
		size_t n = 0;
		while (n < rest.n && !is_digit(rest.at[n]))
			n++;
		struct str name = str_cut(rest, 0, n);
		int unit = time_unit_of(first && !rest.n ? STR("s") : name);
		if (unit <= last || !add_scaled(d, time_units[unit].factor, &sum))
			return false;
		last = unit;
		rest = str_cut(rest, n, rest.n);
	}
	*ret_ns = sum;
	return true;
}

bool quantity_size(struct str text, int64_t *ret_bytes)
{
	struct decimal d;
	struct str rest = text;
	int64_t sum = 0;
	if (!take_decimal(&rest, &d))
		return false;
	for (int i = 0; i < SIZE_UNITS; i++) {
		const struct unit *u = &size_units[i];
		if (strlen(u->name) != rest.n || (rest.n && strncasecmp(rest.at, u->name, rest.n) != 0))
			continue;
		if (!add_scaled(d, u->factor, &sum))
			return false;
		*ret_bytes = sum;
		return true;
	}
	return false;
}

bool quantity_real(struct str text, double *ret)
{
	char copy[64];
	if (!text.n || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.n);
	copy[text.n] = 0;
	if (strspn(copy, "0123456789.eE+-") < text.n)
		return false;
	char *end;
	double v = strtod(copy, &end);
	if (*end || end == copy || !isfinite(v))
		return false;
	*ret = v;
	return true;
}

static bool drop_suffix(struct str *text, const char *suffix)
{
	if (!str_ends(*text, suffix))
		return false;
	*text = str_trim(str_cut(*text, 0, text->n - strlen(suffix)));
	return true;
}

bool quantity_in(struct str text, const char *unit, double *ret)
{
	int64_t n;
	int time = time_unit_of(str_of(unit));
	if (quantity_real(text, ret))
		return true;
	if (time >= 0) {
		if (!quantity_duration(text, &n))
			return false;
		*ret = (double)n / (double)time_units[time].factor;
		return true;
	}
	int64_t factor;
	if (strcmp(unit, "MB") == 0 || strcmp(unit, "kB") == 0) {
		factor = *unit == 'M' ? 1000000 : 1000;
		if (!quantity_size(text, &n))
			return false;
		*ret = (double)n / (double)factor;
		return true;
	}
	if (!drop_suffix(&text, unit) && !(strcmp(unit, "/s") == 0 && drop_suffix(&text, "rps")))
		return false;
	return quantity_real(text, ret);
}

bool quantity_bool(struct str text, bool *ret)
{
	static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int v = 0; v < 2; v++) {
			const char *word = words[i][v];
			if (strlen(word) == text.n && strncasecmp(text.at, word, text.n) == 0) {
				*ret = v;
				return true;
			}
		}
	}
	return false;
}

void quantity_put_duration(struct buf *b, int64_t ns)
{
	if (ns <= 0) {
		buf_char(b, '0');
		return;
	}
	for (int i = 0; i < TIME_UNITS && ns; i++) {
		int64_t n = ns / time_units[i].factor;
		if (!n)
			continue;
		buf_int(b, n);
		buf_text(b, time_units[i].name);
		ns %= time_units[i].factor;
	}
}

void quantity_put_size(struct buf *b, int64_t bytes)
{
	static const char *const names[] = {"", "KiB", "MiB", "GiB", "TiB"};
	unsigned i = 0;
	while (bytes > 0 && bytes % 1024 == 0 && i + 1 < sizeof(names) / sizeof(names[0])) {
		bytes /= 1024;
		i++;
	}
	buf_int(b, bytes);
	buf_text(b, names[i]);
}
