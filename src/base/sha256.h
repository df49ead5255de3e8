/*
 * base/sha256.h - SHA-256 (FIPS 180-4) of bytes in memory.
 *
 * For content hashes (a page's policy, identities), not for secrets. About
 * 250 MB/s.
 */
#pragma once
#include <stdint.h>

#include "wire/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65 };

void sha256(struct str s, uint8_t ret[SHA256_BYTES]);
/* The same as 64 hexadecimal digits and a NUL. */
void sha256_hex(struct str s, char ret[SHA256_HEX_BYTES]);
