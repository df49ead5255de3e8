/*
 * report/out.h - where a report goes: one stream, and one door per format.
 *
 * Bytes are gathered and written to a descriptor, or stay in a buffer of the
 * caller. Nothing here fails: the first error is kept, what follows it is
 * dropped, and out_close tells it once. One thread at a time.
 *
 * Text from outside (names, messages, output) goes through the door of the
 * format and through nothing else; out_text, out_printf and their like are for
 * our own words. Every door takes any bytes: what is not UTF-8 comes out as
 * U+FFFD. About 1 GB/s where nothing is to be escaped.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct out {
	struct buf *buf; /* own, or the caller's */
	struct buf own;
	int fd;              /* -1: the buffer is all there is */
	uint64_t gone_bytes; /* written and no longer in the buffer */
	struct err err;      /* the first error; fault 0: none */
	bool unread;         /* that was: nobody reads the pipe any more, which is no failure */
};

/* Writes to fd, which stays the caller's and open. The struct must not be moved. */
void out_to_fd(struct out *o, int fd);
/* Adds to *b, which stays the caller's. */
void out_to_buf(struct out *o, struct buf *b);
/* Hands what was gathered to the descriptor. */
void out_flush(struct out *o);
/* Flushes, frees, and tells the first error. */
must_use int out_close(struct out *o, struct err *e);
/* All that was put so far. */
uint64_t out_total_bytes(const struct out *o);

/* Our own words. */
void out_add(struct out *o, const void *bytes, size_t n);
void out_str(struct out *o, struct str s);
void out_text(struct out *o, const char *text);
void out_char(struct out *o, char c);
void out_int(struct out *o, int64_t v);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_repeat(struct out *o, const char *text, size_t n);

/*
 * A length of time with three figures: "0.42 ms", "812 ms", "3.42 s", "41.8 s",
 * "2 m 05 s", "3 h 07 m". At most DURATION_COLUMNS columns from 0 up to 100 hours.
 */
enum { DURATION_COLUMNS = 9, DURATION_BYTES = 32 };
const char *duration_text(char ret[DURATION_BYTES], int64_t ns);
void out_duration(struct out *o, int64_t ns);
/* Seconds as a decimal number with `decimals` (0..9) digits behind the point, cut, not rounded: "1.234567".
 */
void out_seconds(struct out *o, int64_t ns, unsigned decimals);
/* "512 B", "84.2 MiB"; the same three figures. */
void out_size(struct out *o, int64_t bytes);
/* A time of day in UTC: "2026-11-21 02:45:33", or its first `columns` of them. */
enum { TIME_COLUMNS = 19, DATE_COLUMNS = 10 };
void out_time(struct out *o, int64_t wall_ns, unsigned columns);
/* 1234567 as "1,234,567". */
void out_count(struct out *o, uint64_t n);

/* HTML: element content and quoted attribute values alike. Control characters become U+FFFD. */
void out_html(struct out *o, struct str s);
/* XML 1.0; characters that it has no way to say become U+FFFD. In an attribute line ends keep by number. */
void out_xml(struct out *o, struct str s);
void out_xml_attribute(struct out *o, struct str s);
/* A JSON string, quotes included. */
void out_json(struct out *o, struct str s);
/* The same in ASCII alone, as Python's json writes it: "\u00e9". */
void out_json_ascii(struct out *o, struct str s);
/* The same as out_json, safe inside <script>: no <, >, &, U+2028 or U+2029 is left. */
void out_json_script(struct out *o, struct str s);
/* Markdown prose on one line: whatever has a meaning there is escaped. */
void out_md(struct out *o, struct str s);
/* Inline code on one line, fence included; in_table also escapes the column mark. Empty text gives nothing.
 */
void out_md_code(struct out *o, struct str s, bool in_table);
/* A fenced block of its own; the fence is longer than any in s. */
void out_md_block(struct out *o, struct str s);
/* One line of text without any escape: what does not print becomes '?'. For formats such as LCOV. */
void out_printable(struct out *o, struct str s);
/* The value (in_property: and the properties) of a GitHub workflow command. */
void out_github(struct out *o, struct str s, bool in_property);
