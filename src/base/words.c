#include "base/words.h"

#include <string.h>

#include "base/str.h"

struct splitter {
	const char *at;
	struct buf word;
	bool has_word;
};

/* The inside of "..", from behind the first quote. False where there is no second one. */
static bool take_double(struct splitter *s)
{
	for (; *s->at && *s->at != '"'; s->at++) {
		if (*s->at == '\\' && s->at[1] && strchr("\"\\$`", s->at[1]))
			s->at++;
		buf_char(&s->word, *s->at);
	}
	return *s->at++ == '"';
}

static bool take_single(struct splitter *s)
{
	size_t n = strcspn(s->at, "'");
	buf_add(&s->word, s->at, n);
	s->at += n;
	return *s->at++ == '\'';
}

/* The next word; false at the end or at a fault, which fills *e. */
static bool take_word(struct splitter *s, const char *text, struct err *e)
{
	buf_clear(&s->word);
	s->has_word = false;
	s->at += strspn(s->at, " \t\n");
	while (*s->at && !strchr(" \t\n", *s->at)) {
		char c = *s->at++;
		s->has_word = true;
		if ((c == '"' && !take_double(s)) || (c == '\'' && !take_single(s))) {
			(void)err_usage(e, "a quote in '%s' is never closed", text);
			return false;
		}
		if (c == '"' || c == '\'')
			continue;
		if (strchr("$`|&;<>()", c)) {
			(void)err_usage(e, "'%c' in '%s' needs a shell: '--shell', or quote it", c, text);
			return false;
		}
		if (c == '\\' && *s->at)
			c = *s->at++;
		buf_char(&s->word, c);
	}
	return s->has_word;
}

int words_split(struct arena *a, const char *text, char ***ret, size_t *ret_n, struct err *e)
{
	struct splitter s = {.at = text};
	/* no more words than every other character, and the end */
	char **words = arena_array(a, char *, strlen(text) / 2 + 2);
	size_t n = 0;
	struct err fault = {0};
	while (take_word(&s, text, &fault))
		words[n++] = arena_copy(a, buf_view(&s.word));
	buf_free(&s.word);
	if (fault.fault) {
		*e = fault;
		return e->fault;
	}
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
