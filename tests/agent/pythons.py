"""The interpreters that the agents are tested in.

FETTLE_TEST_PYTHONS names them, separated by colons; without it, they are the
system's own and, below a build folder, one with current frameworks. What a
framework's version can do decides what is tested.
"""

import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import venv_of_tests

PROBE = """
import json
found = {}
for name in ("behave", "pytest", "xdist", "pytest_cov", "pytest_rerunfailures", "pytest_html", "pytest_jsonreport"):
    try:
        module = __import__(name)
    except ImportError:
        continue
    version = getattr(module, "__version__", "0")
    found[name] = [int(part) for part in version.split(".")[:2] if part.isdigit()]
print(json.dumps(found))
"""


def all_pythons():
    """Path and "" of each, or None and why it cannot be had."""
    named = os.environ.get("FETTLE_TEST_PYTHONS")
    if named:
        return [(python, "") for python in named.split(":")]
    build = os.environ.get("BUILD_ROOT")
    return [("/usr/bin/python3", "")] + ([venv_of_tests.current(build)] if build else [])


def modules_of(python):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([python, "-c", PROBE], stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(done.stdout)


def cases(framework, bases, namespace):
    """One test class for each base and each Python that has the framework, put
    into the namespace of a test module."""
    for n, (python, why) in enumerate(all_pythons()):
        modules = modules_of(python) if python else {}
        for base in bases:
            name = "%s_%d" % (base.__name__, n)
            attributes = {"python": python, "modules": modules, "__module__": base.__module__}
            case = type(name, (base, unittest.TestCase), attributes)
            if framework not in modules:
                case = unittest.skip(why or "%s has no %s" % (python, framework))(case)
            namespace[name] = case


def needs(module):
    """Passes a test over where a module is not installed."""

    def decorate(test):
        def wrapper(self):
            if module not in self.modules:
                self.skipTest("%s has no %s" % (self.python, module))
            test(self)

        wrapper.__name__, wrapper.__doc__ = test.__name__, test.__doc__
        return wrapper

    return decorate
