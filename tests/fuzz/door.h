/*
 * tests/fuzz/door.h - what the doors share.
 *
 * A door gives one input to one parser and checks what must hold whatever the
 * input is. libFuzzer drives it (-Dfuzz=true), or replay.c over the files that
 * are kept in corpus/<door>.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ingest/ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the process when the condition does not hold. */
#define HOLD(condition)                                                                                      \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			door_fail(#condition, __FILE__, __LINE__);                                           \
	} while (0)
_Noreturn void door_fail(const char *condition, const char *file, int line);

/*
 * A sink that holds readers to their word: ids rise, a span begins once and
 * ends once, parents are open or known, times are in range, tests are counted,
 * and each event survives being written as a row and read back.
 */
struct watch {
	struct sink sink;
	struct ingest in;
	struct arena arena, scratch;
	struct buf rows; /* all events, as rows */
	uint64_t *open;  /* ids of spans that have begun */
	size_t n_open, cap_open;
	char *used; /* by id: whether it has been given */
	size_t n_used, cap_used;
	uint32_t n_tests;
	enum status worst;
};

void watch_init(struct watch *w);
/* Checks what must hold when the reader has finished: all is ended. */
void watch_finish(struct watch *w);
void watch_free(struct watch *w);

/* A copy on the heap of exactly this size, so that a read past its end is seen. */
struct str door_copy(const uint8_t *bytes, size_t size);
void door_drop(struct str s);

/*
 * For a reader of streams: run(w, bytes, piece) feeds all bytes in pieces of that
 * size and finishes. Does it twice, whole and in pieces, and holds the events
 * to be the same.
 */
void door_stream(const uint8_t *bytes, size_t size,
		 void (*run)(struct watch *w, struct str bytes, size_t piece));
