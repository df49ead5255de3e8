/*
 * collect/hang.h - what a process that hangs is doing, before it is ended.
 *
 * Python processes with our agent dump their stacks on a signal; Go and Java dump on
 * SIGQUIT (for those the dump is in their output); others are looked at by eu-stack or gdb where there is
 * one.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"

enum { HANG_SIGNAL_OFFSET = 5, HANG_PROCESSES = 8, HANG_BYTES = 32 * 1024 };

/* The number of the signal on which agents dump: SIGRTMAX - 5. */
int hang_signal(void);

/*
 * Asks the processes of a tree for their stacks. Those that answer by themselves do so at
 * once; for the others a debugger is started, its pid returned (0: none is needed or there), writing into
 * out_path.
 */
pid_t hang_ask(struct arena *a, const pid_t *pids, size_t n, const char *out_path, char *const *env);
/* Asks one process, if it answers by itself. */
void hang_nudge(pid_t pid);
/* What was written into a file, cut to HANG_BYTES, in the arena. */
struct str hang_read(struct arena *a, const char *path);
