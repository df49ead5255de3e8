"""Results of other tools, and programs with FETTLE_BENCH functions, as subjects: subject/source.h.

source_says prints what becomes of them, a line a thing.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SOURCE_ROOT"]
BUILD = os.environ["BUILD_ROOT"]
SAYS = os.path.join(BUILD, "source_says")
FETTLE = os.path.join(BUILD, "fettle")
RESULTS = os.path.join(SOURCE, "tests", "subjects", "results")
HEADER = os.path.join(SOURCE, "src", "agent")
BENCHSTAT = "golang.org/x/perf/cmd/benchstat@v0.0.0-20230113213139-801c7ef9e5c5"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-O2"]

sys.path.insert(0, os.path.join(SOURCE, "tests"))

import venv_of_tests  # noqa: E402


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), "needs " + tool)


class Subject:
    def __init__(self, kind, counts, failure):
        self.kind, self.failure, self.params, self.columns, self.units = kind, failure, {}, {}, {}
        for pair in counts.split():
            name, value = pair.split("=")
            setattr(self, name, int(value))


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-source-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("FETTLE", "PYTEST_"))}
        self.env.update(GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local")

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def call(self, *command, code=0, timeout=240, **more):
        done = subprocess.run(command, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, **more)
        self.assertEqual(done.returncode, code, (done.stdout + done.stderr)[-3000:])
        return done

    def source(self, kind, *keys, code=0):
        """Subjects by name without "it/"; notes and the fault stand in self."""
        subjects, self.notes, self.fault, last = {}, [], None, None
        for line in self.call(SAYS, kind, "it", *keys, code=code).stdout.splitlines():
            what, *rest = line.split("\t")
            if what == "subject":
                self.assertTrue(rest[0].startswith("it/"), rest)
                last = subjects[rest[0][3:]] = Subject(*rest[1:4])
            elif what == "param":
                last.params[rest[0]] = rest[1]
            elif what == "column":
                last.columns[rest[0]] = [None if v == "-" else int(v) for v in rest[2].split()]
                last.units[rest[0]] = rest[1]
            elif what == "note":
                self.notes.append(rest[0])
            else:
                self.fault = rest[0]
        return subjects


class Kept(Case):
    """Files that the real tools wrote."""

    def kept(self, name, **keys):
        return self.source("import", "files=" + os.path.join(RESULTS, name), *("%s=%s" % i for i in keys.items()))

    def test_go(self):
        got = self.kept("go.txt")
        add = got["example.org/p.Add-2"]
        self.assertEqual(add.columns["wall"], [681, 591, 531, 530])
        self.assertEqual(add.units, {"wall": "ps", "bytes_per_op": "bytes", "allocs_per_op": "millionths"})
        join = got["example.org/p.Join/words=64-2"].columns
        self.assertEqual(join["bytes_per_op"], [65] * 4)
        self.assertEqual(join["allocs_per_op"], [1000000] * 4)
        self.assertEqual(join["p99"], [12500] * 4)
        self.assertEqual(join["words"], [21330000] * 4)
        self.assertEqual(got["example.org/p.Bad"].failure, "p_test.go:34: it will not do")
        self.assertEqual(sum(s.failed for s in got.values()), 1)
        self.assertEqual(self.kept("go-panic.txt")["example.org/p.Panics-2"].failure, "panic: no")
        self.assertEqual(self.kept("go-json.txt")["example.org/p.Add-2"].columns["wall"], [2900, 2400])

    def test_hyperfine(self):
        got = self.kept("hyperfine.json")
        one = got['sh -c "exit 0;1"']
        self.assertEqual(one.columns["wall"], [818610, 783328, 758031, 741977, 857314])
        self.assertEqual(one.units["wall"], "ns")
        self.assertEqual(one.params, {"x": "1"})
        self.assertEqual(one.columns["user"], [565800, None, None, None, None])
        bad = self.kept("hyperfine-fails.json")['sh -c "exit 3"']
        self.assertEqual((bad.good, bad.failed, bad.failure), (0, 4, "exit code 3"))

    def test_pytest_benchmark(self):
        got = self.kept("pytest.json")["test_b.py::test_sum[10]"]
        with open(os.path.join(RESULTS, "pytest.json")) as f:
            data = json.load(f)["benchmarks"][0]["stats"]["data"]
        self.assertEqual(got.columns["wall"], [round(v * 1e12) for v in data])
        self.assertEqual(got.params, {"n": "10"})
        self.assertEqual(self.notes, [])
        only = self.kept("pytest-stats.json")["test_b.py::test_sum[10]"]
        self.assertEqual(only.rounds, 1)
        self.assertIn("--benchmark-save-data", self.notes[0])

    def test_google_benchmark(self):
        got = self.kept("google.json")
        with open(os.path.join(RESULTS, "google.json")) as f:
            rows = [r for r in json.load(f)["benchmarks"] if r["name"] == "BM_Micro" and r["run_type"] == "iteration"]
        self.assertEqual(got["BM_Micro"].columns["wall"], [round(r["real_time"] * 1e6) for r in rows])
        self.assertEqual(got["BM_Copy/8"].columns["hits"], [250000] * 3)
        self.assertEqual(got["BM_Copy/8"].units["bytes_per_second"], "bytes/s")
        self.assertEqual((got["BM_Bad"].failed, got["BM_Bad"].failure), (3, "no such thing"))
        self.assertEqual(self.kept("google-aggregates.json")["BM_Copy/8"].rounds, 1)
        self.assertIn("only aggregates", self.notes[0])

    def test_criterion(self):
        with open(os.path.join(RESULTS, "criterion/copy/vec/8/new/sample.json")) as f:
            sample = json.load(f)
        want = [round(t / i * 1000) for t, i in zip(sample["times"], sample["iters"])]
        for files in ("criterion", "criterion/**/new/*.json", "criterion/**/*.json"):
            got = self.kept(files)
            self.assertEqual(sorted(got), ["add", "copy/vec/64", "copy/vec/8"])
            self.assertEqual(got["copy/vec/8"].columns["wall"], want)

    def test_several_files_are_more_rounds(self):
        shutil.copy(os.path.join(RESULTS, "go.txt"), self.path("a.txt"))
        shutil.copy(os.path.join(RESULTS, "go.txt"), self.path("b.txt"))
        got = self.source("import", "files=*.txt", "dir=" + self.dir, "filter=*.Add-2")
        self.assertEqual(list(got), ["example.org/p.Add-2"])
        self.assertEqual(got["example.org/p.Add-2"].rounds, 8)


class Bad(Case):
    def test_good_files_count_beside_bad_ones(self):
        shutil.copy(os.path.join(RESULTS, "hyperfine.json"), self.path("good.json"))
        with open(os.path.join(RESULTS, "google.json")) as f:
            self.write("cut.json", f.read()[:700])
        got = self.source("import", "files=*.json", "files=nothing.txt")
        self.assertEqual(got['sh -c "exit 0;1"'].good, 5)
        self.assertEqual(got["cut.json"].failure, "cut.json:45: unexpected end")
        self.assertEqual(got["nothing.txt"].failure, "cannot read 'nothing.txt': No such file or directory")

    def test_nothing_good_is_a_fault_of_one_line(self):
        self.write("x.txt", "once upon a time\n")
        self.write("empty.json", "")
        os.mkfifo(self.path("pipe"))
        os.mkdir(self.path("folder"))
        with open(self.path("big.json"), "wb") as f:
            f.truncate(300 * 1024 * 1024)
        for key, why in (
            ("files=x.txt", "x.txt: neither results of go test -bench, hyperfine, pytest-benchmark, Criterion nor Google Benchmark"),
            ("files=empty.json", "empty.json: it is empty"),
            ("files=pipe", "cannot read 'pipe': it is no file"),
            ("files=folder", "no file of results matches 'folder': No such file or directory"),
            ("files=big.json", "big.json: it is larger than 256 MiB"),
            ("files=no*", "no file of results matches 'no*': No such file or directory"),
            ("command=sh -c 'exit 4'", "'sh -c 'exit 4'': exit code 4"),
            ("command=sh -c 'seq 100000 >&2; echo no luck >&2; exit 4'",
             "'sh -c 'seq 100000 >&2; echo no luck >&2; exit 4'': exit code 4: no luck"),
            ("command=sh -c 'kill -9 $$'", "'sh -c 'kill -9 $$'': signal 9 (Killed)"),
            ("command=no-such-program", "cannot run 'no-such-program': No such file or directory"),
        ):
            with self.subTest(key):
                self.assertEqual(self.source("import", key, code=1), {})
                self.assertEqual(self.fault, why)

    def test_a_command_that_hangs_or_floods(self):
        self.source("import", "command=sleep 100", "timeout-ms=200", code=1)
        self.assertEqual(self.fault, "'sleep 100': took longer than 0.2 s")
        self.source("import", "command=cat /dev/zero", code=1)
        self.assertEqual(self.fault, "'cat /dev/zero': printed more than 256 MiB")

    def test_what_a_command_leaves_behind_is_not_waited_for(self):
        got = self.source("import", "command=sh -c 'echo BenchmarkA 1 2 ns/op; sleep 100 &'")
        self.assertEqual(got["A"].columns["wall"], [2000])

    def test_a_command_that_ends_badly_behind_its_results_has_failed(self):
        got = self.source("import", "command=sh -c 'echo BenchmarkA 1 2 ns/op; exit 2'")
        self.assertEqual(got.pop("A").good, 1)
        (bad,) = got.values()
        self.assertIn("exit code 2", bad.failure)


class Tools(Case):
    """The tools themselves, as they are here."""

    @needs("go")
    def test_go(self):
        self.write("go.mod", "module example.org/p\n\ngo 1.19\n")
        self.write("p_test.go", """package p

