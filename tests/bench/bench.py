#!/usr/bin/env python3
"""Measures fettle beside other ways of doing the same, and writes one Markdown page.

Needs Python 3.9 and nothing else; the peers (pytest, pytest-xdist, behave, behavex) are
installed from PyPI into a venv of their own. See README.md.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
import frame  # noqa: E402

# Pinned, so that a figure can be taken again.
PEERS = ["pytest==8.3.5", "pytest-xdist==3.6.1", "behave==1.2.6", "behavex==4.0.9", "setuptools<81"]


def peers(folder):
    """The interpreter of a venv that has the peers; made when it is not there, or has others."""
    python = os.path.join(folder, "bin", "python")
    mark = os.path.join(folder, "peers.txt")
    wanted = "\n".join(PEERS) + "\n"
    if os.path.exists(mark):
        with open(mark, encoding="utf-8") as f:
            if f.read() == wanted:
                return python
    print(f"installing {', '.join(PEERS)} into {folder}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], check=True)
    with open(mark, "w", encoding="utf-8") as f:
        f.write(wanted)
    return python


def main():
    parser = argparse.ArgumentParser(description="Measures fettle beside other runners.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="one of: " + ", ".join(cases.CASES) + "; all of them without")
    parser.add_argument("--fettle", required=True, help="the program to measure")
    parser.add_argument("--peers", required=True, metavar="DIR", help="the venv of the other runners")
    parser.add_argument("--out", required=True, metavar="FILE", help="the page to write")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each side (default: 7)")
    parser.add_argument("--quick", action="store_true", help="smaller suites, three rounds: to see that all runs")
    a = parser.parse_args()
    unknown = [c for c in a.cases if c not in cases.CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    fettle = os.path.abspath(a.fettle)
    if not os.access(fettle, os.X_OK):
        sys.exit(f"bench: {a.fettle} is not built")
    begin, bad = time.monotonic(), 0
    page = ["# Measured", "", frame.machine(), ""]
    python = os.path.abspath(peers(a.peers))
    with tempfile.TemporaryDirectory(prefix="fettle-bench.") as room:
        b = cases.Bench(fettle, python, room, 3 if a.quick else a.rounds, a.quick)
        for name in a.cases or cases.CASES:
            case = cases.CASES[name]
            print(f"{name} ", end="", flush=True, file=sys.stderr)
            try:
                text = case(b)
            except Exception as e:
                bad += 1
                text = f"**Could not be measured:** {e}" if isinstance(e, frame.Failed) else f"```\n{traceback.format_exc()}```"
            page += [f"## {name}", "", case.__doc__, "", text, ""]
            print("\n".join(page[-5:]), file=sys.stderr)
    if b.short.rows:
        page[4:4] = ["## In short", "", str(b.short), "", "Medians of the wall time, or, where it says so, of a ratio; the cases follow.", ""]
    page.append(f"Rounds: {b.rounds}; the whole took {time.monotonic() - begin:.0f} s. Peers: {', '.join(PEERS)}.")
    with open(a.out, "w", encoding="utf-8") as f:
        f.write("\n".join(page) + "\n")
    print(f"wrote {a.out}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
