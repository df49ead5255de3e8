/*
 * ingest/cucumber.h - cucumber JSON, as cucumber-js, -ruby, -jvm, godog and
 * behave write it.
 *
 * feature -> suite, scenario -> test, steps and hooks inside it, a background's
 * steps in each scenario. Durations are ns; behave's are seconds (its features have a location and
 * no uri). One follows the other from in->time_ns on, unless the scenario has a
 * start_timestamp. They are the framework's: behave's leave hooks out. Of
 * scenarios with the same name in a feature the second is "name #2".
 *
 * undefined and ambiguous steps fail, pending and untested ones are skipped. A
 * scenario that fails in a hook only is an error.
 */
#pragma once
#include "ingest/ingest.h"

/*
 * Not well-formed: FAULT_FORMAT, "cannot read 'x.json': line 3, column 9: ...";
 * what was read before it is put, and what was begun is ended. Text behind the
 * array is passed over, as behave may print it there.
 */
must_use int cucumber_read(struct ingest *in, struct str bytes, const char *path, struct err *e);
