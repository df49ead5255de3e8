"""Files that are run in parts: what stays together, what a part costs, and what the history learns of it."""

import re
import unittest

import real_test
from real_test import needs

SLOW_FIXTURE = """
import time
import pytest
@pytest.fixture(scope="module", autouse=True)
def service():
    open("set-ups", "a").write("x")
    time.sleep(0.6)
    yield
@pytest.mark.parametrize("i", range(8))
def test_it(i):
    time.sleep(0.05)
"""

LEANING = """
import time
class TestSteps:
    @classmethod
    def setup_class(cls): cls.n = 0
    def test_1(self): type(self).n += 1; time.sleep(0.2)
    def test_2(self): assert self.n == 1; time.sleep(0.2)
    def test_3(self): time.sleep(0.2)
"""


class PartsCase(real_test.Case):
    def parts(self, name, out="out"):
        return [u for u in self.report(out)["units"] if u["name"] == name]

    def predicted(self, *args):
        """What --dry-run says of each unit, in ms, parts of one added up."""
        done = self.fettle("run", *args)
        self.assertEqual(done.returncode, 0, done.err)
        found = {}
        for number, unit, name in re.findall(r"^ *([\d.]+) (ms|s)  (\S+)(?: \(one of .*)?$", done.out, re.M):
            found[name] = found.get(name, 0) + float(number) * (1000 if unit == "s" else 1)
        return found


class Parts(PartsCase):
    @needs("pytest")
    def test_a_fixture_of_a_file_is_set_up_once_a_part_and_parts_are_few(self):
        self.write("test_a.py", SLOW_FIXTURE)
        for run in range(3):
            self.run_it("-j2", "--", "pytest", out=str(run))
            self.counts(str(run), passed=8)
            self.assertLessEqual(len(self.parts("test_a.py", str(run))), 2)
            self.assertLessEqual(len(self.read("set-ups")), 2, run)
            self.call("rm", "set-ups")

    @needs("pytest")
    def test_a_file_whose_fixture_takes_all_the_time_stays_whole(self):
        self.write("test_a.py", SLOW_FIXTURE.replace("0.05", "0.001"))
        self.write("test_b.py", "import time\ndef test_b(): time.sleep(0.3)\n")
        self.run_it("-j2", "--", "pytest", out="first")
        self.run_it("-j2", "--", "pytest")
        self.assertEqual(len(self.parts("test_a.py")), 1)

    @needs("pytest")
    def test_a_class_stays_together(self):
        self.write("test_a.py", LEANING)
        for options in ([], [], ["--no-history"]):
            self.run_it("-j2", *options, "--", "pytest")
            self.assertEqual(len(self.parts("test_a.py")), 1)

    @needs("pytest")
    def test_classes_are_parts_of_their_own(self):
        self.write("test_a.py", LEANING + LEANING.replace("import time", "").replace("TestSteps", "TestMore"))
        self.run_it("-j2", "--", "pytest")
        self.counts(passed=6)
        self.assertEqual(len(self.parts("test_a.py")), 2)

    def handed_out(self):
        """Parts that have begun, and wholes: those behind a bad part may have been left out."""
        return len(self.report()["units"])

    def leans(self, command):
        """Parts are bad, the whole is good in a process of its own, and is kept whole from then on."""
        done = self.run_it("-j2", "--", *command)
        self.assertIn("was bad in parts and good as a whole", done.err)
        self.assertGreater(self.report()["counts"]["flaky"], 0)
        self.assertGreater(self.handed_out(), 1)
        for _ in range(2):
            done = self.run_it("-j2", "--", *command)
            self.assertNotIn("in parts", done.err)
            self.assertEqual(self.report()["counts"]["flaky"], 0)
            self.assertEqual(self.handed_out(), 1)

    @needs("pytest")
    def test_tests_that_lean_on_each_other_are_tried_as_a_whole(self):
        self.write("test_a.py", "import time\nn = 0\n" + "".join(
            f"def test_{i}():\n    global n\n    assert n == {i}\n    n += 1\n    time.sleep(0.05)\n" for i in range(8)))
        self.leans(["pytest"])

    @needs("behave")
    def test_scenarios_that_lean_on_each_other_are_tried_as_a_whole(self):
        self.write("features/steps/steps.py", "import time\nfrom behave import given\nseen = []\n"
                   "@given('number {n:d}')\ndef step(context, n):\n    time.sleep(0.05)\n    assert seen == list(range(n))\n    seen.append(n)\n")
        self.write("features/a.feature", "Feature: a\n" + "".join(f"  Scenario: s{i}\n    Given number {i}\n" for i in range(8)))
        self.leans(["behave"])

    @needs("pytest")
    def test_what_is_bad_as_a_whole_is_bad_and_tried_again_when_it_is_not(self):
        text = "import time\nn = 0\n" + "".join(
            f"def test_{i}():\n    global n\n    time.sleep(0.05)\n    assert not BROKEN and n == {i}\n    n += 1\n" for i in range(8))
        self.write("test_a.py", "BROKEN = True\n" + text)
        for _ in range(2):
            self.run_it("-j2", "--", "pytest", code=1)
            self.assertGreater(self.handed_out(), 1)
            self.counts(failed=8)
        self.write("test_a.py", "BROKEN = False\n" + text)
        self.run_it("-j2", "--", "pytest")
        self.run_it("-j2", "--", "pytest")
        self.assertEqual(self.handed_out(), 1)

    @needs("pytest")
    def test_the_first_part_may_run_behind_another(self):
        self.write("test_a.py", "import time\nseen = []\n\n\ndef test_0():\n    time.sleep(0.1)\n    assert not seen\n\n\n" + "".join(
            f"def test_{i}():\n    time.sleep(0.{i})\n    seen.append({i})\n\n\n" for i in range(1, 5)))
        self.run_it("-j2", "--no-split", "--", "pytest")
        for _ in range(3):
            self.run_it("-j2", "--", "pytest")

    @needs("pytest")
    def test_the_whole_is_never_given_behind_others(self):
        self.write("test_a.py", "n = 0\n" + "".join(
            f"def test_{i}():\n    global n\n    assert n == {i}\n    n += 1\n\n\n" for i in range(60)))
        for i in range(40):
            self.write(f"test_b{i}.py", "def test(): pass\n")
        for seed in range(4):
            self.run_it("-j2", "--no-history", "--order", f"random:{seed}", "--", "pytest")

    @needs("pytest")
    def test_a_part_that_dies_is_tried_as_a_whole(self):
        text = "import os, time\nseen = []\n" + "".join(
            f"def test_{i}():\n    time.sleep(0.05)\n    seen.append({i})\n    {i} == 6 and DIES and os._exit(3)\n" for i in range(8))
        self.write("test_a.py", text.replace("DIES", "True"))
        self.run_it("-j2", "--", "pytest", code=1)
        self.counts(passed=7, crashed=1)
        self.run_it("-j2", "--retries", "2", "--", "pytest", code=1)
        self.counts(passed=7, crashed=1)
        self.write("test_a.py", text.replace("DIES", "len(seen) < 6"))
        self.leans(["pytest"])

    @needs("pytest")
    def test_files_of_a_worker_that_began_anew_are_whole(self):
        self.write("conftest.py", "import time\ntime.sleep(0.3)\n")
        self.write("test_a.py", "import logging\nimport time\nn = 0\n" + "".join(
            f"def test_{i}():\n    global n\n    time.sleep(0.1)\n    assert n == {i}\n    n += 1\n" for i in range(8)))
        for i in range(4):
            self.write(f"test_s{i}.py", f"import logging\ndef test():\n    logging.getLogger().warning('S{i}')\n")
        self.run_it("-j2", "--", "pytest", "--log-file=x.log")
        self.assertGreater(self.report()["counts"]["flaky"], 0)
        for i in range(4):
            self.assertIn(f"S{i}", self.read("x.log"))


