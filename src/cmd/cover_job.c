#include "cmd/cover_job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "collect/cores.h"
#include "collect/source_tree.h"
#include "cover/cover_glob.h"

extern char **environ;

static bool exists(void *ctx, const char *path)
{
	(void)ctx;
	return access(path, F_OK) == 0;
}

static bool exists_below(void *ctx, const char *path)
{
	const struct cover_job *job = ctx;
	return exists(NULL, cover_where_source(&job->where, str_of(path)));
}

static struct str where(void *ctx, struct str told)
{
	const struct cover_job *job = ctx;
	return cover_where(&job->where, told);
}

static int check_patterns(const struct str *patterns, uint32_t n, struct err *e)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *fault = cover_glob_fault(patterns[i]);
		if (fault)
			return err_usage(e, "the pattern '%.*s' %s", STR_ARG(patterns[i]), fault);
	}
	return 0;
}

/* What was given on the command line, else what the settings say. */
static struct str_list chosen(struct cover_job *job, const struct knob_list *given, struct str_list set)
{
	if (!given->n)
		return set;
	struct str_list list = {.at = arena_array(&job->arena, struct str, given->n)};
	for (size_t i = 0; i < given->n; i++)
		list.at[list.n++] = str_of(given->at[i]);
	return list;
}

static void set_aliases(struct cover_job *job)
{
	const struct cover_settings *s = &job->settings;
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n_aliases; i++)
		n += s->aliases[i].paths.n;
	struct cover_where_alias *aliases = arena_array(&job->arena, struct cover_where_alias, n);
	n = 0;
	for (uint32_t i = 0; i < s->n_aliases; i++)
		for (uint32_t k = 1; k < s->aliases[i].paths.n; k++)
			aliases[n++] = (struct cover_where_alias){.pattern = s->aliases[i].paths.at[k],
								  .result = s->aliases[i].paths.at[0]};
	job->where.aliases = aliases;
	job->where.n_aliases = n;
}

void cover_job_alias(struct cover_job *job, const char *pattern, const char *result)
{
	uint32_t n = job->where.n_aliases;
	struct cover_where_alias *aliases = arena_array(&job->arena, struct cover_where_alias, n + 1);
	if (n)
		memcpy(aliases, job->where.aliases, n * sizeof(*aliases));
	aliases[n] = (struct cover_where_alias){str_of(pattern), str_of(result)};
	job->where.aliases = aliases;
	job->where.n_aliases = n + 1;
}

