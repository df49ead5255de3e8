#include "config/bench_items.h"

#include <string.h>

#include "base/regex.h"
#include "base/str.h"
#include "config/bound_text.h"

#define AT(field) offsetof(struct bench_item, field)
/* A key of an item is no flag; the row has the name in both places, as messages and documents ask for either.
 */
#define KEY(name) .flag = (name), .yaml = (name)

static const char methods[] = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS";

static const char what[] = "What is measured";
static const char often[] = "How often, how long";
static const char around[] = "Around it";
static const char varied[] = "What is varied";
static const char wanted[] = "What it must reach";

static int check_url(struct str text, struct err *e)
{
	static const char *const schemes[] = {"http://", "https://", "unix:"};
	for (size_t i = 0; i < 3; i++)
		if (str_starts(text, schemes[i]) && text.n > strlen(schemes[i]))
			return 0;
	return err_usage(e, "'%.*s' is no URL: http://HOST/..., https://HOST/... or unix:/SOCKET:/...",
			 STR_ARG(str_clip_utf8(text, 80)));
}

static int check_many(struct str text, struct err *e)
{
	int64_t n;
	if (str_int(text, &n) && n >= 1 && n <= 100000)
		return 0;
	return err_usage(e, "'%.*s' is not a whole number from 1 to 100000",
			 STR_ARG(str_clip_utf8(text, 80)));
}

static int check_object(struct str text, struct err *e)
{
	if (str_starts(text, "{") && str_ends(text, "}"))
		return 0;
	return err_usage(e, "the arguments of a tool are a mapping");
}

static int check_pattern(struct str pattern, struct err *e)
{
	struct regex *r;
	if (regex_compile(&pattern, 1, &r, e) < 0)
		return e->fault;
	regex_free(r);
	return 0;
}

/* "200", "2xx" */
static int check_check(struct str pair, struct err *e)
{
	size_t equals = str_find(pair, '=');
	struct str name = str_cut(pair, 0, equals), value = str_cut(pair, equals + 1, pair.n);
	int64_t n;
	bool numbered = str_is(name, "status") || str_is(name, "exit-code");
	bool family = str_is(name, "status") && value.n == 3 && str_ends(value, "xx") && value.at[0] >= '1' &&
		      value.at[0] <= '5';
	if (!value.n)
		return err_usage(e, "the value is empty");
	if (str_is(name, "matches"))
		return check_pattern(value, e);
	if (numbered && !family && !(str_int(value, &n) && n >= 0 && n <= 999))
		return err_usage(e, "'%.*s' is not a %s", STR_ARG(str_clip_utf8(value, 80)),
				 str_is(name, "status") ? "status such as 200 or 2xx" : "code from 0 to 255");
	return 0;
}

/* The kinds of which fettle does the operations. */
#define OPERATIONS "exec|http|mcp|container"

