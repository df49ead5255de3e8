/*
 * base/fd.h - descriptors: closed with their scope, read and written whole.
 *
 * A call that a signal broke off is made again, and a descriptor that somebody else made
 * non-blocking (a shared terminal) is waited for. False with errno set.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

void fd_close(int *fd); /* for auto_fd; -1 is fine */
#define auto_fd __attribute__((cleanup(fd_close))) int

/* All n bytes. */
must_use bool fd_write(int fd, const void *bytes, size_t n);
/* Adds what can be read up to the end, or most_bytes of it. What came before an error is kept. */
must_use bool fd_read(int fd, size_t most_bytes, struct buf *b);
