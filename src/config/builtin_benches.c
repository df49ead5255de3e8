#include "config/builtin_benches.h"

#include <string.h>

#include "base/str.h"

struct pair {
	const char *key, *value;
};
enum { PAIRS = 8 };

struct recipe {
	const char *name;
	struct pair pairs[PAIRS]; /* up to one without a key */
};

/* A process that waits and needs nothing of the image but sleep; the largest time that every sleep takes. */
#define IDLE      "sleep 2147483647"
#define TEMP_FILE "/tmp/fettle-file"

/* In one sandbox that stays; some images have no /tmp. */
static const struct pair tool_base[PAIRS] = {
    {"subject", "container"}, {"main", IDLE}, {"reuse", "true"}, {"ready", "mkdir -p /tmp"}};

static const struct recipe tools[] = {
    {"tool-exec-command", {{"command", "echo hello"}, {"outside", "true"}, {"checks", "contains=hello"}}},
    {"tool-write-file",
     {{"command", "sh -c 'cat > " TEMP_FILE " && wc -c < " TEMP_FILE "'"},
      {"input-bytes", "12B"},
      {"checks", "contains=12"}}},
    {"tool-read-file",
     {{"ready", "mkdir -p /tmp && printf 'Hello World!' > " TEMP_FILE},
      {"command", "cat " TEMP_FILE},
      {"checks", "contains=Hello World!"}}},
    {"tool-list-files", {{"command", "ls -la /"}, {"outside", "true"}, {"checks", "contains=proc"}}},
    {"tool-run-code",
     {{"command", "sh -c 'i=0; while [ $i -lt 1000 ]; do i=$((i + 1)); done; echo sum $i'"},
      {"outside", "true"},
      {"checks", "contains=sum 1000"}}},
};

#define HELLO                                                                                                \
	{                                                                                                    \
		"checks", "contains=hello"                                                                   \
	}
#define GO                                                                                                     \
	"mkdir -p /tmp && printf 'package main\\nimport \"fmt\"\\nfunc main() { fmt.Println(\"hello\") }\\n' " \
	"> " TEMP_FILE ".go"
#define JAVA                                                                                                 \
	"mkdir -p /tmp && printf 'class H { public static void main(String[] a) { "                          \
	"System.out.println(\"hello\"); } }\\n' > /tmp/H.java"

static const struct recipe languages[] = {
    {"language-sh", {{"needs", "sh"}, {"command", "sh -c 'echo hello'"}, HELLO}},
    {"language-bash", {{"needs", "bash"}, {"command", "bash -c 'echo hello'"}, HELLO}},
    {"language-python3", {{"needs", "python3"}, {"command", "python3 -c 'print(\"hello\")'"}, HELLO}},
    {"language-node", {{"needs", "node"}, {"command", "node -e 'console.log(\"hello\")'"}, HELLO}},
    {"language-go",
     {{"needs", "go"}, {"ready", GO}, {"command", "go run " TEMP_FILE ".go"}, HELLO, {"timeout", "2m"}}},
    {"language-perl", {{"needs", "perl"}, {"command", "perl -e 'print \"hello\\n\"'"}, HELLO}},
    {"language-ruby", {{"needs", "ruby"}, {"command", "ruby -e 'puts \"hello\"'"}, HELLO}},
    {"language-php", {{"needs", "php"}, {"command", "php -r 'echo \"hello\\n\";'"}, HELLO}},
    {"language-java", {{"needs", "java"}, {"ready", JAVA}, {"command", "java /tmp/H.java"}, HELLO}},
};

#define WRITE_READ                                                                                           \
	{"command", "sh -c 'cat > " TEMP_FILE " && cat " TEMP_FILE "'"},                                     \
	{                                                                                                    \
		"echoes", "true"                                                                             \
	}
static const struct recipe files[] = {
    {"file-1KiB", {{"input-bytes", "1KiB"}, WRITE_READ}},
    {"file-10KiB", {{"input-bytes", "10KiB"}, WRITE_READ}},
    {"file-100KiB", {{"input-bytes", "100KiB"}, WRITE_READ}},
    {"file-1MiB", {{"input-bytes", "1MiB"}, WRITE_READ}},
};

static const struct recipe lifecycle = {"container-lifecycle", {{"subject", "container"}, {"main", IDLE}}};

struct maker {
	struct settings *s;
	const void *flag; /* of 'benchmarks': where its items come from */
};

/* The flag's own, else that of anything in the section. */
static uint32_t line_of(const struct maker *m)
{
	const struct knob_values *v = &m->s->values[SETTINGS_BENCHMARKS];
	uint32_t line = settings_line(v, m->flag);
	for (size_t i = 0; i < v->table->n_rows && !line; i++)
		line = v->lines[i];
	return line;
}

static size_t row_of(const struct knob_table *t, const char *key)
{
	size_t i = 0;
	while (strcmp(t->rows[i].yaml, key) != 0)
		i++;
	return i;
}

