/*
 * base/temp_fixture.h - for unit tests: a folder that is gone in the end, and files in it.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/folder.h"

enum { TEMP_PATH = 512 };

struct temp {
	char dir[TEMP_PATH / 2];
	char path[TEMP_PATH]; /* of temp_at, until the next one */
};

static inline void temp_make(struct temp *t)
{
	(void)snprintf(t->dir, sizeof(t->dir), "%s/unit-XXXXXX",
		       getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(t->dir))
		abort();
}

static inline void temp_drop(struct temp *t)
{
	folder_remove(t->dir);
}

static inline const char *temp_at(struct temp *t, const char *name)
{
	(void)snprintf(t->path, sizeof(t->path), "%s/%s", t->dir, name);
	return t->path;
}

/* Writes a file, with the folders above it; ends the test where that cannot be done. */
static inline const char *temp_file(struct temp *t, const char *name, const char *text)
{
	char folder[TEMP_PATH];
	struct err e;
	(void)snprintf(folder, sizeof(folder), "%s", temp_at(t, name));
	*strrchr(folder, '/') = 0;
	FILE *f = folder_make(folder, 0700, &e) < 0 ? NULL : fopen(t->path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	return t->path;
}
