"""The agent in behave, as fettle drives it."""

import json
import os
import signal
import time

import driver
import pythons

BAD = {
    "passes": "passed",
    "fails": "failed",
    "fails bare": "failed",
    "raises": "failed",
    "has no step": "failed",
    "fails inside": "failed",
    "hook before": "error",
    "hook after": "error",
    "hook of a tag": "error",
    "hook of a step": "error",
    "fixture": "error",
    "cleanup": "error",
    "skipped by its tag": "skipped",
    "skipped by a step": "skipped",
    "rows -- @1.1 of both": "passed",
    "rows -- @1.2 of both": "failed",
    "never runs": "skipped",
    "one": "skipped",
    "two": "skipped",
    "passes at the end": "passed",
}


class Behave(driver.Workers):
    framework = "behave"

    def command(self, *options):
        return [self.python, "-m", "behave", "-f", "plain", "--no-color"] + list(options)


class Pull(Behave):
    def test_hello_says_who_is_there_before_the_suite_is_loaded(self):
        worker = self.worker("unloadable")
        hello = worker.hear()
        self.assertEqual((hello["say"], hello["framework"], hello["pid"]), ("hello", "behave", worker.process.pid))
        self.assertEqual(hello["version"].split(".")[:2], [str(n) for n in self.modules["behave"]])
        self.assertRegex(hello["language"], r"^python 3\.\d+\.\d+$")

    def test_units_are_taken_one_after_the_other_and_the_worker_ends_well(self):
        worker = self.worker("good")
        units = worker.list()
        self.assertEqual([unit["name"] for unit in units], ["features/other.feature", "features/shelf.feature"])
        for unit in units:
            self.assertEqual(unit["size"], os.path.getsize(os.path.join(worker.suite, unit["name"])))
        self.assertEqual(worker.run(["features/shelf.feature"], first=7), {"say": "done", "unit": 7})
        self.assertEqual(worker.run(["features/other.feature"], first=8), {"say": "done", "unit": 8})
        self.assertEqual(worker.finish(), 0)
        said = [message["say"] for message in worker.said]
        self.assertEqual((said[0], sorted(said[1:3]), said[3:]), ("hello", ["ready", "units"], ["done", "done"]))
        self.assertEqual([(u["unit"], u["st"]) for u in worker.spans("unit")], [(7, "passed"), (8, "passed")])
        self.assertEqual(set(worker.verdicts().values()), {"passed"})
        self.assertEqual(len(worker.tests()), 5)

    def test_spans_lie_inside_one_another(self):
        worker = self.pull("good")
        spans = {span["id"]: span for span in worker.spans()}
        for span in spans.values():
            self.assertEqual(span["src"], "injected")
            outer = spans.get(span.get("in"))
            if outer:
                self.assertGreaterEqual(span["t"], outer["t"], (span, outer))
                self.assertLessEqual(span["t"] + span["d"], outer["t"] + outer["d"], (span, outer))
        kinds = {(span["kind"], spans[span["in"]]["kind"]) for span in spans.values() if "in" in span}
        for pair in (
            ("suite", "unit"),
            ("test", "suite"),
            ("step", "test"),
            ("step", "step"),
            ("hook", "step"),
            ("hook", "suite"),
            ("fixture", "hook"),
            ("fixture", "test"),
        ):
            self.assertIn(pair, kinds)

    def test_hooks_that_run_once_lie_in_the_worker(self):
        hooks = self.by_name(self.pull("good").spans("hook"))
        self.assertNotIn("in", hooks["before_all"])
        self.assertNotIn("in", hooks["after_all"])
        self.assertEqual(hooks["before_tag"]["tag"], "table")

    def test_a_step_names_its_definition(self):
        steps = self.by_name(self.pull("good").spans("step"))
        step = steps["Then it holds 6"]
        with open(os.path.join(driver.FIXTURES, "behave/good/features/steps/shelf_steps.py")) as source:
            line = source.read().splitlines().index("def holds(context, count):")
        self.assertEqual(step["file"], "features/steps/shelf_steps.py")
        self.assertIn(step["line"], (line, line + 1))

    def test_every_verdict(self):
        worker = self.pull("bad")
        self.assertEqual(worker.verdicts(), BAD)
        self.assertEqual(worker.code, 1)
        units = {unit["name"].split("/")[-1]: unit["st"] for unit in worker.spans("unit")}
        self.assertEqual(
            units,
            {
                "bad.feature": "error",
                "feature_hook.feature": "error",
                "skipped.feature": "skipped",
                "zz_good.feature": "passed",
            },
        )

    def test_messages_say_why(self):
        tests = self.by_name(self.pull("bad").tests())
        for name, parts in {
            "fails": ("And a failing step\n", 'features/steps/steps.py", line', "AssertionError: one is not two"),
            "raises": ("KeyError: 'missing'",),
            "has no step": ("undefined step: Given a step that nobody wrote",),
            "fails inside": ("one is not two",),
            "hook before": (
                "HOOK-ERROR in before_scenario",
                "ValueError: before breaks",
                'features/environment.py", line',
            ),
            "hook of a step": ("before_step breaks",),
            "fixture": ("no disk",),
            "cleanup": ("scenario cleanup", "OSError: cannot clean"),
            "skipped by its tag": ("not today",),
            "skipped by a step": ("skipped by a step",),
            "never runs": ("not run: HOOK-ERROR in before_feature",),
        }.items():
            for part in parts:
                self.assertIn(part, tests[name]["msg"], name)
            if name != "fails inside":
                self.assertNotIn(os.sep + "behave" + os.sep + "model.py", tests[name]["msg"], name)
        self.assertIn("printed to stdout", tests["fails"]["text"])
        self.assertIn("printed to stderr", tests["fails"]["text"])
        if self.modules["behave"] < [1, 3]:
            # Later ones leave the log of a step to the terminal.
            self.assertIn("a line of log", tests["fails"]["text"])
        self.assertNotIn("text", tests["passes"])
        self.assertNotIn("msg", tests["passes"])

    def test_keys_run_just_that_scenario(self):
        worker = self.pull("bad")
        for name in ("fails", "rows -- @1.2 of both"):
            key = self.by_name(worker.tests())[name]["key"]
            self.assertEqual(self.pull("bad", units=[key]).verdicts(), {name: "failed"}, key)

    def test_a_feature_that_cannot_be_parsed_is_an_error_and_the_rest_runs(self):
        worker = self.pull("broken")
        self.assertEqual(worker.verdicts(), {"features/broken.feature": "error", "one": "passed"})
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["error", "passed", "passed"])
        self.assertIn("Failed to parse", worker.spans("unit")[0]["msg"])
        self.assertEqual(worker.code, 1)

    def test_a_unit_that_is_not_there_is_an_error(self):
        worker = self.pull("good", units=["features/none.feature", "features/other.feature"])
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["error", "passed"])
        self.assertEqual(worker.code, 1)

    def test_steps_that_cannot_be_loaded_are_a_fault(self):
        worker = self.worker("unloadable")
        fault = worker.hear_until("fault")
        self.assertIn("RuntimeError: steps cannot be loaded", fault["msg"])
        self.assertNotEqual(worker.wait(), 0)
        self.assertIsNone(worker.hear())

    def test_a_broken_before_all_is_a_fault(self):
        worker = self.worker("allhook", environment={"BREAK": "before_all"})
        self.assertIn("AssertionError: before_all breaks", worker.hear_until("fault")["msg"])
        self.assertEqual(worker.wait(), 1)

    def test_a_broken_after_all_is_told_of_the_worker(self):
        worker = self.pull("allhook", environment={"BREAK": "after_all"})
        hook = self.by_name(worker.spans("hook"))["after_all"]
        self.assertEqual((hook["st"], "in" in hook), ("error", False))
        self.assertIn("after_all breaks", hook["msg"])
        self.assertEqual(worker.verdicts(), {"one": "passed"})
        self.assertEqual(worker.code, 1)

    def test_a_folder_without_steps_is_a_fault(self):
        worker = self.worker("good", "features/../steps_are_elsewhere")
        self.assertIsNotNone(worker.hear_until("fault"))
        self.assertEqual(worker.wait(), 1)

    def test_an_exit_leaves_what_was_before_it_and_names_its_victim(self):
        worker = self.pull("crash", units=["features/exit.feature"])
        self.assertEqual(worker.code, 5)
        self.assertEqual(worker.verdicts(), {"before": "passed", "exits": None})
        self.assertNotIn("st", worker.spans("unit")[0])

    def test_a_crash_names_its_victim(self):
        worker = self.pull("crash", units=["features/segv.feature"])
        self.assertEqual(worker.code, -signal.SIGSEGV)
        self.assertEqual(worker.verdicts(), {"crashes": None})

    def test_an_exit_in_a_feature_hook_loses_no_verdict(self):
        worker = self.pull("crash", units=["features/hook.feature"])
        self.assertEqual(worker.code, 7)
        self.assertEqual(worker.verdicts(), {"passes before the hook exits": "passed"})

    def test_a_hung_scenario_can_be_dumped(self):
        worker = self.worker("hang")
        worker.say(do="run", units=[[1, "features/hang.feature", 1]])
        self.assertTrue(driver.wait_for(lambda: any(test["name"] == "hangs" for test in worker.tests())))
        time.sleep(0.2)
        worker.process.send_signal(signal.SIGUSR2)
        self.assertTrue(driver.wait_for(lambda: "in waits" in driver.read(worker.dump)))
        self.assertIsNone(worker.process.poll())

    def test_much_output_is_cut_at_head_and_tail(self):
        test = self.by_name(self.pull("noisy").tests())["fails noisily"]
        self.assertGreater(test["size"], 500000)
        self.assertLessEqual(len(test["text"].encode()), 64 << 10)
        self.assertIn("line 0 of noise", test["text"])
        self.assertTrue(test["text"].rstrip().endswith("xxxxxxxx"))
        self.assertLessEqual(len(test["msg"].encode()), 16 << 10)
        self.assertIn("bytes left out", test["msg"])

    def test_what_the_tests_start_is_not_injected(self):
        worker = self.pull("nested")
        self.assertEqual(set(worker.verdicts().values()), {"passed"}, worker.output())
        self.assertEqual(len(worker.tests()), 4)
        self.assertEqual(len({row.get("pid") for row in worker.rows()}), 1)

    def test_a_model_that_a_step_runs_in_this_process_is_part_of_the_step(self):
        worker = self.pull("nested")
        test = [test for test in worker.tests() if test["name"] == "a model in the same process"][0]
        steps = [span for span in worker.spans("step") if span["in"] == test["id"]]
        self.assertEqual([step["name"] for step in steps], ["Given I run a model in this process", "And steps of a step are run"])
        inside = [span["name"] for span in worker.spans() if span.get("in") in [step["id"] for step in steps]]
        self.assertEqual(inside, ["Given the environment is clean"])
        self.assertEqual([suite["name"] for suite in worker.spans("suite")], ["Nested"])

    def test_hostile_names_come_through_whole(self):
        worker = self.pull("names")
        names = [test["name"] for test in worker.tests()]
        self.assertEqual(names[:2], ['名前 \\ "quoted" \U0001f98a', "bell \x07 escape \x1b[31m delete \x7f"])
        self.assertEqual(names[2], "features/names.feature:9")
        self.assertEqual(worker.spans("suite")[0]["name"], 'Имена <script>alert(1)</script> ]]> "&"')

    def test_many_step_hooks_are_told_as_one_span_a_kind(self):
        hooks = [hook for hook in self.pull("manyhooks").spans("hook") if hook["name"].endswith("_step")]
        self.assertEqual([(hook["name"], hook["count"]) for hook in hooks], [("before_step", 50), ("after_step", 50)])

    def test_tags_that_leave_a_scenario_out_leave_no_row(self):
        worker = self.pull("selected", "--tags=slow")
        self.assertEqual(
            set(worker.verdicts()), {"first slow", "rows -- @1.1 slow", "rows -- @1.2 slow", "second slow"}
        )
        self.assertEqual(worker.code, 0)

    def test_names_that_leave_a_scenario_out_leave_no_row(self):
        self.assertEqual(set(self.pull("selected", "-n", "first").verdicts()), {"first slow", "first quick"})

    def test_list_with_tests_tells_the_selected_keys(self):
        worker = self.worker("selected", "--tags=slow")
        units = {unit["name"]: unit for unit in worker.list(tests=True)}
        one = units["features/one.feature"]
        self.assertEqual(one["tests"], 3)
        self.assertEqual(
            [key["name"] for key in one["keys"]], ["first slow", "rows -- @1.1 slow", "rows -- @1.2 slow"]
        )
        self.assertEqual(units["features/three.feature"]["tests"], 0)
        self.assertEqual(worker.finish(), 0)
        again = self.pull("selected", "--tags=slow", units=[key["key"] for key in one["keys"]])
        self.assertEqual(len(again.verdicts()), 3)

    def test_list_of_some_names_is_about_these(self):
        worker = self.worker("selected")
        self.assertEqual(len(worker.list()), 3)
        worker.run(["features/three.feature"])
        units = worker.list(tests=True, names=["features/deep/two.feature", "features/none.feature"])
        self.assertEqual([unit["name"] for unit in units], ["features/deep/two.feature", "features/none.feature"])
        self.assertEqual(
            [key["key"] for key in units[0]["keys"]], ["features/deep/two.feature:4", "features/deep/two.feature:8"]
        )
        self.assertNotIn("keys", units[1])
        self.assertEqual(worker.finish(), 0)

    def test_where_files_are_written_tests_are_listed_only_to_choose_from(self):
        worker = self.worker("selected", "--junit", "--junit-directory", "out")
        names = ["features/deep/two.feature"]
        self.assertNotIn("keys", worker.list(tests=True, names=names)[0])
        self.assertEqual(len(worker.list(tests=True, names=names, choose=True)[0]["keys"]), 2)
        self.assertEqual(worker.finish(), 0)

    def test_list_obeys_arguments_exclusion_and_list_files(self):
        for options, names in (
            (["--exclude", "deep"], ["features/one.feature", "features/three.feature"]),
            (
                ["features/one.feature:5", "features/three.feature"],
                ["features/one.feature:5", "features/three.feature"],
            ),
            (["@features/some.txt"], ["features/one.feature:5", "features/deep/two.feature"]),
        ):
            worker = self.worker("selected", *options)
            self.assertEqual([unit["name"] for unit in worker.list()], names)
            self.assertEqual(worker.finish(), 0)

    def test_stop_ends_the_worker_and_is_said(self):
        worker = self.worker("bad", "--stop")
        worker.say(do="run", units=[[1, "features/bad.feature", 1], [2, "features/zz_good.feature", 1]])
        self.assertEqual(worker.hear_until("stop")["unit"], 1)
        self.assertEqual(worker.wait(), 1)
        self.assertEqual(worker.verdicts(), {"passes": "passed", "fails": "failed"})
        self.assertEqual(len(worker.spans("unit")), 1)

    def test_a_dry_run_runs_nothing(self):
        worker = self.pull("good", "--dry-run")
        self.assertEqual(set(worker.verdicts().values()), {"skipped"})
        self.assertEqual(worker.spans("hook"), [])

    def test_a_retry_is_a_further_attempt(self):
        worker = self.worker("good")
        worker.run(["features/other.feature"])
        worker.run(["features/other.feature"], attempt=2)
        self.assertEqual(worker.finish(), 0)
        self.assertEqual([unit["attempt"] for unit in worker.spans("unit")], [1, 2])
        self.assertEqual([test.get("attempt", 1) for test in worker.tests()], [1, 2])

    def test_a_scenario_that_goes_elsewhere_does_not_take_the_others_along(self):
        worker = self.pull("wander")
        self.assertEqual(worker.verdicts(), {"leaves": "passed", "leaves too": "passed"})
        self.assertEqual([test["file"] for test in worker.tests()], ["features/one.feature", "features/two.feature"])

    def test_end_of_file_means_end(self):
        worker = self.worker("good")
        worker.run(["features/other.feature"])
        worker.connection.close()
        self.assertEqual(worker.wait(), 0)
        self.assertIn("after_all", self.by_name(worker.spans("hook")))

    def test_each_worker_writes_its_own_files(self):
        worker = self.pull(
            "good",
            "-f",
            "json",
            "-o",
            "out/one.json",
            "-f",
            "json",
            "-o",
            "out/two/one.json",
            "--junit",
            "--junit-directory",
            "out/junit",
        )
        notes = {os.path.relpath(note["path"], worker.suite): note for note in worker.rows() if note["ev"] == "note"}
        self.assertFalse(os.path.exists(os.path.join(worker.suite, "out")))
        # The first output belongs to the formatter of the command line above.
        for path in notes:
            self.assertTrue(notes[path]["file"].startswith(worker.worker_dir + "/out/"))
        self.assertEqual(len({note["file"] for note in notes.values()}), 3)
        with open(notes["out/two/one.json"]["file"]) as report:
            self.assertEqual(len(json.load(report)), 2)
        self.assertEqual(len(os.listdir(notes["out/junit"]["file"])), 2)

    def test_rules_are_run_and_their_hooks_told(self):
        if self.modules["behave"] < [1, 3]:
            self.skipTest("no rules before behave 1.3")
        worker = self.pull("rules")
        self.assertEqual(set(worker.verdicts().values()), {"passed"})
        self.assertEqual(len(worker.tests()), 4)
        self.assertIn("before_rule", self.by_name(worker.spans("hook")))
        inside = self.by_name(worker.tests())["inside the first"]["key"]
        self.assertEqual(set(self.pull("rules", units=[inside]).verdicts()), {"inside the first"})


