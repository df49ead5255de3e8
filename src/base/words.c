#include "base/words.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* The character behind a backslash, as it counts inside the quotes (0: outside of any). */
static bool escapes(char quote, char next)
{
	return !quote || (quote == '"' && strchr("\\\"$`", next));
}

static bool is_one_of(char c, const char *of)
{
	return c && strchr(of, c);
}

bool words_next(struct str *rest, const struct words_rules *r, struct arena *a, struct str *ret,
		char *ret_wrong)
{
	size_t i = 0, n = 0;
	char quote = 0;
	while (i < rest->n && is_one_of(rest->at[i], r->blanks))
		i++;
	if (i == rest->n) {
		*rest = STR_NONE;
		return false;
	}
	char *word = arena_alloc(a, rest->n - i + 1);
	for (; i < rest->n && (quote || !is_one_of(rest->at[i], r->blanks)); i++) {
		char c = rest->at[i];
		if (quote && c == quote) {
			quote = 0;
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && i + 1 < rest->n && escapes(quote, rest->at[i + 1])) {
			word[n++] = rest->at[++i];
		} else if (!quote && is_one_of(c, r->refused)) {
			*ret_wrong = c;
			return false;
		} else {
			word[n++] = c;
		}
	}
	if (quote) {
		*ret_wrong = quote;
		return false;
	}
	*rest = str_cut(*rest, i, rest->n);
	*ret = (struct str){word, n};
	return true;
}

int words_split(struct arena *a, const char *text, char ***ret, size_t *ret_n, struct err *e)
{
	static const struct words_rules rules = {.blanks = " \t\n", .refused = "$`|&;<>()"};
	struct str rest = str_of(text), word;
	/* no more words than every other character, and the end */
	char **words = arena_array(a, char *, strlen(text) / 2 + 2);
	size_t n = 0;
	char wrong = 0;
	while (words_next(&rest, &rules, a, &word, &wrong))
		words[n++] = (char *)(uintptr_t)word.at;
	if (wrong == '"' || wrong == '\'')
		return err_usage(e, "a quote in '%s' is never closed", text);
	if (wrong)
		return err_usage(e, "'%c' in '%s' needs a shell: '--shell', or quote it", wrong, text);
	if (!n)
		return err_usage(e, "a command is empty");
	*ret = words;
	*ret_n = n;
	return 0;
}

static bool is_secret(struct str word)
{
	static const char *const names[] = {"password", "passwd",  "token",      "secret", "apikey",
					    "api-key",  "api_key", "credential", "auth",   NULL};
	char low[64];
	size_t n = word.n < sizeof(low) ? word.n : sizeof(low);
	for (size_t i = 0; i < n; i++)
		low[i] = (char)(word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] + 32 : word.at[i]);
	for (unsigned i = 0; names[i]; i++)
		if (str_has((struct str){low, n}, str_of(names[i])))
			return true;
	return false;
}

/* "scheme://user:password@host" without the password; false where w is nothing of the kind. */
static bool show_url(struct buf *b, struct str w)
{
	const char *begin = memmem(w.at, w.n, "://", 3);
	if (!begin)
		return false;
	size_t from = (size_t)(begin - w.at) + 3;
	struct str rest = str_cut(w, from, w.n), owner = str_cut(rest, 0, str_find(rest, '/'));
	size_t at = str_find_last(owner, '@'), colon = str_find(owner, ':');
	if (at == owner.n || colon >= at)
		return false;
	buf_str(b, str_cut(w, 0, from + colon + 1));
	buf_text(b, "***");
	buf_str(b, str_cut(w, from + at, w.n));
	return true;
}

static void show_word(struct buf *b, struct str w)
{
	if (w.n && strcspn(w.at, " \t\n'\"$\\*?[](){}<>|&;#~`!") == w.n) {
		buf_str(b, w);
		return;
	}
	buf_char(b, '\'');
	for (size_t k = 0; k < w.n; k++)
		buf_text(b, w.at[k] == '\'' ? "'\\''" : (char[]){w.at[k], 0});
	buf_char(b, '\'');
}

void words_show(struct buf *b, char *const *words, size_t n)
{
	bool strike = false;
	for (size_t i = 0; i < n; i++) {
		struct str w = str_of(words[i]);
		size_t eq = str_find(w, '=');
		if (i)
			buf_char(b, ' ');
		if (strike) {
			buf_text(b, "***");
			strike = false;
			continue;
		}
		bool named = is_secret(str_cut(w, 0, eq));
		strike = named && eq == w.n && w.n && w.at[0] == '-';
		if (named && eq < w.n) {
			buf_str(b, str_cut(w, 0, eq + 1));
			buf_text(b, "***");
		} else if (!show_url(b, w)) {
			show_word(b, w);
		}
	}
}
