"""What the agents cost: plain, observed and pulled by one worker, in turn.

python3 tests/agent/cost.py [ROUNDS] [PYTHON …]: makes suites of 200 features
with three steps each and of 2,000 tests in 20 files, and of one test only, runs
each in the three ways ROUNDS times in an order that changes, and prints wall
and processor time: medians, and of the paired differences to the plain run how
much comes once (the start) and how much with each test. Not a test: figures of
a busy machine say little, least of all its wall times.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import driver

WAYS = ["plain", "observe", "pull"]


def make_behave(folder, features):
    steps = os.path.join(folder, "features", "steps")
    os.makedirs(steps)
    with open(os.path.join(steps, "steps.py"), "w") as out:
        out.write('from behave import step\n\n\n@step("step {n:d}")\ndef one(context, n):\n    pass\n')
    for n in range(features):
        with open(os.path.join(folder, "features", "f%03d.feature" % n), "w") as out:
            out.write(
                "Feature: F%d\n\n  Scenario: S%d\n    Given step 1\n    When step 2\n    Then step 3\n" % (n, n)
            )


def make_pytest(folder, tests):
    os.mkdir(folder)
    open(os.path.join(folder, "pytest.ini"), "w").close()
    for n in range(max(1, tests // 100)):
        with open(os.path.join(folder, "test_%02d.py" % n), "w") as out:
            for i in range(min(tests, 100)):
                out.write("def test_%d():\n    assert True\n\n\n" % i)


FRAMEWORKS = {
    "behave": (make_behave, 200, ["-f", "progress"]),
    "pytest": (make_pytest, 2000, ["-q", "-p", "no:cacheprovider", "-p", "no:randomly"]),
}


def run(command, suite, way, agent_dir):
    """Wall and processor seconds of one run."""
    start = time.monotonic()
    if way == "plain":
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE_", "PYTHONPATH"))}
        process = subprocess.Popen(command, cwd=suite, env=environment, stdout=subprocess.DEVNULL)
        worker = None
    else:
        worker = driver.Worker(command, suite, mode=way, copy=False, agent_dir=agent_dir)
        process = worker.process
        if way == "pull":
            worker.run([unit["name"] for unit in worker.list()])
            worker.say(do="end")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    taken = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if worker:
        assert status == 0, worker.output()
        worker.close()
    return taken


def measure(command, suite, rounds, agent_dir):
    """For each way a list of (wall, processor) in seconds; the first round warms."""
    taken = {way: [] for way in WAYS}
    for n in range(rounds + 1):
        for way in WAYS[n % 3 :] + WAYS[: n % 3]:
            taken[way].append(run(command, suite, way, agent_dir))
    return {way: times[1:] for way, times in taken.items()}


def difference_ms(taken, way, which):
    """Of a way to the plain run, the median of the pairs."""
    return statistics.median(a[which] - b[which] for a, b in zip(taken[way], taken["plain"])) * 1e3


def tell(title, one, many, tests):
    for which, what in enumerate(("wall", "processor")):
        line = "%s, %s: plain %.0f ms" % (title, what, statistics.median(t[which] for t in many["plain"]) * 1e3)
        for way in WAYS[1:]:
            start, whole = difference_ms(one, way, which), difference_ms(many, way, which)
            line += "; %s %+.1f ms: start %.1f ms, a test %.3f ms" % (
                way,
                whole,
                start,
                (whole - start) / (tests - 1),
            )
        print(line, flush=True)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    folder = tempfile.mkdtemp(prefix="fettle-cost-")
    try:
        agent_dir = os.path.join(folder, "agent")
        shutil.copytree(driver.AGENT_DIR, agent_dir, ignore=shutil.ignore_patterns("__pycache__"))
        for name, (make, tests, _) in FRAMEWORKS.items():
            make(os.path.join(folder, name + "-one"), 1)
            make(os.path.join(folder, name + "-many"), tests)
        for python in sys.argv[2:] or ["/usr/bin/python3"]:
            for name, (_, tests, options) in FRAMEWORKS.items():
                if subprocess.run([python, "-c", "import " + name], stderr=subprocess.DEVNULL).returncode:
                    continue
                command = [python, "-m", name] + options
                one = measure(command, os.path.join(folder, name + "-one"), rounds, agent_dir)
                many = measure(command, os.path.join(folder, name + "-many"), rounds, agent_dir)
                tell("%s %s" % (python, name), one, many, tests)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
