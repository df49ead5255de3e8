#include "cover_out/paint.h"

#include <string.h>

#include "base/str.h"

/* What a language's text is made of. Words are sorted; those that begin with a capital letter stand in front.
 */
struct tongue {
	const char *const *words;
	const char *const *constants;
	const char *const *definers; /* words whose next word is a name */
	const char *line_comment;
	const char *quotes; /* that end at the end of their line */
	char long_quote;    /* that does not; 0: none */
	bool block_comments, nested_comments;
	bool triple_quotes;
	bool directives;  /* a line that begins with '#' */
	bool apostrophes; /* stand in numbers, and alone */
	bool patterns;    /* between slashes */
	bool raw;         /* in long quotes a backslash is one */
};

static const char *const none[] = {NULL};

static const char *const python_words[] = {
    "and",  "as",     "assert", "async", "await",  "break",   "case",     "class", "continue",
    "def",  "del",    "elif",   "else",  "except", "finally", "for",      "from",  "global",
    "if",   "import", "in",     "is",    "lambda", "match",   "nonlocal", "not",   "or",
    "pass", "raise",  "return", "try",   "while",  "with",    "yield",    NULL};
static const char *const python_constants[] = {"False", "None", "True", "cls", "self", NULL};
static const char *const python_definers[] = {"class", "def", NULL};

static const char *const c_words[] = {
    "alignas",  "alignof",  "auto",      "bool",     "break",    "case",      "catch",         "char",
    "class",    "const",    "constexpr", "continue", "co_await", "co_return", "default",       "delete",
    "do",       "double",   "else",      "enum",     "explicit", "extern",    "float",         "for",
    "friend",   "goto",     "if",        "inline",   "int",      "long",      "mutable",       "namespace",
    "new",      "noexcept", "operator",  "override", "private",  "protected", "public",        "register",
    "restrict", "return",   "short",     "signed",   "sizeof",   "static",    "static_assert", "struct",
    "switch",   "template", "throw",     "try",      "typedef",  "typename",  "union",         "unsigned",
    "using",    "virtual",  "void",      "volatile", "while",    NULL};
static const char *const c_constants[] = {"NULL", "false", "nullptr", "this", "true", NULL};
static const char *const c_definers[] = {"class", "enum", "namespace", "struct", "union", NULL};

static const char *const go_words[] = {
    "break", "case",   "chan",   "const",  "continue", "default", "defer",     "else", "fallthrough",
    "for",   "func",   "go",     "goto",   "if",       "import",  "interface", "map",  "package",
    "range", "return", "select", "struct", "switch",   "type",    "var",       NULL};
static const char *const go_constants[] = {"false", "iota", "nil", "true", NULL};
static const char *const go_definers[] = {"func", "type", NULL};

static const char *const js_words[] = {
    "abstract", "any",      "as",        "async",      "await",    "boolean", "break",      "case",
    "catch",    "class",    "const",     "continue",   "debugger", "declare", "default",    "delete",
    "do",       "else",     "enum",      "export",     "extends",  "finally", "for",        "from",
    "function", "get",      "if",        "implements", "import",   "in",      "instanceof", "interface",
    "keyof",    "let",      "namespace", "new",        "number",   "of",      "private",    "protected",
    "public",   "readonly", "return",    "set",        "static",   "string",  "super",      "switch",
    "throw",    "try",      "typeof",    "var",        "void",     "while",   "with",       "yield",
    NULL};
static const char *const js_constants[] = {"Infinity", "NaN",  "false",     "null",
					   "this",     "true", "undefined", NULL};
static const char *const js_definers[] = {"class", "enum", "function", "interface", "namespace", NULL};

static const char *const java_words[] = {
    "abstract", "assert",     "boolean",   "break",     "byte",         "case",   "catch",  "char",
    "class",    "const",      "continue",  "default",   "do",           "double", "else",   "enum",
    "extends",  "final",      "finally",   "float",     "for",          "goto",   "if",     "implements",
    "import",   "instanceof", "int",       "interface", "long",         "native", "new",    "package",
    "permits",  "private",    "protected", "public",    "record",       "return", "sealed", "short",
    "static",   "strictfp",   "super",     "switch",    "synchronized", "throw",  "throws", "transient",
    "try",      "var",        "void",      "volatile",  "while",        "yield",  NULL};
