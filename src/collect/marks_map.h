/*
 * collect/marks_map.h - the marks of native programs, read from the map that they share with fettle.
 *
 * The file is made sparse and empty, which costs about 20 us; until a program marks something, reading it
 * costs one pread. What stands in it is hostile: it is read into memory of our own, and every number is
 * checked. Pages that are told whole are given back to the file system.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "wire/event.h"
#include "wire/marks.h"

struct marks_told {
	enum event_type type; /* begin, end, span, value */
	enum marks_kind kind;
	enum status status;
	uint32_t number;          /* unique in the map; that of a value is its own */
	uint32_t inside;          /* number of the span around it, or of a value's container; 0: none */
	int64_t begin_ns, end_ns; /* CLOCK_MONOTONIC */
	int64_t num;
	uint32_t pid, thread;
	struct str name, image; /* live as long as the map is open */
};

struct marks_page_read;
struct marks_found;

struct marks_map {
	int fd;
	uint64_t known; /* pages up to this one are told, or among those that wait */
	uint64_t given_back;
	uint64_t lost, lost_names;     /* as the programs counted */
	uint64_t bad;                  /* records that cannot be */
	uint64_t pid_space;            /* our own */
	struct marks_page_read *pages; /* that wait */
	size_t n_pages, cap_pages;
	struct marks_found *found;
	size_t n_found, cap_found;
	struct arena arena;
	struct map names; /* offset -> index into texts */
	struct str *texts;
	size_t n_texts, cap_texts;
};

/* Makes the file; m may be zeroed. A descriptor of -1 (after a failure) reads as empty. */
must_use int marks_map_make(struct marks_map *m, const char *path, struct err *e);
/* The same over a file that is there already; takes the descriptor. */
void marks_map_over(struct marks_map *m, int fd);
void marks_map_close(struct marks_map *m);
/*
 * Tells what is new, in the order of time: a span before what lies in it. A span that has not ended is told
 * as begin and, by a later call, end; one whose process is gone ends then, unfinished, at now_ns.
 */
void marks_map_read(struct marks_map *m, int64_t now_ns,
		    void (*tell)(void *to, const struct marks_told *told), void *to);
