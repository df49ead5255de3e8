#include "report/otlp_span.h"

#include "base/buf.h"
#include "base/str.h"

enum { NAME_BYTES = 1000, TEXT_BYTES = 4000 };

static void put_key(struct out *o, const char *prefix, struct str key)
{
	struct buf b = {0};
	out_text(o, ",{\"key\":");
	buf_text(&b, prefix);
	buf_str(&b, str_clip_utf8(key, NAME_BYTES));
	out_json(o, buf_view(&b));
	buf_free(&b);
	out_text(o, ",\"value\":{");
}

static void put_text(struct out *o, const char *prefix, struct str key, struct str value)
{
	put_key(o, prefix, key);
	out_text(o, "\"stringValue\":");
	out_json(o, str_clip_utf8(value, TEXT_BYTES));
	out_text(o, "}}");
}

/* 64-bit numbers are text in the JSON of protocol buffers. */
static void put_int(struct out *o, const char *prefix, struct str key, int64_t value)
{
	put_key(o, prefix, key);
	out_text(o, "\"intValue\":\"");
	out_int(o, value);
	out_text(o, "\"}}");
}

void otlp_text(struct out *o, const char *key, struct str value)
{
	if (value.n)
		put_text(o, "", str_of(key), value);
}

void otlp_int(struct out *o, const char *key, int64_t value)
{
	put_int(o, "", str_of(key), value);
}

/* What the conventions have a name for; other fields are fettle's own. */
static struct str convention(struct str key)
{
	static const char *const names[][2] = {{"image", "container.image.name"},
					       {"cid", "container.id"},
					       {"engine", "container.runtime.name"},
					       {"http", "http.response.status_code"},
					       {"pid", "process.pid"},
					       {"signal", "process.exit.signal"},
					       {"exit", "process.exit.code"}};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_is(key, names[i][0]))
			return str_of(names[i][1]);
	return STR_NONE;
}

void otlp_fields(struct out *o, const struct event *ev)
{
	for (uint32_t i = 0; i < ev->n_fields; i++) {
		const struct field *f = &ev->fields[i];
		struct str known = convention(f->key), key = known.n ? known : f->key;
		const char *prefix = known.n ? "" : str_starts(f->key, "label.") ? "container." : "fettle.";
		if (f->type == FIELD_INT)
			put_int(o, prefix, key, f->num);
		else if (f->text.n)
			put_text(o, prefix, key, f->text);
	}
}

static void put_time(struct out *o, const char *key, int64_t ns)
{
	out_text(o, key);
	out_char(o, '"');
	out_int(o, ns < 0 ? 0 : ns);
	out_char(o, '"');
}

void otlp_moment(struct out *o, const struct event *ev, int64_t wall_ns, bool comma)
{
	out_text(o, comma ? ",{" : "{");
	put_time(o, "\"timeUnixNano\":", wall_ns + ev->time_ns);
	out_text(o, ",\"name\":");
	out_json(o, ev->name.n ? str_clip_utf8(ev->name, NAME_BYTES) : STR("note"));
	if (ev->message.n) {
		out_text(o, ",\"attributes\":[{\"key\":\"message\",\"value\":{\"stringValue\":");
		out_json(o, str_clip_utf8(ev->message, TEXT_BYTES));
		out_text(o, "}}]");
	}
	out_char(o, '}');
}

static void put_suite(struct out *o, const struct otlp_span *s)
{
	static const char *const ends[STATUS_KINDS] = {"aborted", "success", "skipped",   "aborted",
						       "failure", "failure", "timed_out", "aborted"};
	otlp_text(o, "test.suite.name", s->name.n ? s->name : s->file);
	otlp_text(o, "test.suite.run.status", str_of(ends[s->status]));
}

static void put_test(struct out *o, const struct otlp_span *s)
{
	otlp_text(o, "test.suite.name", s->suite.n ? s->suite : s->file);
	otlp_text(o, "test.case.name", s->name);
	otlp_text(o, "test.case.result.status",
		  s->status == STATUS_PASSED    ? STR("pass")
		  : status_is_bad(s->status)    ? STR("fail")
		  : s->status == STATUS_SKIPPED ? STR("skipped")
						: STR_NONE);
	otlp_text(o, "fettle.key", s->key);
}

