#include "config/cover_knobs.h"

#include "config/common_knobs.h"

#define AT(field)   offsetof(struct cover_options, field)
#define WISH(field) offsetof(struct cover_options, wishes.field)

static const char what[] = "What is counted";
static const char where[] = "Where it goes";

static const struct knob rows[] = {
    COVER_ROWS("", what, WISH),
    {.flag = "base",
     .arg = "COMMIT",
     .help = "The same as --diff-base, for 'fettle cover diff'.",
     .group = what,
     .offset = AT(base),
     .type = KNOB_TEXT},
    {.flag = "root",
     .yaml = "root",
     .arg = "DIR",
     .help = "The folder that relative names start from, and that names in reports are relative to. Without "
	     "it: the current one.",
     .group = where,
     .offset = AT(root),
     .type = KNOB_TEXT},
    {.flag = "python",
     .yaml = "python",
     .arg = "VERSION",
     .choices = "auto|3.9|3.10|3.11|3.12|3.13|3.14",
     .otherwise = "auto",
     .help =
	 "The Python that ran, where files hold only what ran (.coverage, slipcover): from 3.14 on annotations of a "
	 "class are no statements, and less is dead code. 'auto' takes them for 3.13.",
     .group = what,
     .offset = AT(python),
     .type = KNOB_CHOICE},
    {.flag = "output",
     .short_flag = 'o',
     .arg = "PATH",
     .help = "The folder for the reports (without it: only 'term' is written, to standard output); of "
	     "'merge' the file, whose name tells its format: .lcov, .info, .json, .xml or .coverage.",
     .group = where,
     .offset = AT(output),
     .type = KNOB_TEXT},
    {.flag = "quiet",
     .short_flag = 'q',
     .help = "No table; only what went wrong.",
     .group = where,
     .offset = AT(quiet),
     .type = KNOB_BOOL},
    KNOB_COLOR("Colours in the table", where, AT(color)),
    KNOB_CONFIG(where, AT(fettle_config)),
    KNOB_PROFILE(where, AT(profile)),
};

const struct knob_table cover_table = {
    .command = "cover",
    .brief = "merge coverage that any tool wrote, report it, and hold it to bounds",
    .operands = "report|merge|diff FILE...",
    .about =
	"Reads what others wrote, told apart by content: coverage.py's .coverage and JSON, slipcover, LCOV, Cobertura, "
	"gcov (.gcda and .gcno, or JSON), Go profiles and GOCOVERDIR, Istanbul, JaCoCo, llvm-cov export. A folder gives "
	"the coverage files in it. 'report' writes reports, 'merge' one file, 'diff' tells how much of what "
	"changed since --base ran.",
    .rows = rows,
    .n_rows = sizeof(rows) / sizeof(rows[0]),
    .options_bytes = sizeof(struct cover_options),
};
