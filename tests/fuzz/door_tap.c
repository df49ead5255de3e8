#include "base/str.h"
#include "door.h"
#include "ingest/tap.h"

static void run(struct watch *w, struct str bytes, size_t piece)
{
	struct tap t;
	tap_init(&t, &w->in);
	t.at_rest = bytes.n && bytes.at[0] == ' ';
	t.file = STR("x.tap");
	for (size_t i = 0; i < bytes.n; i += piece)
		tap_feed(&t, str_cut(bytes, i, piece), 5000);
	tap_finish(&t, 9000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	door_stream(bytes, size, run);
	return 0;
}
