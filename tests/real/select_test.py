"""What a run is asked for: which files and tests, under which locks, in chunks or not."""

import json
import os
import re
import unittest

import real_test
from real_test import needs


class SelectCase(real_test.Case):
    def setUp(self):
        super().setUp()
        self.write("features/steps/s.py", "from behave import given\n@given('{x}')\ndef x(c, x): assert x != 'no'\n")

    def feature(self, name, *steps):
        self.write(f"features/{name}.feature", f"Feature: {name}\n" + "".join(
            f"  Scenario: {name}{i}\n    Given {step}\n" for i, step in enumerate(steps)))

    def ran(self, out="out"):
        return sorted(name.split("::")[-1] for name, _ in self.verdicts(out))

    def locked(self, lock, out="out"):
        rows = map(json.loads, self.read(out, "events.jsonl").splitlines())
        return {row["name"] for row in rows if row.get("lock") == lock}

    def overlaps(self, names, out="out"):
        """Whether units of these names ran at once."""
        spans = sorted((u["start_ns"], u["start_ns"] + u["dur_ns"]) for u in self.report(out)["units"] if u["name"] in names)
        return any(a[1] > b[0] for a, b in zip(spans, spans[1:]))


class Chunks(SelectCase):
    @needs("behave")
    def test_select_chooses_what_goes_into_behaves_chunks(self):
        for name in ("rules", "roles", "rooms"):
            self.feature(name, "yes", "yes")
        self.run_it("--chunks", "2", "--select", "*r[uo]*s.feature", "--select", "rooms1", "--", "behave")
        self.assertEqual(len(self.ran()), 6)
        self.run_it("--chunks", "2", "--select", "*rules*", "--select", "rooms1", "--", "behave")
        self.assertEqual(self.ran(), ["rooms1", "rules0", "rules1"])
        self.run_it("--chunks", "1", "--select", "*rules*", "--", "behave")
        self.assertEqual(self.ran(), ["rules0", "rules1"])
        done = self.run_it("--chunks", "2", "--select", "nothing", "--", "behave", code=2)
        self.assertIn("no unit matches --select 'nothing'", done.err)

    @needs("pytest")
    def test_select_chooses_what_goes_into_pytests_chunks(self):
        self.write("t/test_a.py", "class TestA:\n    def test_1(self): pass\n    def test_2(self): pass\n")
        self.write("t/test_b.py", "def test_3(): pass\ndef test_4(): pass\n")
        self.run_it("--chunks", "2", "--select", "*test_2", "--select", "t/test_b.py", "--", "pytest", "t")
        self.assertEqual(self.ran(), ["test_2", "test_3", "test_4"])

    @needs("pytest")
    def test_what_failed_in_chunks_is_known_with_and_without_them(self):
        for name in "abc":
            self.write(f"test_{name}.py", f"def test_{name}1(): pass\ndef test_{name}2(): assert {name!r} == 'c'\n")
        self.run_it("--chunks", "2", "--", "pytest", code=1)
        self.assertEqual(len(self.ran()), 6)
        self.run_it("--chunks", "2", "--only-failed", "--", "pytest", code=1)
        self.assertEqual(self.ran(), ["test_a2", "test_b2"])
        self.run_it("-j2", "--only-failed", "--", "pytest", code=1)
        self.assertEqual(self.ran(), ["test_a2", "test_b2"])

    @needs("pytest")
    def test_a_chunk_has_the_locks_of_its_files(self):
        for name in "abcd":
            self.write(f"test_{name}.py", "import time\ndef test_it(): time.sleep(0.3)\n")
        self.run_it("--chunks", "4", "--lock", "p=*test_[ab]*", "--", "pytest")
        locked = self.locked("p")
        self.assertEqual(len(locked), 2)
        self.assertFalse(self.overlaps(locked))


class Locks(SelectCase):
    def test_a_lock_of_nothing_is_told(self):
        self.write("t/a.sh", "")
        self.write("t/b.sh", "")
        done = self.sh("--lock", "p=nomatch*", "--lock", "q=*a.sh")
        self.assertEqual(re.findall(r"--lock '.*", done.err), ["--lock 'p=nomatch*' is of no unit here: their names are such as 't/a.sh'"])
        self.assertIn("--lock 'p=nomatch*' is of no unit", self.fettle(
            "run", "--dry-run", "--units", "t/*.sh", "--lock", "p=nomatch*", "--", "sh", "{}").err)

    @needs("pytest")
    def test_a_lock_of_tests_is_one_of_their_files(self):
        for name in "abc":
            self.write(f"test_{name}.py", f"import time\ndef test_{name}(): time.sleep(0.3)\n")
        done = self.run_it("-j3", "--lock", "p=*::test_[ab]", "--lock", "q=*::test_x*", "--", "pytest")
        self.assertEqual(self.locked("p"), {"test_a.py", "test_b.py"})
        self.assertFalse(self.overlaps({"test_a.py", "test_b.py"}))
        self.assertIn("--lock 'q=*::test_x*' is of no file here: their names are such as 'test_", done.err)
        self.assertNotIn("--lock 'p=", done.err)

    @needs("pytest")
    def test_a_name_as_it_is_shown_chooses_itself(self):
        self.write("test_a.py", "import pytest\n@pytest.mark.parametrize('i', range(5))\ndef test_s(i): pass\n")
        self.run_it("--select", "test_a.py::test_s[3]", "--", "pytest")
        self.assertEqual(self.ran(), ["test_s[3]"])