static void put_attributes(struct out *o, const struct otlp_span *s)
{
	out_text(o, ",\"attributes\":[{\"key\":\"fettle.kind\",\"value\":{\"stringValue\":\"");
	out_text(o, s->kind ? span_kind_name(s->kind) : "run");
	out_text(o, "\"}}");
	if (s->kind == SPAN_SUITE)
		put_suite(o, s);
	if (s->kind == SPAN_TEST)
		put_test(o, s);
	if (s->kind == SPAN_CONTAINER)
		otlp_text(o, "container.name", s->name);
	otlp_text(o, "fettle.status", str_of(status_name(s->status)));
	otlp_text(o, "code.file.path", s->file);
	if (s->line)
		otlp_int(o, "code.line.number", s->line);
	if (s->worker >= 0)
		otlp_int(o, "fettle.worker", s->worker);
	if (s->attempt > 1)
		otlp_int(o, "fettle.attempt", s->attempt);
	if (s->shared)
		otlp_text(o, "fettle.shared", STR("true"));
	out_str(o, s->attributes);
	out_char(o, ']');
}

static void put_name(struct out *o, const struct otlp_span *s)
{
	struct str name = s->name.n ? s->name : s->file;
	struct buf b = {0};
	if (s->kind == SPAN_NONE)
		buf_text(&b, "fettle run");
	else if (s->kind == SPAN_WORKER)
		buf_printf(&b, "worker %d", s->worker);
	else if (s->kind == SPAN_CONTAINER || s->kind == SPAN_CALL)
		buf_printf(&b, "%s %.*s", span_kind_name(s->kind), STR_ARG(str_clip_utf8(name, NAME_BYTES)));
	else if (name.n)
		buf_str(&b, str_clip_utf8(name, NAME_BYTES));
	else
		buf_text(&b, span_kind_name(s->kind));
	out_json(o, buf_view(&b));
	buf_free(&b);
}

/* What was skipped or never ended is neither good nor bad: its status stays unset. */
static void put_status(struct out *o, const struct otlp_span *s)
{
	if (s->status == STATUS_PASSED)
		out_text(o, ",\"status\":{\"code\":1}");
	if (!status_is_bad(s->status))
		return;
	out_text(o, ",\"status\":{\"code\":2,\"message\":");
	out_json(o, s->message.n ? str_clip_utf8(s->message, TEXT_BYTES) : str_of(status_name(s->status)));
	out_char(o, '}');
}

void otlp_put(struct out *o, const struct otlp_span *s, const struct trace_context *trace, int64_t wall_ns)
{
	enum { INTERNAL = 1, CLIENT = 3, PARENT_KNOWN = 0x100, PARENT_REMOTE = 0x200 };
	char trace_hex[TRACE_ID_HEX_BYTES], span_hex[SPAN_ID_HEX_BYTES], parent_hex[SPAN_ID_HEX_BYTES];
	bool run = s->kind == SPAN_NONE;
	uint64_t parent = run ? trace->parent : trace_context_span(trace, s->parent);
	int64_t end_ns = s->end_ns < s->start_ns ? s->start_ns : s->end_ns;
	trace_id_hex(trace, trace_hex);
	span_id_hex(trace_context_span(trace, s->number), span_hex);
	span_id_hex(parent, parent_hex);
	out_printf(o, "{\"traceId\":\"%s\",\"spanId\":\"%s\"", trace_hex, span_hex);
	if (parent)
		out_printf(o, ",\"parentSpanId\":\"%s\"", parent_hex);
	out_printf(
	    o, ",\"flags\":%d,\"name\":", trace->flags | PARENT_KNOWN | (run && parent ? PARENT_REMOTE : 0));
	put_name(o, s);
	out_printf(o, ",\"kind\":%d", s->kind == SPAN_CALL ? CLIENT : INTERNAL);
	put_time(o, ",\"startTimeUnixNano\":", wall_ns + s->start_ns);
	put_time(o, ",\"endTimeUnixNano\":", wall_ns + end_ns);
	put_attributes(o, s);
	if (s->moments.n) {
		out_text(o, ",\"events\":[");
		out_str(o, s->moments);
		out_char(o, ']');
	}
	put_status(o, s);
	out_char(o, '}');
}
