/* fettle mark: what a script says of itself, one line appended to $FETTLE_EVENTS. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/row.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "collect/adapter.h"
#include "config/knob_args.h"
#include "config/mark_knobs.h"
#include "wire/env.h"

extern char **environ;

enum { NOT_FOUND = 127, NOT_RUN = 126, OF_SIGNAL = 128 };

static const enum span_kind kinds[] = {SPAN_PHASE, SPAN_TEST, SPAN_CONTAINER};
static const enum status statuses[] = {STATUS_PASSED, STATUS_FAILED, STATUS_SKIPPED, STATUS_ERROR};

/* Appends a row. A mark that cannot be made must not break a suite: silent. */
static void say(struct event *ev)
{
	const char *path = getenv(ENV_EVENTS);
	struct buf b = {0};
	auto_fd fd = path && *path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY) : -1;
	if (fd < 0)
		return;
	ev->worker = -1;
	ev->source = SOURCE_INJECTED;
	ev->time_ns = clock_mono_ns();
	row_write(&b, ev);
	(void)!write(fd, b.at, b.n); /* in one piece, or lines of several processes would mix */
	buf_free(&b);
}

/* The command in which we run, where there is one. */
static int64_t inside(void)
{
	int64_t n;
	return str_int(str_of(getenv(ENV_INSIDE)), &n) && n > 0 ? n : 0;
}

static int64_t random_number(void)
{
	uint64_t n = 0;
	if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n))
		n = (uint64_t)clock_mono_ns() << 20 ^ (uint64_t)getpid();
	return (int64_t)(n >> 2 | 1);
}

static struct field int_field(const char *key, int64_t num)
{
	return (struct field){.key = str_of(key), .type = FIELD_INT, .num = num};
}

/* The end of what began under this number. */
struct command {
	int64_t number;
	struct str name;
};

static void command_said(const struct command *c, enum event_type type, int status)
{
	struct field fields[5];
	struct event ev = {.type = type, .kind = SPAN_PHASE, .id = 1, .name = c->name, .fields = fields};
	int64_t around = inside();
	fields[ev.n_fields++] = int_field("pid", getpid());
	fields[ev.n_fields++] = int_field("proc", c->number);
	if (type == EVENT_BEGIN) {
		fields[ev.n_fields++] = int_field("wraps", 1);
		if (around)
			fields[ev.n_fields++] = int_field("inside", around);
	} else if (WIFSIGNALED(status)) {
		ev.status = STATUS_CRASHED;
		fields[ev.n_fields++] = int_field("signal", WTERMSIG(status));
	} else {
		ev.status = WEXITSTATUS(status) ? STATUS_FAILED : STATUS_PASSED;
		if (WEXITSTATUS(status))
			fields[ev.n_fields++] = int_field("exit", WEXITSTATUS(status));
	}
	say(&ev);
}

static int not_run(const char *program, int why)
{
	(void)fprintf(stderr, "fettle mark: cannot run '%s': %s\n", program, strerror(why));
	return why == ENOENT ? NOT_FOUND : NOT_RUN;
}

/* Those that a person or another process may send us and mean the command. */
static void ours_to_hand_on(sigset_t *ret)
{
	static const int signals[] = {SIGCHLD, SIGINT,  SIGQUIT, SIGTERM,  SIGHUP,
				      SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT};
	(void)sigemptyset(ret);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)sigaddset(ret, signals[i]);
}

/*
 * Waits for the command. Signals from the terminal have reached it already, as it is in our group; those that
 * were sent to us by name are handed on.
 */
static int wait_for(pid_t pid, const sigset_t *signals)
{
	int status;
	for (;;) {
		siginfo_t si;
		pid_t gone = waitpid(pid, &status, WNOHANG);
		if (gone == pid)
			return status;
		if (gone < 0 && errno != EINTR)
			return 0;
		int sig = sigwaitinfo(signals, &si);
		if (sig > 0 && sig != SIGCHLD && si.si_code <= 0 && si.si_pid != pid)
			(void)kill(pid, sig);
	}
}

/* Ends as the command did; of a core there is one already. */
static int end_as(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	int sig = WTERMSIG(status);
	struct rlimit none = {0};
	sigset_t only;
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&only);
	(void)sigaddset(&only, sig);
	(void)raise(sig);
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
	return OF_SIGNAL + sig;
}

