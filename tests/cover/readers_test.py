"""What the readers of coverage files tell, against what the tools themselves and other people's parsers say."""

import collections
import glob
import gzip
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as etree

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import venv_of_tests  # noqa: E402

SOURCE = os.environ.get("SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD_ROOT") or os.path.join(SOURCE, "build")
SAYS = os.environ.get("READER_SAYS") or os.path.join(BUILD, "reader_says")
DATA = os.path.join(SOURCE, "tests", "cover", "data")
CORPUS = os.path.join(SOURCE, "tests", "fuzz", "corpus", "cover")
COUNT_MAX = 2**32 - 2


class Told:
    """What reader_says printed of some files, added up."""

    def __init__(self, *paths, cwd=None):
        done = subprocess.run([SAYS, *paths], cwd=cwd, stdout=subprocess.PIPE)
        if done.returncode not in (0, 1):
            raise AssertionError(f"reader_says ended with {done.returncode}")
        self.code = done.returncode
        self.lines, self.branches, self.functions = {}, collections.Counter(), collections.Counter()
        self.bits, self.arcs, self.excluded = set(), set(), set()
        self.files, self.notes, self.bad, self.gcov, self.bases = [], [], [], [], {}
        path = context = None
        for row in map(json.loads, done.stdout.decode().splitlines()):
            kind = row["says"]
            if kind == "file":
                path, context = row["path"], ""
                self.files.append(path)
                self.bases[path] = row["bases"]
            elif kind == "context":
                context = row["name"]
            elif kind == "lines":
                for line, hits in row["lines"]:
                    self.lines[path, line] = self.lines.get((path, line), 0) + hits
            elif kind == "bits":
                self.bits |= {(path, context, line) for line in row["lines"]}
            elif kind == "arcs":
                self.arcs |= {(path, context, a, b) for a, b in row["arcs"]}
            elif kind == "excluded":
                self.excluded |= {(path, line) for line in row["lines"]}
            elif kind == "branches":
                for line, block, way, taken in row["branches"]:
                    self.branches[path, line, block, way] += taken or 0
            elif kind == "function":
                self.functions[path, row["name"], row["first"], row["last"]] += row["hits"]
            else:
                {"note": self.notes, "bad": self.bad, "gcov": self.gcov}[kind].append(row["text"])


def base_names(things):
    """The same with files by their base name, for tools that write the paths of one source differently."""
    changed = {(os.path.basename(k[0]), *k[1:]): v for k, v in things.items()}
    assert len(changed) == len(things)
    return changed


def needs(*tools):
    gone = [t for t in tools if not shutil.which(t)]
    return unittest.skipIf(gone, "needs " + ", ".join(gone))


def run(*command, **more):
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.STDOUT)
    done = subprocess.run(command, **more)
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{(done.stdout or b'').decode()[-2000:]}")
    return done.stdout


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="fettle-cover-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def good(self, *paths, **more):
        told = Told(*paths, **more)
        self.assertEqual(told.bad, [])
        return told


def corpus(name):
    with open(os.path.join(CORPUS, name), "rb") as f:
        return f.read()


