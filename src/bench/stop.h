/*
 * bench/stop.h - SIGINT, SIGTERM and SIGHUP while something is measured: what runs is ended in good order.
 */
#pragma once
#include <stdbool.h>

/* What is said of results that a stop has cut. */
#define STOP_NOTE "interrupted: what had not been measured by then is missing"

/* From now on they only set a flag, and end waits with EINTR. */
void stop_catch(void);
bool stop_asked(void);
