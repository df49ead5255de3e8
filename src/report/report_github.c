#include "report/report.h"

#include "base/str.h"
#include "report/excerpt.h"
#include "report/phrase.h"

enum { MESSAGE_BYTES = 2000 };

struct github {
	struct model *m;
	struct out *o;
	struct str prefix;
	struct buf scratch, plain;
};

static void put_property(struct github *x, const char *name, struct str before, struct str value)
{
	out_text(x->o, name);
	out_char(x->o, '=');
	out_github(x->o, before, true);
	out_github(x->o, value, true);
}

static void put_file(struct github *x, struct str file, uint32_t line)
{
	if (file.n == 0)
		return;
	put_property(x, "file", file.at[0] == '/' ? STR_NONE : x->prefix, file);
	if (line)
		out_printf(x->o, ",line=%u", line);
	out_char(x->o, ',');
}

static void put_text(struct github *x, enum status status, struct str message)
{
	struct str s = str_trim(excerpt_plain(&x->plain, message));
	out_text(x->o, "::");
	out_github(x->o, s.n ? str_clip_utf8(s, MESSAGE_BYTES) : str_of(status_name(status)), false);
	out_char(x->o, '\n');
}

static void put_test(struct github *x, const struct model_test *t)
{
	size_t colon = str_find_last(t->told->place, ':');
	int64_t line;
	out_text(x->o, "::error ");
	if (str_int(str_cut(t->told->place, colon + 1, t->told->place.n), &line) && line > 0 &&
	    line <= UINT32_MAX)
		put_file(x, str_cut(t->told->place, 0, colon), (uint32_t)line);
	else if (!str_is(x->m->adapter, "go")) /* there it is a package */
		put_file(x, t->file, t->line);
	put_property(x, "title", STR_NONE, str_clip_utf8(phrase_name(t->name), 200));
	put_text(x, t->status, t->told->message);
}

static void put_unit(struct github *x, const struct model_unit *u)
{
	out_text(x->o, "::error ");
	put_property(x, "title", STR_NONE, str_clip_utf8(phrase_name(u->name), 200));
	put_text(x, u->status, u->message);
}

/* The platform drops what is above its limit and says nothing, so the last line says it. */
static void put_rest(struct github *x, size_t n)
{
	if (n == 0)
		return;
	buf_clear(&x->scratch);
	phrase_outcome(&x->scratch, x->m);
	out_text(x->o, "::error title=fettle::");
	out_github(x->o, buf_view(&x->scratch), false);
	out_printf(x->o, "; %zu more than are shown here. The summary and report.html have all of them.\n",
		   n);
}

static void put_flaky(struct github *x)
{
	if (x->m->counts.flaky == 0)
		return;
	buf_clear(&x->scratch);
	phrase_number(&x->scratch, x->m->counts.flaky, x->m->word_test);
	buf_text(&x->scratch, x->m->counts.flaky == 1 ? " is flaky: " : " are flaky: ");
	const char *comma = "";
	unsigned told = 0;
	for (size_t i = 0; i < x->m->n_tests && told < 5; i++) {
		if (!x->m->tests[i].flaky)
			continue;
		buf_text(&x->scratch, comma);
		buf_str(&x->scratch, str_clip_utf8(phrase_name(x->m->tests[i].name), 200));
		comma = ", ";
		told++;
	}
	if (x->m->counts.flaky > told)
		buf_text(&x->scratch, " ...");
	out_text(x->o, "::warning title=fettle::");
	out_github(x->o, buf_view(&x->scratch), false);
	out_char(x->o, '\n');
}

void report_github(struct model *m, struct out *o, const struct report_github_options *opt)
{
	struct github x = {.m = m, .o = o, .prefix = opt->prefix};
	size_t n_units, n_tests, put = 0;
	const uint32_t *units = model_bad_units(m, &n_units);
	const uint32_t *tests = model_bad_tests(m, &n_tests);
	size_t room = opt->most ? opt->most : 1;
	if (n_units + n_tests > room)
		room--; /* for the line that tells of the rest */
	for (size_t i = 0; i < n_units && put < room; i++, put++)
		put_unit(&x, &m->units[units[i]]);
	for (int status = STATUS_CRASHED; status >= STATUS_FAILED; status--)
		for (size_t i = 0; i < n_tests && put < room; i++)
			if ((int)m->tests[tests[i]].status == status) {
				put_test(&x, &m->tests[tests[i]]);
				put++;
			}
	put_rest(&x, n_units + n_tests - put);
	put_flaky(&x);
	buf_free(&x.scratch);
	buf_free(&x.plain);
}
