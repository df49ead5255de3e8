#include <string.h>

#include "base/str.h"
#include "cover_in/cover_file.h"
#include "cover_in/cover_readers.h"
#include "cover_in/cover_tell.h"

void cover_read_init(struct cover_read *r, struct cover_sink *out, struct cover_host *host)
{
	*r = (struct cover_read){.out = out, .host = host, .tell = mem_alloc(sizeof(*r->tell))};
	*r->tell = (struct cover_tell){.out = out};
}

static bool begins(struct str s, const char *magic, size_t n)
{
	return s.n >= n && memcmp(s.at, magic, n) == 0;
}

/* A tracefile of LCOV: comments and empty lines, then a record that may stand first. */
static bool is_lcov(struct str head)
{
	struct str line;
	while (str_next(&head, '\n', &line)) {
		line = str_trim(line);
		if (line.n && *line.at != '#')
			return str_starts(line, "TN:") || str_starts(line, "SF:");
	}
	return false;
}

/* What a person can do with a file of a tool that we know and do not read; NULL: unknown. */
static const char *advice(struct str s)
{
	if (begins(s, "\xff\x6c\x70\x72\x6f\x66\x72\x81", 8) ||
	    begins(s, "\x81\x72\x66\x6f\x72\x70\x6c\xff", 8) ||
	    begins(s, "\xff\x6c\x70\x72\x6f\x66\x69\x81", 8))
		return "a profile of LLVM: give the output of 'llvm-cov export'";
	if (begins(s, "\x01\xc0\xc0", 3))
		return "execution data of JaCoCo: give the XML that 'jacococli report --xml' makes of it";
	if (s.n == 0)
		return "the file is empty";
	return NULL;
}

static int read_text(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	if (begins(bytes, "\xff\xfe", 2) || begins(bytes, "\xfe\xff", 2))
		return cover_xml_read(r, bytes, path, e);
	struct str text = begins(bytes, "\xef\xbb\xbf", 3) ? str_cut(bytes, 3, bytes.n) : bytes;
	size_t n_blank = 0;
	while (n_blank < text.n && strchr(" \t\r\n", text.at[n_blank]) && text.at[n_blank])
		n_blank++;
	struct str inner = str_cut(text, n_blank, text.n);
	if (str_starts(inner, "<"))
		return cover_xml_read(r, bytes, path, e);
	if (str_starts(inner, "{"))
		return cover_json_read(r, inner, path, e);
	if (str_starts(text, "mode: "))
		return cover_go_read(r, text, path, e);
	if (is_lcov(text))
		return cover_lcov_read(r, text, path, e);
	const char *what = advice(bytes);
	return err_format(e, "cannot read '%s': %s", path,
			  what ? what : "not a coverage file of a kind that is known here");
}

static bool is_gcov(struct str s, const char *magic, const char *reversed)
{
	return begins(s, magic, 4) || begins(s, reversed, 4);
}

static int read_any(struct cover_read *r, struct str bytes, const char *path, bool from_file, struct err *e)
{
	if (begins(bytes, "SQLite format 3", 16))
		return cover_sqlite_read(r, bytes, path, from_file, e);
	if (is_gcov(bytes, "gcno", "oncg"))
		return cover_gcov_notes(r, bytes, path, e);
	if (is_gcov(bytes, "gcda", "adcg"))
		return cover_gcov_data(r, bytes, path, e);
	if (begins(bytes, "\0cvm", 4))
		return cover_gocov_meta(r, bytes, path, e);
	if (begins(bytes, "\0cwm", 4))
		return cover_gocov_counters(r, bytes, path, e);
	return read_text(r, bytes, path, e);
}

static int read_packed(struct cover_read *r, struct str bytes, const char *path, bool from_file,
		       struct err *e)
{
	arena_reset(&r->scratch);
	if (begins(bytes, "\x1f\x8b", 2)) {
		from_file = false;
		if (cover_file_inflate(bytes, path, &r->unpacked, e) < 0)
			return e->fault;
		bytes = buf_view(&r->unpacked);
	}
	int fault = read_any(r, bytes, path, from_file, e);
	tell_oddities(r, path);
	return fault;
}

int cover_read_bytes(struct cover_read *r, struct str bytes, const char *path, struct err *e)
{
	return read_packed(r, bytes.at ? bytes : STR(""), path, false, e);
}

int cover_read_file(struct cover_read *r, const char *path, struct err *e)
{
	struct str bytes;
	if (cover_file_read(path, &r->bytes, &r->cap_bytes, &bytes, e) < 0)
		return e->fault;
	return read_packed(r, bytes, path, true, e);
}

void cover_read_end(struct cover_read *r)
{
	cover_gcov_end(r);
	cover_gocov_end(r);
}

void cover_read_free(struct cover_read *r)
{
	cover_gcov_free(r);
	cover_gocov_free(r);
	tell_free(r->tell);
	mem_free(r->tell);
	mem_free(r->bytes);
	buf_free(&r->unpacked);
	arena_free(&r->scratch);
}
