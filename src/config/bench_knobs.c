#include "config/bench_knobs.h"

#include "config/common_knobs.h"

static const char what[] = "What is run", often[] = "How often", judge[] = "What counts",
		  told[] = "What is told";

/* Rows of struct exec_wishes; at(field) is the offset of one of its fields. */
#define EXEC_WHAT(at)                                                                                        \
	{.flag = "shell",                                                                                    \
	 .yaml = "shell",                                                                                    \
	 .help = "Run the commands by '/bin/sh -c'. The shell's own time is then in every figure, and the "  \
		 "report says so; nothing is ever subtracted.",                                              \
	 .group = what,                                                                                      \
	 .offset = at(shell),                                                                                \
	 .type = KNOB_BOOL},                                                                                 \
	    {.flag = "setup",                                                                                \
	     .arg = "TEXT",                                                                                  \
	     .help = "Run TEXT by a shell, once, before everything else. It is not timed, as those below.",  \
	     .group = what,                                                                                  \
	     .offset = at(setup),                                                                            \
	     .type = KNOB_TEXT},                                                                             \
	    {.flag = "prepare",                                                                              \
	     .arg = "TEXT",                                                                                  \
	     .help = "Run TEXT by a shell before every single run.",                                         \
	     .group = what,                                                                                  \
	     .offset = at(prepare),                                                                          \
	     .type = KNOB_TEXT},                                                                             \
	    {.flag = "conclude",                                                                             \
	     .arg = "TEXT",                                                                                  \
	     .help = "Run TEXT by a shell after every single run.",                                          \
	     .group = what,                                                                                  \
	     .offset = at(conclude),                                                                         \
	     .type = KNOB_TEXT},                                                                             \
	    {.flag = "cleanup",                                                                              \
	     .arg = "TEXT",                                                                                  \
	     .help = "Run TEXT by a shell, once, at the end.",                                               \
	     .group = what,                                                                                  \
	     .offset = at(cleanup),                                                                          \
	     .type = KNOB_TEXT},                                                                             \
	    {.flag = "input",                                                                                \
	     .arg = "FILE",                                                                                  \
	     .help = "What the commands read on standard input. Without it: nothing.",                       \
	     .group = what,                                                                                  \
	     .offset = at(input),                                                                            \
	     .type = KNOB_TEXT},                                                                             \
	    {.flag = "command-output",                                                                       \
	     .arg = "WHERE",                                                                                 \
	     .choices = "null|pipe|show",                                                                    \
	     .otherwise = "null",                                                                            \
	     .help = "Where the commands' output goes: to /dev/null, into a pipe that is drained, or to "    \
		     "standard error.",                                                                      \
	     .group = what,                                                                                  \
	     .offset = at(command_output),                                                                   \
	     .type = KNOB_CHOICE},                                                                           \
	    {.flag = "success-codes",                                                                        \
	     .arg = "CODE",                                                                                  \
	     .help = "Exit codes of good runs, such as 0,1. Without it: 0. A run that ends otherwise is a "  \
		     "failure: it is counted, and in no figure.",                                            \
	     .group = what,                                                                                  \
	     .offset = at(success_codes),                                                                    \
	     .type = KNOB_LIST},                                                                             \
	{                                                                                                    \
		.flag = "counters", .yaml = "counters", .otherwise = "true",                                 \
		.help = "Leave the processor's counters alone. They are read where there are any.",          \
		.group = what, .offset = at(counters), .type = KNOB_BOOL                                     \
	}

#define EXEC_OFTEN(at)                                                                                       \
	{.flag = "warmup",                                                                                   \
	 .yaml = "warmup",                                                                                   \
	 .arg = "N",                                                                                         \
	 .otherwise = "3",                                                                                   \
	 .help = "Run each command N times before it is measured.",                                          \
	 .group = often,                                                                                     \
	 .offset = at(warmup),                                                                               \
	 .max = 1000000,                                                                                     \
	 .type = KNOB_INT},                                                                                  \
	    {.flag = "timeout",                                                                              \
	     .yaml = "timeout",                                                                              \
	     .arg = "TIME",                                                                                  \
	     .otherwise = "5m",                                                                              \
	     .help = "End a run that takes longer, with all of its process group: by TERM, and by KILL a "   \
		     "second later. It is a failure. 0: no limit.",                                          \
	     .group = often,                                                                                 \
	     .offset = at(timeout_ns),                                                                       \
	     .type = KNOB_DURATION},                                                                         \
	{                                                                                                    \
		.flag = "seed", .arg = "N",                                                                  \
		.help =                                                                                      \
		    "The seed of the order of the runs, for the same order again. Without it, or 0: one by " \
		    "the clock. The record names it.",                                                       \
		.group = often, .offset = at(seed), .type = KNOB_INT                                         \
	}

