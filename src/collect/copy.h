/*
 * collect/copy.h - copying one file as cheaply as the file system allows
 * (reflink, copy_file_range, else bytes).
 */
#pragma once
#include "base/err.h"

must_use int copy_file(const char *from, const char *to, struct err *e);
