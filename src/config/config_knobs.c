#include "config/config_knobs.h"

#include "config/common_knobs.h"

#define AT(field) offsetof(struct config_options, field)

static const char show[] = "Of show";
static const char init[] = "Of init";
static const char both[] = "Which file";

static const struct knob rows[] = {
    {.flag = "origin",
     .help =
	 "Tell behind each value where it comes from: an option, a variable, a line of the file, or the default.",
     .group = show,
     .offset = AT(origin),
     .type = KNOB_BOOL},
    {.flag = "short",
     .help = "Show the short form of benches.",
     .group = show,
     .offset = AT(is_short),
     .type = KNOB_BOOL},
    KNOB_PROFILE(show, AT(profile)),
    {.flag = "output",
     .short_flag = 'o',
     .arg = "FILE",
     .help = "Write to FILE; - is standard output. Without it: fettle.yaml.",
     .group = init,
     .offset = AT(output),
     .type = KNOB_TEXT},
    {.flag = "force",
     .help = "Write over a file that is there.",
     .group = init,
     .offset = AT(force),
     .type = KNOB_BOOL},
    KNOB_CONFIG(both, AT(config)),
};

const struct knob_table config_table = {
    .command = "config",
    .brief = "show, check and begin fettle.yaml, and its schema for editors",
    .operands = "show|init|check|schema [ARG...]",
    .about =
	"'show' prints every value in force; 'show COMMAND [OPTION...]' those of one command, with its options. 'init' "
	"begins a commented file. 'check [FILE...]' tells everything that is wrong in FILE, each with its line, and exits "
	"with 2. 'schema' prints a JSON Schema.",
    .rows = rows,
    .n_rows = sizeof(rows) / sizeof(rows[0]),
    .options_bytes = sizeof(struct config_options),
    .stops = true,
};
