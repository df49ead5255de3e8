#include "ingest/cucumber.h"

#include <string.h>

#include "base/buf.h"
#include "base/clip.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"

/*
 * The members of a feature, a scenario, a step or a hook. They come in any
 * order, so they are looked up first and read then. Of values that hold others, where they begin.
 */
struct node {
	struct str uri, name, keyword, type, location, status, stamp;
	int64_t line;
	bool hidden;
	struct json elements, before, steps, after, match, result; /* at == NULL: none */
};

struct reader {
	struct ingest *in;
	struct arena texts;   /* of one scenario */
	struct arena feature; /* of one feature */
	struct arena errors;  /* memory of error */
	struct clip error;    /* of the step or hook that is read */
	struct map names;     /* of scenarios of this feature: how many of them */
	struct stamps stamps;
	bool seconds; /* durations are: behave */
	int64_t cursor_ns;
	struct str file;        /* of the feature */
	struct json background; /* at == NULL: none */
	uint64_t suite, test;
	enum status suite_worst, steps_worst, hooks_worst;
	struct buf message; /* of the first bad step */
	enum status message_status;
};

static int64_t take_line(struct json *j)
{
	int64_t v = json_peek(j) == JSON_NUMBER ? json_int(j) : (json_skip(j), 0);
	return v > 0 && v <= UINT32_MAX ? v : 0;
}

/* The next value if it is a text, else empty. */
static struct str take_text(struct json *j)
{
	if (json_peek(j) == JSON_TEXT)
		return json_text(j);
	json_skip(j);
	return STR_NONE;
}

static bool take_truth(struct json *j)
{
	if (json_peek(j) == JSON_BOOL)
		return json_bool(j);
	json_skip(j);
	return false;
}

/* Looks into the object at which j stands; j stays there. What cannot be read is left out. */
static struct node look(const struct json *j, struct arena *arena)
{
	static const struct {
		const char *name;
		size_t offset;
		bool nested;
	} keys[] = {
	    {"uri", offsetof(struct node, uri), false},
	    {"name", offsetof(struct node, name), false},
	    {"keyword", offsetof(struct node, keyword), false},
	    {"type", offsetof(struct node, type), false},
	    {"location", offsetof(struct node, location), false},
	    {"status", offsetof(struct node, status), false},
	    {"start_timestamp", offsetof(struct node, stamp), false},
	    {"elements", offsetof(struct node, elements), true},
	    {"before", offsetof(struct node, before), true},
	    {"steps", offsetof(struct node, steps), true},
	    {"after", offsetof(struct node, after), true},
	    {"match", offsetof(struct node, match), true},
	    {"result", offsetof(struct node, result), true},
	};
	enum { KEYS = sizeof(keys) / sizeof(*keys) };
	struct node n = {.line = 0};
	struct json scan = *j;
	struct str key;
	scan.arena = arena;
	if (!json_object(&scan))
		return n;
	while (json_key(&scan, &key)) {
		size_t i = 0;
		while (i < KEYS && !str_is(key, keys[i].name))
			i++;
		if (i == KEYS && str_is(key, "line")) {
			n.line = take_line(&scan);
		} else if (i == KEYS && str_is(key, "hidden")) {
			n.hidden = take_truth(&scan);
		} else if (i == KEYS) {
			json_skip(&scan);
		} else if (keys[i].nested) {
			if (json_peek(&scan) != JSON_NULL)
				*(struct json *)((char *)&n + keys[i].offset) = scan;
			json_skip(&scan);
		} else {
			*(struct str *)((char *)&n + keys[i].offset) = take_text(&scan);
		}
	}
	return n;
}

/* "features/a.feature:5" to file and line. */
static struct str split_location(struct str location, int64_t *line)
{
	size_t colon = str_find_last(location, ':');
	int64_t v;
	if (colon == location.n || !str_int(str_cut(location, colon + 1, location.n), &v))
		return location;
	if (v > 0 && v <= UINT32_MAX)
		*line = v;
	return str_cut(location, 0, colon);
}

static enum status status_of_name(struct str s)
{
	static const struct {
		const char *name;
		enum status status;
	} all[] = {{"passed", STATUS_PASSED},
		   {"failed", STATUS_FAILED},
		   {"undefined", STATUS_FAILED},
		   {"ambiguous", STATUS_FAILED},
		   {"skipped", STATUS_SKIPPED},
		   {"pending", STATUS_SKIPPED},
		   {"untested", STATUS_SKIPPED},
		   {"untested_pending", STATUS_SKIPPED},
		   {"untested_undefined", STATUS_SKIPPED},
		   {"error", STATUS_ERROR},
		   {"hook_error", STATUS_ERROR},
		   {"cleanup_error", STATUS_ERROR},
		   {"xfailed", STATUS_SKIPPED},
		   {"xpassed", STATUS_FAILED},
		   {"pending_warn", STATUS_PASSED}};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (str_is(s, all[i].name))
			return all[i].status;
	return STATUS_NONE;
}

