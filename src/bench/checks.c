#include "bench/checks.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/regex.h"
#include "base/str.h"
#include "config/quantity.h"

enum check_kind { STATUS, EXIT_CODE, CONTAINS, LACKS, MATCHES, HEADER, JSON_VALUE, CHECK_KINDS };

struct check {
	enum check_kind is;
	struct str value; /* what is wanted; empty where being there is enough (has_value) */
	struct str name;  /* of a header; the pointer into JSON */
	int64_t from, to; /* of STATUS and EXIT_CODE */
	bool has_value;
	struct regex *regex;
};

struct checks {
	struct check *at;
	size_t n;
	bool needs_body, have_status;
};

/* What a check has to look at, and where it may tell what is wrong. */
struct look {
	const struct checked *what;
	struct arena *scratch;
	const char *output; /* "body", "output" */
	char *why;
	size_t room;
};

static enum check_kind kind_of(struct str name)
{
	static const char *const words[CHECK_KINDS] = {"status",  "exit-code", "contains", "lacks",
						       "matches", "header",    "json"};
	size_t i = 0;
	while (i < CHECK_KINDS && !str_is(name, words[i]))
		i++;
	return (enum check_kind)i;
}

/* "200", "2xx" */
static int read_number(struct check *c, struct err *e)
{
	if (c->value.n == 3 && str_ends(c->value, "xx") && c->value.at[0] >= '1' && c->value.at[0] <= '5') {
		c->from = (c->value.at[0] - '0') * 100;
		c->to = c->from + 99;
		return 0;
	}
	if (!str_int(c->value, &c->from))
		return err_usage(e, "'%.*s' is no number", STR_ARG(str_clip_utf8(c->value, 80)));
	c->to = c->from;
	return 0;
}

static int read_pointer(struct check *c, struct err *e)
{
	size_t equals = str_find(c->value, '=');
	c->name = str_cut(c->value, 0, equals);
	c->has_value = equals < c->value.n;
	c->value = str_cut(c->value, equals + 1, c->value.n);
	bool good = !c->name.n || c->name.at[0] == '/';
	for (size_t i = 0; i < c->name.n; i++)
		good =
		    good && (c->name.at[i] != '~' ||
			     (i + 1 < c->name.n && (c->name.at[i + 1] == '0' || c->name.at[i + 1] == '1')));
	if (good)
		return 0;
	return err_usage(e, "'%.*s' is no pointer into JSON such as /result/ok=true",
			 STR_ARG(str_clip_utf8(c->name, 80)));
}

static void read_wanted_header(struct check *c)
{
	size_t colon = str_find(c->value, ':');
	c->name = str_trim(str_cut(c->value, 0, colon));
	c->has_value = colon < c->value.n;
	c->value = str_trim(str_cut(c->value, colon + 1, c->value.n));
}

static int read_one(struct check *c, struct str pair, struct err *e)
{
	size_t equals = str_find(pair, '=');
	struct str name = str_cut(pair, 0, equals);
	*c = (struct check){.is = kind_of(name), .value = str_cut(pair, equals + 1, pair.n)};
	switch (c->is) {
	case STATUS:
	case EXIT_CODE:
		return read_number(c, e);
	case MATCHES:
		return regex_compile(&c->value, 1, &c->regex, e);
	case HEADER:
		read_wanted_header(c);
		return 0;
	case JSON_VALUE:
		return read_pointer(c, e);
	case CHECK_KINDS:
		return err_usage(e, "there is no check '%.*s'", STR_ARG(str_clip_utf8(name, 80)));
	default:
		return 0;
	}
}

int checks_read(struct checks **ret, struct arena *a, const struct knob_list *pairs, struct err *e)
{
	struct checks *cs = arena_new(a, struct checks);
	cs->at = arena_array(a, struct check, pairs->n);
	for (; cs->n < pairs->n; cs->n++) {
		struct check *c = &cs->at[cs->n];
		if (read_one(c, str_of(pairs->at[cs->n]), e) < 0) {
			checks_free(cs);
			return err_wrap(e, "checks");
		}
		cs->have_status = cs->have_status || c->is == STATUS || c->is == EXIT_CODE;
		cs->needs_body = cs->needs_body || (c->is != STATUS && c->is != EXIT_CODE && c->is != HEADER);
	}
	*ret = cs;
	return 0;
}

