"""What `fettle bench exec` adds to a run, and how often `fettle compare` is right."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from frame import Failed, Side, Table, interleave, seconds, verdict

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 20


def build(root, name, *flags):
    out = os.path.join(root, name)
    subprocess.run(["cc", "-O2", *flags, "-o", out, os.path.join(HERE, name.split("-")[0] + ".c")], check=True)
    return out


def told(argv, root):
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise Failed(f"{' '.join(argv[:6])} ended with {done.returncode}: {done.stderr[-500:]}")
    return done


def column(benchmark, metric):
    return next(m for m in benchmark["metrics"] if m["metric"] == metric)


def exec_cost(b, root):
    floor = build(root, "exec_floor")
    sides = []

    def raw():
        lines = told([floor, str(RUNS), "/bin/true"], root).stdout.split()
        return {"wall": statistics.median(map(int, lines[:-1])) / 1e9, "cpu": int(lines[-1]) / 1e9}

    def fettle():
        text = told([b.fettle, "bench", "exec", "-q", "-r", str(RUNS), "--warmup", "1", "-f", "json", "--", "/bin/true"], root).stdout
        doc = json.loads(text)
        return {"wall": column(doc["benchmarks"][0], "wall")["summary"]["median"] / 1e9, "cpu": doc["own_cpu_ns"] / 1e9}

    def hyperfine():
        told(["hyperfine", "-N", "--warmup", "1", "--runs", str(RUNS), "--export-json", "h.json", "/bin/true"], root)
        with open(os.path.join(root, "h.json"), encoding="utf-8") as f:
            return {"wall": json.load(f)["results"][0]["median"], "cpu": 0}

    sides = [Side("vfork, execve, wait4", raw), Side("fettle bench exec", fettle)]
    if shutil.which("hyperfine"):
        sides.append(Side("hyperfine -N", hyperfine))
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        samples = interleave(sides, 3 if b.quick else max(72, b.rounds))
    finally:
        os.sched_setaffinity(0, before)
    table = Table("", "median of medians", "least", "ratio to vfork", "own CPU a run")
    for side in sides:
        cpu = samples.median(side.name, "cpu")
        table.row(side.name, seconds(samples.median(side.name)), seconds(min(samples.get(side.name))),
                  f"{samples.ratio(side.name, 'vfork, execve, wait4'):.3f}", seconds(cpu) if cpu else "")
    ratio = samples.ratio("fettle bench exec", "vfork, execve, wait4")
    own = statistics.median(x - y for x, y in zip(samples.get("fettle bench exec", "cpu"),
                                                  samples.get("vfork, execve, wait4", "cpu")))
    return (f"{table}\n\n{RUNS} runs of /bin/true a round, on one processor. Ratio: {ratio:.3f} (target 1.02: "
            f"{'met' if ratio <= 1.02 else '**missed**'}). Own CPU a run, over that of vfork, execve and wait4: "
            f"{verdict(own, 20e-6)}.")


def exec_memory(b, root):
    """Peaks of small programs that run behind a large one, beside what the kernel told them themselves."""
    work = build(root, "exec_work")
    sizes = [200 << 20, 1, 40 << 20, 1]
    words = []
    for i, size in enumerate(sizes):
        words += (["---"] if i else []) + [work, "memory", str(size), f"peak{i}"]
    doc = json.loads(told([b.fettle, "bench", "exec", "-q", "-r", "10", "-f", "json", "--", *words], root).stdout)
    theirs = {}
    if shutil.which("hyperfine"):
        told(["hyperfine", "-N", "--runs", "10", "--export-json", "m.json",
              *(f"{work} memory {size} hpeak{i}" for i, size in enumerate(sizes))], root)
        with open(os.path.join(root, "m.json"), encoding="utf-8") as f:
            for i, r in enumerate(json.load(f)["results"]):
                if r.get("memory_usage_byte"):
                    theirs[i] = statistics.median(r["memory_usage_byte"])
    table = Table("touches", "the kernel, from inside", "fettle", "off by", "hyperfine")
    for i, size in enumerate(sizes):
        with open(os.path.join(root, f"peak{i}"), encoding="utf-8") as f:
            truth = int(f.read())
        ours = column(doc["benchmarks"][i], "peak_rss")["summary"]["median"]
        table.row(f"{size >> 10} KiB", f"{truth / 2**20:.2f} MiB", f"{ours / 2**20:.2f} MiB", f"{(ours - truth) / 1024:+.0f} KiB",
                  f"{theirs[i] / 2**20:.2f} MiB" if i in theirs else "tells none")
    return f"{table}\n\nBelow {doc['floor_rss_bytes'] / 2**20:.2f} MiB nothing can be told apart."


def steps_a_us(root):
    """How many steps of exec_work are 1 us here."""
    work = build(root, "exec_work")
    usage = []
    for _ in range(5):
        pid = os.posix_spawn(work, [work, "cpu", "50000"], os.environ)
        _, _, ru = os.wait4(pid, 0)
        usage.append(ru.ru_utime + ru.ru_stime)
    return 1000 * 0.05 / statistics.median(usage)


class Neighbour:
    """Somebody who wants the processors now and then: bursts of 20 to 200 ms, half of the time."""

    def __enter__(self):
        code = ("import random,time\nr=random.Random(1)\nwhile True:\n e=time.monotonic()+r.uniform(.02,.2)\n"
                " while time.monotonic()<e: pass\n time.sleep(r.uniform(.02,.2))")
        self.children = [subprocess.Popen([sys.executable, "-c", code]) for _ in os.sched_getaffinity(0)]

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()


def answers(b, root, times, against, command, *options):
    """Verdicts of all of a comparison and of its metrics, over and over."""
    got = []
    for seed in range(1, times + 1):
        done = told([b.fettle, "compare", "-q", "-f", "json", "--seed", str(seed), *options, "--against",
                     " ".join(against), "--", *command], root)
        doc = json.loads(done.stdout)
        rows = {r["metric"]: r for r in doc["rows"]}
        got.append((doc["verdict"], rows["wall"]["verdict"], rows["cpu"]["verdict"], doc["rounds"]))
        print(".", end="", flush=True, file=sys.stderr)
    return got


def share(got, which, word="regressed"):
    return sum(g[which] == word for g in got), len(got)


def bench_compare(b):
    """`fettle compare`: false alarms with a busy neighbour, and what it finds of planted slow-downs."""
    root = b.folder("bench-compare")
    rate = steps_a_us(root)
    work = build(root, "exec_work-static", "-static", f"-DEXEC_STEPS={rate:.0f}")
    times = 3 if b.quick else 40
    begin = time.monotonic()
    table = Table("", "rounds", "regressed", "target")
    with Neighbour():
        for us in (250, 5000):
            got = answers(b, root, times // 2, [work, "cpu", str(us)], [work, "cpu", str(us)])
            n, of = share(got, 0)
            table.row(f"the same command twice, {us} us, busy neighbour", "as many as it takes", f"{n} of {of}", "2 of 40 in all")
    exact = ("--rounds", "40", "--max-rounds", "40")
    for what, which, us, more, options in (
            ("+5 % wall, 0.3 ms", 1, 250, 1.05, ("-m", "wall", "--min-effect", "wall=2")),
            ("+3 % CPU, 1 ms", 2, 1000, 1.03, ("-m", "cpu", "--min-effect", "cpu=1")),
            ("+3 % CPU, 5 ms", 2, 5000, 1.03, ("-m", "cpu", "--min-effect", "cpu=1"))):
        # what the kernel does to start a process is in the time of a run: planted on the whole of it
        got = answers(b, root, times, [work, "cpu", str(us)], [work, "cpu", f"{planted(b, root, work, us, more):.1f}"], *exact, *options)
        n, of = share(got, which)
        table.row(what, "40", f"{n} of {of}", "80 %" if which == 1 else "95 %")
    return f"{table}\n\n{time.monotonic() - begin:.0f} s in all."


def planted(b, root, work, us, more):
    """How long to work so that the whole run takes `more` times as much CPU."""
    doc = json.loads(told([b.fettle, "bench", "exec", "-q", "-r", "200", "-f", "json", "--", work, "cpu", str(us)], root).stdout)
    whole = column(doc["benchmarks"][0], "cpu")["summary"]["median"] / 1000
    return us + (more - 1) * whole


def bench_exec(b):
    """`fettle bench exec` of /bin/true: what is added to a run, and whether the peak memory is right."""
    root = b.folder("bench-exec")
    return exec_cost(b, root) + "\n\n" + exec_memory(b, root)
