"""What measuring the coverage of Python costs: fettle's tracer beside coverage.py and slipcover.

FETTLE_BENCH_PYTHONS names further interpreters, separated by colons; each gets a venv with the peers.
"""
import glob
import os
import shutil
import subprocess
import sys
import tarfile

from frame import Failed, Side, Table, command, execute, interleave, plain_table, verdict

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "cover"))
import cover_map  # noqa: E402

PEERS = ["coverage", "slipcover"]
SUITE = "markdown==3.7"

CALLS = '''
class Task:
    def __init__(self, name, work, queue):
        self.name, self.work, self.queue, self.done = name, work, queue, 0

    def is_ready(self):
        return self.work > 0

    def step(self, machine):
        if not self.is_ready():
            return machine.refill(self)
        self.work -= 1
        self.done += 1
        if self.done % 3 == 0:
            machine.note(self)
        return self.following(machine)

    def following(self, machine):
        return machine.take(self.queue + self.done)


class Machine:
    def __init__(self, n):
        self.tasks = [Task("t%d" % i, 50 + i, i % 7) for i in range(12)]
        self.notes = self.refills = 0

    def note(self, task):
        self.notes += 1

    def refill(self, task):
        self.refills += 1
        task.work = 50
        return task

    def take(self, n):
        return self.tasks[n % len(self.tasks)]

    def run(self, n):
        task = self.tasks[0]
        for _ in range(n):
            task = task.step(self)
        return self.notes, self.refills


print(Machine(12).run(SIZE * 1200000))
'''

GRAPH = '''
class Variable:
    def __init__(self, value):
        self.value, self.constraints, self.mark = value, [], 0


class Scale:
    def __init__(self, source, factor, offset, target):
        self.source, self.factor, self.offset, self.target = source, factor, offset, target
        source.constraints.append(self)

    def execute(self):
        self.target.value = self.source.value * self.factor.value % 1009 + self.offset.value


class Equal(Scale):
    def execute(self):
        self.target.value = self.source.value


def plan(start, mark):
    todo, order = [start], []
    while todo:
        variable = todo.pop()
        if variable.mark == mark:
            continue
        variable.mark = mark
        for constraint in variable.constraints:
            order.append(constraint)
            if constraint.target.mark != mark:
                todo.append(constraint.target)
    return order


def build(n):
    variables = [Variable(i) for i in range(n)]
    ten, two = Variable(10), Variable(2)
    for i in range(n - 1):
        kind = Equal if i % 3 == 0 else Scale
        kind(variables[i], ten, two, variables[i + 1])
    return variables


variables = build(300)
total = 0
for mark in range(1, SIZE * 5000):
    variables[0].value = mark
    for constraint in plan(variables[0], mark):
        constraint.execute()
    total += variables[-1].value
print(total)
'''

LOOPS = '''
def advance(bodies, pairs, dt, n):
    for _ in range(n):
        for one, two in pairs:
            dx = one[0] - two[0]
            dy = one[1] - two[1]
            dz = one[2] - two[2]
            pull = dt / ((dx * dx + dy * dy + dz * dz + 0.01) ** 1.5)
            if pull > 1:
                pull = 1
            one[3] -= dx * two[6] * pull
            one[4] -= dy * two[6] * pull
            one[5] -= dz * two[6] * pull
            two[3] += dx * one[6] * pull
            two[4] += dy * one[6] * pull
            two[5] += dz * one[6] * pull
        for body in bodies:
            body[0] += dt * body[3]
            body[1] += dt * body[4]
            body[2] += dt * body[5]


bodies = [[i, i * 0.5, -i, 0.1 * i, 0.0, 0.2, 1.0 + i] for i in range(5)]
pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1:]]
advance(bodies, pairs, 0.001, SIZE * 90000)
print(bodies[0][0])
'''

