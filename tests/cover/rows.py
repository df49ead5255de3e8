"""Runs with coverage.py: measures a load, writes its reports, and the same data as rows for make_cover.

    python rows.py FOLDER [branch] [contexts]       in a folder of sources; FOLDER takes what is written
    python rows.py FOLDER given DATA...             data of an earlier run
"""
import ast
import contextlib
import importlib
import io
import json
import os
import sys

import coverage
from coverage.report_core import get_analysis_to_report


def stretches(lines):
    found = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return found


def last_lines(source):
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.lineno: node.end_lineno for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)}


def regions_of(reporter):
    ends = last_lines(reporter.source())
    found = sorted(reporter.code_regions(), key=lambda r: r.start)
    return [[r.kind, r.name, r.start, ends[r.start], 0, stretches(r.lines)] for r in found]


def branches_of(analysis):
    rows = [[a, 0, b, 1] for a, ends in analysis.executed_branch_arcs().items() for b in ends]
    rows += [[a, 0, b, 0] for a, ends in analysis.missing_branch_arcs().items() for b in ends]
    return sorted(rows)


def row_of(reporter, analysis, data, ids):
    stats = analysis.branch_stats() if analysis.has_arcs else {}
    row = {
        "path": reporter.relative_filename(), "language": "python", "targets": True,
        "last_line": len(reporter.source().splitlines()),
        "lines": [[n, int(n in analysis.executed), *stats.get(n, (0, 0))] for n in sorted(analysis.statements)],
        "excluded": sorted(analysis.excluded), "branches": branches_of(analysis) if analysis.has_arcs else [],
        "regions": regions_of(reporter),
    }
    if ids:
        by_line = data.contexts_by_lineno(reporter.filename)
        row["contexts"] = [[n, *sorted(ids[c] for c in by_line[n])] for n in sorted(by_line) if n in analysis.executed]
    return row


def write_rows(cov, path):
    data = cov.get_data()
    names = sorted(data.measured_contexts() | {""}) if len(data.measured_contexts()) > 1 else []
    ids = {name: i for i, name in enumerate(names)}
    head = {"cover": 1, "branch": data.has_arcs()}
    if names:
        head["contexts"] = names
    with open(path, "w", encoding="utf-8") as out:
        print(json.dumps(head), file=out)
        for reporter, analysis in get_analysis_to_report(cov, None):
            print(json.dumps(row_of(reporter, analysis, data, ids)), file=out)


def load(cov):
    sys.path.insert(0, os.getcwd())
    for name in ("alpha", "beta", "pack.gamma", "pack.sub.delta"):
        if "contexts" in sys.argv:
            cov.switch_context(name)
        importlib.import_module(name).run()


def main():
    folder, how = sys.argv[1], sys.argv[2:]
    cov = coverage.Coverage(data_file=None if "given" not in how else how[1], branch="branch" in how,
                            source=None if "given" in how else ["."], config_file=False)
    if "given" in how:
        cov.load()
    else:
        cov.start()
        with contextlib.redirect_stdout(io.StringIO()):
            load(cov)
        cov.stop()
    write_rows(cov, os.path.join(folder, "rows"))
    cov.json_report(outfile=os.path.join(folder, "json"), show_contexts="contexts" in how)
    cov.xml_report(outfile=os.path.join(folder, "xml"))
    cov.lcov_report(outfile=os.path.join(folder, "lcov"))
    for name, options in {"term": {}, "term_skip": {"skip_covered": True, "skip_empty": True, "sort": "-cover"}}.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            cov.report(file=out, show_missing=True, precision=2, **options)
        cov.config.precision = 0
        cov.config.sort = None


main()