import "testing"

var kept []byte

func BenchmarkMake(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = make([]byte, 64)
	}
	b.ReportMetric(1.5, "hits/op")
}

func BenchmarkBad(b *testing.B) { b.Fatal("no good") }
""")
        command = "command=go test -bench . -benchmem -benchtime 20000x -count 3"
        for more in ("", " -json"):
            got = self.source("import", command + more, "timeout-ms=200000")
            make = next(v for k, v in got.items() if k.startswith("example.org/p.Make"))
            self.assertEqual(make.rounds, 3)
            self.assertEqual(make.columns["bytes_per_op"], [64] * 3)
            self.assertEqual(make.columns["allocs_per_op"], [1000000] * 3)
            self.assertEqual(make.columns["hits"], [1500000] * 3)
            bad = next(v for k, v in got.items() if k.startswith("example.org/p.Bad"))
            self.assertIn("no good", bad.failure)
            self.assertEqual(len(got), 2)

    @needs("hyperfine")
    def test_hyperfine(self):
        got = self.source("import", "command=hyperfine -N --runs 4 --export-json out.json -n one true", "files=out.json")
        self.assertEqual(got["one"].good, 4)
        self.assertEqual(got["one"].units["wall"], "ns")
        self.assertTrue(all(100000 < v < 10**10 for v in got["one"].columns["wall"]))

    def test_pytest_benchmark(self):
        python, why = venv_of_tests.python_with(BUILD, "pytest-benchmark", ("pytest", "pytest-benchmark"))
        if not python:
            self.skipTest(why)
        self.write("test_x.py", "def test_sum(benchmark):\n    benchmark.pedantic(sum, args=([1, 2],), rounds=5, iterations=3)\n")
        got = self.source("import", f"command={python} -m pytest -q --benchmark-json=out.json test_x.py", "files=out.json")
        self.assertEqual(got["test_x.py::test_sum"].good, 5)
        self.assertTrue(all(v > 0 for v in got["test_x.py::test_sum"].columns["wall"]))

    @needs("g++")
    def test_google_benchmark(self):
        self.write("b.cc", """#include <benchmark/benchmark.h>
