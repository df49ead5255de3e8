#include <stdio.h>

#include "base/rune.h"
#include "base/str.h"
#include "report/out.h"

#define REPLACEMENT "\xef\xbf\xbd"

enum control { CONTROL_REPLACED, CONTROL_JSON };

/* What a format cannot take as it is. */
struct escape {
	const char *ascii[128];          /* instead of this character; NULL: as it is */
	const char *(*wide)(uint32_t c); /* the same beyond ASCII; NULL: all as they are */
	enum control control;            /* of control characters that ascii does not name */
};

static const char *control_text(const struct escape *x, unsigned char c, char ret[8])
{
	if (x->ascii[c])
		return x->ascii[c];
	if (x->control == CONTROL_JSON && c < 0x20) {
		(void)snprintf(ret, 8, "\\u%04x", c);
		return ret;
	}
	return x->control == CONTROL_JSON ? NULL : REPLACEMENT;
}

/* How many bytes of s go out as they are; the next one, if any, is *ret_instead of *ret_n bytes. */
static inline size_t plain_bytes(const struct escape *x, struct str s, const char **ret_instead,
				 unsigned *ret_n, char scratch[8])
{
	size_t i = 0;
	while (i < s.n) {
		unsigned char c = (unsigned char)s.at[i];
		const char *instead = NULL;
		unsigned n = 1;
		if (c < 0x20 || c == 0x7f) {
			instead = control_text(x, c, scratch);
		} else if (c < 0x80) {
			instead = x->ascii[c];
		} else {
			uint32_t rune = rune_at(str_cut(s, i, 4), &n);
			instead = rune == RUNE_BAD ? REPLACEMENT : x->wide ? x->wide(rune) : NULL;
		}
		if (instead) {
			*ret_instead = instead;
			*ret_n = n;
			return i;
		}
		i += n;
	}
	*ret_instead = NULL;
	return i;
}

static void put(struct out *o, struct str s, const struct escape *x)
{
	char scratch[8];
	while (s.n) {
		const char *instead;
		unsigned n = 0;
		size_t plain = plain_bytes(x, s, &instead, &n, scratch);
		out_add(o, s.at, plain);
		if (instead)
			out_text(o, instead);
		s = str_cut(s, plain + n, s.n);
	}
}

static const char *no_c1(uint32_t c)
{
	return c < 0xa0 || (c & 0xfffe) == 0xfffe ? REPLACEMENT : NULL;
}

static const char *no_line_separator(uint32_t c)
{
	return c == 0x2028 ? "\\u2028" : c == 0x2029 ? "\\u2029" : NULL;
}

/* On one line a separator would end it for some readers, and a turned text would read as another. */
static const char *one_line(uint32_t c)
{
	return c < 0xa0 || c == 0x2028 || c == 0x2029 || rune_is_bidi_control(c) ? REPLACEMENT : NULL;
}

static const struct escape html = {.ascii = {['&'] = "&amp;",
					     ['<'] = "&lt;",
					     ['>'] = "&gt;",
					     ['"'] = "&quot;",
					     ['\''] = "&#39;",
					     ['\t'] = "\t",
					     ['\n'] = "\n"},
				   .wide = no_c1};

static const struct escape xml = {.ascii = {['&'] = "&amp;",
					    ['<'] = "&lt;",
					    ['>'] = "&gt;",
					    ['"'] = "&quot;",
					    ['\''] = "&apos;",
					    ['\t'] = "\t",
					    ['\n'] = "\n",
					    ['\r'] = "&#13;"},
				  .wide = no_c1};

/* A plain line end or tab in an attribute would be read back as a blank. */
static const struct escape xml_attribute = {.ascii = {['&'] = "&amp;",
						      ['<'] = "&lt;",
						      ['>'] = "&gt;",
						      ['"'] = "&quot;",
						      ['\''] = "&apos;",
						      ['\t'] = "&#9;",
						      ['\n'] = "&#10;",
						      ['\r'] = "&#13;"},
					    .wide = no_c1};

