"""The frame of the benchmarks: sides of a case are run in turn, and compared round by round.

A figure from one machine says little; the ratio of two that ran seconds apart says
more. So each round runs every side once, in an order that rotates, and a ratio is the
median over the rounds of the ratios within a round.
"""
import os
import platform
import statistics
import subprocess
import sys
import time


class Failed(Exception):
    """A side did not do its work, so there is nothing to compare."""


class Run:
    """One run of a command: wall and CPU time in seconds, the largest process in bytes."""

    def __init__(self, wall, cpu, rss):
        self.wall, self.cpu, self.rss = wall, cpu, rss


def execute(argv, cwd, env=None, good=(0,)):
    """Runs a command with its output in a file, and fails with its end when it fails."""
    log = os.path.join(cwd, ".bench-output")
    full = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **(env or {}))
    for name in list(full):
        if name.startswith("FETTLE_") and name not in (env or {}):
            del full[name]
    with open(log, "wb") as out:
        begin = time.monotonic()
        child = subprocess.Popen(argv, cwd=cwd, env=full, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in good:
        with open(log, "rb") as f:
            tail = f.read()[-2000:].decode(errors="replace")
        raise Failed(f"{' '.join(argv[:6])} ended with {child.returncode}:\n{tail}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


class Side:
    """One way of doing the work of a case.

    measure() is called once a round and returns {quantity: number}. prepare() is called
    before it and not measured.
    """

    def __init__(self, name, measure, prepare=None):
        self.name, self.measure, self.prepare = name, measure, prepare


def command(name, argv, cwd, env=None, prepare=None):
    """A side that is one command; its quantities are wall and cpu in seconds and rss in bytes."""

    def measure():
        run = execute(argv, cwd, env)
        return {"wall": run.wall, "cpu": run.cpu, "rss": run.rss}

    return Side(name, measure, prepare)


class Samples:
    """What the rounds gave: samples[side][quantity] is a list, one number a round."""

    def __init__(self, sides):
        self.of = {side.name: {} for side in sides}

    def add(self, side, numbers):
        for quantity, number in numbers.items():
            self.of[side].setdefault(quantity, []).append(number)

    def get(self, side, quantity="wall"):
        return self.of[side][quantity]

    def median(self, side, quantity="wall"):
        return statistics.median(self.get(side, quantity))

    def ratio(self, side, base, quantity="wall"):
        return statistics.median(a / b for a, b in zip(self.get(side, quantity), self.get(base, quantity)))

    def quantile(self, side, q, quantity="wall"):
        values = sorted(self.get(side, quantity))
        return values[min(len(values) - 1, int(q * len(values)))]


def interleave(sides, rounds):
    """Runs every side once a round, first those that ran last the round before."""
    samples = Samples(sides)
    for number in range(rounds):
        for i in range(len(sides)):
            side = sides[(i + number) % len(sides)]
            if side.prepare:
                side.prepare()
            samples.add(side.name, side.measure())
            print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    return samples


class Table:
    """A Markdown table; numbers come formatted."""

    def __init__(self, *head):
        self.head, self.rows = head, []

    def row(self, *cells):
        self.rows.append([str(c) for c in cells])

    def __str__(self):
        lines = [self.head, ["---"] + ["---:"] * (len(self.head) - 1)] + self.rows
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def seconds(s):
    size = abs(s)
    return f"{s * 1e6:.0f} µs" if size < 1e-3 else f"{s * 1e3:.2f} ms" if size < 1 else f"{s:.2f} s"


def verdict(value, most, form=seconds):
    """A figure beside the target that it is held against."""
    return f"{form(value)} (target {form(most)}: {'met' if value <= most else '**missed**'})"


def plain_table(samples, sides, base, quantity="wall"):
    """Every side's median, range, and ratio to the base."""
    table = Table("", "median", "least", "most", f"ratio to {base}", "CPU")
    for side in sides:
        values = samples.get(side.name, quantity)
        cpu = seconds(samples.median(side.name, "cpu")) if "cpu" in samples.of[side.name] else ""
        table.row(side.name, seconds(statistics.median(values)), seconds(min(values)), seconds(max(values)),
                  f"{samples.ratio(side.name, base, quantity):.2f}", cpu)
    return str(table)


def cpu_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            return next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def system_name():
    try:
        with open("/etc/os-release", encoding="utf-8") as f:
            return next(line.split("=", 1)[1].strip().strip('"') for line in f if line.startswith("PRETTY_NAME="))
    except (OSError, StopIteration):
        return platform.system()


def machine():
    """One line that says on what the figures were taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (f"{cpu_name()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {system_name()}, "
            f"Linux {platform.release()}, load {load:.1f} at the start")