static void BM_One(benchmark::State &state) {
	for (auto _ : state)
		benchmark::ClobberMemory();
	state.counters["hits"] = 0.25;
}
BENCHMARK(BM_One)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
""")
        done = subprocess.run(["g++", "-O1", "b.cc", "-o", "b", "-lbenchmark", "-lpthread"], cwd=self.dir, capture_output=True)
        if done.returncode:
            self.skipTest("needs libbenchmark-dev")
        got = self.source("import", "command=./b --benchmark_min_time=0.001 --benchmark_repetitions=3 --benchmark_format=json")
        self.assertEqual(got["BM_One"].good, 3)
        self.assertEqual(got["BM_One"].columns["hits"], [250000] * 3)


C = """#include <fettle_bench.h>
#include <stdlib.h>

static volatile unsigned seed = 1;

static unsigned work(int64_t n)
{
	unsigned v = seed;
	for (int64_t i = 0; i < n; i++) {
		v = v * 1664525u + 1013904223u;
		fettle_keep(v);
	}
	return v;
}

FETTLE_BENCH(whole)
{
	fettle_keep(work(10));
}

FETTLE_BENCH_ARGS(busy, 1000, 8000)
{
	FETTLE_LOOP
		fettle_keep(work(fettle_bench_arg(b)));
}

