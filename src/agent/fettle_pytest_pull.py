"""The agent for pytest when it pulls: units from the socket in the place of pytest's loop.

Each unit is collected by itself when it comes, its tests run with their real
successors, and session fixtures live until the end. Other plugins see a worker
of pytest-xdist, so that what is safe there is safe here.
"""

import copy
import os
import sys

from _pytest.config import hookimpl

import fettle_agent
from fettle_agent import ERROR, PASSED, SKIPPED, now, quiet, quote
from fettle_pytest import Observer, cause, failure_text
from fettle_pytest_xdist import (
    alone,
    class_of,
    forget_workers,
    get,
    package_of,
    path_of,
    put,
    together,
    wants_controller,
    worker_fixtures,
)

# Arguments with "::" in more files than this are not imported ahead.
MANY_FILES = 64


class Puller(Observer):
    """Takes units from the socket in the place of pytest's loop."""

    def __init__(self, agent):
        super().__init__(agent)
        self.collected = []
        self.collection_errors = 0
        self.tests = 0
        self.kept_paths = {}
        self.kept_nodes = {}
        self.folders = {}
        # By path, the collector of a folder that was searched.
        self.searched = {}
        # By name of a unit, the collectors that listing has made of it.
        self.listed = {}
        self.given_paths = None
        self.last_item = None
        self.target = None
        # --dist of pytest-xdist.
        self.dist = "no"
        # While the files of all units are loaded.
        self.ahead = False

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        """pytest-cov begins by erasing, and would erase what a worker that has ended
        sooner left: the one that closes does it for all."""
        if getattr(early_config.known_args_namespace, "cov_append", None) is False:
            early_config.known_args_namespace.cov_append = True
        yield

    # A worker of pytest-xdist, as far as other plugins look.

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config):
        try:
            self.disguise(config)
        except Exception as error:
            self.rows.broken("disguise: %r" % error)
        yield

    def disguise(self, config):
        agent = self.agent
        config.workerinput = self.worker_input(config)
        config.workerinput.update(self.told())
        config.workeroutput = {}
        os.environ["PYTEST_XDIST_WORKER"] = "gw" + agent.worker
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = agent.workers
        os.environ["PYTEST_XDIST_TESTRUNUID"] = agent.run
        option = config.option
        self.dist = forget_workers(option)
        base = get(path_of(agent.nodes, "base", "temp")).get("path") if agent.nodes else None
        if base:
            option.basetemp = os.path.join(base, "popen-gw" + agent.worker)
        elif option.basetemp:
            os.makedirs(option.basetemp, exist_ok=True)
            option.basetemp = os.path.join(option.basetemp, "gw" + agent.worker)
        part_outfiles(config, self.agent)
        if agent.bare:
            self.bare(config)
            return
        for implementation in config.hook.pytest_configure.get_hookimpls():
            self.unmask(config, implementation)
        self.guard(config)

    def bare(self, config):
        """Not a worker while the suite is configured; never, where the controller that it
        would look for could not start."""
        plain = alone(config, config._do_configure)

        def configure():
            plain()
            self.look_for_controller(config)
            if self.agent.nodes == "":
                del config.workerinput, config.workeroutput

        config._do_configure = configure

    def guard(self, config):
        """A suite with a pytest_configure_node of its own has things that it starts once and
        tells all workers: they begin anew when a controller is there. One that cannot be
        configured even so gets processes in which nobody looks like a worker meanwhile."""
        plain = config._do_configure

        def configure():
            self.look_for_controller(config)
            try:
                plain()
            except sys.modules["_pytest.config"].UsageError:
                raise
            except Exception as error:
                why = fettle_agent.clip("%s: %s" % (type(error).__name__, error), 300)
                # The hook may have been put in place meanwhile.
                self.look_for_controller(config)
                self.agent.link.say("bare", msg=why)
                raise
            self.look_for_controller(config)

        config._do_configure = configure

    def look_for_controller(self, config):
        module = wants_controller(config) if self.agent.nodes is None else None
        if module:
            self.agent.ready = True
            self.agent.link.say("controller", msg=fettle_agent.clip(module, 300))
            raise sys.modules["_pytest.outcomes"].Exit("this worker begins anew, once there is a controller")

    def told(self):
        """What the controller says to this worker."""
        agent = self.agent
        if not agent.nodes:
            return {}
        open(path_of(agent.nodes, "up", "gw" + agent.worker), "w").close()
        return get(path_of(agent.nodes, "in", "gw" + agent.worker))

    def worker_input(self, config):
        import zlib

        seed = getattr(config.option, "randomly_seed", None)
        return {
            "workerid": "gw" + self.agent.worker,
            "workercount": int(self.agent.workers),
            "testrunuid": self.agent.run,
            "mainargv": sys.argv,
            "cov_master_host": os.uname().nodename,
            "cov_master_topdir": os.getcwd(),
            "cov_master_rsync_roots": [],
            "randomly_seed": seed if isinstance(seed, int) else zlib.crc32(self.agent.run.encode()),
        }

    def unmask(self, config, implementation):
        """These look for a controller that is not there, or write no file at all,
        when they find themselves in a worker."""
        plain = implementation.function
        if package_of(plain) in {"pytest_rerunfailures", "pytest_html", "pytest_jsonreport", "pytest_reportlog"}:
            implementation.function = alone(config, plain)

    def pytest_configure(self, config):
        if not config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(worker_fixtures(self.agent), "fettle-worker")

    # Collection: nothing at first, then one unit at a time.

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection(self, session):
        plain = type(session).perform_collect

        def perform_collect(*args, **options):
            session.items = []
            if self.ahead:
                self.import_files(session)
            if self.target is None:
                return []
            nodes = self.known_nodes(session)
            return self.collect_nodes(session, nodes) if nodes else plain(session, self.target)

        session.perform_collect = perform_collect
        yield
        del session.perform_collect

    def pytest_collectreport(self, report):
        if report.outcome != PASSED:
            self.collected.append(report)

    @hookimpl(hookwrapper=True, tryfirst=True, optionalhook=True)
    def pytest_collect_directory(self, path, parent):
        """From pytest 9.1 on the fixtures of a conftest are those of the node of its
        directory: there is one for all units, and for the list of them."""
        outcome = yield
        node = outcome.get_result()
        if node is not None:
            known = self.folders.setdefault((parent, path), node)
            if type(known) is type(node):
                outcome.force_result(known)

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_finish(self, session):
        """pytest then forgets the conftests of directories that it has not met: the
        next unit may lie in one."""
        waiting = getattr(getattr(session, "_fixturemanager", None), "_pending_conftests", None)
        kept = dict(waiting or ())
        yield
        if kept:
            waiting.update(kept)

    def collect(self, session, name):
        """The items of a unit, by pytest's own collection."""
        self.target, left_out = fettle_agent.chosen(name)
        self.quicken(session, name.partition("\n")[0])
        try:
            self.hook_collection(session)
        finally:
            self.target = None
            for method in ("_collect_path", "_collect_one_node"):
                session.__dict__.pop(method, None)
        if left_out:
            session.items = [item for item in session.items if item.nodeid not in left_out]
        self.tests += len(session.items)
        session.testscollected = self.tests
        return session.items

    def hook_collection(self, session):
        """pytest calls it once, before its loop. Its handlers of log files and of live logs are
        there in both, and end with this call, within the loop."""
        import logging

        root = logging.getLogger()
        plugin = session.config.pluginmanager.getplugin("logging-plugin")
        handlers = [getattr(plugin, name, None) for name in ("log_cli_handler", "log_file_handler")]
        handlers = [handler for handler in handlers if handler in root.handlers]
        try:
            session.config.hook.pytest_collection(session=session)
        finally:
            for handler in handlers:
                if handler not in root.handlers:
                    root.addHandler(handler)

    def known_nodes(self, session):
        """The collectors of a unit that is a whole file, without the search for it
        from the root down: of its folder, where that was searched before."""
        if len(self.target) != 1 or "::" in self.target[0]:
            return None
        nodes = self.listed.pop(self.target[0], None)
        if nodes:
            return nodes
        path = session.config.invocation_params.dir / self.target[0]
        path = type(path)(os.path.normpath(str(path)))
        folder = self.searched.get(path.parent)
        if not folder or path in self.given(session.config):
            return None
        return session.gethookproxy(path).pytest_collect_file(file_path=path, parent=folder)

    def given(self, config):
        """The paths of the command line: a file of any name is collected when it is
        given, which pytest decides in its own search."""
        if self.given_paths is None:
            here = config.invocation_params.dir
            paths = (os.path.normpath(str(here / argument.partition("::")[0])) for argument in config.args)
            self.given_paths = {type(here)(path) for path in paths}
        return self.given_paths

    def collect_nodes(self, session, nodes):
        """The second half of pytest's perform_collect()."""
        config = session.config
        try:
            for node in nodes:
                session.items.extend(session.genitems(node))
            config.pluginmanager.check_pending()
            config.hook.pytest_collection_modifyitems(session=session, config=config, items=session.items)
        finally:
            getattr(session, "_collection_cache", {}).clear()
            config.hook.pytest_collection_finish(session=session)
        return session.items

    def quicken(self, session, name):
        """From pytest 8 on a file is found by listing every directory above it.
        Once listed, a directory need not be listed again for the next unit: its
        node is kept, and only the wanted entry is made anew."""
        main, python = sys.modules["_pytest.main"], sys.modules["_pytest.python"]
        if not hasattr(session, "_collect_one_node"):
            return
        wanted = session.config.invocation_params.dir / name.partition("::")[0]
        wanted = type(wanted)(os.path.normpath(str(wanted)))
        wanted_file = wanted if wanted.is_file() else None
        chain = {path.parent: path for path in (wanted, *wanted.parents)}
        folders = main.Dir, python.Package
        plain_path, plain_node = session._collect_path, session._collect_one_node
        # Several tests of one file are of one node: it, and no other, has their fixtures.
        made = {}

        def collect_path(path, path_cache):
            found = self.kept_paths.get(path)
            if found is None:
                found = plain_path(path, path_cache)
                if all(type(node) in folders for node in found):
                    self.kept_paths[path] = found
            return found

        def collect_one_node(node, *args, **options):
            path = chain.get(node.path) if type(node) in folders else None
            if node in made:
                return made[node], True
            kept = self.kept_nodes.get(node)
            if path is None or kept is None:
                report, duplicate = plain_node(node, *args, **options)
                if path is not None and report.passed:
                    self.searched[node.path] = node
                    kept = self.kept_nodes[node] = copy.copy(report)
                    kept.result = [child for child in report.result if type(child) in folders]
                    made[node] = report
                return report, duplicate
            report = copy.copy(kept)
            if path is wanted_file:
                report.result = list(session.gethookproxy(path).pytest_collect_file(file_path=path, parent=node))
            made[node] = report
            return report, True

        session._collect_path, session._collect_one_node = collect_path, collect_one_node

    # The loop.

    @hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.end_line(session.config)
        for message in self.agent.requests():
            if message.get("do") == "list":
                self.list(session, bool(message.get("tests")), fettle_agent.names(message))
            elif message.get("do") == "load":
                self.load(session)
            elif message.get("do") == "run":
                self.run(session, message)
        self.finish(session)
        return True

    def load(self, session):
        """Imports the files of all units, as a plain run does before its first test: tests
        may lean on what is imported for others. Within pytest's hook, so that its filters
        of warnings hold. What cannot be imported is told with its own unit."""
        self.ahead = True
        try:
            self.hook_collection(session)
        except Exception as error:
            self.rows.broken("load: %r" % error)
        finally:
            self.ahead = False
        self.agent.link.say("loaded")

    def import_files(self, session):
        if not self.listed:
            self.listed = {name: nodes for name, (_, nodes) in self.files(session).items() if nodes}
        nodes = [node for nodes in self.listed.values() for node in nodes] + self.chosen_files(session)
        capture = session.config.pluginmanager.getplugin("capturemanager")
        for node in nodes:
            self.import_file(node, capture)

    def chosen_files(self, session):
        """Collectors of files of which arguments choose tests. To find files one by one is a
        look at the whole folder for each: not of many."""
        files = dict.fromkeys(argument.partition("::")[0] for argument in session.config.args if "::" in argument)
        files = [file for file in files if os.path.exists(file) and self.agent.relative(file) not in self.listed]
        try:
            return self.roots(session, files) if 0 < len(files) <= MANY_FILES else []
        except (sys.modules["_pytest.config"].UsageError, session.Interrupted):
            return []

    def import_file(self, node, capture):
        python = sys.modules["_pytest.python"]
        if not isinstance(node, python.Module) or isinstance(node, python.Package):
            return
        raised, printed = None, ("", "")
        try:
            if capture:
                capture.resume_global_capture()
            _ = node.obj
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # It may say that it is to be skipped, or that all is to end: with its unit.
            raised = error
        finally:
            if capture:
                capture.suspend_global_capture(in_=False)
                printed = capture.read_global_capture()

        def raise_again():
            """It is not run for a second time, which may well end otherwise."""
            if getattr(capture, "_method", "") != "tee-sys":
                sys.stdout.write(printed[0])
                sys.stderr.write(printed[1])
            raise raised

        if raised is not None:
            node._getobj = raise_again

    def run(self, session, message):
        last = None
        for number, name, attempt in fettle_agent.units(message):
            last = number
            try:
                self.run_unit(session, number, name, attempt)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
                if session.shouldstop:
                    raise session.Interrupted(session.shouldstop)
            except BaseException as error:
                self.agent.stop(number, cause(error))
                raise
        self.agent.done(last)

    def run_unit(self, session, number, name, attempt):
        self.unit = self.agent.begin_unit(number, name, attempt)
        self.unit_attempt = attempt
        self.unit_statuses.clear()
        self.collected.clear()
        message, status = None, ERROR
        try:
            items, message = self.collect_unit(session, name)
            self.run_items(session, items)
            self.end_suite()
            status = ERROR if message else fettle_agent.verdict(self.unit_statuses)
        except BaseException as error:
            self.end_suite()
            message = cause(error)
            raise
        finally:
            self.end_line(session.config)
            self.agent.end_unit(number, self.unit, status, message)
            self.unit = 0

    def end_line(self, config):
        """What the terminal shows of a unit stands on lines of its own, and counts
        for itself: there is no whole of which a worker could tell a part."""
        try:
            reporter = config.pluginmanager.getplugin("terminalreporter")
            if reporter:
                reporter._show_progress_info = False
                reporter._numcollected = 0
                reporter.ensure_newline()
            writer = config.get_terminal_writer()
            if getattr(writer, "_current_line", ""):
                writer.line()
            writer.flush()
        except Exception:
            # A terminal reporter that is not pytest's own may be without all that.
            pass

    def collect_unit(self, session, name):
        """Items of a unit, and why there are none, if so."""
        usage_error = sys.modules["_pytest.config"].UsageError
        t, message = now(), None
        wanted, left_out = fettle_agent.chosen(name)
        try:
            items = self.collect(session, name)
        except usage_error:
            items, message = self.collect_present(session, wanted, left_out)
        errors = [report for report in self.collected if report.failed]
        if errors:
            self.collection_errors += len(errors)
            message = failure_text(errors[0])
        status = ERROR if message else PASSED
        self.rows.span("hook", self.rows.ids(), self.unit, t, now() - t, status, "collection")
        for report in self.collected:
            text = failure_text(report) if report.failed else self.skip_reason(report)
            self.tell_collection(report.nodeid or wanted[0], ERROR if report.failed else SKIPPED, text)
        option = session.config.option
        if option.collectonly or (errors and not option.continue_on_collection_errors):
            items = []
        return items, message

    def collect_present(self, session, wanted, left_out):
        """The items of those selectors that lead to some, and why another leads to none: each
        is an error of its own name. But a test that is tried again may have another name by
        now: fettle sees for itself which do not come."""
        usage_error = sys.modules["_pytest.config"].UsageError
        items, message = [], None
        for one in wanted:
            try:
                items += self.collect(session, "\n".join([one] + ["!" + key for key in left_out]))
            except usage_error as error:
                if self.unit_attempt > 1 and "::" in one and one not in session.config.args:
                    continue
                self.collection_errors += 1
                message = cause(error)
                self.tell_collection(one, ERROR, message)
        session.items = items
        return items, message

    @quiet
    def tell_collection(self, nodeid, status, message):
        """A file that could not be collected, or said that it is to be skipped,
        stands in the record as a test of its own name."""
        self.unit_statuses.append(status)
        file = quote(self.agent.relative(nodeid.partition("::")[0]))
        test = self.rows.ids()
        self.rows.begin("test", test, self.unit, now(), nodeid, ',"file":%s,"key":%s' % (file, quote(nodeid)))
        self.rows.end("test", test, now(), status, message)

    def run_items(self, session, items):
        if items and self.last_item is not None:
            self.tear_down(session, items[0], "package teardown")
        for i, item in enumerate(items):
            # The folder, or the session, stands for a test in another file: what is
            # below is torn down, packages and session live on.
            nextitem = items[i + 1] if i + 1 < len(items) else self.folder_of(item)
            self.last_item = item
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            if session.shouldfail or session.shouldstop:
                return

    def folder_of(self, item):
        """Before pytest 8 the nodes of folders are made anew with each unit."""
        directory = getattr(sys.modules["_pytest.nodes"], "Directory", ())
        folders = [node for node in item.listchain() if isinstance(node, directory)]
        return folders[-1] if folders else item.session

    def tear_down(self, session, nextitem, what):
        """What the last test left for the next one and that is not for this one. An
        error in it is the last test's, as it is in a plain run."""
        item, t = self.last_item, now()
        call_info = sys.modules["_pytest.runner"].CallInfo
        call = call_info.from_call(lambda: session._setupstate.teardown_exact(nextitem), when="teardown")
        if call.excinfo:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
            more = ',"msg":%s' % quote(fettle_agent.clip(failure_text(report), fettle_agent.MESSAGE_BYTES))
            self.rows.span("hook", self.rows.ids(), self.unit, t, now() - t, ERROR, what, more)
            item.ihook.pytest_runtest_logreport(report=report)

    def finish(self, session):
        """Session fixtures go as after the last test of a plain run."""
        if self.last_item is not None:
            self.tear_down(session, None, "session teardown")
            self.rows.flush()
        if self.collection_errors and not session.config.option.continue_on_collection_errors:
            plural = "" if self.collection_errors == 1 else "s"
            raise session.Interrupted("%d error%s during collection" % (self.collection_errors, plural))

    @hookimpl(trylast=True)
    def pytest_unconfigure(self, config):
        self.tell_coverage(config)
        self.tell_controller(config)

    @quiet
    def tell_controller(self, config):
        output = getattr(config, "workeroutput", None)
        if self.agent.nodes and output is not None:
            put(path_of(self.agent.nodes, "out", "gw" + self.agent.worker), output)

    @quiet
    def tell_coverage(self, config):
        """The data of this worker, out of the way of others that begin by erasing."""
        try:
            plugin = config.pluginmanager.getplugin("_cov")
            file = plugin.cov_controller.cov.get_data().data_filename() if plugin else None
        except Exception:
            return
        if not file or not os.path.exists(file) or not self.agent.worker_dir:
            return
        import shutil

        folder = os.path.join(self.agent.worker_dir, "coverage")
        os.makedirs(folder, exist_ok=True)
        kept = shutil.move(file, os.path.join(folder, os.path.basename(file)))
        self.rows.note("outfile", "this worker's coverage", path=file, file=kept, want="coverage")

    # Which units there are.

    def list(self, session, with_tests, names):
        """Says them, all or those of these names; what keeps pytest from collecting
        ends it as it always does."""
        try:
            if names:
                found = {name: (name.partition("::")[0], None) for name in names}
            else:
                found = self.files(session)
                self.listed = {} if with_tests else {name: nodes for name, (_, nodes) in found.items() if nodes}
        except BaseException as error:
            self.agent.ready = False
            usage = isinstance(error, sys.modules["_pytest.config"].UsageError)
            self.agent.fault(cause(error), "command" if usage else "suite")
            raise
        units = {name: {"name": name} for name in found}
        for name, (path, _) in found.items():
            size = self.agent.size(path)
            if size is not None:
                units[name]["size"] = size
        if with_tests:
            self.add_keys(session, found, units)
        self.agent.say_units(list(units.values()))

    def files(self, session):
        """Path and collectors of each unit, by name: arguments that name a test as
        they stand, else the files that pytest's collectors find."""
        config = session.config
        found = {}
        places = [argument for argument in config.args if "::" not in argument]
        for node in self.roots(session, places) if places else ():
            for file in self.walk(node):
                path = str(file.path)
                found.setdefault(self.agent.relative(path), (path, []))[1].append(file)
        failed = self.last_failed(config)
        if failed:
            found = {name: file for name, file in found.items() if file[0] in failed}
        for argument in config.args:
            if "::" in argument:
                found[argument] = (argument.partition("::")[0], None)
        return found

    def last_failed(self, config):
        """With --lf the files that pytest would not pass over; nothing for all."""
        plugin = config.pluginmanager.getplugin("lfplugin")
        if not getattr(plugin, "active", False):
            return None
        paths = (str(config.rootpath / str(nodeid).partition("::")[0]) for nodeid in plugin.lastfailed)
        return {path for path in paths if os.path.exists(path)}

    def roots(self, session, args):
        """What pytest's collection makes of arguments, without opening a module
        and without the hooks that expect tests."""
        config = session.config
        plain = config.hook
        config.hook = Muffled(plain)
        self.collected.clear()
        try:
            nodes = list(type(session).perform_collect(session, args, genitems=False))
        finally:
            config.hook = plain
            session.testscollected = self.tests
            getattr(config.pluginmanager, "_duplicatepaths", set()).clear()
        for report in self.collected:
            if report.failed and not report.nodeid:
                raise session.Interrupted("cannot collect: " + report.longreprtext)
        return nodes

    def walk(self, node):
        """The collectors of files below a collector of directories; a directory
        that cannot be collected stands for what is in it."""
        directory = getattr(sys.modules["_pytest.nodes"], "Directory", sys.modules["_pytest.python"].Package)
        report = None
        if isinstance(node, directory):
            report = sys.modules["_pytest.runner"].collect_one_node(node)
        if not report or report.failed:
            yield node
            return
        for child in report.result:
            yield from self.walk(child)

    def add_keys(self, session, found, units):
        """Every test of every unit, after -k, -m and the like."""
        config = session.config
        owner, items = {}, []
        for name, (_, nodes) in found.items():
            try:
                inside = [item for node in nodes or self.roots(session, [name]) for item in self.items_of(node)]
            except Exception:
                # Running the unit will tell.
                continue
            units[name]["keys"] = []
            items += inside
            owner.update((item, name) for item in inside)
        config.hook.pytest_collection_modifyitems(session=session, config=config, items=items)
        for item in items:
            path, _, rest = item.nodeid.partition("::")
            file = self.agent.relative(str(item.path))
            if item in owner:
                unit, group = units[owner[item]], together(item, self.dist) or class_of(item)
                key = {"key": "%s::%s" % (file, rest) if rest else file, "name": rest or file}
                if group:
                    key["group"] = group
                if shares(item):
                    unit["shared"] = True
                unit["keys"].append(key)
        for unit in units.values():
            if "keys" in unit:
                unit["tests"] = len(unit["keys"])

    def items_of(self, node):
        if isinstance(node, sys.modules["_pytest.nodes"].Item):
            yield node
            return
        report = sys.modules["_pytest.runner"].collect_one_node(node)
        if report.failed:
            raise NotCollected
        for child in report.result or ():
            yield from self.items_of(child)


