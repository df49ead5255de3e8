"""Makes Python programs at random, which compile and mean nothing: for parity.py."""
import random

TESTS = ("x", "not x", "x.y(1, [2])", "0", "1", "True", "False", "None", "__debug__", "not 0", "x and 0", "x or 1",
         "0 or x", "1 and x", "x and (y or 1)", "(x or 0) and (0 or 0)", "not (x or 1)", "not (1 and 0)", "'a'", "''",
         "b''", "()", "(1, 2)", "(x,)", "[]", "1 - 1", "3 % 2", "-1", "~0", "2 ** 2", "1 << 3", "7 // 8", "x == 1",
         "x if 1 else 0", "1 if x else 0", "0 if x else 0", "(x := 1)", "f'{x}'", "f'a'", "lambda: 0", "...", "1 < 2",
         "not not x", "not not ''", "x and not 0 or None", "0x0", "0.0", "1e0", "0e1", "0_0", "1j", "x[1:2]", "'' or ()",
         "0 and x or 1 and x", "(0, x)", "x in (1, 2)", "not x in y", "x is not None and 1", "1 if 0 else 0 if x else 1")
PLAIN = ("x = 1", "x()", "y: int", "y: int = 1", "x.y: int", "global g", "pass", "del x", "del ()", "5", "'text'", "...",
         "import a", "from a import (b,\n{i}  c)", "x = (1,\n{i}  2)", "x = '''a\n b'''", "x = 1; y = 2", "global g; x = 1",
         "x = \\\n{i} 1", "z = lambda: 1  # pragma: no cover", "x = 1  # pragma: no cover", "x = [\n\n{i}  # comment\n]",
         "()", "x[1] += 1", "x = {1: 2}  # pragma: no branch", "(y): int", "x = 1 ;", "global h; pass", "# comment\n{i}x = 1")
PATTERNS = ("1", "_", "a", "a.b", "[a, *_]", "{{'k': 1}}", "1 | 2", "1 | _", "A(b=1)", "(a)", "(_)", "a as b", "-1", "a if x",
            "_ if 1", "_ if 0", "_ if x", "(1 |\n{i} 2)", "1, 2", "None", "'a' 'b'", "(\n{i} _\n)", "_ as c", "[_] | b")
