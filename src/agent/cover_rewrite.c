#include "agent/cover_rewrite.h"

#include <stdlib.h>
#include <string.h>

/* The same in 3.9, 3.10 and 3.11, which alone have probes. */
enum {
	OPCODE_POP_TOP = 1,
	OPCODE_UNARY_NOT = 12,
	OPCODE_LOAD_CONST = 100,
	OPCODE_JUMP_ABSOLUTE = 113,
	OPCODE_POP_JUMP_FORWARD_IF_TRUE = 115,
	OPCODE_JUMP_BACKWARD_NO_INTERRUPT = 134,
};

struct want {
	int32_t line, from, to;
};

/* A piece of the new code: an instruction, or a whole probe. */
struct piece {
	uint32_t at, n_units;
	int32_t instr; /* of which it is a copy; -1 */
	int32_t spot;  /* -1: no probe */
	int32_t jump;  /* index of the piece to which it jumps; -1 */
	uint32_t arg;
	uint32_t unit; /* of the old code: from there it has its line */
	int32_t line;  /* instead of that; 0 */
	bool nowhere;  /* has no line */
	uint32_t flags;
	uint8_t op, n_extend, n_caches;
};

struct rewrite {
	const struct code *c;
	const struct code_source *s;
	struct rewritten *out;
	uint32_t k;
	struct want *label, *fall; /* by instruction: probes for all who come; for who falls into it */
	int32_t *way_jump;         /* by way: piece of its detour; -1: none */
	int32_t *place;            /* by instruction: the piece at which who jumps to it arrives */
	int32_t *copy;             /* by instruction: the piece that is its copy */
	struct piece *pieces;
	uint32_t n;
};

enum { MARKED = -2 }; /* as a copy that is yet to be made: marks go before it */

static bool is_told_by_line(const struct code *c, const struct way *w)
{
	return w->reaches >= 0 && c->instrs[w->reaches].starts && c->instrs[w->reaches].from == w->from;
}

/* Where probes go. way_jump of a way that needs a detour becomes 0. */
static uint32_t choose(struct rewrite *r)
{
	const struct code *c = r->c;
	uint32_t n = 0;
	for (uint32_t k = c->first; k < c->n; k++) {
		const struct instr *i = &c->instrs[k];
		if (!i->starts)
			continue;
		r->label[k] = (struct want){i->line, r->s->exit_line ? i->from : 0, i->line};
		if (i->line == c->only_line && !i->from)
			r->label[k] = (struct want){i->line, i->line, -r->s->exit_line};
		n++;
	}
	for (uint32_t k = 0; k < c->n_ways; k++) {
		const struct way *w = &c->ways[k];
		struct want *label = &r->label[w->begins], *fall = &r->fall[w->begins];
		r->way_jump[k] = -1;
		if (is_told_by_line(c, w) || w->begins < c->first)
			continue;
		if (c->instrs[w->begins].n_before == 1 && !label->from) {
			n += !label->line;
			label->from = w->from;
			label->to = w->to;
		} else if (!w->jumps) {
			n++;
			*fall = (struct want){0, w->from, w->to};
		} else if (!(c->ops->flags[c->instrs[w->instr].op] & OP_BACKWARD)) {
			n++;
			r->way_jump[k] = 0;
		}
	}
	return n;
}

static struct piece *add(struct rewrite *r)
{
	struct piece *p = &r->pieces[r->n++];
	*p = (struct piece){.instr = -1, .spot = -1, .jump = -1};
	return p;
}

static void add_probe(struct rewrite *r, const struct want *w, uint32_t unit, bool after_fast)
{
	struct piece *p = add(r);
	p->spot = (int32_t)r->out->n_spots;
	p->n_units = r->out->probe_units;
	p->unit = unit;
	r->out->spots[r->out->n_spots++] =
	    (struct spot){.line = w->line, .from = w->from, .to = w->to, .after_fast = after_fast};
}

static bool is_fast(const struct rewrite *r, uint32_t k)
{
	return k > 0 && r->c->instrs[k - 1].op == PLAIN_LOAD_FAST;
}

