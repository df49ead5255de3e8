"""The agent for behave (1.2.6 and later).

The framework's own loop runs the suite: hooks, formatters, reporters, capture
and summary are behave's. The agent reads the clock around the methods that do
the work and, in pull mode, gives run_model() a generator that waits for units.
"""

import os
import sys

import fettle_agent
from fettle_agent import ERROR, FAILED, PASSED, SKIPPED, cover_context, now, quiet, quote

# Beyond this many step hooks in one scenario they are told as one span a kind.
STEP_HOOKS = 64

agent = None


def take_over():
    global agent
    import behave

    agent = fettle_agent.take_over("behave", getattr(behave, "__version__", "?"))
    return agent


def run(runner, plain):
    """behave.runner.Runner.run, observed, and in pull mode fed by fettle."""
    try:
        observer = Observer(agent, runner)
        observer.install()
        if agent.pull:
            Puller(agent, observer).install(runner)
    except Exception as error:
        agent.rows.note("agent-broken", "this behave cannot be observed: %r" % error)
        if agent.pull:
            # Fettle hands out the units; to run them all here would be wrong.
            agent.fault("this behave cannot take units: %r" % error, "agent")
            return True
    try:
        return plain(runner)
    except Exception as error:
        agent.fault(describe(error, error.__traceback__), "command" if type(error).__name__ == "ConfigError" else "suite")
        raise
    finally:
        agent.rows.flush()


def describe(error, trace):
    """An exception with its traceback, without behave's own frames at its head."""
    import traceback

    behave, six = sys.modules["behave"].__file__, sys.modules.get("six")
    libraries = os.path.dirname(behave) + os.sep, agent.home, getattr(six, "__file__", None) or agent.home
    first = trace
    while first and first.tb_frame.f_code.co_filename.startswith(libraries):
        first = first.tb_next
    return "".join(traceback.format_exception(type(error), error, first or trace, limit=-30)).rstrip()


def status_of(model):
    """Of a scenario or step that has run."""
    name = model.status.name
    if model.hook_failed or name in ("hook_error", "cleanup_error"):
        return ERROR
    if name in ("passed", "pending_warn", "xfailed", "xpassed"):
        return PASSED
    if name in ("skipped", "untested", "untested_pending", "untested_undefined"):
        return SKIPPED
    return FAILED


def why(scenario):
    """Why a scenario is bad: each bad step, then its hooks."""
    parts = []
    for step in scenario.all_steps:
        name = step.status.name
        head = "%s %s" % (step.keyword, step.name)
        if name in ("undefined", "untested_undefined"):
            parts.append("undefined step: " + head)
        elif step.hook_failed or status_of(step) in (FAILED, ERROR):
            parts.append("%s\n%s" % (head, what_happened(step)))
    if scenario.hook_failed:
        parts.append(what_happened(scenario))
    return "\n\n".join(parts)


def what_happened(model):
    text = model.error_message or ""
    error = getattr(model, "exception", None)
    if error is None:
        return text
    trace = describe(error, getattr(model, "exc_traceback", None))
    return text + "\n" + trace if text.startswith("HOOK-ERROR") else trace


def printed(scenario):
    """What behave captured while the scenario ran."""
    captured = scenario.captured
    parts = []
    for title, names in (("stdout", ("stdout",)), ("stderr", ("stderr",)), ("log", ("log_output", "log"))):
        for name in names:
            text = getattr(captured, name, None)
            if text:
                parts.append("--- %s\n%s" % (title, text))
    return "\n".join(parts)


