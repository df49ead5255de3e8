/*
 * cmd/run_pytest_cov.h - the coverage data that pytest-cov left in each worker.
 *
 * When all units have run, the command is started once more with an agent that runs no
 * test and hands pytest-cov the data of all workers: it combines, reports and judges
 * (--cov-fail-under) as after a plain run. Where that cannot be, the data files are put
 * where `coverage combine` finds them, and a note says so.
 */
#pragma once
#include "cmd/run.h"

/* Before the run is done. Returns whether pytest-cov says no. */
bool pytest_cov_close(struct run *r, enum pool_end end);
/* Prints what pytest-cov reported, if anything, on standard error. */
void pytest_cov_tell(struct run *r);
