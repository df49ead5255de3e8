/*
 * cover_in/cover_file.h - the bytes of a file, read whole.
 *
 * Read, not mapped: a file that another process cuts short while we look at it must not end us, and for the
 * sizes at hand a buffer that is used again is as quick.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "wire/str.h"

/* Into *buffer, which grows to *cap bytes and is the caller's to free (base/mem.h). Refuses what is neither a
 * file nor a pipe. FAULT_SYSTEM. */
must_use int cover_file_read(const char *path, char **buffer, size_t *cap, struct str *ret, struct err *e);

enum { COVER_INFLATE_MAX = 1 << 30 }; /* bytes that a compressed file may hold */
/* What gzip compressed, into *ret, which is emptied first. FAULT_FORMAT; path is for the message. */
must_use int cover_file_inflate(struct str bytes, const char *path, struct buf *ret, struct err *e);
