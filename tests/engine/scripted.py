"""A container engine that does what a test tells it: a server on a unix socket, each connection in its own thread."""

import contextlib
import os
import socket
import threading


def answer(body=b"", status="200 OK", **headers):
    lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % (name.replace("_", "-"), value) for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Request:
    """One request, read whole but for its body: that is left in `link` where the script wants it so."""

    def __init__(self, link, head, body_bytes):
        self.link, self.head = link, head
        first, *rest = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in rest if line)}
        self.length = int(self.headers.get("content-length", 0))
        self.early = body_bytes

    def body(self):
        data = self.early
        while len(data) < self.length:
            piece = self.link.recv(65536)
            if not piece:
                break
            data += piece
        self.rest = data[self.length:]
        return data[:self.length]


class Engine:
    """script(request, link) -> bytes to answer, or None where it has answered itself; False closes the connection."""

    def __init__(self, path, script):
        self.path, self.script = path, script
        self.requests = []
        self.up()

    def up(self):
        self.listener = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self.listener.bind(self.path)
        self.listener.listen(128)
        self.links = []
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def down(self):
        """Gone: its socket refuses."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for link in self.links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def accept(self, listener):
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            self.links.append(link)
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        data = b""
        with contextlib.suppress(OSError), link:
            while True:
                while b"\r\n\r\n" not in data:
                    piece = link.recv(65536)
                    if not piece:
                        return
                    data += piece
                head, data = data.split(b"\r\n\r\n", 1)
                if not head.split(b"\r\n")[0].endswith(b" HTTP/1.1"):
                    return
                request = Request(link, head, data)
                if "content-length" in request.headers and request.length < 1 << 20:
                    request.content = request.body()
                    data = request.rest
                if request.target == "/_ping":
                    link.sendall(answer(b"OK"))
                    continue
                if request.target.startswith("/events?since="):  # fettle's own ear
                    link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while link.recv(65536):
                        pass
                    return
                if request.target == "/containers/%s/json" % ("c0ffee" + "0" * 58):
                    link.sendall(answer(b'{"message":"gone"}', "404 Not Found"))
                    continue
                self.requests.append((request.method, request.target))
                said = self.script(request, link)
                if said is False:
                    return
                if said:
                    link.sendall(said)
