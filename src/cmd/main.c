#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "bench/stop.h"
#include "cmd/cmd.h"
#include "collect/adapter.h"
#include "collect/go_exec.h"
#include "config/knob_complete.h"
#include "config/knob_help.h"
#include "config/nearest.h"
#include "config/run_knobs.h"
#include "config/tables.h"
#include "net/wait.h"

static const struct cmd *const cmds[] = {&cmd_run,      &cmd_cover, &cmd_report, &cmd_history,
					 &cmd_mark,     &cmd_bench, &cmd_check,  &cmd_compare,
					 &cmd_baseline, &cmd_clean, &cmd_config, &cmd_completion};
enum { N_CMDS = sizeof(cmds) / sizeof(*cmds) };

int complain(const char *command, const struct err *e)
{
	(void)fprintf(stderr, "fettle%s%s: %s\n", *command ? " " : "", command, e->text);
	return err_exit_code(e);
}

int complain_of_stop(const char *command, int rc, const struct err *e)
{
	if (rc < 0 && !net_was_stopped(e))
		(void)complain(command, e);
	else
		warn(command, rc < 0 ? "interrupted before anything was measured" : STOP_NOTE);
	return 130;
}

void warn(const char *command, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)fprintf(stderr, "fettle %s: ", command);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
}

bool wants_colour(const struct knob_choice *color, int fd)
{
	const char *no = getenv("NO_COLOR");
	if (color->is != RUN_COLOR_AUTO)
		return color->is == RUN_COLOR_ALWAYS;
	return isatty(fd) && !(no && *no);
}

unsigned terminal_columns(int fd)
{
	struct winsize w;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

int print_help(const struct knob_table *t)
{
	struct buf b = {0};
	knob_help(&b, t, HELP_WIDTH_MAX);
	(void)fwrite(b.at, 1, b.n, stdout);
	buf_free(&b);
	return 0;
}

static void print_usage(FILE *to)
{
	(void)fputs("usage: fettle COMMAND [options]\n\n", to);
	for (unsigned i = 0; i < N_CMDS; i++)
		(void)fprintf(to, "  %-10s %s\n", cmds[i]->name, cmds[i]->brief);
	(void)fputs("\n  fettle run -- COMMAND   put it in front of the test command that you have\n"
		    "  fettle COMMAND --help   all options of a command\n"
		    "  fettle --version\n",
		    to);
}

static const struct cmd *find(const char *name)
{
	for (unsigned i = 0; i < N_CMDS; i++)
		if (strcmp(cmds[i]->name, name) == 0)
			return cmds[i];
	return NULL;
}

static int unknown(const char *name)
{
	struct nearest near = {.word = str_of(name)};
	struct err e;
	for (unsigned i = 0; i < N_CMDS; i++)
		nearest_try(&near, cmds[i]->name);
	if (nearest_word(&near))
		(void)err_usage(&e, "unknown command '%s' (did you mean '%s'?)", name, nearest_word(&near));
	else
		(void)err_usage(&e, "unknown command '%s' (see 'fettle --help')", name);
	return complain("", &e);
}

static int help(int argc, char **argv)
{
	const struct knob_table *t = argc > 2 ? knob_table_of(str_of(argv[2])) : NULL;
	if (argc > 2 && !t)
		return unknown(argv[2]);
	if (!t) {
		print_usage(stdout);
		return 0;
	}
	return print_help(t);
}

/* What is on standard output must have got there. */
static int close_stdout(int rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	if (errno == EPIPE)
		return rc;
	(void)fprintf(stderr, "fettle: cannot write to standard output: %s\n", strerror(errno));
	return rc ? rc : 3;
}

int main(int argc, char **argv)
{
	const char *self = argc > 0 ? word_base(argv[0]) : "fettle";
	if (strcmp(self, "go-exec") == 0)
		return go_exec_main(argc, argv);
	if (strcmp(self, "bats-format") == 0)
		return copy_main();
	if (argc < 2) {
		print_usage(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		(void)puts("fettle " FETTLE_VERSION);
		return close_stdout(0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return close_stdout(help(argc, argv));
	const struct cmd *c = find(argv[1]);
	if (!c)
		return unknown(argv[1]);
	if (c != &cmd_mark) /* which hands on to a command what it was given */
		(void)signal(SIGPIPE, SIG_IGN);
	return close_stdout(c->run(argc - 2, argv + 2));
}
