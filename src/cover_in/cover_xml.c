#include "cover_in/cover_xml.h"

#include <expat.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cover_in/cover_readers.h"

enum { PIECE = 1 << 20 /* bytes given to expat at a time */, TEXT_MAX = 64 * 1024 };

struct document {
	struct cover_xml x;
	unsigned depth;
	struct buf text;
	_Alignas(16) char state[COVER_XML_STATE];
};

void cover_xml_stop(struct cover_xml *x, const char *error)
{
	if (!x->error)
		x->error = error;
	(void)XML_StopParser((XML_Parser)x->parser, XML_FALSE);
}

void cover_xml_want_text(struct cover_xml *x)
{
	buf_clear(&((struct document *)x)->text);
	x->want_text = true;
}

struct str cover_xml_text(struct cover_xml *x)
{
	x->want_text = false;
	return arena_str(x->arena, str_trim(buf_view(&((struct document *)x)->text)));
}

struct str cover_xml_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return str_of(attributes[1]);
	return STR_NONE;
}

int64_t cover_xml_number(struct cover_xml *x, const char **attributes, const char *name, const char *error)
{
	struct str s = cover_xml_attribute(attributes, name);
	int64_t v = 0;
	if (str_int(s, &v))
		return v;
	/* a whole number that does not fit, as counters that ran over are written */
	bool large = s.n > 18;
	for (size_t i = 0; large && i < s.n; i++)
		large = s.at[i] >= '0' && s.at[i] <= '9';
	if (!large)
		cover_xml_stop(x, error);
	return large ? INT64_MAX : 0;
}

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

static void on_root(struct cover_xml *x, const char *name)
{
	static const struct cover_dialect *const all[] = {&cover_cobertura, &cover_jacoco};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i]->root, name) == 0)
			x->dialect = all[i];
	if (!x->dialect)
		cover_xml_stop(x, "neither Cobertura (<coverage>) nor JaCoCo (<report>)");
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct document *d = data;
	struct cover_xml *x = &d->x;
	name = local_name(name);
	if (x->error)
		return;
	if (d->depth == COVER_XML_DEPTH) {
		cover_xml_stop(x, "nested too deep");
		return;
	}
	if (d->depth++ == 0)
		on_root(x, name);
	if (!x->error)
		x->dialect->start(x, name, attributes);
}

static void on_end(void *data, const XML_Char *name)
{
	struct document *d = data;
	if (d->x.error)
		return;
	d->depth--;
	d->x.dialect->end(&d->x, local_name(name));
}

static void on_text(void *data, const XML_Char *text, int n)
{
	struct document *d = data;
	if (d->x.error || !d->x.want_text)
		return;
	if (d->text.n + (size_t)n > TEXT_MAX)
		cover_xml_stop(&d->x, "a text that is too long");
	else
		buf_add(&d->text, text, (size_t)n);
}

/* the parameters are expat's; NOLINTNEXTLINE(readability-function-size) */
static void on_entity(void *data, const XML_Char *name, int is_parameter, const XML_Char *value,
		      int value_length, const XML_Char *base, const XML_Char *system_id,
		      const XML_Char *public_id, const XML_Char *notation)
{
	struct document *d = data;
	(void)name, (void)is_parameter, (void)value, (void)value_length;
	(void)base, (void)system_id, (void)public_id, (void)notation;
	cover_xml_stop(&d->x, "entities may not be declared");
}

static int parse(struct document *d, struct str bytes, const char *path, struct err *e)
{
	XML_Parser parser = d->x.parser;
	bool last;
	do {
		struct str piece = str_cut(bytes, 0, PIECE);
		bytes = str_cut(bytes, piece.n, bytes.n);
		last = bytes.n == 0;
		if (XML_Parse(parser, piece.at ? piece.at : "", (int)piece.n, last) != XML_STATUS_OK)
			return err_format(e, "cannot read '%s': line %llu, column %llu: %s", path,
					  (unsigned long long)XML_GetCurrentLineNumber(parser),
					  (unsigned long long)XML_GetCurrentColumnNumber(parser) + 1,
					  d->x.error ? d->x.error
						     : XML_ErrorString(XML_GetErrorCode(parser)));
	} while (!last);
	return 0;
}

int cover_xml_read(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	static const XML_Memory_Handling_Suite memory = {mem_alloc, mem_resize, mem_free};
	struct document *d = arena_new(&r->scratch, struct document);
	XML_Parser parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	d->x = (struct cover_xml){
	    .r = r, .t = r->tell, .arena = &r->scratch, .parser = parser, .state = d->state};
	XML_SetUserData(parser, d);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetEntityDeclHandler(parser, on_entity);
	int fault = parse(d, bytes, path, e);
	XML_ParserFree(parser);
	buf_free(&d->text);
	tell_drop(d->x.t);
	return fault;
}
