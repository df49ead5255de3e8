/*
 * config/common_knobs.h - rows that several commands have, so that they mean and say the same everywhere.
 */
#pragma once
#include "config/knob.h"

/* The values of enum run_color; `where` begins the help: "Colours on the terminal". */
#define KNOB_COLOR(where, group_of, at)                                                                      \
	{                                                                                                    \
		.flag = "color", .yaml = "color", .env = "FETTLE_COLOR", .arg = "WHEN",                      \
		.choices = "auto|always|never", .otherwise = "auto",                                         \
		.help = where "; 'auto' obeys NO_COLOR and wants a terminal.", .group = (group_of),          \
		.offset = (at), .type = KNOB_CHOICE                                                          \
	}
#define KNOB_CONFIG(group_of, at)                                                                            \
	{                                                                                                    \
		.flag = "config", .env = "FETTLE_CONFIG", .env_too = "PERF_CONFIG_FILE", .arg = "FILE",      \
		.help = "Read FILE instead of fettle.yaml in the current directory.", .group = (group_of),   \
		.offset = (at), .type = KNOB_TEXT                                                            \
	}
#define KNOB_PROFILE(group_of, at)                                                                           \
	{                                                                                                    \
		.flag = "profile", .env = "FETTLE_PROFILE", .arg = "NAME",                                   \
		.help = "Lay the profile NAME of the file over its other sections. Without it: 'ci' where "  \
			"CI is true and the file has one.",                                                  \
		.group = (group_of), .offset = (at), .type = KNOB_TEXT                                       \
	}
