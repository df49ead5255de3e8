#include "config/cover_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/config_file.h"
#include "config/entries.h"

const char *const cover_exclude_lines[] = {
    "#\\s*(pragma|PRAGMA)[:\\s]?\\s*(no|NO)\\s*(cover|COVER)",
    "^\\s*(((async )?def .*?)?[\\])]+(\\s*->.*?)?:\\s*)?\\.\\.\\.\\s*(#|$)",
    "^\\s*if (typing\\.)?TYPE_CHECKING:",
    NULL,
};
const char *const cover_partial_branches[] = {"#\\s*(pragma|PRAGMA)[:\\s]?\\s*(no|NO)\\s*(branch|BRANCH)",
					      NULL};
const char *const cover_partial_always[] = {
    "^\\s*while (True|1|False|0):", "^\\s*if (True|1|False|0):", NULL};

struct reading {
	struct arena *arena;
	char *const *environment;
	struct cover_settings *settings;
	struct entries entries;
	const char *path;   /* for messages */
	const char *prefix; /* of sections: "coverage:", "tool.coverage.", "" */
	struct err *err;
};

static const char *variable(const struct reading *r, struct str name)
{
	for (char *const *v = r->environment; v && *v; v++)
		if (strncmp(*v, name.at, name.n) == 0 && (*v)[name.n] == '=')
			return *v + name.n + 1;
	return NULL;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t word_length(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_word(s.at[n]))
		n++;
	return n;
}

/* What stands at a $, which s begins with; returns the bytes it takes, 0 when it is but a $. */
static size_t expand_one(struct reading *r, struct str s, struct buf *out, struct err *e)
{
	if (s.n > 1 && s.at[1] == '$') {
		buf_char(out, '$');
		return 2;
	}
	bool braced = s.n > 1 && s.at[1] == '{';
	struct str rest = str_cut(s, braced ? 2 : 1, s.n);
	struct str name = str_cut(rest, 0, word_length(rest));
	struct str otherwise = STR(""), behind = str_cut(rest, name.n, rest.n);
	bool strict = false;
	size_t close = 0;
	if (!name.n)
		return 0;
	if (braced) {
		close = str_find(behind, '}');
		strict = behind.n && behind.at[0] == '?' && close == 1;
		if (close == behind.n || (close && !strict && behind.at[0] != '-'))
			return 0;
		if (close && !strict)
			otherwise = str_cut(behind, 1, close - 1);
	}
	const char *value = variable(r, name);
	if (!value && strict)
		(void)err_usage(e, "%s: the variable %.*s is not set", r->path, STR_ARG(name));
	buf_str(out, value ? str_of(value) : otherwise);
	return (braced ? 3 + close : 1) + name.n;
}

static struct str expand(struct reading *r, struct str s)
{
	if (str_find(s, '$') == s.n)
		return s;
	struct buf b = {0};
	while (s.n) {
		size_t n = s.at[0] == '$' ? expand_one(r, s, &b, r->err) : 0;
		if (!n) {
			buf_char(&b, s.at[0]);
			n = 1;
		}
		s = str_cut(s, n, s.n);
	}
	struct str copy = arena_str(r->arena, buf_view(&b));
	buf_free(&b);
	return copy;
}

static const struct entry *find(const struct reading *r, const char *section, const char *key)
{
	char name[128];
	const char *prefixes[] = {r->prefix,
				  r->prefix[0] ? NULL : "coverage:", r->prefix[0] ? NULL : "tool.coverage."};
	for (unsigned i = 0; i < 3; i++) {
		if (!prefixes[i])
			continue;
		(void)snprintf(name, sizeof(name), "%s%s", prefixes[i], section);
		const struct entry *entry = entries_find(&r->entries, name, key);
		if (entry)
			return entry;
	}
	return NULL;
}

static void add(struct reading *r, struct str_list *list, struct str s)
{
	s = str_trim(s);
	if (!s.n)
		return;
	if ((list->n & (list->n - 1)) == 0) {
		struct str *more = arena_array(r->arena, struct str, list->n ? list->n * 2 : 1);
		if (list->n)
			memcpy(more, list->at, sizeof(*more) * list->n);
		list->at = more;
	}
	list->at[list->n++] = s;
}

/* The items of an array, or of a text at its line ends and, if commas, also at its commas. */
static void add_values(struct reading *r, struct str_list *list, const struct entry *entry, bool commas)
{
	for (uint32_t i = 0; i < entry->n_values; i++) {
		struct str rest = expand(r, entry->values[i]), line, item;
		if (entry->is_list) {
			add(r, list, rest);
			continue;
		}
		while (str_next(&rest, '\n', &line))
			if (commas)
				while (str_next(&line, ',', &item))
					add(r, list, item);
			else
				add(r, list, line);
	}
}

