/*
 * wire/marks.h - the file in which the native processes of one worker keep their marks.
 *
 * Made by collect/marks_map.h, mapped MAP_SHARED and filled by libfettle (agent/fettle.h), read with
 * pread while it grows. Holds numbers of records and offsets, never pointers; all is the machine's own
 * byte order.
 *
 *	head (one page) | slots of names | names ... | pages of records ...
 *
 * A thread takes pages by a compare-and-swap on `taken` after it has made sure that they have room on
 * their disk, and is the only one to write them. Nothing is ever rewritten but a record that is open, so a
 * process that is killed at any moment leaves nothing torn: the state of a record is stored last, with
 * release. What does not fit is counted under lost.
 */
#pragma once
#include <stdint.h>

#define MARKS_MAGIC   UINT64_C(0x50414d534b52414d) /* "MARKSMAP" in memory */
#define MARKS_VERSION 1
#define MARKS_BYTES   (UINT64_C(1) << 30) /* of the file, holes included */

enum {
	MARKS_PAGE = 4096,
	MARKS_SLOTS_AT = MARKS_PAGE, /* MARKS_SLOTS offsets of names, open addressing; 0: free */
	MARKS_SLOTS = 8192,
	MARKS_NAMES_AT = MARKS_SLOTS_AT + MARKS_SLOTS * 4,
	MARKS_RECORDS_AT = 512 * 1024,
	MARKS_A_PAGE = 128, /* records in a page, its head included */
	MARKS_FIRST_PAGE = MARKS_RECORDS_AT / MARKS_PAGE,
	MARKS_END_PAGE = MARKS_BYTES / MARKS_PAGE,
	MARKS_AHEAD = 16384,  /* pages that may lie unread: 64 MiB */
	MARKS_NAME_MOST = 255 /* bytes; the rest of a longer name is left out */
};

struct marks_head {
	uint64_t magic;
	uint32_t version;
	uint32_t has_room;   /* the part before the records has room on its disk: set by the first writer */
	uint64_t names_end;  /* offset behind the last name */
	uint64_t taken;      /* page behind the last one taken */
	uint64_t given_back; /* pages that fettle has read and freed; only fettle writes this */
	uint64_t lost;       /* marks for which there was no room */
	uint64_t lost_names; /* marks whose name found none: they are kept, without it */
};

/* Behind it the bytes. bytes is stored last. */
struct marks_name {
	uint32_t hash;
	uint32_t bytes;
};

/* In the place of a page's first record. in_use is stored last. */
struct marks_page {
	uint32_t in_use;
	uint32_t pid;
	uint32_t thread;
	uint32_t pad;
	uint64_t pid_space; /* inode of the pid name space in which pid holds */
	uint64_t rest;
};

enum marks_state { MARK_NONE, MARK_OPEN, MARK_DONE };

/* Numbers are never reused. */
enum marks_kind {
	MARK_PHASE = 1,
	MARK_SCENARIO,
	MARK_CONTAINER,
	MARK_VALUE, /* end_ns is the number */
	MARK_COUNT, /* the same, to be added up */
	MARK_READY, /* of the container `inside`: the number is 1, or 0 where it failed */
};

/* Small: what a mark costs is mostly the room that it takes. */
struct marks_record {
	uint8_t state; /* stored last, with release */
	uint8_t kind;
	uint16_t status;  /* enum fettle_status of agent/fettle.h */
	uint32_t name;    /* offset; 0: there was no room for it */
	uint32_t inside;  /* number of the record around it: page * MARKS_A_PAGE + place; 0: none */
	uint32_t image;   /* of a container: name, as above */
	int64_t begin_ns; /* CLOCK_MONOTONIC; never 0 */
	int64_t end_ns;   /* of a span that is done, and then never 0; else the number */
};

_Static_assert(sizeof(struct marks_record) * MARKS_A_PAGE == MARKS_PAGE, "records fill a page");
_Static_assert(sizeof(struct marks_page) == sizeof(struct marks_record), "a head is as long as a record");
