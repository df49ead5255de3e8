#include "cmd/run_outfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "base/row.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "collect/copy.h"
#include "report/report.h"

bool outfiles_take(struct run *r, const struct event *ev)
{
	if (ev->type != EVENT_NOTE || !str_is(ev->name, "outfile"))
		return false;
	r->outfiles = mem_grow(r->outfiles, r->n_outfiles, &r->cap_outfiles, sizeof(*r->outfiles));
	r->outfiles[r->n_outfiles++] = (struct outfile){
	    arena_str(&r->arena, event_text(ev, "path")), arena_str(&r->arena, ev->file),
	    arena_str(&r->arena, event_text(ev, "want")), ev->worker};
	return true;
}

bool outfiles_read(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;
	while (fd >= 0 && n > 0) {
		n = read(fd, buf_room(b, 65536), 65536);
		b->n += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 && n == 0;
}

static void write_whole(struct run *r, const char *path, const struct buf *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t done = 0;
	while (fd >= 0 && done < b->n) {
		ssize_t n = write(fd, b->at + done, b->n - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < b->n)
		run_note(r, "outfile", "cannot write '%s': %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

/* JSON arrays become one array; anything else is put one behind the other. */
static void join(struct buf *whole, struct str part)
{
	struct str have = str_trim(buf_view(whole)), more = str_trim(part);
	bool arrays = have.n >= 2 && more.n >= 2 && have.at[0] == '[' && have.at[have.n - 1] == ']' &&
		      more.at[0] == '[' && more.at[more.n - 1] == ']';
	if (!arrays) {
		buf_str(whole, part);
		return;
	}
	whole->n = (size_t)(have.at + have.n - 1 - whole->at);
	struct str inside = str_trim(str_cut(more, 1, more.n - 2));
	bool empty = str_trim(str_cut(have, 1, have.n - 2)).n == 0;
	if (inside.n && !empty)
		buf_text(whole, ",\n");
	buf_str(whole, inside);
	buf_text(whole, "]\n");
}

static void merge_files(struct run *r, size_t first)
{
	struct buf whole = {0};
	char *path = arena_copy(&r->arena, r->outfiles[first].path);
	for (size_t i = first; i < r->n_outfiles; i++) {
		struct buf part = {0};
		if (!str_eq(r->outfiles[i].path, r->outfiles[first].path))
			continue;
		if (outfiles_read(arena_copy(&r->arena, r->outfiles[i].file), &part))
			join(&whole, buf_view(&part));
		buf_free(&part);
		r->outfiles[i].want = i == first ? r->outfiles[i].want : STR("");
	}
	write_whole(r, path, &whole);
	buf_free(&whole);
}

/* behave's JUnit folder: one file a feature, so that workers seldom meet. */
static void merge_folders(struct run *r, size_t i)
{
	const struct outfile *f = &r->outfiles[i];
	struct err e;
	DIR *d = opendir(arena_copy(&r->arena, f->file));
	const char *to = arena_copy(&r->arena, f->path);
	if (d && folder_make(to, 0755, &e) < 0)
		run_note(r, "outfile", "%s", e.text);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (entry->d_name[0] == '.')
			continue;
		char *path = arena_printf(&r->arena, "%s/%s", to, entry->d_name);
		(void)unlink(path);
		if (copy_file(arena_printf(&r->arena, "%.*s/%s", STR_ARG(f->file), entry->d_name), path, &e) <
		    0)
			run_note(r, "outfile", "%s", e.text);
	}
	if (d)
		(void)closedir(d);
}

void outfiles_merge(struct run *r)
{
	for (size_t i = 0; i < r->n_outfiles; i++) {
		struct outfile *f = &r->outfiles[i];
		if (str_is(f->want, "junit-directory"))
			merge_folders(r, i);
		else if (f->want.n && !str_is(f->want, "junit") && !str_is(f->want, "coverage"))
			merge_files(r, i);
	}
}

void outfiles_junit(struct run *r)
{
	struct err e = {0};
	for (size_t i = 0; i < r->n_outfiles; i++) {
		const struct outfile *f = &r->outfiles[i];
		struct out o;
		if (!str_is(f->want, "junit"))
			continue;
		const char *path = arena_copy(&r->arena, f->path);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0) {
			(void)err_sys(&e, "cannot write '%s'", path);
			warn("run", "%s", e.text);
			break;
		}
		out_to_fd(&o, fd);
		report_junit(&r->model, &o);
		if (out_close(&o, &e) < 0)
			warn("run", "%s", e.text);
		(void)close(fd);
		break; /* all workers were told the same path */
	}
	mem_free(r->outfiles);
}
