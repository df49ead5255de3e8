"""What fettle itself takes: its share of a run's CPU, and memory and reports of a run of 100,000 scenarios."""
import glob
import gzip
import json
import os
import subprocess
import threading
import time

import suites
from frame import Failed, Side, Table, execute, interleave, seconds, verdict

MIB = 1 << 20
MANY = 100_000


class Watched:
    """A run of fettle: CPU seconds of all its processes and of fettle itself, wall seconds, fettle's own peak memory in bytes.
    A child's ru_maxrss would tell that of Python, which it was before exec."""

    def __init__(self, argv, cwd, out):
        self.peak = 0
        done = threading.Event()
        with open(out, "wb") as f, open(os.path.join(cwd, ".bench-output"), "wb") as said:
            begin = time.monotonic()
            child = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=f, stderr=said, env=clean_environment())
        watch = threading.Thread(target=self.watch, args=(child.pid, done))
        watch.start()
        try:
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            self.wall = time.monotonic() - begin
            with open(f"/proc/{child.pid}/schedstat", encoding="ascii") as f:  # of its one thread, in ns; a zombie has it still
                self.own = int(f.read().split()[0]) / 1e9
        finally:
            done.set()
            watch.join()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        if child.returncode:
            with open(os.path.join(cwd, ".bench-output"), "rb") as f:
                raise Failed(f"{' '.join(argv[:4])} ended with {child.returncode}:\n{f.read()[-2000:].decode(errors='replace')}")

    def watch(self, pid, done):
        while not done.wait(0.005):
            self.peak = max(self.peak, peak_of(pid))


def clean_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("FETTLE_")} | {"PYTHONDONTWRITEBYTECODE": "1"}


def peak_of(pid):
    """The most memory that a process ever had, in bytes; 0: it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
            return next((int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM:")), 0)
    except (OSError, ProcessLookupError):
        return 0


def watched(name, argv, cwd, out=os.devnull):
    def measure():
        run = Watched(argv, cwd, out)
        return {"wall": run.wall, "own": run.own, "cpu": run.cpu, "share": run.own / run.cpu, "peak": run.peak}

    return Side(name, measure)


def own_cost(b):
    """The share of a run's CPU that is fettle's own process, reports and history included, from the second run on."""
    table = Table("suite, two workers", "CPU of the run", "of that fettle's own", "share", "a test")
    worst = {}
    pytest, behave = [b.python, "-m", "pytest", "-q"], [b.peer("behave"), "--format", "progress"]
    for what, make, n, command in (
        ("2,000 pytest tests that do nothing", suites.pytest_tiny, 2000, pytest),
        ("2,000 pytest tests of 1 ms", lambda root: suites.pytest_busy(root, 0.001), 2000, pytest),
        ("1,000 pytest tests of 5 ms", lambda root: suites.pytest_busy(root, 0.005, files=10), 1000, pytest),
        ("200 behave features that do nothing", suites.behave_tiny, 200, behave),
    ):
        root = b.folder("own")
        make(root)
        argv = b.run("-j2", "--") + command
        execute(argv, root)
        samples = interleave([watched(what, argv, root)], b.rounds)
        own, share = samples.median(what, "own"), samples.median(what, "share")
        table.row(what, seconds(samples.median(what, "cpu")), seconds(own), f"{share:.2%}", seconds(own / n))
        worst[what] = share
    told = "; ".join(f"{what}: {verdict(share, 0.01, '{:.2%}'.format)}" for what, share in worst.items())
    return f"{table}\n\n{told}."


def scale(b):
    """A behave suite of 100,000 scenarios: fettle's own memory and CPU while it runs, and each report made again."""
    features = 50 if b.quick else 500
    n = features * (MANY // 500)
    root = b.folder("scale")
    suites.behave_many(root, features, MANY // 500)
    run = watched("run", b.run("-j2", "--") + [b.peer("behave"), "--format", "progress", "--no-summary"], root)
    first = run.measure()
    again = run.measure()
    events = max(glob.glob(os.path.join(root, ".fettle", "runs", "*", "events.jsonl")), key=os.path.getmtime)
    folder = os.path.dirname(events)
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as f:
        counted = json.load(f)["counts"]["tests"]
    if counted != n:
        raise Failed(f"the report has {counted} of {n} scenarios")
    table = Table("", "wall", "peak memory", "size")
    forms = ("text", "json", "markdown", "junit", "html", "trace")
    sides = [watched(form, [b.fettle, "report", folder, "--format", form], root, os.path.join(root, form)) for form in forms]
    samples = interleave(sides, b.rounds)
    for side in sides:
        size = os.path.getsize(os.path.join(root, side.name))
        table.row(f"report --format {side.name}", seconds(samples.median(side.name)),
                  f"{samples.median(side.name, 'peak') / MIB:.1f} MiB", f"{size / 1e6:.1f} MB")
    with gzip.open(os.path.join(folder, "trace.json.gz")) as f:
        json.load(f)
    mib = "{:.1f} MiB".format
    slowest = max(samples.median(side.name) for side in sides)
    peak = max(first["peak"], again["peak"]) / MIB
    return (f"{n:,} scenarios, a record of {os.path.getsize(events) / 1e6:.0f} MB.\n\n{table}\n\nThe run: fettle's peak memory "
            f"{verdict(peak, 40, mib)}; its own CPU {seconds(again['own'])} of {seconds(again['cpu'])}, {again['share']:.2%}. "
            f"The slowest report {verdict(slowest, 0.5)}.")
