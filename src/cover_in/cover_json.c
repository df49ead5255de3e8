#include "cover_in/cover_json.h"

#include <string.h>

#include "base/str.h"
#include "cover_in/cover_readers.h"

const char cover_json_line_range[] = "the line number is out of range";

/* What one document turned out to be. */
struct document {
	bool known;
	struct str gcov_files; /* of gcov, raw: told when the folder is known, which may come later */
	struct str folder;
};

static void take_member(struct cover_read *r, struct json *j, struct document *d, struct str key)
{
	/* keys beside the data itself; all else must be paths of Istanbul */
	static const char *const beside[] = {"meta", "totals",         "summary",     "timestamp", "version",
					     "type", "format_version", "gcc_version", "data_file"};
	enum json_type type = json_peek(j);
	if (str_is(key, "files") && type == JSON_OBJECT) {
		d->known = true;
		cover_json_python(r, j);
		return;
	}
	if (str_is(key, "files") && type == JSON_ARRAY) {
		d->known = true;
		d->gcov_files = json_raw(j);
		return;
	}
	if (str_is(key, "data") && type == JSON_ARRAY) {
		d->known = true;
		cover_json_llvm(r, j);
		return;
	}
	if (str_is(key, "result") && type == JSON_ARRAY) {
		json_fail(j,
			  "this is what V8 writes: give the coverage-final.json or LCOV that c8 makes of it");
		return;
	}
	if (str_is(key, "current_working_directory") && type == JSON_TEXT) {
		d->folder = json_text(j);
		return;
	}
	bool other = type != JSON_OBJECT || d->known;
	for (size_t i = 0; i < sizeof(beside) / sizeof(*beside) && !other; i++)
		other = str_is(key, beside[i]);
	if (other) {
		json_skip(j);
		return;
	}
	cover_json_istanbul(r, j, key);
	d->known = false; /* each path must show that it is one */
}

static void take_document(struct cover_read *r, struct json *j)
{
	struct document d = {0};
	struct str key;
	bool empty = true;
	if (!json_object(j))
		return;
	size_t n_before = r->tell->n_told;
	while (json_key(j, &key)) {
		take_member(r, j, &d, key);
		empty = false;
	}
	if (!j->error && !d.known && (empty || r->tell->n_told == n_before))
		json_fail(j, "JSON, but not of a coverage tool that is known here");
	if (j->error || !d.gcov_files.at)
		return;
	struct json files = *j;
	files.at = d.gcov_files.at;
	files.end = d.gcov_files.at + d.gcov_files.n;
	cover_json_gcov(r, &files, d.folder);
	j->error = files.error;
	j->error_at = files.error_at;
}

int cover_json_read(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	struct json j;
	json_init(&j, bytes, &r->scratch);
	do
		take_document(r, &j);
	while (!j.error && json_peek(&j) == JSON_OBJECT); /* gcov puts several behind each other */
	tell_drop(r->tell);
	if (json_end(&j))
		return 0;
	return err_format(e, "cannot read '%s': byte %zu: %s", path, j.error_at + 1, j.error);
}
