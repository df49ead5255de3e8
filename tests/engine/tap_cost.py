"""What the tap costs: a call, and a body, straight and through it, side by side. Prints a table; asserts nothing.

    python3 tests/engine/tap_cost.py [docker] [podman]
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import engines  # noqa: E402

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FETTLE = os.environ.get("REAL_FETTLE") or SOURCE + "/build/fettle"
CALLS, ROUNDS, BODY = 2000, 5, 1 << 27


def link(path):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    return s


def ask_ns(s, request):
    began = time.perf_counter_ns()
    s.sendall(request)
    r = http.client.HTTPResponse(s)
    r.begin()
    r.read()
    return time.perf_counter_ns() - began


def calls(kind, name, straight, tapped, target):
    """One call this way, one that way, so that both meet the same machine."""
    links = [link(straight), link(tapped)]
    request = b"GET %s HTTP/1.1\r\nHost: d\r\n\r\n" % target.encode()
    times = [[], []]
    for _ in range(CALLS):
        for i in (0, 1):
            times[i].append(ask_ns(links[i], request) / 1000)
    a, b = statistics.median(times[0]), statistics.median(times[1])
    print("%-8s %-34s straight %7.1f us  tapped %7.1f us  %+6.1f us" % (kind, name, a, b, b - a), flush=True)


def upload_mib_s(path, chunked):
    """A build context whose Dockerfile is not there: the engine takes all of it and says no."""
    s = link(path)
    block = b"\0" * (1 << 20)
    tar = b"weight".ljust(100, b"\0") + b"0000644\0" + b"0" * 7 + b"\0" + b"0" * 7 + b"\0" + b"%011o\0" % BODY
    head = b"POST /build HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-tar\r\n"
    header = tar + b"0" * 11 + b"\0" + b" " * 8 + b"0"
    header = header.ljust(512, b"\0")
    header = header[:148] + b"%06o\0 " % sum(header) + header[156:]
    began = time.perf_counter()
    if chunked:
        s.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n200\r\n" + header + b"\r\n")
        part = b"8000\r\n" + block[:32768] + b"\r\n"
        for _ in range(BODY // 32768):
            s.sendall(part)
        s.sendall(b"400\r\n" + block[:1024] + b"\r\n0\r\n\r\n")
    else:
        s.sendall(head + b"Content-Length: %d\r\n\r\n" % (BODY + 1536) + header)
        for _ in range(BODY >> 20):
            s.sendall(block)
        s.sendall(block[:1024])
    r = http.client.HTTPResponse(s)
    r.begin()
    r.read()
    return (BODY >> 20) / (time.perf_counter() - began)


def uploads(kind, name, straight, tapped, chunked):
    upload_mib_s(straight, chunked)
    pairs = [(upload_mib_s(straight, chunked), upload_mib_s(tapped, chunked)) for _ in range(ROUNDS)]
    ratios = sorted(b / a for a, b in pairs)
    print("%-8s %-34s straight %5.0f MiB/s  ratio %.2f (%.2f ... %.2f)"
          % (kind, name, statistics.median(a for a, _ in pairs), statistics.median(ratios), ratios[0], ratios[-1]),
          flush=True)


def measure(engine, tapped):
    for _ in range(3):
        calls(engine.kind, "ping", engine.socket, tapped, "/_ping")
    calls(engine.kind, "inspect of an image", engine.socket, tapped, "/images/%s/json" % engines.IMAGES["sleep"])
    uploads(engine.kind, "build context, length known", engine.socket, tapped, False)
    uploads(engine.kind, "build context, chunks of 32 KiB", engine.socket, tapped, True)


def main():
    for kind in sys.argv[1:] or engines.KINDS:
        engine = engines.start(kind)
        with tempfile.TemporaryDirectory() as folder:
            held = subprocess.Popen([FETTLE, "run", "-q", "-o", folder + "/out", "--no-history", "--", "sh", "-c",
                                     'echo "$DOCKER_HOST" > host.new; mv host.new host; while [ ! -e end ]; do sleep 0.1; done'],
                                    cwd=folder, env=dict(os.environ, DOCKER_HOST="unix://" + engine.socket))
            while not os.path.exists(folder + "/host"):
                time.sleep(0.02)
            with open(folder + "/host") as f:
                measure(engine, f.read().strip()[len("unix://"):])
            open(folder + "/end", "w").close()
            held.wait()
        engine.stop()


if __name__ == "__main__":
    main()
