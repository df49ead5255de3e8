"""The cases of ./dev bench. Each is a function of a Bench and returns Markdown."""
import os
import shutil
import subprocess
import time

import cover_cases
import suites
from frame import Failed, Side, Table, command, execute, interleave, plain_table, seconds, verdict


class Bench:
    """What a case needs: the program, the peers' interpreter, an empty folder, how many rounds."""

    def __init__(self, fettle, python, room, rounds, quick):
        self.fettle, self.python, self.room, self.rounds, self.quick = fettle, python, room, rounds, quick

    def folder(self, name):
        path = os.path.join(self.room, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def peer(self, name):
        return os.path.join(os.path.dirname(self.python), name)

    def run(self, *words):
        """fettle run, told to keep quiet."""
        return [self.fettle, "run", "--quiet", *words]


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
    more = samples.median("fettle --version") - samples.median("/bin/true")
    return (plain_table(samples, sides, "/bin/true") + f"\n\nEach is the mean of 20 starts from Python. fettle over "
            f"/bin/true: {seconds(more)}; whole start: {verdict(samples.median('fettle --version'), 0.005)}.")


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
    cost = samples.median("fettle -j1") - samples.median("pytest")
    return (plain_table(samples, sides, "pytest") + f"\n\nCost a test in sequence: {verdict(cost / 2000, 0.00005)}. "
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
    cost = samples.median("fettle -j1") - samples.median("behave")
    return (plain_table(samples, sides, "behave") + f"\n\nCost a feature in sequence: {verdict(cost / 200, 0.0003)}. "
            f"Two workers beside plain behave: {samples.ratio('fettle -j2', 'behave'):.2f} (target 1.00), "
            f"beside behavex: {samples.ratio('fettle -j2', 'behavex, 2 processes'):.2f}.")


def stamped(name, argv, root, workers):
    """A side whose tests tell when they ran: its quantities are the window from the first begin to
    the last end, and that window over what no schedule can beat."""
    stamps = os.path.join(root, "stamps")

    def prepare():
        if os.path.exists(stamps):
            os.remove(stamps)

    def measure():
        run = execute(argv, root, {"BENCH_STAMPS": stamps})
        with open(stamps, encoding="utf-8") as f:
            spans = [tuple(map(float, line.split())) for line in f]
        window = max(end for _, end in spans) - min(begin for begin, _ in spans)
        bound = max(sum(end - begin for begin, end in spans) / workers, max(end - begin for begin, end in spans))
        return {"wall": run.wall, "window": window, "over": window / bound, "tests": len(spans)}

    return Side(name, measure, prepare)


def sleeps_table(b, make, sides_of, n_of, wall):
    """One row for each suite and number of workers: window over bound, of every side."""
    table = None
    worst = []
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
            table = table or Table("suite", "workers", *(s.name for s in sides), "fettle, p95")
            p95 = samples.quantile(sides[0].name, 0.95, "over")
            table.row(f"{shape}, {n} tests", workers, *(f"{samples.median(s.name, 'over'):.3f}" for s in sides), f"{p95:.3f}")
            worst.append((samples.median(sides[0].name, "over"), p95))
    form = "{:.3f}".format
    return (f"{table}\n\nTime from the first test's begin to the last one's end, over max(sum / workers, longest); the tests "
            f"tell their own times. Worst median of fettle {verdict(max(m for m, _ in worst), 1.02, form)}, worst p95 "
            f"{verdict(max(p for _, p in worst), 1.05, form)}.")


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

    return sleeps_table(b, suites.pytest_sleeps, sides_of, lambda n: 20 * n if b.quick else 40 * n, 4 if b.quick else 8)


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

    return sleeps_table(b, suites.behave_sleeps, sides_of, lambda n: 10 * n if b.quick else 20 * n, 4 if b.quick else 8)


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
    cost = samples.median("fettle -j1") - samples.median("posix_spawn and wait")
    return (plain_table(samples, sides, "posix_spawn and wait") +
            f"\n\nCost a unit over exec: {verdict(cost / n, 0.0006)}.")


CASES = {
    "start-up": start_up,
    "pytest-tiny": pytest_tiny,
    "behave-tiny": behave_tiny,
    "pytest-sleeps": pytest_sleeps,
    "behave-sleeps": behave_sleeps,
    "exec": exec_floor,
    "cover-tracer": cover_cases.cover_tracer,
}
