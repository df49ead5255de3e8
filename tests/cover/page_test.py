"""The pages of coverage in a real browser, and what they are made of."""
import functools
import html.parser
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "page")]
import browser  # noqa: E402
import hostile  # noqa: E402

MAKE = os.environ.get("MAKE_COVER", "")
JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"

ALPHA = """def area(x):
    if x > 2:
        return 1
    return 0


class Shape:  # <b>a & b</b>
    sides = 0

    def name(self):
        return "it's \\"<i>\\""


""" + "".join(f"x{i} = {i}\n" for i in range(60)) + "def last():\n    return 1\n"
C_SOURCE = "#include <stdio.h>\n\nint main(void)\n{\n\tif (1 < 2) /* two\n\tlines */\n\t\treturn 'x';\n\treturn 0;\n}\n"


def rows():
    head = {"cover": 1, "branch": True, "contexts": ["", "one", "two <b>", "three"]}
    alpha = {
        "path": "shop/alpha.py", "language": "python", "targets": True, "last_line": 75,
        "lines": [[1, 1], [2, 1], [3, 0], [4, 1], [7, 1], [8, 1], [10, 1], [11, 0]] + [[i, 1] for i in range(14, 74)] + [[74, 1], [75, 0]],
        "excluded": [9], "branches": [[2, 0, 3, 0], [2, 0, 4, 1]],
        "regions": [["function", "area", 1, 4, 0, [[2, 4]]], ["class", "Shape", 7, 11, 0, [[11, 11]]],
                    ["function", "Shape.name", 10, 11, 0, [[11, 11]]], ["function", "last", 74, 75, 0, [[75, 75]]]],
        "contexts": [[1, 0, 1], [2, 1, 2, 3], [4, 1, 2, 3], [7, 0]],
    }
    c = {
        "path": "lib/a.c", "language": "c", "counts": True, "last_line": 9,
        "lines": [[5, 1234567], [7, 1234567], [8, 0]], "branches": [[5, 0, 0, 1234567], [5, 0, 1, 0]],
        "regions": [["function", "main", 3, 9, 1, [[3, 9]]]],
    }
    files = [{"path": f"pack/file{i}.py", "targets": True, "lines": [[1, 1], [2, i % 2]]} for i in range(12)]
    return "\n".join(json.dumps(row) for row in (head, alpha, c, *files))


def write(folder, sources, text):
    (folder / "html").mkdir(parents=True)
    for name, source in sources.items():
        path = folder / "src" / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
        except OSError:
            pass
    words = [f"out={folder / 'html'}", f"sources={folder / 'src'}", "title=shop <&>", "version=1"]
    subprocess.run([MAKE, "html", *words], input=text.encode(), check=True)
    with open(folder / "single.html", "wb") as out:
        subprocess.run([MAKE, "single", *words], input=text.encode(), stdout=out, check=True)


def page_of(folder, name):
    (path,) = folder.glob(f"html/*{name}-????????????????????????????????.html")
    return path


def setUpModule():
    temporary = tempfile.TemporaryDirectory(prefix="cover-page-")
    unittest.addModuleCleanup(temporary.cleanup)
    Made.root = pathlib.Path(temporary.name).resolve()
    write(Made.root / "plain", {"shop/alpha.py": ALPHA, "lib/a.c": C_SOURCE} | {f"pack/file{i}.py": "a\nb\n" for i in range(12)}, rows())
    write(Made.root / "many", {}, "\n".join(json.dumps({"path": f"pack/file{i}.py", "lines": [[1, 1], [2, 0]]}) for i in range(5000)))
    write(Made.root / "hostile", hostile.SOURCES, hostile.rows())
    if browser.find():
        BrowserCase.browser = browser.Browser()
        BrowserCase.browser.__enter__()
        unittest.addModuleCleanup(BrowserCase.browser.__exit__)


class Made(unittest.TestCase):
    root = None


