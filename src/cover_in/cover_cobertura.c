#include <string.h>

#include "base/str.h"
#include "cover_in/cover_xml.h"

enum { SOURCES = 1000, CONDITIONS = 4096 /* ways out of one line */ };

struct method {
	struct str name;
	int64_t first, last, hits;
};

struct cobertura {
	struct str *sources;
	uint32_t n_sources;
	bool in_class, in_method, own_lines; /* own_lines: the class has lines beside those of its methods */
	struct method method;
	size_t first_line, first_branch; /* in the section: where the lines of methods begin */
};

_Static_assert(sizeof(struct cobertura) <= COVER_XML_STATE, "state of the reader");

/* "50% (1/2)": how many ways out of the line there are, and how many were taken. */
static bool conditions(struct str s, int64_t *ret_taken, int64_t *ret_all)
{
	size_t open = str_find(s, '('), slash = str_find(s, '/'), shut = str_find(s, ')');
	return open < slash && slash < shut && shut < s.n &&
	       str_int(str_cut(s, open + 1, slash - open - 1), ret_taken) &&
	       str_int(str_cut(s, slash + 1, shut - slash - 1), ret_all) && *ret_taken >= 0 &&
	       *ret_all >= *ret_taken && *ret_all <= CONDITIONS;
}

static void take_conditions(struct cover_xml *x, int64_t line, int64_t hits, struct str text)
{
	int64_t taken, all;
	if (!conditions(text, &taken, &all)) {
		cover_xml_stop(x, "condition-coverage wants \"PERCENT% (TAKEN/ALL)\"");
		return;
	}
	/* which of the ways were taken is not said: the first ones stand for them */
	for (int64_t i = 0; i < all && all > 1; i++)
		(void)tell_branch(x->t, line, 0, (int32_t)i, i < taken ? 1 : hits > 0 ? 0 : COVER_UNREACHED);
}

static void take_line(struct cover_xml *x, struct cobertura *c, const char **attributes)
{
	int64_t line = cover_xml_number(x, attributes, "number", "a line without a number");
	int64_t hits = x->error ? 0 : cover_xml_number(x, attributes, "hits", "a line without hits");
	struct str percent = cover_xml_attribute(attributes, "condition-coverage");
	if (x->error)
		return;
	if (c->in_method) {
		struct method *m = &c->method;
		if (!m->first || line < m->first) {
			m->first = line;
			m->hits = hits;
		}
		m->last = line > m->last ? line : m->last;
	} else if (!c->own_lines) { /* what its methods told comes again */
		c->own_lines = true;
		x->t->n_lines = c->first_line;
		x->t->n_branches = c->first_branch;
	}
	if (c->in_method && c->own_lines)
		return;
	if (!tell_line(x->t, line, tell_count(x->t, hits)))
		cover_xml_stop(x, "the line number is out of range");
	else if (percent.n && !str_is(cover_xml_attribute(attributes, "branch"), "false"))
		take_conditions(x, line, hits, percent);
}

static void begin_class(struct cover_xml *x, struct cobertura *c, const char **attributes)
{
	struct str path = cover_xml_attribute(attributes, "filename");
	if (!tell_path_ok(path)) {
		cover_xml_stop(x, "a class without a usable file name");
		return;
	}
	tell_begin(x->t, arena_str(x->arena, path));
	x->t->source.bases = c->sources;
	x->t->source.n_bases = c->n_sources;
	c->in_class = true;
	c->in_method = c->own_lines = false;
	c->first_line = c->first_branch = 0;
}

static void begin_method(struct cover_xml *x, struct cobertura *c, const char **attributes)
{
	struct str name = cover_xml_attribute(attributes, "name");
	c->in_method = true;
	c->method = (struct method){.name = arena_str(x->arena, name)};
}

static void end_method(struct cover_xml *x, struct cobertura *c)
{
	struct method *m = &c->method;
	c->in_method = false;
	if (m->first && m->name.n &&
	    !tell_function(x->t, m->name, m->first, m->last, tell_count(x->t, m->hits)))
		cover_xml_stop(x, "the line number is out of range");
}

static void start(struct cover_xml *x, const char *name, const char **attributes)
{
	struct cobertura *c = x->state;
	if (strcmp(name, "line") == 0 && c->in_class)
		take_line(x, c, attributes);
	else if (strcmp(name, "class") == 0 && c->in_class)
		cover_xml_stop(x, "a class inside a class");
	else if (strcmp(name, "class") == 0)
		begin_class(x, c, attributes);
	else if (strcmp(name, "method") == 0 && c->in_class)
		begin_method(x, c, attributes);
	else if (strcmp(name, "source") == 0 && !c->in_class)
		cover_xml_want_text(x);
	else if (strcmp(name, "project") == 0)
		cover_xml_stop(x, "this is Clover's XML, not Cobertura's");
}

static void take_source(struct cover_xml *x, struct cobertura *c)
{
	struct str source = cover_xml_text(x);
	if (!source.n)
		return;
	if (c->n_sources == SOURCES || source.n > COVER_PATH_MAX) {
		cover_xml_stop(x, "too many sources, or one that is too long");
		return;
	}
	if (!c->sources)
		c->sources = arena_array(x->arena, struct str, SOURCES);
	c->sources[c->n_sources++] = source;
}

static void end(struct cover_xml *x, const char *name)
{
	struct cobertura *c = x->state;
	if (strcmp(name, "source") == 0 && x->want_text) {
		take_source(x, c);
	} else if (strcmp(name, "method") == 0 && c->in_method) {
		end_method(x, c);
	} else if (strcmp(name, "class") == 0 && c->in_class) {
		c->in_class = false;
		tell_end(x->t);
	}
}

const struct cover_dialect cover_cobertura = {"coverage", start, end};
