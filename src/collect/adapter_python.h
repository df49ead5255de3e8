/*
 * collect/adapter_python.h - what behave and pytest have in common: how a
 * Python program is named on a command line.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Whether a word is python, python3, python3.11, pypy3 ... or a path to one. */
bool python_interpreter(const char *word);

/*
 * Whether argv[i...] is `name`, a path to it, `name-3`, or `python [-options] -m name`. Sets *ret_args
 * to the first word behind.
 */
bool python_program(char *const *argv, size_t i, const char *name, size_t *ret_args);
/* Whether the interpreter named there was told not to look at the environment (-I, -E, -S): no agent can get
 * in. */
bool python_is_closed(char *const *argv, size_t i);
