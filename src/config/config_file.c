#include "config/config_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "config/knob_args.h"

int config_file_read(const char *path, struct arena *arena, struct str *ret, struct err *e)
{
	struct buf b = {0};
	int fault = 0;
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (!fd_read(fd, CONFIG_BYTES + 1, &b))
		fault = err_sys(e, "cannot read '%s'", path);
	else if (b.n > CONFIG_BYTES)
		fault = err_usage(e, "%s: larger than %d bytes", path, CONFIG_BYTES);
	else
		*ret = arena_str(arena, buf_view(&b));
	buf_free(&b);
	return fault;
}

/* The text that the row of that flag has, if there is one, from least or a stronger place. */
static const char *text_flag(const struct knob_values *v, const char *flag, enum knob_origin least)
{
	for (size_t i = 0; i < v->table->n_rows; i++) {
		const struct knob *k = &v->table->rows[i];
		if (strcmp(k->flag, flag) == 0 && v->origins[i] >= least)
			return *(const char **)((char *)v->options + k->offset);
	}
	return NULL;
}

int config_doc_open(struct config_doc *d, struct arena *arena, const char *path, const char *profile,
		    char *const *environment, struct err *e)
{
	struct str text = STR_NONE;
	bool named = path != NULL, present = named || access(CONFIG_NAME, F_OK) == 0;
	path = named ? path : CONFIG_NAME;
	if (present && config_file_read(path, arena, &text, e) < 0)
		return e->fault;
	config_doc_parse(d, arena, text, path);
	if (!present)
		return profile ? err_usage(e, "there is no %s here, and so no profile '%s'", path, profile)
			       : 0;
	if (d->remarks.errors)
		return 0; /* what is broken is told by who reads it; the profile may be what is missing */
	return config_doc_choose(d, profile, environment, e);
}

static int read_file(struct knob_values *v, char *const *environment, struct err *e)
{
	struct config_doc d;
	const char *path = text_flag(v, "config", ORIGIN_ENV),
		   *profile = text_flag(v, "profile", ORIGIN_FLAG);
	if (config_doc_open(&d, v->arena, path, profile, environment, e) < 0)
		return e->fault;
	return config_doc_bind(&d, v, e);
}

int config_gather(struct knob_values *v, size_t n_words, char *const *words, char *const *environment,
		  struct knob_list *ret_operands, struct err *e)
{
	if (knob_args(v, n_words, words, ret_operands, e) < 0)
		return e->fault;
	if (v->help)
		return 0;
	if (knob_env(v, environment, e) < 0)
		return e->fault;
	return read_file(v, environment, e);
}
