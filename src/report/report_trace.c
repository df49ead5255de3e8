#include "report/report_trace.h"

#include <string.h>

#include "base/digits.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "report/gzip.h"
#include "report/trace_lane.h"

enum { ROWS_BYTES = 64 * 1024, THREADS = 100 /* numbers of threads set apart for a worker */ };

/* Processes of the trace: each is a group of threads in the viewer. */
enum group { RUN, CONTAINERS, CALLS, GROUPS };

/* Types of containers, each with threads of its own; what comes later shares the last. */
enum { TYPES = 256 };

struct trace_build {
	struct lanes lanes[GROUPS]; /* of the containers a "worker" is a type */
	char *types[TYPES];         /* owned */
	uint32_t n_types, n_running;
	int64_t memory_kib; /* of all containers that are open */
	bool named[GROUPS];
	struct out rows; /* into text, which is JSON on its way to zlib */
	struct buf text;
	struct gzip gzip;
	int64_t last_ns;
	bool comma;
};

static void pack(struct trace_build *b)
{
	gzip_add(&b->gzip, buf_view(&b->text));
	buf_clear(&b->text);
}

/* Microseconds, to the nanosecond; returns behind them. */
static char *us_put(char *to, int64_t ns)
{
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns, rest = u % 1000;
	if (ns < 0)
		*to++ = '-';
	to = digits_put(to, u / 1000);
	if (rest) {
		*to++ = '.';
		*to++ = (char)('0' + rest / 100);
		*to++ = (char)('0' + rest / 10 % 10);
		*to++ = (char)('0' + rest % 10);
	}
	return to;
}

static void put_us(struct out *o, const char *key, int64_t ns)
{
	char digits[DIGITS_BYTES + 5];
	out_text(o, key);
	out_add(o, digits, (size_t)(us_put(digits, ns) - digits));
}

static struct out *row_begin(struct trace *t)
{
	struct trace_build *b = t->build;
	if (b->text.n > ROWS_BYTES)
		pack(b);
	out_text(&b->rows, b->comma ? ",\n" : "\n");
	b->comma = true;
	return &b->rows;
}

static unsigned thread_of(const struct trace_build *b, enum group in, uint32_t worker, uint32_t lane)
{
	int32_t number = b->lanes[in].workers[worker].number;
	return (number < 0 ? 0 : (unsigned)number + 1) * THREADS + lane;
}

static void name_process(struct trace *t, enum group in)
{
	if (in == RUN || t->build->named[in])
		return;
	t->build->named[in] = true;
	out_printf(row_begin(t),
		   "{\"ph\":\"M\",\"pid\":%u,\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}", in + 1U,
		   in == CONTAINERS ? "containers" : "calls to the container engine");
	out_printf(row_begin(t),
		   "{\"ph\":\"M\",\"pid\":%u,\"name\":\"process_sort_index\",\"args\":{\"sort_index\":%u}}",
		   in + 1U, in + 1U);
}

static void name_thread(struct trace *t, enum group in, uint32_t worker, uint32_t lane)
{
	struct lane_worker *w = &t->build->lanes[in].workers[worker];
	unsigned tid = thread_of(t->build, in, worker, lane), pid = in + 1U;
	if (w->named & (uint64_t)1 << lane)
		return;
	name_process(t, in);
	w->named |= (uint64_t)1 << lane;
	struct out *o = row_begin(t);
	struct buf b = {0};
	if (in == CONTAINERS)
		buf_text(&b, t->build->types[w->number]);
	else if (w->number < 0)
		buf_text(&b, "fettle");
	else
		buf_printf(&b, "worker %d", w->number);
	if (lane)
		buf_printf(&b, " (%u)", lane + 1);
	out_printf(o, "{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":", pid,
		   tid);
	out_json(o, buf_view(&b));
	buf_free(&b);
	out_text(o, "}}");
	o = row_begin(t);
	out_printf(
	    o,
	    "{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}}",
	    pid, tid, tid);
}

/* What a row says besides its times. */
struct said {
	enum span_kind kind;
	enum status status;
	uint32_t attempt, line;
	struct str name, file, message;
	bool unfinished;
};