/* Every value is one of ours, so that one that does not parse is a bug. */
static void set(struct maker *m, struct bench_item *b, const char *key, const char *value)
{
	struct err e;
	size_t row = row_of(&bench_item_table, key);
	const struct knob *k = &bench_item_table.rows[row];
	if (k->type == KNOB_WORDS || k->type == KNOB_PAIRS || k->type == KNOB_LIST)
		*(struct knob_list *)((char *)b + k->offset) = (struct knob_list){0};
	if (knob_set(&b->values, row, ORIGIN_FILE, str_of(value), &e) < 0)
		__builtin_trap();
	b->values.lines[row] = line_of(m);
}

static void set_number(struct maker *m, struct bench_item *b, const char *key, int64_t n)
{
	set(m, b, key, arena_printf(m->s->arena, "%lld", (long long)n));
}

static void set_all(struct maker *m, struct bench_item *b, const struct pair *pairs)
{
	for (size_t i = 0; i < PAIRS && pairs[i].key; i++)
		set(m, b, pairs[i].key, pairs[i].value);
}

/* NULL where the file has one of that name. */
static struct bench_item *add(struct maker *m, const char *name)
{
	struct place at = {line_of(m), 1, 1};
	struct bench_item *b = settings_add(m->s, name, at);
	if (b)
		set(m, b, "name", name);
	return b;
}

static void add_recipes(struct maker *m, const struct recipe *recipes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bench_item *b = add(m, recipes[i].name);
		if (!b)
			continue;
		set_all(m, b, tool_base);
		set_all(m, b, recipes[i].pairs);
	}
}

static void add_api(struct maker *m, const char *api, const char *name, const char *path)
{
	struct bench_item *b = add(m, name);
	if (!b)
		return;
	set(m, b, "subject", "http");
	set(m, b, "url", arena_printf(m->s->arena, "%s%s", api, path));
	set(m, b, "checks", "status=200");
	/* a 99th percentile needs a hundred of them, which take a tenth of a second */
	set_number(m, b, "short-rounds", 100);
}

static void add_lifecycle(struct maker *m, const char *api)
{
	struct bench_item *b = add(m, lifecycle.name);
	if (b)
		set_all(m, b, lifecycle.pairs);
	if (!api)
		return;
	add_api(m, api, "api-ping", "/_ping");
	add_api(m, api, "api-containers", "/containers/json");
	add_api(m, api, "api-version", "/version");
}

static void add_wave(struct maker *m, const char *name, int64_t n, int64_t rounds, int64_t warmup)
{
	struct bench_item *b = add(m, name);
	if (!b)
		return;
	set_all(m, b, lifecycle.pairs);
	set_number(m, b, "concurrency", n);
	set_number(m, b, "rounds", rounds);
	set_number(m, b, "warmup", warmup);
	set_number(m, b, "short-rounds", 2);
	set(m, b, "timeout", "2m");
}

/* About as many containers in each as there are iterations: a wave of 16 is a round of 16. */
static void add_waves(struct maker *m)
{
	static const int64_t sizes[] = {1, 5, 10, 25, 50, 100};
	/* by time would be ten waves at least, of however many */
	int64_t in_all = m->s->benchmarks.iterations ? m->s->benchmarks.iterations : 100;
	int64_t most = m->s->benchmarks.max_concurrency, last = 0,
		wanted = m->s->targets.max_concurrent_sandboxes;
	for (size_t i = 0; i <= sizeof(sizes) / sizeof(*sizes); i++) {
		int64_t n = i < sizeof(sizes) / sizeof(*sizes) && sizes[i] < most ? sizes[i] : most;
		int64_t rounds = (in_all + n - 1) / n;
		if (n == last)
			break;
		last = n;
		add_wave(m, arena_printf(m->s->arena, "wave-%lld", (long long)n), n, rounds < 3 ? 3 : rounds,
			 1);
	}
	if (wanted > 0)
		add_wave(m, BUILTIN_AT_ONCE, wanted, 1, 0);
}

static bool section_given(const struct knob_values *v)
{
	for (size_t i = 0; i < v->table->n_rows; i++)
		if (v->origins[i] != ORIGIN_DEFAULT)
			return true;
	return false;
}

bool builtin_wanted(const struct settings *s)
{
	return s->top.container_image && s->benchmarks.enabled &&
	       section_given(&s->values[SETTINGS_BENCHMARKS]);
}

void builtin_benches(struct settings *s, const char *api)
{
	const struct benchmarks_wishes *w = &s->benchmarks;
	struct maker m = {s, NULL};
	if (!builtin_wanted(s))
		return;
	m.flag = &w->test_container_lifecycle;
	if (w->test_container_lifecycle)
		add_lifecycle(&m, api);
	m.flag = &w->test_tool_execution;
	if (w->test_tool_execution)
		add_recipes(&m, tools, sizeof(tools) / sizeof(*tools));
	m.flag = &w->test_language_execution;
	if (w->test_language_execution)
		add_recipes(&m, languages, sizeof(languages) / sizeof(*languages));
	m.flag = &w->test_file_operations;
	if (w->test_file_operations)
		add_recipes(&m, files, sizeof(files) / sizeof(*files));
	m.flag = &w->test_concurrency;
	if (w->test_concurrency)
		add_waves(&m);
}