FETTLE_BENCH(three)
{
	void *setup = malloc(1000);
	FETTLE_LOOP {
		void *p[3];
		for (int i = 0; i < 3; i++) {
			p[i] = malloc(32);
			fettle_keep(p[i]);
		}
		for (int i = 0; i < 3; i++)
			free(p[i]);
	}
	free(setup);
}

FETTLE_BENCH(paused)
{
	FETTLE_LOOP {
		fettle_bench_pause(b);
		void *p = malloc(100);
		fettle_keep(p);
		fettle_bench_resume(b);
		free(p);
	}
}

FETTLE_BENCH(metrics)
{
	FETTLE_LOOP
		fettle_clobber();
	fettle_bench_bytes(b, 64);
	fettle_bench_metric(b, "hits", "", 0.25);
	fettle_bench_metric(b, "delay", "ns", 1.5);
	fettle_bench_metric(b, "queue", "bytes", 4096);
	fettle_bench_metric(b, "rate", "1/s", 1000);
}
"""

RELATIVES = """#define _GNU_SOURCE
#include <fettle_bench.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

FETTLE_BENCH(relatives)
{
	FETTLE_LOOP {
		void *p[8];
		p[0] = malloc(1);
		p[1] = calloc(2, 5);
		void *small = malloc(10);
		fettle_keep(small);
		p[2] = realloc(small, 100);
		p[3] = aligned_alloc(64, 128);
		p[4] = memalign(64, 1000);
		if (posix_memalign(&p[5], 64, 10000))
			return;
		p[6] = reallocarray(NULL, 10, 10000);
		p[7] = strdup("123456789");
		for (int i = 0; i < 8; i++) {
			fettle_keep(p[i]);
			free(p[i]);
		}
	}
}

static void *allocate(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		void *p = malloc(7);
		fettle_keep(p);
		free(p);
	}
	return NULL;
}

