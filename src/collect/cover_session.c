#include "collect/cover_session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/environment.h"
#include "base/folder.h"
#include "collect/proc.h"
#include "wire/cover_map.h"
#include "wire/env.h"

enum { N_SLOTS = 1 << 16 };
#define ROOM_BYTES   (UINT64_C(64) << 20) /* free memory below which the disk is taken */
#define FIRST_COMMIT (UINT64_C(256) << 10)
#define RULES_MAX    (1 << 20)
#define ALIGNED(n)   (((n) + 7) & ~(uint64_t)7)

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_package(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
	return name[0] && !name[n] && name[0] != '.' && name[strlen(name) - 1] != '.' && !strstr(name, "..");
}

static int rule(struct buf *rules, const char *word, const char *text, struct err *e)
{
	if (!text[0] || strchr(text, '\n'))
		return err_usage(e, "'%s' cannot be measured: a path with a line end, or an empty one", text);
	buf_printf(rules, "%s %s\n", word, text);
	return 0;
}

static int source_rule(struct buf *rules, const char *source, struct err *e)
{
	char real[PATH_MAX];
	if (!is_folder(source)) {
		if (is_package(source))
			return rule(rules, "package", source, e);
		return err_usage(e, "cannot measure '%s': no such folder, and no name of a package", source);
	}
	if (!realpath(source, real))
		return err_sys(e, "cannot measure '%s'", source);
	if (strcmp(real, "/") == 0)
		return err_usage(e, "cannot measure '%s': it is the root of all files", source);
	return rule(rules, "source", real, e);
}

/* As coverage.py: as it stands, and absolute where it begins with no wildcard. */
static int glob_rule(struct buf *rules, const char *word, const char *glob, struct err *e)
{
	char cwd[PATH_MAX];
	if (rule(rules, word, glob, e) < 0)
		return e->fault;
	if (glob[0] == '*' || glob[0] == '?' || glob[0] == '/')
		return 0;
	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(e, "cannot tell the current folder");
	while (strncmp(glob, "./", 2) == 0)
		glob += 2;
	buf_printf(rules, "%s %s/%s\n", word, cwd, glob);
	return 0;
}

static int write_rules(struct buf *ret, const struct cover_rules *r, struct err *e)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < r->n_sources; i++)
		rc = source_rule(ret, r->sources[i], e);
	for (size_t i = 0; rc == 0 && i < r->n_packages; i++)
		rc = rule(ret, "package", r->packages[i], e);
	for (size_t i = 0; rc == 0 && i < r->n_include; i++)
		rc = glob_rule(ret, "include", r->include[i], e);
	for (size_t i = 0; rc == 0 && i < r->n_omit; i++)
		rc = glob_rule(ret, "omit", r->omit[i], e);
	if (rc == 0 && ret->n > RULES_MAX)
		rc = err_usage(e, "the rules of what to measure are longer than %d bytes", RULES_MAX);
	return rc;
}

static bool has_room(const char *folder)
{
	struct statvfs fs;
	return folder && folder[0] == '/' && access(folder, W_OK | X_OK) == 0 && statvfs(folder, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_BYTES;
}

static int fill(int fd, const struct cover_rules *rules, const struct buf *text)
{
	struct cover_map map = {
	    .magic = COVER_MAP_MAGIC,
	    .version = COVER_MAP_VERSION,
	    .flags = (rules->branch ? COVER_MAP_BRANCH : 0U) | (rules->contexts ? COVER_MAP_CONTEXTS : 0U),
	    .size_bytes = COVER_MAP_BYTES,
	    .slots = ALIGNED(sizeof(map)),
	    .n_slots = N_SLOTS,
	    .rules_bytes = (uint32_t)text->n,
	};
	map.rules = map.slots + N_SLOTS * sizeof(uint64_t);
	map.used = ALIGNED(map.rules + text->n);
	map.committed = map.used;
	uint64_t commit = map.used + FIRST_COMMIT;
	if (fallocate(fd, 0, 0, (off_t)commit) == 0)
		map.committed = commit;
	else if (errno != EOPNOTSUPP)
		return -1;
	if (ftruncate(fd, (off_t)COVER_MAP_BYTES) < 0)
		return -1;
	if (text->n && pwrite(fd, text->at, text->n, (off_t)map.rules) != (ssize_t)text->n)
		return -1;
	return pwrite(fd, &map, sizeof(map), 0) == (ssize_t)sizeof(map) ? 0 : -1;
}

static bool make_in(struct arena *a, const char *folder, const struct cover_rules *rules,
		    const struct buf *text, char **ret)
{
	char *path = arena_printf(a, "%s/" COVER_MAP_BEGIN "XXXXXX", folder);
	auto_fd fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fill(fd, rules, text) < 0) {
		int saved = errno;
		(void)unlink(path);
		errno = saved;
		return false;
	}
	(void)folder_hold(path);
	*ret = path;
	return true;
}

int cover_session_open(struct arena *a, const struct cover_rules *rules, enum cover_tracer tracer,
		       const char *run_dir, char *const *env, struct cover_session *ret, struct err *e)
{
	struct buf text = {0};
	const char *runtime = environment_get(env, "XDG_RUNTIME_DIR");
	*ret = (struct cover_session){.tracer = tracer, .peers = arena_printf(a, "%s/cover-peers", run_dir)};
	int rc = write_rules(&text, rules, e);
	if (rc == 0 && !(has_room("/dev/shm") && make_in(a, "/dev/shm", rules, &text, &ret->path)) &&
	    !(has_room(runtime) && make_in(a, runtime, rules, &text, &ret->path)) &&
	    !make_in(a, run_dir, rules, &text, &ret->path))
		rc = err_sys(e, "cannot make a coverage map in '%s'", run_dir);
	buf_free(&text);
	return rc;
}

char **cover_session_env(struct arena *a, const struct cover_session *s)
{
	static const char *const names[] = {"auto", "native", "coverage", "slipcover"};
	char **ret = arena_array(a, char *, 4);
	ret[0] = arena_printf(a, "%s=%s", ENV_COVER, s->path);
	ret[1] = arena_printf(a, "%s=%s", ENV_COVER_TRACER, names[s->tracer]);
	ret[2] = arena_printf(a, "%s=%s", ENV_COVER_PEERS, s->peers);
	return ret;
}

void cover_session_close(const struct cover_session *s)
{
	if (s->path)
		(void)unlink(s->path);
}