class Gcov(Case):
    """The native reader of .gcno and .gcda against gcov of the same compiler."""

    def compilers(self):
        for gcc, gcov in [("gcc", "gcov")] + [(f"gcc-{n}", f"gcov-{n}") for n in (11, 12, 13, 14)]:
            if not shutil.which(gcc) or not shutil.which(gcov):
                continue
            major = int(run(gcc, "-dumpversion").decode().split(".")[0])
            if 11 <= major <= 14:
                yield gcc, gcov

    def gcov_says(self, gcov, data, folder):
        out = run(gcov, "-j", "-t", "-b", data, cwd=folder, stderr=subprocess.DEVNULL).decode()
        lines, branches, functions = {}, collections.Counter(), collections.Counter()
        for document in out.splitlines():
            for file in json.loads(document)["files"]:
                before = None
                for line in file["lines"]:
                    here = line["line_number"], line.get("function_name")
                    way = 0 if here != before else way
                    before = here
                    key = file["file"], line["line_number"]
                    lines[key] = lines.get(key, 0) + min(line["count"], COUNT_MAX)
                    for branch in line["branches"]:
                        branches[(*key, 0, way)] += min(branch["count"], COUNT_MAX)
                        way += 1
                for f in file["functions"]:
                    functions[file["file"], f["name"], f["start_line"], f["end_line"]] += f["execution_count"]
        return lines, branches, functions

    def same(self, gcov, data, folder, told=None):
        told = told or self.good(data, cwd=folder)
        lines, branches, functions = self.gcov_says(gcov, data, folder)
        self.assertTrue(lines)
        self.assertEqual(told.lines, lines)
        self.assertEqual(dict(told.branches), dict(branches))
        self.assertEqual(dict(told.functions), dict(functions))

    def build(self, gcc, folder, *flags, source="loops.c"):
        os.makedirs(self.path(folder), exist_ok=True)
        run(gcc, *flags, "--coverage", os.path.join(DATA, source), "-o", "program", cwd=self.path(folder))
        return self.path(folder)

    def data_of(self, folder):
        (data,) = glob.glob(folder + "/*.gcda")
        return os.path.basename(data)

    @needs("gcc", "gcov")
    def test_loops_on_one_line_and_long_jumps_are_counted_as_gcov_does(self):
        for gcc, gcov in self.compilers():
            for level in "-O0", "-O1", "-O2", "-O3":
                with self.subTest(gcc=gcc, level=level):
                    folder = self.build(gcc, gcc + level, level)
                    for arguments in [], ["x"], ["x", "y", "z"]:
                        subprocess.run(["./program", *arguments], cwd=folder, stdout=subprocess.DEVNULL)
                    self.same(gcov, self.data_of(folder), folder)

    @needs("gcc", "gcov")
    def test_real_sources_are_counted_as_gcov_does(self):
        sources = sorted(
            f for room in ("wire", "base", "ingest", "cover_in") for f in glob.glob(f"{SOURCE}/src/{room}/*.c") if not f.endswith("_test.c")
        ) + [os.path.join(SOURCE, "tests", "cover", "reader_says.c")]
        inputs = [os.path.join(CORPUS, f) for f in sorted(os.listdir(CORPUS))]
        for source in sources:
            run("gcc", "-std=gnu17", "-D_GNU_SOURCE", f"-I{SOURCE}/src", "--coverage", "-c", source, cwd=self.dir)
        objects = glob.glob(self.path("*.o"))
        run("gcc", "--coverage", *objects, "-lexpat", "-lsqlite3", "-lz", "-lpcre2-8", "-lm", "-pthread", "-o", "program", cwd=self.dir)
        subprocess.run([self.path("program"), *inputs], stdout=subprocess.DEVNULL)
        for data in sorted(glob.glob(self.path("*.gcda"))):
            with self.subTest(os.path.basename(data)):
                self.same("gcov", os.path.basename(data), self.dir)

    @needs("g++", "gcov")
    def test_instances_of_a_template_are_counted_as_gcov_does(self):
        folder = self.build("g++", "plus", source="plus.cpp")
        run("./program", cwd=folder)
        self.same("gcov", self.data_of(folder), folder)

    @needs("gcc", "gcov", "gcov-tool")
    def test_counters_of_several_runs_add_up_as_gcov_tool_adds_them(self):
        folder = self.build("gcc", "build")
        for name, arguments in ("a", []), ("b", ["x"]), ("c", ["x", "y", "z"]):
            subprocess.run([folder + "/program", *arguments], stdout=subprocess.DEVNULL,
                           env={**os.environ, "GCOV_PREFIX": self.path(name)})
        sets = [glob.glob(self.path(n) + folder + "/*.gcda")[0] for n in "abc"]
        run("gcov-tool", "merge", "-o", self.path("ab"), *map(os.path.dirname, sets[:2]))
        run("gcov-tool", "merge", "-o", self.path("abc"), self.path("ab"), os.path.dirname(sets[2]))
        for f in glob.glob(folder + "/*.gcno"):
            shutil.copy(f, self.path("abc"))
        # the .gcno is found behind the prefix
        self.same("gcov", self.data_of(self.path("abc")), self.path("abc"), self.good(*sets))

    @needs("gcc")
    def test_notes_without_counters_are_lines_that_never_ran(self):
        folder = self.build("gcc", "build")
        told = self.good(*glob.glob(folder + "/*.gcno"))
        self.assertEqual(set(told.lines.values()), {0})
        self.assertIn("main", {name for _, name, _, _ in told.functions})

    @needs("gcc")
    def test_what_does_not_fit_together_is_refused(self):
        folder = self.build("gcc", "build")
        subprocess.run(["./program"], cwd=folder, stdout=subprocess.DEVNULL)
        data = os.path.join(folder, self.data_of(folder))
        (notes,) = glob.glob(folder + "/*.gcno")
        shutil.copy(data, self.path("old.gcda"))
        self.assertIn("its .gcno is not there", Told(self.path("old.gcda")).bad[0])
        content = bytearray(open(data, "rb").read())
        content[8] ^= 1  # the stamp
        self.write("build/" + os.path.basename(data), bytes(content))
        self.assertIn("not of the same build", Told(data).bad[0])
        content[8] ^= 1
        content[4:8] = b"*99Z"
        told = Told(self.write("build/" + os.path.basename(data), bytes(content)))
        self.assertIn("version 'Z99*'", told.gcov[0])
        content[4:8] = b"*804"  # clang claims to be an old GCC
        told = Told(self.write("build/" + os.path.basename(data), bytes(content)))
        self.assertIn("llvm-cov export", told.bad[0])
        self.assertTrue(os.path.exists(notes))

    @needs("gcc", "gcov")
    def test_the_json_of_gcov_tells_what_the_counters_tell(self):
        folder = self.build("gcc", "build")
        subprocess.run(["./program"], cwd=folder, stdout=subprocess.DEVNULL)
        run("gcov", "-j", "-b", self.data_of(folder), cwd=folder)
        (packed,) = glob.glob(folder + "/*.json.gz")
        ours, theirs = self.good(self.data_of(folder), cwd=folder), self.good(packed)
        self.assertEqual(ours.lines, theirs.lines)
        self.assertEqual(ours.branches, theirs.branches)
        self.assertEqual(ours.functions, theirs.functions)
        self.assertEqual(ours.bases, theirs.bases)

    @needs("gcc", "gcov", "lcov")
    def test_the_tracefile_of_lcov_tells_what_the_counters_tell(self):
        folder = self.build("gcc", "build")
        subprocess.run(["./program"], cwd=folder, stdout=subprocess.DEVNULL)
        run("lcov", "-q", "-c", "-d", ".", "-o", "x.info", "--rc", "lcov_branch_coverage=1", cwd=folder)
        ours, theirs = self.good(self.data_of(folder), cwd=folder), self.good(folder + "/x.info")
        self.assertEqual(ours.lines, theirs.lines)
        self.assertEqual(sum(ours.branches.values()), sum(theirs.branches.values()))
        self.assertEqual(len(ours.branches), len(theirs.branches))


