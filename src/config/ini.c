/* INI files as Python's configparser reads them, without interpolation. */
#include "base/buf.h"
#include "base/str.h"
#include "config/entries.h"

struct ini {
	struct arena *arena;
	const char *path;
	struct entries *entries;
	struct str section;
	bool in_section, in_value;
	size_t indent; /* of the key whose value goes on */
	uint32_t line;
	struct buf value;
};

static size_t indent_of(struct str line)
{
	size_t n = 0;
	while (n < line.n &&
	       (line.at[n] == ' ' || line.at[n] == '\t' || line.at[n] == '\f' || line.at[n] == '\v'))
		n++;
	return n;
}

/* The value gathered so far becomes the last entry's, without the line ends behind it. */
static void end_value(struct ini *i)
{
	if (!i->in_value)
		return;
	struct entry *last = &i->entries->at[i->entries->n - 1];
	last->values = arena_new(i->arena, struct str);
	last->values[0] = arena_str(i->arena, str_trim(buf_view(&i->value)));
	last->n_values = 1;
	i->in_value = false;
	buf_clear(&i->value);
}

static struct str lower(struct arena *a, struct str s)
{
	char *copy = arena_copy(a, s);
	for (size_t k = 0; k < s.n; k++)
		if (copy[k] >= 'A' && copy[k] <= 'Z')
			copy[k] = (char)(copy[k] + 32);
	return (struct str){copy, s.n};
}

static int read_section(struct ini *i, struct str line, struct err *e)
{
	size_t close = str_find_last(line, ']');
	if (close == line.n)
		return err_usage(e, "%s:%u: the section has no ]", i->path, i->line);
	end_value(i);
	i->section = str_cut(line, 1, close - 1);
	i->in_section = true;
	return 0;
}

static int read_key(struct ini *i, struct str line, size_t indent, struct err *e)
{
	size_t sign = 0;
	while (sign < line.n && line.at[sign] != '=' && line.at[sign] != ':')
		sign++;
	struct str key = str_trim(str_cut(line, 0, sign));
	if (!i->in_section)
		return err_usage(e, "%s:%u: a line before the first [section]", i->path, i->line);
	if (sign == line.n || !key.n)
		return err_usage(e, "%s:%u: neither a [section] nor 'key = value'", i->path, i->line);
	end_value(i);
	entries_add(i->entries, i->section, lower(i->arena, key), i->line);
	buf_str(&i->value, str_trim(str_cut(line, sign + 1, line.n)));
	i->in_value = true;
	i->indent = indent;
	return 0;
}

static int read_line(struct ini *i, struct str raw, struct err *e)
{
	size_t indent = indent_of(raw);
	struct str line = str_trim(raw);
	bool comment = line.n && (line.at[0] == '#' || line.at[0] == ';');
	if (!line.n || comment) {
		if (i->in_value && !comment)
			buf_char(&i->value, '\n');
		return 0;
	}
	if (i->in_value && indent > i->indent) {
		buf_char(&i->value, '\n');
		buf_str(&i->value, line);
		return 0;
	}
	return line.at[0] == '[' ? read_section(i, line, e) : read_key(i, line, indent, e);
}

int ini_read(struct arena *a, const char *path, struct str text, struct entries *ret, struct err *e)
{
	struct ini i = {.arena = a, .path = path, .entries = ret};
	struct str line;
	int rc = 0;
	if (str_starts(text, "\xef\xbb\xbf"))
		text = str_cut(text, 3, text.n);
	while (rc == 0 && str_next(&text, '\n', &line)) {
		i.line++;
		rc = read_line(&i, line, e);
	}
	end_value(&i);
	buf_free(&i.value);
	return rc;
}
