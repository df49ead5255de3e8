"""The whole job: a behave suite plain, under coverage.py, and under fettle with and without coverage."""
import os
import subprocess
import sys

from frame import command, execute, interleave, plain_table

PACKAGES = ["behave==1.2.6", "setuptools<81", "jinja2==3.1.6", "coverage==7.17.3"]

STEPS = '''from behave import given, then
import jinja2


@given("a template of {n:d} parts")
def given_template(context, n):
    text = "{% for i in x %}{{ i|upper }}{% if loop.last %}!{% endif %}{% endfor %}" * n
    context.template = jinja2.Environment(cache_size=0).from_string(text)


@then("it renders")
def renders(context):
    assert context.template.render(x="abc" * 50)
'''


def venv(b):
    folder = os.path.join(os.path.dirname(os.path.dirname(b.python)), "cover-whole")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "done")):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
        open(os.path.join(folder, "done"), "w").close()
    return python


def make(root, features):
    os.makedirs(os.path.join(root, "features", "steps"))
    with open(os.path.join(root, "features", "steps", "steps.py"), "w", encoding="utf-8") as f:
        f.write(STEPS)
    for i in range(features):
        with open(os.path.join(root, "features", f"f{i:03}.feature"), "w", encoding="utf-8") as f:
            f.write(f"Feature: f{i}\n")
            f.writelines(f"  Scenario: s{k}\n    Given a template of {k} parts\n    Then it renders\n" for k in range(1, 5))


def cover_whole(b):
    """300 behave features, 1,200 scenarios that render Jinja2 templates; coverage is of the package jinja2."""
    python, root = venv(b), b.folder("cover-whole")
    make(root, 30 if b.quick else 300)
    behave = [os.path.join(os.path.dirname(python), "behave"), "--format", "progress"]
    site = subprocess.run([python, "-c", "import jinja2, os; print(os.path.dirname(jinja2.__file__))"], check=True,
                          capture_output=True, text=True).stdout.strip()
    cover = b.run("-j2", "--cover", "--cover-source", site, "--")
    sides = [
        command("behave", behave, root),
        command("coverage.py run, 1 worker", [python, "-m", "coverage", "run", "--source", site, *behave], root),
        command("fettle -j2", b.run("-j2", "--") + behave, root),
        command("fettle -j2 --cover", cover + behave, root),
    ]
    execute(b.run("-j2", "--") + behave, root)
    samples = interleave(sides, b.rounds)
    b.in_short("300 behave features with coverage of jinja2, 2 workers", samples, "behave", "fettle -j2 --cover",
               "coverage.py run, 1 worker")
    more = samples.ratio("fettle -j2 --cover", "fettle -j2")
    told = "met" if more <= 1.05 else "**missed**"
    return (plain_table(samples, sides, "behave") + "\n\ncoverage.py without its report commands; fettle with all reports. "
            f"Coverage over `fettle run` itself: {more:.2f} (target 1.05: {told}).")
