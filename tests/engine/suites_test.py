"""Suites that use containers, as people have them, in front of real engines: what fettle says of them is so.

godog with testcontainers for Go, node:test with testcontainers for Node.js, and behave on four workers.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import engines  # noqa: E402

FETTLE = os.environ.get("REAL_FETTLE") or os.path.join(os.environ.get("BUILD_ROOT", SOURCE + "/build"), "fettle")
FIXTURE = os.path.join(SOURCE, "tests", "fixture")

STEPS = '''import http.client, json, os, socket, time
from behave import given, then

HTTP, BAD = "localhost/fettle/http:1", "localhost/fettle/bad:1"


class Engine(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("engine")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["DOCKER_HOST"][len("unix://"):])


def call(method, path, body=None):
    engine = Engine()
    engine.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
    answer = engine.getresponse()
    text = answer.read()
    engine.close()
    return answer.status, json.loads(text) if text.startswith(b"{") else text


@given("a container of its own")
def own(context):
    name = context.scenario.name
    status, made = call("POST", "/containers/create?name=" + name, {"Image": HTTP})
    assert status == 201, made
    context.cid = made["Id"]
    status, said = call("POST", "/containers/%s/start" % name)
    assert status == 204, said
    time.sleep(0.3)


@then("it is removed")
def removed(context):
    status, said = call("DELETE", "/containers/%s?force=true" % context.cid)
    assert status in (200, 204), said


@then("it is forgotten")
def forgotten(context):
    pass


@given("one that cannot start")
def cannot(context):
    name = context.scenario.name
    status, made = call("POST", "/containers/create?name=" + name, {"Image": BAD})
    assert status == 201, made
    status, said = call("POST", "/containers/%s/start" % made["Id"])
    assert status >= 400, said
    call("DELETE", "/containers/%s?force=true" % made["Id"])
'''


class Suites:
    kind = ""

    @classmethod
    def setUpClass(cls):
        cls.engine = engines.start(cls.kind)
        cls.addClassCleanup(cls.engine.stop)

    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-suites-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("FETTLE")}
        self.env.update(DOCKER_HOST="unix://" + self.engine.socket, TESTCONTAINERS_RYUK_DISABLED="true", GOFLAGS="-mod=mod")

    def run_it(self, *words, code=0):
        done = subprocess.run([*self.engine.prefix, FETTLE, "run", "--output", "out", *words], cwd=self.dir, env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)
        self.assertEqual(done.returncode, code, done.stderr[-3000:] + done.stdout[-3000:])
        with open(os.path.join(self.dir, "out", "report.json"), encoding="utf-8") as f:
            self.report = json.load(f)
        with open(os.path.join(self.dir, "out", "report.txt"), encoding="utf-8") as f:
            self.text = f.read()
        return self.report["containers"]

    def who(self, container):
        """The name of the test that asked for it; None where it is shared."""
        return None if container["shared"] else self.report["tests"][container["test"]]["name"]

    def write(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.dir, name)), exist_ok=True)
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as f:
            f.write(text)

    @unittest.skipUnless(shutil.which("behave"), "needs behave")
    def test_four_workers(self):
        """Every container is that of the scenario whose name it has."""
        self.write("features/steps/steps.py", STEPS)
        names = {"good": [], "bad": [], "left": []}
        for i in range(8):
            lines = ["Feature: f%d" % i]
            for k in range(3):
                kind = "bad" if (i, k) in ((1, 1), (5, 0)) else "left" if (i, k) == (3, 2) else "good"
                name = "s%d-%d" % (i, k)
                names[kind].append(name)
                lines += ["  Scenario: " + name,
                          "    Given " + ("one that cannot start" if kind == "bad" else "a container of its own")]
                lines += {"good": ["    Then it is removed"], "left": ["    Then it is forgotten"], "bad": []}[kind]
            self.write("features/f%d.feature" % i, "\n".join(lines) + "\n")
        found = self.run_it("-j4", "--", "behave", "--no-color")
        containers = found["all"]
        self.assertEqual(sorted(c["name"] for c in containers), sorted(sum(names.values(), [])))
        for c in containers:
            self.assertEqual(self.who(c), c["name"])
            self.assertEqual(self.report["tests"][c["test"]]["worker"], c["worker"])
            self.assertEqual(c["failed"], c["name"] in names["bad"], c)
            self.assertEqual(c["left"], c["name"] in names["left"], c)
            if not c["failed"]:
                self.assertGreater(c["start_ns"], 0)
                self.assertEqual(c["ready_by"], "listening")
                self.assertGreater(c["peak_bytes"], 0)
            else:
                self.assertIn("no such", c["message"])
        self.assertEqual({c["worker"] for c in containers}, {0, 1, 2, 3})
        self.assertLessEqual(found["peak"], 5)  # four at a time, and the one that is left
        self.assertEqual(found["at_end"], 1)
        one, = [t for t in found["types"] if t["name"] == "http"]
        self.assertEqual((one["count"], one["failed"], one["left"]), (22, 0, 1))
        self.assertEqual((one["create"]["count"], one["start"]["count"], one["ready"]["count"]), (22, 22, 22))
        for word in ("http", names["left"][0], "no such"):
            self.assertIn(word, self.text)

    def go(self):
        shutil.copytree(os.path.join(FIXTURE, "containers"), self.dir, dirs_exist_ok=True)
        done = subprocess.run(["go", "vet", "./..."], cwd=self.dir, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise unittest.SkipTest("testcontainers for Go cannot be had: " + (done.stderr.strip().splitlines() or ["?"])[-1])

    @unittest.skipUnless(shutil.which("go"), "needs go")
    def test_godog_with_testcontainers(self):
        self.go()
        found = self.run_it("--container-type", "shop=localhost/fettle/http:*", "--", "go", "test", "./...")
        self.assertEqual(sorted((c["type"], c["failed"], self.who(c)) for c in found["all"]),
                         [("bad", True, "TestFeatures/a_broken_image"), ("shop", False, "TestFeatures/another_one_answers"),
                          ("shop", False, "TestFeatures/it_answers")])
        for c in found["all"]:
            self.assertTrue(c["removed"])
            if not c["failed"]:
                self.assertGreaterEqual(c["use_at_ns"], c["start_at_ns"] + c["start_ns"] + c["ready_ns"])

    @unittest.skipUnless(shutil.which("npm"), "needs npm")
    def test_testcontainers_for_node(self):
        shutil.copytree(os.path.join(FIXTURE, "containers-node"), self.dir, dirs_exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=self.dir, capture_output=True, text=True)
        if done.returncode:
            self.skipTest("testcontainers for Node.js cannot be had: " + (done.stderr.strip().splitlines() or ["?"])[-1])
        found = self.run_it("--", "node", "--test", "--test-reporter=tap", "shop.test.mjs")
        self.assertEqual(sorted((c["type"], c["failed"]) for c in found["all"]), [("bad", True), ("http", False)])
        self.assertEqual([c["execs"] for c in found["all"] if not c["failed"]], [1])


# kind wants a node image with systemd and Kubernetes; what it asks of one is all that matters here.
KIND = "sigs.k8s.io/kind@v0.27.0"
NODE = """FROM localhost/fettle/sleep:1
COPY entry /entry
COPY kubeadm kubectl /bin/
COPY admin.conf /etc/kubernetes/admin.conf
COPY none.yaml /kind/manifests/default-cni.yaml
COPY none.yaml /kind/manifests/default-storage.yaml
COPY version /kind/version
ENTRYPOINT ["/entry"]
"""
NODE_FILES = {
    "entry": "#!/bin/sh\necho 'Reached target Multi-User System.'\ntrap exit TERM\nsleep 1000 & wait\n",
    "kubeadm": "#!/bin/sh\n[ \"$1\" != init ] || sleep 1\n",
    "kubectl": "#!/bin/sh\ncase \"$*\" in *'-f -'*) cat >/dev/null ;; *get*) echo \"'True'\" ;; esac\n",
    "admin.conf": """apiVersion: v1
