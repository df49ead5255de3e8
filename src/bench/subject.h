/*
 * bench/subject.h - one thing that fettle.yaml has measured, and the kinds of such things.
 *
 * A bench of the file becomes one subject for each combination of its parameters, variants and numbers at
 * once. Its kind (a command, an endpoint, an MCP server, a container) knows how one operation is done, which
 * figures it gives, and when it was good: transport, status, protocol and the user's checks. waves.h decides
 * how often and in which order, and keeps the figures.
 *
 * An operation that went wrong never gives a figure; why stands in subject_run.why, one sentence without a
 * line end, no secret in it.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "config/bench_metrics.h"
#include "wire/bench.h"

enum { SUBJECT_METRICS = 24, SUBJECT_WHY = 240, SUBJECT_NOTES = 8 };

/* One operation. */
struct subject_run {
	int64_t values[SUBJECT_METRICS]; /* of the kind's metrics, in their order; BENCH_NONE: no figure */
	bool good, timed_out;
	char why[SUBJECT_WHY]; /* of one that is not good */
};

struct subject {
	const struct subject_kind *kind;
	const struct bench_item *item;
	struct str name; /* "NAME/param=value/variant/x8": the identity over several sessions */
	const char
	    *instead; /* of a variant: stands in place of the command, url, image or program; or NULL */
	const struct bench_param *params;
	uint32_t n_params;
	uint32_t concurrency; /* operations at once; workers are 0 .. concurrency - 1 */
	int64_t timeout_ns;   /* of one operation; above 0 */
	struct arena *arena;  /* for open alone; lives as long as the subject */
	struct str shown; /* open sets it: the command or URL as a person may see it, secrets struck out */
	int64_t floor_rss_bytes; /* a peak_rss of this or less means: at most this; 0: of no kind with one */
	struct str notes[SUBJECT_NOTES]; /* sentences that a person should read, by subject_note */
	uint32_t n_notes;
	const char
	    *lacks;  /* open sets it: what is not there that it needs. It is left out then, no failure */
	void *state; /* the kind's own */
};

struct subject_kind {
	const char *word;                   /* "exec" */
	const struct bench_metric *metrics; /* the first is the main one: a time in ns */
	uint32_t n_metrics;
	uint32_t warmup; /* rounds before the first that counts, where the file does not say */
	/*
	 * Starts or connects what must be there before the first operation, and does one operation (a dry
	 * run), checked as any other. A fault is told as the subject's failure; others go on. close is called
	 * in any case.
	 */
	int (*open)(struct subject *s, struct err *e);
	/*
	 * One operation, over at deadline_ns (CLOCK_MONOTONIC) at the latest; called by several threads at
	 * once, each with its own worker. *ret comes in with BENCH_NONE everywhere and not good.
	 */
	void (*run)(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret);
	/*
	 * What is done once all operations of a wave are over and before the next begins, at once in all
	 * workers too, not part of the wave's time: sandboxes that must all have been there together are
	 * looked at and ended here. May add figures to *ret or take away that it was good. NULL: nothing.
	 */
	void (*finish)(struct subject *s, uint32_t worker, int64_t deadline_ns, struct subject_run *ret);
	/* Also after an open that failed. */
	void (*close)(struct subject *s);
};

/* Each {NAME} of a parameter in text as its value; anything else in braces stays. In the arena. */
char *subject_fill(struct arena *a, const char *text, const struct bench_param *params, uint32_t n_params);
/* The words of the item's command, or of the variant that stands in its place, filled, ending with NULL.
 * Fault: usage (a quote that is not closed). */
must_use int subject_words(struct subject *s, char ***ret, size_t *ret_n, struct err *e);
/* Our environment with the item's 'env' over it, ending with NULL. In the arena. */
char **subject_environment(struct arena *a, const struct bench_item *item);
/* For open: something that a person should know of the figures. What is one too many is dropped. */
void subject_note(struct subject *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "cannot ..." into why; good stays false. */
void subject_fails(struct subject_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
