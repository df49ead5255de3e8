#!/usr/bin/env python3
"""What it costs to watch many containers: a measurement, not a test.

    python3 tests/engine/watch_cost.py build/watch_says [--engine docker|podman] [-n 100] [--seconds 20]

Starts the containers, lets the watch settle, and prints the share of one core that it takes over the time given, for
containers that tick once a second without a network, then with a port that nothing listens at (each is probed for
ten minutes).
"""
import argparse
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import engines


def cpu_ns(pid):
    with open("/proc/%d/schedstat" % pid) as f:
        return int(f.read().split()[0])


def share(pid, seconds):
    begin, at = cpu_ns(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_ns(pid) - begin) / 1e7 / (time.monotonic() - at)


def measure(engine, options, what, **config):
    watch = subprocess.Popen([options.says, engine.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    rows = open(engine.folder + "/rows", "wb")
    copy = subprocess.Popen(["cat"], stdin=watch.stdout, stdout=rows)
    watch.stdout.close()
    cids = []
    for i in range(options.n):
        cids.append(engine.create("sleep", Cmd=["sh", "-c", "while sleep 1; do :; done"], **config))
        engine.start_container(cids[-1])
        watch.stdin.write(b"%s %d\n" % (cids[-1].encode(), i + 1))
        watch.stdin.flush()
    # probing is at its quickest for 30 s
    young = share(watch.pid, 10)
    time.sleep(25)
    old = share(watch.pid, options.seconds)
    with open("/proc/%d/status" % watch.pid) as f:
        status = dict(line.split(":", 1) for line in f)
    fds = len(os.listdir("/proc/%d/fd" % watch.pid))
    watch.stdin.close()
    watch.wait()
    copy.wait()
    rows.close()
    with open(rows.name, "rb") as f:
        n_rows = sum(1 for _ in f)
    print("%s, %d containers %s: %.2f %% of a core right after the last start, %.2f %% later; %s resident, "
          "%d descriptors, %d rows" % (engine.kind, options.n, what, young, old, status["VmRSS"].strip(), fds, n_rows),
          flush=True)
    for cid in cids:
        engine.remove(cid)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("says")
    parser.add_argument("--engine", default="docker", choices=engines.KINDS)
    parser.add_argument("-n", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    engine = engines.start(options.engine)
    try:
        measure(engine, options, "without a network")
        measure(engine, options, "with a port that nothing listens at", published=[8080])
    finally:
        engine.stop()


if __name__ == "__main__":
    main()