void checks_free(struct checks *c)
{
	for (size_t i = 0; c && i < c->n; i++)
		regex_free(c->at[i].regex);
	if (c)
		c->n = 0;
}

bool checks_need_body(const struct checks *c)
{
	return c->needs_body;
}

bool checks_have_status(const struct checks *c)
{
	return c->have_status;
}

static bool number_holds(const struct check *c, int64_t number, const char *word, struct look *l)
{
	if (number >= c->from && number <= c->to)
		return true;
	if (number < 0)
		(void)snprintf(l->why, l->room, "there is no %s", word);
	else
		(void)snprintf(l->why, l->room, "%s %lld, wanted %.*s", word, (long long)number,
			       STR_ARG(c->value));
	return false;
}

static bool text_holds(const struct check *c, struct look *l)
{
	bool has = str_has(l->what->body, c->value);
	if (has == (c->is == CONTAINS))
		return true;
	(void)snprintf(l->why, l->room, "the %s %s '%.*s'", l->output, has ? "contains" : "lacks",
		       STR_ARG(str_clip_utf8(c->value, 80)));
	return false;
}

static bool regex_holds(const struct check *c, struct look *l)
{
	if (regex_groups(c->regex, l->what->body, NULL, 0))
		return true;
	(void)snprintf(l->why, l->room, "the %s does not match '%.*s'", l->output,
		       STR_ARG(str_clip_utf8(c->value, 80)));
	return false;
}

/* One of several headers of that name is enough. */
static bool header_holds(const struct check *c, struct look *l)
{
	struct str rest = l->what->headers, line;
	bool is_there = false;
	while (rest.n && str_next(&rest, '\n', &line)) {
		size_t colon = str_find(line, ':');
		if (colon != c->name.n || colon == line.n || strncasecmp(line.at, c->name.at, colon) != 0)
			continue;
		is_there = true;
		if (!c->has_value || str_eq(str_trim(str_cut(line, colon + 1, line.n)), c->value))
			return true;
	}
	struct str name = str_clip_utf8(c->name, 80);
	if (is_there)
		(void)snprintf(l->why, l->room, "header '%.*s' is not '%.*s'", STR_ARG(name),
			       STR_ARG(str_clip_utf8(c->value, 80)));
	else
		(void)snprintf(l->why, l->room, "there is no header '%.*s'", STR_ARG(name));
	return false;
}

/* Whether the key or index is what the pointer's token says, in which ~1 is / and ~0 is ~. */
static bool token_is(struct str token, struct str key)
{
	size_t k = 0;
	for (size_t i = 0; i < token.n; i++, k++) {
		char c = token.at[i];
		if (c == '~')
			c = token.at[++i] == '1' ? '/' : '~';
		if (k >= key.n || key.at[k] != c)
			return false;
	}
	return k == key.n;
}

/* Goes on to the member or item of the next value that the token names. */
static bool enter(struct json *j, struct str token)
{
	char number[24];
	struct str key;
	if (json_peek(j) == JSON_OBJECT) {
		(void)json_object(j);
		while (json_key(j, &key)) {
			if (token_is(token, key))
				return true;
			json_skip(j);
		}
	} else if (json_peek(j) == JSON_ARRAY) {
		(void)json_array(j);
		for (uint64_t i = 0; json_item(j); i++) {
			(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)i);
			if (str_is(token, number))
				return true;
			json_skip(j);
		}
	}
	return false;
}

static bool find_value(struct json *j, struct str pointer)
{
	struct str token;
	if (!pointer.n)
		return true;
	pointer = str_cut(pointer, 1, pointer.n);
	do {
		size_t end = str_find(pointer, '/');
		token = str_cut(pointer, 0, end);
		if (!enter(j, token))
			return false;
		if (end == pointer.n)
			return true;
		pointer = str_cut(pointer, end + 1, pointer.n);
	} while (true);
}

