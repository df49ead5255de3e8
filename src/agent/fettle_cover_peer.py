"""Coverage where fettle's own tracer cannot be loaded: by coverage.py or by
slipcover, whichever this Python has. Their data files go to
$FETTLE_COVER_PEERS; one note tells who measured, or that nobody did.
"""

import os
import sys

HEADER = "=QIIQQIIQ"  # the first fields of struct cover_map in src/wire/cover_map.h


def wishes(path):
    """The rules in the map: (word, text) each, and whether branches are wanted."""
    import struct

    with open(path, "rb") as file:
        head = file.read(struct.calcsize(HEADER))
        _, _, flags, _, _, _, n, at = struct.unpack(HEADER, head)
        file.seek(at)
        lines = file.read(n).decode("utf-8", "surrogateescape").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines], bool(flags & 1)


def in_copy(rules):
    """Rules of the working tree as those of this worker's copy of it, where it has one."""
    tree, copies = os.environ.get("FETTLE_TREE"), os.path.realpath(os.environ.get("FETTLE_TREE_COPIES", os.sep))
    below = os.path.relpath(os.getcwd(), copies).split(os.sep)[0]
    if not tree or not below.isdigit():
        return rules
    mine = os.path.join(copies, below)
    return [(word, mine + text[len(tree):] if (text + os.sep).startswith(tree + os.sep) else text) for word, text in rules]


def of(rules, *words):
    return [text for word, text in rules if word in words] or None


def data_file(folder, name):
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def start_coverage(rules, branch, folder):
    import coverage

    measuring = coverage.Coverage(
        data_file=data_file(folder, ".coverage"),
        data_suffix=True,
        branch=branch,
        source=of(rules, "source", "package"),
        include=of(rules, "include"),
        omit=of(rules, "omit"),
        config_file=False,
        messages=False,
    )
    measuring._warn_no_data = measuring._warn_unimported_source = False
    measuring.start()

    def finish():
        measuring.stop()
        measuring.save()

    def in_child():
        # What was measured so far is the parent's to save.
        measuring.stop()
        start_coverage(rules, branch, folder)

    import atexit

    atexit.register(finish)
    os.register_at_fork(after_in_child=in_child)


def start_slipcover(rules, branch, folder):
    import json
    from pathlib import Path

    import slipcover

    sources, omit = of(rules, "source"), of(rules, "omit")
    measuring = slipcover.Slipcover(branch=branch)
    matcher = slipcover.FileMatcher(
        sources=[Path(source) for source in sources] if sources else None, omit=omit, default_dir=Path.cwd()
    )
    slipcover.ImportManager(measuring, matcher).__enter__()
    owner = os.getpid()

    def finish():
        name = "slipcover-%d.json" % os.getpid() if os.getpid() == owner else None
        if name:
            with open(data_file(folder, name), "w") as out:
                json.dump(measuring.get_coverage(), out)

    import atexit

    atexit.register(finish)


STARTS = {"coverage": start_coverage, "slipcover": start_slipcover}


def tell(message):
    import json
    import time

    row = {"ev": "note", "t": time.monotonic_ns(), "name": "cover-tracer", "msg": message}
    try:
        with open(os.environ["FETTLE_EVENTS"], "a") as events:
            events.write(json.dumps(row) + "\n")
    except (KeyError, OSError):
        pass


def start():
    wanted = os.environ.get("FETTLE_COVER_TRACER", "auto")
    python = "Python %d.%d.%d" % sys.version_info[:3]
    peers = ["coverage", "slipcover"] if wanted == "auto" else [wanted]
    for peer in peers:
        if peer not in STARTS:
            continue
        try:
            rules, branch = wishes(os.environ["FETTLE_COVER"])
            STARTS[peer](in_copy(rules), branch, os.environ["FETTLE_COVER_PEERS"])
        except Exception:
            continue
        if wanted == "auto":
            tell("fettle's own tracer cannot be used in %s: %s measures there, and costs more" % (python, peer))
        return
    tell("no coverage is measured in %s: %s cannot be used there" % (python, " or ".join(["fettle's own tracer"] * (
        wanted in ("auto", "native")) + [peer for peer in peers if peer in STARTS])))


start()
