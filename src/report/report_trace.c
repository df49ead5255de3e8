#include "report/report_trace.h"

#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "report/trace_lane.h"

enum { ROWS_BYTES = 64 * 1024, THREADS = 100 /* numbers of threads set apart for a worker */ };

struct trace_build {
	struct lanes lanes;
	struct out rows; /* into text, which is JSON on its way to zlib */
	struct buf text;
	z_stream z;
	int64_t last_ns;
	bool comma;
};

static void *z_alloc(void *unused, unsigned n, unsigned bytes)
{
	(void)unused;
	return mem_alloc((size_t)n * bytes);
}

static void z_free(void *unused, void *p)
{
	(void)unused;
	mem_free(p);
}

static void pack(struct trace *t, int flush)
{
	struct trace_build *b = t->build;
	unsigned char bytes[16 * 1024];
	b->z.next_in = (unsigned char *)b->text.at;
	b->z.avail_in = (unsigned)b->text.n;
	do {
		b->z.next_out = bytes;
		b->z.avail_out = sizeof(bytes);
		(void)deflate(&b->z, flush);
		out_add(t->to, bytes, sizeof(bytes) - b->z.avail_out);
	} while (b->z.avail_out == 0);
	buf_clear(&b->text);
}

static void put_us(struct out *o, const char *key, int64_t ns)
{
	int64_t us = ns / 1000, rest = ns % 1000;
	out_text(o, key);
	if (ns < 0 && us == 0)
		out_char(o, '-');
	out_int(o, us);
	if (rest) {
		unsigned r = (unsigned)(rest < 0 ? -rest : rest);
		out_add(o,
			(char[]){'.', (char)('0' + r / 100), (char)('0' + r / 10 % 10), (char)('0' + r % 10)},
			4);
	}
}

static struct out *row_begin(struct trace *t)
{
	struct trace_build *b = t->build;
	if (b->text.n > ROWS_BYTES)
		pack(t, Z_NO_FLUSH);
	out_text(&b->rows, b->comma ? ",\n" : "\n");
	b->comma = true;
	return &b->rows;
}

static unsigned thread_of(const struct trace_build *b, uint32_t worker, uint32_t lane)
{
	int32_t number = b->lanes.workers[worker].number;
	return (number < 0 ? 0 : (unsigned)number + 1) * THREADS + lane;
}

static void name_thread(struct trace *t, uint32_t worker, uint32_t lane)
{
	struct lane_worker *w = &t->build->lanes.workers[worker];
	unsigned tid = thread_of(t->build, worker, lane);
	if (w->named & (uint64_t)1 << lane)
		return;
	w->named |= (uint64_t)1 << lane;
	struct out *o = row_begin(t);
	out_printf(o, "{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":\"",
		   tid);
	if (w->number < 0)
		out_text(o, "fettle");
	else
		out_printf(o, "worker %d", w->number);
	if (lane)
		out_printf(o, " (%u)", lane + 1);
	out_text(o, "\"}}");
	o = row_begin(t);
	out_printf(
	    o,
	    "{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}}",
	    tid, tid);
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

static void put_span(struct trace *t, uint32_t worker, const struct lane_use *u, const struct said *s)
{
	name_thread(t, worker, u->lane);
	struct out *o = row_begin(t);
	out_text(o, "{\"ph\":\"X\",\"pid\":1,\"tid\":");
	out_int(o, thread_of(t->build, worker, u->lane));
	put_us(o, ",\"ts\":", u->start_ns);
	put_us(o, ",\"dur\":", u->end_ns > u->start_ns ? u->end_ns - u->start_ns : 0);
	out_text(o, ",\"cat\":\"");
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

static void close_span(struct trace *t, struct open_span *s, int64_t end_ns, const struct event *ev)
{
	struct said said = {.kind = s->kind,
			    .status = ev ? ev->status : STATUS_UNFINISHED,
			    .attempt = s->attempt,
			    .line = s->line,
			    .name = s->name,
			    .file = s->file,
			    .unfinished = !ev};
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
	put_span(t, s->worker, &(struct lane_use){s->lane, s->start_ns, end_ns}, &said);
	lanes_close(&t->build->lanes, s, end_ns);
}

static void put_whole(struct trace *t, const struct event *ev)
{
	uint32_t worker;
	struct lane_use u = lanes_put(&t->build->lanes, ev, &worker);
	put_span(t, worker, &u,
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

static void put(struct sink *sink, const struct event *given)
{
	struct trace *t = (struct trace *)sink;
	struct trace_build *b = t->build;
	struct open_span *s;
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
		if (!ev->id)
			break;
		s = lanes_find(&b->lanes, ev->id);
		if (s)
			close_span(t, s, ev->time_ns, NULL);
		(void)lanes_open(&b->lanes, ev);
		break;
	case EVENT_END:
		s = lanes_find(&b->lanes, ev->id);
		if (s)
			close_span(t, s, ev->time_ns, ev);
		break;
	case EVENT_SPAN:
		put_whole(t, ev);
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
	b->z.zalloc = z_alloc;
	b->z.zfree = z_free;
	/* level 1: at 6 the packing takes three times as long for a quarter less; 31: a gzip header, without
	 * a time */
	(void)deflateInit2(&b->z, 1, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	out_text(&b->rows, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
}

void trace_end(struct trace *t)
{
	struct trace_build *b = t->build;
	size_t n;
	uint64_t *ids = lanes_open_ids(&b->lanes, &n);
	for (size_t i = 0; i < n; i++)
		close_span(t, lanes_find(&b->lanes, ids[i]), b->last_ns, NULL);
	mem_free(ids);
	out_text(&b->rows, "\n]}\n");
	pack(t, Z_FINISH);
	(void)deflateEnd(&b->z);
	lanes_free(&b->lanes);
	buf_free(&b->text);
	mem_free(b);
	t->build = NULL;
}
