/*
 * engine/watch_api.h - what the engine says of a container when it is inspected.
 *
 * The answer of GET /containers/ID/json, of Docker's API in any version and of podman's likeness of it. Of
 * its environment and arguments nothing is read.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/str.h"

enum { INSPECT_PORTS = 8, INSPECT_ID = 128 };

enum inspect_network {
	INSPECT_OWN,    /* a namespace of its own */
	INSPECT_SHARED, /* that of another container or of a pod */
	INSPECT_NONE,   /* the host's, or none at all: nothing to be seen in it */
};

enum health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

struct ports {
	uint16_t port[INSPECT_PORTS];
	int n;
};

struct inspect {
	struct str id;    /* lives as long as the body */
	int64_t pid;      /* 0: none */
	bool running;     /* paused is running */
	int64_t exit;     /* -1: not said */
	bool oom;         /* ended by the kernel for want of memory */
	int64_t begun_ns; /* wall clock since 1970; 0: not said */
	int64_t ended_ns;
	enum inspect_network network;
	int64_t memory_limit;  /* bytes; 0: none */
	int64_t nano_cpus;     /* billionths of a core that it may use; 0: no limit */
	int64_t quota, period; /* us; the same, said in another way */
	bool has_health;
	enum health health;
	struct ports published, exposed; /* TCP; published ones are also exposed */
};

/* False when the body is no such answer; *ret is then undefined. */
bool inspect_read(struct str body, struct arena *scratch, struct inspect *ret);

/* "2026-11-21T09:00:12.903713497Z", or with +01:00: ns since 1970; 0 when it is none or before 1970. */
int64_t inspect_time(struct str text);
