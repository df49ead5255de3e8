#include "ingest/ingest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

/* No span is longer, so that sums of them stay in range. */
#define LONGEST_NS (INT64_C(1000) * 24 * 3600 * NS_PER_S)

uint64_t ingest_id(struct ingest *in)
{
	if (!in->next_id)
		in->next_id = 1;
	return in->next_id++;
}

void ingest_worse(struct ingest *in, enum status status)
{
	if (status > in->worst)
		in->worst = status;
}

enum status ingest_lost(const struct ingest *in)
{
	return in->lost ? in->lost : STATUS_CRASHED;
}

void ingest_put(struct ingest *in, struct event *ev)
{
	ev->worker = in->worker;
	if (!ev->attempt)
		ev->attempt = in->attempt;
	if (!ev->parent && ev->type != EVENT_END)
		ev->parent = in->parent;
	if (ev->kind == SPAN_TEST && (ev->type == EVENT_SPAN || ev->type == EVENT_END)) {
		in->n_tests++;
		ingest_worse(in, ev->status);
	}
	sink_put(in->out, ev);
}

void ingest_note(struct ingest *in, const char *code, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t used = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	struct event ev = {
	    .type = EVENT_NOTE, .time_ns = in->time_ns, .name = str_of(code), .message = {text, used}};
	ingest_put(in, &ev);
}

void ingest_output(struct ingest *in, uint64_t id, struct str text, uint64_t size_bytes)
{
	const struct field size = {.key = STR("size"), .num = (int64_t)size_bytes, .type = FIELD_INT};
	struct event ev = {.type = EVENT_OUTPUT,
			   .id = id,
			   .time_ns = in->time_ns,
			   .text = text,
			   .fields = &size,
			   .n_fields = 1};
	if (text.n)
		ingest_put(in, &ev);
}

struct str ingest_file(const struct ingest *in, struct str path)
{
	struct str root = in->root;
	while (root.n && root.at[root.n - 1] == '/')
		root.n--;
	if (root.n && path.n > root.n + 1 && path.at[root.n] == '/' && memcmp(path.at, root.at, root.n) == 0)
		path = str_cut(path, root.n + 1, path.n);
	else if (str_starts(path, "./") && path.n > 2)
		path = str_cut(path, 2, path.n);
	return str_clip_utf8(path, INGEST_NAME);
}

struct str ingest_name(struct str name)
{
	return str_clip_utf8(str_trim(name), INGEST_NAME);
}

/* Takes digits from *s into *v, which stays below 10^18; further ones only count. Returns how many do. */
static int take_digits(struct str *s, int64_t *v, int *n_seen)
{
	int dropped = 0;
	while (s->n && s->at[0] >= '0' && s->at[0] <= '9') {
		if (*v < INT64_C(100000000000000000))
			*v = *v * 10 + (s->at[0] - '0');
		else
			dropped++;
		(*n_seen)++;
		*s = str_cut(*s, 1, s->n);
	}
	return dropped;
}

static bool take_char(struct str *s, char c)
{
	if (!s->n || s->at[0] != c)
		return false;
	*s = str_cut(*s, 1, s->n);
	return true;
}

/* v * 10^power * unit_ns, within 0 and LONGEST_NS. */
static int64_t scaled(int64_t v, int power, int64_t unit_ns)
{
	for (; power < 0 && v && unit_ns % 10 == 0; power++)
		unit_ns /= 10;
	for (; power < 0 && v; power++)
		v = v / 10 + (power == -1 && v % 10 >= 5);
	for (; power > 0 && v && v < LONGEST_NS; power--)
		v *= 10;
	return v > LONGEST_NS / unit_ns ? LONGEST_NS : v * unit_ns;
}