static void add_text(struct cover_job *job, const char ***list, size_t *n, struct str s)
{
	const char **more = arena_array(&job->arena, const char *, *n + 1);
	if (*n)
		memcpy(more, *list, sizeof(*more) * *n);
	more[(*n)++] = arena_copy(&job->arena, s);
	*list = more;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static struct cover_scope make_scope(struct cover_job *job)
{
	const struct cover_settings *s = &job->settings;
	struct cover_scope scope = {0};
	struct str_list sources = chosen(job, &job->wishes->source, s->source);
	for (uint32_t i = 0; i < sources.n; i++) {
		const char *path = cover_where_source(&job->where, sources.at[i]);
		if (is_folder(path))
			add_text(job, &scope.sources, &scope.n_sources, str_of(path));
		else
			add_text(job, &scope.packages, &scope.n_packages, sources.at[i]);
	}
	if (!job->wishes->source.n) {
		for (uint32_t i = 0; i < s->source_dirs.n; i++)
			add_text(job, &scope.sources, &scope.n_sources,
				 str_of(cover_where_source(&job->where, s->source_dirs.at[i])));
		for (uint32_t i = 0; i < s->source_pkgs.n; i++)
			add_text(job, &scope.packages, &scope.n_packages, s->source_pkgs.at[i]);
	}
	for (uint32_t i = 0; i < job->where.n_include; i++)
		add_text(job, &scope.include, &scope.n_include, job->where.include[i]);
	for (uint32_t i = 0; i < job->where.n_omit; i++)
		add_text(job, &scope.omit, &scope.n_omit, job->where.omit[i]);
	return scope;
}

int cover_job_open(struct cover_job *job, const char *command, const struct cover_wishes *wishes,
		   const struct knob_values *values, const char *root, struct err *e)
{
	*job = (struct cover_job){.wishes = wishes, .command = command, .threads = cores_usable()};
	struct cover_settings *s = &job->settings;
	if (cover_settings_read(&job->arena, root, wishes->config, environ, s, e) < 0 ||
	    regex_compile(s->exclude.at, s->exclude.n, &job->exclude, e) < 0 ||
	    regex_compile(s->partial.at, s->partial.n, &job->partial, e) < 0)
		return e->fault;
	struct str_list include = chosen(job, &wishes->include, s->include);
	struct str_list omit = chosen(job, &wishes->omit, s->omit);
	if (check_patterns(include.at, include.n, e) < 0 || check_patterns(omit.at, omit.n, e) < 0)
		return e->fault;
	job->where = (struct cover_where){.arena = &job->arena,
					  .root = str_of(arena_copy(&job->arena, str_of(root))),
					  .include = include.at,
					  .n_include = include.n,
					  .omit = omit.at,
					  .n_omit = omit.n,
					  .exists = exists};
	set_aliases(job);
	job->scope = make_scope(job);
	job->branch = wishes->branch || s->branch;
	job->precision =
	    (unsigned)(knob_origin(values, &wishes->precision) == ORIGIN_DEFAULT ? s->precision
										 : wishes->precision);
	job->fail_under =
	    knob_origin(values, &wishes->fail_under) == ORIGIN_DEFAULT ? s->fail_under : wishes->fail_under;
	cover_merge_init(&job->merge, &job->arena, where, job);
	job->merge.exists = exists_below;
	return cover_job_make_gates(job, e);
}

void cover_job_close(struct cover_job *job)
{
	cover_merge_free(&job->merge);
	regex_free(job->exclude);
	regex_free(job->partial);
	arena_free(&job->arena);
}

void cover_job_step(struct cover_job *job, const char *name)
{
	int64_t now = clock_mono_ns();
	if (job->n_steps && !job->steps[job->n_steps - 1].end_ns)
		job->steps[job->n_steps - 1].end_ns = now;
	if (name && job->n_steps < sizeof(job->steps) / sizeof(job->steps[0]))
		job->steps[job->n_steps++] = (struct cover_step){.name = name, .begin_ns = now};
}

/* A package's folder where it lies in the tree: src/a/b for a.b. */
static const char *package_folder(struct cover_job *job, struct str package)
{
	static const char *const places[] = {"", "src/", "lib/"};
	char *path = arena_copy(&job->arena, package);
	for (char *p = path; *p; p++)
		if (*p == '.')
			*p = '/';
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *folder =
		    arena_printf(&job->arena, "%.*s/%s%s", STR_ARG(job->where.root), places[i], path);
		if (is_folder(folder))
			return folder;
	}
	return NULL;
}

static bool add_unexecuted(void *ctx, const char *path)
{
	struct cover_job *job = ctx;
	struct cover_source source = {.path = str_of(path), .language = COVER_PYTHON, .raw = true};
	job->merge.sink.file(&job->merge.sink, &source);
	return true;
}

void cover_job_unexecuted(struct cover_job *job)
{
	const struct cover_scope *scope = &job->scope;
	struct tree_visitor visitor = {.visit = add_unexecuted, .ctx = job};
	for (size_t i = 0; i < scope->n_sources; i++)
		source_tree_python(scope->sources[i], job->settings.namespace_packages, &visitor);
	for (size_t i = 0; i < scope->n_packages; i++) {
		const char *folder = package_folder(job, str_of(scope->packages[i]));
		if (folder)
			source_tree_python(folder, job->settings.namespace_packages, &visitor);
	}
}
