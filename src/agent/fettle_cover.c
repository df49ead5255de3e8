/*
 * The tracer of fettle: a module that Python loads at its start (see sitecustomize.py).
 *
 *	start(map, agent)   begins to measure, but not the agent's directory; how, or None when it cannot
 *	context(name)       what follows runs in this context; "": in none
 */
#define Py_LIMITED_API 0x03090000
#include <Python.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cover_agent.h"
#include "agent/cover_rules.h"

/* Not in the limited API, and there in all versions of concern. */
typedef int audit_hook(const char *event, PyObject *args, void *data);
extern __attribute__((weak)) int PySys_AddAuditHook(audit_hook *hook, void *data);
extern __attribute__((weak)) PyTypeObject PyCode_Type;

struct ops agent_ops;
int agent_minor;
static enum cover_map_way way = COVER_WAY_NONE;

PyObject *agent_co_filename, *agent_f_lasti;

long agent_int_of(PyObject *o, PyObject *name, long otherwise)
{
	PyObject *v = name ? PyObject_GetAttr(o, name) : NULL;
	long n = v ? PyLong_AsLong(v) : -1;
	Py_XDECREF(v);
	if (PyErr_Occurred()) {
		PyErr_Clear();
		return otherwise;
	}
	return n;
}

long agent_int(PyObject *o, const char *name, long otherwise)
{
	PyObject *key = PyUnicode_InternFromString(name);
	long n = agent_int_of(o, key, otherwise);
	Py_XDECREF(key);
	return n;
}

/* By the object of a name: the objects are held, so that none takes another's address. */
static struct {
	struct known {
		PyObject *name;
		struct row *row;
	} * at;
	size_t n, cap;
} known;

/* Rows of this process: a file may have several names. */
static struct {
	struct row **at;
	size_t n, cap;
} rows;

