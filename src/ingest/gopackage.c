#include "ingest/gopackage.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

void gopackage_init(struct gopackage *p, struct ingest *in, struct str name, int64_t start_ns,
		    enum time_source source)
{
	*p = (struct gopackage){.in = in,
				.name = arena_str(in->arena, ingest_name(name)),
				.start_ns = start_ns,
				.source = source,
				.free = GO_NONE,
				.seed = (uintptr_t)p};
}

static void begin_suite(struct gopackage *p)
{
	if (p->suite)
		return;
	p->suite = ingest_id(p->in);
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_SUITE,
			   .source = p->source,
			   .id = p->suite,
			   .time_ns = p->start_ns,
			   .name = p->name,
			   .file = p->name};
	ingest_put(p->in, &ev);
}

uint32_t gopackage_find(const struct gopackage *p, struct str name)
{
	name = str_clip_utf8(name, INGEST_NAME);
	uint32_t hash = (uint32_t)str_hash(name, p->seed), i = GO_NONE;
	if (p->n_buckets)
		for (i = p->buckets[hash % p->n_buckets]; i != GO_NONE; i = p->tests[i].next)
			if (p->tests[i].hash == hash && str_eq(p->tests[i].name, name))
				break;
	return i;
}

static void link_test(struct gopackage *p, uint32_t i)
{
	uint32_t *bucket = &p->buckets[p->tests[i].hash % p->n_buckets];
	p->tests[i].next = *bucket;
	*bucket = i;
}

static void grow_buckets(struct gopackage *p)
{
	p->n_buckets = p->n_buckets ? p->n_buckets * 4 : 64;
	p->buckets = mem_resize(p->buckets, p->n_buckets * sizeof(*p->buckets));
	memset(p->buckets, 0xff, p->n_buckets * sizeof(*p->buckets));
	for (uint32_t i = 0; i < p->n_tests; i++)
		if (p->tests[i].state != GO_OVER)
			link_test(p, i);
}

/* A place for a test of this name, in the table but for its state. */
static uint32_t add_test(struct gopackage *p, struct str name)
{
	uint32_t i = p->free;
	name = str_clip_utf8(name, INGEST_NAME);
	if (p->n_open >= p->n_buckets)
		grow_buckets(p);
	if (i != GO_NONE) {
		p->free = p->tests[i].next;
	} else {
		p->tests = mem_grow(p->tests, p->n_tests, &p->cap_tests, sizeof(*p->tests));
		i = (uint32_t)p->n_tests++;
		p->tests[i] = (struct go_test){0};
	}
	struct go_test *t = &p->tests[i];
	char *at = (char *)t->name.at;
	size_t cap = t->name_cap ? t->name_cap : 32;
	while (cap < name.n)
		cap *= 2;
	if (cap != t->name_cap)
		at = arena_alloc(p->in->arena, cap);
	memcpy(at, name.at, name.n);
	*t = (struct go_test){
	    .name = {at, name.n}, .name_cap = cap, .hash = (uint32_t)str_hash(name, p->seed)};
	link_test(p, i);
	p->n_open++;
	return i;
}

static void drop_test(struct gopackage *p, uint32_t i)
{
	struct go_test *t = &p->tests[i];
	uint32_t *link = &p->buckets[t->hash % p->n_buckets];
	while (*link != i)
		link = &p->tests[*link].next;
	*link = t->next;
	t->next = p->free;
	p->free = i;
	p->n_open--;
	t->state = GO_OVER;
	if (t->output) {
		t->output->next = p->spare;
		p->spare = t->output;
		t->output = NULL;
	}
}

static int64_t active_at(const struct go_test *t, int64_t time_ns)
{
	int64_t now = t->paused || time_ns < t->resumed_ns ? 0 : time_ns - t->resumed_ns;
	return t->active_ns + now;
}

