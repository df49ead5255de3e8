#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "cover_in/cover_readers.h"
#include "cover_in/cover_tell.h"

/* A group of FNL: a function, which may have several names. */
struct group {
	uint32_t first, last;
};

struct lcov {
	struct cover_read *r;
	struct cover_tell *t;
	const char *path, *start, *at, *end; /* at: behind the line that is being read */
	bool open;                           /* between SF and end_of_record */
	struct str context;
	size_t next_function; /* whose FNDA is expected next */
	struct map functions; /* from name to index; made when the order does not fit */
	bool mapped;
	struct group *groups; /* by the number in FNL */
	size_t n_groups, cap_groups;
	size_t n_texts; /* branches of this section that are named by text, and lead to lines */
	struct err *e;
};

static int bad(struct lcov *l, const char *at, const char *what)
{
	unsigned long long line = 1;
	for (const char *p = l->start; (p = memchr(p, '\n', (size_t)(at - p))); p++)
		line++;
	return err_format(l->e, "cannot read '%s': line %llu: %s", l->path, line, what);
}

/* Decimal digits from p on; stops at what is none. Large numbers saturate. */
static inline const char *digits(const char *p, const char *end, uint64_t *ret)
{
	uint64_t v = 0;
	for (; p < end && (unsigned)(*p - '0') < 10; p++)
		v = v < UINT64_MAX / 16 ? v * 10 + (unsigned)(*p - '0') : UINT64_MAX / 16;
	*ret = v;
	return p;
}

