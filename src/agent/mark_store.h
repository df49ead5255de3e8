/*
 * agent/mark_store.h - this process's place in the map of marks: pages, names, and who we are.
 *
 * Nothing here allocates, locks or prints; errno is kept by the callers in mark_api.c. All may be called in
 * any thread at any time, also in a signal handler.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "wire/marks.h"

enum { MARKS_DEPTH = 32 }; /* phases of a thread that are nested deeper lie in the deepest of these */

/* What a thread owns. Zeroed at its begin; stale after a fork, which generation tells. */
struct mark_thread {
	uint32_t generation; /* of the process to which the rest belongs; 0: nothing yet */
	uint32_t next; /* number of the next free record; a multiple of MARKS_A_PAGE: its page is full */
	uint32_t pages_left; /* taken and not begun, behind the page of next */
	uint32_t depth;
	int64_t retry_ns; /* absolute: there was no room; not asked again until then */
	uint32_t open[MARKS_DEPTH];
	bool busy; /* in a call: a handler that comes meanwhile has to go without */
};

/* Finds the map. False: there is none, now and later. */
bool mark_store_open(void);
/* The number of this process: 0 until mark_store_enter, and again in a child after fork. */
uint32_t mark_store_generation(void);
/* Makes a thread, and where need be the process, one of this generation. False: there is no map. */
bool mark_store_enter(struct mark_thread *t);
/* A record of the thread's own, all zeros, and its number; NULL: there is no room, which was counted. */
struct marks_record *mark_store_take(struct mark_thread *t, uint32_t *ret_number, int64_t now_ns);
/* The record of a number that mark_store_take gave. */
struct marks_record *mark_store_at(uint32_t number);
/* Offset of a name in the map, added where it is new; 0: there is no room for it. */
uint32_t mark_store_name(const char *name);
void mark_store_lost(void);