static void add_copy(struct rewrite *r, uint32_t k)
{
	const struct instr *i = &r->c->instrs[k];
	r->copy[k] = (int32_t)r->n;
	struct piece *p = add(r);
	p->instr = (int32_t)k;
	p->op = i->op;
	p->arg = i->arg;
	p->unit = i->unit;
	p->flags = r->c->ops->flags[i->op];
	p->n_extend = i->n_extend;
	p->n_caches = (uint8_t)(i->n_units - i->n_extend - 1);
	p->n_units = i->n_units;
}

static void add_instr(struct rewrite *r, uint32_t k)
{
	const struct instr *i = &r->c->instrs[k];
	if (r->fall[k].from)
		add_probe(r, &r->fall[k], i->unit - 1, is_fast(r, k));
	r->place[k] = (int32_t)r->n;
	if (r->label[k].line || r->label[k].from)
		add_probe(r, &r->label[k], i->unit, is_fast(r, k) && !r->fall[k].from);
	add_copy(r, k);
}

/* Behind all: a probe, and back to where the jump led. */
static void add_detour(struct rewrite *r, uint32_t way)
{
	const struct way *w = &r->c->ways[way];
	struct want want = {0, w->from, w->to};
	r->way_jump[way] = (int32_t)r->n;
	add_probe(r, &want, 0, false);
	r->pieces[r->n - 1].line = w->from;
	struct piece *p = add(r);
	bool absolute = r->c->ops->minor < 11;
	p->op = absolute ? OPCODE_JUMP_ABSOLUTE : OPCODE_JUMP_BACKWARD_NO_INTERRUPT;
	p->flags = OP_JUMP | (absolute ? OP_ABSOLUTE : OP_BACKWARD);
	p->jump = r->place[w->begins];
	p->line = w->from;
	p->n_units = 1;
}

/* To where the jumps of the code lead now. */
static void aim_all(struct rewrite *r)
{
	for (uint32_t k = 0; k < r->c->n; k++)
		if (r->c->instrs[k].target >= 0)
			r->pieces[r->copy[k]].jump = r->place[r->c->instrs[k].target];
	for (uint32_t k = 0; k < r->c->n_ways; k++)
		if (r->way_jump[k] > 0)
			r->pieces[r->copy[r->c->ways[k].instr]].jump = r->way_jump[k];
}

static void add_all(struct rewrite *r)
{
	for (uint32_t k = 0; k < r->c->n; k++)
		add_instr(r, k);
	for (uint32_t k = 0; k < r->c->n_ways; k++)
		if (r->way_jump[k] == 0)
			add_detour(r, k);
	aim_all(r);
}

/* Whether the loop's end is the way: Python goes on behind what stands there for it. */
static bool ends_loop(const struct code *c, const struct way *w)
{
	return w->jumps && (c->ops->flags[c->instrs[w->instr].op] & OP_LOOP);
}

/* Whether who takes the way jumps to where the mark is to be, else it falls into it. */
static bool jumps_there(const struct way *w)
{
	return w->jumps && w->joins == w->begins;
}

static struct piece *add_mark(struct rewrite *r)
{
	struct piece *p = add(r);
	p->op = r->c->ops->jump_forward;
	p->flags = OP_JUMP | OP_ALWAYS;
	p->n_units = 1;
	return p;
}

/*
 * Before instruction k: a jump to it for each way that jumps there, and one for all who fall into it, which
 * are of one way or none.
 */
static void add_marks(struct rewrite *r, uint32_t k, const bool *wanted)
{
	const struct code *c = r->c;
	uint32_t first = r->n;
	if (k > 0 && !(c->ops->flags[c->instrs[k - 1].op] & (OP_ALWAYS | OP_END)))
		add_mark(r)->unit = c->instrs[k].unit - 1;
	for (uint32_t i = 0; i < c->n_ways; i++) {
		const struct way *w = &c->ways[i];
		if (!wanted[i] || w->joins != k)
			continue;
		/* what ends a loop is no instruction whose line Python goes by */
		if (ends_loop(c, w) && r->n > first)
			r->pieces[first].nowhere = c->instrs[k].line != w->from;
		if (!jumps_there(w))
			continue;
		r->way_jump[i] = (int32_t)r->n;
		add_mark(r)->nowhere = true;
	}
	for (uint32_t i = first; i < r->n; i++)
		r->pieces[i].jump = (int32_t)r->n;
}

