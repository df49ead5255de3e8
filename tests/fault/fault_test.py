"""The fault ring: the Nth call of its kind fails in fettle itself, for one N after the other.

Whatever fails, fettle ends by itself, with an exit code of the table, one line that says why where it is
2, 3 or 4, and never with a good verdict on a suite that is bad.

    FAULT='write:3:28' python3 tests/tap.py tests/fault/fault_test.py     one case, what it printed shown
"""
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

FETTLE = os.environ["FAULT_FETTLE"]
LIBRARY = os.environ["FAULT_LIBRARY"]
HERE = os.path.dirname(os.path.abspath(__file__))
ONLY = os.environ.get("FAULT")

# Runs longer than this hang: a fault may cost fettle its patience (10 s for an agent) once.
PATIENCE_S = 40
# At most so many N of one call and one errno.
SAMPLE = {"each": 14, "pull": 6}
# What workers with an agent do beyond a process a unit.
PULL = "open read pipe clone epoll_ctl epoll_wait socket bind listen accept send recv".split()

SHORT = 0
ERRNOS = {
    "open": [errno.EMFILE, errno.EACCES],
    "read": [errno.EIO, errno.EINTR, SHORT],
    "write": [errno.ENOSPC, errno.EINTR, SHORT],
    "pipe": [errno.EMFILE],
    "clone": [errno.EAGAIN],
    "mmap": [errno.ENOMEM],
    "epoll_create": [errno.EMFILE],
    "epoll_ctl": [errno.ENOMEM],
    "epoll_wait": [errno.EINTR],
    "signalfd": [errno.EMFILE],
    "socket": [errno.EMFILE],
    "bind": [errno.ENOSPC],
    "listen": [errno.EADDRINUSE],
    "accept": [errno.EMFILE, errno.ECONNABORTED],
    "send": [errno.EPIPE, errno.EINTR, SHORT],
    "recv": [errno.ECONNRESET, errno.EINTR, SHORT],
    "mkdir": [errno.ENOSPC],
    "opendir": [errno.EMFILE],
    "stat": [errno.EACCES],
    "rename": [errno.EACCES],
    "unlink": [errno.EACCES],
    "link": [errno.EPERM],
    "symlink": [errno.EPERM],
    "readlink": [errno.EACCES],
    "copy": [errno.EXDEV, errno.ENOSPC],
    "fallocate": [errno.EOPNOTSUPP],
    "fcntl": [errno.EINVAL],
    "getcwd": [errno.ENOENT],
    "malloc": [errno.ENOMEM],
}
# What no list above may make worse: trouble that a good program does not notice.
HARMLESS = {errno.EINTR, SHORT}

WORDS = {
    "each": ["-j2", "--setup", "true", "--worker-setup", "true", "--copy", "template", "--retries", "1",
             "--unit-timeout", "30s", "--units", "*.sh", "--", "sh", "{}"],
    "pull": ["-j2", "--retries", "1", "--", os.path.join(HERE, "behave")],
}


class Outcome:
    def __init__(self, folder, words, fault):
        self.fault = fault
        self.folder = folder
        for name in (".fettle", "out", "said"):
            path = os.path.join(folder, name)
            shutil.rmtree(path, ignore_errors=True)
            if os.path.exists(path):
                os.unlink(path)
        env = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": os.path.join(folder, "tmp"), "LC_ALL": "C",
               "LD_PRELOAD": LIBRARY, "FAULT_SAID": os.path.join(folder, "said")}
        if fault:
            env["FAULT"] = fault
        process = subprocess.Popen([FETTLE, "run", "--output", "out", *words], cwd=folder, env=env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
        self.hung = False
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.hung = True
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        self.rc = process.returncode
        self.out, self.err = out.decode(errors="replace"), err.decode(errors="replace")

    def counts(self):
        with open(os.path.join(self.folder, "said")) as f:
            return {name: int(n) for name, n in (line.split() for line in f)}

    def own_lines(self):
        return [line for line in self.err.splitlines() if re.match(r"fettle( \w+)?: ", line)]

    def replay(self):
        return subprocess.run([FETTLE, "report", "out", "--format", "json"], cwd=self.folder, capture_output=True,
                              text=True, timeout=PATIENCE_S)


def sample(n, most):
    if n <= most:
        return range(1, n + 1)
    return sorted({1, 2, n} | {1 + i * (n - 1) // (most - 1) for i in range(most)})


class FaultRing(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="fault-")
        os.mkdir(os.path.join(cls.root, "tmp"))
        for name, text in (("good.sh", "echo fine\n"), ("bad.sh", "echo broken; exit 1\n"), ("template", "t\n")):
            with open(os.path.join(cls.root, name), "w") as f:
                f.write(text)
        cls.plain, cls.made = {}, {}
        for kind, words in WORDS.items():
            cls.plain[kind] = Outcome(cls.root, words, None)
            cls.made[kind] = cls.plain[kind].counts()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root, ignore_errors=True)

    def check(self, kind, fault, code):
        o = Outcome(self.root, WORDS[kind], fault)
        if ONLY:
            sys.stderr.write(f"{kind} {fault}: {o.rc}\n{o.out}{o.err}")
        with self.subTest(kind=kind, fault=fault):
            seen = f"exit code {o.rc}\n{o.err}"
            self.assertFalse(o.hung, "it hangs\n" + seen)
            self.assertIn(o.rc, {1} if code in HARMLESS else {1, 2, 3, 4}, seen)
            if o.rc != 1:
                self.assertEqual(len(o.own_lines()), 1, seen)
            elif not o.own_lines():
                self.assertIn(o.replay().returncode, {0, 1}, "nothing was said, and the record is not whole")

    def ring(self, kind, calls):
        plain = self.plain[kind]
        self.assertEqual(plain.rc, 1, plain.err)
        for call in calls:
            self.assertIn(call, self.made[kind], "the library counts no such call")
            for code in ERRNOS[call]:
                for n in sample(self.made[kind][call], SAMPLE[kind]):
                    self.check(kind, f"{call}:{n}:{code}", code)

    @unittest.skipIf(ONLY, "one case is asked for")
    def test_a_process_a_unit(self):
        self.ring("each", ERRNOS)

    @unittest.skipIf(ONLY, "one case is asked for")
    def test_workers_with_an_agent(self):
        self.ring("pull", PULL)

    @unittest.skipUnless(ONLY, "FAULT names no case")
    def test_the_case_that_is_asked_for(self):
        for kind in WORDS:
            self.check(kind, ONLY, int(ONLY.split(":")[2]))


if __name__ == "__main__":
    unittest.main()
