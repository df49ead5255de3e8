"""The agent for pytest (7 and later): a plugin that reads the clock in pytest's own hooks.

Pulling is in fettle_pytest_pull.
"""

import sys

from _pytest.config import hookimpl

import fettle_agent
from fettle_agent import ERROR, FAILED, NAME_BYTES, NAME_CHARS, PASSED, SKIPPED, TRACER, cover_context
from fettle_agent import now, quiet, quote

PHASES = ("setup", "call", "teardown")
SETUP, CALL, TEARDOWN = range(3)
# Of a test, in its row, which has room for a few more fields than that.
PROPERTIES = 24
VALUE_BYTES = 4096

agent = plugin = None


def take_over():
    global agent, plugin
    import _pytest

    agent = fettle_agent.take_over("pytest", getattr(_pytest, "__version__", "?"))
    if agent and agent.control:
        from fettle_pytest_xdist import Controller

        plugin = Controller(agent)
    elif agent and agent.link:
        from fettle_pytest_pull import Puller

        plugin = Puller(agent)
    elif agent and agent.close:
        from fettle_pytest_close import Closer

        plugin = Closer(agent)
    elif agent:
        plugin = Observer(agent)
    return agent


def prepare(plain, args, plugins, more):
    """_pytest.config._prepareconfig with the agent as one more plugin."""
    try:
        return plain(args, list(plugins or ()) + [plugin], **more)
    except BaseException as error:
        # A plugin that is not there is the command's, or its configuration's.
        agent.fault(cause(error), "suite" if type(error).__name__ == "ConftestImportFailure" else "command")
        raise


def cause(error):
    """An exception as one text; that of a broken conftest is inside it."""
    import traceback

    excinfo = getattr(error, "excinfo", None)
    inner = excinfo[1] if isinstance(excinfo, tuple) else error.__cause__
    if isinstance(inner, BaseException):
        lines = traceback.format_exception(type(inner), inner, inner.__traceback__, limit=-5)
        return "%s\n%s" % (error, "".join(lines).rstrip())
    return "\n".join(str(arg) for arg in error.args) or type(error).__name__


def failure_text(report):
    """What pytest shows of a failure, below the one line that says what is wrong: pytest begins with the source."""
    text = report.longreprtext
    crash = getattr(report.longrepr, "reprcrash", None)
    told = crash.message if crash else "\n".join(line[2:] for line in text.splitlines() if line.startswith("E  "))
    head = (told or "").strip().partition("\n")[0]
    return "%s\n\n%s" % (head, text) if head and not text.startswith(head) else text