bool ingest_decimal(struct str s, int64_t unit_ns, int64_t *ret_ns)
{
	char plain[64];
	size_t n = 0;
	bool point = str_find(s, '.') < s.n, commas = str_find(s, ',') < s.n;
	s = str_trim(s);
	if (s.n > sizeof(plain))
		return false;
	if (commas) { /* of thousands where there is a point too, else the point */
		for (size_t i = 0; i < s.n; i++)
			if (s.at[i] != ',' || !point)
				plain[n++] = s.at[i] == ',' ? '.' : s.at[i];
		s = (struct str){plain, n};
	}
	int64_t v = 0, e = 0;
	int power = 0, seen = 0, n_exponent = 0, before;
	bool negative = take_char(&s, '-');
	if (!negative)
		take_char(&s, '+');
	power += take_digits(&s, &v, &seen);
	before = seen;
	if (take_char(&s, '.')) {
		int dropped = take_digits(&s, &v, &seen);
		power -= seen - before - dropped;
	}
	if (!seen)
		return false;
	if (take_char(&s, 'e') || take_char(&s, 'E')) {
		bool down = take_char(&s, '-');
		if (!down)
			take_char(&s, '+');
		take_digits(&s, &e, &n_exponent);
		if (!n_exponent)
			return false;
		power += (int)(e > 10000 ? 10000 : e) * (down ? -1 : 1);
	}
	if (s.n)
		return false;
	*ret_ns = negative ? 0 : scaled(v, power, unit_ns);
	return true;
}

/* Exactly n digits from *s. */
static bool take_fixed(struct str *s, int n, int64_t *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++) {
		if (!s->n || s->at[0] < '0' || s->at[0] > '9')
			return false;
		*ret = *ret * 10 + (s->at[0] - '0');
		*s = str_cut(*s, 1, s->n);
	}
	return true;
}

/* Days since 1970 of a date of the Gregorian calendar; the year begins in March here. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400, of_era = year % 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The zone at the end of a stamp, in seconds east; nothing reads as UTC. */
static bool take_zone(struct str s, int64_t *ret_s)
{
	int64_t hours, minutes = 0;
	*ret_s = 0;
	if (!s.n || str_is(s, "Z") || str_is(s, "z"))
		return true;
	bool west = s.at[0] == '-';
	if (!take_char(&s, '+') && !take_char(&s, '-'))
		return false;
	if (!take_fixed(&s, 2, &hours))
		return false;
	take_char(&s, ':');
	if (s.n && !take_fixed(&s, 2, &minutes))
		return false;
	*ret_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return !s.n;
}

bool ingest_stamp(struct str s, int64_t *ret_ns)
{
	int64_t year, month, day, hour, minute, second, zone, fraction = 0;
	s = str_trim(s);
	if (!take_fixed(&s, 4, &year) || !take_char(&s, '-') || !take_fixed(&s, 2, &month) ||
	    !take_char(&s, '-') || !take_fixed(&s, 2, &day) ||
	    !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) || !take_fixed(&s, 2, &hour) ||
	    !take_char(&s, ':') || !take_fixed(&s, 2, &minute))
		return false;
	second = 0;
	if (take_char(&s, ':') && !take_fixed(&s, 2, &second))
		return false;
	if (take_char(&s, '.') || take_char(&s, ',')) {
		int64_t unit = NS_PER_S / 10;
		for (; s.n && s.at[0] >= '0' && s.at[0] <= '9'; unit /= 10, s = str_cut(s, 1, s.n))
			fraction += unit * (s.at[0] - '0');
	}
	if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 ||
	    minute > 59 || second > 60 || !take_zone(s, &zone))
		return false;
	*ret_ns = (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone) * NS_PER_S +
		  fraction;
	return true;
}

int64_t stamps_time(struct stamps *s, const struct ingest *in, int64_t stamp_ns)
{
	if (!s->known)
		*s = (struct stamps){true, stamp_ns, in->time_ns};
	int64_t since = stamp_ns - s->first_ns;
	return s->time_ns + (since < 0 ? 0 : since > LONGEST_NS ? LONGEST_NS : since);
}
