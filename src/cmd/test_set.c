#include "cmd/test_set.h"

#include "base/buf.h"

static void name_test(struct buf *b, struct str file, struct str name)
{
	buf_str(b, file);
	buf_char(b, '\n');
	buf_str(b, name);
}

bool test_set_has(const struct test_set *s, struct str file, struct str name)
{
	struct buf b = {0};
	if (!s->names.n)
		return false;
	name_test(&b, file, name);
	bool has = map_get(&s->names, buf_view(&b)) != MAP_NONE;
	buf_free(&b);
	return has;
}

void test_set_add(struct test_set *s, struct arena *a, struct str file, struct str name)
{
	struct buf b = {0};
	name_test(&b, file, name);
	if (map_get(&s->names, buf_view(&b)) == MAP_NONE)
		*map_at(&s->names, arena_str(a, buf_view(&b))) = 1;
	buf_free(&b);
}

void test_set_free(struct test_set *s)
{
	map_free(&s->names);
}
