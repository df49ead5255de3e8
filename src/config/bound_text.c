#include "config/bound_text.h"

#include <string.h>

#include "base/str.h"
#include "config/nearest.h"
#include "config/quantity.h"

enum { SHOWN = 60 };
static const double most = 1e15;

#define SHORT(s) STR_ARG(str_clip_utf8(s, SHOWN))

static const struct {
	const char *word;
	enum bound_stat stat;
	double percentile;
} stats[] = {
    {"min", BOUND_MIN, 0},
    {"mean", BOUND_MEAN, 0},
    {"max", BOUND_MAX, 0},
    {"p50", BOUND_PERCENTILE, 50},
    {"p90", BOUND_PERCENTILE, 90},
    {"p95", BOUND_PERCENTILE, 95},
    {"p99", BOUND_PERCENTILE, 99},
    {"p99.9", BOUND_PERCENTILE, 99.9},
    {"median", BOUND_PERCENTILE, 50},
    {"average", BOUND_MEAN, 0},
    {"avg", BOUND_MEAN, 0},
};
enum { N_STATS = sizeof(stats) / sizeof(stats[0]) };

static bool is_compare(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

static int no_stat(struct str word, struct err *e)
{
	struct nearest near = {.word = word};
	for (size_t i = 0; i < N_STATS; i++)
		nearest_try(&near, stats[i].word);
	const char *meant = nearest_word(&near);
	if (meant)
		return err_usage(e, "'%.*s' is no statistic (did you mean '%s'?)", SHORT(word), meant);
	return err_usage(e, "'%.*s' is no statistic: min, mean, max, or a percentile such as p50, p95 or p99",
			 SHORT(word));
}

static int parse_stat(struct str word, struct bound *ret, struct err *e)
{
	double p;
	if (!word.n) {
		ret->stat = BOUND_FIGURE;
		return 0;
	}
	for (size_t i = 0; i < N_STATS; i++) {
		if (!str_is(word, stats[i].word))
			continue;
		ret->stat = stats[i].stat;
		ret->percentile = stats[i].percentile;
		return 0;
	}
	if (word.at[0] != 'p' || !quantity_real(str_cut(word, 1, word.n), &p))
		return no_stat(word, e);
	if (!(p >= 0.001 && p <= 99.999))
		return err_usage(e, "'%.*s' is no percentile: p0.001 to p99.999, else min or max",
				 SHORT(word));
	ret->stat = BOUND_PERCENTILE;
	ret->percentile = p;
	return 0;
}

static int parse_compare(struct str word, struct bound *ret, struct err *e)
{
	static const char *const words[] = {"<", "<=", ">", ">="};
	for (int i = 0; i < 4; i++) {
		if (str_is(word, words[i])) {
			ret->compare = (enum bound_compare)i;
			return 0;
		}
	}
	if (str_is(word, "=<") || str_is(word, "=>"))
		return err_usage(e, "'%.*s' is no comparison (did you mean '%c='?)", SHORT(word), word.at[1]);
	return err_usage(e, "'%.*s' is no comparison: < <= > >=", SHORT(word));
}

/* The number before a suffix of one of the kinds that are no quantity of their own. */
static bool with_suffix(struct str word, const char *suffix, double *ret)
{
	return str_ends(word, suffix) &&
	       quantity_real(str_trim(str_cut(word, 0, word.n - strlen(suffix))), ret);
}

static int parse_limit(struct str word, struct bound *ret, struct err *e)
{
	int64_t n;
	double limit = 0;
	if (!word.n)
		return err_usage(e, "the bound is missing: 'p95 < 20ms', say");
	if (quantity_real(word, &limit)) {
		ret->unit = BOUND_NUMBER;
	} else if (with_suffix(word, "%", &limit)) {
		ret->unit = BOUND_RATIO;
		limit /= 100;
	} else if (with_suffix(word, "/s", &limit) || with_suffix(word, "rps", &limit)) {
		ret->unit = BOUND_RATE;
	} else if (quantity_duration(word, &n)) {
		ret->unit = BOUND_NS;
		limit = (double)n;
	} else if (quantity_size(word, &n)) {
		ret->unit = BOUND_BYTES;
		limit = (double)n;
	} else if (word.at[0] == '-') {
		return err_usage(e, "'%.*s' is below 0, where no figure is", SHORT(word));
	} else {
		return err_usage(e, "'%.*s' is no bound such as 20ms, 64MiB, 5%%, 100/s or 100", SHORT(word));
	}
	if (limit < 0)
		return err_usage(e, "'%.*s' is below 0, where no figure is", SHORT(word));
	if (ret->unit != BOUND_NS && ret->unit != BOUND_BYTES && limit > most)
		return err_usage(e, "'%.*s' is out of range (0 to %g)", SHORT(word), most);
	ret->limit = limit;
	return 0;
}

int bound_parse(struct str text, struct bound *ret, struct err *e)
{
	struct bound b = {0};
	struct str s = str_trim(text);
	size_t from = 0;
	while (from < s.n && !is_compare(s.at[from]))
		from++;
	size_t to = from;
	while (to < s.n && is_compare(s.at[to]))
		to++;
	if (from == to)
		return err_usage(e, "'%.*s' compares nothing: write it as 'p95 < 20ms'", SHORT(text));
	if (parse_stat(str_trim(str_cut(s, 0, from)), &b, e) < 0 ||
	    parse_compare(str_cut(s, from, to - from), &b, e) < 0 ||
	    parse_limit(str_trim(str_cut(s, to, s.n)), &b, e) < 0)
		return e->fault;
	*ret = b;
	return 0;
}

int bound_check_pair(struct str pair, struct err *e)
{
	struct bound b;
	return bound_parse(str_cut(pair, str_find(pair, '=') + 1, pair.n), &b, e);
}

int bound_check_unit(struct str metric, const struct bound *b, enum bound_unit wanted, struct err *e)
{
	/* what a person would have to write behind the number */
	static const char *const suffixes[] = {"", "ms", "MiB", "%", "/s"};
	static const char *const kinds[] = {"a number", "a time", "a size", "a share", "a rate"};
	if (b->unit == wanted)
		return 0;
	if (b->unit == BOUND_NUMBER)
		return err_usage(e, "'%.*s' is %s, and the bound has no unit: %.15g%s?", SHORT(metric),
				 kinds[wanted], b->limit, suffixes[wanted]);
	return err_usage(e, "'%.*s' is %s, and the bound is %s", SHORT(metric), kinds[wanted],
			 kinds[b->unit]);
}
