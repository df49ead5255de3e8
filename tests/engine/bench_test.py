"""Benches of containers: against dockerd and podman, and against an engine that lies.

REAL_FETTLE names the program.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import engines

FETTLE = os.environ.get("REAL_FETTLE", "build/fettle")
SEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "performance.yaml")
IMAGE = "ubuntu:22.04"  # by its name alone
STAGES = ("startup", "exec", "stop", "remove")


class Case(unittest.TestCase):
    socket = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = folder.name

    def start(self, items, *words, top=None, **environment):
        self.config = os.path.join(self.dir, "fettle.yaml")
        with open(self.config, "w") as f:
            json.dump(dict(top or {}, bench=items), f)
        return self.start_file(self.config, *words, **environment)

    def start_file(self, config, *words, **environment):
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "DOCKER_HOST": "unix://" + self.socket, **environment}
        return subprocess.Popen([FETTLE, "bench", "--config", config, "--output", self.dir + "/out", "--quiet", *words],
                                cwd=self.dir, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def told(self, process, patience=300):
        """The benchmarks by name, with the values of their metrics beside them."""
        self.out, self.err = process.communicate(timeout=patience)
        self.code = process.returncode
        with open(self.dir + "/out/bench.json") as f:
            self.record = json.load(f)
        got = {b["name"]: b for b in self.record["benchmarks"]}
        for b in got.values():
            b["values"] = {m["metric"]: m["values"] for m in b["metrics"]}
        return got

    def bench(self, items, *words, code=0, **more):
        got = self.told(self.start(items, *words, **more))
        self.assertEqual(self.code, code, self.out + self.err)
        return got


def box(name="a", **keys):
    return dict({"name": name, "subject": "container", "image": IMAGE, "network": "none", "rounds": 3, "warmup": 0}, **keys)


class Real:
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.engine = engines.start(cls.kind)
        cls.addClassCleanup(cls.engine.stop)
        cls.socket = cls.engine.socket
        cls.engine.build(IMAGE, "FROM %s\n" % engines.IMAGES["sleep"])

    def left(self):
        filters = urllib.parse.quote(json.dumps({"label": ["fettle.bench"]}))
        return self.engine.good("GET", "/containers/json?all=1&filters=" + filters)

    def tearDown(self):
        self.assertEqual(self.left(), [])

    def wait_for(self, what, patience=60):
        end = time.monotonic() + patience
        while not what():
            self.assertLess(time.monotonic(), end, "nothing came of it")
            time.sleep(0.02)

    def test_stages_of_a_life_sum_up(self):
        got = self.bench([box(command="echo hello", ready="true", main="sleep 1000", checks={"contains": "hello"},
                              outside=True, rounds=4)])["a"]
        values = got["values"]
        self.assertEqual((got["good"], got["failed"]), (4, 0))
        for i in range(4):
            self.assertEqual(values["lifecycle"][i], sum(values[s][i] for s in STAGES))
            parts = sum(values[s][i] for s in ("create", "start", "ready"))
            self.assertTrue(0 <= values["startup"][i] - parts < 50e6, values)
            self.assertLess(values["overhead"][i], values["exec"][i])
            # sleep alone, and what the kernel has for it
            self.assertTrue(20 << 10 < values["memory"][i] < 64 << 20, values["memory"])
            self.assertTrue(100 << 10 < values["supervisor"][i] < 64 << 20, values["supervisor"])
            self.assertEqual(values["sandbox_memory"][i], values["memory"][i] + values["supervisor"][i])

    def test_one_that_stays_is_only_used(self):
        got = self.bench([box(command="cat /proc/1/cmdline", reuse=True, checks={"contains": "2147483647"}, concurrency=3)])
        self.assertEqual(set(got["a/x3"]["values"]), {"exec"})
        self.assertEqual(got["a/x3"]["good"], 9)

    def test_a_service_runs_what_its_image_names(self):
        got = self.bench([box(image=engines.IMAGES["http"], env={"DELAY": "0.2"}, rounds=2,
                              ready="wget -q -O /dev/null http://127.0.0.1:8080/")])["a"]
        self.assertEqual(got["good"], 2)
        self.assertGreater(min(got["values"]["ready"]), 100e6)

    def test_what_goes_in_comes_out(self):
        with open(self.dir + "/in", "wb") as f:
            f.write(os.urandom(300000))
        got = self.bench([
            box("bytes", command="cat", reuse=True, **{"input-bytes": "5MiB", "echoes": True}),
            box("file", command="cat", input=self.dir + "/in", echoes=True),
            box("half", command="head -c 100", reuse=True, **{"input-bytes": "8MiB"}),
            box("other", command="tr a b", reuse=True, **{"input-bytes": "1KiB", "echoes": True})], code=1)
        self.assertEqual([got[n]["good"] for n in ("bytes", "file", "half", "other")], [3, 3, 3, 0])
        self.assertIn("the output is not the input again", got["other"]["failure"])

    def test_a_flood_is_no_trouble(self):
        flood = "head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2"
        got = self.bench([box("dropped", command=["sh", "-c", flood], reuse=True),
                          box("checked", command=["sh", "-c", flood], reuse=True, checks={"contains": "x"})], code=1)
        self.assertEqual(got["dropped"]["good"], 3)
        self.assertIn("too much to be checked", got["checked"]["failure"])

    def test_a_command_that_fails_gives_no_figure(self):
        got = self.bench([
            box("always", command=["sh", "-c", "echo oh no >&2; exit 3"]),
            box("wanted", command=["sh", "-c", "exit 3"], checks={"exit-code": 3}, rounds=1),
            box("second", command=["sh", "-c", "n=$(cat /n || echo 0); echo $((n + 1)) > /n; [ $n = 0 ]"], reuse=True),
            box("absent", command="no-such-program"),
            box("bad", main="/no/such/program")], code=1)
        self.assertEqual(got["always"]["failure"], "exit code 3: oh no")
        self.assertEqual(got["wanted"]["good"], 1)
        self.assertEqual((got["second"]["good"], got["second"]["failed"]), (0, 3))
        self.assertEqual(got["second"]["failure"], "exit code 1")
        self.assertRegex(got["absent"]["failure"], "exit code 12[67]|no-such-program")
        self.assertRegex(got["bad"]["failure"], "^cannot start the container: .*no.such.program")

    def test_a_command_that_hangs_is_left_behind(self):
        line = "[ -e /hung ] && sleep 1000; touch /hung"
        got = self.bench([box(command=["sh", "-c", line], reuse=True, rounds=2, timeout="2s")], code=1)["a"]
        # the dry run made the file; the first round hangs; the second has a sandbox of its own
        self.assertEqual((got["good"], got["failed"], got["timed_out"]), (1, 1, 1))

    def test_an_image_that_is_not_there(self):
        got = self.bench([box(image="localhost/no/such:1")], code=1)["a"]
        self.assertIn("the engine has no image 'localhost/no/such:1'", got["failure"])
        self.assertIn("'pull: missing'", got["failure"])
        got = self.bench([box(image="localhost:1/no/such:1", pull="missing", timeout="20s")], code=1)["a"]
        self.assertRegex(got["failure"], "^cannot fetch the image: ")

    def test_programs_that_an_image_lacks_are_one_note(self):
        got = self.bench([box("x", needs="no-such-1", command="true"), box("y", needs="sh", command="true"),
                          box("z", needs="no-such-2", command="true")])
        self.assertEqual(list(got), ["y"])
        self.assertIn("left out, as the image lacks what they need: x (no-such-1), z (no-such-2)", self.record["notes"])

    def test_limits_hold(self):
        got = self.start([box(memory="64m", cpus=0.25, command="sleep 3", rounds=1)])
        seen = []

        def look():
            for c in self.left():
                with contextlib.suppress(AssertionError):
                    seen.append(self.engine.inspect(c["Id"])["HostConfig"])
            return seen
        self.wait_for(look)
        self.told(got)
        self.assertEqual(seen[0]["Memory"], 64 << 20)
        nano = seen[0].get("NanoCpus") or seen[0]["CpuQuota"] * 10**9 // seen[0]["CpuPeriod"]
        self.assertEqual(nano, 250000000)
        self.assertEqual(seen[0]["NetworkMode"], "none")
        self.assertEqual([n for n in self.record["notes"] if "does not hold" in n], [])

    def test_too_much_memory_ends_it(self):
        got = self.bench([box(memory="16m", command=["sh", "-c", "head -c 100000000 /dev/zero | tail -c 90000000"])], code=1)
        self.assertRegex(got["a"]["failure"], "exit code 137|for want of memory|has ended")

    def test_a_wave_of_25_is_there_at_once(self):
        process = self.start([box(concurrency=25, rounds=1, command="sleep 2", timeout="2m")])
        self.wait_for(lambda: len(self.left()) == 25, 120)
        got = self.told(process)["a/x25"]
        self.assertEqual((self.code, got["good"]), (0, 25))
        self.assertEqual(len(got["values"]["memory"]), 25)

    def test_a_stop_leaves_nothing_behind(self):
        for sig in (signal.SIGINT, signal.SIGTERM):
            process = self.start([box(concurrency=4, rounds=100, command="sleep 30", timeout="2m"), box("b")])
            self.wait_for(lambda: len(self.left()) == 1)  # the dry run
            process.send_signal(sig)
            process.communicate(timeout=60)
            self.assertEqual(self.left(), [])
            process = self.start([box(concurrency=4, rounds=100), box("b")])
            self.wait_for(lambda: len(self.left()) == 4)
            process.send_signal(sig)
            process.communicate(timeout=60)
            self.assertEqual(self.left(), [])

    def test_the_seed_as_it_stands(self):
        got = self.told(self.start_file(SEED, "--short", "container-*", "api-[pc]*", "tool-*", "language-*", "file-*", "wave-5"))
        self.assertEqual({n: (b["failed"], b.get("failure")) for n, b in got.items() if b["failed"]}, {})
        for name in ("tool-exec-command", "tool-write-file", "tool-read-file", "tool-list-files", "tool-run-code",
                     "language-sh", "file-1KiB", "file-10KiB", "file-100KiB", "file-1MiB"):
            self.assertEqual(got[name]["good"], 10, name)
        self.assertEqual(got["container-lifecycle"]["good"], 10)
        self.assertEqual((got["api-ping"]["good"], got["api-containers"]["good"]), (100, 100))
        self.assertEqual(got["wave-5/x5"]["good"], 10)  # two waves, which are the ten runs that a p90 needs
        self.assertTrue(any("language-python3 (python3)" in n for n in self.record["notes"]))
        told = {(t["metric"], t["benchmark"]) for t in self.record["targets"]}
        self.assertLessEqual({("container_startup_ms", "container-lifecycle"), ("command_overhead_ms", "tool-exec-command"),
                              ("memory_per_sandbox_mb", "wave-5/x5"), ("api_response_p99_ms", "api-ping"),
                              ("error_rate_percent", "all")}, told)
        self.assertNotIn(("container_startup_ms", "wave-5/x5"), told)

    def test_what_is_shown_is_what_runs(self):
        env = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix://" + self.socket}
        shown = subprocess.run([FETTLE, "config", "show", "--config", SEED], env=env, capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        with open(self.dir + "/shown.yaml", "w") as f:
            f.write(shown.stdout)
        again = subprocess.run([FETTLE, "config", "show", "--config", self.dir + "/shown.yaml"], env=env,
                               capture_output=True, text=True)
        self.assertEqual(again.stdout, shown.stdout)
        self.assertIn("- name: sandboxes-at-once", shown.stdout)


class Docker(Real, Case):
    kind = "docker"


class Podman(Real, Case):
    kind = "podman"


class Liar:
    """An engine on a unix socket that answers by a script: (method, part of the path) -> function of the connection."""

    def __init__(self, path, script):
        self.script, self.seen, self.held = script, [], []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(50)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        with contextlib.suppress(OSError, ValueError), link, link.makefile("rb") as f:
            while True:
                method, path, _ = f.readline().decode().split(" ")
                length = 0
                for line in iter(f.readline, b"\r\n"):
                    name, _, value = line.decode().partition(":")
                    if name.lower() == "content-length":
                        length = int(value)
                f.read(length)
                self.seen.append((method, path))
                answer = next((a for m, part, a in self.script + GOOD if m == method and part in path), None)
                if answer is None or not self.give(link, answer):
                    return

    def give(self, link, answer):
        if callable(answer):
            return answer(self, link)
        status, body = answer
        link.sendall(b"HTTP/1.1 %d X\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                     % (status, len(body), body))
        return True

    def close(self):
        self.listener.close()
        for link in self.held:
            link.close()


def never(liar, link):
    liar.held.append(link.dup())
    threading.Event().wait(60)
    return False


def early(liar, link):
    link.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"Id\":")
    return False


def noise(liar, link):
    link.sendall(b"\x00\xff" * 1000)
    return False


def trickle(liar, link):
    for byte in b"HTTP/1.1 201 Created\r\nX: " + b"y" * 10000:
        link.sendall(bytes([byte]))
        time.sleep(0.02)
    return False


def stream(what):
    def answer(liar, link):
        link.sendall(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" + what)
        return False
    return answer


INSPECT = b'{"Id":"abc","State":{"Running":true,"Pid":0},"HostConfig":{"Memory":0}}'
GOOD = [
    ("GET", "/_ping", (200, b"OK")),
    ("GET", "/images/", (200, b"{}")),
    ("POST", "/containers/create", (201, b'{"Id":"abc"}')),
    ("POST", "/start", (204, b"")),
    ("POST", "/containers/abc/exec", (201, b'{"Id":"ex"}')),
    ("GET", "/exec/ex/json", (200, b'{"Running":false,"ExitCode":0}')),
    ("GET", "/containers/json", (200, b"[]")),
    ("GET", "/stats", (200, b"{}")),
    ("GET", "/containers/abc/json", (200, INSPECT)),
    ("POST", "/stop", (204, b"")),
    ("DELETE", "/containers/abc", (204, b"")),
]
HELLO = stream(b"\1\0\0\0\0\0\0\6hello\n")


class Lies(Case):
    def meets(self, *script, code=1, item=None):
        """How a bench fails in front of an engine that answers so."""
        folder = tempfile.mkdtemp(dir=self.dir)
        self.socket = folder + "/s"
        self.liar = Liar(self.socket, [*script, ("POST", "/exec/ex/start", HELLO)])
        self.addCleanup(self.liar.close)
        got = self.bench([item or box(command="echo hello", timeout="1s", checks={"contains": "hello"})], code=code)["a"]
        return got.get("failure")

    def test_the_honest_one_is_believed(self):
        self.assertFalse(self.meets(code=0))
        self.assertIn(("DELETE", "/v1.41/containers/abc?force=1&v=1"), self.liar.seen)

    def test_created_but_no_id(self):
        for body in (b"{}", b"", b'{"Id":""}', b'{"Id":"../../x"}', b"[]", b"{", b'{"Id":"%s"}' % (b"a" * 500)):
            self.assertRegex(self.meets(("POST", "/containers/create", (201, body))), "^cannot create a container: .* no Id$")

    def test_refusals_in_its_own_words(self):
        self.assertEqual(self.meets(("POST", "/containers/create", (500, b'{"message":"no space\\nleft"}'))),
                         "cannot create a container: no space left")
        self.assertEqual(self.meets(("POST", "/start", (500, b"plain words"))), "cannot start the container: plain words")
        self.assertEqual(self.meets(("POST", "/start", (500, b""))), "cannot start the container: status 500 without a word")
        long = self.meets(("POST", "/start", (500, b'{"message":"%s"}' % (b"a: " * 1000 + b"the end"))))
        self.assertTrue(long.endswith("the end") and len(long) < 240, long)

    def test_why_it_does_not_start_is_told_also_by_trials(self):
        no = ("POST", "/start", (500, b"no such program"))
        for item in (box(command="echo", disk="1g"), box(command="echo", needs="echo")):
            self.assertEqual(self.meets(no, item=item), "cannot start the container: no such program")

    def test_one_that_closes_or_talks_nonsense(self):
        for answer in (early, noise):
            self.assertRegex(self.meets(("POST", "/containers/create", answer)), "^cannot create a container: ")
            # it may have been made all the same
            self.assertTrue(any("filters=" in path for _, path in self.liar.seen))

    def test_one_that_never_answers(self):
        for place in (("GET", "/_ping"), ("POST", "/containers/create"), ("POST", "/start"), ("POST", "/exec/ex/start"),
                      ("GET", "/exec/ex/json"), ("POST", "/stop")):
            with self.subTest(place=place):
                began = time.monotonic()
                self.assertIn("no answer in time", self.meets((*place, never)))
                self.assertLess(time.monotonic() - began, 45)
        self.assertRegex(self.meets(("POST", "/containers/create", trickle)), "in time")

    def test_output_that_is_none(self):
        for what in (b"hello\n", b"\1\0\0\0\0\0\0\6hel", b"\7\0\0\0\0\0\0\1x", b"\1\0\0\0\xff\xff\xff\xffhello\n"):
            self.assertRegex(self.meets(("POST", "/exec/ex/start", stream(what))), "^cannot run a command in the container: ")
        self.assertIn("no stream", self.meets(("POST", "/exec/ex/start", (200, b"hello\n"))))
        self.assertIsNotNone(self.meets(("POST", "/exec/ex/start", stream(b""))))

    def test_a_command_that_never_ends(self):
        # the time is up between two questions or while one is asked
        self.assertRegex(self.meets(("GET", "/exec/ex/json", (200, b'{"Running":true}'))),
                         "never says how it ended|no answer in time")
        self.assertIn("exit code 1", self.meets(("GET", "/exec/ex/json", (200, b'{"Running":false,"ExitCode":1}'))))
        for body in (b"{}", b'{"Running":false,"ExitCode":-1}', b'{"Running":false,"ExitCode":"0"}'):
            self.assertIsNotNone(self.meets(("GET", "/exec/ex/json", (200, body))))

    def test_one_that_does_not_run(self):
        dead = (200, b'{"Id":"abc","State":{"Running":false,"ExitCode":137,"OOMKilled":true}}')
        self.assertIn("for want of memory", self.meets(("GET", "/containers/abc/json", dead)))
        self.assertIsNotNone(self.meets(("GET", "/containers/abc/json", (200, b"[]"))))

    def test_limits_that_it_only_promises_are_told(self):
        self.meets(code=0, item=box(memory="64m", cpus=0.5, command="echo"))
        self.assertTrue(any("limit of the memory (64MiB) does not hold: the engine has none" in n for n in self.record["notes"]))
        self.assertTrue(any("limit of 0.5 cores does not hold" in n for n in self.record["notes"]))

    def test_nobody_there(self):
        self.socket = self.dir + "/nobody"
        self.assertIn("no container engine answers at", self.bench([box()], code=1)["a"]["failure"])
        self.assertIn("cannot reach the container engine", self.bench([box(engine="tcp://127.0.0.1:1")], code=1)["a"]["failure"])
        self.assertIn("an engine is the path of a socket", self.bench([box(engine="ssh://x")], code=1)["a"]["failure"])


if __name__ == "__main__":
    unittest.main()
