#include "config/knob.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/words.h"
#include "config/nearest.h"
#include "config/quantity.h"

enum { SHOWN = 80 }; /* bytes of a bad value that a message repeats */

/* A value that was read and is not yet kept. */
union parsed {
	bool boolean;
	int64_t integer;
	double real;
	const char *text;
	struct knob_choice choice;
	struct knob_part part;
};

static int bad(struct err *e, struct str text, const char *wanted)
{
	struct str s = str_clip_utf8(text, SHOWN);
	return err_usage(e, "'%.*s'%s is not %s", STR_ARG(s), s.n < text.n ? "..." : "", wanted);
}

static void put_quantity(struct buf *b, enum knob_type type, int64_t v)
{
	if (type == KNOB_DURATION)
		quantity_put_duration(b, v);
	else if (type == KNOB_SIZE)
		quantity_put_size(b, v);
	else
		buf_int(b, v);
}

static int check_range(const struct knob *k, struct str text, int64_t v, struct err *e)
{
	int64_t max = k->min || k->max ? k->max : INT64_MAX;
	if (v >= k->min && v <= max)
		return 0;
	struct buf b = {0};
	buf_printf(&b, "%.*s is out of range (", STR_ARG(str_clip_utf8(text, SHOWN)));
	put_quantity(&b, k->type, k->min);
	buf_text(&b, max == INT64_MAX ? " or more" : " to ");
	if (max != INT64_MAX)
		put_quantity(&b, k->type, max);
	int fault = err_usage(e, "%.*s)", STR_ARG(buf_view(&b)));
	buf_free(&b);
	return fault;
}

bool knob_next_choice(struct str *rest, struct str *ret_word, bool *ret_numbered)
{
	struct str part;
	if (!str_next(rest, '|', &part))
		return false;
	size_t bracket = str_find(part, '[');
	*ret_numbered = bracket < part.n;
	*ret_word = str_cut(part, 0, bracket);
	return true;
}

static int no_such_choice(const char *choices, struct str text, struct err *e)
{
	struct nearest near = {.word = text};
	struct str rest = str_of(choices), word;
	bool numbered;
	char names[16][32];
	for (size_t i = 0; i < 16 && knob_next_choice(&rest, &word, &numbered); i++) {
		size_t n = word.n < sizeof(names[i]) ? word.n : sizeof(names[i]) - 1;
		memcpy(names[i], word.at, n);
		names[i][n] = 0;
		nearest_try(&near, names[i]);
	}
	const char *meant = nearest_word(&near);
	struct str s = str_clip_utf8(text, SHOWN);
	if (meant)
		return err_usage(e, "'%.*s' is none of %s (did you mean '%s'?)", STR_ARG(s), choices, meant);
	return err_usage(e, "'%.*s' is none of %s", STR_ARG(s), choices);
}

static int parse_choice(const char *choices, struct str text, struct knob_choice *ret, struct err *e)
{
	struct str rest = str_of(choices), word;
	bool numbered;
	for (int i = 0; knob_next_choice(&rest, &word, &numbered); i++) {
		struct knob_choice c = {.is = i};
		struct str head = str_cut(text, 0, word.n), tail = str_cut(text, word.n, text.n);
		if (!str_eq(head, word) || (tail.n && (!numbered || tail.at[0] != ':')))
			continue;
		c.numbered = tail.n > 0;
		if (c.numbered && (!str_int(str_cut(tail, 1, tail.n), &c.number) || c.number < 0))
			return bad(e, str_cut(tail, 1, tail.n), "a whole number of 0 or more");
		*ret = c;
		return 0;
	}
	return no_such_choice(choices, text, e);
}

static int parse_part(const struct knob *k, struct str text, struct knob_part *ret, struct err *e)
{
	struct knob_part p;
	size_t slash = str_find(text, '/');
	if (slash == text.n || !str_int(str_cut(text, 0, slash), &p.k) ||
	    !str_int(str_cut(text, slash + 1, text.n), &p.n))
		return bad(e, text, "of the form K/N");
	if (p.k < 1 || p.n < p.k)
		return bad(e, text, "K/N with K from 1 to N");
	if (k->max && p.n > k->max)
		return err_usage(e, "'%.*s' has more than %lld parts", STR_ARG(str_clip_utf8(text, SHOWN)),
				 (long long)k->max);
	*ret = p;
	return 0;
}

static int parse_text(struct knob_values *v, const struct knob *k, struct str text, const char **ret,
		      struct err *e)
{
	size_t equals = str_find(text, '=');
	struct knob_choice which;
	if (!text.n && k->type != KNOB_WORDS)
		return err_usage(e, "the value is empty");
	if (str_find(text, 0) < text.n)
		return err_usage(e, "the text holds a NUL byte");
	if (k->type == KNOB_PAIRS && (equals == 0 || equals == text.n))
		return k->secret ? err_usage(e, "an item is not of the form NAME=VALUE")
				 : bad(e, text, "of the form NAME=VALUE");
	if (k->type == KNOB_PAIRS && k->names &&
	    parse_choice(k->names, str_cut(text, 0, equals), &which, e) < 0)
		return e->fault;
	if (k->type == KNOB_LIST && k->choices && parse_choice(k->choices, text, &which, e) < 0)
		return e->fault;
	if (k->check && k->check(text, e) < 0)
		return e->fault;
	*ret = arena_copy(v->arena, text);
	return 0;
}

