#include "cover_in/gitdiff.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "wire/cover.h"

struct reader {
	struct arena *arena;
	struct str rest;
	uint64_t line_no;
	const char *error; /* static text */
	struct diff_file *files;
	size_t n_files, cap_files;
	uint32_t (*spans)[2]; /* of the file being read */
	size_t n_spans, cap_spans;
	struct str old_path, path; /* of it; path at NULL: there is none */
};

static bool take_line(struct reader *r, struct str *ret)
{
	if (r->rest.n == 0)
		return false;
	size_t n = str_find(r->rest, '\n');
	*ret = str_cut(r->rest, 0, n);
	r->rest = str_cut(r->rest, n + 1, r->rest.n);
	r->line_no++;
	return true;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The character that an escape stands for; *ret_n: bytes behind the backslash. */
static char unescape(struct str s, size_t *ret_n)
{
	static const char letters[] = "abtnvfr", values[] = "\a\b\t\n\v\f\r";
	*ret_n = 1;
	if (s.n >= 3 && is_octal(s.at[0]) && is_octal(s.at[1]) && is_octal(s.at[2])) {
		*ret_n = 3;
		return (char)((s.at[0] - '0') * 64 + (s.at[1] - '0') * 8 + (s.at[2] - '0'));
	}
	const char *found = s.n ? memchr(letters, s.at[0], sizeof(letters) - 1) : NULL;
	return found ? values[found - letters] : s.n ? s.at[0] : '\\';
}

/* The text between quotes, its escapes decoded. */
static struct str unquote(struct reader *r, struct str s)
{
	char *text = arena_alloc(r->arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 1; i < s.n && s.at[i] != '"'; i++) {
		text[n] = s.at[i];
		if (s.at[i] == '\\') {
			size_t more;
			text[n] = unescape(str_cut(s, i + 1, s.n), &more);
			i += more;
		}
		n++;
	}
	return (struct str){text, n};
}

/* A name as it stands behind "--- " or "+++ ". */
static struct str path_of(struct reader *r, struct str s)
{
	if (s.n && s.at[0] == '"')
		return unquote(r, s);
	return str_cut(s, 0, str_find(s, '\t')); /* a tab ends a name with blanks in it */
}

static bool has_prefix(struct str s)
{
	return s.n > 2 && s.at[1] == '/' && memchr("abciow", s.at[0], 6);
}

/* Both sides have a prefix, or the side that there is. */
static struct str without_prefix(struct str old_path, struct str path)
{
	if (!has_prefix(path) || path.at[0] == 'a')
		return path;
	bool added = str_is(old_path, "/dev/null");
	if (!added && (!has_prefix(old_path) || old_path.at[0] == path.at[0]))
		return path;
	return str_cut(path, 2, path.n);
}

static void end_file(struct reader *r)
{
	if (r->path.at && r->n_spans) {
		uint32_t(*spans)[2] = arena_alloc(r->arena, sizeof(*spans) * r->n_spans);
		memcpy(spans, r->spans, sizeof(*spans) * r->n_spans);
		r->files = vec_grow(r->files, r->n_files, &r->cap_files, sizeof(*r->files));
		r->files[r->n_files++] =
		    (struct diff_file){r->path, (const uint32_t(*)[2])spans, (uint32_t)r->n_spans};
	}
	r->n_spans = 0;
	r->path = STR_NONE;
	r->old_path = STR_NONE;
}

static void add_line(struct reader *r, uint32_t number)
{
	if (r->n_spans && r->spans[r->n_spans - 1][1] + 1 == number) {
		r->spans[r->n_spans - 1][1] = number;
		return;
	}
	r->spans = vec_grow(r->spans, r->n_spans, &r->cap_spans, sizeof(*r->spans));
	r->spans[r->n_spans][0] = number;
	r->spans[r->n_spans++][1] = number;
}

/* "12,3" or "12"; takes it from *s. */
static bool take_range(struct str *s, uint32_t *ret_first, uint32_t *ret_n)
{
	uint64_t v[2] = {0, 1};
	for (unsigned i = 0; i < 2; i++) {
		size_t digits = 0;
		v[i] = 0;
		while (digits < s->n && digits < 10 && s->at[digits] >= '0' && s->at[digits] <= '9')
			v[i] = v[i] * 10 + (uint64_t)(s->at[digits++] - '0');
		if (digits == 0 || v[i] >= COVER_LINE_MAX)
			return false;
		*s = str_cut(*s, digits, s->n);
		if (s->n == 0 || s->at[0] != ',')
			break;
		if (i == 0)
			*s = str_cut(*s, 1, s->n);
	}
	*ret_first = (uint32_t)v[0];
	*ret_n = (uint32_t)v[1];
	return true;
}

static bool skip_text(struct str *s, const char *text)
{
	if (!str_starts(*s, text))
		return false;
	*s = str_cut(*s, strlen(text), s->n);
	return true;
}

/* The lines of a hunk, as many as its head said: what they hold cannot be taken for a head then. */
static void read_hunk_lines(struct reader *r, uint32_t old_n, uint32_t number, uint32_t new_n)
{
	struct str line;
	while (old_n || new_n) {
		if (!take_line(r, &line)) {
			r->error = "it ends in the middle of a hunk";
			return;
		}
		char kind = line.n ? line.at[0] : ' '; /* some mailers drop the blank of an empty line */
		bool is_old = kind == '-' || kind == ' ', is_new = kind == '+' || kind == ' ';
		if (kind == '\\')
			continue;
		if ((!is_old && !is_new) || (is_old && !old_n) || (is_new && !new_n)) {
			r->error = "a hunk has other lines than its head says";
			return;
		}
		if (kind == '+')
			add_line(r, number);
		old_n -= is_old;
		new_n -= is_new;
		number += is_new;
	}
}

static void read_hunk(struct reader *r, struct str head)
{
	uint32_t first, old_n, number, new_n;
	if (!skip_text(&head, "@@ -") || !take_range(&head, &first, &old_n) || !skip_text(&head, " +") ||
	    !take_range(&head, &number, &new_n) || !str_starts(head, " @@")) {
		r->error = "the head of a hunk cannot be read";
		return;
	}
	if (!r->path.at && !str_is(r->old_path, "/dev/null") && r->old_path.n == 0) {
		r->error = "a hunk without a file";
		return;
	}
	uint32_t last = r->n_spans ? r->spans[r->n_spans - 1][1] : 0;
	if (number < last || (new_n && number == last)) { /* also line 0 */
		r->error = "a hunk goes back in its file";
		return;
	}
	if (number >= COVER_LINE_MAX - new_n) {
		r->error = "a line number is too large";
		return;
	}
	read_hunk_lines(r, old_n, number, new_n);
}

static void read_line(struct reader *r, struct str line)
{
	struct str rest = line;
	if (str_starts(line, "diff --git ")) {
		end_file(r);
	} else if (str_starts(line, "diff --cc ") || str_starts(line, "diff --combined ")) {
		r->error = "it is of a merge, which has no one side before it; give two commits";
	} else if (skip_text(&rest, "--- ")) {
		if (r->n_spans || r->path.at)
			end_file(r);
		r->old_path = path_of(r, rest);
	} else if (skip_text(&rest, "+++ ") && r->old_path.n) {
		struct str path = path_of(r, rest);
		if (!str_is(path, "/dev/null"))
			r->path = without_prefix(r->old_path, path);
	} else if (str_starts(line, "@@ ")) {
		read_hunk(r, line);
	}
}

int gitdiff_read(struct arena *arena, struct str text, const char *path, struct diff *ret, struct err *e)
{
	struct reader r = {.arena = arena, .rest = text};
	for (struct str line; !r.error && take_line(&r, &line);)
		read_line(&r, line);
	if (!r.error)
		end_file(&r);
	*ret = (struct diff){arena_array(arena, struct diff_file, r.n_files), (uint32_t)r.n_files};
	if (r.n_files)
		memcpy(ret->files, r.files, sizeof(*r.files) * r.n_files);
	vec_free(r.files);
	vec_free(r.spans);
	if (!r.error)
		return 0;
	return err_format(e, "cannot read '%s': line %llu: %s", path, (unsigned long long)r.line_no, r.error);
}