static void mark_all(struct rewrite *r, const bool *wanted)
{
	for (uint32_t k = 0; k < r->c->n; k++) {
		if (r->copy[k] == MARKED)
			add_marks(r, k, wanted);
		r->place[k] = (int32_t)r->n;
		add_copy(r, k);
	}
	aim_all(r);
}

static uint32_t jump_arg(const struct rewrite *r, const struct piece *p)
{
	uint32_t to = r->pieces[p->jump].at, after = p->at + p->n_units;
	uint32_t arg = p->flags & OP_ABSOLUTE ? to : p->flags & OP_BACKWARD ? after - to : to - after;
	return r->c->ops->minor < 10 ? arg * 2 : arg;
}

/* Places all pieces; arguments grow until they fit. */
static void place_all(struct rewrite *r)
{
	bool again = true;
	while (again) {
		uint32_t at = 0;
		again = false;
		for (uint32_t k = 0; k < r->n; k++) {
			r->pieces[k].at = at;
			at += r->pieces[k].n_units;
		}
		r->out->n_units = at;
		for (uint32_t k = 0; k < r->n; k++) {
			struct piece *p = &r->pieces[k];
			if (p->jump < 0)
				continue;
			p->arg = jump_arg(r, p);
			uint8_t need = p->arg > 0xffffff ? 3 : p->arg > 0xffff ? 2 : p->arg > 0xff ? 1 : 0;
			if (need <= p->n_extend)
				continue;
			p->n_units += need - (uint32_t)p->n_extend;
			p->n_extend = need;
			again = true;
		}
	}
}

static uint8_t *put(uint8_t *at, uint8_t op, uint32_t arg)
{
	at[0] = op;
	at[1] = (uint8_t)arg;
	return at + 2;
}

static uint8_t *put_wide(const struct rewrite *r, uint8_t *at, uint8_t op, uint32_t arg, unsigned n_extend)
{
	for (unsigned i = n_extend; i > 0; i--)
		at = put(at, r->c->ops->extended_arg, arg >> 8 * i);
	return put(at, op, arg);
}

static void write_units(struct rewrite *r)
{
	unsigned wide = r->k > 255;
	for (uint32_t k = 0; k < r->n; k++) {
		const struct piece *p = &r->pieces[k];
		uint8_t *at = r->out->units + (size_t)p->at * 2;
		if (p->spot >= 0) {
			at = put_wide(r, at, OPCODE_LOAD_CONST, r->k, wide);
			r->out->spots[p->spot].unit = p->at + wide + 1;
			if (r->c->ops->minor >= 11) {
				(void)put(at, OPCODE_POP_JUMP_FORWARD_IF_TRUE, 0);
			} else {
				at = put(at, OPCODE_UNARY_NOT, 0);
				(void)put(at, OPCODE_POP_TOP, 0);
			}
			continue;
		}
		at = put_wide(r, at, p->op, p->arg, p->n_extend);
		const struct instr *i = &r->c->instrs[p->instr < 0 ? 0 : p->instr];
		memcpy(at, r->s->units.at + ((size_t)i->unit + i->n_extend + 1) * 2, p->n_caches * (size_t)2);
	}
}

/* The line table of 3.9: steps of at most 255 bytes and of one signed byte. */
static void write_lnotab(struct rewritten *out, const int32_t *lines, int32_t line)
{
	uint32_t since = 0;
	for (uint32_t u = 0; u < out->n_units; u++) {
		int32_t step = lines[u] ? lines[u] - line : 0;
		for (; step && (u - since) * 2 > 254; since += 127) {
			out->lines[out->n_lines++] = 254;
			out->lines[out->n_lines++] = 0;
		}
		while (step) {
			int32_t part = step > 127 ? 127 : step < -128 ? -128 : step;
			out->lines[out->n_lines++] = (uint8_t)((u - since) * 2);
			out->lines[out->n_lines++] = (uint8_t)part;
			since = u;
			line += part;
			step -= part;
		}
	}
}

