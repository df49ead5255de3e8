"""Servers of the Model Context Protocol, measured: one that lies, and real ones from npm and PyPI.

SUBJECT_FETTLE names the program; BUILD_ROOT is where what the registries give is kept.
"""
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

FETTLE = os.environ["SUBJECT_FETTLE"]
HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["BUILD_ROOT"]
SERVER = os.path.join(HERE, "mcp_server.py")


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.dir = self.folder.name

    def bench(self, items, code=0):
        """Items as JSON, which is YAML. What became of each by its name."""
        with open(os.path.join(self.dir, "fettle.yaml"), "w") as f:
            json.dump({"bench": items}, f)
        self.ran = subprocess.run([FETTLE, "bench", "--output", "out"], cwd=self.dir, capture_output=True, text=True, timeout=120)
        self.assertEqual(self.ran.returncode, code, self.ran.stdout + self.ran.stderr)
        with open(os.path.join(self.dir, "out", "bench.json")) as f:
            self.record = json.load(f)
        return {b["name"]: b for b in self.record["benchmarks"]}

    def one(self, code=0, **item):
        got = self.bench([{"name": "x", "subject": "mcp", "rounds": 3, "warmup": 0, "timeout": "5s", **item}], code)
        self.assertEqual(len(got), 1)
        return next(iter(got.values()))

    def values(self, bench, metric):
        return next((m["values"] for m in bench["metrics"] if m["metric"] == metric), None)

    def good(self, bench, n):
        self.assertEqual((bench["good"], bench["failed"]), (n, 0), bench.get("failure"))
        self.assertTrue(all(v > 0 for v in self.values(bench, "latency")))


    def serve(self, *words, env=None):
        process = subprocess.Popen([*words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.dir,
                                   env={**os.environ, **(env or {})}, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(os.killpg, process.pid, signal.SIGKILL)
        return process


class Streams(Bench):
    """The server that lies, on its standard streams."""

    def act(self, way, code=0, **item):
        return self.one(code, **{"command": [sys.executable, SERVER, way], "tool": "act", "arguments": {"path": "p"}, **item})

    def bad(self, way, why, **item):
        """Each of the three runs fails, for the same reason."""
        got = self.act(way, code=1, **item)
        self.assertEqual((got["good"], got["failed"]), (0, 3), got["failure"])
        self.assertIn(why, got["failure"])
        return got

    def never(self, way, why, **item):
        """It does not get as far as a run."""
        got = self.act(way, code=1, **item)
        self.assertEqual(got["good"], 0)
        self.assertIn(why, got["failure"])
        return got

    def test_a_good_one(self):
        got = self.act("plain", checks={"contains": '{"path": "p"}\nsecond', "json": "/structuredContent/n=3"})
        self.good(got, 3)
        start = self.values(got, "start")
        self.assertEqual([v is not None for v in start], [True, False, False])
        self.assertGreater(start[0], max(self.values(got, "latency")))
        self.assertIsNone(self.values(got, "first_byte"))

    def test_start_is_told_behind_a_warm_up(self):
        got = self.act("plain", warmup=2)
        self.assertEqual([v is not None for v in self.values(got, "start")], [True, False, False])

    def test_ping(self):
        self.good(self.one(command=[sys.executable, SERVER, "plain"]), 3)

    def test_eras(self):
        for way in ("modern", "both", "old", "strict", "mute", "notifies"):
            with self.subTest(way):
                self.good(self.act(way), 3)

    def test_there_is_no_ping_in_the_newest(self):
        self.good(self.one(command=[sys.executable, SERVER, "modern"]), 3)

    def test_versions_that_are_not_known(self):
        self.never("future", "no version of the protocol that is known here")
        self.never("strange", "version '1999-01-01' of the protocol")

    def test_answers_out_of_order_find_who_asked(self):
        got = self.bench([{"name": "x", "subject": "mcp", "command": [sys.executable, SERVER, "reversed"], "tool": "act",
                           "arguments": {"path": "{p}"}, "parameters": {"p": ["one", "two"]}, "checks": {"contains": '"path": "{p}"'[:7]},
                           "rounds": 20, "warmup": 0, "concurrency": 4, "timeout": "20s"}])
        for name in got:
            self.good(got[name], 80)

    def test_arrays_and_messages_between(self):
        self.good(self.act("batch"), 3)
        self.good(self.act("asks"), 3)
        self.good(self.act("loud"), 3)

    def test_large_lines(self):
        self.good(self.act("large", checks={"contains": "xxx\nsecond"}), 3)

    def test_answers_that_are_errors(self):
        self.never("is-error", "the tool says that it failed: no such?file ?[31m")
        self.never("error", "the server answered with the error -32602: bad arguments")
        self.never("empty", "the tool's result has no 'content'")
        self.never("input", "the tool asks for more input")

    def test_ids_are_matched_exactly(self):
        self.bad("wrong-id", "the server answered a request that nobody made, with the id: 10")
        self.bad("text-id", 'a request that nobody made, with the id: "')
        got = self.act("twice", code=1)
        self.assertIn("the server answered one request twice", got["failure"])

    def test_a_wrong_id_among_many_fails_one_run(self):
        got = self.act("wrong-id", code=1, concurrency=8, rounds=1, timeout="20s")
        self.assertEqual((got["failed"], got["timed_out"]), (8, 0))

    def test_what_is_no_message(self):
        self.bad("garbage", "the server wrote a line that is no message: Listening on port 1234")
        self.bad("no-version", "a line that is no message")
        self.bad("null", "a line that is no message")
        self.never("banner", "a line that is no message: Welcome to the server")

    def test_a_server_that_dies(self):
        got = self.act("dies", code=1, rounds=5)
        self.assertEqual((got["good"], got["failed"]), (1, 4))
        self.assertEqual(got["failure"], "the server ended with exit code 7: out of luck (line 7)")
        self.bad("killed", "the server was ended by signal 9")
        self.bad("closes", "the server closed its output")
        self.bad("deaf", "no answer in time", timeout="2s")
        self.never("crashes", "the server ended with exit code 1: ImportError: no such module")
        self.never("refuses", "cannot initialize the server: the server answered with the error -32000: not today")

    def test_a_server_that_never_answers(self):
        got = self.bad("silent", "no answer in time", timeout="2s")
        self.assertEqual(got["timed_out"], 3)

    def test_an_answer_that_comes_too_late_is_nobody_elses(self):
        got = self.act("late", code=1, timeout="2s", rounds=3)
        self.assertEqual((got["good"], got["timed_out"]), (0, 3))
        self.assertEqual(got["failure"], "no answer in time")

    def test_floods_end_in_time(self):
        self.bad("flood", "no answer in time", timeout="2s")
        self.bad("endless-line", "the server wrote a line of more than 64 MiB", timeout="20s")

    def test_a_server_that_stays_is_ended(self):
        self.good(self.act("stays"), 3)
        with open(os.path.join(self.dir, "pid")) as f:
            with self.assertRaises(ProcessLookupError):
                os.kill(int(f.read()), 0)

    def test_tools(self):
        self.never("plain", "the server has no tool 'acd' (did you mean 'act'?)", tool="acd")
        self.never("plain", "the server has no tool 'nothing'; it has tool0, tool1, tool2, tool3, act", tool="nothing")
        self.never("endless", "the list of the server's tools has no end")

    def test_arguments_are_held_against_the_schema(self):
        for arguments, why in [
            ({}, "argument 'path' is missing (the tool asks for it)"),
            ({"path": 7}, "argument 'path' is a number, the tool asks for string"),
            ({"path": ""}, "argument 'path' has a length that is below 1, the tool's limit (minLength)"),
            ({"path": "hush" * 6}, "argument 'path' has a length that is above 20"),
            ({"path": "p", "coutn": 1}, "argument 'coutn' is none of the tool's (did you mean 'count'?)"),
            ({"path": "p", "count": 1.5}, "argument 'count' is a number, the tool asks for integer"),
            ({"path": "p", "count": -1}, "argument 'count' is below 0, the tool's limit (minimum)"),
            ({"path": "p", "mode": "hush"}, "argument 'mode' is none of those that the tool takes: fast, slow"),
            ({"path": "p", "deep": {}}, "argument 'deep.list' is missing"),
            ({"path": "p", "deep": {"list": [1, "2"]}}, "argument 'deep.list[1]' is a text, the tool asks for number"),
            ({"path": "p", "deep": {"list": [1, 2, 3, 4]}}, "argument 'deep.list' has a length that is above 3"),
        ]:
            with self.subTest(why):
                got = self.never("plain", why, arguments=arguments)
                self.assertNotIn("hush", got["failure"])

    def test_parameters_fill_texts_and_numbers(self):
        got = self.act("plain", arguments={"path": "a {n} {m}", "count": "{n}", "deep": {"list": [1, "{n}"]}}, parameters={"n": "42", "m": '"\\'},
                       checks={"contains": '{"count": 42, "deep": {"list": [1, 42]}, "path": "a 42 \\"\\\\"}'})
        self.good(got, 3)

    def test_variants_stand_in_for_the_command(self):
        got = self.bench([{"name": "x", "subject": "mcp", "tool": "act", "arguments": {"path": "p"}, "rounds": 3, "warmup": 0,
                           "variants": {"a": f"{sys.executable} {SERVER} plain", "b": f"{sys.executable} {SERVER} modern"}}])
        self.good(got["x/a"], 3)
        self.good(got["x/b"], 3)

    def test_a_program_that_is_not_there(self):
        got = self.one(code=1, command=["no-such-server", "--token=hush"])
        self.assertIn("cannot find 'no-such-server'", got["failure"])
        self.assertNotIn("hush", json.dumps(self.record))


class Http(Bench):
    """The server that lies, over HTTP."""

    def act(self, way, code=0, **item):
        open(os.path.join(self.dir, "log"), "w").close()
        server = self.serve(sys.executable, SERVER, way, "http")
        port = server.stdout.readline().strip()
        return self.one(code, **{"url": f"http://127.0.0.1:{port}/mcp?key=hush", "tool": "act", "arguments": {"path": "p"}, **item})

    def log(self):
        with open(os.path.join(self.dir, "log")) as f:
            return f.read().splitlines()

    def bad(self, way, why, **item):
        got = self.act(way, code=1, **item)
        self.assertEqual((got["good"], got["failed"]), (0, 3), got["failure"])
        self.assertIn(why, got["failure"])
        return got

    def test_a_session(self):
        got = self.act("plain", headers={"Authorization": "Bearer hush"}, checks={"contains": '{"path": "p"}', "status": "200"})
        self.good(got, 3)
        self.assertTrue(all(v > 0 for v in self.values(got, "first_byte")))
        self.assertGreater(self.values(got, "start")[0], 0)
        self.assertEqual(self.log(), ["server/discover None", "initialize None", "notifications/initialized s-1"] + ["tools/list s-1"] * 4
                         + ["tools/call s-1"] * 4 + ["deleted s-1"])
        self.assertNotIn("hush", json.dumps(self.record))

    def test_without_a_session(self):
        for path in ("p", " p", "\u00fcber", "=?base64?x?="):
            with self.subTest(path):
                self.good(self.act("modern", arguments={"path": path}), 3)
        self.assertFalse([line for line in self.log() if "s-1" in line])

    def test_streams(self):
        for way in ("pieces", "many-lines", "asks"):
            with self.subTest(way):
                self.good(self.act(way, concurrency=2, checks={"contains": '{"path": "p"}'}), 6)

    def test_a_stream_that_stays_open(self):
        self.good(self.act("open-stream"), 3)

    def test_bad_streams(self):
        self.bad("no-answer", "the stream ended without an answer")
        self.bad("twice", "the server answered one request twice")

    def test_bad_answers(self):
        self.bad("lies", "HTTP status 200, and the answer is none")
        self.bad("status", "HTTP status 503")
        self.bad("html", "neither JSON nor a stream of events")
        self.bad("nothing", "HTTP status 200, and the answer is none: it is empty")
        self.bad("accepted", "HTTP status 202, and the answer is none: it is empty")
        self.bad("created-error", "the server answered with the error -1: failed")
        self.bad("bad-status", "HTTP status 500")
        self.bad("wrong-id", "a request that was not made, with the id: 10")
        self.bad("text-id", 'a request that was not made, with the id: "')

    def test_errors_and_large_ones(self):
        self.assertIn("the tool says that it failed", self.act("is-error", code=1)["failure"])
        self.good(self.act("large"), 3)

    def test_a_server_that_never_answers(self):
        got = self.bad("hangs", "no answer in time", timeout="2s")
        self.assertEqual(got["timed_out"], 3)

    def test_nobody_listens(self):
        got = self.one(code=1, url="http://127.0.0.1:1/mcp")
        self.assertIn("Connection refused", got["failure"])


NPM = ["@modelcontextprotocol/server-everything@2026.8.31", "@modelcontextprotocol/server-filesystem@2026.8.31",
       "@modelcontextprotocol/server@2.4.0", "@modelcontextprotocol/node@2.1.2", "zod@4"]
PYPI = ["mcp==2.3.0"]


def kept(name, wanted, *commands):
    """A folder below the build that the commands fill, once for a list of packages; None and why not."""
    folder, stamp = os.path.join(BUILD, name), os.path.join(BUILD, name, "packages")
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(stamp) and open(stamp).read().split() == wanted:
            return folder, ""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for command in commands:
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
            except (OSError, subprocess.TimeoutExpired) as error:
                return None, str(error)
            if done.returncode:
                return None, (done.stderr.strip().splitlines() or ["exit code %d" % done.returncode])[-1]
        with open(stamp, "w") as f:
            f.write("\n".join(wanted))
        return folder, ""


# Serves over both, without a handshake alone: a session that begins with one is refused.
NODE = """import { createServer } from 'node:http';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { z } from 'zod';
const make = () => {
  const s = new McpServer({ name: 'newest', version: '1' });
  s.registerTool('echo', { description: 'e', inputSchema: z.object({ message: z.string() }) },
    async ({ message }) => ({ content: [{ type: 'text', text: 'said ' + message }] }));
  return s;
};
if (process.argv[2] === 'http') {
  const handler = toNodeHandler(createMcpHandler(make, { legacy: 'reject' }));
  const server = createServer((req, res) => handler(req, res));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
} else {
  serveStdio(make, { legacy: 'reject' });
}
"""
PYTHON = """import sys
from mcp.server.mcpserver import MCPServer
server = MCPServer("python")
@server.tool()
def add(a: int, b: int) -> str:
    return "sum %d" % (a + b)
server.run(transport="stdio")
"""


class Real(Bench):
    """Servers as people have them."""

    def npm(self):
        if not shutil.which("npm") or not shutil.which("node"):
            self.skipTest("needs npm and node")
        folder, why = kept("mcp-node", NPM, ["npm", "init", "-y"], ["npm", "install", "--no-audit", "--no-fund", "--silent", *NPM])
        if not folder:
            self.skipTest("servers from npm cannot be had: " + why)
        return folder

    def script(self, package):
        return os.path.join(self.npm(), "node_modules", "@modelcontextprotocol", package, "dist", "index.js")

    def written(self, name, text):
        place = os.path.join(self.npm(), name)
        with open(place + ".new%d" % os.getpid(), "w") as f:
            f.write(text)
        os.rename(f.name, place)
        return place

    def test_everything_on_streams(self):
        script = self.script("server-everything")
        got = self.one(command=["node", script, "stdio"], tool="echo", arguments={"message": "hello {n}"}, parameters={"n": ["1"]},
                       checks={"contains": "Echo: hello 1"}, concurrency=16, rounds=10, timeout="30s")
        self.good(got, 160)
        got = self.one(code=1, command=["node", script, "stdio"], tool="echo", arguments={"mesage": "x"}, timeout="30s")
        self.assertIn("argument 'message' is missing (the tool asks for it)", got["failure"])
        self.good(self.one(command=["node", script, "stdio"], timeout="30s"), 3)

    def everything(self):
        script = self.script("server-everything")
        # it takes for granted what Node has without asking from 20 on, and Debian 12 has 18
        first = self.written("crypto.cjs", "globalThis.crypto ??= require('crypto').webcrypto;\n")
        for _ in range(5):
            port = free_port()
            server = self.serve("node", "-r", first, script, "streamableHttp", env={"PORT": str(port)})
            for line in server.stdout:
                if f"listening on port {port}" in line:
                    return port
        self.fail("server-everything does not listen")

    def test_everything_over_http(self):
        got = self.one(url=f"http://127.0.0.1:{self.everything()}/mcp", tool="echo", arguments={"message": "hello"},
                       checks={"contains": "Echo: hello"}, concurrency=4, rounds=10, timeout="30s")
        self.good(got, 40)

    def test_filesystem(self):
        script, place = self.script("server-filesystem"), os.path.join(os.path.realpath(self.dir), "files")
        os.mkdir(place)
        server = {"subject": "mcp", "command": ["node", script, place], "rounds": 10, "warmup": 1, "timeout": "30s"}
        got = self.bench([
            {"name": "write", "tool": "write_file", "arguments": {"path": place + "/{size}", "content": "{size}\n"},
             "parameters": {"size": ["1", "1024"]}, **server},
            {"name": "read", "tool": "read_file", "arguments": {"path": place + "/1024"}, "checks": {"contains": "1024"}, **server},
            {"name": "list", "tool": "list_directory", "arguments": {"path": place}, "checks": {"contains": "[FILE] 1024"}, **server},
            {"name": "none", "tool": "read_file", "arguments": {"path": place + "/none"}, **server},
        ], code=1)
        for name in ("write/size=1", "write/size=1024", "read", "list"):
            self.good(got[name], 10)
        self.assertEqual(got["none"]["good"], 0)
        self.assertIn("the tool says that it failed: ENOENT", got["none"]["failure"])
        with open(place + "/1024") as f:
            self.assertEqual(f.read(), "1024\n")

    def test_the_newest_protocol(self):
        script = self.written("newest.mjs", NODE)
        asks = {"tool": "echo", "arguments": {"message": "x"}, "checks": {"contains": "said x"}, "rounds": 10, "timeout": "30s"}
        self.good(self.one(command=["node", script], concurrency=4, **asks), 40)
        port = self.serve("node", script, "http").stdout.readline().strip()
        self.good(self.one(url=f"http://127.0.0.1:{port}/", concurrency=4, **asks), 40)

    def test_the_sdk_for_python(self):
        folder, why = kept("mcp-python", PYPI, [sys.executable, "-m", "venv", "."], ["bin/python", "-m", "pip", "install", "-q",
                           "--disable-pip-version-check", "--retries", "1", "--timeout", "15", *PYPI])
        if not folder:
            self.skipTest("the SDK for Python cannot be had: " + why)
        with open(os.path.join(self.dir, "server.py"), "w") as f:
            f.write(PYTHON)
        got = self.one(command=[os.path.join(folder, "bin", "python"), "server.py"], tool="add", arguments={"a": "{a}", "b": 2},
                       parameters={"a": "40"}, checks={"contains": "sum 42"}, rounds=10, concurrency=4, timeout="30s")
        self.good(got, 40)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
