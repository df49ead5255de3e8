#!/usr/bin/env python3
"""Compares the scanner of Python sources with coverage.py's parser.

    parity.py PYSCAN_SAYS BUILD_FOLDER [--all] [--python PROGRAM] [--show N] [--made N]
              [FILE_OR_FOLDER...]

Looked at are the given files and folders; without any, the tricky ones beside this file, and 300 of the standard
library (--all: all of it, and all that is installed beside it). --made adds N programs made at random. coverage.py is installed into a venv below BUILD_FOLDER
once, and what it said about a file is kept there, too. Exit code 1: they differ; 77: coverage.py cannot be had.
"""
import hashlib
import json
import os
import subprocess
import sys
import sysconfig

import python_maker

VERSION = "7.17.3"
SAMPLE = 300
HERE = os.path.dirname(os.path.abspath(__file__))
# What the file of the tests' own tricky sources says in its first line: these are for newer Pythons.
NEEDS = "# needs python "


# What runs inside the venv: one line of JSON for each path on standard input.

def oracle():
    import warnings
    from coverage.config import DEFAULT_EXCLUDE, DEFAULT_PARTIAL, DEFAULT_PARTIAL_ALWAYS
    from coverage.misc import join_regex
    warnings.simplefilter("ignore")
    exclude, partial = join_regex(DEFAULT_EXCLUDE), join_regex(DEFAULT_PARTIAL + DEFAULT_PARTIAL_ALWAYS)
    sys.setrecursionlimit(20000)
    for line in sys.stdin:
        try:
            facts = ask(line.rstrip("\n"), exclude, partial)
        except Exception as e:  # whatever stops it: there is no answer to compare with
            facts = {"error": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(facts), flush=True)


def ask(path, exclude, partial):
    from coverage.parser import PythonParser
    from coverage.python import get_python_source
    from coverage.regions import code_regions
    text = get_python_source(path)
    parser = PythonParser(text=text, filename=path, exclude=exclude)
    parser.parse_source()
    facts = {
        "statements": sorted(parser.statements),
        "excluded": sorted(parser.excluded),
        "no_branch": sorted(parser.lines_matching(partial)),
        "multiline": {str(k): v for k, v in sorted(parser.multiline_map.items()) if k != v},
        "regions": [[r.kind, r.name, r.start, sorted(r.lines)] for r in code_regions(text)],
    }
    try:
        facts["arcs"] = sorted(parser.arcs())
        facts["fixes"] = sorted((a, b, to[1] if to else 0) for (a, b), to in parser._with_jump_fixers.items()
                                if to is None or to != (a, b))
        facts["exits"] = {str(k): v for k, v in sorted(parser.exit_counts().items())}
    except AssertionError as e:
        facts["no_arcs"] = str(e)
    return facts


# What runs outside of it.

def venv_of(build, program):
    name = subprocess.run([program, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
                          capture_output=True, text=True).stdout.strip()
    folder = os.path.join(build, "parity-" + name)
    python = os.path.join(folder, "bin", "python")
    done = os.path.join(folder, "coverage-" + VERSION)
    if not os.path.exists(done):
        for command in ([program, "-m", "venv", folder],
                        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                         "coverage==" + VERSION]):
            made = subprocess.run(command, capture_output=True, text=True)
            if made.returncode:
                print("skipped: no coverage.py %s: %s" % (VERSION, (made.stderr.strip().splitlines() or ["?"])[-1]))
                sys.exit(77)
        open(done, "w").close()
    return python, name, folder