TEXT = '''
import re

WORD = re.compile(r"[A-Za-z]+|[0-9]+|[^\\\\s]")


def tokens(text):
    at = 0
    while at < len(text):
        match = WORD.search(text, at)
        if match is None:
            break
        at = match.end()
        yield match.group()


def kind(token):
    if token.isdigit():
        return "number"
    elif token.isalpha():
        if token[0].isupper():
            return "name"
        return "word"
    else:
        return "sign"


def render(text):
    out, counts = [], {}
    for token in tokens(text):
        k = kind(token)
        counts[k] = counts.get(k, 0) + 1
        if k == "word":
            out.append(token.upper())
        elif k == "number":
            out.append("%05d" % int(token))
        elif any(c in ".,;" for c in token):
            out.append(" ")
        else:
            out.append(token)
    return "".join(out), counts


line = "The quick brown Fox jumps over 13 lazy dogs, and (twice) over 7 more; then it sleeps. "
for _ in range(SIZE * 2900):
    result = render(line * 4)
print(result[1])
'''

# As in docs/python-tracer.md: what it may cost at most, by branch and version.
LIMITS = {(False, True): 1.03, (True, True): 1.08, (False, False): 1.05, (True, False): 1.08}


def peers(b, python):
    """A venv of that interpreter with the peers."""
    version = subprocess.check_output([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).decode().strip()
    folder = os.path.join(os.path.dirname(os.path.dirname(b.python)), "cover-" + version)
    inside = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "done")):
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(pip + PEERS + ["setuptools", "pyyaml"], check=True)
        open(os.path.join(folder, "done"), "w").close()
    return inside, tuple(map(int, version.split(".")))


