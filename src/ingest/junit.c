#include "ingest/junit.h"

#include <expat.h>
#include <string.h>

#include "base/buf.h"
#include "base/clip.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	DEPTH = 64,      /* of elements */
	PIECE = 1 << 20, /* bytes given to expat at a time */
	PROPERTIES = 8,  /* kept of a test or a suite */
	VALUE = 1024,    /* bytes kept of a property */
};

enum element {
	OTHER,
	SUITE,
	CASE,
	FAILURE,
	ERROR,
	SKIPPED,
	FLAKY, /* an attempt that failed, of a test that passed in the end */
	RERUN, /* a further attempt that failed, of a test that failed */
	RERUN_ERROR,
	OUT,
	PROPERTY,
};

struct properties {
	struct field fields[PROPERTIES];
	uint32_t n;
};

/* A testsuite that is open. */
struct suite {
	uint64_t id;
	int64_t begin_ns, end_ns; /* the end of its last test, or what its time says */
	enum status worst;
	struct properties properties;
};

struct reader {
	struct ingest *in;
	XML_Parser parser;
	const char *error; /* why we stopped, where it was not expat */
	struct arena arena, case_arena;
	bool found; /* a testsuite or testcase */
	enum element stack[DEPTH];
	unsigned depth, n_suites;
	struct suite suites[DEPTH];
	struct stamps stamps;
	int64_t cursor_ns; /* where the next test begins */

	/* the testcase that is open */
	bool in_case;
	uint32_t line, n_attempts; /* attempts put so far */
	int64_t dur_ns;
	enum status status;
	struct properties properties;
	struct buf name, file;
	struct buf head;     /* the message attribute of its first verdict */
	struct buf own_head; /* of the verdict that is open */
	struct buf own_type; /* its type attribute: better than nothing */
	struct clip body, output;
	uint64_t body_mark; /* size of the body when the verdict began */
	struct clip *text;  /* where character data goes now; NULL */
};

static struct str attribute(const XML_Char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return str_of(attributes[1]);
	return STR_NONE;
}

static enum element element_of(const char *name)
{
	static const struct {
		const char *name;
		enum element element;
	} all[] = {{"testsuite", SUITE},    {"testcase", CASE},
		   {"failure", FAILURE},    {"error", ERROR},
		   {"skipped", SKIPPED},    {"skip", SKIPPED},
		   {"flakyFailure", FLAKY}, {"flakyError", FLAKY},
		   {"rerunFailure", RERUN}, {"rerunError", RERUN_ERROR},
		   {"system-out", OUT},     {"system-err", OUT},
		   {"property", PROPERTY}};
	const char *colon = strrchr(name, ':');
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i].name, colon ? colon + 1 : name) == 0)
			return all[i].element;
	return OTHER;
}

static void stop(struct reader *r, const char *error)
{
	if (!r->error)
		r->error = error;
	(void)XML_StopParser(r->parser, XML_FALSE);
}

static void buf_set(struct buf *b, struct str s)
{
	buf_clear(b);
	buf_str(b, s);
}

static struct suite *suite_of(struct reader *r)
{
	return r->n_suites ? &r->suites[r->n_suites - 1] : NULL;
}

/* Moves to where a stamp says. Stamps often have whole seconds only, and lie that much too early. */
static void move_to_stamp(struct reader *r, struct str text)
{
	int64_t stamp_ns;
	if (!ingest_stamp(text, &stamp_ns))
		return;
	int64_t at_ns = stamps_time(&r->stamps, r->in, stamp_ns);
	if (at_ns > r->cursor_ns || at_ns <= r->cursor_ns - NS_PER_S)
		r->cursor_ns = at_ns;
}