static const struct escape json = {
    .ascii = {['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"},
    .control = CONTROL_JSON};

static const struct escape json_script = {.ascii = {['"'] = "\\\"",
						    ['\\'] = "\\\\",
						    ['\n'] = "\\n",
						    ['\r'] = "\\r",
						    ['\t'] = "\\t",
						    ['<'] = "\\u003c",
						    ['>'] = "\\u003e",
						    ['&'] = "\\u0026"},
					  .wide = no_line_separator,
					  .control = CONTROL_JSON};

/* What can begin something in the middle of a line. */
static const struct escape md = {.ascii = {['\\'] = "\\\\",
					   ['`'] = "\\`",
					   ['*'] = "\\*",
					   ['_'] = "\\_",
					   ['['] = "\\[",
					   [']'] = "\\]",
					   ['<'] = "&lt;",
					   ['>'] = "&gt;",
					   ['&'] = "&amp;",
					   ['|'] = "\\|",
					   ['~'] = "\\~",
					   ['$'] = "\\$",
					   ['#'] = "\\#",
					   ['\n'] = " ",
					   ['\r'] = " ",
					   ['\t'] = " "},
				 .wide = one_line};

static const struct escape md_code = {.ascii = {['\n'] = " ", ['\r'] = " ", ['\t'] = " "}, .wide = one_line};

static const struct escape md_code_in_table = {
    .ascii = {['\n'] = " ", ['\r'] = " ", ['\t'] = " ", ['|'] = "\\|"}, .wide = one_line};

static const struct escape md_block = {.ascii = {['\n'] = "\n", ['\t'] = "\t"}, .wide = no_c1};

/* Blanks but the plain one, marks that format, and private characters do not print. */
static bool prints(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == RUNE_BAD)
		return false;
	if (c < 0x1680)
		return c != 0x61c;
	if (c == 0x1680 || (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
	    (c >= 0x205f && c <= 0x206f))
		return false;
	if (c == 0x3000 || (c >= 0xe000 && c <= 0xf8ff) || c == 0xfeff || (c & 0xfffe) == 0xfffe)
		return false;
	return c < 0xe0000;
}

void out_printable(struct out *o, struct str s)
{
	for (unsigned n; s.n; s = str_cut(s, n, s.n)) {
		size_t plain = 0;
		while (plain < s.n && s.at[plain] >= ' ' && s.at[plain] < 0x7f)
			plain++;
		out_add(o, s.at, plain);
		s = str_cut(s, plain, s.n);
		n = 0;
		if (s.n == 0)
			break;
		uint32_t c = rune_at(s, &n);
		if (prints(c))
			out_add(o, s.at, n);
		else
			out_char(o, '?');
	}
}

static const struct escape github = {.ascii = {['%'] = "%25", ['\r'] = "%0D", ['\n'] = "%0A", ['\t'] = "\t"},
				     .wide = one_line};

static const struct escape github_property = {
    .ascii = {['%'] = "%25", ['\r'] = "%0D", ['\n'] = "%0A", [':'] = "%3A", [','] = "%2C"}, .wide = one_line};

void out_html(struct out *o, struct str s)
{
	put(o, s, &html);
}

void out_xml(struct out *o, struct str s)
{
	put(o, s, &xml);
}

void out_xml_attribute(struct out *o, struct str s)
{
	put(o, s, &xml_attribute);
}

void out_json(struct out *o, struct str s)
{
	out_char(o, '"');
	put(o, s, &json);
	out_char(o, '"');
}

static void put_utf16(struct out *o, uint32_t c)
{
	if (c >= 0x10000)
		out_printf(o, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
			   (unsigned)(0xdc00 + (c & 0x3ff)));
	else
		out_printf(o, "\\u%04x", (unsigned)c);
}

void out_json_ascii(struct out *o, struct str s)
{
	out_char(o, '"');
	for (unsigned n; s.n; s = str_cut(s, n, s.n)) {
		size_t plain = 0;
		while (plain < s.n && s.at[plain] >= ' ' && s.at[plain] < 0x7f && s.at[plain] != '"' &&
		       s.at[plain] != '\\')
			plain++;
		out_add(o, s.at, plain);
		s = str_cut(s, plain, s.n);
		n = 0;
		if (s.n == 0)
			break;
		uint32_t c = rune_at(s, &n);
		if (c < 0x80 && json.ascii[c])
			out_text(o, json.ascii[c]);
		else if (c == '\b' || c == '\f')
			out_text(o, c == '\b' ? "\\b" : "\\f");
		else
			put_utf16(o, c == RUNE_BAD ? 0xfffd : c);
	}
	out_char(o, '"');
}

void out_json_script(struct out *o, struct str s)
{
	out_char(o, '"');
	put(o, s, &json_script);
	out_char(o, '"');
}

/* Bytes before a mark that begins a list or a rule, which counts at the start only: "-", "+", "=", "12. ",
 * "12) ". */
static bool starts_a_list(struct str s, size_t *ret_before)
{
	size_t i = 0;
	while (i < s.n && i < 10 && s.at[i] >= '0' && s.at[i] <= '9')
		i++;
	*ret_before = i;
	if (i == s.n)
		return false;
	if (i == 0)
		return s.at[0] == '-' || s.at[0] == '+' || s.at[0] == '=';
	return (s.at[i] == '.' || s.at[i] == ')') &&
	       (i + 1 == s.n || s.at[i + 1] == ' ' || s.at[i + 1] == '\t');
}

void out_md(struct out *o, struct str s)
{
	size_t before;
	if (starts_a_list(s, &before)) {
		out_str(o, str_cut(s, 0, before));
		out_char(o, '\\');
		out_char(o, s.at[before]);
		s = str_cut(s, before + 1, s.n);
	}
	put(o, s, &md);
}

static size_t longest_run(struct str s, char c)
{
	size_t best = 0, run = 0;
	for (size_t i = 0; i < s.n; i++) {
		run = s.at[i] == c ? run + 1 : 0;
		if (run > best)
			best = run;
	}
	return best;
}

/* CommonMark takes one blank off both ends of code, so one is put there where the text would lose its own. */
void out_md_code(struct out *o, struct str s, bool in_table)
{
	if (s.n == 0)
		return;
	size_t fence = longest_run(s, '`') + 1;
	bool pad = s.at[0] == '`' || s.at[s.n - 1] == '`' || s.at[0] == ' ' || s.at[s.n - 1] == ' ';
	out_repeat(o, "`", fence);
	out_text(o, pad ? " " : "");
	put(o, s, in_table ? &md_code_in_table : &md_code);
	out_text(o, pad ? " " : "");
	out_repeat(o, "`", fence);
}

void out_md_block(struct out *o, struct str s)
{
	size_t fence = longest_run(s, '`') + 1;
	if (fence < 3)
		fence = 3;
	out_repeat(o, "`", fence);
	out_char(o, '\n');
	put(o, s, &md_block);
	out_text(o, s.n && s.at[s.n - 1] == '\n' ? "" : "\n");
	out_repeat(o, "`", fence);
	out_char(o, '\n');
}

void out_github(struct out *o, struct str s, bool in_property)
{
	put(o, s, in_property ? &github_property : &github);
}
