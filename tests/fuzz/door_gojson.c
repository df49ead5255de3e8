#include "base/str.h"
#include "door.h"
#include "ingest/gojson.h"

static void run(struct watch *w, struct str bytes, size_t piece)
{
	struct gojson g;
	gojson_init(&g, &w->in);
	for (size_t i = 0; i < bytes.n; i += piece)
		gojson_feed(&g, str_cut(bytes, i, piece), 5000);
	gojson_finish(&g, 9000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	door_stream(bytes, size, run);
	return 0;
}
