#include "ingest/tap_point.h"

#include <strings.h>

#include "base/clock.h"
#include "base/str.h"
#include "ingest/ingest.h"

static struct str behind(struct str s, size_t n)
{
	return str_cut(s, n, s.n);
}

static struct str unblank(struct str s)
{
	while (s.n && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = behind(s, 1);
	return s;
}

static bool starts_nocase(struct str s, struct str prefix)
{
	return s.n >= prefix.n && strncasecmp(s.at, prefix.at, prefix.n) == 0;
}

static bool is_letter(char c)
{
	c |= 0x20;
	return c >= 'a' && c <= 'z';
}

/* Reads s, which stands behind a '#', as a directive; false when it is none. */
static bool directive(struct str s, struct tap_point *p)
{
	s = unblank(s);
	bool skip = starts_nocase(s, STR("skip")), todo = starts_nocase(s, STR("todo"));
	if (str_starts(s, "time="))
		return str_ends(str_trim(s), "ms") &&
		       ingest_decimal(str_cut(str_trim(s), 5, str_trim(s).n - 7), NS_PER_MS, &p->dur_ns);
	if (str_starts(s, "timeout after ")) { /* bats */
		p->reason = str_trim(s);
		return true;
	}
	if (!skip && !todo)
		return false;
	s = behind(s, 4);
	while (skip && s.n && is_letter(s.at[0])) /* skipped, skipping */
		s = behind(s, 1);
	if (s.n && s.at[0] == ':')
		s = behind(s, 1);
	else if (s.n && s.at[0] != ' ' && s.at[0] != '\t')
		return false;
	p->skip = skip;
	p->todo = todo;
	p->reason = str_trim(s);
	return true;
}

/* Takes " in 12ms" or " in 3sec", which bats -T adds, off the end of s. */
static struct str take_timing(struct str s, struct tap_point *p)
{
	bool seconds = str_ends(s, "sec");
	if (!seconds && !str_ends(s, "ms"))
		return s;
	size_t n = s.n - (seconds ? 3 : 2), digits = 0;
	while (digits < n && s.at[n - digits - 1] >= '0' && s.at[n - digits - 1] <= '9')
		digits++;
	size_t i = n - digits;
	if (!digits || i < 3 || !str_ends(str_cut(s, 0, i), "in ") || (i > 3 && s.at[i - 4] != ' '))
		return s;
	if (!ingest_decimal(str_cut(s, i, digits), seconds ? NS_PER_S : NS_PER_MS, &p->dur_ns))
		return s;
	return str_cut(s, 0, i > 3 ? i - 4 : 0);
}

/* Name, timing and directive. The first '#' that makes sense as a directive is one. */
static void take_tail(struct str s, struct tap_point *p)
{
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '#' && (i == 0 || s.at[i - 1] == ' ' || s.at[i - 1] == '\t') &&
			 directive(behind(s, i + 1), p)) {
			s = str_cut(s, 0, i);
			break;
		}
	}
	p->name = str_trim(take_timing(str_trim(s), p));
}

/* The part before the name: ok or not, and the number. False when there is none. */
static bool take_head(struct str *s, struct tap_point *p)
{
	*p = (struct tap_point){.number = -1, .dur_ns = -1};
	p->ok = !str_starts(*s, "not ok");
	if (p->ok && !str_starts(*s, "ok"))
		return false;
	struct str rest = behind(*s, p->ok ? 2 : 6);
	if (rest.n && rest.at[0] != ' ' && rest.at[0] != '\t')
		return false;
	rest = unblank(rest);
	size_t digits = 0;
	while (digits < rest.n && rest.at[digits] >= '0' && rest.at[digits] <= '9')
		digits++;
	if (digits == rest.n || rest.at[digits] == ' ' || rest.at[digits] == '\t') {
		if (str_int(str_cut(rest, 0, digits), &p->number))
			rest = behind(rest, digits);
	}
	*s = unblank(rest);
	return true;
}

bool tap_point_read(struct str line, struct tap_point *ret)
{
	if (!take_head(&line, ret))
		return false;
	if (str_starts(line, "- ") || str_is(line, "-"))
		line = unblank(behind(line, 1));
	take_tail(line, ret);
	return true;
}

bool tap_point_of(struct str line, int64_t number, struct str name, struct tap_point *ret)
{
	if (!take_head(&line, ret) || ret->number != number || line.n < name.n ||
	    !str_eq(str_cut(line, 0, name.n), name))
		return false;
	line = behind(line, name.n);
	if (line.n && line.at[0] != ' ')
		return false;
	take_tail(line, ret);
	if (ret->name.n) /* a longer name that begins the same */
		return false;
	ret->name = name;
	return true;
}

struct str tap_unescape(struct str s, char *to)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == '\\' && i + 1 < s.n && (s.at[i + 1] == '#' || s.at[i + 1] == '\\'))
			i++;
		to[n++] = s.at[i];
	}
	return (struct str){to, n};
}
