#include "report/report.h"

static void write_text(struct model *m, struct out *o)
{
	report_text(m, o, &report_text_file);
}

static void write_markdown(struct model *m, struct out *o)
{
	report_markdown(m, o, REPORT_MARKDOWN_BYTES);
}

const struct report_format report_formats[] = {
    {"text", "report.txt", write_text},
    {"json", "report.json", report_json},
    {"markdown", "report.md", write_markdown},
    {"junit", "junit.xml", report_junit},
    {0},
};