/* More threads than there are slots, at once and one after the other. */
FETTLE_BENCH(threads)
{
	pthread_t t[100];
	FETTLE_LOOP {
		for (int i = 0; i < 100; i++)
			if (pthread_create(&t[i], NULL, allocate, NULL))
				abort();
		for (int i = 0; i < 100; i++)
			(void)pthread_join(t[i], NULL);
	}
}
"""

MAIN = "#include <fettle_bench.h>\n\nFETTLE_BENCH_MAIN();\n"


class Functions(Case):
    def build(self, name, *files, compiler="gcc", flags=("-std=c11",), shared=False):
        library = [os.path.join(BUILD, "libfettle_bench.a")]
        if shared:
            library = ["-L" + BUILD, "-lfettle_bench", "-Wl,-rpath," + BUILD]
        self.call(compiler, *flags, *WARNINGS, "-I" + HEADER, *files, "-o", name, *library, "-pthread", "-ldl")

    def program(self, text=C, name="p", **how):
        self.write("b.c", text)
        self.write("main.c", MAIN)
        self.build(name, "b.c", "main.c", **how)

    def ratio(self, subjects, metric="cpu"):
        few, many = (sorted(subjects[n].columns[metric])[0] for n in ("busy/1000", "busy/8000"))
        return many / few

    def check(self):
        got = self.source("c", "program=./p", "rounds=4")
        self.assertEqual(list(got), ["whole", "busy/1000", "busy/8000", "three", "paused", "metrics"])
        for s in got.values():
            self.assertEqual((s.kind, s.rounds, s.good), ("c", 4, 4))
            self.assertEqual((s.units["wall"], s.units["cpu"]), ("ps", "ps"))
        self.assertEqual(got["three"].columns["allocs_per_op"], [3000000] * 4)
        self.assertEqual(got["three"].columns["bytes_per_op"], [96] * 4)
        self.assertEqual(got["paused"].columns["allocs_per_op"], [0] * 4)
        self.assertEqual(got["busy/8000"].params, {"arg": "8000"})
        metrics = got["metrics"]
        self.assertEqual(metrics.columns["hits"], [250000] * 4)
        self.assertEqual((metrics.columns["delay"], metrics.units["delay"]), ([1500] * 4, "ps"))
        self.assertEqual((metrics.columns["queue"], metrics.units["queue"]), ([4096] * 4, "bytes"))
        self.assertEqual((metrics.columns["rate"], metrics.units["rate"]), ([1000] * 4, "1/s"))
        self.assertEqual(metrics.units["bytes_per_second"], "bytes/s")
        self.assertGreater(self.ratio(got), 2)
        self.assertEqual(self.notes, [])

    def test_static_and_shared(self):
        for shared in (False, True):
            for compiler in ("gcc", "clang"):
                with self.subTest(compiler, shared=shared):
                    if not shutil.which(compiler):
                        self.skipTest("needs " + compiler)
                    self.program(compiler=compiler, shared=shared)
                    self.check()

    def test_cpp(self):
        text = C.replace("static volatile unsigned seed", "#include <vector>\n\nstatic volatile unsigned seed") + """
FETTLE_BENCH(vectors)
{
	FETTLE_LOOP {
		std::vector<int> v(10);
		fettle_keep(v);
	}
}
"""
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler):
                if not shutil.which(compiler):
                    self.skipTest("needs " + compiler)
                self.write("b.cc", text)
                self.write("main.cc", MAIN)
                self.build("p", "b.cc", "main.cc", compiler=compiler, flags=("-std=c++17",))
                got = self.source("c", "program=./p", "rounds=2")
                self.assertEqual(got["three"].columns["allocs_per_op"], [3000000] * 2)
                self.assertEqual(got["vectors"].columns["bytes_per_op"], [40] * 2)
                self.assertEqual(got["vectors"].columns["allocs_per_op"], [1000000] * 2)

    def test_every_way_to_allocate_in_any_thread(self):
        self.program(RELATIVES, flags=("-std=gnu17",))
        got = self.source("c", "program=./p", "rounds=2")
        one = got["relatives"].columns
        self.assertEqual(one["allocs_per_op"], [9000000] * 2)
        self.assertEqual(one["bytes_per_op"], [1 + 10 + 10 + 100 + 128 + 1000 + 10000 + 100000 + 10] * 2)
        for allocs in got["threads"].columns["allocs_per_op"]:
            # the C library allocates for a thread too
            self.assertGreaterEqual(allocs, 10000 * 1000000)
            self.assertLess(allocs, 10400 * 1000000)

    def test_the_programs_own_flags(self):
        self.program()
        self.assertEqual(self.call("./p", "--list", "--filter=busy/*").stdout, "busy/1000\nbusy/8000\n")
        text = self.call("./p", "--filter", "three", "--rounds", "2", "--format", "go", "--min-time", "1ms").stdout.splitlines()
        self.assertEqual(text[0], "goos: linux")
        lines = [line.split("\t") for line in text if line.startswith("Benchmark")]
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0][0].startswith("BenchmarkThree-"))
        self.assertEqual(lines[0][-2:], ["96 B/op", "3 allocs/op"])
        table = self.call("./p", "--filter", "three", "--rounds", "2", "--format", "table").stdout
        self.assertIn("three", table)
        for bad in (["--frob"], ["--rounds"], ["--rounds=x"], ["--min-time=5"], ["--format=xml"], ["--filter=zz"]):
            with self.subTest(bad):
                done = self.call("./p", *bad, code=2)
                self.assertEqual(done.stderr.count("\n"), 1)

    def test_two_of_one_name_are_refused(self):
        self.write("b.c", C)
        self.write("c.c", "#include <fettle_bench.h>\nFETTLE_BENCH(three) { }\n")
        self.write("main.c", MAIN)
        self.build("p", "b.c", "c.c", "main.c")
        self.assertIn("two benchmarks are called 'three'", self.call("./p", code=2).stderr)

    BAD = """#include <fettle_bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