static void put_args(struct out *o, const struct said *s)
{
	bool where = s->file.n && s->kind != SPAN_STEP && s->kind != SPAN_HOOK && s->kind != SPAN_FIXTURE;
	const char *comma = "";
	if (!where && s->status <= STATUS_PASSED && s->attempt < 2)
		return;
	out_text(o, ",\"args\":{");
	if (s->status > STATUS_PASSED) {
		out_text(o, "\"status\":\"");
		out_text(o, status_name(s->status));
		out_char(o, '"');
		comma = ",";
	}
	if (where) {
		out_text(o, comma);
		out_text(o, "\"file\":");
		out_json(o, s->file);
		if (s->line) {
			out_text(o, ",\"line\":");
			out_int(o, s->line);
		}
		comma = ",";
	}
	if (s->attempt > 1) {
		out_text(o, comma);
		out_text(o, "\"attempt\":");
		out_int(o, s->attempt);
		comma = ",";
	}
	if (s->message.n) {
		out_text(o, comma);
		out_text(o, "\"message\":");
		out_json(o, str_clip_utf8(s->message, 500));
	}
	out_char(o, '}');
}

static void put_span(struct trace *t, enum group in, uint32_t worker, const struct lane_use *u,
		     const struct said *s)
{
	name_thread(t, in, worker, u->lane);
	struct out *o = row_begin(t);
	char head[64 + 4 * (DIGITS_BYTES + 4)], *to = head;
	to = digits_text(to, "{\"ph\":\"X\",\"pid\":");
	to = digits_put(to, in + 1U);
	to = digits_text(to, ",\"tid\":");
	to = digits_put(to, thread_of(t->build, in, worker, u->lane));
	to = digits_text(to, ",\"ts\":");
	to = us_put(to, u->start_ns);
	to = digits_text(to, ",\"dur\":");
	to = us_put(to, u->end_ns > u->start_ns ? u->end_ns - u->start_ns : 0);
	to = digits_text(to, ",\"cat\":\"");
	out_add(o, head, (size_t)(to - head));
	out_text(o, span_kind_name(s->kind));
	out_text(o, "\",\"name\":");
	struct str name = s->name.n ? s->name : s->file.n ? s->file : str_of(span_kind_name(s->kind));
	if (s->unfinished) {
		struct buf b = {0};
		buf_str(&b, name);
		buf_text(&b, " (unfinished)");
		out_json(o, buf_view(&b));
		buf_free(&b);
	} else {
		out_json(o, name);
	}
	put_args(o, s);
	out_char(o, '}');
}

static void close_span(struct trace *t, enum group in, struct open_span *s, int64_t end_ns,
		       const struct event *ev)
{
	struct said said = {.kind = s->kind,
			    .status = ev ? ev->status : STATUS_UNFINISHED,
			    .attempt = s->attempt,
			    .line = s->line,
			    .name = s->name,
			    .file = s->file,
			    .unfinished = !ev && s->kind != SPAN_CONTAINER};
	if (ev) {
		said.message = ev->message;
		if (ev->name.n)
			said.name = ev->name;
		if (ev->file.n)
			said.file = ev->file;
		if (ev->line)
			said.line = ev->line;
		if (ev->attempt)
			said.attempt = ev->attempt;
	}
	if (end_ns < s->end_ns)
		end_ns = s->end_ns;
	if (end_ns < s->start_ns)
		end_ns = s->start_ns;
	put_span(t, in, s->worker, &(struct lane_use){s->lane, s->start_ns, end_ns}, &said);
	lanes_close(&t->build->lanes[in], s, end_ns);
}

/* A curve in the viewer: `name` is `value` from now on. */
static void put_counter(struct trace *t, const char *name, int64_t now_ns, int64_t value)
{
	name_process(t, CONTAINERS);
	struct out *o = row_begin(t);
	out_printf(o, "{\"ph\":\"C\",\"pid\":%u", CONTAINERS + 1U);
	put_us(o, ",\"ts\":", now_ns);
	out_printf(o, ",\"name\":\"%s\",\"args\":{\"value\":%lld}}", name, (long long)value);
}

static const char names_running[] = "containers";
static const char names_memory[] = "memory of the containers, KiB";