class Llvm(Case):
    @needs("clang", "llvm-profdata", "llvm-cov")
    def test_lines_are_those_of_its_own_tracefile(self):
        for source, compiler in ("loops.c", "clang"), ("plus.cpp", "clang++"):
            flags = "-fprofile-instr-generate", "-fcoverage-mapping"
            try:
                run(compiler, *flags, os.path.join(DATA, source), "-o", "program", cwd=self.dir)
            except AssertionError as error:
                self.skipTest("clang has no runtime for profiles: " + str(error)[:200])
            run("./program", cwd=self.dir, env={**os.environ, "LLVM_PROFILE_FILE": "p.profraw"})
            run("llvm-profdata", "merge", "-sparse", "p.profraw", "-o", "p.profdata", cwd=self.dir)
            export = "llvm-cov", "export", "-instr-profile", "p.profdata", "./program"
            full = self.good(self.write("full.json", run(*export, cwd=self.dir)))
            slim = self.good(self.write("slim.json", run(*export, "-skip-functions", "-skip-expansions", cwd=self.dir)))
            text = self.good(self.write("x.info", run(*export, "-format=lcov", cwd=self.dir)))
            self.assertTrue(text.lines)
            self.assertEqual(full.lines, text.lines)
            self.assertEqual(slim.lines, text.lines)
            self.assertEqual(sorted((f, line, hits) for (f, _, line, _), hits in full.functions.items()),
                             sorted((f, line, hits) for (f, _, line, _), hits in text.functions.items()))


