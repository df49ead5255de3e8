#include "config/sections.h"

#include "base/str.h"
#include "config/bench_items.h"
#include "config/nearest.h"
#include "config/settings_knobs.h"
#include "config/tables.h"

static const struct section own[] = {
    {.name = "", .table = &top_table, .is_setting = true},
    {.name = "targets", .table = &targets_table, .is_setting = true},
    {.name = "benchmarks", .table = &benchmarks_table, .is_setting = true},
    {.name = "bench", .items = &bench_item_table, .items_key = "benches"},
    {.name = "load_tests", .table = &load_tests_table, .is_setting = true, .served_by = "load"},
    {.name = "memory", .table = &memory_table, .is_setting = true, .served_by = "mem"},
    {.name = "profiling", .table = &profiling_table, .is_setting = true, .served_by = "profile"},
    {.name = "load", .served_by = "load"},
    {.name = "mem", .served_by = "mem"},
    {.name = "profile", .served_by = "profile"},
};
enum { N_OWN = sizeof(own) / sizeof(own[0]) };

const char *const profile_names[] = {"ci", "dev", "prod", NULL};

static bool has_table(const struct knob_table *t)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].yaml)
			return true;
	return false;
}

/* A section of ours that a command has too takes the command's table. */
static struct section joined(const struct section *s)
{
	struct section ret = *s;
	if (*s->name && !s->table)
		ret.table = knob_table_of(str_of(s->name));
	return ret;
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < N_OWN; i++)
		if (str_is(str_of(name), own[i].name))
			return true;
	return false;
}

bool section_at(size_t i, struct section *ret)
{
	if (i-- == 0) {
		*ret = own[0];
		return true;
	}
	for (size_t k = 0; k < knob_tables_n; k++) {
		if (!has_table(knob_tables[k]) || is_own(knob_tables[k]->command))
			continue;
		if (i-- == 0) {
			*ret = (struct section){.name = knob_tables[k]->command, .table = knob_tables[k]};
			return true;
		}
	}
	if (++i >= N_OWN)
		return false;
	*ret = joined(&own[i]);
	return true;
}

bool section_of(struct str name, struct section *ret)
{
	for (size_t i = 0; section_at(i, ret); i++)
		if (str_is(name, ret->name))
			return true;
	return false;
}

const char *section_meant(struct str name)
{
	struct nearest near = {.word = name};
	struct section s;
	for (size_t i = 0; section_at(i, &s); i++)
		if (*s.name && (s.table || s.items))
			nearest_try(&near, s.name);
	for (size_t i = 0; profile_names[i]; i++)
		nearest_try(&near, profile_names[i]);
	nearest_try(&near, PROFILES_KEY);
	return nearest_word(&near);
}

bool section_is_later(const struct section *s)
{
	return s->served_by && !knob_table_of(str_of(s->served_by));
}

bool profile_is_known(struct str name)
{
	for (size_t i = 0; profile_names[i]; i++)
		if (str_is(name, profile_names[i]))
			return true;
	return false;
}