class Parser(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.tags, self.links, self.bad = {}, [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attributes:
            if name == "style" or name.startswith("on") or (value or "").lower().startswith("javascript:"):
                self.bad.append((tag, name, value))
            if name == "href":
                self.links.append(value)


class Folder(Made):
    def test_every_link_leads_to_a_file_of_the_folder(self):
        for kind in ("plain", "hostile"):
            folder = self.root / kind / "html"
            names = {p.name for p in folder.iterdir()}
            for path in folder.glob("*.html"):
                for link in Parser(path).links:
                    self.assertIn(link.split("#")[0] or path.name, names, path)

    def test_names_of_pages_are_short_plain_and_differ_whatever_the_case(self):
        names = [p.name for p in (self.root / "hostile/html").glob("*.html")]
        self.assertEqual(len({n.lower() for n in names}), len(hostile.NAMES) + 3)
        for name in names:
            self.assertRegex(name, r"^[A-Za-z0-9_][A-Za-z0-9_-]*\.html$")
            self.assertLess(len(name), 128)

    def test_nothing_of_a_name_or_a_source_becomes_markup(self):
        known = {"html", "head", "meta", "link", "script", "title", "body", "a", "header", "div", "h1", "h2", "h3", "b", "small", "svg",
                 "path", "dl", "dt", "dd", "nav", "main", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "span", "footer", "ul", "li",
                 "p", "details", "summary", "u", "i", "var", "dfn", "em", "section", "ol", "abbr"}
        for path in (self.root / "hostile/html").glob("*.html"):
            page = Parser(path)
            self.assertEqual(page.bad, [], path)
            self.assertEqual(set(page.tags) - known, set(), path)
            self.assertEqual(page.tags["script"], 1, path)
            text = path.read_bytes()
            self.assertNotRegex(text.decode("utf-8"), "[\x00-\x08\x0b-\x1f\x7f-\x9f]")

    def test_the_same_data_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as again:
            again = pathlib.Path(again)
            write(again / "x", {"shop/alpha.py": ALPHA, "lib/a.c": C_SOURCE} | {f"pack/file{i}.py": "a\nb\n" for i in range(12)}, rows())
            for path in (again / "x/html").iterdir():
                self.assertEqual(path.read_bytes(), (self.root / "plain/html" / path.name).read_bytes())
            self.assertEqual((again / "x/single.html").read_bytes(), (self.root / "plain/single.html").read_bytes())

    def test_lines_end_in_any_way_and_a_missing_source_is_said(self):
        page = page_of(self.root / "hostile", "con_c").read_text()
        self.assertEqual(re.findall(r"<tr id=L(\d+)", page), ["1", "2", "3", "4"])
        self.assertIn("its source is not", page_of(self.root / "hostile", "turned_*gnp_py").read_text())

    def test_words_are_coloured_by_language(self):
        alpha, c = page_of(self.root / "plain", "alpha_py").read_text(), page_of(self.root / "plain", "a_c").read_text()
        self.assertIn("<b>def</b> <dfn>area</dfn>(x):", alpha)
        self.assertIn("<i># &lt;b&gt;a &amp; b&lt;/b&gt;</i>", alpha)
        self.assertIn('<u>&quot;it&#39;s \\&quot;&lt;i&gt;\\&quot;&quot;</u>', alpha)
        self.assertIn("<b>#include</b>", c)
        self.assertIn("<i>/* two</i>", c)
        self.assertIn("<i>\tlines */</i>", c)
        self.assertIn("<u>&#39;x&#39;</u>", c)


class BrowserCase(Made):
    browser = None

    def setUp(self):
        if not browser.find():
            self.skipTest("there is no Chromium")
        self.page = None

    def tearDown(self):
        if self.page:
            self.assertEqual(self.page.trouble, [])

    def open(self, path, fragment="", **options):
        self.page = self.browser.open(self.root / path if isinstance(path, str) else path, fragment, **options)
        return self.page

    def names(self):
        return self.page.js("[...document.querySelectorAll('table.list:not([hidden]) tbody th')].map(e => e.textContent)")

    def type(self, text):
        self.page.js("(() => { const e = document.querySelector('.tools:not([hidden]) input'); e.value = %s; e.oninput(); })()" % json.dumps(text))


class Index(BrowserCase):
    def test_columns_sort_both_ways_and_say_so(self):
        page = self.open("plain/html/index.html")
        self.assertEqual(len(self.names()), 14)
        self.assertEqual(page.js("document.querySelectorAll('[aria-sort]').length"), 0)
        page.js("document.querySelectorAll('thead button')[0].click()")
        names = self.names()
        self.assertLess(names.index("pack/file9.py"), names.index("pack/file10.py"))
        page.js("document.querySelectorAll('thead button')[2].click()")
        self.assertEqual(self.names()[0], "shop/alpha.py")
        self.assertEqual(page.js("document.querySelectorAll('th')[2].ariaSort"), "descending")
        page.js("document.querySelectorAll('thead button')[2].click()")
        self.assertEqual(self.names()[-1], "shop/alpha.py")
        self.assertEqual(page.js("document.querySelectorAll('th')[2].ariaSort"), "ascending")
        self.assertIn("sort=2", page.js("location.hash"))

    def test_filters_add_up_what_is_shown(self):
        page = self.open("plain/html/index.html")
        total = "[...document.querySelectorAll('tfoot tr > *')].slice(0, 3).map(e => e.textContent)"
        self.assertEqual(page.js(total)[0], "Total")
        self.type("PACK file1")
        self.assertEqual(self.names(), ["pack/file1.py", "pack/file10.py", "pack/file11.py"])
        self.assertEqual(page.js(total), ["Shown", "6", "1"])
        self.assertIn("3 of 14 files", page.js("document.querySelector('output').value"))
        page.js("document.querySelector('.tools button').click()")
        self.assertEqual(self.names(), ["pack/file10.py"])
        self.type("no such file")
        self.assertEqual(page.js("document.querySelector('.none').hidden"), False)
        self.type("")
        self.assertEqual(len(self.names()), 8)

    def test_an_address_brings_others_to_the_same_view(self):
        self.open("plain/html/index.html", "#q=file1&misses=&sort=-0")
        self.assertEqual(self.names(), ["pack/file10.py"])
        self.open("plain/html/index.html", "#sort=99999&q=%3Cb%3E")
        self.assertEqual(self.names(), [])

    def test_keys_filter_walk_and_open(self):
        page = self.open("plain/html/index.html")
        page.key("/", text="/")
        self.assertEqual(page.js("document.activeElement.type"), "search")
        page.key("Escape")
        page.key("m", text="m")
        page.key("j", text="j")
        self.assertEqual(page.js("document.activeElement.textContent"), "shop/alpha.py")
        page.key("?", text="?")
        self.assertIn("sort by missing", page.js("document.querySelector('dialog').innerText"))
        page.key("Escape")
        page.wait("!document.querySelector('dialog')")
        page.js("document.activeElement.closest('a') || document.querySelector('tbody a').focus()")
        page.key("Enter", text="\r")
        page.wait("document.body && document.body.className === 'source'")

    def test_many_rows_come_as_one_scrolls(self):
        page = self.open("many/html/index.html")
        rows = "document.querySelectorAll('tbody tr').length"
        page.wait(rows + " < 2000")
        before = page.js(rows)
        self.assertEqual(page.js("document.querySelector('output').value"), "5,000 files")
        page.js("scrollTo(0, document.body.scrollHeight)")
        page.wait(f"{rows} > {before}")
        self.type("file4999")
        self.assertEqual(self.names(), ["pack/file4999.py"])
        self.assertTrue(page.js("document.querySelector('.more').hidden"))
        self.type("")
        self.assertFalse(page.js("document.querySelector('.more').hidden"))
        self.assertEqual(page.js("document.querySelector('tfoot td').textContent"), "10,000")

    def test_functions_and_classes_have_their_own(self):
        page = self.open("plain/html/function_index.html", "#q=shape")
        self.assertEqual(self.names(), ["Shape.name"])
        page.js("document.querySelector('tbody a').click()")
        page.wait("location.hash === '#L10'")
        self.open("plain/html/class_index.html")
        self.assertEqual(self.names(), ["Shape"])
        self.open("plain/html/class_index.html")
        self.assertEqual(self.page.js("document.querySelector('h1 small').textContent"), "shop <&>")

    def test_names_have_room_on_a_narrow_screen(self):
        for name in ("index", "function_index", "class_index"):
            page = self.open(f"plain/html/{name}.html", width=360)
            shown = page.js("[...document.querySelectorAll('table.list:not([hidden]) thead tr > *')].filter(e => e.offsetWidth)"
                            ".map(e => e.textContent)")
            self.assertEqual(shown[1:], ["Statements", "Missing", "Covered"], name)
            cells = page.js("[...document.querySelectorAll('table.list:not([hidden]) :is(tbody, tfoot) tr')]"
                            ".map(r => [...r.children].filter(e => e.offsetWidth).length)")
            self.assertEqual(set(cells), {4}, name)
            self.assertGreater(page.js("document.querySelector('table.list:not([hidden]) tbody th').offsetWidth"), 80, name)
            self.assertLessEqual(page.js("document.documentElement.scrollWidth"), 360, name)


class Source(BrowserCase):
    def test_lines_say_what_became_of_them(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"))
        self.assertEqual(page.js("[...document.querySelectorAll('.code tr')].slice(0, 11).map(r => r.className)"),
                         ["r", "p", "m", "r", "", "", "r", "r", "x", "r", "m"])
        self.assertIn("1 of 2 ways, never: line 3", page.js("document.getElementById('L2').innerText"))
        self.assertIn("12", page.js("document.getElementById('L12').innerText"))
        mark = page.js("getComputedStyle(document.querySelector('#L3 th'), '::after').content")
        self.assertIn("did not run", mark)

    def test_counts_and_their_branches(self):
        page = self.open(page_of(self.root / "plain", "a_c"))
        self.assertEqual(page.js("[...document.querySelectorAll('.code td:nth-child(2)')].map(e => e.textContent)"),
                         ["", "", "", "", "1234567", "", "1234567", "0", ""])
        self.assertIn("1 of 2 ways: 1,234,567, never", page.js("document.getElementById('L5').innerText"))

    def test_keys_walk_the_misses_round_and_round(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"), height=300)
        at = "[...document.querySelectorAll('tr.at')].map(r => r.id)"
        seen = []
        for _ in range(4):
            page.key("j", text="j")
            seen.append(page.js(at))
        self.assertEqual(seen, [["L2", "L3"], ["L11"], ["L75"], ["L2", "L3"]])
        page.key("k", text="k")
        self.assertEqual(page.js(at), ["L75"])
        self.assertTrue(page.js("(() => { const r = document.getElementById('L75').getBoundingClientRect();"
                                "return r.top > 0 && r.bottom <= innerHeight; })()"))
        self.assertEqual(page.js("document.querySelector('.tally output').value"), "3 of 3")

    def test_only_misses_and_what_is_around_them(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"))
        page.key("h", text="h")
        shown = page.js("[...document.querySelectorAll('.code tr')].filter(r => !r.hidden).map(r => +r.id.slice(1))")
        self.assertEqual(shown, [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 72, 73, 74, 75])
        page.key("h", text="h")
        self.assertEqual(page.js("document.querySelectorAll('.code tr[hidden]').length"), 0)

    def test_colours_can_be_put_away(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"))
        colour = "getComputedStyle(document.querySelector('#L3 td')).backgroundColor"
        before = page.js(colour)
        page.key("m", text="m")
        self.assertNotEqual(page.js(colour), before)
        self.assertEqual(page.js("document.querySelector('button.m').getAttribute('aria-pressed')"), "false")

    def test_contexts_of_a_line_unfold(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"))
        self.assertEqual(page.js("document.querySelectorAll('#L7 .c').length"), 0)
        page.js("document.querySelector('#L2 .c').click()")
        self.assertEqual(page.js("[...document.querySelectorAll('dialog li')].map(e => e.textContent)"), ["one", "two <b>", "three"])
        self.assertEqual(page.js("document.querySelectorAll('.sets li').length"), 2)

    def test_neighbours_and_the_index_are_a_key_away(self):
        page = self.open(page_of(self.root / "plain", "a_c"))
        page.key("]", text="]")
        page.wait("document.querySelector('h1') && document.querySelector('h1').textContent.startsWith('pack/file0.py')")
        page.wait("document.documentElement.dataset.ready")
        page.key("u", text="u")
        page.wait("document.body && document.body.className === 'index'")

    def test_a_number_gives_the_line_an_address(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"))
        page.js("document.querySelector('#L4 th').click()")
        self.assertEqual(page.js("location.hash"), "#L4")

    def test_light_and_dark_are_both_readable(self):
        contrast = """(() => {
            const light = (c) => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
                .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
            const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
            let worst = [99];
            for (const e of document.querySelectorAll('.code td *, .code th, .code td, .tally *, h1 b, nav a')) {
                if (!e.textContent.trim()) continue;
                const a = light(getComputedStyle(e).color), b = light(ground(e));
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 80), e.closest('tr')?.className];
            }
            return worst; })()"""
        for dark in (False, True):
            page = self.open(page_of(self.root / "plain", "alpha_py"), dark=dark)
            worst = page.js(contrast)
            self.assertGreaterEqual(worst[0], 4.5, (dark, worst))

    def test_hostile_sources_are_shown_and_do_nothing(self):
        for path in sorted((self.root / "hostile/html").glob("*-*.html")):
            page = self.open(path)
            self.assertEqual(page.trouble, [], path)
            self.assertEqual(page.js("document.querySelectorAll('script').length"), 1)
        page = self.open(page_of(self.root / "hostile", "[U]pper_py"))
        self.assertGreater(page.js("document.querySelector('#L1 td:last-child').textContent.length"), 100_000)


class Policy(BrowserCase):
    """As a Jenkins serves it: no script, no inline style, a sandbox."""

    def test_tables_and_sources_read_under_it(self):
        folder = self.root / "plain/html"

        class Handler(http.server.SimpleHTTPRequestHandler):
            def end_headers(self):
                self.send_header("Content-Security-Policy", JENKINS)
                super().end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        page = self.browser.open(folder / "index.html")
        for name, selector, least in (("index.html", "tbody tr", 14), (page_of(self.root / "plain", "alpha_py").name, ".code tr", 75)):
            page.trouble.clear()
            page.go(f"http://127.0.0.1:{server.server_port}/{name}")
            root = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]
            rows = page.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"]
            self.assertEqual(len(rows), least)
            page.call("DOM.enable")
            page.call("CSS.enable")
            cell = page.call("DOM.querySelector", nodeId=root, selector=selector + " th")["nodeId"]
            style = {p["name"]: p["value"] for p in page.call("CSS.getComputedStyleForNode", nodeId=cell)["computedStyle"]}
            self.assertIn("monospace", style["font-family"])
            blocked = [t for t in page.trouble if "style" in t.lower() and "refused" in t.lower()]
            self.assertEqual(blocked, [])
            self.assertTrue(any("script" in t.lower() for t in page.trouble), page.trouble)


class Plain(BrowserCase):
    def test_without_javascript_all_stands(self):
        page = self.open(page_of(self.root / "plain", "alpha_py"), script=False)
        root = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]

        def number(selector):
            return len(page.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])

        self.assertEqual((number(".code tr"), number("ul.tally li"), number("nav a"), number("details li")), (75, 4, 2, 4))


class Single(BrowserCase):
    def test_sources_unpack_and_go_away_again(self):
        page = self.open("plain/single.html")
        self.assertEqual(len(self.names()), 14)
        page.js("document.querySelector('a[href=\"#functions\"]').click()")
        page.wait("document.getElementById('files').hidden")
        self.assertEqual(self.names(), ["main", "area", "Shape.name", "last"])
        page.js("[...document.querySelectorAll('#functions a')].find(a => a.textContent === 'last').click()")
        page.wait("!!document.querySelector('#page tr.at')")
        self.assertEqual(page.js("document.querySelector('#page tr.at').id"), "L74")
        self.assertEqual(page.js("document.getElementById('whole').hidden"), True)
        page.key("j", text="j")
        self.assertEqual(page.js("[...document.querySelectorAll('tr.at')].map(r => r.id)"), ["L2", "L3"])
        page.js("document.querySelector('#L2 small a').click()")
        page.wait("document.querySelector('#page tr.at').id === 'L3'")
        page.key("u", text="u")
        page.wait("!document.getElementById('whole').hidden")
        self.assertEqual(page.js("document.getElementById('page').childElementCount"), 0)

    def test_an_address_opens_a_source_and_nonsense_does_no_harm(self):
        self.open("plain/single.html", "#f13:L3")
        self.assertIn("shop/alpha.py", self.page.js("document.querySelector('#page h1').textContent"))
        self.open("plain/single.html", "#f999")
        self.assertFalse(self.page.js("document.getElementById('whole').hidden"))

    def test_hostile_sources_do_nothing(self):
        page = self.open("hostile/single.html")
        for i in range(len(hostile.NAMES)):
            page.js(f"location.hash = '#f{i}'")
            page.wait(f"document.querySelector('#page nav a[rel=next]')?.hash === '#f{i + 1}' || {i} === {len(hostile.NAMES) - 1}")
        self.assertEqual(page.js("document.querySelectorAll('#page script').length"), 0)


if __name__ == "__main__":
    unittest.main()
