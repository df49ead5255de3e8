"""Plays fettle's side of docs/agent-protocol.md for the tests of the agents.

A Worker is one process of a test framework with the agent in it; it is driven
over its socket as fettle would, and what it wrote is read back from its events
file. Everything lies in a temporary directory that goes with close().
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AGENT_DIR = os.path.join(ROOT, "src", "agent")
FIXTURES = os.path.join(ROOT, "tests", "fixture")
PATIENCE_S = 60


class Worker:
    def __init__(self, command, suite, mode="pull", environment=None, copy=True, agent_dir=None, events=None):
        self.folder = tempfile.mkdtemp(prefix="fettle-agent-")
        self.suite = os.path.join(self.folder, "suite")
        if copy:
            shutil.copytree(os.path.join(FIXTURES, suite), self.suite)
        else:
            self.suite = suite
        self.agent_dir = agent_dir
        if not agent_dir:
            # A copy, so that the compiled files do not lie in the source tree.
            self.agent_dir = os.path.join(self.folder, "agent")
            shutil.copytree(AGENT_DIR, self.agent_dir, ignore=shutil.ignore_patterns("__pycache__", "*.[ch]"))
        self.events = events or os.path.join(self.folder, "events.jsonl")
        self.dump = os.path.join(self.folder, "dump.txt")
        self.worker_dir = os.path.join(self.folder, "worker")
        os.mkdir(self.worker_dir)
        self.connection, self.got, self.said = None, b"", []
        path = os.path.join(self.folder, "socket")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(4)
        self.listener.settimeout(PATIENCE_S)
        self.environment = self.make_environment(mode, path, environment or {})
        self.output_path = os.path.join(self.folder, "output.txt")
        self.output_file = open(self.output_path, "wb")
        self.process = subprocess.Popen(
            command,
            cwd=self.suite,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.output_file,
            stderr=subprocess.STDOUT,
        )

    def make_environment(self, mode, path, more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE_", "PYTEST_", "BEHAVE_"))}
        before = more.get("PYTHONPATH", "")
        environment.update(more)
        environment.update(
            PYTHONPATH=self.agent_dir + (os.pathsep + before if before else ""),
            FETTLE_RUN="run-1",
            FETTLE_WORKER="3",
            FETTLE_WORKERS="4",
            FETTLE_WORKER_DIR=self.worker_dir,
            FETTLE_EVENTS=self.events,
            FETTLE_AGENT=mode,
            FETTLE_AGENT_DIR=self.agent_dir,
            FETTLE_DUMP_SIGNAL="12",
            FETTLE_DUMP_FILE=self.dump,
        )
        if mode == "pull":
            environment["FETTLE_SOCKET"] = path
        return environment

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for thing in (self.connection, self.listener, self.output_file):
            if thing:
                thing.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, **message):
        if not self.connection:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(PATIENCE_S)
        self.connection.sendall(json.dumps(message).encode() + b"\n")

    def hear(self):
        """The next line from the agent; None at the end of file."""
        if not self.connection:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(PATIENCE_S)
        while b"\n" not in self.got:
            try:
                data = self.connection.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self.got += data
        line, _, self.got = self.got.partition(b"\n")
        self.said.append(json.loads(line))
        return self.said[-1]

    def hear_until(self, what):
        while True:
            message = self.hear()
            if message is None or message["say"] == what:
                return message

    def list(self, **options):
        self.say(do="list", **options)
        units = []
        while True:
            message = self.hear_until("units")
            if message is None:
                return None
            units += message["units"]
            if not message["more"]:
                return units

    def run(self, names, attempt=1, first=1):
        self.say(do="run", units=[[n, name, attempt] for n, name in enumerate(names, first)])
        return self.hear_until("done")

    def finish(self):
        """Ends the worker; its exit status."""
        try:
            self.say(do="end")
        except OSError:
            pass
        return self.wait()

    def wait(self):
        return self.process.wait(PATIENCE_S)

    def output(self):
        return read(self.output_path)

    def rows(self):
        return [json.loads(line) for line in read(self.events).splitlines()]

    def spans(self, kind=None):
        """Begin, end and span rows joined by id, in the order of their begins."""
        spans = {}
        for row in self.rows():
            if row["ev"] in ("begin", "span"):
                spans[row.get("pid"), row["id"]] = dict(row)
            elif row["ev"] in ("end", "output"):
                span = spans[row.get("pid"), row["id"]]
                span.update({k: v for k, v in row.items() if k not in ("ev", "t")})
                if row["ev"] == "end":
                    span["d"] = row["t"] - span["t"]
        return [span for span in spans.values() if kind in (None, span["kind"])]

    def tests(self):
        return self.spans("test")

    def verdicts(self):
        """Status by name of the tests, the last attempt of each."""
        return {test["name"]: test.get("st") for test in self.tests()}


def read(path):
    """The text of a file; nothing where there is none."""
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def wait_for(condition):
    """Whether it comes true before patience ends."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def pull(command, suite, units=None, **options):
    """A whole run of one worker: all units of its list, or those given."""
    worker = Worker(command, suite, **options)
    try:
        if units is None:
            units = [unit["name"] for unit in worker.list() or ()]
        if units:
            worker.run(units)
        worker.code = worker.finish()
        return worker
    except BaseException:
        worker.close()
        raise


def observe(command, suite, **options):
    worker = Worker(command, suite, mode="observe", **options)
    worker.code = worker.wait()
    return worker


class Workers:
    """For a test case: workers of one framework's suites, ended with the test. Has `framework` and `command`."""

    def worker(self, suite, *options, **more):
        return self.kept(Worker(self.command(*options), self.folder(suite), **more))

    def pull(self, suite, *options, units=None, **more):
        return self.kept(pull(self.command(*options), self.folder(suite), units, **more))

    def observe(self, suite, *options, **more):
        return self.kept(observe(self.command(*options), self.folder(suite), **more))

    def folder(self, suite):
        return os.path.join(self.framework, suite)

    def kept(self, worker):
        self.addCleanup(worker.close)
        return worker

    def by_name(self, spans):
        return {span["name"]: span for span in spans}
