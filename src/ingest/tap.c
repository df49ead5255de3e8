#include "ingest/tap.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ingest/tap_spans.h"

void tap_init(struct tap *t, struct ingest *in)
{
	memset(t, 0, sizeof(*t));
	t->in = in;
	t->before_ns = in->time_ns;
	t->result.yaml = -1;
	for (unsigned i = 0; i < TAP_DEPTH; i++)
		t->levels[i].planned = -1;
	lines_init(&t->lines, in->arena);
	clip_init(&t->result.message, in->arena, INGEST_MESSAGE);
}

static struct str behind(struct str s, size_t n)
{
	return str_cut(s, n, s.n);
}

static int indentation(struct str line)
{
	size_t n = 0;
	while (n < line.n && line.at[n] == ' ')
		n++;
	return (int)n;
}

/* The text of a YAML scalar without its quotes. */
static struct str scalar(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && (s.at[0] == '\'' || s.at[0] == '"') && s.at[s.n - 1] == s.at[0])
		return str_cut(s, 1, s.n - 2);
	return s;
}

static void add_line(struct tap *t, struct str s)
{
	struct clip *message = &t->result.message;
	if (!status_is_bad(t->result.status))
		return;
	if (message->total)
		clip_add(message, STR("\n"));
	clip_add(message, s);
}

/* "file:line:column", as node says it. */
static void take_location(struct tap *t, struct str s)
{
	struct tap_result *r = &t->result;
	int64_t line, column;
	size_t last = str_find_last(s, ':'), first = str_find_last(str_cut(s, 0, last), ':');
	if (!str_int(behind(s, last + 1), &column) ||
	    !str_int(str_cut(s, first + 1, last - first - 1), &line) || line <= 0 || line > UINT32_MAX)
		return;
	tap_text_set(t, &r->file, ingest_file(t->in, str_cut(s, 0, first)));
	r->line = (uint32_t)line;
}

/* A line `key: value` of a YAML block; false when it is none. */
static bool take_pair(struct tap *t, struct str line)
{
	static const char *const hidden[] = {"duration_ms", "location",    "type",
					     "severity",    "failureType", NULL};
	struct tap_result *r = &t->result;
	size_t colon = str_find(line, ':');
	struct str key = str_cut(line, 0, colon), value = scalar(behind(line, colon + 1));
	int64_t dur_ns;
	if (colon == line.n || (colon + 1 < line.n && line.at[colon + 1] != ' '))
		return false;
	r->hidden = false;
	for (size_t i = 0; hidden[i]; i++)
		r->hidden |= str_is(key, hidden[i]);
	if (str_is(key, "duration_ms") && ingest_decimal(value, NS_PER_MS, &dur_ns)) {
		tap_take_duration(t, dur_ns);
	} else if (str_is(key, "location")) {
		take_location(t, value);
	} else if (str_is(key, "message") || str_is(key, "error")) {
		if (value.n && value.at[0] != '|' && value.at[0] != '>')
			add_line(t, value);
	} else if (!r->hidden) {
		add_line(t, line);
	}
	return true;
}

/* A line while a YAML block is open; false when the block is over without having been closed. */
static bool take_yaml(struct tap *t, struct str line)
{
	struct tap_result *r = &t->result;
	struct str content = str_trim(line);
	int indent = indentation(line);
	if (content.n && indent < r->yaml) {
		r->yaml = -1;
		return false;
	}
	if (indent == r->yaml && str_is(content, "...")) {
		r->yaml = -1;
		return true;
	}
	line = behind(line, (size_t)(indent < r->yaml + 2 ? indent : r->yaml + 2));
	if ((indent != r->yaml || !take_pair(t, line)) && !r->hidden)
		add_line(t, line);
	return true;
}

static bool take_comment(struct tap *t, unsigned level, struct str s)
{
	struct tap_result *r = &t->result;
	if (!str_starts(s, "#"))
		return false;
	struct str text = str_trim(behind(s, 1));
	if (str_starts(text, "Subtest") && !t->bats) {
		text = behind(text, 7);
		if (!text.n || text.at[0] == ':') {
			tap_flush(t);
			if (level == t->depth + 1 && level < TAP_DEPTH)
				tap_open_level(t);
			if (level <= t->depth)
				tap_text_set(t, &t->levels[level].announced,
					     ingest_name(behind(text, text.n > 0)));
			return true;
		}
	}
	if (str_starts(text, "bats warning:"))
		tap_flush(t);
	if (r->open)
		add_line(t, str_starts(s, "# ") ? behind(s, 2) : behind(s, 1));
	return true;
}

