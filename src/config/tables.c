#include "config/tables.h"

#include "base/str.h"
#include "config/bench_knobs.h"
#include "config/config_knobs.h"
#include "config/cover_knobs.h"
#include "config/keep_knobs.h"
#include "config/mark_knobs.h"
#include "config/run_knobs.h"
#include "config/view_knobs.h"

const struct knob_table *const knob_tables[] = {&run_table,      &cover_table, &report_table, &history_table,
						&mark_table,     &bench_table, &check_table,  &compare_table,
						&baseline_table, &clean_table, &config_table};
const size_t knob_tables_n = sizeof(knob_tables) / sizeof(knob_tables[0]);

const struct knob_table *knob_table_of(struct str command)
{
	for (size_t i = 0; i < knob_tables_n; i++)
		if (str_is(command, knob_tables[i]->command))
			return knob_tables[i];
	return NULL;
}