def part_outfiles(config, agent):
    """Files that every worker would write go to folders of their own."""
    option, rows = config.option, agent.rows
    if getattr(option, "xmlpath", None):
        rows.note(
            "outfile", "fettle writes '%s'" % option.xmlpath, path=os.path.abspath(option.xmlpath), want="junit"
        )
    try:
        log_file = option.log_file or config.getini("log_file")
    except (AttributeError, ValueError):
        log_file = None
    if log_file:
        option.log_file = agent.outfile(log_file, "log")
    for name, want in (("htmlpath", "html"), ("report_log", "report-log")):
        if getattr(option, name, None):
            setattr(option, name, agent.outfile(getattr(option, name), want))
    if getattr(option, "json_report", False) and getattr(option, "json_report_file", None) != "none":
        option.json_report_file = agent.outfile(option.json_report_file or ".report.json", "json-report")


def shares(item):
    """Whether a test needs a fixture that others of its file need, too."""
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", None) or {}
    return any(chain[-1].scope == "module" for chain in fixtures.values() if chain)


class NotCollected(Exception):
    """A unit whose tests are not known before it is run and tells why."""


class Muffled:
    """pytest's hooks without the two that plugins read their tests from."""

    def __init__(self, hook):
        self.hook = hook

    def __getattr__(self, name):
        return getattr(self.hook, name)

    def pytest_collection_modifyitems(self, **arguments):
        pass

    def pytest_collection_finish(self, **arguments):
        pass
