"""Container engines for tests: dockerd, or podman's service with runc, each private and gone without a trace.

    engine = engines.start("docker")          # or "podman"; unittest.SkipTest with the reason where it cannot be
    engine.socket                             # path of its unix socket
    engine.call("GET", "/info")               # (status, parsed body)
    cid = engine.create("http", published=[8080], env={"DELAY": "0.5"}); engine.start_container(cid)
    with engine.network(): ...                # published ports are at 127.0.0.1 in here, for children too
    subprocess.run(engine.prefix + [...])     # the same for one command
    engine.restart(); engine.stop()

A keeper process holds the engine in a network and a mount namespace of its own, so any number of engines run beside
each other and beside one of the machine: bridge, firewall rules and mounts vanish with the namespaces. Their
processes and cgroups are those of the machine. When the test ends, however it ends, the keeper sees its standard
input close, removes the containers, ends the processes by their ids and deletes the folder.

Images (no registry: busybox alone), by the names in IMAGES: `sleep` sleeps; `http` serves /www on 8080 after $DELAY
seconds; `health` as http with a health check; `exit3` exits with 3; `bad` names a program that is not there; `busy`
burns a core. A reason that begins with `needs` is a failure where CI is `true` (tools/tally).
"""

import ctypes
import contextlib
import fcntl
import http.client
import io
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.parse

KINDS = ("docker", "podman")
IMAGES = {name: "localhost/fettle/%s:1" % name for name in ("sleep", "http", "health", "exit3", "bad", "busy")}
READY_S = 60
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
LIBC = ctypes.CDLL(None, use_errno=True)

HTTP = 'CMD ["sh", "-c", "sleep ${DELAY:-0}; exec httpd -f -p 8080 -h /www"]\nEXPOSE 8080\n'
RECIPES = {
    "sleep": 'CMD ["sh", "-c", "trap exit TERM; sleep 100000 & wait"]\n',
    "http": HTTP,
    "health": HTTP + "HEALTHCHECK --interval=1s --timeout=2s --retries=1 CMD wget -q -O /dev/null http://127.0.0.1:8080/\n",
    "exit3": 'CMD ["sh", "-c", "exit 3"]\n',
    "bad": 'CMD ["/no/such/program"]\n',
    "busy": 'CMD ["sh", "-c", "while :; do :; done"]\n',
}

CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
network_config_dir = "{dir}/net"
"""
STORAGE_CONF = """[storage]
driver = "overlay"
graphroot = "{dir}/root"
runroot = "{dir}/run"
"""


def libc(name, *args):
    if getattr(LIBC, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (name, os.strerror(code)))


def missing(kind):
    """Why this engine cannot be started here, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    programs = {"docker": ("dockerd", "runc"), "podman": ("podman", "runc", "conmon")}[kind]
    for program in programs + ("busybox", "nsenter"):
        if not shutil.which(program, path=path):
            return "needs %s" % program
    if os.geteuid() != 0:
        return "needs root to start %s" % programs[0]
    return None


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("engine", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def call(path, method, target, body=None, kind="application/json", timeout=60):
    """One request on a connection of its own: (status, body: parsed where it is JSON, else bytes)."""
    link = UnixHTTP(path, timeout)
    try:
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        link.request(method, target, body, {"Content-Type": kind} if body is not None else {})
        answer = link.getresponse()
        data = answer.read()
    finally:
        link.close()
    try:
        return answer.status, json.loads(data)
    except ValueError:
        return answer.status, data


# ---- the keeper: one process an engine, in namespaces of its own


def processes():
    """pid -> (parent, command line) of all."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open("/proc/%s/stat" % name) as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
                with open("/proc/%s/cmdline" % name, "rb") as f:
                    found[int(name)] = (parent, f.read())
    return found


def belonging(folder):
    """Pids of what names the folder in its arguments, and of all below them. Not ourselves."""
    all_of_them = processes()
    ours = {pid for pid, (_, args) in all_of_them.items() if folder.encode() + b"/" in args}
    ours.discard(os.getpid())
    while True:
        more = {pid for pid, (parent, _) in all_of_them.items() if parent in ours and pid not in ours}
        if not more:
            return ours
        ours |= more


def cgroups_of(pid):
    """The folders of its cgroups that are named after a container."""
    found = []
    with contextlib.suppress(OSError):
        with open("/proc/%d/cgroup" % pid) as f:
            for line in f:
                _, names, path = line.rstrip("\n").split(":", 2)
                for base in ("/sys/fs/cgroup/" + names.replace("name=", ""), "/sys/fs/cgroup",
                             "/sys/fs/cgroup/unified"):
                    if any(len(part) >= 64 for part in path.split("/")) and os.path.isdir(base + path):
                        found.append(base + path)
    return found


class Keeper:
    def __init__(self, kind, folder, options):
        self.kind, self.folder, self.options = kind, folder, options
        self.socket = folder + "/engine.sock"
        self.daemon = None

    def enter(self):
        libc("unshare", CLONE_NEWNS | CLONE_NEWNET)
        libc("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        for place in (b"/run", b"/dev/shm"):  # names in here are one for the whole machine otherwise
            libc("mount", b"tmpfs", place, b"tmpfs", 0, b"mode=755")
        os.makedirs("/run/lock", exist_ok=True)
        with socket.socket() as s:  # ip link set lo up
            fcntl.ioctl(s, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))

    def command(self):
        d = self.folder
        if self.kind == "docker":
            return ["dockerd", "--data-root", d + "/data", "--exec-root", d + "/exec", "-p", d + "/pid", "-H",
                    "unix://" + self.socket, "--exec-opt", "native.cgroupdriver=cgroupfs"] + self.options
        for name, text in (("containers.conf", CONTAINERS_CONF), ("storage.conf", STORAGE_CONF)):
            with open(d + "/" + name, "w") as f:
                f.write(text.format(dir=d))
        return ["podman", "system", "service", "-t", "0", "unix://" + self.socket] + self.options

    def share_parents(self):
        """Engines share the cgroups that theirs lie in; the last one takes them away."""
        self.parents = os.open("/sys/fs/cgroup", os.O_RDONLY)
        fcntl.flock(self.parents, fcntl.LOCK_SH)

    def drop_parents(self):
        with contextlib.suppress(OSError):
            fcntl.flock(self.parents, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for base, folders, _ in os.walk("/sys/fs/cgroup"):
                for name in {"docker", "libpod_parent"} & set(folders):
                    for inner in ("/conmon", ""):
                        with contextlib.suppress(OSError):
                            os.rmdir(base + "/" + name + inner)
                if base.count("/") > 4:
                    folders.clear()

    def start(self):
        env = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin",
                   CONTAINERS_CONF=self.folder + "/containers.conf",
                   CONTAINERS_STORAGE_CONF=self.folder + "/storage.conf", TMPDIR=self.folder)
        for name in ("DOCKER_HOST", "CONTAINER_HOST", "XDG_RUNTIME_DIR"):
            env.pop(name, None)
        with contextlib.suppress(OSError):
            os.unlink(self.socket)
        with open(self.folder + "/log", "ab") as log:
            self.daemon = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env,
                                           start_new_session=True)
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            if self.daemon.poll() is not None:
                raise RuntimeError("%s ended with %d: %s" % (self.kind, self.daemon.returncode, self.last_words()))
            with contextlib.suppress(OSError, http.client.HTTPException):
                if call(self.socket, "GET", "/_ping", timeout=5)[0] == 200:
                    return
            time.sleep(0.02)
        raise RuntimeError("%s did not answer within %d s: %s" % (self.kind, READY_S, self.last_words()))

    def last_words(self):
        with open(self.folder + "/log", errors="replace") as f:
            lines = f.read().strip().splitlines()
        return " | ".join(lines[-3:])[-600:].replace("\n", " ")

    def end_daemon(self, sig):
        with contextlib.suppress(OSError):
            self.daemon.send_signal(sig)
        try:
            self.daemon.wait(20)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()

    def remove_all(self):
        with contextlib.suppress(Exception):
            for c in call(self.socket, "GET", "/containers/json?all=1")[1]:
                call(self.socket, "DELETE", "/containers/%s?force=1&v=1" % c["Id"])

    def stop(self):
        if self.daemon:
            self.remove_all()
            self.end_daemon(signal.SIGTERM)
        cgroups = set()
        for _ in range(100):
            left = belonging(self.folder)
            if not left:
                break
            for pid in left:
                cgroups.update(cgroups_of(pid))
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        for path in sorted(cgroups, key=len, reverse=True):
            with contextlib.suppress(OSError):
                os.rmdir(path)
        for _ in range(100):
            # mounts below it, if a daemon was killed: they are ours alone
            with open("/proc/self/mounts") as f:
                mounts = [line.split()[1] for line in f if line.split()[1].startswith(self.folder + "/")]
            for place in reversed(mounts):
                LIBC.umount2(place.encode(), 2)
            if not mounts:
                break
        shutil.rmtree(self.folder, ignore_errors=True)
        self.drop_parents()


def keep(kind, folder, options):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    keeper = Keeper(kind, folder, options)
    try:
        keeper.share_parents()
        keeper.enter()
        keeper.start()
        print(json.dumps({"daemon": keeper.daemon.pid}), flush=True)
        for line in sys.stdin:
            word = line.strip()
            if word == "restart":
                keeper.end_daemon(signal.SIGKILL if kind == "podman" else signal.SIGTERM)
                keeper.start()
            elif word == "down":
                keeper.end_daemon(signal.SIGTERM)
            elif word == "up":
                keeper.start()
            print(json.dumps({"daemon": keeper.daemon.pid}), flush=True)
    except Exception as e:
        with contextlib.suppress(OSError):
            print(json.dumps({"error": str(e)}), flush=True)
    keeper.stop()


# ---- what tests use


class Engine:
    def __init__(self, kind, keeper, folder, daemon):
        self.kind, self.keeper, self.folder, self.daemon = kind, keeper, folder, daemon
        self.socket = folder + "/engine.sock"

    def tell(self, word):
        self.keeper.stdin.write(word + "\n")
        self.keeper.stdin.flush()
        answer = json.loads(self.keeper.stdout.readline() or '{"error": "the keeper is gone"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        self.daemon = answer["daemon"]

    def restart(self):
        """Ends the daemon and starts it again; dockerd keeps containers running with --live-restore only."""
        self.tell("restart")

    def stop(self):
        self.keeper.stdin.close()
        self.keeper.wait()
        self.keeper.stdout.close()

    @property
    def prefix(self):
        return ["nsenter", "--net=/proc/%d/ns/net" % self.keeper.pid, "--"]

    @contextlib.contextmanager
    def network(self):
        """This thread, and what it starts, in the engine's network."""
        with open("/proc/thread-self/ns/net") as home, open("/proc/%d/ns/net" % self.keeper.pid) as there:
            libc("setns", there.fileno(), CLONE_NEWNET)
            try:
                yield
            finally:
                libc("setns", home.fileno(), CLONE_NEWNET)

    def call(self, method, target, body=None, kind="application/json", timeout=60):
        return call(self.socket, method, target, body, kind, timeout)

    def good(self, method, target, body=None):
        """The answer's body; an AssertionError unless the engine said yes."""
        status, answer = self.call(method, target, body)
        if status >= 300:
            raise AssertionError("%s %s: %d %s" % (method, target, status, answer))
        return answer

    def create(self, image, published=(), env=None, name=None, **config):
        """Creates a container of IMAGES[image] (or of another name); published: its ports, each given one on 127.0.0.1.
        Further keys go into the request; HostConfig is merged."""
        host = dict(config.pop("HostConfig", {}))
        body = dict({"Image": IMAGES.get(image, image), "HostConfig": host}, **config)
        if env:
            body["Env"] = ["%s=%s" % pair for pair in env.items()]
        if published:
            body["ExposedPorts"] = {"%d/tcp" % port: {} for port in published}
            host["PortBindings"] = {"%d/tcp" % p: [{"HostIp": "127.0.0.1", "HostPort": ""}] for p in published}
        elif "NetworkMode" not in host:
            host["NetworkMode"] = "none"
        return self.good("POST", "/containers/create" + ("?name=" + name if name else ""), body)["Id"]

    def start_container(self, cid):
        self.good("POST", "/containers/%s/start" % cid)

    def remove(self, cid):
        self.call("DELETE", "/containers/%s?force=1&v=1" % cid)

    def inspect(self, cid):
        return self.good("GET", "/containers/%s/json" % cid)

    def host_port(self, cid, port):
        return int(self.inspect(cid)["NetworkSettings"]["Ports"]["%d/tcp" % port][0]["HostPort"])

    def build(self, tag, dockerfile, files=()):
        """files: (name, bytes, mode) or (name, target) for a symbolic link."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, what, *mode in [("Dockerfile", dockerfile.encode(), 0o644), *files]:
                info = tarfile.TarInfo(name)
                if isinstance(what, str):
                    info.type, info.linkname = tarfile.SYMTYPE, what
                    tar.addfile(info)
                else:
                    info.size, info.mode = len(what), mode[0]
                    tar.addfile(info, io.BytesIO(what))
        target = "/build?" + urllib.parse.urlencode({"t": tag, "rm": "1"})
        status, answer = self.call("POST", target, out.getvalue(), "application/x-tar", 120)
        words = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if status != 200 or b'"error"' in words:
            raise RuntimeError("%s did not build %s: %s" % (self.kind, tag, words[-500:].decode(errors="replace")))

    def build_images(self):
        busybox = shutil.which("busybox")
        with open(busybox, "rb") as f:
            program = f.read()
        applets = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
        files = [("tree/bin/busybox", program, 0o755), ("tree/www/index.html", b"good\n", 0o644)]
        files += [("tree/bin/" + name, "busybox") for name in applets if name != "busybox"]
        base = "localhost/fettle/busybox:1"
        self.build(base, 'FROM scratch\nCOPY tree /\nENV PATH=/bin\nCMD ["sh"]\n', files)
        for name, recipe in RECIPES.items():
            self.build(IMAGES[name], "FROM %s\n%s" % (base, recipe))


def start(kind, options=(), images=True):
    """A running engine with its images. unittest.SkipTest, with the reason, where this machine cannot have it."""
    reason = missing(kind)
    if reason:
        raise unittest.SkipTest(reason)
    folder = tempfile.mkdtemp(prefix="fettle-engine-")
    keeper = subprocess.Popen([sys.executable, os.path.abspath(__file__), "keep", kind, folder, *options],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    answer = json.loads(keeper.stdout.readline() or '{"error": "its keeper ended"}')
    if "error" in answer:
        keeper.stdin.close()
        keeper.wait()
        raise unittest.SkipTest("needs a machine where %s starts: %s" % (kind, answer["error"].replace("\n", " ")))
    engine = Engine(kind, keeper, folder, answer["daemon"])
    if images:
        try:
            engine.build_images()
        except BaseException:
            engine.stop()
            raise
    return engine


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] != "keep":
        sys.exit("usage: engines.py keep KIND FOLDER [OPTION...]")
    keep(sys.argv[2], sys.argv[3], sys.argv[4:])