/* A test is found to have others inside it. */
static void begin_test(struct gopackage *p, struct go_test *t, int64_t time_ns)
{
	t->n_inside++;
	t->n_open_inside++;
	if (t->begun)
		return;
	t->begun = true;
	int64_t begin_ns = t->state == GO_RESULT ? t->end_ns - t->dur_ns : time_ns - active_at(t, time_ns);
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_TEST,
			   .source = t->source,
			   .id = t->id,
			   .parent = t->parent,
			   .time_ns = begin_ns,
			   .name = t->name,
			   .file = p->name};
	ingest_put(p->in, &ev);
}

/* The test whose subtest this one is, as far as it is known; GO_NONE. */
static uint32_t find_around(struct gopackage *p, struct str name, int64_t time_ns)
{
	unsigned levels = 32; /* a name may be all slashes */
	for (size_t slash = str_find_last(name, '/'); slash < name.n && levels; levels--) {
		name = str_cut(name, 0, slash);
		slash = str_find_last(name, '/');
		uint32_t i = gopackage_find(p, name);
		if (i == GO_NONE)
			continue;
		begin_test(p, &p->tests[i], time_ns);
		return i;
	}
	return GO_NONE;
}

static uint32_t open_test(struct gopackage *p, struct str name, int64_t time_ns)
{
	begin_suite(p);
	if (p->n_open == GO_MOST_OPEN || !name.n)
		return GO_NONE;
	uint32_t around = find_around(p, name, time_ns), i = add_test(p, name);
	struct go_test *t = &p->tests[i];
	t->state = GO_OPEN;
	t->source = p->source;
	t->id = ingest_id(p->in);
	t->around = around;
	t->parent = around == GO_NONE ? p->suite : p->tests[around].id;
	t->resumed_ns = time_ns;
	return i;
}

uint32_t gopackage_run(struct gopackage *p, struct str name, int64_t time_ns)
{
	uint32_t i = gopackage_find(p, name);
	if (i != GO_NONE && p->tests[i].state == GO_OPEN)
		return i;
	gopackage_put(p, i, STR_NONE);
	return open_test(p, name, time_ns);
}

void gopackage_pause(struct gopackage *p, uint32_t test, int64_t time_ns)
{
	if (test == GO_NONE || p->tests[test].state != GO_OPEN || p->tests[test].paused)
		return;
	struct go_test *t = &p->tests[test];
	t->active_ns = active_at(t, time_ns);
	t->paused = t->was_paused = true;
}

void gopackage_continue(struct gopackage *p, uint32_t test, int64_t time_ns)
{
	if (test == GO_NONE || p->tests[test].state != GO_OPEN || !p->tests[test].paused)
		return;
	p->tests[test].paused = false;
	p->tests[test].resumed_ns = time_ns;
}

static struct go_output *output_of(struct gopackage *p, struct go_test *t)
{
	if (t->output)
		return t->output;
	struct go_output *o = p->spare;
	if (o) {
		p->spare = o->next;
		clip_clear(&o->clip);
	} else {
		o = arena_new(p->in->arena, struct go_output);
		clip_init(&o->clip, p->in->arena, INGEST_MESSAGE);
	}
	o->inside = o->panic_begun = o->panic_sure = false;
	return t->output = o;
}

void gopackage_print(struct gopackage *p, uint32_t test, struct str text, unsigned indent)
{
	if (test == GO_NONE || !text.n)
		return;
	struct go_output *o = output_of(p, &p->tests[test]);
	for (unsigned i = 0; i < indent && !o->inside && text.n && text.at[0] == ' '; i++)
		text = str_cut(text, 1, text.n);
	if (!o->inside && (str_starts(text, "panic: ") || str_starts(text, "fatal error: ")))
		o->panic_begun = true;
	if (!o->inside && o->panic_begun && str_starts(text, "goroutine "))
		o->panic_sure = true;
	o->inside = !str_ends(text, "\n");
	clip_add(&o->clip, text);
}

bool gopackage_panicked(const struct gopackage *p, uint32_t test, bool sure)
{
	const struct go_output *o = test == GO_NONE ? NULL : p->tests[test].output;
	return o && (sure ? o->panic_sure : o->panic_begun);
}