static void suite_begin(struct reader *r, const XML_Char **attributes)
{
	struct suite *outer = suite_of(r), *s = &r->suites[r->n_suites++];
	int64_t dur_ns = 0;
	move_to_stamp(r, attribute(attributes, "timestamp"));
	(void)ingest_decimal(attribute(attributes, "time"), NS_PER_S, &dur_ns);
	*s =
	    (struct suite){.id = ingest_id(r->in), .begin_ns = r->cursor_ns, .end_ns = r->cursor_ns + dur_ns};
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_SUITE,
			   .source = SOURCE_FRAMEWORK,
			   .id = s->id,
			   .parent = outer ? outer->id : 0,
			   .time_ns = r->cursor_ns,
			   .name = ingest_name(attribute(attributes, "name")),
			   .file = ingest_file(r->in, attribute(attributes, "file"))};
	ingest_put(r->in, &ev);
}

static void suite_end(struct reader *r)
{
	struct suite *s = &r->suites[--r->n_suites], *outer = suite_of(r);
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_SUITE,
			   .status = s->worst,
			   .id = s->id,
			   .time_ns = s->end_ns,
			   .fields = s->properties.fields,
			   .n_fields = s->properties.n};
	ingest_put(r->in, &ev);
	if (r->cursor_ns < s->end_ns)
		r->cursor_ns = s->end_ns;
	if (outer && outer->end_ns < s->end_ns)
		outer->end_ns = s->end_ns;
	if (outer && outer->worst < s->worst)
		outer->worst = s->worst;
}

/* What classname says beyond file, when it begins as the dotted form of it. */
static struct str class_beyond(struct str classname, struct str file)
{
	size_t slash = str_find_last(file, '/'), dot = str_find_last(file, '.');
	if (dot < file.n && (slash == file.n || dot > slash))
		file.n = dot;
	if (!file.n || classname.n <= file.n + 1 || classname.at[file.n] != '.')
		return STR_NONE;
	for (size_t i = 0; i < file.n; i++)
		if (classname.at[i] != file.at[i] && !(classname.at[i] == '.' && file.at[i] == '/'))
			return STR_NONE;
	return str_cut(classname, file.n + 1, classname.n);
}

static void verdict_clear(struct reader *r)
{
	buf_clear(&r->head);
	clip_clear(&r->body);
	clip_clear(&r->output);
}

static void case_begin(struct reader *r, const XML_Char **attributes)
{
	struct str file = ingest_file(r->in, attribute(attributes, "file"));
	struct str name = ingest_name(attribute(attributes, "name"));
	struct str classname = ingest_name(attribute(attributes, "classname"));
	struct str status = attribute(attributes, "status"), result = attribute(attributes, "result");
	struct str beyond = class_beyond(classname, file);
	int64_t line = 0;
	if (!file.n && !str_eq(classname, name)) /* CTest has no class to tell and tells the name twice */
		file = classname;
	buf_set(&r->file, file);
	buf_set(&r->name, beyond);
	if (beyond.n)
		buf_text(&r->name, "::");
	buf_str(&r->name, name);
	(void)str_int(attribute(attributes, "line"), &line);
	r->line = line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
	r->dur_ns = 0;
	(void)ingest_decimal(attribute(attributes, "time"), NS_PER_S, &r->dur_ns);
	move_to_stamp(r, attribute(attributes, "timestamp"));
	/* gtest and CTest tell here of what was not run */
	bool skipped = str_is(status, "notrun") || str_is(status, "disabled") || str_is(result, "suppressed");
	r->status = skipped ? STATUS_SKIPPED : STATUS_PASSED;
	r->n_attempts = 0;
	r->properties.n = 0;
	arena_reset(&r->case_arena);
	verdict_clear(r);
	r->in_case = true;
}

/* The message and the body of a verdict; the body alone where it begins with the message. */
static struct str message_of(struct reader *r)
{
	struct str body = str_trim(clip_view(&r->body)), head = str_trim(buf_view(&r->head));
	if (!head.n || (body.n >= head.n && memcmp(body.at, head.at, head.n) == 0))
		return body;
	if (!body.n)
		return head;
	buf_char(&r->head, '\n');
	buf_str(&r->head, body);
	return str_trim(buf_view(&r->head));
}

