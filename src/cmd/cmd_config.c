/* fettle config: show, init, check and schema of fettle.yaml. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "config/builtin_benches.h"
#include "config/config_check.h"
#include "config/config_file.h"
#include "config/config_init.h"
#include "config/config_knobs.h"
#include "config/config_schema.h"
#include "config/config_show.h"
#include "config/knob_args.h"
#include "config/nearest.h"
#include "config/sections.h"
#include "config/settings.h"
#include "subject/container_link.h"

extern char **environ;

struct job {
	struct arena arena;
	struct config_options o;
	struct knob_values v;
	struct knob_list operands; /* behind the verb */
	struct err e;
};

static int print(struct buf *b, int rc)
{
	(void)fwrite(b->at, 1, b->n, stdout);
	buf_free(b);
	return rc;
}

/* Options of one verb that were given to another do nothing, and that is told. */
static int refuse(struct job *j, const void *field, const char *flag, const char *verb)
{
	if (knob_origin(&j->v, field) != ORIGIN_FLAG)
		return 0;
	return err_usage(&j->e, "'--%s' is for 'fettle config %s'", flag, verb);
}

/* The section's command with its own options, from the words behind it. */
static int gather_command(struct job *j, struct config_doc *d, struct knob_values *v)
{
	struct knob_list ignored;
	if (j->operands.n > 1 &&
	    knob_args(v, j->operands.n - 1, (char *const *)(j->operands.at + 1), &ignored, &j->e) < 0)
		return j->e.fault;
	if (knob_env(v, environ, &j->e) < 0)
		return j->e.fault;
	return config_doc_bind(d, v, &j->e);
}

static int show_section(struct job *j, struct buf *b, const struct config_show *how, struct config_doc *d,
			const struct settings *s, const struct section *section)
{
	int indent = *section->name ? 2 : 0;
	if (*section->name)
		buf_printf(b, "%s:\n", section->name);
	for (int i = 0; section->is_setting && i < SETTINGS_PARTS; i++)
		if (s->values[i].table == section->table)
			config_show_rows(b, how, &s->values[i], indent);
	if (section->table && !section->is_setting) {
		struct knob_values v;
		knob_defaults(&v, section->table, arena_alloc(&j->arena, section->table->options_bytes),
			      &j->arena);
		if (gather_command(j, d, &v) < 0)
			return j->e.fault;
		config_show_rows(b, how, &v, indent);
		if (section->items && s->n_benches)
			buf_printf(b, "  %s:\n", section->items_key);
	}
	if (section->items)
		config_show_benches(b, how, s, section->table ? 4 : 2);
	return 0;
}

static int no_section(struct job *j, const char *name)
{
	const char *meant = section_meant(str_of(name));
	if (meant)
		return err_usage(&j->e, "no section '%s' (did you mean '%s'?)", name, meant);
	return err_usage(&j->e, "no section '%s' (see 'fettle config show')", name);
}

static int show_sections(struct job *j, struct buf *b, struct config_doc *d, const struct settings *s)
{
	struct config_show how = {
	    .path = d->remarks.path, .profile = d->profile_name, .origins = j->o.origin};
	struct section section;
	const char *one = j->operands.n ? j->operands.at[0] : NULL;
	if (one && (!section_of(str_of(one), &section) || (!section.table && !section.items)))
		return no_section(j, one);
	if (one && j->operands.n > 1 && (!section.table || section.is_setting))
		return err_usage(&j->e, "'%s' is no command and has no options", one);
	if (how.profile)
		buf_printf(b, "# with profile %s\n", how.profile);
	for (size_t i = 0; section_at(i, &section); i++)
		if ((section.table || section.items) && (!one || strcmp(section.name, one) == 0) &&
		    show_section(j, b, &how, d, s, &section) < 0)
			return j->e.fault;
	return 0;
}

static int show(struct job *j)
{
	struct config_doc d;
	struct settings s;
	struct buf b = {0};
	struct err none = {0};
	if (refuse(j, &j->o.force, "force", "init") < 0 || refuse(j, &j->o.output, "output", "init") < 0)
		return j->e.fault;
	const char *profile = knob_origin(&j->v, &j->o.profile) == ORIGIN_FLAG ? j->o.profile : NULL;
	if (config_doc_open(&d, &j->arena, j->o.config, profile, environ, &j->e) < 0)
		return j->e.fault;
	settings_init(&s, &j->arena);
	if (settings_read(&s, &d, environ, &j->e) < 0)
		return j->e.fault;
	if (builtin_wanted(&s))
		builtin_benches(&s, container_engine_base(&j->arena, NULL, environ, &none));
	settings_finish(&s, j->o.is_short);
	int rc = show_sections(j, &b, &d, &s);
	if (rc == 0)
		return print(&b, 0);
	buf_free(&b);
	return rc;
}