static const struct knob rows[] = {
    {KEY("name"), .arg = "NAME",
     .help = "What it is called in reports and on the command line; no two alike.", .group = what,
     .offset = AT(name), .type = KNOB_TEXT},
    {KEY("subject"), .arg = "KIND", .choices = "exec|http|mcp|container|import|c", .otherwise = "exec",
     .help =
	 "What kind of thing: a command, an HTTP endpoint, an MCP server, a container, results that another tool "
	 "measured, or a program with FETTLE_BENCH functions.",
     .group = what, .offset = AT(subject), .type = KNOB_CHOICE},
    {KEY("enabled"), .otherwise = "true", .help = "It is left out.", .group = what, .offset = AT(enabled),
     .type = KNOB_BOOL},
    {KEY("command"), .arg = "WORDS", .only = "exec|mcp|container|import",
     .help =
	 "The program and its arguments, started without a shell: one text, in which blanks part words and quotes "
	 "keep them, or a list. Of mcp: the server on stdio; of container: what runs inside; of import: what prints "
	 "the results.",
     .group = what, .offset = AT(command), .type = KNOB_WORDS},
    {KEY("shell"), .arg = "LINE", .only = "exec",
     .help = "A line for sh, instead of command. The shell's own time is part of the figure.", .group = what,
     .offset = AT(shell), .type = KNOB_TEXT},
    {KEY("input"), .arg = "FILE", .only = "exec|container",
     .help = "The file on the command's standard input. Without it: nothing.", .group = what,
     .offset = AT(input), .type = KNOB_TEXT},
    {KEY("input-bytes"), .arg = "SIZE", .only = "container",
     .help = "So many bytes of text that nothing compresses well on the command's standard input.",
     .group = what, .offset = AT(input_bytes), .min = 0, .max = 1 << 30, .type = KNOB_SIZE},
    {KEY("echoes"), .only = "container",
     .help = "A round is good only if the command's output is its input again, byte for byte.", .group = what,
     .offset = AT(echoes), .type = KNOB_BOOL},
    {KEY("url"), .arg = "http://127.0.0.1:8080/", .only = "http|mcp",
     .help = "Where the server is: http://, https:// or unix:/SOCKET:/PATH.", .group = what,
     .offset = AT(url), .check = check_url, .type = KNOB_TEXT},
    {KEY("method"), .arg = "METHOD", .only = "http", .choices = methods, .otherwise = "GET",
     .help = "The request's method.", .group = what, .offset = AT(method), .type = KNOB_CHOICE},
    {KEY("headers"), .arg = "NAME=VALUE", .only = "http|mcp",
     .help = "Headers of the request. Their values are never shown.", .group = what, .offset = AT(headers),
     .secret = true, .type = KNOB_PAIRS},
    {KEY("body"), .arg = "TEXT", .only = "http",
     .help = "The request's body: a text as it stands; a mapping or a list is sent as JSON.", .group = what,
     .offset = AT(body), .secret = true, .type = KNOB_TREE},
    {KEY("tool"), .arg = "NAME", .only = "mcp", .help = "The tool that is called. Without it: 'ping'.",
     .group = what, .offset = AT(tool), .type = KNOB_TEXT},
    {KEY("arguments"), .arg = "{}", .only = "mcp",
     .help = "A mapping: the tool's arguments. They are checked against the schema that the server gives.",
     .group = what, .offset = AT(arguments), .check = check_object, .secret = true, .type = KNOB_TREE},
    {KEY("image"), .arg = "IMAGE", .only = "container", .help = "The image. Without it: container_image.",
     .group = what, .offset = AT(image), .type = KNOB_TEXT},
    {KEY("engine"), .arg = "SOCKET", .only = "container",
     .help =
	 "The socket of the engine's API. Without it: DOCKER_HOST, else where docker and podman have theirs.",
     .group = what, .offset = AT(engine), .type = KNOB_TEXT},
    {KEY("network"), .arg = "MODE", .only = "container",
     .help = "The container's network. Without it: network_mode.", .group = what, .offset = AT(network),
     .type = KNOB_TEXT},
    {KEY("cpus"), .arg = "0.5", .only = "container",
     .help = "Cores that the container may use. Without it: default_cpu_limit.", .group = what,
     .offset = AT(cpus), .max = 4096, .type = KNOB_REAL},
    {KEY("memory"), .arg = "SIZE", .only = "container",
     .help = "Memory that the container may use. Without it: default_memory_limit.", .group = what,
     .offset = AT(memory_bytes), .type = KNOB_SIZE},
    {KEY("disk"), .arg = "SIZE", .only = "container",
     .help = "Disk that the container may use. Without it: default_disk_limit.", .group = what,
     .offset = AT(disk_bytes), .type = KNOB_SIZE},
    {KEY("ready"), .arg = "LINE", .only = "container",
     .help = "A line for sh inside the container that succeeds once it is ready.", .group = what,
     .offset = AT(ready), .type = KNOB_TEXT},
    {KEY("main"), .arg = "WORDS", .only = "container",
     .help =
	 "The container's own process. Without it: what the image names where 'ready' is given, else one that "
	 "only waits (sleep).",
     .group = what, .offset = AT(main), .type = KNOB_WORDS},
    {KEY("reuse"), .only = "container",
     .help =
	 "One container for all rounds, for each of those at once: only the command is measured in a round.",
     .group = what, .offset = AT(reuse), .type = KNOB_BOOL},
    {KEY("outside"), .only = "container",
     .help =
	 "The command also runs on this machine itself, not contained, behind each round: 'overhead' is how "
	 "much longer it takes inside.",
     .group = what, .offset = AT(outside), .type = KNOB_BOOL},
    {KEY("needs"), .arg = "PROGRAM", .only = "container",
     .help = "Left out, with a note, where the image does not have this program.", .group = what,
     .offset = AT(needs), .type = KNOB_TEXT},
    {KEY("pull"), .arg = "WHEN", .only = "container", .choices = "never|missing", .otherwise = "never",
     .help =
	 "Whether an image that is not there is fetched, before anything is measured; 'never' is an error then.",
     .group = what, .offset = AT(pull), .type = KNOB_CHOICE},
    {KEY("files"), .arg = "GLOB", .only = "import",
     .help = "Files of results: patterns with * ? [..] {a,b} and **, or the folder target/criterion. With a "
	     "command, that is run first and writes them.",
     .group = what, .offset = AT(files), .type = KNOB_LIST},
    {KEY("format"), .arg = "NAME", .only = "import",
     .choices = "auto|go|hyperfine|pytest-benchmark|criterion|google-benchmark", .otherwise = "auto",
     .help = "Whose results they are; 'auto' tells by content.", .group = what, .offset = AT(format),
     .type = KNOB_CHOICE},
    {KEY("program"), .arg = "FILE", .only = "c", .help = "The program that holds the FETTLE_BENCH functions.",
     .group = what, .offset = AT(program), .type = KNOB_TEXT},
    {KEY("filter"), .arg = "PATTERN", .only = "c|import", .help = "Only those whose name matches: * ? [..].",
     .group = what, .offset = AT(filter), .type = KNOB_TEXT},

    {KEY("warmup"), .arg = "N", .only = OPERATIONS "|c",
     .help =
	 "Rounds before the first that counts. Without it: benchmarks.warmup_iterations, else 3 of a command and 1 of "
	 "anything else.",
     .group = often, .offset = AT(warmup), .max = 1000000, .type = KNOB_INT},
    {KEY("rounds"), .arg = "N", .only = OPERATIONS "|c",
     .help =
	 "Rounds that count. Without it: benchmarks.iterations, else as many as the time of `fettle bench --time` has "
	 "room for and its targets need, at least 10.",
     .group = often, .offset = AT(rounds), .min = 1, .max = 10000000, .type = KNOB_INT},
    {KEY("short-rounds"), .arg = "N", .otherwise = "10", .only = OPERATIONS "|c",
     .help = "At most so many rounds with --short.", .group = often, .offset = AT(short_rounds), .min = 1,
     .max = 10000000, .type = KNOB_INT},
    {KEY("min-time"), .arg = "TIME", .only = OPERATIONS "|c",
     .help = "Go on until at least this much was measured.", .group = often, .offset = AT(min_time_ns),
     .max = 86400000000000, .type = KNOB_DURATION},
    {KEY("timeout"), .arg = "TIME", .otherwise = "30s",
     .help = "A round that takes longer is ended and has failed.", .group = often, .offset = AT(timeout_ns),
     .min = 1, .max = 86400000000000, .type = KNOB_DURATION},
    {KEY("concurrency"), .arg = "N", .only = OPERATIONS,
     .help = "How many at once; of a list each is measured.", .group = often, .offset = AT(concurrency),
     .check = check_many, .type = KNOB_LIST},

    {KEY("setup"), .arg = "LINE", .help = "Lines for sh before everything.", .group = around,
     .offset = AT(setup), .type = KNOB_LIST},
    {KEY("prepare"), .arg = "LINE", .only = OPERATIONS,
     .help = "Lines for sh before each round, not measured.", .group = around, .offset = AT(prepare),
     .type = KNOB_LIST},
    {KEY("conclude"), .arg = "LINE", .only = OPERATIONS,
     .help = "Lines for sh behind each round, not measured.", .group = around, .offset = AT(conclude),
     .type = KNOB_LIST},
    {KEY("teardown"), .arg = "LINE", .help = "Lines for sh behind everything, also where it failed.",
     .group = around, .offset = AT(teardown), .type = KNOB_LIST},
    {KEY("env"), .arg = "NAME=VALUE", .help = "Variables for what is measured. Their values are never shown.",
     .group = around, .offset = AT(env), .secret = true, .type = KNOB_PAIRS},
    {KEY("dir"), .arg = "DIR", .help = "The folder that commands start in. Without it: the current one.",
     .group = around, .offset = AT(dir), .type = KNOB_TEXT},

    {KEY("parameters"), .arg = "NAME=VALUE", .many = true, .only = OPERATIONS,
     .help =
	 "Values for {NAME} in command, shell, url, body and the lines around; each combination is measured.",
     .group = varied, .offset = AT(parameters), .type = KNOB_PAIRS},
    {KEY("variants"), .arg = "NAME=WHAT", .only = OPERATIONS "|c",
     .help =
	 "Measured in turn, interleaved, and compared with the first: what stands in place of the command, the url, "
	 "the image or the program.",
     .group = varied, .offset = AT(variants), .type = KNOB_PAIRS},

    {KEY("checks"), .arg = "NAME=VALUE", .names = "status|exit-code|contains|lacks|matches|header|json",
     .many = true, .only = OPERATIONS,
     .help =
	 "What makes a round good besides transport, status and protocol: 'status' (200, 2xx), 'exit-code', a text "
	 "that the output 'contains' or 'lacks', a regular expression that it 'matches', a 'header' (NAME: VALUE), "
	 "a value in 'json' (/pointer=value).",
     .group = wanted, .offset = AT(checks), .check = check_check, .type = KNOB_PAIRS},
    {KEY("targets"), .arg = "METRIC=BOUND", .many = true,
     .help =
	 "Bounds of its metrics, as 'wall: p95 < 20ms': min, mean, max or a percentile, then < <= > or >=, then a "
	 "number with its unit.",
     .group = wanted, .offset = AT(targets), .check = bound_check_pair, .type = KNOB_PAIRS},
};