/* "1..5", "1..0 # SKIP why" */
static bool read_plan(struct str s, int64_t *ret_planned, struct str *ret_reason)
{
	if (!str_starts(s, "1.."))
		return false;
	size_t blank = str_find(s, ' ');
	struct str rest = str_trim(behind(s, blank));
	*ret_reason = str_starts(rest, "#") ? str_trim(behind(rest, 1)) : STR_NONE;
	return blank > 3 && str_int(str_cut(s, 3, blank - 3), ret_planned) && *ret_planned >= 0 &&
	       (!rest.n || rest.at[0] == '#');
}

static void take_plan(struct tap *t, unsigned level, int64_t planned, struct str reason)
{
	tap_flush(t);
	tap_close_levels(t, level);
	t->levels[level].planned = planned;
	if (level == 0 && planned == 0 && reason.n)
		ingest_note(t->in, "skipped", "all tests were skipped: %.*s",
			    STR_ARG(str_clip_utf8(reason, 300)));
}

/* What bats tells its formatters, beyond TAP. */
static bool take_bats(struct tap *t, struct str s)
{
	int64_t number;
	if (str_starts(s, "suite /")) {
		tap_begin_file(t, behind(s, 6));
		return true;
	}
	if (!t->bats || !str_starts(s, "begin "))
		return false;
	s = behind(s, 6);
	size_t blank = str_find(s, ' ');
	if (!str_int(str_cut(s, 0, blank), &number))
		return false;
	tap_begin_test(t, number, behind(s, blank + 1));
	return true;
}

/*
 * The result of the bats test that runs. What the test wrote last may have no
 * line end and so stand in front of it, in the same line.
 */
static bool begun_point(const struct tap *t, struct str s, struct tap_point *ret)
{
	const struct str name = {t->begun_name.at, t->begun_name.n};
	unsigned tries = 16; /* a line made to hold many would take long */
	if (tap_point_of(s, t->begun_number, name, ret))
		return true;
	for (size_t i = s.n < 2 ? 0 : s.n - 2; i > 0 && tries; i--) {
		if (s.at[i] != 'o' || s.at[i + 1] != 'k')
			continue;
		size_t from = i >= 4 && memcmp(s.at + i - 4, "not ", 4) == 0 ? i - 4 : i;
		if (tap_point_of(behind(s, from), t->begun_number, name, ret))
			return true;
		tries--;
	}
	return false;
}

/* A result or a plan. */
static void take_content(struct tap *t, unsigned level, struct str s)
{
	struct tap_point p;
	struct str reason;
	int64_t planned;
	bool point = tap_point_read(s, &p), plan = !point && read_plan(s, &planned, &reason);
	if (!point && !plan)
		return;
	if (level == t->depth + 1)
		tap_open_level(t);
	if (point)
		tap_take_point(t, level, &p);
	else
		take_plan(t, level, planned, reason);
}

static void take_line(struct tap *t, struct str line)
{
	if (line.n && line.at[line.n - 1] == '\r')
		line.n--;
	struct tap_point p;
	if (t->begun && begun_point(t, line, &p)) {
		tap_take_point(t, 0, &p);
		return;
	}
	if (t->result.open && t->result.yaml >= 0 && take_yaml(t, line))
		return;
	int indent = indentation(line);
	unsigned level = (unsigned)indent / 4;
	struct str s = behind(line, (size_t)indent);
	if (t->result.open && indent > (int)t->result.level * 4 && str_is(str_trim(s), "---")) {
		t->result.yaml = indent;
		t->result.hidden = false;
		return;
	}
	if (take_comment(t, level, s))
		return;
	if (str_starts(s, "Bail out!")) {
		s = str_trim(behind(s, 9));
		tap_flush(t);
		ingest_note(t->in, "bail-out", "the tests bailed out%s%.*s", s.n ? ": " : "",
			    STR_ARG(str_clip_utf8(s, 300)));
		ingest_worse(t->in, STATUS_ERROR);
	} else if (indent == 0 && take_bats(t, s)) {
		return;
	} else if (!t->begun && indent % 4 == 0 && level <= (t->bats ? 0 : t->depth + 1) &&
		   level < TAP_DEPTH) {
		take_content(t, level, s);
	}
}

void tap_feed(struct tap *t, struct str bytes, int64_t time_ns)
{
	struct str line;
	t->in->time_ns = time_ns;
	while (lines_next(&t->lines, &bytes, &line))
		take_line(t, line);
}

void tap_finish(struct tap *t, int64_t time_ns)
{
	struct str line;
	t->in->time_ns = time_ns;
	if (lines_rest(&t->lines, &line))
		take_line(t, line);
	tap_flush(t);
	tap_lose_test(t);
	tap_close_levels(t, 0);
	tap_check_plan(t, &t->levels[0]);
	tap_end_file(t);
}

bool tap_is_whole(const struct tap *t)
{
	return t->levels[0].planned >= 0 && t->levels[0].seen >= t->levels[0].planned;
}
