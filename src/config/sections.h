/*
 * config/sections.h - what may stand at the top of fettle.yaml.
 *
 * A section of each command, the sections of settings_knobs.h, the list of benches, and profiles: ci, dev,
 * prod and those below 'profiles'. Everything that lists, checks or describes sections goes through here.
 */
#pragma once
#include "config/knob.h"

struct section {
	const char *name;               /* the key; "" for the keys at the top itself */
	const struct knob_table *table; /* NULL: no rows, only items, or a later command's */
	const struct knob_table *items; /* of a section that may be, or hold, a list; NULL: none */
	const char *items_key;          /* where the list stands when the section is a mapping */
	bool is_setting;                /* settings.h reads it */
	const char *served_by;          /* the command that reads it; NULL: its own, or several */
};

/* The i-th; false behind the last. */
bool section_at(size_t i, struct section *ret);
/* That of a name; false where there is none. */
bool section_of(struct str name, struct section *ret);
/* A near name of a section or profile, or NULL. */
const char *section_meant(struct str name);

/* Whether this version has no command that reads the section. */
bool section_is_later(const struct section *s);

/* ci, dev or prod: profiles that may stand at the top. */
bool profile_is_known(struct str name);
extern const char *const profile_names[]; /* ends with NULL */
#define PROFILES_KEY "profiles"
