#include "report/term.h"

#include <stdio.h>
#include <string.h>

#include "base/rune.h"
#include "base/str.h"

enum { MARKS = 4 /* combining characters on one base; the rest of a pile is left out */ };

/* A walk over text as it will be shown. */
struct walk {
	struct str rest;
	bool tabs;        /* to the next multiple of 8 */
	unsigned used;    /* columns so far */
	unsigned marks;   /* combining characters since the last base */
	struct str show;  /* the current piece */
	unsigned columns; /* of it */
	char scratch[16];
};

static void say(struct walk *w, int n)
{
	w->show = (struct str){w->scratch, (size_t)n};
	w->columns = (unsigned)n;
}

static void say_control(struct walk *w, uint32_t rune)
{
	static const char *const names[] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
	if (rune == '\t' && w->tabs) {
		w->columns = 8 - w->used % 8;
		w->show = (struct str){"        ", w->columns};
	} else if (rune < sizeof(names) / sizeof(names[0]) && names[rune]) {
		w->show = str_of(names[rune]);
		w->columns = 2;
	} else {
		say(w, snprintf(w->scratch, sizeof(w->scratch), "\\x%02x", (unsigned)rune));
	}
}

static bool walk_next(struct walk *w)
{
	if (w->rest.n == 0)
		return false;
	unsigned n;
	uint32_t rune = rune_at(w->rest, &n);
	w->show = str_cut(w->rest, 0, n);
	w->columns = 1;
	w->rest = str_cut(w->rest, n, w->rest.n);
	if (rune >= 0x20 && rune < 0x7f) {
		w->marks = 0;
		return true;
	}
	if (rune < 0xa0)
		say_control(w, rune);
	else if (rune == RUNE_BAD)
		w->show = STR("\xef\xbf\xbd");
	else if (rune_is_bidi_control(rune) || rune == 0x2028 || rune == 0x2029 || rune == 0xfeff)
		say(w, snprintf(w->scratch, sizeof(w->scratch), "<U+%04X>", (unsigned)rune));
	else
		w->columns = rune_columns(rune);
	w->marks = w->columns ? 0 : w->marks + 1;
	if (w->marks > MARKS)
		w->show = STR_NONE;
	return true;
}

static bool walk_step(struct walk *w)
{
	if (!walk_next(w))
		return false;
	w->used += w->columns;
	return true;
}

unsigned term_columns(const struct term *t, struct str s)
{
	(void)t;
	struct walk w = {.rest = s};
	while (walk_step(&w))
		;
	return w.used;
}

static const char *cut_mark(const struct term *t)
{
	return t->ascii ? "~" : "\xe2\x80\xa6";
}

/* Whether all of it fits; stops looking soon after it does not. */
static bool fits(struct walk w, unsigned most)
{
	while (w.used <= most && walk_step(&w))
		;
	return w.used <= most;
}

static unsigned put_start(struct term *t, struct walk w, unsigned most)
{
	bool whole = fits(w, most);
	if (!whole && most == 0)
		return 0;
	unsigned room = whole ? most : most - 1;
	while (walk_next(&w) && w.used + w.columns <= room) {
		out_str(t->out, w.show);
		w.used += w.columns;
	}
	if (whole)
		return w.used;
	out_text(t->out, cut_mark(t));
	return w.used + 1;
}

unsigned term_text(struct term *t, struct str s, unsigned most)
{
	return put_start(t, (struct walk){.rest = s}, most);
}

unsigned term_line(struct term *t, struct str s, unsigned most)
{
	return put_start(t, (struct walk){.rest = s, .tabs = true}, most);
}

unsigned term_text_end(struct term *t, struct str s, unsigned most)
{
	struct walk w = {.rest = s};
	unsigned all = term_columns(t, s);
	if (all <= most)
		return put_start(t, w, most);
	if (most == 0)
		return 0;
	while (all - w.used > most - 1 && walk_step(&w))
		;
	while (w.rest.n) { /* a combining character must not stand on the mark */
		struct walk next = w;
		if (!walk_next(&next) || next.columns)
			break;
		w = next;
	}
	out_text(t->out, cut_mark(t));
	return 1 + put_start(t, (struct walk){.rest = w.rest}, most - 1);
}

void term_cell(struct term *t, struct str s, unsigned width, enum side side)
{
	unsigned need = side == SIDE_RIGHT ? term_columns(t, s) : 0;
	if (side == SIDE_RIGHT && need < width)
		out_repeat(t->out, " ", width - need);
	unsigned used = term_text(t, s, width);
	if (side == SIDE_LEFT)
		out_repeat(t->out, " ", width - used);
}

void term_ink(struct term *t, enum ink ink)
{
	static const char *const codes[] = {
	    [INK_PLAIN] = "\x1b[0m", [INK_HEAD] = "\x1b[1m",   [INK_DIM] = "\x1b[2m",
	    [INK_GOOD] = "\x1b[32m", [INK_BAD] = "\x1b[1;31m", [INK_WARN] = "\x1b[33m",
	};
	if (t->colour)
		out_text(t->out, codes[ink]);
}

void term_inked(struct term *t, enum ink ink, const char *text)
{
	term_ink(t, ink);
	out_text(t->out, text);
	term_ink(t, INK_PLAIN);
}

void term_duration(struct term *t, int64_t ns, unsigned width)
{
	char text[DURATION_BYTES];
	term_cell(t, ns < 0 ? STR("-") : str_of(duration_text(text, ns)), width, SIDE_RIGHT);
}

void term_count(struct term *t, uint64_t n, unsigned width)
{
	struct buf b = {0};
	struct out o;
	out_to_buf(&o, &b);
	out_count(&o, n);
	term_cell(t, buf_view(&b), width, SIDE_RIGHT);
	buf_free(&b);
}

/* Eighths of a column, so that short bars still tell. */
unsigned term_bar(struct term *t, int64_t part, int64_t whole, unsigned width)
{
	static const char *const eighths[] = {"",
					      "\xe2\x96\x8f",
					      "\xe2\x96\x8e",
					      "\xe2\x96\x8d",
					      "\xe2\x96\x8c",
					      "\xe2\x96\x8b",
					      "\xe2\x96\x8a",
					      "\xe2\x96\x89"};
	if (part < 0 || whole <= 0)
		part = 0;
	if (part > whole)
		part = whole > 0 ? whole : 0;
	unsigned fine = whole > 0 ? (unsigned)((double)part / (double)whole * width * 8 + 0.5) : 0;
	if (t->ascii)
		fine = (fine + 4) / 8 * 8;
	unsigned full = fine / 8, rest = fine % 8;
	out_repeat(t->out, t->ascii ? "#" : "\xe2\x96\x88", full);
	out_text(t->out, eighths[rest]);
	return full + (rest != 0);
}

void term_block(struct term *t, unsigned eighths)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const plain[] = {" ", ".", ".", ":", ":", "+", "+", "#", "#"};
	unsigned i = eighths < 8 ? eighths : 8;
	out_text(t->out, t->ascii ? plain[i] : blocks[i]);
}

const char *term_arrow(const struct term *t)
{
	return t->ascii ? " -> " : " \xe2\x86\x92 ";
}