const struct knob_table bench_item_table = {
    .command = "bench",
    .brief = "one bench: what is measured, how often, and what it must reach",
    .operands = "",
    .rows = rows,
    .n_rows = sizeof(rows) / sizeof(rows[0]),
    .options_bytes = sizeof(struct bench_item),
    .has_units = true,
};

static struct str nth_word(const char *choices, int n)
{
	struct str rest = str_of(choices), word = STR_NONE;
	while (n-- >= 0 && str_next(&rest, '|', &word))
		;
	return word;
}

struct str bench_kind_word(enum bench_kind subject)
{
	return nth_word("exec|http|mcp|container|import|c", (int)subject);
}

struct str bench_method_word(const struct bench_item *b)
{
	return nth_word(methods, b->method.is);
}

bool bench_has(enum bench_kind subject, const struct knob *row)
{
	return !row->only || str_among(bench_kind_word(subject), row->only);
}

static void complete_container(const struct bench_item *b, struct remarks *remarks)
{
	bool fed = b->input || b->input_bytes, runs = b->command.n;
	static const char *const keys[] = {"reuse", "outside", "input", "input-bytes", "echoes"};
	bool given[] = {b->reuse, b->outside, b->input != NULL, b->input_bytes > 0, b->echoes};
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (given[i] && !runs)
			remark(remarks, b->at, "'%s' needs a 'command'", keys[i]);
	if (b->input && b->input_bytes)
		remark(remarks, b->at, "either 'input' or 'input-bytes', not both");
	if (b->echoes && runs && !fed)
		remark(remarks, b->at, "'echoes' needs 'input' or 'input-bytes'");
}

