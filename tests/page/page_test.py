"""report.html in a real browser: what a person sees, with JavaScript and without."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import browser

TEXTS = "[...document.querySelectorAll('#all-tests tbody tr:not(.space)')].map(r => r.cells[%d].textContent)"
MIDDLE = """(() => { const r = document.querySelector(%r).getBoundingClientRect();
    return [r.left, r.top, r.width, r.height]; })()"""


def setUpModule():
    if not browser.find():
        raise unittest.SkipTest("there is no Chromium")
    PageCase.folder = tempfile.TemporaryDirectory(prefix="page-")
    unittest.addModuleCleanup(PageCase.folder.cleanup)
    PageCase.browser = browser.Browser()
    PageCase.browser.__enter__()
    unittest.addModuleCleanup(PageCase.browser.__exit__, None, None, None)


class PageCase(unittest.TestCase):
    def open(self, kind, *words, **more):
        path = pathlib.Path(self.folder.name, kind + ".html")
        if not path.exists():
            with path.open("wb") as out:
                subprocess.run([os.environ["MAKE_REPORT"], kind, "html"], stdout=out, check=True)
        self.page = self.browser.open(path, *words, **more)
        self.addCleanup(lambda page: self.assertEqual(page.trouble, []), self.page)
        return self.page

    def column(self, k):
        return self.page.js(TEXTS % k)

    def count(self):
        return self.page.js("Number(document.querySelector('#all-tests table').getAttribute('aria-rowcount')) - 1")

    def until_count(self, n):
        self.page.wait("document.querySelector('#all-tests table').getAttribute('aria-rowcount') == %d" % (n + 1))

    def search(self, text):
        self.page.js("(() => { const e = document.querySelector('input[type=search]'); e.focus(); e.value = %s;"
                     "e.dispatchEvent(new Event('input')); })()" % browser.json.dumps(text))
        self.page.wait("new URLSearchParams(location.hash.slice(1)).get('q') === " + browser.json.dumps(text))
        self.page.wait("new URLSearchParams(location.hash.slice(1)).get('q') === " + browser.json.dumps(text))

    def press(self, selector):
        self.page.js("document.querySelector(%s).click()" % browser.json.dumps(selector))

    def middle(self, selector):
        x, y, w, h = self.page.js(MIDDLE % selector)
        return x + w / 2, y + h / 2


class Plain(PageCase):
    def test_without_javascript_the_tables_stand(self):
        page = self.open("small", script=False)
        root = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]

        def number(selector):
            return len(page.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])

        self.assertEqual(number("#tests-plain tbody tr"), 9)
        self.assertEqual(number(".failure"), 5)
        self.assertEqual(number("#workers tbody tr"), 2)
        self.assertEqual(number("#what-if tbody tr"), 3)
        self.assertEqual(number("#slow-steps tbody tr"), 2)
        self.assertEqual(number("canvas, .sheet, #all-tests"), 0)
        self.assertEqual(number("noscript p"), 1)

    def test_a_run_of_nothing_is_calm(self):
        page = self.open("nothing")
        self.assertIn("None ran.", page.js("document.body.innerText"))
        self.assertEqual(page.js("document.querySelectorAll('canvas').length"), 0)
        self.assertFalse(page.js("/NaN|undefined|null/.test(document.body.innerText)"))


class Table(PageCase):
    def test_bad_ones_come_first(self):
        self.open("small")
        self.assertEqual(self.count(), 9)
        self.assertEqual(self.column(1)[:4], ["Pay by card", "Pay twice", "Log out", "Log in again"])
        self.assertEqual(self.column(0)[4], "flaky")
        self.assertEqual(self.page.js("document.querySelectorAll('#tests-plain').length"), 0)

    def test_search_looks_at_names_files_and_messages(self):
        self.open("small")
        self.search("pay")
        self.until_count(3)
        self.search("LOGIN.feature")
        self.until_count(3)
        self.assertEqual(set(self.column(1)), {"Log in", "Log out", "Log in again"})
        self.search("sigsegv")
        self.until_count(1)
        self.search("log again")
        self.until_count(1)
        self.assertIn("q=log+again", self.page.js("location.hash"))
        self.search("nothing is called this")
        self.page.wait("document.querySelector('#all-tests').hidden")
        self.assertIn("Nothing matches", self.page.js("document.querySelector('#tests').innerText"))
        self.press("#tests .empty button")
        self.until_count(9)

    def test_columns_sort_both_ways_and_say_so(self):
        self.open("small")
        whole = "th[data-sort=whole]"
        self.press(whole + " button")
        self.assertEqual(self.column(1)[0], "Pay twice")
        self.assertEqual(self.page.js(f"document.querySelector('{whole}').ariaSort"), "descending")
        self.press(whole + " button")
        self.assertEqual(self.column(1)[0], "Find a book")
        self.assertEqual(self.page.js(f"document.querySelector('{whole}').ariaSort"), "ascending")
        self.press("th[data-sort=name] button")
        names = self.column(1)
        self.assertEqual(names, sorted(names))
        self.assertEqual(self.page.js("document.querySelectorAll('th[aria-sort]').length"), 1)

    def test_verdict_worker_and_suite_filter_together(self):
        self.open("small")
        self.press("button[data-status=bad]")
        self.until_count(4)
        self.page.js("(() => { const s = document.querySelector('select[aria-label=\"All workers\"]'); s.value = '1';"
                     "s.dispatchEvent(new Event('change')); })()")
        self.until_count(0)
        self.press("#tests .empty button")
        self.page.js("(() => { const s = document.querySelector('select[aria-label=\"All features\"]'); s.value = '1';"
                     "s.dispatchEvent(new Event('change')); })()")
        self.until_count(3)
        self.press("button[data-status=flaky]")
        self.until_count(1)
        self.assertEqual(self.column(1), ["Find nothing"])

    def test_a_hundred_thousand_rows_are_a_few_at_a_time(self):
        self.open("100000")
        self.assertEqual(self.count(), 100_000)
        self.assertLess(len(self.column(1)), 60)
        self.press("th[data-sort=name] button")
        first = self.column(1)[0]
        self.page.js("(() => { const b = document.getElementById('all-tests'); b.scrollTop = b.scrollHeight; })()")
        self.page.wait("[...document.querySelectorAll('#all-tests tbody tr')].some(r => r.ariaRowIndex === '100001')")
        self.assertLess(len(self.column(1)), 60)
        self.assertGreater(self.column(1)[-1], first)
        self.search("feature 3999 does")
        self.until_count(25)
        self.assertEqual({c.split(":")[0] for c in self.column(2)}, {"features/area_39/feature_03999.feature"})

    def test_arrow_keys_walk_the_rows(self):
        self.open("100000")
        self.page.js("document.querySelector('#all-tests td a').focus()")
        for _ in range(40):
            self.page.key("ArrowDown")
        self.assertEqual(self.page.js("document.activeElement.closest('tr').ariaRowIndex"), "42")


class Sheet(PageCase):
    def test_a_row_opens_its_test_and_escape_closes_it(self):
        self.open("small")
        self.page.js("document.querySelector('#all-tests td a').focus()")
        self.page.key("Enter", text="\r")
        self.page.wait("!document.querySelector('.sheet').hidden")
        text = self.page.js("document.querySelector('.sheet').innerText")
        for part in ("Pay by card", "features/checkout.feature:3", "80.0 ms", "expected 201, got 500",
                     "500 Internal Server Error", "2, 2 of them bad"):
            self.assertIn(part, text)
        self.assertIn("test=0", self.page.js("location.hash"))
        self.page.key("Escape")
        self.page.wait("document.querySelector('.sheet').hidden")
        self.assertEqual(self.page.js("document.activeElement.textContent"), "Pay by card")

    def test_an_address_brings_others_to_the_same_view(self):
        self.open("small", "#q=log&sort=-whole&test=8")
        self.assertEqual(self.column(1), ["Log in again", "Log out", "Log in"])
        self.assertEqual(self.page.js("document.querySelector('.sheet h2').textContent"), "Log in again")
        self.page.js("location.hash = '#status=skipped'")
        self.until_count(1)

    def test_an_address_that_makes_no_sense_does_no_harm(self):
        self.open("small", "#status=constructor&worker=x&suite=-1&sort=__proto__&test=99999")
        self.assertTrue(self.page.js("document.querySelector('.sheet').hidden"))

    def test_names_in_the_plain_tables_open_it_too(self):
        self.open("small")
        self.press("#slow-tests td.name a")
        self.assertEqual(self.page.js("document.querySelector('.sheet h2').textContent"), "Pay twice")
        self.press("#slow-suites td.name a")
        self.until_count(3)


class Timeline(PageCase):
    def colours(self):
        return self.page.js("""(() => { const c = document.querySelector('canvas'), copy = document.createElement('canvas');
            copy.width = c.width;
            copy.height = c.height;
            const g = copy.getContext('2d', { willReadFrequently: true });
            g.drawImage(c, 0, 0);
            const d = g.getImageData(0, 0, c.width, c.height).data, seen = new Set();
            for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
            return seen.size; })()""")

    def span(self):
        return self.page.js("document.querySelector('#timeline .end').textContent")

    def test_it_is_drawn_and_zooms_by_wheel_drag_and_keys(self):
        self.open("2000", height=1600)
        self.page.wait("document.querySelector('#timeline .end').textContent")
        self.assertGreater(self.colours(), 8)
        whole = self.span()
        self.page.js("document.getElementById('timeline').scrollIntoView()")
        x, y = self.middle("canvas")
        self.page.drag(x - 100, y, x + 100, y)
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % whole)
        zoomed = self.span()
        self.page.js("document.querySelector('canvas').focus()")
        self.page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-200)
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % zoomed)
        zoomed = self.span()
        self.page.key("ArrowRight")
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % zoomed)
        self.page.key("0", text="0")
        self.page.wait("document.querySelector('#timeline .end').textContent === %r" % whole)

    def test_the_wheel_scrolls_the_page_where_it_was_not_asked_to_zoom(self):
        self.open("2000", height=500)
        self.page.js("document.getElementById('timeline').scrollIntoView()")
        whole, top = self.span(), self.page.js("scrollY")
        x, y = self.middle("canvas")
        self.page.mouse("mouseWheel", x, y, deltaX=0, deltaY=120)
        self.page.wait("scrollY > %d" % top)
        self.assertEqual(self.span(), whole)

    def test_what_is_below_the_pointer_is_told_and_opens(self):
        self.open("small", height=1600)
        self.page.js("document.getElementById('timeline').scrollIntoView()")
        x, y, w, h = self.page.js(MIDDLE % "canvas")
        found = None
        for step in range(40, int(h), 7):
            for at in range(200, int(w) // 2, 11):
                self.page.mouse("mouseMoved", x + at, y + step)
                text = self.page.js("document.querySelector('.tip').hidden ? '' : document.querySelector('.tip').innerText")
                if "Find nothing" in text:
                    found = (x + at, y + step, text)
                    break
            if found:
                break
        self.assertIsNotNone(found)
        self.assertIn("flaky, 140 ms", found[2])
        self.page.click(found[0], found[1])
        self.page.wait("!document.querySelector('.sheet').hidden")
        self.assertEqual(self.page.js("document.querySelector('.sheet h2').textContent"), "Find nothing")

    def test_keys_step_through_the_tests_and_say_where_they_are(self):
        self.open("small", height=1600)
        self.page.js("document.querySelector('canvas').focus()")
        self.page.key(".", text=".")
        self.page.wait("/worker 0: Pay by card/.test(document.querySelector('#timeline [role=status]').textContent)")
        self.page.key("Enter", text="\r")
        self.page.wait("!document.querySelector('.sheet').hidden")

    def test_a_hundred_thousand_spans_are_drawn_quickly_enough_to_move(self):
        self.open("100000", height=1200)
        self.assertGreater(self.colours(), 8)
        before = self.span()
        for _ in range(10):
            self.press("#timeline button[aria-label='Zoom in']")
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % before)
        self.assertGreater(self.colours(), 4)


class Containers(PageCase):
    """Phases of the suite and containers on the same axis."""

    colours = Timeline.colours
    span = Timeline.span

    def open_view(self, kind="containers", **more):
        self.open(kind, **more)
        self.page.js("document.getElementById('timeline').scrollIntoView()")
        self.page.wait("document.querySelector('#timeline .end').textContent")

    def tips(self, from_x, to_x, from_y, step=5, across=40):
        """All that is told while the pointer walks over that part of the canvas."""
        x, y, w, h = self.page.js(MIDDLE % "canvas")
        seen = {}
        for down in range(from_y, int(h) - 2, step):
            for at in range(from_x, to_x, across):
                self.page.mouse("mouseMoved", x + at, y + down)
                text = self.page.js("document.querySelector('.tip').hidden ? '' : document.querySelector('.tip').innerText")
                if text:
                    seen.setdefault(text.split("\n")[0], (text, x + at, y + down))
        return seen

    def test_phases_and_containers_are_told_below_the_pointer(self):
        self.open_view(height=1600)
        seen = {**self.tips(160, 700, 30), **self.tips(480, 520, 170, across=8)}
        self.assertLessEqual({"db migrate", "schema", "startup", "tc-registry-4", "quirky_hopper-1", "quirky_hopper-5"}, set(seen))
        self.assertIn("phase of the suite", seen["schema"][0])
        self.assertIn("registry:2", seen["tc-registry-4"][0])
        self.assertIn("create 20.0 ms, start 90.0 ms, ready after 150 ms", seen["tc-registry-4"][0])
        self.assertIn("left behind", seen["tc-registry-4"][0])
        self.assertIn("did not start: driver failed programming", seen["quirky_hopper-5"][0])
        whole = self.span()
        self.page.click(*seen["quirky_hopper-1"][1:])
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % whole)

    def find(self, text):
        self.page.js("(() => { const e = document.querySelector('input.find'); e.focus(); e.value = %s;"
                     "e.dispatchEvent(new Event('input')); })()" % browser.json.dumps(text))

    def sum(self):
        return self.page.js("document.querySelector('#timeline .sum').textContent")

    def said(self):
        return self.page.js("document.querySelector('#timeline [role=status]').textContent")

    def test_the_search_finds_tests_phases_and_containers_one_after_the_other(self):
        self.open_view(height=1600)
        self.find("wiremock")
        self.page.wait("document.querySelector('#timeline .sum').textContent === '4 matches'")
        self.page.key("Enter", text="\r")
        self.page.wait("document.querySelector('#timeline .sum').textContent === '1 of 4'")
        self.assertIn("wiremock: quirky_hopper-1", self.said())
        self.page.key("Enter", text="\r")
        self.assertEqual(self.sum(), "2 of 4")
        self.page.key("Enter", text="\r", modifiers=8)
        self.page.key("Enter", text="\r", modifiers=8)
        self.assertEqual(self.sum(), "4 of 4")
        self.find("seed")
        self.page.key("Enter", text="\r")
        self.assertEqual(self.sum(), "1 of 6")
        self.assertIn("worker 0: seed, phase of the suite", self.said())
        self.find("pay")
        self.page.key("Enter", text="\r")
        self.assertEqual(self.sum(), "1 of 3")
        self.assertEqual(self.count(), 3)
        self.find("nowhere at all")
        self.page.wait("document.querySelector('#timeline .sum').textContent === 'nothing on the timeline matches'")

    def test_what_is_found_is_brought_into_sight(self):
        self.open_view("2000+containers", height=1200)
        whole = self.span()
        self.find("Scenario 7 of feature 13 ")
        self.page.key("Enter", text="\r")
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % whole)
        self.assertFalse(self.page.js("document.querySelector('.tip').hidden"))

    def test_curves_follow_the_zoom_and_zoom_by_drag(self):
        self.open_view(height=1600)
        self.assertEqual(self.page.js("document.querySelectorAll('.curve canvas').length"), 2)
        titles = self.page.js("[...document.querySelectorAll('.curve-title span')].map(e => e.textContent)")
        self.assertEqual(titles[0], "Containers running, at most 3")
        self.assertRegex(titles[1], "^Memory of the containers, at most [0-9.]+ MiB$")
        # one axis: what lies below each other is the same moment
        left = self.page.js("(() => { const o = document.querySelector('.curve .u-over').getBoundingClientRect(),"
                            "c = document.querySelector('.stage canvas').getBoundingClientRect(); return [o.left - c.left, c.right - o.right]; })()")
        self.assertAlmostEqual(left[0], 132, delta=1.5)
        self.assertAlmostEqual(left[1], 8, delta=1.5)
        whole = self.span()
        x, y, w, h = self.page.js(MIDDLE % ".curve .u-over")
        self.page.drag(x + w / 4, y + h / 2, x + w / 2, y + h / 2)
        self.page.wait("document.querySelector('#timeline .end').textContent !== %r" % whole)
        begin, end = self.span().split(" \u2013 ")
        self.assertAlmostEqual(float(begin.split()[0]), 1.75, delta=0.06)
        self.assertAlmostEqual(float(end.split()[0]), 3.5, delta=0.06)
        self.page.mouse("mouseMoved", x + w / 2, y + h / 2)
        self.page.wait("/^[0-9]+ at /.test(document.querySelector('.curve-title b').textContent)")

    def test_curves_are_carried_only_where_there_is_one(self):
        small, more = (self.open(kind).js("document.documentElement.outerHTML.length") for kind in ("small", "containers"))
        self.assertGreater(more - small, 50_000)
        self.assertIsNone(self.open("small").js("window.uPlot"))

    def test_without_javascript_tables_say_it_all(self):
        page = self.open("containers", script=False)
        root = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]

        def number(selector):
            return len(page.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])

        self.assertEqual(number("#containers tbody tr"), 12)
        self.assertEqual(number("#containers td[rowspan='3']"), 4)
        self.assertEqual(number("#failed-starts tbody tr"), 2)
        self.assertEqual(number("#left tbody tr"), 2)
        self.assertEqual(number("#calls tbody tr"), 3)
        self.assertEqual(number("#phase-tree tbody tr"), 4)
        self.assertEqual(number("#critical tbody tr"), 4)

    def frames(self, kind, act):
        """How long the page's own work for a frame takes, ms: all of it between the call of a frame and its return."""
        page = self.open(kind, height=1200)
        page.js("""(() => { const ask = window.requestAnimationFrame.bind(window); window.took = [];
            window.requestAnimationFrame = (f) => ask((t) => { const a = performance.now(); f(t); took.push(performance.now() - a); }); })()""")
        act(page)
        return sorted(page.js("took"))

    def test_a_hundred_thousand_spans_of_each_kind_move(self):
        def move(page):
            page.js("""(async () => { const b = [...document.querySelectorAll('#timeline .tools button')];
                const frame = () => new Promise((r) => setTimeout(r, 30));
                for (let k = 0; k < 8; k++) { b[0].click(); await frame(); }
                const c = document.querySelector('.stage canvas');
                for (let k = 0; k < 8; k++) { c.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' })); await frame(); }
                for (let k = 0; k < 8; k++) { b[1].click(); await frame(); }
                b[2].click(); await frame(); })()""")

        took = self.frames("100000+containers", move)
        self.assertGreaterEqual(len(took), 20)
        print(f"# 201,000 spans: a frame takes {took[len(took) // 2]:.1f} ms (median of {len(took)}), at most {took[-1]:.1f} ms")
        self.assertGreater(self.colours(), 8)