static bool read_list(struct reading *r, const char *section, const char *key, struct str_list *ret,
		      bool commas)
{
	const struct entry *entry = find(r, section, key);
	if (!entry)
		return false;
	*ret = (struct str_list){0};
	add_values(r, ret, entry, commas);
	return true;
}

static struct str value_of(struct reading *r, const struct entry *entry)
{
	return entry->n_values ? expand(r, entry->values[0]) : STR("");
}

static void complain_of(struct reading *r, const struct entry *entry, const char *wants)
{
	if (!r->err->fault)
		(void)err_usage(r->err, "%s:%u: %.*s wants %s, not '%.*s'", r->path, entry->line,
				STR_ARG(entry->key), wants,
				STR_ARG(entry->n_values ? entry->values[0] : STR("")));
}

static void read_bool(struct reading *r, const char *section, const char *key, bool *ret)
{
	static const char *const on[] = {"true", "yes", "on", "1"}, *const off[] = {"false", "no", "off",
										    "0"};
	const struct entry *entry = find(r, section, key);
	if (!entry)
		return;
	struct str value = value_of(r, entry);
	for (unsigned i = 0; i < 4; i++) {
		if (value.n == strlen(on[i]) && strncasecmp(value.at, on[i], value.n) == 0) {
			*ret = true;
			return;
		}
		if (value.n == strlen(off[i]) && strncasecmp(value.at, off[i], value.n) == 0) {
			*ret = false;
			return;
		}
	}
	complain_of(r, entry, "true or false");
}

static void read_number(struct reading *r, const char *section, const char *key, double max, double *ret)
{
	const struct entry *entry = find(r, section, key);
	if (!entry)
		return;
	char text[64], *end;
	struct str value = value_of(r, entry);
	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(value));
	double number = strtod(text, &end);
	if (!value.n || value.n >= sizeof(text) || *end || !(number >= 0 && number <= max)) {
		char wants[64];
		(void)snprintf(wants, sizeof(wants), "a number from 0 to %g", max);
		complain_of(r, entry, wants);
		return;
	}
	*ret = number;
}

static void read_whole(struct reading *r, const char *section, const char *key, double max, int64_t *ret)
{
	double number = (double)*ret;
	read_number(r, section, key, max, &number);
	*ret = (int64_t)number;
}

static void read_one(struct reading *r, const char *section, const char *key, struct str *ret)
{
	const struct entry *entry = find(r, section, key);
	if (entry)
		*ret = value_of(r, entry);
}

static void add_defaults(struct reading *r, struct str_list *list, const char *const *texts)
{
	for (; *texts; texts++)
		add(r, list, str_of(*texts));
}

static void read_patterns(struct reading *r)
{
	struct cover_settings *s = r->settings;
	struct str_list also = {0};
	if (!read_list(r, "report", "exclude_lines", &s->exclude, false))
		add_defaults(r, &s->exclude, cover_exclude_lines);
	if (read_list(r, "report", "exclude_also", &also, false))
		for (uint32_t i = 0; i < also.n; i++)
			add(r, &s->exclude, also.at[i]);
	if (!read_list(r, "report", "partial_branches", &s->partial, false))
		add_defaults(r, &s->partial, cover_partial_branches);
	if (read_list(r, "report", "partial_also", &also, false))
		for (uint32_t i = 0; i < also.n; i++)
			add(r, &s->partial, also.at[i]);
	if (read_list(r, "report", "partial_branches_always", &also, false))
		for (uint32_t i = 0; i < also.n; i++)
			add(r, &s->partial, also.at[i]);
	else
		add_defaults(r, &s->partial, cover_partial_always);
}

static void read_aliases(struct reading *r)
{
	struct cover_settings *s = r->settings;
	char section[64];
	(void)snprintf(section, sizeof(section), "%spaths", r->prefix);
	s->aliases = arena_array(r->arena, struct cover_alias, r->entries.n);
	for (size_t i = 0; i < r->entries.n; i++)
		if (str_is(r->entries.at[i].section, section) ||
		    (!r->prefix[0] && (str_is(r->entries.at[i].section, "coverage:paths") ||
				       str_is(r->entries.at[i].section, "tool.coverage.paths"))))
			add_values(r, &s->aliases[s->n_aliases++].paths, &r->entries.at[i], true);
}

