#include "cmd/bench_history.h"

#include <limits.h>
#include <unistd.h>

#include "base/git_head.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "record/history.h"
#include "record/runs.h"

void bench_remember(const char *command, const struct bench *b)
{
	struct arena scratch = {0};
	struct history h = {0};
	struct err e = {0};
	char cwd[PATH_MAX];
	struct str commit = getcwd(cwd, sizeof(cwd)) ? git_head(&scratch, cwd) : STR_NONE;
	if (runs_root(&scratch, ".fettle", &e) < 0 || history_open(&h, ".fettle/history.db", &e) < 0 ||
	    history_add_bench(&h, b, commit, &e) < 0)
		warn(command, "%s; what was measured is not in the history", e.text);
	if (h.notice[0])
		warn(command, "%s", h.notice);
	history_close(&h);
	arena_free(&scratch);
}
