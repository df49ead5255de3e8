#include "config/keep_knobs.h"

#define AT(field) offsetof(struct baseline_options, field)

static const char save[] = "Of save", list[] = "Of list", which[] = "What goes", how[] = "How";

static const struct knob baseline_rows[] = {
    {.flag = "from",
     .arg = "DIR",
     .help =
	 "Save what is in DIR: bench.json of a bench, events.jsonl of a run, or both. Without it: the last results below "
	 ".fettle.",
     .group = save,
     .offset = AT(from),
     .type = KNOB_TEXT},
    {.flag = "force",
     .help = "Replace a baseline of that name.",
     .group = save,
     .offset = AT(force),
     .type = KNOB_BOOL},
    {.flag = "use",
     .help = "Use it from now on, as 'use' does.",
     .group = save,
     .offset = AT(use),
     .type = KNOB_BOOL},
    {.flag = "format",
     .short_flag = 'f',
     .arg = "NAME",
     .choices = "text|json",
     .otherwise = "text",
     .help = "How to print it.",
     .group = list,
     .offset = AT(format),
     .type = KNOB_CHOICE},
};

const struct knob_table baseline_table = {
    .command = "baseline",
    .brief = "keep results by name, to compare with",
    .operands = "save|list|use|remove [NAME]",
    .about =
	"'save NAME' keeps a copy of the last bench and of the last run below .fettle/baselines. 'use NAME' makes it what "
	"fettle compare takes as BASE where none is given. 'list' tells what there is. No file is read.",
    .rows = baseline_rows,
    .n_rows = sizeof(baseline_rows) / sizeof(baseline_rows[0]),
    .options_bytes = sizeof(struct baseline_options),
};

#undef AT
#define AT(field) offsetof(struct clean_options, field)

static const struct knob clean_rows[] = {
    {.flag = "older-than",
     .arg = "AGE",
     .help = "Remove results that are older than AGE, such as 30d or 12h.",
     .group = which,
     .offset = AT(older_than_ns),
     .type = KNOB_DURATION},
    {.flag = "keep",
     .arg = "N",
     .help = "Remove all but the newest N of each kind; with --older-than only of what is that old.",
     .group = which,
     .offset = AT(keep),
     .max = 1000000,
     .type = KNOB_INT},
    {.flag = "baselines",
     .help = "Baselines, too, but not the one in use.",
     .group = which,
     .offset = AT(baselines),
     .type = KNOB_BOOL},
    {.flag = "history",
     .help = "The history, too, whatever its age.",
     .group = which,
     .offset = AT(history),
     .type = KNOB_BOOL},
    {.flag = "dry-run",
     .help = "Only tell what would be removed.",
     .group = how,
     .offset = AT(dry_run),
     .type = KNOB_BOOL},
    {.flag = "quiet",
     .short_flag = 'q',
     .help = "Tell only the sum.",
     .group = how,
     .offset = AT(quiet),
     .type = KNOB_BOOL},
};

const struct knob_table clean_table = {
    .command = "clean",
    .brief = "remove old results, and what crashed runs left behind",
    .operands = "",
    .about =
	"Removes what processes that are dead left in memory and in folders for temporary files; and, by age or number, "
	"the runs and benches below .fettle in the current directory. What a run that goes on needs stays, and so do "
	"the history and baselines unless they are named. No file is read.",
    .rows = clean_rows,
    .n_rows = sizeof(clean_rows) / sizeof(clean_rows[0]),
    .options_bytes = sizeof(struct clean_options),
};
