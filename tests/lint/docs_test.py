"""The documents say what the knob tables say.

SOURCE_ROOT and BUILD_ROOT name the tree and a build of it. FETTLE_ACCEPT=1 writes
docs/config.md anew.
"""
import os
import re
import shutil
import subprocess
import unittest

SOURCE = os.environ["SOURCE_ROOT"]
BUILD = os.environ["BUILD_ROOT"]
FETTLE = os.path.join(BUILD, "fettle")
COMMANDS = ["run", "report", "history", "mark", "bench", "compare", "baseline", "clean", "config"]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def unmarked(text):
    """scdoc's text without its markup."""
    return re.sub(r"\\(.)|[*_]", lambda m: m.group(1) or "", text)


def section(page, title):
    return re.search(rf"(?ms)^# {title}\n\n(.*?)(?=^# |\Z)", page).group(1)


def help_of(command):
    done = subprocess.run([FETTLE, command, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Config(unittest.TestCase):
    def test_config_md_is_what_the_tables_give(self):
        made = read(BUILD, "config.md")
        if os.environ.get("FETTLE_ACCEPT") == "1":
            with open(os.path.join(SOURCE, "docs", "config.md"), "w", encoding="utf-8") as f:
                f.write(made)
        self.assertEqual(read(SOURCE, "docs", "config.md"), made, "docs/config.md is stale; FETTLE_ACCEPT=1 rewrites it")

    def test_every_key_of_the_man_page_is_in_config_md(self):
        keys = re.findall(r"(?m)^\*([\w-]+)\*: _", read(BUILD, "fettle.yaml.5.scd"))
        self.assertGreater(len(keys), 20)
        for key in keys:
            self.assertIn(f"| `{key}` |", read(SOURCE, "docs", "config.md"))


@unittest.skipUnless(os.path.exists(FETTLE), "needs build/fettle")
class Pages(unittest.TestCase):
    def test_synopsis_is_the_usage_of_help(self):
        for command in COMMANDS:
            with self.subTest(command):
                usage = help_of(command).splitlines()[0]
                page = unmarked(section(read(BUILD, f"fettle-{command}.1.scd"), "SYNOPSIS")).strip()
                self.assertEqual(usage, "Usage: " + page)

    def test_options_are_those_of_help(self):
        option = r"(?m)^ *\*?(?:-\w\*?, )?\*?(--[\w-]+)"
        for command in COMMANDS:
            with self.subTest(command):
                told = re.findall(r"(?m)^  (?:-\w, |    )(--[\w-]+)", help_of(command))
                page = section(read(BUILD, f"fettle-{command}.1.scd"), "OPTIONS")
                self.assertIn("--help", told)
                self.assertEqual(re.findall(option, page), told)

    def test_the_overview_names_every_command(self):
        page = read(BUILD, "fettle.1.scd")
        for command in COMMANDS:
            self.assertIn(f"*fettle-{command}*(1)\n\t", page)

    def test_an_option_of_help_is_taken(self):
        done = subprocess.run([FETTLE, "history", "--format=nonsense"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"option '--format': 'nonsense' is none of text\|json")


@unittest.skipUnless(shutil.which("bash"), "needs bash")
class Completion(unittest.TestCase):
    def complete(self, *words):
        script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; '
                  '_fettle; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", os.path.join(BUILD, "fettle.bash"), *words],
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands(self):
        self.assertEqual(self.complete("fettle", "r"), ["run", "report"])

    def test_options_of_the_command(self):
        self.assertEqual(self.complete("fettle", "run", "--re"), ["--results", "--retries", "--repeat"])
        self.assertEqual(self.complete("fettle", "history", "--fl"), ["--flaky"])

    def test_choices_of_an_option_in_both_spellings(self):
        self.assertEqual(self.complete("fettle", "run", "--order", "r"), ["random"])
        self.assertEqual(self.complete("fettle", "run", "--order", "=", "g"), ["given"])
        self.assertEqual(self.complete("fettle", "run", "--order", "="), ["longest", "given", "random"])

    def test_the_other_shells_scripts_parse(self):
        for shell, name in (("zsh", "_fettle"), ("fish", "fettle.fish")):
            with self.subTest(shell):
                if not shutil.which(shell):
                    self.skipTest(f"no {shell} here; its script is checked where there is one")
                done = subprocess.run([shell, "-n", os.path.join(BUILD, name)], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
