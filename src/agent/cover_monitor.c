/* Python 3.12 and later: sys.monitoring, with callbacks that switch themselves off at the first hit. */
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cover_agent.h"

/* A branch of a code object, by the offset of its instruction. */
struct branch {
	uint32_t unit;
	uint32_t after; /* where it falls through to */
	int32_t from;
	int32_t to[2]; /* fallen through, jumped; 0: no arc */
	bool waits[2]; /* not told yet, and not told by the line that follows */
};

/* The line from which a line is always reached. */
struct implied {
	int32_t line, from;
};

/* Once this instruction is reached, the arc was taken. */
struct told {
	uint32_t unit;
	int32_t from, to;
	bool awaited; /* by the event of an instruction, and not told yet */
};

struct seen {
	PyObject *code; /* held when there are branches, so that no other takes its address */
	struct row *row;
	struct branch *branches;
	struct implied *implied;
	struct told *told;
	uint32_t n_branches, n_implied, n_told;
	int32_t only_line, exit_line; /* see struct code; 0: none */
	long events;                  /* those of branches, jumps and returns that are needed */
	bool touched;                 /* a line was told since the context began */
};

static struct {
	PyObject *disable, *set_local, *tool;
	long line, branch, jump, leave, instruction; /* events */
	bool both_sides;                             /* 3.14: each side of a branch is an event of its own */
	struct seen *seen;
	size_t n_seen, cap_seen;
	PyObject **touched; /* code objects */
	size_t n_touched, cap_touched;
} m;

static PyObject *yes(PyObject *o)
{
	Py_INCREF(o);
	return o;
}

