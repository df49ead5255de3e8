#include "base/str.h"
#include "door.h"
#include "ingest/gotest.h"

static void run(struct watch *w, struct str bytes, size_t piece)
{
	struct gotest g;
	gotest_init(&g, &w->in, STR("example.org/p"));
	for (size_t i = 0; i < bytes.n; i += piece)
		gotest_feed(&g, str_cut(bytes, i, piece), 5000);
	gotest_finish(&g, 9000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	door_stream(bytes, size, run);
	return 0;
}
