/*
 * cover_in/cover_xml.h - what the two readers of XML share; for cover_xml.c and them.
 */
#pragma once
#include "cover_in/cover_tell.h"

enum { COVER_XML_DEPTH = 64 };

struct cover_xml;

/* What one kind of document does with elements. Attributes live for the call. */
struct cover_dialect {
	const char *root; /* its root element */
	void (*start)(struct cover_xml *x, const char *name, const char **attributes);
	void (*end)(struct cover_xml *x, const char *name);
};

struct cover_xml {
	struct cover_read *r;
	struct cover_tell *t;
	struct arena *arena; /* lives as long as the document is read */
	void *parser;
	const struct cover_dialect *dialect;
	void *state;       /* the dialect's own: zeroed memory, COVER_XML_STATE bytes */
	const char *error; /* why we stopped, where it was not expat */
	struct str text;   /* inside an element that wants it; see cover_xml_want_text */
	bool want_text;
};

enum { COVER_XML_STATE = 512 };

extern const struct cover_dialect cover_cobertura, cover_jacoco;

/* Ends the reading; the first reason stays. A constant. */
void cover_xml_stop(struct cover_xml *x, const char *error);
/* From here on, until cover_xml_text takes it, character data is gathered. */
void cover_xml_want_text(struct cover_xml *x);
/* What was gathered, without blanks around it; lives as long as the document is read. */
struct str cover_xml_text(struct cover_xml *x);
/* The value of an attribute; at == NULL when there is none. */
struct str cover_xml_attribute(const char **attributes, const char *name);
/* A whole number; stops the reading with error when there is none. */
int64_t cover_xml_number(struct cover_xml *x, const char **attributes, const char *name, const char *error);
