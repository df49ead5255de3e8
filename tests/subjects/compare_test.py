"""fettle compare --against a commit, and a URL.

SUBJECT_FETTLE names the program.
"""
import http.server
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

FETTLE = os.environ["SUBJECT_FETTLE"]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = os.path.join(folder.name, "tree")
        self.temp = os.path.join(folder.name, "temp")
        os.makedirs(self.dir)
        os.makedirs(self.temp)
        self.env = {"PATH": os.environ["PATH"], "HOME": folder.name, "LC_ALL": "C", "TMPDIR": self.temp,
                    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
                    "GIT_COMMITTER_EMAIL": "a@b"}

    def compare(self, *words, code=0, form=("-f", "json")):
        ran = subprocess.run([FETTLE, "compare", "-q", *form, *words], cwd=self.cwd, env=self.env, capture_output=True, text=True)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        self.said = ran.stderr
        return json.loads(ran.stdout) if ran.stdout else None

    @property
    def cwd(self):
        return self.dir

    def row(self, told, metric):
        return {r["metric"]: r for r in told["rows"]}[metric]


@unittest.skipUnless(shutil.which("git"), "needs git")
class Commit(Case):
    @property
    def cwd(self):
        return os.path.join(self.dir, "sub")

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.dir, env=self.env, check=True, capture_output=True)

    def tool(self, text):
        with open(os.path.join(self.cwd, "tool.in"), "w") as f:
            f.write("#!/bin/sh\n" + text + "\n")

    def setUp(self):
        super().setUp()
        os.makedirs(self.cwd)
        self.git("init", "-q", "-b", "trunk")
        self.tool("sleep 0.01")
        self.git("add", ".")
        self.git("commit", "-qm", "one")
        self.tool("sleep 0.06")

    BUILD = ("--build", "cp tool.in tool && chmod +x tool && pwd >&2")

    def nothing_left(self):
        self.assertEqual(os.listdir(self.temp), [])
        kept = subprocess.run(["git", "worktree", "list"], cwd=self.dir, env=self.env, capture_output=True, text=True).stdout
        self.assertEqual(len(kept.strip().split("\n")), 1)

    def test_the_same_command_in_both_trees(self):
        told = self.compare(*self.BUILD, "-r", "6", "-m", "wall", "--against", "trunk", "--", "./tool", code=1)
        row = self.row(told, "wall")
        self.assertEqual(row["verdict"], "regressed")
        self.assertLess(row["base"], 55e6)
        self.assertGreater(row["now"], 59e6)
        self.assertEqual([line.split("/")[-2:] for line in self.said.strip().split("\n")][1], ["tree", "sub"])
        self.nothing_left()

    def test_what_cannot_be_had_is_said(self):
        for words, said in ((("--against", "commit:trnk"), "option '--against': 'trnk' is no commit here"),
                            (("--against", "trnk"), "cannot run 'trnk': No such file or directory"),
                            (("--against", "trunk", "--build", "exit 3"), "in '")):
            self.compare(*words, "--", "./tool", code=2 if "no commit" in said else 3)
            self.assertIn("fettle compare: " + said, self.said)
            self.assertEqual("--build failed: exit code 3" in self.said, "exit 3" in words)
            self.nothing_left()

    def test_a_program_is_no_commit(self):
        self.git("branch", "sleep")
        self.assertEqual(len(self.compare("-r", "3", "--max-rounds", "3", "--against", "sleep 0.001", "--", "sleep", "0.001")["rows"]) > 3, True)

    def test_a_stop_leaves_nothing(self):
        p = subprocess.Popen([FETTLE, "compare", *self.BUILD, "-r", "1000", "--against", "trunk", "--", "./tool"], cwd=self.cwd, env=self.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        until = time.monotonic() + 30
        while not os.path.exists(os.path.join(self.cwd, "tool")) and time.monotonic() < until:
            time.sleep(0.01)
        p.send_signal(signal.SIGINT)
        p.communicate(timeout=30)
        self.assertEqual(p.returncode, 130)
        self.nothing_left()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = 0

    def do_GET(self):
        Handler.requests += 1
        time.sleep(0.02 if "slow" in self.path else 0.001)
        status = 500 if "bad" in self.path else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass


class Url(Case):
    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Handler.requests = 0
        self.url = f"http://name:hush@127.0.0.1:{server.server_port}/"

    def wait_for_requests(self, n):
        until = time.monotonic() + 30
        while Handler.requests < n and time.monotonic() < until:
            time.sleep(0.01)

    def test_requests_in_turn(self):
        told = self.compare("-r", "8", "--max-rounds", "8", "--against", self.url, "--", self.url + "slow", code=1)
        self.assertEqual(self.row(told, "latency")["verdict"], "regressed")
        told = self.compare("-r", "3", "--max-rounds", "3", "--against", self.url + "slow", "--", self.url)
        self.assertEqual(self.row(told, "latency")["n"], 3)
        with open(os.path.join(self.dir, ".fettle/bench/bench.json")) as f:
            text = f.read()
        self.assertNotIn("hush", text)
        self.assertEqual([(b["rounds"], b["runs_per_round"]) for b in json.loads(text)["benchmarks"]], [(3, 20), (3, 20)])

    def test_a_stop_keeps_whole_rounds(self):
        words = [FETTLE, "compare", "-q", "-r", "1000", "--against", self.url, "--", self.url + "slow"]
        p = subprocess.Popen(words, cwd=self.dir, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        self.wait_for_requests(60)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 130, out + err)
        self.assertIn("interrupted", err)
        with open(os.path.join(self.dir, ".fettle/bench/bench.json")) as f:
            told = json.load(f)
        self.assertIn("interrupted: what had not been measured by then is missing", told["notes"])
        for b in told["benchmarks"]:
            self.assertEqual((b["good"], b["failed"]), (b["rounds"] * 20, 0))

    def test_one_that_fails(self):
        told = self.compare("-r", "3", "--max-rounds", "3", "--against", self.url, "--", self.url + "bad", code=1)
        self.assertEqual(told["verdict"], "regressed")
        self.assertIn("500", json.dumps(told["troubles"]))

    def test_a_url_wants_a_url(self):
        self.compare("--against", self.url, "--", "true", code=2)
        self.assertIn("a URL is compared with a URL", self.said)
