/*
 * agent/cover_agent.h - what the parts of the tracer that touch Python share. Callers hold Python's lock.
 *
 * The extension is built against the limited API of 3.9 and loaded by every later version; what is not in it
 * is declared where it is used and looked for when it starts.
 */
#pragma once
#include "agent/cover_code.h"
#include "agent/cover_rewrite.h"
#include "agent/cover_store.h"

struct _object; /* PyObject */

/* The instructions of this Python, filled by agent_start when they are needed. */
extern struct ops agent_ops;
/* Of 3.minor. */
extern int agent_minor;

/* The row of a name of a file; NULL: it is not measured. Remembered by the object. */
struct row *agent_row(struct _object *filename);
/* Reads a code object: its lines, and what else is wanted. held keeps its bytes and is given to
 * agent_code_free. */
enum agent_want { AGENT_LINES, AGENT_BRANCHES, AGENT_BRANCHES_AND_DEFS };
struct agent_held {
	struct _object *units, *lines, *exceptions;
	int32_t *def_lines;
	struct code_source source;
};
bool agent_code_read(struct code *ret, struct agent_held *ret_held, struct _object *code,
		     enum agent_want want);
/* Whether it has any branch. */
bool agent_code_branches(struct _object *code);
void agent_code_free(struct code *c, struct agent_held *held);
bool agent_is_code(struct _object *o);
struct _object *agent_bytes(const uint8_t *at, size_t n);
/* The attribute that holds its table of lines. */
const char *agent_lines_name(void);
/* A code object like this, with what was rewritten, if anything was, and these constants; `stack` is how much
 * more room it needs there. NULL with an error set. */
struct _object *agent_code_with(struct _object *code, const struct rewritten *w, struct _object *consts,
				int stack);
/* Attributes that are asked for often, by name: objects that live as long as the process. */
extern struct _object *agent_co_filename, *agent_f_lasti;
/* Attributes; on failure the error is cleared. */
long agent_int_of(struct _object *o, struct _object *name, long otherwise);
long agent_int(struct _object *o, const char *name, long otherwise);

/* Each begins to measure this process; false: it cannot, and has left no trace. */
bool monitor_start(void); /* 3.12 and later */
bool probe_start(void);   /* 3.9 to 3.11 */
/*
 * Hears of code before it runs, by Python's audit event "exec", that is of a file that is measured. False: it
 * cannot.
 */
bool agent_hear(void (*hear)(struct _object *code, struct row *row));

/* All is to be told anew, for another context runs. */
void monitor_again(void);
void probe_again(void);
