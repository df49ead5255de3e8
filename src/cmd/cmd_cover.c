/* fettle cover: coverage that any tool wrote, merged, reported, and held to bounds. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/cover_job.h"
#include "collect/source_tree.h"
#include "config/config_file.h"
#include "config/knob_help.h"
#include "cover_in/cover_read.h"
#include "cover_out/report_cover.h"

extern char **environ;

struct reading {
	struct cover_host host; /* first: what the readers get */
	struct cover_job *job;
	struct cover_read read;
	uint32_t n_read;
};

static void note(struct cover_host *host, const char *text)
{
	(void)host;
	warn("cover", "%s", text);
}

static void bad(struct cover_host *host, const struct err *e)
{
	((struct reading *)host)->job->n_bad++;
	warn("cover", "%s", e->text);
}

static void gcov(struct cover_host *host, const char *path, const char *why)
{
	struct reading *r = (struct reading *)host;
	cover_job_ask_gcov(r->job, &r->read, path, why);
}

static void read_one(struct reading *r, const char *path)
{
	struct err e = {0};
	if (cover_read_file(&r->read, path, &e) < 0)
		bad(&r->host, &e);
	else
		r->n_read++;
}

/* Of a folder: files whose names say that they hold coverage. What is given by name is read whatever its
 * name. */
static bool is_coverage_name(const char *path)
{
	static const char *const ends[] = {".info", ".lcov",    ".gcda",         ".json", ".xml",
					   ".out",  ".json.gz", ".coverprofile", NULL};
	const char *slash = strrchr(path, '/');
	struct str name = str_of(slash ? slash + 1 : path);
	if (str_starts(name, ".coverage") && !str_starts(name, ".coveragerc"))
		return true;
	if (str_starts(name, "covmeta.") || str_starts(name, "covcounters."))
		return true;
	for (unsigned i = 0; ends[i]; i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static bool read_found(void *ctx, const char *path)
{
	if (is_coverage_name(path))
		read_one(ctx, path);
	return true;
}

static int read_all(struct reading *r, const struct knob_list *paths, struct err *e)
{
	for (size_t i = 1; i < paths->n; i++) {
		struct stat st;
		uint32_t before = r->n_read + r->job->n_bad;
		if (stat(paths->at[i], &st) == 0 && S_ISDIR(st.st_mode)) {
			struct tree_visitor visitor = {.visit = read_found, .ctx = r};
			source_tree_all(paths->at[i], &visitor);
			if (r->n_read + r->job->n_bad == before) {
				r->job->n_bad++;
				warn("cover", "'%s' has no coverage files in it", paths->at[i]);
			}
		} else {
			read_one(r, paths->at[i]);
		}
	}
	cover_read_end(&r->read);
	return r->n_read ? 0 : err_format(e, "none of the files could be read");
}

static int write_reports(struct cover_job *job, const struct cover_options *o, struct err *e)
{
	unsigned formats = cover_job_formats(job);
	if (!o->quiet && formats & 1u << COVER_TERM)
		cover_job_table(job, STDOUT_FILENO, wants_colour(&o->color, STDOUT_FILENO),
				terminal_columns(STDOUT_FILENO));
	if (o->output)
		return cover_job_write(job, o->output, formats & ~(1u << COVER_TERM), e);
	if (job->wishes->format.n && formats & ~(1u << COVER_TERM))
		return err_usage(e, "which folder for the reports? '--output DIR'");
	return 0;
}

static int say_diff(struct cover_job *job, const struct cover_options *o, struct err *e)
{
	struct cover_term_options opt = {.colour = wants_colour(&o->color, STDOUT_FILENO),
					 .precision = job->precision,
					 .columns = terminal_columns(STDOUT_FILENO)};
	struct out out;
	if (cover_job_diff(job, e) < 0)
		return e->fault;
	out_to_fd(&out, STDOUT_FILENO);
	report_cover_diff(job->diff, &out, &opt);
	return out_close(&out, e);
}

static int act(struct cover_job *job, const struct cover_options *o, const char *verb, struct err *e)
{
	if (strcmp(verb, "merge") == 0)
		return cover_job_write_file(job, o->output, e);
	if (strcmp(verb, "diff") == 0 && !o->quiet && say_diff(job, o, e) < 0)
		return e->fault;
	if (cover_job_judge(job, e) < 0)
		return e->fault;
	return strcmp(verb, "report") == 0 ? write_reports(job, o, e) : 0;
}

static int cover(struct cover_job *job, const struct cover_options *o, const struct knob_list *operands,
		 struct err *e)
{
	struct reading r = {.host = {.note = note, .bad = bad, .gcov = gcov}, .job = job};
	cover_job_step(job, "read");
	cover_read_init(&r.read, &job->merge.sink, &r.host);
	int rc = read_all(&r, operands, e);
	cover_read_free(&r.read);
	if (rc < 0)
		return rc;
	cover_job_unexecuted(job);
	cover_job_finish(job);
	if (act(job, o, operands->at[0], e) < 0)
		return e->fault;
	return cover_job_say_misses(job) ? 1 : job->n_bad ? 4 : 0;
}

static int check(const struct cover_options *o, const struct knob_list *operands, struct err *e)
{
	static const char *const verbs[] = {"report", "merge", "diff"};
	const char *verb = operands->n ? operands->at[0] : NULL;
	if (!verb)
		return err_usage(e, "report, merge or diff? 'fettle cover report FILE...'");
	bool known = false;
	for (unsigned i = 0; i < 3; i++)
		known |= strcmp(verb, verbs[i]) == 0;
	if (!known)
		return err_usage(e, "'%s' is none of report, merge and diff", verb);
	if (operands->n < 2)
		return err_usage(e, "which files? 'fettle cover %s FILE...'", verb);
	if (strcmp(verb, "merge") == 0 && !o->output)
		return err_usage(e, "which file to write? '--output FILE'");
	return 0;
}

static int start(struct cover_options *o, const struct knob_values *v, const struct knob_list *operands,
		 struct err *e)
{
	if (check(o, operands, e) < 0)
		return e->fault;
	if (o->base)
		o->wishes.diff_base = o->base;
	char *root = realpath(o->root ? o->root : ".", NULL);
	if (!root)
		return err_sys(e, "cannot find '%s'", o->root ? o->root : ".");
	struct cover_job *job = mem_alloc(sizeof(*job));
	int rc = cover_job_open(job, "cover", &o->wishes, v, root, e);
	job->python_minor = (uint8_t)(o->python.is ? 8 + o->python.is : 0);
	mem_free(root);
	if (rc == 0)
		rc = cover(job, o, operands, e);
	cover_job_close(job);
	mem_free(job);
	return rc;
}

static int run(int n_words, char **words)
{
	struct arena arena = {0};
	struct cover_options o;
	struct knob_values v;
	struct knob_list operands;
	struct err e = {0};
	knob_defaults(&v, &cover_table, &o, &arena);
	int rc = config_gather(&v, (size_t)n_words, words, environ, &operands, &e);
	if (rc == 0 && v.help)
		rc = print_help(&cover_table);
	else if (rc == 0)
		rc = start(&o, &v, &operands, &e);
	arena_free(&arena);
	return rc < 0 ? complain("cover", &e) : rc;
}

const struct cmd cmd_cover = {
    .name = "cover",
    .brief = "merge and report coverage that any tool wrote",
    .run = run,
};
