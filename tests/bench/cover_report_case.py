"""Merging and reporting coverage: fettle beside coverage.py on the files of many processes."""
import glob
import os
import shutil
import subprocess
import sys

from frame import Table, execute

PACKAGES = ["coverage==7.17.3", "sympy==1.13.3"]
FILES, EACH = 339, 900

# One .coverage file for each of 339 processes: a quarter of all lines, the same in each, and some of its own.
MAKE = '''
import os, pathlib, random, sys
import sympy
from coverage import CoverageData

random.seed(1)
root = pathlib.Path(sympy.__file__).parent
files = [str(p) for p in sorted(root.rglob("*.py")) if "rubi" not in str(p)]
lines = {f: [i for i, l in enumerate(open(f, errors="replace"), 1) if l.strip() and l.strip()[0] != "#"] for f in files}
base = {f: set(random.sample(l, len(l) // 4)) for f, l in lines.items()}
for n in range(int(sys.argv[1])):
    data = CoverageData(basename=".coverage.%03d" % n)
    data.add_lines({f: base[f] | set(random.sample(lines[f], min(len(lines[f]), random.randrange(40))))
                    for f in random.sample(files, int(sys.argv[2]))})
    data.write()
print(root)
'''


def venv(b):
    folder = os.path.join(os.path.dirname(os.path.dirname(b.python)), "cover-report")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "done")):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
        open(os.path.join(folder, "done"), "w").close()
    return python


def theirs(python, root, html):
    """The commands of a job that merges and reports, one after the other."""
    data = os.path.join(root, "all.coverage")
    if os.path.exists(data):
        os.unlink(data)
    words = [["combine", "--keep", "-q", *sorted(glob.glob(os.path.join(root, "data", ".coverage.*")))]]
    words += [["html", "-q", "-d", "html"]] if html else [["report"], ["xml", "-q"], ["json", "-q"], ["lcov", "-q"]]
    runs = [execute([python, "-m", "coverage", w[0], "--data-file=" + data, *w[1:]], root) for w in words]
    return sum(r.wall for r in runs), max(r.rss for r in runs)


def ours(b, root, formats):
    out = os.path.join(root, "ours")
    shutil.rmtree(out, ignore_errors=True)
    run = execute([b.fettle, "cover", "report", "data", "-o", out, "--format", formats], root)
    return run.wall, run.rss


def cover_report(b):
    """Wall time from the .coverage files of 339 processes of a 350,000-statement tree (sympy) to reports."""
    python, root = venv(b), b.folder("cover-report")
    data = os.path.join(root, "data")
    os.makedirs(data)
    n = 20 if b.quick else FILES
    subprocess.run([python, "-c", MAKE, str(n), str(EACH)], cwd=data, check=True, stdout=subprocess.DEVNULL)
    table = Table("reports", "coverage.py", "peak", "fettle, median", "peak", "ratio")
    for name, formats, html in (("term, xml, json, lcov", "term,xml,json,lcov", False), ("html", "html", True)):
        wall, rss = theirs(python, root, html)
        own = sorted(ours(b, root, formats) for _ in range(max(3, b.rounds)))
        median, peak = own[len(own) // 2][0], max(r for _, r in own)
        table.row(name, f"{wall:.1f} s", f"{rss >> 20} MiB", f"{median:.2f} s", f"{peak >> 20} MiB", f"{wall / median:.0f}")
    return f"{n} files; coverage.py's combine and its report commands once, one after the other; fettle in one pass.\n\n{table}"
