/*
 * config/tables.h - the tables of all commands, in the order in which help names them.
 */
#pragma once
#include "config/knob.h"

extern const struct knob_table *const knob_tables[];
extern const size_t knob_tables_n;

/* The table of a command, or NULL. */
const struct knob_table *knob_table_of(struct str command);
