#include "cmd/run_outfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/map.h"
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
	/* the process before it ended before it wrote any */
	for (size_t i = 0; ev->file.n && i < r->n_outfiles; i++)
		if (str_eq(r->outfiles[i].file, ev->file))
			return true;
	r->outfiles = mem_grow(r->outfiles, r->n_outfiles, &r->cap_outfiles, sizeof(*r->outfiles));
	struct str path = arena_str(&r->arena, event_text(ev, "path"));
	r->outfiles[r->n_outfiles++] =
	    (struct outfile){isolate_origin(&r->isolate, &r->arena, path), arena_str(&r->arena, ev->file),
			     arena_str(&r->arena, event_text(ev, "want")), ev->worker};
	return true;
}

void outfiles_want_junit(struct run *r, const char *path)
{
	r->outfiles = mem_grow(r->outfiles, r->n_outfiles, &r->cap_outfiles, sizeof(*r->outfiles));
	r->outfiles[r->n_outfiles++] =
	    (struct outfile){.path = str_of(path), .want = STR("junit"), .worker = -1};
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

/* The frameworks make the folders that they are told to write into. */
static void make_room(const char *path)
{
	char folder[PATH_MAX];
	struct err ignored; /* whoever writes there says why it cannot */
	size_t slash = str_find_last(str_of(path), '/');
	if (!slash || slash >= sizeof(folder) || !path[slash])
		return;
	memcpy(folder, path, slash);
	folder[slash] = 0;
	(void)!folder_make(folder, 0777, &ignored);
}

static void write_whole(struct run *r, const char *path, const struct buf *b)
{
	make_room(path);
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

/* The items of a JSON array, without its brackets; those that are whole, where its end is missing. */
static struct str items_of(struct str array)
{
	size_t depth = 0, whole = 1;
	bool quoted = false;
	for (size_t i = 0; i < array.n; i++) {
		char c = array.at[i];
		if (quoted) {
			i += c == '\\';
			quoted = c != '"';
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			depth++;
		} else if ((c == ']' || c == '}') && depth && --depth <= 1) {
			whole = depth ? i + 1 : i;
		}
	}
	return str_trim(str_cut(array, 1, whole - 1));
}

/* Parts on their way to one file. */
struct whole {
	struct buf text;
	bool array; /* of JSON arrays one array is made; anything else is put one behind the other */
	size_t n_parts;
};

static void join(struct whole *w, struct str part)
{
	struct str more = str_trim(part), inside = items_of(more);
	bool array = more.n && more.at[0] == '[' && (!inside.n || strchr("{[\"", inside.at[0]));
	w->n_parts++;
	if (!w->text.n && array) { /* what came before may have been an empty file, of a process that died */
		w->array = true;
		buf_text(&w->text, "[\n");
	}
	if (w->array && array) {
		buf_text(&w->text, inside.n && w->text.n > 2 ? ",\n\n" : "");
		buf_str(&w->text, inside);
	} else if (!w->array) {
		buf_str(&w->text, part);
	}
}

static void merge_files(struct run *r, size_t first)
{
	struct whole w = {0};
	const struct outfile *f = &r->outfiles[first];
	char *path = arena_copy(&r->arena, f->path);
	for (size_t i = first; i < r->n_outfiles; i++) {
		struct buf part = {0};
		if (!str_eq(r->outfiles[i].path, f->path))
			continue;
		if (outfiles_read(arena_copy(&r->arena, r->outfiles[i].file), &part))
			join(&w, buf_view(&part));
		buf_free(&part);
		r->outfiles[i].want = i == first ? f->want : STR("");
	}
	if (w.array)
		buf_text(&w.text, "\n]\n");
	if (w.n_parts)
		write_whole(r, path, &w.text);
	else if (str_is(f->want, "formatter")) /* as behave takes its list of what failed away */
		(void)unlink(path);
	buf_free(&w.text);
}

/* Which process of its worker wrote an outfile, 1 .., of those from the first on that are for the same path.
 */
static uint32_t nth_of_worker(const struct run *r, size_t first, size_t i)
{
	uint32_t nth = 1;
	for (size_t k = first; k < i; k++)
		nth += str_eq(r->outfiles[k].path, r->outfiles[i].path) &&
		       r->outfiles[k].worker == r->outfiles[i].worker;
	return nth;
}

/* Documents that cannot be put together: with several workers each has a name of its own. */
static void keep_apart(struct run *r, size_t first)
{
	struct err e;
	char *path = arena_copy(&r->arena, r->outfiles[first].path);
	size_t dot = str_find_last(r->outfiles[first].path, '.'), n = 0;
	make_room(path);
	(void)unlink(path);
	dot = dot == strlen(path) || strchr(path + dot, '/') ? strlen(path) : dot;
	for (size_t i = first; i < r->n_outfiles; i++) {
		struct outfile *f = &r->outfiles[i];
		if (!str_is(f->path, path))
			continue;
		f->want = STR("");
		const char *file = arena_copy(&r->arena, f->file);
		const char *of_worker = r->workers == 1 ? "" : arena_printf(&r->arena, ".gw%d", f->worker);
		uint32_t nth = nth_of_worker(r, first, i);
		const char *of_process = nth == 1 ? "" : arena_printf(&r->arena, ".%u", nth);
		char *to =
		    arena_printf(&r->arena, "%.*s%s%s%s", (int)dot, path, of_worker, of_process, path + dot);
		(void)unlink(to);
		if (access(file, F_OK) == 0 && copy_file(file, to, &e) < 0)
			run_note(r, "outfile", "%s", e.text);
		else
			n++;
	}
	if (n > 1)
		run_note(r, "outfile", "'%s' is in %zu parts, one a worker: '%.*s.gw0%s' ...", path, n,
			 (int)dot, path, path + dot);
}

/* Whether this run has put a file of this name there. */
static bool is_taken(struct map *taken, struct str path)
{
	uint32_t *at = map_at(taken, path);
	bool was = *at != MAP_NONE;
	*at = 1;
	return was;
}

/* NAME.xml, or NAME.2.xml and so on where parts of one feature were run apart. */
static char *free_name(struct run *r, struct map *taken, const char *to, const char *name)
{
	char *path = arena_printf(&r->arena, "%s/%s", to, name);
	size_t stem = str_ends(str_of(path), ".xml") ? strlen(path) - 4 : strlen(path);
	for (int n = 2; is_taken(taken, str_of(path)); n++)
		path = arena_printf(&r->arena, "%.*s.%d%s", (int)stem, path, n, path + stem);
	(void)unlink(path);
	/* what an earlier run left of other parts of this feature */
	(void)unlink(arena_printf(&r->arena, "%.*s.2%s", (int)stem, path, path + stem));
	return path;
}

/* behave's JUnit folder: a file for each feature, and below it folders of units that ran a part of one. */
static void merge_folder(struct run *r, const char *from, const char *to, struct map *taken)
{
	struct err e;
	DIR *d = opendir(from);
	if (d && folder_make(to, 0755, &e) < 0)
		run_note(r, "outfile", "%s", e.text);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		if (entry->d_name[0] == '.')
			continue;
		const char *path = arena_printf(&r->arena, "%s/%s", from, entry->d_name);
		if (entry->d_type == DT_DIR)
			merge_folder(r, path, to, taken);
		else if (copy_file(path, free_name(r, taken, to, entry->d_name), &e) < 0)
			run_note(r, "outfile", "%s", e.text);
	}
	if (d)
		(void)closedir(d);
}

void outfiles_merge(struct run *r)
{
	struct map taken = {0};
	for (size_t i = 0; i < r->n_outfiles; i++) {
		const struct outfile *f = &r->outfiles[i];
		if (str_is(f->want, "junit-directory"))
			merge_folder(r, arena_copy(&r->arena, f->file), arena_copy(&r->arena, f->path),
				     &taken);
		else if (str_is(f->want, "html") || str_is(f->want, "json-report"))
			keep_apart(r, i);
		else if (f->want.n && !str_is(f->want, "junit") && !str_is(f->want, "coverage"))
			merge_files(r, i);
	}
	map_free(&taken);
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
		make_room(path);
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
