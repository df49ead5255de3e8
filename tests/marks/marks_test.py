"""What suites and programs say of themselves, through `fettle run`: C, Python, Go, shells, and plain lines."""

import collections
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ["SOURCE_ROOT"]
BUILD = os.environ["BUILD_ROOT"]
FETTLE = os.path.join(BUILD, "fettle")
MARKER = os.path.join(BUILD, "marker")
MODULE = os.path.join(SOURCE, "lib", "python")

PAGE, RECORD, MAP_BYTES, FIRST_PAGE, AHEAD = 4096, 32, 1 << 30, 128, 16384


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), "needs " + tool)


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-marks-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE", "GITHUB_", "PYTEST_"))}
        self.env.update(GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local", PYTHONDONTWRITEBYTECODE="1", F=FETTLE, M=MARKER)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def run_it(self, *args, code=0):
        done = subprocess.run([FETTLE, "run", "-q", "--output", "out", *args], cwd=self.dir, env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace")[-3000:])
        with open(self.path("out", "events.jsonl"), encoding="utf-8") as f:
            self.rows = [json.loads(line) for line in f]
        return self.rows

    def sh(self, script, *options, code=0):
        self.write("s.sh", script)
        return self.run_it(*options, "--", "sh", "s.sh", code=code)

    def spans(self, kind="phase"):
        """What the suite marked, whole, in the order of begins: begin and end joined."""
        spans, found = {}, []
        for row in self.rows:
            if row["ev"] in ("begin", "span") and row.get("kind") == kind and row.get("src") in ("injected", "log"):
                self.assertNotIn(row["id"], spans, "an id is given twice")
                spans[row["id"]] = span = dict(row)
                if row["ev"] == "span":
                    span["end"] = row["t"] + row.get("d", 0)
                found.append(span)
            elif row["ev"] == "end" and row["id"] in spans:
                self.assertNotIn("end", spans[row["id"]], "it ends twice")
                spans[row["id"]].update(end=row["t"], st=row["st"], msg=row.get("msg"))
        self.by_id = spans
        return found

    def names(self, kind="phase"):
        return [s["name"] for s in self.spans(kind)]

    def around(self, span):
        """Name of what lies around it."""
        for row in self.rows:
            if row["ev"] in ("begin", "span") and row.get("id") == span.get("in"):
                return row["kind"], row.get("name")
        return None

    def values(self):
        return [r for r in self.rows if r["ev"] == "value" and r.get("src")]

    def notes(self):
        return {r["name"]: r["msg"] for r in self.rows if r["ev"] == "note"}


class Native(Case):
    def marker(self, *args, code=0):
        return self.run_it("--", MARKER, *map(str, args), code=code)

    def test_all_kinds(self):
        self.marker("kinds")
        inner, outer = [next(s for s in self.spans() if s["name"] == n) for n in ("inner", "outer")]
        self.assertEqual((inner["in"], outer["st"], inner["st"]), (outer["id"], "passed", "passed"))
        self.assertEqual(self.around(outer)[0], "unit")
        self.assertLessEqual(outer["t"], inner["t"])
        self.assertLessEqual(inner["end"], outer["end"])
        test = next(s for s in self.spans("test") if s["name"] == "buys a book")
        self.assertEqual((test["st"], test["in"]), ("failed", inner["id"]))
        db, broken = self.spans("container")
        self.assertEqual((db["name"], db["image"], broken["name"]), ("db", "postgres:16", "broken"))
        self.assertNotIn("in", db)
        ready = {v["in"]: v["num"] for v in self.values() if v["name"] == "ready"}
        self.assertEqual(ready, {db["id"]: 1, broken["id"]: 0})
        numbers = {v["name"]: (v["what"], v["num"]) for v in self.values() if "what" in v}
        self.assertEqual(numbers, {"rows": ("count", 3), "size_bytes": ("value", -7)})

    def test_a_failed_scenario_of_a_mark_does_not_change_the_exit_code_of_the_program(self):
        self.assertEqual(self.marker("kinds")[-1]["exit"], 0)

    def test_spans_survive_kill_a_thousand_times(self):
        self.marker("killed", 1000)
        spans = self.spans()
        self.assertEqual(sum(s["name"] == "before the end" and s["st"] == "passed" for s in spans), 3000)
        victims = [s for s in spans if s["name"].startswith("victim")]
        self.assertEqual(sorted(s["name"] for s in victims), sorted(f"victim {i}" for i in range(1000)))
        self.assertEqual({s.get("st") for s in victims}, {"unfinished"})
        self.assertEqual(len(spans), 4000)
        self.assertNotIn("marks-lost", self.notes())

    def test_a_fork_in_the_middle_of_a_span(self):
        self.marker("fork")
        spans = {s["name"]: s for s in self.spans()}
        self.assertEqual(len(self.spans()), 3)
        parent, child, after = spans["of the parent"], spans["of the child"], spans["after the fork"]
        self.assertNotEqual(parent["pid"], child["pid"])
        self.assertEqual(after["in"], parent["id"])
        self.assertEqual(self.around(child)[0], "unit")
        self.assertGreaterEqual(parent["end"], after["end"])

    def test_threads_nest_each_for_itself(self):
        self.marker("threads", 8, 2000)
        outer = {s["thread"]: s for s in self.spans() if s["name"] == "thread"}
        self.assertEqual(len(outer), 8)
        inner = collections.Counter()
        for s in self.spans():
            if s["name"] == "in thread":
                inner[s["thread"]] += 1
                self.assertEqual(s["in"], outer[s["thread"]]["id"])
        self.assertEqual(set(inner.values()), {2000})
        self.assertEqual(len(inner), 8)

    def test_before_main_and_in_atexit(self):
        self.env["MARKER_EARLY"] = "1"
        self.marker("early")
        self.assertEqual(self.names(), ["before main", "atexit"])

    def test_a_handler_that_interrupts_a_mark_breaks_nothing(self):
        self.marker("handler", 200000)
        names = collections.Counter(self.names())
        self.assertEqual(names["interrupted"], 200000)
        handled = next(v["num"] for v in self.values() if v["name"] == "handled")
        lost = self.notes().get("marks-lost", "0 ").split()[0]
        self.assertEqual(names["in the handler"] + int(lost), handled)

    def test_more_names_than_there_is_room_for(self):
        self.marker("names", 20000)
        names = collections.Counter(self.names())
        lost = int(self.notes()["marks-names"].split()[0])
        self.assertEqual(names["?"], lost + 2)
        self.assertEqual(sum(names.values()), 20004)
        self.assertGreater(len(names), 6000)

    def test_huge_and_broken_names(self):
        self.marker("names", 10)
        names = self.names()
        self.assertIn("x" * 255, names)
        self.assertEqual(names.count("?"), 2)
        self.assertIn('not UTF-8: \ufffd\ufffd "\n', names)

    def make_map(self, given_back=0):
        path = self.path("map")
        with open(path, "wb") as f:
            f.truncate(MAP_BYTES)
            f.write(struct.pack("<QIIQQQQQ", 0x50414D534B52414D, 1, 0, PAGE + 8192 * 4, FIRST_PAGE, given_back, 0, 0))
        self.env["FETTLE_MARKS"] = path
        return path

    def head(self, path):
        with open(path, "rb") as f:
            return struct.unpack("<QIIQQQQQ", f.read(56))

    def test_a_map_that_nobody_reads_fills_up_and_the_rest_is_counted(self):
        path = self.make_map()
        n = 2_200_000
        subprocess.run([MARKER, "spans", str(n)], env=self.env, check=True)
        _, _, _, _, taken, _, lost, _ = self.head(path)
        pages = taken - FIRST_PAGE
        self.assertLessEqual(pages, AHEAD)
        self.assertGreater(pages, AHEAD - 64)
        self.assertEqual(pages * (PAGE // RECORD - 1) + lost, n)

    def test_a_map_that_is_none_is_left_alone(self):
        for what in (b"", b"x" * 100):
            path = self.path("other")
            with open(path, "wb") as f:
                f.write(what)
            self.env["FETTLE_MARKS"] = path
            subprocess.run([MARKER, "spans", "10"], env=self.env, check=True)
            with open(path, "rb") as f:
                self.assertEqual(f.read(), what)
        for path in ("relative", "/nowhere/at/all", self.dir, "/dev/null"):
            self.env["FETTLE_MARKS"] = path
            subprocess.run([MARKER, "kinds"], env=self.env, check=True)

    def test_a_hostile_map_does_not_break_the_program(self):
        path = self.make_map()
        subprocess.run([MARKER, "names", "100"], env=self.env, check=True)
        with open(path, "r+b") as f:
            f.seek(PAGE)
            f.write(b"\xff" * (8192 * 4))  # slots that lead nowhere
        subprocess.run([MARKER, "names", "100"], env=self.env, check=True)
        with open(path, "r+b") as f:
            f.seek(16)
            f.write(b"\xff" * 32)
        subprocess.run([MARKER, "names", "100"], env=self.env, check=True)

    def test_no_room_for_the_map_in_the_address_space(self):
        small = ["sh", "-c", 'ulimit -v 600000; exec "$M" kinds']
        if subprocess.run(small, env=self.env, capture_output=True).returncode:
            self.skipTest("needs a build without sanitizers")
        subprocess.run(small, env=dict(self.env, FETTLE_MARKS=self.make_map()), check=True)

    def test_a_full_disk_loses_marks_and_ends_nothing(self):
        room = self.path("room")
        os.mkdir(room)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", room], capture_output=True).returncode:
            self.skipTest("needs to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", room])
        path = os.path.join(room, "map")
        os.rename(self.make_map(), self.path("made"))
        subprocess.run(["cp", "--sparse=always", self.path("made"), path], check=True)
        self.env["FETTLE_MARKS"] = path
        subprocess.run([MARKER, "spans", "200000"], env=self.env, check=True)
        self.assertGreater(self.head(path)[6], 100000)

    def test_the_shared_library_is_the_same(self):
        self.run_it("--", os.path.join(BUILD, "marker_shared"), "kinds")
        self.assertEqual(sorted(self.names()), ["inner", "outer"])

    @needs("nm")
    def test_the_shared_library_has_no_other_names(self):
        said = subprocess.run(["nm", "-D", "--defined-only", os.path.join(BUILD, "libfettle.so")], capture_output=True,
                              text=True, check=True).stdout
        self.assertTrue(said)
        self.assertEqual([line for line in said.splitlines() if not line.split()[-1].startswith("fettle_")], [])

    @needs("pkg-config")
    @needs("cc")
    def test_as_it_is_installed(self):
        with open(os.path.join(BUILD, "libfettle.so"), "rb") as f:
            if b"__asan" in f.read():
                self.skipTest("needs a build without sanitizers")
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", self.path("root")],
                       check=True, capture_output=True)
        found = [os.path.join(d, f) for d, _, files in os.walk(self.path("root")) for f in files if f == "fettle.pc"]
        env = dict(self.env, PKG_CONFIG_PATH=os.path.dirname(found[0]), PKG_CONFIG_SYSROOT_DIR=self.path("root"))
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "fettle"], env=env, check=True,
                               capture_output=True, text=True).stdout.split()
        self.write("a.c", '#include <fettle.h>\nint main(void)\n{\n\tFETTLE_PHASE("installed");\n\treturn 0;\n}\n')
        for more in ([], ["-std=c99", "-Wall", "-Wextra", "-Werror"]):
            subprocess.run(["cc", *more, self.path("a.c"), "-o", self.path("a"), *flags], check=True)
        self.env["LD_LIBRARY_PATH"] = next(f[2:] for f in flags if f.startswith("-L"))
        self.run_it("--", "./a")
        self.assertEqual(self.names(), ["installed"])
        if shutil.which("c++"):
            shutil.copy(self.path("a.c"), self.path("a.cc"))
            subprocess.run(["c++", "-Wall", "-Wextra", "-Werror", self.path("a.cc"), "-o", self.path("a"), *flags], check=True)