static int write_new(struct job *j, const char *path, const struct buf *b)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (j->o.force ? O_TRUNC : O_EXCL);
	auto_fd fd = open(path, flags, 0666);
	if (fd < 0 && errno == EEXIST)
		return err_usage(&j->e, "'%s' is there already (--force writes over it)", path);
	if (fd < 0 || !fd_write(fd, b->at, b->n))
		return err_sys(&j->e, "cannot write '%s'", path);
	(void)fprintf(stderr, "fettle config: wrote '%s'\n", path);
	return 0;
}

static int init(struct job *j)
{
	struct buf b = {0};
	const char *path = j->o.output ? j->o.output : CONFIG_NAME;
	if (refuse(j, &j->o.origin, "origin", "show") < 0 || refuse(j, &j->o.is_short, "short", "show") < 0)
		return j->e.fault;
	if (j->operands.n)
		return err_usage(&j->e, "'%s' is no option: 'fettle config init -o %s'", j->operands.at[0],
				 j->operands.at[0]);
	config_init(&b);
	if (strcmp(path, "-") == 0)
		return print(&b, 0);
	int rc = write_new(j, path, &b);
	buf_free(&b);
	return rc;
}

static void put_count(struct buf *b, uint32_t n, const char *word)
{
	buf_printf(b, "%u %s%s", n, word, n == 1 ? "" : "s");
}

/* What is wrong goes to standard error; that all is well to standard output. */
static int check_file(struct job *j, const char *path)
{
	struct config_doc d;
	struct str text;
	struct buf b = {0};
	if (config_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &j->arena, &text, &j->e) < 0)
		return j->e.fault;
	config_doc_parse(&d, &j->arena, text, path);
	config_check(&d);
	remarks_put(&b, &d.remarks);
	(void)fwrite(b.at, 1, b.n, stderr);
	buf_clear(&b);
	uint32_t errors = d.remarks.errors, warnings = d.remarks.warnings;
	buf_printf(&b, "%s: ", path);
	if (errors)
		put_count(&b, errors, "error");
	else
		buf_text(&b, "good");
	if (warnings) {
		buf_text(&b, ", ");
		put_count(&b, warnings, "warning");
	}
	buf_char(&b, '\n');
	(void)fwrite(b.at, 1, b.n, errors ? stderr : stdout);
	buf_free(&b);
	return errors ? 2 : 0;
}

static int check(struct job *j)
{
	int worst = 0;
	if (refuse(j, &j->o.origin, "origin", "show") < 0 || refuse(j, &j->o.is_short, "short", "show") < 0 ||
	    refuse(j, &j->o.force, "force", "init") < 0 || refuse(j, &j->o.output, "output", "init") < 0)
		return j->e.fault;
	if (!j->operands.n)
		return check_file(j, j->o.config ? j->o.config : CONFIG_NAME);
	for (size_t i = 0; i < j->operands.n; i++) {
		int rc = check_file(j, j->operands.at[i]);
		if (rc < 0)
			return rc;
		worst = rc > worst ? rc : worst;
	}
	return worst;
}

static int schema(struct job *j)
{
	struct buf b = {0};
	if (j->operands.n)
		return err_usage(&j->e, "'fettle config schema' takes no '%s'", j->operands.at[0]);
	config_schema(&b);
	return print(&b, 0);
}

static const struct verb {
	const char *name;
	int (*run)(struct job *j);
} verbs[] = {{"show", show}, {"init", init}, {"check", check}, {"schema", schema}};
enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static int no_verb(struct job *j, const char *word)
{
	struct nearest near = {.word = str_of(word)};
	for (size_t i = 0; i < N_VERBS; i++)
		nearest_try(&near, verbs[i].name);
	if (nearest_word(&near))
		return err_usage(&j->e, "unknown word '%s' (did you mean '%s'?)", word, nearest_word(&near));
	return err_usage(&j->e, "unknown word '%s': show, init, check or schema", word);
}

static int go(struct job *j, size_t n_words, char **words)
{
	struct knob_list verb;
	knob_defaults(&j->v, &config_table, &j->o, &j->arena);
	if (knob_args(&j->v, n_words, words, &verb, &j->e) < 0)
		return j->e.fault;
	if (!j->v.help && !verb.n)
		return err_usage(&j->e, "which of show, init, check, schema? (see 'fettle config --help')");
	if (!j->v.help && knob_args(&j->v, verb.n - 1, (char *const *)(verb.at + 1), &j->operands, &j->e) < 0)
		return j->e.fault;
	if (j->v.help)
		return print_help(&config_table);
	if (knob_env(&j->v, environ, &j->e) < 0)
		return j->e.fault;
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verb.at[0], verbs[i].name) == 0)
			return verbs[i].run(j);
	return no_verb(j, verb.at[0]);
}

static int run(int n_words, char **words)
{
	struct job j = {0};
	int rc = go(&j, (size_t)n_words, words);
	if (rc < 0)
		rc = complain("config", &j.e);
	arena_free(&j.arena);
	return rc;
}

const struct cmd cmd_config = {
    .name = "config",
    .brief = "show, check and begin fettle.yaml, and its schema for editors",
    .run = run,
};
