#include "ingest/sayings.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* "begin NAME=REGEX" */
static int read_rule(struct saying_rule *r, struct str text, struct err *e)
{
	static const char *const words[] = {"begin ", "end ", "step ", "count "};
	size_t word = 0;
	while (word < 4 && !str_starts(text, words[word]))
		word++;
	if (word == 4)
		return err_usage(e, "bad rule '%.*s': it begins with 'begin', 'end', 'step' or 'count'",
				 STR_ARG(text));
	struct str rest = str_cut(text, strlen(words[word]), text.n);
	size_t equals = str_find(rest, '=');
	*r = (struct saying_rule){.name = str_trim(str_cut(rest, 0, equals)), .what = (enum saying)word};
	if (equals == rest.n || !r->name.n || r->name.n > SAYINGS_NAME)
		return err_usage(e, "bad rule '%.*s': it goes on with NAME=REGEX", STR_ARG(text));
	struct str pattern = str_cut(rest, equals + 1, rest.n);
	return regex_compile(&pattern, 1, &r->regex, e);
}

int sayings_init(struct sayings *s, struct arena *a, const char *const *rules, size_t n, struct err *e)
{
	*s = (struct sayings){.rules = arena_array(a, struct saying_rule, n + 1)};
	if (n > SAYINGS_RULES)
		return err_usage(e, "%zu rules for lines, at most %d", n, SAYINGS_RULES);
	for (size_t i = 0; i < n; i++) {
		if (read_rule(&s->rules[i], str_of(rules[i]), e) < 0) {
			sayings_free(s);
			return e->fault;
		}
		s->n_rules++;
	}
	return 0;
}

void sayings_free(struct sayings *s)
{
	for (size_t i = 0; i < s->n_rules; i++)
		regex_free(s->rules[i].regex);
	s->n_rules = 0;
}

void hearer_init(struct hearer *h, const struct sayings *s, struct ingest *in)
{
	*h = (struct hearer){.sayings = s, .in = in};
}

/* Phases. */

static void phase_ends(struct hearer *h, size_t i, enum status status)
{
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_PHASE,
			   .id = h->open[i].id,
			   .status = status,
			   .source = SOURCE_LOG,
			   .time_ns = h->in->time_ns};
	memmove(&h->open[i], &h->open[i + 1], (--h->n_open - i) * sizeof(*h->open));
	ingest_put(h->in, &ev);
}

static void phase_begins(struct hearer *h, struct str name, bool step, bool kind)
{
	if (h->n_open == SAYINGS_OPEN) {
		h->n_unpaired++;
		return;
	}
	struct saying_open *o = &h->open[h->n_open++];
	name = str_clip_utf8(name, SAYINGS_NAME);
	*o = (struct saying_open){.id = ingest_id(h->in), .step = step, .kind = kind, .n_name = name.n};
	if (name.n)
		memcpy(o->name, name.at, name.n);
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_PHASE,
			   .id = o->id,
			   .name = name,
			   .source = SOURCE_LOG,
			   .time_ns = h->in->time_ns};
	ingest_put(h->in, &ev);
}

/* Ends what a step, or kind, has begun last. */
static void step_ends(struct hearer *h, bool kind, enum status status)
{
	for (size_t i = h->n_open; i-- > 0;)
		if (h->open[i].step && h->open[i].kind == kind) {
			phase_ends(h, i, status);
			return;
		}
}

static void phase_of_name_ends(struct hearer *h, struct str name)
{
	for (size_t i = h->n_open; i-- > 0;)
		if (!h->open[i].step && str_eq(name, (struct str){h->open[i].name, h->open[i].n_name})) {
			phase_ends(h, i, STATUS_PASSED);
			return;
		}
	h->n_unpaired++;
}

/* Rules of the user. */

/* NAME with {} filled in. */
static struct str name_of(const struct saying_rule *r, struct str taken, char *room)
{
	const char *braces = memmem(r->name.at, r->name.n, "{}", 2);
	if (!braces)
		return r->name;
	struct str head = {r->name.at, (size_t)(braces - r->name.at)};
	struct str tail = str_cut(r->name, head.n + 2, r->name.n);
	taken = str_clip_utf8(taken, SAYINGS_NAME);
	int n = snprintf(room, (size_t)3 * SAYINGS_NAME, "%.*s%.*s%.*s", STR_ARG(head), STR_ARG(taken),
			 STR_ARG(tail));
	return str_clip_utf8((struct str){room, (size_t)n}, SAYINGS_NAME);
}

