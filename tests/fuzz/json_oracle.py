#!/usr/bin/env python3
"""Compares the JSON reader with Python's: what it refuses, and what it reads.

    json_oracle.py JSON_SAYS CORPUS_FOLDER [DOCUMENTS [SEED]]

The documents are the files of the folder, random ones, and both with random
damage. Prints the first differences; exit code 1 when there are any.
"""
import json
import os
import random
import struct
import subprocess
import sys
from decimal import Decimal, localcontext

DEEPEST = 60
JSON_DEPTH = 1000  # of base/json.h


def whole(text):
    """The whole part, or - when it does not fit into 64 bits."""
    mantissa, _, exponent = text.lower().partition("e")
    d, exponent = Decimal(mantissa), int(exponent or 0)
    if not d or d.adjusted() + exponent < 0:
        return "0"
    if d.adjusted() + exponent > 30:
        return "-"
    with localcontext() as c:
        c.prec = 1000
        v = int(d.scaleb(exponent))
    return str(v) if -(2**63) <= v < 2**63 else "-"


class Number:
    def __init__(self, text):
        v = float(text)
        bits = "-" if v in (float("inf"), float("-inf")) else "%016x" % struct.unpack("<Q", struct.pack("<d", v))
        self.said = "#%s/%s" % (bits, whole(text))


class Pairs(list):
    pass


def constant(name):
    raise ValueError(name)


def say_text(s):
    # a surrogate without its partner is U+FFFD to us
    s = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in s)
    return '"%s"' % s.encode().hex()


def say(v, depth=1):
    if isinstance(v, list) and depth > JSON_DEPTH:
        raise ValueError("too deep")
    if isinstance(v, Pairs):
        return "{%s}" % "".join("%s:%s," % (say_text(k), say(x, depth + 1)) for k, x in v)
    if isinstance(v, list):
        return "[%s]" % "".join(say(x, depth + 1) + "," for x in v)
    if isinstance(v, str):
        return say_text(v)
    if isinstance(v, Number):
        return v.said
    return {True: "t", False: "f", None: "n"}[v]


def python_says(document):
    try:
        text = document.decode("utf-8")
        v = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=constant, object_pairs_hook=Pairs)
        return say(v)
    except (ValueError, RecursionError):
        return "bad"


def ours(program, documents):
    data = b"".join(b"%d\n%s" % (len(d), d) for d in documents)
    out = subprocess.run([program], input=data, stdout=subprocess.PIPE, check=True).stdout.decode("ascii")
    return out.splitlines()


def random_text(r):
    parts = []
    for _ in range(r.choice((0, 1, 1, 2, 3, 20))):
        parts.append(r.choice((
            "a", "plain text of some length", "\\n", "\\\"", "\\\\", "\\/", "\\u%04x" % r.randrange(0x10000),
            "\\ud83d\\ude00", "\\ud83d", "\\uDE00", "\\ud83d\\u0041", "\u00e9", "\u20ac", "\U0001f600", "\x7f",
            "x" * r.randrange(40), "\\u00", "\\x", "\t")) if r.random() < .98 else chr(r.randrange(0x20)))
    return '"%s"' % "".join(parts)


def random_number(r):
    def digits(n):
        return "".join(r.choice("0123456789") for _ in range(n))
    text = r.choice(("", "-")) + r.choice(("0", str(r.randrange(1, 10)) + digits(r.randrange(22))))
    if r.random() < .4:
        text += "." + digits(r.choice((1, 2, 5, 17, 30, 80)))
    if r.random() < .3:
        text += r.choice("eE") + r.choice(("", "+", "-")) + digits(r.choice((1, 2, 2, 3)))
    return text


def random_value(r, depth):
    kind = r.random() * (1 + depth / 10)
    if depth < DEEPEST and kind < .3:
        items = [random_value(r, depth + 1) for _ in range(r.choice((0, 1, 2, 4)))]
        return "[%s]" % r.choice((",", " ,", ", ", ",\n")).join(items)
    if depth < DEEPEST and kind < .6:
        items = ["%s%s%s" % (random_text(r), r.choice((":", " : ")), random_value(r, depth + 1))
                 for _ in range(r.choice((0, 1, 2, 4)))]
        return "{%s}" % r.choice((",", " ,\t", ", ")).join(items)
    kind = r.random()
    if kind < .5:
        return random_text(r)
    if kind < .9:
        return random_number(r)
    return r.choice(("true", "false", "null", "NaN", "Infinity", "tru", "nulll"))


def damage(r, document):
    d = bytearray(document)
    for _ in range(r.choice((1, 1, 2, 5))):
        at = r.randrange(len(d) + 1)
        what = r.random()
        if what < .3 and d:
            del d[at:at + r.choice((1, 1, 3))]
        elif what < .6:
            d[at:at] = r.choice((b'"', b"\\", b",", b":", b"[", b"]", b"{", b"}", b"0", b"-", b"e", b".", b" ", b"\n",
                                 b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\xef\xbb\xbf"))
        elif at < len(d):
            d[at] = r.randrange(256)
    return bytes(d)


def main():
    program, folder = sys.argv[1:3]
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    sys.setrecursionlimit(5000)
    r = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    documents = [open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))]
    seeds = len(documents)
    while len(documents) < wanted:
        d = r.choice(documents[:seeds]) if r.random() < .2 else random_value(r, 0).encode()
        documents.append(d if r.random() < .5 else damage(r, d))
    differ = good = 0
    for document, we in zip(documents, ours(program, documents)):
        they = python_says(document)
        good += they != "bad"
        if we != they:
            differ += 1
            if differ <= 5:
                print("%r\n  ours:   %s\n  python: %s" % (document, we, they))
    print("%d documents, %d of them well-formed, %d differences" % (len(documents), good, differ))
    return differ > 0 or good < len(documents) // 10


if __name__ == "__main__":
    sys.exit(main())
