"""How the agents come into a process, and what they leave alone there."""

import json
import os
import subprocess

import driver
import pythons

SHOW = """
import json, os, sys
print(json.dumps({
    "next": getattr(sys.modules.get("sitecustomize"), "WHO", None),
    "path": [entry for entry in sys.path if "agent" in entry],
    "variables": sorted(name for name in os.environ if name.startswith("FETTLE_")),
    "pythonpath": os.environ.get("PYTHONPATH"),
    "loaded": sorted(name for name in sys.modules if name.startswith("fettle")),
}))
"""


class Guest:
    def worker(self, command, suite="pytest/good", **more):
        worker = driver.Worker(command, suite, **more)
        self.addCleanup(worker.close)
        return worker

    def observe(self, command, suite="pytest/good", **more):
        worker = driver.observe(command, suite, **more)
        self.addCleanup(worker.close)
        return worker

    def pytest(self, *options):
        return [self.python, "-m", "pytest", "-q", "-p", "no:randomly", *options]

    def folder_with_sitecustomize(self, text):
        worker = self.worker([self.python, "-c", ""])
        folder = os.path.join(worker.folder, "next")
        os.mkdir(folder)
        with open(os.path.join(folder, "sitecustomize.py"), "w") as out:
            out.write(text)
        return folder

    def test_the_next_sitecustomize_is_run_as_if_there_were_no_other(self):
        folder = self.folder_with_sitecustomize("WHO = 'the next'\n")
        shown = json.loads(self.observe([self.python, "-c", SHOW], environment={"PYTHONPATH": folder}).output())
        self.assertEqual((shown["next"], shown["path"]), ("the next", [folder]))

    def test_an_error_in_the_next_sitecustomize_is_shown_as_ever(self):
        folder = self.folder_with_sitecustomize("raise ValueError('my own error')\n")
        output = self.observe([self.python, "-c", "print('on')"], environment={"PYTHONPATH": folder}).output()
        plain = subprocess.run(
            [self.python, "-c", "print('on')"],
            env={"PYTHONPATH": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ).stdout.decode()
        self.assertEqual(sorted(output.splitlines()), sorted(plain.splitlines()))
        self.assertIn("ValueError: my own error", output)

    def test_a_python_that_is_no_framework_keeps_its_environment(self):
        shown = json.loads(self.observe([self.python, "-c", SHOW]).output())
        self.assertIn("FETTLE_AGENT", shown["variables"])
        self.assertIn("agent", shown["pythonpath"])
        self.assertEqual((shown["path"], shown["loaded"]), ([], ["fettle_watch"]))

    def test_a_framework_that_is_only_imported_is_not_taken_over(self):
        for module in ("behave.runner", "pytest"):
            if module.partition(".")[0] in self.modules:
                worker = self.observe([self.python, "-c", "import %s\n%s" % (module, SHOW)])
                shown = json.loads(worker.output())
                self.assertIn("FETTLE_AGENT", shown["variables"])
                self.assertEqual((shown["loaded"], worker.rows()), (["fettle_watch"], []))

    def test_the_agents_are_compiled_once_whoever_forbids_it(self):
        worker = self.observe(self.pytest(), environment={"PYTHONDONTWRITEBYTECODE": "1"})
        compiled = os.listdir(os.path.join(worker.agent_dir, "__pycache__"))
        names = sorted(name.partition(".")[0] for name in compiled)
        self.assertEqual(names, ["fettle_agent", "fettle_pytest", "fettle_watch", "sitecustomize"])
        self.assertFalse(os.path.exists(os.path.join(worker.suite, "tests", "__pycache__")))

    def test_frameworks_below_wrappers_are_found(self):
        inner = " ".join(self.pytest("-p", "no:cacheprovider"))
        code = "import subprocess, sys; sys.exit(subprocess.call(%r, shell=True))" % (
            inner + " tests/test_house.py && " + inner + " tests/pack"
        )
        worker = self.observe(["sh", "-c", '"$0" -c "$1"', self.python, code])
        self.assertEqual(worker.code, 0, worker.output())
        self.assertEqual(len(worker.tests()), 7)
        self.assertEqual(len({row["pid"] for row in worker.rows()}), 2)

    def test_a_worker_below_a_wrapper_takes_units(self):
        code = "import subprocess, sys; sys.exit(subprocess.call(%r))" % self.pytest()
        worker = driver.pull([self.python, "-c", code], "pytest/good")
        self.addCleanup(worker.close)
        self.assertEqual((worker.code, len(worker.tests())), (0, 8))

    def test_a_second_framework_beside_the_worker_runs_plainly(self):
        worker = self.worker(self.pytest())
        self.assertEqual(worker.hear()["say"], "hello")
        done = subprocess.run(
            self.pytest("-p", "no:cacheprovider"), cwd=worker.suite, env=worker.environment, stdout=subprocess.PIPE
        )
        self.assertIn("8 passed", done.stdout.decode())
        worker.run(["tests/test_house.py"])
        self.assertEqual(worker.finish(), 0)
        self.assertEqual(len(worker.tests()), 6)

    def test_a_broken_agent_lets_the_framework_run_plainly_and_says_so(self):
        folder = self.worker([self.python, "-c", ""]).agent_dir
        with open(os.path.join(folder, "fettle_agent.py"), "w") as out:
            out.write("this is no Python\n")
        worker = self.observe(self.pytest(), agent_dir=folder)
        self.assertEqual(worker.code, 0)
        self.assertIn("8 passed", worker.output())
        self.assertEqual([row["name"] for row in worker.rows()], ["agent-broken"])

    def test_rows_that_cannot_be_written_do_not_touch_the_verdict(self):
        for events in ("/dev/full", "/no/such/folder/events.jsonl"):
            worker = self.worker(self.pytest(), "pytest/bad", events=events)
            units = [unit["name"] for unit in worker.list()]
            self.assertEqual(worker.run(units)["say"], "done")
            self.assertEqual(worker.finish(), 1)
            self.assertIn("4 passed", worker.output())

    def test_a_socket_that_nobody_listens_on_lets_the_framework_run_plainly(self):
        worker = self.worker([self.python, "-c", ""])
        environment = dict(worker.environment, FETTLE_SOCKET=os.path.join(worker.folder, "nobody"))
        done = subprocess.run(
            self.pytest("-p", "no:cacheprovider"), cwd=worker.suite, env=environment, stdout=subprocess.PIPE
        )
        self.assertIn("8 passed", done.stdout.decode())
        self.assertEqual([row["name"] for row in worker.rows()], ["agent-broken"])

    def test_without_the_variable_nothing_is_watched(self):
        worker = self.worker(self.pytest(), mode="no such mode")
        self.assertEqual(worker.wait(), 0)
        self.assertIn("8 passed", worker.output())
        self.assertEqual(worker.rows(), [])

    def test_words_of_no_meaning_from_the_socket_are_passed_over(self):
        worker = self.worker(self.pytest())
        worker.hear_until("ready")
        for line in (
            b"no json\n",
            b"[1]\n",
            b'{"do":"dance"}\n',
            b'{"do":"run","units":[1,["a"],["x","y",1],[true]]}\n',
            b'{"do":"run"}\n',
        ):
            worker.connection.sendall(line)
        self.assertEqual(worker.run(["tests/test_house.py"])["say"], "done")
        self.assertEqual(worker.finish(), 0)
        self.assertEqual(len(worker.tests()), 6)


pythons.cases("pytest", (Guest,), globals())
