"""The tracer inside real Pythons: what it sees of programs of all kinds, and what it leaves alone.

FETTLE_TEST_PYTHONS names the interpreters (see tests/agent/pythons.py); FETTLE_TRACER the built extension.
"""

import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "agent")]

import cover_map  # noqa: E402
import program_maker  # noqa: E402
import pythons  # noqa: E402

EXTENSION = os.environ.get("FETTLE_TRACER", "")
AGENT = os.path.join(ROOT, "src", "agent")
MONITOR, PROBE = 0, 1


def more_pythons():
    """What else there is, on the path or of pyenv: the tracer has a way of its own in almost each version."""
    if os.environ.get("FETTLE_TEST_PYTHONS"):
        return
    for minor in range(9, 15):
        yield shutil.which("python3.%d" % minor)
    yield from sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python")))


def all_pythons():
    """Those that the tracer serves, 3.9 and later: the tests' own, and one of each other version."""
    seen = set()
    named = [python for python, _ in pythons.all_pythons() if python]
    for python in named + list(filter(None, more_pythons())):
        ask = [python, "-c", "import sys; print(sys.version_info[1])"]
        done = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        version = int(done.stdout) if done.returncode == 0 else 0
        if version >= 9 and (python in named or version not in seen):
            seen.add(version)
            yield python, version, python in named


