/*
 * config/knob_args.h - a command line, read by a table of knobs.
 *
 * --name=VALUE, --name VALUE, -nVALUE, -n VALUE; short options that take no value
 * may be bundled (-qj4); a BOOL is --name or --no-name; a row with an implied value is
 * --name or --name=VALUE; "--" ends the options. Names are never abbreviated, so
 * that a later option cannot change what a script means.
 */
#pragma once
#include "config/knob.h"

/*
 * Reads words (argv behind the command's own name) into v as flags. What is no option
 * goes to *ret_operands (borrowed words; the array in v's arena); where the table stops at
 * the first operand, so does everything behind it, and a "--" in front of it is dropped.
 * --help and -h set v->help and end the reading at once. Fault: usage, with a message that names
 * the option.
 */
must_use int knob_args(struct knob_values *v, size_t n_words, char *const *words,
		       struct knob_list *ret_operands, struct err *e);
