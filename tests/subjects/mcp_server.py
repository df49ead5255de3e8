"""A server of the Model Context Protocol that does as it is told, and mostly what it should not.

    mcp_server.py WAY [http]

A way names what the tool 'act' does, or what the server does before. On http the port is printed.
"""
import base64
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAY = sys.argv[1]
NEWEST = "2026-07-28"
SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "minLength": 1, "maxLength": 20, "x-mcp-header": "Path"},
        "count": {"type": "integer", "minimum": 0, "maximum": 100},
        "mode": {"enum": ["fast", "slow"]},
        "deep": {"type": "object", "properties": {"list": {"type": "array", "items": {"type": "number"}, "maxItems": 3}},
                 "required": ["list"], "additionalProperties": False},
    },
    "required": ["path"],
    "additionalProperties": False,
}
calls = 0


def result(ask, value):
    return {"jsonrpc": "2.0", "id": ask["id"], "result": value}


def text(what):
    return {"content": [{"type": "text", "text": what}, {"type": "image", "data": "", "mimeType": "image/png"},
                        {"type": "text", "text": "second"}], "structuredContent": {"said": what, "n": 3}}


def error(ask, code, message, **more):
    return {"jsonrpc": "2.0", "id": ask.get("id"), "error": {"code": code, "message": message, **more}}


def tools(ask):
    cursor = int(ask.get("params", {}).get("cursor", 0))
    page = {"tools": [{"name": f"tool{cursor}"}]}
    if WAY == "endless":
        return result(ask, {"tools": [], "nextCursor": "0"})
    if cursor == 3:
        page["tools"].append({"name": "act", "inputSchema": SCHEMA})
    else:
        page["nextCursor"] = str(cursor + 1)
    return result(ask, page)


def discover(ask):
    if WAY == "modern":
        return result(ask, {"supportedVersions": [NEWEST], "capabilities": {}, "resultType": "complete"})
    if WAY == "both":
        return error(ask, -32022, "no", data={"supported": ["2025-06-18", "2025-03-26"]})
    if WAY == "future":
        return error(ask, -32022, "no", data={"supported": ["2099-01-01"]})
    return error(ask, -32601, "Method not found")


def known(ask):
    """The answer to what is not a call of the tool; None: it is one, or wants no answer."""
    method = ask.get("method")
    if method == "server/discover":
        return discover(ask)
    if method == "initialize":
        version = {"old": "2024-11-05", "strange": "1999-01-01"}.get(WAY, ask["params"]["protocolVersion"])
        return error(ask, -32000, "not today") if WAY == "refuses" else result(
            ask, {"protocolVersion": version, "capabilities": {}, "serverInfo": {"name": "t", "version": "1"}})
    if method == "tools/list":
        return tools(ask)
    return result(ask, {}) if method == "ping" else None


def plain(ask):
    return result(ask, text(json.dumps(ask["params"].get("arguments"), sort_keys=True)))


ANSWERS = {
    "is-error": lambda a: result(a, {"isError": True, "content": [{"type": "text", "text": "no such\nfile \x1b[31m"}]}),
    "error": lambda a: error(a, -32602, "bad arguments"),
    "empty": lambda a: result(a, {}),
    "null": lambda a: result(a, None),
    "text-id": lambda a: {**plain(a), "id": str(a["id"])},
    "wrong-id": lambda a: {**plain(a), "id": a["id"] + 1000},
    "no-version": lambda a: {"id": a["id"], "result": text("x")},
    "input": lambda a: result(a, {"resultType": "input_required", "inputRequests": {}}),
    "large": lambda a: result(a, text("x" * 2_200_000)),
}


# standard streams