class Safety(PageCase):
    def test_hostile_names_are_text_and_nothing_else(self):
        page = self.open("hostile")
        self.assertEqual(page.js("document.scripts.length"), 2)
        self.assertEqual(page.js("document.querySelectorAll('img, iframe, object, #all-tests b, style + style').length"), 0)
        self.assertIn("<script>alert(1)</script>", self.column(1))
        for i in range(page.js("JSON.parse(document.getElementById('data').textContent).tests.n.length")):
            page.js(f"location.hash = '#test={i}'")
            page.wait(f"location.hash === '#test={i}' && document.querySelector('.sheet h2') !== null")
        self.search("<script>")
        self.assertGreater(self.count(), 0)
        self.assertEqual(page.js("document.scripts.length"), 2)

    def test_hostile_containers_are_text_and_nothing_else(self):
        page = self.open("hostile+containers", height=1600)
        self.assertEqual(page.js("document.scripts.length"), 3)
        self.assertEqual(page.js("document.querySelectorAll('img, iframe, object').length"), 0)
        self.assertIn("<script>alert(1)</script>", page.js("document.querySelector('#containers').innerText"))
        page.js("(() => { const e = document.querySelector('input.find'); e.focus(); e.value = 'script';"
                "e.dispatchEvent(new Event('input')); })()")
        for _ in range(6):
            page.key("Enter", text="\r")
            page.js("new Promise(r => setTimeout(r, 30))")
        self.assertIn("script", page.js("document.querySelector('.tip').innerText"))
        self.assertEqual(page.js("document.querySelectorAll('.tip img, .tip script').length"), 0)

    def test_the_policy_stops_what_would_run_after_all(self):
        page = self.open("small")
        page.js("""(() => { const s = document.createElement('script'); s.textContent = 'window.owned = 1';
            document.body.append(s); const d = document.createElement('div');
            d.innerHTML = '<img src="x" onerror="window.owned = 2">'; document.body.append(d); })()""")
        page.wait("true")
        page.js("new Promise(r => setTimeout(r, 100))")
        self.assertIsNone(page.js("window.owned"))
        self.assertTrue(any("Content Security Policy" in t for t in page.trouble), page.trouble)
        page.trouble.clear()


