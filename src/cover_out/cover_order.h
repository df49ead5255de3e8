/*
 * cover_out/cover_order.h - in what order reports of coverage tell files, and words that several of them use.
 */
#pragma once
#include "cover_out/report_cover.h"

/* As coverage.py sorts names: runs of digits count as numbers. */
int human_compare(struct str a, struct str b);

/* Index of the first line of f with this number or a higher one. */
uint32_t cover_line_from(const struct cover_file *f, uint32_t number);

/* The name behind the last '/', and what stands before that '/' (empty: none). */
struct str path_base(struct str path);
struct str path_folder(struct str path);

/*
 * What way `b` of a Python line does, in coverage.py's words: "jump to line 12", "return from function 'f'",
 * "exit the module". Put through `door`, which takes any bytes.
 */
void cover_way(struct out *o, const struct cover_file *f, const struct cover_branch *b,
	       void (*door)(struct out *o, struct str s));

/* What a person should know about a file; NULL: nothing. */
const char *cover_fault_text(enum cover_fault fault);
