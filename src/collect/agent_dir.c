#include "collect/agent_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/folder.h"
#include "base/str.h"
#include "collect/proc.h"

/* agent_files.S */
#define FILE_OF(name) extern const char agent_##name[], agent_##name##_end[]
FILE_OF(sitecustomize);
FILE_OF(fettle_watch);
FILE_OF(fettle_agent);
FILE_OF(fettle_behave);
FILE_OF(fettle_pytest);
FILE_OF(fettle_pytest_pull);
FILE_OF(fettle);
FILE_OF(fettle_cover_peer);
#ifdef WITH_COVER_EXTENSION
FILE_OF(fettle_cover);
#endif
FILE_OF(fettle_pytest_close);
FILE_OF(fettle_pytest_xdist);

struct carried {
	const char *name, *at, *end;
};

#define ROW(name, suffix)                                                                                    \
	{                                                                                                    \
#name suffix, agent_##name, agent_##name##_end                                               \
	}
static const struct carried files[] = {
    ROW(sitecustomize, ".py"),
    ROW(fettle_watch, ".py"),
    ROW(fettle_agent, ".py"),
    ROW(fettle_behave, ".py"),
    ROW(fettle_pytest, ".py"),
    ROW(fettle_pytest_pull, ".py"),
    ROW(fettle, ".py"),
    ROW(fettle_cover_peer, ".py"),
    ROW(fettle_pytest_close, ".py"),
    ROW(fettle_pytest_xdist, ".py"),
#ifdef WITH_COVER_EXTENSION
    ROW(fettle_cover, ".abi3.so"),
#endif
};
enum { N_FILES = sizeof(files) / sizeof(*files) };

static struct str contents(const struct carried *f)
{
	return (struct str){f->at, (size_t)(f->end - f->at)};
}

/* Whether path holds just these bytes. */
static bool holds(const char *path, struct str want)
{
	char have[16384];
	ssize_t n = -1;
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	while (fd >= 0 && (n = read(fd, have, sizeof(have))) > 0) {
		if ((size_t)n > want.n || memcmp(have, want.at, (size_t)n) != 0)
			return false;
		want = (struct str){want.at + n, want.n - (size_t)n};
	}
	return fd >= 0 && n == 0 && want.n == 0;
}

/* Written beside and moved into place, so that nobody reads half of it. */
static int put(struct arena *a, const char *path, struct str want, struct err *e)
{
	char *fresh = arena_printf(a, "%s.%d", path, (int)getpid());
	auto_fd fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !fd_write(fd, want.at, want.n) || rename(fresh, path) < 0) {
		(void)err_sys(e, "cannot write '%s'", path);
		(void)unlink(fresh);
		return e->fault;
	}
	return 0;
}

static int fill(struct arena *a, const char *dir, struct err *e)
{
	struct stat st;
	if (folder_make(dir, 0700, e) < 0)
		return e->fault;
	/* Python will run what lies there: nobody else may be able to write */
	if (lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		errno = EPERM;
		return err_sys(e, "'%s' is not ours alone", dir);
	}
	for (unsigned i = 0; i < N_FILES; i++) {
		const char *path = arena_printf(a, "%s/%s", dir, files[i].name);
		if (!holds(path, contents(&files[i])) && put(a, path, contents(&files[i]), e) < 0)
			return e->fault;
	}
	return 0;
}

bool agent_dir_has_tracer(void)
{
#ifdef WITH_COVER_EXTENSION
	return true;
#else
	return false;
#endif
}

int agent_dir_make(struct arena *a, const char *work_dir, char *const *env, char **ret, struct err *e)
{
	uint64_t hash = 0;
	for (unsigned i = 0; i < N_FILES; i++)
		hash = str_hash(contents(&files[i]), hash + i);
	const char *cache = environment_get(env, "XDG_CACHE_HOME"), *home = environment_get(env, "HOME");
	const char *base = cache && cache[0] == '/' ? cache
			   : home && home[0] == '/' ? arena_printf(a, "%s/.cache", home)
						    : NULL;
	if (base) {
		*ret = arena_printf(a, "%s/fettle/agent-%016llx", base, (unsigned long long)hash);
		if (fill(a, *ret, e) == 0)
			return 0;
	}
	*ret = arena_printf(a, "%s/agent", work_dir);
	return fill(a, *ret, e);
}
