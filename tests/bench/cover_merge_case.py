"""Merging coverage in the formats of other tools, each beside the tool whose format it is."""
import glob
import json
import os
import random
import shutil
import subprocess
import sys

from frame import Side, Table, execute, interleave

PACKAGES = ["coverage==7.17.3", "slipcover==1.0.18", "fastcov==1.17", "gcovr==8.8"]

# A program of many small sources, each with branches, so that a run leaves as many .gcda files.
C_SOURCES, C_RUNS = 91, 100


def venv(b):
    folder = os.path.join(os.path.dirname(os.path.dirname(b.python)), "cover-merge")
    python = os.path.join(folder, "bin", "python")
    done = os.path.join(folder, "done")
    if not os.path.exists(done) or open(done).read().split() != PACKAGES:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
        with open(done, "w", encoding="utf-8") as f:
            f.write("\n".join(PACKAGES))
    return python


def sources(root, n, lines):
    """n Python files; what is counted below are their lines."""
    os.makedirs(os.path.join(root, "src"))
    names = [f"src/module_{i:04}.py" for i in range(n)]
    for name in names:
        with open(os.path.join(root, name), "w", encoding="utf-8") as f:
            f.writelines(f"x{i} = {i}\n" for i in range(lines))
    return names


def make_lcov(root, files):
    """Files of about 1.3 MB each, of 400 sources."""
    names = sources(root, 400, 450)
    rng = random.Random(3)
    for n in range(files):
        with open(os.path.join(root, f"{n:03}.info"), "w", encoding="utf-8") as f:
            for name in names:
                f.write(f"TN:\nSF:{os.path.join(root, name)}\n")
                counts = [rng.choice((0, 1, 7, 1234)) for _ in range(450)]
                f.writelines(f"DA:{i},{c}\n" for i, c in enumerate(counts, 1))
                f.write(f"LF:450\nLH:{sum(c > 0 for c in counts)}\nend_of_record\n")


def make_slipcover(root, files):
    names = sources(root, 400, 450)
    rng = random.Random(5)
    for n in range(files):
        covered = {}
        for name in names:
            lines = sorted(rng.sample(range(1, 451), 300))
            missing = sorted(set(range(1, 451)) - set(lines))
            covered[name] = {"executed_lines": lines, "missing_lines": missing,
                             "summary": {"covered_lines": 300, "missing_lines": 150, "percent_covered": 300 / 4.5}}
        whole = {"meta": {"software": "slipcover", "version": "1.0.18", "timestamp": "2026-01-01T00:00:00", "branch_coverage": False,
                          "show_contexts": False},
                 "files": covered, "summary": {"covered_lines": 120000, "missing_lines": 60000, "percent_covered": 200 / 3}}
        with open(os.path.join(root, f"{n:03}.json"), "w", encoding="utf-8") as f:
            json.dump(whole, f)


# As processes of one suite leave them: a part that all ran, and a little that is a process's own.
MAKE_ARCS = '''
import os, random, sys
from coverage import CoverageData

random.seed(1)
files = [os.path.abspath("src/module_%04d.py" % i) for i in range(400)]
ways = {f: [(i, i + random.choice((1, 1, 1, 2, 5))) for i in range(1, 440)] for f in files}
base = {f: set(random.sample(w, 150)) for f, w in ways.items()}
for n in range(int(sys.argv[1])):
    data = CoverageData(basename=".coverage.%03d" % n)
    data.add_arcs({f: base[f] | set(random.sample(ways[f], random.randrange(20))) for f in random.sample(files, 300)})
    data.write()
'''


def make_gcda(root, runs):
    """Counters of `runs` runs of one program of 91 sources, a folder each."""
    functions = []
    for i in range(C_SOURCES):
        with open(os.path.join(root, f"s{i}.c"), "w", encoding="utf-8") as f:
            for k in range(20):
                f.write(f"int f{i}_{k}(int n)\n{{\n\tint s = 0;\n\tfor (int i = 0; i < n; i++)\n"
                        f"\t\tif (i % {k + 2} == 0)\n\t\t\ts += i;\n\t\telse if (i > {k * 3})\n\t\t\ts -= 1;\n\treturn s;\n}}\n\n")
                functions.append(f"f{i}_{k}")
    with open(os.path.join(root, "main.c"), "w", encoding="utf-8") as f:
        f.writelines(f"int {name}(int);\n" for name in functions)
        f.write("int main(int argc, char **argv)\n{\n\tint s = 0;\n\t(void)argv;\n")
        f.writelines(f"\tif (argc % {i % 7 + 1} == 0)\n\t\ts += {name}(argc * 5);\n" for i, name in enumerate(functions))
        f.write("\treturn s == 12345;\n}\n")
    names = [f"s{i}.c" for i in range(C_SOURCES)] + ["main.c"]
    execute(["gcc", "--coverage", "-O0", "-o", "prog", *names], root)
    for n in range(runs):
        env = {"GCOV_PREFIX": os.path.join(root, f"run{n:03}"), "GCOV_PREFIX_STRIP": str(root.count("/"))}
        execute(["./prog", *["x"] * (n % 9)], root, env)
        for note in glob.glob(os.path.join(root, "*.gcno")):
            os.link(note, os.path.join(root, f"run{n:03}", os.path.basename(note)))
    return len(glob.glob(os.path.join(root, "run*", "*.gcda")))


