#include "bench/figures.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"

void figures_of(const struct starter_result *r, int64_t ret[EXEC_FIGURES])
{
	const int64_t values[EXEC_FIGURES] = {
	    r->wall_ns,      r->user_ns + r->system_ns, r->user_ns,   r->system_ns,   r->rss_bytes,
	    r->minor_faults, r->major_faults,           r->voluntary, r->involuntary,
	};
	memcpy(ret, values, sizeof(values));
}

void figures_end(char *ret, size_t room, const struct starter_result *r, int64_t timeout_ns)
{
	if (r->error)
		(void)snprintf(ret, room, "could not be started: %s", strerror(r->error));
	else if (r->timed_out)
		(void)snprintf(ret, room, "took longer than %g s", (double)timeout_ns / (double)NS_PER_S);
	else if (WIFSIGNALED(r->status))
		(void)snprintf(ret, room, "signal %d (%s)", WTERMSIG(r->status),
			       strsignal(WTERMSIG(r->status)));
	else
		(void)snprintf(ret, room, "exit code %d", WEXITSTATUS(r->status));
}
