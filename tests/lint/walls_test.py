"""The walls hold: each breach, put into a copy of the house, is caught and named.

SOURCE_ROOT and BUILD_ROOT name the tree and a build of it.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SOURCE_ROOT"]
BUILD = os.environ["BUILD_ROOT"]
CC = os.environ.get("CC", "cc").split()


class Walls(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="walls.")
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(os.path.join(SOURCE, "src"), os.path.join(self.root, "src"))
        for archive in glob.glob(os.path.join(BUILD, "lib*.a")):
            objects = sorted(glob.glob(archive + ".p/*.o"))
            if objects:
                subprocess.run(["ar", "rcs", os.path.join(self.root, os.path.basename(archive))] + objects, check=True)

    def put(self, path, text, compiled=True):
        """Adds a file to the copy and, compiled, to its room's library."""
        room, name = path.split("/")
        os.makedirs(os.path.join(self.root, "src", room), exist_ok=True)
        with open(os.path.join(self.root, "src", path), "w", encoding="utf-8") as f:
            f.write(text)
        if not compiled:
            return
        obj = os.path.join(self.root, f"src_{room}_{name}.o")
        subprocess.run(CC + ["-std=c17", "-D_GNU_SOURCE", "-O1", "-w", "-fno-builtin", "-I", os.path.join(self.root, "src"),
                             "-c", os.path.join(self.root, "src", path), "-o", obj], check=True)
        subprocess.run(["ar", "rcs", os.path.join(self.root, f"lib{room}.a"), obj], check=True)

    def walls(self):
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "walls"), self.root, self.root],
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done

    def assert_caught(self, line):
        done = self.walls()
        self.assertIn(line, done.stdout.splitlines())
        self.assertEqual(done.returncode, 1)

    def assert_clean(self):
        """Nothing is said of what was put in; what the tree itself does is for tools/walls to tell."""
        self.assertNotIn("injected", self.walls().stdout)

    def test_a_house_in_order_passes(self):
        for path in glob.glob(os.path.join(self.root, "src", "*")) + glob.glob(os.path.join(self.root, "lib*.a")):
            if os.path.basename(path) not in ("wire", "base", "libwire.a", "libbase.a"):
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        done = self.walls()
        self.assertEqual(done.stdout, "all walls stand\n")
        self.assertEqual(done.returncode, 0)

    def test_a_house_that_was_not_built_is_no_house(self):
        for path in glob.glob(os.path.join(self.root, "lib*.a")):
            os.remove(path)
        self.assert_caught(f"{self.root}: no libraries of rooms")

    def test_a_pure_file_passes(self):
        self.put("analyse/injected.c", '#include "base/str.h"\n#include <math.h>\n#include <stdlib.h>\n'
                 "double injected(struct str s, double x)\n{\n\treturn str_hash(s, 1) + sqrt(x);\n}\n")
        self.assert_clean()

    def test_an_include_of_a_room_that_is_out_of_reach(self):
        self.put("analyse/injected.c", '#include "config/knob.h"\n', compiled=False)
        self.assert_caught("src/analyse/injected.c:1: analyse may not include config/knob.h")

    def test_an_include_from_below(self):
        self.put("base/injected.h", "#pragma once\n #  include \"config/knob.h\"\n", compiled=False)
        self.assert_caught("src/base/injected.h:2: base may not include config/knob.h")

    def test_an_include_without_a_room(self):
        self.put("base/injected.c", '#include "str.h"\n', compiled=False)
        self.assert_caught('src/base/injected.c:1: include "str.h" is not of the form "room/file.h"')

    def test_a_call_into_a_room_that_is_out_of_reach_without_its_header(self):
        self.put("report/injected.c", "void knob_defaults(void);\nvoid injected(void)\n{\n\tknob_defaults();\n}\n")
        self.assert_caught("report/injected.c: calls knob_defaults, which lives in config")

    def test_analyse_opens_a_file(self):
        self.put("analyse/injected.c", "#include <fcntl.h>\nint injected(void)\n{\n\treturn open(\"x\", O_RDONLY);\n}\n")
        self.assert_caught("analyse/injected.c: reaches open, which is outside")

    def test_analyse_opens_a_large_file(self):
        self.put("analyse/injected.c", "#define _FILE_OFFSET_BITS 64\n#include <fcntl.h>\n"
                 "int injected(void)\n{\n\treturn open(\"x\", O_RDONLY);\n}\n")
        self.assert_caught("analyse/injected.c: reaches open, which is outside")

    def test_analyse_reads_a_clock(self):
        self.put("analyse/injected.c", "#include <time.h>\nlong injected(void)\n{\n\treturn time(0);\n}\n")
        self.assert_caught("analyse/injected.c: reaches time, which is outside")

    def test_analyse_reads_a_clock_through_base(self):
        self.put("analyse/injected.c", '#include "base/clock.h"\nlong injected(void)\n{\n\treturn clock_mono_ns();\n}\n')
        self.assert_caught("analyse/injected.c: reaches clock_gettime through clock_mono_ns, which is outside")

    def test_analyse_reads_the_environment(self):
        self.put("analyse/injected.c", "#include <stdlib.h>\nint injected(void)\n{\n\treturn !getenv(\"X\");\n}\n")
        self.assert_caught("analyse/injected.c: reaches getenv, which is outside")

    def test_analyse_starts_a_thread(self):
        self.put("analyse/injected.c", "#include <pthread.h>\nint injected(pthread_t *t, void *(*f)(void *))\n{\n"
                 "\treturn pthread_create(t, 0, f, 0);\n}\n")
        self.assert_caught("analyse/injected.c: reaches pthread_create, which is outside")

    def test_one_name_in_two_rooms(self):
        self.put("analyse/injected.c", "int twice(void)\n{\n\treturn 1;\n}\n")
        self.put("config/injected_too.c", "int twice(void)\n{\n\treturn 2;\n}\n")
        self.assert_caught("config/injected_too.c: twice is also in analyse/injected.c")

    def test_analyse_calls_malloc(self):
        self.put("analyse/injected.c", "#include <stdlib.h>\nvoid *injected(void)\n{\n\treturn malloc(9);\n}\n")
        self.assert_caught("analyse/injected.c: calls malloc; only base/mem.c does")
        self.assert_caught("analyse/injected.c: reaches malloc, which is outside")

    def test_memory_through_base_is_no_breach(self):
        self.put("analyse/injected.c", '#include "base/mem.h"\nvoid *injected(void)\n{\n\treturn mem_alloc(9);\n}\n')
        self.assert_clean()

    def test_a_room_calls_malloc(self):
        self.put("config/injected.c", "#include <stdlib.h>\nvoid *injected(void)\n{\n\treturn malloc(9);\n}\n")
        self.assert_caught("config/injected.c: calls malloc; only base/mem.c does")
        self.assert_caught("src/config/injected.c:4: malloc is called by base/mem.c only")

    def test_a_room_takes_memory_by_way_of_strdup(self):
        self.put("config/injected.c", "#include <string.h>\nchar *injected(char *s)\n{\n\treturn strdup(s);\n}\n")
        self.assert_caught("config/injected.c: calls strdup; only base/mem.c does")

    def test_a_banned_call(self):
        for name, call in (("strcpy", "strcpy(a, b)"), ("sprintf", "sprintf(a, b, a)"), ("system", "system(b)"),
                           ("gmtime", "gmtime((void *)b)"), ("strtok", "strtok(a, b)"), ("popen", "popen(a, b)")):
            with self.subTest(name):
                self.put("base/injected.c", "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n"
                         f"void injected(char *a, const char *b)\n{{\n\t{call};\n}}\n")
                self.assert_caught(f"base/injected.c: calls {name}, which is not used in this house")
                self.assert_caught(f"src/base/injected.c:7: {name} is not used in this house")

    def test_a_fortified_call_is_the_same_call(self):
        self.put("base/injected.c", "int __sprintf_chk(char *, int, long, const char *, ...);\n"
                 "void injected(char *a)\n{\n\t__sprintf_chk(a, 1, 9, \"%s\", a);\n}\n")
        self.assert_caught("base/injected.c: calls sprintf, which is not used in this house")

    def test_a_banned_word_in_a_comment_or_a_text_is_none(self):
        self.put("base/injected.c", "/* strcpy(a, b) */\nconst char *injected(void)\n{\n"
                 "\treturn \"system(x) \\\" popen(y)\"; // gets(z)\n}\n")
        self.assert_clean()

    def test_report_opens_a_file(self):
        self.put("report/injected.c", "#include <stdio.h>\nvoid *injected(void)\n{\n\treturn fopen(\"x\", \"r\");\n}\n")
        self.assert_caught("report/injected.c: reaches fopen, which is outside")

    def test_report_writes_to_a_stream_that_nobody_gave(self):
        self.put("report/injected.c", "#include <stdio.h>\nvoid injected(void)\n{\n\tfputs(\"x\", stdout);\n}\n")
        self.assert_caught("report/injected.c: reaches stdout, which is outside")

    def test_a_pure_room_keeps_state(self):
        self.put("analyse/injected.c", "int injected(void)\n{\n\tstatic int calls;\n\treturn ++calls;\n}\n")
        done = self.walls()
        self.assertRegex(done.stdout, r"(?m)^analyse/injected.c: calls(\.\d+)? keeps state between calls$")

    def test_a_constant_table_is_no_state(self):
        self.put("analyse/injected.c", "static const char *const names[] = {\"a\", \"b\"};\n"
                 "const char *injected(int i)\n{\n\treturn names[i];\n}\n")
        self.assert_clean()

    def test_a_name_that_is_taken(self):
        self.put("config/str.c", "int taken;\n", compiled=False)
        self.assert_caught("src/config/str.c: the name is taken by src/base/str.c")

    def test_a_file_in_no_room(self):
        self.put("attic/injected.c", "int attic;\n", compiled=False)
        self.assert_caught("src/attic/injected.c: not in a room")

    def test_a_file_that_is_too_long(self):
        self.put("base/injected.c", "\n" * 1201, compiled=False)
        self.assert_caught("src/base/injected.c: 1201 lines, at most 1200")
        self.put("base/injected.h", "\n" * 301, compiled=False)
        self.assert_caught("src/base/injected.h: 301 lines, at most 300")

    def test_a_function_that_is_too_long(self):
        self.put("base/injected.c", "int injected(void)\n{\n" + "\t;\n" * 101 + "}\n", compiled=False)
        self.assert_caught("src/base/injected.c:2: function of 101 lines, at most 100 (injected)")


if __name__ == "__main__":
    unittest.main()
