/*
 * ingest/gojson.h - what `go test -json` prints, as it arrives: tests of any
 * number of packages, and builds that failed.
 *
 * Times are those of the stream where it has them (source framework), laid so
 * that the first is the arrival of its line; else the arrival of each line
 * (log). Spans: ingest/gopackage.h. A package that fails though none of its
 * tests does is an error with what it printed, or with the output of its build.
 */
#pragma once
#include "base/map.h"
#include "ingest/gopackage.h"
#include "ingest/lines.h"

struct gojson_package; /* of gojson.c */
struct gojson_build;

struct gojson {
	struct ingest *in;
	struct lines lines;
	struct arena scratch; /* of one line */
	struct map by_name;
	struct gojson_package *packages;
	size_t n_packages, cap_packages;
	struct gojson_build *builds;
	size_t n_builds, cap_builds;
	struct stamps stamps;
	uint64_t n_bad; /* lines that looked like JSON and were none */
};

/* in lives as long as g. */
void gojson_init(struct gojson *g, struct ingest *in);
void gojson_feed(struct gojson *g, struct str bytes, int64_t time_ns);
/* The go command is gone. */
void gojson_finish(struct gojson *g, int64_t time_ns);
