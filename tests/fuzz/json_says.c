/*
 * For json_oracle.py: reads documents from standard input, each behind a line
 * with its size, and says of each in one line what the reader makes of it.
 *
 *	bad                       refused
 *	{"6b":#3ff8000000000000/1,...}  texts in hex, numbers as the bits of the
 *	                          double and, behind '/', the whole part; '-' for out of range
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void say_text(struct buf *out, struct str s)
{
	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02x", (unsigned)(unsigned char)s.at[i]);
	buf_char(out, '"');
}

static void say_number(struct buf *out, struct json *j)
{
	struct json real = *j, whole = *j;
	double v = json_real(&real);
	int64_t n = json_int(&whole);
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	if (real.error)
		buf_text(out, "#-");
	else
		buf_printf(out, "#%016" PRIx64, bits);
	if (whole.error)
		buf_text(out, "/-");
	else
		buf_printf(out, "/%" PRId64, n);
	json_skip(j);
}

static void say(struct buf *out, struct json *j)
{
	struct str key;
	switch (json_peek(j)) {
	case JSON_OBJECT:
		buf_char(out, '{');
		for (json_object(j); json_key(j, &key); buf_char(out, ',')) {
			say_text(out, key);
			buf_char(out, ':');
			say(out, j);
		}
		buf_char(out, '}');
		break;
	case JSON_ARRAY:
		buf_char(out, '[');
		for (json_array(j); json_item(j); buf_char(out, ','))
			say(out, j);
		buf_char(out, ']');
		break;
	case JSON_TEXT:
		say_text(out, json_text(j));
		break;
	case JSON_NUMBER:
		say_number(out, j);
		break;
	case JSON_BOOL:
		buf_char(out, json_bool(j) ? 't' : 'f');
		break;
	default:
		json_skip(j);
		buf_char(out, 'n');
	}
}

int main(void)
{
	size_t size;
	struct buf out = {0};
	while (scanf("%zu", &size) == 1 && getchar() == '\n') {
		struct arena a = {0};
		struct json j;
		char *text = malloc(size + 1);
		if (!text || fread(text, 1, size, stdin) != size)
			return 1;
		/* exactly as large as the document, for what looks past its end */
		char *exact = realloc(text, size ? size : 1);
		json_init(&j, (struct str){exact ? exact : text, size}, &a);
		buf_clear(&out);
		say(&out, &j);
		buf_add(&out, "", 0);
		(void)puts(json_end(&j) ? out.at : "bad");
		arena_free(&a);
		free(exact ? exact : text);
	}
	buf_free(&out);
	return 0;
}
