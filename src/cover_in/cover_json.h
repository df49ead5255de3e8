/*
 * cover_in/cover_json.h - the kinds of JSON that hold coverage; for cover_json.c and them.
 *
 * Each reads the value that comes next and tells it. What is wrong goes into j->error.
 */
#pragma once
#include "base/json.h"
#include "cover_in/cover_tell.h"

/* Greatest number of ways out of one line. */
enum { COVER_JSON_WAYS = 65536 };
extern const char cover_json_line_range[]; /* the complaint about a line number */

/* An object from path to what coverage.py or slipcover say of it. */
void cover_json_python(struct cover_read *r, struct json *j);
/* The array "files" of gcov -j or gcovr; base: the folder in which the compiler ran, or empty. */
void cover_json_gcov(struct cover_read *r, struct json *j, struct str base);
/* The array "data" of llvm-cov export. */
void cover_json_llvm(struct cover_read *r, struct json *j);
/* The value of one path of Istanbul's coverage-final.json. */
void cover_json_istanbul(struct cover_read *r, struct json *j, struct str path);
