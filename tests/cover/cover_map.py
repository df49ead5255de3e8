"""Makes and reads the map of wire/cover_map.h, independently of fettle: for tests and benchmarks."""

import os
import struct

SIZE = 1 << 30
SLOTS = 1 << 16
HEADER = struct.Struct("=QIIQQIIQQQQ10I")
FILE = struct.Struct("=QQqIIII")
CHUNK = struct.Struct("=QQQQ")
MAGIC = 0x50414D5245564F43
BRANCH, CONTEXTS = 1, 2


def make(path, rules=(), flags=0, commit=1 << 20):
    """rules: lines of text."""
    text = "".join(line + "\n" for line in rules).encode()
    slots = (HEADER.size + 7) & ~7
    at = slots + SLOTS * 8
    used = (at + len(text) + 7) & ~7
    header = HEADER.pack(MAGIC, 2, flags, SIZE, slots, SLOTS, len(text), at, used, used + commit, 0, *([0] * 10))
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.posix_fallocate(fd, 0, used + commit)
        os.ftruncate(fd, SIZE)
        os.pwrite(fd, text, at)
        os.pwrite(fd, header, 0)
    finally:
        os.close(fd)


class Map:
    """What lies in a map: files {path: File}; lost and processes as in the header."""

    def __init__(self, path):
        with open(path, "rb") as f:
            fields = HEADER.unpack(f.read(HEADER.size))
            used, self.python_minor = fields[8], fields[19]
            f.seek(0)
            self.bytes = f.read(used)
        self.lost, self.processes, self.used = fields[11:15], fields[15:19], used
        self.files, by_offset = {}, {}
        slots = struct.unpack_from("=%dQ" % SLOTS, self.bytes, fields[4])
        for offset in filter(None, slots):
            file = File(self.bytes, offset)
            self.files[file.path] = by_offset[offset] = file
        offset = fields[10]
        while offset:
            offset = self.chunk(offset, by_offset)

    def chunk(self, offset, by_offset):
        following, file, context, n = CHUNK.unpack_from(self.bytes, offset)
        name_bytes = struct.unpack_from("=Q", self.bytes, context)[0]
        name = self.bytes[context + 8 : context + 8 + name_bytes].decode()
        bits = self.bytes[offset + CHUNK.size : offset + CHUNK.size + n]
        lines = by_offset[file].contexts.setdefault(name, set())
        lines.update(8 * i + b for i, byte in enumerate(bits) for b in range(8) if byte >> b & 1)
        return following


class File:
    def __init__(self, data, offset):
        _, self.size, self.mtime_ns, n_lines, n_arcs, n_path, _ = FILE.unpack_from(data, offset)
        arcs = offset + FILE.size
        lines = arcs + n_arcs * 8
        self.path = os.fsdecode(data[lines + n_lines : lines + n_lines + n_path])
        self.lines = {i for i, byte in enumerate(data[lines : lines + n_lines]) if byte}
        pairs = struct.iter_unpack("=ii", data[arcs:lines])
        self.arcs = {(start, end) for end, start in pairs if start or end}
        self.contexts = {}