class Observe(Behave):
    def test_verdicts_are_those_of_pull(self):
        worker = self.observe("bad")
        self.assertEqual(worker.verdicts(), BAD)
        self.assertEqual(worker.code, 1)
        self.assertEqual(worker.spans("unit"), [])

    def test_every_row_has_its_process(self):
        worker = self.observe("good")
        self.assertEqual({row["pid"] for row in worker.rows()}, {worker.process.pid})
        self.assertEqual(len(worker.tests()), 5)

    def test_a_crash_names_its_victim(self):
        worker = self.observe("crash", "features/exit.feature")
        self.assertEqual(worker.code, 5)
        self.assertEqual(worker.verdicts(), {"before": "passed", "exits": None})

    def test_only_the_line_asked_for_is_told(self):
        self.assertEqual(set(self.observe("selected", "features/one.feature:5").verdicts()), {"first slow"})

    def test_what_the_tests_start_is_not_injected(self):
        worker = self.observe("nested")
        self.assertEqual(set(worker.verdicts().values()), {"passed"}, worker.output())
        self.assertEqual(len({row["pid"] for row in worker.rows()}), 1)

    def test_an_outfile_stays_where_it_is_wanted(self):
        worker = self.observe("good", "-o", "plain.txt")
        self.assertTrue(os.path.exists(os.path.join(worker.suite, "plain.txt")))


pythons.cases("behave", (Pull, Observe), globals())