/* A number before the next ',' or the end of *rest; takes both. A sign may stand before it. */
static bool number(struct str *rest, int64_t *ret)
{
	uint64_t v;
	const char *end = rest->at + rest->n;
	bool negative = rest->n && *rest->at == '-';
	const char *from = rest->at + negative, *p = digits(from, end, &v);
	if (p == from || (p < end && *p != ','))
		return false;
	*rest = p < end ? (struct str){p + 1, (size_t)(end - p - 1)} : STR_NONE;
	*ret = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

static uint32_t clip(int64_t v, uint32_t most)
{
	return v < 0 ? 0 : v > most ? most : (uint32_t)v;
}

static const char beyond[] = "the line number is out of range";

/* DA:line,count[,checksum]; p stands behind the colon. Returns behind the line's end, or NULL. */
static inline const char *take_line(struct lcov *l, const char *p)
{
	uint64_t line, count;
	const char *end = l->end, *from = p;
	p = digits(p, end, &line);
	if (p == from || p == end || *p != ',')
		return NULL;
	bool negative = ++p < end && *p == '-';
	from = p += negative;
	p = digits(p, end, &count);
	if (p == from ||
	    !tell_line(l->t, (int64_t)line, tell_count(l->t, negative ? -(int64_t)count : (int64_t)count)))
		return NULL;
	if (p < end && *p == '\n')
		return p + 1;
	if (p < end && *p == ',') {
		p = memchr(p, '\n', (size_t)(end - p));
		return p ? p + 1 : end;
	}
	if (p < end && *p == '\r')
		p++;
	return p == end ? p : *p == '\n' ? p + 1 : NULL;
}

/* To where a branch leads that coverage.py names by a text; false when it is another text. */
static bool target(struct str text, int32_t *ret)
{
	static const char *const leave[] = {"return from ", "exit the module", "exit class ",
					    "jump to the function exit"};
	int64_t line;
	if (str_starts(text, "jump to line ") && str_int(str_cut(text, 13, text.n), &line) && line > 0 &&
	    line <= COVER_LINE_MAX) {
		*ret = (int32_t)line;
		return true;
	}
	for (size_t i = 0; i < sizeof(leave) / sizeof(*leave); i++)
		if (str_starts(text, leave[i])) {
			*ret = 0;
			return true;
		}
	return false;
}

/* The number of a branch that has a text for a name: how many its block has already. */
static int32_t next_way(const struct lcov *l, uint32_t line, uint32_t block)
{
	int32_t n = 0;
	for (size_t i = l->t->n_branches; i > 0; i--) {
		const struct cover_branch *b = &l->t->branches[i - 1];
		if (b->line != line || b->block != block)
			break;
		n++;
	}
	return n;
}

/* BRDA:line,[e][f][U]block,branch,taken; a text for a branch may hold commas. */
static int take_branch(struct lcov *l, struct str s)
{
	static const char what[] = "BRDA wants LINE,BLOCK,BRANCH,TAKEN";
	const char *at = s.at;
	struct str block_text, rest = s;
	int64_t line, block = 0, taken, way = 0;
	bool unreachable = false;
	if (!number(&rest, &line) || !rest.at || !str_next(&rest, ',', &block_text) || !rest.at)
		return bad(l, at, what);
	while (block_text.n && strchr("efU", *block_text.at) && *block_text.at) {
		unreachable |= *block_text.at == 'U';
		block_text = str_cut(block_text, 1, block_text.n);
	}
	size_t comma = str_find_last(rest, ',');
	struct str branch = str_cut(rest, 0, comma), taken_text = str_cut(rest, comma + 1, rest.n);
	bool reached = !str_is(taken_text, "-");
	if (!number(&block_text, &block) || comma == rest.n || !branch.n ||
	    (reached && !number(&taken_text, &taken)) || (reached && taken_text.at))
		return bad(l, at, what);
	if (unreachable)
		return 0;
	int32_t leads_to;
	struct str branch_rest = branch;
	if (target(branch, &leads_to)) {
		way = leads_to;
		l->n_texts++;
	} else if (!number(&branch_rest, &way) || branch_rest.at) {
		way = next_way(l, clip(line, COVER_LINE_MAX), clip(block, UINT32_MAX));
	}
	if (!tell_branch(l->t, line, clip(block, UINT32_MAX), (int32_t)clip(way, INT32_MAX),
			 reached ? tell_count(l->t, taken) : COVER_UNREACHED))
		return bad(l, at, beyond);
	return 0;
}

/*
 * BRDA of plain numbers, as most are; p stands behind the colon. Returns behind the line's end, or NULL when
 * take_branch must look at it.
 */
static const char *take_plain_branch(struct lcov *l, const char *p)
{
	uint64_t v[4] = {0};
	for (int i = 0; i < 4; i++) {
		const char *from = p;
		p = digits(p, l->end, &v[i]);
		if (i == 3 && p == from && p < l->end && *p == '-') {
			v[3] = COVER_UNREACHED;
			p++;
		} else if (p == from || v[i] > (i == 2 ? INT32_MAX : COVER_COUNT_MAX)) {
			return NULL;
		}
		if (p == l->end || *p++ != (i == 3 ? '\n' : ','))
			return NULL;
	}
	return tell_branch(l->t, (int64_t)v[0], (uint32_t)v[1], (int32_t)v[2], (uint32_t)v[3]) ? p : NULL;
}

/* FN:first,[last,]name */
static int take_function(struct lcov *l, struct str s)
{
	struct str rest = s;
	int64_t first, last = 0;
	if (!number(&rest, &first) || !rest.at)
		return bad(l, s.at, "FN wants LINE,NAME");
	struct str tail = rest;
	if (number(&tail, &last) && tail.at)
		rest = tail;
	else
		last = 0;
	if (!tell_function(l->t, rest, first, last, 0))
		return bad(l, s.at, beyond);
	return 0;
}

/* Index of the function of this name, or MAP_NONE. Tools write counts in the order of the functions. */
static uint32_t find_function(struct lcov *l, struct str name)
{
	struct cover_tell *t = l->t;
	if (l->next_function < t->n_functions && str_eq(t->functions[l->next_function].name, name))
		return (uint32_t)l->next_function++;
	if (!l->mapped) {
		map_clear(&l->functions);
		l->mapped = true;
	}
	for (size_t i = l->functions.n; i < t->n_functions; i++) {
		uint32_t *at = map_at(&l->functions, t->functions[i].name);
		if (*at == MAP_NONE)
			*at = (uint32_t)i;
	}
	return map_get(&l->functions, name);
}

/* FNDA:count,name */
static int take_calls(struct lcov *l, struct str s)
{
	struct str rest = s;
	int64_t count;
	if (!number(&rest, &count) || !rest.at)
		return bad(l, s.at, "FNDA wants COUNT,NAME");
	uint32_t i = find_function(l, rest), hits = tell_count(l->t, count);
	if (i == MAP_NONE)
		l->t->n_unknown++;
	else
		l->t->functions[i].hits = hits;
	return 0;
}

/* FNL:group,first[,last] */
static int take_group(struct lcov *l, struct str s)
{
	struct str rest = s;
	int64_t group, first, last = 0;
	bool good = number(&rest, &group) && rest.at && number(&rest, &first);
	if (!good || (rest.at && !number(&rest, &last)))
		return bad(l, s.at, "FNL wants GROUP,LINE[,LINE]");
	if (!tell_line_ok(first) || !tell_line_ok(last))
		return bad(l, s.at, beyond);
	/* groups are numbered from 0 on in each section */
	if (group < 0 || (uint64_t)group > l->n_groups)
		return bad(l, s.at, "FNL out of order");
	l->groups = mem_grow(l->groups, l->n_groups, &l->cap_groups, sizeof(*l->groups));
	l->groups[group] = (struct group){(uint32_t)first, (uint32_t)last};
	l->n_groups += (uint64_t)group == l->n_groups;
	return 0;
}

/* FNA:group,count,name */
static int take_alias(struct lcov *l, struct str s)
{
	struct str rest = s;
	int64_t group, count;
	if (!number(&rest, &group) || !rest.at || !number(&rest, &count) || !rest.at)
		return bad(l, s.at, "FNA wants GROUP,COUNT,NAME");
	if (group < 0 || (uint64_t)group >= l->n_groups)
		return bad(l, s.at, "FNA of a group that no FNL told");
	struct group *g = &l->groups[group];
	(void)tell_function(l->t, rest, g->first, g->last, tell_count(l->t, count));
	return 0;
}

static int begin_section(struct lcov *l, struct str path)
{
	if (l->open)
		return bad(l, path.at, "SF inside the section of another file");
	if (!tell_path_ok(path))
		return bad(l, path.at, "SF without a usable file name");
	tell_begin(l->t, path);
	l->t->context = l->context;
	l->open = true;
	l->next_function = l->n_groups = l->n_texts = 0;
	l->mapped = false;
	return 0;
}

static int end_section(struct lcov *l, const char *at)
{
	if (!l->open)
		return bad(l, at, "end_of_record without SF");
	l->t->targets = l->n_texts > 0 && l->n_texts == l->t->n_branches;
	tell_end(l->t);
	l->open = false;
	return 0;
}

static const struct {
	struct str name;
	int (*take)(struct lcov *l, struct str s); /* NULL: nothing that we want */
} records[] = {{{"DA:", sizeof("DA:") - 1}, NULL},          {{"BRDA:", sizeof("BRDA:") - 1}, take_branch},
	       {{"FN:", sizeof("FN:") - 1}, take_function}, {{"FNDA:", sizeof("FNDA:") - 1}, take_calls},
	       {{"FNL:", sizeof("FNL:") - 1}, take_group},  {{"FNA:", sizeof("FNA:") - 1}, take_alias},
	       {{"FNF:", sizeof("FNF:") - 1}, NULL},        {{"FNH:", sizeof("FNH:") - 1}, NULL},
	       {{"BRF:", sizeof("BRF:") - 1}, NULL},        {{"BRH:", sizeof("BRH:") - 1}, NULL},
	       {{"LF:", sizeof("LF:") - 1}, NULL},          {{"LH:", sizeof("LH:") - 1}, NULL},
	       {{"VER:", sizeof("VER:") - 1}, NULL},        {{"MCDC:", sizeof("MCDC:") - 1}, NULL},
	       {{"MCF:", sizeof("MCF:") - 1}, NULL},        {{"MCH:", sizeof("MCH:") - 1}, NULL}};

/* A line that is not DA. */
static int take_other(struct lcov *l, struct str s)
{
	if (s.n && s.at[s.n - 1] == '\r')
		s.n--;
	if (!s.n || *s.at == '#')
		return 0;
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		struct str name = records[i].name;
		if (s.n < name.n || memcmp(s.at, name.at, name.n) != 0)
			continue;
		if (!l->open)
			return bad(l, s.at, "a record outside the section of a file (SF)");
		return records[i].take ? records[i].take(l, str_cut(s, name.n, s.n)) : 0;
	}
	if (str_starts(s, "SF:"))
		return begin_section(l, str_cut(s, 3, s.n));
	if (str_is(str_trim(s), "end_of_record"))
		return end_section(l, s.at);
	if (str_starts(s, "TN:")) {
		l->context = str_trim(str_cut(s, 3, s.n));
		return 0;
	}
	size_t colon = str_find(s, ':');
	for (size_t i = 0; i < colon; i++)
		if (colon == s.n ||
		    !((s.at[i] >= 'A' && s.at[i] <= 'Z') || (s.at[i] >= '0' && s.at[i] <= '9')))
			return bad(l, s.at, "not a record of LCOV");
	l->t->n_unknown++;
	return 0;
}

