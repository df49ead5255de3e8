/*
 * config/secret.h - texts that people may see, with what only they should know struck out.
 *
 * A guess, on the safe side: the value behind a name that speaks of a token, a secret, a password, a key or
 * an authorisation (NAME=VALUE, "NAME: VALUE"), and the name and password of a URL.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "wire/str.h"

#define STRUCK "***"

/* Whether a variable, header, parameter or option of that name holds a secret. */
bool secret_is_name(struct str name);

/* Adds text with its secrets as STRUCK. */
void secret_put(struct buf *b, struct str text);

/* Adds a JSON object with all of its values struck; anything else as STRUCK. */
void secret_put_json(struct buf *b, struct str text);
