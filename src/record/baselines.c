#include "record/baselines.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/str.h"

#define ABOUT  "baseline.json"
#define IN_USE ".in-use"
enum { ABOUT_BYTES = 64 * 1024, BASELINE_VERSION = 1 };

bool baseline_is_name(const char *name)
{
	size_t n = strlen(name);
	if (!n || n > BASELINE_NAME || name[0] == '.' || name[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._+@-", name[i]))
			return false;
	return true;
}

static int check_name(const char *name, struct err *e)
{
	if (baseline_is_name(name))
		return 0;
	return err_usage(e, "'%.120s' is no name of a baseline: at most %d letters, digits and . _ + @ -",
			 name, BASELINE_NAME);
}

static bool is_folder(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Nothing is written or removed where a link leads to. */
static int check_place(struct arena *a, const char *root, struct err *e)
{
	struct stat st;
	const char *path = arena_printf(a, "%s/baselines", root);
	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return 0;
	return err_usage(e, "'%s' is a link, and links are not followed: a folder must stand in its place",
			 path);
}

static char *folder_of(struct arena *a, const char *root, const char *name)
{
	return arena_printf(a, "%s/baselines/%s", root, name);
}

int baseline_begin(struct arena *a, const char *root, const char *name, bool force, char **ret_dir,
		   struct err *e)
{
	if (check_name(name, e) < 0 || check_place(a, root, e) < 0)
		return e->fault;
	if (!force && is_folder(folder_of(a, root, name)))
		return err_usage(e, "baseline '%s' is there already (--force replaces it)", name);
	if (folder_make(arena_printf(a, "%s/baselines", root), 0755, e) < 0)
		return e->fault;
	*ret_dir = arena_printf(a, "%s/baselines/.new-XXXXXX", root);
	if (!mkdtemp(*ret_dir) || chmod(*ret_dir, 0755) < 0)
		return err_sys(e, "cannot make a folder in '%s/baselines'", root);
	return 0;
}

void baseline_drop(const char *dir)
{
	folder_remove(dir);
}

static int write_about(struct arena *a, const struct baseline *b, const char *dir, struct err *e)
{
	struct buf text = {0};
	buf_char(&text, '{');
	json_put_key_text(&text, "format", STR("fettle-baseline"));
	json_put_key_int(&text, "version", BASELINE_VERSION);
	json_put_key_int(&text, "saved_ns", b->saved_ns);
	json_put_key_int(&text, "measured_ns", b->measured_ns);
	json_put_key_text(&text, "machine", b->machine);
	json_put_key_text(&text, "commit", b->commit);
	json_put_key_text(&text, "from", b->from);
	buf_text(&text, "}\n");
	int rc = file_write(arena_printf(a, "%s/" ABOUT, dir), buf_view(&text), e);
	buf_free(&text);
	return rc;
}

int baseline_end(struct arena *a, const char *root, const struct baseline *b, const char *dir, struct err *e)
{
	char *to = arena_printf(a, "%s/baselines/%.*s", root, STR_ARG(b->name));
	if (write_about(a, b, dir, e) < 0)
		return e->fault;
	if (rename(dir, to) == 0)
		return 0;
	/* an earlier one: they change places, so that there is always one */
	if (renameat2(AT_FDCWD, dir, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
		folder_remove(dir);
		return 0;
	}
	folder_remove(to);
	return rename(dir, to) == 0 ? 0 : err_sys(e, "cannot write baseline '%s'", to);
}

static int read_about(struct arena *a, struct baseline *b, struct err *e)
{
	char *path = arena_printf(a, "%s/" ABOUT, b->dir);
	struct buf text = {0};
	struct json j;
	struct str key, format = STR_NONE;
	int64_t version = 0;
	if (!is_file(path) || !file_read(path, ABOUT_BYTES, &text)) {
		buf_free(&text);
		return err_sys(e, "cannot read '%s'", path);
	}
	json_init(&j, arena_str(a, buf_view(&text)), a);
	buf_free(&text);
	if (json_object(&j)) {
		while (json_key(&j, &key)) {
			if (str_is(key, "format"))
				format = json_text(&j);
			else if (str_is(key, "version"))
				version = json_int(&j);
			else if (str_is(key, "saved_ns"))
				b->saved_ns = json_int(&j);
			else if (str_is(key, "measured_ns"))
				b->measured_ns = json_int(&j);
			else if (str_is(key, "machine"))
				b->machine = json_text(&j);
			else if (str_is(key, "commit"))
				b->commit = json_text(&j);
			else if (str_is(key, "from"))
				b->from = json_text(&j);
			else
				json_skip(&j);
		}
	}
	if (!json_end(&j) || !str_is(format, "fettle-baseline"))
		return err_format(e, "'%s' is torn or no " ABOUT " of fettle", path);
	if (version != BASELINE_VERSION)
		return err_format(e, "'%s' is of version %lld; this fettle reads version %d", path,
				  (long long)version, BASELINE_VERSION);
	return 0;
}

struct str baseline_in_use(struct arena *a, const char *root)
{
	struct buf b = {0};
	char *path = arena_printf(a, "%s/baselines/" IN_USE, root);
	struct str ret = STR_NONE;
	if (is_file(path) && file_read(path, BASELINE_NAME + 2, &b))
		ret = str_trim(arena_str(a, buf_view(&b)));
	buf_free(&b);
	return ret;
}

static int read_one(struct arena *a, const char *root, const char *name, struct baseline *ret, struct err *e)
{
	*ret = (struct baseline){.name = arena_str(a, str_of(name)), .dir = folder_of(a, root, name)};
	if (!is_folder(ret->dir))
		return err_usage(e, "there is no baseline '%s' (see 'fettle baseline list')", name);
	ret->in_use = str_is(baseline_in_use(a, root), name);
	ret->has_bench = is_file(arena_printf(a, "%s/" BASELINE_BENCH "/bench.json", ret->dir));
	ret->has_run = is_file(arena_printf(a, "%s/" BASELINE_RUN "/events.jsonl", ret->dir));
	return read_about(a, ret, e);
}

static int by_name(const void *a, const void *b)
{
	const struct baseline *x = a, *y = b;
	return str_compare(x->name, y->name);
}

int baselines_list(struct arena *a, const char *root, struct baseline **ret, size_t *ret_n, struct err *e)
{
	char *path = arena_printf(a, "%s/baselines", root);
	size_t cap = 0;
	*ret = NULL;
	*ret_n = 0;
	DIR *d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : err_sys(e, "cannot read '%s'", path);
	for (struct dirent *entry; (entry = readdir(d));) {
		struct baseline b;
		struct err ignored;
		if (!baseline_is_name(entry->d_name) || read_one(a, root, entry->d_name, &b, &ignored) < 0)
			continue;
		*ret = arena_grow(a, *ret, *ret_n, &cap, sizeof(**ret));
		(*ret)[(*ret_n)++] = b;
	}
	(void)closedir(d);
	if (*ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), by_name);
	return 0;
}

int baseline_find(struct arena *a, const char *root, const char *name, struct baseline *ret, struct err *e)
{
	if (name)
		return check_name(name, e) < 0 ? e->fault : read_one(a, root, name, ret, e);
	const char *used = arena_copy(a, baseline_in_use(a, root));
	if (!*used)
		return err_usage(e, "no baseline is in use ('fettle baseline use NAME')");
	if (!baseline_is_name(used) || !is_folder(folder_of(a, root, used)))
		return err_usage(e, "the baseline in use is gone ('fettle baseline use NAME')");
	return read_one(a, root, used, ret, e);
}

int baseline_use(struct arena *a, const char *root, const char *name, struct err *e)
{
	struct baseline b;
	char *path = arena_printf(a, "%s/baselines/" IN_USE, root);
	if (check_place(a, root, e) < 0)
		return e->fault;
	if (!name)
		return unlink(path) == 0 || errno == ENOENT ? 0 : err_sys(e, "cannot remove '%s'", path);
	if (baseline_find(a, root, name, &b, e) < 0)
		return e->fault;
	return file_write(path, str_of(arena_printf(a, "%s\n", name)), e);
}

int baseline_remove(struct arena *a, const char *root, const char *name, struct err *e)
{
	if (check_name(name, e) < 0 || check_place(a, root, e) < 0)
		return e->fault;
	char *dir = folder_of(a, root, name);
	struct stat st;
	if (lstat(dir, &st) < 0)
		return err_usage(e, "there is no baseline '%s' (see 'fettle baseline list')", name);
	folder_remove(dir);
	if (lstat(dir, &st) == 0) {
		errno = EACCES;
		return err_sys(e, "cannot remove all of '%s'", dir);
	}
	return str_is(baseline_in_use(a, root), name) ? baseline_use(a, root, NULL, e) : 0;
}
