/* fettle clean: old results, and what crashed runs left behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "config/keep_knobs.h"
#include "config/knob_args.h"
#include "record/waste.h"
#include "report/term.h"

enum { PLACES = 6 };

struct clean_job {
	struct waste_sink sink; /* first: what put is given */
	struct clean_options o;
	struct out out;
	struct term term;
	uint64_t bytes, n[WASTE_KINDS];
	bool stays;
};

static void put(struct waste_sink *sink, const struct waste_item *item)
{
	static const char *const fates[] = {
	    "removed", "stays, it is in use:", "cannot be removed:", "stays, it is a link:"};
	struct clean_job *j = (struct clean_job *)sink;
	if (item->fate == WASTE_GONE) {
		j->bytes += item->bytes;
		j->n[item->kind]++;
	}
	j->stays |= item->fate == WASTE_STAYS;
	if (j->o.quiet && item->fate != WASTE_STAYS)
		return;
	out_text(&j->out, item->fate == WASTE_GONE && j->o.dry_run ? "would be removed:" : fates[item->fate]);
	out_printf(&j->out, " %s ", waste_name(item->kind));
	(void)term_text(&j->term, (struct str){item->path, strlen(item->path)}, 400);
	if (item->fate == WASTE_GONE) {
		out_text(&j->out, ", ");
		out_size(&j->out, (int64_t)item->bytes);
	}
	out_char(&j->out, '\n');
}

static void put_sum(struct clean_job *j, bool by_wish)
{
	static const char *const words[][2] = {{"run", "runs"},
					       {"bench", "benches"},
					       {"report of a bench", "reports of benches"},
					       {"folder of kept trees", "folders of kept trees"},
					       {"leftover of a dead process", "leftovers of dead processes"},
					       {"baseline", "baselines"},
					       {"file of the history", "files of the history"}};
	bool any = false;
	out_text(&j->out, j->o.dry_run ? "would remove" : "removed");
	for (int i = 0; i < WASTE_KINDS; i++) {
		if (!j->n[i])
			continue;
		out_printf(&j->out, "%s %llu %s", any ? "," : "", (unsigned long long)j->n[i],
			   words[i][j->n[i] != 1]);
		any = true;
	}
	out_text(&j->out, any ? ": " : " nothing");
	if (any)
		out_size(&j->out, (int64_t)j->bytes);
	out_char(&j->out, '\n');
	if (!by_wish && !j->o.quiet)
		out_text(&j->out, "results stay: '--older-than AGE' or '--keep N' removes those, too\n");
}

/* Where runs put what they need only while they go on; each once. */
static void find_places(const char *ret[PLACES])
{
	const char *all[] = {"/dev/shm", getenv("TMPDIR"), "/tmp", "/var/tmp", getenv("XDG_RUNTIME_DIR")};
	struct stat seen[PLACES], st;
	size_t n = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		bool again = !all[i] || all[i][0] != '/' || stat(all[i], &st) < 0;
		for (size_t k = 0; k < n && !again; k++)
			again = seen[k].st_dev == st.st_dev && seen[k].st_ino == st.st_ino;
		if (again)
			continue;
		seen[n] = st;
		ret[n++] = all[i];
	}
	ret[n] = NULL;
}

static int clean(struct clean_job *j, bool has_keep, struct err *e)
{
	const char *places[PLACES];
	find_places(places);
	struct waste_wishes w = {.now_ns = clock_wall_ns(),
				 .older_than_ns = j->o.older_than_ns,
				 .keep = has_keep ? j->o.keep : -1,
				 .dry_run = j->o.dry_run,
				 .baselines = j->o.baselines,
				 .history = j->o.history,
				 .places = places};
	if (j->o.baselines && !has_keep && !j->o.older_than_ns)
		return err_usage(e, "'--baselines' needs '--older-than' or '--keep'");
	j->sink.put = put;
	out_to_fd(&j->out, STDOUT_FILENO);
	j->term = (struct term){.out = &j->out};
	int rc = waste_remove(".fettle", &w, &j->sink, e);
	if (rc == 0)
		put_sum(j, has_keep || j->o.older_than_ns);
	struct err at_end = {0};
	if (out_close(&j->out, &at_end) < 0 && rc == 0) {
		*e = at_end;
		rc = e->fault;
	}
	return rc == 0 && j->stays ? 3 : rc;
}

static int run(int n_words, char **words)
{
	struct arena arena = {0};
	struct clean_job j = {0};
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, &clean_table, &j.o, &arena);
	int rc = knob_args(&v, (size_t)n_words, words, &operands, &e);
	if (rc == 0 && v.help)
		rc = print_help(&clean_table);
	else if (rc == 0 && operands.n)
		rc = err_usage(&e, "'%s' is no option (see 'fettle clean --help')", operands.at[0]);
	else if (rc == 0)
		rc = clean(&j, knob_origin(&v, &j.o.keep) == ORIGIN_FLAG, &e);
	arena_free(&arena);
	return rc < 0 ? complain("clean", &e) : rc;
}

const struct cmd cmd_clean = {
    .name = "clean",
    .brief = "remove old results, and what crashed runs left behind",
    .run = run,
};
