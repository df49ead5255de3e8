"""`fettle run` end to end, in front of the real frameworks, as a person calls it."""

import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ET

SOURCE = os.environ.get("SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FETTLE = os.environ.get("REAL_FETTLE") or os.path.join(os.environ.get("BUILD_ROOT", SOURCE + "/build"), "fettle")
FIXTURE = os.path.join(SOURCE, "tests", "fixture")
FILES = {
    "text": "report.txt",
    "json": "report.json",
    "markdown": "report.md",
    "junit": "junit.xml",
    "html": "report.html",
    "trace": "trace.json.gz",
}
STATUSES = ["passed", "failed", "error", "crashed", "timeout", "skipped", "unfinished"]


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), "needs " + tool)


def needs_go(minor):
    """Of Go 1.x: 1.20 brought `go test -skip`, without which a package stays whole."""
    said = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True).stdout if shutil.which("go") else ""
    have = re.match(r"go1\.(\d+)", said)
    return unittest.skipUnless(have and int(have[1]) >= minor, f"needs go 1.{minor}")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(what, limit=30):
    """Waits for something that must come; the limit only keeps a broken run from hanging."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-real-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE", "GITHUB_", "PYTEST_"))}
        self.env.update(GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local", PYTHONDONTWRITEBYTECODE="1")

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, *name):
        with open(self.path(*name), errors="replace") as f:
            return f.read()

    def fixture(self, name):
        shutil.copytree(os.path.join(FIXTURE, name), self.dir, dirs_exist_ok=True)

    def call(self, *args, **more):
        return subprocess.run(args, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=240, **more)

    def fettle(self, *args):
        done = self.call(FETTLE, *args)
        done.out = done.stdout.decode(errors="replace")
        done.err = done.stderr.decode(errors="replace")
        return done

    def run_it(self, *args, code=0, out="out"):
        done = self.fettle("run", "--output", out, *args)
        self.assertEqual(done.returncode, code, done.err[-3000:])
        return done

    def sh(self, *options, code=0, out="out"):
        return self.run_it("--units", "t/*.sh", *options, "--", "sh", "{}", code=code, out=out)

    def report(self, out="out"):
        with open(self.path(out, "report.json"), encoding="utf-8") as f:
            return json.load(f)

    def verdicts(self, out="out"):
        return sorted((t["name"], t["status"]) for t in self.report(out)["tests"])

    def statuses(self, out="out"):
        return {t["name"].split("/")[-1]: t["status"] for t in self.report(out)["tests"]}

    def counts(self, out="out", **wanted):
        counts = self.report(out)["counts"]
        self.assertEqual({s: counts[s] for s in STATUSES}, {s: wanted.get(s, 0) for s in STATUSES}, self.verdicts(out))
        self.assertEqual(counts["tests"], sum(counts[s] for s in STATUSES))
        self.junit(counts, out)

    def junit(self, counts, out="out"):
        root = ET.parse(self.path(out, "junit.xml")).getroot()
        # a unit that broke with no bad test in it is a case of its own
        cases = [case for case in root.iter("testcase") if case.get("classname") != "fettle.unit"]
        self.assertEqual(len(cases), counts["tests"])
        self.assertEqual(int(root.get("tests")), len(list(root.iter("testcase"))))
        self.assertEqual(sum(c.find("failure") is not None for c in cases), counts["failed"])
        self.assertEqual(sum(c.find("error") is not None for c in cases),
                         counts["error"] + counts["crashed"] + counts["timeout"])
        self.assertEqual(sum(c.find("skipped") is not None for c in cases), counts["skipped"] + counts["unfinished"])

    def same_again(self, out="out"):
        for name, file in FILES.items():
            with self.subTest(format=name):
                done = self.call(FETTLE, "report", out, "--format", name)
                self.assertEqual(done.returncode, 0)
                with open(self.path(out, file), "rb") as f:
                    self.assertEqual(done.stdout == f.read(), True, file)

    def gone(self, *files):
        for file in files:
            for pid in self.read(file).split():
                self.addCleanup(self.end, int(pid))
                self.assertTrue(until(lambda: not alive(pid), 10), f"{file}: {pid} is still there")

    def end(self, pid):
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


class Behave(Case):
    @needs("behave")
    def test_good_as_plain(self):
        self.fixture("behave/good")
        plain = self.call("behave", "-f", "json", "-o", "plain.json", "--no-summary")
        self.assertEqual(plain.returncode, 0)
        want = sorted((e["name"], e["status"]) for f in json.loads(self.read("plain.json"))
                      for e in f["elements"] if e["type"] == "scenario")
        self.run_it("-j2", "--", "behave")
        self.assertEqual(self.verdicts(), want)
        self.counts(passed=len(want))
        self.same_again()
        for n in ["1", "2"]:
            self.run_it("--chunks", n, "--", "behave", out="chunks" + n)
            self.assertEqual(self.verdicts("chunks" + n), want)

    @needs("behave")
    def test_bad(self):
        self.fixture("behave/bad")
        self.run_it("-j2", "--", "behave", code=1)
        report = self.report()
        self.assertEqual(report["counts"]["tests"], 20)
        self.counts(**{s: report["counts"][s] for s in STATUSES})
        self.same_again()

    @needs("behave")
    def test_crashes_are_named_and_nothing_else_is_lost(self):
        self.fixture("behave/crash")
        self.run_it("-j2", "--", "behave", code=1)
        is_ = self.statuses()
        self.assertEqual((is_["exits"], is_["crashes"], is_["before"]), ("crashed", "crashed", "passed"))
        self.assertIn("SIGSEGV", self.read("out/report.txt"))

    @needs("behave")
    def test_a_crash_makes_no_tests_of_its_own(self):
        self.fixture("behave/crash")
        self.run_it("-j2", "--", "behave", code=1)
        self.assertEqual(self.report()["counts"]["error"], 0, self.verdicts())

    @needs("behave")
    def test_hang(self):
        self.fixture("behave/hang")
        self.run_it("-j2", "--unit-timeout", "1s", "--", "behave", code=1)
        test = [t for t in self.report()["tests"] if t["name"] == "hangs"][0]
        self.assertEqual(test["status"], "timeout")
        self.assertIn("steps.py", test["message"])
        self.counts(passed=2, timeout=1)


class Pytest(Case):
    @needs("pytest")
    def test_good_as_plain(self):
        self.fixture("pytest/good")
        self.assertEqual(self.call("pytest", "-q", "--junitxml=plain.xml").returncode, 0)
        want = sorted(c.get("name") for c in ET.parse(self.path("plain.xml")).getroot().iter("testcase"))
        self.run_it("-j2", "--", "pytest")
        self.assertEqual(sorted(n.split("::")[-1] for n, s in self.verdicts()), want)
        self.counts(passed=len(want))
        self.same_again()
        for n in ["1", "2"]:
            self.run_it("--chunks", n, "--", "pytest", out="chunks" + n)
            self.assertEqual(self.verdicts("chunks" + n), self.verdicts())

    @needs("pytest")
    def test_bad(self):
        self.fixture("pytest/bad")
        self.run_it("-j2", "--", "pytest", code=1)
        self.counts(passed=4, failed=5, error=3, skipped=6)

    @needs("pytest")
    def test_crashes_are_named_and_nothing_else_is_lost(self):
        self.fixture("pytest/crash")
        self.run_it("-j2", "--", "pytest", code=1)
        is_ = self.statuses()
        self.assertEqual((is_["test_exits"], is_["test_crashes"]), ("crashed", "crashed"))
        self.assertEqual((is_["test_good"], is_["test_before"], is_["test_after"]), ("passed",) * 3)

    @needs("pytest")
    def test_a_crash_makes_no_tests_of_its_own(self):
        self.fixture("pytest/crash")
        self.run_it("-j2", "--", "pytest", code=1)
        self.assertEqual(self.report()["counts"]["error"], 0, self.verdicts())

    @needs("pytest")
    def test_hang(self):
        self.fixture("pytest/hang")
        self.run_it("-j2", "--unit-timeout", "1s", "--", "pytest", code=1)
        test = [t for t in self.report()["tests"] if t["name"] == "test_hangs"][0]
        self.assertEqual(test["status"], "timeout")
        self.assertIn("test_hang.py", test["message"])
        self.counts(passed=2, timeout=1)


class KeptOut(Case):
    """Where no agent gets in, the command is one test, and that is told."""

    @needs("pytest")
    def test_pytest(self):
        self.write("test_a.py", "import time\ndef test_a(): time.sleep(0.2)\n")
        with_pytest = self.call("head", "-n1", shutil.which("pytest")).stdout.decode().strip("#!\n ").split()
        python = [p for p in ([sys.executable], ["/usr/bin/python3"], with_pytest)
                  if self.call(*p, "-I", "-c", "import pytest").returncode == 0][0]
        self.write("pytest", f'#!/bin/sh\nexec env -u PYTHONPATH {python[0]} -m pytest "$@"\n')
        os.chmod(self.path("pytest"), 0o755)
        for command, why in (([*python, "-I", "-m", "pytest"], "ignore the environment"),
                             (["./pytest"], "a cleaned environment")):
            done = self.run_it("-j2", "--", *command)
            self.assertIn(why, done.err)
            self.assertEqual(self.verdicts(), [("pytest", "passed")])
            self.assertGreater(self.report()["tests"][0]["dur_ns"], 200 * 10**6)
            self.same_again()
        # another worker, which was started before that was known, is through sooner
        self.write("pytest", f'#!/bin/sh\n[ "$FETTLE_WORKER" = 0 ] && sleep 1\nexec env -u PYTHONPATH {python[0]} -m pytest "$@"\n')
        self.run_it("-j2", "--", "./pytest")
        self.assertEqual(self.verdicts(), [("pytest", "passed")])
        self.write("test_a.py", "def test_a(): assert 0\n")
        self.run_it("-j2", "--", *python, "-I", "-m", "pytest", code=1)
        self.assertEqual(self.verdicts(), [("pytest", "failed")])
        done = self.run_it("-j2", "--", *python, "-I", "-m", "pytest", "--no-such-option", code=2)
        self.counts()


class FirstRun(Case):
    """Nothing is known of the times: files with many tests come first and are split, however short their text."""

    def first_of(self, out="out"):
        return min(self.report(out)["units"], key=lambda u: u["start_ns"])["name"]

    @needs("pytest")
    def test_pytest(self):
        for i in range(3):
            self.write(f"test_{i}.py", "# " + "long " * 20000 + "\ndef test_one(): pass\n")
        self.write("test_many.py", "import time\n" + "".join(f"def test_{i}(): time.sleep(0.02)\n" for i in range(24)))
        self.run_it("-j2", "--no-history", "--batch", "0", "--", "pytest")
        self.counts(passed=27)
        parts = [u for u in self.report()["units"] if u["name"] == "test_many.py"]
        self.assertGreater(len(parts), 1)
        self.assertEqual({u["worker"] for u in parts}, {0, 1})

    @needs("behave")
    def test_behave(self):
        self.write("features/steps/s.py", "from behave import given\n@given('x')\ndef x(c): pass\n")
        self.write("features/a.feature", "Feature: a\n" + "# long\n" * 5000 + "  Scenario: s\n    Given x\n")
        self.write("features/b.feature", "Feature: b\n  Scenario Outline: s\n    Given x\n    Examples:\n      | n |\n" +
                   "      | 1 |\n" * 3)
        self.run_it("-j1", "--no-history", "--batch", "0", "--", "behave")
        self.counts(passed=4)
        self.assertEqual(self.first_of(), "features/b.feature")

    @needs("bats")
    def test_bats(self):
        self.write("a.bats", "# long\n" * 5000 + '@test "a" { true; }\n')
        self.write("b.bats", '@test "b" { true; }\n@test "c" { true; }\n')
        self.run_it("-j1", "--no-history", "--", "bats", "a.bats", "b.bats")
        self.assertEqual(self.first_of(), "b.bats")


class ExitCodes(Case):
    """docs/decisions/0006-exit-codes.md: 1 is a bad verdict of the suite and nothing else."""

    def ends(self, code, *command, says="", options=("-j2",)):
        done = self.run_it("--no-history", *options, "--", *command, code=code)
        self.assertIn(says, done.err)
        self.same_again()
        return done

    def pytest(self, **files):
        for name in os.listdir(self.dir):
            shutil.rmtree(self.path(name)) if os.path.isdir(self.path(name)) else os.unlink(self.path(name))
        self.write("test_a.py", "def test_a(): pass\n")
        for name, text in files.items():
            self.write(name + ".py", text)

    @needs("pytest")
    def test_a_pytest_suite_that_cannot_be_loaded_is_bad(self):
        self.pytest(conftest="import nothere\n")
        self.ends(1, "pytest", says="fettle run: worker")
        self.pytest(test_b="def test_b(:\n")
        self.ends(1, "pytest")
        self.counts(passed=1, error=1)

    @needs("pytest")
    def test_what_pytest_does_not_understand_is_wrong_use(self):
        self.pytest()
        self.ends(2, "pytest", "--no-such-option", says="unrecognized arguments")
        self.ends(2, "pytest", "-p", "nothere", says="Error importing plugin")
        self.ends(2, "pytest", "nowhere", says="file or directory not found: nowhere")
        self.write("pytest.ini", "[pytest]\nrequired_plugins = nothere\n")
        self.ends(2, "pytest", says="Missing required plugins")

    @needs("pytest")
    def test_a_pytest_run_without_any_test_is_wrong_use(self):
        self.pytest(test_b="def test_b(): pass\n", test_c="")
        for options in (("-j1",), ("-j2",), ("--chunks", "1"), ("--chunks", "2")):
            self.ends(2, "pytest", "-k", "nothing", options=options, says="no test ran")
            self.ends(0, "pytest", "-k", "test_b", options=options)
            self.counts(passed=1)
        self.ends(2, "pytest", "--pyargs", "json.tool")
        self.ends(2, "pytest", "test_c.py", says="found no test to run, and says so with exit code 5")
        for k in ("1/3", "2/3", "3/3", "4/4"):
            self.ends(0, "pytest", "-k", "test_b", options=("-j2", "--shard", k))
        self.pytest(conftest="def pytest_sessionfinish(session):\n    session.exitstatus = 0\n")
        self.ends(0, "pytest", "-k", "nothing")

    @needs("pytest")
    def test_a_pytest_that_breaks_has_no_verdict(self):
        self.pytest(conftest="def pytest_collection(session):\n    raise RuntimeError\n")
        self.ends(3, "pytest", says="exit code 3")

    @needs("pytest")
    def test_a_threshold_of_the_framework_is_a_verdict(self):
        self.pytest(conftest="def pytest_sessionfinish(session):\n    session.exitstatus = 1\n")
        self.ends(1, "pytest", says="exit code 1, though no test failed")
        self.pytest(conftest="import os\ndef pytest_unconfigure():\n    os.abort()\n")
        self.ends(1, "pytest")

    @needs("behave")
    def test_behave(self):
        self.write("features/a.feature", "Feature: f\n  Scenario: s\n    Given x\n")
        self.write("features/steps/s.py", "from behave import given\n@given('x')\ndef x(c): pass\n")
        self.ends(0, "behave")
        self.ends(2, "behave", "--no-such-option", says="no-such-option")
        for broken in ("import nothere", "def before_all(c): assert 0", "def after_all(c): assert 0"):
            self.write("features/environment.py", broken + "\n")
            self.ends(1, "behave")
        os.unlink(self.path("features/environment.py"))
        self.write("features/steps/t.py", "import nothere\n")
        self.ends(1, "behave", says="nothere")

    def test_the_time_of_the_run_is_no_test_that_failed(self):
        self.write("t/1.sh", "exit 0\n")
        self.write("t/2.sh", "sleep 600\n")
        self.write("t/3.sh", "exit 0\n")
        slow = ("--units", "t/*.sh", "-j1", "--order", "given", "--timeout", "1s")
        self.ends(3, "sh", "{}", options=slow, says="--timeout ended the run: of its units (3) not begun 1, cut short 1")
        self.assertEqual(self.statuses(), {"1.sh": "passed", "2.sh": "unfinished"})
        self.assertIn("the time of the run was up", self.read("out/report.json"))
        self.write("t/1.sh", "exit 1\n")
        self.ends(1, "sh", "{}", options=slow, says="--timeout ended the run")
        self.assertEqual(self.statuses(), {"1.sh": "failed", "2.sh": "unfinished"})

    @needs("pytest")
    def test_the_time_of_the_run_is_no_pytest_test_that_failed(self):
        self.pytest(test_b="import time\ndef test_b(): time.sleep(600)\n")
        self.ends(3, "pytest", options=("-j2", "--timeout", "3s"), says="--timeout ended the run")
        self.assertEqual({n.split("::")[-1]: s for n, s in self.verdicts()}, {"test_a": "passed", "test_b": "unfinished"})
        self.assertIn("test_b.py", [t["message"] for t in self.report()["tests"] if t["status"] == "unfinished"][0])

    def test_a_set_up_that_fails_leaves_nothing_to_judge(self):
        self.write("t/1.sh", "exit 1\n")
        self.ends(3, "sh", "{}", options=("--units", "t/*.sh", "--setup", "exit 7"), says="ended with exit code 7")


class Others(Case):
    @needs("go")
    def test_go(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        self.write("good/good_test.go", 'package good\nimport "testing"\nfunc TestA(t *testing.T) {}\n'
                   'func TestB(t *testing.T) { t.Skip("later") }\n')
        self.write("bad/bad_test.go", 'package bad\nimport "testing"\nfunc TestC(t *testing.T) { t.Fatal("no") }\n')
        self.write("exits/exits_test.go", 'package exits\nimport ("os"; "testing")\nfunc TestD(t *testing.T) { os.Exit(7) }\n')
        plain = self.call("go", "test", "-json", "./good")
        want = sorted((r["Test"], {"pass": "passed", "skip": "skipped"}[r["Action"]]) for r in
                      map(json.loads, plain.stdout.decode().splitlines()) if "Test" in r and r["Action"] in ("pass", "skip"))
        self.run_it("-j2", "--", "go", "test", "./good")
        self.assertEqual(self.verdicts(), want)
        self.counts(passed=1, skipped=1)
        self.run_it("-j2", "--", "go", "test", "./...", code=1, out="all")
        self.counts("all", passed=1, skipped=1, failed=1, crashed=1)
        self.same_again("all")

    GO_SLOW = ('package slow\nimport ("fmt"; "os"; "testing"; "time")\n'
               'func nap(ms int) { time.Sleep(6 * time.Duration(ms) * time.Millisecond) }\n'
               'func TestMain(m *testing.M) { os.WriteFile(fmt.Sprintf("main-%d", os.Getpid()), nil, 0o600); os.Exit(m.Run()) }\n'
               'func TestA(t *testing.T) { nap(150) }\nfunc TestB(t *testing.T) { nap(150) }\n'
               'func TestC(t *testing.T) { t.Parallel(); nap(150) }\nfunc TestD(t *testing.T) { t.Parallel(); nap(150) }\n'
               'func TestE(t *testing.T) { t.Run("x", func(t *testing.T) { nap(60) }); t.Run("y y", func(t *testing.T) {}) }\n'
               'func TestF(t *testing.T) { t.Skip("later") }\n'
               'func Example_g() { nap(20); fmt.Println("g")\n// Output: g\n}\n'
               'func FuzzH(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }\n'
               'func BenchmarkI(b *testing.B) { b.Fatal("not asked for") }\n')

    def go_plain(self, *flags):
        """What `go test` itself says of each test, each as often as it says so."""
        ends = {"pass": "passed", "skip": "skipped", "fail": "failed"}
        rows = map(json.loads, self.call("go", "test", "-json", *flags).stdout.decode().splitlines())
        return sorted((r["Test"], ends[r["Action"]]) for r in rows if "Test" in r and r["Action"] in ends)

    def units(self, out):
        return [u["name"] for u in self.report(out)["units"]]

    @needs_go(20)
    def test_go_splits_a_slow_package_by_its_tests(self):
        self.write("go.mod", "module example\n\ngo 1.20\n")
        self.write("slow/slow_test.go", self.GO_SLOW)
        self.run_it("-j2", "--", "go", "test", "./...", out="first")
        self.assertEqual(self.units("first"), ["example/slow"])
        # a test that nobody knows yet, one that is gone, and one that fails
        text = self.GO_SLOW.replace("func TestB", "func TestNew").replace("{ nap(60) }", '{ nap(60); t.Error("no") }')
        self.write("slow/slow_test.go", text)
        for file in os.listdir(self.path("slow")):
            if file.startswith("main-"):
                os.unlink(self.path("slow", file))
        self.run_it("-j2", "--", "go", "test", "./...", out="second", code=1)
        parts = len(self.units("second"))
        self.assertGreater(parts, 1)
        self.assertEqual(len([f for f in os.listdir(self.path("slow")) if f.startswith("main-")]), parts)
        self.assertEqual(self.verdicts("second"), self.go_plain("./..."))
        self.assertEqual(len(self.report("second")["suites"]), 1)
        self.same_again("second")

    @needs("go")
    def test_go_runs_no_package_beside_another_where_it_is_told_so(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        for name in "ab":
            self.write(f"{name}/{name}_test.go", f'package {name}\nimport ("testing"; "time")\nfunc Test(t *testing.T) {{ time.Sleep(time.Second) }}\n')
        for flags, goflags, beside in (([], "", True), (["-p", "1"], "", False), (["-p=1"], "-p=4", False),
                                       ([], "-count=1 -p=1", False), (["-p", "2"], "-p=1", True)):
            with self.subTest(flags=flags, goflags=goflags):
                self.env = {**self.env, "GOFLAGS": goflags}
                for _ in range(2):
                    self.run_it("-j2", "--", "go", "test", *flags, "./...")
                    self.counts(passed=2)
                (_, end), (begins, _) = sorted((u["start_ns"], u["start_ns"] + u["dur_ns"]) for u in self.report()["units"])
                self.assertEqual(end > begins, beside)

    @needs_go(20)
    def test_go_leaves_whole_what_the_person_has_chosen_from(self):
        self.write("go.mod", "module example\n\ngo 1.20\n")
        self.write("slow/slow_test.go", self.GO_SLOW)
        for flags in (["-run", "Test[A-D]"], ["-skip", "TestE"], ["-shuffle", "7"], ["-failfast"]):
            for out in ("first", "second"):
                self.run_it("-j2", "--", "go", "test", *flags, "./slow", out=out)
            self.assertEqual(len(self.units("second")), 1, flags)
            self.assertEqual(self.verdicts("second"), self.go_plain(*flags, "./slow"))
        for out in ("first", "second"):
            self.run_it("-j2", "--no-split", "--", "go", "test", "./slow", out=out)
        self.assertEqual(len(self.units("second")), 1)
        for out in ("first", "second"):
            self.run_it("-j2", "--", "go", "test", "-count=2", "./slow", out=out)
        self.assertGreater(len(self.units("second")), 1)
        self.assertEqual(self.verdicts("first"), self.verdicts("second"))

    @needs("go")
    def test_go_failures_are_placed_in_the_repository_for_github(self):
        self.write("m/go.mod", "module example.org/m\n\ngo 1.16\n")
        self.write("m/a/a_test.go", 'package a\nimport "testing"\nfunc TestA(t *testing.T) {\n\tt.Error("no")\n}\n'
                   'func TestB(t *testing.T) {\n\tpanic("never")\n}\n')
        self.write("m/top_test.go", 'package m\nimport "testing"\nfunc TestTop(t *testing.T) {\n\tt.Error("no")\n}\n')
        self.env.update(GITHUB_ACTIONS="true", GITHUB_WORKSPACE=self.dir)
        top, self.dir = self.dir, self.path("m")
        out = self.run_it("-j2", "--", "go", "test", "./...", code=1).out
        self.same_again()
        self.dir = top
        for place, title in (("m/a/a_test.go,line=4", "TestA"), ("m/a/a_test.go,line=7", "TestB"), ("m/top_test.go,line=4", "TestTop")):
            self.assertIn(f"::error file={place},title={title}::", out)

    @needs("go")
    def test_go_packages_in_which_no_test_is_chosen(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        for name in "AB":
            self.write(f"{name}/{name}_test.go", f'package {name}\nimport "testing"\nfunc Test{name}(t *testing.T) {{}}\n')
        done = self.run_it("-j2", "--", "go", "test", "-run", "None", "./...")
        self.assertIn("passed: no test ran", done.err)
        self.counts()
        self.run_it("-j2", "--", "go", "test", "-run", "TestA", "./...")
        self.assertEqual(self.verdicts(), [("TestA", "passed")])
        self.same_again()

    @needs("ctest")
    def test_ctest(self):
        self.write("CTestTestfile.cmake", 'add_test(yes "/bin/true")\nadd_test(no "/bin/false")\n'
                   'add_test(skips "/bin/sh" "-c" "exit 77")\nset_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)\n'
                   'add_test(segv "/bin/sh" "-c" "kill -SEGV $$")\n')
        self.run_it("-j2", "--", "ctest", code=1)
        is_ = self.statuses()
        self.assertEqual((is_["yes"], is_["no"], is_["skips"]), ("passed", "failed", "skipped"))
        self.assertIn(is_["segv"], ("crashed", "failed"))
        self.assertEqual(len(is_), 4)
        self.same_again()

    @needs("ctest")
    def test_ctest_disabled_tests_are_told_where_they_were_asked_for(self):
        self.write("CTestTestfile.cmake", 'add_test(ok "/bin/true")\nadd_test(no "/bin/false")\nadd_test(dis "/bin/true")\n'
                   "set_tests_properties(dis PROPERTIES DISABLED 1)\n")
        told = {(): {"ok", "no", "dis"}, ("--select", "ok"): {"ok"}, ("--select", "dis"): {"dis"}, ("--only-failed",): {"no"},
                ("--select", "*s"): {"dis"}}
        for options, names in told.items():
            self.run_it("-j2", *options, "--", "ctest", code=1 if "no" in names else 0)
            self.assertEqual(set(self.statuses()), names, options)
        both = []
        for k in "12":
            self.run_it("-j2", "--no-history", "--shard", k + "/2", "--", "ctest", code=self.shard_code(k))
            both += self.statuses()
        self.assertEqual(sorted(both), ["dis", "no", "ok"])

    @needs("ctest")
    def test_ctest_files_that_it_was_to_write(self):
        self.write("b/CTestTestfile.cmake", 'add_test(ok "/bin/true")\nadd_test(no "/bin/false")\n')
        for file, at in (("j.xml", "b/j.xml"), ("deep/j.xml", "b/deep/j.xml"), (self.path("k.xml"), "k.xml")):
            self.run_it("-j2", "--", "ctest", "--test-dir", "b", "--output-junit", file, code=1)
            cases = {case.get("name"): case.find("failure") is None for case in ET.parse(self.path(at)).getroot().iter("testcase")}
            self.assertEqual(cases, {"ok": True, "no": False})
        done = self.run_it("-j2", "--", "ctest", "--test-dir", "b", "-O", "log", "--rerun-failed", code=1)
        self.assertIn("ctest's log file is not written", done.err)
        self.assertIn("see --only-failed", done.err)

    def shard_code(self, k):
        listed = self.fettle("run", "--no-history", "--list", "--shard", k + "/2", "--", "ctest").out.split()
        return 1 if "no" in listed else 0

    def ctest(self, text, *options, out="out", code=0):
        """Tests that log when they begin and end; their properties as ctest takes them."""
        self.write("say.sh", 'echo "+$1" >>"$LOG"; sleep "${2:-0.1}"; echo "-$1" >>"$LOG"; exit "${3:-0}"\n')
        self.write("CTestTestfile.cmake", text.replace("T(", 'add_test(').replace("SAY", '"/bin/sh" "' + self.path("say.sh") + '"')
                   .replace("P(", "set_tests_properties("))
        self.env["LOG"] = self.path(out + ".log")
        self.run_it("-j4", "--no-history", *options, "--", "ctest", out=out, code=code)
        return self.read(out + ".log").split() if os.path.exists(self.env["LOG"]) else []

    def beside(self, log, name):
        """What ran at some time while this test did."""
        running, seen = set(), set()
        for line in log:
            (running.add if line[0] == "+" else running.discard)(line[1:])
            if name in running:
                seen |= running
        return seen - {name}

    @needs("ctest")
    def test_ctest_properties(self):
        tests = "".join(f"T({n} SAY {n})\n" for n in "abcdefgh")
        log = self.ctest(tests + 'P(a PROPERTIES PROCESSORS 3)\nP(b PROPERTIES PROCESSORS 99)\nP(c PROPERTIES RUN_SERIAL 1)\n'
                         'P(d e PROPERTIES RESOURCE_LOCK "db;port")\nP(f PROPERTIES RESOURCE_LOCK "port")\n'
                         'P(g PROPERTIES DEPENDS h)\n')
        self.counts(passed=8)
        self.assertLessEqual(len(self.beside(log, "a")), 2)  # one at a time, one after the other
        self.assertEqual(self.beside(log, "b"), set())
        self.assertEqual(self.beside(log, "c"), set())
        for name in "def":
            self.assertFalse(self.beside(log, name) & set("def"), log)
        self.assertGreater(log.index("+g"), log.index("-h"))  # though h stands behind it
        slots = {u["name"]: u.get("slots") for u in self.report()["units"]}
        self.assertEqual((slots["a"], slots["b"], slots["c"]), (3, 4, None))
        self.same_again()

    FIXTURES = ('T(clean SAY clean)\nT(use SAY use)\nT(other SAY other)\nT(setup SAY setup 0.1 CODE)\n'
                'P(setup PROPERTIES FIXTURES_SETUP F)\nP(clean PROPERTIES FIXTURES_CLEANUP F)\n'
                'P(use PROPERTIES FIXTURES_REQUIRED F)\n')

    @needs("ctest")
    def test_ctest_fixtures(self):
        log = self.ctest(self.FIXTURES.replace("CODE", "0"))
        order = [log.index(x) for x in ("-setup", "+use", "-use", "+clean")]
        self.assertEqual(order, sorted(order))
        log = self.ctest(self.FIXTURES.replace("CODE", "0"), "--select", "use", out="some")
        self.assertEqual(log, ["+setup", "-setup", "+use", "-use", "+clean", "-clean"])
        log = self.ctest(self.FIXTURES.replace("CODE", "1"), out="bad", code=1)
        self.assertNotIn("+use", log)
        self.assertIn("+clean", log)
        self.assertEqual(self.statuses("bad"), {"setup": "failed", "use": "error", "clean": "passed", "other": "passed"})
        self.assertEqual([t["message"] for t in self.report("bad")["tests"] if t["name"] == "use"],
                         ["not run: its fixture's set-up 'setup' did not pass"])
        self.same_again("bad")
        ran = []
        for k in (1, 2):
            ran.append(self.ctest(self.FIXTURES.replace("CODE", "0"), "--shard", f"{k}/2", out=f"shard{k}"))
        self.assertEqual(sorted(len(log) for log in ran), [2, 6])  # a fixture stays in one shard

    @needs("bats")
    def test_bats(self):
        self.write("a.bats", '@test "good" { true; }\n@test "skips" { skip later; }\n')
        self.write("b.bats", '@test "bad" { false; }\n')
        self.run_it("-j2", "--", "bats", "a.bats")
        self.counts(passed=1, skipped=1)
        self.run_it("-j2", "--", "bats", "a.bats", "b.bats", code=1, out="all")
        self.counts("all", passed=1, skipped=1, failed=1)
        self.same_again("all")


class OnlyTells(Case):
    """Commands of a framework with which it runs no tests: as they are, their words on standard output."""

    def tells(self, *command, code=0):
        plain = self.call(*command)
        self.assertEqual(plain.returncode, code)
        for options in ((), ("-q", "-j2", "--retries", "1")):
            done = self.run_it("--no-history", *options, "--", *command, code=code)
            for line in (plain.stdout + plain.stderr).decode().splitlines():
                line = re.sub(r" in [0-9.]+s\b.*", "", line).strip("= ")
                self.assertIn(line, done.out)
            self.same_again()

    @needs("pytest")
    def test_pytest(self):
        self.write("test_a.py", "import os\ndef test_a(): open('ran', 'w').close()\n")
        for option in ("--help", "--version", "--fixtures", "--markers", "--co", "--collect-only", "--setup-plan"):
            self.tells("pytest", option)
        self.tells("pytest", "--co", "-k", "nothing", code=5)
        self.tells("pytest", "--co", "nowhere.py", code=4)
        self.assertFalse(os.path.exists(self.path("ran")))
        self.write("test_b.py", "import nothere\n")
        self.tells("pytest", "--co", code=2)

    @needs("behave")
    def test_behave(self):
        self.write("features/a.feature", "Feature: f\n  Scenario: s\n    Given x\n")
        self.write("features/steps/s.py", "from behave import given\n@given('x')\ndef x(c): open('ran', 'w').close()\n")
        for option in ("--help", "--version", "--steps-catalog", "--lang-list", "--tags-help"):
            self.tells("behave", option)
        self.assertFalse(os.path.exists(self.path("ran")))

    @needs("ctest")
    def test_ctest(self):
        self.write("CTestTestfile.cmake", 'add_test(one "/bin/sh" "-c" "touch ran")\n')
        for option in ("-N", "--show-only=human", "--print-labels", "--version", "--help"):
            self.tells("ctest", option)
        self.assertFalse(os.path.exists(self.path("ran")))

    @needs("bats")
    def test_bats(self):
        self.write("a.bats", '@test "a" { touch ran; }\n')
        for option in ("--count", "--version", "--help"):
            self.tells("bats", option, "a.bats")
        self.assertFalse(os.path.exists(self.path("ran")))

    @needs("go")
    def test_go(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        self.write("a_test.go", 'package a\nimport ("os"; "testing")\nfunc TestA(t *testing.T) { os.WriteFile("ran", nil, 0o600) }\n')
        done = self.run_it("--no-history", "--", "go", "test", "-list", ".", "./...")
        self.assertIn("TestA\n", done.out)
        self.tells("go", "test", "-h", code=2)
        self.assertFalse(os.path.exists(self.path("ran")))


class Again(Case):
    """Some of the tests alone, in --retries and --only-failed: none counts as good that was asked for and did not run."""

    def again(self, *command, code, options=("--retries", "1"), out="again"):
        done = self.run_it("-j1", *options, "--", *command, code=code, out=out)
        self.assertRegex(done.err, "(?m)^FAILED: " if code else "(?m)^passed: ")
        if not code:
            self.assertNotRegex(done.err, "of \\d+ \\w+ failed")
        self.same_again(out)
        return done

    def both(self, *command):
        """A suite that stays bad is bad when it is tried again, and when what failed is run alone."""
        self.again(*command, code=1)
        self.again(*command, code=1, options=("--only-failed",))

    # bats takes the last brace of a line for that of the test
    FLAKY = "once() { [ -e been ] && return; touch been; DIE; }\n"

    @needs("bats")
    def test_bats_set_up_of_a_file(self):
        tests = '@test "one" { true; }\n@test "two" { true; }\n'
        self.write("s.bats", "setup_file() { false; }\n" + tests)
        self.both("bats", "s.bats")
        self.assertEqual(self.statuses("again"), {"setup_file failed": "error"})
        self.write("s.bats", self.FLAKY.replace("DIE", "false") + "setup_file() { once; }\n" + tests)
        self.again("bats", "s.bats", code=0)
        self.assertEqual(self.statuses("again"), {"setup_file failed": "passed", "one": "passed", "two": "passed"})
        self.assertEqual(self.report("again")["counts"]["flaky"], 1)
        self.write("s.bats", "teardown_file() { false; }\n" + tests)
        self.both("bats", "s.bats")

    @needs("bats")
    def test_bats_names_that_are_not_as_they_stand_in_the_file(self):
        names = ('costs \\$1', 'say \\"it\\"', "back\\\\slash", "a `echo b`", "(x)|[y]*.+?^{}")
        for name in names:
            self.write("s.bats", f'@test "good" {{ true; }}\n@test "plain" {{ false; }}\n@test "{name}" {{ false; }}\n')
            self.both("bats", "s.bats")
            self.assertEqual(sorted(self.statuses("again").values())[:2], ["failed", "failed"], name)
            self.write("s.bats", self.read("s.bats").replace("false", "true"))
            self.again("bats", "s.bats", code=0, options=("--only-failed",))

    @needs("bats")
    def test_bats_names_with_a_prefix(self):
        self.env["BATS_TEST_NAME_PREFIX"] = "before: "
        self.write("s.bats", '@test "good" { true; }\n@test "bad" { false; }\n')
        self.both("bats", "s.bats")

    @needs("bats")
    def test_bats_dies(self):
        self.write("s.bats", self.FLAKY.replace("DIE", "kill -9 $PPID $$") +
                   '@test "one" { true; }\n@test "two" { once; }\n@test "three" { false; }\n')
        self.again("bats", "s.bats", code=1)
        self.assertEqual(self.statuses("again"), {"one": "passed", "two": "passed", "three": "failed"})

    GO_DIES = ('package a\nimport ("os"; "testing")\nfunc TestOk(t *testing.T) {}\nfunc TestDies(t *testing.T) {\n'
               'if _, e := os.Stat("flag"); e != nil { os.WriteFile("flag", nil, 0o600); DIE } }\n'
               'func TestAfter(t *testing.T) { t.Error("always") }\n')

    @needs("go")
    def test_go_dies(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        for die in ('panic("no")', "os.Exit(3)"):
            self.write("a/a_test.go", self.GO_DIES.replace("DIE", die))
            self.again("go", "test", "./...", code=1)
            self.assertEqual(self.statuses("again"), {"TestOk": "passed", "TestDies": "passed", "TestAfter": "failed"})
            os.unlink(self.path("a/flag"))

    @needs("go")
    def test_go_stops_at_the_first_that_fails(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        self.write("a/a_test.go", self.GO_DIES.replace("DIE", 't.Error("once")'))
        self.again("go", "test", "-failfast", "./...", code=1)
        self.assertEqual(self.statuses("again")["TestAfter"], "failed")

    @needs("go")
    def test_go_subtests_whose_names_change(self):
        self.write("go.mod", "module example\n\ngo 1.16\n")
        self.write("a/a_test.go", 'package a\nimport ("os"; "strconv"; "testing")\nfunc TestA(t *testing.T) {\n'
                   't.Run(strconv.Itoa(os.Getpid()), func(t *testing.T) { t.Error("no") }) }\nfunc TestB(t *testing.T) {}\n')
        self.both("go", "test", "./...")

    @needs("behave")
    def test_behave_scenarios_that_have_moved(self):
        self.write("features/steps/s.py", "from behave import given\n@given('good')\ndef g(c): pass\n"
                   "@given('bad')\ndef b(c): assert 0\n")
        feature = "Feature: f\n{}  Scenario: one\n    Given good\n  Scenario: two\n    Given bad\n  Scenario: one\n    Given good\n"
        self.write("features/a.feature", feature.format(""))
        self.write("features/b.feature", feature.format("").replace("bad", "good"))
        self.run_it("-j2", "--", "behave", code=1)
        for file in ("features/a.feature", "features/b.feature"):
            self.write(file, self.read(file).replace("Feature: f\n", "Feature: f\n  # a\n  # b\n"))
        for options in ((), ("--junit",)):
            self.again("behave", *options, code=1, options=("--only-failed",) if not options else ("--retries", "1"))
        self.again("behave", code=1, options=("--only-failed",))
        self.assertEqual(self.verdicts("again"), [("two", "failed")])
        listed = self.fettle("run", "--only-failed", "--list", "--", "behave")
        self.assertEqual(listed.out, "features/a.feature\n")
        # one that is gone: the whole file runs in its place, and next time nobody asks for it
        self.write("features/a.feature", feature.format("").replace("two", "three").replace("bad", "good"))
        done = self.again("behave", code=0, options=("--only-failed",))
        self.assertIn("'two' was bad in the last run, and is no longer there", done.err)
        self.assertEqual(self.verdicts("again"), [("one", "passed"), ("one", "passed"), ("three", "passed"), ("two", "skipped")])
        self.again("behave", code=0, options=("--only-failed",))
        self.assertEqual(len(self.verdicts("again")), 6)

    @needs("behave")
    def test_behave_that_tries_again_by_itself(self):
        self.write("features/steps/s.py", "import os\nfrom behave import given\n@given('third time')\ndef t(c):\n"
                   "    with open('tries', 'a') as f: f.write('x')\n    assert os.path.getsize('tries') > 2\n"
                   "@given('good')\ndef g(c): pass\n")
        self.write("features/environment.py", "from behave.contrib.scenario_autoretry import patch_scenario_with_autoretry\n"
                   "def before_feature(c, f):\n    for s in f.scenarios: patch_scenario_with_autoretry(s, max_attempts=2)\n")
        self.write("features/a.feature", "Feature: f\n  Scenario: a\n    Given third time\n  Scenario: b\n    Given good\n")
        self.again("behave", code=0)
        self.assertEqual(self.read("tries"), "xxx")
        self.assertEqual(len(self.report("again")["units"]), 2)

    @needs("behave")
    def test_behave_of_one_name(self):
        self.write("features/steps/s.py", "from behave import given\n@given('good')\ndef g(c): pass\n"
                   "@given('bad')\ndef b(c): assert 0\n")
        twins = "  Scenario: twin\n    Given good\n  Scenario: twin\n    Given bad\n  Scenario: other\n    Given good\n"
        self.write("features/a.feature", "Feature: f\n" + twins)
        self.run_it("-j1", "--", "behave", code=1)
        self.write("features/a.feature", "Feature: f\n  # a\n  # b\n" + twins)  # the good one stands where the bad one did
        self.again("behave", code=1, options=("--only-failed",))
        self.assertEqual(self.verdicts("again"), [("twin", "failed"), ("twin", "passed")])

    @needs("behave")
    def test_behave_features_that_were_bad_without_a_bad_scenario(self):
        self.write("features/steps/s.py", "from behave import given\n@given('good')\ndef g(c): pass\n"
                   "@given('bad')\ndef b(c): assert 0\n")
        self.write("features/environment.py", "def before_feature(c, f): assert f.name != 'broken'\n")
        for name, step in (("broken", "good"), ("other", "bad"), ("third", "good")):
            self.write(f"features/{name}.feature", f"Feature: {name}\n  Scenario: of {name}\n    Given {step}\n")
        self.run_it("-j1", "--", "behave", code=1)
        self.again("behave", code=1, options=("--only-failed",))
        self.assertEqual(self.verdicts("again"), [("of broken", "skipped"), ("of other", "failed")])
        self.write("features/other.feature", "Feature: other\n  Scenario: of other\n    Given good\n")
        self.again("behave", code=1, options=("--only-failed",))
        self.again("behave", code=1, options=("--only-failed",))
        self.assertEqual(self.verdicts("again"), [("of broken", "skipped")])

    @needs("pytest")
    def test_pytest_tests_that_are_gone(self):
        self.write("test_a.py", "def test_a(): pass\ndef test_gone(): assert 0\ndef test_bad(): assert 0\n")
        self.run_it("-j2", "--", "pytest", code=1)
        self.write("test_a.py", "def test_a(): pass\ndef test_bad(): assert 0\n")
        for names in (["test_a", "test_bad", "test_gone"], ["test_bad"]):
            self.again("pytest", code=1, options=("--only-failed",))
            self.assertEqual(sorted(self.statuses("again")), names)
        self.write("test_a.py", "def test_a(): pass\n")
        for is_ in ({"test_a": "passed", "test_bad": "skipped"}, {"test_a": "passed"}):
            self.again("pytest", code=0, options=("--only-failed",))
            self.assertEqual(self.statuses("again"), is_)
        with sqlite3.connect(self.path(".fettle/history.db")) as history:
            self.assertEqual(history.execute("SELECT count(*) FROM tests WHERE key LIKE '%' || char(10) || '%'").fetchone(), (0,))

    @needs("pytest")
    def test_pytest_some_of_what_failed(self):
        for name in "ab":
            self.write(f"test_{name}.py", "def test_one(): assert 0\ndef test_two(): assert 0\ndef test_three(): pass\n")
        self.run_it("-j1", "--", "pytest", code=1)
        for select, n in (("test_a.py", 2), ("test_b.py::test_two", 1), ("*test_one", 2), ("*", 4)):
            self.again("pytest", code=1, options=("--only-failed", "--select", select))
            self.assertEqual(len(self.verdicts("again")), n, select)

    @needs("pytest")
    def test_pytest_names_that_change(self):
        text = ("import os, pytest\n@pytest.mark.parametrize('n', [str(os.getpid())])\ndef test_a(n): assert {}\n"
                "def test_b(): pass\n")
        self.write("test_a.py", text.format(0))
        self.run_it("-j1", "--", "pytest", code=1)
        for _ in range(3):
            self.again("pytest", code=1, options=("--only-failed",))
            self.assertEqual(sorted(self.statuses("again").values()), ["failed", "passed", "skipped"])
        self.again("pytest", code=1)

    @needs("pytest")
    def test_pytest_files_that_cannot_be_read_at_first(self):
        self.write("test_a.py", "import os\nif not os.path.exists('been'):\n    open('been', 'w').close()\n    import nothere\n"
                   "def test_a(): pass\n")
        self.again("pytest", code=0)
        self.assertEqual(self.report("again")["counts"]["flaky"], 1)
        self.write("test_a.py", "import nothere\n")
        self.both("pytest")

    @needs("pytest")
    def test_pytest_that_stops_leaves_its_retries_undone(self):
        self.write("test_a.py", "def test_a(): assert 0\ndef test_b(): pass\n")
        self.again("pytest", "-x", code=1)


class Start(Case):
    """Workers that are started late, or not at all. A script in behave's place says when it is called."""

    def wrap(self, text):
        self.fixture("behave/good")
        self.write("behave", f'#!/bin/sh\necho "called $FETTLE_WORKER" >>log\n{text}\nexec "{shutil.which("behave")}" "$@"\n')
        os.chmod(self.path("behave"), 0o755)

    @needs("behave")
    def test_a_worker_that_loads_when_all_is_done_is_not_waited_for(self):
        self.wrap('[ "$FETTLE_WORKER" = 0 ] || { echo $$ >"pid-$FETTLE_WORKER"; sleep 600; }')
        self.run_it("-j2", "--", "./behave")
        report = self.report()
        self.assertEqual({t["worker"] for t in report["tests"]}, {0})
        for name in os.listdir(self.dir):
            if name.startswith("pid-"):
                self.gone(name)
        self.same_again()

    @needs("behave")
    @needs("taskset")
    def test_one_core_loads_one_framework_at_a_time(self):
        self.wrap('sleep 0.1; echo "slept $FETTLE_WORKER" >>log')
        core = str(min(os.sched_getaffinity(0)))
        done = self.call("taskset", "-c", core, FETTLE, "run", "--output", "out", "-j4", "--", "./behave")
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        lines = self.read("log").split("\n")
        self.assertEqual(lines[:2], ["called 0", "slept 0"])
        self.same_again()


