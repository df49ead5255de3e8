"""Spans of OpenTelemetry: what stands in them, how they reach a collector, and TRACEPARENT in real frameworks."""

import base64
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SOURCE = os.environ["SOURCE_ROOT"]
FETTLE = os.environ["REAL_FETTLE"]
sys.path.insert(0, os.path.join(SOURCE, "tests"))
import venv_of_tests  # noqa: E402

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")
S = 10**9


class Collector:
    """A small real receiver: answers as told, one entry of `answers` a request, the last for all that follow."""

    def __init__(self, *answers, tls=None):
        self.requests, self.answers = [], list(answers) or [(200, {}, b"{}")]
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                status, headers, answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Transfer-Encoding" not in headers:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def spans(self):
        return [s for _, _, body in self.requests for s in spans_of(json.loads(body))]


def spans_of(request):
    return [s for r in request["resourceSpans"] for scope in r["scopeSpans"] for s in scope["spans"]]


def attributes(span):
    return {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-otlp-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("FETTLE", "OTEL_", "GITHUB_", "PYTEST_", "TRACE"))}
        self.env.update(GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local", PYTHONDONTWRITEBYTECODE="1")

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return path

    def fettle(self, *args, **env):
        done = subprocess.run([FETTLE, *args], cwd=self.dir, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120)
        done.err = done.stderr.decode(errors="replace")
        return done

    def each(self, *args, **env):
        """A suite of two units, one of them bad."""
        self.write("good.sh", 'echo "$TRACEPARENT" > "$0.trace"\n')
        self.write("bad.sh", 'echo "$TRACEPARENT" > "$0.trace"; echo is it this; exit 3\n')
        return self.fettle("run", "--adapter", "each", "--units", "*.sh", "-o", "out", *args, "--", "sh", "{}", **env)

    def collector(self, *answers, **more):
        c = Collector(*answers, **more)
        self.addCleanup(c.stop)
        return c

    def file_spans(self, name="o.json"):
        with open(os.path.join(self.dir, name)) as f:
            return [s for line in f for s in spans_of(json.loads(line))]

    def read(self, *name):
        with open(os.path.join(self.dir, *name), errors="replace") as f:
            return f.read()

    def check_tree(self, spans, root_parent=None):
        """Ids are whole and unlike, every parent is there, no child begins before its run or without a length."""
        by_id = {s["spanId"]: s for s in spans}
        self.assertEqual(len(by_id), len(spans))
        roots = [s for s in spans if s.get("parentSpanId") == root_parent]
        self.assertEqual([attributes(s)["fettle.kind"] for s in roots], ["run"])
        for s in spans:
            self.assertRegex(s["spanId"], "^[0-9a-f]{16}$")
            self.assertRegex(s["traceId"], "^[0-9a-f]{32}$")
            self.assertEqual(s["traceId"], roots[0]["traceId"])
            begin, end = int(s["startTimeUnixNano"]), int(s["endTimeUnixNano"])
            self.assertLessEqual(begin, end)
            self.assertGreaterEqual(begin, int(roots[0]["startTimeUnixNano"]))
            self.assertLessEqual(end, int(roots[0]["endTimeUnixNano"]))
            if s is not roots[0]:
                self.assertIn(s["parentSpanId"], by_id)
        return by_id


class Spans(Case):
    def test_a_run_becomes_spans_with_parents_status_and_times(self):
        before = time.time_ns()
        self.assertEqual(self.each("--otlp", "o.json").returncode, 1)
        after = time.time_ns()
        spans = self.file_spans()
        by_id = self.check_tree(spans)
        kinds = {s["spanId"]: attributes(s)["fettle.kind"] for s in spans}
        self.assertLessEqual({"run", "worker", "unit", "test", "suite"}, set(kinds.values()) | {"suite"})
        around = {"worker": {"run"}, "unit": {"worker"}, "suite": {"unit"}, "test": {"unit", "suite"}}
        for s in spans:
            if kinds[s["spanId"]] in around:
                self.assertIn(kinds[s["parentSpanId"]], around[kinds[s["spanId"]]])
            self.assertTrue(before <= int(s["startTimeUnixNano"]) <= int(s["endTimeUnixNano"]) <= after)
        tests = {s["name"]: s for s in spans if kinds[s["spanId"]] == "test"}
        self.assertEqual(set(tests), {"good.sh", "bad.sh"})
        self.assertEqual(attributes(tests["good.sh"])["test.case.result.status"], "pass")
        self.assertEqual(attributes(tests["bad.sh"])["test.case.result.status"], "fail")
        self.assertEqual(attributes(tests["bad.sh"])["test.case.name"], "bad.sh")
        self.assertEqual(tests["good.sh"]["status"], {"code": 1})
        self.assertEqual(tests["bad.sh"]["status"], {"code": 2, "message": "exit code 3"})
        self.assertEqual(len(by_id), len(kinds))

    def test_a_report_of_the_record_gives_the_same_bytes(self):
        self.each("--otlp", "o.json")
        again = self.fettle("report", "out", "--format", "otlp")
        self.assertEqual(again.returncode, 0, again.err)
        self.assertEqual(again.stdout.decode(), self.read("o.json"))

    def test_the_protocols_own_parser_takes_it(self):
        build = os.environ["BUILD_ROOT"]
        folder = os.path.join(build, "otlp-python")
        python = os.path.join(folder, "bin", "python")
        if not os.path.exists(os.path.join(folder, "made")):
            why = venv_of_tests.run(sys.executable, "-m", "venv", folder) or venv_of_tests.run(
                python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1", "--timeout", "15",
                "opentelemetry-proto")
            if why:
                self.skipTest("no opentelemetry-proto: " + why)
            open(os.path.join(folder, "made"), "w").close()
        self.each("--otlp", "o.json")
        says = subprocess.run([python, "-c", """if True:
            import sys
            from google.protobuf import json_format
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
            for line in open(sys.argv[1]):
                request = json_format.Parse(line, ExportTraceServiceRequest())
                for r in request.resource_spans:
                    for s in r.scope_spans:
                        print(*[f"{p.kind} {p.status.code} {p.end_time_unix_nano > p.start_time_unix_nano} {p.name}"
                                for p in s.spans], sep=chr(10))
            """, os.path.join(self.dir, "o.json")], capture_output=True, text=True, timeout=60)
        self.assertEqual(says.returncode, 0, says.stderr)
        self.assertIn("1 2 True bad.sh", says.stdout)
        self.assertIn("1 1 True good.sh", says.stdout)
        self.assertIn("1 2 True fettle run", says.stdout)

    def record(self, *rows):
        first = {"ev": "run", "t": 0, "v": 1, "run": "20260102-030405-abcd", "wall_ns": 1767323045 * S, "host": "h", "command": "c",
                 "workers": 2, "fettle": "0.1.0"}
        text = "\n".join(json.dumps(r) for r in (first, *rows)) + "\n"
        self.write("rec/events.jsonl", text)
        done = self.fettle("report", "rec", "--format", "otlp", "-o", "rec.json")
        self.assertEqual(done.returncode, 0, done.err)
        return self.file_spans("rec.json")

    def test_a_container_lies_in_the_one_test_that_was_open_on_its_worker(self):
        rows = [
            {"ev": "begin", "kind": "worker", "id": 1, "w": 0, "t": 0},
            # learned of before the tests that were open, as a tap is faster than a spool
            {"ev": "begin", "kind": "container", "id": 50, "w": 0, "t": 150, "name": "alone", "image": "registry:2", "cid": "ab12",
             "label.org.testcontainers": "true"},
            {"ev": "begin", "kind": "container", "id": 51, "w": 0, "t": 320, "name": "between", "image": "i"},
            {"ev": "begin", "kind": "container", "id": 52, "w": 0, "t": 450, "name": "two", "image": "i"},
            {"ev": "begin", "kind": "container", "id": 53, "w": 0, "t": 5, "name": "early", "image": "i"},
            {"ev": "begin", "kind": "container", "id": 54, "t": 5, "name": "nobody", "image": "i"},
            {"ev": "span", "kind": "call", "in": 50, "w": 0, "t": 150, "d": 20, "name": "create", "http": 201},
            {"ev": "span", "kind": "call", "w": 0, "t": 160, "d": 5, "name": "pull", "st": "failed", "msg": "no such image"},
            {"ev": "value", "in": 50, "t": 180, "name": "listening", "num": 80},
            {"ev": "value", "in": 50, "t": 181, "name": "memory", "num": 8000},
            {"ev": "begin", "kind": "unit", "id": 2, "in": 1, "w": 0, "t": 10, "name": "u"},
            {"ev": "begin", "kind": "test", "id": 3, "in": 2, "w": 0, "t": 100, "name": "first"},
            {"ev": "end", "id": 3, "w": 0, "t": 300, "st": "passed"},
            {"ev": "begin", "kind": "test", "id": 4, "in": 2, "w": 0, "t": 400, "name": "second"},
            {"ev": "begin", "kind": "test", "id": 5, "in": 2, "w": 0, "t": 410, "name": "third"},
            {"ev": "begin", "kind": "test", "id": 6, "in": 2, "w": 1, "t": 120, "name": "elsewhere"},
            {"ev": "end", "id": 4, "w": 0, "t": 500, "st": "passed"},
            {"ev": "end", "id": 5, "w": 0, "t": 500, "st": "skipped"},
            {"ev": "end", "id": 6, "w": 1, "t": 500, "st": "passed"},
            {"ev": "span", "kind": "phase", "in": 3, "w": 0, "t": 110, "d": 30, "name": "db migrate", "st": "passed"},
            {"ev": "end", "id": 50, "t": 600, "exit": 137},
            {"ev": "end", "id": 2, "w": 0, "t": 700, "st": "passed"},
            {"ev": "done", "t": 1000, "st": "passed", "exit": 0},
        ]
        spans = self.record(*rows)
        by_id = self.check_tree(spans)
        named = {s["name"]: s for s in spans}

        def inside(name):
            return by_id[named[name]["parentSpanId"]]["name"]

        self.assertEqual(inside("container alone"), "first")
        self.assertEqual(inside("container between"), "u")
        self.assertEqual(inside("container two"), "u")
        self.assertEqual(inside("container early"), "worker 0")
        self.assertEqual(inside("container nobody"), "fettle run")
        self.assertEqual(inside("call create"), "container alone")
        self.assertEqual(inside("call pull"), "first")
        self.assertEqual(inside("db migrate"), "first")
        self.assertNotIn("fettle.shared", attributes(named["container alone"]))
        self.assertEqual(attributes(named["container two"])["fettle.shared"], "true")
        had = attributes(named["container alone"])
        self.assertEqual(had["container.image.name"], "registry:2")
        self.assertEqual(had["container.label.org.testcontainers"], "true")
        self.assertEqual(had["process.exit.code"], "137")
        self.assertEqual([e["name"] for e in named["container alone"]["events"]], ["listening"])
        self.assertEqual(named["call create"]["kind"], 3)
        self.assertEqual(named["call pull"]["status"], {"code": 2, "message": "no such image"})
        self.assertNotIn("status", named["third"])
        # it ran until the record ended, and is no worse for it
        self.assertEqual(int(named["container two"]["endTimeUnixNano"]), 1767323045 * S + 1000)
        self.assertEqual(int(named["container alone"]["startTimeUnixNano"]), 1767323045 * S + 150)

    def test_a_record_that_was_cut_short_ends_what_is_open(self):
        spans = self.record({"ev": "begin", "kind": "worker", "id": 1, "w": 0, "t": 0},
                            {"ev": "begin", "kind": "unit", "id": 2, "in": 1, "w": 0, "t": 10, "name": "u"},
                            {"ev": "span", "kind": "test", "in": 2, "w": 0, "t": 20, "d": 500, "name": "x", "st": "passed"})
        self.check_tree(spans)
        unit = next(s for s in spans if s["name"] == "u")
        self.assertEqual(attributes(unit)["fettle.status"], "unfinished")
        self.assertNotIn("status", unit)
        self.assertEqual(int(unit["endTimeUnixNano"]) % S, 520)

    def test_requests_are_of_bounded_size(self):
        rows = [{"ev": "span", "kind": "test", "id": i + 1, "w": 0, "t": i, "d": 1, "name": "t" * 3000, "st": "failed", "msg": "m" * 9000}
                for i in range(1500)]
        rows += [{"ev": "span", "kind": "test", "id": i + 2000, "w": 0, "t": i, "d": 1, "name": "t", "st": "passed"} for i in range(4500)]
        self.assertEqual(len(self.record(*rows)), 6001)
        for line in self.read("rec.json").splitlines():
            self.assertLessEqual(len(spans_of(json.loads(line))), 2000)
            self.assertLess(len(line), 2_100_000)

    def test_hostile_names_stay_names(self):
        name = 'a"}]}\n\\ <\u2028> \0 \x1b[2J'
        spans = self.record({"ev": "span", "kind": "test", "id": 1, "w": 0, "t": 0, "d": 1, "name": name, "file": name, "st": "failed",
                             "msg": name, "evil\n\"key": name})
        test = next(s for s in spans if attributes(s)["fettle.kind"] == "test")
        self.assertEqual(test["name"], name)
        self.assertEqual(attributes(test)['fettle.evil\n"key'], name)


class Post(Case):
    def url(self, c, path="", login="", scheme="http"):
        return f"{scheme}://{login}127.0.0.1:{c.port}{path}"

    def test_a_collector_gets_them_at_its_usual_path_with_headers(self):
        c = self.collector()
        done = self.each("--otlp", self.url(c), OTEL_EXPORTER_OTLP_HEADERS="api-key=s3cr%20et, x-team = blue",
                         OTEL_SERVICE_NAME="shop")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("sent", done.err)
        self.check_tree(c.spans())
        path, headers, body = c.requests[0]
        self.assertEqual(path, "/v1/traces")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["api-key"], "s3cr et")
        self.assertEqual(headers["x-team"], "blue")
        resource = json.loads(body)["resourceSpans"][0]["resource"]["attributes"]
        self.assertIn({"key": "service.name", "value": {"stringValue": "shop"}}, resource)

    def test_secrets_stand_in_no_file_and_no_message(self):
        c = self.collector((500, {}, b"oh\nno"))
        done = self.each("--otlp", self.url(c, "/custom?key=QUERYSECRET", "bob:CODE%3ASECRET@"),
                         OTEL_EXPORTER_OTLP_HEADERS="api-key=HEADERSECRET")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(c.requests[0][0], "/custom?key=QUERYSECRET")
        self.assertEqual(c.requests[0][1]["Authorization"], "Basic " + base64.b64encode(b"bob:CODE:SECRET").decode())
        lines = [x for x in done.err.splitlines() if "127.0.0.1" in x]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r"\d+ of \d+ spans were not sent to 'http://127.0.0.1:\d+/custom': it answered 500: oh$")
        texts = [done.err]
        for folder, _, names in os.walk(os.path.join(self.dir, "out")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    texts.append(f.read().decode("latin-1"))
        for secret in ("QUERYSECRET", "CODE%3A", "CODE:SEC", "HEADERSECRET", "bob:"):
            for text in texts:
                self.assertNotIn(secret, text)

    def expect(self, done, what):
        self.assertEqual(done.returncode, 1, done.err)
        lines = [x for x in done.err.splitlines() if "were not sent" in x]
        self.assertEqual(len(lines), 1, done.err)
        self.assertRegex(lines[0], what)

    def test_what_fails_is_told_in_one_line_and_changes_no_verdict(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.expect(self.each("--otlp", f"http://127.0.0.1:{port}"), "cannot connect: Connection refused")
        self.expect(self.each("--otlp", "http://no-such-host.invalid"), "the name 'no-such-host.invalid'")
        for answer, words in (((301, {"Location": "http://127.0.0.1:1/"}, b""), "301, and redirects are not followed"),
                              ((401, {}, b"who?"), "401: is OTEL_EXPORTER_OTLP_HEADERS right"),
                              ((404, {}, b""), "404: is the path right"),
                              ((413, {}, b"\x1b[2Jtoo big"), "it answered 413$")):
            with self.subTest(words):
                c = self.collector(answer)
                self.expect(self.each("--otlp", self.url(c)), words)
                self.assertEqual(len(c.requests), 1)

    def test_a_busy_collector_is_asked_again(self):
        c = self.collector((503, {"Retry-After": "1"}, b""), (200, {}, b"{}"))
        done = self.each("--otlp", self.url(c))
        self.assertNotIn("sent", done.err)
        self.assertEqual(len(c.requests), 2)
        self.assertEqual(c.requests[0][2], c.requests[1][2])

    def test_any_shape_of_answer_is_understood(self):
        for answer in ((200, {"Transfer-Encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n"), (204, {}, b""), (202, {}, b"x" * 200_000)):
            with self.subTest(answer[1]):
                c = self.collector(answer)
                self.assertNotIn("sent", self.each("--otlp", self.url(c)).err)

    def serve(self, talk):
        """A peer that speaks no HTTP; `talk` gets each connection."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def run():
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                try:
                    talk(peer)
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_a_peer_that_is_no_collector_is_told(self):
        kept = []

        def close(peer):
            peer.close()

        def hang(peer):
            kept.append(peer)

        def garbage(peer):
            peer.recv(100)
            peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n")
            peer.close()

        def cut(peer):
            peer.recv(100)
            peer.sendall(b"HTTP/1.1 200 O")
            peer.close()

        self.addCleanup(lambda: [p.close() for p in kept])
        self.expect(self.each("--otlp", self.serve(close)), "closed without an answer|reset by peer|Broken pipe")
        self.expect(self.each("--otlp", self.serve(garbage)), "not HTTP|reset by peer")
        self.expect(self.each("--otlp", self.serve(cut)), "not HTTP, or cut short|reset by peer")
        self.expect(self.each("--otlp", self.serve(hang), OTEL_EXPORTER_OTLP_TIMEOUT="300"), "no answer in time")

    def test_a_url_or_header_that_cannot_be_meant_is_refused_before_the_run(self):
        for bad in ("http://", "http://a b/", "http://h:99999", "https://h:x", "ftp://host/", "http://[::1", "http://u:%0d@h"):
            with self.subTest(bad):
                done = self.each("--otlp", bad)
                self.assertEqual(done.returncode, 2, done.err)
                self.assertIn("--otlp: not a URL", done.err)
        c = self.collector()
        for bad in ("no-equals-sign", "bad name=x", "a=b%0d%0aEvil: 1"):
            with self.subTest(bad):
                done = self.each("--otlp", self.url(c), OTEL_EXPORTER_OTLP_HEADERS=bad)
                self.assertEqual(done.returncode, 1)
                self.assertIn("OTEL_EXPORTER_OTLP_HEADERS: ", done.err)
        self.assertEqual(c.requests, [])

    def test_a_file_that_cannot_be_written_is_told(self):
        done = self.each("--otlp", "no/such/folder/o.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write 'no/such/folder/o.json': No such file or directory", done.err)


@unittest.skipUnless(shutil.which("openssl"), "needs openssl, for a certificate")
class Tls(Case):
    def setUp(self):
        super().setUp()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem",
                        "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       cwd=self.dir, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.dir, "cert.pem"), os.path.join(self.dir, "key.pem"))
        self.c = self.collector(tls=context)

    def test_a_certificate_of_a_root_that_is_known_is_good(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                done = self.each("--otlp", f"https://{host}:{self.c.port}", OTEL_EXPORTER_OTLP_CERTIFICATE="cert.pem")
                self.assertNotIn("sent", done.err)
        self.assertEqual(len(self.c.requests), 2)

    def test_any_other_certificate_is_not(self):
        done = self.each("--otlp", f"https://localhost:{self.c.port}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("its certificate is not good: self", done.err)
        done = self.each("--otlp", f"https://127.0.0.2:{self.c.port}", OTEL_EXPORTER_OTLP_CERTIFICATE="cert.pem")
        self.assertIn("were not sent", done.err)
        self.assertEqual(self.c.requests, [])


class Joined(Case):
    """What is handed to tests names a span of the output, so that their own spans join it."""

    def kinds(self):
        return {s["spanId"]: attributes(s)["fettle.kind"] for s in self.file_spans()}, self.file_spans()

    def test_each_process_of_a_unit_is_told_its_unit(self):
        self.each("--otlp", "o.json", "--retries", "1")
        by_id = {s["spanId"]: s for s in self.file_spans()}
        for name in ("good.sh", "bad.sh"):
            trace, span = TRACEPARENT.fullmatch(self.read(name + ".trace").strip()).groups()
            self.assertEqual(by_id[span]["traceId"], trace)
            self.assertEqual(by_id[span]["name"], name)
            self.assertEqual(attributes(by_id[span])["fettle.kind"], "unit")
        # the last that ran was the second attempt
        span = self.read("bad.sh.trace").strip().split("-")[2]
        self.assertEqual(attributes(by_id[span]).get("fettle.attempt"), "2")

    def test_a_trace_that_fettle_was_started_in_goes_on(self):
        self.each("--otlp", "o.json", TRACEPARENT=PARENT)
        spans = self.file_spans()
        self.check_tree(spans, root_parent="00f067aa0ba902b7")
        self.assertEqual({s["traceId"] for s in spans}, {"4bf92f3577b34da6a3ce929d0e0e4736"})
        self.assertTrue(self.read("good.sh.trace").startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-"))

    def test_a_bad_one_and_a_wish_of_the_suite(self):
        self.each("--otlp", "o.json", TRACEPARENT="00-zz")
        self.check_tree(self.file_spans())
        self.assertRegex(self.read("good.sh.trace").strip(), TRACEPARENT)
        self.each("--env", "TRACEPARENT=" + PARENT)
        self.assertEqual(self.read("good.sh.trace").strip(), PARENT)

    def test_a_run_in_a_test_is_part_of_it(self):
        self.write("inner/one.sh", "true\n")
        self.write("outer.sh", f"cd inner && '{FETTLE}' run --adapter each --units '*.sh' --otlp ../inner.json -- sh '{{}}'\n")
        self.fettle("run", "--adapter", "each", "--units", "outer.sh", "--otlp", "o.json", "-o", "out", "--", "sh", "{}")
        outer, inner = self.file_spans(), self.file_spans("inner.json")
        by_id = self.check_tree(outer)
        run = next(s for s in inner if attributes(s)["fettle.kind"] == "run")
        self.assertEqual(by_id[run["parentSpanId"]]["name"], "outer.sh")
        self.assertEqual(run["traceId"], outer[0]["traceId"])
        self.assertEqual(len({s["spanId"] for s in outer + inner}), len(outer) + len(inner))

    def worker_of(self, text, spans):
        trace, span = TRACEPARENT.fullmatch(text.strip()).groups()
        by_id = self.check_tree(spans)
        self.assertEqual(by_id[span]["traceId"], trace)
        self.assertEqual(attributes(by_id[span])["fettle.kind"], "worker")
        return attributes(by_id[span])["fettle.worker"]

    def test_pytest(self):
        for i in (0, 1):
            self.write(f"test_{i}.py", f"""import os, time
def test_it():
    time.sleep(0.2)
    open("trace-" + os.environ["FETTLE_WORKER"], "w").write(os.environ["TRACEPARENT"])
""")
        done = self.fettle("run", "--workers", "2", "--otlp", "o.json", "--", sys.executable, "-m", "pytest", "-q")
        self.assertEqual(done.returncode, 0, done.err)
        traces = [n for n in os.listdir(self.dir) if n.startswith("trace-")]
        self.assertGreater(len(traces), 0)
        for name in traces:
            self.assertEqual(self.worker_of(self.read(name), self.file_spans()), name.split("-")[1])

    @unittest.skipUnless(shutil.which("behave"), "needs behave")
    def test_behave(self):
        self.write("features/a.feature", "Feature: A\n  Scenario: S\n    Given it is told\n")
        self.write("features/steps/s.py", """import os
from behave import given
@given("it is told")
def told(context):
    open("trace", "w").write(os.environ["TRACEPARENT"])
""")
        done = self.fettle("run", "--workers", "1", "--otlp", "o.json", "--", "behave")
        self.assertEqual(done.returncode, 0, done.err)
        spans = self.file_spans()
        self.assertEqual(self.worker_of(self.read("trace"), spans), "0")
        named = {(attributes(s)["fettle.kind"], s["name"]): s for s in spans}
        by_id = {s["spanId"]: s for s in spans}
        step = named["step", "it is told"] if ("step", "it is told") in named else next(
            s for (kind, name), s in named.items() if kind == "step" and "it is told" in name)
        self.assertEqual(by_id[step["parentSpanId"]]["name"], "S")
        test = attributes(named["test", "S"])
        self.assertEqual((test["test.suite.name"], test["test.case.name"], test["test.case.result.status"]), ("A", "S", "pass"))
        self.assertEqual(attributes(named["suite", "A"])["test.suite.run.status"], "success")
        self.assertEqual(test["code.file.path"], "features/a.feature")

    @unittest.skipUnless(shutil.which("go"), "needs go")
    def test_go(self):
        self.write("go.mod", "module example.com/m\n\ngo 1.19\n")
        self.write("m_test.go", """package m
import ("os"; "testing")
func TestIt(t *testing.T) { os.WriteFile("trace", []byte(os.Getenv("TRACEPARENT")), 0o644) }
""")
        done = self.fettle("run", "--otlp", "o.json", "--", "go", "test", "./...")
        self.assertEqual(done.returncode, 0, done.err)
        spans = self.file_spans()
        by_id = self.check_tree(spans)
        trace, span = TRACEPARENT.fullmatch(self.read("trace")).groups()
        self.assertEqual(attributes(by_id[span])["fettle.kind"], "unit")
        test = next(s for s in spans if s["name"] == "TestIt")
        around = test
        while around["spanId"] != span:
            around = by_id[around["parentSpanId"]]


if __name__ == "__main__":
    unittest.main()
