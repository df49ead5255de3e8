#include "report/members.h"

#include "base/str.h"

struct members members_begin(struct out *o)
{
	out_char(o, '{');
	return (struct members){o, false};
}

void member_key(struct members *x, const char *name)
{
	out_text(x->o, x->comma ? ",\"" : "\"");
	out_text(x->o, name);
	out_add(x->o, "\":", 2);
	x->comma = true;
}

void member_text(struct members *x, const char *name, struct str s)
{
	member_key(x, name);
	out_json(x->o, s);
}

void member_text_if(struct members *x, const char *name, struct str s)
{
	if (s.n)
		member_text(x, name, s);
}

void member_word(struct members *x, const char *name, const char *ours)
{
	member_text(x, name, str_of(ours));
}

void member_int(struct members *x, const char *name, int64_t v)
{
	member_key(x, name);
	out_int(x->o, v);
}

void member_int_or_null(struct members *x, const char *name, int64_t v, bool known)
{
	member_key(x, name);
	if (known)
		out_int(x->o, v);
	else
		out_text(x->o, "null");
}

void member_time(struct members *x, const char *name, int64_t ns)
{
	member_int_or_null(x, name, ns, ns >= 0);
}

void member_bool(struct members *x, const char *name, bool v)
{
	member_key(x, name);
	out_text(x->o, v ? "true" : "false");
}