class Tracer:
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(EXTENSION):
            raise unittest.SkipTest("fettle was built without Python's headers: no tracer")
        cls.agent = tempfile.mkdtemp(prefix="fettle-tracer-agent-")
        for name in os.listdir(AGENT):
            if name.endswith(".py"):
                shutil.copy(os.path.join(AGENT, name), cls.agent)
        shutil.copy(EXTENSION, os.path.join(cls.agent, "fettle_cover.abi3.so"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.agent)

    def setUp(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="fettle-tracer-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.source = os.path.join(self.root, "src")
        os.mkdir(self.source)
        self.map_path = os.path.join(self.root, "map")

    def write(self, name, text):
        path = os.path.join(self.source, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        return path

    def environment(self, rules=None, flags=0, **more):
        if os.path.exists(self.map_path):
            os.unlink(self.map_path)
        cover_map.make(self.map_path, ["source " + self.source] if rules is None else rules, flags)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE_", "PYTHON", "COVERAGE_"))}
        environment.update(
            PYTHONPATH=self.agent, FETTLE_COVER=self.map_path, FETTLE_COVER_PEERS=os.path.join(self.root, "peers"), **more
        )
        return environment

    def run_python(self, python, *words, rules=None, flags=0, code=0, **more):
        done = subprocess.run(
            [python, *words],
            cwd=self.source,
            env=self.environment(rules, flags, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.assertEqual(done.returncode, code, done.stdout.decode())
        self.said = done.stdout.decode()
        return cover_map.Map(self.map_path)

    def each(self):
        yield self.python, self.version

    def lines(self, found, name):
        file = found.files.get(os.path.join(self.source, name))
        return sorted(file.lines) if file else None

    def arcs(self, found, name):
        return found.files[os.path.join(self.source, name)].arcs

    def check(self, name, text, flags=0, **more):
        """Runs a program; its lines that end with "#!" must be missing, those with "#-" are no matter, and all
        others that hold code must be hit."""
        self.write(name, text)
        want, open_ = set(), set()
        for number, line in enumerate(text.splitlines(), 1):
            if line.endswith("#-") or line.strip() in ("", "else:", "finally:"):
                open_.add(number)
            elif not line.endswith("#!"):
                want.add(number)
        for python, version in self.each():
            found = self.run_python(python, name, flags=flags, **more)
            self.assertEqual(found.lost, (0, 0, 0, 0))
            self.assertEqual(set(self.lines(found, name) or ()) - open_, want)

    def test_each_python_is_measured_in_its_best_way(self):
        self.write("a.py", "x = 1\n")
        for python, version in self.each():
            found = self.run_python(python, "a.py")
            ways = [0, 0, 0, 0]
            ways[MONITOR if version >= 12 else PROBE] = 1
            self.assertEqual(found.processes, tuple(ways))
            self.assertEqual(found.python_minor, version)
            self.assertEqual(self.lines(found, "a.py"), [1])

    def test_functions_branches_and_loops(self):
        self.check(
            "a.py",
            """\
def f(x):
    if x > 1:
        y = 1
    elif x < -5:
        y = 3  #!
    else:
        y = 2
    for i in range(x):
        if i == 2:
            continue
        y += i
    else:
        y += 1
    while x > 0:
        x -= 1
        if x == -1:
            break  #!
    return y
f(0)
f(3)
""",
        )

    def test_exceptions_and_contexts(self):
        self.check(
            "a.py",
            """\
import contextlib
def f():
    try:
        raise ValueError
    except KeyError:
        pass  #!
    except ValueError:
        x = 1
    finally:
        x = 2
    with contextlib.suppress(OSError):
        open("/no/such/file")
        x = 3  #!
    with contextlib.suppress(OSError) as a, contextlib.suppress(KeyError) as b:
        x = {}[1]
    try:
        x = 4
    except OSError:  #!
        x = 5  #!
    return x
assert f() == 4
""",
        )

    def test_generators_comprehensions_and_lambdas(self):
        self.check(
            "a.py",
            """\
def g(n):
    for i in range(n):
        got = yield i
        if got:
            print(got)
def h():
    result = yield from g(2)
    return result
def never():
    yield 1  #!
list(h())
it = g(3)
next(it)
it.send("x")
it.close()
a = [x for x in range(3) if x]
b = {x: y
     for x in a
     for y in a}
c = list(x for x in a)
d = lambda: 3
e = lambda: (
    4)  #!
d()
never()
""",
        )

    def test_async_code(self):
        self.check(
            "a.py",
            """\
import asyncio
class Manager:
    async def __aenter__(self):
        return self
    async def __aexit__(self, *_):
        pass
async def numbers():
    for i in range(3):
        yield i
        await asyncio.sleep(0)
async def main():
    async with Manager():
        async for i in numbers():
            if i == 5:
                break  #!
        else:
            x = 1
    await asyncio.gather(one(), one())
    return [i async for i in numbers()]
async def one():
    await asyncio.sleep(0)
    return 1
asyncio.run(main())
""",
        )

    def test_classes_decorators_and_nested_functions(self):
        self.check(
            "a.py",
            """\
import functools
def decorate(f):
    @functools.wraps(f)
    def wrapper(*a):
        return f(*a)
    return wrapper
class A:
    x = 1
    if x:
        y = 2
    @decorate
    def m(self):
        return super().__init__()
    @property
    def p(self):
        return self.x
    @staticmethod
    def never():
        return 1  #!
def outer():
    n = 0
    def inner():
        nonlocal n
        n += 1
        return n
    return inner
A().m()
A().p
outer()()
""".replace("        nonlocal n\n", "        nonlocal n  #-\n"),
        )

    def test_code_that_is_larger_than_a_byte_can_jump(self):
        body = "".join("    a = a + %d if a else b\n" % i for i in range(3000))
        text = "def f(a, b):\n    for i in range(2):\n%s    if a < 0:\n        return 1  #!\n    return 2\nf(1, 2)\n" % (
            body.replace("    a =", "        a =")
        )
        self.check("a.py", text)
        self.check("a.py", text, flags=cover_map.BRANCH)

    def test_many_constants_beside_the_probe(self):
        text = "def f():\n    x = 0\n%s    return x\nassert f() == %d\n" % (
            "".join("    x += %d\n" % (i + 1000) for i in range(400)),
            sum(i + 1000 for i in range(400)),
        )
        self.check("a.py", text)

    def test_code_that_is_executed_from_a_text(self):
        path = self.write("b.py", "def f():\n    return 1\nx = f()\n")
        self.write("a.py", "exec(compile(open(%r).read(), %r, 'exec'))\nexec('y = 1')\neval('x')\n" % (path, path))
        for python, _ in self.each():
            found = self.run_python(python, "a.py")
            self.assertEqual(self.lines(found, "b.py"), [1, 2, 3])
            self.assertEqual(self.lines(found, "a.py"), [1, 2, 3])
            self.assertEqual(len(found.files), 2)

    def test_modules_without_a_source_and_in_an_archive(self):
        for python, _ in self.each():
            self.write("pack/__init__.py", "")
            module = self.write("pack/m.py", "def f():\n    return 1\n")
            subprocess.run(
                [python, "-c", "import py_compile; py_compile.compile(%r, cfile=%r)" % (module, module + "c")], check=True
            )
            os.unlink(module)
            self.write("a.py", "import pack.m\npack.m.f()\n")
            self.assertEqual(self.lines(self.run_python(python, "a.py"), "pack/m.py"), [1, 2])
            shutil.rmtree(os.path.join(self.source, "pack"))
        self.write("zipped.py", "def f():\n    return 1\n")
        subprocess.run([sys.executable, "-m", "zipfile", "-c", "z.zip", "zipped.py"], cwd=self.source, check=True)
        os.unlink(os.path.join(self.source, "zipped.py"))
        self.write("a.py", "import sys\nsys.path.insert(0, 'z.zip')\nimport zipped\nzipped.f()\n")
        for python, _ in self.each():
            self.run_python(python, "a.py")

    def test_only_what_the_rules_name_is_measured(self):
        self.write("pack/__init__.py", "")
        self.write("pack/m.py", "import json\n")
        self.write("venv/lib/python3/site-packages/other.py", "x = 1\n")
        self.write("a.py", "import sys\nsys.path.append('venv/lib/python3/site-packages')\nimport pack.m, other\n")
        lib = os.path.join(self.source, "venv/lib/python3/site-packages")
        for rules, want in (
            (["source " + self.source], {"a.py", "pack/__init__.py", "pack/m.py"}),
            (["source %s/pack" % self.source], {"pack/__init__.py", "pack/m.py"}),
            (["package pack"], {"pack/__init__.py", "pack/m.py"}),
            (["package pack.m"], {"pack/m.py"}),
            (["source " + self.source, "omit */pack/*"], {"a.py"}),
            (["source " + self.source, "omit m.py"], {"a.py", "pack/__init__.py"}),
            (["source " + self.source, "omit %s/*.py" % self.source], {"pack/__init__.py", "pack/m.py"}),
            (["include %s/pack/[_m]*.py" % self.source], {"pack/__init__.py", "pack/m.py"}),
            (["include **/pack/m.py"], {"pack/m.py"}),
            (["source " + lib], {"venv/lib/python3/site-packages/other.py"}),
            ([], {"a.py", "pack/__init__.py", "pack/m.py"}),
        ):
            for python, _ in self.each():
                found = self.run_python(python, "a.py", rules=rules)
                # Before 3.11 a file without code has a line of its own, later it has none.
                files = {os.path.relpath(path, self.source) for path in found.files}
                self.assertEqual(files, want, rules)

    def test_arcs_of_branches(self):
        self.write(
            "a.py",
            """\
def f(x):
    if x:
        x = 1
    for i in range(2):
        x = 2
    while x:
        x = 0
    try:
        if not x:
            raise KeyError
    except OSError:
        x = 3
    except KeyError:
        x = 4
    if x:
        return 1
f(0)
for i in range(1):
    if i:
        print(i)
""",
        )
        for python, _ in self.each():
            found = self.run_python(python, "a.py", flags=cover_map.BRANCH)
            arcs = {arc for arc in self.arcs(found, "a.py") if arc[0] in (2, 4, 6, 9, 11, 13, 15, 18, 19)}
            want = {(2, 4), (4, 5), (4, 6), (6, 7), (6, 8), (9, 10), (11, 13), (13, 14), (15, 16)}
            self.assertEqual(arcs - {(19, 18)}, want | {(18, 19), (18, -1)})
            self.assertEqual(self.run_python(python, "a.py").files[os.path.join(self.source, "a.py")].arcs, set())

    def test_functions_and_classes_of_one_line_are_left_in_two_ways(self):
        self.write(
            "a.py",
            """\
def one(x): return x
class A:
    def f(self): return 1
    @property
    def g(self): return 2
    @property
    def h(self): return 3
    def never(self): return 4
class B: x = 1; y = 2
def raises(x): raise KeyError(x)
def several(x): return max(
    x,
    1)
if one(1):
    def f(): return 1
else:
    def f(): return 2
for i in range(2):
    def g(): yield i
@one
def decorated(x): return x
try:
    raises(1)
except KeyError:
    one(A().f() + A().g + A().h + several(1) + f() + sum(g()) + decorated(1))
def last(): return 1
""",
        )
        want = {
            *((1, -1), (1, 2), (3, -3), (3, 4), (5, -4), (5, 6), (7, -6), (7, 8), (8, -2), (9, -9), (9, 10), (10, -10), (10, 11)),
            *((11, -11), (11, 14), (15, -15), (15, 18), (19, -19), (19, 18), (21, -20), (21, 22), (26, -1)),
        }
        for python, _ in self.each():
            arcs = self.arcs(self.run_python(python, "a.py", flags=cover_map.BRANCH), "a.py")
            # More are told: the way from a def back to its decorators, and those within a statement.
            self.assertEqual(want - arcs, set())
            self.assertNotIn((8, -8), arcs)

    def test_programs_made_at_random_are_told_as_a_trace_function_tells_them(self):
        """What lines ran, and which ways out of branches were taken; and the trace function sees what it saw before."""
        self.write("support.py", program_maker.SUPPORT)
        self.write("runner.py", program_maker.RUNNER)
        mine, plain, traced = (os.path.join(self.source, name) for name in ("program.py", "plain.json", "traced.json"))

        def saw(out):
            with open(out) as said:
                lines, arcs = json.load(said)
            return lines, {tuple(arc) for arc in arcs}

        for python, version in self.each():
            # Before 3.12 a loop in a "finally" may end in ways that are not told, and before 3.10 have more lines.
            for seed in range(30 if version >= 12 else 0):
                program = program_maker.Program(seed)
                self.write("program.py", program.text())
                subprocess.check_call([python, "runner.py", mine, plain], cwd=self.source)
                lines, arcs = saw(plain)
                for out in ("", traced):
                    found = self.run_python(python, "runner.py", mine, out, flags=cover_map.BRANCH, rules=["include " + mine])
                    told = self.arcs(found, "program.py")
                    self.assertEqual(self.lines(found, "program.py"), lines, seed)
                    self.assertEqual({a for a in arcs if a[0] in program.branches and a[0] != a[1]} - told, set(), seed)
                    self.assertEqual(told - arcs, set(), seed)
                self.assertEqual(saw(traced), (lines, arcs), seed)

    def test_branches_that_go_one_way_only_fall_silent(self):
        """3.12 and 3.13 have one event for both ways of a branch, which could not be switched off."""
        self.write(
            "a.py",
            """\
import sys
def f(x):
    for i in range(3):
        if x:
            x += 1
    if x:
        x = 1
    x = 2
    assert x
    while x:
        if i:
            break
        i = 1
f(1)
if f is None:
    f(2)
monitoring = sys.monitoring
tool = next(i for i in range(6) if monitoring.get_tool(i) == "fettle")
print(bool(monitoring.get_local_events(tool, f.__code__) & monitoring.events.BRANCH))
""",
        )
        for python, version in self.each():
            if version not in (12, 13):
                continue
            found = self.run_python(python, "a.py", flags=cover_map.BRANCH)
            self.assertEqual(self.said, "False\n")
            arcs = {arc for arc in self.arcs(found, "a.py") if arc[0] in (3, 4, 6, 9, 10, 11, 15)}
            self.assertEqual(arcs, {(3, 4), (3, 6), (4, 5), (6, 7), (9, 10), (10, 11), (11, 12), (15, 17)})

    CHILDREN = """\
import multiprocessing, os, subprocess, sys, threading
def in_thread():
    x = 1
def in_child():
    x = 2
def in_fork():
    x = 3
def in_spawned():
    x = 4
def in_exec():
    x = 5
def before_exit():
    x = 6
if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        in_child()
    elif sys.argv[1:] == ["exec"]:
        in_exec()
        os._exit(0)
    else:
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        subprocess.check_call([sys.executable, __file__, "child"])
        for way, target in (("fork", in_fork), ("spawn", in_spawned)):
            process = multiprocessing.get_context(way).Process(target=target)
            process.start()
            process.join()
            assert process.exitcode == 0
        pid = os.fork()
        if not pid:
            before_exit()
            os._exit(0)
        os.waitpid(pid, 0)
        os.execv(sys.executable, [sys.executable, __file__, "exec"])
"""

    def test_threads_and_children_of_all_kinds(self):
        self.check("a.py", self.CHILDREN)

    def test_what_was_hit_before_a_kill_is_kept(self):
        self.write(
            "a.py",
            "import sys\n%ssys.stdout.write('.')\nsys.stdout.flush()\nwhile True: pass\n"
            % "".join("x = %d\nsys.stdout.write('.')\nsys.stdout.flush()\n" % i for i in range(300)),
        )
        picks = random.Random(7)
        for python, _ in self.each():
            for _ in range(4):
                seen, stop = 0, picks.randrange(1, 300)
                process = subprocess.Popen(
                    [python, "a.py"], cwd=self.source, env=self.environment(), stdout=subprocess.PIPE
                )
                while seen < stop:
                    seen += len(os.read(process.stdout.fileno(), 1))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                lines = self.lines(cover_map.Map(self.map_path), "a.py")
                self.assertLessEqual(set(range(1, 3 * stop + 1)), set(lines))
                self.assertLess(max(lines), 905)

    def test_contexts_tell_which_lines_ran_in_them(self):
        self.write(
            "a.py",
            """\
import fettle_cover
def f(x):
    for i in range(2):
        if x:
            y = 1
        else:
            y = 2
def g():
    yield 1
    yield 2
it = g()
for name, x in (("one", 1), ("two", 0), ("one", 1)):
    fettle_cover.context(name)
    f(x)
    next(it, None)
    fettle_cover.context("")
f(0)
""",
        )
        for python, _ in self.each():
            found = self.run_python(python, "a.py", flags=cover_map.CONTEXTS)
            file = found.files[os.path.join(self.source, "a.py")]
            self.assertEqual(set(file.contexts), {"one", "two"})
            self.assertEqual(file.contexts["one"] - {12, 13, 14, 15, 16}, {3, 4, 5, 9})
            self.assertEqual(file.contexts["two"] - {12, 13, 14, 15, 16}, {3, 4, 7, 10})
            self.assertIn(17, file.lines)

    def peer(self, python, peer, flags):
        """A program measured by another tool: its lines of the module b."""
        self.write("b.py", "def f(x):\n    if x:\n        return 1\n    return 2\nf(1)\n")
        self.write("a.py", "import b\n")
        if subprocess.run([python, "-c", "import " + peer], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("%s has no %s" % (python, peer))
        events = os.path.join(self.root, "events")
        found = self.run_python(python, "a.py", flags=flags, FETTLE_COVER_TRACER=peer, FETTLE_EVENTS=events)
        self.assertEqual((found.files, os.path.exists(events)), ({}, False))
        folder = os.path.join(self.root, "peers")
        (name,) = os.listdir(folder)
        return os.path.join(folder, name)

    def test_coverage_py_can_measure_instead(self):
        for python, _ in self.each():
            data = self.peer(python, "coverage", cover_map.BRANCH)
            code = (
                "import sys, coverage.sqldata as d; data = d.CoverageData(sys.argv[1]); data.read()\n"
                "print(sorted(data.lines(sys.argv[2])), data.has_arcs())"
            )
            said = subprocess.check_output([python, "-c", code, data, os.path.join(self.source, "b.py")])
            self.assertEqual(said.decode(), "[1, 2, 3, 5] True\n")

    def test_slipcover_can_measure_instead(self):
        for python, _ in self.each():
            with open(self.peer(python, "slipcover", 0)) as file:
                files = json.load(file)["files"]
            lines = [file["executed_lines"] for path, file in files.items() if path.endswith("b.py")]
            self.assertEqual(lines, [[1, 2, 3, 5]])

    def test_a_wish_that_nobody_can_fulfil_is_told(self):
        self.write("a.py", "x = 1\n")
        for python, _ in self.each():
            events = os.path.join(self.root, "events")
            self.run_python(python, "-S", "-c", "pass")
            self.run_python(python, "a.py", FETTLE_COVER_TRACER="slipcover", FETTLE_EVENTS=events)
            if subprocess.run([python, "-c", "import slipcover"], stderr=subprocess.DEVNULL).returncode:
                with open(events) as file:
                    (note,) = [json.loads(line) for line in file]
                os.unlink(events)
                self.assertIn("no coverage is measured", note["msg"])

    def framework(self, python, module, suite, words):
        """A framework observed by its agent, in the fixture suite; the map, with contexts."""
        modules = pythons.modules_of(python)
        if module not in modules:
            self.skipTest("%s has no %s" % (python, module))
        shutil.copytree(os.path.join(ROOT, "tests", "fixture", suite), self.source, dirs_exist_ok=True)
        events = os.path.join(self.root, "events")
        return self.run_python(
            python,
            "-m",
            module,
            *words,
            flags=cover_map.CONTEXTS,
            FETTLE_AGENT="observe",
            FETTLE_AGENT_DIR=self.agent,
            FETTLE_EVENTS=events,
        )

    def test_the_tests_of_pytest_are_contexts(self):
        self.write("tests/test_more.py", "import sys\ndef test_a():\n    x = 1\ndef test_b():\n    x = 2\n")
        for python, _ in self.each():
            found = self.framework(python, "pytest", "pytest/good", ["-q", "-p", "no:cacheprovider", "tests/test_more.py"])
            contexts = found.files[os.path.join(self.source, "tests/test_more.py")].contexts
            want = {"tests/test_more.py::test_a": {3}, "tests/test_more.py::test_b": {5}}
            self.assertEqual(contexts, want)

    def test_the_scenarios_of_behave_are_contexts_and_children_are_measured(self):
        self.write("child.py", "x = 1\n")
        self.write(
            "features/steps/more.py",
            "import subprocess, sys\nfrom behave import step\n@step('a child is started')\ndef impl(context):\n"
            "    subprocess.check_call([sys.executable, 'child.py'])\n",
        )
        self.write("features/more.feature", "Feature: F\n\n  Scenario: S\n    Given a child is started\n")
        for python, _ in self.each():
            found = self.framework(python, "behave", "behave/good", ["features/more.feature"])
            steps = found.files[os.path.join(self.source, "features/steps/more.py")]
            self.assertEqual(steps.contexts, {"features/more.feature:3": {5}})
            self.assertEqual(self.lines(found, "child.py"), [1])

    def test_debuggers_and_trace_functions_are_left_alone(self):
        self.write(
            "a.py",
            """\
import json, sys
def f(x):
    y = [
        x,
        1 if x
        else 2]
    if x:
        y = 2
    for i in range(2):
        y = 3
    try:
        y.z
    except AttributeError as error:
        return error.__traceback__.tb_lineno
def trace(frame, event, arg):
    if frame.f_code.co_name == "f":
        events.append((event, frame.f_lineno))
    return trace
result = []
for x in (1, 0, 1):
    events = []
    sys.settrace(trace)
    f(x)
    sys.settrace(None)
    result.append(events)
print(json.dumps(result))
print(sys.gettrace(), sys.getprofile())
""",
        )
        for python, version in self.each():
            # 3.9 tells a jump back as a line, and that is what the way to a probe of a branch ends with.
            for flags in (0, cover_map.BRANCH) if version > 9 else (0,):
                plain = subprocess.check_output([python, "a.py"], cwd=self.source).decode()
                self.run_python(python, "a.py", flags=flags)
                self.assertEqual(self.said, plain)

    def test_tracebacks_and_introspection_are_as_ever(self):
        self.write(
            "a.py",
            """\
import copy, dis, inspect, pickle, traceback
def f(a, b=2, *c, d=4):
    "what it does"
    try:
        return (a +
                g(a,
                  b))
    finally:
        a = 1
def g(a, b):
    if a:
        raise ValueError(
            a)
for loop in range(3):
    try:
        f(1)
    except ValueError:
        traceback.print_exc()
print(inspect.signature(f), f.__doc__, f.__code__.co_firstlineno, inspect.getsource(g))
print(inspect.getsourcelines(f)[1], f.__code__.co_names, f.__code__.co_varnames)
print(list(map(str, inspect.stack()[0][2:4])), f.__code__.replace(co_name="h").co_name)
assert pickle.loads(pickle.dumps(f)) is f
def gen():
    yield 1
it = gen()
print(inspect.getgeneratorstate(it), next(it), it.gi_frame.f_lineno, inspect.getgeneratorstate(it))
try:
    it.throw(KeyError(1))
except KeyError as e:
    print(e.__traceback__.tb_next.tb_lineno)
""",
        )
        for python, _ in self.each():
            for flags in (0, cover_map.BRANCH, cover_map.CONTEXTS):
                plain = subprocess.run(
                    [python, "a.py"], cwd=self.source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True
                ).stdout.decode()
                self.run_python(python, "a.py", flags=flags)
                self.assertEqual(self.said, plain)

    def test_a_map_that_is_full_loses_and_tells_but_never_breaks(self):
        text = "".join("def f%d():\n    return %d\nf%d()\n" % (i, i, i) for i in range(200))
        for n in range(20):
            self.write("m%d.py" % n, text)
            with open(os.path.join(self.source, "m%d.py" % n), "a") as out:
                out.write("\n" * 100000)
        self.write("a.py", "".join("try:\n    import m%d\nexcept Exception:\n    pass\n" % n for n in range(20)))
        for python, _ in self.each():
            environment = self.environment()
            fd = os.open(self.map_path, os.O_RDONLY)
            # It cannot be made larger any more once its path leads nowhere.
            code = "import os, sys\nos.unlink(%r)\nsys.path.insert(0, '.')\nimport a" % self.map_path
            done = subprocess.run(
                [python, "-c", code], cwd=self.source, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            found = cover_map.Map("/proc/self/fd/%d" % fd)
            os.close(fd)
            self.assertEqual((done.returncode, done.stdout), (0, b""))
            self.assertGreater(found.lost[0], 5)
            self.assertGreater(len(found.files), 2)

    def test_a_map_that_is_none_of_ours_stops_nobody(self):
        self.write("a.py", "print('on')\n")
        for python, _ in self.each():
            for content in (None, b"", b"x" * 5000, b"\0" * 4096):
                environment = self.environment()
                os.unlink(self.map_path)
                if content is not None:
                    with open(self.map_path, "wb") as out:
                        out.write(content)
                events = os.path.join(self.root, "events")
                environment["FETTLE_EVENTS"] = events
                done = subprocess.check_output([python, "a.py"], cwd=self.source, env=environment)
                self.assertEqual(done, b"on\n")
                with open(events) as file:
                    notes = [json.loads(line)["name"] for line in file]
                os.unlink(events)
                self.assertEqual(notes, ["cover-tracer"])

    def test_the_agents_own_files_are_never_measured(self):
        self.write("a.py", "import fettle_cover\n")
        for python, _ in self.each():
            found = self.run_python(python, "-c", "import a", rules=[], FETTLE_AGENT="observe", PYTHONSAFEPATH="")
            self.assertEqual([path for path in found.files if self.agent in path], [])

    def test_another_monitoring_tool_beside_it(self):
        self.write(
            "a.py",
            """\
import sys
mon = sys.monitoring
seen = []
def f(x):
    if x:
        y = 1
    else:
        y = 2
    return y
f(1)
mon.use_tool_id(mon.COVERAGE_ID, "other")
mon.register_callback(mon.COVERAGE_ID, mon.events.LINE, lambda code, line: seen.append(line))
mon.set_local_events(mon.COVERAGE_ID, f.__code__, mon.events.LINE)
f(1)
f(0)
mon.set_local_events(mon.COVERAGE_ID, f.__code__, 0)
mon.free_tool_id(mon.COVERAGE_ID)
def g():
    return 3
g()
print(seen)
""",
        )
        for python, version in self.each():
            if version < 12:
                continue
            found = self.run_python(python, "a.py", flags=cover_map.BRANCH)
            self.assertEqual(self.said, "[5, 6, 9, 5, 8, 9]\n")
            self.assertEqual(self.lines(found, "a.py"), list(range(1, 7)) + list(range(8, 22)))

    def test_a_process_starts_as_quickly_as_it_should(self):
        """No budget, which a busy machine would miss: that no module is loaded for it that was not before."""
        self.write("a.py", "import sys\nprint(sorted(sys.modules))\n")
        for python, _ in self.each():
            plain = eval(subprocess.check_output([python, "a.py"], cwd=self.source))
            self.run_python(python, "a.py")
            more = set(eval(self.said)) - set(plain) - {"sitecustomize", "fettle_cover"}
            self.assertLessEqual(more, {"opcode", "_opcode", "_opcode_metadata"})


# With frameworks and peers, which the tests' own interpreters have.
WITH_PACKAGES = (
    "test_coverage_py_can_measure_instead",
    "test_slipcover_can_measure_instead",
    "test_the_tests_of_pytest_are_contexts",
    "test_the_scenarios_of_behave_are_contexts_and_children_are_measured",
)

for number, (python, version, named) in enumerate(all_pythons()):
    case = "Tracer_%d_3_%d" % (number, version)
    more = {} if named else dict.fromkeys(WITH_PACKAGES)
    globals()[case] = type(case, (Tracer, unittest.TestCase), {"python": python, "version": version, **more})