/* Of 3.10: stretches of at most 254 bytes, and how far their line is from that before; -128: none. */
static void write_ranges(struct rewritten *out, const int32_t *lines, int32_t line)
{
	for (uint32_t u = 0; u < out->n_units;) {
		uint32_t end = u;
		while (end < out->n_units && lines[end] == lines[u] && end - u < 127)
			end++;
		int32_t step = lines[u] ? lines[u] - line : -128;
		for (; lines[u] && (step > 127 || step < -127); step = lines[u] - line) {
			int32_t part = step > 127 ? 127 : -127;
			out->lines[out->n_lines++] = 0;
			out->lines[out->n_lines++] = (uint8_t)part;
			line += part;
		}
		out->lines[out->n_lines++] = (uint8_t)((end - u) * 2);
		out->lines[out->n_lines++] = (uint8_t)step;
		if (lines[u])
			line = lines[u];
		u = end;
	}
}

/* An entry of 3.11's line table. */
struct entry {
	uint32_t unit;
	size_t at, end; /* of its bytes behind the first */
	uint8_t kind;
};

static uint32_t read_entries(struct bytes t, struct entry *ret)
{
	uint32_t n = 0, unit = 0;
	for (size_t i = 0; i < t.n;) {
		uint8_t head = t.at[i++];
		struct entry *e = &ret[n++];
		*e = (struct entry){.unit = unit, .at = i, .kind = head >> 3 & 15};
		while (i < t.n && t.at[i] < 128)
			i++;
		e->end = i;
		unit += (head & 7U) + 1;
	}
	return n;
}

static void write_byte(struct rewritten *out, unsigned byte)
{
	out->lines[out->n_lines++] = (uint8_t)byte;
}

static void write_step(struct rewritten *out, int32_t step)
{
	uint32_t v = step < 0 ? (uint32_t)-step << 1 | 1 : (uint32_t)step << 1;
	for (; v > 63; v >>= 6)
		write_byte(out, 64 | (v & 63));
	write_byte(out, v);
}

/*
 * One entry for n units, in parts of at most eight; those after the first stay on its line, as do all when
 * it was begun before.
 */
static void write_entry(struct rewritten *out, struct bytes t, const struct entry *e, uint32_t n, bool again)
{
	size_t rest = e->at;
	if (e->kind == 13 || e->kind == 14)
		while (rest < e->end && (t.at[rest++] & 64))
			;
	for (; n; again = true) {
		uint32_t part = n > 8 ? 8 : n;
		unsigned kind = again && (e->kind == 11 || e->kind == 12) ? 10 : e->kind;
		bool steps = kind == 13 || kind == 14;
		write_byte(out, 128 | kind << 3 | (part - 1));
		if (again && steps)
			write_byte(out, 0);
		for (size_t i = again && steps ? rest : e->at; i < e->end; i++)
			write_byte(out, t.at[i]);
		n -= part;
	}
}

static void write_nowhere(struct rewritten *out, uint32_t n)
{
	for (; n > 8; n -= 8)
		write_byte(out, 128 | 15 << 3 | 7);
	write_byte(out, 128 | 15 << 3 | (n - 1));
}

/* Detours stand behind all else and have but a line. */
static void write_detour_lines(struct rewrite *r, uint32_t from_piece, int32_t line)
{
	for (uint32_t k = from_piece; k < r->n; k++) {
		const struct piece *p = &r->pieces[k];
		for (uint32_t n = p->n_units; n;) {
			uint32_t part = n > 8 ? 8 : n;
			write_byte(r->out, 128 | 13 << 3 | (part - 1));
			write_step(r->out, p->line - line);
			line = p->line;
			n -= part;
		}
	}
}

/* The line at which a table ends. */
static int32_t last_line(struct bytes t, const struct entry *entries, uint32_t n, int32_t line)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct entry *e = &entries[i];
		uint32_t v = 0, shift = 0;
		if (e->kind >= 10 && e->kind <= 12)
			line += e->kind - 10;
		if (e->kind != 13 && e->kind != 14)
			continue;
		for (size_t b = e->at; b < e->end && shift < 30; b++, shift += 6) {
			v |= (uint32_t)(t.at[b] & 63) << shift;
			if (!(t.at[b] & 64))
				break;
		}
		line += v & 1 ? -(int32_t)(v >> 1) : (int32_t)(v >> 1);
	}
	return line;
}

