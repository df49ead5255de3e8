/*
 * Python 3.9 to 3.11: probes in the byte code (see cover_rewrite.h).
 *
 * Code comes into a process as a whole, a module say, and is announced by the audit event "exec" before it
 * runs. What is nested in it is rewritten with it. Up to 3.10 a code object refers to its bytes and is
 * changed in place. In 3.11 they lie in the object itself: nested ones are replaced among the constants, and
 * the frame of the outermost gets the rewritten code from a hook (PEP 523) that lives for that one frame.
 */
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cover_agent.h"
#include "agent/cover_rewrite.h"

/* Not in the limited API, and there in all versions of concern. */
typedef PyObject *eval_frame(PyThreadState *thread, void *frame, int is_throw);
extern __attribute__((weak)) eval_frame *_PyInterpreterState_GetEvalFrameFunc(PyInterpreterState *interp);
extern __attribute__((weak)) void _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState *interp,
								       eval_frame *hook);

/* 3.9 and 3.10. */
struct code_old {
	PyObject ob_base;
	int argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno;
	PyObject *code, *consts, *names, *varnames, *freevars, *cellvars;
	void *cell2arg;
	PyObject *filename, *name, *lines;
	void *zombie; /* a frame that is kept for the next call: has the old stack */
};

/* 3.11. */
struct code_new {
	PyVarObject ob_base;
	PyObject *consts, *names, *exceptions;
	int flags;
	short warmup, entry_size;
	int argcount, posonlyargcount, kwonlyargcount, stacksize, firstlineno, nlocalsplus, nlocals,
	    nplaincells, ncells, nfree;
	PyObject *localsplusnames, *localspluskinds, *filename, *name, *qualname, *lines, *weakrefs, *code;
	char *linearray;
	int firsttraceable;
	void *extra;
	uint8_t units[];
};

struct frame_new {
	void *func, *globals, *builtins, *locals;
	PyObject *code;
	void *object, *previous;
	uint8_t *prev_instr;
};

struct thread_new {
	void *prev, *next, *interp;
	int initialized, is_static, recursion_remaining, recursion_limit, recursion_headroom, tracing,
	    tracing_what;
	struct {
		uint8_t use_tracing;
		struct frame_new *current;
	} * cframe;
};

/* The constant that the probes of one code object ask. */
struct probes {
	PyObject ob_base;
	struct row *row;
	struct rewritten of; /* spots and units; the rest is freed */
	PyObject *owner;     /* weak reference to the code, once one was hit and contexts are wanted */
	struct probes *next, **link;
};

enum { N_PENDING = 64, MISSES = 1000 };

static struct {
	PyTypeObject *type;
	struct probes *hit; /* those with spots to arm again */
	eval_frame *before; /* the hook that was there */
	bool hooked;
	unsigned misses;
	unsigned n_pending;
	struct {
		PyObject *code, *rewritten;
	} pending[N_PENDING];
} p;

static PyObject *instrument(PyObject *code, struct row *row);

static uint8_t *units_of(PyObject *code)
{
	return agent_minor >= 11 ? ((struct code_new *)code)->units
				 : (uint8_t *)PyBytes_AsString(((struct code_old *)code)->code);
}

static int by_unit(const void *key, const void *item)
{
	uint32_t unit = *(const uint32_t *)key;
	const struct spot *s = item;
	return unit < s->unit ? -1 : unit > s->unit;
}

static void remember(struct probes *it, PyObject *code)
{
	if (it->link)
		return;
	if (!it->owner && !(it->owner = PyWeakref_NewRef(code, NULL))) {
		PyErr_Clear();
		return;
	}
	it->next = p.hit;
	it->link = &p.hit;
	if (p.hit)
		p.hit->link = &it->next;
	p.hit = it;
}

static void forget(struct probes *it)
{
	if (!it->link)
		return;
	*it->link = it->next;
	if (it->next)
		it->next->link = it->link;
	it->link = NULL;
}

/* Behind the unit that asks stands one more before 3.11. */
static size_t first_unit(const struct probes *it, const struct spot *s)
{
	return (size_t)s->unit + (agent_minor < 11 ? 2 : 1) - it->of.probe_units;
}

