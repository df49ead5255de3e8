/*
 * report/trace_lane.h - which spans are open, and on which lane each is drawn.
 *
 * Spans on one lane must nest, or a viewer drops them. A span goes onto the lane
 * of the one around it; where that is taken at its time, it gets the lowest lane
 * of its worker that is free. At most LANES lanes a worker: beyond that the last
 * is shared. What was put inside an open span is remembered for its last USES
 * parts, so that a row that comes late still finds its place.
 */
#pragma once
#include <stdbool.h>

#include "wire/event.h"

enum { LANES = 64, LANE_USES = 64, LANE_CLOSED = 256 };

struct lane_use {
	uint32_t lane;
	int64_t start_ns, end_ns;
};

struct open_span {
	uint64_t id, parent;
	enum span_kind kind;
	uint32_t worker, lane; /* worker: index into lanes.workers */
	bool own_lane;         /* taken for this span alone */
	int64_t start_ns;
	int64_t inner_ns; /* begin of the open span inside it on its lane; INT64_MAX: none */
	int64_t end_ns;   /* latest end inside it on its lane */
	uint32_t attempt, line;
	char *text; /* name, then file; owned */
	struct str name, file;
	uint64_t more_lanes; /* a bit each: taken for whole spans inside it */
	struct lane_use *uses;
	size_t n_uses, cap_uses;
};

struct lane_worker {
	int32_t number;
	uint64_t busy, named;  /* a bit a lane */
	uint64_t process;      /* id of its open SPAN_WORKER, 0: none */
	struct open_span root; /* stands for what is around its outermost spans */
};

struct lane_closed {
	uint64_t id;
	uint32_t worker, lane;
};

struct lanes {
	struct open_span *spans; /* open addressing by id; id 0: free */
	size_t n_spans, cap_spans;
	struct lane_worker *workers;
	size_t n_workers, cap_workers;
	struct lane_closed
	    closed[LANE_CLOSED]; /* the last ones, for rows that come after their parent's end */
	size_t n_closed;
};

/* A zeroed struct lanes is ready. */
void lanes_free(struct lanes *l);
/* NULL when it is not open. Valid until the next lanes_open or lanes_close. */
struct open_span *lanes_find(struct lanes *l, uint64_t id);
/*
 * Opens ev's span and gives it a lane; copies its texts. ev->id is neither 0 nor
 * open. Where it would begin with the span around it, it begins 1 ns later.
 */
struct open_span *lanes_open(struct lanes *l, const struct event *ev);
/* Forgets an open span, which ended at end_ns, and frees its lanes. */
void lanes_close(struct lanes *l, struct open_span *s, int64_t end_ns);
/* Where a whole span lies; *start_ns is moved as above. */
struct lane_use lanes_put(struct lanes *l, const struct event *ev, uint32_t *ret_worker);
/* Ids of the open spans, innermost first; mem_free it. */
uint64_t *lanes_open_ids(const struct lanes *l, size_t *ret_n);
