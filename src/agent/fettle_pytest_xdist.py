"""What fettle's agents for pytest do in the place of pytest-xdist: they hide its options, look
like its workers, and, for suites with pytest_configure_node, one process plays its
controller. No test runs in that one: it holds what the suite starts once and tells all workers.
"""

import marshal
import os
import sys
from contextlib import contextmanager
from types import SimpleNamespace

from _pytest.config import UsageError, hookimpl


def forget_workers(option):
    """fettle starts them, not pytest-xdist. Returns by what it would have parted the tests."""
    dist = getattr(option, "dist", "no")
    for name, value in (
        ("dist", "no"),
        ("distload", False),
        ("numprocesses", None),
        ("maxprocesses", None),
        ("tx", []),
        ("looponfail", False),
    ):
        if hasattr(option, name):
            setattr(option, name, value)
    return dist


def together(item, dist):
    """What keeps a test on one worker with others of its file by --dist; nothing where nothing
    does but its class."""
    mark = item.get_closest_marker("xdist_group") if dist == "loadgroup" else None
    if mark:
        return "group %s" % (mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
    if dist == "loadscope":
        return class_of(item) or "module"
    return "file" if dist == "loadfile" else None


def class_of(item):
    """The outermost class that a test stands in: its tests may lean on each other."""
    kind = sys.modules["_pytest.python"].Class
    return next((node.name for node in item.listchain() if isinstance(node, kind)), None)


def alone(config, plain):
    """plain, for which config is no worker's while it runs."""

    def run(*arguments):
        hidden = config.workerinput
        del config.workerinput
        try:
            return plain(*arguments)
        finally:
            config.workerinput = hidden

    return run


def path_of(folder, what, worker):
    """Where a worker's input or output lies."""
    return os.path.join(folder, "%s-%s" % (what, worker))


def put(path, data):
    """Whole or not at all. Data are what pytest-xdist can send: numbers, texts, and lists,
    sets and dictionaries of them; else a ValueError."""
    with open(path + ".part", "wb") as file:
        file.write(marshal.dumps(data))
    os.replace(path + ".part", path)


def get(path):
    """What lies there; nothing where nothing lies."""
    try:
        with open(path, "rb") as file:
            data = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return data if isinstance(data, dict) else {}


class Controller:
    """Is configured as pytest alone is, tells fettle when the workers can come, and ends
    when they have."""

    def __init__(self, agent):
        self.agent = agent
        self.nodes = []

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        """pytest-cov would erase and report: another process does, of all data."""
        early_config.known_args_namespace.cov_source = []
        yield

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config):
        option = config.option
        forget_workers(option)
        for name, value in (
            ("xmlpath", None),
            ("log_file", os.devnull),
            ("htmlpath", None),
            ("report_log", None),
            ("json_report", False),
        ):
            if hasattr(option, name):
                setattr(option, name, value)
        config._do_configure = self.configure_with(config, config._do_configure)
        yield

    def configure_with(self, config, plain):
        """Suites ask by these options whether there are workers; pytest-xdist itself is not
        to start any."""
        workers = int(self.agent.workers)
        told = (("dist", "load"), ("numprocesses", workers), ("tx", ["popen"] * workers))

        def configure():
            for implementation in config.hook.pytest_configure.get_hookimpls():
                if package_of(implementation.function) == "xdist":
                    implementation.function = without_workers(config.option, implementation.function)
            for name, value in told:
                if hasattr(config.option, name):
                    setattr(config.option, name, value)
            with telling(self.agent):
                plain()
            keep_cache(config)

        return configure

    @hookimpl(trylast=True)
    def pytest_sessionstart(self, session):
        with telling(self.agent):
            self.set_up(session.config)

    def set_up(self, config):
        workers = int(self.agent.workers)
        specs = [
            SimpleNamespace(popen=True, id="gw%d" % i, env={}, chdir=None, python=None, ssh=None)
            for i in range(workers)
        ]
        # As pytest-xdist does before its workers are there: they have theirs below it.
        base = str(config._tmp_path_factory.getbasetemp())
        put(path_of(self.agent.nodes, "base", "temp"), {"path": base})
        manager = SimpleNamespace(config=config, testrunuid=self.agent.run, specs=specs)
        call(config.hook, "pytest_xdist_setupnodes", config=config, specs=specs)
        for spec in specs:
            node = SimpleNamespace(
                config=config,
                nodemanager=manager,
                gateway=SimpleNamespace(id=spec.id, spec=spec),
                workerinput={
                    "workerid": spec.id,
                    "workercount": workers,
                    "testrunuid": self.agent.run,
                    "mainargv": sys.argv,
                },
                log=lambda *words: None,
            )
            call(config.hook, "pytest_configure_node", node=node)
            try:
                put(path_of(self.agent.nodes, "in", spec.id), node.workerinput)
            except ValueError as error:
                message = "pytest_configure_node: workerinput of %s cannot be sent to a worker: %s"
                raise UsageError(message % (spec.id, error)) from error
            self.nodes.append(node)

    @hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        session.items = []
        return True

    @hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        agent = self.agent
        agent.ready = True
        agent.link.say("ready")
        message = agent.link.hear()
        while message and message.get("do") != "end":
            message = agent.link.hear()
        session.testscollected = 1
        session.testsfailed = int(bool(message and message.get("bad")))
        self.take_down(session.config)
        return True

    def take_down(self, config):
        """Of each worker that has come. One that did not come to its end has no output."""
        first = None
        for node in self.nodes:
            error, out = None, path_of(self.agent.nodes, "out", node.gateway.id)
            if not os.path.exists(path_of(self.agent.nodes, "up", node.gateway.id)):
                continue
            if os.path.exists(out):
                node.workeroutput = get(out)
            else:
                error = "Not properly terminated"
            try:
                call(config.hook, "pytest_testnodedown", node=node, error=error)
            except Exception as raised:
                first = first or raised
        if first:
            raise first