/* Puts an attempt at the test that is open: the only one, unless there are others before or after. */
static void put_attempt(struct reader *r, enum status status, int64_t dur_ns, bool only)
{
	struct suite *s = suite_of(r);
	uint32_t first = r->in->attempt ? r->in->attempt : 1;
	struct event ev = {.type = EVENT_SPAN,
			   .kind = SPAN_TEST,
			   .status = status,
			   .source = SOURCE_FRAMEWORK,
			   .attempt = only ? 0 : first + r->n_attempts,
			   .line = r->line,
			   .id = ingest_id(r->in),
			   .parent = s ? s->id : 0,
			   .time_ns = r->cursor_ns,
			   .dur_ns = dur_ns,
			   .name = buf_view(&r->name),
			   .file = buf_view(&r->file),
			   .message = status == STATUS_PASSED ? STR_NONE : message_of(r),
			   .fields = r->properties.fields,
			   .n_fields = r->properties.n};
	ingest_put(r->in, &ev);
	if (status_is_bad(status))
		ingest_output(r->in, ev.id, clip_view(&r->output), r->output.total);
	verdict_clear(r);
	r->n_attempts++;
	r->cursor_ns += dur_ns;
	if (s && s->worst < status)
		s->worst = status;
	if (s && s->end_ns < r->cursor_ns)
		s->end_ns = r->cursor_ns;
}

static void case_end(struct reader *r)
{
	put_attempt(r, r->status, r->dur_ns, r->n_attempts == 0);
	r->in_case = false;
}

static void verdict_begin(struct reader *r, enum element element, const XML_Char **attributes)
{
	struct str head = attribute(attributes, "message");
	if (element == RERUN ||
	    element == RERUN_ERROR) /* what was read of the test so far was an attempt before */
		put_attempt(r, r->status, 0, false);
	if (element != FLAKY) {
		enum status status = element == SKIPPED                           ? STATUS_SKIPPED
				     : element == ERROR || element == RERUN_ERROR ? STATUS_ERROR
										  : STATUS_FAILED;
		r->status = r->status > status ? r->status : status;
	}
	buf_set(&r->own_head, str_clip_utf8(head, INGEST_MESSAGE));
	buf_set(&r->own_type, str_clip_utf8(attribute(attributes, "type"), INGEST_NAME));
	if (r->body.total)
		clip_add(&r->body, STR("\n"));
	r->body_mark = r->body.total;
}

static void verdict_end(struct reader *r, enum element element)
{
	bool bare = r->body.total == r->body_mark;
	struct str head =
	    buf_view(bare && !r->own_head.n && element != SKIPPED ? &r->own_type : &r->own_head);
	if (!r->head.n)
		buf_str(&r->head, head);
	else if (bare)
		clip_add(&r->body, head);
	if (element == FLAKY)
		put_attempt(r, STATUS_FAILED, 0, false);
}

static void add_property(struct reader *r, const XML_Char **attributes)
{
	struct suite *s = suite_of(r);
	struct properties *p = r->in_case ? &r->properties : s ? &s->properties : NULL;
	struct arena *a = r->in_case ? &r->case_arena : &r->arena;
	struct str name = str_clip_utf8(attribute(attributes, "name"), VALUE);
	struct str value = str_clip_utf8(attribute(attributes, "value"), VALUE);
	if (!p || p->n == PROPERTIES || !name.n)
		return;
	/* the prefix keeps it apart from the keys of a row */
	p->fields[p->n++] = (struct field){.key = str_of(arena_printf(a, "property.%.*s", STR_ARG(name))),
					   .text = arena_str(a, value),
					   .type = FIELD_TEXT};
}