FETTLE_BENCH(good) { fettle_clobber(); }
FETTLE_BENCH(prints) { FETTLE_LOOP { fettle_clobber(); } puts("{\\"done\\":true}"); fflush(stdout); }
FETTLE_BENCH(crashes) { FETTLE_LOOP { abort(); } }
FETTLE_BENCH(hangs) { FETTLE_LOOP { sleep(100); } }
FETTLE_BENCH(exits) { exit(5); }
FETTLE_BENCH(says) { fettle_bench_fail(b, "no %s", "\\"luck\\"\\n"); }
FETTLE_BENCH(skips) { fettle_bench_skip(b, "not here"); }
FETTLE_BENCH(leaves) { FETTLE_LOOP { break; } }
FETTLE_BENCH(twice) { FETTLE_LOOP { } FETTLE_LOOP { } }
FETTLE_BENCH(metric) { FETTLE_LOOP { } fettle_bench_metric(b, "a b", "", 1); }
FETTLE_BENCH(last) { fettle_clobber(); }
"""

    def test_functions_that_go_wrong_are_told_by_name_and_others_go_on(self):
        self.program(self.BAD, flags=("-std=gnu17", "-Wno-empty-body"))
        got = self.source("c", "program=./p", "rounds=2", "timeout-ms=500")
        for name in ("good", "prints", "last"):
            self.assertEqual(got[name].good, 2)
        why = {name: s.failure for name, s in got.items() if s.failed}
        self.assertEqual(why.pop("metric")[:15], "metric 'a b' in")
        self.assertEqual(why, {
            "crashes": "signal 6 (Aborted)", "hangs": "took longer than 0.5 s", "exits": "exit code 5", "says": 'no "luck"',
            "leaves": "it left its FETTLE_LOOP before the end", "twice": "it has a second FETTLE_LOOP"})
        self.assertEqual(got["hangs"].timed_out, 1)
        self.assertNotIn("skips", got)
        self.assertEqual(self.notes, ["skipped: skips: not here"])

    def test_a_crash_now_and_then_is_a_round_that_failed(self):
        self.program("""#include <fettle_bench.h>
#include <stdio.h>
#include <stdlib.h>

FETTLE_BENCH(sometimes)
{
	FILE *f = fopen("runs", "a");
	FETTLE_LOOP
		fettle_clobber();
	if (fseek(f, 0, SEEK_END), fprintf(f, "x"), ftell(f) > 40 && getenv("ONCE") && remove("runs") == 0)
		abort();
	fclose(f);
}

