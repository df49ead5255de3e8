#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "door.h"

/* Reads the value by its type and writes it again. Numbers are written as they stand. */
static void copy(struct json *j, struct buf *out)
{
	struct str key;
	switch (json_peek(j)) {
	case JSON_OBJECT:
		buf_char(out, '{');
		for (bool more = json_object(j), first = true; more && json_key(j, &key); first = false) {
			if (!first)
				buf_char(out, ',');
			json_put_text(out, key);
			buf_char(out, ':');
			copy(j, out);
		}
		buf_char(out, '}');
		break;
	case JSON_ARRAY:
		buf_char(out, '[');
		for (bool more = json_array(j), first = true; more && json_item(j); first = false) {
			if (!first)
				buf_char(out, ',');
			copy(j, out);
		}
		buf_char(out, ']');
		break;
	case JSON_TEXT:
		json_put_text(out, json_text(j));
		break;
	case JSON_BOOL:
		buf_text(out, json_bool(j) ? "true" : "false");
		break;
	default:
		buf_str(out, json_raw(j));
	}
}

/* Every way to read a number; any of them may find it out of range. */
static void numbers(struct str s)
{
	struct arena a = {0};
	struct json j;
	json_init(&j, s, &a);
	(void)json_int(&j);
	json_init(&j, s, &a);
	(void)json_real(&j);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct arena a = {0};
	struct buf once = {0}, twice = {0};
	struct json skip, walk;
	json_init(&skip, s, &a);
	json_skip(&skip);
	bool good = json_end(&skip);
	HOLD(good == !skip.error);
	HOLD(skip.error_at <= s.n);
	json_init(&walk, s, &a);
	copy(&walk, &once);
	HOLD(json_end(&walk) == good);
	if (good) { /* what was written reads as the same again */
		json_init(&walk, buf_view(&once), &a);
		copy(&walk, &twice);
		HOLD(json_end(&walk));
		HOLD(str_eq(buf_view(&once), buf_view(&twice)));
	}
	numbers(s);
	arena_free(&a);
	buf_free(&once);
	buf_free(&twice);
	door_drop(s);
	return 0;
}
