"""fettle config in front of other people's readers: the schema by jsonschema, files by PyYAML.

FETTLE names the program; BUILD_ROOT is where a Python with both packages is made.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, FETTLE = os.environ["SOURCE_ROOT"], os.environ["CONFIG_FETTLE"]
sys.path.insert(0, os.path.join(SOURCE, "tests"))
import venv_of_tests  # noqa: E402

SEED = os.path.join(SOURCE, "examples", "performance.yaml")

# Validates documents (a list of YAML texts) by a schema: one line each, "" or why not.
VALIDATE = """
import json, sys, jsonschema, yaml
job = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(job["schema"])
v = jsonschema.Draft202012Validator(job["schema"])
print(json.dumps(["\\n".join(e.json_path + ": " + e.message for e in v.iter_errors(yaml.safe_load(t))) for t in job["texts"]]))
"""

GOOD = [
    "", "run:\n", "run: {workers: 4}", "run: {workers: '4'}", "run: {timeout: 30}", "run: {timeout: 1h30m}", "run: {history: no}",
    "run: {history: 'off'}", "run: {env: {A: 1}}", "run: {env: [A=1, A=2]}", "run: {units: a}", "run: {units: [a, b]}",
    "run: {order: 'random:7'}", "run: {fail-fast: true}", "run: {fail-fast: 3}", "run: {worker-memory: 1024}", "cover: {fail-under: 85.5}",
    "test_timeout: 30m", "test_timeout: 0", "default_cpu_limit: '0.5'", "default_memory_limit: 128m", "log_level: debug",
    "targets: {container_startup_ms: 500}", "targets: {container_startup_ms: 0.5s}", "targets: {error_rate_percent: 5%}",
    "targets: {latency: p95 < 20ms}", "targets: {a.throughput: '>= 100/s'}", "benchmarks: {iterations: 1}", "load: {anything: [1]}",
    "bench: []", "bench: {benches: [{name: a, command: x}]}", "bench: [{name: a, command: [x, y], parameters: {n: [1, 2], m: 3}}]",
    "bench: [{name: a, subject: http, url: 'http://h/', headers: {A: b}, body: {a: [1]}, checks: {status: 200, contains: [a, b]}}]",
    "bench: [{name: a, subject: mcp, command: x, tool: t, arguments: {a: {b: 1}}, targets: {latency: p99 < 1s}}]",
    "bench: [{name: a, command: x, concurrency: [1, 5], timeout: 5s, enabled: false}]",
    "ci: {benchmarks: {iterations: 5}}", "profiles: {night: {run: {workers: 2}}}", "ci:\n",
]
BAD = [
    "- 1", "run: 5", "run: [1]", "run: {wokers: 4}", "run: {workers: four}", "run: {workers: 5000}", "run: {workers: -1}", "run: {workers: [4]}",
    "run: {timeout: soon}", "run: {timeout: -5s}", "run: {history: perhaps}", "run: {units: {a: b}}", "run: {env: [A]}", "run: {isolate: trees}",
    "run: {order: 'longest:7'}", "rnu: {}", "workers: 4", "cover: {fail-under: 101}", "test_timeout: 30", "default_memory_limit: 128",
    "log_level: loud", "targets: {container_startup_ms: 1.0e+308}", "targets: {container_startup_ms: -5}", "targets: {throughput_rps: many}",
    "targets: {error_rate_percent: 500}", "targets: {latency: 20ms}", "targets: {latency: fast < 20ms}", "benchmarks: {iterations: 0}",
    "benchmarks: {itertions: 5}", "benchmarks: {enabled: 5}", "bench: 5", "bench: [5]", "bench: [{command: x}]",
    "bench: [{name: a, command: x, rounds: 0}]", "bench: [{name: a, command: x, timeout: 5}]", "bench: [{name: a, colour: x}]",
    "bench: [{name: a, subject: html}]", "bench: [{name: a, command: x, checks: {statsu: 200}}]",
    "bench: [{name: a, command: x, targets: {wall: fast}}]", "ci: {benchmarks: {iterations: 0}}", "ci: 5", "ci: {dev: {}}",
    "profiles: {night: {rnu: {}}}", "profiles: [a]",
]


def fettle(*words, text=None, **environment):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **environment}
    return subprocess.run([FETTLE, "config", *words], input=text, capture_output=True, text=True, env=env, cwd=tempfile.gettempdir())


def good(text):
    done = fettle("check", "-", text=text)
    assert done.returncode in (0, 2), done.stderr
    assert (done.returncode == 2) == (": error: " in done.stderr), done.stderr
    return done.returncode == 0


class Schema(unittest.TestCase):
    def validate(self, *texts):
        python, why = venv_of_tests.current(os.environ["BUILD_ROOT"])
        if not python:
            self.skipTest(why)
        job = {"schema": json.loads(fettle("schema").stdout), "texts": texts}
        done = subprocess.run([python, "-c", VALIDATE], input=json.dumps(job), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def test_it_and_check_take_the_same(self):
        for text, why in zip(GOOD, self.validate(*GOOD)):
            with self.subTest(text):
                self.assertEqual(why, "")
                self.assertTrue(good(text), fettle("check", "-", text=text).stderr)

    def test_it_and_check_refuse_the_same(self):
        for text, why in zip(BAD, self.validate(*BAD)):
            with self.subTest(text):
                self.assertNotEqual(why, "")
                self.assertFalse(good(text))

    def test_the_seed_file_is_valid_as_it_stands(self):
        with open(SEED, encoding="utf-8") as f:
            self.assertEqual(self.validate(f.read()), [""])
        self.assertEqual(fettle("check", SEED).returncode, 0)

    def test_what_init_and_show_write_is_valid(self):
        self.assertEqual(self.validate(fettle("init", "-o", "-").stdout, fettle("show", "--config", SEED).stdout), ["", ""])

    def test_every_key_has_a_description(self):
        sections = json.loads(fettle("schema").stdout)["properties"]
        n = 0
        for section in sections.values():
            for key in section.get("properties", {}).values():
                self.assertTrue(key["description"].endswith("."))
                n += 1
        self.assertGreater(n, 90)


class Seed(unittest.TestCase):
    def shown(self, *words, **environment):
        done = fettle("show", "--config", SEED, *words, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_every_key_is_in_force_with_its_line(self):
        shown = self.shown("--origin")
        section, told = "", 0
        for number, line in enumerate(open(SEED, encoding="utf-8"), 1):
            found = re.match(r"( *)(\w+):(.*)", line.split("#")[0])
            if not found:
                continue
            if not found.group(3).strip():
                section = found.group(2)
                continue
            place = f"{SEED}:{number}"
            # further in stand the benches that it asks for, which inherit from it
            rows = [row for row in shown.splitlines() if row.endswith("# " + place) and not row.startswith("    ")]
            self.assertEqual(len(rows), 1, f"{section}.{found.group(2)} of line {number}: {rows}")
            self.assertTrue(rows[0].strip().startswith(found.group(2) + ": "))
            told += 1
        self.assertEqual(told, 61)

    def test_its_flags_ask_for_benches(self):
        shown = self.shown("--origin", "bench")
        line = next(n for n, text in enumerate(open(SEED, encoding="utf-8"), 1) if "test_file_operations" in text)
        rows = [row for row in shown.splitlines() if row.startswith("    - name: file-")]
        self.assertEqual(len(rows), 4)
        self.assertTrue(all(row.endswith(f"# {SEED}:{line}") for row in rows), rows)
        self.assertIn("- name: sandboxes-at-once ", shown)

    def test_its_comments_on_profiles_work_when_they_are_taken_away(self):
        text = open(SEED, encoding="utf-8").read()
        head, tail = text.split("# CI/CD environment")
        tail = re.sub(r"(?m)^# ((ci|dev|prod):)", r"\1", re.sub(r"(?m)^# (  )", r"\1", tail))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "p.yaml")
            with open(path, "w", encoding="utf-8") as f:
                f.write(head + "#" + tail)
            self.assertEqual(fettle("check", path).returncode, 0, fettle("check", path).stderr)
            for profile, wanted in (("ci", "iterations: 10\n"), ("dev", "iterations: 500\n"), ("prod", "container_startup_ms: 250\n")):
                self.assertIn("  " + wanted, fettle("show", "--config", path, "--profile", profile).stdout)
            self.assertIn("  iterations: 10\n", fettle("show", "--config", path, CI="true").stdout)
            self.assertIn("  iterations: 100\n", fettle("show", "--config", path, CI="").stdout)

    def test_perf_variables_are_heard(self):
        done = fettle("show", "--origin", PERF_CONFIG_FILE=SEED, PERF_OUTPUT_DIR="/elsewhere")
        self.assertRegex(done.stdout, r"(?m)^output_dir: /elsewhere +# PERF_OUTPUT_DIR$")
        self.assertIn("container_image: ubuntu:22.04", done.stdout)
        done = fettle("show", "--origin", PERF_CONFIG_FILE="/missing", FETTLE_CONFIG=SEED, PERF_OUTPUT_DIR="/a", FETTLE_OUTPUT_DIR="/b")
        self.assertRegex(done.stdout, r"(?m)^output_dir: /b +# FETTLE_OUTPUT_DIR$")


class Init(unittest.TestCase):
    def test_every_key_may_be_made_to_count(self):
        text = fettle("init", "-o", "-").stdout
        self.assertTrue(good(text))
        schema = json.loads(fettle("schema").stdout)["properties"]
        keys = set(schema) | {key for section in schema.values() for key in section.get("properties", {})}
        lines, n = text.splitlines(), 0
        for i, line in enumerate(lines):
            found = re.match(r"( *)# ([\w-]+): ", line)
            if not found or found.group(2) not in keys:
                continue
            n += 1
            lines[i] = found.group(1) + line[len(found.group(1)) + 2:]
        self.assertGreater(n, 90)
        done = fettle("check", "-", text="\n".join(lines))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_example_of_a_bench_counts_too(self):
        text = fettle("init", "-o", "-").stdout
        block = re.search(r"(?m)(^ *# - name: hello\n( *#   \w+: .*\n)+)", text).group(1)
        self.assertTrue(good(text.replace(block, re.sub(r"(?m)^( *)# ", r"\1", block))))

    def test_a_file_that_is_there_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "f.yaml")
            with open(path, "w", encoding="utf-8") as f:
                f.write("mine")
            done = fettle("init", "-o", path)
            self.assertEqual((done.returncode, open(path, encoding="utf-8").read()), (2, "mine"))
            self.assertIn("--force", done.stderr)
            self.assertEqual(fettle("init", "-o", path, "--force").returncode, 0)
            self.assertTrue(good(open(path, encoding="utf-8").read()))


class Show(unittest.TestCase):
    TEXT = """
