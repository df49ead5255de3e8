"""The door of fettle's agents in Python.

fettle puts this directory in front of PYTHONPATH, so every Python below it
loads this file at its start: it is short, for it may be compiled each time. It
sets the watch, takes the directory out of the module search and hands over to
the sitecustomize that would have been found without it.
"""

import sys
from os import environ

HERE = __file__.rpartition("/")[0]

if environ.get("FETTLE_AGENT") in ("pull", "observe", "close"):
    plain, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        import fettle_watch  # noqa: F401
    except Exception:
        # Whatever it is, this Python is to start as it would.
        pass
    sys.dont_write_bytecode = plain
while HERE in sys.path:
    sys.path.remove(HERE)

# Where there is no other sitecustomize, the error of this import is what the
# site module expects to see.
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401, F811