MANY = """
import os, sys
sys.path.insert(0, %r)
import fettle
for i in range(1000):
    with fettle.phase("p%%d" %% i):
        fettle.count("done")
""" % MODULE


class Lines(Case):
    def test_ten_thousand_marks_of_ten_processes_at_once(self):
        self.write("many.py", MANY)
        self.sh(f"for i in 0 1 2 3 4 5 6 7 8 9; do {sys.executable} many.py & done; wait")
        spans = self.spans()
        self.assertEqual(len(spans), 10000)
        of = collections.defaultdict(list)
        for s in spans:
            self.assertIn("end", s)
            of[s["pid"]].append(s["name"])
        self.assertEqual(list(of.values()), [[f"p{i}" for i in range(1000)]] * 10)
        self.assertEqual(sum(v["num"] for v in self.values()), 10000)
        self.assertNotIn("rows", self.notes())

    def test_the_same_without_ids_and_times(self):
        self.write("many.py", """
import os
fd = os.open(os.environ["FETTLE_EVENTS"], os.O_WRONLY | os.O_APPEND)
for i in range(500):
    for ev in "begin", "end":
        os.write(fd, b'{"ev":"%s","kind":"phase","name":"same","pid":%d}\\n' % (ev.encode(), os.getpid()))
""")
        self.sh(f"for i in 0 1 2 3 4 5 6 7 8 9; do {sys.executable} many.py & done; wait")
        spans = self.spans()
        self.assertEqual(len(spans), 5000)
        self.assertEqual(set(collections.Counter(s["pid"] for s in spans).values()), {500})
        self.assertTrue(all(s["end"] >= s["t"] and s["src"] == "log" for s in spans))

    def test_short_forms(self):
        self.sh("""
say() { echo "$1" >>"$FETTLE_EVENTS"; }
say '{"ev":"begin","kind":"phase","name":"a"}'
say '{"ev":"begin","kind":"phase","name":"a"}'
say '{"ev":"end","name":"a"}'
say '{"ev":"begin","kind":"test","name":"t"}'
say '{"ev":"end","name":"t","st":"failed","msg":"why"}'
say '{"ev":"end"}'
say '{"ev":"begin","kind":"container","name":"db","image":"pg"}'
say '{"ev":"value","container":"db","name":"listening","num":5432}'
say '{"ev":"end","kind":"container","name":"db"}'
say '{"ev":"value","name":"ratio","num":-2.5e0}'
say '{"ev":"span","kind":"phase","name":"whole","d":1000}'
""")
        first, second, whole = self.spans()
        self.assertEqual((second["in"], self.around(first)[0]), (first["id"], "unit"))
        self.assertLess(second["end"], first["end"])
        self.assertEqual(whole["d"], 1000)
        test = next(s for s in self.spans("test") if s["name"] == "t")
        self.assertEqual((test["st"], test["msg"], test["in"]), ("failed", "why", first["id"]))
        db, = self.spans("container")
        listening, ratio = self.values()
        self.assertEqual((listening["in"], listening["num"]), (db["id"], 5432))
        self.assertEqual((ratio["num"], ratio["real"]), (-3, "-2.5e0"))
        self.assertEqual(self.notes(), {})

    def test_bad_lines_are_counted_and_the_first_is_told(self):
        huge = "x" * 70000
        self.sh(f"""
exec >>"$FETTLE_EVENTS"
echo '{{"ev":"begin","kind":"phase","name":"good"}}'
echo '{{"ev":"begin","kind":"phase","name":'
echo 'not JSON'
echo '{{"ev":"begin","kind":7,"name":"a"}}'
echo '{{"ev":"begin","name":"no kind"}}'
echo '{{"ev":"begin","kind":"phase"}}'
echo '{{"ev":"bgin","kind":"phase","name":"a"}}'
echo '{{"ev":"done","st":"passed"}}'
echo '{{"ev":"value","name":"no number"}}'
echo '{{"ev":"value","name":"no number","num":"many"}}'
echo '[]'
echo '{{"ev":"begin","kind":"phase","id":-1,"name":"a"}}'
echo '{{"ev":"end","name":"never began"}}'
echo '{{"ev":"value","container":"nowhere","name":"ready","num":1}}'
echo '{{"ev":"begin","kind":"phase","name":"{huge}"}}'
echo '{{"ev":"end","name":"good"}}'
printf '{{"ev":"begin","kind":"phase","name":"torn'
""")
        self.assertRegex(self.notes()["rows"], r"^11 lines .*; the first, of worker 0 in '.*s\.sh': bad row: byte 3[5-9]")
        self.assertRegex(self.notes()["marks"], r"^2 marks .*'never began' ends and has not begun")
        good, long = self.spans()
        self.assertEqual((good["name"], good["st"], len(long["name"])), ("good", "passed", 4096))

    def test_a_flood_of_begins_is_bounded(self):
        self.write("flood.py", """
import os
with open(os.environ["FETTLE_EVENTS"], "ab", 0) as f:
    f.write(b"".join(b'{"ev":"begin","kind":"phase","name":"f%d"}\\n' % i for i in range(6000)))
    f.write(b'{"ev":"end","name":"f4095"}\\n{"ev":"end","name":"f5000"}\\n')
""")
        self.run_it("--", sys.executable, "flood.py")
        self.assertEqual(len(self.spans()), 6000)
        self.assertRegex(self.notes()["marks"], r"^1905 marks .*'f4096' is one too many")

    def test_every_way_to_run_has_the_file(self):
        say = 'echo "{\\"ev\\":\\"span\\",\\"kind\\":\\"phase\\",\\"name\\":\\"%s\\"}" >>"$FETTLE_EVENTS"'
        self.write("t/a.sh", say % "unit a")
        self.write("t/b.sh", say % "unit b")
        self.run_it("-j2", "--setup", say % "setup", "--worker-setup", say % "worker {worker}".replace("{worker}", "setup"),
                    "--units", "t/*.sh", "--", "sh", "{}")
        spans = {s["name"]: s for s in self.spans()}
        self.assertEqual(sorted(spans), ["setup", "unit a", "unit b", "worker setup"])
        self.assertEqual(self.around(spans["unit a"]), ("unit", "t/a.sh"))
        self.assertEqual(self.around(spans["setup"]), ("phase", "setup"))
        self.assertEqual(self.around(spans["worker setup"]), ("phase", "worker-setup"))


