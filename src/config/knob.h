/*
 * config/knob.h - one row per wish that a person may have.
 *
 * A row serves the command line, the environment, fettle.yaml, --help, the man
 * pages, docs/config.md and shell completion; nothing else parses or describes
 * an option. A command owns a struct of plain fields and a table of rows that
 * point into it by offset.
 *
 *	struct run_options o;
 *	struct knob_values v;
 *	knob_defaults(&v, &run_table, &o, &arena);
 *
 * Then any of the readers (knob_args.h, knob_env, knob_yaml.h) in any order: a
 * value from a stronger origin stays, a weaker one is checked and dropped.
 * All texts live in the arena that was given.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/str.h"

/* What the field at a row's offset is. */
enum knob_type {
	KNOB_BOOL,     /* bool */
	KNOB_INT,      /* int64_t */
	KNOB_REAL,     /* double */
	KNOB_DURATION, /* int64_t, ns */
	KNOB_SIZE,     /* int64_t, bytes */
	KNOB_TEXT,     /* const char *, NULL until given */
	KNOB_CHOICE,   /* struct knob_choice */
	KNOB_PART,     /* struct knob_part */
	KNOB_LIST,     /* struct knob_list; each occurrence adds */
	KNOB_PAIRS,    /* struct knob_list of "NAME=VALUE"; each occurrence adds */
	KNOB_WORDS, /* struct knob_list; a text is split into words as a shell does, a list of a file is not
		     */
	KNOB_TREE,  /* const char *; a mapping or list of a file becomes JSON */
};

struct knob_choice {
	int is; /* index into the row's choices */
	bool numbered;
	int64_t number; /* behind the colon, for a choice written "word[:NUMBER]" in the row */
};

/* "K/N": the K-th of N, 1 <= K <= N; 0/0 when not given. */
struct knob_part {
	int64_t k, n;
};

struct knob_list {
	const char **at;
	size_t n, cap;
};

/* From weak to strong. */
enum knob_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_PROFILE, ORIGIN_ENV, ORIGIN_FLAG };

struct knob {
	const char *flag;    /* "workers" for --workers; never NULL */
	const char *yaml;    /* key in the command's section; NULL: not in a file */
	const char *env;     /* "FETTLE_JOBS"; NULL: not in the environment */
	const char *env_too; /* another tool's variable for the same, heard where env is silent */
	const char *arg;     /* what --help calls the value: "N" */
	const char *choices; /* "auto|always|never"; of a CHOICE, or of each item of a LIST */
	const char *names;   /* of PAIRS: "a|b|c", what a NAME may be; NULL: anything */
	const char *unit; /* of REAL: "ms MB kB % /s"; a value may repeat it, or be in another of its kind */
	const char *only; /* of an item in a list: "http|mcp", the kinds of item that have it; NULL: all */
	const char *implied;   /* the value of a bare --flag; another one then needs --flag=VALUE */
	const char *otherwise; /* the default, as text; NULL: empty, 0, false */
	const char *help;      /* sentences; of a BOOL that is on by default: what --no-flag does */
	const char *group;     /* heading in --help; rows of a group stand together */
	/* What a TEXT, or an item of a LIST or of PAIRS ("NAME=VALUE"), must be besides; NULL: anything. */
	int (*check)(struct str text, struct err *e);
	size_t offset;
	int64_t min, max; /* of INT, REAL, DURATION, SIZE and a PART's N; both 0: any that is not negative */
	enum knob_type type;
	char short_flag; /* 'j' for -j; 0: none */
	bool many;       /* of PAIRS in a file: NAME may have a list of values */
	bool secret;     /* values are not shown to anybody */
};

struct knob_table {
	const char *command;  /* the word after fettle, and the section of fettle.yaml */
	const char *brief;    /* one line, without a full stop */
	const char *operands; /* "[--] COMMAND [ARG...]" */
	const char *about;    /* a paragraph for --help; may be NULL */
	const struct knob *rows;
	size_t n_rows;
	size_t options_bytes;
	bool stops;     /* the first operand ends the options */
	bool has_units; /* a duration or a size without its unit is refused */
	size_t
	    others; /* 1 + the row, of PAIRS, that takes the keys of a file that no row has; 0: none does */
};

/* Where the file says an item of a list of pairs. */
struct knob_place {
	size_t row, item;
	uint32_t line, column, width;
};

struct knob_values {
	const struct knob_table *table;
	void *options;
	struct arena *arena;
	unsigned char *origins; /* enum knob_origin, one a row */
	uint32_t *lines;        /* one a row: the file's line; for ORIGIN_ENV 1 where env_too gave it */
	struct knob_place *places;
	size_t n_places, cap_places;
	bool help; /* --help or -h was met */
};

/* Zeroes the options and gives every row its default. */
void knob_defaults(struct knob_values *v, const struct knob_table *table, void *options, struct arena *arena);

/*
 * Gives row a value written as text. The message of a fault begins with what is wrong
 * and names neither the row nor the origin: the caller wraps it. Lists: a stronger origin replaces
 * what is there, the same one adds. A list of choices may be written with commas.
 */
must_use int knob_set(struct knob_values *v, size_t row, enum knob_origin origin, struct str text,
		      struct err *e);

/* The same for one item of a LIST or WORDS, which is not split. */
must_use int knob_add(struct knob_values *v, size_t row, enum knob_origin origin, struct str text,
		      struct err *e);

/* Reads the rows' variables from an environment (NULL at its end); others are passed over. */
must_use int knob_env(struct knob_values *v, char *const *environment, struct err *e);

/* Where the field's value comes from. field points into the options; it must be a row's. */
enum knob_origin knob_origin(const struct knob_values *v, const void *field);

/* Takes the next word of "a|b|c" from *rest; "word[:N]" gives word, and *ret_numbered. */
bool knob_next_choice(struct str *rest, struct str *ret_word, bool *ret_numbered);

/* Whether a BOOL row is on when nobody says anything. */
bool knob_is_on(const struct knob *k);
