"""`fettle run` in front of behave and pytest as the package index has them now, and their plugins."""

import json
import os
import re
import sys
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import real_test
import venv_of_tests

BUILD = os.environ.get("BUILD_ROOT", real_test.SOURCE + "/build")


class Current(real_test.Case):
    @classmethod
    def setUpClass(cls):
        cls.python, why = venv_of_tests.current(BUILD)
        if not cls.python:
            raise unittest.SkipTest(why)

    def as_one_tree(self, done):
        """Skips where trees of workers lie elsewhere, with other paths than after a plain run."""
        note = re.search("no overlay can be had here.*", done.err)
        if note:
            self.skipTest(note[0])

    def plain(self, *args, code=0):
        done = self.call(self.python, "-m", *args)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout.decode(errors="replace")


class Pytest(Current):
    def cases(self, file):
        return sorted(c.get("name") for c in ET.parse(self.path(file)).getroot().iter("testcase"))

    def as_plain(self, suite):
        self.fixture("pytest/" + suite)
        self.plain("pytest", "-q", "--junitxml=plain.xml")
        want = self.cases("plain.xml")
        for i, options in enumerate((["-j1"], ["-j2"], ["-j2", "--isolate", "tree"])):
            out = "out%d" % i
            self.run_it(*options, "--", self.python, "-m", "pytest", "-q", out=out)
            self.assertEqual(sorted(n.split("::")[-1] for n, _ in self.verdicts(out)), want)
            self.counts(out, passed=len(want))

    def test_a_good_suite_as_plain(self):
        self.as_plain("good")

    def test_fixtures_of_conftests_as_plain(self):
        self.as_plain("conftests")

    def test_what_dist_keeps_on_one_worker_is_not_parted(self):
        mark = "@pytest.mark.xdist_group({})\n"
        self.write("test_a.py", "import time\nimport pytest\n" + "".join(
            (mark.format("'db'" if i % 2 else "name='db'") if i < 6 else "") + f"def test_{i}(): time.sleep(0.2)\n" for i in range(12)))
        for dist, together in (("load", 0), ("loadgroup", 6), ("loadfile", 12)):
            for _ in range(2):
                self.run_it("-j4", "--", self.python, "-m", "pytest", "-n4", "--dist", dist)
                self.counts(passed=12)
            units = [t["unit"] for t in self.report()["tests"]]
            if together:
                self.assertEqual(len({t["unit"] for t in self.report()["tests"] if int(t["name"][5:]) < together}), 1, dist)
            self.assertEqual(len(set(units)) > 1, together < 12, dist)

    def test_bad(self):
        self.fixture("pytest/bad")
        self.run_it("-j2", "--", self.python, "-m", "pytest", code=1)
        self.counts(passed=4, failed=5, error=3, skipped=6)

    def shop(self, config="[run]\n"):
        self.write("shop.py", "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n")
        for name in ("one", "two"):
            self.write(f"tests/test_{name}.py", f"import shop\n\n\ndef test_{name}():\n    assert shop.{name}()\n")
        self.write(".coveragerc", config)

    def covered(self):
        self.plain("coverage", "json", "-q", "-o", "cov.json")
        return json.loads(self.read("cov.json"))["files"]["shop.py"]["executed_lines"]

    def test_coverage_of_all_workers_is_reported_as_after_a_plain_run(self):
        for config in ("[run]\n", "[run]\nparallel = true\n"):
            self.shop(config)
            said = self.plain("pytest", "-q", "--cov=shop", "--cov-report=term-missing")
            table = [line for line in said.splitlines() if line.startswith(("shop.py", "TOTAL"))]
            lines = self.covered()
            for options in (["-j1"], ["-j2"], ["-j2", "--isolate", "tree"]):
                with self.subTest(config=config, options=options):
                    os.unlink(self.path(".coverage"))
                    done = self.run_it(*options, "--", self.python, "-m", "pytest", "-q", "--cov=shop",
                                       "--cov-report=term-missing", "--cov-report=xml")
                    self.as_one_tree(done)
                    for line in table:
                        self.assertIn(line, done.err.splitlines())
                    self.assertEqual(self.covered(), lines)
                    self.assertEqual([f for f in os.listdir(self.dir) if f.startswith(".coverage.")], [])
                    self.assertTrue(ET.parse(self.path("coverage.xml")).getroot().get("line-rate"))
                    self.counts(passed=2)
                    self.assertIn("coverage", [p["name"] for p in self.report()["phases"]])

    def test_a_coverage_that_is_too_low_is_a_bad_verdict(self):
        self.shop()
        command = [self.python, "-m", "pytest", "-q", "--cov=shop"]
        self.plain("pytest", "-q", "--cov=shop", "--cov-fail-under=95", code=1)
        done = self.run_it("-j2", "--", *command, "--cov-fail-under=95", code=1)
        self.assertIn("Required test coverage of 95% not reached", done.err)
        self.counts(passed=2)
        self.run_it("-j2", "--", *command, "--cov-fail-under=80")

    def test_a_late_worker_erases_nothing_of_the_others(self):
        self.shop("[run]\nparallel = true\n")
        self.write("late.py", "import os, time\n\nif os.environ.get('FETTLE_WORKER') == '0':\n    time.sleep(1)\n\n\n"
                              "def pytest_sessionfinish():\n    if os.environ.get('FETTLE_WORKER') == '1':\n        time.sleep(2)\n")
        self.env["PYTHONPATH"] = self.dir
        done = self.run_it("-j2", "--", self.python, "-m", "pytest", "-q", "-p", "late", "--cov=shop")
        self.assertIn("TOTAL", done.err)
        self.counts(passed=2)

    def test_coverage_beside_failures_and_files_of_other_plugins(self):
        self.shop()
        self.write("tests/test_bad.py", "def test_bad():\n    assert 0\n")
        command = [self.python, "-m", "pytest", "-q", "--cov=shop", "-n", "2", "--html=page.html",
                   "--json-report", "--junitxml=junit-of-pytest.xml"]
        done = self.run_it("-j2", "--", *command, code=1)
        self.assertIn("TOTAL", done.err)
        self.counts(passed=2, failed=1)
        self.assertEqual(self.cases("junit-of-pytest.xml"), ["test_bad", "test_one", "test_two"])
        done = self.run_it("-j2", "--", *command, "--no-cov-on-fail", code=1)
        self.assertNotIn("TOTAL", done.err)