static void count(struct hearer *h, struct str name)
{
	const struct field fields[] = {{.key = STR("num"), .type = FIELD_INT, .num = 1},
				       {.key = STR("what"), .type = FIELD_TEXT, .text = STR("count")}};
	struct event ev = {.type = EVENT_VALUE,
			   .name = name,
			   .source = SOURCE_LOG,
			   .time_ns = h->in->time_ns,
			   .fields = fields,
			   .n_fields = 2};
	ingest_put(h->in, &ev);
}

static void own_rules(struct hearer *h, struct str line)
{
	char room[3 * SAYINGS_NAME];
	for (size_t i = 0; i < h->sayings->n_rules; i++) {
		const struct saying_rule *r = &h->sayings->rules[i];
		struct str groups[2];
		if (!regex_groups(r->regex, line, groups, 2))
			continue;
		struct str name = name_of(r, groups[1], room);
		switch (r->what) {
		case SAYING_BEGIN:
			phase_begins(h, name, false, false);
			break;
		case SAYING_END:
			phase_of_name_ends(h, name);
			break;
		case SAYING_STEP:
			step_ends(h, false, STATUS_PASSED);
			phase_begins(h, name, true, false);
			break;
		case SAYING_COUNT:
			count(h, name);
			break;
		}
	}
}

/* testcontainers: "... Container is ready: 0123456789ab" and its like. */

enum said { CREATING, CREATED, STARTING, STARTED, READY, STOPPING, STOPPED, TERMINATED };

static const struct container_line {
	const char *text;
	enum said said;
} container_lines[] = {
    {"Creating container for image: ", CREATING}, /* Java */
    {"Creating container for image ", CREATING},
    {"Container created: ", CREATED},
    {"Starting container: ", STARTING},
    {" is starting: ", CREATED}, /* Java: "Container IMAGE is starting: ID" */
    {"Container started: ", STARTED},
    {"Container is ready: ", READY},
    {"Stopping container: ", STOPPING},
    {"Container stopped: ", STOPPED},
    {"Container terminated: ", TERMINATED},
};

static bool is_id(struct str word)
{
	size_t n = 0;
	while (n < word.n && strchr("0123456789abcdef", word.at[n]) && word.at[n])
		n++;
	return n == word.n && n >= 12 && n <= SAYINGS_CID;
}

static struct str first_word(struct str s)
{
	size_t n = 0;
	while (n < s.n && (unsigned char)s.at[n] > ' ')
		n++;
	return str_cut(s, 0, n);
}

static void is_ready(struct hearer *h, struct str cid)
{
	const struct field field = {.key = STR("cid"), .type = FIELD_TEXT, .text = cid};
	struct event ev = {.type = EVENT_VALUE,
			   .name = STR("ready"),
			   .source = SOURCE_LOG,
			   .time_ns = h->in->time_ns,
			   .fields = &field,
			   .n_fields = 1};
	ingest_put(h->in, &ev);
}

static void call(struct hearer *h, const struct saying_container *c, const char *name, int64_t from_ns)
{
	struct event ev = {.type = EVENT_SPAN,
			   .kind = SPAN_CALL,
			   .id = ingest_id(h->in),
			   .parent = c->id,
			   .status = STATUS_PASSED,
			   .source = SOURCE_LOG,
			   .name = str_of(name),
			   .time_ns = from_ns,
			   .dur_ns = h->in->time_ns - from_ns};
	ingest_put(h->in, &ev);
}

static void container_begins(struct hearer *h, struct str cid)
{
	struct saying_container *c = &h->containers[h->n_containers++ % SAYINGS_CONTAINERS];
	bool paired = h->n_creating == 1 && !h->mixed;
	*c = (struct saying_container){.id = ingest_id(h->in), .n_cid = cid.n, .asked_ns = -1};
	memcpy(c->cid, cid.at, cid.n);
	const struct field fields[] = {
	    {.key = STR("cid"), .type = FIELD_TEXT, .text = cid},
	    {.key = STR("image"), .type = FIELD_TEXT, .text = {h->image, h->n_image}}};
	struct event ev = {.type = EVENT_BEGIN,
			   .kind = SPAN_CONTAINER,
			   .id = c->id,
			   .name = cid,
			   .source = SOURCE_LOG,
			   .time_ns = paired ? h->creating_ns : h->in->time_ns,
			   .fields = fields,
			   .n_fields = paired && h->n_image ? 2 : 1};
	ingest_put(h->in, &ev);
	if (paired)
		call(h, c, "create", h->creating_ns);
	h->n_creating -= h->n_creating > 0;
	h->mixed &= h->n_creating > 0;
}

static void container_ends(struct hearer *h, struct saying_container *c)
{
	struct event ev = {.type = EVENT_END,
			   .kind = SPAN_CONTAINER,
			   .id = c->id,
			   .source = SOURCE_LOG,
			   .time_ns = h->in->time_ns};
	if (!c->over)
		ingest_put(h->in, &ev);
	c->over = true;
}