struct result {
	struct str status_name;
	enum status status;
	int64_t dur_ns;
};

/* A text, or behave's list of lines, into r->error. */
static void take_error(struct reader *r, struct json *j)
{
	if (json_peek(j) != JSON_ARRAY) {
		clip_add(&r->error, take_text(j));
		return;
	}
	json_array(j);
	while (json_item(j)) {
		if (r->error.total)
			clip_add(&r->error, STR("\n"));
		clip_add(&r->error, take_text(j));
	}
}

static struct result read_result(struct reader *r, struct json j)
{
	struct result result = {.status = STATUS_NONE};
	struct str key;
	clip_clear(&r->error);
	if (!j.at || !json_object(&j))
		return result;
	while (json_key(&j, &key)) {
		if (str_is(key, "status"))
			result.status_name = take_text(&j);
		else if (str_is(key, "duration"))
			(void)ingest_decimal(json_raw(&j), r->seconds ? 1000000000 : 1, &result.dur_ns);
		else if (str_is(key, "error_message"))
			take_error(r, &j);
		else
			json_skip(&j);
	}
	result.status = status_of_name(result.status_name);
	return result;
}

/* The message of the test is that of its worst part, the first of them. */
static void note_reason(struct reader *r, const struct result *result, struct str name)
{
	struct str error = str_trim(clip_view(&r->error));
	if (result->status <= STATUS_PASSED || result->status <= r->message_status)
		return;
	r->message_status = result->status;
	buf_clear(&r->message);
	if (error.n) {
		buf_str(&r->message, error);
		return;
	}
	buf_str(&r->message, str_clip_utf8(result->status_name, 100));
	buf_text(&r->message, ": ");
	buf_str(&r->message, name);
}

/* A step or a hook: one span. */
static void put_part(struct reader *r, const struct node *n, enum span_kind kind, struct str name)
{
	struct result result = read_result(r, n->result);
	struct node match = n->match.at ? look(&n->match, &r->texts) : (struct node){0};
	int64_t line = 0;
	if (!result.status)
		return; /* it was never reached */
	struct str file = split_location(match.location, &line);
	struct event ev = {.type = EVENT_SPAN,
			   .kind = kind,
			   .status = result.status,
			   .source = SOURCE_FRAMEWORK,
			   .line = (uint32_t)line,
			   .id = ingest_id(r->in),
			   .parent = r->test,
			   .time_ns = r->cursor_ns,
			   .dur_ns = result.dur_ns,
			   .name = name,
			   .file = ingest_file(r->in, file)};
	if (status_is_bad(result.status))
		ev.message = str_trim(clip_view(&r->error));
	ingest_put(r->in, &ev);
	enum status *worst = kind == SPAN_HOOK ? &r->hooks_worst : &r->steps_worst;
	if (*worst < result.status)
		*worst = result.status;
	note_reason(r, &result, name);
	r->cursor_ns += result.dur_ns;
}

static void read_hooks(struct reader *r, struct json hooks, const char *name)
{
	if (!hooks.at || !json_array(&hooks))
		return;
	while (json_item(&hooks)) {
		struct node n = look(&hooks, &r->texts);
		put_part(r, &n, SPAN_HOOK, str_of(name));
		json_skip(&hooks);
	}
}

static void read_step(struct reader *r, const struct node *n)
{
	struct str keyword = str_trim(n->keyword), name = str_trim(n->name);
	if (n->hidden || !name.n) {
		put_part(r, n, SPAN_HOOK, keyword);
		return;
	}
	read_hooks(r, n->before, "BeforeStep");
	struct buf whole = {0};
	buf_str(&whole, str_clip_utf8(keyword, 100));
	if (keyword.n)
		buf_char(&whole, ' ');
	buf_str(&whole, str_clip_utf8(name, INGEST_NAME));
	put_part(r, n, SPAN_STEP, buf_view(&whole));
	buf_free(&whole);
	read_hooks(r, n->after, "AfterStep");
}

static void read_steps(struct reader *r, struct json steps)
{
	if (!steps.at || !json_array(&steps))
		return;
	while (json_item(&steps)) {
		struct node n = look(&steps, &r->texts);
		read_step(r, &n);
		json_skip(&steps);
	}
}

/* The name, told apart from those of the same name before it. */
static struct str own_name(struct reader *r, struct str name)
{
	name = ingest_name(name);
	uint32_t before = map_get(&r->names, name), n = before == MAP_NONE ? 1 : before + 1;
	*map_at(&r->names, before == MAP_NONE ? arena_str(&r->feature, name) : name) = n;
	return n == 1 ? name : str_of(arena_printf(&r->texts, "%.*s #%u", STR_ARG(name), n));
}

