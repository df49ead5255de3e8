#include "agent/cover_code.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = -1 }; /* for lines: several, or one that is not known */

static const struct {
	const char *name;
	uint32_t flags;
} names[] = {
    {"EXTENDED_ARG", OP_EXTEND},
    {"CACHE", OP_CACHE},
    {"RESUME", OP_RESUME},
    {"GEN_START", OP_FIRST},
    {"JUMP_FORWARD", OP_JUMP | OP_ALWAYS},
    {"JUMP_BACKWARD", OP_JUMP | OP_BACKWARD | OP_ALWAYS},
    {"JUMP_BACKWARD_NO_INTERRUPT", OP_JUMP | OP_BACKWARD | OP_ALWAYS | OP_SILENT},
    {"JUMP_ABSOLUTE", OP_JUMP | OP_ABSOLUTE | OP_ALWAYS},
    {"POP_JUMP_IF_TRUE", OP_JUMP | OP_ABSOLUTE | OP_BRANCH},
    {"POP_JUMP_IF_FALSE", OP_JUMP | OP_ABSOLUTE | OP_BRANCH},
    {"POP_JUMP_IF_NONE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_IF_NOT_NONE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_FORWARD_IF_TRUE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_FORWARD_IF_FALSE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_FORWARD_IF_NONE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_FORWARD_IF_NOT_NONE", OP_JUMP | OP_BRANCH},
    {"POP_JUMP_BACKWARD_IF_TRUE", OP_JUMP | OP_BACKWARD | OP_BRANCH},
    {"POP_JUMP_BACKWARD_IF_FALSE", OP_JUMP | OP_BACKWARD | OP_BRANCH},
    {"POP_JUMP_BACKWARD_IF_NONE", OP_JUMP | OP_BACKWARD | OP_BRANCH},
    {"POP_JUMP_BACKWARD_IF_NOT_NONE", OP_JUMP | OP_BACKWARD | OP_BRANCH},
    {"JUMP_IF_TRUE_OR_POP", OP_JUMP | OP_ABSOLUTE},
    {"JUMP_IF_FALSE_OR_POP", OP_JUMP | OP_ABSOLUTE},
    {"JUMP_IF_NOT_EXC_MATCH", OP_JUMP | OP_ABSOLUTE | OP_BRANCH},
    {"FOR_ITER", OP_JUMP | OP_BRANCH | OP_LOOP},
    {"SEND", OP_JUMP},
    {"SETUP_FINALLY", OP_JUMP | OP_HANDLER},
    {"SETUP_WITH", OP_JUMP | OP_HANDLER},
    {"SETUP_ASYNC_WITH", OP_JUMP | OP_HANDLER},
    {"END_ASYNC_FOR", OP_ASYNC_END},
    {"STORE_NAME", OP_STORE},
    {"STORE_FAST", OP_STORE},
    {"STORE_GLOBAL", OP_STORE},
    {"STORE_DEREF", OP_STORE},
    {"LOAD_ASSERTION_ERROR", OP_ASSERT},
    {"RETURN_VALUE", OP_RETURN | OP_END},
    {"RETURN_CONST", OP_RETURN | OP_END},
    {"RAISE_VARARGS", OP_END | OP_THROW},
    {"RERAISE", OP_END | OP_THROW},
    {"INTERPRETER_EXIT", OP_END},
};

void ops_name(struct ops *ops, const char *name, long number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (number < 0 || number > 255 || strcmp(names[i].name, name) != 0)
			continue;
		uint32_t flags = names[i].flags;
		/* absolute jumps went with 3.11 */
		if (ops->minor >= 11)
			flags &= ~(uint32_t)OP_ABSOLUTE;
		/* the number 0 stood for nothing before */
		if (flags != OP_CACHE || ops->minor >= 11)
			ops->flags[number] = flags;
		if (flags == OP_EXTEND)
			ops->extended_arg = (uint8_t)number;
		if (strcmp(name, "JUMP_FORWARD") == 0)
			ops->jump_forward = (uint8_t)number;
	}
}

