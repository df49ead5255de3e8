/*
 * wire/cover_map.h - the file that all processes of a run share while coverage is measured.
 *
 * Mapped MAP_SHARED by each of them; made by collect/cover_session.h, filled by the agent
 * (agent/cover_store.h), read by record/cover_map.h. Holds offsets from its first byte, never pointers;
 * numbers are the machine's own. All offsets are multiples of 8, and 0 is none.
 *
 *	struct cover_map | slots | rules | heap ...
 *
 * The heap grows at its end: who wants n bytes adds n to `used` and owns what it got. A thing is filled
 * in first and then published by one compare-and-swap (of a slot, or of the head of a list), so that a
 *process that is killed at any moment leaves nothing but a gap. Bytes of lines need no more than a plain
 *store: all who write one write the same. What does not fit is counted under lost_* and left out.
 */
#pragma once
#include <stdint.h>

/* What a file with such a map is called, up to its last six letters. */
#define COVER_MAP_BEGIN   "fettle-map."
#define COVER_MAP_MAGIC   UINT64_C(0x50414d5245564f43) /* "COVERMAP" in memory */
#define COVER_MAP_VERSION 2
#define COVER_MAP_BYTES   (UINT64_C(1) << 30) /* of the file, holes included */

enum cover_map_flag {
	COVER_MAP_BRANCH = 1,   /* arcs are wanted */
	COVER_MAP_CONTEXTS = 2, /* what ran in which context is wanted */
};

/* How a process measures. */
enum cover_map_way {
	COVER_WAY_MONITOR, /* sys.monitoring */
	COVER_WAY_PROBE,   /* probes in the byte code */
	COVER_WAY_TRACE,   /* a trace function: slow */
	COVER_WAY_NONE,    /* it could not */
	COVER_WAYS
};

struct cover_map {
	uint64_t magic;
	uint32_t version;
	uint32_t flags;
	uint64_t size_bytes; /* of the file; most of it is a hole */
	uint64_t slots;      /* offset of n_slots offsets of struct cover_map_file */
	uint32_t n_slots;    /* a power of two */
	uint32_t rules_bytes;
	uint64_t rules;     /* offset of text: see below */
	uint64_t used;      /* end of the heap */
	uint64_t committed; /* the file has room on its disk up to here */
	uint64_t chunks;    /* the newest struct cover_map_chunk */
	uint32_t lost_files, lost_lines, lost_arcs, lost_contexts;
	uint32_t processes[COVER_WAYS];
	uint32_t python_minor; /* of the newest Python 3.x that measured; 0: none yet */
	uint32_t pad;
};

/*
 * A source file. Behind it, in this order: n_arcs arcs (open addressing; n_arcs is a power of two, or 0),
 * n_lines bytes of which byte i is 1 once line i ran, and the path, canonical and absolute.
 */
struct cover_map_file {
	uint64_t hash;       /* of the path: cover_map_hash */
	uint64_t size_bytes; /* of the source when it was first seen; with mtime_ns: 0 if it was not found */
	int64_t mtime_ns;
	uint32_t n_lines;
	uint32_t n_arcs;
	uint32_t path_bytes;
	uint32_t pad;
};

/* Lines of a file that ran in one context: bit b of byte i is line 8 * i + b. Behind it the bits. */
struct cover_map_chunk {
	uint64_t next;    /* older chunk */
	uint64_t file;    /* offset of its struct cover_map_file */
	uint64_t context; /* offset of its struct cover_map_context */
	uint64_t n_bytes;
};

/* The name lies behind it. The same name may come several times. */
struct cover_map_context {
	uint64_t name_bytes;
};

/* An arc in one word, 0: none. Numbers are as in struct cover_arc (wire/cover.h). */
static inline uint64_t cover_map_arc(int32_t from, int32_t to)
{
	return (uint64_t)(uint32_t)from << 32 | (uint32_t)to;
}

/* FNV-1a. */
static inline uint64_t cover_map_hash(const char *path, uint64_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (uint64_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(0x100000001b3);
	return h;
}

/*
 * The rules: one a line, a word, a blank and the rest. Paths are absolute and canonical.
 *
 *	source DIR      measure what lies below it
 *	package NAME    measure this module or package: a.b is .../a/b.py and all of .../a/b/
 *	include GLOB    without source and package: measure only what matches
 *	omit GLOB       never measure what matches
 *
 * A glob is coverage.py's: no '/' in it matches a base name, else the whole path; '*' and '?' stop at '/',
 * a "**" between slashes does not, a '*' at the beginning before '/' or at the end behind '/' is as "**".
 * With none of source, package and include all but the standard library and installed packages is measured.
 */