class Go(Case):
    @needs("go")
    def test_binary_counters_tell_the_lines_of_the_text_that_go_makes_of_them(self):
        shutil.copytree(os.path.join(DATA, "go"), self.path("go"))
        env = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
        for mode in "set", "count", "atomic":
            with self.subTest(mode):
                folder = self.path("cover-" + mode)
                os.mkdir(folder)
                try:
                    run("go", "build", "-cover", "-covermode=" + mode, "-coverpkg=./...", "-o", "program", "./cmd",
                        cwd=self.path("go"), env=env)
                except AssertionError as error:
                    self.skipTest("go cannot build with -cover: " + str(error)[-200:])
                for arguments in [], ["x"], ["y"]:
                    run("./program", *arguments, cwd=self.path("go"), env={**env, "GOCOVERDIR": folder})
                run("go", "tool", "covdata", "textfmt", "-i=" + folder, "-o=" + self.path(mode + ".txt"),
                    cwd=self.path("go"), env=env)
                text = self.good(self.path(mode + ".txt"))
                files = sorted(glob.glob(folder + "/cov*"))
                self.assertEqual(len(files), 4)
                for order in files, files[::-1], [f for f in files if "covcounters" in f]:
                    told = self.good(*order)
                    self.assertEqual(told.lines, text.lines)
                calls = {name: hits for (_, name, _, _), hits in told.functions.items()}
                self.assertEqual(calls, {"Total": 1 if mode == "set" else 3, "Unused": 0, "main": 1 if mode == "set" else 3})
                counters = shutil.copy(files[0], self.path("alone"))
                self.assertIn("its covmeta file is not there", Told(counters).bad[0])

    def test_lines_of_a_profile(self):
        told = self.good(os.path.join(CORPUS, "go-count"))
        hits = {line: n for (_, line), n in told.lines.items()}
        # the profile: 4.44,6.26 1; 6.26,7.12 3; 7.12,8.12 1; 9.9,9.22 2; 9.22,11.4 0; 11.9,13.4 2; ...
        self.assertEqual([hits.get(i) for i in range(4, 14)], [1, 1, 3, 3, 1, 2, 0, 2, 2, 2])
        self.assertEqual([hits.get(i) for i in (14, 15, 16, 21, 28)], [None, 1, 0, 1, None])


