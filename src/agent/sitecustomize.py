"""The door of fettle's agents in Python.

fettle puts this directory in front of PYTHONPATH, so every Python below it
loads this file at its start: it is short, for it may be compiled each time. It
starts the tracer where coverage is wanted, sets the watch, takes the directory
out of the module search and hands over to the sitecustomize that would have
been found without it.
"""

import sys
from os import environ

HERE = __file__.rpartition("/")[0]

if environ.get("FETTLE_AGENT") in ("pull", "pull-bare", "control", "observe", "close") or "FETTLE_COVER" in environ:
    plain, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    # Whatever it is, this Python is to start as it would.
    if "FETTLE_COVER" in environ:
        try:
            way = None
            if environ.get("FETTLE_COVER_TRACER", "auto") in ("auto", "native"):
                from fettle_cover import start

                way = start(environ["FETTLE_COVER"], HERE)
        except Exception:
            pass
        if not way:
            try:
                import fettle_cover_peer  # noqa: F401
            except Exception:
                pass
    if "FETTLE_AGENT" in environ:
        try:
            import fettle_watch  # noqa: F401
        except Exception:
            pass
    sys.dont_write_bytecode = plain
while HERE in sys.path:
    sys.path.remove(HERE)

if "FETTLE_EVENTS" in environ:

    class Marks:
        """`import fettle` finds the marks' module where nobody else has one of that name."""

        @staticmethod
        def find_spec(name, path=None, target=None, file=HERE + "/fettle.py"):
            if name == "fettle" and path is None:
                from importlib.util import spec_from_file_location

                return spec_from_file_location(name, file)
            return None

    sys.meta_path.append(Marks)

# Where there is no other sitecustomize, the error of this import is what the
# site module expects to see.
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401, F811
