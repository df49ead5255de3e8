#include "config/knob_args.h"

#include <string.h>

#include "base/str.h"
#include "config/nearest.h"

struct reading {
	struct knob_values *v;
	char *const *words;
	size_t n_words, at;
	struct err *e;
};

static bool takes_value(const struct knob *k)
{
	return k->type != KNOB_BOOL && !k->implied;
}

static const struct knob *row_at(const struct reading *r, size_t i)
{
	return &r->v->table->rows[i];
}

static int set_flag(struct reading *r, size_t row, struct str value)
{
	if (knob_set(r->v, row, ORIGIN_FLAG, value, r->e) < 0)
		return err_wrap(r->e, "option '--%s'", row_at(r, row)->flag);
	return 0;
}

static int unknown_long(struct reading *r, struct str name)
{
	struct nearest near = {.word = name};
	nearest_try(&near, "help");
	for (size_t i = 0; i < r->v->table->n_rows; i++) {
		const struct knob *k = row_at(r, i);
		nearest_try(&near, k->flag);
		if (k->type == KNOB_BOOL)
			nearest_try(&near, arena_printf(r->v->arena, "no-%s", k->flag));
	}
	const char *meant = nearest_word(&near);
	struct str s = str_clip_utf8(name, 80);
	if (meant)
		return err_usage(r->e, "unknown option '--%.*s' (did you mean '--%s'?)", STR_ARG(s), meant);
	return err_usage(r->e, "unknown option '--%.*s'", STR_ARG(s));
}

/* The word behind an option that wants one. */
static int next_word(struct reading *r, size_t row, struct str *ret)
{
	const struct knob *k = row_at(r, row);
	if (r->at == r->n_words)
		return err_usage(r->e, "option '--%s' needs a value: %s", k->flag, k->arg);
	*ret = str_of(r->words[r->at++]);
	return 0;
}

static int no_value(struct reading *r, const struct knob *k)
{
	return err_usage(r->e, "option '--%s' takes no value; its opposite is '--no-%s'", k->flag, k->flag);
}

static int long_value(struct reading *r, size_t row, const struct str *inline_value)
{
	const struct knob *k = row_at(r, row);
	struct str value;
	if (k->type == KNOB_BOOL && inline_value)
		return no_value(r, k);
	if (inline_value)
		value = *inline_value;
	else if (k->type == KNOB_BOOL)
		value = STR("true");
	else if (k->implied)
		value = str_of(k->implied);
	else if (next_word(r, row, &value) < 0)
		return r->e->fault;
	return set_flag(r, row, value);
}

/* word is without its leading "--". */
static int read_long(struct reading *r, struct str word)
{
	size_t equals = str_find(word, '=');
	struct str name = str_cut(word, 0, equals), value = str_cut(word, equals + 1, word.n);
	if (str_is(word, "help")) {
		r->v->help = true;
		return 0;
	}
	for (size_t i = 0; i < r->v->table->n_rows; i++) {
		const struct knob *k = row_at(r, i);
		if (str_is(name, k->flag))
			return long_value(r, i, equals < word.n ? &value : NULL);
		if (k->type == KNOB_BOOL && str_starts(name, "no-") &&
		    str_is(str_cut(name, 3, name.n), k->flag))
			return equals < word.n ? no_value(r, k) : set_flag(r, i, STR("false"));
	}
	return unknown_long(r, name);
}

/* letters are those behind a single "-". */
static int read_short(struct reading *r, struct str letters)
{
	while (letters.n) {
		char c = letters.at[0];
		unsigned bytes = str_utf8(letters);
		struct str shown = str_cut(letters, 0, bytes ? bytes : 1);
		size_t row = 0;
		letters = str_cut(letters, 1, letters.n);
		if (c == 'h') {
			r->v->help = true;
			return 0;
		}
		while (row < r->v->table->n_rows && row_at(r, row)->short_flag != c)
			row++;
		if (row == r->v->table->n_rows)
			return err_usage(r->e, "unknown option '-%.*s'", STR_ARG(shown));
		if (!takes_value(row_at(r, row))) {
			if (long_value(r, row, NULL) < 0)
				return r->e->fault;
			continue;
		}
		struct str value = letters;
		if (!value.n && next_word(r, row, &value) < 0)
			return r->e->fault;
		return set_flag(r, row, value);
	}
	return 0;
}

int knob_args(struct knob_values *v, size_t n_words, char *const *words, struct knob_list *ret_operands,
	      struct err *e)
{
	struct reading r = {.v = v, .words = words, .n_words = n_words, .e = e};
	struct knob_list operands = {.at = arena_array(v->arena, const char *, n_words + 1), .cap = n_words};
	bool ended = false;
	while (r.at < n_words && !v->help) {
		const char *word = words[r.at++];
		if (ended || word[0] != '-' || !word[1]) {
			operands.at[operands.n++] = word;
			ended |= v->table->stops;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else {
			struct str s = str_of(word);
			int fault = word[1] == '-' ? read_long(&r, str_cut(s, 2, s.n))
						   : read_short(&r, str_cut(s, 1, s.n));
			if (fault < 0)
				return fault;
		}
	}
	*ret_operands = operands;
	return 0;
}