static int run_command(const struct mark_options *o, char **argv)
{
	struct command c = {.number = random_number(),
			    .name = str_of(o->name ? o->name : word_base(argv[0]))};
	sigset_t signals, before;
	posix_spawnattr_t attributes;
	pid_t pid;
	char number[32];
	if (!getenv(ENV_EVENTS)) {
		(void)execvp(argv[0], argv);
		return not_run(argv[0], errno);
	}
	/* blocked and not handled, so that the command inherits what was ignored and what was not */
	ours_to_hand_on(&signals);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	if (posix_spawnattr_init(&attributes) != 0)
		return not_run(argv[0], ENOMEM);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setsigmask(&attributes, &before);
	command_said(&c, EVENT_BEGIN, 0);
	(void)snprintf(number, sizeof(number), "%lld", (long long)c.number);
	(void)setenv(ENV_INSIDE, number, 1);
	int why = posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	int status = why ? (why == ENOENT ? NOT_FOUND : NOT_RUN) << 8 : wait_for(pid, &signals);
	command_said(&c, EVENT_END, status);
	return why ? not_run(argv[0], why) : end_as(status);
}

/* A number as JSON has it; *ret_whole where it is whole. */
static bool number_of(const char *text, struct field *ret)
{
	char *end;
	struct str s = str_of(text);
	ret->key = STR("num");
	ret->type = FIELD_INT;
	if (str_int(s, &ret->num))
		return true;
	double d = strtod(text, &end);
	if (!s.n || *end || s.n > 40 || !strchr("-.0123456789", text[0]) || d != d || d > 9e18 || d < -9e18)
		return false;
	ret->type = FIELD_TEXT;
	ret->text = s;
	return true;
}

static int say_number(const char *verb, struct str name, const char *number, struct err *e)
{
	struct field fields[3] = {int_field("pid", getppid())};
	struct event ev = {.type = EVENT_VALUE, .name = name, .fields = fields, .n_fields = 3};
	bool ready = strcmp(verb, "ready") == 0, counts = strcmp(verb, "count") == 0;
	if (!number && !ready && !counts)
		return err_usage(e, "value '%.*s' needs a number", STR_ARG(name));
	if (!number_of(number ? number : "1", &fields[1]))
		return err_usage(e, "'%s' is no number", number);
	fields[2] = (struct field){.key = ready ? STR("container") : STR("what"),
				   .type = FIELD_TEXT,
				   .text = ready ? name : str_of(verb)};
	if (ready)
		ev.name = STR("ready");
	say(&ev);
	return 0;
}

static void say_span(const struct mark_options *o, enum event_type type, enum span_kind kind, struct str name)
{
	struct field fields[2] = {int_field("pid", getppid()), int_field("inside", inside())};
	struct event ev = {.type = type,
			   .kind = kind,
			   .name = name,
			   .status = type == EVENT_END ? statuses[o->status.is] : STATUS_NONE,
			   .fields = fields,
			   .n_fields = type == EVENT_BEGIN && inside() ? 2 : 1};
	say(&ev);
}

static int mark(const struct mark_options *o, bool kind_given, const struct knob_list *operands,
		struct err *e)
{
	const char *verb = operands->n ? operands->at[0] : "";
	bool spans = strcmp(verb, "begin") == 0 || strcmp(verb, "end") == 0;
	bool counts = strcmp(verb, "value") == 0 || strcmp(verb, "count") == 0 || strcmp(verb, "ready") == 0;
	if (!spans && !counts)
		return err_usage(e,
				 "what is '%s'? 'fettle mark begin|end|ready|value|count NAME' or "
				 "'fettle mark -- COMMAND'",
				 verb);
	if (operands->n < 2 || !*operands->at[1])
		return err_usage(e, "%s needs a name", verb);
	if (operands->n > (spans ? 2U : 3U))
		return err_usage(e, "'%s' is too much (a name of several words needs quotes)",
				 operands->at[spans ? 2 : 3]);
	struct str name = str_of(operands->at[1]);
	if (counts)
		return say_number(verb, name, operands->n > 2 ? operands->at[2] : NULL, e);
	/* an end belongs to what has that name, unless it says what it wants to end */
	if (strcmp(verb, "begin") == 0)
		say_span(o, EVENT_BEGIN, kinds[o->kind.is], name);
	else
		say_span(o, EVENT_END, kind_given ? kinds[o->kind.is] : SPAN_NONE, name);
	return 0;
}

static int run(int n_words, char **words)
{
	struct arena arena = {0};
	struct mark_options o;
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, &mark_table, &o, &arena);
	int rc = knob_args(&v, (size_t)n_words, words, &operands, &e);
	int first = rc == 0 && !v.help && operands.n ? n_words - (int)operands.n : 0;
	if (rc == 0 && v.help)
		rc = print_help(&mark_table);
	else if (first > 0 && strcmp(words[first - 1], "--") == 0)
		rc = run_command(&o, words + first);
	else if (rc == 0)
		rc = mark(&o, knob_origin(&v, &o.kind) == ORIGIN_FLAG, &operands, &e);
	arena_free(&arena);
	return rc < 0 ? complain("mark", &e) : rc;
}

const struct cmd cmd_mark = {
    .name = "mark",
    .brief = "say from within a test what goes on: phases, containers, numbers",
    .run = run,
};
