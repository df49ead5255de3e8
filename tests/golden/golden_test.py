"""Records in, reports out, byte for byte.

    tests/golden/NAME/events.jsonl     the record of a run; or bench.json, of benchmarks
    tests/golden/NAME/report.FORMAT    what `fettle report NAME --format FORMAT` prints
    tests/golden/NAME/said             what it says on standard error, if anything

GOLDEN_ACCEPT=1 writes what is printed as what should be printed: read the difference before you commit it.

What is compressed is compared as what it holds, since libraries differ in how they compress; the page's style and scripts,
which have tests of their own, stand there by name.
"""
import base64
import difflib
import gzip
import os
import re
import subprocess
import unittest

FETTLE = os.path.join(os.environ["BUILD_ROOT"], "fettle")
SOURCE = os.environ["SOURCE_ROOT"]
HERE = os.path.join(SOURCE, "tests", "golden")
ACCEPT = os.environ.get("GOLDEN_ACCEPT") == "1"
FORMATS = {
    "events.jsonl": ("text", "json", "markdown", "junit", "html", "trace"),
    "bench.json": ("text", "json", "markdown", "junit", "html", "csv", "hyperfine", "go", "openmetrics", "bencher"),
}


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def plain_html(page):
    parts = ("bench_out/bench.css",) if b'class="benches"' in page else ("report/timeline.js", "report/page.js")
    for name in ("report/every.css", "report/page.css", *parts):
        source = read(os.path.join(SOURCE, "src", name))
        assert source in page, f"{name} is not in the page"
        page = page.replace(source, os.path.basename(name).encode())
    for name in ("uPlot.min.css", "uPlot.iife.min.js"):  # only where there is a curve
        page = page.replace(read(os.path.join(SOURCE, "third_party", "uplot", name)), name.encode())
    page = re.sub(rb"'sha256-[^']*'", b"'sha256'", page)
    return re.sub(rb"\bH4sI[A-Za-z0-9+/=\s]*", lambda m: gzip.decompress(base64.b64decode(m.group(0))) + b"\n", page)


PLAIN = {"html": plain_html, "trace": gzip.decompress}


def difference(wanted, have):
    lines = [text.decode("utf-8", "backslashreplace").splitlines() for text in (wanted, have)]
    return "\n".join(list(difflib.unified_diff(*lines, "wanted", "printed", lineterm="", n=1))[:60])


class Golden(unittest.TestCase):
    def settle(self, path, have):
        if ACCEPT and not have:
            if os.path.exists(path):
                os.unlink(path)
        elif ACCEPT:
            with open(path, "wb") as f:
                f.write(have)
        elif read(path) != have:
            self.fail(f"{os.path.relpath(path, SOURCE)}\n{difference(read(path), have)}")

    def check(self, name, record):
        folder = os.path.join(HERE, name)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        env |= {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
        for form in FORMATS[record]:
            with self.subTest(format=form):
                p = subprocess.run([FETTLE, "report", name, "--format", form], cwd=HERE, env=env, capture_output=True,
                                   timeout=120)
                self.assertEqual(p.returncode, 0, p.stderr)
                self.settle(os.path.join(folder, f"report.{form}"), PLAIN.get(form, bytes)(p.stdout))
                if record == "events.jsonl" or form == "hyperfine":  # which has no place for all that is measured
                    self.settle(os.path.join(folder, "said"), p.stderr)
                else:
                    self.assertEqual(p.stderr, b"")


def add(name, record):
    setattr(Golden, "test_" + name, lambda self: self.check(name, record))


for entry in sorted(os.listdir(HERE)):
    for one in FORMATS:
        if os.path.exists(os.path.join(HERE, entry, one)):
            add(entry, one)

if __name__ == "__main__":
    unittest.main()
