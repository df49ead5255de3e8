#include "config/settings.h"

#include <string.h>

#include "base/str.h"
#include "config/bench_metrics.h"
#include "config/bound_text.h"
#include "config/knob_yaml.h"
#include "config/sections.h"
#include "measure/target.h"

enum { MOST_BENCHES = 10000 };

void settings_init(struct settings *s, struct arena *arena)
{
	*s = (struct settings){.arena = arena};
	knob_defaults(&s->values[SETTINGS_TOP], &top_table, &s->top, arena);
	knob_defaults(&s->values[SETTINGS_TARGETS], &targets_table, &s->targets, arena);
	knob_defaults(&s->values[SETTINGS_BENCHMARKS], &benchmarks_table, &s->benchmarks, arena);
	knob_defaults(&s->values[SETTINGS_LOAD_TESTS], &load_tests_table, &s->load_tests, arena);
	knob_defaults(&s->values[SETTINGS_MEMORY], &memory_table, &s->memory, arena);
	knob_defaults(&s->values[SETTINGS_PROFILING], &profiling_table, &s->profiling, arena);
}

static struct bench_item *find_bench(const struct settings *s, struct str name)
{
	for (size_t i = 0; i < s->n_benches; i++)
		if (s->benches[i]->name && str_is(name, s->benches[i]->name))
			return s->benches[i];
	return NULL;
}

static struct bench_item *add_bench(struct settings *s, struct place at)
{
	s->benches =
	    arena_grow(s->arena, s->benches, s->n_benches, &s->cap_benches, sizeof(struct bench_item *));
	struct bench_item *b = arena_new(s->arena, struct bench_item);
	struct knob_values v;
	knob_defaults(&v, &bench_item_table, b, s->arena);
	b->values = v;
	b->at = at;
	s->benches[s->n_benches++] = b;
	return b;
}

struct bench_item *settings_add(struct settings *s, const char *name, struct place at)
{
	return find_bench(s, str_of(name)) ? NULL : add_bench(s, at);
}

static void read_item(struct settings *s, const struct yaml_node *item, enum knob_origin origin,
		      struct remarks *remarks)
{
	const struct yaml_node *name = yaml_find(item, STR("name"));
	struct bench_item *b = name && name->kind == YAML_KIND_TEXT ? find_bench(s, name->text) : NULL;
	struct place at = {item->at.line, item->at.column, 1};
	if (item->kind == YAML_KIND_BROKEN)
		return;
	if (item->kind != YAML_KIND_MAP) {
		remark(remarks, item->at,
		       "a bench is a mapping such as '{name: hello, command: echo hello}'");
		return;
	}
	if (b && b->layer == s->n_layers) {
		remark(remarks, name->at, "a bench '%s' stands already in line %u", b->name, b->at.line);
		return;
	}
	if (!b)
		b = add_bench(s, at);
	b->layer = s->n_layers;
	uint32_t errors = remarks->errors;
	knob_bind(&b->values, item, origin, NULL, remarks);
	b->is_broken |= remarks->errors > errors;
}

static void read_items(struct settings *s, const struct yaml_node *list, enum knob_origin origin,
		       struct remarks *remarks)
{
	size_t n = 0;
	for (const struct yaml_node *item = list->first; item; item = item->next) {
		if (n++ == MOST_BENCHES) {
			remark(remarks, item->at, "more than %d benches", MOST_BENCHES);
			return;
		}
		read_item(s, item, origin, remarks);
	}
}

static void read_benches(struct settings *s, const struct yaml_node *map, enum knob_origin origin,
			 struct remarks *remarks)
{
	struct section section = {0};
	const struct yaml_node *n = yaml_find(map, STR("bench"));
	(void)section_of(STR("bench"), &section);
	if (n && n->kind == YAML_KIND_MAP)
		n = yaml_find(n, str_of(section.items_key));
	if (!n || n->kind == YAML_KIND_BROKEN || yaml_is_null(n))
		return;
	if (n->kind == YAML_KIND_LIST)
		read_items(s, n, origin, remarks);
	else
		remark(
		    remarks, n->at,
		    "'bench' must be a list of benches, '- name: ...', or a mapping with such a list in '%s'",
		    section.items_key);
}

void settings_layer(struct settings *s, const struct yaml_node *map, enum knob_origin origin,
		    struct remarks *remarks)
{
	s->n_layers++;
	if (!map || map->kind != YAML_KIND_MAP)
		return;
	knob_bind_known(&s->values[SETTINGS_TOP], map, origin, remarks);
	for (int i = SETTINGS_TOP + 1; i < SETTINGS_PARTS; i++) {
		const struct yaml_node *n = yaml_find(map, str_of(s->values[i].table->command));
		if (n)
			knob_bind(&s->values[i], n, origin, NULL, remarks);
	}
	read_benches(s, map, origin, remarks);
}

