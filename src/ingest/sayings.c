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
	*s = (struct sayings){.rules = arena_array(a, struct saying_rule, n + 1), .kind = true};
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

struct container_line {
	const char *says, *name;
	bool image; /* what follows is an image, not an id */
};

static const struct container_line container_lines[] = {
    {"Creating container for image: ", "creating", true}, /* Java */
    {"Creating container for image ", "creating", true},
    {"Container created: ", "created", false},
    {"Starting container: ", "starting", false},
    {" is starting: ", "starting", false}, /* Java: "Container IMAGE is starting: ID" */
    {"Container started: ", "started", false},
    {"Waiting for container id ", "waiting", false},
    {"Container is ready: ", "ready", false},
    {"Stopping container: ", "stopping", false},
    {"Container stopped: ", "stopped", false},
    {"Container terminated: ", "terminated", false},
};

static bool is_id(struct str word)
{
	size_t n = 0;
	while (n < word.n && strchr("0123456789abcdef", word.at[n]) && word.at[n])
		n++;
	return n == word.n && n >= 12 && n <= 64;
}

static struct str first_word(struct str s)
{
	size_t n = 0;
	while (n < s.n && (unsigned char)s.at[n] > ' ')
		n++;
	return str_cut(s, 0, n);
}

static void container_line(struct hearer *h, struct str line)
{
	for (size_t i = 0; i < sizeof(container_lines) / sizeof(*container_lines); i++) {
		const struct container_line *c = &container_lines[i];
		const char *at = memmem(line.at, line.n, c->says, strlen(c->says));
		if (!at)
			continue;
		size_t from = (size_t)(at - line.at) + strlen(c->says);
		struct str word = first_word(str_cut(line, from, line.n));
		if (!word.n || (!c->image && !is_id(word)))
			return;
		const struct field field = {.key = c->image ? STR("image") : STR("cid"),
					    .type = FIELD_TEXT,
					    .text = str_clip_utf8(word, SAYINGS_NAME)};
		struct event ev = {.type = EVENT_VALUE,
				   .name = str_of(c->name),
				   .source = SOURCE_LOG,
				   .time_ns = h->in->time_ns,
				   .fields = &field,
				   .n_fields = 1};
		ingest_put(h->in, &ev);
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
	if (h->sayings->kind && (h->in_kind || memmem(line.at, line.n, "Creating cluster", 16)))
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
