"""The tap of the container engine: fettle in front of small suites that talk to a scripted engine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scripted  # noqa: E402

SOURCE = os.environ.get("SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FETTLE = os.environ.get("REAL_FETTLE") or os.path.join(os.environ.get("BUILD_ROOT", SOURCE + "/build"), "fettle")
CID = "c0ffee" + "0" * 58
# address space is no memory, but a sanitizer's bookkeeping is
PLAIN = not os.environ.get("SANITIZED")

PRELUDE = '''
import http.client, os, signal, socket, sys, threading, time
PATH = os.environ["DOCKER_HOST"][len("unix://"):]
def link(path=PATH):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(60)
    s.connect(path)
    return s
def call(method, target, body=b"", path=PATH, s=None):
    """One request: (status, body)."""
    s = s or link(path)
    c = http.client.HTTPConnection("engine")
    c.sock = s
    c.request(method, target, body)
    r = c.getresponse()
    return r.status, r.read()
def all_of(s):
    data = b""
    while True:
        piece = s.recv(65536)
        if not piece:
            return data
        data += piece
def parent(pid):
    with open("/proc/%d/stat" % pid) as f:
        return int(f.read().rsplit(")", 1)[1].split()[1])
def tap():
    """Pid of the tap, which may begin a little after the suite."""
    end = time.monotonic() + 30
    while not find_tap() and time.monotonic() < end:
        time.sleep(0.01)
    return find_tap()
def find_tap():
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/comm" % name) as f:
                    if f.read().strip() == "fettle-tap" and parent(int(name)) == FETTLE:
                        return int(name)
            except OSError:
                pass
FETTLE = os.getppid()
def memory(pid):
    with open("/proc/%d/status" % pid) as f:
        return {k: int(v.split()[0]) for k, v in (x.split(":", 1) for x in f) if k in ("VmRSS", "VmHWM")}
def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))
def until(what, limit=30):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False
'''


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-tap-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("FETTLE", "DOCKER_", "CONTAINER_", "TESTCONTAINERS", "XDG_RUNTIME"))}
        self.env.update(HOME=self.dir, PYTHONDONTWRITEBYTECODE="1")

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def engine(self, script=lambda request, link: scripted.answer(b"{}")):
        engine = scripted.Engine(self.path("engine.sock"), script)
        self.addCleanup(engine.down)
        self.env["DOCKER_HOST"] = "unix://" + engine.path
        return engine

    def start(self, text, *options):
        with open(self.path("suite.py"), "w") as f:
            f.write(PRELUDE + text)
        return subprocess.Popen([FETTLE, "run", "-o", self.path("out"), "--no-history", *options, "--", sys.executable,
                                 "suite.py"], cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run_suite(self, text, *options, code=0, limit=90):
        process = self.start(text, *options)
        try:
            said = process.communicate(timeout=limit)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.assertEqual(process.returncode, code, said)
        return said

    def rows(self, **want):
        with open(self.path("out", "events.jsonl")) as f:
            rows = [json.loads(line) for line in f]
        return [r for r in rows if all(r.get(k) == v for k, v in want.items())]

    def calls(self, **want):
        return self.rows(kind="call", **want)

    def notes(self):
        return [r["msg"] for r in self.rows(ev="note")]


class Talk(Case):
    def test_bytes_pass_untouched_and_are_told(self):
        def script(request, link):
            if request.target.startswith("/v1.41/containers/create"):
                return scripted.answer(b'{"Id":"%s","Warnings":[]}' % CID.encode(), "201 Created", Api_Version="1.41")
            return scripted.answer(b"", "204 No Content")
        engine = self.engine(script)
        self.run_suite('''
s = link()
want = b'HTTP/1.1 201 Created\\r\\nContent-Length: 87\\r\\nApi-Version: 1.41\\r\\n\\r\\n{"Id":"'
body = b'{"Image":"ghcr.io/x/web:1","Env":["PASSWORD=hunter2"],"Cmd":["--token","hunter2"]}'
s.sendall(b"POST /v1.41/containers/create?name=web HTTP/1.1\\r\\nX-Registry-Auth: hunter2\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
assert s.recv(4096).startswith(want)
assert call("POST", "/v1.41/containers/web/start", s=s)[0] == 204
assert call("DELETE", "/v1.41/containers/web", s=s)[0] == 204
''', "--container-type", "site=*web*")
        self.assertEqual([t for _, t in engine.requests], ["/v1.41/containers/create?name=web",
                                                           "/v1.41/containers/web/start", "/v1.41/containers/web"])
        begin, = self.rows(ev="begin", kind="container")
        self.assertEqual((begin["name"], begin["image"], begin["cid"], begin["type"], begin["engine"], begin["w"]),
                         ("web", "ghcr.io/x/web:1", CID, "site", "docker", 0))
        self.assertEqual([r["name"] for r in self.calls()], ["create", "start", "remove"])
        self.assertTrue(all(r["in"] == begin["id"] and r["w"] == 0 and r["d"] > 0 for r in self.calls()))
        unit, = self.rows(ev="begin", kind="unit")
        end, = self.rows(ev="end", kind="unit")
        self.assertTrue(all(unit["t"] <= r["t"] <= end["t"] for r in self.calls()))
        for base, _, files in os.walk(self.path("out")):
            for name in files:
                with open(os.path.join(base, name), "rb") as f:
                    self.assertNotIn(b"hunter2", f.read(), name)

    def test_requests_may_be_pipelined(self):
        self.engine(lambda request, link: scripted.answer(request.target.encode()))
        self.run_suite('''
s = link()
s.sendall(b"".join(b"GET /images/%d/json HTTP/1.1\\r\\n\\r\\n" % i for i in range(50)))
data = b""
while data.count(b"/images/") < 50 or not data.endswith(b"/images/49/json"):
    data += s.recv(65536)
assert [x.split(b"/")[0] for x in data.split(b"/images/")[1:]] == [b"%d" % i for i in range(50)]
''')
        self.assertEqual(len(self.calls(name="image", http=200)), 50)

    def test_an_answer_that_is_cut_off_is_cut_off_for_the_client(self):
        def script(request, link):
            link.sendall(scripted.answer(b"x" * 100)[:-40])
            return False
        self.engine(script)
        self.run_suite('''
s = link()
s.sendall(b"GET /containers/json HTTP/1.1\\r\\n\\r\\n")
data = all_of(s)
assert data.endswith(b"\\r\\n\\r\\n" + b"x" * 60), data
''')
        row, = self.calls()
        self.assertEqual((row["name"], row["st"], row["http"], row["down"]), ("list", "unfinished", 200, 60))

    def test_an_engine_that_hangs_hangs_nobody_else(self):
        def script(request, link):
            if request.target == "/info":
                time.sleep(60)
                return False
            return scripted.answer(b"{}")
        self.engine(script)
        began = time.monotonic()
        self.run_suite('''
s = link()
s.settimeout(0.3)
s.sendall(b"GET /info HTTP/1.1\\r\\n\\r\\n")
try:
    s.recv(1)
    sys.exit("an answer")
except TimeoutError:
    pass
assert call("GET", "/version") == (200, b"{}")
''')
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(sorted((r["name"], r["st"]) for r in self.calls()), [("info", "passed"), ("info", "unfinished")])

    def test_garbage_passes_and_is_not_told(self):
        self.engine(lambda request, link: (link.sendall(b"\x00\xff\r\n\r\nnonsense\n" * 3), False)[1])
        self.run_suite('''
s = link()
s.sendall(b"GET /info HTTP/1.1\\r\\n\\r\\n")
assert all_of(s) == b"\\x00\\xff\\r\\n\\r\\nnonsense\\n" * 3
''')
        row, = self.calls()
        self.assertEqual(row["st"], "unfinished")
        self.assertTrue(any("could not be read to the end" in n for n in self.notes()), self.notes())

    def test_what_is_no_http_passes_both_ways(self):
        self.engine()
        self.run_suite('''
s = link()
s.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n")
s.shutdown(socket.SHUT_WR)
all_of(s)
''')
        self.assertEqual(self.calls(), [])

    def test_an_engine_that_is_gone_is_said_and_found_again(self):
        engine = self.engine()
        process = self.start('''
assert call("GET", "/info")[0] == 200
open("first", "w")
assert until(lambda: os.path.exists("down"))
status, said = call("GET", "/info")
assert status == 503 and b"cannot connect to the container engine" in said, (status, said)
c = http.client.HTTPConnection("engine")
c.sock = link()
c.request("HEAD", "/_ping")
assert c.getresponse().status == 503
open("second", "w")
assert until(lambda: os.path.exists("up"))
assert call("GET", "/info")[0] == 200
''')
        self.wait_for("first")
        engine.down()
        open(self.path("down"), "w").close()
        self.wait_for("second")
        engine.up()
        open(self.path("up"), "w").close()
        said = process.communicate(timeout=60)[0].decode()
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual([r.get("http") for r in self.calls(name="info")], [200, 503, 200])
        self.assertEqual(self.notes(), [])

    def wait_for(self, name):
        end = time.monotonic() + 30
        while not os.path.exists(self.path(name)):
            self.assertLess(time.monotonic(), end, name)
            time.sleep(0.01)

    def test_a_tunnel_ends_by_halves(self):
        def script(request, link):
            link.sendall(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
            data = b""
            while True:
                piece = link.recv(65536)
                if not piece:
                    break
                data += piece
            link.sendall(b"%d bytes" % len(data))
            return False
        self.engine(script)
        self.run_suite('''
s = link()
s.sendall(b"POST /containers/x/attach HTTP/1.1\\r\\nUpgrade: tcp\\r\\nConnection: Upgrade\\r\\n\\r\\n")
head = s.recv(4096)
assert head.startswith(b"HTTP/1.1 101")
for i in range(64):
    s.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n" * 1000)
s.shutdown(socket.SHUT_WR)
assert all_of(s) == b"%d bytes" % (64 * 18000)
''')
        row, = self.calls(name="attach")
        self.assertEqual((row["http"], row["up"], row["down"], row["st"]), (101, 64 * 18000, 13, "passed"))

    def test_who_leaves_ends_what_follows(self):
        left = []

        def script(request, link):
            link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n")
            link.settimeout(20)
            left.append(link.recv(1))
            return False
        self.engine(script)
        self.run_suite('''
s = link()
s.sendall(b"GET /containers/x/logs?follow=1 HTTP/1.1\\r\\n\\r\\n")
assert s.recv(4096)
s.close()
time.sleep(0.2)
''')
        self.assertEqual(left, [b""])
        row, = self.calls(name="logs")
        self.assertEqual((row["http"], row["st"], row["down"]), (200, "passed", 4))

    def test_a_container_of_each_worker_is_that_worker_s(self):
        numbers = iter(range(1000))

        def script(request, link):
            if "create" in request.target:
                return scripted.answer(b'{"Id":"%064x"}' % next(numbers), "201 Created")
            return scripted.answer(b"", "204 No Content")
        self.engine(script)
        with open(self.path("one.py"), "w") as f:
            f.write(PRELUDE + '''
for i in range(5):
    call("POST", "/containers/create?name=%s-%s-%d" % (os.environ["FETTLE_WORKER"], sys.argv[1], i), b'{"Image":"a"}')
''')
        for i in range(12):
            open(self.path("unit%d" % i), "w").close()
        subprocess.run([FETTLE, "run", "-q", "-j4", "-o", self.path("out"), "--no-history", "--units", "unit*", "--",
                        sys.executable, "one.py", "{}"], cwd=self.dir, env=self.env, check=True, timeout=90)
        rows = self.rows(ev="begin", kind="container")
        self.assertEqual(len(rows), 60)
        units = {r["name"]: r for r in self.rows(ev="begin", kind="unit")}
        for r in rows:
            worker, unit, _ = r["name"].split("-")
            self.assertEqual(r["w"], int(worker))
            self.assertEqual(units[unit]["w"], int(worker))
        self.assertEqual(len({r["w"] for r in rows}), 4)

    def test_what_setup_does_belongs_to_no_worker(self):
        self.engine()
        with open(self.path("before.py"), "w") as f:
            f.write(PRELUDE + 'call("GET", "/version")\n')
        self.run_suite('call("GET", "/info")\n', "--setup", "%s before.py" % sys.executable)
        self.assertEqual([r.get("w") for r in self.calls(name="info")], [None, 0])


class Weight(Case):
    def test_a_gigabyte_passes_each_way(self):
        size = 1 << 30

        def script(request, link):
            if request.method == "GET":
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
                block = bytes(range(256)) * 4096
                for _ in range(size // len(block)):
                    link.sendall(block)
                return None
            got, buffer = len(request.early), bytearray(1 << 20)
            last = request.early[-4:]
            while got < request.length:
                n = link.recv_into(buffer)
                if not n:
                    return False
                got += n
                last = bytes(buffer[max(0, n - 4):n])
            return scripted.answer(b"%d %s" % (got, last))
        self.engine(script)
        self.run_suite('''
size = 1 << 30
s = link()
s.sendall(b"POST /images/load HTTP/1.1\\r\\nContent-Length: %d\\r\\n\\r\\n" % size)
block = b"b" * (1 << 20)
for i in range(1023):
    s.sendall(block)
s.sendall(block[:-4] + b"last")
assert s.recv(4096).endswith(b"%d last" % size)
s = link()
s.sendall(b"GET /images/get?names=x HTTP/1.1\\r\\n\\r\\n")
data = s.recv(65536)
assert data.startswith(b"HTTP/1.1 200 OK")
got = len(data) - data.index(b"\\r\\n\\r\\n") - 4
want = bytes(range(256))
buffer = bytearray(1 << 20)
while got < size:
    n = s.recv_into(buffer)
    assert n, "cut off"
    assert buffer[0] == got % 256 and buffer[n - 1] == (got + n - 1) % 256
    got += n
assert got == size
pid = tap()
open("memory", "w").write(str(memory(pid)["VmHWM"]))
''', limit=300)
        self.assertEqual([(r["name"], r.get("up"), r.get("down")) for r in self.calls()],
                         [("load", 1 << 30, 15), ("save", None, 1 << 30)])
        with open(self.path("memory")) as f:
            if PLAIN:
                self.assertLess(int(f.read()), 8 << 10)

    def test_sixty_four_connections_fit_into_eight_mebibytes(self):
        """All of them stuck: the engine sends more than their clients read."""
        def script(request, link):
            link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            block = b"x" * 4096
            for _ in range(256):
                link.sendall(b"1000\r\n" + block + b"\r\n")
            return b"0\r\n\r\n"
        self.engine(script)
        self.run_suite('''
pid = tap()
call("GET", "/info")
time.sleep(0.5)
idle = descriptors(pid)
links = [link() for i in range(64)]
for s in links:
    s.sendall(b"GET /containers/x/logs HTTP/1.1\\r\\n\\r\\n")
for s in links:
    assert s.recv(10)
assert until(lambda: descriptors(pid) >= idle + 128)
time.sleep(0.5)
rss = memory(pid)["VmRSS"]
open("memory", "w").write(str(rss))
def rest(s):
    data = b""
    while not data.endswith(b"\\r\\n0\\r\\n\\r\\n"):
        piece = s.recv(1 << 16)
        assert piece
        data = data[-16:] + piece
threads = [threading.Thread(target=rest, args=(s,)) for s in links]
[t.start() for t in threads]
[t.join() for t in threads]
[s.close() for s in links]
assert until(lambda: descriptors(pid) == idle), (idle, descriptors(pid))
''')
        self.assertEqual(len(self.calls(name="logs", st="passed", down=1 << 20)), 64)
        with open(self.path("memory")) as f:
            rss = int(f.read())
        print("64 connections, all stuck: %d KiB resident" % rss)
        if PLAIN:
            self.assertLess(rss, 8 << 10)

    def test_many_calls_leave_no_descriptor(self):
        self.engine()
        self.run_suite('''
pid = tap()
call("GET", "/info")
time.sleep(0.5)
idle = descriptors(pid)
def some():
    for i in range(100):
        assert call("GET", "/info") == (200, b"{}")
        s = link()
        if i % 3 == 0:
            s.sendall(b"GET /in")
        s.close()
threads = [threading.Thread(target=some) for i in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
assert until(lambda: descriptors(pid) == idle), (idle, descriptors(pid))
''')
        self.assertEqual(len(self.calls(name="info", st="passed")), 801)


class Fault(Case):
    def test_a_tap_that_is_killed_costs_no_verdict(self):
        self.engine()
        self.run_suite('''
assert call("GET", "/info")[0] == 200
s = link()
call("GET", "/info", s=s)
pid = tap()
time.sleep(0.5)  # an answer passes before its row is written
os.kill(pid, signal.SIGKILL)
assert until(lambda: os.path.islink(PATH)), "no link"
assert s.recv(1) == b""
for i in range(10):
    assert call("GET", "/info") == (200, b"{}")
''')
        self.assertEqual(len(self.calls(name="info")), 2)
        self.assertEqual(len([n for n in self.notes() if "SIGKILL" in n and "not seen" in n]), 1, self.notes())

    def test_signals_do_not_end_it(self):
        self.engine()
        self.run_suite('''
pid = tap()
for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGQUIT):
    os.kill(pid, sig)
assert call("GET", "/info")[0] == 200
assert tap() == pid
''')

    def test_nothing_is_left_when_the_run_is_interrupted(self):
        self.engine()
        process = self.start('''
open("tap", "w").write(str(tap()))
s = link()
call("GET", "/info", s=s)
open("ready", "w")
time.sleep(60)
''')
        self.assertTrue(self.until(lambda: os.path.exists(self.path("ready"))))
        with open(self.path("tap")) as f:
            pid = int(f.read())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertFalse(os.path.exists("/proc/%d" % pid))
        self.assertEqual(len(self.calls(name="info", st="passed")), 1)

    def test_a_suite_that_outlives_fettle_still_talks(self):
        self.engine()
        process = self.start('''
pid = tap()
s = link()
assert call("GET", "/info", s=s)[0] == 200
open("ready", "w")
signal.signal(signal.SIGHUP, signal.SIG_IGN)
assert until(lambda: os.getppid() != FETTLE)
assert call("GET", "/info", s=s)[0] == 200
assert call("GET", "/info")[0] == 200
s.close()
assert until(lambda: not os.path.exists("/proc/%d" % pid) or open("/proc/%d/stat" % pid).read().split()[2] == "Z")
assert os.path.islink(PATH)
assert call("GET", "/info")[0] == 200
open("good", "w")
''')
        self.assertTrue(self.until(lambda: os.path.exists(self.path("ready"))))
        process.kill()
        process.wait()
        process.stdout.close()
        self.assertTrue(self.until(lambda: os.path.exists(self.path("good"))))

    def until(self, what, limit=30):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.02)
        return False

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root and setpriv")
    def test_another_user_is_not_let_in(self):
        self.engine()
        os.chmod(self.dir, 0o755)
        self.run_suite('''
import subprocess
os.chmod(os.path.dirname(PATH), 0o755)
os.chmod(PATH, 0o666)
done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c",
    "import socket; s = socket.socket(socket.AF_UNIX); s.connect(%r); s.sendall(b'GET /info HTTP/1.1\\\\r\\\\n\\\\r\\\\n'); assert s.recv(1) == b''" % PATH],
    capture_output=True)
assert done.returncode == 0 or b"Connection reset" in done.stderr or b"Broken pipe" in done.stderr, done.stderr
''')
        self.assertEqual(self.calls(), [])


class Wishes(Case):
    def run_env(self, *options):
        return self.run_suite('print("HOSTS", os.environ.get("DOCKER_HOST"), os.environ.get("CONTAINER_HOST"), '
                              'os.environ.get("TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE"))\n', *options)

    def test_off_leaves_everything_as_it_is(self):
        engine = self.engine()
        said = self.run_env("--containers", "off")
        self.assertIn("HOSTS unix://%s None None" % engine.path, said)

    def test_auto_leads_docker_s_clients_through_fettle(self):
        engine = self.engine()
        said = self.run_env()
        self.assertRegex(said, r"HOSTS unix:///\S+/c0 None %s" % engine.path)
        self.assertNotIn(engine.path + " None", said)

    def test_env_has_the_last_word(self):
        self.engine()
        said = self.run_env("--env", "DOCKER_HOST=unix:///elsewhere{worker}")
        self.assertIn("HOSTS unix:///elsewhere0 None", said)

    def run_plain(self, *options):
        return subprocess.run([FETTLE, "run", "-o", self.path("out"), "--no-history", *options, "--", "env"],
                              cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def test_auto_says_nothing_where_no_engine_answers(self):
        self.env["DOCKER_HOST"] = "unix://" + self.path("none.sock")
        done = self.run_plain()
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"DOCKER_HOST=unix://" + self.path("none.sock").encode(), done.stdout)
        self.assertEqual(self.notes(), [])

    def test_on_ends_the_run_where_no_engine_answers(self):
        self.env["DOCKER_HOST"] = "unix://" + self.path("none.sock")
        done = self.run_plain("--containers", "on")
        self.assertEqual((done.returncode, done.stdout), (3, b""))
        self.assertEqual(done.stderr.decode(), "fettle run: --containers on: no container engine answers at '%s' "
                         "(DOCKER_HOST)\n" % self.path("none.sock"))

    def test_an_engine_behind_tcp_is_passed_by(self):
        self.env["DOCKER_HOST"] = "tcp://127.0.0.1:1"
        done = self.run_plain()
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"DOCKER_HOST=tcp://127.0.0.1:1\n", done.stdout)
        self.assertEqual(len([n for n in self.notes() if "tcp://127.0.0.1:1" in n]), 1)
        done = self.run_plain("--containers", "on")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"is not behind a unix socket", done.stderr)

    def test_a_path_too_long_is_said(self):
        self.engine()
        long = self.path("x" * 90)
        os.makedirs(long)
        self.env.update(TMPDIR=long, FETTLE_WORKER_MEMORY="0")
        done = self.run_plain("--worker-memory", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len([n for n in self.notes() if "File name too long" in n]), 1, self.notes())
        done = self.run_plain("--worker-memory", "0", "--containers", "on")
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"File name too long", done.stderr)


if __name__ == "__main__":
    unittest.main()