CASE = '<testcase classname="c" name="{}"/>'


class Results(SelectCase):
    def suite(self, name, *cases):
        return f'<testsuite name="{name}">' + "".join(CASE.format(case) for case in cases) + "</testsuite>"

    def test_files_that_were_there_before_are_none_of_the_runs(self):
        self.write("r.xml", self.suite("old", "a").replace("/></", "><failure/></testcase></"))
        self.run_it("--results", "r.xml", "--", "true")
        self.counts(passed=1)
        self.run_it("--results", "r.xml", "--", "sh", "-c", "touch r.xml", code=1)
        self.counts(failed=1)
        # moved here by the run, with the time of last year
        os.rename(self.path("r.xml"), self.path("kept.xml"))
        os.utime(self.path("kept.xml"), (1e9, 1e9))
        self.run_it("--results", "r.xml", "--", "mv", "kept.xml", "r.xml", code=1)
        self.counts(failed=1)

    def test_an_attempt_has_no_results_of_the_one_before(self):
        self.write("new.xml", self.suite("s", "a", "b"))
        self.write("say.sh", "[ -e r.xml ] && exit 0\ncp new.xml r.xml\nexit 1\n")
        done = self.run_it("--retries", "1", "--results", "r.xml", "--", "sh", "say.sh")
        self.assertIn("no file with results", done.err)

    def test_scripts_that_write_results_are_no_tests_beside_them(self):
        for i in range(4):
            self.write(f"t/{i}.sh", f"mkdir -p r; cp {i}.xml r\n")
            self.write(f"{i}.xml", self.suite(f"s{i}", f"a{i}", f"b{i}"))
        self.sh("-j2", "--results", "r/*.xml")
        self.counts(passed=8)
        self.write("t/4.sh", "echo it broke; exit 3\n")
        done = self.sh("-j2", "--results", "r/*.xml", code=1)
        self.assertIn("it broke", self.read("out/report.txt"))
        self.counts(passed=8)
        self.sh("-j2", "--results", "nothing*.xml", code=1)
        self.counts(passed=4, failed=1)
        self.assertIn("it broke", self.read("out/report.txt"))


class Words(SelectCase):
    def refused(self, *args):
        done = self.fettle("run", *args)
        self.assertEqual(done.returncode, 2, done.err)
        self.assertEqual(len(done.err.strip().splitlines()), 1, done.err)
        return done.err

    def test_copies_that_cannot_be(self):
        for name in ("d1/db", "d2/db"):
            self.write(name, "")
        self.assertIn("have one name", self.refused("--copy", "d1/db", "--copy", "d2/db", "--", "true"))
        self.assertIn("it is a folder", self.refused("--copy", "d1", "--", "true"))
        self.run_it("--setup", "touch later", "--copy", "later", "--copy", "d1/db", "--", "true")

    def test_the_number_of_x(self):
        self.assertIn("--fail-fast=2", self.refused("-x", "2", "true"))

    def test_how_many_were_not_run(self):
        for i in range(9):
            self.write(f"t/{i}.sh", "exit 1\n")
        self.assertIn("--fail-fast ended the run: 8 units were not run", self.sh("-j1", "-x", code=1).err)

    def test_the_time_of_the_run_is_named_in_its_headline(self):
        self.write("t/a.sh", "sleep 60\n")
        done = self.sh("-j1", "--timeout", "300ms", code=3)
        self.assertRegex(done.err, "(?m)^ended by --timeout: ")
        self.assertIn("--timeout ended the run after", self.read("out/report.txt"))
        self.same_again()

    def test_bad_tests_are_counted_once_however_often_they_were_tried(self):
        for i in range(4):
            self.write(f"t/{i}.sh", "exit 1\n")
        done = self.sh("-j2", "--retries", "2", code=1)
        self.assertIn("4 bad with 2 workers", done.err)

    def test_lines_of_a_command_that_failed_are_lines(self):
        self.write("t/a.sh", "")
        done = self.sh("--worker-setup", "echo l1; echo l2; exit 3", code=3)
        self.assertIn("exit code 3: l1 l2", done.err)


if __name__ == "__main__":
    unittest.main()
