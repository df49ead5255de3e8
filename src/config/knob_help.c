#include "config/knob_help.h"

#include <string.h>

#include "base/str.h"

enum { COLUMN = 28 }; /* where the help stands beside the names */

/* "--workers N", "--no-split", "--fail-fast[=N]" */
static void put_long(struct buf *b, const struct knob *k)
{
	buf_printf(b, "--%s%s", knob_is_on(k) ? "no-" : "", k->flag);
	if (k->implied)
		buf_printf(b, "[=%s]", k->arg);
	else if (k->type != KNOB_BOOL)
		buf_printf(b, " %s", k->arg);
}

/* "a, b or c[:N]" */
static void put_choices(struct buf *b, const char *choices)
{
	struct str rest = str_of(choices), part;
	for (bool first = true; str_next(&rest, '|', &part); first = false) {
		if (!first)
			buf_text(b, rest.at ? ", " : " or ");
		buf_str(b, part);
	}
}

/* The help, the choices and the default, as one paragraph. */
static void put_sentences(struct buf *b, const struct knob *k)
{
	buf_text(b, k->help);
	if (k->choices) {
		buf_text(b, " One of ");
		put_choices(b, k->choices);
		buf_char(b, '.');
	}
	if (k->otherwise && k->type != KNOB_BOOL)
		buf_printf(b, " Default: %s.", k->otherwise);
}

/* As an option it is told how to give more than one. */
static void put_option_sentences(struct buf *b, const struct knob *k)
{
	put_sentences(b, k);
	if (k->type == KNOB_LIST || k->type == KNOB_PAIRS)
		buf_text(b, " May be given several times.");
}

/* Adds text in lines that fit between column and width; the first one begins at `at`. */
static void put_wrapped(struct buf *b, struct str text, unsigned at, unsigned column, unsigned width)
{
	struct str word;
	bool first = true;
	while (str_next(&text, ' ', &word)) {
		if (!first && at + 1 + word.n > width) {
			buf_printf(b, "\n%*s", (int)column, "");
			at = column;
		} else if (!first) {
			buf_char(b, ' ');
			at++;
		}
		buf_str(b, word);
		at += (unsigned)word.n;
		first = false;
	}
	buf_char(b, '\n');
}

void knob_synopsis(struct buf *b, const struct knob_table *t)
{
	buf_printf(b, "fettle %s [options]%s%s", t->command, *t->operands ? " " : "", t->operands);
}

static void put_row(struct buf *b, struct buf *scratch, const struct knob *k, unsigned width)
{
	size_t start = b->n;
	if (k->short_flag)
		buf_printf(b, "  -%c, ", k->short_flag);
	else
		buf_text(b, "      ");
	put_long(b, k);
	if (b->n - start + 2 > COLUMN)
		buf_printf(b, "\n%*s", COLUMN, "");
	else
		buf_printf(b, "%*s", (int)(COLUMN - (b->n - start)), "");
	buf_clear(scratch);
	put_option_sentences(scratch, k);
	put_wrapped(b, buf_view(scratch), COLUMN, COLUMN, width);
}

void knob_help(struct buf *b, const struct knob_table *t, unsigned width)
{
	struct buf scratch = {0};
	const char *group = NULL;
	width = width < HELP_WIDTH_MIN ? HELP_WIDTH_MIN : width > HELP_WIDTH_MAX ? HELP_WIDTH_MAX : width;
	buf_text(b, "Usage: ");
	knob_synopsis(b, t);
	buf_text(b, "\n\n");
	put_wrapped(b, str_of(t->about), 0, 0, width);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		if (!group || strcmp(group, k->group) != 0)
			buf_printf(b, "\n%s\n", k->group);
		group = k->group;
		put_row(b, &scratch, k, width);
	}
	buf_printf(b, "\n%-*sPrint this text.\n", COLUMN, "  -h, --help");
	buf_free(&scratch);
}

