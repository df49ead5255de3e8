"""Suites for which a process plays the controller of pytest-xdist."""

import os
import signal
import subprocess
import unittest

import real_test
from real_test import needs


@needs("pytest")
class Controller(real_test.Case):
    """A suite whose controller starts something once and tells the workers where it is."""

    CONFTEST = """
import os, socket, threading

import pytest


def pytest_configure(config):
    config.pluginmanager.register(Nodes(), "nodes")
    if hasattr(config, "workerinput"):
        return
    config.server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=[config.server], daemon=True).start()
    tell("up", config.option.dist if hasattr(config.option, "dist") else "load")


def serve(server):
    while True:
        connection, _ = server.accept()
        connection.sendall(str(os.getpid()).encode())
        connection.close()


def tell(*words):
    with open("told", "a") as file:
        print(*words, file=file)


class Nodes:
    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        node.workerinput["port"] = node.config.server.getsockname()[1]
        node.workerinput["name"] = "db-%s of %d" % (node.gateway.id, node.workerinput["workercount"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        tell("down", node.gateway.id, node.workeroutput.get("seen"))


@pytest.fixture(scope="session")
def answer(request):
    if hasattr(request.config, "workerinput"):
        port = request.config.workerinput["port"]
    else:
        port = request.config.server.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return connection.recv(100)


def pytest_sessionfinish(session, exitstatus):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["seen"] = {"all of": session.config.workerinput["name"]}
    else:
        tell("finish", int(exitstatus))


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        config.server.close()
        tell("closed")
"""
    # The hooks in the conftest itself, where pytest finds them before all else.
    AT_ONCE = CONFTEST.replace('    config.pluginmanager.register(Nodes(), "nodes")\n', "") + """

@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    Nodes().pytest_configure_node(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    Nodes().pytest_testnodedown(node, error)
"""

    def suite(self, conftest, body="assert answer"):
        self.write("conftest.py", conftest)
        for name in "abcd":
            self.write(f"test_{name}.py", "import os, time\n\n\ndef test(answer, worker_id):\n"
                       f"    open(worker_id, 'w').close()\n    time.sleep(0.3)\n    {body}\n")

    def told(self):
        return self.read("told").splitlines()

    def test_it_starts_once_tells_each_worker_and_ends_last(self):
        self.suite(self.AT_ONCE)
        done = self.run_it("-j2", "--", "pytest", "-q")
        self.counts(passed=4)
        self.assertEqual(self.told(), ["up load", "down gw0 {'all of': 'db-gw0 of 2'}",
                                       "down gw1 {'all of': 'db-gw1 of 2'}", "finish 0", "closed"])
        self.assertIn("conftest has something for all workers", done.err)
        self.assertTrue(os.path.exists(self.path("gw0")) and os.path.exists(self.path("gw1")))

    def test_it_may_be_wanted_by_what_is_registered_while_configuring(self):
        self.suite(self.CONFTEST)
        self.run_it("-j2", "--", "pytest", "-q")
        self.counts(passed=4)
        self.assertEqual(self.told()[0], "up load")

    def test_it_knows_that_tests_failed(self):
        self.suite(self.AT_ONCE, "assert answer and worker_id == 'gw0'")
        self.run_it("-j2", "--", "pytest", "-q", code=1)
        self.assertEqual(self.told()[-2:], ["finish 1", "closed"])

    def test_one_that_cannot_start_leaves_workers_that_do_without(self):
        self.suite(self.AT_ONCE.replace('node.config.server.getsockname()[1]', 'object()'))
        done = self.run_it("-j2", "--", "pytest", "-q")
        self.counts(passed=4)
        self.assertIn("workerinput of gw0 cannot be sent to a worker", done.err)

    def test_one_that_dies_is_told_of(self):
        self.suite(self.AT_ONCE.replace('tell("up"', 'threading.Timer(2, os._exit, [9]).start()\n    tell("up"'), "time.sleep(4)")
        done = self.run_it("-j2", "--", "pytest", "-q", code=1)
        self.counts(passed=4)
        self.assertIn("end of the controller", done.err)
        self.assertIn("exit code 9, though no test failed", done.err)

    def test_its_verdict_counts(self):
        self.suite(self.AT_ONCE.replace('tell("finish", int(exitstatus))', "session.exitstatus = 7"))
        done = self.run_it("-j2", "--", "pytest", "-q", code=1)
        self.counts(passed=4)
        self.assertIn("exit code 7, though no test failed", done.err)

    def hook(self, more="", **tests):
        self.write("conftest.py", "import os\n\nimport pytest\n\n\n@pytest.hookimpl(optionalhook=True)\ndef pytest_configure_node(node):\n"
                                  "    node.workerinput['port'] = 1\n" + more)
        for name, body in (tests or {"test_a": "pass", "test_b": "pass"}).items():
            self.write(name + ".py", "import time\n\n\ndef test(request):\n    assert request.config.workerinput['port']\n    "
                       + body + "\n")

    def test_workers_that_never_came_are_not_told_of_and_one_that_died_is(self):
        self.hook("\n\ndef pytest_sessionfinish(session):\n    if hasattr(session.config, 'workeroutput'):\n"
                  "        session.config.workeroutput['n'] = 1\n\n\n@pytest.hookimpl(optionalhook=True)\ndef pytest_testnodedown(node, error):\n"
                  "    with open('told', 'a') as file:\n        print(error or node.workeroutput['n'], file=file)\n",
                  test_a="import os; os._exit(3)")
        done = self.run_it("-j4", "--", "pytest", "-q", code=1)
        self.assertNotIn("end of the controller", done.err)
        told = self.told()  # of the dead one, too, unless another process came in its place
        self.assertLessEqual(set(told), {"1", "Not properly terminated"})
        os.remove(self.path("test_a.py"))
        self.write("test_b.py", "def test():\n    pass\n")
        self.run_it("-j6", "--", "pytest", "-q")
        self.assertEqual(set(self.told()[len(told):]), {"1"})

    def test_its_teardown_has_the_time_of_the_run_and_no_more(self):
        self.hook("\n\ndef pytest_sessionfinish(session):\n    if not hasattr(session.config, 'workerinput'):\n"
                  "        import time\n        time.sleep(600)\n")
        self.run_it("-j2", "--timeout", "6", "--", "pytest", "-q", code=3)
        self.assertEqual(self.report()["counts"]["passed"], 2)

    def test_it_has_the_environment_folder_and_modules_of_a_controller(self):
        self.write("xdist_support.py", "import os\n\nimport pytest\n\n\nclass Nodes:\n"
                   "    @pytest.hookimpl(optionalhook=True)\n    def pytest_configure_node(self, node):\n"
                   "        node.workerinput['port'] = os.environ['PORT']\n"
                   "        base = node.config._tmp_path_factory.getbasetemp()\n        (base / 'shared').write_text('here')\n")
        # a hook that no worker ever sees
        self.write("conftest.py", "from xdist_support import Nodes\n\n\ndef pytest_configure(config):\n"
                   "    if not hasattr(config, 'workerinput'):  # pytest_configure_node\n"
                   "        config.pluginmanager.register(Nodes())\n")
        for name in "ab":
            self.write(f"test_{name}.py", "def test(request, tmp_path_factory):\n    assert request.config.workerinput['port'] == '7 of 2'\n"
                       "    assert (tmp_path_factory.getbasetemp().parent / 'shared').read_text() == 'here'\n")
        for where in ([], ["--basetemp", "kept"]):
            self.run_it("-j2", "--env", "PORT=7 of {workers}", "--", "pytest", "-q", *where)
            self.counts(passed=2)
        self.assertTrue(os.path.exists(self.path("kept", "shared")))

    def test_it_leaves_the_cache_and_files_of_workers_alone(self):
        self.hook(test_a="pass", test_b="assert 0")
        self.call("pytest", "-q", "--stepwise", "-p", "no:xdist")
        self.write(".pytest_cache/v/cache/stepwise", '"test_b.py::test"')
        self.run_it("-j2", "--", "pytest", "-q", "--stepwise", "--log-file", "log", "--log-level", "INFO", code=1)
        self.assertEqual(self.read(".pytest_cache/v/cache/stepwise"), '"test_b.py::test"')

    def test_an_interrupt_ends_it_last(self):
        self.suite(self.AT_ONCE, "time.sleep(60)")
        process = subprocess.Popen([real_test.FETTLE, "run", "-j2", "--output", "out", "--", "pytest", "-q"], cwd=self.dir, env=self.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        real_test.until(lambda: os.path.exists(self.path("gw1")))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertEqual(self.told()[-1], "closed")


if __name__ == "__main__":
    unittest.main()
