/*
 * base/environment.h - environments as execve takes them: "NAME=VALUE", NULL at the end.
 */
#pragma once
#include <stddef.h>

#include "base/arena.h"
#include "base/environment.h"

/* A copy of base with the assignments of extra ("NAME=VALUE", n of them) put in or replaced; "NAME" alone
 * removes. */
char **environment_with(struct arena *a, char *const *base, char *const *extra, size_t n);
/* The value of a variable in env, or NULL. */
const char *environment_get(char *const *env, const char *name);
