"""Docstring."""
import sys


class Cart:
    def __init__(self, items):
        self.items = items

    def total(self, discount=False):
        s = 0
        for v in self.items:
            if v < 0:
                continue
            s += v
        if discount:
            s = s * 9 // 10
        return s


def main(argv):
    c = Cart([1, 2, 3])
    if len(argv) > 1:
        print(c.total(True))
    else:
        print(c.total())
    while True:
        if c.items:
            c.items.pop()
        else:
            break
    if argv:  # pragma: no cover
        print("x")
    try:
        f = lambda x: x
    except ValueError:
        print("no")
    if not argv:
        return 3


if __name__ == "__main__":
    main(sys.argv)
