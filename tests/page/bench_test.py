"""What the reports of benchmarks say, read with other people's parsers, and their page in a real browser.

The records are those of tests/golden: `bench` has one of every kind, `bench_hostile` the same with texts that would
break out of every format.
"""
import csv
import html.parser
import io
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as etree

import browser

FETTLE = os.path.join(os.environ["BUILD_ROOT"], "fettle")
GOLDEN = os.path.join(os.environ["SOURCE_ROOT"], "tests", "golden")
RECORDS = ("bench", "bench_hostile")
EVIL = "a\x1b[31m\"<img src=x>&'</script>]]>\ufffd|`\n\u202e,b"


def record(name):
    with open(os.path.join(GOLDEN, name, "bench.json"), encoding="utf-8") as f:
        return json.load(f)


def make(name, form):
    done = subprocess.run([FETTLE, "report", name, "--format", form], cwd=GOLDEN, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


class Forms(unittest.TestCase):
    def test_json_says_how_each_target_came_out(self):
        targets = record("bench")["targets"]
        self.assertEqual([t["answer"] for t in targets], ["met", "missed", "met", "too few samples", "no data"])
        self.assertEqual(targets[1]["bound"], "p99 < 3 ms")
        self.assertEqual((targets[1]["value"], targets[1]["limit"], targets[1]["margin"]), (6e6, 3e6, -1))
        self.assertEqual((targets[4]["benchmark"], targets[4]["value"]), ("", None))

    def test_csv_is_a_table(self):
        for name in RECORDS:
            with self.subTest(name):
                rows = list(csv.reader(io.StringIO(make(name, "csv"), newline="")))
                self.assertEqual({len(r) for r in rows}, {19})
                wanted = [(b["name"], m["metric"]) for b in record(name)["benchmarks"] for m in b["metrics"]]
                self.assertEqual([tuple(r[:2]) for r in rows[1:]], wanted)
        self.assertEqual(rows[1][0], EVIL)

    def test_junit_adds_up(self):
        for name in RECORDS:
            with self.subTest(name):
                doc, root = record(name), etree.fromstring(make(name, "junit"))
                bench, targets = root.findall("testsuite")
                for suite in (bench, targets):
                    self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
                    self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
                self.assertEqual(len(bench), len(doc["benchmarks"]))
                self.assertEqual(len(targets), len(doc["targets"]))
                self.assertLessEqual({e.tag for e in root.iter()},
                                     {"testsuites", "testsuite", "testcase", "properties", "property", "failure"})

    def test_bencher_has_its_form(self):
        """The schema of Bencher's metric format: benchmark, measure, value and its limits."""
        for name in RECORDS:
            with self.subTest(name):
                doc, made = record(name), json.loads(make(name, "bencher"))
                self.assertEqual(len(made), len(doc["benchmarks"]))
                for benchmark, measures in made.items():
                    self.assertLessEqual(len(benchmark), 1024)
                    for slug, metric in measures.items():
                        self.assertRegex(slug, r"^[a-z0-9]+(-[a-z0-9]+)*$")
                        self.assertLessEqual(len(slug), 64)
                        self.assertLessEqual(set(metric), {"value", "lower_value", "upper_value"})
                        low = metric.get("lower_value", metric["value"])
                        self.assertTrue(low <= metric["value"] <= metric.get("upper_value", metric["value"]))
        first = next(iter(json.loads(make("bench", "bencher")).values()))
        self.assertEqual(first["latency"]["value"], record("bench")["benchmarks"][0]["metrics"][0]["summary"]["median"])

    def test_hyperfine_and_openmetrics_can_be_read(self):
        for name in RECORDS:
            with self.subTest(name):
                walls = sum(m["metric"] == "wall" for b in record(name)["benchmarks"] for m in b["metrics"])
                self.assertEqual(len(json.loads(make(name, "hyperfine"))["results"]), walls)
                lines = make(name, "openmetrics").split("\n")
                self.assertEqual(lines[-2:], ["# EOF", ""])
                label = r'[a-z]+="(?:[^"\\\n]|\\["\\n])*"'
                for line in lines[:-2]:
                    self.assertRegex(line, r"^# (TYPE|UNIT|HELP) |^\w+\{%s(,%s)*\} -?[0-9.e+-]+$" % (label, label))


class Structure(html.parser.HTMLParser):
    VOID = {"meta", "link"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.all = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()


class Page(unittest.TestCase):
    def test_hostile_names_change_no_element(self):
        pages = [Structure(make(name, "html")) for name in RECORDS]
        tags = [{t for t, _ in p.all} for p in pages]
        self.assertFalse(tags[1] - tags[0])
        self.assertFalse({"script", "img", "iframe", "object", "form", "base"} & tags[1])
        for page in pages:
            self.assertEqual(page.open, [])
            ids = [a["id"] for _, a in page.all if "id" in a]
            self.assertEqual(len(ids), len(set(ids)))
            for tag, attributes in page.all:
                for name, value in attributes.items():
                    self.assertFalse(name.startswith("on") or name == "style", (tag, name))
                    if name == "href" and value.startswith("#"):
                        self.assertIn(value[1:], ids)

    def test_no_figure_is_no_number(self):
        for name in RECORDS:
            self.assertIsNone(re.search(r'["MHVL ](nan|inf|-nan)\b', make(name, "html")))


@unittest.skipUnless(browser.find(), "there is no Chromium")
class InBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="bench-page-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        for name in RECORDS:
            (cls.folder / (name + ".html")).write_text(make(name, "html"), encoding="utf-8")
        cls.browser = browser.Browser()
        cls.browser.__enter__()
        cls.addClassCleanup(cls.browser.__exit__, None, None, None)

    def open(self, name, **more):
        page = self.browser.open(self.folder / (name + ".html"), ready=False, **more)
        self.addCleanup(lambda: self.assertEqual(page.trouble, []))
        return page

    def test_its_words_are_seen(self):
        page = self.open("bench")
        self.assertEqual(page.js("document.querySelector('h1').innerText"), "2 of 5 targets met, 1 benchmark failed")
        self.assertEqual(page.js("[...document.querySelectorAll('#targets tbody tr')].map(r => r.cells[0].innerText)"),
                         ["missed", "missed", "missed", "met", "met"])
        self.assertEqual(page.js("document.querySelectorAll('#overview tbody tr').length"), 6)
        text = page.js("document.body.innerText")
        for part in ("p99 6 ms, wanted < 3 ms, missed by 100 %", "96 of 960 runs failed (10 %). The first: status 503, not 2xx",
                     "864/s", "the kernel does not say"):
            self.assertIn(part, text)
        self.assertFalse(page.js("/NaN|undefined|null|Infinity/.test(document.body.innerText)"))

    def test_drawings_are_drawn_within_their_frames(self):
        for name in RECORDS:
            page = self.open(name)
            self.assertEqual(page.js("""(() => { const bad = [];
                for (const svg of document.querySelectorAll('svg.plot')) {
                    const f = svg.getBoundingClientRect(), t = [...svg.querySelectorAll('text')].map(e => e.getBoundingClientRect());
                    if (f.width < 200 || f.height < 80) bad.push('small');
                    for (const e of svg.querySelectorAll('rect, path, text')) {
                        const r = e.getBoundingClientRect();
                        if (r.left < f.left - 3 || r.right > f.right + 3 || r.top < f.top - 3 || r.bottom > f.bottom + 3)
                            bad.push(e.outerHTML.slice(0, 80));
                    }
                    t.forEach((a, i) => t.slice(i + 1).forEach((b, k) => {
                        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
                            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
                            bad.push(svg.querySelectorAll('text')[i].textContent + ' | ' +
                                svg.querySelectorAll('text')[i + k + 1].textContent);
                    }));
                }
                return bad; })()"""), [])
            self.assertEqual(page.js("document.querySelectorAll('svg.plot').length"), 10)

    def test_the_spread_holds_all_figures(self):
        page = self.open("bench")
        counts = page.js("""[...document.querySelectorAll('.plots figure:first-child svg')].map(s =>
            [...s.querySelectorAll('rect title')].reduce((n, t) => n + parseInt(t.textContent), 0))""")
        for have, benchmark in zip(counts, record("bench")["benchmarks"]):
            values = [v for v in benchmark["metrics"][0]["values"] if v is not None]
            beyond = benchmark["metrics"][0]["summary"]["p99"] or max(values)
            self.assertEqual(have, sum(v <= beyond for v in values))

    def test_no_width_scrolls_sideways(self):
        for name in RECORDS:
            for width in (320, 390, 800, 1280, 1920):
                with self.subTest(name, width=width):
                    page = self.open(name, width=width)
                    self.assertLessEqual(page.js("document.documentElement.scrollWidth"), width)

    def test_text_stands_out_in_both_themes(self):
        """WCAG: 4.5 for text against the sheet that it stands on."""
        script = """(() => {
            const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { v /= 255;
                return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const sheet = lum(getComputedStyle(document.querySelector('.one')).backgroundColor), out = {};
            for (const e of document.querySelectorAll('.status, .facts li, h2, figcaption, td small, td.failed, .plot text')) {
                const s = getComputedStyle(e), a = lum(e.tagName === 'text' ? s.fill : s.color);
                const [hi, lo] = a > sheet ? [a, sheet] : [sheet, a], k = e.tagName + '.' + e.getAttribute('class');
                out[k] = Math.min(out[k] || 99, (hi + 0.05) / (lo + 0.05));
            }
            return out; })()"""
        grounds = set()
        for dark in (False, True):
            page = self.open("bench", dark=dark)
            grounds.add(page.js("getComputedStyle(document.body).backgroundColor"))
            for what, ratio in page.js(script).items():
                with self.subTest(what, dark=dark):
                    self.assertGreaterEqual(ratio, 4.5)
        self.assertEqual(len(grounds), 2)

    def test_nothing_runs_and_nothing_is_loaded(self):
        page = self.open("bench_hostile")
        page.js("""(() => { const s = document.createElement('script'); s.textContent = 'window.owned = 1';
            document.body.append(s); })()""")
        self.assertIsNone(page.js("window.owned"))
        self.assertTrue(any("Content Security Policy" in t for t in page.trouble), page.trouble)
        page.trouble.clear()


if __name__ == "__main__":
    unittest.main()
