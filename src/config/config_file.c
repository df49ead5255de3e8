#include "config/config_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "config/knob_args.h"
#include "config/knob_yaml.h"
#include "config/tables.h"

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

/* The --config that a flag gave, if the table has one. */
static const char *config_flag(const struct knob_values *v)
{
	for (size_t i = 0; i < v->table->n_rows; i++) {
		const struct knob *k = &v->table->rows[i];
		if (strcmp(k->flag, "config") == 0)
			return *(const char **)((char *)v->options + k->offset);
	}
	return NULL;
}

static int read_file(struct knob_values *v, struct err *e)
{
	struct str text;
	const char *path = config_flag(v);
	if (!path && access(CONFIG_NAME, F_OK) != 0)
		return 0;
	if (!path)
		path = CONFIG_NAME;
	if (config_file_read(path, v->arena, &text, e) < 0)
		return e->fault;
	return knob_yaml(v, knob_tables, knob_tables_n, text, path, e);
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
	return read_file(v, e);
}