class CoveragePy(Case):
    """Files of coverage.py and slipcover, made by the venv that all tests share."""

    python = None

    @classmethod
    def setUpClass(cls):
        python, why = venv_of_tests.current(BUILD)
        if not python:
            raise unittest.SkipTest(why)
        cls.python = python

    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(DATA, "shop.py"), self.dir)

    def coverage(self, *arguments):
        return run(self.python, "-m", "coverage", *arguments, cwd=self.dir)

    def measured(self, *flags):
        self.coverage("run", "--data-file=data", *flags, "shop.py")
        return self.path("data")

    def api(self, data):
        """What coverage.py itself reads from a data file."""
        code = """
import json, sys
from coverage import CoverageData
d = CoverageData(basename=sys.argv[1]); d.read()
lines, arcs = [], []
for context in d.measured_contexts():
    d.set_query_context(context)
    for f in d.measured_files():
        lines += [(f, context, n) for n in d.lines(f) or () if not d.has_arcs()]
        arcs += [(f, context, a, b) for a, b in d.arcs(f) or ()]
print(json.dumps([lines, arcs, sorted(d.measured_files())]))"""
        lines, arcs, files = json.loads(run(self.python, "-c", code, data, stderr=subprocess.DEVNULL))
        return set(map(tuple, lines)), set(map(tuple, arcs)), files

    def test_data_files_tell_what_coverage_itself_reads(self):
        for flags in [], ["--branch"], ["--context=test one"], ["--branch", "--context=test one"]:
            with self.subTest(flags):
                data = self.measured(*flags)
                told = self.good(data)
                lines, arcs, files = self.api(data)
                self.assertTrue(lines or arcs)
                self.assertEqual((told.bits, told.arcs, sorted(set(told.files))), (lines, arcs, files))
                os.unlink(data)

    def test_its_json_xml_and_tracefile_tell_the_same(self):
        for flags in [], ["--branch"]:
            with self.subTest(flags):
                data = self.measured(*flags)
                for form in "json", "xml", "lcov":
                    self.coverage(form, "--data-file=data", "-q", "-o", "x." + form)
                told = {form: self.good(self.path("x." + form)) for form in ("json", "xml", "lcov")}
                ran = {line for _, _, line in self.good(data).bits} | {
                    line for _, _, *ends in self.good(data).arcs for line in ends
                }
                self.assertEqual(told["json"].lines, told["xml"].lines)
                self.assertEqual(told["json"].lines, told["lcov"].lines)
                self.assertEqual({n for (_, n), hits in told["json"].lines.items() if hits},
                                 {n for _, n in told["json"].lines if n in ran})
                leaving = collections.Counter()
                for (path, line, block, way), taken in told["json"].branches.items():
                    leaving[path, line, block, max(way, 0)] += taken
                self.assertEqual(bool(flags), bool(leaving))
                self.assertEqual(leaving, told["lcov"].branches)
                count = lambda t: collections.Counter((p, line, n) for (p, line, _, _), n in t.branches.items())
                self.assertEqual(count(told["json"]), count(told["xml"]))
                self.assertEqual({(n, a) for _, n, a, _ in told["json"].functions},
                                 {(n, a) for _, n, a, _ in told["lcov"].functions})
                os.unlink(data)

    def test_contexts_of_json_are_those_of_the_data(self):
        data = self.measured("--context=one")
        self.coverage("json", "--data-file=data", "-q", "--show-contexts", "-o", "x.json")
        told = subprocess.run([SAYS, self.path("x.json")], stdout=subprocess.PIPE).stdout.decode().splitlines()
        rows = [json.loads(row) for row in told]
        at = rows.index({"says": "context", "name": "one"})
        statements = {n for _, n in self.good(self.path("x.json")).lines}
        self.assertEqual([n for n, _ in rows[at + 1]["lines"]],
                         sorted(n for _, _, n in self.good(data).bits if n in statements))

    def test_files_that_are_not_plain_are_read_by_sqlite(self):
        data = self.measured("--branch", "--context=one")
        want = self.good(data).arcs
        with sqlite3.connect(data) as plain:
            script = "\n".join(plain.iterdump())
        wide = sqlite3.connect(self.path("wide"))
        wide.execute("pragma encoding = 'UTF-16'")
        wide.executescript(script)
        wide.close()
        self.assertEqual(self.good(self.path("wide")).arcs, want)
        log = sqlite3.connect(self.path("log"), isolation_level=None)
        log.execute("pragma journal_mode = wal")
        log.executescript(script)
        self.assertTrue(os.path.getsize(self.path("log-wal")))
        self.assertEqual(self.good(self.path("log")).arcs, want)
        log.close()

    def test_a_save_that_was_cut_off_is_noted(self):
        self.coverage("run", "-p", "--data-file=data", "shop.py")
        (data,) = glob.glob(self.path("data.*"))
        self.assertEqual(self.good(data).notes, [])
        name, _, _ = data.rpartition(".H")
        os.rename(data, name)
        with sqlite3.connect(name) as db:
            db.execute("delete from meta where key = 'hash'")
        db.close()
        self.assertIn("did not save it to the end", self.good(name).notes[0])

    def test_slipcover_tells_the_same_in_each_of_its_forms(self):
        told = {}
        for form in "json", "lcov", "xml":
            run(self.python, "-m", "slipcover", "--branch", "--" + form, "--out", "x." + form, "shop.py", cwd=self.dir)
            told[form] = self.good(self.path("x." + form))
        self.assertTrue(told["json"].lines)
        self.assertEqual(told["json"].lines, told["lcov"].lines)
        self.assertEqual(told["json"].lines, told["xml"].lines)
        self.assertEqual(sorted(told["json"].branches.values()), sorted(told["lcov"].branches.values()))


