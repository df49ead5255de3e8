/*
 * config/config_file.h - where fettle.yaml is, and all the readers in one call.
 */
#pragma once
#include "config/config_doc.h"
#include "config/knob.h"

enum { CONFIG_BYTES = 1024 * 1024 }; /* a larger file is refused */

#define CONFIG_NAME "fettle.yaml"

/* The whole file into the arena. Fault: system where it cannot be read, usage where it is too large. */
must_use int config_file_read(const char *path, struct arena *arena, struct str *ret, struct err *e);

/*
 * The document at path, which must exist; without one (NULL) that in the current directory, which need not.
 * profile is what a flag names, or NULL; with one there must be a file.
 * Its profile is chosen (see config_doc_choose) unless the file is broken: then the remarks say so.
 */
must_use int config_doc_open(struct config_doc *d, struct arena *arena, const char *path, const char *profile,
			     char *const *environment, struct err *e);

/*
 * Flags, environment and file into v, which is fresh from knob_defaults. The file is --config or
 * FETTLE_CONFIG, which must exist, else fettle.yaml in the current directory, which may not.
 * Stops behind the flags when v->help was set. words and *ret_operands as in knob_args.
 */
must_use int config_gather(struct knob_values *v, size_t n_words, char *const *words,
			   char *const *environment, struct knob_list *ret_operands, struct err *e);
