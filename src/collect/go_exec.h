/*
 * collect/go_exec.h - what fettle does when the go command starts it in place of a
 * test binary: keep the binary, its arguments, folder and environment, say so, leave.
 */
#pragma once

#define GO_EXEC_DIR  "FETTLE_GO_DIR"
#define GO_EXEC_MARK "fettle-go-exec "

/* argv as go gave it: the stand-in, the binary, its arguments. Returns the exit code. */
int go_exec_main(int argc, char **argv);
/* Copies standard input to standard output: bats' external formatter. Returns the exit code. */
int copy_main(void);
