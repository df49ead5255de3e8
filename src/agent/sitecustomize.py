"""The door of fettle's agents in Python.

fettle puts this directory in front of PYTHONPATH, so every Python below it
loads this file at its start. It takes itself out of the module search, hands
over to the sitecustomize that would have been found without it, and leaves a
watch on two imports: behave.runner and _pytest.config. Only when one of them
really runs as the program is an agent loaded. A process that is no test
framework keeps its environment as it came, for the framework may be its child.
"""

import sys
from os import environ

HERE = __file__.rpartition("/")[0]
AGENTS = {"behave.runner": "fettle_behave", "_pytest.config": "fettle_pytest"}


class Watch:
    """An entry of sys.meta_path that finds nothing by itself: it lets the other
    entries find a watched module and puts a hand on it when it has been run."""

    taken = False

    def find_spec(self, name, path=None, target=None):
        if name not in AGENTS:
            return None
        for finder in sys.meta_path:
            find = finder is not self and getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec:
                self.arm(spec)
                return spec
        return None

    def arm(self, spec):
        try:
            loader = spec.loader
            plain = loader.exec_module

            def exec_module(module):
                plain(module)
                try:
                    HANDS[module.__name__](module)
                except Exception as error:
                    tell(error)

            loader.exec_module = exec_module
        except Exception as error:
            tell(error)

    def take_over(self, name):
        """The agent, loaded and willing, or None: then all runs plainly. Says yes
        at most once in a process."""
        if self.taken:
            return None
        self.taken = True
        try:
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            sys.path.insert(0, HERE)
            try:
                agent = __import__(AGENTS[name])
                return agent if agent.take_over() else None
            finally:
                sys.path.remove(HERE)
        except Exception as error:
            tell(error)
            return None


def hand_on_behave(module):
    runner = module.Runner
    plain = runner.run

    def run(self):
        runner.run = plain
        agent = watch.take_over("behave.runner")
        return agent.run(self, plain) if agent else plain(self)

    runner.run = run


def hand_on_pytest(module):
    plain = module._prepareconfig

    def prepare_config(args=None, plugins=None, **more):
        module._prepareconfig = plain
        if args is None:
            args = sys.argv[1:]
        agent = watch.take_over("_pytest.config")
        if agent:
            return agent.prepare(plain, args, plugins, more)
        return plain(args, plugins, **more)

    module._prepareconfig = prepare_config


HANDS = {"behave.runner": hand_on_behave, "_pytest.config": hand_on_pytest}


def tell(error):
    """One line to fettle: the agent broke, the framework runs plainly."""
    try:
        import json
        import time

        row = {
            "ev": "note",
            "t": time.monotonic_ns(),
            "name": "agent-broken",
            "msg": "the agent broke, the framework runs plainly: %s: %s" % (type(error).__name__, error),
        }
        with open(environ["FETTLE_EVENTS"], "a") as events:
            events.write(json.dumps(row) + "\n")
    except Exception:
        pass


while HERE in sys.path:
    sys.path.remove(HERE)
if environ.get("FETTLE_AGENT") in ("pull", "observe"):
    watch = Watch()
    sys.meta_path.insert(0, watch)

# Where there is no other sitecustomize, the error of this import is what the
# site module expects to see.
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401