/* Takes a probe out: its first unit becomes a jump over the rest. */
static void disarm(const struct probes *it, struct spot *s, uint8_t *units)
{
	uint8_t *first = units + first_unit(it, s) * 2;
	if (memcmp(first, &it->of.first_unit, 2) != 0)
		return;
	if (s->after_fast && first[-2] == JOINED_LOAD_FAST)
		first[-2] = PLAIN_LOAD_FAST;
	memcpy(first, &it->of.jump_unit, 2);
	s->hit = true;
}

/* Somebody else may have found the constant and ask it, too. */
static bool is_of(PyObject *code, const struct probes *it)
{
	PyObject *consts =
	    agent_minor >= 11 ? ((struct code_new *)code)->consts : ((struct code_old *)code)->consts;
	Py_ssize_t n = PyTuple_Size(consts);
	return n > 0 && PyTuple_GetItem(consts, n - 1) == (const PyObject *)it;
}

static void tell(struct probes *it, struct spot *s)
{
	if (s->line)
		store_line(it->row, s->line);
	if (s->from)
		store_arc(it->row, s->from, s->to);
}

/* The frame that runs: without a frame object, which 3.11 would have to make for each. */
static struct frame_new *frame_of(PyThreadState *thread)
{
	return ((struct thread_new *)thread)->cframe->current;
}

/* Where the program is: the unit of its instruction; -1: nowhere. ret_code is a new reference. */
static int64_t place(PyObject **ret_code)
{
	if (agent_minor >= 11) {
		struct frame_new *frame = frame_of(PyThreadState_Get());
		*ret_code = frame ? frame->code : NULL;
		Py_XINCREF(*ret_code);
		return frame ? (frame->prev_instr - ((struct code_new *)frame->code)->units) / 2 : -1;
	}
	PyFrameObject *frame = PyEval_GetFrame(); /* borrowed */
	*ret_code = frame ? (PyObject *)PyFrame_GetCode(frame) : NULL;
	long at = frame ? agent_int_of((PyObject *)frame, agent_f_lasti, -1) : -1;
	return at < 0 ? -1 : at / 2;
}

/* The truth of the constant: a probe was hit. Always false, so that no jump is taken. */
static int asked(PyObject *self)
{
	struct probes *it = (struct probes *)self;
	PyObject *code;
	int64_t at = place(&code);
	uint32_t unit = (uint32_t)at;
	struct spot *s = at < 0 ? NULL : bsearch(&unit, it->of.spots, it->of.n_spots, sizeof(*s), by_unit);
	if (s && is_of(code, it)) {
		tell(it, s);
		disarm(it, s, units_of(code));
		if (store.contexts)
			remember(it, code);
	}
	Py_XDECREF(code);
	return 0;
}

