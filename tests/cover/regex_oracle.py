#!/usr/bin/env python3
"""Compares the lines that regular expressions match with those that Python's re finds.

    regex_oracle.py PYSCAN_SAYS [PATTERNS [SEED]]

The patterns are put together at random. Prints the first differences; exit code 1 when there are any.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings

ATOMS = ("a", "b", "x", r"\s", r"\d", r"\w", r"\b", r"\B", "^", "$", ".", "[ab]", "[^a]", "[[:a]", "[]a]", "[a-c]", r"\.", r"\#",
         "#", "1", "(?:ab)", "(a)", "(a|b)", "(?P<n>a)", r"\n", r"\t", "\u00e9", r"\u00e9", r"\xe9", r"\Z", r"\A", "{", "}", "]",
         "{,2}", "a{2}", "a{,2}", "a{1,}", "b{1,3}?", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", r"\1", "(?P=n)", "(?i:A)", "(?s:.)",
         "(?m:^)", "(?-m:$)", " ", r"\ ", "(?#c)", r"\x61", r"\141", r"\0", r"[\b]", r"[\d\s]", r"\v", r"\f", r"\h", r"\-",
         "(?(1)a|b)", "(?(n)a|b)", "$^", "|", r"[a\]b]", r"[\w-]", r"\S", r"\W", r"\D")
QUANTIFIERS = ("", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}")
TEXT = """# ab a1
# aab

# b \u00e9
# x = '\u00e9'
#  a  b
# abc_1
##{,2}
# a{
# ]}
# Ab
#\taaaa
# bab\tb

#
"""
# What Python refuses and PCRE2 does not: groups that come later, or never.
REFUSED = re.compile("unknown group name|invalid group reference|multiple repeat")


def python_says(pattern, text):
    try:
        found = re.compile(pattern, re.MULTILINE).finditer(text)
    except re.error as e:
        return None if REFUSED.search(str(e)) else "bad"
    lines = set()
    for match in found:
        first, last = text.count("\n", 0, match.start()), text.count("\n", 0, match.end())
        lines.update(range(first + 1, last + 2))
    return sorted(lines)


def we_say(program, pattern, path):
    done = subprocess.run([program, "--partial", pattern], input=path + "\n", capture_output=True, text=True)
    if done.returncode:
        return "bad" if done.returncode == 2 else "died"
    return json.loads(done.stdout)["no_branch"]


def main():
    program = sys.argv[1]
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    warnings.simplefilter("ignore")
    differ = good = 0
    with tempfile.TemporaryDirectory() as folder:
        texts = []
        for i, text in enumerate((TEXT, TEXT.replace("\u00e9", "e"))):
            texts.append((text, os.path.join(folder, "%d.py" % i)))
            with open(texts[-1][1], "w", encoding="utf-8", newline="") as f:
                f.write(text)
        for i in range(n):
            pattern = "".join(r.choice(ATOMS) + r.choice(QUANTIFIERS) for _ in range(r.choice((0, 1, 2, 3, 4))))
            text, path = texts[i % 2]
            they, we = python_says(pattern, text), we_say(program, pattern, path)
            good += isinstance(they, list)
            if they is not None and they != we:
                differ += 1
                if differ <= 5:
                    print("%r\n  ours:   %s\n  python: %s" % (pattern, we, they))
    print("%d patterns, %d of them good, %d differences" % (n, good, differ))
    return differ > 0 or good < n // 3


if __name__ == "__main__":
    sys.exit(main())
