/*
 * agent/cover_code.h - what the byte code of one code object says about its lines: where they begin, from
 * where they are reached, and where branches lead.
 *
 * Knows CPython 3.9 and later by the names of its instructions. No Python is called; memory comes from malloc
 * and is given back by code_free.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op_flag {
	OP_JUMP = 1 << 0,     /* has a target */
	OP_BACKWARD = 1 << 1, /* that lies before it */
	OP_ABSOLUTE = 1 << 2, /* that is counted from the beginning */
	OP_ALWAYS = 1 << 3,   /* does not fall through */
	OP_BRANCH = 1 << 4,   /* its ways are told */
	OP_END = 1 << 5,      /* neither jumps nor falls through */
	OP_RETURN = 1 << 6,   /* leaves the code object */
	OP_HANDLER = 1 << 7,  /* the target is reached by an exception */
	OP_RESUME = 1 << 8,
	OP_EXTEND = 1 << 9, /* EXTENDED_ARG */
	OP_CACHE = 1 << 10,
	OP_ASYNC_END = 1 << 11, /* END_ASYNC_FOR: falls through when the loop is over */
	OP_FIRST = 1 << 12,     /* GEN_START: nothing stands before it */
	OP_THROW = 1 << 13,     /* goes to the handler, or leaves */
	OP_ASSERT = 1 << 14,    /* an assertion failed, which is no branch */
	OP_SILENT = 1 << 15,    /* a jump without an event of sys.monitoring */
	OP_STORE = 1 << 17,     /* gives a name to what may be a function */
	OP_LOOP = 1 << 16,      /* FOR_ITER: from 3.12 on passes over what stands at its target */
};

/* The instructions of the Python that runs. */
struct ops {
	int minor; /* of 3.minor */
	uint32_t flags[256];
	uint8_t jump_forward, extended_arg;
};

/* Tells an instruction's number by its name; numbers above 255 are passed over. */
void ops_name(struct ops *ops, const char *name, long number);

struct instr {
	uint32_t unit; /* of its first EXTENDED_ARG, from the beginning; a unit is two bytes */
	uint32_t arg;
	int32_t line;   /* 0: none */
	int32_t target; /* index of an instruction; -1: none */
	/* Of the instructions from which it is reached: the line, when they all have the same, and another
	 * one than this; else 0. */
	int32_t from;
	uint16_t n_before; /* how many these are; stops at its maximum */
	uint8_t op;
	uint8_t n_extend; /* EXTENDED_ARGs */
	uint8_t n_units;  /* with them and with caches */
	bool starts;      /* its line may begin to run here */
	bool inner;       /* it is reached from its own line only */
};

/*
 * A way out of a branch, or the one on from a def or class whose body may stand on the same line: that line,
 * too, is left in two ways, as its body is.
 */
struct way {
	uint32_t instr;   /* the branch, or the last instruction of the def */
	bool jumps;       /* else falls through, or is a def's */
	uint32_t begins;  /* index of the instruction to which it leads at once */
	int32_t from, to; /* the arc */
	/* Index of the instruction with which the line `to` begins; -1: it leaves the code object. */
	int32_t reaches;
	/* Of the instructions behind the branch that nothing reaches but from the line `from`: the first that
	 * jumps or returns, for which sys.monitoring has an event; -1: there is none. */
	int32_t passes;
	uint32_t
	    joins; /* index of the first that is also reached from elsewhere, or belongs to another line */
};

/* Instructions [begin, end) whose exceptions go to a handler: 3.11 and later. */
struct guard {
	uint32_t begin, end, handler;
};

struct code {
	const struct ops *ops;
	struct instr *instrs;
	uint32_t n;
	uint32_t n_units;
	uint32_t first; /* index of the first instruction that belongs to the body */
	int32_t *index; /* by unit: of the instruction that begins there; -1: none */
	int32_t *lines; /* by unit: 0: none */
	struct way *ways;
	uint32_t n_ways;
	struct guard *guards;
	uint32_t n_guards;
	/* The line on which all of the body lies, be it that of its def: to run it is to leave from it. 0:
	 * there is none, or ways are not wanted. */
	int32_t only_line;
};

struct bytes {
	const uint8_t *at;
	size_t n;
};

struct code_source {
	struct bytes units;      /* co_code */
	struct bytes lines;      /* co_linetable; co_lnotab up to 3.9 */
	struct bytes exceptions; /* co_exceptiontable from 3.11 on */
	int32_t first_line;
	int32_t exit_line; /* the arc that leaves leads to -exit_line; 0: ways are not wanted */
	const int32_t
	    *def_lines; /* where such defs may stand: of each function or class in it, see code_def_lines */
	size_t n_def_lines;
	bool is_function; /* not a class or a module, whose code begins on its first line wherever its text
			     does */
};

/*
 * For def_lines of the code around s: the line of its def, as far as s knows it, and that of its body, when
 * its body has no more than one. They are added at ret, which has room for two. Returns how many.
 */
size_t code_def_lines(int32_t *ret, const struct ops *ops, const struct code_source *s);

/* False for what cannot be understood. The bytes must outlive ret. */
bool code_read(struct code *ret, const struct ops *ops, const struct code_source *s);
void code_free(struct code *c);

/* A number of 3.11's exception table; false at its end. */
bool code_varint(struct bytes *from, uint32_t *ret);