def say(message):
    with lock:
        sys.stdout.buffer.write(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()


def notice(method="notifications/tools/list_changed"):
    return {"jsonrpc": "2.0", "method": method}


def act(ask):
    global calls
    calls += 1
    first = calls == 1  # the dry run
    if WAY == "reversed":
        held.append(ask)
        if first or len(held) == 4:
            for one in reversed(held):
                say(plain(one))
            held.clear()
    elif WAY == "batch":
        say([notice(), plain(ask)])
    elif WAY == "twice":
        say(plain(ask))
        if not first:
            say(plain(ask))
    elif WAY == "garbage":
        say(plain(ask) if first else b"Listening on port 1234\n")
    elif WAY == "dies" and calls == 3:
        sys.stderr.write("first\nout of luck (line 7)\n")
        sys.exit(7)
    elif WAY == "killed" and not first:
        os.kill(os.getpid(), 9)
    elif WAY == "closes" and not first:
        os.close(1)
        time.sleep(20)
    elif WAY == "deaf" and not first:
        os.close(0)
        time.sleep(20)
    elif WAY == "silent" and not first:
        pass
    elif WAY == "late":
        threading.Timer(0 if first else 2.3, say, [plain(ask)]).start()
    elif WAY == "flood" and not first:
        while True:
            say(json.dumps(notice()).encode() + b"\n")
    elif WAY == "endless-line" and not first:
        while True:
            sys.stdout.buffer.write(b"x" * (1 << 20))
    elif WAY == "loud":
        sys.stderr.write("y" * 200_000 + "\n")
        say(plain(ask))
    elif WAY == "asks":
        for method in ("ping", "roots/list", "sampling/createMessage"):
            say({"jsonrpc": "2.0", "id": f"{method}-{calls}", "method": method})
        answers = [json.loads(sys.stdin.readline()) for _ in range(3)]
        good = answers[0] == {"jsonrpc": "2.0", "id": f"ping-{calls}", "result": {}} and all(
            a["error"]["code"] == -32601 for a in answers[1:])
        say(plain(ask) if good else error(ask, 1, "answers are wrong"))
    elif WAY in ANSWERS and (not first or WAY not in ("wrong-id", "text-id", "no-version", "null")):
        say(ANSWERS[WAY](ask))
    elif WAY == "modern" and ask["params"].get("_meta", {}).get("io.modelcontextprotocol/protocolVersion") != NEWEST:
        say(error(ask, -32600, "who asks?"))
    else:
        say(plain(ask))


def take(line):
    ask = json.loads(line)
    if WAY == "strict" and not started and ask["method"] != "initialize":
        sys.exit("expected initialize")
    if WAY == "mute" and ask["method"] == "server/discover":
        return
    if WAY == "modern" and ask["method"] == "initialize":
        return say(error(ask, -32601, "there is no handshake"))
    started.append(ask["method"])
    if ask["method"] == "initialize" and WAY == "notifies":
        say(notice())
        say({"jsonrpc": "2.0", "id": 1, "method": "roots/list"})
        json.loads(sys.stdin.readline())
    if ask["method"] == "tools/call":
        act(ask)
    elif "id" in ask:
        say(known(ask))


def streams():
    if WAY == "crashes":
        sys.exit("Traceback\nImportError: no such module")
    if WAY == "banner":
        say(b"Welcome to the server\n")
    if WAY == "stays":
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with open("pid", "w") as f:
            f.write(str(os.getpid()))
    for line in sys.stdin:
        take(line)
    while WAY == "stays":
        time.sleep(1)


# HTTP

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self, status, body, kind="application/json", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self, pieces, ends=True):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            if len(pieces) < 200:
                time.sleep(0.002)
        if ends:
            self.wfile.write(b"0\r\n\r\n")
        else:
            time.sleep(20)

    def do_DELETE(self):
        with open("log", "a") as f:
            f.write("deleted %s\n" % self.headers["Mcp-Session-Id"])
        self.body(200, b"")

    def act(self, ask):
        global calls
        calls += 1
        first, good = calls == 1, json.dumps(plain(ask)).encode()
        event = b": hello\r\nid: 1\r\ndata: \r\n\r\nevent: message\r\ndata: " + good + b"\r\n\r\n"
        if WAY == "pieces":
            self.events([event[i:i + 1] for i in range(len(event))])
        elif WAY == "many-lines":
            lines = json.dumps(plain(ask), indent=1).encode().replace(b"\n", b"\ndata: ")
            self.events([b"data: " + json.dumps(notice()).encode() + b"\n\nevent: other\ndata: {}\n\ndata: " + lines + b"\n\n"])
        elif WAY == "open-stream":
            self.events([event], ends=False)
        elif WAY == "no-answer" and not first:
            self.events([b"data: " + json.dumps(notice()).encode() + b"\n\n"])
        elif WAY == "twice" and not first:
            self.events([event, event])
        elif WAY == "asks":
            self.events([b"data: " + json.dumps({"jsonrpc": "2.0", "id": "q", "method": "ping"}).encode() + b"\n\n", event])
        elif WAY == "lies" and not first:
            self.body(200, json.dumps({"error": "out of order"}).encode())
        elif WAY == "status" and not first:
            self.body(503, b"busy", "text/plain")
        elif WAY == "html" and not first:
            self.body(200, b"<p>hi</p>", "text/html")
        elif WAY == "nothing" and not first:
            self.body(200, b"")
        elif WAY == "accepted" and not first:
            self.body(202, b"", None)
        elif WAY == "created-error" and not first:
            self.body(201, json.dumps(error(ask, -1, "failed")).encode())
        elif WAY == "bad-status" and not first:
            self.body(500, good)
        elif WAY in ANSWERS and (not first or WAY not in ("wrong-id", "text-id")):
            self.body(200, json.dumps(ANSWERS[WAY](ask)).encode())
        elif WAY == "hangs" and not first:
            time.sleep(20)
        else:
            self.body(200, good)

    def do_POST(self):
        ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("log", "a") as f:
            f.write("%s %s\n" % (ask.get("method", "answer"), self.headers.get("Mcp-Session-Id")))
        if "json" not in self.headers["Accept"] or "event-stream" not in self.headers["Accept"]:
            return self.body(406, b"")
        if WAY == "modern":
            return self.modern(ask)
        if ask.get("method") == "server/discover":
            return self.body(400, json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "no"}}).encode())
        if ask.get("method") == "initialize":
            return self.body(200, json.dumps(known(ask)).encode(), Mcp_Session_Id="s-1")
        if self.headers.get("Mcp-Session-Id") != "s-1" or self.headers.get("MCP-Protocol-Version") != "2025-11-25":
            return self.body(400, b"")
        if "id" not in ask or "method" not in ask:
            return self.body(202, b"", None)
        self.act(ask) if ask["method"] == "tools/call" else self.body(200, json.dumps(known(ask)).encode())

    def modern(self, ask):
        params = ask["params"]
        wanted = {"MCP-Protocol-Version": params.get("_meta", {}).get("io.modelcontextprotocol/protocolVersion"),
                  "Mcp-Method": ask["method"], "Mcp-Name": params.get("name")}
        path = params.get("arguments", {}).get("path")
        if path is not None:
            plain_path = path.isascii() and path.isprintable() and path.strip() == path and not path.startswith("=?base64?")
            wanted["Mcp-Param-Path"] = path if plain_path else "=?base64?%s?=" % base64.b64encode(path.encode()).decode()
        for name, value in wanted.items():
            if self.headers.get(name) != value:
                return self.body(400, json.dumps(error(ask, -32020, f"{name} is {self.headers.get(name)}")).encode())
        if "Mcp-Session-Id" in self.headers:
            return self.body(400, b"")
        self.act(ask) if ask["method"] == "tools/call" else self.body(200, json.dumps(known(ask)).encode())


lock, held, started = threading.Lock(), [], []
if sys.argv[2:] == ["http"]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
else:
    streams()