class Sh(Case):
    def units(self, n, text="exit 0"):
        for i in range(1, n + 1):
            self.write(f"t/{i}.sh", text + "\n")

    def test_verdicts(self):
        self.units(2)
        self.sh()
        self.counts(passed=2)
        self.write("t/3.sh", "exit 3\n")
        self.write("t/4.sh", "kill -SEGV $$\n")
        self.sh("-j2", code=1)
        self.counts(passed=2, failed=1, crashed=1)
        self.same_again()

    def test_errors_of_use(self):
        self.assertIn("did you mean '--units'", self.run_it("--uints", "x", "--", "true", code=2).err)
        done = self.run_it("--", "no-such-command-at-all", code=3)
        self.assertEqual(len(done.err.strip().splitlines()), 1)
        self.sh(code=2)

    def test_what_tests_leave_running_is_told(self):
        self.write("t/1.sh", "setsid sleep 600 >/dev/null 2>&1 &\necho $! >p1\n"
                   "until grep -qx sleep /proc/$!/comm; do sleep 0.01; done\n")
        done = self.sh()
        self.addCleanup(self.end, int(self.read("p1")))
        self.assertIn("1 process was left running by the tests", done.err)
        self.units(1)
        self.assertNotIn("left running", self.sh(out="none").err)

    def test_unit_timeout_ends_the_tree(self):
        self.write("t/1.sh", "echo $$ >p1\nsleep 600 & echo $! >p2\nwait\n")
        self.write("t/2.sh", "trap '' TERM\necho $$ >p3\nwhile :; do sleep 600; done\n")
        self.sh("-j2", "--unit-timeout", "1s", code=1)
        self.counts(timeout=2)
        self.gone("p1", "p2", "p3")

    def test_unit_timeout_ends_a_daemon(self):
        self.write("t/1.py", "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n"
                   "    os.closerange(0, 100)\n    with open('p.new', 'w') as f:\n        f.write(str(os.getpid()))\n"
                   "    os.rename('p.new', 'p')\n    time.sleep(600)\nos.wait()\ntime.sleep(600)\n")
        self.run_it("--unit-timeout", "1s", "--units", "t/*.py", "--", sys.executable, "{}", code=1)
        self.counts(timeout=1)
        self.gone("p")

    def start(self, *options):
        self.write("t/1.sh", "exit 0\n")
        self.write("t/2.sh", "echo $$ >p.new; sleep 600 & echo $! >>p.new; mv p.new p; wait\n")
        return self.spawn(*options)

    def spawn(self, *options):
        process = subprocess.Popen([FETTLE, "run", "-j1", "--order", "given", "--batch", "0", "--output", "out", "--units",
                                    "t/*.sh", *options, "--", "sh", "{}"], cwd=self.dir, env=self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(until(lambda: os.path.exists(self.path("p"))))
        return process

    def test_interrupt(self):
        process = self.start()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        self.gone("p")
        report = self.report()
        self.assertTrue(report["run"]["interrupted"])
        self.assertEqual(self.statuses()["1.sh"], "passed")

    def test_killed(self):
        process = self.start()
        pids = [int(p) for p in self.read("p").split()]
        for pid in pids:
            self.addCleanup(self.end, pid)
        self.assertTrue(until(lambda: "t/1.sh" in self.read("out/events.jsonl")))
        process.kill()
        process.wait()
        done = self.fettle("report", "out", "--format", "json")
        self.assertEqual(done.returncode, 0, done.err)
        report = json.loads(done.stdout)
        self.assertFalse(report["run"]["done"])
        self.assertEqual([t["status"] for t in report["tests"] if t["name"] == "t/1.sh"], ["passed"])
        self.assertRegex(self.fettle("report", "out").out, "(?i)cut short|partial|killed|unfinished")

    def test_retries(self):
        self.write("t/1.sh", "[ -e been ] || { touch been; exit 1; }\n")
        self.sh("--retries", "1")
        self.assertEqual(self.report()["counts"]["flaky"], 1)
        for file in ["report.txt", "report.md", "junit.xml", "report.html"]:
            self.assertIn("flaky", self.read("out", file).lower(), file)

    def test_fail_fast(self):
        self.units(4, 'touch "ran-${0##*/}"; exit 1')
        self.sh("-j1", "--order", "given", "--batch", "0", "--fail-fast", code=1)
        self.assertEqual([f for f in os.listdir(self.dir) if f.startswith("ran-")], ["ran-1.sh"])

    def test_repeat(self):
        self.units(2, 'echo x >>"ran-${0##*/}"')
        self.sh("-j2", "--repeat", "3")
        self.assertEqual([self.read(f"ran-{i}.sh").count("x") for i in (1, 2)], [3, 3])

    def test_shards_cover_all_once(self):
        self.units(7, 'echo x >>"ran-${0##*/}"')
        self.sh("--no-history", "--shard", "1/2")
        self.sh("--no-history", "--shard", "2/2", out="out2")
        self.assertEqual([self.read(f"ran-{i}.sh").count("x") for i in range(1, 8)], [1] * 7)
        self.assertTrue(self.verdicts() and self.verdicts("out2"))

    def test_only_failed_and_select(self):
        self.units(3)
        self.write("t/4.sh", "exit 1\n")
        self.sh(code=1)
        self.sh("--only-failed", code=1, out="again")
        self.assertEqual(self.statuses("again"), {"4.sh": "failed"})
        self.write("t/4.sh", "exit 0\n")
        self.sh("--only-failed", out="mended")
        self.assertIn("runs all of it", self.sh("--only-failed", out="all").err)
        self.assertEqual(len(self.statuses("all")), 4)
        self.sh("--select", "*/[12].sh", out="some")
        self.assertEqual(self.statuses("some"), {"1.sh": "passed", "2.sh": "passed"})

    def test_list_and_dry_run(self):
        self.units(3, "touch ran")
        done = self.sh("--list")
        self.assertEqual(sorted(done.out.split()), ["t/1.sh", "t/2.sh", "t/3.sh"])
        done = self.sh("--dry-run")
        self.assertIn("t/2.sh", done.out)
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_random_repeats(self):
        self.units(8, 'echo "$0" >>"$LOG"')
        for log in ["a", "b"]:
            self.sh("-j1", "--order", "random:7", "--env", "LOG=" + log, out="out-" + log)
        self.assertEqual(self.read("a"), self.read("b"))
        self.assertEqual(len(self.read("a").split()), 8)

    def test_lock(self):
        self.units(6, "mkdir held || exit 1; sleep 0.05; rmdir held")
        self.sh("-j4", "--batch", "0", "--lock", "one=t/*.sh")
        self.counts(passed=6)

    def test_what_a_worker_has(self):
        self.write("template.db", "new\n")
        self.units(6, '[ "$W" = "w$FETTLE_WORKER" ] && head -n1 "$FETTLE_WORKER_DIR/template.db" | grep -qx new &&\n'
                   'echo used >>"$FETTLE_WORKER_DIR/template.db" && [ "$(cat setup)" = once ] && [ -e "ws-$FETTLE_WORKER" ]')
        self.sh("-j2", "--copy", "template.db", "--env", "W=w{worker}", "--setup", "echo once >>setup", "--worker-setup",
                'echo x >>"ws-$FETTLE_WORKER"')
        self.counts(passed=6)
        self.assertEqual(self.read("template.db"), "new\n")
        for f in os.listdir(self.dir):
            if f.startswith("ws-"):
                self.assertEqual(self.read(f), "x\n")
        names = [p["name"] for p in self.report()["phases"]]
        self.assertIn("setup", names)
        self.assertIn("worker-setup", names)

    def test_isolate_tree(self):
        self.write("data", "old\n")
        self.units(3, "echo new >data; touch made; rm -f gone")
        self.write("gone", "")
        self.sh("-j2", "--isolate", "tree")
        self.counts(passed=3)
        self.assertEqual(self.read("data"), "old\n")
        self.assertEqual(sorted(os.listdir(self.dir)), [".fettle", "data", "gone", "out", "t"])

    def test_keep_tree(self):
        self.env["TMPDIR"] = os.path.realpath(tempfile.mkdtemp(prefix="fettle-tmp-"))
        self.addCleanup(shutil.rmtree, self.env["TMPDIR"], ignore_errors=True)
        os.makedirs(self.path("elsewhere/worker-0"))
        os.makedirs(self.path("out"))
        self.write("elsewhere/worker-0/mine", "mine\n")
        os.symlink(self.path("elsewhere"), self.path("out/trees"))  # as a test may have left it
        self.write("data", "old\n")
        self.write("gone", "")
        self.units(4, "echo new >data; rm -f gone; ln -sf / away; mkdir -p sub; echo \"$0\" >>sub/ran; sleep 0.1")
        self.sh("-j2", "--isolate", "tree", "--keep-tree")
        self.assertEqual(self.read("data"), "old\n")
        self.assertEqual(self.read("elsewhere/worker-0/mine"), "mine\n")
        self.assertFalse(os.path.islink(self.path("out/trees")))
        trees = sorted(os.listdir(self.path("out/trees")))
        self.assertEqual(trees, ["worker-0", "worker-1"])
        ran = []
        for tree in trees:
            self.assertEqual(self.read("out/trees", tree, "data"), "new\n")
            self.assertTrue(os.path.islink(self.path("out/trees", tree, "away")))
            ran += self.read("out/trees", tree, "sub/ran").split()
        self.assertEqual(sorted(ran), ["t/%d.sh" % i for i in range(1, 5)])
        self.assertIn("is kept in 'out/trees'", self.read("out/report.txt"))
        shutil.rmtree(self.env["TMPDIR"])
        # another file system, where there is one
        self.env["TMPDIR"] = tempfile.mkdtemp(prefix="fettle-tmp-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.addCleanup(shutil.rmtree, self.env["TMPDIR"], ignore_errors=True)
        self.sh("-j2", "--isolate", "tree", "--keep-tree")
        self.assertFalse(os.path.exists(self.path("out/trees/worker-0/out/trees")))
        left = [f for f in os.listdir(self.env["TMPDIR"]) if f.startswith("fettle")]
        if self.holds_whiteouts():
            self.assertEqual(left, [])
        else:  # what was removed cannot be copied there: it stays where it is, and is told
            self.assertIn(self.env["TMPDIR"], self.read("out/report.txt"))

    def holds_whiteouts(self):
        """Whether an overlay's mark of a file that is gone can lie here: not on another overlay."""
        try:
            os.mknod(self.path("gone-too"), stat.S_IFCHR | 0o600, 0)
        except PermissionError:
            return False
        return True

    def test_many_that_fail_beside_each_other_name_the_option(self):
        self.units(6, "mkdir made 2>/dev/null")
        done = self.sh("-j2", "--batch", "0", code=1)
        self.counts(passed=1, failed=5)
        self.assertRegex(done.err, "5 bad with 2 workers in one tree: .*--isolate tree")
        os.rmdir(self.path("made"))
        done = self.sh("-j1", "--batch", "0", code=1, out="alone")
        self.assertNotIn("--isolate tree", done.err)

    def test_what_passed_alone_and_fails_beside_others_names_the_option(self):
        self.units(4, '[ "$FETTLE_WORKERS" = 1 ]')
        self.sh("-j1")
        done = self.sh("-j2", code=1, out="beside")
        self.assertRegex(done.err, "4 bad now passed when last run with one worker .*--isolate tree")

    def test_report_of_a_second_run_again(self):
        self.units(2)
        self.sh()
        self.sh(out="again")
        self.same_again("again")

    def test_chunks(self):
        self.units(5)
        for n in ["1", "2"]:
            self.sh("--chunks", n, out="out" + n)
            self.counts("out" + n, passed=5)

    def test_hostile_names(self):
        os.makedirs(self.path("t"))
        for name in ["a\x01\x1b[31m", "]]>", "<script>alert(1)<script>", "new\nline", "'\"$(touch hit)"]:
            self.write(f"t/{name}.sh", "printf '\\033[31m]]><script>\\001\\377'; exit 1\n")
        self.sh("-j2", code=1)
        self.counts(failed=5)
        self.assertFalse(os.path.exists(self.path("hit")))
        self.assertNotIn("<script>alert(1)", self.read("out/report.html"))
        self.assertNotIn("\x1b[31m", self.read("out/report.txt"))
        self.same_again()

    def test_hostile_tap(self):
        self.write("say.sh", "printf '1..2\\nok 1 - a\\001\\033[31m ]]> <script>alert(1)</script>\\nnot ok 2 - \\377\\n' >r.tap; exit 1\n")
        self.run_it("--results", "r.tap", "--", "sh", "say.sh", code=1)
        self.counts(passed=1, failed=1)
        self.assertNotIn("<script>alert(1)", self.read("out/report.html"))
        self.same_again()

    def test_huge_line(self):
        self.write("t/1.sh", "head -c 20000000 /dev/zero | tr '\\0' x; exit 1\n")
        self.sh(code=1)
        self.counts(failed=1)
        self.assertLess(os.path.getsize(self.path("out/events.jsonl")), 1 << 20)

    def test_unwritable_output(self):
        self.units(2, "touch ran")
        self.write("file", "")
        self.sh(out="file/out")
        self.assertTrue(os.path.exists(self.path("ran")))
        self.write("t/3.sh", "exit 1\n")
        self.sh(code=1, out="file/out")

    def test_full_disk(self):
        for code in (0, 1):
            self.units(3, f"touch ran; exit {code}")
            out = f"full{code}"
            os.makedirs(self.path(out))
            os.symlink("/dev/full", self.path(out, "events.jsonl"))
            done = self.sh(code=code, out=out)
            self.assertIn("No space left", done.err)
        self.assertTrue(os.path.exists(self.path("ran")))

    def small_disk(self, name):
        """A disk that is soon full; root may mount one."""
        os.makedirs(self.path(name))
        done = self.call("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", self.path(name))
        if done.returncode:
            self.skipTest("no disk can be mounted here: " + done.stderr.decode(errors="replace").strip())
        self.addCleanup(self.call, "umount", self.path(name))

    def test_a_disk_that_is_full_mid_run(self):
        for code in (0, 1):
            self.small_disk(f"small{code}")
            self.units(6, f'head -c 50000 /dev/zero | tr "\\0" x; touch "ran{code}-${{0##*/}}"; exit {code}')
            done = self.sh("-j2", code=code, out=f"small{code}/out")
            self.assertEqual(len([f for f in os.listdir(self.dir) if f.startswith(f"ran{code}-")]), 6)
            said = [line for line in done.err.splitlines() if line.startswith("fettle run:")]
            self.assertEqual(len(said), 1, said)
            self.assertIn("No space left", said[0])
            self.assertEqual(len(re.findall("cannot keep output", done.err)), 1)
            self.assertIn("6 tests passed" if code == 0 else "6 of 6 tests failed", done.err)

    @needs("pytest")
    def test_a_folder_of_a_worker_that_is_full(self):
        """The disk of the workers' folders is full from the first test on; what the others did is told all the same."""
        self.small_disk("small")
        self.env["TMPDIR"] = self.path("small")
        self.write("test_a.py", """import os
def test_fills():
    with open(os.environ["FETTLE_WORKER_DIR"] + "/fill", "wb", 0) as file:
        for size in (65536, 1):
            try:
                while True: file.write(b"x" * size)
            except OSError: pass
""" + "".join(f"def test_{i}(): pass\n" for i in range(300)) + "def test_real(): assert 0, 'a real failure'\n")
        for options in (["-j1"], ["-j2", "--no-split"], ["--chunks", "1"]):
            out = "out" + options[-1]
            self.run_it("--worker-memory", "0", *options, "--", "pytest", "-p", "no:cacheprovider", code=1, out=out)
            self.counts(out, passed=301, failed=1)
            self.assertIn("a real failure", self.read(out, "report.txt"))
            self.assertIn("was full: its rows went elsewhere", self.read(out, "report.txt"))
            self.assertFalse([f for f in os.listdir(self.path(out)) if f.startswith("rows-")])

    def test_a_folder_that_goes_mid_run(self):
        for code in (0, 1):
            self.units(4, f'rm -rf out{code}; touch "ran-${{0##*/}}"; exit {code}')
            done = self.sh("-j1", "--batch", "0", code=code, out=f"out{code}")
            said = [line for line in done.err.splitlines() if line.startswith("fettle run:")]
            self.assertEqual(len(said), 1, said)
            self.assertIn("No such file or directory", said[0])
            self.assertIn("4 tests passed" if code == 0 else "4 of 4 tests failed", done.err)

    def test_a_history_that_is_locked_costs_order_and_one_line(self):
        self.units(3)
        self.sh()
        lock = sqlite3.connect(self.path(".fettle/history.db"), isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN EXCLUSIVE")
        done = self.sh("-j2", out="locked")
        self.assertEqual(len(re.findall("history.db", done.err)), 1, done.err)
        self.assertIn("another process holds it", done.err)
        self.counts("locked", passed=3)
        lock.execute("ROLLBACK")
        self.assertNotIn("history.db", self.sh(out="free").err)

    def test_a_history_on_a_disk_that_is_read_only(self):
        self.units(3)
        self.sh()
        store = self.path(".fettle")
        done = self.call("mount", "--bind", "-o", "ro", store, store)
        if done.returncode:
            self.skipTest("no folder can be mounted here: " + done.stderr.decode(errors="replace").strip())
        self.addCleanup(self.call, "umount", store)
        done = self.sh("-j2", out="again")
        self.assertEqual(len(re.findall("history.db", done.err)), 1, done.err)
        self.counts("again", passed=3)

    def test_corrupt_history(self):
        self.units(2)
        self.sh()
        self.write(".fettle/history.db", "no database\n" * 1000)
        self.sh(out="again")
        self.counts("again", passed=2)
        self.sh(out="third")


@needs("pytest")
class PytestEnds(Case):
    """What goes wrong beside the tests is told with its name and its words, and in every report."""

    SLOW = "import time\n\n\ndef test_slow():\n    time.sleep(%s)\n\n\ndef test_quick():\n    pass\n"

    def told(self, *words, out="out"):
        """These words in the text, in JUnit and in GitHub's annotations."""
        texts = [self.read(out, "report.txt"), self.read(out, "junit.xml"), self.github]
        for word in words:
            for text in texts:
                self.assertIn(word, text)

    def bad(self, *args, **more):
        self.env["GITHUB_ACTIONS"] = "true"
        done = self.run_it(*args, code=1, **more)
        self.github = done.out
        return done

    def test_a_chunk_that_dies_is_run_once(self):
        self.write("test_a.py", "import os\n\n\ndef test_1():\n    pass\n\n\ndef test_2():\n    os.kill(os.getpid(), 11)\n\n\n"
                   "def test_3():\n    pass\n")
        self.write("test_b.py", "def test_b():\n    pass\n")
        for n, tests in ("1", {"test_1": "passed", "test_2": "crashed"}), ("2", None):
            self.bad("--chunks", n, "--", "pytest", out="out" + n)
            self.assertEqual(len(self.report("out" + n)["units"]), int(n))
            self.assertIn("what it had not begun did not run", self.read("out" + n, "report.txt"))
            if tests:
                self.assertEqual(self.statuses("out" + n), tests)
        self.bad("--chunks", "1", "--retries", "1", "--", "pytest", out="retried")
        self.assertEqual(len(self.report("retried")["units"]), 2)

    def test_a_chunk_that_hangs_is_run_once(self):
        self.write("test_a.py", self.SLOW % 100)
        self.bad("--chunks", "1", "--unit-timeout", "700ms", "--", "pytest")
        self.assertEqual(self.statuses(), {"test_slow": "timeout"})
        self.assertEqual(len(self.report()["units"]), 1)

    def test_a_crash_has_its_last_words(self):
        self.write("test_a.py", "import os\n\n\ndef test_a():\n    os.write(1, b'before the end\\n')\n    os.kill(os.getpid(), 11)\n")
        self.bad("--", "pytest", "-s")
        self.assertIn("before the end", self.read("out", "report.txt"))
        self.assertIn("before the end", self.read("out", "junit.xml"))
        self.assertIn("killed by SIGSEGV", self.read("out", "report.txt"))

    def test_a_session_that_ends_badly_says_why(self):
        self.write("test_a.py", "def test_a():\n    pass\n")
        self.write("conftest.py", "import pytest\n\n\n@pytest.fixture(scope='session', autouse=True)\ndef house():\n    yield\n"
                   "    assert 0, 'the house falls down'\n")
        self.bad("--", "pytest")
        self.told("session teardown of worker", "AssertionError: the house falls down")
        self.write("conftest.py", "import os\nimport pytest\n\n\n@pytest.fixture(scope='session', autouse=True)\ndef house():\n    yield\n"
                   "    os.write(1, b'last words')\n    os.abort()\n")
        self.bad("--", "pytest", out="again")
        self.told("end of worker", "killed by SIGABRT (signal 6), though no test failed", out="again")
        self.assertIn("last words", self.read("again", "junit.xml"))
        root = ET.parse(self.path("again", "junit.xml")).getroot()
        self.assertEqual(root.get("errors"), "1")

    def test_the_limit_of_a_unit_is_its_limit(self):
        """Also when the unit ends while its stacks are asked for; and the worker goes on."""
        self.write("test_a.py", self.SLOW % 100)
        self.bad("--unit-timeout", "1s", "--", "pytest")
        self.assertEqual(self.statuses(), {"test_slow": "timeout", "test_quick": "passed"})
        took, = [t["dur_ns"] for t in self.report()["tests"] if t["name"] == "test_slow"]
        self.assertGreater(took, 0.9e9)
        # it hears what asks for its stacks, says nothing, and ends by itself a little later
        self.write("test_a.py", "import signal\nimport time\n\n\ndef test_slow():\n"
                   "    signal.signal(signal.SIGRTMAX - 5, lambda *what: None)\n    time.sleep(1.3)\n")
        self.write("test_b.py", "def test_b():\n    pass\n")
        self.bad("-j1", "--order", "given", "--unit-timeout", "1s", "--", "pytest", out="late")
        units = [(u["name"], u["status"]) for u in self.report("late")["units"]]
        self.assertIn(("test_a.py", "timeout"), units)
        self.assertIn(("test_b.py", "passed"), units)
        self.assertEqual([w["starts"] for w in self.report("late")["workers"]], [1])
        self.assertIn("over its limit of 1 s", self.read("late", "report.txt"))

    def test_what_an_interrupt_cuts_short_is_named_with_its_stack(self):
        self.write("test_a.py", "import time\n\n\ndef test_slow():\n    open('here', 'w')\n    time.sleep(600)\n")
        process = subprocess.Popen([FETTLE, "run", "--output", "out", "--", "pytest"], cwd=self.dir, env=self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(until(lambda: os.path.exists(self.path("here"))))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        text = self.read("out", "report.txt")
        self.assertIn("Cut short: tests", text)
        self.assertRegex(text, r'test_a.py", line [56] in test_slow')

    def test_the_line_of_a_failure_says_what_is_wrong(self):
        self.write("test_a.py", "import pytest\n\n\ndef test_a():\n    assert {'a': 1} == {'a': 2}\n\n\n@pytest.fixture\ndef broken():\n"
                   "    raise ValueError('no\\nway')\n\n\ndef test_b(broken):\n    pass\n")
        self.write("test_c.py", "import nothing_here\n")
        done = self.bad("--", "pytest")
        for line in ("test_a  (", "assert {'a': 1} == {'a': 2}"), ("test_b  (", "ValueError: no"), ("test_c.py  (", "No module named 'nothing_here'"):
            self.assertTrue(any(all(part in x for part in line) for x in done.err.splitlines()), (line, done.err[:2000]))
        messages = [e.get("message") for e in ET.parse(self.path("out", "junit.xml")).getroot().iter() if e.tag in ("failure", "error")]
        self.assertIn("ValueError: no", messages)


class Asked(Case):
    """Options that promise something."""

    def units(self, n, text):
        for i in range(1, n + 1):
            self.write(f"t/{i}.sh", text + "\n")

    def test_until_fail_has_no_end_of_its_own(self):
        self.units(2, 'echo x >>"ran-${0##*/}"; [ "${0##*/}" != 1.sh ] || [ $(wc -l <ran-1.sh) -lt 7 ]')
        self.sh("-j2", "--until-fail", code=1)
        self.assertEqual(self.read("ran-1.sh").count("x"), 7)
        self.assertIn(self.read("ran-2.sh").count("x"), (6, 7))

    def test_until_fail_within_repeat(self):
        self.units(1, 'echo x >>ran')
        self.sh("--until-fail", "--repeat", "3")
        self.assertEqual(self.read("ran").count("x"), 3)

    def test_verbose_shows_what_passes_and_what_is_decided(self):
        self.units(2, 'echo "hello of ${0##*/}"')
        self.sh(out="before")
        done = self.sh("-v", "--lock", "one=t/1.sh")
        self.assertIn("output of t/1.sh:", done.err)
        self.assertIn("hello of 1.sh", done.err)
        self.assertIn("hello of 2.sh", done.err)
        self.assertRegex(done.err, r"begins  t/1.sh  worker [01], predicted [0-9.]+ ms, locks one\n")
        self.assertNotIn("hello of", self.sh(out="quiet").err)

    def test_the_history_puts_the_longest_first(self):
        for i in (1, 2, 3):
            self.write(f"t/{i}.sh", f"sleep 0.{i}\n")
        self.sh(out="before")
        listed = self.sh("--dry-run").out
        self.assertLess(listed.index("t/3.sh"), listed.index("t/2.sh"))
        self.assertLess(listed.index("t/2.sh"), listed.index("t/1.sh"))
        self.sh("-j1")
        units = [u["name"] for u in sorted(self.report()["units"], key=lambda u: u["start_ns"])]
        self.assertEqual(units, ["t/3.sh", "t/2.sh", "t/1.sh"])
        self.assertTrue(all(u["predicted_ns"] > 5e7 for u in self.report()["units"]))

    def test_a_random_order_tells_its_seed(self):
        self.units(6, 'echo "$0" >>"$LOG"')
        self.sh("-j1", "--order", "random", "--env", "LOG=a", out="a-out")
        seed = re.search(r"--order (random:[0-9]+) gives it again", self.read("a-out", "report.txt")).group(1)
        self.assertIn(seed, self.read("a-out", "report.json"))
        self.sh("-j1", "--order", seed, "--env", "LOG=b", out="b-out")
        self.assertEqual(self.read("a"), self.read("b"))

    def test_who_reads_only_the_head_of_a_report_is_told_nothing(self):
        self.units(300, "true")
        self.sh()
        done = self.call("sh", "-c", '"$0" report out --format json | head -c 10', FETTLE)
        self.assertEqual((done.stdout, done.stderr), (b'{"format":', b""))

    def test_trouble_with_the_history_leaves_the_record_whole(self):
        self.units(2, "true")
        self.write(".fettle/history.db", "no database\n" * 1000)
        done = self.sh()
        self.assertEqual(json.loads(self.read("out", "events.jsonl").splitlines()[0])["ev"], "run")
        self.assertTrue(os.path.exists(self.path("out", "trace.json.gz")))
        self.assertEqual(self.fettle("report", "out").returncode, 0)
        self.assertEqual(len(re.findall("was corrupt", done.err)), 1, done.err)


@needs("behave")
class BehaveEnds(Case):
    def test_hooks_outside_of_scenarios_are_told(self):
        self.write("features/steps/s.py", "from behave import step\n\n\n@step('ok')\ndef ok(context):\n    pass\n")
        self.write("features/a.feature", "Feature: A\n  Scenario: one\n    Given ok\n")
        self.env["GITHUB_ACTIONS"] = "true"
        for hook, args, name in ("after_all", "c", "after_all of worker"), ("after_feature", "c, f", "features/a.feature"):
            self.write("features/environment.py", f"def {hook}({args}):\n    raise ValueError('the roof')\n")
            done = self.run_it("-j1", "--", "behave", code=1, out=hook)
            for text in (self.read(hook, "report.txt"), self.read(hook, "junit.xml"), done.out):
                self.assertIn(name, text)
                self.assertIn("the roof", text)


class GoPackages(Case):
    """What go test says of a package holds, whatever its tests do inside, and whatever became of its parts."""

    def setUp(self):
        super().setUp()
        self.write("go.mod", "module m\n\ngo 1.17\n")

    @needs("go")
    def test_tests_that_are_to_fail_inside_of_a_test(self):
        self.write("a_test.go", """package m

import "testing"

func TestOuter(t *testing.T) {
	inner := []testing.InternalTest{{Name: "TestInner", F: func(t *testing.T) { t.Error("as it should") }}}
	if testing.RunTests(func(pat, str string) (bool, error) { return true, nil }, inner) {
		t.Error("it passed")
	}
}

func TestOther(t *testing.T) {}
""")
        self.assertEqual(self.call("go", "test", "./...").returncode, 0)
        self.run_it("--", "go", "test", "./...")
        self.assertEqual({s for s in self.statuses().values()}, {"passed"})
        self.write("b_test.go", 'package m\n\nimport "testing"\n\nfunc TestBad(t *testing.T) { t.Error("really") }\n')
        self.run_it("--", "go", "test", "./...", code=1, out="bad")
        self.assertEqual(self.statuses("bad")["TestBad"], "failed")
        self.assertEqual(self.statuses("bad")["TestOther"], "passed")

    @needs_go(20)
    def test_a_package_whose_tests_need_each_other_is_judged_as_a_whole(self):
        self.write("a_test.go", """package m

import (
	"testing"
	"time"
)

var seen bool

func TestFirst(t *testing.T) {
	time.Sleep(1500 * time.Millisecond)
	seen = true
}

func TestSecond(t *testing.T) {
	time.Sleep(1500 * time.Millisecond)
	if !seen {
		t.Fatal("not seen")
	}
}
""")
        self.run_it("-j2", "--", "go", "test", "-count=1", "./...", out="first")
        self.run_it("-j2", "--", "go", "test", "-count=1", "./...", out="second")
        self.assertEqual(len(self.report("second")["units"]), 3)
        self.assertEqual(self.statuses("second"), {"TestFirst": "passed", "TestSecond": "passed"})
        self.assertIn("was bad in parts and good as a whole", self.read("second", "report.txt"))
        self.run_it("-j2", "--", "go", "test", "-count=1", "./...", out="third")
        self.assertEqual([unit["attempt"] for unit in self.report("third")["units"]], [1])


@needs("pytest")
class OtherOrder(Case):
    def test_files_that_lean_on_each_other_name_the_option(self):
        self.write("test_a.py", "import builtins\n\n\ndef test_a():\n    builtins.seen = 1\n")
        self.write("test_b.py", "import builtins\nimport time\n\n\ndef test_b():\n    time.sleep(0.4)\n    assert builtins.seen\n")
        command = ["--", "pytest", "-q", "test_a.py", "test_b.py"]
        self.run_it("--chunks", "1", *command, out="first")
        # not split, or test_a may go ahead while test_b's tests are asked for
        self.run_it("-j2", "--no-split", *command, out="second", code=1)
        self.assertIn("--order given", self.read("second", "report.txt"))


@needs("pytest")
class NoController(Case):
    """A suite that pytest-xdist's controller would tell something has none."""

    CONFTEST = ("def pytest_configure(config):\n    if hasattr(config, 'workerinput'):\n"
                "        config.mine = config.workerinput['mine']\n    else:\n        config.mine = 'alone'\n")

    def test_workers_are_configured_as_pytest_alone(self):
        self.write("conftest.py", self.CONFTEST)
        for name in "abcd":
            self.write(f"test_{name}.py", "def test(request):\n    assert request.config.mine == 'alone'\n"
                                          "    assert request.config.workerinput['workerid']\n")
        done = self.run_it("-j2", "--", "pytest", "-q")
        self.counts(passed=4)
        self.assertEqual(done.err.count("cannot be configured in a worker of pytest-xdist (KeyError: 'mine')"), 1)

    def test_what_cannot_be_configured_at_all_is_told_once_more(self):
        self.write("conftest.py", self.CONFTEST.replace("'alone'", "1 / 0"))
        self.write("test_a.py", "def test(): pass\n")
        done = self.run_it("-j2", "--", "pytest", "-q", code=3)
        self.assertIn("ZeroDivisionError", done.err)


@needs("pytest")
class JUnit(Case):
    """pytest's own file, where fettle writes it: whoever has kept it knows the tests by class and name."""

    def cases(self, file):
        return {(case.get("classname"), case.get("name")): [(p.get("name"), p.get("value")) for p in case.iter("property")]
                for case in ET.parse(self.path(file)).iter("testcase")}

    def test_classes_names_and_properties_are_pytests(self):
        self.write("tests/sub/test_a.py", """import unittest

import pytest


class TestX:
    class TestY:
        def test_in(self, record_property):
            record_property("key", "DEMO-1")
            record_property("key", "<'&>]]>")
            record_property("n", 7)

    @pytest.mark.parametrize("v", ["a b", "c::d", "[e::"])
    def test_p(self, v, record_property):
        record_property("v", v)
        assert v != "c::d"


def test_f():
    pass


class U(unittest.TestCase):
    def test_u(self):
        pass
""")
        self.call("pytest", "-q", "-p", "no:cacheprovider", "--junitxml=plain.xml")
        self.run_it("-j1", "--", "pytest", "-q", "--junitxml=ours.xml", code=1)
        plain = self.cases("plain.xml")
        self.assertEqual(len(plain), 6)
        self.assertEqual(self.cases("ours.xml"), plain)
        self.assertEqual(self.cases("out/junit.xml"), plain)
        told = [t["properties"] for t in self.report()["tests"] if t["name"] == "TestX::test_p[a b]"]
        self.assertEqual(told, [[{"name": "v", "value": "a b"}]])

    def test_what_is_no_property_costs_no_verdict(self):
        self.write("test_a.py", """class Bad:
    def __str__(self):
        raise OSError


def test_a(request):
    request.node.user_properties += [("a", "b", "c"), "xyz", ("k", Bad()), ("good", 1)]


def test_b(request):
    request.node.user_properties.append("abc")
    assert 0
""")
        self.run_it("-j1", "--", "pytest", "-q", code=1)
        self.counts(passed=1, failed=1)
        told = [t.get("properties") for t in self.report()["tests"] if t["name"] == "test_a"]
        self.assertEqual(told, [[{"name": "good", "value": "1"}]])


@needs("pytest")
class LoadedAhead(Case):
    """Before its first test a worker has imported the files of all, as plain pytest has."""

    def imports(self):
        return [phase for phase in self.report()["phases"] if phase["name"] == "imports"]

    def lean(self):
        """test_long needs a module that test_short alone imports."""
        self.write("lib/__init__.py", "")
        self.write("lib/part.py", "here = 1\n")
        self.write("test_long.py", "import lib\n\n\n" + "".join(f"def test_{i}():\n    assert lib.part.here\n\n\n" for i in range(9)))
        self.write("test_short.py", "import lib.part\n\n\ndef test_short():\n    assert lib.part.here\n")

    def test_what_another_file_imports_is_there(self):
        self.lean()
        for workers in ("-j1", "-j2"):
            self.run_it(workers, "--order", "longest", "--no-history", "--", "pytest", "-q")
            self.assertTrue(self.imports())
        self.assertEqual(self.report()["counts"]["passed"], 10)

    def test_files_that_arguments_choose_tests_of_are_imported(self):
        for name in "ac":
            self.write(f"test_{name}.py", "import sys\n\n\ndef test():\n    assert 'test_b' in sys.modules\n")
        self.write("test_b.py", "def test_x():\n    pass\n\n\ndef test_y():\n    assert 0\n")
        for workers in ("-j1", "-j2"):
            self.run_it(workers, "--no-history", "--", "pytest", "-q", "test_a.py", "test_c.py", "test_b.py::test_x")

    def test_one_that_is_chosen_comes_alone(self):
        self.lean()
        self.run_it("--select", "test_short*", "--", "pytest", "-q")
        self.assertFalse(self.imports())

    def test_a_file_that_breaks_the_worker_breaks_itself_alone(self):
        for i in range(6):
            self.write(f"test_{i}.py", "def test():\n    pass\n")
        for death, status in (("import os\nos._exit(3)\n", "crashed"), ("import time\ntime.sleep(60)\n", "timeout")):
            self.write("test_bad.py", death)
            self.run_it("-j2", "--unit-timeout", "2s", "--", "pytest", "-q", code=1)
            self.assertEqual(self.report()["counts"]["passed"], 6)
            bad = [unit["status"] for unit in self.report()["units"] if unit["status"] != "passed"]
            self.assertEqual(bad, [status])
            self.assertIn("while it imported the test files", self.read("out", "report.txt"))

    def test_a_file_that_cannot_be_imported_is_run_once(self):
        self.write("test_a.py", "open('count', 'a').write('x')\nimport nothere\n")
        self.write("test_b.py", "import pytest\npytest.skip('not today', allow_module_level=True)\n")
        self.write("test_c.py", "print('said at import')\n\n\ndef test_c():\n    pass\n")
        self.write("test_d.py", "import sys\nsys.exit(4)\n")
        self.run_it("-j1", "--", "pytest", "-q", "test_a.py", "test_b.py", "test_c.py", code=1)
        self.assertEqual(self.read("count"), "x")
        text = self.read("out", "report.txt")
        self.assertIn("No module named 'nothere'", text)
        self.assertNotIn("said at import", text)
        self.assertEqual(self.statuses("out")["test_c"], "passed")
        self.run_it("-j1", "--", "pytest", "-q", "test_c.py", "test_d.py", code=1)

    def test_a_file_is_what_plain_pytest_takes_it_for(self):
        """A module that is there for its doctests is no test file because a worker imports it."""
        for name in "abcdef":
            self.write(f"pkg/util_{name}.py", '"""\n>>> 1 + 1\n2\n"""\n\n\ndef test_connection():\n    raise OSError\n')
        self.run_it("-j3", "--batch", "0", "--", "pytest", "-q", "--doctest-modules")
        self.counts(passed=6)

    def test_what_an_import_prints_is_told_where_it_fails(self):
        self.write("test_a.py", "print('HINT: set FOO')\nimport nothere\n")
        self.run_it("-j1", "--", "pytest", "-q", code=1)
        self.assertIn("HINT: set FOO", self.read("out/out/worker-0.log") + self.read("out", "report.txt"))

    def test_log_files_and_live_logs_go_on(self):
        for name in "ab":
            self.write(f"test_{name}.py", f"import logging\n\n\ndef test():\n    logging.getLogger().warning('said in {name}')\n")
        self.run_it("-j1", "-v", "--", "pytest", "-o", "log_cli=true", "--log-file=l.log")
        for name in "ab":
            self.assertIn(f"said in {name}", self.read("l.log"))
            self.assertIn(f"said in {name}", self.read("out/out/worker-0.log"))

    def test_warnings_that_are_errors_are_errors(self):
        self.write("test_a.py", "import warnings\nwarnings.warn('old', DeprecationWarning)\n\n\ndef test_a():\n    pass\n")
        self.run_it("-j1", "--", "pytest", "-q", "-W", "error", code=1)
        self.assertIn("DeprecationWarning: old", self.read("out", "report.txt"))


if __name__ == "__main__":
    unittest.main()