static size_t known_slot(const struct known *at, size_t cap, const PyObject *name)
{
	size_t i = (size_t)(((uintptr_t)name >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (cap - 1);
	while (at[i].name && at[i].name != name)
		i = (i + 1) & (cap - 1);
	return i;
}

static bool known_grow(void)
{
	size_t cap = known.cap ? known.cap * 2 : 256;
	struct known *grown = calloc(cap, sizeof(*grown));
	if (!grown)
		return false;
	for (size_t i = 0; i < known.cap; i++)
		if (known.at[i].name)
			grown[known_slot(grown, cap, known.at[i].name)] = known.at[i];
	free(known.at);
	known.at = grown;
	known.cap = cap;
	return true;
}

static struct row *row_of_path(const char *path)
{
	size_t n = strlen(path);
	uint64_t hash = cover_map_hash(path, n);
	for (size_t i = 0; i < rows.n; i++)
		if (rows.at[i]->file->hash == hash)
			return rows.at[i];
	if (rows.n == rows.cap) {
		size_t cap = rows.cap ? rows.cap * 2 : 64;
		struct row **grown = realloc(rows.at, cap * sizeof(*grown));
		if (!grown)
			return NULL;
		rows.at = grown;
		rows.cap = cap;
	}
	struct row *row = store_row(path, n, 0);
	if (row)
		rows.at[rows.n++] = row;
	return row;
}

/* Paths that Python has from an archive or a .pyc alone need not exist. */
static struct row *decide(const char *name)
{
	char path[PATH_MAX];
	if (!name[0] || name[0] == '<' || strncmp(name, "memory:", 7) == 0)
		return NULL;
	if (!realpath(name, path)) {
		if (name[0] != '/' || strlen(name) >= sizeof(path))
			return NULL;
		memcpy(path, name, strlen(name) + 1);
	}
	rules_origin(path);
	return rules_match(path) ? row_of_path(path) : NULL;
}

struct row *agent_row(PyObject *filename)
{
	size_t slot = known.cap ? known_slot(known.at, known.cap, filename) : 0;
	if (known.cap && known.at[slot].name)
		return known.at[slot].row;
	PyObject *bytes = PyUnicode_EncodeFSDefault(filename);
	const char *name = bytes ? PyBytes_AsString(bytes) : NULL;
	struct row *row = name ? decide(name) : NULL;
	Py_XDECREF(bytes);
	PyErr_Clear();
	if (known.n * 4 >= known.cap * 3 && !known_grow())
		return row;
	slot = known_slot(known.at, known.cap, filename);
	Py_INCREF(filename);
	known.at[slot] = (struct known){filename, row};
	known.n++;
	return row;
}

const char *agent_lines_name(void)
{
	return agent_minor < 10 ? "co_lnotab" : "co_linetable";
}

static bool bytes_of(PyObject *code, const char *name, PyObject **ret_held, struct bytes *ret)
{
	char *at;
	Py_ssize_t n;
	*ret_held = PyObject_GetAttrString(code, name);
	if (!*ret_held || PyBytes_AsStringAndSize(*ret_held, &at, &n) < 0)
		return false;
	*ret = (struct bytes){(const uint8_t *)at, (size_t)n};
	return true;
}

/* To which line arcs lead that leave a code object; 0: its branches are none of its file's. */
static int32_t exit_line(PyObject *code, int32_t first_line)
{
	PyObject *name = PyObject_GetAttrString(code, "co_name");
	PyObject *bytes = name ? PyUnicode_AsUTF8String(name) : NULL;
	const char *text = bytes ? PyBytes_AsString(bytes) : "<";
	if (strcmp(text, "<module>") == 0)
		first_line = 1;
	else if (text[0] == '<' || strcmp(text, "__annotate__") == 0)
		first_line = 0;
	Py_XDECREF(name);
	Py_XDECREF(bytes);
	PyErr_Clear();
	return first_line;
}

/* The lines on which functions and classes of one line may stand. */
static void find_def_lines(struct agent_held *held, PyObject *code)
{
	PyObject *consts = PyObject_GetAttrString(code, "co_consts");
	Py_ssize_t n = consts ? PyTuple_Size(consts) : 0;
	for (Py_ssize_t i = 0; i < n; i++) {
		PyObject *o = PyTuple_GetItem(consts, i), *units = NULL, *lines = NULL; /* o borrowed */
		if (!agent_is_code(o))
			continue;
		if (!held->def_lines && !(held->def_lines = malloc((size_t)n * 2 * sizeof(int32_t))))
			break;
		struct code_source s = {.first_line = (int32_t)agent_int(o, "co_firstlineno", 1)};
		if (bytes_of(o, "co_code", &units, &s.units) &&
		    bytes_of(o, agent_lines_name(), &lines, &s.lines))
			held->source.n_def_lines +=
			    code_def_lines(held->def_lines + held->source.n_def_lines, &agent_ops, &s);
		Py_XDECREF(units);
		Py_XDECREF(lines);
	}
	held->source.def_lines = held->def_lines;
	Py_XDECREF(consts);
	PyErr_Clear();
}

enum { CODE_OPTIMIZED = 1 }; /* of co_flags: locals are those of a function */

bool agent_code_read(struct code *ret, struct agent_held *held, PyObject *code, enum agent_want want)
{
	struct code_source *s = &held->source;
	*held = (struct agent_held){.source.first_line = (int32_t)agent_int(code, "co_firstlineno", 1)};
	bool good =
	    bytes_of(code, "co_code", &held->units, &s->units) &&
	    bytes_of(code, agent_lines_name(), &held->lines, &s->lines) &&
	    (agent_minor < 11 || bytes_of(code, "co_exceptiontable", &held->exceptions, &s->exceptions));
	if (good && want != AGENT_LINES) {
		s->exit_line = exit_line(code, s->first_line);
		s->is_function = agent_int(code, "co_flags", 0) & CODE_OPTIMIZED;
		if (s->exit_line && want == AGENT_BRANCHES_AND_DEFS)
			find_def_lines(held, code);
	}
	good = good && code_read(ret, &agent_ops, s);
	if (!good)
		agent_code_free(NULL, held);
	PyErr_Clear();
	return good;
}

bool agent_code_branches(PyObject *code)
{
	PyObject *units = NULL;
	struct bytes at;
	bool found = false;
	if (bytes_of(code, "co_code", &units, &at))
		for (size_t i = 0; i < at.n && !found; i += 2)
			found = agent_ops.flags[at.at[i]] & OP_BRANCH;
	Py_XDECREF(units);
	PyErr_Clear();
	return found;
}

void agent_code_free(struct code *c, struct agent_held *held)
{
	if (c)
		code_free(c);
	Py_XDECREF(held->units);
	Py_XDECREF(held->lines);
	Py_XDECREF(held->exceptions);
	free(held->def_lines);
}

bool agent_is_code(PyObject *o)
{
	return Py_TYPE(o) == &PyCode_Type;
}

PyObject *agent_bytes(const uint8_t *at, size_t n)
{
	return PyBytes_FromStringAndSize((const char *)at, (Py_ssize_t)n);
}

PyObject *agent_code_with(PyObject *code, const struct rewritten *w, PyObject *consts, int stack)
{
	PyObject *replace = PyObject_GetAttrString(code, "replace"), *none = PyTuple_New(0), *ret = NULL;
	PyObject *with =
	    w->n_units ? Py_BuildValue("{s:N,s:N,s:N,s:O,s:l}", "co_code",
				       agent_bytes(w->units, (size_t)w->n_units * 2), agent_lines_name(),
				       agent_bytes(w->lines, w->n_lines), "co_exceptiontable",
				       agent_bytes(w->exceptions, w->n_exceptions), "co_consts", consts,
				       "co_stacksize", agent_int(code, "co_stacksize", 1) + stack)
		       : Py_BuildValue("{s:O}", "co_consts", consts);
	if (replace && none && with)
		ret = PyObject_Call(replace, none, with);
	Py_XDECREF(replace);
	Py_XDECREF(none);
	Py_XDECREF(with);
	return ret;
}

static void (*hears)(PyObject *code, struct row *row);

static int heard(const char *event, PyObject *args, void *data)
{
	(void)data;
	if (event[0] != 'e' || strcmp(event, "exec") != 0 || PyTuple_Size(args) != 1)
		return 0;
	PyObject *code = PyTuple_GetItem(args, 0); /* borrowed */
	if (!agent_is_code(code))
		return 0;
	PyObject *name = PyObject_GetAttr(code, agent_co_filename);
	struct row *row = name ? agent_row(name) : NULL;
	Py_XDECREF(name);
	if (row)
		hears(code, row);
	PyErr_Clear();
	return 0;
}

bool agent_hear(void (*hear)(PyObject *code, struct row *row))
{
	hears = hear;
	return PySys_AddAuditHook && PySys_AddAuditHook(heard, NULL) == 0;
}

static bool learn_ops(void)
{
	PyObject *module = PyImport_ImportModule("opcode");
	PyObject *opmap = module ? PyObject_GetAttrString(module, "opmap") : NULL;
	PyObject *key, *value;
	Py_ssize_t at = 0;
	agent_ops.minor = agent_minor;
	while (opmap && PyDict_Check(opmap) && PyDict_Next(opmap, &at, &key, &value)) {
		PyObject *name = PyUnicode_AsUTF8String(key);
		if (name)
			ops_name(&agent_ops, PyBytes_AsString(name), PyLong_AsLong(value));
		Py_XDECREF(name);
	}
	bool good = opmap && at > 0 && !PyErr_Occurred();
	Py_XDECREF(opmap);
	Py_XDECREF(module);
	PyErr_Clear();
	return good;
}

static void learn_rules(const char *agent)
{
	PyObject *os = PyImport_ImportModule("os");
	PyObject *file = os ? PyObject_GetAttrString(os, "__file__") : NULL;
	PyObject *bytes = file ? PyUnicode_EncodeFSDefault(file) : NULL;
	const char *name = bytes ? PyBytes_AsString(bytes) : NULL;
	char path[PATH_MAX];
	char *slash = name && realpath(name, path) ? strrchr(path, '/') : NULL;
	if (slash)
		*slash = 0;
	rules_start(slash ? path : NULL, agent);
	Py_XDECREF(bytes);
	Py_XDECREF(file);
	Py_XDECREF(os);
	PyErr_Clear();
}

/* Python's own version, "3.12.1 ..."; 0: not one that we know our way in. */
static int minor_version(void)
{
	const char *v = Py_GetVersion();
	int minor = strncmp(v, "3.", 2) == 0 ? (int)strtol(v + 2, NULL, 10) : 0;
	return strstr(v, "free-threading") ? 0 : minor;
}

static PyObject *start(PyObject *self, PyObject *args)
{
	static const char *const ways[] = {"monitor", "probe", "trace"};
	PyObject *path, *agent;
	(void)self;
	if (!PyArg_ParseTuple(args, "O&O&", PyUnicode_FSConverter, &path, PyUnicode_FSConverter, &agent))
		return NULL;
	agent_minor = minor_version();
	agent_co_filename = PyUnicode_InternFromString("co_filename");
	agent_f_lasti = PyUnicode_InternFromString("f_lasti");
	if (!store.map && agent_minor >= 9 && agent_co_filename && agent_f_lasti &&
	    store_open(PyBytes_AsString(path))) {
		learn_rules(PyBytes_AsString(agent));
		bool need_ops = agent_minor < 12 || store.branch;
		if (!need_ops || learn_ops())
			way = agent_minor >= 12 ? (monitor_start() ? COVER_WAY_MONITOR : COVER_WAY_NONE)
						: (probe_start() ? COVER_WAY_PROBE : COVER_WAY_NONE);
		store_count_process(way, (unsigned)agent_minor);
	}
	Py_DECREF(path);
	Py_DECREF(agent);
	if (way == COVER_WAY_NONE)
		Py_RETURN_NONE;
	return PyUnicode_FromString(ways[way]);
}

static PyObject *context(PyObject *self, PyObject *arg)
{
	(void)self;
	PyObject *name = PyUnicode_AsUTF8String(arg);
	char *at;
	Py_ssize_t n;
	if (!name || PyBytes_AsStringAndSize(name, &at, &n) < 0) {
		Py_XDECREF(name);
		return NULL;
	}
	if (way != COVER_WAY_NONE && store.contexts) {
		store_context(at, (size_t)n);
		if (way == COVER_WAY_MONITOR)
			monitor_again();
		else
			probe_again();
	}
	Py_DECREF(name);
	Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"start", start, METH_VARARGS, "start(map, agent): begins to measure; how, or None when it cannot"},
    {"context", context, METH_O, "context(name): what follows runs in this context; '': in none"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "fettle_cover", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_fettle_cover(void);
__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit_fettle_cover(void)
{
	return PyModule_Create(&module);
}
