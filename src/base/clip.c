#include "base/clip.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { NOTICE_BYTES = 64 };

void clip_init(struct clip *c, struct arena *arena, size_t most)
{
	*c = (struct clip){.arena = arena, .most = most};
}

void clip_clear(struct clip *c)
{
	c->total = 0;
}

static void grow(struct clip *c, size_t need)
{
	size_t cap = c->cap ? c->cap : 256;
	while (cap < need)
		cap *= 2;
	if (cap > c->most)
		cap = c->most;
	char *at = arena_alloc(c->arena, cap);
	if (c->total)
		memcpy(at, c->at, (size_t)c->total);
	c->at = at;
	c->cap = cap;
}

/* Past `most`, the second half of the memory is a ring. */
void clip_add(struct clip *c, struct str s)
{
	size_t head = c->most / 2, tail = c->most - head;
	if (c->total < c->most) {
		size_t room = c->most - (size_t)c->total, n = s.n < room ? s.n : room;
		if (c->total + n > c->cap)
			grow(c, (size_t)c->total + n);
		if (n)
			memcpy(c->at + c->total, s.at, n);
		c->total += n;
		s = str_cut(s, n, s.n);
	}
	if (s.n > tail) {
		c->total += s.n - tail;
		s = str_cut(s, s.n - tail, tail);
	}
	while (s.n) {
		size_t i = (size_t)((c->total - head) % tail), n = s.n < tail - i ? s.n : tail - i;
		memcpy(c->at + head + i, s.at, n);
		c->total += n;
		s = str_cut(s, n, s.n);
	}
}

/* s without a UTF-8 sequence that it ends inside of. */
static struct str untorn(struct str s)
{
	for (size_t back = 1; back <= 3 && back <= s.n; back++) {
		unsigned char c = (unsigned char)s.at[s.n - back];
		if ((c & 0xc0) == 0x80)
			continue;
		if (c >= (back == 1 ? 0xc0 : back == 2 ? 0xe0 : 0xf0))
			s.n -= back;
		break;
	}
	return s;
}

struct str clip_view(struct clip *c)
{
	if (c->total <= c->most)
		return (struct str){c->at, (size_t)c->total};
	if (!c->joined)
		c->joined = arena_alloc(c->arena, c->most + NOTICE_BYTES);
	size_t head = c->most / 2, tail = c->most - head, turn = (size_t)((c->total - head) % tail);
	struct str first = untorn((struct str){c->at, head});
	char *to = c->joined;
	memcpy(to, first.at, first.n);
	to += first.n;
	to += snprintf(to, NOTICE_BYTES, "\n[%" PRIu64 " bytes left out]\n", c->total - c->most);
	char *from = to;
	memcpy(to, c->at + head + turn, tail - turn);
	to += tail - turn;
	memcpy(to, c->at + head, turn);
	to += turn;
	size_t torn = 0; /* the rest of a sequence whose start is gone */
	while (torn < 3 && torn < tail && ((unsigned char)from[torn] & 0xc0) == 0x80)
		torn++;
	memmove(from, from + torn, (size_t)(to - from) - torn);
	return (struct str){c->joined, (size_t)(to - c->joined) - torn};
}