def suite(b, python):
    """The folder of a real package with its tests."""
    folder = os.path.join(os.path.dirname(os.path.dirname(b.python)), "cover-suite")
    if not glob.glob(folder + "/*/tests"):
        subprocess.run([python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--no-binary", ":all:", "-d", folder, SUITE], check=True)
        for archive in glob.glob(folder + "/*.tar.gz"):
            with tarfile.open(archive) as tar:
                tar.extractall(folder)
    return glob.glob(folder + "/*/tests")[0].rpartition("/")[0]


def agent(b):
    """The agent's folder, as fettle unpacks it."""
    folder = b.folder("agent")
    extension = os.path.join(os.path.dirname(os.path.abspath(b.fettle)), "fettle_cover.abi3.so")
    if not os.path.exists(extension):
        raise Failed("fettle was built without its tracer: Python's headers are missing")
    for path in [*glob.glob(os.path.join(ROOT, "src", "agent", "*.py")), extension]:
        shutil.copy(path, folder)
    return folder


class Load:
    """A command below a folder whose code is measured."""

    def __init__(self, name, words, root, source):
        self.name, self.words, self.root, self.source = name, words, root, source


def loads(b, python, suite_root):
    size = 1 if b.quick else 3
    for name, text in (("calls", CALLS), ("graph", GRAPH), ("loops", LOOPS), ("text", TEXT)):
        root = b.folder(name)
        with open(os.path.join(root, "main.py"), "w", encoding="utf-8") as out:
            out.write(text.replace("SIZE", str(size)))
        yield Load(name, ["main.py"], root, root)
    root = b.folder("short")
    with open(os.path.join(root, "main.py"), "w", encoding="utf-8") as out:
        out.write("import argparse, json, logging\n" + "".join("def f%d(x):\n    return x + 1\nf%d(2)\n" % (i, i) for i in range(300)))
    yield Load("short", ["main.py"], root, root)
    yield Load("markdown's tests", ["-m", "unittest", "discover", "-q", "tests"], suite_root, os.path.join(suite_root, "markdown"))


def side(name, argv, load, env=None, prepare=None):
    def measure():
        run = execute(argv, load.root, {"PYTHONPATH": "", "COVERAGE_CORE": "", **(env or {})})
        return {"cpu": run.cpu, "wall": run.wall}

    return Side(name, measure, prepare)


def own(b, name, python, load, folder, flags, **more):
    path = "/dev/shm/fettle-bench-%d" % os.getpid()

    def prepare():
        if os.path.exists(path):
            os.unlink(path)
        cover_map.make(path, ["source " + load.source], flags)

    env = {"PYTHONPATH": folder, "FETTLE_COVER": path, **more}
    return side(name, [python, *load.words], load, env, prepare)


def sides_of(b, python, version, load, folder):
    cov = [python, "-m", "coverage", "run", "--data-file=.bench-coverage", "--rcfile=/dev/null", "--source", load.source]
    slip = [python, "-m", "slipcover", "--source", load.source, "--out", ".bench-slipcover", "--json"]
    ctrace = {"COVERAGE_CORE": "ctrace"}
    yield side("plain", [python, *load.words], load)
    yield own(b, "fettle", python, load, folder, 0)
    yield own(b, "fettle, branch", python, load, folder, cover_map.BRANCH)
    yield side("coverage.py ctrace", cov + load.words, load, ctrace)
    yield side("coverage.py ctrace, branch", cov + ["--branch"] + load.words, load, ctrace)
    if version >= (3, 12):
        yield side("coverage.py sysmon", cov + load.words, load, {"COVERAGE_CORE": "sysmon"})
    yield side("slipcover", slip + load.words, load)
    yield side("slipcover, branch", slip + ["--branch"] + load.words, load)


def interpreters():
    return [sys.executable] + [p for p in os.environ.get("FETTLE_BENCH_PYTHONS", "").split(":") if p]


def cover_tracer(b):
    """CPU of Python programs under tracers of coverage, over the CPU of the same program without."""
    folder = agent(b)
    said = []
    for interpreter in interpreters():
        python, version = peers(b, interpreter)
        new, table, worst = version >= (3, 12), None, {False: 0, True: 0}
        for load in loads(b, python, suite(b, b.python)):
            sides = list(sides_of(b, python, version, load, folder))
            samples = interleave(sides, b.rounds)
            table = table or Table("load", "plain", *(s.name for s in sides[1:]))
            ratio = {s.name: samples.ratio(s.name, "plain", "cpu") for s in sides[1:]}
            table.row(load.name, f"{samples.median('plain', 'cpu'):.2f} s", *(f"{r:.2f}" for r in ratio.values()))
            if load.name == "short":
                fixed = samples.median("fettle", "cpu") - samples.median("plain", "cpu")
                continue
            worst[False] = max(worst[False], ratio["fettle"])
            worst[True] = max(worst[True], ratio["fettle, branch"])
        said.append(f"Python {version[0]}.{version[1]}:\n\n{table}\n\nWorst of fettle on the long ones: lines "
                    f"{verdict(worst[False], LIMITS[False, new], '{:.2f}'.format)}, branches "
                    f"{verdict(worst[True], LIMITS[True, new], '{:.2f}'.format)}; fixed cost of a process "
                    f"{verdict(fixed, 0.020)}.")
    return "\n\n".join(said)


def with_pytest(python):
    if subprocess.run([python, "-c", "import pytest"], stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pytest"], check=True)
    # a file of the suite makes all warnings errors, pytest's own about another file, too
    return [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests",
            "--ignore=tests/test_syntax/extensions/test_md_in_html.py"]


def cover_contexts(b):
    """CPU of a real suite whose lines are told test by test, over the CPU of the same suite without coverage."""
    said = []
    root = suite(b, b.python)
    source = os.path.join(root, "markdown")
    config = os.path.join(b.folder("cover-contexts"), "contexts.rc")
    with open(config, "w", encoding="utf-8") as out:
        out.write("[run]\ndynamic_context = test_function\n")
    for interpreter in interpreters():
        python, version = peers(b, interpreter)
        pytest = with_pytest(python)
        fettle = [*b.run("-j1"), "--cover", "--cover-source", source, "--quick"]
        traced = [python, "-m", "coverage", "run", "--data-file=.bench-coverage", "--source", source]
        sides = [
            command("fettle run", b.run("-j1", "--") + pytest, root),
            command("fettle run --cover", [*fettle, "--", *pytest], root),
            command("fettle run --cover-contexts", [*fettle, "--cover-contexts", "--", *pytest], root),
            command("pytest", pytest, root),
            command("coverage.py", [*traced, "--rcfile=/dev/null", *pytest[1:]], root),
            command("coverage.py, contexts", [*traced, "--rcfile=" + config, *pytest[1:]], root),
        ]
        samples = interleave(sides, b.rounds)
        ratio = samples.ratio("fettle run --cover-contexts", "fettle run", "cpu")
        said.append(f"Python {version[0]}.{version[1]}, the tests of {SUITE} in pytest:\n\n"
                    f"{plain_table(samples, sides, 'fettle run', 'cpu')}\n\nContexts: {verdict(ratio, 1.25, '{:.2f}'.format)}.")
    return "\n\n".join(said)
