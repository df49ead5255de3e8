"""Benches of HTTP endpoints: a real nginx over TCP, TLS and a unix socket, and a server that lies.

SUBJECT_FETTLE names the program.
"""
import base64
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest

FETTLE = os.environ["SUBJECT_FETTLE"]
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
OPENSSL = shutil.which("openssl")
PAGE = b"a page of some size\n" * 5000

NGINX_CONF = """\
daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/nginx.err;
events {{ worker_connections 512; }}
http {{
    access_log {dir}/access.log;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    default_type text/plain;
    server {{
        listen 127.0.0.1:{port};
        listen unix:{dir}/sock;
        {tls}
        root {dir}/www;
        location /one {{ keepalive_timeout 0; alias {dir}/www/page; }}
        location /short-lived {{ keepalive_timeout 100ms; return 200 "ok\\n"; }}
        location /moved {{ return 302 /page; }}
        location /json {{ default_type application/json; return 200 '{{"ok": true, "items": [1, 2]}}'; }}
        location /gone {{ return 410; }}
    }}
}}
"""
TLS_CONF = "listen 127.0.0.1:{port} ssl; ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem;"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, limit=30):
    """Waits for something that must come; the limit only keeps a broken run from hanging."""
    end = time.monotonic() + limit
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it did not come")
        time.sleep(0.02)


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Liar(socketserver.ThreadingTCPServer):
    """Answers by path, as badly as asked; keeps what it was asked."""

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Liar.Connection)
        self.port = self.server_address[1]
        self.requests, self.connections, self.lock = [], 0, threading.Lock()
        self.over = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # clients leave when they have had enough

    class Connection(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            with self.server.lock:
                self.server.connections += 1
            while (line := self.rfile.readline()):
                method, path, _ = line.decode().split()
                headers = {}
                while (header := self.rfile.readline().decode().strip()):
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = self.rfile.read(int(headers.get("content-length", 0)))
                with self.server.lock:
                    self.server.requests.append((method, path, headers, body))
                    n = sum(r[1] == path for r in self.server.requests)
                if not getattr(self, path.strip("/").split("?")[0].replace("-", "_"))(n):
                    return

        def say(self, status, body=b"", headers="", length=None):
            length = len(body) if length is None else length
            self.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n".encode() + body)
            return True

        def good(self, _):
            return self.say(200, b'{"ok": true}')

        def slow(self, _):
            time.sleep(0.02)
            return self.say(200, b"slow")

        def error_body(self, _):
            return self.say(200, b'{"ok": false, "error": "it is broken inside"}')

        def created(self, _):
            return self.say(201, b'{"error": "not at all"}')

        def empty(self, _):
            return self.say(200)

        def flaky(self, n):
            return self.say(500 if n % 20 == 0 else 200, b"x")

        def early(self, _):
            self.say(200, b"short", length=100)

        def trickle(self, _):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not self.server.over.wait(0.01):
                self.wfile.write(b"x")

        def never(self, _):
            self.server.over.wait()

        def nothing(self, _):
            pass

        def less(self, _):
            return self.say(200, b"more than that", length=4)

        def more(self, _):
            self.say(200, b"abc", length=4)
            self.server.over.wait()

        def garbage(self, _):
            self.wfile.write(b"220 smtp.example ESMTP\r\n")
            self.server.over.wait()

        def flood(self, _):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.over.is_set():
                self.wfile.write(b"X-Filler: " + b"y" * 1000 + b"\r\n")

        def closes(self, _):
            self.say(200, b"ok")

        def after_five(self, n):
            if n > 5:
                self.server.over.wait()
            return self.say(200, b"ok")

        def chunked(self, _):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in [b"3;x=y\r\na", b"bc\r", b"\n2\r\nde\r\n", b"0\r\nTrailer: z\r\n\r\n"]:
                self.wfile.write(piece)
            return True


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-http-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("FETTLE", "PERF_", "SSL_CERT")) and k not in ("CI", "GITHUB_ACTIONS")}

    def path(self, *name):
        return os.path.join(self.dir, *name)

    def write(self, name, text):
        with open(self.path(name), "wb" if isinstance(text, bytes) else "w") as f:
            f.write(text)

    def command(self, *benches):
        """A file of these benches: JSON is YAML."""
        defaults = {"subject": "http", "warmup": 2, "rounds": 10, "timeout": "20s"}
        self.write("fettle.yaml", json.dumps({"bench": [{**defaults, **b} for b in benches]}))
        return [FETTLE, "bench", "--config", "fettle.yaml", "--output", "out"]

    def bench(self, *benches, code=0, **env):
        """Its benchmarks by name."""
        shutil.rmtree(self.path("out"), ignore_errors=True)
        done = subprocess.run(self.command(*benches), cwd=self.dir, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        self.said = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, code, self.said)
        with open(self.path("out", "bench.json")) as f:
            self.json = f.read()
        self.benches = {b["name"]: b for b in json.loads(self.json)["benchmarks"]}
        return self.benches

    def one(self, code=0, env=None, **keys):
        return self.bench({"name": "it", **keys}, code=code, **env or {})["it"]

    def bad(self, why, **keys):
        """It fails, and says why."""
        b = self.one(code=1, **keys)
        self.assertEqual(b["good"], 0)
        self.assertEqual(b["failure"], why)
        self.assertGreater(b["failed"], 0)
        return b

    def values(self, bench, metric):
        found = [m["values"] for m in bench["metrics"] if m["metric"] == metric]
        return [v for v in found[0] if v is not None] if found else []