class Shell(Case):
    def test_begin_and_end(self):
        self.sh("""
"$F" mark begin "db migrate"; "$F" mark begin inner; "$F" mark end inner --status failed; "$F" mark end "db migrate"
"$F" mark begin -k container db; "$F" mark ready db; "$F" mark end db; "$F" mark count n; "$F" mark count n 4
"$F" mark value ratio 0.5
""")
        outer, inner = self.spans()
        self.assertEqual((outer["name"], inner["in"], inner["st"], outer["st"]), ("db migrate", outer["id"], "failed", "passed"))
        db, = self.spans("container")
        self.assertIn("end", db)
        self.assertEqual([(v["name"], v["num"], v.get("in")) for v in self.values()],
                         [("ready", 1, db["id"]), ("n", 1, None), ("n", 4, None), ("ratio", 1, None)])
        self.assertEqual(self.notes(), {})

    def test_a_command_is_a_phase_and_what_it_starts_lies_in_it(self):
        self.sh("""
echo in | "$F" mark --name up -- sh -c 'cat >got; "$F" mark -- true; "$F" mark begin sub; "$F" mark end sub; exit 3'
echo $? >code
"$F" mark -- nosuch 2>said; echo $? >>code
"$F" mark -- ./code 2>>said; echo $? >>code
""")
        with open(self.path("got")) as got, open(self.path("code")) as code, open(self.path("said")) as said:
            self.assertEqual(got.read(), "in\n")
            self.assertEqual(code.read().split(), ["3", "127", "126"])
            self.assertEqual(said.read(), "fettle mark: cannot run 'nosuch': No such file or directory\n"
                                          "fettle mark: cannot run './code': Permission denied\n")
        up, true, sub = self.spans()[:3]
        self.assertEqual((up["name"], up["st"], true["name"], true["st"]), ("up", "failed", "true", "passed"))
        self.assertEqual((true["in"], sub["in"]), (up["id"], up["id"]))
        self.assertNotIn("in\n", json.dumps(self.rows))

    def outside(self, *args, **more):
        return subprocess.run([FETTLE, "mark", *args], cwd=self.dir, env=self.env, capture_output=True, text=True, **more)

    def test_outside_nothing_is_said_and_a_command_is_just_run(self):
        for args in (["begin", "a"], ["end", "a"], ["count", "a"], ["value", "a", "1"]):
            done = self.outside(*args)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.write("fettle.yaml", "run: {workers: nonsense}\n")
        done = self.outside("--", "sh", "-c", "cat; echo $PPID; exit 5", input="x\n")
        self.assertEqual((done.returncode, done.stdout), (5, f"x\n{os.getpid()}\n"))
        self.assertEqual(self.outside("--", "nosuch").returncode, 127)

    def test_what_is_not_understood(self):
        for args, words in ((["bgin", "a"], "what is 'bgin'?"), (["begin"], "begin needs a name"), (["value", "a"], "needs a number"),
                            (["value", "a", "1x"], "'1x' is no number"), (["begin", "db", "migrate"], "'migrate' is too much"),
                            ([], "what is ''?"), (["begin", "--king", "a"], "unknown option '--king'")):
            done = self.outside(*args)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)

    def inside_env(self):
        self.write("events", "")
        return dict(self.env, FETTLE_EVENTS=self.path("events"))

    def start(self, *args, **more):
        child = subprocess.Popen([FETTLE, "mark", *args], cwd=self.dir, env=self.inside_env(), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, **more)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        return child

    def last_row(self):
        with open(self.path("events")) as f:
            return json.loads(f.readlines()[-1])

    def test_a_signal_reaches_the_command_and_its_death_is_ours(self):
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            # the tests themselves may have been started with it ignored
            child = self.start("--", "sh", "-c", "echo up; exec sleep 60",
                               preexec_fn=lambda sig=sig: signal.signal(sig, signal.SIG_DFL))
            self.assertEqual(child.stdout.readline(), b"up\n")
            child.send_signal(sig)
            self.assertEqual(child.wait(30), -sig)
            self.assertEqual((self.last_row()["st"], self.last_row()["signal"]), ("crashed", sig))

    def test_a_command_may_handle_a_signal(self):
        child = self.start("--", "sh", "-c", 'trap "echo caught; exit 4" TERM; echo up; while :; do sleep 0.02; done')
        self.assertEqual(child.stdout.readline(), b"up\n")
        child.send_signal(signal.SIGTERM)
        self.assertEqual((child.stdout.read(), child.wait(30)), (b"caught\n", 4))

    def test_what_was_ignored_stays_ignored(self):
        child = self.start("--", "sh", "-c", "kill -HUP $$; kill -PIPE $$; echo alive",
                           preexec_fn=lambda: (signal.signal(signal.SIGHUP, signal.SIG_IGN), signal.signal(signal.SIGPIPE, signal.SIG_IGN)))
        self.assertEqual((child.stdout.read(), child.wait(30)), (b"alive\n", 0))
        child = self.start("--", "sh", "-c", "kill -PIPE $$; echo alive", preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
        self.assertEqual((child.stdout.read(), child.wait(30)), (b"", -signal.SIGPIPE))

    def test_the_terminals_interrupt_reaches_the_command_once(self):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execve(FETTLE, [FETTLE, "mark", "--", "sh", "-c",
                               'trap "n=x$n" INT; echo up; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done; echo "<$n>"'],
                      self.inside_env())
        said = b""
        while b"up" not in said:
            said += os.read(fd, 100)
        os.write(fd, b"\x03")
        try:
            while True:
                said += os.read(fd, 100)
        except OSError:
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, said)
        self.assertIn(b"<x>", said)


