#include "base/str.h"
#include "door.h"
#include "ingest/cucumber.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct watch w;
	struct err e = {0};
	watch_init(&w);
	int fault = cucumber_read(&w.in, s, "x", &e);
	HOLD(fault == 0 || (fault == FAULT_FORMAT && str_starts(str_of(e.text), "cannot read 'x': ")));
	watch_finish(&w);
	watch_free(&w);
	door_drop(s);
	return 0;
}
