#include "base/str.h"
#include "cover_in/gitdiff.h"
#include "door.h"
#include "wire/cover.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct str s = door_copy(bytes, size);
	struct arena a = {0};
	struct diff d;
	struct err e = {0};
	HOLD(gitdiff_read(&a, s, "x.diff", &d, &e) == e.fault);
	uint64_t lines = 0;
	for (uint32_t i = 0; i < d.n_files; i++) {
		uint32_t last = 0;
		HOLD(d.files[i].n_spans > 0);
		for (uint32_t k = 0; k < d.files[i].n_spans; k++) {
			const uint32_t *span = d.files[i].spans[k];
			HOLD(span[0] > last + (k > 0) && span[1] >= span[0] && span[1] < COVER_LINE_MAX);
			last = span[1];
			lines += span[1] - span[0] + 1;
		}
	}
	HOLD(lines <= s.n);
	HOLD(a.total_bytes < 1024 * 1024 + 32 * size);
	arena_free(&a);
	door_drop(s);
	return 0;
}
