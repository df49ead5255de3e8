/*
 * engine/watch_inside.h - for watch.c (the talk with the engine) and watch_life.c (the life of a container)
 * only.
 */
#pragma once
#include "base/map.h"
#include "engine/watch.h"
#include "engine/watch_api.h"
#include "engine/watch_cgroup.h"
#include "engine/watch_events.h"
#include "engine/watch_link.h"

enum life {
	LIFE_ASKING,  /* told of its start; the engine has not said yet what it is */
	LIFE_RUNNING, /* its process is known */
	LIFE_DYING,   /* its process is gone; the engine has not said yet how it ended */
	LIFE_OVER,
};

struct contained {
	const char *cid;
	uint64_t id; /* of its span */
	int32_t worker;
	uint32_t index; /* in watch.all */
	enum life life;
	bool ask;     /* wants to be inspected */
	bool again;   /* started again, we were told, while its end is not yet */
	bool heard;   /* the same, by an event */
	bool guessed; /* that this life is one we have from an event alone: it may be news of the last one */
	int tries;    /* inspections in this life that came to nothing */
	int64_t told_ns;
	int64_t begun_wall_ns;      /* of this life; 0: not known */
	int64_t last_begun_wall_ns; /* of the last one whose end was told */
	int64_t event_wall_ns;      /* stamp of the last event about it */

	int64_t pid; /* 0: not known */
	int pidfd;

	int64_t exit;        /* -1: not known */
	int64_t ended_ns;    /* 0: not known */
	int64_t deadline_ns; /* LIFE_DYING */
	int64_t ask_at_ns;   /* asking or dying: when to ask the engine again */

	int listen;          /* socket in its network; -1: not probed (any more) */
	struct ports wanted; /* none: any */
	uint32_t seen;       /* bit i: wanted.port[i] listens */
	int64_t probe_ns, probe_sure_ns, probe_from_ns, probe_cpu_ns;

	struct cgroup cgroup;
	struct cgroup_figures now, before; /* before: of earlier lives, cpu added up, the greatest peak */
	int64_t sample_ns, kinds_ns, row_ns;
	int64_t row_memory_bytes, row_cpu_ns;

	enum health health;
	bool polls_health, said_oom;
	int64_t health_ns;
};

/* Inspections that come to nothing before a container is left to the events alone. */
enum { WATCH_TRIES = 3 };

/* What ended before anyone told us of it. */
struct stray {
	char cid[INSPECT_ID];
	int64_t exit, ended_ns, removed_ns;
};
enum { STRAYS = 64 };

struct watch {
	struct arena *arena;
	struct watch_host *host;
	const char *socket;
	int epoll;
	bool over; /* watch_end was called */

	struct link api, events;
	char version[16];
	bool pinged, podman, healthy_events;
	int64_t api_from_ns, api_pause_ns, events_from_ns, events_pause_ns;
	int64_t since_wall_ns; /* stamp of the last event */
	struct contained *asking;
	uint32_t ask_after; /* where the search for the next to inspect goes on */
	int64_t wall_less_mono_ns;
	struct arena scratch;

	struct map by_cid;
	struct contained **all; /* NULL: free */
	size_t n_all, cap_all;
	struct contained **active; /* whose life is not over */
	size_t n_active, cap_active;
	uint32_t n_probed_young, n_probed_old, n_running;
	struct contained **spare;
	size_t n_spare, cap_spare;

	struct stray strays[STRAYS];
	uint32_t n_strays; /* ever */
	struct cgroup_mounts mounts;
	int64_t next_ns; /* when a timer is due; INT64_MAX: never */
};

enum { TAG_API, TAG_EVENTS, TAG_CONTAINER }; /* of epoll; containers: TAG_CONTAINER + index */

/* watch_life.c */
/* NULL when it is not known. */
struct contained *life_of(const struct watch *w, struct str cid);
void life_told(struct watch *w, struct str cid, uint64_t id, int32_t worker, int64_t now_ns);
/* What the inspection that c asked for brought; in is NULL when the engine does not know it. */
void life_inspected(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns);
void life_event(struct watch *w, const struct engine_event *ev, int64_t now_ns);
/* Its process has ended. */
void life_process_ended(struct watch *w, struct contained *c, int64_t now_ns);
/* All that is due by the clock; sets w->next_ns. */
void life_turn(struct watch *w, int64_t now_ns);
void life_end(struct watch *w, int64_t now_ns);
void life_free(struct watch *w);
void life_value(struct watch *w, const struct contained *c, const char *name, int64_t num, int64_t t);
/* Says once a life that the kernel ended a process of it for want of memory. */
void life_oom(struct watch *w, struct contained *c, int64_t t);

/* watch_look.c */
/* Its process is known: opens what is there to be read. */
void look_begin(struct watch *w, struct contained *c, const struct inspect *in, int64_t now_ns);
/* Probes and samples where due; when it wants to be called again. */
int64_t look_turn(struct watch *w, struct contained *c, int64_t now_ns);
/* How many look_turn is called for, by which it chooses its pace. */
void look_count(struct watch *w, int64_t now_ns);
/* Figures of a cgroup whose processes may have ended. */
void look_last(struct watch *w, struct contained *c, int64_t now_ns);
/* Puts memory and CPU where they have moved. */
void look_say(struct watch *w, struct contained *c, int64_t now_ns);
/* Closes all its descriptors. */
void look_end(struct contained *c);

static inline int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
static inline int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}