/* The unit of the old code from which unit i of a piece has its place. */
static uint32_t old_unit(const struct rewrite *r, const struct piece *p, uint32_t i)
{
	uint32_t head = p->n_extend + UINT32_C(1);
	if (p->instr < 0 || i < head)
		return p->unit;
	return p->unit + r->c->instrs[p->instr].n_extend + 1 + (i - head);
}

static bool write_locations(struct rewrite *r)
{
	struct bytes t = r->s->lines;
	struct entry *entries = malloc((t.n + 1) * sizeof(*entries));
	if (!entries || !t.n) {
		free(entries);
		return false;
	}
	uint32_t n = read_entries(t, entries), run = 0, units = 0, k = 0;
	bool again = false;
	for (; k < r->n && !r->pieces[k].line; k++) {
		const struct piece *p = &r->pieces[k];
		if (p->nowhere) {
			write_entry(r->out, t, &entries[run], units, again);
			again = again || units;
			units = 0;
			write_nowhere(r->out, p->n_units);
			continue;
		}
		for (uint32_t i = 0; i < p->n_units; i++) {
			uint32_t unit = old_unit(r, p, i);
			for (; run + 1 < n && entries[run + 1].unit <= unit; run++, units = 0, again = false)
				write_entry(r->out, t, &entries[run], units, again);
			units++;
		}
	}
	write_entry(r->out, t, &entries[run], units, again);
	write_detour_lines(r, k, last_line(t, entries, n, r->s->first_line));
	free(entries);
	return true;
}

/* The line of each unit of the new code; to be freed. */
static int32_t *unit_lines(const struct rewrite *r)
{
	int32_t *lines = malloc((r->out->n_units + (size_t)1) * sizeof(*lines));
	for (uint32_t k = 0; lines && k < r->n; k++)
		for (uint32_t i = 0; i < r->pieces[k].n_units; i++)
			lines[r->pieces[k].at + i] =
			    r->pieces[k].line ? r->pieces[k].line : r->c->lines[r->pieces[k].unit];
	return lines;
}

static bool write_lines(struct rewrite *r)
{
	if (r->c->ops->minor >= 11)
		return write_locations(r);
	int32_t *lines = unit_lines(r);
	if (lines && r->c->ops->minor == 10)
		write_ranges(r->out, lines, r->s->first_line);
	else if (lines)
		write_lnotab(r->out, lines, r->s->first_line);
	free(lines);
	return lines != NULL;
}

static uint8_t *put_varint(uint8_t *at, uint32_t v, unsigned mark)
{
	unsigned shift = 30;
	while (shift && !(v >> shift))
		shift -= 6;
	for (; shift; shift -= 6, mark = 0)
		*at++ = (uint8_t)(mark | 64 | (v >> shift & 63));
	*at++ = (uint8_t)(mark | (v & 63));
	return at;
}

static bool new_unit(const struct rewrite *r, uint32_t unit, uint32_t *ret)
{
	if (unit < r->c->n_units && r->c->index[unit] < 0)
		return false;
	if (unit > r->c->n_units)
		return false;
	if (unit < r->c->n_units) {
		*ret = r->pieces[r->place[r->c->index[unit]]].at;
		return true;
	}
	const struct piece *last = &r->pieces[r->copy[r->c->n - 1]];
	*ret = last->at + last->n_units;
	return true;
}

static bool write_exceptions(struct rewrite *r)
{
	struct bytes t = r->s->exceptions;
	uint8_t *to = r->out->exceptions;
	uint32_t start, n, target, depth, end;
	while (t.n) {
		if (!code_varint(&t, &start) || !code_varint(&t, &n) || !code_varint(&t, &target) ||
		    !code_varint(&t, &depth) || n > r->c->n_units || !new_unit(r, start + n, &end) ||
		    !new_unit(r, start, &start) || !new_unit(r, target, &target))
			return false;
		to = put_varint(to, start, 128);
		to = put_varint(to, end - start, 0);
		to = put_varint(to, target, 0);
		to = put_varint(to, depth, 0);
	}
	r->out->n_exceptions = (size_t)(to - r->out->exceptions);
	return true;
}

