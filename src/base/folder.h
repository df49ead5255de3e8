/*
 * base/folder.h - making folders, and removing them with all that is in them.
 */
#pragma once
#include <sys/types.h>

#include "base/err.h"

/* mkdir -p; what is made gets mode (less the umask). */
must_use int folder_make(const char *path, mode_t mode, struct err *e);
/* Removes a folder and all below it, or a file; follows no link. What cannot be removed stays. */
void folder_remove(const char *path);