uint32_t gopackage_result(struct gopackage *p, struct str name, enum status status, int64_t elapsed_ns,
			  int64_t time_ns, bool late)
{
	uint32_t i = gopackage_find(p, name);
	if (i != GO_NONE && p->tests[i].state == GO_RESULT) {
		gopackage_put(p, i, STR_NONE);
		i = GO_NONE;
	}
	bool unseen = i == GO_NONE;
	if (unseen)
		i = open_test(p, name, time_ns);
	if (i == GO_NONE)
		return i;
	struct go_test *t = &p->tests[i];
	t->state = GO_RESULT;
	t->status = status;
	t->elapsed_ns = elapsed_ns > 0 ? elapsed_ns : 0;
	t->dur_ns = active_at(t, time_ns);
	t->end_ns = time_ns;
	if (elapsed_ns < 0)
		return i;
	if (late && !unseen) { /* the end is where Go's figure puts it */
		int64_t end_ns = t->resumed_ns + elapsed_ns - t->active_ns;
		t->end_ns = end_ns < t->resumed_ns ? t->resumed_ns : end_ns < time_ns ? end_ns : time_ns;
	}
	/* lines that come in a bunch look shorter than the figure, by more than its rounding */
	if (late || unseen || elapsed_ns > t->dur_ns + 10 * NS_PER_MS) {
		t->dur_ns = elapsed_ns;
		t->source = SOURCE_FRAMEWORK;
	}
	return i;
}

static struct str message_of(struct go_test *t)
{
	return t->output && t->status != STATUS_PASSED ? str_trim(clip_view(&t->output->clip)) : STR_NONE;
}

/* The end of "name.go:12" at the start of a line, before a colon or blank; 0: it does not begin so. */
static size_t go_line_of(struct str line)
{
	size_t n = 0, digits = 0;
	while (n < line.n && !strchr("/: \t", line.at[n]))
		n++;
	if (n == line.n || line.at[n] != ':' || !str_ends(str_cut(line, 0, n), ".go"))
		return 0;
	for (n++; n < line.n && line.at[n] >= '0' && line.at[n] <= '9'; n++)
		digits++;
	return digits && (n == line.n || line.at[n] == ':' || line.at[n] == ' ') ? n : 0;
}

/*
 * Where a test failed, "pkg/a_test.go:12": what it printed names its files without their folder, and the
 * stack of a panic with it. Empty: nothing of the package's own folder is named.
 */
static struct str place_of(const struct gopackage *p, struct str message)
{
	struct str rest = message, line, folder = ingest_file(p->in, p->folder);
	bool here = str_eq(p->folder, p->in->root);
	size_t n = 0;
	while (!n && p->folder.n && rest.n && str_next(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n > p->folder.n && line.at[p->folder.n] == '/' &&
		    str_eq(str_cut(line, 0, p->folder.n), p->folder))
			line = str_cut(line, p->folder.n + 1, line.n);
		n = go_line_of(line);
	}
	if (!n)
		return STR_NONE;
	line = str_cut(line, 0, n);
	return here ? line : str_of(arena_printf(p->in->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(line)));
}

/* A test ends before its subtests do: these now lie in what is around it. */
static void hand_on(struct gopackage *p, uint32_t test)
{
	struct go_test *t = &p->tests[test];
	for (uint32_t i = 0; i < p->n_tests; i++) {
		if (p->tests[i].state == GO_OVER || p->tests[i].around != test)
			continue;
		p->tests[i].around = t->around;
		p->tests[i].parent = t->parent;
		if (t->around != GO_NONE)
			p->tests[t->around].n_open_inside++;
	}
}