/* A row with an implied value is also a yes or no: "fail-fast: true" in a file. */
static int parse_int(const struct knob *k, struct str text, int64_t *ret, struct err *e)
{
	bool yes;
	if (!str_int(text, ret)) {
		if (!k->implied || !quantity_bool(text, &yes))
			return bad(e, text, "a whole number");
		*ret = 0;
		if (yes)
			(void)str_int(str_of(k->implied), ret);
	}
	return check_range(k, text, *ret, e);
}

/* As 1e308 ms: no wish, and no number that sums stay exact with. */
static const double most_real = 1e15;

static const char *kind_of(const char *unit)
{
	return *unit == 'm' ? "a time" : *unit == '%' ? "a percentage" : *unit == '/' ? "a rate" : "a size";
}

static int parse_real(const struct knob *k, struct str text, double *ret, struct err *e)
{
	double max = k->min || k->max ? (double)k->max : most_real;
	struct str s = str_clip_utf8(text, SHOWN);
	if (k->unit ? !quantity_in(text, k->unit, ret) : !quantity_real(text, ret)) {
		if (!k->unit)
			return bad(e, text, "a number");
		return err_usage(e, "'%.*s' is not %s such as %s", STR_ARG(s), kind_of(k->unit), k->arg);
	}
	if (*ret >= (double)k->min && *ret <= max)
		return 0;
	return err_usage(e, "%.*s is out of range (%lld to %.15g%s)", STR_ARG(s), (long long)k->min, max,
			 k->unit ? k->unit : "");
}

static bool lacks_unit(const struct knob_values *v, struct str text)
{
	double n;
	return v->table->has_units && quantity_real(text, &n) && n > 0;
}

static int no_unit(struct err *e, struct str text, const char *a, const char *b)
{
	struct str s = str_clip_utf8(text, SHOWN);
	return err_usage(e, "'%.*s' has no unit: %.*s%s or %.*s%s?", STR_ARG(s), STR_ARG(s), a, STR_ARG(s),
			 b);
}

static int is_negative(struct err *e, struct str text)
{
	return err_usage(e, "'%.*s' is negative", STR_ARG(str_clip_utf8(text, SHOWN)));
}

static int parse(struct knob_values *v, const struct knob *k, struct str text, union parsed *ret,
		 struct err *e)
{
	switch (k->type) {
	case KNOB_BOOL:
		return quantity_bool(text, &ret->boolean) ? 0 : bad(e, text, "true or false");
	case KNOB_INT:
		return parse_int(k, text, &ret->integer, e);
	case KNOB_DURATION:
		if (lacks_unit(v, text))
			return no_unit(e, text, "s", "ms");
		if (str_starts(text, "-"))
			return is_negative(e, text);
		if (!quantity_duration(text, &ret->integer))
			return bad(e, text, "a duration such as 500ms, 30s or 1h30m");
		return check_range(k, text, ret->integer, e);
	case KNOB_SIZE:
		if (lacks_unit(v, text))
			return no_unit(e, text, "MiB", "B");
		if (str_starts(text, "-"))
			return is_negative(e, text);
		if (!quantity_size(text, &ret->integer))
			return bad(e, text, "a size such as 512k or 64MiB");
		return check_range(k, text, ret->integer, e);
	case KNOB_REAL:
		return parse_real(k, text, &ret->real, e);
	case KNOB_CHOICE:
		return parse_choice(k->choices, text, &ret->choice, e);
	case KNOB_PART:
		return parse_part(k, text, &ret->part, e);
	case KNOB_TEXT:
	case KNOB_LIST:
	case KNOB_PAIRS:
	case KNOB_WORDS:
	case KNOB_TREE:
		return parse_text(v, k, text, &ret->text, e);
	}
	return 0;
}

static void list_add(struct arena *a, struct knob_list *list, const char *text)
{
	list->at = arena_grow(a, list->at, list->n, &list->cap, sizeof(*list->at));
	list->at[list->n++] = text;
}

static void keep(struct knob_values *v, const struct knob *k, const union parsed *p, bool fresh)
{
	char *field = (char *)v->options + k->offset;
	switch (k->type) {
	case KNOB_BOOL:
		*(bool *)field = p->boolean;
		break;
	case KNOB_INT:
	case KNOB_DURATION:
	case KNOB_SIZE:
		*(int64_t *)field = p->integer;
		break;
	case KNOB_REAL:
		*(double *)field = p->real;
		break;
	case KNOB_TEXT:
	case KNOB_TREE:
		*(const char **)field = p->text;
		break;
	case KNOB_CHOICE:
		*(struct knob_choice *)field = p->choice;
		break;
	case KNOB_PART:
		*(struct knob_part *)field = p->part;
		break;
	case KNOB_LIST:
	case KNOB_PAIRS:
	case KNOB_WORDS:
		if (fresh)
			*(struct knob_list *)field = (struct knob_list){0};
		list_add(v->arena, (struct knob_list *)field, p->text);
		break;
	}
}

