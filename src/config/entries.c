#include "config/entries.h"

#include "base/str.h"
#include "base/vec.h"

struct entry *entries_add(struct entries *es, struct str section, struct str key, uint32_t line)
{
	es->at = vec_grow(es->at, es->n, &es->cap, sizeof(*es->at));
	es->at[es->n] = (struct entry){.section = section, .key = key, .line = line};
	return &es->at[es->n++];
}

const struct entry *entries_find(const struct entries *es, const char *section, const char *key)
{
	for (size_t i = es->n; i > 0; i--)
		if (str_is(es->at[i - 1].section, section) && str_is(es->at[i - 1].key, key))
			return &es->at[i - 1];
	return NULL;
}

bool entries_has_section(const struct entries *es, const char *section)
{
	for (size_t i = 0; i < es->n; i++)
		if (str_is(es->at[i].section, section))
			return true;
	return false;
}

void entries_free(struct entries *es)
{
	vec_free(es->at);
	*es = (struct entries){0};
}