static void drop(PyObject *self)
{
	struct probes *it = (struct probes *)self;
	PyTypeObject *type = Py_TYPE(self);
	forget(it);
	Py_XDECREF(it->owner);
	rewritten_free(&it->of);
	((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
	Py_DECREF(type);
}

/* A copy elsewhere, by pickle say, is a mere False. */
static PyObject *reduce(PyObject *self, PyObject *arg)
{
	(void)self;
	(void)arg;
	return Py_BuildValue("(O())", &PyBool_Type);
}

static PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {
    {Py_nb_bool, asked}, {Py_tp_dealloc, drop}, {Py_tp_methods, methods}, {0, NULL}};
static PyType_Spec spec = {.name = "fettle_cover.probes",
			   .basicsize = sizeof(struct probes),
			   .flags = Py_TPFLAGS_DEFAULT,
			   .slots = slots};

static struct probes *new_probes(struct row *row)
{
	struct probes *it = PyObject_New(struct probes, p.type);
	if (it) {
		it->row = row;
		it->of = (struct rewritten){0};
		it->owner = NULL;
		it->next = NULL;
		it->link = NULL;
	}
	return it;
}

/* The constants with those that are code rewritten, and the probes behind them. */
static PyObject *new_consts(PyObject *consts, struct row *row, PyObject *probes)
{
	Py_ssize_t n = PyTuple_Size(consts);
	PyObject *ret = PyTuple_New(n + (probes != NULL));
	for (Py_ssize_t i = 0; ret && i < n; i++) {
		PyObject *o = PyTuple_GetItem(consts, i), *fresh = NULL; /* borrowed */
		if (agent_is_code(o))
			fresh = instrument(o, row);
		if (!fresh) {
			Py_INCREF(o);
			fresh = o;
		}
		(void)PyTuple_SetItem(ret, i, fresh);
	}
	if (ret && probes) {
		Py_INCREF(probes);
		(void)PyTuple_SetItem(ret, n, probes);
	}
	return ret;
}

static void swap(PyObject **field, PyObject *fresh)
{
	PyObject *old = *field;
	*field = fresh;
	Py_DECREF(old);
}

/* The same one, changed: 3.9 and 3.10. */
static PyObject *changed(PyObject *code, const struct rewritten *w, PyObject *consts)
{
	struct code_old *c = (struct code_old *)code;
	PyObject *units = w->n_units ? agent_bytes(w->units, (size_t)w->n_units * 2) : NULL;
	PyObject *lines = w->n_units ? agent_bytes(w->lines, w->n_lines) : NULL;
	if (units && lines) {
		swap(&c->code, units);
		swap(&c->lines, lines);
		c->stacksize++;
	}
	Py_INCREF(consts);
	swap(&c->consts, consts);
	Py_INCREF(code);
	return code;
}

/* Puts the rewritten code into ret; leaves it empty when there is nothing to probe. */
static void rewrite(PyObject *code, uint32_t k, struct rewritten *ret)
{
	struct code c;
	struct agent_held held;
	*ret = (struct rewritten){0};
	if (!agent_code_read(&c, &held, code, store.branch ? AGENT_BRANCHES_AND_DEFS : AGENT_LINES))
		return;
	(void)code_rewrite(ret, &c, &held.source, k);
	agent_code_free(&c, &held);
}

static bool is_done(PyObject *consts)
{
	Py_ssize_t n = PyTuple_Size(consts);
	return n > 0 && Py_TYPE(PyTuple_GetItem(consts, n - 1)) == p.type;
}

/* The code with probes, a new reference; NULL with no error set: it stays as it is. */
static PyObject *instrument(PyObject *code, struct row *row)
{
	PyObject *consts = PyObject_GetAttrString(code, "co_consts"), *ret = NULL;
	if (!consts || is_done(consts) || (agent_minor < 11 && ((struct code_old *)code)->zombie)) {
		Py_XDECREF(consts);
		PyErr_Clear();
		return NULL;
	}
	struct probes *it = new_probes(row);
	if (it)
		rewrite(code, (uint32_t)PyTuple_Size(consts), &it->of);
	PyObject *fresh = it ? new_consts(consts, row, it->of.n_units ? (PyObject *)it : NULL) : NULL;
	if (fresh)
		ret = agent_minor >= 11 ? agent_code_with(code, &it->of, fresh, 1)
					: changed(code, &it->of, fresh);
	if (it) {
		rewritten_shrink(&it->of);
		Py_DECREF((PyObject *)it);
	}
	Py_XDECREF(fresh);
	Py_DECREF(consts);
	PyErr_Clear();
	return ret;
}

static void unhook(void)
{
	_PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), p.before);
	p.hooked = false;
	p.misses = 0;
	while (p.n_pending) {
		p.n_pending--;
		Py_DECREF(p.pending[p.n_pending].code);
		Py_DECREF(p.pending[p.n_pending].rewritten);
	}
}

/* Gives a frame that is about to begin the rewritten code. */
static void exchange(struct frame_new *frame)
{
	for (unsigned i = 0; i < p.n_pending; i++) {
		PyObject *code = p.pending[i].code, *rewritten = p.pending[i].rewritten;
		if (frame->code != code || frame->prev_instr != ((struct code_new *)code)->units - 2)
			continue;
		p.pending[i] = p.pending[--p.n_pending];
		frame->code = rewritten;
		frame->prev_instr = ((struct code_new *)rewritten)->units - 2;
		Py_DECREF(code); /* of the frame */
		Py_DECREF(code); /* of the list */
		return;
	}
	p.misses++;
}