static bool write_all(struct rewrite *r)
{
	struct rewritten *out = r->out;
	out->units = calloc(out->n_units + (size_t)1, 2);
	/* a part of eight units and more has at most as many bytes as its entry, or six */
	out->lines = malloc(r->s->lines.n * 2 + (size_t)out->n_units * 16 + 64);
	out->exceptions = malloc(r->s->exceptions.n * 6 + 16);
	if (!out->units || !out->lines || !out->exceptions)
		return false;
	write_units(r);
	return write_lines(r) && write_exceptions(r);
}

static void set_probe(struct rewritten *out, const struct code *c, uint32_t k)
{
	uint8_t unit[2];
	out->probe_units = (c->ops->minor >= 11 ? 2 : 3) + (k > 255);
	if (k > 255)
		(void)put(unit, c->ops->extended_arg, k >> 8);
	else
		(void)put(unit, OPCODE_LOAD_CONST, k);
	memcpy(&out->first_unit, unit, 2);
	uint32_t over = out->probe_units - 1;
	(void)put(unit, c->ops->jump_forward, c->ops->minor < 10 ? over * 2 : over);
	memcpy(&out->jump_unit, unit, 2);
}

static bool begin(struct rewrite *r, struct rewritten *out, const struct code *c, const struct code_source *s)
{
	*r = (struct rewrite){.c = c, .s = s, .out = out};
	*out = (struct rewritten){0};
	r->way_jump = malloc((c->n_ways + 2 * (size_t)c->n + 1) * sizeof(int32_t));
	if (!r->way_jump)
		return false;
	r->place = r->way_jump + c->n_ways;
	r->copy = r->place + c->n;
	return true;
}

/* Writes what the pieces say; good false: there is nothing to say. */
static bool finish(struct rewrite *r, bool good)
{
	if (good) {
		place_all(r);
		good = write_all(r);
	}
	free(r->label);
	free(r->way_jump);
	free(r->pieces);
	if (!good)
		rewritten_free(r->out);
	return good;
}

bool code_rewrite(struct rewritten *ret, const struct code *c, const struct code_source *s, uint32_t k)
{
	size_t n = c->n;
	struct rewrite r;
	bool good = begin(&r, ret, c, s) && k <= UINT16_MAX;
	r.k = k;
	set_probe(ret, c, k);
	r.label = good ? calloc(2 * n + 1, sizeof(*r.label)) : NULL;
	uint32_t probes = 0;
	if (r.label) {
		r.fall = r.label + n;
		probes = choose(&r);
	}
	if (probes) {
		r.pieces = malloc((n + probes * (size_t)2 + 1) * sizeof(*r.pieces));
		ret->spots = malloc(probes * sizeof(*ret->spots));
	}
	good = r.pieces && ret->spots;
	if (good)
		add_all(&r);
	return finish(&r, good);
}

/* Whether a mark at `joins` tells the way. */
static bool can_mark(const struct code *c, const struct way *w)
{
	const struct instr *at = &c->instrs[w->instr];
	if (ends_loop(c, w))
		return w->joins > w->begins + (c->ops->minor > 12);
	if (jumps_there(w) && (c->instrs[w->joins].line == w->from || w->joins <= w->instr))
		return false;
	return c->ops->flags[at->op] & OP_BRANCH;
}

bool code_mark(struct rewritten *ret, const struct code *c, const struct code_source *s, bool *wanted)
{
	struct rewrite r;
	if (!begin(&r, ret, c, s))
		return false;
	memset(r.way_jump, -1, (c->n_ways + 2 * (size_t)c->n) * sizeof(int32_t));
	size_t n = 0;
	for (uint32_t i = 0; i < c->n_ways; i++) {
		wanted[i] = wanted[i] && can_mark(c, &c->ways[i]);
		if (!wanted[i])
			continue;
		r.copy[c->ways[i].joins] = MARKED;
		n++;
	}
	r.pieces = n ? malloc((c->n + n * 2 + 1) * sizeof(*r.pieces)) : NULL;
	if (r.pieces)
		mark_all(&r, wanted);
	return finish(&r, r.pieces != NULL);
}

void rewritten_shrink(struct rewritten *r)
{
	free(r->units);
	free(r->lines);
	free(r->exceptions);
	r->units = r->lines = r->exceptions = NULL;
}

void rewritten_free(struct rewritten *r)
{
	rewritten_shrink(r);
	free(r->spots);
	*r = (struct rewritten){0};
}