def of_one_run(root, argv):
    """What a tool takes for the counters of the first run alone."""
    run = execute(argv, os.path.join(root, "run000"))
    return {"wall": run.wall, "rss": run.rss}


def gcda_tools(root, python):
    """Tools that read .gcda: by name, what makes a report of those of one run."""
    tools = os.path.dirname(python)
    counters = sorted(os.path.basename(p) for p in glob.glob(os.path.join(root, "run000", "*.gcda")))
    yield "gcov, as JSON", ["gcov", "-j", "-b", "-t", *counters]
    yield "gcovr", [os.path.join(tools, "gcovr"), "-r", root, ".", "--lcov", "../gcovr.lcov"]
    yield "fastcov", [os.path.join(tools, "fastcov"), "-d", ".", "--lcov", "-o", "../fastcov.lcov"]
    if shutil.which("grcov"):
        yield "grcov", [shutil.which("grcov"), ".", "-t", "lcov", "-o", "../grcov.lcov"]


def sides_of(b, root, theirs, pattern, out):
    def mine():
        files = sorted(glob.glob(os.path.join(root, pattern)))
        run = execute([b.fettle, "cover", "merge", *files, "-o", out], root)
        return {"wall": run.wall, "rss": run.rss}

    def other():
        run = execute(theirs(sorted(glob.glob(os.path.join(root, pattern)))), root)
        return {"wall": run.wall, "rss": run.rss}

    return [Side("theirs", other), Side("fettle", mine)]


def cover_merge(b):
    """Many coverage files of one kind into one, by the tool whose format it is and by `fettle cover merge`."""
    python = venv(b)
    n = 10 if b.quick else 100
    table = Table("files", "tool", "its time", "its peak", "fettle", "peak", "ratio")
    grcov = shutil.which("grcov")
    kinds = [
        ("LCOV, 400 sources", "lcov", make_lcov, "*.info", "all-fettle.lcov", shutil.which("lcov") and (
            lambda files: ["lcov", "--quiet", *(w for f in files for w in ("-a", f)), "-o", "all-theirs.lcov"])),
        ("LCOV, 400 sources", "grcov", make_lcov, "*.info", "all-fettle.lcov", grcov and (
            lambda files: [grcov, *files, "-t", "lcov", "-o", "all-theirs.lcov"])),
        ("LCOV, 400 sources", "fastcov", make_lcov, "*.info", "all-fettle.lcov", (
            lambda files: [os.path.join(os.path.dirname(python), "fastcov"), "-C", *files, "--lcov", "-o", "all-theirs.lcov"])),
        ("slipcover JSON, 400 sources", "slipcover --merge", make_slipcover, "*.json", "all-fettle.lcov", (
            lambda files: [python, "-m", "slipcover", "--merge", *files, "--out", "all-theirs"])),
    ]
    for what, tool, make, pattern, out, theirs in kinds:
        if not theirs:
            continue
        root = b.folder("cover-merge-" + tool.split()[0])
        make(root, n)
        samples = interleave(sides_of(b, root, theirs, pattern, out), 1 if tool == "lcov" else 3)
        row(table, f"{n} x {what}", tool, samples)
    root = b.folder("cover-merge-arcs")
    sources(root, 400, 450)
    arcs = 20 if b.quick else 339
    subprocess.run([python, "-c", MAKE_ARCS, str(arcs)], cwd=root, check=True)
    samples = interleave(sides_of(b, root, lambda files: [python, "-m", "coverage", "combine", "--keep", "-q",
                                                          "--data-file=all-theirs", *files], ".coverage.*", "all-fettle.coverage"), 1)
    row(table, f"{arcs} x .coverage with arcs", "coverage.py combine", samples)
    root = b.folder("cover-merge-gcda")
    files = make_gcda(root, n)
    for tool, argv in gcda_tools(root, python):
        samples = interleave([
            Side("theirs", lambda argv=argv: of_one_run(root, argv)),
            Side("fettle", lambda: merge_folders(b, root)),
        ], 3)
        row(table, f"{files} x .gcda (the other: the {C_SOURCES + 1} of one run)", tool, samples)
    return f"Medians of wall time; a tool that takes minutes ran once.\n\n{table}"


def merge_folders(b, root):
    run = execute([b.fettle, "cover", "merge", *sorted(glob.glob(os.path.join(root, "run*"))), "-o", "all.lcov"], root)
    return {"wall": run.wall, "rss": run.rss}


def row(table, what, tool, samples):
    mine, its = samples.median("fettle"), samples.median("theirs")
    peak = samples.median("theirs", "rss")
    table.row(what, tool, f"{its:.2f} s", f"{int(peak) >> 20} MiB" if peak else "", f"{mine:.2f} s",
              f"{int(samples.median('fettle', 'rss')) >> 20} MiB", f"{its / mine:.0f}")
