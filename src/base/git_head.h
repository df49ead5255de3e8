/*
 * base/git_head.h - which commit a folder stands at, read from the files of git.
 *
 * No process is started: it costs a few reads. What is no repository, is damaged, or keeps its references
 * in another way than files (reftable) has no commit: the empty text.
 */
#pragma once
#include "base/arena.h"

/* The nearest folder from dir (absolute) upwards that holds .git; NULL: there is none. */
char *git_tree(struct arena *a, const char *dir);
/* The commit, in hexadecimal digits, that the tree of dir has checked out. */
struct str git_head(struct arena *a, const char *dir);