class Observer:
    """Rows of one run of one behave process; a run that the tests start in the same
    process is part of the step that starts it.

    parents: ids of the open spans, outermost first. What is kept of a scenario
    is reset when the next begins. A method that takes `plain` makes of behave's
    own what stands in its place: one function, for each call more is paid with
    every step. What it tells is told by methods that cannot raise.
    """

    def __init__(self, agent, runner):
        self.agent = agent
        self.runner = runner
        self.rows = agent.rows
        self.parents = []
        self.matches = []
        # By file and line of a step's definition, what rows say of it.
        self.places = {}
        # Of the framework's statuses the one that most have.
        self.passed = None
        self.step_hooks = []
        # Of the feature's scenarios, the last attempt each; of the unit's features.
        self.statuses = {}
        self.suites = []
        self.unselected = set()
        self.cleanup_error = None
        self.hook_error = None
        self.in_scenario = False
        # Whether nothing of the suite runs between the end of a feature and of its unit.
        self.keeps_ends = False
        self.feature_failed = False
        self.last = None
        self.attempt = 1
        self.unit_attempt = 1

    def install(self):
        from behave import model, runner, step_registry

        self.passed = getattr(getattr(model, "Status", None), "passed", self)
        replace(model.Feature, "run", self.feature)
        replace(model.Scenario, "run", self.scenario)
        replace(model.Step, "run", self.step)
        replace(step_registry.StepRegistry, "find_match", self.match)
        replace(runner.ModelRunner, "run_hook", self.hook)
        replace(runner.Context, "_do_cleanups", self.cleanups)
        # The package's own name `fixture` is the decorator.
        fixtures = sys.modules.get("behave.fixture")
        if hasattr(fixtures, "_setup_fixture"):
            replace(fixtures, "_setup_fixture", self.fixture)

    def is_ours(self, runner):
        """Of a runner that may be a weak proxy, as a context holds it."""
        try:
            return runner is self.runner or getattr(runner, "__dict__", None) is self.runner.__dict__
        except ReferenceError:
            return False

    def enter(self):
        """A new span that is not told before it ends: its id and what it lies in."""
        parents, span = self.parents, self.rows.ids()
        inside = parents[-1] if parents else 0
        parents.append(span)
        return span, inside

    # Features.

    def feature(self, plain):
        def run(feature, runner):
            if runner is not self.runner or not feature.should_run(runner.config):
                return plain(feature, runner)
            suite, inside = self.enter()
            self.begin_suite(suite, inside, feature)
            try:
                failed = plain(feature, runner)
            finally:
                self.parents.pop()
            self.feature_failed = failed
            self.end_suite(suite, feature, runner, failed)
            return failed

        return run

    @quiet
    def begin_suite(self, suite, inside, feature):
        self.statuses.clear()
        self.cleanup_error = None
        self.unselected = set(unselected(feature))
        file = self.agent.relative(feature.filename)
        quoted = quote(file)
        where = f',"file":{quoted},"line":{feature.line},"key":{quoted}'
        self.rows.begin("suite", suite, inside, now(), feature.name or file, where)
        if not inside:
            # What runs before the first hook or test is behave's and the formatters';
            # of a unit fettle knows which it is.
            self.rows.flush()

    @quiet
    def end_suite(self, suite, feature, runner, failed):
        status, message = fettle_agent.verdict(self.statuses.values()), None
        if feature.hook_failed or self.cleanup_error:
            status = ERROR
            message = what_happened(feature) if feature.hook_failed else None
            message = "\n".join(filter(None, (message, self.cleanup_error)))
        elif failed and not self.statuses:
            status = FAILED
        self.suites.append(status)
        if feature.hook_failed:
            self.tell_not_run(suite, feature, runner, message)
        self.rows.end("suite", suite, now(), status, message)
        if not self.keeps_ends:
            self.rows.flush()

    def tell_not_run(self, suite, feature, runner, message):
        """The scenarios that a broken hook of the feature kept from running."""
        message = ',"msg":%s' % quote("not run: " + fettle_agent.clip(message, 1 << 10))
        for scenario in feature.walk_scenarios():
            if scenario.status.name == "untested" and scenario.should_run(runner.config):
                more = message + self.where(scenario)[1]
                self.rows.span("test", self.rows.ids(), suite, now(), 0, SKIPPED, scenario.name, more)

    # Scenarios.

    def scenario(self, plain):
        def run(scenario, runner):
            if runner is not self.runner or self.is_left_out(scenario, runner):
                return plain(scenario, runner)
            test, inside = self.enter()
            self.begin_test(test, inside, scenario)
            self.in_scenario = True
            try:
                return plain(scenario, runner)
            finally:
                self.in_scenario = False
                self.parents.pop()
                self.end_test(test, scenario)

        return run

    def is_left_out(self, scenario, runner):
        """By its tags, its name or its line: behave calls run() all the same."""
        if scenario.should_skip:
            return id(scenario) in self.unselected
        return not scenario.should_run(runner.config)

    def where(self, scenario):
        """Its key, and what a row says of its place."""
        file, line = self.agent.relative(scenario.filename), scenario.line
        key = f"{file}:{line}"
        return key, f',"file":{quote(file)},"line":{line},"key":{quote(key)}'

    @quiet
    def begin_test(self, test, inside, scenario):
        self.attempt = self.attempt + 1 if scenario is self.last else 1
        self.last = scenario
        self.step_hooks.clear()
        self.cleanup_error = None
        key, where = self.where(scenario)
        attempt = self.unit_attempt + self.attempt - 1
        if attempt > 1:
            where += ',"attempt":%d' % attempt
        name = scenario.name or "%s:%d" % (scenario.filename, scenario.line)
        self.rows.begin("test", test, inside, now(), name, where)
        self.rows.flush()
        cover_context(key)

    @quiet
    def end_test(self, test, scenario):
        t = now()
        cover_context("")
        if self.step_hooks:
            self.tell_step_hooks(test)
        status = PASSED if scenario.status is self.passed and not scenario.hook_failed else status_of(scenario)
        message = None
        if self.cleanup_error or (status == FAILED and any(step.hook_failed for step in scenario.all_steps)):
            status = ERROR
        if status == SKIPPED:
            message = scenario.skip_reason or ("dry run" if scenario.was_dry_run else None)
        elif status != PASSED:
            message = "\n\n".join(filter(None, (why(scenario), self.cleanup_error)))
            self.rows.output(test, printed(scenario))
        self.cleanup_error = None
        self.statuses[id(scenario)] = status
        self.rows.end("test", test, t, status, message)

    # Steps.

    def step(self, plain):
        matches, parents, passed, rows = self.matches, self.parents, self.passed, self.rows

        def run(step, runner, *args, **options):
            if runner is not self.runner and not self.is_ours(runner):
                return plain(step, runner, *args, **options)
            span = rows.ids()
            inside = parents[-1] if parents else 0
            parents.append(span)
            matches.append(None)
            t = now()
            try:
                # Most have none, and a call without them is a shorter one.
                return plain(step, runner, *args, **options) if args or options else plain(step, runner)
            finally:
                d = now() - t
                parents.pop()
                match = matches.pop()
                try:
                    status = PASSED if step.status is passed and not step.hook_failed else status_of(step)
                    more = self.place(step, match and match.location)
                    rows.span("step", span, inside, t, d, status, f"{step.keyword} {step.name}", more)
                except Exception as error:
                    rows.broken("step: %r" % error)

        return run

    def place(self, step, location):
        """What a row says of the definition of a step."""
        if not location:
            return ',"msg":"undefined step"' if step.status.name == "undefined" else ""
        place = location.filename, location.line
        more = self.places.get(place)
        if more is None:
            more = self.places[place] = ',"file":%s,"line":%d' % (quote(self.agent.relative(place[0])), place[1])
        return more

    def match(self, plain):
        matches = self.matches

        def find_match(registry, step):
            found = plain(registry, step)
            if matches:
                matches[-1] = found
            return found

        return find_match

    # Hooks.

    def hook(self, plain):
        def run_hook(runner, name, *args):
            if name not in runner.hooks:
                # Most hooks, and not always is there one argument only.
                return plain(runner, name, args[0], args[1]) if len(args) == 2 else plain(runner, name, *args)
            if runner is not self.runner or runner.config.dry_run:
                return plain(runner, name, *args)
            if not self.in_scenario:
                # A hook may end the process.
                self.rows.flush()
            failures = runner.hook_failures
            span, inside = self.enter()
            t = now()
            try:
                if name.endswith("_all"):
                    return self.catching(plain, runner, name, args)
                return plain(runner, name, *args)
            finally:
                d = now() - t
                self.parents.pop()
                status = ERROR if runner.hook_failures != failures else PASSED
                if name.endswith("_step"):
                    self.step_hooks.append((span, inside, t, d, status, name))
                else:
                    self.tell_hook((span, inside, t, d, status, name), args)

        return run_hook

    def catching(self, plain, runner, name, args):
        """Runs a hook whose error behave only prints, and keeps the error."""
        hook = runner.hooks[name]

        def caught(*args):
            try:
                return hook(*args)
            except BaseException as error:
                self.hook_error = "%s: %s" % (name, describe(error, error.__traceback__))
                raise

        runner.hooks[name] = caught
        self.hook_error = None
        try:
            return plain(runner, name, *args)
        finally:
            runner.hooks[name] = hook

    @quiet
    def tell_hook(self, hook, args):
        more, name = "", hook[-1]
        if name.endswith("_all") and self.hook_error:
            more = ',"msg":%s' % quote(fettle_agent.clip(self.hook_error, fettle_agent.MESSAGE_BYTES))
        elif name.endswith("_tag"):
            more = ',"tag":%s' % quote(str(args[-1]))
        self.rows.span("hook", *hook, more)
        if not self.in_scenario:
            self.rows.flush()

    def tell_step_hooks(self, test):
        rows, hooks = self.rows, self.step_hooks
        if len(hooks) <= STEP_HOOKS:
            for hook in hooks:
                rows.span("hook", *hook)
            return
        for name in ("before_step", "after_step"):
            kind = [hook for hook in hooks if hook[-1] == name]
            if kind:
                status = ERROR if any(hook[4] == ERROR for hook in kind) else PASSED
                total = sum(hook[3] for hook in kind)
                rows.span("hook", kind[0][0], test, kind[0][2], total, status, name, ',"count":%d' % len(kind))

    # Fixtures.

    def cleanups(self, plain):
        def do_cleanups(context):
            layer = context._stack[0] if context._stack else {}
            if not layer.get("@cleanups") or not self.is_ours(getattr(context, "_runner", self.runner)):
                return plain(context)
            scope = layer.get("@layer") or "context"
            span, inside = self.enter()
            status = PASSED
            t = now()
            try:
                return plain(context)
            except Exception as error:
                status = ERROR
                self.cleanup_error = "%s cleanup: %s" % (scope, describe(error, error.__traceback__))
                raise
            finally:
                d = now() - t
                self.parents.pop()
                more = ',"scope":%s,"part":"teardown"' % quote(scope)
                self.rows.span("fixture", span, inside, t, d, status, scope + " cleanup", more)

        return do_cleanups

    def fixture(self, plain):
        def set_up(function, context, *args, **options):
            span, inside = self.enter()
            status = ERROR
            t = now()
            try:
                result = plain(function, context, *args, **options)
                status = PASSED
                return result
            finally:
                d = now() - t
                self.parents.pop()
                self.tell_fixture(span, inside, t, d, status, function, context)

        return set_up

    @quiet
    def tell_fixture(self, span, inside, t, d, status, function, context):
        more = ',"scope":%s,"part":"setup"' % quote(context._stack[0].get("@layer") or "context")
        code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
        if code:
            more += ',"file":%s,"line":%d' % (quote(self.agent.relative(code.co_filename)), code.co_firstlineno)
        self.rows.span("fixture", span, inside, t, d, status, getattr(function, "__name__", "fixture"), more)