static void read_all(struct reading *r)
{
	struct cover_settings *s = r->settings;
	read_bool(r, "run", "branch", &s->branch);
	read_bool(r, "run", "relative_files", &s->relative_files);
	(void)read_list(r, "run", "source", &s->source, true);
	(void)read_list(r, "run", "source_pkgs", &s->source_pkgs, true);
	(void)read_list(r, "run", "source_dirs", &s->source_dirs, true);
	(void)read_list(r, "run", "include", &s->run_include, true);
	(void)read_list(r, "run", "omit", &s->run_omit, true);
	if (!read_list(r, "report", "include", &s->include, true))
		s->include = s->run_include;
	if (!read_list(r, "report", "omit", &s->omit, true))
		s->omit = s->run_omit;
	read_one(r, "run", "data_file", &s->data_file);
	read_patterns(r);
	read_number(r, "report", "fail_under", 100, &s->fail_under);
	read_whole(r, "report", "precision", 9, &s->precision);
	read_bool(r, "report", "skip_covered", &s->skip_covered);
	read_bool(r, "report", "skip_empty", &s->skip_empty);
	read_bool(r, "report", "show_missing", &s->show_missing);
	read_bool(r, "report", "ignore_errors", &s->ignore_errors);
	read_bool(r, "report", "include_namespace_packages", &s->namespace_packages);
	read_one(r, "report", "sort", &s->sort);
	read_one(r, "html", "title", &s->html_title);
	read_bool(r, "json", "show_contexts", &s->show_contexts);
	read_whole(r, "xml", "package_depth", 1000, &s->xml_package_depth);
	read_aliases(r);
}

/* slipcover's own table, where coverage.py has nothing to say. */
static void read_slipcover(struct reading *r)
{
	static const char section[] = "tool.slipcover";
	struct cover_settings *s = r->settings;
	const char *prefix = r->prefix;
	r->prefix = "tool.";
	(void)read_list(r, "slipcover", "source", &s->source, true);
	(void)read_list(r, "slipcover", "omit", &s->omit, true);
	read_bool(r, "slipcover", "branch", &s->branch);
	read_number(r, "slipcover", "fail-under", 100, &s->fail_under);
	const struct entry *lines = entries_find(&r->entries, section, "exclude-lines");
	const struct entry *also = entries_find(&r->entries, section, "exclude-also");
	if (lines) {
		s->exclude = (struct str_list){0};
		add_values(r, &s->exclude, lines, false);
	}
	if (also)
		add_values(r, &s->exclude, also, false);
	r->prefix = prefix;
}

static bool says_anything(const struct reading *r)
{
	static const char *const sections[] = {"run", "report", "html", "xml", "json", "lcov", "paths"};
	char name[64];
	for (unsigned i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", r->prefix, sections[i]);
		if (entries_has_section(&r->entries, name))
			return true;
	}
	return entries_has_section(&r->entries, "tool.slipcover");
}

/* 1: it is the file; 0: there is none, or it says nothing. */
static int try_file(struct reading *r, const char *folder, const char *name, bool ours, bool must)
{
	const char *path = name[0] == '/' ? name : arena_printf(r->arena, "%s/%s", folder, name);
	struct str text;
	if (access(path, F_OK) < 0 && !must)
		return 0;
	if (config_file_read(path, r->arena, &text, r->err) < 0)
		return r->err->fault;
	bool toml = str_ends(str_of(name), ".toml");
	r->path = name;
	r->prefix = ours ? "" : toml ? "tool.coverage." : "coverage:";
	entries_free(&r->entries);
	int rc = toml ? toml_read(r->arena, name, text, &r->entries, r->err)
		      : ini_read(r->arena, name, text, &r->entries, r->err);
	if (rc < 0)
		return rc;
	return ours || says_anything(r);
}

static int find_file(struct reading *r, const char *folder, const char *rcfile)
{
	const char *named = rcfile ? rcfile : variable(r, STR("COVERAGE_RCFILE"));
	if (named && *named)
		return try_file(r, folder, named, true, true);
	static const struct {
		const char *name;
		bool ours;
	} places[] = {{".coveragerc", true},
		      {".coveragerc.toml", true},
		      {"setup.cfg", false},
		      {"tox.ini", false},
		      {"pyproject.toml", false}};
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int rc = try_file(r, folder, places[i].name, places[i].ours, false);
		if (rc != 0)
			return rc;
	}
	r->path = NULL;
	entries_free(&r->entries);
	return 0;
}

int cover_settings_read(struct arena *a, const char *folder, const char *rcfile, char *const *environment,
			struct cover_settings *ret, struct err *e)
{
	struct err own = {0};
	*ret = (struct cover_settings){.xml_package_depth = 99, .html_title = STR("Coverage report")};
	struct reading r = {
	    .arena = a, .environment = environment, .settings = ret, .prefix = "coverage:", .err = &own};
	int rc = find_file(&r, folder, rcfile);
	if (rc >= 0) {
		ret->file = r.path;
		read_all(&r);
		if (entries_has_section(&r.entries, "tool.slipcover"))
			read_slipcover(&r);
	}
	entries_free(&r.entries);
	if (own.fault)
		*e = own;
	return own.fault;
}