@needs("bats")
class Bats(PartsCase):
    """A file that the history knows is cut by the names that stand in it."""

    def file_of(self, n=8, body="sleep 0.3"):
        return "".join(f"@test \"takes [{i}] (of {n}), isn't it?\" {{\n  {body.replace('N', str(i))}\n}}\n" for i in range(n))

    def test_a_long_file_is_cut_and_a_new_test_is_in_one_of_the_parts(self):
        self.write("a.bats", self.file_of())
        self.run_it("-j4", "--", "bats", "a.bats")
        self.assertEqual(len(self.parts("a.bats")), 1)
        self.write("a.bats", self.file_of() + '  @test new {\n true\n}\n'.replace("new", "'new'"))
        self.run_it("-j4", "--", "bats", "a.bats")
        self.assertGreater(len(self.parts("a.bats")), 1)
        self.counts(passed=9)
        self.assertEqual({t["attempts"] for t in self.report()["tests"]}, {1})

    def test_what_is_not_sure_to_be_found_by_its_name_is_run_as_a_whole(self):
        for more in ("@test \"costs $more\" { true; }\n", "form() { # @test\n true\n}\n", "@test unquoted {\n true\n}\n",
                     "# BATS_NO_PARALLELIZE_WITHIN_FILE=true\n"):
            with self.subTest(more=more):
                self.write("a.bats", "more=5\n" + self.file_of(4) + more)
                for _ in range(2):
                    self.run_it("-j4", "--", "bats", "a.bats")
                    self.assertEqual(len(self.parts("a.bats")), 1)
                    self.assertEqual(len(self.report()["tests"]), 4 if more[0] == "#" else 5)

    def test_a_test_that_went_or_has_another_name_now(self):
        self.write("a.bats", self.file_of())
        self.run_it("-j4", "--", "bats", "a.bats")
        self.write("a.bats", self.file_of(7).replace("[3]", "[three]"))
        for several in (False, True):
            self.run_it("-j4", "--", "bats", "a.bats")
            self.counts(passed=7)
            self.assertEqual(len(self.parts("a.bats")) > 1, several)

    def test_the_users_own_wish(self):
        self.write("a.bats", self.file_of())
        self.write("b.bats", self.file_of())
        for flag, beside in (("--no-parallelize-within-files", True), ("--no-parallelize-across-files", False)):
            for _ in range(2):
                self.run_it("-j4", "--", "bats", "--jobs", "2", flag, "a.bats", "b.bats")
                self.counts(passed=16)
            units = sorted((u["start_ns"], u["start_ns"] + u["dur_ns"]) for u in self.report()["units"])
            self.assertEqual(len(units), 2, flag)
            self.assertEqual(units[0][1] > units[1][0], beside, flag)

    def test_the_users_own_filter(self):
        self.write("a.bats", self.file_of())
        for _ in range(2):
            self.run_it("-j4", "--", "bats", "-f", "takes .[1-5]", "a.bats")
            self.assertEqual(len(self.parts("a.bats")), 1)
            self.counts(passed=5)

    def test_tests_that_lean_on_each_other_are_tried_as_a_whole(self):
        self.write("a.bats", "setup_file() { rm -f seen.*; }\n" + self.file_of(body="[ N -eq 0 ] || [ -e seen.$((N - 1)) ]; sleep 0.2; touch seen.N"))
        self.run_it("-j2", "--", "bats", "a.bats")
        done = self.run_it("-j2", "--", "bats", "a.bats")
        self.assertIn("was bad in parts and good as a whole", done.err)
        self.run_it("-j2", "--", "bats", "a.bats")
        self.assertEqual(len(self.parts("a.bats")), 1)