run: {workers: 2, env: {PLAIN: s3cret-a, B: s3cret-b}, lock: [db=x, db=y]}
output_dir: "no"
targets: {"odd name: 1.wall": p95 < 1s, container_startup_ms: 12.5}
bench:
- {name: "tab\\t\\"quote\\"", command: [a b, "", "#", "--password", s3cret-c], parameters: {token: [s3cret-d], n: [1, "2"]}}
- {name: http, subject: http, url: "https://me:s3cret-e@h/?api_key=s3cret-f", headers: {Authorization: Bearer s3cret-g}, body: s3cret-h}
- {name: mcp, subject: mcp, command: srv --token=s3cret-i, tool: t, arguments: {key: s3cret-j}, min-time: 1500ms}
- {name: shell, shell: "TOKEN=s3cret-k run", memory: 1}
"""

    def test_it_is_a_file_that_says_the_same_again(self):
        text = self.TEXT.replace(", memory: 1}", "}")
        with tempfile.TemporaryDirectory() as folder:
            before, after = os.path.join(folder, "a.yaml"), os.path.join(folder, "b.yaml")
            with open(before, "w", encoding="utf-8") as f:
                f.write(text)
            shown = fettle("show", "--config", before)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            with open(after, "w", encoding="utf-8") as f:
                f.write(shown.stdout)
            self.assertEqual(fettle("check", after).returncode, 0, fettle("check", after).stderr)
            self.assertEqual(fettle("show", "--config", after).stdout, shown.stdout)
            self.assertNotIn("s3cret", shown.stdout)
            self.assertNotIn("s3cret", fettle("show", "--config", before, "--origin").stdout)
            self.assertEqual(shown.stdout.count("***"), 11)

    def test_options_of_a_command_count(self):
        done = fettle("show", "--origin", "run", "-j7", "--no-history", FETTLE_RETRIES="3")
        self.assertRegex(done.stdout, r"(?m)^  workers: 7 +# --workers$")
        self.assertRegex(done.stdout, r"(?m)^  history: false +# --history$")
        self.assertRegex(done.stdout, r"(?m)^  retries: 3 +# FETTLE_RETRIES$")
        self.assertRegex(done.stdout, r"(?m)^  chunks: 0 +# default$")
        self.assertNotIn("targets:", done.stdout)


class Hostile(unittest.TestCase):
    def test_a_bomb_of_aliases_is_refused_at_once(self):
        text = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20))
        done = fettle("check", "-", text=text)
        self.assertEqual(done.returncode, 2)
        self.assertLess(len(done.stderr), 60_000)
        self.assertRegex(done.stderr, r"(?m)^-:1:4: error: anchors and aliases are not supported$")

    def test_the_targets_of_a_profile_are_looked_at(self):
        done = fettle("check", "-", text="bench: [{name: a, command: x}]\nci: {targets: {wal: max < 1s}}\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("-:2:16: error: no bench has the metric 'wal'", done.stderr)

    def test_bytes_that_are_no_text_are_one_line(self):
        for data in (b"\xff\xfe\x00", b"run: \x00", bytes(range(256)), b"run: \xc3"):
            done = subprocess.run([FETTLE, "config", "check", "-"], input=data, capture_output=True)
            self.assertEqual(done.returncode, 2, data)
            self.assertRegex(done.stderr, rb"^-:( |\d+:\d+: )error: ")

    def test_a_file_of_a_mebibyte_is_read_in_time(self):
        keys = "".join(f"  k{i}.held: max < {i}\n" for i in range(55_000))
        self.assertTrue(good("targets:\n" + keys[:1_040_000].rsplit("\n", 1)[0]))
        done = fettle("check", "-", text="targets:\n" + keys.replace(".held", "")[:1_040_000].rsplit("\n", 1)[0])
        self.assertEqual(done.returncode, 2)
        self.assertIn("no bench has the metric 'k0'", done.stderr)
        self.assertIn("and 48082 more", done.stderr)
        benches = "".join(f"- {{name: b{i}, command: x, rounds: 1}}\n" for i in range(9_000))
        targets = "".join(f"  k{i}.wall: p99 < 1s\n" for i in range(30_000))
        self.assertTrue(good("targets:\n" + targets[:600_000].rsplit("\n", 1)[0] + "\nbench:\n" + benches))
        done = fettle("check", "-", text="x" * 1_100_000)
        self.assertEqual((done.returncode, done.stderr), (2, "fettle config: /dev/stdin: larger than 1048576 bytes\n"))

    def test_several_documents_and_empty_ones(self):
        self.assertIn("-:2:1: error: only one document is allowed", fettle("check", "-", text="run: {}\n---\nrun: {}\n").stderr)
        for text in ("", "---\n", "# nothing\n", "~\n"):
            done = fettle("check", "-", text=text)
            self.assertEqual((done.returncode, done.stderr), (0, "-: warning: it says nothing: no section stands in it\n"))


if __name__ == "__main__":
    unittest.main()
