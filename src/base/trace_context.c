#include "base/trace_context.h"

#include <string.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "base/str.h"

static const char digits[] = "0123456789abcdef";

/* Lower case alone: the standard wants it so. */
static bool hex(struct str s, uint8_t *ret, size_t bytes)
{
	if (s.n != 2 * bytes)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const char *d = s.at[i] ? strchr(digits, s.at[i]) : NULL;
		if (!d)
			return false;
		unsigned v = (unsigned)(d - digits);
		ret[i / 2] = (uint8_t)(i % 2 ? ret[i / 2] | v : v << 4);
	}
	return true;
}

static void put_hex(char *at, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*at++ = digits[bytes[i] >> 4];
		*at++ = digits[bytes[i] & 15];
	}
	*at = '\0';
}

static uint64_t number_of(const uint8_t *bytes)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | bytes[i];
	return v;
}

bool trace_context_parse(struct trace_context *t, struct str s)
{
	uint8_t version, trace[TRACE_ID_BYTES], span[8], flags, any = 0;
	s = str_trim(s);
	if (s.n < 55 || s.at[2] != '-' || s.at[35] != '-' || s.at[52] != '-')
		return false;
	if (!hex(str_cut(s, 0, 2), &version, 1) || !hex(str_cut(s, 3, 32), trace, sizeof(trace)) ||
	    !hex(str_cut(s, 36, 16), span, sizeof(span)) || !hex(str_cut(s, 53, 2), &flags, 1))
		return false;
	if (version == 0xff || (version == 0 && s.n != 55) || (s.n > 55 && s.at[55] != '-'))
		return false;
	for (size_t i = 0; i < sizeof(trace); i++)
		any |= trace[i];
	if (!any || !number_of(span))
		return false;
	memcpy(t->trace, trace, sizeof(trace));
	t->parent = number_of(span);
	t->flags = flags & 1; /* what the others mean is not known to us */
	return true;
}

void trace_context_make(struct trace_context *t, struct str run, struct str host, int64_t wall_ns,
			struct str from)
{
	uint8_t sum[SHA256_BYTES];
	struct buf b = {0};
	buf_text(&b, "fettle run\n");
	buf_str(&b, run);
	buf_char(&b, '\n');
	buf_str(&b, host);
	buf_char(&b, '\n');
	buf_int(&b, wall_ns);
	sha256(buf_view(&b), sum);
	buf_free(&b);
	*t = (struct trace_context){.seed = number_of(sum + TRACE_ID_BYTES), .flags = 1};
	memcpy(t->trace, sum, TRACE_ID_BYTES);
	(void)trace_context_parse(t, from);
}

/* The steps of splitmix64: each of them can be undone, so no two numbers give one id. */
uint64_t trace_context_span(const struct trace_context *t, uint64_t number)
{
	uint64_t v = t->seed + number * 0x9e3779b97f4a7c15u;
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
	v = (v ^ v >> 27) * 0x94d049bb133111ebu;
	v ^= v >> 31;
	return v ? v : t->seed | 1;
}

void trace_id_hex(const struct trace_context *t, char ret[TRACE_ID_HEX_BYTES])
{
	put_hex(ret, t->trace, TRACE_ID_BYTES);
}

void span_id_hex(uint64_t id, char ret[SPAN_ID_HEX_BYTES])
{
	uint8_t bytes[8];
	for (int i = 7; i >= 0; i--, id >>= 8)
		bytes[i] = (uint8_t)id;
	put_hex(ret, bytes, sizeof(bytes));
}

void trace_context_text(const struct trace_context *t, uint64_t number, char ret[TRACEPARENT_BYTES])
{
	memcpy(ret, "00-", 3);
	trace_id_hex(t, ret + 3);
	ret[35] = '-';
	span_id_hex(trace_context_span(t, number), ret + 36);
	ret[52] = '-';
	put_hex(ret + 53, &t->flags, 1);
}
