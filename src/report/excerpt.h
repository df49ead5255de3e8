/*
 * report/excerpt.h - what is shown of something that a program printed.
 *
 * Pure. The results point into what was given or into the buffer that was given.
 */
#pragma once
#include "base/buf.h"
#include "wire/str.h"

/*
 * s without terminal escape sequences (colours, titles, cursor moves) and with
 * every CR LF or CR as LF, in *b, whose earlier contents are dropped.
 */
struct str excerpt_plain(struct buf *b, struct str s);
/* The last lines of s: at most `lines` of them and `bytes` bytes. *ret_cut_lines: how many whole lines went.
 */
struct str excerpt_tail(struct str s, size_t lines, size_t bytes, size_t *ret_cut_lines);
/*
 * s if it has at most `bytes` bytes, otherwise in *b its head (a quarter) and its tail
 * with a line between them that says how many bytes were cut. UTF-8 stays whole.
 */
struct str excerpt_ends(struct buf *b, struct str s, size_t bytes);
/* The first line that is not blank, trimmed. */
struct str excerpt_line(struct str s);
