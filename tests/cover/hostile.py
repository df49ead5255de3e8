"""Rows with the names, numbers and sources that nobody wants, for the tests of reports."""
import json

NAMES = ["<script>alert(1)</script>.py", "a]]>&'\"b.py", "new\nline.py", "tab\there.py", "bell\x07.py", "../../etc/passwd", "/abs/é.py",
         "a" * 4000 + ".py", "turned\u202egnp.py", "Upper.py", "upper.py", "-rf.py", "con.c", "x%s%n.go", "\u2028.js", "ghost.rs",
         "}});throw 1;//.java"]
SOURCES = {
    NAMES[0]: b"if '<script>alert(1)</script>':\n    x = ']]>'\n<!-- & -->\n",
    NAMES[1]: b"a\x00b\n\xff\xfe\n\xed\xa0\x80\n# \x1b[31m red\n",
    "Upper.py": b"x = '" + b"y" * 100_000 + b"'\n" + b"z" * 100_000 + b"\n",
    "upper.py": b"\"\"\"never closed\n\n\n" + b"(" * 5000,
    "con.c": b"/* never closed\r\nint a;\rint b;\r\n#if 0\n",
    "x%s%n.go": b"`never closed\n%s%n\n",
    "\u2028.js": b"/[/\n`${`\nx = a / b / c; // \n",
    "ghost.rs": b"/* /* */ 'a 'b' \"\\\n",
    "}});throw 1;//.java": b"\"\"\"\n\\\"\"\"\n",
}


def rows():
    out = [{"cover": 1, "branch": True, "contexts": ["", "a <b> \"c\"", "]]>\n", "z" * 300]}]
    for i, name in enumerate(NAMES):
        out.append({
            "path": name, "targets": i % 2 == 0, "counts": i % 2 == 1, "fault": i % 5, "last_line": 4,
            "lines": [[1, 4294967294 if i % 2 else 1], [2, 0], [3, 1], [4, 1], [16777215, 0]], "excluded": [5],
            "branches": [[3, 0, -1, 0], [3, 0, 4, 1], [4, 0, 0, -1], [4, 1, 1, 4294967294], [4, 2, 2147483647, 0]],
            "regions": [["function", name, 1, 2, 1, [[1, 2]]], ["function", name, 1, 2, 1, [[1, 2]]], ["class", "]]><", 3, 0, 0, []],
                        ["function", "", 4, 4, 0, [[4, 4]]]],
            "contexts": [[1, 0, 1, 2, 3], [3, 0], [4, 2]],
        })
    return "\n".join(json.dumps(row) for row in out)