static size_t slot_of(const struct seen *slots, size_t cap, const PyObject *code)
{
	size_t i = (size_t)(((uintptr_t)code >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (cap - 1);
	while (slots[i].code && slots[i].code != code)
		i = (i + 1) & (cap - 1);
	return i;
}

static struct seen *find(const PyObject *code)
{
	struct seen *s = m.cap_seen ? &m.seen[slot_of(m.seen, m.cap_seen, code)] : NULL;
	return s && s->code ? s : NULL;
}

static struct seen *add(PyObject *code)
{
	if (m.n_seen * 4 >= m.cap_seen * 3) {
		size_t cap = m.cap_seen ? m.cap_seen * 2 : 256;
		struct seen *grown = calloc(cap, sizeof(*grown));
		if (!grown)
			return NULL;
		for (size_t i = 0; i < m.cap_seen; i++)
			if (m.seen[i].code)
				grown[slot_of(grown, cap, m.seen[i].code)] = m.seen[i];
		free(m.seen);
		m.seen = grown;
		m.cap_seen = cap;
	}
	struct seen *s = &m.seen[slot_of(m.seen, m.cap_seen, code)];
	m.n_seen += s->code == NULL;
	s->code = code;
	return s;
}

static int by_line(const void *a, const void *b)
{
	const struct implied *x = a, *y = b;
	return (x->line > y->line) - (x->line < y->line);
}

/* The lines that all their beginnings have from one line; others keep `from` 0. */
static void find_implied(struct seen *s, const struct code *c)
{
	uint32_t n = 0;
	s->implied = malloc((c->n + (size_t)1) * sizeof(*s->implied));
	for (uint32_t k = 0; s->implied && k < c->n; k++)
		if (c->instrs[k].starts)
			s->implied[n++] = (struct implied){c->instrs[k].line, c->instrs[k].from};
	if (!n)
		return;
	qsort(s->implied, n, sizeof(*s->implied), by_line);
	for (uint32_t i = 0; i < n; i++) {
		struct implied *last = &s->implied[s->n_implied - 1];
		if (!s->n_implied || last->line != s->implied[i].line)
			s->implied[s->n_implied++] = s->implied[i];
		else if (last->from != s->implied[i].from)
			last->from = 0;
	}
}

static int32_t implied_from(const struct seen *s, int32_t line)
{
	struct implied key = {.line = line};
	const struct implied *i =
	    s->n_implied ? bsearch(&key, s->implied, s->n_implied, sizeof(key), by_line) : NULL;
	return i ? i->from : 0;
}

static bool is_implied(const struct seen *s, const struct way *w)
{
	return w->reaches >= 0 && implied_from(s, w->to) == w->from;
}

static bool is_passed(const struct way *w)
{
	return w->passes >= 0 && !m.both_sides;
}

static uint32_t event_unit(const struct code *c, uint32_t instr)
{
	return c->instrs[instr].unit + c->instrs[instr].n_extend;
}

static void find_branches(struct seen *s, const struct code *c)
{
	s->branches = c->n_ways ? calloc(c->n_ways, sizeof(*s->branches)) : NULL;
	for (uint32_t i = 0; s->branches && i < c->n_ways; i++) {
		const struct way *w = &c->ways[i];
		const struct instr *at = &c->instrs[w->instr];
		uint32_t unit = event_unit(c, w->instr);
		if (!(c->ops->flags[at->op] & OP_BRANCH))
			continue;
		struct branch *b = s->n_branches ? &s->branches[s->n_branches - 1] : NULL;
		if (!b || b->unit != unit) {
			b = &s->branches[s->n_branches++];
			*b = (struct branch){.unit = unit, .after = at->unit + at->n_units, .from = w->from};
		}
		b->to[w->jumps] = w->to;
		b->waits[w->jumps] = !is_implied(s, w) && !is_passed(w);
		if (b->waits[w->jumps] || m.both_sides)
			s->events |= m.branch;
	}
}

static void add_told(struct seen *s, uint32_t unit, const struct way *w, long event)
{
	s->told[s->n_told++] = (struct told){unit, w->from, w->to, event == m.instruction};
	s->events |= event;
}

/* By jumps and returns; and the end of an "async for" or a def, for which there is no event of its own. */
static void find_told(struct seen *s, const struct code *c)
{
	s->told = calloc(c->n_ways * (size_t)2 + 1, sizeof(*s->told));
	for (uint32_t i = 0; s->told && i < c->n_ways; i++) {
		const struct way *w = &c->ways[i];
		uint32_t flags = c->ops->flags[c->instrs[w->instr].op];
		bool implied = is_implied(s, w);
		if (!implied && is_passed(w)) {
			uint32_t at = (uint32_t)w->passes;
			bool leaves = c->ops->flags[c->instrs[at].op] & OP_RETURN;
			add_told(s, event_unit(c, at), w, leaves ? m.leave : m.jump);
		}
		if (flags & OP_BRANCH || (!(flags & OP_ASYNC_END) && (implied || is_passed(w))))
			continue;
		/* behind it is surer than at it: it may raise */
		uint32_t at = c->instrs[w->begins].n_before == 1 ? w->begins : w->instr;
		add_told(s, event_unit(c, at), w, m.instruction);
	}
}

static void analyse(struct seen *s)
{
	struct code c;
	struct agent_held held;
	if (s->branches || s->implied || !agent_code_read(&c, &held, s->code, AGENT_BRANCHES_AND_DEFS))
		return;
	find_implied(s, &c);
	find_branches(s, &c);
	find_told(s, &c);
	s->only_line = c.only_line;
	s->exit_line = held.source.exit_line;
	agent_code_free(&c, &held);
	Py_INCREF(s->code);
}

/* Marks the ways for which the event of their branch would have to be heard. */
static void want(const struct code *c, bool *ret)
{
	struct seen s = {0};
	find_implied(&s, c);
	for (uint32_t i = 0; i < c->n_ways; i++)
		ret[i] = !is_implied(&s, &c->ways[i]) && !is_passed(&c->ways[i]);
	free(s.implied);
}

static PyObject *mark(PyObject *code);

/* The constants that are code get jumps where their branches need them. */
static void mark_consts(PyObject *code)
{
	PyObject *consts = PyObject_GetAttrString(code, "co_consts");
	Py_ssize_t n = consts ? PyTuple_Size(consts) : 0;
	/* the code holds them, and only who alone holds a tuple may change it */
	Py_XDECREF(consts);
	for (Py_ssize_t i = 0; i < n; i++) {
		PyObject *o = PyTuple_GetItem(consts, i); /* borrowed */
		PyObject *fresh = agent_is_code(o) ? mark(o) : NULL;
		if (fresh)
			(void)PyTuple_SetItem(consts, i, fresh);
		PyErr_Clear();
	}
}

static PyObject *marked(PyObject *code, const struct rewritten *w)
{
	PyObject *consts = PyObject_GetAttrString(code, "co_consts");
	PyObject *ret = consts ? agent_code_with(code, w, consts, 0) : NULL;
	Py_XDECREF(consts);
	return ret;
}

/* The code with jumps, a new reference; NULL: it stays as it is. */
static PyObject *mark(PyObject *code)
{
	struct code c;
	struct agent_held held;
	struct rewritten w = {0};
	PyObject *ret = NULL;
	mark_consts(code);
	if (!agent_code_branches(code) || !agent_code_read(&c, &held, code, AGENT_BRANCHES))
		return NULL;
	bool *wanted = c.n_ways ? malloc(c.n_ways) : NULL;
	if (wanted) {
		want(&c, wanted);
		if (code_mark(&w, &c, &held.source, wanted))
			ret = marked(code, &w);
	}
	free(wanted);
	rewritten_free(&w);
	agent_code_free(&c, &held);
	PyErr_Clear();
	return ret;
}

/*
 * 3.12 and 3.13: code that is about to begin, a module say. It stays as it is, with its branches' own events;
 * what it began before has been seen to.
 */
static void mark_nested(PyObject *code, struct row *row)
{
	(void)row;
	if (!find(code))
		mark_consts(code);
}

static void hear_local(PyObject *code, long events)
{
	PyObject *number = PyLong_FromLong(events);
	PyObject *done =
	    number ? PyObject_CallFunctionObjArgs(m.set_local, m.tool, code, number, NULL) : NULL;
	Py_XDECREF(number);
	Py_XDECREF(done);
	PyErr_Clear();
}

static void touch(struct seen *s)
{
	if (m.n_touched == m.cap_touched) {
		size_t cap = m.cap_touched ? m.cap_touched * 2 : 256;
		PyObject **grown = realloc(m.touched, cap * sizeof(PyObject *));
		if (!grown)
			return;
		m.touched = grown;
		m.cap_touched = cap;
	}
	m.touched[m.n_touched++] = yes(s->code);
	s->touched = true;
}

static PyObject *on_start(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
	(void)self;
	if (n < 1)
		return yes(m.disable);
	PyObject *name = PyObject_GetAttr(args[0], agent_co_filename);
	struct row *row = name ? agent_row(name) : NULL;
	Py_XDECREF(name);
	struct seen *s = row ? add(args[0]) : NULL;
	if (s) {
		s->row = row;
		if (store.branch)
			analyse(s);
		hear_local(args[0], m.line | s->events);
	}
	PyErr_Clear();
	return yes(m.disable);
}

/*
 * Whether the event of an instruction on this line is still awaited: where the line's own begins with it and
 * switches itself off, Python forgets that of the instruction.
 */
static bool is_awaited(const struct seen *s, long line)
{
	for (uint32_t i = 0; i < s->n_told; i++)
		if (s->told[i].awaited && s->told[i].from == line)
			return true;
	return false;
}

static PyObject *on_line(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
	(void)self;
	struct seen *s = n < 2 ? NULL : find(args[0]);
	if (s) {
		long line = PyLong_AsLong(args[1]);
		store_line(s->row, line);
		if (store.contexts && !s->touched)
			touch(s);
		int32_t from =
		    s->n_implied && line > 0 && line <= COVER_LINE_MAX ? implied_from(s, (int32_t)line) : 0;
		if (from)
			store_arc(s->row, from, (int32_t)line);
		if (line > 0 && line == s->only_line)
			store_arc(s->row, s->only_line, -s->exit_line);
		if (is_awaited(s, line))
			Py_RETURN_NONE;
	}
	return yes(m.disable);
}

static int by_unit(const void *key, const void *item)
{
	uint32_t unit = *(const uint32_t *)key;
	const struct branch *b = item;
	return unit < b->unit ? -1 : unit > b->unit;
}

/* One side of a branch was taken. Before 3.14 both are one event, which is needed until both have been seen.
 */
static PyObject *on_branch(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
	(void)self;
	struct seen *s = n < 3 ? NULL : find(args[0]);
	uint32_t unit = s ? (uint32_t)PyLong_AsLong(args[1]) / 2 : 0;
	struct branch *b =
	    s && s->n_branches ? bsearch(&unit, s->branches, s->n_branches, sizeof(*b), by_unit) : NULL;
	if (!b)
		return yes(m.disable);
	uint32_t to = (uint32_t)PyLong_AsLong(args[2]) / 2;
	/* 3.14 has a NOT_TAKEN there, which it counts as passed */
	bool jumped = to != b->after && !(m.both_sides && to == b->after + 1);
	if (b->to[jumped])
		store_arc(s->row, b->from, b->to[jumped]);
	b->waits[jumped] = false;
	if (!m.both_sides && (b->waits[0] || b->waits[1]))
		Py_RETURN_NONE;
	return yes(m.disable);
}

/* A jump, a return or an instruction that tells an arc. */
static PyObject *on_reached(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
	(void)self;
	struct seen *s = n < 2 ? NULL : find(args[0]);
	uint32_t unit = s ? (uint32_t)PyLong_AsLong(args[1]) / 2 : 0;
	for (uint32_t i = 0; s && i < s->n_told; i++) {
		if (s->told[i].unit != unit)
			continue;
		store_arc(s->row, s->told[i].from, s->told[i].to);
		s->told[i].awaited = false;
	}
	return yes(m.disable);
}

#define METHOD(name)                                                                                         \
	{                                                                                                    \
#name, (PyCFunction)(void (*)(void))(name), METHOD_FASTCALL_FLAG, NULL                       \
	}
enum { METHOD_FASTCALL_FLAG = 0x0080 }; /* in the limited API from 3.10 on, as it always was */
static PyMethodDef callbacks[] = {METHOD(on_start), METHOD(on_line), METHOD(on_branch), METHOD(on_reached)};

static long event(PyObject *events, const char *name)
{
	return agent_int(events, name, 0);
}

static bool call(PyObject *o, const char *name, const char *format, long a, PyObject *b)
{
	PyObject *done = b ? PyObject_CallMethod(o, name, format, agent_int(m.tool, "real", 0), a, b)
			   : PyObject_CallMethod(o, name, format, agent_int(m.tool, "real", 0), a);
	Py_XDECREF(done);
	if (!done)
		PyErr_Clear();
	return done != NULL;
}

/* An id that is free, from the top: those below are for debuggers, coverage tools and profilers. */
static bool take_tool(PyObject *monitoring)
{
	static const long ids[] = {4, 3, 1};
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		PyObject *done = PyObject_CallMethod(monitoring, "use_tool_id", "ls", ids[i], "fettle");
		Py_XDECREF(done);
		if (done) {
			m.tool = PyLong_FromLong(ids[i]);
			return m.tool != NULL;
		}
		PyErr_Clear();
	}
	return false;
}

static bool hear(PyObject *monitoring, long event, PyMethodDef *callback)
{
	PyObject *f = PyCFunction_NewEx(callback, NULL, NULL);
	bool good = f && call(monitoring, "register_callback", "llO", event, f);
	Py_XDECREF(f);
	return good;
}

static bool listen(PyObject *monitoring, PyObject *events)
{
	long start = event(events, "PY_START"), left = event(events, "BRANCH_LEFT"),
	     right = event(events, "BRANCH_RIGHT");
	m.line = event(events, "LINE");
	m.both_sides = left && right;
	m.branch = m.both_sides ? left | right : event(events, "BRANCH");
	m.jump = event(events, "JUMP");
	m.leave = event(events, "PY_RETURN");
	m.instruction = event(events, "INSTRUCTION");
	bool good = hear(monitoring, start, &callbacks[0]) && hear(monitoring, m.line, &callbacks[1]);
	if (store.branch)
		good = good && hear(monitoring, m.both_sides ? left : m.branch, &callbacks[2]) &&
		       (!m.both_sides || hear(monitoring, right, &callbacks[2])) &&
		       hear(monitoring, m.jump, &callbacks[3]) && hear(monitoring, m.leave, &callbacks[3]) &&
		       hear(monitoring, m.instruction, &callbacks[3]);
	return good && call(monitoring, "set_events", "ll", start, NULL);
}

bool monitor_start(void)
{
	PyObject *monitoring = PySys_GetObject("monitoring"); /* borrowed */
	PyObject *events = monitoring ? PyObject_GetAttrString(monitoring, "events") : NULL;
	if (!events || !take_tool(monitoring)) {
		PyErr_Clear();
		Py_XDECREF(events);
		return false;
	}
	m.disable = PyObject_GetAttrString(monitoring, "DISABLE");
	m.set_local = PyObject_GetAttrString(monitoring, "set_local_events");
	bool good = m.disable && m.set_local && listen(monitoring, events);
	if (good && store.branch && !m.both_sides)
		(void)agent_hear(mark_nested);
	Py_DECREF(events);
	if (!good) {
		PyObject *done = PyObject_CallMethod(monitoring, "free_tool_id", "O", m.tool);
		Py_XDECREF(done);
		PyErr_Clear();
	}
	return good;
}

/*
 * What was switched off is on again once its events were taken away and are given anew. To restart all events
 * instead would have each function of the process heard again, of whatever file.
 */
void monitor_again(void)
{
	while (m.n_touched) {
		PyObject *code = m.touched[--m.n_touched];
		struct seen *s = find(code);
		if (s) {
			s->touched = false;
			hear_local(code, 0);
			hear_local(code, m.line | s->events);
		}
		Py_DECREF(code);
	}
}
