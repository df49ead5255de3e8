/*
 * base/base64.h - bytes as base64 text (RFC 4648, with padding).
 */
#pragma once
#include "base/buf.h"

/* Adds the text to *b. A long input may be given in parts whose lengths are multiples of 3, but for the last.
 */
void base64_add(struct buf *b, const void *bytes, size_t n);