#define EXEC_TOLD(at, where)                                                                                 \
	{.flag = "output",                                                                                   \
	 .short_flag = 'o',                                                                                  \
	 .arg = "DIR",                                                                                       \
	 .otherwise = ".fettle/bench",                                                                       \
	 .help = (where),                                                                                    \
	 .group = told,                                                                                      \
	 .offset = at(output),                                                                               \
	 .type = KNOB_TEXT},                                                                                 \
	    {.flag = "quiet",                                                                                \
	     .short_flag = 'q',                                                                              \
	     .help = "No progress and no notes on standard error.",                                          \
	     .group = told,                                                                                  \
	     .offset = at(quiet),                                                                            \
	     .type = KNOB_BOOL},                                                                             \
	    KNOB_COLOR("Colours in the text report", told, at(color)), KNOB_CONFIG(told, at(config))

#define OF_BENCH(field)   offsetof(struct bench_options, exec.field)
#define OF_COMPARE(field) offsetof(struct compare_options, exec.field)

#define SUITE_FILES                                                                                          \
	"Write the record to DIR/bench.json; of benches of fettle.yaml also bench.html and junit.xml."
#define SUITE_PROFILE KNOB_PROFILE(told, offsetof(struct bench_options, profile))

static const struct knob bench_rows[] = {
    {.flag = "name",
     .short_flag = 'n',
     .arg = "NAME",
     .help =
	 "What a command is called in reports and comparisons; the first name is that of the first command, and so "
	 "on. Without it: the command itself.",
     .group = what,
     .offset = offsetof(struct bench_options, names),
     .type = KNOB_LIST},
    {.flag = "command",
     .short_flag = 'c',
     .arg = "TEXT",
     .help = "One more command, as one text: taken apart at blanks and quotes as a shell does.",
     .group = what,
     .offset = offsetof(struct bench_options, commands),
     .type = KNOB_LIST},
    {.flag = "param",
     .short_flag = 'p',
     .arg = "NAME=VALUES",
     .help =
	 "Run every command once for each value, which takes the place of {NAME} in it and in the texts for a "
	 "shell: 'size=1,10,100', or 'n=1..8'. Several make a matrix.",
     .group = what,
     .offset = offsetof(struct bench_options, params),
     .type = KNOB_PAIRS},
    EXEC_WHAT(OF_BENCH),
    {.flag = "rounds",
     .short_flag = 'r',
     .yaml = "rounds",
     .arg = "N",
     .help =
	 "Run every command N times, in turn. Without it, or 0: as often as fits into --time, at least 10 times.",
     .group = often,
     .offset = OF_BENCH(rounds),
     .max = 1000000,
     .type = KNOB_INT},
    {.flag = "runs-per-round",
     .arg = "N",
     .otherwise = "1",
     .help = "Runs of each command in a round.",
     .group = often,
     .offset = OF_BENCH(per_round),
     .min = 1,
     .max = 1000,
     .type = KNOB_INT},
    {.flag = "time",
     .yaml = "time",
     .arg = "TIME",
     .otherwise = "3s",
     .help = "How long each command is measured where no number of rounds is given.",
     .group = often,
     .offset = OF_BENCH(time_ns),
     .type = KNOB_DURATION},
    EXEC_OFTEN(OF_BENCH),
    {.flag = "short",
     .help = "The quick form of the benches of fettle.yaml: one round of warm-up, and at most short-rounds.",
     .group = often,
     .offset = offsetof(struct bench_options, is_short),
     .type = KNOB_BOOL},
    {.flag = "list",
     .help = "Print the names of the benches and measure nothing.",
     .group = told,
     .offset = offsetof(struct bench_options, list),
     .type = KNOB_BOOL},
    {.flag = "format",
     .short_flag = 'f',
     .yaml = "format",
     .arg = "NAME",
     .choices = "text|json|csv|markdown|junit|hyperfine|go|openmetrics|bencher|html|brief",
     .otherwise = "text",
     .help =
	 "What is printed. 'hyperfine' is JSON as hyperfine exports it (of what has wall time), 'go' what benchstat "
	 "reads, 'bencher' Bencher's metric format, 'html' one page for a browser.",
     .group = told,
     .offset = offsetof(struct bench_options, format),
     .type = KNOB_CHOICE},
    EXEC_TOLD(OF_BENCH, SUITE_FILES),
    {.flag = "history",
     .yaml = "history",
     .env = "FETTLE_HISTORY",
     .otherwise = "true",
     .help = "Keep what was measured out of the history.",
     .group = told,
     .offset = offsetof(struct bench_options, history),
     .type = KNOB_BOOL},
    SUITE_PROFILE,
};