static enum status verdict_of(const struct reader *r, const struct node *n)
{
	enum status told = status_of_name(n->status);
	if (told)
		return told;
	if (status_is_bad(r->steps_worst))
		return r->steps_worst;
	if (status_is_bad(r->hooks_worst))
		return STATUS_ERROR;
	return r->steps_worst == STATUS_SKIPPED ? STATUS_SKIPPED : STATUS_PASSED;
}

static void begin_scenario(struct reader *r, const struct node *n)
{
	int64_t stamp_ns, line = n->line;
	(void)split_location(n->location, &line);
	if (ingest_stamp(n->stamp, &stamp_ns))
		r->cursor_ns = stamps_time(&r->stamps, r->in, stamp_ns);
	r->test = ingest_id(r->in);
	r->steps_worst = r->hooks_worst = r->message_status = STATUS_NONE;
	buf_clear(&r->message);
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_TEST,
			   .source = SOURCE_FRAMEWORK,
			   .line = (uint32_t)line,
			   .id = r->test,
			   .parent = r->suite,
			   .time_ns = r->cursor_ns,
			   .name = own_name(r, n->name),
			   .file = r->file};
	if (line && r->file.n)
		ev.key = str_of(arena_printf(&r->texts, "%.*s:%u", STR_ARG(r->file), ev.line));
	ingest_put(r->in, &ev);
}

/* complete: the whole of it can be read. */
static void end_scenario(struct reader *r, const struct node *n, bool complete)
{
	enum status status = complete ? verdict_of(r, n) : STATUS_UNFINISHED;
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_TEST,
			   .status = status,
			   .id = r->test,
			   .time_ns = r->cursor_ns,
			   .message = status == STATUS_PASSED ? STR_NONE : buf_view(&r->message)};
	ingest_put(r->in, &ev);
	r->suite_worst = ingest_fold(r->suite_worst, status);
}

/* Reads the scenario or background at which j stands, and takes it. */
static void read_element(struct reader *r, struct json *j)
{
	arena_reset(&r->texts);
	struct node n = look(j, &r->texts);
	if (str_is(n.type, "background")) {
		r->background = n.steps;
		json_skip(j);
		return;
	}
	begin_scenario(r, &n);
	read_hooks(r, n.before, "Before");
	if (r->background.at)
		read_steps(r, r->background);
	read_steps(r, n.steps);
	read_hooks(r, n.after, "After");
	json_skip(j);
	end_scenario(r, &n, !j->error);
}

static void read_feature(struct reader *r, struct json *j)
{
	if (json_peek(j) != JSON_OBJECT) {
		(void)json_object(j); /* says what is wrong */
		return;
	}
	arena_reset(&r->feature);
	map_clear(&r->names);
	struct node n = look(j, &r->feature);
	int64_t line = n.line;
	struct str uri = n.uri.n ? n.uri : split_location(n.location, &line);
	r->seconds = !n.uri.n;
	r->file = ingest_file(r->in, uri);
	r->suite = ingest_id(r->in);
	r->suite_worst = STATUS_NONE;
	r->background = (struct json){0};
	struct event begin = {.type = EVENT_BEGIN,
			      .kind = SPAN_SUITE,
			      .source = SOURCE_FRAMEWORK,
			      .line = (uint32_t)line,
			      .id = r->suite,
			      .time_ns = r->cursor_ns,
			      .name = ingest_name(n.name),
			      .file = r->file};
	ingest_put(r->in, &begin);
	if (n.elements.at && json_array(&n.elements))
		while (json_item(&n.elements))
			read_element(r, &n.elements);
	json_skip(j);
	struct event end = {.type = EVENT_END,
			    .kind = SPAN_SUITE,
			    .status = r->suite_worst,
			    .id = r->suite,
			    .time_ns = r->cursor_ns};
	ingest_put(r->in, &end);
}

/* "line 3, column 9", as for the other formats. */
static int fail_at(const char *path, struct str bytes, const struct json *j, struct err *e)
{
	size_t line = 1, begin = 0;
	for (size_t i = 0; i < j->error_at; i++)
		if (bytes.at[i] == '\n') {
			line++;
			begin = i + 1;
		}
	return err_format(e, "cannot read '%s': line %zu, column %zu: %s", path, line,
			  j->error_at - begin + 1, j->error);
}

int cucumber_read(struct ingest *in, struct str bytes, const char *path, struct err *e)
{
	struct reader r = {.in = in, .cursor_ns = in->time_ns};
	struct arena keys = {0};
	struct json j;
	json_init(&j, bytes, &keys);
	clip_init(&r.error, &r.errors, INGEST_TEXT);
	if (json_array(&j))
		while (json_item(&j))
			read_feature(&r, &j);
	map_free(&r.names);
	buf_free(&r.message);
	arena_free(&r.texts);
	arena_free(&r.feature);
	arena_free(&r.errors);
	arena_free(&keys);
	return j.error ? fail_at(path, bytes, &j, e) : 0;
}
