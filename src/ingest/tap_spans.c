#include "ingest/tap_spans.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

static struct str text_view(const struct tap_text *t)
{
	return (struct str){t->at, t->n};
}

static void text_add(struct tap *t, struct tap_text *text, struct str s)
{
	if (!text->at)
		text->at = arena_alloc(t->in->arena, INGEST_NAME);
	s = str_clip_utf8(s, INGEST_NAME - text->n);
	if (s.n)
		memcpy(text->at + text->n, s.at, s.n);
	text->n += s.n;
}

void tap_text_set(struct tap *t, struct tap_text *text, struct str s)
{
	text->n = 0;
	text_add(t, text, s);
}

/* text = the name of the suite at this level and s. */
static void text_set_below(struct tap *t, struct tap_text *text, unsigned level, struct str s)
{
	tap_text_set(t, text, text_view(&t->levels[level].name));
	if (text->n && s.n)
		text_add(t, text, STR(" > "));
	text_add(t, text, s);
}

static struct tap_level *top(struct tap *t)
{
	return &t->levels[0];
}

static struct str file_of(const struct tap *t, const struct tap_text *own)
{
	return own->n ? text_view(own) : t->suite_file.n ? text_view(&t->suite_file) : t->file;
}

static void put_test(struct tap *t, uint64_t parent, enum status status, struct str message)
{
	const struct tap_result *r = &t->result;
	const struct field elapsed = {.key = STR("elapsed"), .num = r->elapsed_ns, .type = FIELD_INT};
	struct event ev = {.type = EVENT_SPAN,
			   .kind = SPAN_TEST,
			   .status = status,
			   .source = r->source,
			   .line = r->line,
			   .id = ingest_id(t->in),
			   .parent = parent,
			   .time_ns = r->begin_ns,
			   .dur_ns = r->dur_ns,
			   .name = text_view(&r->name),
			   .file = file_of(t, &r->file),
			   .message = message,
			   .fields = &elapsed,
			   .n_fields = r->elapsed_ns > 0 && r->elapsed_ns != r->dur_ns};
	ingest_put(t->in, &ev);
}

/* At rest nothing arrives: one thing follows the other. */
static int64_t now(const struct tap *t)
{
	return t->at_rest ? t->before_ns : t->in->time_ns;
}

/* name: where it was not known when the suite began. */
static void end_suite(struct tap *t, uint64_t id, enum status status, int64_t time_ns, struct str name)
{
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_SUITE,
			   .status = status,
			   .id = id,
			   .time_ns = time_ns,
			   .name = name};
	ingest_put(t->in, &ev);
}

static void worse(enum status *worst, enum status status)
{
	*worst = ingest_fold(*worst, status);
}

/* At rest the times of a result follow from the one before. */
static void settle_times(struct tap *t)
{
	struct tap_result *r = &t->result;
	if (t->at_rest && r->ended_group) {
		r->end_ns = r->group_begin_ns + r->dur_ns;
		if (r->end_ns < t->before_ns)
			r->end_ns = t->before_ns;
	} else if (t->at_rest) {
		r->begin_ns = t->before_ns;
		r->end_ns = r->begin_ns + r->dur_ns;
		if (!r->dur_ns)
			r->source = SOURCE_NONE;
	}
	t->before_ns = r->end_ns;
}

void tap_flush(struct tap *t)
{
	struct tap_result *r = &t->result;
	struct tap_level *level = &t->levels[r->level];
	if (!r->open)
		return;
	r->open = false;
	settle_times(t);
	if (r->ended_group) {
		end_suite(t, r->group, r->status, r->end_ns, r->group_named ? STR_NONE : text_view(&r->name));
		if (!status_is_bad(r->status) || status_is_bad(r->group_worst)) {
			worse(&level->worst, r->group_worst);
			return;
		}
		/* a failure of its own; its time is that of the suite already */
		r->begin_ns = r->end_ns;
		r->dur_ns = r->elapsed_ns = 0;
	}
	worse(&level->worst, r->status);
	put_test(t, level->suite, r->status,
		 r->status == STATUS_PASSED ? STR_NONE : str_trim(clip_view(&r->message)));
}

static void begin_suite(struct tap *t, uint64_t id, uint64_t parent, struct str name, struct str file,
			int64_t time_ns)
{
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_SUITE,
			   .source = SOURCE_LOG,
			   .id = id,
			   .parent = parent,
			   .time_ns = time_ns,
			   .name = name,
			   .file = file};
	ingest_put(t->in, &ev);
}

void tap_open_level(struct tap *t)
{
	struct tap_level *outer = &t->levels[t->depth], *inner = &t->levels[++t->depth];
	tap_flush(t);
	inner->suite = ingest_id(t->in);
	inner->planned = -1;
	inner->seen = 0;
	inner->worst = STATUS_NONE;
	inner->begin_ns = t->before_ns;
	inner->announced.n = 0;
	text_set_below(t, &inner->name, t->depth - 1, text_view(&outer->announced));
	begin_suite(t, inner->suite, outer->suite, text_view(&inner->name), file_of(t, &(struct tap_text){0}),
		    inner->begin_ns);
}