FETTLE_BENCH(other) { fettle_clobber(); }
""", flags=("-std=gnu17", "-Wno-unused-result"))
        got = self.source("c", "program=./p", "rounds=30", "env=ONCE=1")
        self.assertEqual(got["other"].good, 30)
        self.assertEqual(got["sometimes"].rounds, 30)
        self.assertGreater(got["sometimes"].failed, 0)
        self.assertGreater(got["sometimes"].good, 10)
        self.assertEqual(got["sometimes"].columns["wall"].count(None), got["sometimes"].failed)

    def test_variants_are_pairs(self):
        self.program(name="old")
        self.program(C.replace("i < 3", "i < 2"), name="new")
        got = self.source("c", "variants=old=./old", "variants=new=./new", "rounds=3", "warmup=1", "filter=three")
        self.assertEqual(list(got), ["three/old", "three/new"])
        self.assertEqual(got["three/old"].columns["allocs_per_op"], [3000000] * 3)
        self.assertEqual(got["three/new"].columns["allocs_per_op"], [2000000] * 3)
        self.assertEqual(got["three/new"].params, {"variant": "new"})

    def test_min_time_adds_rounds(self):
        self.write("p", """#!/bin/sh
echo '{"fettle_bench":1,"benchmarks":1,"counted":true}'
case "$*" in
*--list*) echo '{"listed":"a"}' ;;
*--rounds=0*) echo '{"calibrated":"a","n":10}' ;;
*) read -r counts && [ "$counts" = "a 10" ] &&
	echo '{"round":"a","n":10,"wall_ns":1000000,"cpu_ns":5,"allocs":15,"bytes":100,"metrics":[]}' ;;
esac
echo '{"done":true}'
""")
        os.chmod(self.path("p"), 0o755)
        for keys, rounds in (([], 2), (["min-time-ms=10"], 10), (["min-time-ms=1"], 2)):
            got = self.source("c", "program=./p", "rounds=2", "warmup=1", *keys)["a"]
            self.assertEqual(got.columns["wall"], [100000000] * rounds)
            self.assertEqual(got.columns["cpu"], [500] * rounds)
            self.assertEqual(got.columns["allocs_per_op"], [1500000] * rounds)

    def test_nothing_begins_once_the_time_is_up(self):
        self.write("p", """#!/bin/sh