kind: Config
clusters: [{name: t1, cluster: {server: "https://t1-control-plane:6443"}}]
contexts: [{name: kubernetes-admin@t1, context: {cluster: t1, user: kubernetes-admin}}]
current-context: kubernetes-admin@t1
users: [{name: kubernetes-admin, user: {}}]
""",
    "none.yaml": "kind: none\n",
    "version": "v1.32.0\n",
}
# A machine that may not start privileged containers can still make the cluster.
UNPRIVILEGED = """#!/bin/sh
for word; do shift; [ "$word" = --privileged ] || set -- "$@" "$word"; done
exec %s "$@"
"""


class Docker(Suites, unittest.TestCase):
    kind = "docker"

    @unittest.skipUnless(shutil.which("docker"), "needs docker")
    def test_a_build_by_buildkit(self):
        """Its session is a tunnel of HTTP/2 through the tap, by which the engine asks for files."""
        docker = next((p for p in ("/usr/bin/docker", shutil.which("docker")) if os.path.exists(p)), None)
        self.write("Dockerfile", "FROM localhost/fettle/sleep:1\nCOPY data /data\nRUN md5sum < /data > /sum\n")
        data = os.urandom(3_000_000)
        with open(os.path.join(self.dir, "data"), "wb") as f:
            f.write(data)
        self.env["DOCKER_BUILDKIT"] = "1"
        if b"buildx" in subprocess.run([docker, "build", "--help"], env=self.env, capture_output=True).stderr:
            self.skipTest("this docker builds only with a plugin that is not here")
        found = self.run_it("--", "sh", "-c", f"{docker} build -t t:1 . && {docker} run --rm t:1 cat /sum >sum")
        with open(os.path.join(self.dir, "sum"), encoding="utf-8") as f:
            self.assertEqual(f.read().split()[0], hashlib.md5(data).hexdigest())
        self.assertEqual({c["name"]: c["time"]["count"] for c in found["calls"] if c["name"] in ("build", "session")}, {"build": 1, "session": 1})

    @unittest.skipUnless(shutil.which("go") and shutil.which("docker"), "needs go and docker")
    def test_phases_of_kind(self):
        folder = os.path.join(os.environ.get("BUILD_ROOT", self.dir), "kind")
        if not os.path.exists(os.path.join(folder, "kind")):
            done = subprocess.run(["go", "install", KIND], env=dict(os.environ, GOBIN=folder, GOFLAGS="-mod=mod"),
                                  capture_output=True, text=True)
            if done.returncode:
                self.skipTest("kind cannot be had: " + (done.stderr.strip().splitlines() or ["?"])[-1])
        self.engine.build("localhost/fettle/node:1", NODE, [(n, t.encode(), 0o755) for n, t in NODE_FILES.items()])
        self.write("bin/docker", UNPRIVILEGED % shutil.which("docker"))
        os.chmod(os.path.join(self.dir, "bin/docker"), 0o755)
        self.env.update(PATH=f"{self.dir}/bin:{folder}:{os.environ['PATH']}", KUBECONFIG=os.path.join(self.dir, "kubeconfig"))
        self.run_it("--", "sh", "-c", "kind create cluster --name t1 --image localhost/fettle/node:1 --wait 5s && "
                                      "kind delete cluster --name t1")
        tree = self.report["phase_tree"]
        top = next(i for i, p in enumerate(tree) if p["name"] == "kind cluster")
        parts = {p["name"]: p for p in tree if p["parent"] == top}
        self.assertEqual(set(parts), {"nodes", "config", "control plane", "CNI", "storage", "wait"})
        self.assertEqual({p["times"] for p in parts.values()}, {1})
        self.assertGreaterEqual(parts["control plane"]["total_ns"], 1_000_000_000)
        self.assertLessEqual(sum(p["total_ns"] for p in parts.values()), tree[top]["total_ns"] * 1.01)
        self.assertEqual([(c["type"], c["removed"], c["left"]) for c in self.report["containers"]["all"]], [("node", True, False)])


class Podman(Suites, unittest.TestCase):
    kind = "podman"


if __name__ == "__main__":
    unittest.main()
