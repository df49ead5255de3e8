"""Suites that the benchmarks run, generated anew so that their size is a parameter."""
import os
import random

STAMP = '''import os, time


def nap(seconds):
    """Sleeps, and says where, and from when to when: the same ground truth for every runner."""
    begin = time.monotonic()
    time.sleep(seconds)
    line = f"{os.getpid()} {begin} {time.monotonic()}\\n".encode()
    fd = os.open(os.environ["BENCH_STAMPS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, line)
    os.close(fd)
'''


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as f:
        f.write(text)


def pytest_tiny(root, files=20, tests=100):
    """files x tests tests that do nothing."""
    write(root, "pytest.ini", "[pytest]\naddopts = -p no:cacheprovider\n")
    for i in range(files):
        write(root, f"test_{i:03}.py", "".join(f"def test_{j:03}():\n    assert {j} + 1\n\n\n" for j in range(tests)))


def behave_tiny(root, features=200):
    """features of one scenario with three steps that do nothing."""
    write(root, "features/steps/steps.py", "from behave import step\n\n\n@step('nothing {n:d}')\ndef nothing(context, n):\n    pass\n")
    for i in range(features):
        write(root, f"features/f{i:03}.feature",
              f"Feature: F{i}\n  Scenario: S{i}\n    Given nothing 1\n    When nothing 2\n    Then nothing 3\n")


def behave_many(root, features, scenarios):
    """features of many scenarios with one step that does nothing."""
    write(root, "features/steps/steps.py", "from behave import step\n\n\n@step('nothing')\ndef nothing(context):\n    pass\n")
    for i in range(features):
        write(root, f"features/f{i:03}.feature", f"Feature: The feature {i} of many\n" + "".join(
            f"\n  Scenario: Nothing happens for the {j}th time\n    Given nothing\n" for j in range(scenarios)))


def pytest_busy(root, cpu, files=20, tests=100):
    """files x tests tests that compute for this many seconds of CPU."""
    write(root, "work.py", "import time\n\n\ndef work(seconds):\n    end = time.thread_time() + seconds\n"
          "    while time.thread_time() < end:\n        sum(range(200))\n")
    write(root, "pytest.ini", "[pytest]\npythonpath = .\naddopts = -p no:cacheprovider\n")
    for i in range(files):
        write(root, f"test_{i:03}.py", "from work import work\n\n\n" + "".join(
            f"def test_{j:03}():\n    work({cpu})\n\n\n" for j in range(tests)))


def scripts(root, n=500):
    """n shell scripts that do nothing, for one process a unit."""
    for i in range(n):
        write(root, f"u/{i:04}.sh", "exit 0\n")


# Durations in shares of the suite; seeds are fixed, so that every runner has the same work.
def acceptance(rng):
    """Most tests take about the same; a few take long."""
    return rng.uniform(0.5, 1.5) if rng.random() < 0.9 else rng.uniform(4, 8)


def heavy_tail(rng):
    return min(rng.paretovariate(1.3), 40)


def lognormal(rng):
    return rng.lognormvariate(0, 1.2)


SHAPES = {"acceptance": acceptance, "heavy tail": heavy_tail, "lognormal": lognormal}


def durations(shape, n, total, seed=7):
    """n durations in seconds that sum up to total."""
    rng = random.Random(seed)
    weights = [SHAPES[shape](rng) for _ in range(n)]
    scale = total / sum(weights)
    return [w * scale for w in weights]


def pytest_sleeps(root, sleeps):
    """One file a sleep, in an order that does not tell its length."""
    write(root, "nap.py", STAMP)
    write(root, "pytest.ini", "[pytest]\npythonpath = .\naddopts = -p no:cacheprovider\n")
    for i, s in enumerate(sleeps):
        write(root, f"test_{i:03}.py", f"from nap import nap\n\n\ndef test_sleep():\n    nap({s!r})\n")


def behave_sleeps(root, sleeps):
    write(root, "features/steps/steps.py", STAMP + "\n\nfrom behave import step\n\n\n@step('a nap of {s:g} s')\n"
          "def a_nap(context, s):\n    nap(s)\n")
    for i, s in enumerate(sleeps):
        write(root, f"features/f{i:03}.feature", f"Feature: F{i}\n  Scenario: S{i}\n    Given a nap of {s:.6f} s\n")
