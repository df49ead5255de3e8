#include "config/secret.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/str.h"

static bool has_word(struct str s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.n; i++)
		if (strncasecmp(s.at + i, word, n) == 0)
			return true;
	return false;
}

bool secret_is_name(struct str name)
{
	static const char *const words[] = {"token",      "secret",  "passw",      "apikey",     "api-key",
					    "api_key",    "private", "credential", "authoriz",   "auth-",
					    "access-key", "cookie",  "access_key", "passphrase", "pwd"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_word(name, words[i]))
			return true;
	return false;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

/* Where the value ends that begins at i: one behind '=' at a blank or '&', one behind ':' with the text. */
static size_t value_end(struct str text, size_t i, char sign)
{
	if (sign == ':')
		return text.n;
	while (i < text.n && !strchr(" \t\n&;,'\"", text.at[i]))
		i++;
	return i;
}

/* "://name:password@" : where the '@' is, or i where there is none. */
static size_t userinfo_end(struct str text, size_t i)
{
	for (size_t k = i; k < text.n && !strchr("/?# \t\n", text.at[k]); k++)
		if (text.at[k] == '@')
			return k;
	return i;
}

void secret_put(struct buf *b, struct str text)
{
	size_t name = 0; /* where the word before i begins */
	for (size_t i = 0; i < text.n;) {
		char c = text.at[i];
		if (str_starts(str_cut(text, i, text.n), "://")) {
			size_t end = userinfo_end(text, i + 3);
			buf_text(b, end > i + 3 ? "://" STRUCK : "://");
			i = name = end > i + 3 ? end : i + 3;
			continue;
		}
		buf_char(b, c);
		i++;
		if ((c == '=' || c == ':') && secret_is_name(str_cut(text, name, i - 1 - name))) {
			size_t end = value_end(text, i, c);
			if (c == ':' && i < text.n && text.at[i] == ' ')
				buf_char(b, ' ');
			if (end > i)
				buf_text(b, STRUCK);
			i = end;
		}
		if (i && !is_name_char(text.at[i - 1]))
			name = i;
	}
}

void secret_put_json(struct buf *b, struct str text)
{
	struct arena scratch = {0};
	struct json j;
	struct str key;
	struct buf out = {0};
	bool first = true;
	json_init(&j, text, &scratch);
	buf_char(&out, '{');
	if (json_peek(&j) == JSON_OBJECT && json_object(&j)) {
		while (json_key(&j, &key)) {
			if (!first)
				buf_text(&out, ", ");
			first = false;
			json_put_text(&out, key);
			buf_text(&out, ": \"" STRUCK "\"");
			json_skip(&j);
		}
		buf_char(&out, '}');
	}
	if (json_end(&j) && buf_view(&out).at[out.n - 1] == '}')
		buf_str(b, buf_view(&out));
	else
		buf_text(b, "\"" STRUCK "\"");
	buf_free(&out);
	arena_free(&scratch);
}
