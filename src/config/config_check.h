/*
 * config/config_check.h - all that is wrong in a fettle.yaml, and what a later version will serve.
 */
#pragma once
#include "config/config_doc.h"

/* Adds to d->remarks: every section, every profile, every bench. d is fresh from config_doc_parse. */
void config_check(struct config_doc *d);