/* What only means something for a command of the command line; and only for benches of the file. */
#define OF(field) offsetof(struct bench_options, field)
static const size_t of_exec[] = {OF(names),          OF(commands),           OF(params),
				 OF(exec.shell),     OF(exec.input),         OF(exec.command_output),
				 OF(exec.setup),     OF(exec.prepare),       OF(exec.conclude),
				 OF(exec.cleanup),   OF(exec.success_codes), OF(exec.warmup),
				 OF(exec.per_round), OF(exec.timeout_ns),    OF(exec.counters)};
static const size_t of_suite[] = {OF(is_short), OF(list), OF(profile)};

const char *bench_misplaced(const struct knob_values *v, bool is_exec)
{
	const size_t *fields = is_exec ? of_suite : of_exec;
	size_t n = is_exec ? sizeof(of_suite) / sizeof(*of_suite) : sizeof(of_exec) / sizeof(*of_exec);
	for (size_t i = 0; i < v->table->n_rows; i++)
		for (size_t k = 0; k < n && v->origins[i] == ORIGIN_FLAG; k++)
			if (v->table->rows[i].offset == fields[k])
				return v->table->rows[i].flag;
	return NULL;
}

#define BENCH_TABLE                                                                                          \
	.command = "bench", .brief = "measure what fettle.yaml names, or commands", .rows = bench_rows,      \
	.n_rows = sizeof(bench_rows) / sizeof(bench_rows[0]), .options_bytes = sizeof(struct bench_options)

const struct knob_table bench_suite_table = {BENCH_TABLE, .operands = "[NAME...]"};

const struct knob_table bench_table = {
    BENCH_TABLE,
    .operands = "[NAME...] | exec [--] COMMAND [ARG...] [--- COMMAND [ARG...]]...",
    .about =
	"Measures the benches of fettle.yaml, all or those named, and tells which targets were met. With 'exec', "
	"runs commands many times and tells wall, CPU and peak memory of a run. A command is started directly, "
	"without a shell. Several commands, parted by '---', are run in turn, in an order that lets no drift of the "
	"machine favour one of them.",
    .stops = true,
};

static const struct knob check_rows[] = {
    {.flag = "rounds",
     .short_flag = 'r',
     .arg = "N",
     .help = "Rounds of every bench. Without it: those of its short form.",
     .group = often,
     .offset = OF_BENCH(rounds),
     .max = 1000000,
     .type = KNOB_INT},
    {.flag = "format",
     .short_flag = 'f',
     .arg = "NAME",
     .choices = "text|json|csv|markdown|junit|hyperfine|go|openmetrics|bencher|html|brief",
     .otherwise = "brief",
     .help =
	 "What is printed; 'brief' is a line for each bench and each target, the others as of 'fettle bench'.",
     .group = told,
     .offset = offsetof(struct bench_options, format),
     .type = KNOB_CHOICE},
    EXEC_TOLD(OF_BENCH, SUITE_FILES),
    SUITE_PROFILE,
};

const struct knob_table check_table = {
    .command = "check",
    .brief = "the quick form of bench: which targets are met",
    .operands = "[NAME...]",
    .about =
	"Measures the benches of fettle.yaml in their short form, and tells in a line each what came of them and of "
	"their targets. Exits with 1 where a target is missed or something does not work.",
    .rows = check_rows,
    .n_rows = sizeof(check_rows) / sizeof(check_rows[0]),
    .options_bytes = sizeof(struct bench_options),
};