/* Where the text inside the elements that are open belongs. */
static struct clip *text_of(struct reader *r)
{
	for (unsigned i = r->depth; i > 0 && r->in_case; i--) {
		enum element element = r->stack[i - 1];
		if (element == OUT)
			return &r->output;
		if (element == SKIPPED && r->own_head.n)
			return NULL; /* pytest repeats itself, with a place */
		if (element >= FAILURE && element <= RERUN_ERROR)
			return &r->body;
	}
	return NULL;
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = data;
	if (r->error)
		return;
	if (r->depth == DEPTH) {
		stop(r, "nested too deep");
		return;
	}
	enum element element = element_of(name);
	if (r->in_case ? element <= CASE : element >= FAILURE && element <= OUT)
		element = OTHER;
	r->found |= element == SUITE || element == CASE;
	r->stack[r->depth++] = element;
	if (element == SUITE)
		suite_begin(r, attributes);
	else if (element == CASE)
		case_begin(r, attributes);
	else if (element == PROPERTY)
		add_property(r, attributes);
	else if (element >= FAILURE && element <= RERUN_ERROR)
		verdict_begin(r, element, attributes);
	r->text = text_of(r);
}

static void on_end(void *data, const XML_Char *name)
{
	struct reader *r = data;
	(void)name;
	if (r->error || !r->depth)
		return;
	enum element element = r->stack[--r->depth];
	if (element == SUITE)
		suite_end(r);
	else if (element == CASE)
		case_end(r);
	else if (element >= FAILURE && element <= RERUN_ERROR)
		verdict_end(r, element);
	r->text = text_of(r);
}

static void on_text(void *data, const XML_Char *at, int n)
{
	struct reader *r = data;
	struct str s = {at, (size_t)n};
	if (!r->text)
		return;
	if (r->text == &r->body && r->body.total == r->body_mark)
		while (s.n && strchr(" \t\r\n", s.at[0]) && s.at[0])
			s = str_cut(s, 1, s.n);
	clip_add(r->text, s);
}

static void on_entity(void *data, const XML_Char *name, int is_parameter, const XML_Char *value,
		      int value_length, const XML_Char *base, const XML_Char *system_id,
		      const XML_Char *public_id, const XML_Char *notation)
{
	(void)name, (void)is_parameter, (void)value, (void)value_length;
	(void)base, (void)system_id, (void)public_id, (void)notation;
	stop(data, "entities may not be declared");
}

static int parse(struct reader *r, struct str bytes, const char *path, struct err *e)
{
	bool last;
	do {
		struct str piece = str_cut(bytes, 0, PIECE);
		bytes = str_cut(bytes, piece.n, bytes.n);
		last = bytes.n == 0;
		if (XML_Parse(r->parser, piece.at ? piece.at : "", (int)piece.n, last) != XML_STATUS_OK)
			return err_format(e, "cannot read '%s': line %llu, column %llu: %s", path,
					  (unsigned long long)XML_GetCurrentLineNumber(r->parser),
					  (unsigned long long)XML_GetCurrentColumnNumber(r->parser) + 1,
					  r->error ? r->error : XML_ErrorString(XML_GetErrorCode(r->parser)));
	} while (!last);
	return r->found ? 0 : err_format(e, "cannot read '%s': no testsuite in it", path);
}

int junit_read(struct ingest *in, struct str bytes, const char *path, struct err *e)
{
	static const XML_Memory_Handling_Suite memory = {mem_alloc, mem_resize, mem_free};
	struct reader *r = mem_alloc(sizeof(*r));
	memset(r, 0, sizeof(*r));
	r->in = in;
	r->cursor_ns = in->time_ns;
	clip_init(&r->body, &r->arena, INGEST_TEXT);
	clip_init(&r->output, &r->arena, INGEST_TEXT);
	r->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetEntityDeclHandler(r->parser, on_entity);
	int fault = parse(r, bytes, path, e);
	while (r->n_suites)
		suite_end(r);
	XML_ParserFree(r->parser);
	buf_free(&r->name);
	buf_free(&r->file);
	buf_free(&r->head);
	buf_free(&r->own_head);
	buf_free(&r->own_type);
	arena_free(&r->arena);
	arena_free(&r->case_arena);
	mem_free(r);
	return fault;
}
