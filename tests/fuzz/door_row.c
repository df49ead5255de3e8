#include "base/row.h"
#include "base/str.h"
#include "door.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct arena a = {0};
	struct buf once = {0}, twice = {0};
	struct event ev, back;
	struct err e;
	if (row_read(s, &a, &ev, &e) == 0) {
		HOLD(ev.time_ns >= 0 && ev.dur_ns >= 0 && ev.time_ns <= INT64_MAX - ev.dur_ns);
		HOLD(ev.n_fields <= ROW_FIELDS && ev.worker >= -1);
		row_write(&once, &ev);
		HOLD(str_find(buf_view(&once), '\n') == once.n - 1);
		HOLD(row_read(str_cut(buf_view(&once), 0, once.n - 1), &a, &back, &e) == 0);
		row_write(&twice, &back);
		HOLD(str_eq(buf_view(&once), buf_view(&twice)));
	}
	arena_free(&a);
	buf_free(&once);
	buf_free(&twice);
	door_drop(s);
	return 0;
}