echo "$*" >> log
echo '{"fettle_bench":1,"benchmarks":1,"counted":true}'
case "$*" in
*--list*) echo '{"listed":"a"}' ;;
*--rounds=0*) echo '{"calibrated":"a","n":10}' ;;
*) sleep 0.1; echo '{"round":"a","n":10,"wall_ns":1000000,"cpu_ns":5,"allocs":15,"bytes":100,"metrics":[]}' ;;
esac
echo '{"done":true}'
""")
        os.chmod(self.path("p"), 0o755)
        self.source("c", "program=./p", "rounds=2", "deadline-ms=0", code=1)
        self.assertEqual(self.fault, "there was no time for it")
        with open(self.path("log"), encoding="utf-8") as f:
            self.assertEqual(f.read().splitlines(), ["--format=json --list"])
        self.source("c", "program=./p", "rounds=2", "warmup=100", "deadline-ms=500", code=1)
        self.assertEqual(self.fault, "there was no time for it")
        with open(self.path("log"), encoding="utf-8") as f:
            self.assertLess(len(f.read().splitlines()), 20)
        got = self.source("c", "program=./p", "rounds=100", "deadline-ms=1000")
        self.assertTrue(0 < got["a"].good < 15, got["a"].good)

    def test_what_is_no_such_program(self):
        self.write("rubbish", '#!/bin/sh\necho \'{"fettle_bench":1}\'\necho rubbish\n')
        self.write("lists", "#!/bin/sh\necho '{\"fettle_bench\":1}'; echo '{\"listed\":\"a\"}'; echo '{\"done\":true}'\n")
        self.write("empty", "#!/bin/sh\necho '{\"fettle_bench\":1}'; echo '{\"done\":true}'\n")
        self.write("unloaded", "#!/bin/sh\necho 'no library' >&2; exit 127\n")
        for name in ("rubbish", "lists", "empty", "unloaded"):
            os.chmod(self.path(name), 0o755)
        for program, why in (
            ("./nowhere", "cannot run './nowhere': No such file or directory"),
            ("./unloaded", "'./unloaded --list': exit code 127: no library"),
            ("true", "'true --list': it prints nothing: is it a program with FETTLE_BENCH functions?"),
            ("echo", "'echo --list': line 1 of what it prints is no row of a program with FETTLE_BENCH functions"),
            ("./rubbish", "'./rubbish --list': line 2 of what it prints is no row of a program with FETTLE_BENCH functions"),
            ("./empty", "'./empty' has no benchmarks"),
        ):
            with self.subTest(program):
                self.assertEqual(self.source("c", "program=" + program, code=1), {})
                self.assertEqual(self.fault, why)
        got = self.source("c", "program=./lists")
        self.assertEqual(got["a"].failed, 1)
        self.assertIn("is no row", got["a"].failure)

    @unittest.skipUnless(shutil.which("pkg-config"), "needs pkg-config")
    def test_installed_it_is_found_by_pkg_config(self):
        done = self.call("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", self.path("root"), "--quiet")
        self.assertEqual(done.stderr, "")
        (pc,) = glob.glob(self.path("root", "**", "fettle_bench.pc"), recursive=True)
        self.env.update(PKG_CONFIG_PATH=os.path.dirname(pc), PKG_CONFIG_SYSROOT_DIR=self.path("root"))
        flags = self.call("pkg-config", "--cflags", "--libs", "fettle_bench").stdout.split()
        self.write("b.c", C + "\nFETTLE_BENCH_MAIN();\n")
        self.call("gcc", "-std=c11", "b.c", "-o", "p", *flags, "-Wl,-rpath," + os.path.dirname(os.path.dirname(pc)))
        self.assertEqual(self.source("c", "program=./p", "rounds=2", "filter=three")["three"].good, 2)


@needs("go")
class Benchstat(Case):
    """Go's own tool, from the module proxy."""

    def setUp(self):
        super().setUp()
        self.tool = os.path.join(BUILD, "go-tools", "benchstat")
        if not os.path.exists(self.tool):
            env = {**os.environ, "GOBIN": os.path.dirname(self.tool), "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
            try:
                done = subprocess.run(["go", "install", BENCHSTAT], env=env, capture_output=True, text=True, timeout=200)
            except subprocess.TimeoutExpired:
                self.skipTest("no benchstat: it takes too long")
            if done.returncode:
                self.skipTest("no benchstat: " + (done.stderr.strip().splitlines() or ["?"])[-1])

    def read(self, text):
        """Medians by unit and benchmark, of what benchstat makes of the text."""
        self.write("in.txt", text)
        done = self.call(self.tool, "-format", "csv", "in.txt")
        found, unit = {}, None
        for line in done.stdout.splitlines():
            cells = line.split(",")
            if len(cells) > 1 and not cells[0] and cells[1] not in ("CI", "in.txt"):
                unit = cells[1]
            elif len(cells) > 1 and unit and cells[0] and not cells[0].startswith(("goos", "cpu", "goarch")):
                found.setdefault(unit, {})[cells[0]] = cells[1]
        self.assertNotIn("in.txt:", done.stderr)
        return found

    def test_of_a_program(self):
        self.write("b.c", C + "\nFETTLE_BENCH_MAIN();\n")
        self.call("gcc", "-O2", "-I" + HEADER, "b.c", "-o", "p", os.path.join(BUILD, "libfettle_bench.a"), "-ldl")
        got = self.read(self.call("./p", "--format", "go", "--rounds", "6", "--min-time", "1ms").stdout)
        name = next(n for n in got["allocs/op"] if n.startswith("Three"))
        self.assertEqual(float(got["allocs/op"][name]), 3)
        self.assertEqual(float(got["B/op"][name]), 96)
        self.assertIn("sec/op", got)
        self.assertEqual(len(got["sec/op"]) - ("geomean" in got["sec/op"]), 6)

    def test_of_bench_exec(self):
        text = self.call(FETTLE, "bench", "exec", "-q", "--rounds", "6", "--format", "go", "--", "true").stdout
        got = self.read(text)
        (name,) = (n for n in got["sec/op"] if n != "geomean")
        self.assertTrue(name.startswith("True"), name)
        self.assertGreater(float(got["sec/op"][name]), 1e-5)
        self.assertTrue(any("peak_rss" in unit for unit in got), got)


if __name__ == "__main__":
    unittest.main()
