#include "record/coverage_totals.h"

#include <errno.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

enum { MOST_BYTES = 512 * 1024 * 1024 };

/* {"covered_lines": 3, "num_statements": 4, ...} */
static void read_summary(struct json *j, struct coverage_total *t)
{
	struct str key;
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		if (str_is(key, "covered_lines"))
			t->covered = json_int(j);
		else if (str_is(key, "num_statements"))
			t->statements = json_int(j);
		else
			json_skip(j);
	}
}

static void read_files(struct json *j, struct arena *a, struct coverage_totals_sink *sink)
{
	struct str name, key;
	if (!json_object(j))
		return;
	while (json_key(j, &name)) {
		struct coverage_total t = {.file = arena_str(a, name)};
		if (!json_object(j))
			return;
		while (json_key(j, &key)) {
			if (str_is(key, "summary"))
				read_summary(j, &t);
			else
				json_skip(j);
		}
		sink->put(sink, &t);
	}
}

int coverage_totals_read(const char *dir, struct arena *a, struct coverage_totals_sink *sink, struct err *e)
{
	const char *path = arena_printf(a, "%s/coverage.json", dir);
	struct coverage_total all = {0};
	struct buf text = {0};
	struct json j;
	struct str key;
	int rc = 1;
	if (!file_read(path, MOST_BYTES, &text)) {
		buf_free(&text);
		return errno == ENOENT ? 0 : err_sys(e, "cannot read '%s'", path);
	}
	json_init(&j, buf_view(&text), a);
	if (json_object(&j)) {
		while (json_key(&j, &key)) {
			if (str_is(key, "files"))
				read_files(&j, a, sink);
			else if (str_is(key, "totals"))
				read_summary(&j, &all);
			else
				json_skip(&j);
		}
	}
	if (json_end(&j))
		sink->put(sink, &all);
	else
		rc = err_format(e, "'%s' is torn or no coverage.json: %s at byte %zu", path, j.error,
				j.error_at);
	buf_free(&text);
	return rc;
}
