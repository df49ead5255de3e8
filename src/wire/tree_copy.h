/*
 * wire/tree_copy.h - where workers' copies of the working tree lie (ENV_TREE_COPIES): in one folder, as 0,
 * 1, 2.
 */
#pragma once
#include <stddef.h>
#include <string.h>

/* How much of a path of n bytes leads to a copy ("/room/12" of "/room/12/a.py"); 0: it lies in none. room: of
 * n_room bytes, without a slash at its end. */
static inline size_t tree_copy_root(const char *path, size_t n, const char *room, size_t n_room)
{
	size_t at = n_room + 1;
	if (!n_room || n <= at || memcmp(path, room, n_room) != 0 || path[n_room] != '/')
		return 0;
	while (at < n && path[at] >= '0' && path[at] <= '9')
		at++;
	return at > n_room + 1 && (at == n || path[at] == '/') ? at : 0;
}
