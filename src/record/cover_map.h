/*
 * record/cover_map.h - reads the map that the processes of a run left (wire/cover_map.h).
 *
 * It may be read while they still write: what was hit by then is told. Nothing in it is believed: what lies
 * outside the file, overlaps its end or makes no sense is passed over and counted.
 */
#pragma once
#include "base/err.h"
#include "wire/cover.h"
#include "wire/cover_map.h"

struct cover_map_stats {
	uint32_t flags; /* enum cover_map_flag */
	uint32_t n_files;
	uint32_t lost_files, lost_lines, lost_arcs, lost_contexts; /* for want of room */
	uint32_t processes[COVER_WAYS];
	uint32_t python_minor; /* as in the map */
	uint32_t torn;         /* entries that were passed over */
	uint32_t changed;      /* files whose source changed since it was first seen, or is gone */
	uint64_t used_bytes;
};

/*
 * Tells a map's bytes, files by path, as raw Python (sha256 is empty). The reader of files, for one who has
 * them in memory.
 */
must_use int cover_map_tell(struct str bytes, struct cover_sink *sink, struct cover_map_stats *ret,
			    struct err *e);
/*
 * The same of a file; takes as much memory as was used of it. Looks at each source: where its size or time is
 * not what it was when it first ran, sha256 is told as 64 zeros, which is no file's, so that the source
 * counts as changed.
 */
must_use int cover_map_read(const char *path, struct cover_sink *sink, struct cover_map_stats *ret,
			    struct err *e);