static struct saying_container *container_of_id(struct hearer *h, struct str cid)
{
	size_t n = h->n_containers < SAYINGS_CONTAINERS ? h->n_containers : SAYINGS_CONTAINERS;
	for (size_t i = 0; i < n; i++)
		if (str_eq(cid, (struct str){h->containers[i].cid, h->containers[i].n_cid}))
			return &h->containers[i];
	return NULL;
}

/* A call that was announced has ended. */
static void answered(struct hearer *h, struct saying_container *c, const char *name)
{
	if (c->asked_ns >= 0)
		call(h, c, name, c->asked_ns);
	c->asked_ns = -1;
}

static void container_says(struct hearer *h, struct saying_container *c, enum said said)
{
	switch (said) {
	case STARTING:
	case STOPPING:
		c->asked_ns = h->in->time_ns;
		break;
	case STARTED:
		answered(h, c, "start");
		break;
	case STOPPED:
		answered(h, c, "stop");
		container_ends(h, c);
		break;
	case TERMINATED:
		container_ends(h, c);
		call(h, c, "remove", h->in->time_ns);
		break;
	default:
		break;
	}
}

static void container_said(struct hearer *h, enum said said, struct str word)
{
	if (said == CREATING) {
		word = str_clip_utf8(word, SAYINGS_NAME);
		memcpy(h->image, word.at, word.n);
		h->n_image = word.n;
		h->mixed |= h->n_creating++ > 0;
		h->creating_ns = h->in->time_ns;
		return;
	}
	if (!is_id(word))
		return;
	if (said == READY)
		is_ready(h, word);
	if (h->sayings->tapped)
		return;
	struct saying_container *c = container_of_id(h, word);
	if (said == CREATED && !c)
		container_begins(h, word);
	else if (c)
		container_says(h, c, said);
}

static void container_line(struct hearer *h, struct str line)
{
	for (size_t i = 0; i < sizeof(container_lines) / sizeof(*container_lines); i++) {
		const struct container_line *c = &container_lines[i];
		const char *at = memmem(line.at, line.n, c->text, strlen(c->text));
		if (!at)
			continue;
		size_t from = (size_t)(at - line.at) + strlen(c->text);
		struct str word = first_word(str_cut(line, from, line.n));
		if (word.n)
			container_said(h, c->said, word);
		return;
	}
}

/* kind: " • Preparing nodes 📦  ..." and " ✓ Preparing nodes 📦", between the line that names the cluster and
 * its end. */

/* Without the picture and the dots at its end: all after the last ASCII letter, digit or parenthesis. */
static struct str kind_name(struct str s)
{
	while (s.n) {
		unsigned char c = (unsigned char)s.at[s.n - 1];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ')')
			break;
		s.n--;
	}
	return s;
}

static void kind_line(struct hearer *h, struct str line)
{
	struct str said = str_trim(line);
	if (str_starts(said, "Creating cluster \"")) {
		h->in_kind = true;
		return;
	}
	if (!h->in_kind)
		return;
	char name[SAYINGS_NAME];
	if (str_starts(said, "• ")) {
		struct str what = kind_name(str_cut(said, strlen("• "), said.n));
		int n = snprintf(name, sizeof(name), "kind: %.*s", (int)(what.n < 150 ? what.n : 150),
				 what.at ? what.at : "");
		step_ends(h, true, STATUS_PASSED);
		phase_begins(h, (struct str){name, (size_t)n}, true, true);
	} else if (str_starts(said, "✓ ")) {
		step_ends(h, true, STATUS_PASSED);
	} else if (str_starts(said, "✗ ")) {
		step_ends(h, true, STATUS_FAILED);
		h->in_kind = false;
	} else if (str_starts(said, "Set kubectl context") || str_starts(said, "Deleting cluster")) {
		step_ends(h, true, STATUS_PASSED);
		h->in_kind = false;
	}
}

static void hear(struct hearer *h, struct str line)
{
	if (memmem(line.at, line.n, "ontainer", 8))
		container_line(h, line);
	if (!h->sayings->tapped && (h->in_kind || memmem(line.at, line.n, "Creating cluster", 16)))
		kind_line(h, line);
	if (h->sayings->n_rules)
		own_rules(h, line);
}

void hearer_feed(struct hearer *h, struct lines *stream, struct str bytes)
{
	struct str line;
	while (lines_next(stream, &bytes, &line))
		if (line.n)
			hear(h, line);
}

void hearer_end(struct hearer *h, size_t keep)
{
	while (h->n_open > keep)
		phase_ends(h, h->n_open - 1, h->open[h->n_open - 1].step ? STATUS_PASSED : STATUS_UNFINISHED);
	if (!keep)
		h->in_kind = false;
}
