"""`fettle run --cover` and `fettle cover` end to end, against coverage.py on the same suite."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import real_test
import venv_of_tests

BUILD = os.environ.get("BUILD_ROOT", real_test.SOURCE + "/build")
SHOP = '''import os
import subprocess
import sys


def price(n, member=False):
    total = n * 3
    if member:
        total -= 1
    for step in range(n):
        if step > 100:
            break
    return total


class Till:
    def __init__(self):
        self.open = True

    def close(self):
        try:
            self.open = (
                False
            )
        finally:
            pass
        return self.open


def in_child():
    return subprocess.run([sys.executable, "-c", "import shop; shop.only_in_child()"], check=True)


def only_in_child():
    return 7


def in_fork():
    pid = os.fork()
    if not pid:
        only_in_fork()
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def only_in_fork():
    return 8


def never():  # pragma: no cover
    return 9


def missed():
    return 10
'''


class Cover(real_test.Case):
    @classmethod
    def setUpClass(cls):
        cls.python, why = venv_of_tests.current(BUILD)
        if not cls.python:
            raise unittest.SkipTest(why)

    def setUp(self):
        super().setUp()
        self.env["PYTHONPATH"] = self.path("src")

    def project(self):
        self.write("src/shop.py", SHOP)
        self.write("src/unused.py", "def nobody():\n    return 1\n")
        self.write("tests/test_price.py", "import shop\n\n\ndef test_price():\n    assert shop.price(2) == 6\n")
        self.write("tests/test_till.py", "import shop\n\n\ndef test_till():\n    assert shop.Till().close() is False\n")

    def pytest(self, *options, code=0, out="out"):
        return self.run_it("--cover", "--cover-source", "src", *options, "--", self.python, "-m", "pytest", "-q",
                           code=code, out=out)

    def coverage(self, out="out", drop=True):
        with open(self.path(out, "coverage.json"), encoding="utf-8") as f:
            data = json.load(f)
        if drop:
            del data["meta"]["timestamp"], data["meta"]["version"]
        return data

    def theirs(self, *options):
        for words in (["run", *options, "--source=src", "-m", "pytest", "-q"], ["json", "-q", "-o", "theirs/coverage.json"]):
            os.makedirs(self.path("theirs"), exist_ok=True)
            done = self.call(self.python, "-m", "coverage", *words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.coverage("theirs")

    def test_the_figures_are_coverage_pys_with_any_number_of_workers(self):
        self.project()
        for branch in ([], ["--branch"]):
            want = self.theirs(*branch)
            for workers in ("1", "2", "4"):
                with self.subTest(branch=branch, workers=workers):
                    out = "out" + workers + "".join(branch)
                    self.pytest("-j" + workers, *branch, out=out)
                    self.assertEqual(self.coverage(out), want)
                    with open(self.path(out, "report.json"), encoding="utf-8") as f:
                        told = json.load(f)["coverage"]
                    self.assertEqual((told["statements"], told["covered"], told["taken"]),
                                     (want["totals"]["num_statements"], want["totals"]["covered_lines"],
                                      want["totals"]["covered_branches"] if branch else None))
        self.assertEqual(want["files"]["src/unused.py"]["summary"]["covered_lines"], 0)

    def test_what_children_ran_counts(self):
        self.project()
        self.write("tests/test_more.py", "import os\nimport shop\n\n\ndef test_child():\n    shop.in_child()\n\n\n"
                   "def test_fork():\n    assert shop.in_fork() == 0\n")
        self.pytest("-j2")
        ran = self.coverage()["files"]["src/shop.py"]["executed_lines"]
        lines = SHOP.split("\n")
        for text in ("return 7", "return 8", "os._exit(0)"):
            self.assertIn(next(i for i, line in enumerate(lines, 1) if text in line), ran, text)

    def test_what_ran_before_a_kill_counts(self):
        self.project()
        self.write("tests/test_end.py", "import os, signal, shop\n\n\ndef test_end():\n    shop.only_in_fork()\n"
                   "    os.kill(os.getpid(), signal.SIGKILL)\n")
        self.pytest("-j2", code=1)
        self.assertEqual(self.statuses()["test_end"], "crashed")
        line = SHOP[:SHOP.index("return 8")].count("\n") + 1
        self.assertIn(line, self.coverage()["files"]["src/shop.py"]["executed_lines"])

    def test_contexts_are_the_tests(self):
        self.project()
        self.pytest("--cover-contexts")
        contexts = self.coverage()["files"]["src/shop.py"]["contexts"]
        line = SHOP[:SHOP.index("total = n")].count("\n") + 1
        self.assertEqual(contexts[str(line)], ["tests/test_price.py::test_price"])
        self.assertNotIn("contexts", self.coverage()["files"]["src/shop.py"]["functions"]["price"])
        self.write(".coveragerc", "[json]\nshow_contexts = true\n")
        self.pytest("--cover-contexts", out="all")
        self.assertIn("contexts", self.coverage("all")["files"]["src/shop.py"]["functions"]["price"])

    def test_contexts_that_would_fill_a_disk_are_left_out_and_told(self):
        self.write("src/long.py", "def run():\n" + "    x = 1\n" * 1000)
        self.write("tests/test_many.py", "import long, pytest\n\n\n@pytest.mark.parametrize('n', range(300), ids=lambda n: 'n' * 150 + str(n))\n"
                   "def test_n(n):\n    long.run()\n")
        done = self.pytest("--cover-contexts", "--quick")
        self.assertIn("is without contexts, whose names would take", done.err)
        self.assertNotIn("contexts", self.coverage()["files"]["src/long.py"])

    def test_behave(self):
        self.write("features/a.feature", "Feature: a\n  Scenario: s\n    Given it\n")
        self.write("features/b.feature", "Feature: b\n  Scenario: t\n    Given that\n")
        self.write("features/steps/s.py", "from behave import given\nimport helper\n\n\n@given('it')\ndef it(c):\n"
                   "    helper.it()\n\n\n@given('that')\ndef that(c):\n    helper.that()\n")
        self.write("src/helper.py", "def it():\n    return 1\n\n\ndef that():\n    return 2\n")
        self.run_it("--cover", "-j2", "--", self.python, "-m", "behave")
        files = self.coverage()["files"]
        self.assertEqual(sorted(files), ["features/steps/s.py", "src/helper.py"])
        self.assertEqual(files["src/helper.py"]["missing_lines"], [])

    @real_test.needs("setpriv")
    @unittest.skipUnless(os.geteuid() == 0, "takes root to give up what an overlay needs")
    def test_copies_of_the_tree_are_told_of_the_tree(self):
        self.project()
        self.env["PYTHONPATH"] = "src"
        want = self.theirs("--branch")
        self.write("features/a.feature", "Feature: a\n  Scenario: s\n    Given it\n")
        self.write("features/b.feature", "Feature: b\n  Scenario: t\n    Given it\n")
        self.write("features/steps/s.py", "from behave import given\n\n\n@given('it')\ndef it(c):\n    pass\n")
        wishes = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", real_test.FETTLE, "run", "-j2", "--isolate", "tree",
                  "--cover", "--output"]
        for tracer in ("native", "coverage"):
            done = self.call(*wishes, tracer, "--cover-tracer", tracer, "--cover-source", "src", "--branch", "--", self.python, "-m",
                             "pytest", "-q", "--junitxml", "by-pytest/all.xml")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"trees are copied", done.stderr)
            self.assertEqual(self.coverage(tracer), want)
            self.assertTrue(os.path.getsize(self.path("by-pytest/all.xml")))
        done = self.call(*[w for w in wishes if w != "--cover"], "by-cov", "--", self.python, "-m", "pytest", "-q", "--cov=src",
                         "--cov-branch", "--cov-report=json:by-pytest/cov.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("by-pytest/cov.json"), encoding="utf-8") as f:
            self.assertEqual(json.load(f)["files"], want["files"])
        done = self.call(*wishes, "out", "--", self.python, "-m", "behave", "--junit", "--junit-directory", "by-behave")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(self.coverage()["files"]), ["features/steps/s.py"])
        self.assertEqual(sorted(os.listdir(self.path("by-behave"))), ["TESTS-a.xml", "TESTS-b.xml"])

    def test_reports_and_phases(self):
        self.project()
        done = self.pytest("--cover-format", "term,html,xml,json,lcov,markdown,sonarqube,badge")
        for name in ("coverage.json", "coverage.xml", "coverage.lcov", "coverage.md", "coverage-sonarqube.xml",
                     "coverage.svg", "coverage.txt", "coverage/index.html", "coverage/style.css"):
            self.assertTrue(os.path.getsize(self.path("out", name)), name)
        self.assertRegex(done.err, r"(?m)^TOTAL .* \d+%$")
        self.assertIn("coverage scan", self.read("out/report.txt") + self.read("out/report.json"))
        self.pytest("--quick", out="quick")
        self.assertTrue(os.path.exists(self.path("quick/coverage.json")))
        self.assertFalse(os.path.exists(self.path("quick/coverage.xml")))

    def test_bounds(self):
        self.project()
        self.assertIn("99", self.pytest("--fail-under", "99", code=1).err)
        self.assertIn("unused.py", self.pytest("--fail-under-file", "*unused.py=50", code=1).err)
        self.pytest("--fail-under", "10")
        self.write(".coveragerc", "[report]\nfail_under = 99\n")
        self.pytest(code=1)
        self.counts(passed=2)
        done = self.fettle("run", "--cover", "--fail-under-file", "x=y", "--", "true")
        self.assertEqual((done.returncode, done.out), (2, ""))
        self.assertIn("'y' is no percentage", done.err)

    def test_settings_that_cannot_be_read_stop_the_run(self):
        self.write(".coveragerc", "[report]\nexclude_also = (\n")
        done = self.fettle("run", "--cover", "--", "true")
        self.assertEqual(done.returncode, 2, done.err)
        self.assertIn("(", done.err)

    def git(self, *args):
        done = self.call("git", "-c", "user.name=x", "-c", "user.email=x@example.org", *args)
        self.assertEqual(done.returncode, 0, done.stderr)

    @real_test.needs("git")
    def test_a_change_is_held_to_its_own_bound(self):
        self.project()
        self.git("init", "-q", ".")
        self.git("add", "src", "tests")
        self.git("commit", "-qm", "one")
        self.write("src/shop.py", SHOP + "\n\ndef fresh(a):\n    if a:\n        return 1\n    return 2\n")
        self.write("tests/test_fresh.py", "import shop\n\n\ndef test_fresh():\n    assert shop.fresh(1)\n")
        self.pytest("--fail-under-diff", "90", code=1)
        self.pytest("--fail-under-diff", "70")
        done = self.fettle("cover", "diff", "--base", "HEAD", "out/coverage.lcov", "out/coverage.json")
        self.assertEqual(done.returncode, 4, done.err)  # there is no coverage.lcov
        self.assertIn("src/shop.py", done.out)
        done = self.fettle("cover", "diff", "--base", "no-such", "out/coverage.json")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no-such", done.err)

    def test_files_of_others_are_merged_and_reported(self):
        self.project()
        want = self.theirs("--branch")
        done = self.fettle("cover", "report", ".coverage", "--branch", "--source", "src", "-o", "again")
        self.assertEqual(done.returncode, 0, done.err)
        self.assertEqual(self.coverage("again"), want)
        self.write("more.info", "SF:src/shop.py\nDA:38,1\nend_of_record\nSF:src/x.c\nDA:1,5\nDA:2,0\nend_of_record\n")
        self.write("bad.info", "SF:src/y.c\nDA:1,nonsense\n")
        done = self.fettle("cover", "report", ".coverage", "more.info", "bad.info", "-o", "both", "-q")
        self.assertEqual(done.returncode, 4, done.err)
        self.assertIn("bad.info", done.err)
        files = self.coverage("both")["files"]
        self.assertEqual(files["src/x.c"]["executed_lines"], [1])
        self.assertNotIn("src/y.c", files)

    def test_a_merged_file_is_coverage_pys_own(self):
        self.project()
        want = self.theirs("--branch")
        for name in ("all.coverage", "all.lcov", "all.json"):
            done = self.fettle("cover", "merge", ".coverage", ".coverage", "--source", "src", "-o", name)
            self.assertEqual(done.returncode, 0, done.err)
        done = self.call(self.python, "-m", "coverage", "json", "-q", "--data-file=all.coverage", "-o", "theirs/coverage.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.coverage("theirs"), want)
        self.assertEqual(self.fettle("cover", "merge", ".coverage", "-o", "x.odd").returncode, 2)

    def test_a_source_that_is_gone_or_changed_is_told(self):
        self.project()
        self.theirs()
        os.unlink(self.path("src/unused.py"))
        done = self.fettle("cover", "report", ".coverage")
        self.assertEqual(done.returncode, 4)
        self.assertIn("unused.py", done.err)
        self.assertRegex(done.out, r"(?m)^TOTAL")
        self.write("tests/test_change.py", "import os, shop\n\n\ndef test_change():\n"
                   "    with open(shop.__file__, 'a') as f:\n        f.write('x = 1\\n')\n")
        self.assertRegex(self.pytest("-j1").err, "shop.py' was changed after it ran")

    @real_test.needs("gcc")
    def test_compiled_programs(self):
        self.write("p.c", "#include <stdlib.h>\nint main(int n, char **v)\n{\n\tif (n > 1 && atoi(v[1]) == 2)\n\t\treturn 0;\n"
                   "\treturn n == 1;\n}\n")
        self.assertEqual(self.call("gcc", "--coverage", "-O0", "-o", "p", "p.c").returncode, 0)
        for n in (1, 2, 3):
            self.write(f"t/{n}.sh", f"./p {n}\n")
        self.run_it("--cover", "--branch", "-j2", "--units", "t/*.sh", "--cover-format", "json,lcov", "--", "sh", "{}")
        self.assertFalse([f for f in os.listdir(self.dir) if f.endswith(".gcda")])
        lcov = self.read("out/coverage.lcov")
        self.assertIn("SF:p.c\n", lcov)
        for row in ("DA:4,3\n", "DA:5,1\n", "DA:6,2\n"):
            self.assertIn(row, lcov)

    def test_the_same_data_gives_the_same_bytes(self):
        self.project()
        both = []
        for workers in ("1", "4"):
            self.pytest("-j" + workers, "--branch", "--cover-format", "term,html,lcov,sonarqube,badge", out="w" + workers)
            files = {}
            for folder, _, names in os.walk(self.path("w" + workers)):
                for name in names:
                    path = os.path.join(folder, name)
                    if "coverage" in os.path.relpath(path, self.path("w" + workers)):
                        with open(path, "rb") as f:
                            files[os.path.relpath(path, self.path("w" + workers))] = f.read()
            both.append(files)
        self.assertEqual(sorted(both[0]), sorted(both[1]))
        for name in both[0]:
            self.assertEqual(both[0][name], both[1][name], name)

    def test_hostile_files(self):
        self.write("climb.info", "SF:../../../../etc/passwd\nDA:1,1\nend_of_record\n")
        self.write("deep.json", "[" * 10000)
        self.write("entity.xml", '<?xml version="1.0"?><!DOCTYPE coverage [<!ENTITY a "b">]><coverage>&a;</coverage>')
        self.write("nul.info", "SF:a\0b.py\nDA:1,1\nend_of_record\n")
        self.write("line.info", "SF:a.c\nDA:99999999999,1\nend_of_record\n")
        with open(self.path("torn.coverage"), "wb") as f:
            f.write(b"SQLite format 3\0" + b"\xff" * 5000)
        done = self.fettle("cover", "report", "climb.info", "deep.json", "entity.xml", "nul.info", "line.info",
                           "torn.coverage", "missing", "-o", "cov")
        self.assertEqual(done.returncode, 4, done.err)
        for name in ("deep.json", "nul.info", "line.info", "torn.coverage", "missing"):
            self.assertEqual(len([l for l in done.err.splitlines() if name in l]), 1, done.err)
        for folder, _, names in os.walk(self.path("cov")):
            for name in names:
                self.assertTrue(os.path.realpath(os.path.join(folder, name)).startswith(self.path("cov") + "/"))

    def test_usage(self):
        for words, message in ((["cover"], "report, merge or diff?"), (["cover", "report"], "which files?"),
                               (["cover", "merge", "x"], "which file to write?"), (["cover", "show", "x"], "'show' is none")):
            done = self.fettle(*words)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(len(done.err.splitlines()), 1)
            self.assertIn(message, done.err)
