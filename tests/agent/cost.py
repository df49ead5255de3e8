"""What the agents cost: plain, observed and pulled by one worker, in turn.

python3 tests/agent/cost.py [ROUNDS] [PYTHON …]: makes 200 features of three
steps and 2,000 tests in 20 files, runs each in the three ways ROUNDS times in
an order that changes, and prints medians and the paired difference a test.
Not a test: figures of a busy machine say nothing.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import driver

FEATURES, TEST_FILES, TESTS_IN_FILE = 200, 20, 100


def make_features(folder):
    steps = os.path.join(folder, "features", "steps")
    os.makedirs(steps)
    with open(os.path.join(steps, "steps.py"), "w") as out:
        out.write('from behave import step\n\n@step("step {n:d}")\ndef one(context, n):\n\tpass\n')
    for n in range(FEATURES):
        with open(os.path.join(folder, "features", "f%03d.feature" % n), "w") as out:
            out.write(
                "Feature: F%d\n\n  Scenario: S%d\n    Given step 1\n    When step 2\n    Then step 3\n" % (n, n)
            )


def make_tests(folder):
    os.mkdir(folder)
    open(os.path.join(folder, "pytest.ini"), "w").close()
    for n in range(TEST_FILES):
        with open(os.path.join(folder, "test_%02d.py" % n), "w") as out:
            for i in range(TESTS_IN_FILE):
                out.write("def test_%d():\n\tassert True\n\n\n" % i)


def plain(command, suite):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE_", "PYTHONPATH"))}
    start = time.monotonic()
    subprocess.run(
        command, cwd=suite, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=True
    )
    return time.monotonic() - start


def run(command, suite, mode, agent_dir):
    start = time.monotonic()
    worker = driver.Worker(command, suite, mode=mode, copy=False, agent_dir=agent_dir)
    try:
        if mode == "pull":
            worker.run([unit["name"] for unit in worker.list()])
            worker.say(do="end")
        # Without a timeout, with which Popen polls and sleeps.
        assert worker.process.wait() == 0, worker.output()
        return time.monotonic() - start
    finally:
        worker.close()


def measure(title, command, suite, tests, rounds, agent_dir):
    ways = ["plain", "observe", "pull"]
    taken = {way: [] for way in ways}
    for n in range(rounds + 1):
        for way in ways[n % 3 :] + ways[: n % 3]:
            t = plain(command, suite) if way == "plain" else run(command, suite, way, agent_dir)
            if n:
                taken[way].append(t)
    print("%s: " % title, end="")
    for way in ways:
        paired = [a - b for a, b in zip(taken[way], taken["plain"])]
        print("%s %.0f ms" % (way, statistics.median(taken[way]) * 1e3), end="")
        print("" if way == "plain" else " (%+.3f ms a test)" % (statistics.median(paired) * 1e3 / tests), end="; ")
    print(flush=True)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    folder = tempfile.mkdtemp(prefix="fettle-cost-")
    try:
        agent_dir = os.path.join(folder, "agent")
        shutil.copytree(driver.AGENT_DIR, agent_dir, ignore=shutil.ignore_patterns("__pycache__"))
        make_features(os.path.join(folder, "behave"))
        make_tests(os.path.join(folder, "pytest"))
        for python in sys.argv[2:] or ["/usr/bin/python3"]:
            for module, tests, options in (
                ("behave", FEATURES, ["-f", "progress"]),
                ("pytest", TEST_FILES * TESTS_IN_FILE, ["-q", "-p", "no:cacheprovider"]),
            ):
                if subprocess.run([python, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode == 0:
                    command = [python, "-m", module] + options
                    measure(
                        "%s %s" % (python, module), command, os.path.join(folder, module), tests, rounds, agent_dir
                    )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
