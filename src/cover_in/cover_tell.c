#include "cover_in/cover_tell.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

bool tell_path_ok(struct str path)
{
	return path.n > 0 && path.n <= COVER_PATH_MAX && !memchr(path.at, 0, path.n);
}

enum cover_language tell_language(struct str path)
{
	static const struct {
		const char *ending;
		enum cover_language language;
	} all[] = {
	    {"py", COVER_PYTHON}, {"pyw", COVER_PYTHON}, {"pyx", COVER_PYTHON}, {"c", COVER_C},
	    {"h", COVER_C},       {"cc", COVER_C},       {"hh", COVER_C},       {"cpp", COVER_C},
	    {"hpp", COVER_C},     {"cxx", COVER_C},      {"hxx", COVER_C},      {"inl", COVER_C},
	    {"ipp", COVER_C},     {"tcc", COVER_C},      {"go", COVER_GO},      {"js", COVER_JS},
	    {"jsx", COVER_JS},    {"mjs", COVER_JS},     {"cjs", COVER_JS},     {"ts", COVER_JS},
	    {"tsx", COVER_JS},    {"mts", COVER_JS},     {"cts", COVER_JS},     {"java", COVER_JAVA},
	    {"rs", COVER_RUST},
	};
	size_t dot = str_find_last(path, '.');
	if (dot == path.n)
		return COVER_UNKNOWN;
	struct str ending = str_cut(path, dot + 1, path.n);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (str_is(ending, all[i].ending))
			return all[i].language;
	return COVER_UNKNOWN;
}

void tell_begin(struct cover_tell *t, struct str path)
{
	tell_drop(t);
	t->source = (struct cover_source){.path = path, .language = tell_language(path)};
	t->context = STR_NONE;
	t->targets = false;
}

/* A line that did not run did so in no context: those come first and without one. */
static size_t by_context(struct cover_tell *t)
{
	size_t n_not = 0;
	for (size_t i = 0; i < t->n_lines; i++)
		if (t->lines[i].hits == 0) {
			struct cover_hit not = t->lines[i];
			t->lines[i] = t->lines[n_not];
			t->lines[n_not++] = not ;
		}
	return n_not;
}

void tell_end(struct cover_tell *t)
{
	struct cover_sink *out = t->out;
	out->file(out, &t->source);
	t->n_told++;
	size_t n_plain = t->context.n ? by_context(t) : t->n_lines;
	if (n_plain)
		out->lines(out, t->lines, n_plain);
	if (t->n_excluded)
		out->excluded(out, t->excluded, t->n_excluded);
	if (t->n_branches)
		out->branches(out, t->branches, t->n_branches, t->targets);
	if (t->n_functions)
		out->functions(out, t->functions, t->n_functions);
	if (n_plain < t->n_lines) {
		out->context(out, t->context);
		out->lines(out, t->lines + n_plain, t->n_lines - n_plain);
	}
	tell_drop(t);
}

void tell_drop(struct cover_tell *t)
{
	t->n_lines = t->n_branches = t->n_functions = t->n_excluded = 0;
}

void tell_free(struct cover_tell *t)
{
	mem_free(t->lines);
	mem_free(t->branches);
	mem_free(t->functions);
	mem_free(t->excluded);
	mem_free(t->marks);
}

bool tell_branch(struct cover_tell *t, int64_t line, uint32_t block, int32_t way, uint32_t taken)
{
	if (line <= 0 || line > COVER_LINE_MAX) {
		t->n_line_0 += line == 0;
		return line == 0;
	}
	t->branches = mem_grow(t->branches, t->n_branches, &t->cap_branches, sizeof(*t->branches));
	t->branches[t->n_branches++] = (struct cover_branch){(uint32_t)line, block, way, taken};
	return true;
}

bool tell_excluded(struct cover_tell *t, int64_t line)
{
	if (line <= 0 || line > COVER_LINE_MAX)
		return line == 0;
	t->excluded = mem_grow(t->excluded, t->n_excluded, &t->cap_excluded, sizeof(*t->excluded));
	t->excluded[t->n_excluded++] = (uint32_t)line;
	return true;
}

bool tell_function(struct cover_tell *t, struct str name, int64_t first, int64_t last, uint32_t hits)
{
	if (!tell_line_ok(first) || !tell_line_ok(last))
		return false;
	if (!first)
		return true;
	t->functions = mem_grow(t->functions, t->n_functions, &t->cap_functions, sizeof(*t->functions));
	t->functions[t->n_functions++] =
	    (struct cover_function){name, (uint32_t)first, last < first ? 0 : (uint32_t)last, hits};
	return true;
}

struct cover_function *tell_last_function(struct cover_tell *t)
{
	return t->n_functions ? &t->functions[t->n_functions - 1] : NULL;
}

uint8_t *tell_marks(struct cover_tell *t, uint32_t *ret_last)
{
	uint32_t last = 0;
	for (size_t i = 0; i < t->n_lines; i++)
		last = t->lines[i].line > last ? t->lines[i].line : last;
	if (t->cap_marks <= last) {
		size_t cap = (size_t)last * 2 + 1024;
		t->marks = mem_resize(t->marks, cap);
		memset(t->marks + t->cap_marks, 0, cap - t->cap_marks);
		t->cap_marks = cap;
	}
	*ret_last = last;
	return t->marks;
}

void tell_unreached(struct cover_tell *t)
{
	enum { TOLD = 1, RAN = 2 }; /* of a line that is not told nothing is known */
	uint32_t last;
	if (!t->n_branches)
		return;
	uint8_t *marks = tell_marks(t, &last);
	for (size_t i = 0; i < t->n_lines; i++)
		marks[t->lines[i].line] |= t->lines[i].hits ? TOLD | RAN : TOLD;
	for (size_t i = 0; i < t->n_branches; i++) {
		struct cover_branch *b = &t->branches[i];
		if (b->line <= last && marks[b->line] == TOLD && b->taken == 0)
			b->taken = COVER_UNREACHED;
	}
	for (size_t i = 0; i < t->n_lines; i++)
		marks[t->lines[i].line] = 0;
}

void tell_note(struct cover_read *r, const char *fmt, ...)
{
	struct err e; /* for its text: one line without escapes */
	char text[sizeof(e.text)];
	va_list ap;
	if (!r->host || !r->host->note)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_format(&e, "%s", text);
	r->host->note(r->host, e.text);
}

void tell_oddities(struct cover_read *r, const char *path)
{
	struct cover_tell *t = r->tell;
	if (t->n_negative)
		tell_note(r, "'%s': negative counts (%llu) are taken as 0", path,
			  (unsigned long long)t->n_negative);
	if (t->n_line_0)
		tell_note(r, "'%s': what it says of line 0 (%llu times) is passed over", path,
			  (unsigned long long)t->n_line_0);
	if (t->n_unknown)
		tell_note(r, "'%s': entries of an unknown kind (%llu) are passed over", path,
			  (unsigned long long)t->n_unknown);
	t->n_negative = t->n_line_0 = t->n_unknown = 0;
}
