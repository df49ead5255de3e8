/*
 * base/file.h - files read and written in one go.
 */
#pragma once
#include "base/fd.h"

/* Adds the first most_bytes of a file to b. False with errno set; what came before an error is kept. */
must_use bool file_read(const char *path, size_t most_bytes, struct buf *b);
/* The text in place of what is at path: whole or not at all. Fault: system. */
must_use int file_write(const char *path, struct str text, struct err *e);
