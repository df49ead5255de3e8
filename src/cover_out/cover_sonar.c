#include "base/buf.h"
#include "base/digits.h"
#include "cover_out/cover_order.h"

static void put_line(struct out *o, const struct cover_line *l, bool branch)
{
	char text[4 * DIGITS_BYTES + 128];
	char *at = digits_put(digits_text(text, "    <lineToCover lineNumber=\""), l->number);
	at = l->hits ? digits_text(at, "\" covered=\"true\"") : digits_text(at, "\" covered=\"false\"");
	if (branch && l->n_branches) {
		at = digits_put(digits_text(at, " branchesToCover=\""), l->n_branches);
		at = digits_put(digits_text(at, "\" coveredBranches=\""), l->n_taken);
		*at++ = '"';
	}
	at = digits_text(at, "/>\n");
	out_add(o, text, (size_t)(at - text));
}

void report_cover_sonar(const struct cover *c, struct out *o)
{
	out_text(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage version=\"1\">\n");
	for (uint32_t i = 0; i < c->n_files; i++) {
		const struct cover_file *f = &c->files[i];
		out_text(o, "  <file path=\"");
		out_xml_attribute(o, f->path);
		out_text(o, "\">\n");
		for (uint32_t k = 0; k < f->n_lines; k++)
			if (!(f->lines[k].flags & COVER_EXCLUDED))
				put_line(o, &f->lines[k], c->branch);
		out_text(o, "  </file>\n");
	}
	out_text(o, "</coverage>\n");
}
