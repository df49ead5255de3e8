"""The watch for a test framework: on the imports of behave.runner and _pytest.config.

Only when one of them really runs as the program is an agent loaded. A process
that is no test framework keeps its environment as it came, for the framework
may be its child.
"""

import sys
from os import environ
from os.path import exists

HERE = __file__.rpartition("/")[0]
AGENTS = {"behave.runner": "fettle_behave", "_pytest.config": "fettle_pytest"}


class Watch:
    """An entry of sys.meta_path that finds nothing by itself: it lets the other
    entries find a watched module and puts a hand on it when it has been run."""

    taken = False
    searching = False

    def find_spec(self, name, path=None, target=None):
        # Another entry may ask all entries, too, us among them.
        if name not in AGENTS or self.searching:
            return None
        self.searching = True
        try:
            for finder in sys.meta_path:
                find = finder is not self and getattr(finder, "find_spec", None)
                spec = find and find(name, path, target)
                if spec:
                    self.arm(spec)
                    return spec
        finally:
            self.searching = False
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
            return own(lambda: load(AGENTS[name]))
        except Exception as error:
            tell(error)
            return None


def load(name):
    agent = __import__(name)
    return agent if agent.take_over() else None


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


def own(load):
    """What load() returns, which may import from this directory. Its bytecode is
    kept even where nobody else's is: it is compiled once and not at each start."""
    plain, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    sys.path.insert(0, HERE)
    try:
        return load()
    finally:
        sys.path.remove(HERE)
        sys.dont_write_bytecode = plain


def keep_bytecode(spec):
    """Of the door itself, which was found before own() could be there."""
    if spec and spec.cached and not exists(spec.cached):
        spec.loader.get_code(spec.name)


watch = Watch()
sys.meta_path.insert(0, watch)
keep_bytecode(sys.modules["sitecustomize"].__spec__)
