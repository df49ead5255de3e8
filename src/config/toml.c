/* TOML 1.0. Dates and numbers stay the text that they are; of tables inside arrays nothing is kept. */
#include <string.h>

#include "base/buf.h"
#include "base/rune.h"
#include "base/str.h"
#include "config/entries.h"

enum { TOML_DEPTH = 64 };

struct toml {
	struct arena *arena;
	const char *path, *at, *end;
	struct entries *entries;
	struct str
	    table; /* that the header above names; at NULL: one inside an array, of which nothing is kept */
	uint32_t line;
	struct err *err;
	int depth;
};

static int bad(struct toml *t, const char *what)
{
	return err_usage(t->err, "%s:%u: %s", t->path, t->line, what);
}

static bool is(const struct toml *t, char c)
{
	return t->at < t->end && *t->at == c;
}

static bool take(struct toml *t, char c)
{
	if (!is(t, c))
		return false;
	t->at++;
	return true;
}

static void skip_blanks(struct toml *t)
{
	while (is(t, ' ') || is(t, '\t') || is(t, '\r'))
		t->at++;
}

/* Blanks, comments and line ends. */
static void skip_lines(struct toml *t)
{
	for (;;) {
		skip_blanks(t);
		if (is(t, '#'))
			while (t->at < t->end && *t->at != '\n')
				t->at++;
		if (!take(t, '\n'))
			return;
		t->line++;
	}
}

static int end_line(struct toml *t)
{
	skip_blanks(t);
	if (t->at == t->end || is(t, '#') || is(t, '\n'))
		return 0;
	return bad(t, "something follows the value on its line");
}

static int hex_rune(struct toml *t, unsigned digits, struct buf *out)
{
	uint32_t rune = 0;
	for (unsigned i = 0; i < digits; i++, t->at++) {
		if (t->at == t->end)
			return bad(t, "the text is not closed");
		char c = *t->at;
		unsigned v = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
			     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
			     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
						    : 16;
		if (v == 16)
			return bad(t, "\\u wants hexadecimal digits");
		rune = rune << 4 | v;
	}
	char bytes[4];
	unsigned n = rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000) ? 0 : rune_put(bytes, rune);
	if (!n)
		return bad(t, "\\u is no character");
	buf_add(out, bytes, n);
	return 0;
}

static int escape(struct toml *t, bool many_lines, struct buf *out)
{
	static const char from[] = "btnfre\"\\", to[] = "\b\t\n\f\r\033\"\\";
	if (t->at == t->end)
		return bad(t, "the text is not closed");
	char c = *t->at++;
	const char *known = c ? strchr(from, c) : NULL;
	if (known) {
		buf_char(out, to[known - from]);
		return 0;
	}
	if (c == 'u' || c == 'U')
		return hex_rune(t, c == 'u' ? 4 : 8, out);
	if (!many_lines || (c != '\n' && c != ' ' && c != '\t' && c != '\r'))
		return bad(t, "unknown escape in the text");
	t->at--;
	while (t->at < t->end && (is(t, ' ') || is(t, '\t') || is(t, '\r') || is(t, '\n')))
		t->line += *t->at++ == '\n';
	return 0;
}

