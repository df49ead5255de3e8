"""What a suite says in its output and its log files, as phases of the run."""

import json
import unittest

import real_test
from real_test import needs

RULES = ["--line-rule", r"begin deploy {}=^Deploying (\S+)", "--line-rule", r"end deploy {}=^Deployed (\S+)",
         "--line-rule", r"step {}=^log: (\w+)", "--line-rule", "count retry=retrying"]


class Said(real_test.Case):
    def rows(self, out="out"):
        with open(self.path(out, "events.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def phases(self, out="out"):
        """name -> (begin, end, the row around it, status) of phases that lines told of."""
        rows, found = self.rows(out), {}
        for row in rows:
            if row.get("kind") == "phase" and row.get("src") == "log" and row["ev"] == "begin":
                end = next(r for r in rows if r["ev"] == "end" and r.get("id") == row["id"])
                found[row["name"]] = row["t"], end["t"], row.get("in"), end["st"]
        return found

    def test_a_process_a_unit(self):
        self.write("t/a.sh", "echo Deploying a\nsleep 0.1\necho Deployed a\necho log: one >$FETTLE_WORKER_DIR/app.log\n"
                             "sleep 0.3\necho log: two >>$FETTLE_WORKER_DIR/app.log\necho retrying\necho Deploying b\n")
        self.sh(*RULES)
        found, unit = self.phases(), next(r["id"] for r in self.rows() if r.get("kind") == "unit")
        self.assertEqual(set(found), {"deploy a", "deploy b", "one", "two"})
        self.assertEqual({p[2] for p in found.values()}, {unit})
        self.assertGreaterEqual(found["deploy a"][1] - found["deploy a"][0], 90_000_000)
        self.assertLessEqual(found["one"][1], found["two"][0])
        self.assertEqual([found[name][3] for name in ("deploy a", "deploy b", "two")], ["passed", "unfinished", "passed"])
        self.assertEqual([r["num"] for r in self.rows() if r["ev"] == "value" and r["name"] == "retry"], [1])

    @needs("behave")
    def test_workers_that_stay(self):
        self.write("features/environment.py", "import time\n\n\ndef before_all(context):\n"
                   "    print('Deploying all', flush=True)\n    time.sleep(1)  # lines are known by their arrival\n")
        self.write("features/steps/s.py", "from behave import step\nimport time\n\n\n@step('it deploys {what}')\n"
                   "def deploys(context, what):\n    context.config.stdout_capture = False\n"
                   "    import sys\n    for word in ('Deploying', 'Deployed'):\n"
                   "        sys.__stdout__.write('%s %s\\n' % (word, what))\n        sys.__stdout__.flush()\n        time.sleep(.1)\n")
        for name in "ab":
            self.write(f"features/{name}.feature", f"Feature: {name}\n  Scenario: x\n    Given it deploys {name}\n")
        self.run_it("-j1", *RULES, "--", "behave")
        found = self.phases()
        units = {r["name"]: r["id"] for r in self.rows() if r.get("kind") == "unit" and r["ev"] == "begin"}
        self.assertEqual(found["deploy a"][2], units["features/a.feature"])
        self.assertEqual(found["deploy b"][2], units["features/b.feature"])
        # before_all is the worker's, and outlives the units
        self.assertNotIn(found["deploy all"][2], units.values())
        self.assertGreater(found["deploy all"][1], found["deploy b"][0])

    def test_a_container_without_a_tap(self):
        self.write("t/a.sh", "echo 'Creating container for image registry:2'\necho 'Container created: 0123456789ab'\n"
                             "echo 'Starting container: 0123456789ab'\nsleep 0.1\necho 'Container started: 0123456789ab'\n"
                             "sleep 0.05\necho 'Container is ready: 0123456789ab'\n")
        self.sh()
        rows = self.rows()
        begun = next(r for r in rows if r.get("kind") == "container")
        self.assertEqual((begun["image"], begun["cid"], begun["src"]), ("registry:2", "0123456789ab", "log"))
        calls = {r["name"]: r.get("d", 0) for r in rows if r.get("kind") == "call" and r["in"] == begun["id"]}
        self.assertEqual(set(calls), {"create", "start"})
        self.assertGreaterEqual(calls["start"], 90_000_000)

    def test_a_bad_rule_is_wrong_use(self):
        done = self.fettle("run", "--line-rule", "begin x", "--", "true")
        self.assertEqual((done.returncode, done.err), (2, "fettle run: bad rule 'begin x': it goes on with NAME=REGEX\n"))


if __name__ == "__main__":
    unittest.main()
