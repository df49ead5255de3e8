/*
 * The door of fettle.yaml: any bytes are read or refused with one line, and what
 * was read is within its ranges.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/config_doc.h"
#include "config/run_knobs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_options(const struct run_options *o)
{
	expect(o->workers >= 0 && o->workers <= 4096);
	expect(o->repeat >= 1);
	expect(o->timeout_ns >= 0 && o->worker_memory_bytes >= 0);
	expect(o->order.is >= RUN_LONGEST && o->order.is <= RUN_RANDOM);
	for (size_t i = 0; i < o->env.n; i++)
		expect(strchr(o->env.at[i], '=') > o->env.at[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct knob_values v;
	struct run_options o;
	struct config_doc d;
	struct err e = {0};
	knob_defaults(&v, &run_table, &o, &arena);
	config_doc_parse(&d, &arena, (struct str){(const char *)data, size}, "f.yaml");
	int fault = config_doc_bind(&d, &v, &e);
	if (fault == 0)
		check_options(&o);
	else
		expect(fault == FAULT_USAGE && str_starts(str_of(e.text), "f.yaml:") &&
		       !strchr(e.text, '\n'));
	arena_free(&arena);
	return 0;
}
