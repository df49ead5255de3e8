#include "config/config_knobs.h"

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
    {.flag = "profile",
     .env = "FETTLE_PROFILE",
     .arg = "NAME",
     .help =
	 "Lay the profile NAME of the file over its other sections. Without it: 'ci' where CI is true and the file "
	 "has one.",
     .group = show,
     .offset = AT(profile),
     .type = KNOB_TEXT},
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
    {.flag = "config",
     .env = "FETTLE_CONFIG",
     .env_too = "PERF_CONFIG_FILE",
     .arg = "FILE",
     .help = "Read FILE instead of fettle.yaml in the current directory.",
     .group = both,
     .offset = AT(config),
     .type = KNOB_TEXT},
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