class Observer:
    """Rows of one pytest process. One test runs at a time; test is its id, 0
    between tests. Its steps have the three ids after it."""

    def __init__(self, agent):
        self.agent = agent
        self.rows = agent.rows
        self.unit = 0
        self.unit_attempt = 1
        self.suite = 0
        self.suite_path = None
        # By name, of the suite's tests, the last attempt each; of the unit's tests.
        self.statuses = {}
        self.unit_statuses = []
        self.test = 0
        self.phase = SETUP
        self.times = {}
        self.reports = []
        self.codes = {}
        self.remote = {}
        # When the phase that goes on began: the end of what came before it.
        self.phase_ns = 0
        # How the rows of a test's begin, of a step and of a test's end begin.
        self.begins = '{"ev":"begin","kind":"test",%s,"id":' % self.rows.mark
        self.step = '{"ev":"span","kind":"step",%s,"id":' % self.rows.mark
        self.ends = '{"ev":"end","kind":"test",%s,"id":' % self.rows.mark

    # One test.

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        self.enter(item)
        outcome = yield
        if self.test:
            self.end_test(outcome)

    @quiet
    def enter(self, item):
        path, _, name = item.nodeid.partition("::")
        if path != self.suite_path:
            self.end_suite()
            self.begin_suite(path, item)
        self.attempt = 0
        self.name, self.part = name or path, name
        if name and len(name) <= self.name_room:
            # A text is quoted letter by letter, so the key is when its parts are.
            self.quoted = quote(name)
            where = self.where_key + self.quoted[1:]
        else:
            self.quoted = quote(fettle_agent.clip(self.name, NAME_BYTES))
            key = self.key()
            where = f'{self.where_file},"key":{quote(key)}' if len(key) <= NAME_BYTES else self.where_file
        line = item.location[1]
        self.where = where if line is None else f'{where},"line":{line + 1}'
        self.begin_test()

    def key(self):
        return f"{self.file_path}::{self.part}" if self.part else self.file_path

    def begin_test(self):
        rows = self.rows
        self.attempt += 1
        self.phase = SETUP
        self.times.clear()
        self.reports.clear()
        self.test = test = rows.ids(4)
        attempt = self.unit_attempt + self.attempt - 1
        more = self.where + ',"attempt":%d' % attempt if attempt > 1 else self.where
        self.phase_ns = t = now()
        rows.put(f'{self.begins}{test},"in":{self.suite},"t":{t},"name":{self.quoted}{more}}}\n')
        rows.flush()
        if TRACER in sys.modules:
            cover_context(self.key())

    @quiet
    def end_test(self, outcome=None):
        rows, test, times, t = self.rows, self.test, self.times, now()
        if TRACER in sys.modules:
            cover_context("")
        self.test = 0
        status, message, bad = PASSED, None, {}
        for report in self.reports:
            if report.outcome != PASSED:
                status, message = self.read(report, status, message, bad)
        told = self.properties()
        if status == PASSED and len(times) == 3 and not told and self.reports and self.reports[-1].when == "teardown":
            # Most tests: their four rows at once.
            self.statuses[self.name] = PASSED
            (t1, d1), (t2, d2), (t3, d3) = times["setup"], times["call"], times["teardown"]
            step = self.step
            rows.put(
                f'{step}{test + 1},"in":{test},"t":{t1},"d":{d1},"st":"passed","name":"setup"}}\n'
                f'{step}{test + 2},"in":{test},"t":{t2},"d":{d2},"st":"passed","name":"call"}}\n'
                f'{step}{test + 3},"in":{test},"t":{t3},"d":{d3},"st":"passed","name":"teardown"}}\n'
                f'{self.ends}{test},"t":{t},"st":"passed"}}\n'
            )
            return
        excinfo = getattr(outcome, "excinfo", None)
        if excinfo and not any(report.when == "teardown" for report in self.reports):
            status = ERROR
            message = "%s: %s" % (excinfo[0].__name__, excinfo[1])
        self.statuses[self.name] = status
        for n, phase in enumerate(PHASES, 1):
            if phase in times:
                start, d = times[phase]
                rows.span("step", test + n, test, start, d, bad.get(phase, PASSED), phase)
        if status in (FAILED, ERROR):
            rows.output(test, self.printed())
        rows.end("test", test, t, status, message, told)

    def properties(self):
        """What the test has told by record_property: the last report has all of it."""
        rows = []
        for entry in (getattr(self.reports[-1], "user_properties", None) or ()) if self.reports else ():
            try:
                name, value = (fettle_agent.clip(str(part), VALUE_BYTES) for part in entry)
                rows.append(',"property.%s":%s' % (quote(name)[1:-1], quote(value)))
            except Exception:
                # A test may put there what it likes.
                continue
            if len(rows) == PROPERTIES:
                break
        return "".join(rows)

    def read(self, report, status, message, bad):
        """The verdict so far, with one more report that is not simply passed."""
        if report.outcome == "skipped":
            this, text = SKIPPED, self.skip_reason(report)
        else:
            this = FAILED if report.when == "call" else ERROR
            text = failure_text(report)
        bad[report.when] = fettle_agent.worse(bad.get(report.when, PASSED), this)
        if this == SKIPPED and status in (FAILED, ERROR):
            text = message
        elif message and status in (FAILED, ERROR):
            text = "%s\n\n%s" % (message, text)
        return fettle_agent.worse(status, this), text

    def skip_reason(self, report):
        expected = getattr(report, "wasxfail", None)
        if expected is not None:
            return "xfailed: %s" % expected.replace("reason: ", "", 1) if expected else "xfailed"
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        return text[9:] if text.startswith("Skipped: ") else text

    def printed(self):
        """What pytest captured: each section once, though later reports repeat it."""
        sections = self.reports[-1].sections if self.reports else ()
        return "\n".join("--- %s\n%s" % section for section in sections)

    def pytest_runtest_logstart(self):
        # A plugin that runs a test again says so only here.
        if self.test and self.times:
            self.again()

    @quiet
    def again(self):
        self.end_test()
        self.begin_test()

    # pytest's own figures of the phases stand still where a test stops the clock.
    # A phase ends where pytest goes on to make its report, and the next begins when
    # that is told to all: hooks around each phase would cost three times as much.

    @hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call):
        when, times = call.when, self.times
        if not self.test or when not in PHASES:
            return
        t, start = now(), self.phase_ns
        if when == "setup":
            times.clear()
            self.phase = CALL
        elif when in times:
            # A part of a test (a subtest) is reported under the same name.
            start = times[when][0]
        times[when] = start, t - start
        self.phase_ns = t

    @hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self):
        self.phase = TEARDOWN

    @hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        if self.test:
            self.reports.append(report)
            self.phase_ns = now()
        elif hasattr(report, "node"):
            self.from_afar(report)

    # Suites: the files that tests stand in.

    def begin_suite(self, path, item):
        self.suite_path = path
        self.suite = self.rows.ids()
        self.statuses = {}
        self.file_path = self.agent.relative(str(item.path)) if hasattr(item, "path") else path
        file = quote(self.file_path)
        self.where_file = ',"file":%s' % file
        self.where_key = '%s,"key":%s::' % (self.where_file, file[:-1])
        self.name_room = min(NAME_CHARS, NAME_BYTES - len(self.file_path) - len("::"))
        more = '%s,"key":%s' % (self.where_file, file)
        self.rows.begin("suite", self.suite, self.unit, now(), self.file_path, more)

    @quiet
    def end_suite(self):
        if self.suite:
            self.rows.end("suite", self.suite, now(), fettle_agent.verdict(self.statuses.values()))
            self.unit_statuses.extend(self.statuses.values())
        self.suite, self.suite_path = 0, None
        if not self.unit:
            self.unit_statuses.clear()

    @hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self.end_suite()
        self.rows.flush()

    # Fixtures.

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request):
        finalizers = getattr(fixturedef, "_finalizers", [])
        n = len(finalizers)
        t = now()
        outcome = yield
        d = now() - t
        self.fixture(fixturedef, finalizers, n, t, d, getattr(outcome, "excinfo", None))

    @quiet
    def fixture(self, fixturedef, finalizers, n, t, d, excinfo):
        function = fixturedef.func
        more = self.codes.get(function)
        if more is None:
            more = self.codes[function] = self.about(fixturedef, function)
        if not more:
            return
        status = PASSED
        if excinfo:
            status = SKIPPED if excinfo[0].__name__ == "Skipped" else ERROR
        name = plain_name(fixturedef.argname)
        self.rows.span("fixture", self.rows.ids(), self.inside(), t, d, status, name, more + ',"part":"setup"')
        for i in range(n, len(finalizers)):
            finalizers[i] = self.timed(finalizers[i], name, more)

    def about(self, fixturedef, function):
        """What rows say of a fixture; nothing for one that only carries a parameter."""
        if getattr(function, "__name__", "") == "get_direct_param_fixture_func":
            return ""
        more = ',"scope":"%s"' % fixturedef.scope
        code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
        if code:
            more += ',"file":%s,"line":%d' % (quote(self.agent.relative(code.co_filename)), code.co_firstlineno)
        return more

    def inside(self):
        return self.test + 1 + self.phase if self.test else 0

    def timed(self, finalizer, name, more):
        def finalize():
            __tracebackhide__ = True
            status = ERROR
            t = now()
            try:
                finalizer()
                status = PASSED
            finally:
                self.rows.span(
                    "fixture", self.rows.ids(), self.inside(), t, now() - t, status, name, more + ',"part":"teardown"'
                )

        return finalize

    # Tests that other processes run (pytest-xdist): only its own figures.

    @quiet
    def from_afar(self, report):
        """Reports of one test come in order: setup, call, teardown."""
        parts = self.remote.setdefault((report.node, report.nodeid), [])
        parts.append(report)
        if report.when != "teardown":
            return
        del self.remote[(report.node, report.nodeid)]
        t, d = now(), int(sum(part.duration for part in parts) * 1e9)
        path, _, name = report.nodeid.partition("::")
        status, message = PASSED, None
        for part in parts:
            if part.outcome != PASSED:
                status, message = self.read(part, status, message, {})
        more = ',"file":%s,"key":%s' % (quote(path), quote(report.nodeid))
        if message:
            more += ',"msg":%s' % quote(fettle_agent.clip(message, fettle_agent.MESSAGE_BYTES))
        mark, self.rows.mark = self.rows.mark, self.rows.mark.replace("injected", "framework")
        self.rows.span("test", self.rows.ids(), 0, t - d, d, status, name or path, more)
        self.rows.mark = mark
        self.rows.flush()


def plain_name(argname):
    """The user's word for a fixture that pytest makes of setup_module and such."""
    if argname.startswith("_xunit_setup_") or argname.startswith("_unittest_setUp"):
        return argname[1:].partition("_fixture")[0].replace("xunit_", "").replace("unittest_", "")
    return argname