class Shape(PageCase):
    def test_no_width_scrolls_sideways(self):
        for kind in ("small", "hostile", "containers", "hostile+containers"):
            for width in (320, 390, 800, 1280, 1920):
                with self.subTest(kind, width=width):
                    page = self.open(kind, width=width)
                    self.assertLessEqual(page.js("document.documentElement.scrollWidth"), width)

    def test_it_follows_the_system_theme(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        light = self.open("small").js(ground)
        dark = self.open("small", dark=True).js(ground)
        self.assertNotEqual(light, dark)

    def test_text_stands_out_in_both_themes(self):
        """WCAG: 4.5 for text, of every verdict and of the dim words, against the sheet."""
        script = """(() => {
            const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { v /= 255;
                return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const card = lum(getComputedStyle(document.querySelector('.card')).backgroundColor), out = {};
            for (const e of document.querySelectorAll('.status, .card p, .facts li, h2, .note, td code')) {
                const a = lum(getComputedStyle(e).color), [hi, lo] = a > card ? [a, card] : [card, a];
                const k = e.className || e.tagName, v = (hi + 0.05) / (lo + 0.05);
                out[k] = Math.min(out[k] || 99, v);
            }
            return out; })()"""
        for dark in (False, True):
            for what, ratio in self.open("small", dark=dark).js(script).items():
                with self.subTest(what, dark=dark):
                    self.assertGreaterEqual(ratio, 4.5)

    def test_tables_and_parts_have_names(self):
        page = self.open("small")
        self.assertEqual(page.js("[...document.querySelectorAll('section')].filter(s => !s.ariaLabel && "
                                 "!document.getElementById(s.getAttribute('aria-labelledby'))).length"), 0)
        self.assertEqual(page.js("[...document.querySelectorAll('th')].filter(t => !t.scope).length"), 0)
        self.assertEqual(page.js("[...document.querySelectorAll('button, input, select')].filter(e => "
                                 "!e.textContent.trim() && !e.ariaLabel).length"), 0)
        ids = page.js("[...document.querySelectorAll('[id]')].map(e => e.id)")
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    unittest.main()