class Python(Case):
    def test_in_pytest(self):
        if subprocess.run([sys.executable, "-c", "import pytest"], capture_output=True).returncode:
            self.skipTest("needs pytest")
        self.write("test_a.py", """
import fettle, pytest

def test_one():
    with fettle.phase("outer"):
        with fettle.phase("inner"):
            pass

def test_two():
    with fettle.container("db", image="postgres:16") as db:
        db.ready()
    fettle.count("rows", 3)
    fettle.count("rows", 4)
    fettle.value("size", 2.5)

@fettle.phase("made")
def helper():
    return 7

def test_three():
    assert helper() == 7
    with pytest.raises(KeyError):
        with fettle.phase("breaks"):
            raise KeyError("secret")
""")
        for options in ([], ["--chunks", "2"]):
            self.run_it(*options, "--", sys.executable, "-m", "pytest", "-q")
            spans = {s["name"]: s for s in self.spans()}
            self.assertEqual(sorted(spans), ["breaks", "inner", "made", "outer"])
            self.assertEqual(spans["inner"]["in"], spans["outer"]["id"])
            self.assertEqual([self.around(spans[n])[0] for n in ("outer", "made", "breaks")], ["test"] * 3)
            self.assertIn("test_one", self.around(spans["outer"])[1])
            self.assertEqual((spans["breaks"]["st"], spans["breaks"]["msg"]), ("failed", "KeyError"))
            db, = self.spans("container")
            values = {v["name"]: v for v in self.values()}
            self.assertEqual((values["ready"]["in"], values["rows"]["num"], values["size"]["real"]), (db["id"], 7, "2.5"))
            self.assertEqual(self.notes(), {})

    @needs("behave")
    def test_in_behave(self):
        self.write("features/a.feature", "Feature: F\n  Scenario: one\n    Given it works\n  Scenario: two\n    Given it works\n")
        self.write("features/steps/s.py", """
import fettle, os
from behave import given

@given("it works")
def step(context):
    with fettle.phase("step of " + context.scenario.name):
        os.system('"$F" mark -- true')
""")
        self.run_it("--", "behave")
        spans = {s["name"]: s for s in self.spans()}
        self.assertEqual(self.around(spans["step of one"]), ("test", "one"))
        self.assertEqual(self.around(spans["step of two"]), ("test", "two"))
        self.assertEqual(collections.Counter(self.names())["true"], 2)
        self.assertTrue(all(self.around(s)[0] == "test" for s in self.spans() if s["name"] == "true"))

    def module(self, script, **env):
        self.write("m.py", script)
        return subprocess.run([sys.executable, "m.py"], cwd=self.dir, env=dict(self.env, PYTHONPATH=MODULE, **env),
                              capture_output=True, text=True, timeout=60)

    def test_outside_all_of_it_does_nothing(self):
        done = self.module("""
import fettle
with fettle.phase("a") as p, fettle.container("c") as c:
    c.ready(False)
fettle.count("n"); fettle.value("n", 1); fettle.flush()
assert not fettle.on()
print("good")
""")
        self.assertEqual((done.stdout, done.stderr), ("good\n", ""))
        done = self.module("import fettle\nwith fettle.phase('a'): print('good')\n", FETTLE_EVENTS="/nowhere/at/all")
        self.assertEqual((done.stdout, done.stderr), ("good\n", ""))

    def test_threads_forks_tasks_and_kills(self):
        self.write("m.py", """
import asyncio, fettle, os, signal, threading

def work(n):
    with fettle.phase("thread %d" % n):
        for i in range(50):
            with fettle.phase("in thread %d" % n):
                pass

threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]

@fettle.phase("task")
async def task(n):
    with fettle.phase("in task"):
        await asyncio.sleep(0.01)

async def all_tasks():
    await asyncio.gather(*(task(n) for n in range(5)))

asyncio.run(all_tasks())
fettle.count("counted", 5)
with fettle.phase("parent"):
    pid = os.fork()
    if not pid:
        with fettle.phase("child"):
            fettle.count("counted", 1)
            with fettle.phase("killed"):
                os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
""")
        self.run_it("--", sys.executable, "m.py")
        spans = self.spans()
        by_name = collections.defaultdict(list)
        for s in spans:
            by_name[s["name"]].append(s)
        for n in range(4):
            outer, = by_name["thread %d" % n]
            self.assertEqual([s["in"] for s in by_name["in thread %d" % n]], [outer["id"]] * 50)
        self.assertEqual(sorted(s["in"] for s in by_name["in task"]), sorted(s["id"] for s in by_name["task"]))
        self.assertEqual(len(by_name["task"]), 5)
        child, killed, parent = by_name["child"][0], by_name["killed"][0], by_name["parent"][0]
        self.assertEqual(self.around(child)[0], "unit")
        self.assertEqual(killed["in"], child["id"])
        self.assertNotIn("end", killed)
        self.assertEqual(parent["st"], "passed")
        self.assertEqual(sum(v["num"] for v in self.values() if v["name"] == "counted"), 6)

    def test_a_module_of_that_name_of_the_suites_own_is_left_in_peace(self):
        self.write("fettle.py", "own = True\n")
        self.write("m.py", "import fettle\nassert fettle.own\n")
        self.run_it("--", sys.executable, "m.py")


@unittest.skipUnless(shutil.which("go"), "needs go")
class Go(Case):
    def test_in_go_test(self):
        self.write("go.mod", "module m\n\ngo 1.20\n")
        shutil.copytree(os.path.join(SOURCE, "lib", "go", "fettle"), self.path("fettle"), ignore=shutil.ignore_patterns("go.mod"))
        self.write("m_test.go", """package m

import (
	"m/fettle"
	"testing"
)

func TestOne(t *testing.T) {
	p := fettle.Phase("db migrate")
	p.Phase("schema").End()
	p.End()
	fettle.Count("rows", 120)
}
""")
        self.run_it("--", "go", "test", ".")
        outer, inner = [next(s for s in self.spans() if s["name"] == n) for n in ("db migrate", "schema")]
        self.assertEqual(inner["in"], outer["id"])
        self.assertEqual(self.around(outer)[0], "unit")
        self.assertEqual([(v["name"], v["num"]) for v in self.values()], [("rows", 120)])

    def test_its_own_tests(self):
        done = subprocess.run(["go", "test", "./..."], cwd=os.path.join(SOURCE, "lib", "go", "fettle"), env=self.env,
                              capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
