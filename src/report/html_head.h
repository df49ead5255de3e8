/*
 * report/html_head.h - how a page begins that needs nothing beside itself.
 */
#pragma once
#include <stddef.h>

#include "report/out.h"

/* A style or a script that stands in the page. */
struct html_asset {
	const unsigned char *at;
	size_t bytes;
};

/*
 * From the doctype to "<title>". The page's policy lets in those styles and scripts alone, known by their
 * hashes; either may be none.
 */
void html_head(struct out *o, const struct html_asset *styles, size_t n_styles,
	       const struct html_asset *scripts, size_t n_scripts);
