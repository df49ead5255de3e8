"""The count of tests tells every failure and never calls an empty run good."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

TALLY = os.path.join(os.environ["SOURCE_ROOT"], "tools", "tally")


class Tally(unittest.TestCase):
    def tally(self, *tests, ci="", text=None):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "meson-logs"))
            with open(os.path.join(root, "meson-logs", "testlog.json"), "w", encoding="utf-8") as f:
                f.write("".join(json.dumps(t) + "\n" for t in tests) if text is None else text)
            done = subprocess.run([sys.executable, TALLY, root], capture_output=True, text=True, env={"CI": ci})
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines(), done.returncode

    def test_each_point_counts(self):
        lines, rc = self.tally({"name": "a", "stdout": "1..2\nok 1 - x\nok 2 - y\n", "result": "OK"},
                               {"name": "b", "stdout": "fine\n", "result": "OK"})
        self.assertEqual((lines, rc), (["3 passed, 0 failed"], 0))

    def test_a_bad_point_is_named(self):
        lines, rc = self.tally({"name": "a", "stdout": "1..2\nok 1 - x\nnot ok 2 - y #1\n", "result": "FAIL"})
        self.assertEqual((lines, rc), (["failed: a: y #1", "1 passed, 1 failed"], 1))

    def test_an_end_without_a_bad_point_is_a_failure(self):
        for result in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT"):
            lines, rc = self.tally({"name": "a", "stdout": "1..2\nok 1 - x\n", "result": result})
            self.assertEqual((lines[-1], rc), ("1 passed, 1 failed", 1), result)
        lines, rc = self.tally({"name": "a", "stdout": "Segmentation fault\n", "result": "FAIL"})
        self.assertEqual((lines, rc), (["failed: a", "0 passed, 1 failed"], 1))

    def test_skips_keep_their_reason(self):
        lines, rc = self.tally({"name": "a", "stdout": "1..2\nok 1 - x # SKIP no zsh\nok 2 y # skip needs z\n", "result": "OK"},
                               {"name": "b", "stdout": "skipped: found 19\n", "result": "SKIP"},
                               {"name": "c", "stdout": "1..0 # SKIP needs bats\n", "result": "SKIP"},
                               {"name": "d", "stdout": "", "result": "OK"})
        self.assertEqual(lines, ["skipped: found 19 (b)", "skipped: needs bats (c)", "skipped: needs z (a: y)",
                                 "skipped: no zsh (a: x)", "1 passed, 0 failed, 4 skipped"])
        self.assertEqual(rc, 0)

    def test_what_could_be_installed_is_no_skip_in_ci(self):
        lines, rc = self.tally({"name": "a", "stdout": "1..2\nok 1 - x # SKIP no zsh\nok 2 y # skip needs z\n", "result": "OK"},
                               {"name": "b", "stdout": "1..0 # SKIP needs bats\n", "result": "SKIP"},
                               {"name": "d", "stdout": "", "result": "OK"}, ci="true")
        self.assertEqual(lines[-1], "1 passed, 2 failed, 1 skipped")
        self.assertEqual(rc, 1)

    def test_nothing_that_ran_is_not_good(self):
        self.assertEqual(self.tally()[1], 1)
        self.assertEqual(self.tally(text="not json")[1], 1)
        self.assertEqual(self.tally({"name": "c", "stdout": "1..0 # SKIP x\n", "result": "SKIP"})[1], 1)


if __name__ == "__main__":
    unittest.main()