static int take_all(struct lcov *l)
{
	const char *p = l->at;
	while (p < l->end) {
		if (l->open && l->end - p > 3 && p[0] == 'D' && p[1] == 'A' && p[2] == ':') {
			const char *next = take_line(l, p + 3);
			if (!next)
				return bad(l, p, "DA wants LINE,COUNT, both numbers in range");
			p = next;
			continue;
		}
		if (l->open && l->end - p > 5 && memcmp(p, "BRDA:", 5) == 0) {
			const char *next = take_plain_branch(l, p + 5);
			if (next) {
				p = next;
				continue;
			}
		}
		const char *eol = memchr(p, '\n', (size_t)(l->end - p));
		struct str s = {p, (size_t)((eol ? eol : l->end) - p)};
		if (take_other(l, s) < 0)
			return l->e->fault;
		p = eol ? eol + 1 : l->end;
	}
	return l->open ? bad(l, l->end, "the section of a file has no end_of_record: cut off") : 0;
}

int cover_lcov_read(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct lcov l = {.r = r,
			 .t = r->tell,
			 .path = path,
			 .start = bytes.at,
			 .at = bytes.at,
			 .end = bytes.at + bytes.n,
			 .e = e};
	int fault = take_all(&l);
	tell_drop(l.t);
	map_free(&l.functions);
	mem_free(l.groups);
	return fault;
}
