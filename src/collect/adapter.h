/*
 * collect/adapter.h - what fettle knows of one test framework.
 *
 * An adapter recognises a command, says which units it holds, and how one of
 * them is run. docs/adapters.md shows how to add one. Two kinds:
 *
 * - ADAPTER_PULL: the command itself is started once a worker with an agent inside (see
 *   docs/agent-protocol.md), which lists the units and takes them from a socket;
 * - ADAPTER_EXEC: each unit is a process of its own. Units are found by
 *   discover(), or by a process whose output is fed to discover_feed() while tests already run.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/event.h"

enum adapter_mode { ADAPTER_PULL, ADAPTER_EXEC };
/* What the output of a unit holds. */
enum adapter_stream { STREAM_NONE, STREAM_TAP, STREAM_GOTEST };

/* A unit that was found. Everything lives in the suite's arena. */
struct target {
	struct str name;   /* shown, and its identity in history */
	struct str suite;  /* the file or package that it belongs to; default: name */
	int64_t size;      /* bytes or other weight; 0 unknown */
	char *const *argv; /* ADAPTER_EXEC; NULL when it cannot be run: see status */
	char *const *env;  /* NULL: the suite's with the worker's own; else whole, the worker's are added */
	const char *cwd;   /* NULL: the suite's */
	const char *lock;  /* names of locks, separated by commas; NULL: none */
	uint32_t *after;   /* indices of targets that must end before it */
	uint32_t n_after;
	uint32_t
	    *needs; /* indices of targets that run where it runs; it does not run when one before it is bad */
	uint32_t n_needs;
	uint32_t slots; /* of the workers that it takes while it runs; 0 is 1 */
	bool alone;
	bool invert;        /* passes when its process fails (ctest's WILL_FAIL) */
	int skip_code;      /* exit code that means skipped; -1: none */
	int64_t timeout_ns; /* its own; 0: the run's */
	enum status status; /* of a target without argv: what it is anyway (a build that failed) */
	struct str message;
};

/* The command that is to be run, and what was learned of it. */
struct suite {
	struct arena arena;
	const struct adapter *adapter;
	char **argv; /* as given, NULL-terminated */
	size_t n_argv;
	size_t word; /* index in argv of the framework's own word ("behave" in "poetry run behave") */
	size_t args; /* index of the first argument behind it */
	char **env;  /* whole */
	const char *cwd;
	const char *work_dir; /* private to this run, memory-backed where there is room */
	const char *disk_dir; /* private to this run, where large files go */
	const char *self;     /* path of fettle itself */
	char **patterns;      /* --units */
	size_t n_patterns;
	struct target *targets;
	size_t n_targets, cap_targets;
	char **discovery; /* command whose output is fed to discover_feed; NULL: none */
	char **discovery_env;
	struct buf line; /* of discover_feed: a line that is not whole yet */
	struct buf said; /* what the discovery process wrote to its standard error, cut */
	struct str note; /* something to tell the person; empty: nothing */
	char *junit;     /* a file that the command asks its framework to write, which is ours to do */
	bool only_tells; /* the command runs no tests: see adapter's tells */
	void *own;       /* the adapter's */
};

struct adapter {
	const char *name;
	enum adapter_mode mode;
	enum adapter_stream stream;
	const char *suite_word, *test_word, *step_word;
	/* Whether the words from argv[i] on start this framework; sets *ret_args. */
	bool (*match)(char *const *argv, size_t i, size_t *ret_args);
	/* ADAPTER_EXEC: fills targets, or sets discovery. */
	int (*discover)(struct suite *s, struct err *e);
	void (*discover_feed)(struct suite *s, struct str bytes);
	int (*discover_end)(struct suite *s, int exit_status, struct err *e);
	/*
	 * The command that runs only the tests named (a retry, a part of a file); NULL: it cannot be
	 * narrowed, the whole target runs. Names are those of test rows.
	 */
	char **(*narrow)(struct suite *s, const struct target *t, const struct str *tests, size_t n);
	/*
	 * The command for a part of a target, taken from the tests that history knows: just its n tests
	 * or, where those of the other parts are given (not NULL), all but them, so that a new test is in it.
	 * NULL: the target cannot be parted. An adapter that has it gives can_part, too: whether a test can
	 * be run by itself.
	 */
	char **(*part)(struct suite *s, const struct target *t, const struct str *tests, size_t n,
		       const struct str *others, size_t n_others);
	bool (*can_part)(const struct str *test);
	/* How many tests a file that is a unit seems to hold: census.h. NULL: its size is all that is known.
	 */
	uint32_t (*count)(struct str text);
	/*
	 * What an exit code of the framework that is not 0 means: 0, its verdict on the tests; FAULT_USAGE
	 * or FAULT_SYSTEM, it could not do its work. NULL: always its verdict.
	 */
	int (*blame)(int exit_code);
	/* Exit code of a process that found no test; in a run that had some it says nothing. 0: there is
	 * none. */
	int nothing;
	/* Pull: a plain run loads the files of all tests before it runs the first. */
	bool loads_ahead;
	/* Options of the framework that take a value in the next word; NULL-terminated. */
	const char *const *value_options;
	/*
	 * Options with which it runs no tests, but tells something (its version, which tests there are), or
	 * does something else; NULL-terminated. A word that ends in '*' is the begin of one. Such a command
	 * is plain.
	 */
	const char *const *tells;
};

/*
 * Finds the adapter for argv: the one named (NULL: by looking at the words, wrappers such as
 * "poetry run" and "env X=1" passed over), else "plain".
 */
must_use int adapter_choose(struct suite *s, const char *named, struct err *e);
/* Comma-separated names, for messages and help. */
extern const char adapter_names[];

/* Adds an empty target and returns it; valid until the next one. */
struct target *suite_target(struct suite *s);
/* argv[0 .. n) with extra words behind it, NULL-terminated, in the arena. */
char **words_join(struct arena *a, char *const *first, size_t n_first, char *const *then, size_t n_then);
/* The kernel takes 128 KiB in one word of a command. */
enum { WORD_MOST = 100000 };
/* The last part of a path. */
const char *word_base(const char *path);
/* Whether a word is an option that is in the NULL-terminated list. */
bool word_in(const char *word, const char *const *list);
/* Whether an option of a command, the values of others passed over, is in what the adapter tells. */
bool words_only_tell(char *const *args, const struct adapter *a);

extern const struct adapter adapter_behave, adapter_pytest, adapter_go, adapter_ctest, adapter_bats,
    adapter_each, adapter_plain;