static PyObject *frame_begins(PyThreadState *thread, void *frame, int is_throw)
{
	eval_frame *go_on = p.before;
	if (!is_throw)
		exchange(frame);
	/* others may run in between: but if it never comes, it is not waited for */
	if (!p.n_pending || p.misses > MISSES)
		unhook();
	return go_on(thread, frame, is_throw);
}

static void expect(PyObject *code, PyObject *rewritten)
{
	if (p.n_pending == N_PENDING) {
		Py_DECREF(rewritten);
		return;
	}
	/* the frame is made for the old code and must have room for the new one */
	((struct code_new *)code)->stacksize = ((struct code_new *)rewritten)->stacksize;
	Py_INCREF(code);
	p.pending[p.n_pending].code = code;
	p.pending[p.n_pending].rewritten = rewritten;
	p.n_pending++;
	if (p.hooked)
		return;
	p.before = _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get());
	_PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), frame_begins);
	p.hooked = true;
}

static void begins(PyObject *code, struct row *row)
{
	PyObject *fresh = instrument(code, row);
	if (fresh && fresh != code)
		expect(code, fresh);
	else
		Py_XDECREF(fresh);
}

static bool thread_is_known(const PyObject *code)
{
	PyThreadState *thread = PyThreadState_Get();
	const struct thread_new *t = (const struct thread_new *)thread;
	if (t->interp != PyThreadState_GetInterpreter(thread) ||
	    t->recursion_limit != Py_GetRecursionLimit() || !t->cframe || !t->cframe->current)
		return false;
	return t->cframe->current->code == code;
}

/* Whether the layouts above are those of this Python. */
static bool layout_is_known(void)
{
	PyFrameObject *frame = PyEval_GetFrame(); /* borrowed: that of sitecustomize */
	PyObject *code = frame ? (PyObject *)PyFrame_GetCode(frame) : NULL;
	PyObject *held = code ? PyObject_GetAttrString(code, "co_code") : NULL;
	PyObject *consts = code ? PyObject_GetAttrString(code, "co_consts") : NULL;
	PyObject *lines = code ? PyObject_GetAttrString(code, agent_lines_name()) : NULL;
	bool good = false;
	if (held && consts && lines && agent_is_code(code)) {
		const struct code_old *old = (struct code_old *)code;
		const struct code_new *fresh = (struct code_new *)code;
		long stack = agent_int(code, "co_stacksize", -1);
		if (agent_minor < 11)
			good = old->code == held && old->consts == consts && old->lines == lines &&
			       old->stacksize == stack;
		else
			good =
			    fresh->consts == consts && fresh->lines == lines && fresh->stacksize == stack &&
			    ((PyVarObject *)code)->ob_size == PyBytes_Size(held) / 2 && thread_is_known(code);
	}
	Py_XDECREF(code);
	Py_XDECREF(held);
	Py_XDECREF(consts);
	Py_XDECREF(lines);
	PyErr_Clear();
	return good;
}

bool probe_start(void)
{
	if (!layout_is_known() || (agent_minor >= 11 && (!_PyInterpreterState_GetEvalFrameFunc ||
							 !_PyInterpreterState_SetEvalFrameFunc)))
		return false;
	p.type = (PyTypeObject *)PyType_FromSpec(&spec);
	bool good = p.type && agent_hear(begins);
	PyErr_Clear();
	return good;
}

static void arm(struct probes *it)
{
	PyObject *code = PyObject_CallObject(it->owner, NULL); /* None when it is gone */
	uint8_t *units = code && agent_is_code(code) ? units_of(code) : NULL;
	for (uint32_t i = 0; i < it->of.n_spots; i++) {
		struct spot *s = &it->of.spots[i];
		if (!s->hit)
			continue;
		s->hit = false;
		if (units)
			memcpy(units + first_unit(it, s) * 2, &it->of.first_unit, 2);
	}
	Py_XDECREF(code);
	PyErr_Clear();
}

void probe_again(void)
{
	while (p.hit) {
		struct probes *it = p.hit;
		forget(it);
		arm(it);
	}
}
