"""The reports of coverage, read back with other people's parsers: other languages, hostile names, limits."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as etree

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import hostile  # noqa: E402

MAKE = os.environ.get("MAKE_COVER", "")
C_FILE = {
    "path": "src/a.c", "language": "c", "counts": True, "last_line": 20,
    "lines": [[3, 7], [4, 7], [5, 0], [9, 0], [10, 0]],
    "branches": [[4, 0, 0, 7], [4, 0, 1, 0], [9, 0, 0, -1], [9, 0, 1, -1], [9, 1, 0, -1]],
    "regions": [["function", "main", 3, 5, 7, [[3, 5]]], ["function", "f<T>", 9, 0, 0, []]],
}


def make(rows, form, **options):
    words = [f"{k}={v}" for k, v in options.items()]
    return subprocess.run([MAKE, form, *words], input=rows.encode(), stdout=subprocess.PIPE, check=True).stdout


def rows_of(*files, branch=True):
    return "\n".join(json.dumps(row) for row in ({"cover": 1, "branch": branch}, *files))


def many(n):
    files = ({"path": f"pack{i % 7}/file{i}.py", "targets": True, "lines": [[k, k % 2] for k in range(1, 200)]} for i in range(n))
    return rows_of(*files)


class Xml(unittest.TestCase):
    def valid(self, text):
        if not shutil.which("xmllint"):
            self.skipTest("there is no xmllint (libxml2-utils)")
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--dtdvalid", HERE / "coverage-04.dtd", "-"], input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_it_is_valid_by_its_dtd(self):
        for rows in (rows_of(C_FILE), rows_of(C_FILE, branch=False), rows_of(), many(20), hostile.rows()):
            for compact in (0, 1):
                self.valid(make(rows, "xml", version="1", time_ms=5, root="/r", compact=compact))

    def test_coveragepys_dialect_is_not_and_so_the_dtd_is_one_that_can_fail(self):
        partial = {"path": "a.py", "targets": True, "lines": [[1, 1], [2, 0]], "branches": [[1, 0, -1, 1], [1, 0, 2, 0]]}
        self.valid(make(rows_of(partial), "xml", version="1", time_ms=5))
        with self.assertRaises(AssertionError):
            self.valid(make(rows_of(partial), "xml", version="1", time_ms=5, coverage_py=1))

    def test_counts_methods_and_conditions_are_real(self):
        root = etree.fromstring(make(rows_of(C_FILE), "xml", version="1", time_ms=5, root="/r"))
        self.assertEqual(root.find("sources/source").text, "/r")
        self.assertEqual((root.get("lines-valid"), root.get("lines-covered"), root.get("line-rate")), ("5", "2", "0.4"))
        self.assertEqual((root.get("branches-valid"), root.get("branches-covered"), root.get("branch-rate")), ("5", "1", "0.2"))
        methods = {m.get("name"): m for m in root.iter("method")}
        self.assertEqual(methods["main"].get("line-rate"), "0.6667")
        self.assertEqual([line.get("hits") for line in methods["main"].iter("line")], ["7", "7", "0"])
        self.assertEqual(methods["f<T>"].get("line-rate"), "0")
        lines = {line.get("number"): line for line in root.findall(".//class/lines/line")}
        self.assertEqual(lines["4"].get("condition-coverage"), "50% (1/2)")
        self.assertEqual([c.attrib for c in lines["9"].iter("condition")],
                         [{"number": "0", "type": "jump", "coverage": "0%"}, {"number": "1", "type": "switch", "coverage": "0%"}])

    def test_it_is_split_between_files_below_the_limit(self):
        with tempfile.TemporaryDirectory() as folder:
            make(many(150), "xml", version="1", time_ms=5, root="/r", limit=200_000, out=folder)
            parts = sorted(pathlib.Path(folder).iterdir())
            self.assertGreater(len(parts), 3)
            seen, lines = [], 0
            for part in parts:
                text = part.read_bytes()
                self.assertLessEqual(len(text), 200_000)
                self.valid(text)
                root = etree.fromstring(text)
                names = [c.get("filename") for c in root.iter("class")]
                packages = [p.get("name") for p in root.iter("package")]
                self.assertEqual(len(packages), len(set(packages)))
                self.assertEqual(int(root.get("lines-valid")), 199 * len(names))
                seen += names
                lines += int(root.get("lines-covered"))
            self.assertEqual(len(seen), 150)
            self.assertEqual(set(seen), {f"pack{i % 7}/file{i}.py" for i in range(150)})
            self.assertEqual(lines, 150 * 100)

    def test_a_file_larger_than_the_limit_stands_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            make(many(3), "xml", version="1", time_ms=5, limit=1000, out=folder)
            self.assertEqual(len(list(pathlib.Path(folder).iterdir())), 3)


class Lcov(unittest.TestCase):
    def test_other_languages_have_real_counts(self):
        self.assertEqual(make(rows_of(C_FILE), "lcov").decode().split(), """SF:src/a.c
            DA:3,7 DA:4,7 DA:5,0 DA:9,0 DA:10,0 LF:5 LH:2
            FN:3,5,main FNDA:7,main FN:9,f<T> FNDA:0,f<T> FNF:2 FNH:1
            BRDA:4,0,0,7 BRDA:4,0,1,0 BRDA:9,0,0,- BRDA:9,0,1,- BRDA:9,1,0,- BRF:5 BRH:1 end_of_record""".split())

    def test_names_cannot_begin_a_record(self):
        text = make(hostile.rows(), "lcov").decode()
        self.assertEqual(text.count("\nSF:") + text.startswith("SF:"), len(hostile.NAMES))
        for line in text.splitlines():
            self.assertRegex(line, r"^((SF|DA|LF|LH|FN|FNDA|FNF|FNH|BRDA|BRF|BRH):|end_of_record$)")
        names = re.findall(r"^FN:\d+,\d+,(.*)$", text, re.M)
        self.assertEqual(len(names), len(hostile.NAMES) * 3)


class Json(unittest.TestCase):
    def test_hostile_names_are_keys_and_no_key_comes_twice(self):
        def unique(pairs):
            keys = [k for k, _ in pairs]
            self.assertEqual(len(keys), len(set(keys)))
            return dict(pairs)

        whole = json.loads(make(hostile.rows(), "json", version="1", contexts=2).decode("ascii"), object_pairs_hook=unique)
        self.assertEqual(sorted(whole["files"]), sorted(hostile.NAMES))
        first = whole["files"][hostile.NAMES[0]]
        self.assertEqual(first["contexts"]["1"][0], "")
        self.assertIn("@4", first["functions"])
        self.assertEqual(whole["totals"]["num_statements"], 5 * len(hostile.NAMES))

    def test_nothing_is_covered_whole(self):
        whole = json.loads(make(rows_of(), "json"))
        self.assertEqual((whole["files"], whole["totals"]["percent_covered"]), ({}, 100.0))


class Sonar(unittest.TestCase):
    def test_it_tells_lines_and_their_branches(self):
        root = etree.fromstring(make(rows_of(C_FILE), "sonar"))
        self.assertEqual(root.attrib, {"version": "1"})
        self.assertEqual(root.find("file").get("path"), "src/a.c")
        lines = [line.attrib for line in root.iter("lineToCover")]
        self.assertEqual(lines[0], {"lineNumber": "3", "covered": "true"})
        self.assertEqual(lines[1], {"lineNumber": "4", "covered": "true", "branchesToCover": "2", "coveredBranches": "1"})
        self.assertEqual(len(lines), 5)

    def test_hostile_names_stay_names(self):
        root = etree.fromstring(make(hostile.rows(), "sonar"))
        self.assertEqual(len(root.findall("file")), len(hostile.NAMES))
        self.assertIn("new\nline.py", [f.get("path") for f in root])


class Badge(unittest.TestCase):
    def test_it_is_a_picture_that_says_the_percentage(self):
        for precision, want in ((0, "30%"), (2, "30.00%")):
            root = etree.fromstring(make(rows_of(C_FILE), "badge", precision=precision))
            self.assertEqual(root.get("aria-label"), f"coverage: {want}")
            self.assertEqual([t.text for t in root.iter("{http://www.w3.org/2000/svg}text")], ["coverage", want])


class Term(unittest.TestCase):
    def test_hostile_names_do_nothing_to_a_terminal(self):
        text = make(hostile.rows(), "term", missing=1).decode()
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]")
        self.assertRegex(text, r"\nTOTAL .* \d+%\n$")

    def test_the_missing_are_cut_where_the_line_ends(self):
        rows = rows_of({"path": "a.py", "lines": [[k, k % 2] for k in range(1, 400)]})
        for line in make(rows, "term", missing=1, columns=80).decode().splitlines():
            self.assertLessEqual(len(line), 80)


if __name__ == "__main__":
    unittest.main()
