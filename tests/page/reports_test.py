"""What the reports say, read back with other people's parsers."""
import base64
import gzip
import hashlib
import html.parser
import json
import os
import subprocess
import unittest
import xml.etree.ElementTree as etree


def make(kind, form):
    done = subprocess.run([os.environ["MAKE_REPORT"], kind, form], stdout=subprocess.PIPE, check=True)
    return done.stdout


class Structure(html.parser.HTMLParser):
    """The elements of a page, and the text of each."""

    VOID = {"meta", "link", "br", "input", "img"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.all, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))
        self.texts.append("")
        if tag not in self.VOID:
            self.open.append((tag, len(self.all) - 1))

    def handle_endtag(self, tag):
        got, _ = self.open.pop()
        assert got == tag, f"</{tag}> closes <{got}>"

    def handle_data(self, data):
        for _, i in self.open:
            self.texts[i] += data

    def of(self, tag, **want):
        return [text for (name, attributes), text in zip(self.all, self.texts)
                if name == tag and all(attributes.get(k) == v for k, v in want.items())]


def page_data(page):
    (tag, attributes), text = next(((e, t) for e, t in zip(page.all, page.texts) if e[1].get("id") == "data"))
    assert tag == "script"
    if attributes["type"] == "application/json":
        return json.loads(text)
    return json.loads(gzip.decompress(base64.b64decode(text)))


class Json(unittest.TestCase):
    def test_every_kind_of_run_is_json(self):
        for kind in ("small", "hostile", "nothing", "2000"):
            with self.subTest(kind):
                whole = json.loads(make(kind, "json").decode())
                self.assertEqual(whole["version"], 1)
                self.assertEqual(len(whole["tests"]), whole["counts"]["tests"])

    def test_hostile_names_come_back_whole(self):
        tests = json.loads(make("hostile", "json").decode())["tests"]
        self.assertEqual(tests[0]["name"], "<script>alert(1)</script>")
        self.assertEqual(tests[3]["name"], "line\u2028separator\u2029paragraph")
        self.assertEqual(tests[5]["name"], "\x1b[2J\x1b]0;owned\x07 \x01\x02\x7f \x9b31m")
        self.assertEqual(tests[14]["name"], "x" * 10000)
        self.assertEqual(tests[15]["name"], "nul\0inside")


class Junit(unittest.TestCase):
    def test_every_kind_of_run_is_xml_whose_counts_add_up(self):
        for kind in ("small", "hostile", "nothing", "5000"):
            with self.subTest(kind):
                root = etree.fromstring(make(kind, "junit"))
                cases = list(root.iter("testcase"))
                for suite in [root, *root.iter("testsuite")]:
                    self.assertEqual(int(suite.get("tests")), sum(1 for _ in suite.iter("testcase")))
                    self.assertEqual(int(suite.get("failures")), sum(1 for _ in suite.iter("failure")))
                    self.assertEqual(int(suite.get("errors")), sum(1 for _ in suite.iter("error")))
                    self.assertEqual(int(suite.get("skipped")), sum(1 for _ in suite.iter("skipped")))
                names = [(c.get("classname"), c.get("name")) for c in cases]
                self.assertEqual(len(names), len(set(names)))

    def test_hostile_names_stay_names(self):
        root = etree.fromstring(make("hostile", "junit"))
        self.assertLessEqual({e.tag for e in root.iter()},
                             {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out",
                              "flakyFailure", "rerunFailure", "stackTrace"})
        names = {c.get("name") for c in root.iter("testcase")}
        self.assertIn("<script>alert(1)</script>", names)
        self.assertIn("]]> <!-- --> <![CDATA[", names)
        self.assertIn("tab\there\r\nand\nlines", names)