class Behave(Current):
    def test_verdicts_are_those_of_a_plain_run(self):
        self.fixture("behave/good")
        self.plain("behave", "-f", "json", "-o", "plain.json", "--no-summary")
        want = sorted((e["name"], e["status"]) for f in json.loads(self.read("plain.json"))
                      for e in f.get("elements", ()) if e["type"] == "scenario")
        for i, options in enumerate((["-j1"], ["-j2"], ["-j2", "--isolate", "tree"], ["--chunks", "2"])):
            self.run_it(*options, "--", self.python, "-m", "behave", out="out%d" % i)
            self.assertEqual(self.verdicts("out%d" % i), want)
        self.same_again("out1")

    def outfiles(self):
        return ["-f", "json", "-o", "a.json", "-f", "json.pretty", "-o", "deep/b.json", "-f", "plain", "-o", "c.txt",
                "-f", "rerun", "-o", "rerun.txt", "--junit", "--junit-directory", "reports"]

    def elements(self, file):
        return sorted((f["name"], e["name"], e.get("status")) for f in json.loads(self.read(file)) for e in f.get("elements", ())
                      if e["type"] == "scenario")

    def junit_cases(self):
        return sorted((case.get("classname"), case.get("name"), case.get("status")) for file in os.listdir(self.path("reports"))
                      for case in ET.parse(self.path("reports", file)).getroot().iter("testcase"))

    def results(self):
        rerun = sorted(self.read("rerun.txt").split()) if os.path.exists(self.path("rerun.txt")) else None
        found = [line.strip() for line in self.read("c.txt").splitlines() if "Scenario" in line]
        return {"json": self.elements("a.json"), "pretty": self.elements("deep/b.json"), "junit": self.junit_cases(),
                "plain": sorted(found), "rerun": [word for word in rerun or () if ".feature:" in word]}

    def same_files(self, suite, code):
        self.fixture("behave/" + suite)
        os.mkdir(self.path("deep"))
        self.plain("behave", *self.outfiles(), code=code)
        want = self.results()
        for i, options in enumerate((["-j1"], ["-j2"], ["-j3", "--isolate", "tree"])):
            with self.subTest(options=options):
                real_test.shutil.rmtree(self.path("reports"))
                done = self.run_it(*options, "--", self.python, "-m", "behave", *self.outfiles(), code=code, out="out%d" % i)
                self.as_one_tree(done)
                for name, value in self.results().items():
                    self.assertEqual(value, want[name], name)

    def test_files_that_the_suite_asks_for_are_whole(self):
        self.same_files("good", 0)

    def test_files_of_a_bad_suite_are_whole(self):
        self.same_files("bad", 1)

    def test_a_feature_is_not_split_where_files_are_asked_for(self):
        rows = "".join(f"  Scenario: {i}\n    Given a pause\n" for i in range(8))
        self.write("features/long.feature", "Feature: Long\n" + rows)
        self.write("features/short.feature", "Feature: Short\n  Scenario: s\n    Given a pause\n")
        self.write("features/steps/steps.py", "import time\nfrom behave import given\n\n\n@given('a pause')\n"
                   "def pause(context):\n    time.sleep(0.05)\n")
        command = ["--", self.python, "-m", "behave"]
        self.run_it("-j2", *command)
        self.run_it("-j2", *command, out="split")
        self.assertGreater(len(self.report("split")["units"]), 2)
        self.run_it("-j2", *command, *self.outfiles()[:4], "--junit", "--junit-directory", "reports", out="one")
        self.run_it("-j2", *command, *self.outfiles()[:4], "--junit", "--junit-directory", "reports", out="two")
        self.assertEqual(len(self.report("two")["units"]), 2)
        self.assertEqual(len(self.elements("a.json")), 9)
        self.assertEqual(sorted(os.listdir(self.path("reports"))), ["TESTS-long.xml", "TESTS-short.xml"])

    def test_files_beside_a_crash_keep_what_was_whole(self):
        self.fixture("behave/crash")
        self.run_it("-j1", "--", self.python, "-m", "behave", "-f", "json", "-o", "a.json", code=1)
        self.assertIsInstance(json.loads(self.read("a.json")), list)

    def test_bad_and_crash(self):
        self.fixture("behave/bad")
        self.run_it("-j2", "--", self.python, "-m", "behave", code=1)
        one = self.verdicts()
        self.run_it("-j1", "--", self.python, "-m", "behave", code=1, out="one")
        self.assertEqual(self.verdicts("one"), one)

    def test_a_crash(self):
        self.fixture("behave/crash")
        self.run_it("-j2", "--", self.python, "-m", "behave", code=1)
        is_ = self.statuses()
        self.assertEqual((is_["exits"], is_["crashes"], is_["before"]), ("crashed", "crashed", "passed"))


