"""A Python below the build folder with current frameworks from the package index.

Made once, by package name, and kept until the list of names changes. Where it
cannot be made (no network, no venv module) the reason is told, for a skip.
"""

import fcntl
import functools
import os
import shutil
import subprocess
import sys

PACKAGES = [
    "PyYAML",
    "behave",
    "coverage==7.17.3",
    "jsonschema",
    "pytest",
    "pytest-cov",
    "pytest-html",
    "pytest-json-report",
    "pytest-rerunfailures",
    "pytest-xdist",
    "slipcover",
]


def current(build):
    """The path of its interpreter and "", or None and the reason."""
    return python_with(build, "current-python", tuple(PACKAGES))


@functools.lru_cache(maxsize=None)
def python_with(build, name, packages):
    """The same of a Python of its own, for packages that others must not meet."""
    folder = os.path.join(build, name)
    python, stamp = os.path.join(folder, "bin", "python"), os.path.join(folder, "packages")
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(stamp) and open(stamp).read().split() == list(packages):
            return python, ""
        shutil.rmtree(folder, ignore_errors=True)
        why = run(sys.executable, "-m", "venv", folder) or run(
            python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1", "--timeout", "15", *packages
        )
        if why:
            return None, "no %s from the package index: %s" % (" ".join(packages[:3]), why)
        with open(stamp, "w") as f:
            f.write("\n".join(packages))
        return python, ""


def run(*command):
    """Why it failed, in one line; "" if it did not."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, timeout=240)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stdout.decode(errors="replace").strip().splitlines()
    return (said[-1] if said else "exit code %d" % done.returncode) if done.returncode else ""