def unselected(container):
    """Ids of the scenarios that are left out before the feature runs: those
    beside a FILE:LINE. Builds no outline, for a hook may still change one."""
    for item in getattr(container, "run_items", None) or container.scenarios:
        if item.should_skip:
            yield id(item)
        for built in getattr(item, "_scenarios", None) or ():
            if built.should_skip:
                yield id(built)
        if hasattr(item, "run_items"):
            yield from unselected(item)


def replace(owner, name, make):
    """Puts make(plain) in the place of owner.name."""
    plain = getattr(owner, name)
    made = make(plain)
    made.__name__, made.__doc__, made.__wrapped__ = name, plain.__doc__, plain
    setattr(owner, name, made)


class Puller:
    """Feeds run_model() from the socket."""

    def __init__(self, agent, observer):
        self.agent = agent
        self.observer = observer
        self.broken = False
        # Formatters and reporters write of features that were run as a whole.
        self.whole = False
        self.junit_directory = None

    def install(self, runner):
        from behave import runner as module
        from behave.runner_util import FileLocationParser, parse_features

        self.parse_place, self.parse_features = FileLocationParser.parse, parse_features
        self.runner = runner
        self.locations = runner.feature_locations
        replace(module.Runner, "run_with_paths", self.run_with_paths)
        replace(module.ModelRunner, "run_model", self.run_model)

    def run_with_paths(self, plain):
        """The framework's own, with no feature of its own to parse."""

        def run_with_paths(runner):
            if runner is self.runner:
                runner.feature_locations = list
                self.part_outfiles(runner.config)
            return plain(runner)

        return run_with_paths

    def part_outfiles(self, config):
        for opener, formatter in zip(config.outputs, config.format):
            # Allure's files have names of their own, made for several writers.
            if opener.name and not opener.stream and "allure" not in formatter:
                opener.name = self.agent.outfile(opener.name, "formatter")
                self.whole = True
        if config.junit:
            config.junit_directory = self.agent.outfile(config.junit_directory, "junit-directory")
            self.junit_directory = config.junit_directory
            self.whole = True

    def run_model(self, plain):
        def run_model(runner, features=None):
            if runner is not self.runner:
                return plain(runner, features)
            failed = plain(runner, self.pull())
            return failed or self.broken

        return run_model

    def pull(self):
        agent, runner = self.agent, self.runner
        if runner.aborted:
            agent.fault(self.observer.hook_error or "before_all ended the run", "suite")
            return
        for message in agent.requests():
            if message.get("do") == "list":
                # Fettle asks for the tests of some units to make parts of them, or to choose from them.
                names = fettle_agent.names(message)
                parts = names and self.whole and not message.get("choose")
                self.list(bool(message.get("tests")) and not parts, names)
            elif message.get("do") == "run":
                last = None
                reporters = getattr(runner.config, "reporters", ())
                self.observer.keeps_ends = all(type(one).__module__.startswith("behave.") for one in reporters)
                for number, name, attempt in fettle_agent.units(message):
                    yield from self.unit(number, name, attempt)
                    last = number
                    if runner.aborted or (runner.config.stop and self.observer.feature_failed):
                        agent.stop(number, "the suite ends at its first failure")
                        return
                agent.done(last)

    def unit(self, number, name, attempt):
        observer, rows = self.observer, self.agent.rows
        id = self.agent.begin_unit(number, name, attempt)
        observer.parents[:] = [id]
        observer.suites.clear()
        observer.unit_attempt = attempt
        observer.last = None
        observer.feature_failed = False
        message = None
        if self.junit_directory and (attempt > 1 or "\n" in name):
            # A file of the same name is there already: that of the whole feature.
            self.runner.config.junit_directory = os.path.join(self.junit_directory, str(number))
        elif self.junit_directory:
            self.runner.config.junit_directory = self.junit_directory
        try:
            features = self.parse(name)
        except Exception as error:
            features = ()
            self.broken = observer.feature_failed = True
            observer.suites.append(ERROR)
            message = "%s: %s" % (type(error).__name__, error)
            test = rows.ids()
            file = self.agent.relative(name.partition(".feature")[0] + ".feature")
            where = ',"file":%s,"key":%s' % (quote(file), quote(name.partition("\n")[0]))
            rows.begin("test", test, id, now(), file, where)
            rows.end("test", test, now(), ERROR, message)
        yield from features
        del observer.parents[:]
        self.agent.end_unit(number, id, fettle_agent.verdict(observer.suites), message)

    def parse(self, name):
        wanted, left_out = fettle_agent.chosen(name)
        # Where a test went elsewhere and stayed there, names still mean the same.
        here, there = os.getcwd(), self.agent.start_dir
        if here != there:
            os.chdir(there)
        try:
            places = [self.parse_place(place) for place in wanted]
            features = self.parse_features(places, language=self.runner.config.lang)
        finally:
            if here != there:
                os.chdir(here)
        for feature in features if left_out else ():
            for scenario in feature.walk_scenarios():
                if "%s:%d" % (self.agent.relative(scenario.filename), scenario.line) in left_out:
                    scenario.mark_skipped()
        return features

    def list(self, with_tests, names):
        """What behave itself would collect, or of that the units of these names."""
        units = {}
        try:
            for name, file in ((name, name) for name in names) if names else self.collected():
                if name not in units:
                    units[name] = self.one(name, file, with_tests)
        except Exception as error:
            self.agent.rows.note("list", "%s: %s" % (type(error).__name__, error))
        self.agent.say_units(list(units.values()))

    def collected(self):
        """Name and file of each unit that behave would collect."""
        for location in self.locations():
            if not self.runner.config.exclude(location):
                file = self.agent.relative(location.filename)
                yield file if location.line is None else "%s:%d" % (file, location.line), file

    def one(self, name, file, with_tests):
        unit = {"name": name}
        size = self.agent.size(file)
        if size is not None:
            unit["size"] = size
        try:
            if with_tests:
                unit["keys"] = [
                    {"key": "%s:%d" % (self.agent.relative(scenario.filename), scenario.line), "name": scenario.name}
                    for feature in self.parse(name)
                    for scenario in feature.walk_scenarios()
                    if scenario.should_run(self.runner.config)
                ]
                unit["tests"] = len(unit["keys"])
        except Exception:
            # Running the unit will tell.
            pass
        return unit
