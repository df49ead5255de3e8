"""The rig itself: an engine that starts serves, and nothing of it stays."""

import glob
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import engines

VICTIM = "import engines, sys, time\ne = engines.start(sys.argv[1], images=False)\nprint(e.folder, flush=True)\ntime.sleep(600)"


class Rig:
    kind = None

    def nothing_is_left(self, folder, cid):
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(engines.belonging(folder), set())
        with open("/proc/self/mounts") as f:
            self.assertNotIn(folder, f.read())
        for depth in range(1, 5):
            self.assertEqual(glob.glob("/sys/fs/cgroup/" + "*/" * depth + "*" + cid + "*"), [])

    def test_a_container_serves_and_nothing_of_the_engine_stays(self):
        engine = engines.start(self.kind)
        try:
            cid = engine.create("http", [8080])
            engine.start_container(cid)
            port = engine.host_port(cid, 8080)
            with engine.network():
                self.assertEqual(self.fetch(port), b"good\n")
            engine.restart()
            self.assertEqual(engine.call("GET", "/containers/%s/json" % cid)[0], 200)
        finally:
            engine.stop()
        self.nothing_is_left(engine.folder, cid)

    def fetch(self, port):
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen("http://127.0.0.1:%d/" % port, timeout=5) as answer:
                    return answer.read()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def test_a_test_that_is_killed_takes_its_engine_along(self):
        engines.start(self.kind, images=False).stop()  # skips where there is none
        victim = subprocess.Popen([sys.executable, "-c", VICTIM, self.kind], stdout=subprocess.PIPE, text=True,
                                  cwd=os.path.dirname(os.path.abspath(__file__)))
        folder = victim.stdout.readline().strip()
        victim.stdout.close()
        self.assertTrue(os.path.isdir(folder))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        end = time.monotonic() + 60
        while os.path.exists(folder) and time.monotonic() < end:
            time.sleep(0.05)
        self.nothing_is_left(folder, "fettle")


class Docker(Rig, unittest.TestCase):
    kind = "docker"


class Podman(Rig, unittest.TestCase):
    kind = "podman"
