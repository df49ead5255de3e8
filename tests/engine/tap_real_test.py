"""The tap of the container engine in front of real engines and their own clients."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import engines  # noqa: E402
import tap_test  # noqa: E402

FETTLE = tap_test.FETTLE

CLI = r'''
set -eu
web=$(docker run -d --name web-$FETTLE_WORKER "$SLEEP")
test "$(echo hello | docker run --rm -i "$SLEEP" cat)" = hello
# podman 4 tells docker's client 0 here
docker run --rm "$EXIT3" && test "$ENGINE" = podman || test $? = 3
test "$(echo typed | docker exec -i "$web" cat)" = typed
docker exec "$web" sh -c 'exit 7' && exit 1 || test $? = 7
head -c 3000000 /dev/urandom > sent
docker cp sent "$web:/tmp-file"
docker cp "$web:/tmp-file" back
cmp sent back
docker exec -i "$web" sh -c 'cat > /piped; md5sum < /piped' < sent > sum
test "$(cut -c1-32 sum)" = "$(md5sum < sent | cut -c1-32)"
docker save "$SLEEP" > image.tar
docker load < image.tar
mkdir -p context
head -c 5000000 /dev/urandom > context/weight
printf 'FROM %s\nCOPY weight /\nRUN test -s /weight\n' "$SLEEP" > context/Dockerfile
DOCKER_BUILDKIT=0 docker build -q -t localhost/fettle/built:1 context
printf 'FROM %s\nRUN exit 9\n' "$SLEEP" > context/Dockerfile
DOCKER_BUILDKIT=0 docker build -q context && exit 1
timeout 1 docker logs -f "$web" && exit 1 || test $? = 124
bad=$(docker create "$BAD")
docker start "$bad" && exit 1
docker rm "$bad"
docker stop -t 0 "$web"
docker start "$web"
docker rm -f "$web"
'''

SOAK = '''
import hashlib, io, json, tarfile
CID = sys.argv[1]
errors = []
def put(s, method, target, pieces):
    s.sendall(("%s %s HTTP/1.1\\r\\nHost: d\\r\\nContent-Type: application/x-tar\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n" % (method, target)).encode())
    for piece in pieces:
        s.sendall(b"%x\\r\\n" % len(piece) + piece + b"\\r\\n")
    s.sendall(b"0\\r\\n\\r\\n")
    r = http.client.HTTPResponse(s)
    r.begin()
    return r.status, r.read()
def one(n):
    data = os.urandom(3 << 20)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("soak-%d" % n)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    tar = out.getvalue()
    sizes = [1 << 20, 65536, 1000]
    pieces, at = [], 0
    while at < len(tar):
        pieces.append(tar[at:at + sizes[len(pieces) % 3]])
        at += len(pieces[-1])
    status, said = put(link(), "PUT", "/containers/%s/archive?path=/" % CID, pieces)
    assert status == 200, (status, said)
    status, got = call("GET", "/containers/%s/archive?path=/soak-%d" % (CID, n))
    assert status == 200, status
    with tarfile.open(fileobj=io.BytesIO(got)) as t:
        assert t.extractfile("soak-%d" % n).read() == data
    status, said = call_json("POST", "/containers/%s/exec" % CID, {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Cmd": ["md5sum"]})
    assert status == 201, said
    exec_id = json.loads(said)["Id"]
    s = link()
    body = b'{"Detach":false,"Tty":false}'
    s.sendall(b"POST /exec/%s/start HTTP/1.1\\r\\nHost: d\\r\\nConnection: Upgrade\\r\\nUpgrade: tcp\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % (exec_id.encode(), len(body)) + body)
    head = b""
    while b"\\r\\n\\r\\n" not in head:
        piece = s.recv(1)
        assert piece, head
        head += piece
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    said = all_of(s)
    assert hashlib.md5(data).hexdigest().encode() in said, said[-200:]
    s.close()
    status, said = call("GET", "/exec/%s/json" % exec_id)
    assert json.loads(said)["ExitCode"] == 0, said
    s = link()
    s.sendall(b"GET /containers/%s/logs?follow=1&stdout=1 HTTP/1.1\\r\\nHost: d\\r\\n\\r\\n" % CID.encode())
    time.sleep(0.02)
    s.close()
def call_json(method, target, body):
    s = link()
    c = http.client.HTTPConnection("engine")
    c.sock = s
    c.request(method, target, json.dumps(body), {"Content-Type": "application/json"})
    r = c.getresponse()
    return r.status, r.read()
def rounds(n):
    for i in range(ROUNDS):
        try:
            one(n)
        except Exception as e:
            errors.append(repr(e))
ROUNDS = 20
pid = tap()
assert pid
call("GET", "/_ping")
time.sleep(0.5)
idle = descriptors(pid)
threads = [threading.Thread(target=rounds, args=(n,)) for n in range(6)]
[t.start() for t in threads]
[t.join() for t in threads]
assert not errors, errors[:5]
assert until(lambda: descriptors(pid) <= idle), (idle, descriptors(pid))
open("memory", "w").write(str(memory(pid)["VmHWM"]))
'''


class Real:
    """Of both engines."""
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.engine_of_class = engines.start(cls.kind)

    @classmethod
    def tearDownClass(cls):
        cls.engine_of_class.stop()

    def setUp(self):
        super().setUp()
        self.engine = self.engine_of_class
        self.env.update(DOCKER_HOST="unix://" + self.engine.socket, SLEEP=engines.IMAGES["sleep"],
                        ENGINE=self.kind, EXIT3=engines.IMAGES["exit3"], BAD=engines.IMAGES["bad"])

    def shell(self, text, *options, code=0):
        with open(self.path("suite.sh"), "w") as f:
            f.write(text)
        done = subprocess.run([FETTLE, "run", "-o", self.path("out"), "--no-history", *options, "--", "sh", "suite.sh"],
                              cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=200)
        self.assertEqual(done.returncode, code, (done.stdout + done.stderr).decode(errors="replace"))

    @unittest.skipUnless(shutil.which("docker"), "needs docker, the client")
    def test_the_docker_cli(self):
        self.shell(CLI)
        spans = {r["id"]: r for r in self.rows(ev="begin", kind="container")}
        self.assertEqual({r["engine"] for r in spans.values()}, {self.kind})
        self.assertTrue(all(r["w"] == 0 for r in spans.values()))
        ends = {r["id"]: r for r in self.rows(ev="end", kind="container")}
        self.assertEqual(set(ends), set(spans), "every container has ended")
        removed = {r["in"] for r in self.rows(ev="value", name="removed")}
        first = [r for r in spans.values() if r.get("name") == "web-0"]
        self.assertEqual(len(first), 2)  # it was started twice
        self.assertEqual(len(spans) - len(removed), 1, "all are gone, and of web-0 one life ended before that")
        self.assertEqual({r["exit"] for r in ends.values() if spans[r["id"]]["type"] == "exit3"}, {3})
        execs = self.calls(name="exec")
        self.assertEqual([(r["cmd"], r.get("exit")) for r in execs], [("cat", 0), ("sh", 7), ("sh", 0)])
        self.assertEqual([r["in"] for r in execs], [first[0]["id"]] * 3)
        self.assertGreater(execs[2]["up"], 3000000)
        failed, = [r for r in self.calls(name="start") if r["st"] == "failed"]
        self.assertIn("/no/such/program", failed["msg"])
        self.assertEqual(spans[failed["in"]]["type"], "bad")
        builds = self.calls(name="build")
        self.assertEqual([r["st"] for r in builds], ["passed", "failed"])
        self.assertIn("9", builds[1]["msg"])
        self.assertGreater(builds[0]["up"], 5000000)
        self.assertGreater(self.calls(name="save")[0]["down"], 1000000)
        self.assertEqual(self.calls(name="load")[0]["up"], self.calls(name="save")[0]["down"])
        self.assertEqual(self.notes(), [])

    def test_times_agree_with_the_stamps_of_the_engine(self):
        events = []

        def hear():
            link = engines.UnixHTTP(self.engine.socket, 60)
            link.request("GET", "/events")
            answer = link.getresponse()
            for line in answer:
                if line.strip():
                    events.append(json.loads(line))
                if events and events[-1].get("Action") in ("destroy", "remove") and done.is_set():
                    break
        done = threading.Event()
        listener = threading.Thread(target=hear, daemon=True)
        listener.start()
        time.sleep(0.3)
        self.run_suite('''
import json
for i in range(20):
    if i == 19:
        open("last", "w")
    s = link()
    c = http.client.HTTPConnection("engine")
    c.sock = s
    c.request("POST", "/containers/create", json.dumps({"Image": os.environ["SLEEP"], "HostConfig": {"NetworkMode": "none"}}), {"Content-Type": "application/json"})
    cid = json.loads(c.getresponse().read())["Id"]
    assert call("POST", "/containers/%s/start" % cid)[0] == 204
    assert call("DELETE", "/containers/%s?force=1" % cid)[0] in (200, 204)
''', limit=120)
        done.set()
        time.sleep(0.5)
        wall = self.rows(ev="run")[0]["wall_ns"]
        cids = {r["id"]: r["cid"] for r in self.rows(ev="begin", kind="container")}
        stamps = {(e["Action"], e["Actor"]["ID"]): e["timeNano"] for e in events if e.get("Type") == "container"}
        apart = []
        for r in self.calls():
            if r["name"] in ("create", "start"):
                at = stamps[r["name"], cids[r["in"]]]
                apart.append(abs(wall + r["t"] + r["d"] - at) / 1e6)
        apart.sort()
        self.assertEqual(len(apart), 40)
        print("%s: ends of create and start against its stamps: median %.2f ms, 95 %% %.2f ms, most %.2f ms"
              % (self.kind, apart[20], apart[37], apart[39]))
        self.assertLess(apart[20], 50)  # generous: the machine may be busy

    def test_each_container_is_of_its_worker_and_test(self):
        with open(self.path("one.sh"), "w") as f:
            f.write('set -eu\nid=$(docker create --name u-$FETTLE_WORKER-$1 --network none "$SLEEP")\n'
                    'docker start "$id"\ndocker rm -f "$id"\n')
        for i in range(8):
            open(self.path("unit%d" % i), "w").close()
        done = subprocess.run([FETTLE, "run", "-q", "-j4", "-o", self.path("out"), "--no-history", "--units", "unit*",
                               "--", "sh", "one.sh", "{}"], cwd=self.dir, env=self.env, timeout=180, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        begins = self.rows(ev="begin", kind="container")
        units = {r["name"]: r for r in self.rows(ev="begin", kind="unit")}
        ends = {r["id"]: r["t"] for r in self.rows(ev="end", kind="unit")}
        self.assertEqual(len(begins), 8)
        for r in begins:
            _, worker, unit = r["name"].split("-")
            self.assertEqual(r["w"], int(worker))
            self.assertTrue(units[unit]["t"] < r["t"] < ends[units[unit]["id"]])

    def test_twenty_rounds_of_soak(self):
        cid = self.engine.create("sleep")
        self.addCleanup(self.engine.remove, cid)
        self.engine.start_container(cid)
        self.run_suite("sys.argv.append(%r)\n" % cid + SOAK, limit=280)
        with open(self.path("memory")) as f:
            peak = int(f.read())
        print("%s: 20 rounds, 6 threads: no error, no descriptor left, %d KiB at most" % (self.kind, peak))
        self.assertEqual(len(self.calls(name="exec", st="passed", cmd="md5sum", exit=0)), 120)
        self.assertEqual(self.notes(), [])
        if tap_test.PLAIN:
            self.assertLess(peak, 8 << 10)


class Docker(Real, tap_test.Case):
    kind = "docker"


class Podman(Real, tap_test.Case):
    kind = "podman"

    def test_podman_itself(self):
        self.shell('''
set -eu
id=$(podman --remote run -d --name pod "$SLEEP")
test "$(podman --remote run --rm "$SLEEP" echo hi)" = hi
podman --remote run --rm "$EXIT3" && exit 1 || test $? = 3
test "$(echo typed | podman --remote exec -i pod cat)" = typed
podman exec pod sh -c 'exit 7' && exit 1 || test $? = 7
head -c 3000000 /dev/urandom > sent
podman --remote cp sent pod:/sent
podman --remote cp pod:/sent back
cmp sent back
podman --remote inspect pod > /dev/null
podman --remote rm -f -t 0 pod
''')
        spans = {r["id"]: r for r in self.rows(ev="begin", kind="container")}
        self.assertEqual(sorted(r["type"] for r in spans.values()), ["exit3", "sleep", "sleep"])
        self.assertIn("pod", [r.get("name") for r in spans.values()])
        self.assertEqual({r["id"] for r in self.rows(ev="end", kind="container")}, set(spans))
        self.assertEqual([(r["cmd"], r.get("exit")) for r in self.calls(name="exec")], [("cat", 0), ("sh", 7)])
        self.assertEqual(self.notes(), [])


if __name__ == "__main__":
    unittest.main()
