/*
 * config/builtin_benches.h - the benches of sandboxes that the section 'benchmarks' asks for by its flags.
 *
 * A file with that section, enabled, and with a container_image gets them beside its own benches: how
 * containers come and go, tools and languages in them, files, waves of many at once, the engine's API. They
 * are items as any other, named as below, and one of the file that has the name of one of them stands in its
 * place.
 *
 *	test_container_lifecycle  container-lifecycle, api-ping, api-containers, api-version
 *	test_tool_execution       tool-exec-command, tool-write-file, tool-read-file, tool-list-files,
 *tool-run-code test_language_execution   language-sh, language-python3, ... test_file_operations file-1KiB,
 *file-10KiB, file-100KiB, file-1MiB test_concurrency          wave-1, wave-5, ... up to max_concurrency;
 *sandboxes-at-once, as many as targets.max_concurrent_sandboxes wants
 */
#pragma once
#include "config/settings.h"

/* The name of the bench that max_concurrent_sandboxes is judged on. */
#define BUILTIN_AT_ONCE "sandboxes-at-once"

/* Whether builtin_benches would add any. */
bool builtin_wanted(const struct settings *s);

/*
 * Between settings_read and settings_finish. api: what paths of the container engine's API stand behind,
 * "unix:/run/docker.sock:"; NULL: not known, then its endpoints are left out.
 */
void builtin_benches(struct settings *s, const char *api);
