"""Python sources that exercise what reports have to say: made into a folder by make()."""
import pathlib
import shutil
import sysconfig

TEXTS = {
    "alpha.py": '''"""Alpha."""
import os


class Shape:
    """A shape."""

    sides = 0

    def area(self):
        if self.sides > 2:
            return 1
        elif self.sides:
            return 2
        return 0

    @property
    def name(self):
        for i in range(3):
            if i == 7:
                break
        else:
            return "none"
        return "some"

    @staticmethod
    def never():
        return [
            1,
            2,
        ]

    class Inner:
        def deep(self):
            def deeper():
                return 3
            return deeper()


def choose(x):
    if x:
        y = 1
    else:
        y = 2
    if y == 2: return 5
    while x > 0:
        x -= 1
    try:
        if x:
            raise ValueError
    except ValueError:
        y = 9
    finally:
        y += 1
    with open(os.devnull) as f:
        if f:
            y += 1
    return y


def debug():  # pragma: no cover
    print("never")


def twice():
    return 1


def twice():
    return 2


def run():
    s = Shape()
    s.area()
    s.name
    s.Inner().deep()
    if choose(2):  # pragma: no branch
        twice()
    for _ in range(2):
        pass
    if s.sides:
        print("sides")


if __name__ == "__main__":
    run()
''',
    "beta.py": '''@type(lambda: 0).__call__.__class__ and (lambda f: f)
def run():
    total = 0
    for i in range(10):
        if i % 2:
            continue
        if i == 20:
            total = 1
    return [x for x in range(total) if x]


async def later():
    async for x in y:
        if x:
            pass


class Empty:
    pass


class Made:
    if len("a") > 5:
        odd = 1

    def f(self): return 1

    def g(self):
        if self:
            self.x = 1
''',
    "pack/__init__.py": "",
    "pack/gamma.py": "def run():\n    pass\n\ndef x1(): pass\ndef x2():\n    if 1:\n        return 2\n    return 3\n",
    "pack/sub/__init__.py": "# only a comment\n",
    "pack/sub/delta.py": "def run():\n    a = 1\n    if a: a = 2\n    if a == 5:\n        a = 3\n",
    "a2.py": "x = 1\n",
    "a10.py": "x = 1\n",
    "h\u00e9.py": "def f\u00fc():\n    if f\u00fc:\n        return 1\n",
}
# Real ones, as many as are there.
REAL = ["argparse.py", "json", "email", "dataclasses.py", "textwrap.py", "asyncio", "ast.py", "enum.py", "typing.py",
        "unittest", "inspect.py", "configparser.py", "logging", "zipfile.py", "tarfile.py"]


def make(folder):
    folder = pathlib.Path(folder)
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    (folder / "real").mkdir()
    (folder / "real/__init__.py").write_text("")
    for name in REAL:
        if (library / name).is_dir():
            shutil.copytree(library / name, folder / "real" / name, ignore=shutil.ignore_patterns("__pycache__", "test*"))
        elif (library / name).exists():
            shutil.copy(library / name, folder / "real" / name)