/* Two pieces of JSON, but for blanks between its parts. */
static bool is_same(struct str a, struct str b)
{
	size_t i = 0, k = 0;
	bool in_text = false;
	for (;;) {
		while (!in_text && i < a.n && strchr(" \t\r\n", a.at[i]))
			i++;
		while (!in_text && k < b.n && strchr(" \t\r\n", b.at[k]))
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if (a.at[i] != b.at[k])
			return false;
		if (in_text && a.at[i] == '\\' && i + 1 < a.n && k + 1 < b.n) {
			if (a.at[++i] != b.at[++k])
				return false;
		} else if (a.at[i] == '"') {
			in_text = !in_text;
		}
		i++;
		k++;
	}
}

static bool value_is(struct json *j, struct str wanted)
{
	double number, other;
	int64_t whole, other_whole; /* may be larger than what a double tells apart */
	if (json_peek(j) == JSON_TEXT)
		return str_eq(json_text(j), wanted);
	struct str raw = str_trim(json_raw(j));
	if (str_int(raw, &whole) && str_int(wanted, &other_whole))
		return whole == other_whole;
	if (quantity_real(raw, &number) && quantity_real(wanted, &other))
		return number == other;
	return is_same(raw, wanted);
}

/* Of an answer only what tells nothing secret. */
static void tell_value(const struct check *c, struct json *j, struct look *l)
{
	static const char *const words[] = {
	    [JSON_TEXT] = "another text", [JSON_ARRAY] = "an array", [JSON_OBJECT] = "an object"};
	enum json_type type = json_peek(j);
	struct str is = str_cut(str_trim(json_raw(j)), 0, 40);
	if (type == JSON_TEXT || type == JSON_ARRAY || type == JSON_OBJECT)
		is = str_of(words[type]);
	(void)snprintf(l->why, l->room, "%.*s is %.*s, wanted %.*s", STR_ARG(str_clip_utf8(c->name, 80)),
		       STR_ARG(is), STR_ARG(str_clip_utf8(c->value, 60)));
}

static bool json_holds(const struct check *c, struct look *l)
{
	struct json j, again;
	json_init(&j, l->what->body, l->scratch);
	json_skip(&j);
	if (!json_end(&j)) {
		(void)snprintf(l->why, l->room, l->what->body.n ? "the %s is no JSON" : "the %s is empty",
			       l->output);
		return false;
	}
	json_init(&j, l->what->body, l->scratch);
	if (!find_value(&j, c->name)) {
		(void)snprintf(l->why, l->room, "the %s has no %.*s", l->output,
			       STR_ARG(str_clip_utf8(c->name, 80)));
		return false;
	}
	again = j;
	if (!c->has_value || value_is(&j, c->value))
		return true;
	tell_value(c, &again, l);
	return false;
}

static bool holds(const struct check *c, struct look *l)
{
	switch (c->is) {
	case STATUS:
		return number_holds(c, l->what->status, "status", l);
	case EXIT_CODE:
		return number_holds(c, l->what->exit_code, "exit code", l);
	case MATCHES:
		return regex_holds(c, l);
	case HEADER:
		return header_holds(c, l);
	case JSON_VALUE:
		return json_holds(c, l);
	default:
		return text_holds(c, l);
	}
}

/* One line, whatever stands in it. */
static void make_line(char *why)
{
	for (; *why; why++)
		if ((unsigned char)*why < ' ' || *why == 0x7f)
			*why = '?';
}

bool checks_hold(const struct checks *c, const struct checked *what, struct arena *scratch, char *why,
		 size_t why_bytes)
{
	struct look l = {.what = what,
			 .scratch = scratch,
			 .output = what->exit_code >= 0 ? "output" : "body",
			 .why = why,
			 .room = why_bytes};
	for (size_t i = 0; i < c->n; i++)
		if (!holds(&c->at[i], &l)) {
			make_line(why);
			return false;
		}
	return true;
}
