#include <stdio.h>
#include <string.h>

#include "cover_out/report_cover.h"

/* White text stays readable on each. */
static const char *colour_of(double percent)
{
	static const struct {
		double from;
		const char *colour;
	} steps[] = {{100, "#2c6e49"}, {90, "#3a7d44"}, {75, "#6b7a1e"}, {60, "#9a6700"}, {40, "#b4541a"}};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (percent >= steps[i].from)
			return steps[i].colour;
	return "#b3261e";
}

void report_cover_badge(const struct cover *c, struct out *o, unsigned precision)
{
	char text[COVER_PERCENT_BYTES];
	double percent = cover_percent(&c->sum);
	(void)cover_percent_text(text, percent, precision);
	enum { LABEL = 61, DIGIT = 7 };
	unsigned value = DIGIT * (unsigned)strlen(text) + 23, width = LABEL + value;
	out_printf(o,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"20\" role=\"img\" "
		   "aria-label=\"coverage: %s%%\">\n  <title>coverage: %s%%</title>\n",
		   width, text, text);
	out_printf(o, "  <clipPath id=\"r\"><rect width=\"%u\" height=\"20\" rx=\"3\"/></clipPath>\n", width);
	out_printf(o,
		   "  <g clip-path=\"url(#r)\">\n    <rect width=\"%d\" height=\"20\" fill=\"#4a4f57\"/>\n"
		   "    <rect x=\"%d\" width=\"%u\" height=\"20\" fill=\"%s\"/>\n  </g>\n",
		   LABEL, LABEL, value, colour_of(percent));
	out_printf(
	    o,
	    "  <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana, DejaVu Sans, sans-serif\" "
	    "font-size=\"11\">\n    <text x=\"%d\" y=\"14\" textLength=\"49\">coverage</text>\n"
	    "    <text x=\"%u\" y=\"14\">%s%%</text>\n  </g>\n</svg>\n",
	    LABEL / 2, LABEL + value / 2, text);
}