@unittest.skipUnless(NGINX, "needs nginx")
class Nginx(Case):
    def serve(self, tls=None):
        self.port, more = free_port(), ""
        if tls:
            self.tls_port = free_port()
            subprocess.run([OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path("key.pem"),
                            "-out", self.path("cert.pem"), "-days", "2", "-subj", "/CN=fettle", "-addext",
                            "subjectAltName=" + tls], check=True, capture_output=True)
            more = TLS_CONF.format(dir=self.dir, port=self.tls_port)
        os.mkdir(self.path("www"))
        self.write("www/page", PAGE)
        self.write("nginx.conf", NGINX_CONF.format(dir=self.dir, port=self.port, tls=more))
        with open(self.path("nginx.out"), "wb") as out:
            server = subprocess.Popen([NGINX, "-p", self.dir, "-c", self.path("nginx.conf")], stdout=out, stderr=out)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        until(lambda: server.poll() is not None or answers(self.port))
        if server.poll() is not None:
            with open(self.path("nginx.out")) as f:
                self.fail("nginx: " + f.read())

    def asked(self):
        with open(self.path("access.log")) as f:
            return len(f.readlines())

    def test_tcp(self):
        self.serve()
        url = f"http://127.0.0.1:{self.port}/page"
        b = self.one(url=url, rounds=30, checks={"header": "Content-Type: text/plain", "contains": "some size"})
        self.assertEqual((b["good"], b["failed"], b["command"]), (30, 0, url))
        self.assertEqual(set(self.values(b, "received")), {len(PAGE)})
        self.assertEqual(self.values(b, "connect"), [])  # one connection, made before the first round
        self.assertEqual(len(self.values(b, "latency")), 30)
        for first, all_of_it in zip(self.values(b, "first_byte"), self.values(b, "latency")):
            self.assertTrue(0 < first <= all_of_it)
        until(lambda: self.asked() == 1 + 2 + 30)  # the dry run and the warm-up too

    def test_unix_socket(self):
        self.serve()
        b = self.one(url=f"unix:{self.dir}/sock:/json?key=hidden", checks={"json": ["/ok=true", "/items/1=2"]})
        self.assertEqual(b["good"], 10)
        self.assertEqual(b["command"], f"unix:{self.dir}/sock:/json")
        self.bad("/ok is true, wanted false", url=f"unix:{self.dir}/sock:/json", checks={"json": "/ok=false"})
        self.bad("cannot connect: No such file or directory", url=f"unix:{self.dir}/none:/json")

    def test_several_at_once_have_a_connection_each(self):
        self.serve()
        b = self.bench({"name": "it", "url": f"http://127.0.0.1:{self.port}/one", "concurrency": [1, 16]})
        self.assertEqual(b["it/x1"]["good"], 10)
        self.assertEqual(b["it/x16"]["good"], 160)
        self.assertEqual(len(self.values(b["it/x16"], "connect")), 160)  # the server keeps none
        until(lambda: self.asked() == (1 + 2 + 10) + (1 + (2 + 10) * 16))

    def test_a_connection_that_timed_out_is_made_again(self):
        self.serve()
        b = self.one(url=f"http://127.0.0.1:{self.port}/short-lived", method="POST", rounds=3,
                     prepare=["sleep 0.4"])
        self.assertEqual((b["good"], b["failed"]), (3, 0))
        self.assertEqual(len(self.values(b, "connect")), 3)

    def test_statuses(self):
        self.serve()
        url = f"http://127.0.0.1:{self.port}"
        self.bad("status 404, wanted 2xx", url=url + "/none")
        self.bad("status 302, wanted 2xx (redirects are not followed)", url=url + "/moved")
        self.assertEqual(self.one(url=url + "/moved", checks={"status": 302})["good"], 10)
        self.assertEqual(self.one(url=url + "/gone", checks={"status": "4xx"})["good"], 10)
        self.assertEqual(self.values(self.one(url=url + "/page", method="HEAD"), "received"), [0] * 10)

    @unittest.skipUnless(OPENSSL, "needs openssl")
    def test_tls(self):
        self.serve(tls="IP:127.0.0.1,DNS:localhost")
        url, roots = f"https://127.0.0.1:{self.tls_port}/page", self.path("cert.pem")
        b = self.one(url=url, env={"SSL_CERT_FILE": roots})
        self.assertEqual(b["good"], 10)
        self.assertEqual(set(self.values(b, "received")), {len(PAGE)})
        b = self.bench({"name": "it", "url": f"https://localhost:{self.tls_port}/one", "concurrency": 8,
                        "env": {"SSL_CERT_FILE": roots}})["it/x8"]
        self.assertEqual(b["good"], 80)
        self.assertEqual((len(self.values(b, "connect")), len(self.values(b, "tls"))), (80, 80))
        b = self.one(code=1, url=url)
        self.assertRegex(b["failure"], "^its certificate is not good: self.signed certificate$")
        self.assertRegex(self.one(code=1, url=f"https://127.0.0.1:{self.port}/page")["failure"], "^TLS: no handshake: ")

    @unittest.skipUnless(OPENSSL, "needs openssl")
    def test_a_certificate_for_somebody_else(self):
        self.serve(tls="DNS:elsewhere.example")
        b = self.one(code=1, url=f"https://127.0.0.1:{self.tls_port}/page", env={"SSL_CERT_FILE": self.path("cert.pem")})
        self.assertRegex(b["failure"], "^its certificate is not good: IP address mismatch$")