class Page(unittest.TestCase):
    def test_hostile_names_change_no_element(self):
        """The same run with tame names has the same elements: only text may differ."""
        page = Structure(make("hostile", "html").decode())
        self.assertEqual(page.open, [])
        self.assertEqual([t for t, _ in page.all].count("script"), 2)
        self.assertFalse({"img", "iframe", "object", "embed", "form", "base"} & {t for t, _ in page.all})
        for tag, attributes in page.all:
            for name, value in attributes.items():
                self.assertFalse(name.startswith("on") or name == "style", (tag, name))
                if name == "href":
                    self.assertTrue(value.startswith(("#", "data:image/svg+xml,")), value)
        known = {t for t, _ in Structure(make("small", "html").decode()).all}
        self.assertLessEqual({t for t, _ in page.all}, known)
        page = Structure(make("hostile+containers", "html").decode())
        self.assertEqual([t for t, _ in page.all].count("script"), 3)
        self.assertLessEqual({t for t, _ in page.all}, known)

    def test_hostile_names_are_shown_as_they_are(self):
        page = Structure(make("hostile", "html").decode())
        names = page.of("b")
        self.assertIn("<script>alert(1)</script>", names)
        self.assertIn("\"quotes\" 'single' \\back\\slash & &amp; &#39;", names)
        self.assertIn("not utf-8: \ufffd\ufffd \ufffd( \ufffd\ufffd\ufffd", names)
        self.assertIn("{\"json\": [1, 2]} </style> ${x} %0A %s%n", names)

    def test_the_policy_fits_the_page(self):
        text = make("small", "html").decode()
        page = Structure(text)
        policy = next(a["content"] for t, a in page.all if a.get("http-equiv") == "Content-Security-Policy")
        parts = dict(p.strip().split(" ", 1) for p in policy.split(";"))
        script = next(t for (tag, a), t in zip(page.all, page.texts) if tag == "script" and "id" not in a)
        for part, content in (("style-src", page.of("style")[0]), ("script-src", script)):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertEqual(parts[part], f"'sha256-{digest}'")
        page = Structure(make("containers", "html").decode())
        policy = next(a["content"] for t, a in page.all if a.get("http-equiv") == "Content-Security-Policy")
        parts = dict(p.strip().split(" ", 1) for p in policy.split(";"))
        scripts = [t for (tag, a), t in zip(page.all, page.texts) if tag == "script" and "id" not in a]
        for part, contents in (("style-src", page.of("style")), ("script-src", scripts)):
            digests = {f"'sha256-{base64.b64encode(hashlib.sha256(c.encode()).digest()).decode()}'" for c in contents}
            self.assertEqual(len(digests), 2)
            self.assertEqual(set(parts[part].split()), digests)
        self.assertEqual(parts["default-src"], "'none'")

    def test_the_data_holds_every_test(self):
        for kind in ("small", "hostile", "40000"):
            with self.subTest(kind):
                data = page_data(Structure(make(kind, "html").decode()))
                tests = json.loads(make(kind, "json").decode())["tests"]
                columns = data["tests"]
                self.assertEqual({len(c) for c in columns.values()}, {len(tests)})
                for i in range(0, len(tests), max(1, len(tests) // 100)):
                    self.assertEqual(columns["n"][i], tests[i]["name"][:2000])
                    self.assertEqual(columns["d"][i], tests[i]["dur_ns"] // 1000)
                    f = columns["f"][i]
                    file = data["suites"]["f"][columns["s"][i]] if f == -2 else f
                    self.assertEqual(data["files"][file] if file >= 0 else "", tests[i].get("file", "")[:2000])

    def test_a_hundred_thousand_tests_stay_below_eight_megabytes(self):
        page = make("100000", "html")
        self.assertLess(len(page), 8_000_000)
        self.assertEqual(len(page_data(Structure(page.decode()))["tests"]["n"]), 100_000)


class Trace(unittest.TestCase):
    def test_what_shares_a_thread_is_nested(self):
        for kind in ("small", "hostile", "5000"):
            with self.subTest(kind):
                packed = make(kind, "trace")
                self.assertEqual(packed[4:8], b"\0\0\0\0")
                rows = json.loads(gzip.decompress(packed))["traceEvents"]
                threads = {}
                for row in rows:
                    if row["ph"] == "X":
                        threads.setdefault(row["tid"], []).append(row)
                self.assertTrue(threads)
                for spans in threads.values():
                    self.assert_nested(spans)

    def assert_nested(self, spans):
        ns = [(round(s["ts"] * 1000), round((s["ts"] + s["dur"]) * 1000), s["name"]) for s in spans]
        stack = []
        for begin, end, name in sorted(ns, key=lambda s: (s[0], -s[1])):
            while stack and stack[-1][1] <= begin:
                stack.pop()
            if stack and end > stack[-1][1]:
                self.fail(f"{name[:60]!r} [{begin}, {end}] crosses the end of {stack[-1]}")
            stack.append((begin, end, name[:60]))

    def test_a_span_without_an_end_says_so(self):
        rows = json.loads(gzip.decompress(make("5000", "trace")))["traceEvents"]
        units = [r for r in rows if r.get("cat") == "unit"]
        self.assertEqual(len(units), 200)
        self.assertEqual(sum(r["name"].endswith(" (unfinished)") for r in units), 200 // 7)


class Markdown(unittest.TestCase):
    def test_every_kind_of_run_is_text(self):
        for kind in ("small", "hostile", "nothing", "3000"):
            with self.subTest(kind):
                self.assertTrue(make(kind, "markdown").decode().startswith("# "))


if __name__ == "__main__":
    unittest.main()
