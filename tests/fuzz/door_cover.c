/*
 * Coverage files of every kind, by what they hold. Input that begins with PAIR and two bytes, the size of the
 * first (little-endian), is two files that belong together: a .gcno and its .gcda, covmeta and covcounters.
 */
#include <string.h>

#include "base/str.h"
#include "cover_in/cover_read.h"
#include "door.h"

struct hears {
	struct cover_sink sink;
	struct cover_host host;
	bool in_file, raw;
	uint64_t sum; /* so that all that is told is looked at */
};

static void on_file(struct cover_sink *sink, const struct cover_source *source)
{
	struct hears *h = (struct hears *)sink;
	HOLD(source->path.n > 0 && source->path.n <= 4096 && !memchr(source->path.at, 0, source->path.n));
	for (uint32_t i = 0; i < source->n_bases; i++)
		for (size_t k = 0; k < source->bases[i].n; k++)
			h->sum += (unsigned char)source->bases[i].at[k];
	h->in_file = true;
	h->raw = source->raw;
}

static void on_context(struct cover_sink *sink, struct str name)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file);
	for (size_t i = 0; i < name.n; i++)
		h->sum += (unsigned char)name.at[i];
}

static void on_lines(struct cover_sink *sink, const struct cover_hit *lines, size_t n)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && !h->raw && n > 0);
	for (size_t i = 0; i < n; i++)
		HOLD(lines[i].line > 0 && lines[i].line <= COVER_LINE_MAX &&
		     lines[i].hits <= COVER_COUNT_MAX);
}

static void on_bits(struct cover_sink *sink, const uint8_t *bits, size_t n)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && h->raw && n <= COVER_LINE_MAX / 8);
	for (size_t i = 0; i < n; i++)
		h->sum += bits[i];
}

static void on_excluded(struct cover_sink *sink, const uint32_t *lines, size_t n)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && !h->raw && n > 0);
	for (size_t i = 0; i < n; i++)
		HOLD(lines[i] > 0 && lines[i] <= COVER_LINE_MAX);
}

static void on_branches(struct cover_sink *sink, const struct cover_branch *branches, size_t n, bool targets)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && !h->raw && n > 0);
	for (size_t i = 0; i < n; i++) {
		HOLD(branches[i].line > 0 && branches[i].line <= COVER_LINE_MAX);
		HOLD(branches[i].way >= 0 || targets);
		HOLD(!targets || (branches[i].way >= -COVER_LINE_MAX && branches[i].way <= COVER_LINE_MAX));
	}
}

static void on_arcs(struct cover_sink *sink, const struct cover_arc *arcs, size_t n)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && h->raw);
	for (size_t i = 0; i < n; i++)
		HOLD(arcs[i].from >= -COVER_LINE_MAX && arcs[i].from <= COVER_LINE_MAX &&
		     arcs[i].to >= -COVER_LINE_MAX && arcs[i].to <= COVER_LINE_MAX);
}

static void on_functions(struct cover_sink *sink, const struct cover_function *functions, size_t n)
{
	struct hears *h = (struct hears *)sink;
	HOLD(h->in_file && !h->raw && n > 0);
	for (size_t i = 0; i < n; i++) {
		const struct cover_function *f = &functions[i];
		HOLD(f->first > 0 && f->first <= COVER_LINE_MAX && f->hits <= COVER_COUNT_MAX);
		HOLD(f->last == 0 || (f->last >= f->first && f->last <= COVER_LINE_MAX));
		for (size_t k = 0; k < f->name.n; k++)
			h->sum += (unsigned char)f->name.at[k];
	}
}

static void on_note(struct cover_host *host, const char *text)
{
	(void)host;
	HOLD(*text && !strchr(text, '\n'));
}

static void on_bad(struct cover_host *host, const struct err *e)
{
	(void)host;
	HOLD(e->fault == FAULT_FORMAT && !strchr(e->text, '\n'));
}

static void on_gcov(struct cover_host *host, const char *path, const char *why)
{
	(void)host;
	HOLD(*path && *why);
}

static void read_one(struct cover_read *r, const uint8_t *bytes, size_t size, const char *path)
{
	struct str s = door_copy(bytes, size);
	struct err e = {0};
	int fault = cover_read_bytes(r, s, path, &e);
	HOLD(fault == 0 || (fault == FAULT_FORMAT && str_starts(str_of(e.text), "cannot read '")));
	door_drop(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct hears h = {
	    .sink = {on_file, on_context, on_lines, on_bits, on_excluded, on_branches, on_arcs, on_functions},
	    .host = {on_note, on_bad, on_gcov}};
	struct cover_read r;
	cover_read_init(&r, &h.sink, &h.host);
	if (size >= 6 && memcmp(bytes, "PAIR", 4) == 0) {
		size_t first = bytes[4] | (size_t)bytes[5] << 8, rest = size - 6;
		first = first < rest ? first : rest;
		read_one(&r, bytes + 6, first, "no-such-folder/x.gcno");
		read_one(&r, bytes + 6 + first, rest - first, "no-such-folder/x.gcda");
	} else {
		read_one(&r, bytes, size, "no-such-folder/x");
	}
	cover_read_end(&r);
	cover_read_free(&r);
	(void)h.sum;
	return 0;
}