class Lies(Case):
    def setUp(self):
        super().setUp()
        self.liar = Liar()
        self.addCleanup(self.liar.stop)

    def url(self, path):
        return f"http://127.0.0.1:{self.liar.port}/{path}"

    def test_an_error_in_the_body_of_a_200(self):
        self.assertEqual(self.one(url=self.url("error-body"))["good"], 10)  # transport and status say nothing of it
        self.bad("/ok is false, wanted true", url=self.url("error-body"), checks={"json": "/ok=true"})
        self.bad("the body contains 'error'", url=self.url("error-body"), checks={"lacks": "error"})
        self.bad("the body does not match '\"ok\": ?true'", url=self.url("error-body"),
                 checks={"matches": '"ok": ?true'})
        self.assertNotIn("broken inside", self.said + self.json)
        self.assertEqual(self.one(url=self.url("good"), checks={"json": "/ok=true", "lacks": "error"})["good"], 10)

    def test_another_status(self):
        self.bad("status 201, wanted 200", url=self.url("created"), checks={"status": 200})

    def test_an_empty_body(self):
        self.bad("the body lacks 'ok'", url=self.url("empty"), checks={"contains": "ok"})
        self.bad("the body is empty", url=self.url("empty"), checks={"json": "/ok=true"})

    def test_one_in_twenty_fails(self):
        b = self.one(code=1, url=self.url("flaky"), rounds=100)
        self.assertEqual((b["good"], b["failed"], b["failure"]), (95, 5, "status 500, wanted 2xx"))
        self.assertEqual(len(self.values(b, "latency")), 95)
        self.assertEqual(len(self.liar.requests), 103)

    def test_early_ends_and_wrong_lengths(self):
        self.bad("it closed in the middle of the body: 95 bytes of it are missing", url=self.url("early"))
        self.bad("it closed without an answer", url=self.url("nothing"))
        self.bad("more came than the answer's own length says", url=self.url("less"))
        self.bad("its answer cannot be read: it is not HTTP/1.1", url=self.url("garbage"))
        self.bad("its answer cannot be read: its head is too large", url=self.url("flood"))

    def test_what_takes_too_long(self):
        for path, why in [("never", "no answer in time"), ("trickle", "the answer began, but did not end in time"),
                          ("more", "the answer began, but did not end in time")]:
            self.bad(why, url=self.url(path), timeout="200ms")

    def test_late_ones_are_counted_apart(self):
        b = self.one(code=1, url=self.url("after-five"), warmup=1, rounds=6, timeout="1s")
        self.assertEqual((b["good"], b["failed"], b["timed_out"], b["failure"]), (3, 3, 3, "no answer in time"))

    def test_figures_are_those_of_the_server(self):
        b = self.bench({"name": "it", "url": self.url("slow"), "concurrency": 4, "rounds": 5})["it/x4"]
        self.assertEqual(b["good"], 20)
        self.assertGreaterEqual(min(self.values(b, "first_byte")), 20 * 10**6)  # it sleeps that long
        self.assertEqual(self.liar.connections, 4)
        self.assertEqual(set(self.values(b, "received")), {4})
        self.assertEqual(set(self.values(self.one(url=self.url("chunked")), "received")), {5})

    def test_a_server_that_closes_without_saying_so(self):
        b = self.one(url=self.url("closes"))
        self.assertEqual((b["good"], len(self.values(b, "connect"))), (10, 10))

    def test_requests_are_what_the_file_says_and_secrets_stay_there(self):
        b = self.bench({"name": "it", "url": f"http://me:s3cret@127.0.0.1:{self.liar.port}/good?token=s3cret&n={{n}}",
                        "method": "PUT", "headers": {"X-Token": "s3cret"}, "parameters": {"n": [1, 22]},
                        "body": {"size": "{n}", "key": "s3cret"}, "rounds": 2, "warmup": 1})
        self.assertEqual(sorted(b), ["it/n=1", "it/n=22"])
        self.assertEqual({x["command"] for x in b.values()}, {self.url("good")})
        login = "Basic " + base64.b64encode(b"me:s3cret").decode()
        for method, path, headers, body in self.liar.requests:
            n = path.rsplit("=", 1)[1]
            self.assertEqual((method, path), ("PUT", "/good?token=s3cret&n=" + n))
            self.assertEqual((headers["x-token"], headers["authorization"]), ("s3cret", login))
            self.assertEqual(headers["content-type"], "application/json")
            self.assertEqual(json.loads(body), {"size": n, "key": "s3cret"})
        self.assertEqual(len(self.liar.requests), 2 * (1 + 1 + 2))
        self.bench({"name": "it", "url": f"http://me:s3cret@127.0.0.1:{self.liar.port}/nothing?token=s3cret",
                    "headers": {"X-Token": "s3cret"}, "body": "s3cret"}, code=1)
        self.assertNotIn("s3cret", self.said + self.json)

    def test_variants_are_urls(self):
        b = self.bench({"name": "it", "variants": {"fast": self.url("good"), "slow": self.url("slow")}})
        self.assertEqual({n: x["command"] for n, x in b.items()},
                         {"it/fast": self.url("good"), "it/slow": self.url("slow")})

    def test_the_others_go_on(self):
        b = self.bench({"name": "bad", "url": "http://127.0.0.1:1/"}, {"name": "good", "url": self.url("good")}, code=1)
        self.assertEqual((b["bad"]["failure"], b["good"]["good"]), ("cannot connect: Connection refused", 10))

    def test_a_stop_ends_all_waits(self):
        command = self.command({"name": "it", "url": self.url("after-five"), "timeout": "10m", "concurrency": 8})
        run = subprocess.Popen(command, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.kill)
        until(lambda: len(self.liar.requests) >= 9)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=60), 130)


if __name__ == "__main__":
    unittest.main()
