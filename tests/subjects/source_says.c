/*
 * source_says import|c NAME KEY=VALUE... - what subject/source.h makes of a bench, a line a thing.
 *
 * Keys are those of fettle.yaml; files, env and variants may come again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/words.h"
#include "subject/source.h"

enum { MANY = 64 };

static void add(struct knob_list *list, char *value)
{
	static char *room[4][MANY];
	static unsigned n_rooms;
	if (!list->at)
		list->at = (void *)room[n_rooms++];
	((char **)(uintptr_t)list->at)[list->n++] = value;
}

static void set(struct arena *a, struct bench_item *item, char *key, char *value)
{
	static const char *const formats[] = {
	    "auto", "go", "hyperfine", "pytest-benchmark", "criterion", "google-benchmark"};
	struct err e;
	char **words;
	if (strcmp(key, "files") == 0)
		add(&item->files, value);
	else if (strcmp(key, "env") == 0)
		add(&item->env, value);
	else if (strcmp(key, "variants") == 0)
		add(&item->variants, value);
	else if (strcmp(key, "program") == 0)
		item->program = value;
	else if (strcmp(key, "filter") == 0)
		item->filter = value;
	else if (strcmp(key, "dir") == 0)
		item->dir = value;
	else if (strcmp(key, "rounds") == 0)
		item->rounds = atoi(value);
	else if (strcmp(key, "warmup") == 0)
		item->warmup = atoi(value);
	else if (strcmp(key, "min-time-ms") == 0)
		item->min_time_ns = atoi(value) * 1000000LL;
	else if (strcmp(key, "timeout-ms") == 0)
		item->timeout_ns = atoi(value) * 1000000LL;
	else if (strcmp(key, "command") == 0 && words_split(a, value, &words, &item->command.n, &e) == 0)
		item->command.at = (void *)words;
	else if (strcmp(key, "format") == 0)
		for (unsigned i = 0; i < 6; i++)
			item->format.is = strcmp(formats[i], value) == 0 ? (int)i : item->format.is;
	else
		abort();
}

static void say(const struct bench_subject *s)
{
	printf("subject\t%.*s\t%.*s\trounds=%u good=%u failed=%u timed_out=%u\t%.*s\n", STR_ARG(s->name),
	       STR_ARG(s->kind), s->n_rounds, s->good, s->failed, s->timed_out, STR_ARG(s->failure));
	for (uint32_t i = 0; i < s->n_params; i++)
		printf("param\t%.*s\t%.*s\n", STR_ARG(s->params[i].name), STR_ARG(s->params[i].value));
	for (uint32_t i = 0; i < s->n_columns; i++) {
		const struct bench_column *c = &s->columns[i];
		printf("column\t%.*s\t%.*s\t", STR_ARG(c->metric), STR_ARG(c->unit));
		for (size_t k = 0; k < (size_t)s->n_rounds * s->per_round; k++)
			if (c->values[k] == BENCH_NONE)
				printf("- ");
			else
				printf("%" PRId64 " ", c->values[k]);
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	struct arena a = {0};
	struct bench_item item = {.timeout_ns = 30000000000};
	struct source_subjects got = {0};
	struct err e;
	int64_t deadline_ns = 0;
	if (argc < 3)
		return 2;
	item.name = argv[2];
	for (int i = 3; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		if (!equals)
			return 2;
		*equals = 0;
		if (strcmp(argv[i], "deadline-ms") == 0)
			deadline_ns = clock_mono_ns() + strtoll(equals + 1, NULL, 10) * NS_PER_MS;
		else
			set(&a, &item, argv[i], equals + 1);
	}
	int rc = strcmp(argv[1], "c") == 0 ? source_functions(&item, deadline_ns, &a, &got, &e)
					   : source_import(&item, deadline_ns, &a, &got, &e);
	for (uint32_t i = 0; i < got.n; i++)
		say(&got.at[i]);
	for (uint32_t i = 0; i < got.n_notes; i++)
		printf("note\t%.*s\n", STR_ARG(got.notes[i]));
	if (rc < 0)
		printf("fault\t%s\n", e.text);
	arena_free(&a);
	return rc < 0;
}