class Godog(real_test.Case):
    """Scenarios of godog are subtests under go test; what they do inside, go test does not tell."""

    @real_test.needs("go")
    def setUp(self):
        super().setUp()
        self.fixture("godog")
        self.env.update(GOFLAGS="-mod=mod", GOPROXY=os.environ.get("GOPROXY", "https://proxy.golang.org,direct"))
        done = self.call("go", "vet", "./...")
        if done.returncode:
            self.skipTest("godog cannot be had: " + done.stderr.decode(errors="replace").strip().splitlines()[-1])

    def plain_verdicts(self):
        rows = map(json.loads, self.call("go", "test", "-json", "./...").stdout.decode().splitlines())
        verdict = {"pass": "passed", "fail": "failed", "skip": "skipped"}
        return sorted((row["Test"], verdict[row["Action"]]) for row in rows if "Test" in row and row["Action"] in verdict)

    @real_test.needs_go(20)  # before, a subtest's output is not told as its own
    def test_scenarios_are_tests_with_times(self):
        want = self.plain_verdicts()
        self.assertIn(("TestFeatures/is_not_written_yet", "failed"), want)
        for i, options in enumerate((["-j1"], ["-j2"], ["-j2", "--isolate", "tree"])):
            out = "out%d" % i
            self.run_it(*options, "--", "go", "test", "./...", code=1, out=out)
            self.assertEqual(self.verdicts(out), want)
            self.counts(out, passed=6, failed=4)
            tests = {t["name"]: t for t in self.report(out)["tests"] if t["file"].endswith("/cart")}
            for name in ("TestFeatures/apples_are_counted", "TestFeatures/many_apples", "TestFeatures/many_apples#01"):
                self.assertGreater(tests[name]["dur_ns"], 0)
                self.assertLess(tests[name]["dur_ns"], tests["TestFeatures"]["dur_ns"])
            said = {t["name"]: t.get("message", "") + t.get("output", "") for t in self.report(out)["tests"]}
            self.assertIn("the till is stuck", said["TestFeatures/is_stuck"])
            self.assertIn("undefined", said["TestFeatures/is_not_written_yet"])

    def test_a_good_package_is_good(self):
        self.run_it("-j2", "--", "go", "test", "./cart", "./plain")
        self.counts(passed=5)


if __name__ == "__main__":
    unittest.main()
