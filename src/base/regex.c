#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"

#include <pcre2.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/regex_python.h"
#include "base/str.h"

enum {
	STEPS_MAX = 10 * 1000 * 1000,
	HEAP_MAX_KIB = 64 * 1024,
	JIT_STACK_MIN = 32 * 1024,
	JIT_STACK_MAX = 8 * 1024 * 1024,
	SHOWN_PATTERN = 160,
};

/* The same patterns for texts of ASCII alone, which need no tables of Unicode, and for others. */
struct regex {
	pcre2_code *ascii; /* NULL: the patterns themselves are not ASCII */
	pcre2_code *any;
};

static void *take(size_t size_bytes, void *unused)
{
	(void)unused;
	return mem_alloc(size_bytes);
}

static void drop(void *p, void *unused)
{
	(void)unused;
	mem_free(p);
}

static bool is_ascii(struct str s)
{
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		uint64_t word;
		memcpy(&word, s.at + i, 8);
		if (word & UINT64_C(0x8080808080808080))
			return false;
	}
	for (; i < s.n; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

static pcre2_code *compile(struct str pattern, bool any, int *ret_code, size_t *ret_at)
{
	pcre2_general_context *memory = pcre2_general_context_create(take, drop, NULL);
	pcre2_compile_context *how = pcre2_compile_context_create(memory);
	uint32_t options = PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C;
	if (any)
		options |= PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
	pcre2_set_newline(how, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(how, 200);
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.n, options,
					 ret_code, ret_at, how);
	if (code)
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	pcre2_compile_context_free(how);
	pcre2_general_context_free(memory);
	return code;
}

/* Whether one pattern is good by itself, so that an error is told of it and not of all. */
static int check(struct str pattern, struct str translated, struct err *e)
{
	int code;
	size_t at;
	char text[160];
	pcre2_code *compiled = compile(translated, true, &code, &at);
	pcre2_code_free(compiled);
	if (compiled)
		return 0;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text)) < 0)
		text[0] = 0;
	struct str shown = str_clip_utf8(pattern, SHOWN_PATTERN);
	return err_usage(e, "bad regular expression '%.*s': %s", STR_ARG(shown), text);
}

int regex_compile(const struct str *patterns, size_t n, struct regex **ret, struct err *e)
{
	struct buf all = {0}, one = {0};
	int fault = 0, code;
	size_t at;
	*ret = NULL;
	for (size_t i = 0; i < n && !fault; i++) {
		buf_clear(&one);
		fault = regex_from_python(&one, patterns[i], e);
		if (!fault)
			fault = check(patterns[i], buf_view(&one), e);
		buf_text(&all, i ? "|(?:" : "(?:");
		buf_str(&all, buf_view(&one));
		buf_char(&all, ')');
	}
	if (!fault && n) {
		struct regex *r = mem_alloc(sizeof(*r));
		struct str pattern = buf_view(&all);
		r->any = compile(pattern, true, &code, &at);
		r->ascii = r->any && is_ascii(pattern) ? compile(pattern, false, &code, &at) : NULL;
		*ret = r;
		if (!r->any) { /* good one by one, and not together: a name of a group that comes twice, say
				*/
			regex_free(r);
			*ret = NULL;
			fault = err_usage(e, "these %zu regular expressions do not go together", n);
		}
	}
	buf_free(&all);
	buf_free(&one);
	return fault;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->ascii);
	pcre2_code_free(r->any);
	mem_free(r);
}

struct search {
	struct str text;
	size_t counted; /* bytes of the text in which newlines have been counted */
	uint32_t line;  /* at that byte */
	struct regex_match *at;
	uint32_t n, cap;
};

static uint32_t line_at(struct search *s, size_t offset)
{
	while (s->counted < offset) {
		const char *p = s->text.at + s->counted;
		const char *newline = memchr(p, '\n', offset - s->counted);
		s->counted = newline ? (size_t)(newline + 1 - s->text.at) : offset;
		s->line += newline != NULL;
	}
	return s->line;
}

