#include "config/knob_complete.h"

#include <string.h>

#include "base/str.h"

/* The help up to its first full stop or colon: enough for a line in a menu. */
static struct str brief_of(const struct knob *k)
{
	struct str help = str_of(k->help);
	for (size_t i = 0; i < help.n; i++)
		if (strchr(".:;", help.at[i]) && (i + 1 == help.n || help.at[i + 1] == ' '))
			return str_cut(help, 0, i);
	return help;
}

static bool is_path(const struct knob *k)
{
	return strcmp(k->arg, "FILE") == 0 || strcmp(k->arg, "DIR") == 0;
}

static bool takes_value(const struct knob *k)
{
	return k->type != KNOB_BOOL && !k->implied;
}

/* "auto behave random" */
static void put_choices(struct buf *b, const char *choices)
{
	struct str rest = str_of(choices), word;
	bool numbered;
	for (bool first = true; knob_next_choice(&rest, &word, &numbered); first = false) {
		if (!first)
			buf_char(b, ' ');
		buf_str(b, word);
	}
}

/* The form that changes something: --no-history, as the history is on by default. */
static const char *no_prefix(const struct knob *k)
{
	return knob_is_on(k) ? "no-" : "";
}

/* The words of the option before the cursor, "-o|--output", as a case pattern. */
static void put_bash_value(struct buf *b, const struct knob *k)
{
	buf_text(b, "\t\t");
	if (k->short_flag)
		buf_printf(b, "-%c|", k->short_flag);
	buf_printf(b, "--%s) ", k->flag);
	if (k->choices) {
		buf_text(b, "_fettle_words \"");
		put_choices(b, k->choices);
		buf_text(b, "\"; return ;;\n");
	} else if (is_path(k)) {
		buf_text(b, "return ;;\n");
	} else {
		buf_text(b, "compopt +o default; return ;;\n");
	}
}

void complete_bash(struct buf *b, const struct knob_table *const *tables, size_t n)
{
	buf_text(b, "# bash completion for fettle\n\n"
		    "_fettle_words()\n{\n\tlocal IFS=$' \\n'\n"
		    "\tCOMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))\n}\n\n"
		    "_fettle()\n{\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "\tCOMPREPLY=()\n"
		    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\t_fettle_words \"");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s ", tables[i]->command);
	buf_text(b, "--help --version\"\n\t\treturn\n\tfi\n"
		    "\t# --name=value comes as three words\n"
		    "\tif [ \"$cur\" = = ]; then\n\t\tcur=\n"
		    "\telif [ \"$prev\" = = ]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
		    "\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "\t%s)\n\t\tcase $prev in\n", tables[i]->command);
		for (size_t j = 0; j < tables[i]->n_rows; j++)
			if (takes_value(&tables[i]->rows[j]))
				put_bash_value(b, &tables[i]->rows[j]);
		buf_text(b, "\t\tesac\n\t\tcase $cur in\n\t\t-*) _fettle_words \"");
		for (size_t j = 0; j < tables[i]->n_rows; j++)
			buf_printf(b, "--%s%s ", no_prefix(&tables[i]->rows[j]), tables[i]->rows[j].flag);
		buf_text(b, "--help\" ;;\n\t\tesac\n\t\t;;\n");
	}
	buf_text(b, "\tesac\n}\n\ncomplete -o default -F _fettle fettle\n");
}

/* Inside '...[here]...' of zsh's _arguments. */
static void put_zsh_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '\'') {
			buf_text(b, "'\\''");
			continue;
		}
		if (strchr("[]:\\", s.at[i]))
			buf_char(b, '\\');
		buf_char(b, s.at[i]);
	}
}

static void put_zsh_option(struct buf *b, const struct knob *k)
{
	bool many = k->type == KNOB_LIST || k->type == KNOB_PAIRS;
	buf_printf(b, "\t\t\t'%s", many ? "*" : "");
	if (k->short_flag)
		buf_printf(b, "(-%c --%s)'{-%c%s,--%s%s}'", k->short_flag, k->flag, k->short_flag,
			   takes_value(k) ? "+" : "", k->flag, takes_value(k) ? "=" : "");
	else
		buf_printf(b, "--%s%s%s", no_prefix(k), k->flag, takes_value(k) ? "=" : "");
	buf_char(b, '[');
	put_zsh_text(b, brief_of(k));
	buf_char(b, ']');
	if (takes_value(k)) {
		buf_char(b, ':');
		put_zsh_text(b, str_of(k->arg));
		buf_char(b, ':');
		if (k->choices) {
			buf_char(b, '(');
			put_choices(b, k->choices);
			buf_char(b, ')');
		} else if (is_path(k)) {
			buf_text(b, "_files");
		}
	}
	buf_text(b, "' \\\n");
}

void complete_zsh(struct buf *b, const struct knob_table *const *tables, size_t n)
{
	buf_text(b,
		 "#compdef fettle\n\n_fettle()\n{\n\tlocal curcontext=$curcontext state line\n"
		 "\t_arguments -C '--help[print help]' '--version[print the version]' \\\n\t\t'1:command:((");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s%s\\:\"", i ? " " : "", tables[i]->command);
		put_zsh_text(b, str_of(tables[i]->brief));
		buf_char(b, '"');
	}
	buf_text(b, "))' '*::argument:->rest'\n\t[[ $state = rest ]] || return\n\tcase $words[1] in\n");
	for (size_t i = 0; i < n; i++) {
		const struct knob_table *t = tables[i];
		buf_printf(b, "\t%s)\n\t\t_arguments -s %s\\\n", t->command, t->stops ? "-A '-*' " : "");
		for (size_t j = 0; j < t->n_rows; j++)
			put_zsh_option(b, &t->rows[j]);
		buf_printf(b, "\t\t\t'(-h --help)'{-h,--help}'[print help]' \\\n\t\t\t'*::%s'\n\t\t;;\n",
			   t->stops ? "command:_normal" : "file:_files");
	}
	buf_text(b, "\tesac\n}\n\n_fettle \"$@\"\n");
}

/* Inside '...' of fish. */
static void put_fish_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '\'' || s.at[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, s.at[i]);
	}
}

static void put_fish_option(struct buf *b, const char *command, const struct knob *k)
{
	buf_printf(b, "complete -c fettle -n '__fish_seen_subcommand_from %s' -l %s%s", command, no_prefix(k),
		   k->flag);
	if (k->short_flag)
		buf_printf(b, " -s %c", k->short_flag);
	if (takes_value(k))
		buf_text(b, is_path(k) ? " -r -F" : " -x");
	if (k->choices) {
		buf_text(b, " -a '");
		put_choices(b, k->choices);
		buf_char(b, '\'');
	}
	buf_text(b, " -d '");
	put_fish_text(b, brief_of(k));
	buf_text(b, "'\n");
}

void complete_fish(struct buf *b, const struct knob_table *const *tables, size_t n)
{
	buf_text(b, "# fish completion for fettle\n\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "complete -c fettle -f -n __fish_use_subcommand -a %s -d '",
			   tables[i]->command);
		put_fish_text(b, str_of(tables[i]->brief));
		buf_text(b, "'\n");
		for (size_t j = 0; j < tables[i]->n_rows; j++)
			put_fish_option(b, tables[i]->command, &tables[i]->rows[j]);
	}
}