void tap_check_plan(struct tap *t, const struct tap_level *level)
{
	if (t->bats || level->planned < 0 || level->planned == level->seen)
		return;
	ingest_note(t->in, "plan", "%.*s%splanned %" PRId64 " tests, and %" PRId64 " were reported",
		    STR_ARG(str_clip_utf8(text_view(&level->name), 200)), level->name.n ? ": " : "",
		    level->planned, level->seen);
	ingest_worse(t->in, STATUS_ERROR);
}

void tap_close_levels(struct tap *t, unsigned level)
{
	for (; t->depth > level; t->depth--) {
		const struct tap_level *l = &t->levels[t->depth];
		tap_check_plan(t, l);
		end_suite(t, l->suite, l->worst, t->before_ns, STR_NONE);
		worse(&t->levels[t->depth - 1].worst, l->worst);
	}
}

static enum status status_of_point(const struct tap *t, const struct tap_point *p)
{
	if (p->skip || (p->todo && !p->ok))
		return STATUS_SKIPPED;
	if (p->ok)
		return STATUS_PASSED;
	if (t->bats && !t->begun &&
	    (str_is(p->name, "setup_file failed") || str_is(p->name, "teardown_file failed")))
		return STATUS_ERROR;
	return STATUS_FAILED;
}

/* begin, end, duration and where they come from. */
static void take_times(struct tap *t, int64_t dur_ns)
{
	struct tap_result *r = &t->result;
	int64_t from = t->begun ? t->begun_ns : t->before_ns;
	r->end_ns = now(t);
	r->dur_ns = r->end_ns > from ? r->end_ns - from : 0;
	r->source = SOURCE_LOG;
	r->elapsed_ns = dur_ns > 0 ? dur_ns : 0;
	/* a figure in whole ms may be rounded up; one much longer says that the lines came in a bunch */
	if (dur_ns >= 0 && (!t->begun || dur_ns > r->dur_ns + r->dur_ns / 4 + 2 * NS_PER_MS)) {
		r->dur_ns = dur_ns;
		r->source = SOURCE_FRAMEWORK;
	}
	r->begin_ns = r->end_ns - r->dur_ns;
}

void tap_take_point(struct tap *t, unsigned level, const struct tap_point *p)
{
	struct tap_result *r = &t->result;
	char plain[INGEST_NAME], number[24];
	tap_flush(t);
	tap_close_levels(t, level + 1);
	r->open = true;
	r->yaml = -1;
	r->level = level;
	r->line = 0;
	r->file.n = 0;
	clip_clear(&r->message);
	clip_add(&r->message, p->reason);
	r->status = status_of_point(t, p);
	r->ended_group = t->depth > level;
	if (r->ended_group) {
		struct tap_level *inner = &t->levels[t->depth--];
		tap_check_plan(t, inner);
		r->group = inner->suite;
		r->group_worst = inner->worst;
		r->group_begin_ns = inner->begin_ns;
		r->group_named = inner->name.n > 0;
	}
	t->levels[level].seen++;
	t->levels[level].announced.n = 0;
	struct str name = ingest_name(p->name);
	if (!t->bats)
		name = tap_unescape(name, plain);
	if (!name.n) {
		int n = snprintf(number, sizeof(number), "%" PRId64,
				 p->number < 0 ? t->levels[level].seen : p->number);
		name = (struct str){number, (size_t)n};
	}
	text_set_below(t, &r->name, level, name);
	take_times(t, p->dur_ns);
	t->begun = false;
}

void tap_lose_test(struct tap *t)
{
	struct tap_result *r = &t->result;
	if (!t->begun)
		return;
	tap_flush(t);
	r->line = 0;
	r->file.n = 0;
	tap_text_set(t, &r->name, text_view(&t->begun_name));
	take_times(t, -1);
	t->begun = false;
	t->before_ns = r->end_ns;
	top(t)->seen++;
	worse(&top(t)->worst, ingest_lost(t->in));
	put_test(t, top(t)->suite, ingest_lost(t->in), STR("it began, and no result came"));
}

void tap_take_duration(struct tap *t, int64_t dur_ns)
{
	struct tap_result *r = &t->result;
	r->dur_ns = dur_ns;
	r->begin_ns = r->end_ns - dur_ns;
	r->source = SOURCE_FRAMEWORK;
}

void tap_end_file(struct tap *t)
{
	struct tap_level *level = top(t);
	if (level->suite)
		end_suite(t, level->suite, level->worst, now(t), STR_NONE);
	level->suite = 0;
	level->worst = STATUS_NONE;
}

void tap_begin_file(struct tap *t, struct str path)
{
	tap_flush(t);
	tap_lose_test(t);
	tap_end_file(t);
	t->bats = true;
	tap_text_set(t, &t->suite_file, ingest_file(t->in, path));
	top(t)->suite = ingest_id(t->in);
	begin_suite(t, top(t)->suite, 0, text_view(&t->suite_file), text_view(&t->suite_file), now(t));
	t->before_ns = now(t);
}

void tap_begin_test(struct tap *t, int64_t number, struct str name)
{
	tap_flush(t);
	tap_lose_test(t);
	t->begun = true;
	t->begun_number = number;
	t->begun_ns = now(t);
	tap_text_set(t, &t->begun_name, name);
}