static void keep(struct search *s, struct arena *a, size_t from, size_t to)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		struct regex_match *more = arena_array(a, struct regex_match, s->cap);
		if (s->n)
			memcpy(more, s->at, s->n * sizeof(*more));
		s->at = more;
	}
	/* a lookbehind cannot make a match begin before the last one ended, but \K could: it is not in the
	 * dialect */
	uint32_t first = line_at(s, from);
	s->at[s->n++] = (struct regex_match){first, line_at(s, to)};
}

static int find_all(struct search *s, struct arena *a, const pcre2_code *code, pcre2_match_data *data,
		    pcre2_match_context *limits)
{
	size_t offset = 0;
	uint32_t options = 0;
	while (offset <= s->text.n) {
		int rc = pcre2_match(code, (PCRE2_SPTR)s->text.at, s->text.n, offset, options, data, limits);
		if (rc == PCRE2_ERROR_NOMATCH)
			return 0;
		if (rc < 0)
			return rc;
		const size_t *found = pcre2_get_ovector_pointer(data);
		keep(s, a, found[0], found[1]);
		options = found[1] == found[0] ? PCRE2_NOTEMPTY_ATSTART : 0;
		offset = found[1];
	}
	return 0;
}

int regex_lines(const struct regex *r, struct arena *a, struct str text, struct regex_match **ret,
		uint32_t *ret_n, struct err *e)
{
	struct search s = {.text = text.at ? text : STR(""), .line = 1};
	*ret = NULL;
	*ret_n = 0;
	if (!r)
		return 0;
	const pcre2_code *code = r->ascii && is_ascii(text) ? r->ascii : r->any;
	pcre2_general_context *memory = pcre2_general_context_create(take, drop, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(memory);
	pcre2_match_data *data = pcre2_match_data_create(1, memory);
	pcre2_jit_stack *stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, memory);
	pcre2_set_match_limit(limits, STEPS_MAX);
	pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
	if (stack)
		pcre2_jit_stack_assign(limits, NULL, stack);
	int rc = find_all(&s, a, code, data, limits);
	if (stack)
		pcre2_jit_stack_free(stack);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_general_context_free(memory);
	if (rc < 0)
		return err_usage(
		    e, "a regular expression takes too many steps near line %u of the text: make it simpler",
		    (unsigned)s.line);
	*ret = s.at;
	*ret_n = s.n;
	return 0;
}

/* What PCRE2 says: below 0 there was no match, or it gave up. */
static int match_once(const struct regex *r, struct str text, struct str *groups, size_t n)
{
	if (!r)
		return PCRE2_ERROR_NOMATCH;
	struct str subject = text.at ? text : STR("");
	const pcre2_code *code = r->ascii && is_ascii(subject) ? r->ascii : r->any;
	pcre2_general_context *memory = pcre2_general_context_create(take, drop, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(memory);
	pcre2_match_data *data = pcre2_match_data_create((uint32_t)n, memory);
	pcre2_set_match_limit(limits, STEPS_MAX);
	pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
	int rc = pcre2_match(code, (PCRE2_SPTR)subject.at, subject.n, 0, 0, data, limits);
	const size_t *found = pcre2_get_ovector_pointer(data);
	for (size_t i = 0; i < n && rc >= 0; i++) {
		/* 0: more groups than there is room for; the first n are there all the same */
		bool took_part = (rc == 0 || i < (size_t)rc) && found[2 * i] != PCRE2_UNSET;
		groups[i] =
		    took_part ? str_cut(subject, found[2 * i], found[2 * i + 1] - found[2 * i]) : STR_NONE;
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_general_context_free(memory);
	return rc;
}

bool regex_groups(const struct regex *r, struct str text, struct str *groups, size_t n)
{
	return match_once(r, text, groups, n) >= 0;
}

int regex_search(const struct regex *r, struct str text)
{
	int rc = match_once(r, text, NULL, 0);
	return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