def sources(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    yield os.path.join(folder, name)


def standard_library(program):
    out = subprocess.run([program, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"],
                         capture_output=True, text=True, check=True)
    return out.stdout.strip()


def spread(paths, n):
    step = max(1, len(paths) // n)
    return paths[::step][:n]


def programs(folder, n):
    at = os.path.join(folder, "made")
    os.makedirs(at, exist_ok=True)
    for seed in range(n):
        path = os.path.join(at, "%d.py" % seed)
        with open(path, "w") as f:
            f.write(python_maker.program(seed))
        yield path


def key_of(path, version):
    with open(path, "rb") as f:
        return hashlib.sha256(b"%s %s\n" % (VERSION.encode(), version.encode()) + f.read()).hexdigest()


def they_say(python, version, folder, paths):
    """coverage.py's answers, in the order of the paths; those of earlier runs are read again."""
    kept_at = os.path.join(folder, "answers")
    os.makedirs(kept_at, exist_ok=True)
    process = None
    for path in paths:
        kept = os.path.join(kept_at, key_of(path, version))
        if not os.path.exists(kept):
            if process is None:
                process = subprocess.Popen([python, "-W", "ignore", __file__, "--oracle"], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True)
            process.stdin.write(path + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                process, answer = None, '{"error": "it died"}\n'
            with open(kept + ".new", "w") as f:
                f.write(answer)
            os.rename(kept + ".new", kept)
        with open(kept) as f:
            yield json.load(f)
    if process:
        process.stdin.close()
        process.wait()


def we_say(program, version, paths):
    command = [program, "--arcs", "--defaults", "--python", version.split(".")[1]]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    for path in paths:
        process.stdin.write(path + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            sys.exit("%s died at %s" % (program, path))
        ours = json.loads(answer)
        for region in ours.get("regions", []):
            lines = [line for first, last in region[4] for line in range(first, last + 1)]
            region[3:] = [lines]
        yield ours
    process.stdin.close()
    process.wait()


def differences(ours, theirs):
    if "error" in theirs or "error" in ours:
        if ours.get("error") and "error" not in theirs:
            yield "error", [], [ours["error"], ours["line"]]
        return
    for what in ("statements", "excluded", "no_branch", "multiline", "regions", "arcs", "fixes", "exits"):
        if "no_arcs" in theirs and what in ("arcs", "fixes", "exits"):
            continue
        a, b = theirs[what], ours[what]
        if what == "regions":
            a = sorted(a, key=lambda region: region[2])  # what is in an else comes before the excepts to them
        if a == b:
            continue
        if isinstance(a, dict):
            a, b = sorted(a.items()), sorted(b.items())
        yield what, [x for x in a if x not in b][:8], [x for x in b if x not in a][:8]


def wants_newer(path, version):
    with open(path, "rb") as f:
        line = f.readline().decode("latin-1")
    needed = line[len(NEEDS):].split(".") if line.startswith(NEEDS) else ["0"]
    return [int(x) for x in version.split(".")[:len(needed)]] < [int(x) for x in needed]


def main():
    program, build, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    everything, python, show, made = False, sys.executable, 10, 0
    paths = []
    while rest:
        word = rest.pop(0)
        if word == "--all":
            everything = True
        elif word == "--python":
            python = rest.pop(0)
        elif word == "--made":
            made = int(rest.pop(0))
        elif word == "--show":
            show = int(rest.pop(0))
        else:
            paths.append(word)
    venv, version, folder = venv_of(build, python)
    if made and [int(x) for x in version.split(".")[:2]] < [3, 12]:
        print("no programs made at random: before 3.12 CPython keeps functions that nothing can reach")
        made = 0
    if paths:
        files = list(sources(paths))
    else:
        library = list(sources([standard_library(python)]))
        files = list(sources([os.path.join(HERE, "sources")])) + (library if everything else spread(library, SAMPLE))
    files = [path for path in files if not wants_newer(path, version)] + list(programs(folder, made))
    n = {"files": 0, "statements": 0, "arcs": 0, "regions": 0, "refused": 0, "differ": 0, "only we read": 0}
    kinds = {}
    for path, theirs, ours in zip(files, they_say(venv, version, folder, files), we_say(program, version, files)):
        n["files"] += 1
        if "error" in theirs:
            n["refused"] += 1
            n["only we read"] += "error" not in ours
            if os.path.abspath(path).startswith(HERE):
                print("%s: refused: %s" % (path, theirs["error"]))
            continue
        for what in ("statements", "arcs", "regions"):
            n[what] += len(theirs.get(what, []))
        found = list(differences(ours, theirs))
        n["differ"] += bool(found)
        for what, missing, extra in found:
            kinds[what] = kinds.get(what, 0) + 1
            if n["differ"] <= show:
                print("%s: %s: only they: %s; only we: %s" % (path, what, missing, extra))
    print("coverage.py %s on Python %s: %s%s" % (
        VERSION, version, ", ".join("%d %s" % (v, k) for k, v in n.items()),
        "".join("; %s in %d" % (k, v) for k, v in sorted(kinds.items()))))
    return 1 if n["differ"] or n["files"] == n["refused"] else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--oracle"]:
        oracle()
    else:
        sys.exit(main())
