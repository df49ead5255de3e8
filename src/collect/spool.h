/*
 * collect/spool.h - the file to which a worker's processes append rows.
 *
 * Read while it grows; what was read is given back to the file system (a hole),
 * so that a long run does not fill a memory-backed folder.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/str.h"

struct spool {
	int fd;
	uint64_t at;     /* read so far */
	uint64_t freed;  /* given back so far */
	struct buf part; /* bytes not handed out yet begin at from */
	size_t from;
	uint64_t bad; /* lines that were no rows or too long */
};

enum { SPOOL_LINE_MAX = 1 << 20 };

must_use int spool_open(struct spool *s, const char *path, struct err *e);
void spool_close(struct spool *s);
/*
 * The next whole line (without its end), or false when there is none yet. The line lives until
 * the next call. Costs one read per 64 KiB.
 */
bool spool_line(struct spool *s, struct str *ret_line);
/* Bytes of the file that were handed out. */
uint64_t spool_told(const struct spool *s);
