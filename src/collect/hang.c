#include "collect/hang.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "collect/proc.h"

int hang_signal(void)
{
	return SIGRTMAX - HANG_SIGNAL_OFFSET;
}

/* Whether the program maps the Go or Java run time, which dump all stacks on SIGQUIT. */
static bool dumps_on_quit(pid_t pid)
{
	char name[17], path[64], exe[512];
	proc_name(pid, name);
	if (strcmp(name, "java") == 0)
		return proc_catches(pid, SIGQUIT);
	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	ssize_t n = readlink(path, exe, sizeof(exe) - 1);
	return n > 0 && str_ends((struct str){exe, (size_t)n}, ".test") && proc_catches(pid, SIGQUIT);
}

static pid_t start_debugger(struct arena *a, const pid_t *pids, size_t n, const char *out_path,
			    char *const *env)
{
	const char *stack = proc_find(a, "eu-stack", env, NULL),
		   *gdb = stack ? NULL : proc_find(a, "gdb", env, NULL);
	struct buf script = {0};
	struct err ignored;
	pid_t pid = 0;
	if (!stack && !gdb)
		return 0;
	for (size_t i = 0; i < n; i++) {
		char name[17];
		proc_name(pids[i], name);
		for (char *p = name; *p; p++) /* it goes into a shell's words */
			if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *p))
				*p = '?';
		buf_printf(&script, "echo '--- process %d (%s)'; ", (int)pids[i], name);
		if (stack)
			buf_printf(&script, "timeout 3 '%s' -n 40 -p %d 2>&1; ", stack, (int)pids[i]);
		else
			buf_printf(
			    &script,
			    "timeout 5 '%s' -p %d -batch -nx -ex 'thread apply all bt 40' 2>/dev/null; ", gdb,
			    (int)pids[i]);
	}
	auto_fd out = open(out_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", arena_copy(a, buf_view(&script)), NULL};
	struct launch l = {.path = "/bin/sh", .argv = argv, .env = env, .in = -1, .out = out, .err = out};
	if (out < 0 || proc_start(&l, &pid, &ignored) < 0)
		pid = 0;
	buf_free(&script);
	return pid;
}

void hang_nudge(pid_t pid)
{
	if (proc_catches(pid, hang_signal()))
		(void)kill(pid, hang_signal());
}

pid_t hang_ask(struct arena *a, const pid_t *pids, size_t n, const char *out_path, char *const *env)
{
	pid_t others[HANG_PROCESSES];
	size_t n_others = 0;
	for (size_t i = 0; i < n; i++) {
		if (proc_catches(pids[i], hang_signal()))
			(void)kill(pids[i], hang_signal());
		else if (dumps_on_quit(pids[i]))
			(void)kill(pids[i], SIGQUIT);
		else if (n_others < HANG_PROCESSES)
			others[n_others++] = pids[i];
	}
	return n_others ? start_debugger(a, others, n_others, out_path, env) : 0;
}

struct str hang_read(struct arena *a, const char *path)
{
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct buf text = {0};
	if (fd >= 0)
		(void)!fd_read(fd, HANG_BYTES, &text);
	struct str kept = arena_str(a, buf_view(&text));
	buf_free(&text);
	return kept;
}
