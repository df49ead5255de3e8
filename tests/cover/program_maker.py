"""Makes Python programs at random that run, and end: for tracer_test.py.

A program asks r(n) for what it decides on, which counts on from a seed, and more() before each round of a "while",
which says no in the end.
"""

import random

SUPPORT = '''import random
class E(Exception):
    pass
class C:
    def __enter__(self):
        return self
    def __exit__(self, *a):
        return False
state, left = random.Random(1), 0
def start(n):
    global left
    state.seed(n)
    left = 12
def r(n):
    return state.randrange(n)
def more():
    global left
    left -= 1
    return left > 0
'''

# Runs a program, and writes which lines and arcs a trace function saw in it.
RUNNER = '''import json, sys
name, out = sys.argv[1:]
lines, arcs = set(), set()
def trace(frame, event, arg):
    code = frame.f_code
    if code.co_filename != name or (code.co_name.startswith("<") and code.co_name != "<module>"):
        return None
    last = [-code.co_firstlineno]
    def local(frame, event, arg):
        if event == "line":
            lines.add(frame.f_lineno)
            arcs.add((last[0], frame.f_lineno))
            last[0] = frame.f_lineno
        elif event == "return":
            arcs.add((last[0], -code.co_firstlineno))
        return local
    return local
with open(name) as source:
    code = compile(source.read(), name, "exec")
import support
if out:
    sys.settrace(trace)
exec(code, {"__name__": "program"})
sys.settrace(None)
if out:
    with open(out, "w") as to:
        json.dump([sorted(lines), sorted(arcs)], to)
'''

CONDITIONS = ("r(2)", "r(3)", "r(1)", "not r(2)", "not r(1)", "r(2) and r(2)", "r(2) or r(2)", "r(3) and not r(2) or r(4)",
              "x > 3", "x", "1 < r(3) < 3", "x is None", "x is not None", "len([y for y in a if r(2)])",
              "any(r(2) for _ in a)", "(r(2) if r(2) else r(3))", "(lambda: r(2))()")
SIMPLE = ("x += 1", "x = r(9)", "a.append(x)", "x = 1 if r(2) else 2", "x = len([i for i in a])", "x = len(a); x += 1",
          "assert x != 77", "x = r(2) and r(5)", "pass", "raise E(x)")


class Program:
    """The text is .text(); .branches are the lines that can be left in two ways."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines, self.branches, self.n = ["from support import *"], set(), 0
        functions = self.random.randint(2, 4)
        for i in range(functions):
            self.put(0, "def f%d(x, a):" % i)
            self.suite(1, False, True, 4)
            self.put(1, self.random.choice(("return x", "x = 5", "pass")))
        self.put(0, "for n in range(%d):" % self.random.randint(1, 12), True)
        self.put(1, "start(n)")
        for i in range(functions):
            self.put(1, "try:")
            self.put(2, "f%d(n, [1, 2])" % i)
            self.put(1, "except E:")
            self.put(2, "pass")

    def text(self):
        return "\n".join(self.lines) + "\n"

    def put(self, depth, text, branches=False):
        self.lines.append("    " * depth + text)
        if branches:
            self.branches.add(len(self.lines))

    def suite(self, depth, loop, leave, left):
        """loop and leave: whether "continue" and "return" may stand there; left: how many levels may follow."""
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, loop, leave, left)

    def maybe(self, chance, depth, header, loop, leave, left, branches=False):
        if self.random.random() >= chance:
            return False
        self.put(depth, header, branches)
        self.suite(depth + 1, loop, leave, left)
        return True

    def simple(self, depth, loop, leave):
        self.put(depth, self.random.choice(SIMPLE + ("continue", "break") * loop + ("return x", "return") * leave))

    def statement(self, depth, loop, leave, left):
        if left <= 0:
            return self.simple(depth, loop, leave)
        kinds = ((self.simple, 25), (self.choice, 30), (self.loop, 21), (self.attempt, 10), (self.context, 4), (self.define, 6))
        kind = self.random.choices([k for k, _ in kinds], [weight for _, weight in kinds])[0]
        return kind(depth, loop, leave) if kind == self.simple else kind(depth, loop, leave, left - 1)

    def choice(self, depth, loop, leave, left):
        self.maybe(1, depth, "if %s:" % self.random.choice(CONDITIONS), loop, leave, left, True)
        while self.maybe(0.3, depth, "elif %s:" % self.random.choice(CONDITIONS), loop, leave, left, True):
            pass
        self.maybe(0.4, depth, "else:", loop, leave, left)

    def loop(self, depth, loop, leave, left):
        header = self.random.choice(("for i in range(r(4)):", "while %s and more():" % self.random.choice(CONDITIONS)))
        self.maybe(1, depth, header, True, leave, left, True)
        self.maybe(0.25, depth, "else:", loop, leave, left)

    def attempt(self, depth, loop, leave, left):
        self.maybe(1, depth, "try:", loop, leave, left)
        handled = self.maybe(0.7, depth, "except E%s:" % self.random.choice(("", " as e")), loop, leave, left)
        if handled:
            self.maybe(0.3, depth, "else:", loop, leave, left)
        self.maybe(0.3 if handled else 1, depth, "finally:", False, False, left)

    def context(self, depth, loop, leave, left):
        self.maybe(1, depth, "with C():", loop, leave, left)

    def define(self, depth, loop, leave, left):
        self.n += 1
        self.put(depth, "def g%d(y): return y" % self.n, True)
        if self.random.random() < 0.7:
            self.put(depth, "x = g%d(x)" % self.n)
