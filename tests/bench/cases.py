"""The cases of ./dev bench. Each is a function of a Bench and returns Markdown."""
import glob
import json
import os
import shutil
import statistics
import subprocess
import time

import bench_exec_case
import cover_cases
import cover_merge_case
import cover_report_case
import cover_whole_case
import mark_case
import scale_case
import suites
from frame import Failed, Side, Table, command, execute, interleave, plain_table, seconds, verdict


class Bench:
    """What a case needs: the program, the peers' interpreter, an empty folder, how many rounds."""

    def __init__(self, fettle, python, room, rounds, quick):
        self.fettle, self.python, self.room, self.rounds, self.quick = fettle, python, room, rounds, quick
        self.short = Table("", "plain", "fettle", "others")

    def folder(self, name):
        path = os.path.join(self.room, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def peer(self, name):
        return os.path.join(os.path.dirname(self.python), name)

    def in_short(self, what, samples, plain, fettle, *others):
        """A row of the table at the head of the page: medians of the wall time."""
        told = ", ".join(f"{name} {seconds(samples.median(name))}" for name in others)
        self.short.row(what, seconds(samples.median(plain)), seconds(samples.median(fettle)), told)

    def run(self, *words):
        """fettle run, told to keep quiet."""
        return [self.fettle, "run", "--quiet", *words]


def more(samples, side, base, quantity="wall"):
    """By how much a side is above another one: the median of the differences within a round."""
    return statistics.median(x - y for x, y in zip(samples.get(side, quantity), samples.get(base, quantity)))


def start_up(b):
    """`fettle --version` beside a program that does nothing at all."""
    sides = []
    for name, argv in (("/bin/true", ["/bin/true"]), ("fettle --version", [b.fettle, "--version"])):

        def measure(argv=argv):
            with open(os.devnull, "w", encoding="utf-8") as null:
                begin = time.monotonic()
                for _ in range(20):
                    subprocess.run(argv, stdout=null, check=True)
                return {"wall": (time.monotonic() - begin) / 20}

        sides.append(Side(name, measure))
    samples = interleave(sides, 20)
    over = more(samples, "fettle --version", "/bin/true")
    return (plain_table(samples, sides, "/bin/true") + f"\n\nEach is the mean of 20 starts from Python. fettle over "
            f"/bin/true: {seconds(over)}; whole start: {verdict(samples.median('fettle --version'), 0.005)}.")


def pytest_tiny(b):
    """2,000 pytest tests that do nothing: what a runner itself costs."""
    root = b.folder("pytest-tiny")
    suites.pytest_tiny(root)
    pytest = [b.python, "-m", "pytest", "-q"]
    sides = [
        command("pytest", pytest + ["-p", "no:xdist"], root),
        command("xdist -n2", pytest + ["-n2"], root),
        command("xdist -n2 worksteal", pytest + ["-n2", "--dist", "worksteal"], root),
        command("fettle -j2", b.run("-j2", "--") + pytest, root),
        command("fettle -j1", b.run("-j1", "--") + pytest, root),
    ]
    execute(b.run("-j2", "--") + pytest, root)  # the history, which every later run has
    samples = interleave(sides, b.rounds)
    b.in_short("2,000 tiny pytest tests, 2 workers", samples, "pytest", "fettle -j2", "xdist -n2", "xdist -n2 worksteal")
    cost = more(samples, "fettle -j1", "pytest", "cpu") / 2000
    return (plain_table(samples, sides, "pytest") + f"\n\nCPU that a test costs in sequence: {verdict(cost, 0.00005)}. "
            f"Two workers beside plain pytest: {samples.ratio('fettle -j2', 'pytest'):.2f} (target 1.00), "
            f"beside xdist: {samples.ratio('fettle -j2', 'xdist -n2'):.2f}.")


def behave_tiny(b):
    """200 behave features that do nothing."""
    root = b.folder("behave-tiny")
    suites.behave_tiny(root)
    behave = [b.peer("behave"), "--format", "progress"]
    out = os.path.join(root, "out")
    sides = [
        command("behave", behave, root),
        command("behavex, 2 processes", [b.peer("behavex"), "--parallel-processes", "2", "--parallel-scheme", "feature",
                                         "-o", out], root),
        command("fettle -j2", b.run("-j2", "--") + behave, root),
        command("fettle -j1", b.run("-j1", "--") + behave, root),
    ]
    execute(b.run("-j2", "--") + behave, root)
    samples = interleave(sides, b.rounds)
    b.in_short("200 tiny behave features, 2 workers", samples, "behave", "fettle -j2", "behavex, 2 processes")
    cost = more(samples, "fettle -j1", "behave", "cpu") / 200
    return (plain_table(samples, sides, "behave") + f"\n\nCPU that a feature costs in sequence: {verdict(cost, 0.0003)}. "
            f"Two workers beside plain behave: {samples.ratio('fettle -j2', 'behave'):.2f} (target 1.00), "
            f"beside behavex: {samples.ratio('fettle -j2', 'behavex, 2 processes'):.2f}.")


def first(name, argv, root):
    """A side whose quantity is the time from its start until its first test begins."""
    stamps = os.path.join(root, "stamps")

    def prepare():
        if os.path.exists(stamps):
            os.remove(stamps)

    def measure():
        begin = time.monotonic()
        execute(argv, root, {"BENCH_STAMPS": stamps})
        with open(stamps, encoding="utf-8") as f:
            return {"wall": min(float(line.split()[1]) for line in f) - begin}

    return Side(name, measure, prepare)


def first_test(b):
    """Time from the start of the command until the first test begins, in suites of 20 short sleeps."""
    tables = []
    for name, make, command_of in (
        ("behave", suites.behave_sleeps, [b.peer("behave"), "--format", "progress"]),
        ("pytest", suites.pytest_sleeps, [b.python, "-m", "pytest", "-q"]),
    ):
        root = b.folder("first-" + name)
        make(root, [0.001] * 20)
        plain = command_of + (["-p", "no:xdist"] if name == "pytest" else [])
        sides = [first(name, plain, root)]
        sides += [first(f"fettle -j{n}, {name}", b.run(f"-j{n}", "--") + plain, root) for n in (1, 2)]
        samples = interleave(sides, b.rounds)
        b.in_short(f"until the first test of {name} begins, 1 worker", samples, name, sides[1].name)
        late = more(samples, sides[1].name, name)
        tables.append(plain_table(samples, sides, name) +
                      f"\n\nfettle -j1 over {name} itself: {verdict(late, 0.02)}.")
    return "\n\n".join(tables)


def bound(spans, workers):
    """When the last of these (process, begin, end) could have ended at best, had the processes been
    ready when they were: no schedule gets below it. A worker that no test was seen on counts as
    ready with the last one."""
    ready = {}
    for process, begin, _ in spans:
        ready[process] = min(begin, ready.get(process, begin))
    ready = sorted(ready.values())
    ready += ready[-1:] * (workers - len(ready))
    work = sum(end - begin for _, begin, end in spans)
    # Water that is poured over steps: the level when all of it is in, with the first n steps under it.
    level = min((work + sum(ready[:n])) / n for n in range(1, len(ready) + 1))
    return max(level, ready[0] + max(end - begin for _, begin, end in spans))


def over_bound(spans, workers):
    first = min(begin for _, begin, _ in spans)
    return (max(end for _, _, end in spans) - first) / (bound(spans, workers) - first)


def over_units(root, workers):
    """The same by the times of the units that fettle told of its last run there, in which what a framework does
    for a file before its first test is work."""
    newest = max(glob.glob(os.path.join(root, ".fettle", "runs", "*", "report.json")), key=os.path.getmtime)
    with open(newest, encoding="utf-8") as f:
        units = json.load(f)["units"]
    return over_bound([(u["worker"], u["start_ns"], u["start_ns"] + u["dur_ns"]) for u in units], workers)


def stamped(name, argv, root, workers):
    """A side whose tests tell where and when they ran: its quantities are the time from the first
    begin to the last end, over what it could have been at best, and the wall time of the whole."""
    stamps = os.path.join(root, "stamps")

    def prepare():
        if os.path.exists(stamps):
            os.remove(stamps)

    def measure():
        run = execute(argv, root, {"BENCH_STAMPS": stamps})
        with open(stamps, encoding="utf-8") as f:
            spans = [tuple(map(float, line.split())) for line in f]
        told = {"units": over_units(root, workers)} if name == "fettle" else {}
        return {"wall": run.wall, "over": over_bound(spans, workers), "tests": len(spans), **told}

    return Side(name, measure, prepare)


def sleeps_table(b, what, make, sides_of, n_of, wall):
    """One row for each suite and number of workers: window over bound, of every side."""
    table = None
    worst, units, ahead, overs = [], [], True, {}
    for shape in suites.SHAPES:
        for workers in (4, 8, 16) if not b.quick else (4,):
            n = n_of(workers)
            root = b.folder(f"sleeps-{shape.replace(' ', '-')}-{workers}")
            make(root, suites.durations(shape, n, wall * workers))
            sides = sides_of(root, workers)
            sides[0].prepare()
            sides[0].measure()  # fettle learns the durations
            samples = interleave(sides, b.rounds)
            for side in sides:
                if set(samples.get(side.name, "tests")) != {n}:
                    raise Failed(f"{side.name} ran {samples.get(side.name, 'tests')} of {n} tests")
            table = table or Table("suite", "workers", *(s.name for s in sides), "fettle, p95", "fettle, by units")
            p95 = samples.quantile(sides[0].name, 0.95, "over")
            by_units = samples.median(sides[0].name, "units")
            units.append(by_units)
            cells = (f"{samples.median(s.name, 'over'):.3f}, {samples.median(s.name):.1f} s" for s in sides)
            table.row(f"{shape}, {n} tests", workers, *cells, f"{p95:.3f}", f"{by_units:.3f}")
            ahead &= all(samples.median(sides[0].name, "over") < samples.median(s.name, "over") for s in sides[1:])
            worst.append((samples.median(sides[0].name, "over"), p95))
            for side in sides:
                overs.setdefault(side.name, []).append(samples.median(side.name, "over"))
    form = "{:.3f}".format
    mine, *others = (f"{statistics.mean(o):.3f} (worst {max(o):.3f})" for o in overs.values())
    told = ", ".join(f"{name} {o}" for name, o in zip(list(overs)[1:], others))
    b.short.row(f"{what} of sleeps, 4 to 16 workers: time over the best that could be", "", mine, told)
    return (f"{table}\n\nFirst figure: time from the first test's begin to the last one's end, over the best that could be with "
            f"workers ready when they were (sum of the tests, longest test); the tests tell their own times. Second: wall time of "
            f"the whole run, start-up and end included; {wall} s of sleep a worker. Medians. Worst median of fettle "
            f"{verdict(max(m for m, _ in worst), 1.02, form)}, worst p95 {verdict(max(p for _, p in worst), 1.05, form)}; by the times "
            f"of its units, with what the framework does for a file in them, worst median {verdict(max(units), 1.02, form)}; "
            f"{'ahead of all others in every row' if ahead else '**not** ahead of all others in every row'}.")


def pytest_sleeps(b):
    """pytest suites of sleeps: what the order of the tests costs, from the second run on."""
    pytest = [b.python, "-m", "pytest", "-q"]

    def sides_of(root, n):
        return [
            stamped("fettle", b.run(f"-j{n}", "--") + pytest, root, n),
            stamped("xdist load", pytest + [f"-n{n}"], root, n),
            stamped("xdist worksteal", pytest + [f"-n{n}", "--dist", "worksteal"], root, n),
            stamped("static shares", b.run("--chunks", str(n), "--no-history", "--") + pytest, root, n),
        ]

    return sleeps_table(b, "pytest suites", suites.pytest_sleeps, sides_of, lambda n: 20 * n if b.quick else 40 * n, 4 if b.quick else 6)


def behave_sleeps(b):
    """behave suites of sleeps."""
    behave = [b.peer("behave"), "--format", "progress"]

    def sides_of(root, n):
        return [
            stamped("fettle", b.run(f"-j{n}", "--") + behave, root, n),
            stamped("behavex", [b.peer("behavex"), "--parallel-processes", str(n), "--parallel-scheme", "feature",
                                "-o", os.path.join(root, "out")], root, n),
            stamped("static shares", b.run("--chunks", str(n), "--no-history", "--") + behave, root, n),
        ]

    return sleeps_table(b, "behave suites", suites.behave_sleeps, sides_of, lambda n: 10 * n if b.quick else 20 * n, 4 if b.quick else 6)


def exec_floor(b):
    """One process a unit: 500 scripts that do nothing, beside a loop that only starts and awaits them."""
    root = b.folder("exec")
    n = 500
    suites.scripts(root, n)
    names = sorted(os.listdir(os.path.join(root, "u")))

    def floor():
        begin = time.monotonic()
        null = os.open(os.devnull, os.O_RDWR)
        actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in range(3)]
        for name in names:
            pid = os.posix_spawn("/bin/sh", ["sh", os.path.join(root, "u", name)], os.environ, file_actions=actions)
            os.waitpid(pid, 0)
        os.close(null)
        return {"wall": time.monotonic() - begin}

    sides = [
        Side("posix_spawn and wait", floor),
        command("fettle -j1", b.run("-j1", "--units", "u/*.sh", "--", "sh", "{}"), root),
        command("fettle -j2", b.run("-j2", "--units", "u/*.sh", "--", "sh", "{}"), root),
    ]
    execute(b.run("-j2", "--units", "u/*.sh", "--", "sh", "{}"), root)
    samples = interleave(sides, b.rounds)
    b.in_short("500 scripts, a process each, in sequence", samples, "posix_spawn and wait", "fettle -j1")
    cost = more(samples, "fettle -j1", "posix_spawn and wait") / n
    return (plain_table(samples, sides, "posix_spawn and wait") +
            f"\n\nWall time of a unit over exec: {verdict(cost, 0.0006)}.")


CASES = {
    "start-up": start_up,
    "pytest-tiny": pytest_tiny,
    "behave-tiny": behave_tiny,
    "first-test": first_test,
    "pytest-sleeps": pytest_sleeps,
    "behave-sleeps": behave_sleeps,
    "exec": exec_floor,
    "own-cost": scale_case.own_cost,
    "scale": scale_case.scale,
    "marks": mark_case.marks,
    "bench-exec": bench_exec_case.bench_exec,
    "bench-compare": bench_exec_case.bench_compare,
    "cover-tracer": cover_cases.cover_tracer,
    "cover-contexts": cover_cases.cover_contexts,
    "cover-report": cover_report_case.cover_report,
    "cover-merge": cover_merge_case.cover_merge,
    "cover-whole": cover_whole_case.cover_whole,
}
