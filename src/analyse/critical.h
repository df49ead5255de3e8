/*
 * analyse/critical.h - what would shorten the run, and by how much.
 *
 * Each candidate is simulated: the time that it took inside each unit is taken out (what
 * overlaps counts once, and never more than the unit took), and the units are given to the
 * workers again by the rules of the queue (schedule_simulate: longest first, same locks,
 * slots and start-up); what is saved is the difference to the run as it was, simulated alike.
 * The sum of several is not the saving of all. Where there are many units only the candidates that
 * took most are simulated.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

enum critical_kind {
	CRITICAL_PHASE,   /* a phase of this name were free */
	CRITICAL_HOOK,    /* a hook or fixture of this name were free */
	CRITICAL_REUSE,   /* each worker would start one container of this type and keep it */
	CRITICAL_SHARE,   /* all workers together would start one of this type */
	CRITICAL_IMAGE,   /* pulls and builds were done before */
	CRITICAL_POLLING, /* the suite went on at the moment a container was ready */
	CRITICAL_LONGEST, /* the longest unit were split in two */
	CRITICAL_WORKER,  /* one worker more */
	CRITICAL_KINDS
};

struct critical_item {
	enum critical_kind kind;
	struct str name;  /* of the phase, hook, container type, unit; may be empty */
	uint32_t n;       /* how often it happened; CRITICAL_WORKER: how many workers there would be */
	int64_t spent_ns; /* all of it together, inside units */
	int64_t saved_ns; /* of the wall time, > 0 */
};

/* Most saved first; what saves less than 1 % of the wall time and less than 10 ms is left out. */
struct model_critical {
	struct critical_item *items;
	uint32_t n;
	int64_t wall_ns; /* simulated, of the run as it was */
};
enum { MODEL_MOST_CRITICAL = 20 };