/* The number of the container's type. */
static int32_t type_of(struct trace_build *b, const struct event *ev)
{
	struct str type = event_text(ev, "type"), image = event_text(ev, "image");
	type = type.n ? type : image.n ? image : ev->name.n ? ev->name : STR("container");
	type = str_cut(type, 0, str_find(type, '\0'));
	for (uint32_t i = 0; i < b->n_types; i++)
		if (str_is(type, b->types[i]))
			return (int32_t)i;
	if (b->n_types == TYPES)
		return TYPES - 1;
	struct buf text = {0};
	buf_str(&text, type);
	buf_char(&text, '\0');
	b->types[b->n_types] = text.at; /* a buffer's bytes are freed as any others */
	return (int32_t)b->n_types++;
}

static void begin_container(struct trace *t, const struct event *ev)
{
	struct trace_build *b = t->build;
	struct event copy = *ev;
	copy.worker = type_of(b, ev);
	copy.parent = 0;
	(void)lanes_open(&b->lanes[CONTAINERS], &copy);
	put_counter(t, names_running, ev->time_ns, ++b->n_running);
}

static void end_container(struct trace *t, struct open_span *s, int64_t end_ns, const struct event *ev)
{
	struct trace_build *b = t->build;
	uint32_t kib = s->mark;
	close_span(t, CONTAINERS, s, end_ns, ev);
	put_counter(t, names_running, end_ns, --b->n_running);
	if (kib)
		put_counter(t, names_memory, end_ns, b->memory_kib -= kib);
}

/* A figure of a container: its memory is added up, other ones are moments on its thread. */
static void put_value(struct trace *t, const struct event *ev)
{
	struct trace_build *b = t->build;
	struct open_span *s = lanes_find(&b->lanes[CONTAINERS], ev->parent);
	if (!s || str_is(ev->name, "cpu"))
		return;
	if (str_is(ev->name, "memory")) {
		int64_t kib = event_int(ev, "num", 0) >> 10;
		kib = kib < 0 ? 0 : kib > UINT32_MAX ? UINT32_MAX : kib;
		b->memory_kib += kib - s->mark;
		s->mark = (uint32_t)kib;
		put_counter(t, names_memory, ev->time_ns, b->memory_kib);
		return;
	}
	name_thread(t, CONTAINERS, s->worker, s->lane);
	struct out *o = row_begin(t);
	out_printf(o, "{\"ph\":\"i\",\"s\":\"t\",\"pid\":%u,\"tid\":%u", CONTAINERS + 1U,
		   thread_of(b, CONTAINERS, s->worker, s->lane));
	put_us(o, ",\"ts\":", ev->time_ns);
	out_text(o, ",\"cat\":\"container\",\"name\":");
	out_json(o, str_clip_utf8(ev->name, 200));
	out_char(o, '}');
}

/* Where a whole span is shown: what made a container run stands in it. */
static enum group group_of(struct trace_build *b, const struct event *ev)
{
	bool makes = str_is(ev->name, "create") || str_is(ev->name, "start");
	if (ev->kind == SPAN_CONTAINER)
		return CONTAINERS;
	if (ev->kind != SPAN_CALL)
		return RUN;
	return makes && lanes_find(&b->lanes[CONTAINERS], ev->parent) ? CONTAINERS : CALLS;
}

static void put_whole(struct trace *t, const struct event *given)
{
	struct event copy = *given;
	const struct event *ev = &copy;
	enum group in = group_of(t->build, ev);
	uint32_t worker;
	if (in == CALLS)
		copy.parent = 0;
	if (ev->kind == SPAN_CONTAINER) {
		copy.worker = type_of(t->build, ev);
		copy.parent = 0;
	}
	struct lane_use u = lanes_put(&t->build->lanes[in], ev, &worker);
	put_span(t, in, worker, &u,
		 &(struct said){.kind = ev->kind,
				.status = ev->status,
				.attempt = ev->attempt,
				.line = ev->line,
				.name = ev->name,
				.file = ev->file,
				.message = status_is_bad(ev->status) ? ev->message : STR_NONE});
}

