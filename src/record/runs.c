#include "record/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "base/str.h"

enum { STAMP = 15, ID = STAMP + 5 };

char *runs_new_id(struct arena *a, int64_t wall_ns)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char r[4] = {0};
	time_t t = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	char stamp[STAMP + 1];
	(void)getrandom(r, sizeof(r), GRND_NONBLOCK);
	(void)gmtime_r(&t, &tm);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	return arena_printf(a, "%s-%c%c%c%c", stamp, letters[r[0] & 31], letters[r[1] & 31],
			    letters[r[2] & 31], letters[r[3] & 31]);
}

int runs_root(struct arena *a, const char *root, struct err *e)
{
	if (folder_make(root, 0755, e) < 0)
		return e->fault;
	int fd = open(arena_printf(a, "%s/.gitignore", root), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd >= 0) {
		ssize_t n = write(fd, "*\n", 2);
		(void)n;
		(void)close(fd);
	}
	return 0;
}

int runs_make(struct arena *a, const char *root, const char *id, char **ret, struct err *e)
{
	char *dir = arena_printf(a, "%s/runs/%s", root, id);
	if (folder_make(dir, 0755, e) < 0 || runs_root(a, root, e) < 0)
		return e->fault;
	(void)folder_hold(dir);
	*ret = dir;
	return 0;
}

void runs_point(struct arena *a, const char *root, const char *id)
{
	char *link = arena_printf(a, "%s/runs/latest", root),
	     *fresh = arena_printf(a, "%s/runs/.latest-%s", root, id);
	if (symlink(id, fresh) == 0 && rename(fresh, link) < 0)
		(void)unlink(fresh);
}

static bool holds_record(struct arena *a, const char *dir)
{
	struct stat st;
	return stat(arena_printf(a, "%s/events.jsonl", dir), &st) == 0 && S_ISREG(st.st_mode);
}

void runs_mark(struct arena *a, const char *dir, const char *mark)
{
	int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    fd = open(arena_printf(a, "%s/%s", dir, mark), flags, 0600);
	if (fd >= 0)
		(void)close(fd);
}

bool runs_is_id(const char *name)
{
	return strlen(name) == ID && name[8] == '-' && name[STAMP] == '-' && strspn(name, "0123456789") == 8;
}

int runs_find(struct arena *a, const char *root, const char *name, char **ret, struct err *e)
{
	char *runs = arena_printf(a, "%s/runs", root);
	if (!name) {
		*ret = arena_printf(a, "%s/latest", runs);
		if (holds_record(a, *ret))
			return 0;
		return err_usage(e, "there is no run yet below '%s' (begin with 'fettle run -- COMMAND')",
				 root);
	}
	if (str_ends(str_of(name), "/events.jsonl")) {
		*ret = arena_copy(a, str_cut(str_of(name), 0, strlen(name) - strlen("/events.jsonl")));
		if (holds_record(a, *ret))
			return 0;
	}
	*ret = arena_copy(a, str_of(name));
	if (holds_record(a, *ret))
		return 0;
	DIR *d = strchr(name, '/') ? NULL : opendir(runs);
	unsigned hits = 0;
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (strncmp(entry->d_name, name, strlen(name)) == 0 && runs_is_id(entry->d_name)) {
			hits++;
			*ret = arena_printf(a, "%s/%s", runs, entry->d_name);
		}
	}
	if (d)
		(void)closedir(d);
	if (hits == 1)
		return 0;
	if (hits > 1)
		return err_usage(e, "'%s' names %u runs below '%s'", name, hits, runs);
	return err_usage(e, "no run '%s': neither a folder with events.jsonl nor an id below '%s'", name,
			 runs);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

void runs_prune(struct arena *a, const char *root, unsigned keep)
{
	char *runs = arena_printf(a, "%s/runs", root);
	DIR *d = opendir(runs);
	char **names = NULL;
	size_t n = 0, cap = 0;
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (!runs_is_id(entry->d_name))
			continue;
		names = mem_grow(names, n, &cap, sizeof(*names));
		names[n++] = arena_copy(a, str_of(entry->d_name));
	}
	if (d)
		(void)closedir(d);
	if (n > keep) {
		qsort(names, n, sizeof(*names), newest_first);
		for (size_t i = keep; i < n; i++) {
			char *path = arena_printf(a, "%s/%s", runs, names[i]);
			if (!folder_is_held(AT_FDCWD, path))
				folder_remove(path);
		}
	}
	mem_free(names);
}