static const struct knob compare_rows[] = {
    {.flag = "against",
     .short_flag = 'a',
     .arg = "TEXT",
     .help =
	 "What to compare with: a command, taken apart at blanks and quotes as a shell does; a commit (a name that "
	 "git knows and no program has, or 'commit:NAME'), in whose tree the same command is run; or, of a URL, "
	 "another URL.",
     .group = what,
     .offset = offsetof(struct compare_options, against),
     .type = KNOB_TEXT},
    {.flag = "build",
     .yaml = "build",
     .arg = "TEXT",
     .help =
	 "Run TEXT by a shell in the tree of the commit and in the present one, once, before they are compared.",
     .group = what,
     .offset = offsetof(struct compare_options, build),
     .type = KNOB_TEXT},
    EXEC_WHAT(OF_COMPARE),
    {.flag = "rounds",
     .short_flag = 'r',
     .yaml = "rounds",
     .arg = "N",
     .help = "Look at the figures after N rounds. Without it, or 0: after 10, 20 and 40.",
     .group = often,
     .offset = OF_COMPARE(rounds),
     .max = 100000,
     .type = KNOB_INT},
    {.flag = "max-rounds",
     .yaml = "max-rounds",
     .arg = "N",
     .help =
	 "While the answer is inconclusive, double the rounds, up to N. Without it, or 0: up to four times the "
	 "rounds, or 160.",
     .group = often,
     .offset = offsetof(struct compare_options, max_rounds),
     .max = 100000,
     .type = KNOB_INT},
    {.flag = "time",
     .yaml = "time",
     .arg = "TIME",
     .otherwise = "60s",
     .help = "Add no rounds that are not done by then.",
     .group = often,
     .offset = OF_COMPARE(time_ns),
     .type = KNOB_DURATION},
    {.flag = "runs-per-round",
     .arg = "N",
     .help =
	 "Runs of each command in a round, whose median is the round's figure. Without it, or 0: as many as take "
	 "8 ms, at most 24.",
     .group = often,
     .offset = OF_COMPARE(per_round),
     .max = 1000,
     .type = KNOB_INT},
    EXEC_OFTEN(OF_COMPARE),
    {.flag = "metric",
     .short_flag = 'm',
     .yaml = "metric",
     .arg = "METRIC",
     .help =
	 "What may regress: cpu, wall, user, system, peak_rss, instructions ... Without it: cpu, wall, peak_rss, "
	 "and instructions where they can be counted. Others are shown.",
     .group = judge,
     .offset = offsetof(struct compare_options, metrics),
     .type = KNOB_LIST},
    {.flag = "min-effect",
     .yaml = "min-effect",
     .arg = "METRIC=PERCENT",
     .help = "Less than PERCENT more is no regression. Without it: 2 for cpu, 5 for wall and peak_rss, 1 for "
	     "instructions, 10 for times against a stored baseline.",
     .group = judge,
     .offset = offsetof(struct compare_options, min_effect),
     .type = KNOB_PAIRS},
    {.flag = "fail-inconclusive",
     .yaml = "fail-inconclusive",
     .help = "Exit with 1 also where nobody can tell.",
     .group = judge,
     .offset = offsetof(struct compare_options, fail_inconclusive),
     .type = KNOB_BOOL},
    {.flag = "format",
     .short_flag = 'f',
     .yaml = "format",
     .arg = "NAME",
     .choices = "text|json|markdown",
     .otherwise = "text",
     .help = "What is printed.",
     .group = told,
     .offset = offsetof(struct compare_options, format),
     .type = KNOB_CHOICE},
    EXEC_TOLD(OF_COMPARE, "Write the record to DIR/bench.json."),
};

const struct knob_table compare_table = {
    .command = "compare",
    .brief = "tell what got slower",
    .operands = "[--against TEXT [--] COMMAND [ARG...] | [BASE [NEW]]]",
    .about =
	"With --against, runs two commands in turn and compares round by round. With two folders, compares what is in "
	"them: bench.json of two `fettle bench`, or the records of two `fettle run`. BASE and NEW may be names of "
	"baselines; without BASE it is the one in use, without NEW the last result. Exits with 1 only when something "
	"regressed.",
    .rows = compare_rows,
    .n_rows = sizeof(compare_rows) / sizeof(compare_rows[0]),
    .options_bytes = sizeof(struct compare_options),
    .stops = true,
};