/* scdoc takes these for markup wherever they stand. */
static void put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\\*_`", s.at[i]))
			buf_char(b, '\\');
		buf_char(b, s.at[i]);
	}
}

static void put_scdoc_text(struct buf *b, struct buf *scratch)
{
	buf_char(b, '\t');
	put_escaped(b, buf_view(scratch));
	buf_text(b, "\n");
	buf_clear(scratch);
}

void knob_scdoc(struct buf *b, const struct knob_table *t)
{
	struct buf scratch = {0};
	const char *group = NULL;
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		if (!group || strcmp(group, k->group) != 0)
			buf_printf(b, "## %s\n\n", k->group);
		group = k->group;
		if (k->short_flag)
			buf_printf(b, "*-%c*, ", k->short_flag);
		buf_printf(b, "*--%s%s*", knob_is_on(k) ? "no-" : "", k->flag);
		if (k->implied)
			buf_printf(b, "[=_%s_]", k->arg);
		else if (k->type != KNOB_BOOL)
			buf_printf(b, " _%s_", k->arg);
		buf_char(b, '\n');
		put_option_sentences(&scratch, k);
		put_scdoc_text(b, &scratch);
		buf_char(b, '\n');
	}
	buf_text(b, "*-h*, *--help*\n\tPrint a short form of this section.\n");
	buf_free(&scratch);
}

static const char *type_word(const struct knob *k)
{
	if (k->unit)
		return strcmp(k->unit, "ms") == 0   ? "number of ms"
		       : strcmp(k->unit, "MB") == 0 ? "number of MB"
		       : strcmp(k->unit, "%") == 0  ? "number of %"
						    : "number in a second";
	switch (k->type) {
	case KNOB_BOOL:
		return "true or false";
	case KNOB_INT:
		return "whole number";
	case KNOB_REAL:
		return "number";
	case KNOB_DURATION:
		return "duration";
	case KNOB_SIZE:
		return "size";
	case KNOB_TEXT:
		return "text";
	case KNOB_CHOICE:
		return "word";
	case KNOB_PART:
		return "K/N";
	case KNOB_LIST:
		return k->choices ? "list of words" : "list of texts";
	case KNOB_PAIRS:
		return k->many ? "mapping of a value or a list" : "mapping, or list of NAME=VALUE";
	case KNOB_WORDS:
		return "words";
	case KNOB_TREE:
		return "text, mapping or list";
	}
	return "";
}

/* Of a BOOL that is on the row's help tells the opposite of the key. */
static void put_key_sentences(struct buf *b, const struct knob *k)
{
	if (knob_is_on(k))
		buf_text(b, "Default: true. When false: ");
	put_sentences(b, k);
	if (k->only) {
		buf_text(b, " Of subject ");
		put_choices(b, k->only);
		buf_char(b, '.');
	}
}

void knob_scdoc_keys(struct buf *b, const struct knob_table *t)
{
	struct buf scratch = {0};
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		if (!k->yaml && t->others != i + 1)
			continue;
		buf_printf(b, "*%s*: _%s_\n", k->yaml ? k->yaml : k->flag, k->yaml ? type_word(k) : "bound");
		put_key_sentences(&scratch, k);
		if (k->env)
			buf_printf(&scratch, " Environment: %s.", k->env);
		if (k->env_too)
			buf_printf(&scratch, " Where that is not set: %s.", k->env_too);
		put_scdoc_text(b, &scratch);
		buf_char(b, '\n');
	}
	buf_free(&scratch);
}

/* A '|' would end the cell; <> would be taken for a tag. */
static void put_cell(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '|' || s.at[i] == '*')
			buf_char(b, '\\');
		if (s.at[i] == '<')
			buf_text(b, "&lt;");
		else
			buf_char(b, s.at[i]);
	}
}

void knob_markdown(struct buf *b, const struct knob_table *t)
{
	struct buf scratch = {0};
	buf_printf(b, "## `%s`: %s\n\n", t->command, t->brief);
	buf_text(b, "| key | option | environment | type | meaning |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		buf_text(b, "| ");
		if (k->yaml)
			buf_printf(b, "`%s`", k->yaml);
		buf_text(b, " | `");
		if (k->short_flag)
			buf_printf(b, "-%c`, `", k->short_flag);
		put_long(b, k);
		buf_text(b, "` | ");
		if (k->env)
			buf_printf(b, "`%s`", k->env);
		if (k->env_too)
			buf_printf(b, ", `%s`", k->env_too);
		buf_printf(b, " | %s | ", type_word(k));
		put_key_sentences(&scratch, k);
		put_cell(b, buf_view(&scratch));
		buf_clear(&scratch);
		buf_text(b, " |\n");
	}
	buf_free(&scratch);
}

void knob_markdown_keys(struct buf *b, const struct knob_table *t, const char *title)
{
	struct buf scratch = {0};
	buf_printf(b, "## %s\n\n| key | type | meaning |\n|---|---|---|\n", title);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		put_key_sentences(&scratch, k);
		if (k->env)
			buf_printf(&scratch, " Environment: `%s`.", k->env);
		if (k->env_too)
			buf_printf(&scratch, " Where that is not set: `%s`.", k->env_too);
		buf_printf(b, "| `%s` | %s | ", k->yaml ? k->yaml : k->flag,
			   k->yaml ? type_word(k) : "bound");
		put_cell(b, buf_view(&scratch));
		buf_clear(&scratch);
		buf_text(b, " |\n");
	}
	buf_free(&scratch);
}
