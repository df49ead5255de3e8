#include "base/str.h"
#include "door.h"
#include "record/cover_map.h"

static void on_file(struct cover_sink *s, const struct cover_source *f)
{
	(void)s;
	HOLD(f->raw && f->path.n && str_find(f->path, 0) == f->path.n);
}

static void on_context(struct cover_sink *s, struct str name)
{
	size_t sum = 0;
	(void)s;
	for (size_t i = 0; i < name.n; i++)
		sum += (unsigned char)name.at[i];
	HOLD(sum <= name.n * 255);
}

static void on_bits(struct cover_sink *s, const uint8_t *bits, size_t n)
{
	unsigned sum = 0;
	(void)s;
	HOLD(n > 0 && n <= COVER_LINE_MAX / 8 + 1);
	for (size_t i = 0; i < n; i++)
		sum += bits[i];
	HOLD(sum <= n * 255);
}

static void on_arcs(struct cover_sink *s, const struct cover_arc *arcs, size_t n)
{
	(void)s;
	for (size_t i = 0; i < n; i++)
		HOLD(arcs[i].from && arcs[i].to && arcs[i].from <= COVER_LINE_MAX &&
		     arcs[i].to <= COVER_LINE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct cover_sink sink = {
	    .file = on_file, .context = on_context, .line_bits = on_bits, .arcs = on_arcs};
	struct cover_map_stats stats;
	struct err e;
	if (cover_map_tell(s, &sink, &stats, &e) == 0)
		HOLD(stats.n_files <= size / sizeof(struct cover_map_file));
	door_drop(s);
	return 0;
}
