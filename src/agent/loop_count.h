/*
 * agent/loop_count.h - allocations, counted while somebody wants to know.
 *
 * The library's malloc and its relatives stand before those of the C library (or of whatever allocator comes
 * next): while nobody counts they cost a load and a branch more. A thread counts in a slot of its own.
 */
#pragma once
#include <stdint.h>

struct loop_counts {
	uint64_t allocs; /* calls that handed out memory */
	uint64_t bytes;  /* that they asked for */
};

void loop_count_begin(void);
void loop_count_end(void);
/* Of all threads since the program began. */
struct loop_counts loop_counts(void);
/* Whether it is our malloc that the program calls. */
int loop_count_works(void);
