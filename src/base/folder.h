/*
 * base/folder.h - making folders, holding them, and removing them with all that is in them.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* mkdir -p; what is made gets mode (less the umask). */
must_use int folder_make(const char *path, mode_t mode, struct err *e);
/*
 * Removes a folder and all below it, or a file; follows no link and goes into no other file system. What
 * cannot be removed stays.
 */
void folder_remove(const char *path);
/* The same of a name in an open folder; whether it is gone. */
bool folder_remove_at(int parent, const char *name);
/* What it takes on disk; what cannot be looked at counts nothing. */
uint64_t folder_bytes(int parent, const char *name);

/*
 * Says that a folder, or a file, is needed for as long as this process lives: the descriptor that is returned
 * (-1 where the system has none) is for nobody to close. The kernel forgets it with the process, however it
 * ends.
 */
int folder_hold(const char *path);
/* Whether another process, or this one, holds it; also where nobody can tell. */
bool folder_is_held(int parent, const char *name);