static const char *const java_constants[] = {"false", "null", "this", "true", NULL};
static const char *const java_definers[] = {"class", "enum", "interface", "record", NULL};

static const char *const rust_words[] = {
    "as",     "async",  "await", "break", "const",  "continue", "crate", "dyn",    "else",
    "enum",   "extern", "fn",    "for",   "if",     "impl",     "in",    "let",    "loop",
    "macro",  "match",  "mod",   "move",  "mut",    "pub",      "ref",   "return", "static",
    "struct", "super",  "trait", "type",  "unsafe", "use",      "where", "while",  NULL};
static const char *const rust_constants[] = {"Err",   "None", "Ok",   "Self", "Some",
					     "false", "self", "true", NULL};
static const char *const rust_definers[] = {"enum", "fn", "mod", "struct", "trait", "type", NULL};

static const struct tongue tongues[] = {
    [COVER_UNKNOWN] = {none, none, none, "", "", 0, false, false, false, false, false, false, false},
    [COVER_PYTHON] = {.words = python_words,
		      .constants = python_constants,
		      .definers = python_definers,
		      .line_comment = "#",
		      .quotes = "\"'",
		      .triple_quotes = true},
    [COVER_C] = {.words = c_words,
		 .constants = c_constants,
		 .definers = c_definers,
		 .line_comment = "//",
		 .quotes = "\"'",
		 .block_comments = true,
		 .directives = true,
		 .apostrophes = true},
    [COVER_GO] = {.words = go_words,
		  .constants = go_constants,
		  .definers = go_definers,
		  .line_comment = "//",
		  .quotes = "\"'",
		  .long_quote = '`',
		  .block_comments = true,
		  .raw = true},
    [COVER_JS] = {.words = js_words,
		  .constants = js_constants,
		  .definers = js_definers,
		  .line_comment = "//",
		  .quotes = "\"'",
		  .long_quote = '`',
		  .block_comments = true,
		  .patterns = true},
    [COVER_JAVA] = {.words = java_words,
		    .constants = java_constants,
		    .definers = java_definers,
		    .line_comment = "//",
		    .quotes = "\"'",
		    .block_comments = true,
		    .triple_quotes = true},
    [COVER_RUST] = {.words = rust_words,
		    .constants = rust_constants,
		    .definers = rust_definers,
		    .line_comment = "//",
		    .quotes = "",
		    .long_quote = '"',
		    .block_comments = true,
		    .nested_comments = true,
		    .apostrophes = true},
};

void painter_init(struct painter *p, enum cover_language language)
{
	*p = (struct painter){0};
	if (language == COVER_UNKNOWN || (size_t)language >= sizeof(tongues) / sizeof(tongues[0]))
		return;
	p->tongue = &tongues[language];
	unsigned i = 0;
	for (unsigned letter = 0; letter < 27; letter++) {
		while (p->tongue->words[i] && (unsigned)(p->tongue->words[i][0] - 'a') < letter)
			i++;
		p->first[letter] = (unsigned char)i;
	}
}

