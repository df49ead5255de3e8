/*
 * Writes what the knob tables say, at build time, to standard output:
 *
 *	gen_docs page FILE	FILE with its @...@ lines replaced:
 *				@synopsis run@, @options run@, @keys run@ (of a section too: targets,
 *				top, bench-item), @commands@
 *	gen_docs config FILE	docs/config.md: FILE, then a section for each command
 *	gen_docs bash|zsh|fish	a completion script
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config_file.h"
#include "config/knob_complete.h"
#include "config/knob_help.h"
#include "config/sections.h"
#include "config/tables.h"

static void put_commands(struct buf *b)
{
	for (size_t i = 0; i < knob_tables_n; i++)
		buf_printf(b, "*fettle-%s*(1)\n\t%s\n\n", knob_tables[i]->command, knob_tables[i]->brief);
}

/* A synopsis in scdoc's form: the words bold, what a person fills in underlined. */
static void put_synopsis(struct buf *b, const struct knob_table *t)
{
	buf_printf(b, "*fettle %s* [_options_]", t->command);
	struct str rest = str_of(t->operands), word;
	while (*t->operands && str_next(&rest, ' ', &word))
		buf_printf(b, " %.*s", STR_ARG(word));
	buf_char(b, '\n');
}

/* The table of a command; else of a section: "top", "targets", or "bench-item" for one item of its list. */
static const struct knob_table *table_named(struct str name)
{
	struct section s;
	const struct knob_table *t = knob_table_of(name);
	if (t || (str_is(name, "top") && section_of(STR(""), &s)))
		return t ? t : s.table;
	if (str_ends(name, "-item"))
		return section_of(str_cut(name, 0, name.n - 5), &s) ? s.items : NULL;
	return section_of(name, &s) ? s.table : NULL;
}

/* The line between its two @; false when it means nothing. */
static bool put_directive(struct buf *b, struct str line)
{
	size_t blank = str_find(line, ' ');
	struct str verb = str_cut(line, 0, blank);
	const struct knob_table *t = table_named(str_cut(line, blank + 1, line.n));
	if (str_is(line, "commands"))
		put_commands(b);
	else if (t && str_is(verb, "synopsis"))
		put_synopsis(b, t);
	else if (t && str_is(verb, "options"))
		knob_scdoc(b, t);
	else if (t && str_is(verb, "keys"))
		knob_scdoc_keys(b, t);
	else
		return false;
	return true;
}

static int put_page(struct buf *b, struct str text, struct err *e)
{
	struct str line;
	while (str_next(&text, '\n', &line)) {
		if (line.n < 2 || line.at[0] != '@' || !str_ends(line, "@")) {
			buf_str(b, line);
			if (text.at)
				buf_char(b, '\n');
		} else if (!put_directive(b, str_cut(line, 1, line.n - 2))) {
			return err_usage(e, "no such directive: %.*s", STR_ARG(line));
		}
	}
	return 0;
}

static void put_settings(struct buf *b)
{
	struct section s;
	char title[200];
	for (size_t i = 0; section_at(i, &s); i++) {
		if (s.is_setting) {
			(void)snprintf(title, sizeof(title), *s.name ? "`%s`: %s" : "%s%s",
				       *s.name ? s.name : "", s.table->brief);
			buf_char(b, '\n');
			knob_markdown_keys(b, s.table, title);
		}
		if (s.items) {
			(void)snprintf(title, sizeof(title), "An item of `%s`: %s", s.name, s.items->brief);
			buf_char(b, '\n');
			knob_markdown_keys(b, s.items, title);
		}
	}
}

static void put_config(struct buf *b, struct str text)
{
	buf_str(b, text);
	for (size_t i = 0; i < knob_tables_n; i++) {
		buf_char(b, '\n');
		knob_markdown(b, knob_tables[i]);
	}
	put_settings(b);
}

static int make(struct buf *b, int argc, char **argv, struct arena *arena, struct err *e)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct str text = STR_NONE;
	if (argc > 2 && config_file_read(argv[2], arena, &text, e) < 0)
		return e->fault;
	if (strcmp(what, "bash") == 0)
		complete_bash(b, knob_tables, knob_tables_n);
	else if (strcmp(what, "zsh") == 0)
		complete_zsh(b, knob_tables, knob_tables_n);
	else if (strcmp(what, "fish") == 0)
		complete_fish(b, knob_tables, knob_tables_n);
	else if (strcmp(what, "config") == 0 && argc > 2)
		put_config(b, text);
	else if (strcmp(what, "page") == 0 && argc > 2)
		return put_page(b, text, e);
	else
		return err_usage(e, "usage: gen_docs page|config FILE, gen_docs bash|zsh|fish");
	return 0;
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct buf b = {0};
	struct err e = {0};
	int fault = make(&b, argc, argv, &arena, &e);
	if (fault == 0 && (fwrite(b.at, 1, b.n, stdout) != b.n || fflush(stdout) != 0))
		fault = err_sys(&e, "cannot write");
	if (fault < 0)
		(void)fprintf(stderr, "gen_docs: %s\n", e.text);
	buf_free(&b);
	arena_free(&arena);
	return -fault;
}
