"""What a mark costs who makes it: inside of fettle, outside, and without the call."""
import os
import shutil

from frame import Failed, Side, Table, execute, interleave, seconds, verdict

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PYTHON = """
import sys
sys.path.insert(0, %r)
import fettle
from time import perf_counter_ns as now
def spans(n):
    begin = now()
    for i in range(n):
        with fettle.phase("db migrate"):
            pass
    return (now() - begin) / n
def counts(n):
    begin = now()
    for i in range(n):
        fettle.count("rows")
    return (now() - begin) / n
def nothing(n):
    begin = now()
    for i in range(n):
        pass
    return (now() - begin) / n
with open(sys.argv[1], "w") as out:
    print(min(spans(2000) for _ in range(9)), min(counts(2000) for _ in range(9)), min(nothing(2000) for _ in range(9)), file=out)
""" % os.path.join(ROOT, "lib", "python")

GO = """package main

import (
	"fmt"
	"m/fettle"
	"os"
	"time"
)

func main() {
	best := 1e18
	for r := 0; r < 9; r++ {
		begin := time.Now()
		for i := 0; i < 5000; i++ {
			fettle.Phase("db migrate").End()
		}
		if ns := float64(time.Since(begin)) / 5000; ns < best {
			best = ns
		}
	}
	if err := os.WriteFile(os.Args[1], []byte(fmt.Sprintln(best)), 0o600); err != nil {
		os.Exit(1)
	}
}
"""


def write(root, path, text):
    os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as f:
        f.write(text)


def marks(b):
    """A span (begin and end) in C, Python and Go, and `fettle mark`: inside of fettle run, and outside of it."""
    root = b.folder("marks")
    marker = os.path.join(os.path.dirname(b.fettle), "marker")
    write(root, "m.py", PYTHON)
    programs = {"C": ["sh", "-c", f'"{marker}" bench 20000 >"$0"'], "Python": [b.python, "m.py"]}
    if shutil.which("go"):
        write(root, "go.mod", "module m\n\ngo 1.20\n")
        write(root, "main.go", GO)
        os.makedirs(os.path.join(root, "fettle"))
        shutil.copy(os.path.join(ROOT, "lib", "go", "fettle", "fettle.go"), os.path.join(root, "fettle"))
        execute(["go", "build", "-o", "gomarks", "."], root, {"GOPROXY": "off", "GOTOOLCHAIN": "local"})
        programs["Go"] = ["./gomarks"]
    sides = []
    for language, argv in programs.items():
        for place, front in (("outside", []), ("inside", b.run("--no-history", "--"))):

            def measure(argv=argv, front=front):
                out = os.path.join(root, "figures")
                if os.path.exists(out):
                    os.unlink(out)
                execute(front + argv + [out], root)
                with open(out, encoding="utf-8") as f:
                    figures = [float(word) * 1e-9 for word in f.read().split()]
                if not figures:
                    raise Failed(f"{argv} said nothing")
                return {"wall": figures[0], "second": figures[1] if len(figures) > 1 else 0}

            sides.append(Side(f"{language} {place}", measure))

    write(root, "mark.sh", 'i=0; while [ $i -lt 50 ]; do "$1" mark begin a; i=$((i + 1)); done\n')
    write(root, "true.sh", 'i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i + 1)); done\n')
    for name, argv in (("/bin/true", ["sh", "true.sh"]), ("fettle mark begin", b.run("--", "sh", "mark.sh", b.fettle))):
        sides.append(Side(name, lambda argv=argv: {"wall": execute(argv, root).wall / 50}))
    samples = interleave(sides, b.rounds)
    table = Table("a span", "median", "least", "most")
    for side in sides:
        values = samples.get(side.name)
        form = (lambda s: f"{s * 1e9:.1f} ns") if max(values) < 1e-6 else seconds
        table.row(side.name, form(samples.median(side.name)), form(min(values)), form(max(values)))
    ns = lambda s: f"{s * 1e9:.1f} ns"
    return (f"{table}\n\nIn C: off {verdict(samples.median('C outside'), 1e-9, ns)}, on "
            f"{verdict(samples.median('C inside'), 100e-9, ns)}. Python: a count {ns(samples.median('Python inside', 'second'))} "
            "inside. Each figure is the best of the rounds of one process.")