int settings_read(struct settings *s, struct config_doc *d, char *const *environment, struct err *e)
{
	settings_layer(s, d->tree.root, ORIGIN_FILE, &d->remarks);
	if (d->profile)
		settings_layer(s, d->profile, ORIGIN_PROFILE, &d->remarks);
	if (!d->tree.broken)
		settings_complete(s, 0, &d->remarks);
	if (remarks_first(&d->remarks, e) < 0)
		return e->fault;
	return knob_env(&s->values[SETTINGS_TOP], environment, e);
}

size_t settings_row(const struct knob_values *v, const void *field)
{
	size_t offset = (size_t)((const char *)field - (const char *)v->options), i = 0;
	while (i < v->table->n_rows && v->table->rows[i].offset != offset)
		i++;
	return i;
}

uint32_t settings_line(const struct knob_values *v, const void *field)
{
	return v->lines[settings_row(v, field)];
}

/* Where a bench says nothing of to, what stands in from; it keeps the place that it came from. */
static void inherit(struct bench_item *b, void *to, const struct knob_values *v, const void *from,
		    size_t bytes)
{
	size_t mine = settings_row(&b->values, to), other = settings_row(v, from);
	static const char nothing[sizeof(int64_t)];
	if (b->values.origins[mine] != ORIGIN_DEFAULT || memcmp(from, nothing, bytes) == 0)
		return;
	memcpy(to, from, bytes);
	b->values.origins[mine] = v->origins[other];
	b->values.lines[mine] = v->lines[other];
}

/* Whether a name before a metric is the bench's, or that of a part of it: "hello", "hello/old". */
static bool is_of(const struct bench_item *b, struct str name)
{
	size_t n = b->name ? strlen(b->name) : 0;
	return n && str_starts(name, b->name) && (name.n == n || name.at[n] == '/');
}

/* The keys of the section are names for metrics; see measure/targets.h. */
static struct str metric_of_key(struct str key)
{
	if (str_is(key, "api_response_p99_ms"))
		return STR("latency");
	if (str_is(key, "container_startup_ms"))
		return STR("startup");
	return str_is(key, "command_overhead_ms") ? STR("overhead") : key;
}

size_t settings_percentiles(const struct settings *s, struct arena *arena, struct percentile_wish **ret)
{
	struct target_wish *all;
	size_t n_all = settings_targets(s, arena, &all), n = 0;
	*ret = arena_array(arena, struct percentile_wish, n_all + 1);
	for (size_t i = 0; i < n_all; i++) {
		struct str metric = metric_of_key(str_of(all[i].metric));
		size_t dot = str_find_last(metric, '.');
		bool named = dot < metric.n;
		if (all[i].bound.stat == BOUND_PERCENTILE)
			(*ret)[n++] = (struct percentile_wish){
			    .bench = str_cut(metric, 0, named ? dot : 0),
			    .metric = named ? str_cut(metric, dot + 1, metric.n) : metric,
			    .runs = (int64_t)target_samples_needed(all[i].bound.percentile)};
	}
	return n;
}

/* Which metrics imports and functions have is not known: only who names them means them. */
static bool concerns(const struct percentile_wish *w, const struct bench_item *b)
{
	enum bound_unit unit;
	if (w->bench.n)
		return is_of(b, w->bench);
	return bench_metric_unit((enum bench_kind)b->subject.is, w->metric, &unit);
}

int64_t settings_runs_needed(const struct bench_item *b, const struct percentile_wish *all, size_t n)
{
	struct arena scratch = {0};
	struct target_wish *own;
	size_t n_own = settings_bench_targets(b, &scratch, &own);
	int64_t most = 0;
	for (size_t i = 0; i < n_own; i++) {
		int64_t runs = own[i].bound.stat == BOUND_PERCENTILE
				   ? (int64_t)target_samples_needed(own[i].bound.percentile)
				   : 0;
		most = runs > most ? runs : most;
	}
	for (size_t i = 0; i < n; i++)
		if (all[i].runs > most && concerns(&all[i], b))
			most = all[i].runs;
	arena_free(&scratch);
	return most;
}

int64_t settings_runs_of_a_round(const struct bench_item *b)
{
	int64_t least = b->concurrency.n ? INT64_MAX : 1, n;
	for (size_t i = 0; i < b->concurrency.n; i++)
		if (str_int(str_of(b->concurrency.at[i]), &n) && n < least)
			least = n;
	return least > 0 ? least : 1;
}

