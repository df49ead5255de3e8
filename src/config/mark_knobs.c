#include "config/mark_knobs.h"

static const char what[] = "Options";

static const struct knob mark_rows[] = {
    {.flag = "name",
     .short_flag = 'n',
     .arg = "NAME",
     .help =
	 "What the phase of a COMMAND is called. Without it: as the program, without its folder and arguments.",
     .group = what,
     .offset = offsetof(struct mark_options, name),
     .type = KNOB_TEXT},
    {.flag = "kind",
     .short_flag = 'k',
     .arg = "KIND",
     .choices = "phase|test|container",
     .otherwise = "phase",
     .help = "What begins or ends: a part of the work, a scenario, or a service that is started.",
     .group = what,
     .offset = offsetof(struct mark_options, kind),
     .type = KNOB_CHOICE},
    {.flag = "status",
     .arg = "STATUS",
     .choices = "passed|failed|skipped|error",
     .otherwise = "passed",
     .help = "How what ends with 'end' went; it does not change the verdict of the run.",
     .group = what,
     .offset = offsetof(struct mark_options, status),
     .type = KNOB_CHOICE},
};

const struct knob_table mark_table = {
    .command = "mark",
    .brief = "say from within a test what goes on",
    .operands = "begin|end|ready|value|count NAME [NUMBER] | -- COMMAND [ARG...]",
    .about =
	"Inside of fettle run: begin and end make a phase; ready says that a container serves (1) or never will (0); "
	"value keeps a NUMBER as it is, count adds it up (1 without it); behind -- a COMMAND is run and is a phase "
	"itself: its input, output, signals and exit code are its own. Outside of fettle run nothing is said, "
	"and a COMMAND is just run. No file is read.",
    .rows = mark_rows,
    .n_rows = sizeof(mark_rows) / sizeof(mark_rows[0]),
    .options_bytes = sizeof(struct mark_options),
};
