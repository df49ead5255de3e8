/*
 * collect/logs.h - log files that grow below a folder, read as they grow.
 *
 * Regular files named *.log, at most LOGS_DEPTH folders deep and LOGS_FILES of them; links are not
 * followed. A file is read from its beginning; one that was cut off is read anew.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/str.h"

enum { LOGS_FILES = 32, LOGS_DEPTH = 3, LOGS_ENTRIES = 2000, LOGS_BYTES_A_TURN = 1 << 20 };

struct logs {
	const char *folder;
	struct log {
		int fd;
		ino_t inode;
		dev_t device;
		uint64_t at; /* read so far */
	} files[LOGS_FILES];
	uint32_t n;
};

/* folder is borrowed. */
void logs_init(struct logs *l, const char *folder);
/* Looks for files that are new. Costs one readdir a folder. */
void logs_search(struct logs *l);
/*
 * Reads what files have got more, 64 KiB at a time: the next piece with the number of its file, or false
 * when there is none, or LOGS_BYTES_A_TURN were read since *spent was 0. The piece lies in room.
 */
bool logs_next(struct logs *l, char *room, size_t room_bytes, size_t *spent, uint32_t *ret_file,
	       struct str *ret_bytes);
void logs_close(struct logs *l);