static void fill_lines(struct code *c, size_t *unit, size_t n, int32_t line)
{
	for (; n && *unit < c->n_units; n--)
		c->lines[(*unit)++] = line > 0 ? line : 0;
}

/* 3.9: pairs of bytes to go on and lines to go on. */
static void read_lnotab(struct code *c, struct bytes t, int32_t line)
{
	size_t unit = 0, upto = 0;
	for (size_t i = 0; i + 1 < t.n; i += 2) {
		upto += t.at[i];
		fill_lines(c, &unit, upto / 2 - unit, line);
		line += (int8_t)t.at[i + 1];
	}
	fill_lines(c, &unit, c->n_units, line);
}

/* 3.10: pairs of a length in bytes and a step of the line that holds for it; -128: no line. */
static void read_ranges(struct code *c, struct bytes t, int32_t line)
{
	size_t unit = 0;
	for (size_t i = 0; i + 1 < t.n; i += 2) {
		int8_t step = (int8_t)t.at[i + 1];
		line += step == -128 ? 0 : step;
		fill_lines(c, &unit, t.at[i] / 2, step == -128 ? 0 : line);
	}
}

/* A signed number in six bits a byte, the lowest first. */
static int32_t read_step(struct bytes t, size_t *i)
{
	uint32_t v = 0, shift = 0;
	while (*i < t.n && shift < 30) {
		uint8_t b = t.at[(*i)++];
		v |= (uint32_t)(b & 63) << shift;
		shift += 6;
		if (!(b & 64))
			break;
	}
	return v & 1 ? -(int32_t)(v >> 1) : (int32_t)(v >> 1);
}

/* 3.11 and later: entries that begin with a byte above 127. */
static void read_locations(struct code *c, struct bytes t, int32_t line)
{
	size_t unit = 0, i = 0;
	while (i < t.n) {
		uint8_t head = t.at[i++];
		unsigned kind = head >> 3 & 15;
		if (kind == 13 || kind == 14)
			line += read_step(t, &i);
		else if (kind >= 10 && kind <= 12)
			line += (int32_t)kind - 10;
		fill_lines(c, &unit, (head & 7U) + 1, kind == 15 ? 0 : line);
		while (i < t.n && t.at[i] < 128)
			i++;
	}
}

static void read_lines(struct code *c, const struct code_source *s)
{
	if (c->ops->minor >= 11)
		read_locations(c, s->lines, s->first_line);
	else if (c->ops->minor == 10)
		read_ranges(c, s->lines, s->first_line);
	else
		read_lnotab(c, s->lines, s->first_line);
}

static void read_instrs(struct code *c, struct bytes u)
{
	const uint32_t *flags = c->ops->flags;
	for (uint32_t at = 0; at < c->n_units;) {
		struct instr *i = &c->instrs[c->n];
		*i = (struct instr){.unit = at, .line = c->lines[at], .target = -1};
		while (at + 1 < c->n_units && flags[u.at[at * 2]] == OP_EXTEND && i->n_extend < 3) {
			i->arg = (i->arg | u.at[at * 2 + 1]) << 8;
			i->n_extend++;
			at++;
		}
		i->op = u.at[at * 2];
		i->arg |= u.at[at * 2 + 1];
		for (at++; at < c->n_units && flags[u.at[at * 2]] == OP_CACHE; at++)
			;
		i->n_units = (uint8_t)(at - i->unit);
		c->index[i->unit] = (int32_t)c->n++;
	}
}

static bool find_targets(struct code *c)
{
	for (struct instr *i = c->instrs; i < c->instrs + c->n; i++) {
		uint32_t flags = c->ops->flags[i->op];
		if (!(flags & OP_JUMP))
			continue;
		uint32_t arg = c->ops->minor < 10 ? i->arg / 2 : i->arg, after = i->unit + i->n_units;
		uint32_t to = flags & OP_ABSOLUTE ? arg : flags & OP_BACKWARD ? after - arg : after + arg;
		if (to >= c->n_units || c->index[to] < 0)
			return false;
		i->target = c->index[to];
	}
	return true;
}

