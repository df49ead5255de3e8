/*
 * agent/cover_rewrite.h - byte code with additions that tell which way the program went.
 *
 * 3.9 to 3.11: probes. A probe asks a constant for its truth, which is a function of the tracer, and goes on:
 *
 *	3.11          LOAD_CONST k, POP_JUMP_FORWARD_IF_TRUE +0
 *	3.9 and 3.10  LOAD_CONST k, UNARY_NOT, POP_TOP
 *
 * Once it was hit, its first unit becomes a jump over the rest.
 *
 * 3.12 and 3.13: jumps that only one way of a branch comes by, JUMP_FORWARD, for each of which sys.monitoring
 *has an event that can be switched off; the one of the branch is for both ways. They lie before the
 *instruction to which the way leads, and have no line, so that none begins with them.
 *
 * Jumps, line table and exception table are made anew; nothing else moves.
 */
#pragma once
#include "agent/cover_code.h"

struct spot {
	uint32_t unit;    /* of the instruction that asks: that behind LOAD_CONST */
	int32_t line;     /* that begins here; 0: none */
	int32_t from, to; /* the arc that is taken here; from 0: none */
	bool after_fast;  /* LOAD_FAST stands before it, which 3.11 may join with it */
	bool hit;
};

struct rewritten {
	uint8_t *units, *lines, *exceptions;
	uint32_t n_units;
	size_t n_lines, n_exceptions; /* bytes */
	struct spot *spots;           /* by unit */
	uint32_t n_spots;
	uint32_t probe_units; /* of one probe, with EXTENDED_ARGs */
	uint16_t first_unit;  /* of an armed probe: opcode and argument, as they lie in memory */
	uint16_t jump_unit;   /* of one that was hit */
};

enum { JOINED_LOAD_FAST = 45, PLAIN_LOAD_FAST = 124 }; /* opcodes of 3.11 */

/* False: there is nothing to probe, or it cannot be done; ret holds nothing then. k: index of the constant.
 */
bool code_rewrite(struct rewritten *ret, const struct code *c, const struct code_source *s, uint32_t k);
/* A jump for each way that is wanted, by its index; those that can have none are taken from them. False: none
 * is left, or it cannot be done. */
bool code_mark(struct rewritten *ret, const struct code *c, const struct code_source *s, bool *wanted);
/* Gives back all but the spots. */
void rewritten_shrink(struct rewritten *r);
void rewritten_free(struct rewritten *r);