COMMENTS = ("",) * 12 + ("  # comment", "  # pragma: no cover", "  # pragma: no branch")


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines = []
        self.n = 0

    def put(self, depth, text, comment=True):
        i = "    " * depth
        self.lines.append(i + text.replace("{i}", i).replace("{{", "{").replace("}}", "}") +
                          (self.r.choice(COMMENTS) if comment else ""))

    def test(self):
        return self.r.choice(TESTS) if self.r.random() < .5 else "x"

    def simple(self, depth, loop, function):
        r = self.r.random()
        if loop and r < .12:
            self.put(depth, self.r.choice(("break", "continue", "break; x = 1", "x = 1; continue")))
        elif function and r < .25:
            self.put(depth, self.r.choice(("return", "return x", "return (1,\n{i} x)", "return; x = 1")))
        elif r < .33:
            self.put(depth, self.r.choice(("raise", "raise X", "raise X(\n{i}  1)")))
        elif r < .38:
            self.put(depth, "assert " + self.test())
        else:
            self.put(depth, self.r.choice(PLAIN), False)

    def suite(self, depth, loop, function, left):
        """left: how many levels may follow."""
        header = self.lines[-1].split("  #")[0]
        if self.r.random() < .08 and header.endswith(":"):
            line = self.lines.pop()
            inline = self.r.choice(("pass", "x = 1", "x = 1; y = 2", "...", "raise X", "'text'", "y: int"))
            at = len(header)
            self.lines.append(line[:at] + " " + inline + line[at:])
            return
        for _ in range(self.r.choice((1, 1, 2, 2, 3, 4))):
            if self.r.random() < .1:
                self.lines.append(self.r.choice(("", "# comment", "   # comment")))
            self.statement(depth, loop, function, left - 1)

    def statement(self, depth, loop, function, left):
        kinds = (self.branch, self.loop, self.attempt, self.context, self.choice, self.definition)
        if left <= 0 or self.r.random() < .45:
            self.simple(depth, loop, function)
        else:
            self.r.choice(kinds)(depth, loop, function, left)

    def branch(self, depth, loop, function, left):
        self.put(depth, "if %s:" % self.test())
        self.suite(depth + 1, loop, function, left)
        while self.r.random() < .3:
            self.put(depth, "elif %s:" % self.test())
            self.suite(depth + 1, loop, function, left)
        if self.r.random() < .4:
            self.put(depth, "else:")
            self.suite(depth + 1, loop, function, left)

    def loop(self, depth, loop, function, left):
        self.put(depth, self.r.choice(("for i in x:", "while %s:" % self.test(), "for i in ():", "while True:",
                                       "for i, \\\n{i}  j in x:")))
        self.suite(depth + 1, True, function, left)
        if self.r.random() < .3:
            self.put(depth, "else:")
            self.suite(depth + 1, loop, function, left)

    def attempt(self, depth, loop, function, left):
        self.put(depth, "try:")
        self.suite(depth + 1, loop, function, left)
        handlers = self.r.choice((0, 1, 1, 2))
        for i in range(handlers):
            self.put(depth, "except:" if i == handlers - 1 and self.r.random() < .3 else "except X as e:")
            self.suite(depth + 1, loop, function, left)
        if handlers and self.r.random() < .3:
            self.put(depth, "else:")
            self.suite(depth + 1, loop, function, left)
        if not handlers or self.r.random() < .3:
            self.put(depth, "finally:")
            self.suite(depth + 1, loop, function, left)

    def context(self, depth, loop, function, left):
        self.put(depth, self.r.choice(("with x:", "with x as y, z:", "with (x as y,\n{i}  z):", "with x, \\\n{i} y:")))
        self.suite(depth + 1, loop, function, left)

    def choice(self, depth, loop, function, left):
        self.put(depth, self.r.choice(("match x:", "match x, y:", "match (x,\n{i}  y):", "match {{1: 2}}:")))
        wild = False
        for _ in range(self.r.choice((1, 2, 3))):
            pattern = self.r.choice(PATTERNS)
            if wild:
                break
            wild = pattern in ("_", "a", "1 | _", "(a)", "(_)", "a as b", "(\n{i} _\n)", "_ as c", "[_] | b")
            self.put(depth + 1, "case %s:" % pattern)
            self.suite(depth + 2, loop, function, left)

    def definition(self, depth, loop, function, left):
        for _ in range(self.r.choice((0, 0, 0, 1, 2))):
            self.put(depth, self.r.choice(("@d", "@d(1,\n{i}  2)", "@(\n{i} d\n)")))
        self.n += 1
        if self.r.random() < .3:
            self.put(depth, self.r.choice(("class C%d:", "class C%d(A,\n{i}    B):")) % self.n)
            function = False
        else:
            self.put(depth, self.r.choice(("def f%d():", "def f%d(a, b=1):", "def f%d(a: int,\n{i}    b) -> int:")) % self.n)
            function = True
        if self.r.random() < .3:
            self.put(depth + 1, self.r.choice(("'doc'", "'''doc\n{i}doc'''", "('doc'\n{i} 'doc')", "'doc'; x = 1", "r'doc'")), False)
        self.suite(depth + 1, False, function, left)


def program(seed):
    """The text of one; some do not compile (a name that is global and assigned before, say)."""
    m = Maker(seed)
    m.put(0, "import x")  # loads a constant: CPython keeps a module's first one even where no code uses it
    for _ in range(m.r.choice((2, 5, 8))):
        m.statement(0, False, False, m.r.choice((2, 3, 5)))
    return "\n".join(m.lines) + "\n"
