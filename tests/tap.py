#!/usr/bin/env python3
"""Runs unittest files and prints TAP, so that every test is counted by itself.

    python3 tests/tap.py FILE_test.py [...]

A file that cannot be loaded is a failure. Skips keep their reason.
"""
import importlib.util
import os
import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    def __init__(self, out):
        super().__init__()
        self.out = out
        self.number = 0
        self.sub_failed = False

    def say(self, good, test, directive="", detail=""):
        self.number += 1
        name = test.id().replace("#", "").replace("\n", " ")
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}{directive}", file=self.out)
        for line in detail.splitlines():
            print(f"# {line}", file=self.out)
        self.out.flush()

    def startTest(self, test):
        super().startTest(test)
        self.sub_failed = False

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.sub_failed = True
            self.say(False, subtest, detail="".join(traceback.format_exception(*err)))

    def addSuccess(self, test):
        if not self.sub_failed:
            self.say(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.say(False, test, detail=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.say(False, test, detail=self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say(True, test, f" # SKIP {reason}")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.say(False, test, " # TODO expected")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.say(False, test, detail="passed, though a failure was expected")


def load(path):
    name = os.path.splitext(os.path.basename(path))[0]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main():
    # what a test prints must not be taken for a result
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    result = TapResult(out)
    for path in sys.argv[1:]:
        try:
            suite = load(path)
        except Exception:
            result.number += 1
            print(f"not ok {result.number} - {path} cannot be loaded", file=out)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", file=out)
            result.errors.append((path, ""))
            continue
        suite.run(result)
    print(f"1..{result.number}", file=out)
    out.close()
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
