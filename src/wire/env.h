/*
 * wire/env.h - names of the environment variables that fettle sets for the
 * processes that it starts. Those under "agent" are taken out again by the
 * agent before the first test runs, so that a test framework started by a test
 * is not injected.
 */
#pragma once

/* For the tests. */
#define ENV_RUN        "FETTLE_RUN"        /* id of the run */
#define ENV_WORKER     "FETTLE_WORKER"     /* 0 .. N-1 */
#define ENV_WORKERS    "FETTLE_WORKERS"    /* N */
#define ENV_WORKER_DIR "FETTLE_WORKER_DIR" /* private to the worker, dropped at the end */
#define ENV_ATTEMPT    "FETTLE_ATTEMPT"    /* 1 ..; one process a unit only */
#define ENV_EVENTS     "FETTLE_EVENTS"     /* file to which anyone may append rows */
#define ENV_INSIDE     "FETTLE_INSIDE"     /* number of the `fettle mark -- COMMAND` around us */
#define ENV_MARKS      "FETTLE_MARKS"      /* path of the map of native marks: wire/marks.h */
#define ENV_CONTROLLER "FETTLE_CONTROLLER" /* 1: below the process that plays the controller */
#define ENV_TRACEPARENT                                                                                      \
	"TRACEPARENT" /* W3C Trace Context: the span of the unit (a process a unit) or of the worker */

/* For the tracer, and inherited by all that the tests start. */
#define ENV_COVER        "FETTLE_COVER"        /* path of the map: wire/cover_map.h */
#define ENV_COVER_TRACER "FETTLE_COVER_TRACER" /* auto, native, coverage, slipcover */
#define ENV_COVER_PEERS  "FETTLE_COVER_PEERS"  /* folder for what coverage.py and slipcover write */

#define ENV_TREE        "FETTLE_TREE"        /* the working tree, where workers have copies of it ... */
#define ENV_TREE_COPIES "FETTLE_TREE_COPIES" /* ... and the folder that holds them, as 0, 1, 2 */

/* For the agent. */
#define ENV_AGENT                                                                                            \
	"FETTLE_AGENT" /* "pull": take units from the socket; "pull-bare": look like no worker of other      \
			  tools while the framework is configured; "control": play their controller;         \
			  "observe"; "close": bring coverage together */
#define ENV_AGENT_DIR    "FETTLE_AGENT_DIR"    /* the entry put in front of PYTHONPATH */
#define ENV_AGENT_SOCKET "FETTLE_SOCKET"       /* path of the worker's unix socket */
#define ENV_EVENTS_SPARE "FETTLE_EVENTS_SPARE" /* file for rows once those of ENV_EVENTS find no room */
#define ENV_DUMP_SIGNAL  "FETTLE_DUMP_SIGNAL"  /* number: dump all stacks on it */
#define ENV_FAILED       "FETTLE_FAILED"       /* close: a test of the suite was bad */
#define ENV_NODES        "FETTLE_NODES"     /* folder of what a controller and its workers tell each other */
#define ENV_DUMP_FILE    "FETTLE_DUMP_FILE" /* where to */
