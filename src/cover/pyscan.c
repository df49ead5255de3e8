#include "cover/pyscan.h"

#include <string.h>

#include "cover/pyscan_inside.h"

enum { SHOWN = PY_STATEMENT | PY_EXCLUDED | PY_NO_BRANCH };

static bool has(struct str text, char c)
{
	return text.n && memchr(text.at, c, text.n);
}

/* A copy in which \n ends every line. */
static struct str with_newlines(struct arena *a, struct str text)
{
	char *to = arena_alloc(a, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] != '\r')
			to[n++] = text.at[i];
		else if (i + 1 == text.n || text.at[i + 1] != '\n')
			to[n++] = '\n';
	}
	if (n && to[n - 1] != '\n')
		to[n++] = '\n';
	return (struct str){to, n};
}

static uint32_t count_lines(const char *p, const char *end)
{
	uint32_t n = 1;
	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

static bool open_text(struct pyscan *s, struct str text)
{
	if (text.n >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		text = (struct str){text.at + 3, text.n - 3};
	if (text.n > INT32_MAX) {
		pyscan_fail(s, 1, "the file is too large");
		return false;
	}
	if (has(text, '\r') || (text.n && text.at[text.n - 1] != '\n'))
		text = with_newlines(&s->scratch, text);
	s->text = text.n ? text : STR("");
	text = s->text;
	s->n_lines = count_lines(text.at, text.at + text.n);
	if (has(text, 0))
		pyscan_fail(s, count_lines(text.at, memchr(text.at, 0, text.n)), "a null byte stands in it");
	else if (s->n_lines > COVER_LINE_MAX)
		pyscan_fail(s, COVER_LINE_MAX, "the file has too many lines");
	return !s->error;
}

static void scan(struct pyscan *s, struct pyfacts *ret)
{
	s->first_line = arena_array(s->out, uint32_t, s->n_lines + 1);
	s->flags = arena_array(s->out, uint8_t, s->n_lines + 1);
	for (uint32_t i = 0; i <= s->n_lines; i++)
		s->first_line[i] = i;
	pyscan_lines(s);
	if (!s->error)
		pyscan_flow(s);
	if (s->error)
		return;
	pyscan_exclude(s);
	pyscan_statements(s);
	pyscan_regions(s, ret);
	if (s->opt->arcs && !s->error)
		pyscan_arcs(s, ret);
	for (uint32_t i = 0; i <= s->n_lines; i++)
		s->flags[i] &= SHOWN;
}

struct pyfacts pyscan(struct arena *a, struct str text, const struct pyscan_options *opt)
{
	struct pyscan s = {.opt = opt, .out = a};
	struct pyfacts facts = {0};
	if (open_text(&s, text))
		scan(&s, &facts);
	if (s.error) {
		facts = (struct pyfacts){.error = s.error, .error_line = s.error_line};
	} else {
		facts.n_lines = s.n_lines;
		facts.first_line = s.first_line;
		facts.flags = s.flags;
	}
	arena_free(&s.scratch);
	return facts;
}