def call(hooks, name, **arguments):
    """A hook of pytest-xdist, which may not be there."""
    hook = getattr(hooks, name, None)
    if hook:
        hook(**arguments)


@contextmanager
def telling(agent):
    """Tells fettle what goes wrong."""
    try:
        yield
    except Exception as error:
        agent.fault("%s: %s" % (type(error).__name__, error), "suite")
        raise


def without_workers(option, plain):
    def run(*arguments):
        told = option.dist
        option.dist = "no"
        try:
            return plain(*arguments)
        finally:
            option.dist = told

    return run


def keep_cache(config):
    """What failed last, and the like, is not for a process that has seen no test."""
    cache = getattr(config, "cache", None)
    plain = getattr(cache, "set", None)
    if plain:
        cache.set = lambda key, value: None if key.startswith("cache/") else plain(key, value)


def package_of(function):
    return (getattr(function, "__module__", None) or "?").partition(".")[0]


# fettle does the part of their controllers.
SERVED = {"xdist", "pytest_cov", "pytest_randomly", "pytest_rerunfailures", "pytest_html"}
# Their workers look for what a controller has made, without a hook that says so.
UNSAID = {"pytest_harvest"}


def wants_controller(config):
    """The first module of the suite, or of a plugin of it, that would tell workers something."""
    hook = getattr(config.hook, "pytest_configure_node", None)
    for implementation in hook.get_hookimpls() if hook else ():
        if package_of(implementation.function) not in SERVED:
            return implementation.function.__module__
    # In a worker a hook may not be there that a controller's conftest puts in place.
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None) or ""
        is_conftest = os.path.basename(file) == "conftest.py"
        name = getattr(plugin, "__name__", "")
        if name.partition(".")[0] in UNSAID or is_conftest and mentions(file, b"pytest_configure_node"):
            return name
    return None


def mentions(file, word):
    try:
        with open(file, "rb") as source:
            return word in source.read()
    except OSError:
        return False


def worker_fixtures(agent):
    """The fixtures by which tests ask pytest-xdist for their worker, for suites
    that run where it is not installed."""
    import pytest

    class WorkerFixtures:
        @pytest.fixture(scope="session")
        def worker_id(self):
            return "gw" + agent.worker

        @pytest.fixture(scope="session")
        def testrun_uid(self):
            return agent.run

    return WorkerFixtures()