class Learnt(PartsCase):
    """What the next run is told of one that was not whole, or more than whole."""

    @needs("pytest")
    def test_a_repeated_run_is_no_shorter_one(self):
        self.write("test_a.py", "import time\nimport pytest\n@pytest.mark.parametrize('i', range(5))\n"
                                "def test_a(i): time.sleep(0.1)\n")
        for repeat in ("1", "2"):
            self.run_it("-j2", "--repeat", repeat, "--", "pytest")
            self.assertEqual(len(self.parts("test_a.py")) > int(repeat), True)
            self.assertGreater(self.predicted("--dry-run", "-j1", "--", "pytest")["test_a.py"], 450, repeat)

    @needs("behave")
    def test_a_repeated_feature_is_no_shorter_one(self):
        self.write("features/steps/s.py", "import time\nfrom behave import given\n@given('x')\ndef x(c): time.sleep(0.1)\n")
        self.write("features/a.feature", "Feature: a\n" + "".join(f"  Scenario: s{i}\n    Given x\n" for i in range(5)))
        for repeat in ("1", "3"):
            self.run_it("-j2", "--repeat", repeat, "--", "behave")
            self.assertGreater(self.predicted("--dry-run", "-j1", "--", "behave")["features/a.feature"], 450, repeat)

    @needs("pytest")
    def test_a_part_is_not_learnt_as_the_whole(self):
        self.write("test_a.py", "import time\n" + "".join(f"def test_{i}(): time.sleep(0.1)\n" for i in range(4)))
        self.run_it("-j1", "--select", "*test_1", "--", "pytest")
        self.assertEqual(self.predicted("--dry-run", "-j1", "--", "pytest"), {})
        self.run_it("-j1", "--", "pytest")
        for _ in range(6):
            self.run_it("-j1", "--select", "*test_1", "--", "pytest")
        self.assertGreater(self.predicted("--dry-run", "-j1", "--", "pytest")["test_a.py"], 350)

    @needs("pytest")
    def test_a_dry_run_takes_the_parts_that_a_run_takes(self):
        self.write("test_a.py", "import time\n" + "".join(
            f"def test_{i}():\n    time.sleep(0.1)\n    assert {i} != 2\n" for i in range(6)))
        self.run_it("-j2", "--", "pytest", code=1)
        done = self.fettle("run", "--dry-run", "-j2", "--", "pytest")
        self.assertIn("test_a.py (one of", done.out)
        self.assertIn("1 unit, cut into", done.out)
        two, one, failed = (re.search(r" workers?, ([0-9.]+) ms by the history", text) for text in (
            done.out, self.fettle("run", "--dry-run", "-j1", "--", "pytest").out,
            self.fettle("run", "--dry-run", "-j2", "--only-failed", "--", "pytest").out))
        self.assertLess(float(two[1]), float(one[1]))
        self.assertLess(float(failed[1]), float(two[1]))

    @needs("pytest")
    def test_what_was_cut_short_is_not_known(self):
        self.write("test_a.py", "import time\ndef test_a(): pass\ndef test_b(): time.sleep(600)\n")
        self.run_it("-j1", "--timeout", "1s", "--", "pytest", code=3)
        self.assertEqual(self.predicted("--dry-run", "-j1", "--", "pytest"), {})


if __name__ == "__main__":
    unittest.main()