static void put_run(struct trace *t, const struct event *ev)
{
	struct out *o = row_begin(t);
	struct str name = ev->name.n ? ev->name : STR("fettle run");
	for (uint32_t i = 0; i < ev->n_fields; i++)
		if (ev->fields[i].type == FIELD_TEXT && str_is(ev->fields[i].key, "command"))
			name = ev->fields[i].text;
	out_text(o, "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":");
	out_json(o, name);
	out_text(o, "}}");
}

static void put_note(struct trace *t, const struct event *ev)
{
	struct out *o = row_begin(t);
	out_text(o, "{\"ph\":\"i\",\"s\":\"p\",\"pid\":1,\"tid\":0");
	put_us(o, ",\"ts\":", ev->time_ns);
	out_text(o, ",\"cat\":\"note\",\"name\":");
	out_json(o, ev->name.n ? ev->name : STR("note"));
	out_text(o, ",\"args\":{\"text\":");
	out_json(o, str_clip_utf8(ev->message, 2000));
	out_text(o, "}}");
}

/* Far from where a sum of two could overflow; a rogue row does no more than stretch the picture. */
static int64_t sane_ns(int64_t ns, int64_t least)
{
	const int64_t most = INT64_MAX / 8;
	return ns < least ? least : ns > most ? most : ns;
}

static void begin(struct trace *t, const struct event *ev)
{
	struct trace_build *b = t->build;
	struct open_span *s;
	if (!ev->id)
		return;
	s = lanes_find(&b->lanes[CONTAINERS], ev->id);
	if (s)
		end_container(t, s, ev->time_ns, NULL);
	s = lanes_find(&b->lanes[RUN], ev->id);
	if (s)
		close_span(t, RUN, s, ev->time_ns, NULL);
	if (ev->kind == SPAN_CONTAINER)
		begin_container(t, ev);
	else
		(void)lanes_open(&b->lanes[RUN], ev);
}

static void end(struct trace *t, const struct event *ev)
{
	struct trace_build *b = t->build;
	struct open_span *s = lanes_find(&b->lanes[RUN], ev->id);
	if (s)
		close_span(t, RUN, s, ev->time_ns, ev);
	s = lanes_find(&b->lanes[CONTAINERS], ev->id);
	if (s)
		end_container(t, s, ev->time_ns, ev);
}

static void put(struct sink *sink, const struct event *given)
{
	struct trace *t = (struct trace *)sink;
	struct trace_build *b = t->build;
	struct event copy = *given;
	const struct event *ev = &copy;
	copy.time_ns = sane_ns(given->time_ns, -INT64_MAX / 8);
	copy.dur_ns = given->type == EVENT_SPAN ? sane_ns(given->dur_ns, 0) : 0;
	if (copy.time_ns + copy.dur_ns > b->last_ns)
		b->last_ns = copy.time_ns + copy.dur_ns;
	switch (ev->type) {
	case EVENT_RUN:
		put_run(t, ev);
		break;
	case EVENT_BEGIN:
		begin(t, ev);
		break;
	case EVENT_END:
		end(t, ev);
		break;
	case EVENT_SPAN:
		put_whole(t, ev);
		break;
	case EVENT_VALUE:
		put_value(t, ev);
		break;
	case EVENT_NOTE:
		put_note(t, ev);
		break;
	default:
		break;
	}
}

void trace_begin(struct trace *t, struct out *to)
{
	struct trace_build *b = mem_alloc(sizeof(*b));
	memset(b, 0, sizeof(*b));
	*t = (struct trace){{put}, to, b};
	out_to_buf(&b->rows, &b->text);
	gzip_begin(&b->gzip, to, false);
	out_text(&b->rows, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
}

/* A container that was never seen to end ran until the record ended. */
static void close_group(struct trace *t, enum group in)
{
	struct trace_build *b = t->build;
	size_t n;
	uint64_t *ids = lanes_open_ids(&b->lanes[in], &n);
	for (size_t i = 0; i < n; i++)
		close_span(t, in, lanes_find(&b->lanes[in], ids[i]), b->last_ns, NULL);
	mem_free(ids);
	lanes_free(&b->lanes[in]);
}

void trace_end(struct trace *t)
{
	struct trace_build *b = t->build;
	for (int in = 0; in < GROUPS; in++)
		close_group(t, (enum group)in);
	out_text(&b->rows, "\n]}\n");
	pack(b);
	gzip_end(&b->gzip);
	for (uint32_t i = 0; i < b->n_types; i++)
		mem_free(b->types[i]);
	buf_free(&b->text);
	mem_free(b);
	t->build = NULL;
}
