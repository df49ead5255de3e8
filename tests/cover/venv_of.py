"""A Python that has coverage.py, in a folder of the build's own."""
import os
import subprocess
import sys
import unittest

WANTED = "coverage==7.17.3"


def coverage_py(build):
    """The path of its interpreter; the test is skipped with the reason when it cannot be had."""
    folder = os.path.join(build, "cover-venv")
    python, done = os.path.join(folder, "bin", "python"), os.path.join(folder, WANTED)
    if not os.path.exists(done):
        for command in ([sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", WANTED]):
            got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if got.returncode:
                raise unittest.SkipTest(f"cannot install {WANTED}: {(got.stdout.strip() or '?').splitlines()[-1]}")
        open(done, "w").close()
    return python