static void complete_keys(const struct bench_item *b, struct remarks *remarks)
{
	for (size_t i = 0; i < bench_item_table.n_rows; i++) {
		const struct knob *k = &rows[i];
		if (b->values.origins[i] == ORIGIN_DEFAULT || bench_has((enum bench_kind)b->subject.is, k))
			continue;
		struct place at = {b->values.lines[i], 0, 0};
		struct str word = bench_kind_word((enum bench_kind)b->subject.is);
		at.column = b->at.column;
		remark(remarks, at.line ? at : b->at, "'%s' is no key of subject '%.*s' (it is one of %s)",
		       k->yaml, STR_ARG(word), k->only);
	}
}

/* Two of one kind would be two benchmarks of one name. */
static void complete_list(const struct bench_item *b, const char *key, const struct knob_list *list,
			  struct remarks *remarks)
{
	for (size_t i = 1; i < list->n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(list->at[i], list->at[k]) == 0) {
				remark(remarks, b->at, "'%s' has '%s' twice", key, list->at[i]);
				return;
			}
}

/* The key in whose place variants stand, where it was given all the same. */
static const char *what_variants_replace(const struct bench_item *b, enum bench_kind kind)
{
	bool runs = kind == BENCH_EXEC || kind == BENCH_MCP;
	const struct {
		const char *key;
		bool is_given;
	} keys[] = {{"command", runs && b->command.n > 0},
		    {"shell", runs && b->shell},
		    {"url", b->url},
		    {"image", b->image},
		    {"program", b->program}};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].is_given)
			return keys[i].key;
	return NULL;
}

