#include "config/config_init.h"

#include <string.h>

#include "base/str.h"
#include "config/bench_items.h"
#include "config/config_show.h"
#include "config/sections.h"

enum { WIDTH = 100 };

static void put_wrapped(struct buf *b, struct str text, const char *before)
{
	struct str word;
	size_t at = WIDTH;
	bool first = true;
	while (str_next(&text, ' ', &word)) {
		if (at + 1 + word.n > WIDTH) {
			buf_printf(b, "%s%s", first ? "" : "\n", before);
			at = strlen(before);
		}
		buf_printf(b, " %.*s", STR_ARG(word));
		at += 1 + word.n;
		first = false;
	}
	buf_char(b, '\n');
}

/* The default, else something that the row takes. */
static void put_example(struct buf *b, const struct knob_values *v, size_t row)
{
	const struct knob *k = &v->table->rows[row];
	if (k->otherwise || k->type == KNOB_BOOL) {
		config_put_value(b, v, row);
		return;
	}
	switch (k->type) {
	case KNOB_LIST:
	case KNOB_WORDS:
		buf_text(b, "[]");
		break;
	case KNOB_PAIRS:
		buf_text(b, "{}");
		break;
	case KNOB_DURATION:
		buf_text(b, "30s");
		break;
	case KNOB_SIZE:
		buf_text(b, "64MiB");
		break;
	case KNOB_INT:
		buf_int(b, k->min > 0 ? k->min : 1);
		break;
	case KNOB_REAL:
		buf_text(b, k->unit ? k->arg : "1");
		break;
	default:
		yaml_put_text(b, str_of(k->arg));
		break;
	}
}

static void put_help(struct buf *b, const struct knob *k, const char *before)
{
	struct buf text = {0};
	if (k->yaml && knob_is_on(k))
		buf_text(&text, "When false: ");
	buf_text(&text, k->help);
	if (k->choices || k->names) {
		buf_text(&text, " One of ");
		buf_text(&text, k->choices ? k->choices : k->names);
		buf_char(&text, '.');
	}
	if (k->only)
		buf_printf(&text, " Of %s.", k->only);
	put_wrapped(b, buf_view(&text), before);
	buf_free(&text);
}

static void put_rows(struct buf *b, const struct knob_table *t, const char *indent)
{
	struct arena arena = {0};
	struct knob_values v;
	struct buf before = {0};
	buf_printf(&before, "%s#", indent);
	knob_defaults(&v, t, arena_alloc(&arena, t->options_bytes), &arena);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct knob *k = &t->rows[i];
		if (!k->yaml && t->others != i + 1)
			continue;
		put_help(b, k, before.at);
		if (k->yaml) {
			buf_printf(b, "%s# %s: ", indent, k->yaml);
			put_example(b, &v, i);
			buf_char(b, '\n');
		}
	}
	buf_free(&before);
	arena_free(&arena);
}

static void put_benches(struct buf *b, const char *indent)
{
	buf_printf(
	    b,
	    "%s# - name: hello\n%s#   command: echo hello\n%s#   rounds: 100\n%s#   targets: {wall: p95 < 20ms}\n",
	    indent, indent, indent, indent);
	buf_printf(b, "%s# The keys of a bench:\n", indent);
	for (size_t i = 0; i < bench_item_table.n_rows; i++) {
		struct buf text = {0};
		const struct knob *k = &bench_item_table.rows[i];
		struct buf before = {0};
		buf_printf(&before, "%s#  ", indent);
		buf_printf(&text, "'%s': ", k->yaml);
		if (knob_is_on(k))
			buf_text(&text, "when false: ");
		buf_text(&text, k->help);
		if (k->choices)
			buf_printf(&text, " One of %s.", k->choices);
		if (k->only)
			buf_printf(&text, " Of %s.", k->only);
		put_wrapped(b, buf_view(&text), before.at);
		buf_free(&text);
		buf_free(&before);
	}
}

void config_init(struct buf *b)
{
	struct section s;
	buf_text(
	    b,
	    "# fettle.yaml: what fettle does when nobody says otherwise. An option of the command line wins over a\n"
	    "# variable of the environment, a variable over a profile, a profile over the other sections.\n"
	    "# A key in a comment shows its default, or a value that it might have: take the '#' away and change it.\n"
	    "# 'fettle config check' tells what is wrong, 'fettle config show --origin' what is in force.\n");
	(void)section_of(STR(""), &s);
	buf_char(b, '\n');
	put_rows(b, s.table, "");
	for (size_t i = 0; section_at(i, &s); i++) {
		if (!*s.name || (!s.table && !s.items))
			continue;
		buf_printf(b, "\n# %s\n%s:\n", s.table ? s.table->brief : "benches: what is measured",
			   s.name);
		if (section_is_later(&s))
			buf_printf(b, "  # For 'fettle %s' of a later version.\n", s.served_by);
		if (s.table)
			put_rows(b, s.table, "  ");
		if (s.items && s.table)
			buf_printf(b, "  %s:\n", s.items_key);
		if (s.items)
			put_benches(b, s.table ? "    " : "  ");
	}
	buf_text(
	    b,
	    "\n# Profiles lie over the sections above: --profile NAME or FETTLE_PROFILE; 'ci' by itself where CI is true.\n"
	    "# ci:\n#   benchmarks:\n#     iterations: 10\n");
}
