#include "collect/logs.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

void logs_init(struct logs *l, const char *folder)
{
	*l = (struct logs){.folder = folder};
}

static bool is_known(const struct logs *l, const struct stat *st)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->files[i].inode == st->st_ino && l->files[i].device == st->st_dev)
			return true;
	return false;
}

static void take_file(struct logs *l, int dir, const char *name)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || is_known(l, &st)) {
		(void)close(fd);
		return;
	}
	l->files[l->n++] = (struct log){.fd = fd, .inode = st.st_ino, .device = st.st_dev};
}

static bool may_be_folder(int dir, const struct dirent *d)
{
	struct stat st;
	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Takes over dir. */
static void search(struct logs *l, int dir, unsigned depth, unsigned *entries)
{
	DIR *open = fdopendir(dir);
	if (!open) {
		(void)close(dir);
		return;
	}
	struct dirent *d;
	while (l->n < LOGS_FILES && *entries < LOGS_ENTRIES && (d = readdir(open))) {
		++*entries;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (may_be_folder(dir, d)) {
			int below =
			    depth ? openat(dir, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
				  : -1;
			if (below >= 0)
				search(l, below, depth - 1, entries);
		} else if (str_ends(str_of(d->d_name), ".log")) {
			take_file(l, dir, d->d_name);
		}
	}
	(void)closedir(open);
}

void logs_search(struct logs *l)
{
	unsigned entries = 0;
	int dir = l->n < LOGS_FILES ? open(l->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (dir >= 0)
		search(l, dir, LOGS_DEPTH, &entries);
}

bool logs_next(struct logs *l, char *room, size_t room_bytes, size_t *spent, uint32_t *ret_file,
	       struct str *ret_bytes)
{
	for (uint32_t i = 0; i < l->n && *spent < LOGS_BYTES_A_TURN; i++) {
		struct log *f = &l->files[i];
		struct stat st;
		if (fstat(f->fd, &st) == 0 && (uint64_t)st.st_size < f->at)
			f->at = 0;
		ssize_t n = pread(f->fd, room, room_bytes, (off_t)f->at);
		if (n <= 0)
			continue;
		f->at += (uint64_t)n;
		*spent += (size_t)n;
		*ret_file = i;
		*ret_bytes = (struct str){room, (size_t)n};
		return true;
	}
	return false;
}

void logs_close(struct logs *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		(void)close(l->files[i].fd);
	l->n = 0;
}