bool code_varint(struct bytes *from, uint32_t *ret)
{
	uint32_t v = 0;
	while (from->n) {
		uint8_t b = *from->at++;
		from->n--;
		v = v << 6 | (b & 63);
		if (!(b & 64)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

/*
 * In 3.9 a line begins to run at its first instruction, or where code jumps back to, and nowhere else: what
 * is reached in the middle of another line's code, as the end of a loop often is, goes on with the line
 * before.
 */
static void blank_middles(struct code *c)
{
	for (uint32_t k = 0; k < c->n; k++) {
		const struct instr *i = &c->instrs[k];
		uint32_t to = i->target >= 0 ? (uint32_t)i->target : 0;
		int32_t line = c->instrs[to].line;
		bool handler = c->ops->flags[i->op] & OP_HANDLER;
		if (to <= k || c->instrs[to - 1].line != line || (c->lines[i->unit] == line && !handler))
			continue;
		for (; to < c->n && c->lines[c->instrs[to].unit] == line; to++)
			c->instrs[to].line = 0;
	}
}

static uint32_t index_at(const struct code *c, uint32_t unit)
{
	return unit < c->n_units && c->index[unit] >= 0 ? (uint32_t)c->index[unit] : c->n;
}

static bool find_guards(struct code *c, struct bytes t)
{
	uint32_t start, n, target, depth;
	c->guards = malloc((t.n / 4 + 1) * sizeof(*c->guards));
	if (!c->guards)
		return false;
	while (code_varint(&t, &start) && code_varint(&t, &n) && code_varint(&t, &target) &&
	       code_varint(&t, &depth)) {
		struct guard g = {index_at(c, start), n <= c->n_units ? index_at(c, start + n) : c->n,
				  index_at(c, target)};
		if (g.begin < g.end && g.handler < c->n)
			c->guards[c->n_guards++] = g;
	}
	return true;
}

/*
 * How each instruction is reached. `back` and `ahead` are the lines of those that lie behind and before it
 * and are not of its own line: 0 none, MANY.
 */
struct reach {
	int32_t *line; /* of each instruction; of one without, the line that it continues */
	int32_t *ahead, *back;
	bool *own; /* also from its own line, from before it */
};

static void merge_line(int32_t *to, int32_t line)
{
	*to = *to == 0 || *to == line ? line : MANY;
}

static void reach_from(struct code *c, struct reach *r, uint32_t to, int32_t line, bool backward)
{
	struct instr *i = &c->instrs[to];
	i->n_before += i->n_before < UINT16_MAX;
	if (line == 0)
		line = MANY;
	if (line == i->line)
		r->own[to] |= !backward;
	else
		merge_line(backward ? &r->back[to] : &r->ahead[to], line);
	if (!backward && !i->line)
		merge_line(&r->line[to], line);
}

/* The line that all instructions of a guard have, or MANY. */
static int32_t guard_line(const struct code *c, const struct guard *g)
{
	int32_t line = 0;
	for (uint32_t k = g->begin; k < g->end; k++)
		merge_line(&line, c->instrs[k].line ? c->instrs[k].line : MANY);
	return line;
}

static void reach_handlers(struct code *c, struct reach *r)
{
	for (const struct guard *g = c->guards; g < c->guards + c->n_guards; g++)
		reach_from(c, r, g->handler, guard_line(c, g), g->handler <= g->begin);
}

static void reach_all(struct code *c, struct reach *r)
{
	for (uint32_t k = 0; k < c->n; k++) {
		const struct instr *i = &c->instrs[k];
		uint32_t flags = c->ops->flags[i->op];
		if (i->line)
			r->line[k] = i->line;
		if (flags & OP_HANDLER)
			reach_from(c, r, (uint32_t)i->target, MANY, false);
		else if (i->target >= 0)
			reach_from(c, r, (uint32_t)i->target, r->line[k], (uint32_t)i->target <= k);
		if (!(flags & (OP_ALWAYS | OP_END)) && k + 1 < c->n)
			reach_from(c, r, k + 1, r->line[k], false);
	}
}

static void find_starts(struct code *c, const struct reach *r)
{
	for (uint32_t k = c->first; k < c->n; k++) {
		struct instr *i = &c->instrs[k];
		if (!i->line || !i->n_before)
			continue;
		int32_t line = r->ahead[k];
		/* a loop's head that was entered from its own line has been seen before anyone came back to
		 * it */
		i->starts = line || !r->own[k];
		i->inner = r->own[k] && !line && !r->back[k];
		if (r->back[k])
			merge_line(&line, r->back[k]);
		i->from = !r->own[k] && line > 0 ? line : 0;
	}
}

static bool find_reach(struct code *c)
{
	int32_t *numbers = calloc(c->n * (size_t)3 + 3, sizeof(int32_t));
	bool *own = calloc(c->n + (size_t)1, sizeof(bool));
	if (numbers && own) {
		struct reach r = {numbers, numbers + c->n, numbers + 2 * (size_t)c->n, own};
		for (uint32_t k = 0; k < c->n && !c->first; k++)
			if (c->ops->flags[c->instrs[k].op] & (OP_RESUME | OP_FIRST))
				c->first = k + 1;
		if (c->first < c->n)
			reach_from(c, &r, c->first, MANY, false);
		reach_handlers(c, &r);
		/* what stands before the body has the line of the def, which does not begin to run there */
		reach_all(c, &r);
		if (c->first < c->n)
			r.own[c->first] = false;
		find_starts(c, &r);
	}
	free(numbers);
	free(own);
	return numbers && own;
}

/* Where an exception that instruction k raises goes; c->n: it leaves. */
static uint32_t handler_of(const struct code *c, uint32_t k)
{
	for (uint32_t i = 0; i < c->n_guards; i++)
		if (c->guards[i].begin <= k && k < c->guards[i].end)
			return c->guards[i].handler;
	return c->n;
}

/* A way is at instruction k, and nothing else was before; whether that is so behind it, too. */
static bool goes_alone(const struct code *c, struct way *w, uint32_t k)
{
	const struct instr *i = &c->instrs[k];
	uint32_t flags = c->ops->flags[i->op];
	w->joins = k;
	if ((i->line && i->line != w->from) || (i->n_before != 1 && !i->inner))
		return false;
	if (w->passes < 0 && (flags & (OP_ALWAYS | OP_RETURN)) && !(flags & OP_SILENT))
		w->passes = (int32_t)k;
	return !(flags & OP_THROW); /* others throw there, too */
}

/*
 * Where a way leads: follows the code from where it begins to another line, out, or to a branch, which has
 * ways of its own. That an assertion fails is no way.
 */
static bool follow(const struct code *c, int32_t exit_line, struct way *w)
{
	uint32_t k = w->begins;
	bool alone = true;
	w->reaches = -1;
	w->passes = -1;
	w->to = -exit_line;
	for (uint32_t steps = 0; k < c->n && steps < c->n; steps++) {
		const struct instr *i = &c->instrs[k];
		uint32_t flags = c->ops->flags[i->op];
		alone = alone && goes_alone(c, w, k);
		if (i->line && i->line != w->from) {
			w->to = i->line;
			w->reaches = (int32_t)k;
			return true;
		}
		if (flags & (OP_RETURN | OP_ASSERT))
			return flags & OP_RETURN;
		if (flags & OP_THROW) {
			k = handler_of(c, k);
			if (k == c->n)
				return true;
			continue;
		}
		if ((flags & OP_END) || ((flags & OP_JUMP) && !(flags & (OP_ALWAYS | OP_HANDLER))))
			return false;
		k = flags & OP_ALWAYS ? (uint32_t)i->target : k + 1;
	}
	return false;
}

static void add_way(struct code *c, int32_t exit_line, struct way w)
{
	if (follow(c, exit_line, &w))
		c->ways[c->n_ways++] = w;
}

static void find_ways(struct code *c, int32_t exit_line)
{
	for (uint32_t k = 0; k < c->n; k++) {
		const struct instr *i = &c->instrs[k];
		if (!i->line || !(c->ops->flags[i->op] & (OP_BRANCH | OP_ASYNC_END)))
			continue;
		add_way(c, exit_line, (struct way){.instr = k, .from = i->line, .begins = k + 1});
		struct way jump = {.instr = k, .from = i->line, .begins = (uint32_t)i->target, .jumps = true};
		if (i->target >= 0)
			add_way(c, exit_line, jump);
	}
}

static bool is_def_line(const struct code_source *s, int32_t line)
{
	for (size_t i = 0; i < s->n_def_lines; i++)
		if (s->def_lines[i] == line)
			return true;
	return false;
}

/* A def ends by giving a name to what it made, and with what else there is to its line. */
static void find_defs(struct code *c, const struct code_source *s)
{
	for (uint32_t k = c->first; s->n_def_lines && k < c->n; k++) {
		int32_t line = c->instrs[k].line;
		if (!line || !(c->ops->flags[c->instrs[k].op] & OP_STORE) || !is_def_line(s, line))
			continue;
		while (k + 1 < c->n && !(c->ops->flags[c->instrs[k].op] & (OP_ALWAYS | OP_END)) &&
		       c->instrs[k + 1].line == line)
			k++;
		if (!(c->ops->flags[c->instrs[k].op] & OP_BRANCH))
			add_way(c, s->exit_line, (struct way){.instr = k, .from = line, .begins = k});
	}
}

size_t code_def_lines(int32_t *ret, const struct ops *ops, const struct code_source *s)
{
	enum { MOST = 1000 };
	int32_t lines[MOST] = {0}, other = 0;
	struct code c = {.ops = ops, .n_units = (uint32_t)(s->units.n / 2), .lines = lines};
	if (s->units.n / 2 > MOST)
		return 0;
	read_lines(&c, s);
	for (uint32_t i = 0; i < c.n_units; i++)
		if (lines[i] && lines[i] != s->first_line)
			merge_line(&other, lines[i]);
	ret[0] = s->first_line;
	ret[1] = other;
	return other == MANY ? 0 : other ? 2 : 1;
}

/* A function that begins on the line of its def has no more lines than that statement. */
static int32_t only_line(const struct code *c, const struct code_source *s)
{
	int32_t line = 0;
	for (uint32_t k = c->first; k < c->n; k++) {
		if (!c->instrs[k].line)
			continue;
		if (!line && s->is_function && c->instrs[k].line == s->exit_line)
			return s->exit_line;
		merge_line(&line, c->instrs[k].line);
	}
	return line > 0 ? line : 0;
}

bool code_read(struct code *ret, const struct ops *ops, const struct code_source *s)
{
	*ret = (struct code){.ops = ops, .n_units = (uint32_t)(s->units.n / 2)};
	if (!ret->n_units || s->units.n > (UINT32_C(1) << 28) || s->first_line < 0)
		return false;
	size_t n = ret->n_units;
	ret->instrs = calloc(n, sizeof(*ret->instrs));
	ret->index = malloc(n * sizeof(int32_t));
	ret->lines = calloc(n, sizeof(int32_t));
	ret->ways = s->exit_line ? malloc(n * 2 * sizeof(*ret->ways)) : NULL;
	if (!ret->instrs || !ret->index || !ret->lines || (s->exit_line && !ret->ways)) {
		code_free(ret);
		return false;
	}
	memset(ret->index, -1, n * sizeof(int32_t));
	read_lines(ret, s);
	read_instrs(ret, s->units);
	bool good = find_targets(ret);
	if (good && ops->minor < 10)
		blank_middles(ret);
	if (!good || !find_guards(ret, s->exceptions) || !find_reach(ret)) {
		code_free(ret);
		return false;
	}
	if (s->exit_line) {
		find_ways(ret, s->exit_line);
		find_defs(ret, s);
		ret->only_line = only_line(ret, s);
	}
	return true;
}

void code_free(struct code *c)
{
	free(c->instrs);
	free(c->index);
	free(c->lines);
	free(c->ways);
	free(c->guards);
	*c = (struct code){0};
}
