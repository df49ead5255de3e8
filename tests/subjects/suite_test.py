"""Benches of fettle.yaml, end to end: commands, and everything that is around them.

SUBJECT_FETTLE names the program.
"""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

FETTLE = os.environ["SUBJECT_FETTLE"]


class Suite(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.dir = self.folder.name

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def bench(self, yaml, *words, code=0, **environment):
        self.write("fettle.yaml", yaml)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **environment}
        self.ran = subprocess.run([FETTLE, "bench", *words], cwd=self.dir, env=env, capture_output=True, text=True)
        self.assertEqual(self.ran.returncode, code, self.ran.stdout + self.ran.stderr)
        place = self.path(".fettle", "bench", "bench.json")
        if not os.path.exists(place):
            return None
        with open(place) as f:
            self.record = json.load(f)
        return {b["name"]: b for b in self.record["benchmarks"]}

    def metric(self, bench, name):
        return {m["metric"]: m for m in bench["metrics"]}[name]

    def test_each_bench_has_its_rounds(self):
        got = self.bench("bench: [{name: a, command: 'true', rounds: 7, warmup: 2}, {name: b, shell: 'echo $X >> log; exit 0',\n"
                         "  env: {X: hush}, rounds: 3, warmup: 1}]")
        self.assertEqual((got["a"]["good"], got["a"]["failed"]), (7, 0))
        self.assertEqual(len(self.metric(got["a"], "wall")["values"]), 7)
        # a dry run, a round of warm-up, three that count
        self.assertEqual(self.read("log"), "hush\n" * 5)
        self.assertNotIn("hush", json.dumps(self.record))

    def test_lines_stand_around_waves(self):
        self.bench("bench:\n- name: a\n  shell: echo run >> log\n  concurrency: 2\n  rounds: 2\n  warmup: 0\n  parameters: {n: 5}\n"
                   "  setup: echo setup >> log\n  prepare: ['echo prepare {n} >> log', 'sleep 0']\n  conclude: echo conclude {n} >> log\n"
                   "  teardown: echo teardown >> log\n")
        wave = ["prepare 5", "run", "run", "conclude 5"]
        self.assertEqual(self.read("log").split("\n"), ["setup", "run"] + wave * 2 + ["teardown", ""])

    def test_what_cannot_be_set_up_has_failed(self):
        got = self.bench("bench:\n- {name: a, command: 'true', setup: exit 3, teardown: echo x > torn}\n- {name: b, command: 'true', rounds: 1}\n", code=1)
        self.assertEqual(got["a"]["failure"], "setup failed: exit code 3")
        self.assertEqual((got["a"]["good"], got["b"]["good"]), (0, 1))
        self.assertEqual(self.read("torn"), "x\n")

    def test_a_command_that_cannot_work_says_why_once(self):
        got = self.bench("bench:\n- {name: a, command: sh -c \"echo first >&2; echo 'no such thing' >&2; exit 4\"}\n- {name: b, command: nobody-has-this}\n", code=1)
        self.assertEqual(got["a"]["failure"], "exit code 4: no such thing")
        self.assertEqual(got["b"]["failure"], "cannot run 'nobody-has-this': No such file or directory")

    def test_failures_are_counted_and_in_no_figure(self):
        text = ("bench:\n- name: a\n  shell: 'echo x >> n; test $(($(wc -l < n) %% 5)) != 0'\n  warmup: 0\n  rounds: 20\n"
                "  targets: {error_rate: '<= %s%%'}\n")
        got = self.bench(text % 25)
        self.assertEqual((got["a"]["good"], got["a"]["failed"]), (16, 4))
        self.assertEqual(self.metric(got["a"], "wall")["values"].count(None), 4)
        os.remove(self.path("n"))
        self.bench(text % 10, code=1)
        os.remove(self.path("n"))
        self.bench(text.partition("  targets")[0].replace("%%", "%"), code=1)

    def test_one_that_never_works_is_given_up(self):
        got = self.bench("bench: [{name: a, shell: 'test -e once && exit 1; touch once', rounds: 1000, warmup: 0}]", code=1)
        self.assertEqual((got["a"]["good"], got["a"]["failed"]), (0, 10))

    def test_a_run_has_its_time_and_no_more(self):
        begin = time.monotonic()
        got = self.bench("bench: [{name: a, shell: 'test -e once && { trap \"\" TERM; sleep 60 & wait; sleep 60; }; touch once', rounds: 1, warmup: 0,\n"
                         "  timeout: 200ms}]", code=1)
        self.assertEqual((got["a"]["timed_out"], got["a"]["failure"]), (1, "took longer than 0.2 s"))
        self.assertLess(time.monotonic() - begin, 50)

    def test_a_flood_of_output_is_no_trouble(self):
        got = self.bench("bench: [{name: a, shell: 'head -c 30000000 /dev/zero; head -c 3000000 /dev/zero >&2', rounds: 2}]")
        self.assertEqual(got["a"]["good"], 2)

    def test_variants_and_numbers_at_once_are_subjects(self):
        got = self.bench("bench: [{name: a, variants: {old: 'true', new: echo}, concurrency: [1, 3], rounds: 2, warmup: 0}]")
        self.assertEqual(list(got), ["a/old/x1", "a/new/x1", "a/old/x3", "a/new/x3"])
        self.assertEqual([got[n]["good"] for n in got], [2, 2, 6, 6])

    def test_targets_decide(self):
        text = "targets: {a.wall: 'median < %s'}\nbench: [{name: a, command: sleep 0.02, rounds: 5, warmup: 0, targets: {wall: 'p99 < 10s'}}]\n"
        self.bench(text % "10s", code=1)  # p99 of five is no figure
        self.bench((text % "10s").replace("p99", "max"))
        self.bench((text % "10ms").replace("p99", "max"), code=1)
        self.bench("targets: {b.wall: max < 1s}\nbench: [{name: a, command: 'true', rounds: 1}]", code=1)

    def test_short_rounds_and_profiles(self):
        text = "bench: [{name: a, command: 'true', rounds: 40}, {name: b, command: 'true', rounds: 40, short-rounds: 2}]\nci: {bench: [{name: a, rounds: 3}]}\n"
        got = self.bench(text, "--short")
        self.assertEqual([got[n]["good"] for n in got], [10, 2])
        got = self.bench(text, "a", CI="true")
        self.assertEqual({n: got[n]["good"] for n in got}, {"a": 3})
        got = self.bench(text, "a", "b", "--rounds", "4", "--profile", "ci")
        self.assertEqual([got[n]["good"] for n in got], [4, 4])

    def test_names_are_listed_and_checked(self):
        text = "bench: [{name: one, command: 'true', parameters: {n: [1, 2]}}, {name: two, command: 'true'}]"
        self.assertIsNone(self.bench(text, "--list"))
        self.assertEqual(self.ran.stdout, "one/n=1\none/n=2\ntwo\n")
        self.bench(text, "tow", code=2)
        self.assertEqual(self.ran.stderr, "fettle bench: no bench 'tow' (did you mean 'two'?)\n")
        self.bench(text, "--shell", code=2)
        self.assertEqual(self.ran.stderr, "fettle bench: '--shell' is for 'fettle bench exec'\n")
        self.bench("run: {}", code=2)
        self.assertIn("names no benches", self.ran.stderr)

    def test_where_results_go(self):
        text = "bench: [{name: a, command: 'true', rounds: 1}]\noutput_dir: by-file\n"
        self.bench(text)
        self.assertTrue(os.path.exists(self.path("by-file", "bench.json")))
        self.bench(text, PERF_OUTPUT_DIR="by-perf")
        self.assertTrue(os.path.exists(self.path("by-perf", "bench.json")))
        self.write("other.yaml", "bench: [{name: other, command: 'true', rounds: 1}]")
        self.bench(text, "--list", PERF_CONFIG_FILE="other.yaml")
        self.assertEqual(self.ran.stdout, "other\n")
        self.bench(text, "--output", "by-flag", FETTLE_OUTPUT_DIR="by-env")
        self.assertTrue(os.path.exists(self.path("by-flag", "bench.json")))
        self.assertFalse(os.path.exists(self.path("by-env")))

    def test_an_interrupt_clears_up(self):
        self.write("fettle.yaml", "bench: [{name: a, shell: 'test -e once || { touch once; exit 0; }; echo $$ >> pids; exec sleep 60', concurrency: 3,\n"
                                  "  warmup: 0, rounds: 5, teardown: touch torn}, {name: b, command: 'true'}]")
        p = subprocess.Popen([FETTLE, "bench"], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        until = time.monotonic() + 30
        while not (os.path.exists(self.path("pids")) and len(self.read("pids").split()) == 3) and time.monotonic() < until:
            time.sleep(0.01)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 130, out + err)
        self.assertTrue(os.path.exists(self.path("torn")))
        for pid in self.read("pids").split():
            self.assertFalse(os.path.exists("/proc/" + pid))
        self.assertIn("interrupted", out)
        with open(self.path(".fettle", "bench", "bench.json")) as f:
            self.assertEqual([b["name"] for b in json.load(f)["benchmarks"]], ["a/x3"])

    def interrupted(self, *words, when):
        """What is printed and written when ^C comes once a file is there."""
        p = subprocess.Popen([FETTLE, *words], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        until = time.monotonic() + 30
        while not os.path.exists(self.path(when)) and time.monotonic() < until:
            time.sleep(0.01)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 130, out + err)
        return out, err

    def test_an_interrupted_command_tells_the_rounds_that_it_had(self):
        # the first is over in each round, the second hangs in the fourth
        second = "echo x >> n; test $(wc -l < n) -lt 4 || { touch hangs; exec sleep 60; }"
        out, err = self.interrupted("bench", "exec", "-q", "--shell", "--warmup", "0", "-r", "1000", "--seed", "1", "-f", "json",
                                    "-c", "sleep 0.02", "-c", second, when="hangs")
        got = json.loads(out)
        self.assertIn("interrupted: what had not been measured by then is missing", got["notes"])
        rounds = got["benchmarks"][0]["rounds"]
        self.assertTrue(1 <= rounds <= 3, got)
        self.assertEqual([(b["rounds"], b["good"], b["failed"]) for b in got["benchmarks"]], [(rounds, rounds, 0)] * 2)
        for b in got["benchmarks"]:
            self.assertTrue(all(len(m["values"]) == rounds for m in b["metrics"]))
        self.assertFalse(os.path.exists(self.path(".fettle", "history.db")))

    def test_an_interrupt_before_the_first_round_is_said(self):
        out, err = self.interrupted("bench", "exec", "--shell", "--warmup", "0", "-r", "3", "-c", "touch hangs; exec sleep 60",
                                    when="hangs")
        self.assertEqual((out, err), ("", "fettle bench: interrupted before anything was measured\n"))

    def test_an_interrupted_comparison_tells_what_it_has(self):
        second = "echo x >> n; test $(wc -l < n) -lt 6 || { touch hangs; exec sleep 60; }"
        out, err = self.interrupted("compare", "-q", "--shell", "--warmup", "0", "--against", "sleep 0.02", "--", second, when="hangs")
        self.assertIn("wall", out)
        self.assertIn("interrupted", err)

    def test_the_time_of_all_is_for_imports_and_functions_too(self):
        got = self.bench("benchmarks: {benchmark_timeout: 500ms}\nbench:\n"
                         "- {name: i, subject: import, command: sleep 60}\n- {name: j, subject: import, command: touch begun}", code=1)
        self.assertIn("took longer", got["i"]["failure"])
        self.assertEqual(got["j"]["failure"], "there was no time for it")
        self.assertFalse(os.path.exists(self.path("begun")))

    def test_nothing_begins_once_all_time_is_up(self):
        got = self.bench("benchmarks: {benchmark_timeout: 500ms}\nbench:\n- {name: a, shell: echo x >> log; sleep 0.05, warmup: 1000}\n"
                         "- {name: b, shell: touch b, setup: touch setup, teardown: touch torn}\n", code=1)
        self.assertEqual([b["failure"] for b in got.values()], ["there was no time for it"] * 2)
        self.assertLess(len(self.read("log").split()), 1000)
        for name in ("b", "setup", "torn"):
            self.assertFalse(os.path.exists(self.path(name)))

    def test_a_folder_that_is_not_there_is_named(self):
        self.write("results.json", "{}")
        got = self.bench("bench: [{name: a, command: 'true', dir: gone}, {name: b, subject: import, command: echo, dir: gone},\n"
                         "  {name: c, subject: mcp, command: cat, dir: results.json}]", code=1)
        for name in "ab":
            self.assertEqual(got[name]["failure"], "cannot enter the folder 'gone' of 'dir': No such file or directory")
        self.assertEqual(got["c"]["failure"], "cannot enter the folder 'results.json' of 'dir': Not a directory")

    def test_checks_of_what_a_command_says(self):
        text = "bench:\n- name: a\n  shell: echo '{\"ok\":true}'; exit 3\n  rounds: 2\n  checks: %s\n"
        self.bench(text % "{exit-code: 3, contains: ok, json: /ok=true}")
        got = self.bench(text % "{exit-code: 3, lacks: ok}", code=1)
        self.assertEqual(got["a"]["failure"], "the output contains 'ok'")
        got = self.bench(text % "{contains: ok}", code=1)
        self.assertEqual(got["a"]["failure"], "exit code 3")
        got = self.bench(text % "{exit-code: 4}", code=1)
        self.assertEqual(got["a"]["failure"], "exit code 3, wanted 4")
        self.bench(text % "{matches: '('}", code=2)
        self.assertIn("bad regular expression '('", self.ran.stderr)

    def test_what_measures_nothing_is_no_success(self):
        self.bench("bench: [{name: a, command: 'true', enabled: false}]", code=2)
        self.assertIn("all benches are switched off", self.ran.stderr)

    def test_check_is_the_quick_form(self):
        self.write("fettle.yaml", "bench:\n- {name: a, command: sleep 0.01, rounds: 500, targets: {wall: p95 < 10s}}\n- {name: b, command: sh -c 'exit 2'}\n")
        ran = subprocess.run([FETTLE, "check"], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1)
        lines = ran.stdout.split("\n")
        self.assertRegex(lines[0], r"^  good    a  wall \d+")
        self.assertEqual(lines[1], "  FAILED  b  1 of 1 failed: exit code 2")
        self.assertEqual(lines[3], "targets: 1 of 1 met")
        with open(self.path(".fettle", "bench", "bench.json")) as f:
            self.assertEqual([b["good"] for b in json.load(f)["benchmarks"]], [20, 0])
        ran = subprocess.run([FETTLE, "check", "a"], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0)