int knob_add(struct knob_values *v, size_t row, enum knob_origin origin, struct str text, struct err *e)
{
	const struct knob *k = &v->table->rows[row];
	union parsed p = {0};
	if (parse(v, k, text, &p, e) < 0)
		return e->fault;
	if (origin < v->origins[row])
		return 0;
	keep(v, k, &p, origin > v->origins[row]);
	v->origins[row] = (unsigned char)origin;
	return 0;
}

static int set_words(struct knob_values *v, size_t row, enum knob_origin origin, struct str text,
		     struct err *e)
{
	/* a shell's signs are plain characters here: the command is run without one */
	static const struct words_rules rules = {.blanks = " \t\n\r", .refused = ""};
	struct str word;
	char wrong = 0;
	bool any = false;
	while (words_next(&text, &rules, v->arena, &word, &wrong)) {
		if (knob_add(v, row, origin, word, e) < 0)
			return e->fault;
		any = true;
	}
	if (wrong)
		return err_usage(e, "a %s quote is not closed", wrong == '"' ? "double" : "single");
	return any ? 0 : err_usage(e, "the value is empty");
}

int knob_set(struct knob_values *v, size_t row, enum knob_origin origin, struct str text, struct err *e)
{
	const struct knob *k = &v->table->rows[row];
	struct str rest = text, part;
	if (k->type == KNOB_WORDS)
		return set_words(v, row, origin, text, e);
	if (k->type != KNOB_LIST || !k->choices || !text.n)
		return knob_add(v, row, origin, text, e);
	while (str_next(&rest, ',', &part))
		if (knob_add(v, row, origin, str_trim(part), e) < 0)
			return e->fault;
	return 0;
}

void knob_defaults(struct knob_values *v, const struct knob_table *table, void *options, struct arena *arena)
{
	*v = (struct knob_values){.table = table, .options = options, .arena = arena};
	v->origins = arena_alloc(arena, table->n_rows);
	v->lines = arena_array(arena, uint32_t, table->n_rows);
	memset(options, 0, table->options_bytes);
	for (size_t i = 0; i < table->n_rows; i++) {
		struct err
		    e; /* a default that does not parse is a bug that a unit test of the tables finds */
		const char *text = table->rows[i].otherwise;
		if (text && knob_set(v, i, ORIGIN_DEFAULT, str_of(text), &e) < 0)
			__builtin_trap();
	}
}

/* A variable that is set but empty says nothing, as most CI systems cannot unset one. */
static int env_row(struct knob_values *v, size_t row, const char *name, struct str value, struct err *e)
{
	const struct knob *k = &v->table->rows[row];
	bool lines = (k->type == KNOB_LIST && !k->choices) || k->type == KNOB_PAIRS;
	struct str rest = value, part;
	while (str_next(&rest, lines ? '\n' : 0, &part))
		if (part.n && knob_set(v, row, ORIGIN_ENV, part, e) < 0)
			return err_wrap(e, "%s", name);
	return 0;
}

/* One pass: own is true for fettle's variables, then false for those of others, where nothing stronger spoke.
 */
static int env_pass(struct knob_values *v, char *const *environment, bool own, struct err *e)
{
	for (; *environment; environment++) {
		struct str entry = str_of(*environment);
		size_t equals = str_find(entry, '=');
		if (equals == entry.n || !str_starts(entry, own ? "FETTLE_" : "PERF_"))
			continue;
		struct str name = str_cut(entry, 0, equals), value = str_cut(entry, equals + 1, entry.n);
		for (size_t i = 0; i < v->table->n_rows; i++) {
			const struct knob *k = &v->table->rows[i];
			const char *wanted = own ? k->env : k->env_too;
			if (!wanted || !str_is(name, wanted) || (!own && v->origins[i] >= ORIGIN_ENV))
				continue;
			if (env_row(v, i, wanted, value, e) < 0)
				return e->fault;
			if (v->origins[i] == ORIGIN_ENV)
				v->lines[i] = !own;
		}
	}
	return 0;
}

int knob_env(struct knob_values *v, char *const *environment, struct err *e)
{
	return env_pass(v, environment, true, e) < 0 ? e->fault : env_pass(v, environment, false, e);
}

enum knob_origin knob_origin(const struct knob_values *v, const void *field)
{
	size_t offset = (size_t)((const char *)field - (const char *)v->options);
	for (size_t i = 0; i < v->table->n_rows; i++)
		if (v->table->rows[i].offset == offset)
			return v->origins[i];
	return ORIGIN_DEFAULT;
}

bool knob_is_on(const struct knob *k)
{
	bool on = false;
	return k->type == KNOB_BOOL && k->otherwise && quantity_bool(str_of(k->otherwise), &on) && on;
}