class Samples(Case):
    """Files that tools wrote once (tests/fuzz/corpus/cover), against Python's own parsers."""

    @staticmethod
    def sums(counts):
        """A line may come once for each function on it."""
        lines = {}
        for path, line, count in counts:
            lines[path, line] = lines.get((path, line), 0) + count
        return lines

    def test_tables_of_a_data_file(self):
        for name in "sqlite-lines", "sqlite-arcs":
            db = sqlite3.connect(os.path.join(CORPUS, name))
            join = "join file f on f.id = file_id join context c on c.id = context_id"
            bits = {
                (path, context, 8 * i + bit)
                for path, context, blob in db.execute(f"select path, context, numbits from line_bits {join}")
                for i, byte in enumerate(blob) for bit in range(8) if byte >> bit & 1
            }
            arcs = set(db.execute(f"select path, context, fromno, tono from arc {join}"))
            files = [row[0] for row in db.execute("select path from file order by id")]
            db.close()
            told = self.good(os.path.join(CORPUS, name))
            self.assertTrue(bits or arcs)
            self.assertEqual((told.bits, told.arcs), (bits, arcs))
            self.assertEqual(told.files[: len(files)], files)

    def test_a_data_file_that_is_cut_off_tells_nothing(self):
        for name in "sqlite-lines", "sqlite-arcs":
            content = corpus(name)
            for size in list(range(16, 600, 97)) + list(range(512, len(content), 512)) + [len(content) - 1]:
                told = Told(self.write("cut", content[:size]))
                self.assertEqual((len(told.bad), told.files, told.code), (1, [], 1), size)

    def test_a_damaged_data_file_tells_all_or_nothing(self):
        content = corpus("sqlite-arcs")
        for at in range(100, len(content), 61):
            changed = bytearray(content)
            changed[at] ^= 0x55
            told = Told(self.write("changed", bytes(changed)))
            self.assertTrue(told.files if not told.bad else not told.files, at)

    def test_a_pragma_of_the_schema_that_is_not_known(self):
        shutil.copy(os.path.join(CORPUS, "sqlite-lines"), self.path("new"))
        with sqlite3.connect(self.path("new")) as db:
            db.execute("update coverage_schema set version = 8")
        db.close()
        self.assertIn("schema 8", Told(self.path("new")).bad[0])
        with sqlite3.connect(self.path("other")) as db:
            db.execute("create table t (a)")
        db.close()
        self.assertIn("not all tables", Told(self.path("other")).bad[0])

    def test_json_of_coverage(self):
        for name in "json-coveragepy", "json-slipcover":
            files = json.loads(corpus(name))["files"]
            told = self.good(os.path.join(CORPUS, name))
            lines, branches = {}, {}
            for path, f in files.items():
                lines.update({(path, n): 1 for n in f["executed_lines"]})
                lines.update({(path, n): 0 for n in f["missing_lines"]})
                branches.update({(path, a, 0, b): 1 for a, b in f["executed_branches"]})
                branches.update({(path, a, 0, b): 0 for a, b in f["missing_branches"]})
            self.assertEqual(told.lines, lines)
            self.assertEqual(dict(told.branches), branches)
            self.assertEqual(told.excluded, {(p, n) for p, f in files.items() for n in f.get("excluded_lines", ())})

    def test_json_of_gcov_and_gcovr(self):
        # the same document twice, as gcov -t puts several behind each other
        document = json.loads(corpus("json-gcov").splitlines()[0])
        told = self.good(os.path.join(CORPUS, "json-gcov"))
        packed = self.good(os.path.join(CORPUS, "json-gcov.gz"))
        lines = self.sums((f["file"], n["line_number"], n["count"]) for f in document["files"] for n in f["lines"])
        self.assertEqual(packed.lines, lines)
        self.assertEqual(told.lines, {k: 2 * v for k, v in lines.items()})
        self.assertEqual(list(told.bases.values()), [["/home/me"]])
        document = json.loads(corpus("json-gcovr"))
        lines = self.sums((f["file"], n["line_number"], n["count"]) for f in document["files"] for n in f["lines"])
        self.assertEqual(self.good(os.path.join(CORPUS, "json-gcovr")).lines, lines)

    def test_istanbul_tells_what_its_tracefile_tells(self):
        for tool in ("nyc",):
            told, text = (self.good(os.path.join(CORPUS, f"{kind}-{tool}")) for kind in ("json", "lcov"))
            self.assertEqual(base_names(told.lines), base_names(text.lines))
            self.assertEqual(base_names(told.branches), base_names(text.branches))
            self.assertEqual({k[1:3]: v for k, v in told.functions.items()},
                             {k[1:3]: v for k, v in text.functions.items()})
        self.assertEqual(len(self.good(os.path.join(CORPUS, "json-c8")).lines), 19)

    def test_jacoco(self):
        root = etree.fromstring(corpus("jacoco"))
        lines, branches = {}, collections.Counter()
        for package in root.iter("package"):
            for file in package.iter("sourcefile"):
                for line in file.iter("line"):
                    key = f"{package.get('name')}/{file.get('name')}", int(line.get("nr"))
                    lines[key] = int(int(line.get("ci")) > 0)
                    branches[key] += int(line.get("cb"))
        told = self.good(os.path.join(CORPUS, "jacoco"))
        self.assertEqual(told.lines, lines)
        ours = collections.Counter()
        for (path, line, _, _), taken in told.branches.items():
            ours[path, line] += taken
        self.assertEqual(+ours, +branches)
        self.assertIn(("com/shop/Cart.java", "Cart.total", 13, 0), told.functions)

    def test_cobertura(self):
        for name in "cobertura-coveragepy", "cobertura-gcovr", "cobertura-nyc":
            root = etree.fromstring(corpus(name))
            lines, ways = {}, collections.Counter()
            for c in root.iter("class"):
                for line in c.find("lines"):
                    key = c.get("filename"), int(line.get("number"))
                    lines[key] = lines.get(key, 0) + int(line.get("hits"))
                    taken, _, rest = line.get("condition-coverage", "(0/0)").partition("(")[2].partition("/")
                    if int(rest[:-1]) > 1:
                        ways[key] += int(taken)
            told = self.good(os.path.join(CORPUS, name))
            self.assertEqual(told.lines, lines)
            ours = collections.Counter()
            for (path, line, _, _), taken in told.branches.items():
                ours[path, line] += taken
            self.assertEqual(+ours, +ways)
            self.assertEqual(told.bases[told.files[0]], [s.text for s in root.iter("source")])

    def test_counts_of_tracefiles(self):
        for name in "lcov-coveragepy", "lcov-1.16", "lcov-gcovr", "lcov-nyc":
            counts, found, hit, path = [], 0, 0, None
            for row in corpus(name).decode().splitlines():
                key, _, rest = row.partition(":")
                if key == "SF":
                    path = rest
                elif key == "DA":
                    number, hits = rest.split(",")[:2]
                    counts.append((path, int(number), int(hits)))
                elif key in ("LF", "LH"):
                    found, hit = found + int(rest) * (key == "LF"), hit + int(rest) * (key == "LH")
            told = self.good(os.path.join(CORPUS, name))
            self.assertEqual(told.lines, self.sums(counts))
            if name in ("lcov-coveragepy", "lcov-nyc"):  # gcovr's sums count a line once for each function
                self.assertEqual((len(counts), sum(n > 0 for _, _, n in counts)), (found, hit))

    def test_a_bad_file_harms_no_other(self):
        names = sorted(n for n in os.listdir(CORPUS) if not n.startswith(("pair-", "json-deep", "json-nul", "llvm-", "xml-entity")))
        good = [os.path.join(CORPUS, n) for n in names]
        bad = [os.path.join(CORPUS, n) for n in ("json-deep", "json-nul", "llvm-profile", "xml-entity")]
        alone, mixed = self.good(*good), Told(*[p for i, g in enumerate(good) for p in (g, bad[i % len(bad)])])
        self.assertEqual(len(mixed.bad), len(good))
        self.assertEqual(mixed.code, 1)
        for what in "lines", "branches", "functions", "bits", "arcs", "excluded", "files":
            self.assertEqual(getattr(alone, what), getattr(mixed, what))

    def test_what_is_no_coverage_file(self):
        self.assertIn("it is a folder", Told(self.dir).bad[0])
        self.assertIn("No such file", Told(self.path("none")).bad[0])
        self.assertIn("empty", Told(self.write("empty", b"")).bad[0])
        self.assertIn("not a coverage file", Told(self.write("text", b"hello\n")).bad[0])
        self.assertIn("known here", Told(self.write("package.json", b'{"scripts": {"test": "x"}}')).bad[0])
        self.assertIn("c8", Told(self.write("v8.json", b'{"result": []}')).bad[0])
        self.assertIn("Clover", Told(self.write("c.xml", b"<coverage><project/></coverage>")).bad[0])
        packed = gzip.compress(corpus("lcov-1.16"))
        self.assertEqual(self.good(self.write("x.gz", packed)).lines, self.good(os.path.join(CORPUS, "lcov-1.16")).lines)
        self.assertIn("cut off", Told(self.write("y.gz", packed[:-12])).bad[0])
        self.assertIn("damaged", Told(self.write("z.gz", packed[:20] + b"\xff" * 20 + packed[40:])).bad[0])

    def test_a_pipe_is_read_to_its_end(self):
        reader, writer = os.pipe()
        os.write(writer, corpus("lcov-nyc"))
        os.close(writer)
        done = subprocess.run([SAYS, f"/dev/fd/{reader}"], pass_fds=[reader], stdout=subprocess.PIPE)
        os.close(reader)
        self.assertIn(b'"path":"shop.js"', done.stdout)

    def test_pairs_that_belong_together(self):
        for name, calls in ("pair-gcov-11", 2), ("pair-gcov-12", 2):
            content = corpus(name)
            (size,) = struct.unpack("<H", content[4:6])
            self.write("x.gcno", content[6 : 6 + size])
            told = self.good(self.write("x.gcda", content[6 + size :]))
            self.assertEqual({n: hits for (_, n, _, _), hits in told.functions.items()}, {"sum": calls, "main": calls})


if __name__ == "__main__":
    unittest.main()
