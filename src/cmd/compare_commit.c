#include "cmd/compare_commit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/str.h"
#include "bench/around.h"
#include "bench/stop.h"
#include "collect/ask.h"
#include "net/wait.h"

extern char **environ;

/* What git says, without the line end; in the arena. */
static const char *git(struct arena *a, const char *const *argv, struct err *e)
{
	struct buf out = {0};
	const char *ret = NULL;
	if (ask(argv, NULL, environ, &out, e) == 0)
		ret = arena_copy(a, str_trim(buf_view(&out)));
	buf_free(&out);
	return ret;
}

/* The whole name of the commit; NULL: it is none. */
static const char *commit_of(struct arena *a, const char *text)
{
	struct err e;
	const char *ref = arena_printf(a, "%s^{commit}", text);
	const char *argv[] = {"git", "rev-parse", "--verify", "--quiet", "--end-of-options", ref, NULL};
	return *text && *text != '-' ? git(a, argv, &e) : NULL;
}

bool commit_is_one(const char *text)
{
	struct arena a = {0};
	bool is = commit_of(&a, text) != NULL;
	arena_free(&a);
	return is;
}

static int build_in(const char *dir, const char *line, struct err *e)
{
	const struct around_line build = {.what = "--build", .text = line, .env = environ, .dir = dir};
	if (stop_asked())
		return net_broken_off(e);
	return around_line(&build, e) < 0 ? err_wrap(e, "in '%s'", dir ? dir : ".") : 0;
}

static int check_out(struct commit_tree *t, struct arena *a, const char *commit, struct err *e)
{
	const char *temp = getenv("TMPDIR");
	char *folder = arena_printf(a, "%s/fettle-commit.XXXXXX", temp && *temp ? temp : "/tmp");
	if (!mkdtemp(folder))
		return err_sys(e, "cannot make a folder '%s'", folder);
	(void)folder_hold(folder);
	t->top = folder;
	const char *argv[] = {"git",     "worktree", "add",  "--quiet", "--detach",
			      "--force", folder,     commit, NULL};
	return git(a, argv, e) ? 0 : err_wrap(e, "cannot check out '%.10s'", commit);
}

int commit_tree_open(struct commit_tree *ret, struct arena *a, const char *ref, const char *build,
		     struct err *e)
{
	const char *prefix[] = {"git", "rev-parse", "--show-prefix", NULL};
	const char *commit = commit_of(a, ref), *below = NULL;
	*ret = (struct commit_tree){0};
	if (!commit)
		return err_usage(e, "option '--against': '%s' is no commit here", ref);
	(void)snprintf(ret->commit, sizeof(ret->commit), "%.10s", commit);
	below = git(a, prefix, e);
	if (!below || check_out(ret, a, commit, e) < 0)
		return e->fault;
	ret->dir = arena_printf(a, "%s/%s", ret->top, below);
	if (access(ret->dir, X_OK) < 0)
		return err_sys(e, "commit %s has no folder '%s'", ret->commit, below);
	if (build && (build_in(ret->dir, build, e) < 0 || build_in(NULL, build, e) < 0))
		return e->fault;
	return 0;
}

void commit_tree_close(struct commit_tree *t)
{
	struct arena a = {0};
	struct err e;
	if (t->top) {
		const char *argv[] = {"git", "worktree", "remove", "--force", t->top, NULL};
		if (!git(&a, argv, &e)) {
			const char *prune[] = {"git", "worktree", "prune", NULL};
			folder_remove(t->top);
			(void)git(&a, prune, &e);
		}
	}
	arena_free(&a);
	*t = (struct commit_tree){0};
}
