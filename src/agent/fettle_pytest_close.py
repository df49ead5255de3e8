"""The agent for pytest once all units have run: no test, only what pytest-cov makes
of the data that the workers left. Its own machinery combines, reports and judges.
"""

import os
import shutil

from _pytest.config import hookimpl

from fettle_pytest_pull import part_outfiles
from fettle_pytest_xdist import forget_workers


def tell_of_copies(cov):
    """Files of the workers' copies of the working tree are combined as those of the tree."""
    tree, copies = os.environ.get("FETTLE_TREE"), os.environ.get("FETTLE_TREE_COPIES")
    if cov and tree and copies:
        copies = os.path.realpath(copies)
        paths = [tree] + [os.path.join(copies, name) for name in os.listdir(copies)]
        cov.set_option("paths", {**(cov.get_option("paths") or {}), "fettle": paths})


class Closer:
    def __init__(self, agent):
        self.agent = agent

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config):
        option = config.option
        forget_workers(option)
        option.xmlpath = None
        part_outfiles(config, self.agent)
        # No word of the tests that are not run here.
        option.verbose = -2
        yield

    @hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        session.items = []
        return True

    @hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Inside pytest-cov's hand around the loop, which combines behind it. Before
        that it may erase what lies there."""
        session.testsfailed = int(self.agent.failed)
        plugin = session.config.pluginmanager.getplugin("_cov")
        for name in "cov", "combining_cov":
            tell_of_copies(getattr(plugin.cov_controller, name, None))
        folder = os.path.join(self.agent.worker_dir, "coverage")
        target = os.path.dirname(os.path.abspath(plugin.cov_controller.cov.config.data_file))
        for name in os.listdir(folder):
            shutil.move(os.path.join(folder, name), os.path.join(target, name))
        return True

    @hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        if session.exitstatus == 5:
            session.exitstatus = 0
