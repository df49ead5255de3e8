/*
 * config/config_knobs.h - what a person may wish of `fettle config`.
 */
#pragma once
#include "config/knob.h"

struct config_options {
	bool origin;
	bool is_short;
	const char *profile;
	const char *output; /* of init: NULL is fettle.yaml */
	bool force;
	const char *config;
};

extern const struct knob_table config_table;