void gopackage_put(struct gopackage *p, uint32_t test, struct str bench)
{
	struct field fields[4];
	uint32_t n = 0;
	if (test == GO_NONE || p->tests[test].state != GO_RESULT)
		return;
	struct go_test *t = &p->tests[test];
	if (t->elapsed_ns && t->elapsed_ns != t->dur_ns)
		fields[n++] = (struct field){.key = STR("elapsed"), .num = t->elapsed_ns, .type = FIELD_INT};
	if (t->begun)
		fields[n++] = (struct field){.key = STR("subtests"), .num = t->n_inside, .type = FIELD_INT};
	if (bench.n)
		fields[n++] = (struct field){.key = STR("bench"), .text = bench, .type = FIELD_TEXT};
	struct str message = message_of(t), place = STR_NONE;
	if (status_is_bad(t->status))
		place = place_of(p, message);
	if (place.n)
		fields[n++] = (struct field){.key = STR("place"), .text = place, .type = FIELD_TEXT};
	struct event ev = {.type = t->begun ? EVENT_END : EVENT_SPAN,
			   .kind = SPAN_TEST,
			   .status = t->status,
			   .source = t->source,
			   .id = t->id,
			   .time_ns = t->begun ? t->end_ns : t->end_ns - t->dur_ns,
			   .message = message,
			   .fields = fields,
			   .n_fields = n};
	if (!t->begun) {
		ev.parent = t->parent;
		ev.dur_ns = t->dur_ns;
		ev.name = t->name;
		ev.file = p->name;
	}
	if (t->n_open_inside)
		hand_on(p, test);
	ingest_put(p->in, &ev);
	if (t->around != GO_NONE)
		p->tests[t->around].n_open_inside--;
	p->worst = ingest_fold(p->worst, t->status);
	drop_test(p, test);
}

void gopackage_end_benches(struct gopackage *p, int64_t time_ns)
{
	for (uint32_t i = (uint32_t)p->n_tests; i-- > 0;) { /* inner ones took their places later */
		struct go_test *t = &p->tests[i];
		if (t->state == GO_OPEN && str_starts(t->name, "Benchmark"))
			gopackage_put(p, gopackage_result(p, t->name, STATUS_PASSED, -1, time_ns, false),
				      STR_NONE);
	}
}

/* A test that began has no result: its process is gone. */
static void lose(struct gopackage *p, uint32_t test, int64_t time_ns, struct str why)
{
	struct go_test *t = &p->tests[test];
	t->state = GO_RESULT;
	t->status = ingest_lost(p->in);
	t->end_ns = time_ns;
	t->dur_ns = active_at(t, time_ns);
	if (t->output && t->output->inside)
		gopackage_print(p, test, STR("\n"), 0);
	if (!gopackage_panicked(p, test, false))
		gopackage_print(p, test, why, 0);
	gopackage_put(p, test, STR_NONE);
}

static int compare_ids(const void *a, const void *b)
{
	const struct go_test *x = *(struct go_test *const *)a, *y = *(struct go_test *const *)b;
	return (x->id < y->id) - (x->id > y->id);
}

/* What is still open, the last one begun first: subtests before the test that they are in. */
static void finish_tests(struct gopackage *p, int64_t time_ns, struct str why)
{
	struct go_test **open = mem_alloc(p->n_open * sizeof(*open));
	size_t n = 0;
	for (size_t i = 0; i < p->n_tests; i++)
		if (p->tests[i].state != GO_OVER)
			open[n++] = &p->tests[i];
	if (n)
		qsort(open, n, sizeof(*open), compare_ids);
	for (size_t i = 0; i < n; i++) {
		uint32_t test = (uint32_t)(open[i] - p->tests);
		if (open[i]->state == GO_OPEN)
			lose(p, test, time_ns, why);
		else
			gopackage_put(p, test, STR_NONE);
	}
	mem_free(open);
}

void gopackage_finish(struct gopackage *p, int64_t time_ns, enum status status, struct str why,
		      struct str message)
{
	finish_tests(p, time_ns, why);
	if (status_is_bad(status) && !status_is_bad(p->worst)) {
		begin_suite(p);
		ingest_worse(p->in, status);
		p->worst = status;
	}
	if (p->suite) {
		struct event ev = {.type = EVENT_END,
				   .kind = SPAN_SUITE,
				   .status = p->worst,
				   .id = p->suite,
				   .time_ns = time_ns,
				   .message = message};
		ingest_put(p->in, &ev);
	}
	mem_free(p->buckets);
	mem_free(p->tests);
	*p = (struct gopackage){.in = p->in,
				.name = p->name,
				.folder = p->folder,
				.start_ns = p->start_ns,
				.source = p->source,
				.free = GO_NONE};
}
