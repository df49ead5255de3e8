#include <string.h>

#include "base/str.h"
#include "cover_in/cover_xml.h"

enum { WAYS = 4096 /* out of one line */ };

struct jacoco {
	struct str package, class_name, method_name;
	bool in_class, in_method, in_source;
	int64_t method_line;
	uint32_t method_hits;
};

_Static_assert(sizeof(struct jacoco) <= COVER_XML_STATE, "state of the reader");

/* com/shop + Cart.java; false stops the reading. */
static bool begin_file(struct cover_xml *x, const struct jacoco *j, struct str name)
{
	struct str path = STR_NONE;
	if (name.n && name.n + j->package.n < COVER_PATH_MAX)
		path = str_of(j->package.n
				  ? arena_printf(x->arena, "%.*s/%.*s", STR_ARG(j->package), STR_ARG(name))
				  : arena_copy(x->arena, name));
	if (!tell_path_ok(path)) {
		cover_xml_stop(x, "a source file without a usable name");
		return false;
	}
	tell_begin(x->t, path);
	return true;
}

static void begin_class(struct cover_xml *x, struct jacoco *j, const char **attributes)
{
	struct str name = cover_xml_attribute(attributes, "name");
	struct str file = cover_xml_attribute(attributes, "sourcefilename");
	size_t slash = str_find_last(name, '/');
	if (!file.n) /* compiled without the names of sources */
		return;
	j->class_name = arena_str(x->arena, slash < name.n ? str_cut(name, slash + 1, name.n) : name);
	j->in_class = begin_file(x, j, file);
}

static void begin_method(struct cover_xml *x, struct jacoco *j, const char **attributes)
{
	struct str name = cover_xml_attribute(attributes, "name");
	j->in_method = true;
	j->method_hits = 0;
	j->method_line = 0;
	if (cover_xml_attribute(attributes, "line").at)
		j->method_line = cover_xml_number(x, attributes, "line", "a method with a bad line number");
	j->method_name = str_of(arena_printf(x->arena, "%.*s.%.*s", STR_ARG(j->class_name), STR_ARG(name)));
}

static void take_counter(struct cover_xml *x, struct jacoco *j, const char **attributes)
{
	if (str_is(cover_xml_attribute(attributes, "type"), "METHOD"))
		j->method_hits =
		    cover_xml_number(x, attributes, "covered", "a counter without a number") > 0 ? 1 : 0;
}

static void take_line(struct cover_xml *x, const char **attributes)
{
	static const char *const names[] = {"nr", "mi", "ci", "mb", "cb"};
	int64_t v[5] = {0};
	for (int i = 0; i < 5 && !x->error; i++)
		v[i] = cover_xml_number(x, attributes, names[i],
					"a line wants the numbers nr, mi, ci, mb and cb");
	if (x->error)
		return;
	if (v[1] < 0 || v[2] < 0 || v[3] < 0 || v[4] < 0 || v[3] > WAYS || v[4] > WAYS) {
		cover_xml_stop(x, "a counter that is out of range");
		return;
	}
	bool ran = v[2] > 0;
	if (!tell_line(x->t, v[0], ran)) {
		cover_xml_stop(x, "the line number is out of range");
		return;
	}
	/* which of the ways were taken is not said: the first ones stand for them */
	for (int64_t i = 0, all = v[3] + v[4]; i < all && all > 1; i++)
		(void)tell_branch(x->t, v[0], 0, (int32_t)i, i < v[4] ? 1 : ran ? 0 : COVER_UNREACHED);
}

static void start(struct cover_xml *x, const char *name, const char **attributes)
{
	struct jacoco *j = x->state;
	if (strcmp(name, "line") == 0 && j->in_source)
		take_line(x, attributes);
	else if (strcmp(name, "counter") == 0 && j->in_method)
		take_counter(x, j, attributes);
	else if (strcmp(name, "method") == 0 && j->in_class)
		begin_method(x, j, attributes);
	else if ((strcmp(name, "class") == 0 || strcmp(name, "sourcefile") == 0) &&
		 (j->in_class || j->in_source))
		cover_xml_stop(x, "a class or source file inside another");
	else if (strcmp(name, "class") == 0)
		begin_class(x, j, attributes);
	else if (strcmp(name, "sourcefile") == 0)
		j->in_source = begin_file(x, j, cover_xml_attribute(attributes, "name"));
	else if (strcmp(name, "package") == 0)
		j->package = arena_str(x->arena, cover_xml_attribute(attributes, "name"));
}

static void end(struct cover_xml *x, const char *name)
{
	struct jacoco *j = x->state;
	if (strcmp(name, "method") == 0 && j->in_method) {
		j->in_method = false;
		if (!tell_function(x->t, j->method_name, j->method_line, 0, j->method_hits))
			cover_xml_stop(x, "the line number is out of range");
	} else if (strcmp(name, "class") == 0 && j->in_class) {
		j->in_class = false;
		if (x->t->n_functions)
			tell_end(x->t);
		else
			tell_drop(x->t);
	} else if (strcmp(name, "sourcefile") == 0 && j->in_source) {
		j->in_source = false;
		tell_end(x->t);
	}
}

const struct cover_dialect cover_jacoco = {"report", start, end};
