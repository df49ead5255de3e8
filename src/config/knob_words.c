#include "config/knob_words.h"

#include <string.h>

#include "base/str.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The character behind a backslash, as it counts inside the quotes (0: outside of any). */
static bool escapes(char quote, char next)
{
	return !quote || (quote == '"' && strchr("\\\"$`", next));
}

bool words_next(struct str *rest, struct arena *arena, struct str *ret, const char **ret_wrong)
{
	size_t i = 0, n = 0;
	char quote = 0;
	while (i < rest->n && is_blank(rest->at[i]))
		i++;
	if (i == rest->n) {
		*rest = STR_NONE;
		return false;
	}
	char *word = arena_alloc(arena, rest->n - i + 1);
	for (; i < rest->n && (quote || !is_blank(rest->at[i])); i++) {
		char c = rest->at[i];
		if (quote && c == quote) {
			quote = 0;
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && i + 1 < rest->n && escapes(quote, rest->at[i + 1])) {
			word[n++] = rest->at[++i];
		} else {
			word[n++] = c;
		}
	}
	if (quote) {
		*ret_wrong = quote == '"' ? "a double quote is not closed" : "a single quote is not closed";
		return false;
	}
	*rest = str_cut(*rest, i, rest->n);
	*ret = (struct str){word, n};
	return true;
}

void words_put(struct buf *b, struct str word)
{
	bool plain = word.n > 0;
	for (size_t i = 0; i < word.n; i++)
		plain &= !is_blank(word.at[i]) && !strchr("'\"\\", word.at[i]);
	if (plain) {
		buf_str(b, word);
		return;
	}
	buf_char(b, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.at[i] == '\'')
			buf_text(b, "'\\''");
		else
			buf_char(b, word.at[i]);
	}
	buf_char(b, '\'');
}