/* Percentiles that are asked for have what they need. */
static void shorten(struct bench_item *b)
{
	int64_t at_once = settings_runs_of_a_round(b), needed = (b->runs_needed + at_once - 1) / at_once;
	int64_t most = b->short_rounds > needed ? b->short_rounds : needed;
	b->rounds = b->rounds && b->rounds < most ? b->rounds : most;
	b->warmup = b->warmup < 1 ? b->warmup : 1;
	b->min_time_ns = 0;
}

static void finish_bench(struct settings *s, struct bench_item *b, const struct percentile_wish *wishes,
			 size_t n_wishes, bool is_short)
{
	const struct knob_values *top = &s->values[SETTINGS_TOP],
				 *benchmarks = &s->values[SETTINGS_BENCHMARKS];
	inherit(b, &b->rounds, benchmarks, &s->benchmarks.iterations, sizeof(b->rounds));
	inherit(b, &b->warmup, benchmarks, &s->benchmarks.warmup_iterations, sizeof(b->warmup));
	if (b->subject.is == BENCH_CONTAINER) {
		inherit(b, &b->image, top, &s->top.container_image, sizeof(b->image));
		inherit(b, &b->network, top, &s->top.network_mode, sizeof(b->network));
		inherit(b, &b->cpus, top, &s->top.default_cpu_limit, sizeof(b->cpus));
		inherit(b, &b->memory_bytes, top, &s->top.default_memory_limit_bytes,
			sizeof(b->memory_bytes));
		inherit(b, &b->disk_bytes, top, &s->top.default_disk_limit_bytes, sizeof(b->disk_bytes));
	}
	b->runs_needed = settings_runs_needed(b, wishes, n_wishes);
	if (is_short)
		shorten(b);
}

void settings_finish(struct settings *s, bool is_short)
{
	struct arena scratch = {0};
	struct percentile_wish *wishes;
	size_t n = settings_percentiles(s, &scratch, &wishes);
	for (size_t i = 0; i < s->n_benches; i++)
		finish_bench(s, s->benches[i], wishes, n, is_short);
	arena_free(&scratch);
}

/* "METRIC=BOUND", which was checked as it was read. */
static size_t add_pairs(const struct knob_list *pairs, struct arena *arena, struct target_wish *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < pairs->n; i++) {
		struct err e;
		struct str pair = str_of(pairs->at[i]);
		size_t equals = str_find(pair, '=');
		ret[n].metric = arena_copy(arena, str_cut(pair, 0, equals));
		if (bound_parse(str_cut(pair, equals + 1, pair.n), &ret[n].bound, &e) == 0)
			n++;
	}
	return n;
}

size_t settings_bench_targets(const struct bench_item *b, struct arena *arena, struct target_wish **ret)
{
	*ret = arena_array(arena, struct target_wish, b->targets.n + 1);
	return add_pairs(&b->targets, arena, *ret);
}

size_t settings_targets(const struct settings *s, struct arena *arena, struct target_wish **ret)
{
	const struct target_wishes *t = &s->targets;
	const struct {
		const void *field;
		struct bound bound;
	} keys[] = {
	    {&t->container_startup_ms,
	     {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 90, t->container_startup_ms * 1e6}},
	    {&t->command_overhead_ms,
	     {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 90, t->command_overhead_ms * 1e6}},
	    {&t->memory_per_sandbox_mb,
	     {BOUND_MAX, BOUND_BELOW, BOUND_BYTES, 0, t->memory_per_sandbox_mb * 1e6}},
	    {&t->max_concurrent_sandboxes,
	     {BOUND_FIGURE, BOUND_AT_LEAST, BOUND_NUMBER, 0, (double)t->max_concurrent_sandboxes}},
	    {&t->api_response_p99_ms,
	     {BOUND_PERCENTILE, BOUND_BELOW, BOUND_NS, 99, t->api_response_p99_ms * 1e6}},
	    {&t->throughput_rps, {BOUND_FIGURE, BOUND_ABOVE, BOUND_RATE, 0, t->throughput_rps}},
	    {&t->error_rate_percent,
	     {BOUND_FIGURE, BOUND_AT_MOST, BOUND_RATIO, 0, t->error_rate_percent / 100}},
	};
	const struct knob_values *v = &s->values[SETTINGS_TARGETS];
	size_t n_keys = sizeof(keys) / sizeof(keys[0]), n = 0;
	*ret = arena_array(arena, struct target_wish, n_keys + t->others.n);
	for (size_t i = 0; i < n_keys; i++) {
		size_t row = settings_row(v, keys[i].field);
		if (v->origins[row] == ORIGIN_DEFAULT)
			continue;
		(*ret)[n++] = (struct target_wish){v->table->rows[row].yaml, keys[i].bound};
	}
	return n + add_pairs(&t->others, arena, *ret + n);
}
