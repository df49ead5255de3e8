"""embed.py OUT.c NAME=FILE[+FILE...] ... - files as C arrays: NAME[] and NAME_bytes; several become one.

gcc learns #embed with version 15; until then the build makes the arrays.
"""
import pathlib
import sys


def array(name: str, data: bytes) -> str:
    rows = (", ".join(map(str, data[i:i + 24])) for i in range(0, len(data), 24))
    return (
        f"extern const unsigned char {name}[];\nextern const size_t {name}_bytes;\n"
        f"const unsigned char {name}[] = {{\n" + ",\n".join(rows) + "\n};\n"
        f"const size_t {name}_bytes = sizeof({name});\n"
    )


def main() -> None:
    out, *pairs = sys.argv[1:]
    text = ["#include <stddef.h>\n"]
    for pair in pairs:
        name, _, path = pair.partition("=")
        text.append(array(name, b"".join(pathlib.Path(p).read_bytes() for p in path.split("+"))))
    pathlib.Path(out).write_text("\n".join(text))


main()