/* Behind the first quote. */
static int read_text(struct toml *t, char quote, struct str *ret)
{
	bool many_lines = false;
	if (t->end - t->at >= 2 && t->at[0] == quote && t->at[1] == quote) {
		many_lines = true;
		t->at += 2;
		if (is(t, '\r'))
			t->at++;
		t->line += take(t, '\n');
	}
	struct buf b = {0};
	int rc = 0;
	for (;;) {
		if (t->at == t->end || (!many_lines && is(t, '\n'))) {
			rc = bad(t, "the text is not closed");
			break;
		}
		char c = *t->at++;
		if (c == quote && !many_lines)
			break;
		if (c == quote && t->end - t->at >= 2 && t->at[0] == quote && t->at[1] == quote) {
			t->at += 2;
			while (take(t, quote)) /* up to two quotes may stand before the closing three */
				buf_char(&b, quote);
			break;
		}
		if (c == '\\' && quote == '"') {
			rc = escape(t, many_lines, &b);
			if (rc < 0)
				break;
			continue;
		}
		t->line += c == '\n';
		buf_char(&b, c);
	}
	if (rc == 0)
		*ret = arena_str(t->arena, buf_view(&b));
	buf_free(&b);
	return rc;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

static int read_key_part(struct toml *t, struct str *ret)
{
	skip_blanks(t);
	if (take(t, '"'))
		return read_text(t, '"', ret);
	if (take(t, '\''))
		return read_text(t, '\'', ret);
	const char *start = t->at;
	while (t->at < t->end && is_bare(*t->at))
		t->at++;
	*ret = (struct str){start, (size_t)(t->at - start)};
	return ret->n ? 0 : bad(t, "a key is missing");
}

static struct str joined(struct toml *t, struct str table, struct str key)
{
	if (!table.n)
		return key;
	return str_of(arena_printf(t->arena, "%.*s.%.*s", STR_ARG(table), STR_ARG(key)));
}

/* a.b.c: the parts but the last are added to *table. */
static int read_key(struct toml *t, struct str *table, struct str *ret)
{
	if (read_key_part(t, ret) < 0)
		return t->err->fault;
	for (;;) {
		skip_blanks(t);
		if (!take(t, '.'))
			return 0;
		if (table->at)
			*table = joined(t, *table, *ret);
		if (read_key_part(t, ret) < 0)
			return t->err->fault;
	}
}

static int read_value(struct toml *t, struct str table, struct str key, struct entry *into);

static void add_item(struct toml *t, struct entry *into, struct str value)
{
	if (!into)
		return;
	if ((into->n_values & (into->n_values - 1)) == 0) {
		struct str *more = arena_array(t->arena, struct str, into->n_values ? into->n_values * 2 : 1);
		if (into->n_values)
			memcpy(more, into->values, sizeof(*more) * into->n_values);
		into->values = more;
	}
	into->values[into->n_values++] = value;
}

static int read_array(struct toml *t, struct entry *into)
{
	bool outer = into && !into->is_list;
	if (outer)
		into->is_list = true;
	for (;;) {
		skip_lines(t);
		if (take(t, ']'))
			return 0;
		if (read_value(t, STR_NONE, STR_NONE, outer ? into : NULL) < 0)
			return t->err->fault;
		skip_lines(t);
		if (!take(t, ',') && !is(t, ']'))
			return bad(t, "the array wants a comma or a ]");
	}
}

static int read_pair(struct toml *t, struct str table)
{
	struct str key, section = table;
	if (read_key(t, &section, &key) < 0)
		return t->err->fault;
	skip_blanks(t);
	if (!take(t, '='))
		return bad(t, "a key wants an = and a value");
	skip_blanks(t);
	return read_value(t, section, key, NULL);
}

static int read_inline_table(struct toml *t, struct str table)
{
	skip_lines(t);
	if (take(t, '}'))
		return 0;
	for (;;) {
		skip_lines(t);
		if (read_pair(t, table) < 0)
			return t->err->fault;
		skip_lines(t);
		if (take(t, '}'))
			return 0;
		if (!take(t, ','))
			return bad(t, "the table wants a comma or a }");
	}
}

static int read_bare(struct toml *t, struct str *ret)
{
	const char *start = t->at;
	while (t->at < t->end && !strchr(",]}#\n\r", *t->at))
		t->at++;
	*ret = str_trim((struct str){start, (size_t)(t->at - start)});
	for (size_t i = 0; i < ret->n; i++)
		if (!is_bare(ret->at[i]) && !strchr("+.:", ret->at[i]) &&
		    !(i == 10 && ret->at[i] == ' ' && ret->at[4] == '-'))
			return bad(t, "the value is neither text, number, truth, date, array nor table");
	return ret->n ? 0 : bad(t, "a value is missing");
}

static int read_nested(struct toml *t, struct str table, struct str key, struct entry *into)
{
	if (t->depth == TOML_DEPTH)
		return bad(t, "nested too deeply");
	t->depth++;
	int rc = take(t, '[')                        ? read_array(t, into)
		 : take(t, '{') && key.n && table.at ? read_inline_table(t, joined(t, table, key))
						     : read_inline_table(t, STR_NONE);
	t->depth--;
	return rc;
}

/* into: the entry of the array around it; NULL: a pair's value, which makes an entry, or nobody's. */
static int read_value(struct toml *t, struct str table, struct str key, struct entry *into)
{
	struct entry *entry = into, own = {0};
	uint32_t line = t->line;
	if (!into && key.n && table.at && !is(t, '{'))
		entry = &own;
	struct str value;
	int rc;
	if (is(t, '[') || is(t, '{'))
		rc = read_nested(t, table, key, entry);
	else {
		rc = take(t, '"')    ? read_text(t, '"', &value)
		     : take(t, '\'') ? read_text(t, '\'', &value)
				     : read_bare(t, &value);
		if (rc == 0)
			add_item(t, entry, value);
	}
	if (rc == 0 && entry == &own) {
		struct entry *made = entries_add(t->entries, table, key, line);
		made->values = own.values;
		made->n_values = own.n_values;
		made->is_list = own.is_list;
	}
	return rc;
}

/* Behind the first [. */
static int read_header(struct toml *t)
{
	bool array = take(t, '[');
	struct str table = STR(""), key;
	if (read_key(t, &table, &key) < 0)
		return t->err->fault;
	if (!take(t, ']') || (array && !take(t, ']')))
		return bad(t, "the [table] is not closed");
	t->table = array ? STR_NONE : joined(t, table, key);
	return end_line(t);
}

int toml_read(struct arena *a, const char *path, struct str text, struct entries *ret, struct err *e)
{
	if (str_starts(text, "\xef\xbb\xbf"))
		text = str_cut(text, 3, text.n);
	struct toml t = {.arena = a,
			 .path = path,
			 .at = text.at,
			 .end = text.at + text.n,
			 .entries = ret,
			 .table = STR(""),
			 .line = 1,
			 .err = e};
	for (;;) {
		skip_lines(&t);
		if (t.at == t.end)
			return 0;
		int rc = take(&t, '[') ? read_header(&t) : read_pair(&t, t.table);
		if (rc == 0)
			rc = end_line(&t);
		if (rc < 0)
			return rc;
	}
}
