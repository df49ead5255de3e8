#include "ingest/lines.h"

#include <string.h>

#include "base/str.h"

void lines_init(struct lines *l, struct arena *arena)
{
	*l = (struct lines){.arena = arena};
}

static void gather(struct lines *l, struct str piece)
{
	size_t room = LINE_MOST - l->n, n = piece.n < room ? piece.n : room;
	l->cut |= n < piece.n;
	if (!n)
		return;
	if (l->n + n > l->cap) {
		size_t cap = l->cap ? l->cap : 256;
		while (cap < l->n + n)
			cap *= 2;
		char *at = arena_alloc(l->arena, cap);
		if (l->n)
			memcpy(at, l->at, l->n);
		l->at = at;
		l->cap = cap;
	}
	memcpy(l->at + l->n, piece.at, n);
	l->n += n;
}

/* Bytes of s up to the end of the line; s.n when it does not end in s. */
static size_t line_end(const struct lines *l, struct str s)
{
	size_t end = str_find(s, '\n');
	size_t from = l->n == 0 && !l->cut; /* the stop that begins the line does not end it */
	if (l->stop && end > from) {
		size_t stop = str_find((struct str){s.at + from, end - from}, l->stop);
		if (stop < end - from)
			return from + stop;
	}
	return end;
}

bool lines_next(struct lines *l, struct str *bytes, struct str *ret_line)
{
	if (!bytes->n)
		return false;
	size_t end = line_end(l, *bytes);
	struct str piece = str_cut(*bytes, 0, end);
	if (end == bytes->n) {
		gather(l, piece);
		*bytes = STR_NONE;
		return false;
	}
	*bytes = str_cut(*bytes, end + (bytes->at[end] == '\n'), bytes->n);
	if (l->n || l->cut) {
		gather(l, piece);
		lines_rest(l, ret_line);
	} else {
		*ret_line = str_cut(piece, 0, LINE_MOST);
	}
	return true;
}

bool lines_rest(struct lines *l, struct str *ret_line)
{
	bool some = l->n || l->cut;
	*ret_line = (struct str){l->at, l->n};
	l->n = 0;
	l->cut = false;
	return some;
}
