/*
 * analyse/containers_build.h - what the files of the containers share while a model grows.
 * For them alone; others read containers.h.
 */
#pragma once
#include "analyse/model_build.h"

enum {
	CONTAINER_CALLS = 64,           /* names of calls that are told apart */
	CONTAINER_MOST_IMAGES = 65536,  /* pulls and builds whose times are kept */
	CONTAINER_MOST_OPEN_TESTS = 64, /* open at once, of which the innermost is looked for */
};

/* Beside each container. Moments; -1: not seen. */
struct container_build {
	int64_t alive_ns;     /* first sign of life */
	int64_t start_end_ns; /* of the first start that went well */
	int64_t stopped_ns;   /* end of the call that stopped it */
	int64_t ended_ns;     /* end of its span */
	int64_t listening_ns, healthy_ns, marked_ns;
	int64_t last_ask_ns;
	int64_t memory_bytes; /* at the last sample */
	uint32_t asks;        /* before it was ready */
	enum time_source source;
	bool begun;    /* its begin row was seen, or its creation failed */
	bool refused;  /* it was never made */
	bool no_image; /* ... for want of the image */
	bool again;    /* its first life is over: what it does now is no longer how it began */
	bool health, over, reaper;
};

/* Calls of one name. */
struct call_build {
	struct model_call c;
	int64_t *samples; /* one in `stride` */
	size_t n_samples, cap_samples;
	uint32_t stride;
};

/* A pull or build. */
struct image_time {
	int64_t start_ns, end_ns;
	int32_t worker;
};

struct containers_build {
	struct ids ids;
	struct table by_cid;
	struct model_container *all;
	struct container_build *beside;
	size_t n, cap, cap_beside;
	struct call_build calls[CONTAINER_CALLS];
	uint32_t n_calls;
	struct image_time *images;
	size_t n_images, cap_images;
	/* memory of all: the most in each stretch of width_ns */
	int64_t levels[MODEL_MOST_STEPS];
	int64_t width_ns, total_bytes;
	uint32_t n_levels;
};

/* When a container was ready, and what says so; -1. */
int64_t container_ready(const struct container_build *b, enum ready_by *ret_by);
/* The memory of all containers changed. */
void containers_level(struct containers_build *cb, int64_t at_ns, int64_t change_bytes);

/* Of n lengths, which it sorts. */
struct model_stat containers_stat(int64_t *values, size_t n);
/* Fills types and calls of the model. */
void containers_types(struct model *m, struct arena *scratch);
void containers_calls(struct model *m, struct containers_build *cb);
/* Fills the curve, peaks and average, of all and of each type. */
void containers_sweep(struct model *m, struct arena *scratch);
/* Finds test and unit of each container. */
void containers_attribute(struct model *m, struct arena *scratch);