void bench_complete(const struct bench_item *b, bool has_image, struct remarks *remarks)
{
	enum bench_kind kind = (enum bench_kind)b->subject.is;
	struct str word = bench_kind_word(kind);
	int commands = (b->command.n > 0) + (b->shell != NULL), n = 1;
	const char *replaced = b->variants.n ? what_variants_replace(b, kind) : NULL;
	const char *needs = "";
	if (!b->name)
		remark(remarks, b->at, "a bench needs a 'name'");
	switch (kind) {
	case BENCH_EXEC:
		n = b->variants.n ? 1 : commands;
		needs = "'command' or 'shell'";
		if (commands == 2)
			remark(remarks, b->at, "either 'command' or 'shell', not both");
		break;
	case BENCH_HTTP:
		n = b->url != NULL || b->variants.n;
		needs = "'url'";
		break;
	case BENCH_MCP:
		n = b->command.n || b->url || b->variants.n;
		needs = "'command' (a server on stdio) or 'url'";
		if (b->command.n && b->url)
			remark(remarks, b->at, "either 'command' or 'url', not both");
		break;
	case BENCH_CONTAINER:
		n = b->image != NULL || has_image || b->variants.n;
		needs = "'image', or 'container_image' at the top";
		complete_container(b, remarks);
		break;
	case BENCH_IMPORT:
		n = b->files.n || b->command.n;
		needs = "'files' or 'command'";
		break;
	case BENCH_C:
		n = b->program != NULL || b->variants.n;
		needs = "'program'";
		break;
	case BENCH_KINDS:
		break;
	}
	if (!n)
		remark(remarks, b->at, "subject '%.*s' needs %s", STR_ARG(word), needs);
	if (replaced)
		remark(remarks, b->at,
		       "either '%s' or 'variants', not both: to compare with it, make it the first variant",
		       replaced);
	complete_list(b, "concurrency", &b->concurrency, remarks);
	complete_list(b, "parameters", &b->parameters, remarks);
	complete_keys(b, remarks);
}