void painter_line(struct painter *p, struct str line)
{
	p->line = line;
	p->at = 0;
	p->names = false;
	p->operand = false;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(unsigned char c)
{
	return (c | 32u) - 'a' < 26 || is_digit(c) || c == '_' || c >= 0x80;
}

static char peek(const struct painter *p, size_t ahead)
{
	return p->at + ahead < p->line.n ? p->line.at[p->at + ahead] : 0;
}

static bool starts(const struct painter *p, const char *text)
{
	size_t n = strlen(text);
	return n && p->line.n - p->at >= n && memcmp(p->line.at + p->at, text, n) == 0;
}

static bool is_one_of(const char *const *words, struct str s)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

static bool is_keyword(const struct painter *p, struct str s)
{
	unsigned letter = (unsigned char)s.at[0] - 'a';
	if (letter >= 26)
		return false;
	for (unsigned i = p->first[letter]; i < p->first[letter + 1]; i++)
		if (str_is(s, p->tongue->words[i]))
			return true;
	return false;
}

/* "match" and "case" are words of Python only where a statement begins. */
static bool is_soft(const struct painter *p, struct str s, size_t from)
{
	if (p->tongue->words != python_words || !(str_is(s, "match") || str_is(s, "case")))
		return false;
	return str_trim(str_cut(p->line, 0, from)).n > 0 || peek(p, 0) != ' ' || peek(p, 1) == '=';
}

static enum paint paint_word(struct painter *p)
{
	size_t from = p->at;
	while (p->at < p->line.n && is_word((unsigned char)p->line.at[p->at]))
		p->at++;
	struct str s = str_cut(p->line, from, p->at - from);
	bool named = p->names;
	p->names = false;
	p->operand = true;
	if (s.n <= 13 && is_keyword(p, s) && !is_soft(p, s, from)) {
		p->names = is_one_of(p->tongue->definers, s);
		p->operand = false;
		return PAINT_KEYWORD;
	}
	if (named)
		return PAINT_NAME;
	return s.n <= 9 && is_one_of(p->tongue->constants, s) ? PAINT_NUMBER : PAINT_PLAIN;
}

static enum paint paint_number(struct painter *p)
{
	for (; p->at < p->line.n; p->at++) {
		unsigned char c = (unsigned char)p->line.at[p->at],
			      before = p->at ? (unsigned char)p->line.at[p->at - 1] : 0;
		if (is_word(c) || c == '.')
			continue;
		if ((c == '+' || c == '-') && (before | 32) == 'e' && is_digit((unsigned char)peek(p, 1)))
			continue;
		if (c == '\'' && p->tongue->apostrophes && is_word((unsigned char)peek(p, 1)))
			continue;
		break;
	}
	p->operand = true;
	return PAINT_NUMBER;
}

static enum paint paint_comment(struct painter *p)
{
	while (p->at < p->line.n && p->inside) {
		if (starts(p, "*/")) {
			p->at += 2;
			p->inside = --p->deep ? '*' : 0;
		} else if (p->tongue->nested_comments && starts(p, "/*")) {
			p->at += 2;
			p->deep++;
		} else {
			p->at++;
		}
	}
	return PAINT_COMMENT;
}

/* Goes on in a string that is open. */
static enum paint paint_string(struct painter *p)
{
	bool raw = p->tongue->raw && p->inside == p->tongue->long_quote;
	bool lasts = p->triple || p->inside == p->tongue->long_quote;
	for (; p->at < p->line.n; p->at++) {
		char c = p->line.at[p->at];
		if (c == '\\' && !raw) {
			p->at++;
			continue;
		}
		if (c != p->inside || (p->triple && (peek(p, 1) != c || peek(p, 2) != c)))
			continue;
		p->at += p->triple ? 3 : 1;
		p->inside = 0;
		p->operand = true;
		return PAINT_STRING;
	}
	bool escaped = p->at > p->line.n;
	p->at = p->line.n;
	if (!lasts && !escaped)
		p->inside = 0;
	return PAINT_STRING;
}

static enum paint begin_string(struct painter *p)
{
	p->inside = p->line.at[p->at];
	p->triple = p->tongue->triple_quotes && peek(p, 1) == p->inside && peek(p, 2) == p->inside &&
		    (p->inside == '"' || p->tongue->words == python_words);
	p->at += p->triple ? 3 : 1;
	return paint_string(p);
}

/* A pattern between slashes where no value stands before them. */
static bool paint_pattern(struct painter *p)
{
	bool within = false;
	for (size_t i = p->at + 1; i < p->line.n; i++) {
		char c = p->line.at[i];
		if (c == '\\')
			i++;
		else if (c == '[' || c == ']')
			within = c == '[';
		else if (c == '/' && !within) {
			p->at = i + 1;
			return true;
		}
	}
	return false;
}

/* 'x' or '\n', where an apostrophe may also stand alone: in Rust it begins the name of a lifetime. */
static size_t character_bytes(const struct painter *p)
{
	bool escaped = peek(p, 1) == '\\', wide = (unsigned char)peek(p, 1) >= 0x80;
	size_t most = escaped || !p->tongue->nested_comments ? 12 : wide ? 6 : 3;
	for (size_t i = escaped ? 3 : 2; i < most && p->at + i < p->line.n; i++)
		if (p->line.at[p->at + i] == '\'')
			return i + 1;
	return 0;
}

static bool begins_comment(struct painter *p, enum paint *ret)
{
	if (starts(p, p->tongue->line_comment)) {
		p->at = p->line.n;
		*ret = PAINT_COMMENT;
		return true;
	}
	if (!p->tongue->block_comments || !starts(p, "/*"))
		return false;
	p->inside = '*';
	p->deep = 1;
	p->at += 2;
	*ret = paint_comment(p);
	return true;
}

static bool begins_text(struct painter *p, char c, enum paint *ret)
{
	*ret = PAINT_STRING;
	if (c == '\'' && p->tongue->apostrophes) {
		size_t n = character_bytes(p);
		p->at += n ? n : 1;
		*ret = n ? PAINT_STRING : PAINT_PLAIN;
		return true;
	}
	if (strchr(p->tongue->quotes, c) || c == p->tongue->long_quote) {
		*ret = begin_string(p);
		return true;
	}
	if (c == '/' && p->tongue->patterns && !p->operand && paint_pattern(p)) {
		p->operand = true;
		return true;
	}
	return false;
}

static bool is_plain(const struct painter *p, unsigned char c)
{
	return !is_word(c) && c != '/' && c != '#' && c != '"' && c != '\'' && c != '`' &&
	       (c != '.' || !is_digit((unsigned char)peek(p, 1)));
}

static enum paint paint_plain(struct painter *p)
{
	do {
		char c = p->line.at[p->at++];
		if (c != ' ' && c != '\t')
			p->operand = c == ')' || c == ']' || c == '}';
		if (c == '(' || c == '{')
			p->names = false;
	} while (p->at < p->line.n && is_plain(p, (unsigned char)p->line.at[p->at]));
	return PAINT_PLAIN;
}

static bool begins_directive(const struct painter *p)
{
	if (!p->tongue->directives || p->line.at[p->at] != '#')
		return false;
	for (size_t i = 0; i < p->at; i++)
		if (p->line.at[i] != ' ' && p->line.at[i] != '\t')
			return false;
	return true;
}

static enum paint paint_directive(struct painter *p)
{
	do
		p->at++;
	while (p->at < p->line.n && (p->line.at[p->at] == ' ' || is_word((unsigned char)p->line.at[p->at])) &&
	       !(p->line.at[p->at] == ' ' && is_word((unsigned char)p->line.at[p->at - 1])));
	return PAINT_KEYWORD;
}

static enum paint paint_next(struct painter *p)
{
	unsigned char c = (unsigned char)p->line.at[p->at];
	enum paint paint;
	if (p->inside)
		return p->inside == '*' ? paint_comment(p) : paint_string(p);
	if (is_digit(c) || (c == '.' && is_digit((unsigned char)peek(p, 1))))
		return paint_number(p);
	if (is_word(c))
		return paint_word(p);
	if (c == 0 || is_plain(p, c))
		return paint_plain(p);
	if (begins_directive(p))
		return paint_directive(p);
	if (begins_comment(p, &paint) || begins_text(p, (char)c, &paint))
		return paint;
	return paint_plain(p);
}

bool painter_next(struct painter *p, enum paint *ret, struct str *ret_text)
{
	size_t from = p->at;
	if (from >= p->line.n)
		return false;
	if (p->tongue) {
		*ret = paint_next(p);
	} else {
		*ret = PAINT_PLAIN;
		p->at = p->line.n;
	}
	*ret_text = str_cut(p->line, from, p->at - from);
	return true;
}

enum cover_language language_of(struct str path)
{
	static const struct {
		const char *ends;
		enum cover_language language;
	} endings[] = {
	    {".py", COVER_PYTHON}, {".pyw", COVER_PYTHON}, {".pyi", COVER_PYTHON}, {".pyx", COVER_PYTHON},
	    {".c", COVER_C},       {".h", COVER_C},        {".cc", COVER_C},       {".cpp", COVER_C},
	    {".cxx", COVER_C},     {".hpp", COVER_C},      {".hh", COVER_C},       {".C", COVER_C},
	    {".go", COVER_GO},     {".js", COVER_JS},      {".mjs", COVER_JS},     {".cjs", COVER_JS},
	    {".jsx", COVER_JS},    {".ts", COVER_JS},      {".tsx", COVER_JS},     {".mts", COVER_JS},
	    {".java", COVER_JAVA}, {".kt", COVER_JAVA},    {".rs", COVER_RUST}};
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_ends(path, endings[i].ends))
			return endings[i].language;
	return COVER_UNKNOWN;
}
