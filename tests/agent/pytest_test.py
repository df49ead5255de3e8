"""The agent in pytest, as fettle drives it."""

import glob
import json
import os
import signal
import tempfile
import time

import driver
import pythons
from pythons import needs

BAD = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_raises": "failed",
    "test_setup_error": "error",
    "test_teardown_error": "error",
    "test_fails_and_teardown_error": "error",
    "test_skips": "skipped",
    "test_skipped": "skipped",
    "test_fixture_skips": "skipped",
    "test_xfails": "skipped",
    "test_xpasses": "passed",
    "test_xpasses_strictly": "failed",
    "test_rows[1]": "passed",
    "test_rows[2]": "failed",
    "TestCase::test_equal": "failed",
    "TestCase::test_skip": "skipped",
    "test_good": "passed",
}


class Pytest(driver.Workers):
    framework = "pytest"

    def command(self, *options):
        return [self.python, "-m", "pytest", "-q", "-p", "no:randomly"] + list(options)

    def names(self, worker):
        return [unit["name"] for unit in worker.list()]


class Pull(Pytest):
    def test_hello_says_who_is_there_before_the_suite_is_loaded(self):
        hello = self.worker("unloadable").hear()
        self.assertEqual((hello["say"], hello["framework"]), ("hello", "pytest"))
        self.assertEqual(hello["version"].split(".")[:2], [str(n) for n in self.modules["pytest"]])

    def test_units_are_taken_one_after_the_other_and_the_worker_ends_well(self):
        worker = self.worker("good")
        units = worker.list()
        self.assertEqual(
            {unit["name"] for unit in units}, {"tests/test_house.py", "tests/pack/test_case.py", "tests/sums.doc.txt"}
        )
        for unit in units:
            self.assertEqual(unit["size"], os.path.getsize(os.path.join(worker.suite, unit["name"])))
        self.assertEqual(worker.run(["tests/test_house.py"], first=7), {"say": "done", "unit": 7})
        self.assertEqual(
            worker.run(["tests/sums.doc.txt", "tests/pack/test_case.py"], first=8), {"say": "done", "unit": 9}
        )
        self.assertEqual(worker.finish(), 0)
        self.assertEqual(
            [(u["unit"], u["st"]) for u in worker.spans("unit")], [(7, "passed"), (8, "passed"), (9, "passed")]
        )
        self.assertEqual(set(worker.verdicts().values()), {"passed"})
        self.assertEqual(len(worker.tests()), 8)

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
        self.assertEqual(
            kinds, {("suite", "unit"), ("hook", "unit"), ("test", "suite"), ("step", "test"), ("fixture", "step")}
        )

    def test_fixtures_are_told_with_their_scope_setup_and_teardown(self):
        fixtures = self.pull("good").spans("fixture")
        told = {(fixture["name"], fixture["scope"], fixture["part"]) for fixture in fixtures}
        for name, scope in (("house", "session"), ("door", "module"), ("glass", "class"), ("room", "function")):
            self.assertIn((name, scope, "setup"), told)
            self.assertIn((name, scope, "teardown"), told)
        house = [fixture for fixture in fixtures if fixture["name"] == "house"]
        self.assertEqual((house[0]["file"], house[0]["line"]), ("conftest.py", 4))
        self.assertNotIn("in", house[1])

    def test_fixtures_live_as_long_as_their_scope(self):
        with tempfile.NamedTemporaryFile("r") as counts:
            worker = self.pull("scopes", environment={"COUNTS": counts.name})
            self.assertEqual(worker.code, 0)
            lines = counts.read().split("\n")[:-1]
        for what, times in (("session", 1), ("module", 2), ("class", 2), ("function", 2)):
            self.assertEqual(lines.count("up " + what), times, what)
            self.assertEqual(lines.count("down " + what), times, what)
        self.assertNotIn("down module", lines[lines.index("down session") :])

    def test_package_fixtures_live_while_units_are_of_their_package(self):
        units = ["tests/one/test_1.py", "tests/one/test_2.py", "tests/two/test_1.py", "tests/one/test_1.py"]
        stretches = ["one", "two", "one"] if self.modules["pytest"] >= [8, 0] else ["one", "one", "two", "one"]
        with tempfile.NamedTemporaryFile("r") as counts:
            worker = self.pull("packages", units=units, environment={"COUNTS": counts.name})
            self.assertEqual(worker.code, 0, worker.output())
            lines = counts.read().splitlines()
        told = [way + " " + package for package in stretches for way in ("up", "down")]
        self.assertEqual(lines, ["up house"] + told + ["down house"])

    def test_every_verdict(self):
        worker = self.pull("bad")
        self.assertEqual(worker.verdicts(), dict(BAD, **{"tests/test_skipped.py": "skipped"}))
        self.assertEqual(worker.code, 1)
        units = self.by_name(worker.spans("unit"))
        self.assertEqual(
            {name: unit["st"] for name, unit in units.items()},
            {"tests/test_bad.py": "error", "tests/test_good.py": "passed", "tests/test_skipped.py": "skipped"},
        )

    def test_messages_say_why(self):
        tests = self.by_name(self.pull("bad").tests())
        for name, parts in {
            "test_fails": ("assert 1 == 2", "one is not two", "test_bad.py:14"),
            "test_setup_error": ("OSError: no disk",),
            "test_fails_and_teardown_error": ("the test itself", "OSError: cannot clean"),
            "test_xpasses_strictly": ("it was broken",),
        }.items():
            for part in parts:
                self.assertIn(part, tests[name]["msg"], name)
        for name, message in {
            "test_skips": "not today",
            "test_skipped": "by its mark",
            "test_fixture_skips": "the fixture skips",
            "test_xfails": "xfailed: a known bug",
            "TestCase::test_skip": "as unittest says it",
            "tests/test_skipped.py": "the whole file",
        }.items():
            self.assertEqual(tests[name]["msg"], message)
        self.assertIn("printed to stdout", tests["test_fails"]["text"])
        self.assertIn("printed to stderr", tests["test_fails"]["text"])
        self.assertIn("a line of log", tests["test_fails"]["text"])
        self.assertNotIn("text", tests["test_passes"])
        self.assertNotIn("msg", tests["test_passes"])
        self.assertNotIn("fettle", tests["test_teardown_error"]["msg"])

    def test_phases_say_which_of_them_was_bad(self):
        worker = self.pull("bad")
        tests = self.by_name(worker.tests())
        steps = {(step["in"], step["name"]): step["st"] for step in worker.spans("step")}
        for name, expected in (
            ("test_fails", ("passed", "failed", "passed")),
            ("test_teardown_error", ("passed", "passed", "error")),
        ):
            self.assertEqual(
                tuple(steps[tests[name]["id"], phase] for phase in ("setup", "call", "teardown")), expected
            )
        self.assertEqual(steps[tests["test_setup_error"]["id"], "setup"], "error")
        self.assertNotIn((tests["test_setup_error"]["id"], "call"), steps)

    def test_keys_run_just_that_test(self):
        tests = self.by_name(self.pull("bad").tests())
        for name in ("test_rows[2]", "TestCase::test_equal"):
            worker = self.pull("bad", units=[tests[name]["key"]])
            self.assertEqual(worker.verdicts(), {name: "failed"})

    def test_keys_work_below_the_root(self):
        worker = driver.Worker(self.command(), "pytest/bad")
        worker.close()
        suite = os.path.join(driver.FIXTURES, "pytest", "bad", "tests")
        worker = driver.pull(
            [*self.command("-p", "no:cacheprovider")],
            suite,
            ["test_bad.py::test_fails"],
            copy=False,
            environment={"PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.addCleanup(worker.close)
        test = worker.tests()[0]
        self.assertEqual(
            (test["key"], test["file"], test["st"]), ("test_bad.py::test_fails", "test_bad.py", "failed")
        )

    def test_files_that_cannot_be_collected_are_errors_and_the_rest_runs(self):
        units = ["tests/test_syntax.py", "tests/test_import.py", "tests/test_good.py"]
        worker = self.pull("broken", units=units)
        self.assertEqual(
            worker.verdicts(),
            {"tests/test_syntax.py": "error", "tests/test_import.py": "error", "test_good": "passed"},
        )
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["error", "error", "passed"])
        self.assertIn("no_such_module", worker.spans("unit")[1]["msg"])
        self.assertIn("SyntaxError", worker.spans("unit")[0]["msg"])
        self.assertEqual(worker.code, 2)
        self.assertEqual(self.pull("broken", "--continue-on-collection-errors", units=units).code, 1)

    def test_a_broken_conftest_below_is_never_lost(self):
        worker = self.worker("broken")
        worker.say(do="list")
        answer = worker.hear_until("fault" if self.modules["pytest"] < [8, 0] else "units")
        if self.modules["pytest"] < [8, 0]:
            self.assertIn("the conftest below breaks", answer["msg"])
            self.assertEqual(worker.wait(), 2)
        else:
            self.assertIn("tests/sub", [unit["name"] for unit in answer["units"]])
            worker.run(["tests/sub"])
            self.assertEqual(worker.finish(), 2)
            self.assertEqual(worker.spans("unit")[0]["st"], "error")
            self.assertIn("the conftest below breaks", worker.spans("unit")[0]["msg"])

    def test_a_unit_that_is_not_there_is_an_error(self):
        worker = self.pull("good", units=["tests/none.py", "tests/test_house.py::test_none", "tests/test_house.py"])
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["error", "error", "passed"])
        self.assertNotEqual(worker.code, 0)

    def test_of_several_tests_those_that_are_there_run_and_each_other_is_an_error(self):
        file = "tests/test_house.py::"
        worker = self.pull("good", units=["\n".join(file + name for name in ("test_none", "test_room", "test_no"))])
        self.assertEqual(
            worker.verdicts(), {"test_room": "passed", file + "test_none": "error", file + "test_no": "error"}
        )
        self.assertEqual({test["key"] for test in worker.tests()}, {file + n for n in ("test_none", "test_room", "test_no")})

    def test_a_test_that_is_tried_again_and_has_no_such_name_now_is_left_to_fettle(self):
        worker = self.worker("good", "tests/test_house.py", "tests/test_house.py::test_never")
        file = "tests/test_house.py::"
        worker.run(["\n".join(file + name for name in ("test_none", "test_room")), file + "test_none"], attempt=2)
        worker.run([file + "test_never"], attempt=2, first=3)
        worker.finish()
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["passed", "passed", "error"])
        self.assertEqual(worker.verdicts(), {"test_room": "passed", file + "test_never": "error"})

    def test_a_broken_conftest_at_the_root_is_a_fault(self):
        worker = self.worker("unloadable")
        self.assertIn("RuntimeError: the conftest breaks", worker.hear_until("fault")["msg"])
        self.assertEqual(worker.wait(), 4)

    def test_a_wrong_option_is_a_fault(self):
        worker = self.worker("good", "--no-such-option")
        self.assertIsNotNone(worker.hear_until("fault"))
        self.assertEqual(worker.wait(), 4)

    def test_a_place_that_is_not_there_is_a_fault_when_listed(self):
        worker = self.worker("good", "tests/none.py")
        worker.say(do="list")
        self.assertIn("none.py", worker.hear_until("fault")["msg"])
        self.assertEqual(worker.wait(), 4)

    def test_an_exit_leaves_what_was_before_it_and_names_its_victim(self):
        worker = self.pull("crash", units=["tests/test_exit.py"])
        self.assertEqual(worker.code, 5)
        self.assertEqual(worker.verdicts(), {"test_before": "passed", "test_exits": None})
        self.assertNotIn("st", worker.spans("unit")[0])

    def test_a_crash_names_its_victim(self):
        worker = self.pull("crash", units=["tests/test_segv.py"])
        self.assertEqual(worker.code, -signal.SIGSEGV)
        self.assertEqual(worker.verdicts(), {"test_crashes": None})

    def test_a_hung_test_can_be_dumped(self):
        worker = self.worker("hang")
        worker.say(do="run", units=[[1, "tests/test_hang.py", 1]])
        self.assertTrue(driver.wait_for(lambda: any(test["name"] == "test_hangs" for test in worker.tests())))
        time.sleep(0.2)
        worker.process.send_signal(signal.SIGUSR2)
        self.assertTrue(driver.wait_for(lambda: "in test_hangs" in driver.read(worker.dump)))
        self.assertIsNone(worker.process.poll())

    def test_much_output_is_cut_at_head_and_tail(self):
        test = self.by_name(self.pull("noisy").tests())["test_fails_noisily"]
        self.assertGreater(test["size"], 500000)
        self.assertLessEqual(len(test["text"].encode()), 64 << 10)
        self.assertIn("line 0 of noise", test["text"])
        self.assertTrue(test["text"].rstrip().endswith("xxxxxxxx"))
        self.assertLessEqual(len(test["msg"].encode()), 16 << 10)

    def test_what_the_tests_start_is_not_injected(self):
        worker = self.pull("nested")
        self.assertLessEqual(set(worker.verdicts().values()), {"passed", "skipped"}, worker.output())
        self.assertEqual(len(worker.tests()), 7)
        self.assertNotIn("test_inner", worker.verdicts())

    def test_hostile_names_come_through_whole(self):
        worker = self.pull("names")
        names = [test["name"] for test in worker.tests()]
        self.assertEqual(len(names), 13)
        self.assertLessEqual(max(map(len, names)), 4096)
        self.assertEqual(set(worker.verdicts().values()), {"passed", "failed"})
        self.assertIn("test_name[<script>alert(1)</script>]", names)
        self.assertEqual(names[-1], "test_über")

    def test_a_worker_looks_like_one_of_xdist(self):
        worker = self.pull("worker")
        self.assertEqual(set(worker.verdicts().values()), {"passed"}, worker.output())

    def test_what_every_worker_would_write_is_parted(self):
        worker = self.pull("addopts")
        self.assertEqual(worker.code, 0)
        notes = {note["want"]: note for note in worker.rows() if note["ev"] == "note"}
        self.assertEqual(notes["junit"]["path"], os.path.join(worker.suite, "out", "junit.xml"))
        self.assertNotIn("file", notes["junit"])
        self.assertEqual(notes["log"]["file"], os.path.join(worker.worker_dir, "out", "pytest.log"))
        self.assertTrue(os.path.exists(notes["log"]["file"]))
        self.assertFalse(os.path.exists(os.path.join(worker.suite, "out")))

    def test_list_does_not_open_test_files_and_obeys_the_configuration(self):
        worker = self.worker("selected")
        self.assertEqual(set(self.names(worker)), {"tests/test_one.py", "tests/deep/test_deep.py", "tests/some.case"})
        worker.run(["tests/some.case"])
        self.assertEqual(worker.finish(), 1)
        self.assertEqual(worker.verdicts(), {"first": "passed", "bad": "failed"})

    def test_fixtures_of_a_conftest_are_those_of_its_folder_in_every_unit(self):
        units = ["two/test_two.py", "one/test_one.py", "two/test_again.py"]
        for listed, arguments in ((True, ("one", "two")), (False, ("one", "two")), (True, ()), (False, ())):
            worker = self.worker("conftests", *arguments)
            if listed:
                self.assertEqual(set(self.names(worker)), set(units))
            for unit in units:
                worker.run([unit])
            self.assertEqual(worker.finish(), 0, worker.output())
            names = [span["name"] for span in worker.spans("test")]
            self.assertEqual(
                sorted(names),
                sorted(["test_place", "test_only[1]", "test_only[2]"] * 2 + ["test_again[1]", "test_again[2]"]),
            )

    def test_list_takes_arguments_that_name_tests_as_they_stand(self):
        worker = self.worker("selected", "tests/test_one.py::TestGroup::test_in_group", "more")
        self.assertEqual(
            set(self.names(worker)), {"tests/test_one.py::TestGroup::test_in_group", "more/test_more.py"}
        )
        worker.run(["tests/test_one.py::TestGroup::test_in_group"])
        self.assertEqual(worker.finish(), 0)
        self.assertEqual(worker.verdicts(), {"TestGroup::test_in_group": "passed"})

    def test_list_with_tests_tells_the_selected_keys(self):
        for options, keys in (
            ((), ["test_slow", "test_quick", "TestGroup::test_in_group"]),
            (("-m", "not slow"), ["test_quick", "TestGroup::test_in_group"]),
            (("-k", "slow"), ["test_slow"]),
            (("--deselect", "tests/test_one.py::test_slow"), ["test_quick", "TestGroup::test_in_group"]),
        ):
            worker = self.worker("selected", *options)
            units = {unit["name"]: unit for unit in worker.list(tests=True)}
            unit = units["tests/test_one.py"]
            self.assertEqual([key["name"] for key in unit["keys"]], keys)
            self.assertEqual([key["key"] for key in unit["keys"]], ["tests/test_one.py::" + key for key in keys])
            self.assertEqual(unit["tests"], len(keys))
            worker.run(["tests/test_one.py"])
            self.assertEqual(worker.finish(), 0)
            self.assertEqual(list(worker.verdicts()), keys)

    def test_list_with_tests_tells_what_they_share(self):
        worker = self.worker("scopes", environment={"COUNTS": os.devnull})
        for unit in worker.list(tests=True):
            self.assertEqual([key.get("group") for key in unit["keys"]], [None] + [unit["keys"][1]["group"]] * 2)
            self.assertIn(unit["keys"][1]["group"], ("TestOne", "TestTwo"))
            self.assertTrue(unit["shared"])
        self.assertEqual(worker.finish(), 5)
        worker = self.worker("selected")
        self.assertFalse(any(unit.get("shared") for unit in worker.list(tests=True)))
        self.assertEqual(worker.finish(), 5)

    @needs("xdist")
    def test_what_dist_keeps_on_one_worker_is_a_group(self):
        for dist, groups in (
            ("load", [None, None, "TestGroup"]),
            ("loadfile", ["file"] * 3),
            ("loadscope", ["module", "module", "TestGroup"]),
            ("loadgroup", [None, None, "TestGroup"]),
        ):
            worker = self.worker("selected", "-n", "2", "--dist", dist)
            units = {unit["name"]: unit for unit in worker.list(tests=True)}
            self.assertEqual([key.get("group") for key in units["tests/test_one.py"]["keys"]], groups, dist)
            self.assertEqual(worker.finish(), 5)

    def test_a_part_of_a_file_sets_its_fixtures_up_once(self):
        whole = self.pull("good")
        up = [fixture for fixture in whole.spans("fixture") if fixture["scope"] == "module" and fixture["part"] == "setup"]
        worker = self.worker("good")
        names = [test["key"] for test in whole.tests()]
        files = sorted({name.partition("::")[0] for name in names})
        for first, file in enumerate(files):
            worker.run(["\n".join(name for name in names if name.startswith(file))], first=first)
        self.assertEqual(worker.finish(), 0)
        again = [f for f in worker.spans("fixture") if f["scope"] == "module" and f["part"] == "setup"]
        self.assertEqual(sorted(f["name"] for f in again), sorted(f["name"] for f in up))

    def test_list_of_some_names_is_about_these(self):
        worker = self.worker("selected")
        self.assertEqual(len(worker.list()), 3)
        worker.run(["tests/deep/test_deep.py"])
        units = worker.list(tests=True, names=["tests/test_one.py", "tests/none.py"])
        self.assertEqual([unit["name"] for unit in units], ["tests/test_one.py", "tests/none.py"])
        self.assertEqual(
            [key["name"] for key in units[0]["keys"]], ["test_slow", "test_quick", "TestGroup::test_in_group"]
        )
        self.assertNotIn("keys", units[1])
        worker.run(["tests/test_one.py::test_quick", "tests/test_one.py"], first=2)
        self.assertEqual(worker.finish(), 0)
        self.assertEqual(len(worker.tests()), 5)

    def test_list_with_tests_leaves_open_what_cannot_be_collected(self):
        worker = self.worker("broken", "tests/test_good.py", "tests/test_syntax.py")
        units = {unit["name"]: unit for unit in worker.list(tests=True)}
        self.assertEqual(units["tests/test_good.py"]["tests"], 1)
        self.assertNotIn("tests", units["tests/test_syntax.py"])

    def test_last_failed_lists_only_their_files(self):
        worker = self.observe("bad")
        self.assertEqual(worker.code, 1)
        cache = os.path.join(worker.suite, ".pytest_cache", "v", "cache", "lastfailed")
        before = driver.read(cache)
        again = driver.Worker(self.command("--lf"), worker.suite, copy=False)
        self.addCleanup(again.close)
        self.assertEqual(self.names(again), ["tests/test_bad.py"])
        again.run(["tests/test_bad.py"])
        self.assertEqual(again.finish(), 1)
        self.assertNotIn("passed", again.verdicts().values())
        self.assertEqual(driver.read(cache), before)

    def test_a_worker_without_tests_says_so_as_pytest_does(self):
        worker = self.worker("good")
        self.assertEqual(worker.finish(), 5)
        self.assertEqual(self.pull("good", "-k", "nothing_of_that_name").code, 5)
        self.assertEqual(self.pull("good", "-k", "test_room").code, 0)

    def test_the_first_failure_stops_the_worker_and_is_said(self):
        worker = self.worker("bad", "-x")
        worker.say(do="run", units=[[1, "tests/test_bad.py", 1], [2, "tests/test_good.py", 1]])
        stop = worker.hear_until("stop")
        self.assertEqual(stop["unit"], 1)
        self.assertIn("stopping after 1 failures", stop["msg"])
        self.assertEqual(worker.wait(), 1)
        self.assertEqual(worker.verdicts(), {"test_passes": "passed", "test_fails": "failed"})
        self.assertEqual(worker.spans("unit")[0]["st"], "failed")

    def test_maxfail_counts_over_units(self):
        worker = self.worker("bad", "--maxfail=2")
        worker.run(["tests/test_bad.py::test_fails"], first=1)
        worker.say(do="run", units=[[2, "tests/test_bad.py::test_raises", 1], [3, "tests/test_good.py", 1]])
        self.assertEqual(worker.hear_until("stop")["unit"], 2)
        self.assertEqual(worker.wait(), 1)

    def test_a_session_fixture_that_fails_at_its_end_is_told_of_the_worker(self):
        worker = self.pull("sessionend")
        self.assertEqual(worker.code, 1)
        teardown = self.by_name(worker.spans("hook"))["session teardown"]
        self.assertEqual((teardown["st"], "in" in teardown), ("error", False))
        self.assertIn("the house falls down", teardown["msg"])
        self.assertIn("the house falls down", worker.output())

    def test_a_retry_is_a_further_attempt(self):
        worker = self.worker("good")
        worker.run(["tests/test_house.py"])
        worker.run(["tests/test_house.py"], attempt=2)
        self.assertEqual(worker.finish(), 0)
        self.assertEqual([unit["attempt"] for unit in worker.spans("unit")], [1, 2])
        self.assertEqual([test.get("attempt", 1) for test in worker.tests()], [1] * 6 + [2] * 6)

    def test_many_files_of_one_folder_are_each_collected_alone(self):
        worker = self.pull("many")
        self.assertEqual([unit["st"] for unit in worker.spans("unit")], ["passed"] * 6)
        self.assertEqual(len(worker.tests()), 6)

    def test_a_test_that_goes_elsewhere_does_not_take_the_others_along(self):
        worker = self.pull("wander")
        self.assertEqual(worker.verdicts(), {"test_leaves": "passed", "test_leaves_too": "passed"})
        self.assertEqual([test["file"] for test in worker.tests()], ["tests/test_one.py", "tests/test_two.py"])

    def test_end_of_file_means_end(self):
        worker = self.worker("good")
        worker.run(["tests/test_house.py"])
        worker.connection.close()
        self.assertEqual(worker.wait(), 0)

    @needs("xdist")
    def test_options_that_would_start_workers_start_none(self):
        worker = self.pull("worker", "-n", "2", "--dist", "loadfile")
        self.assertEqual(worker.code, 0, worker.output())
        self.assertEqual(set(worker.verdicts().values()), {"passed"})
        self.assertEqual({test["src"] for test in worker.tests()}, {"injected"})

    @needs("pytest_rerunfailures")
    def test_each_attempt_of_a_rerun_is_a_test_span(self):
        worker = self.pull("rerun", "--reruns", "1")
        attempts = [(test["name"], test.get("attempt", 1), test["st"]) for test in worker.tests()]
        self.assertEqual(
            attempts, [("test_flaky", 1, "failed"), ("test_flaky", 2, "passed"), ("test_good", 1, "passed")]
        )
        self.assertEqual(worker.spans("unit")[0]["st"], "passed")
        self.assertEqual(worker.code, 0)

    @needs("pytest_cov")
    def test_coverage_is_written_apart_for_each_worker(self):
        worker = self.pull("good", "--cov=tests", "--cov-fail-under=100")
        self.assertEqual(worker.code, 0, worker.output())
        notes = [note for note in worker.rows() if note["ev"] == "note"]
        self.assertEqual([note["want"] for note in notes], ["coverage"])
        self.assertTrue(os.path.exists(notes[0]["file"]))
        self.assertEqual(os.path.dirname(notes[0]["path"]), worker.suite)
        self.assertEqual(glob.glob(os.path.join(worker.suite, ".coverage*")), [])

    @needs("pytest_html")
    def test_html_is_written_apart_for_each_worker(self):
        worker = self.pull("good", "--html=out.html", "--self-contained-html")
        self.assertEqual(worker.code, 0, worker.output())
        notes = {note["want"]: note for note in worker.rows() if note["ev"] == "note"}
        self.assertIn("test_room", driver.read(notes["html"]["file"]))
        self.assertFalse(os.path.exists(os.path.join(worker.suite, "out.html")))

    @needs("pytest_jsonreport")
    def test_json_is_written_apart_for_each_worker(self):
        worker = self.pull("good", "--json-report")
        self.assertEqual(worker.code, 0, worker.output())
        notes = {note["want"]: note for note in worker.rows() if note["ev"] == "note"}
        self.assertEqual(notes["json-report"]["path"], os.path.join(worker.suite, ".report.json"))
        self.assertEqual(json.loads(driver.read(notes["json-report"]["file"]))["summary"]["passed"], 8)


class Observe(Pytest):
    def test_verdicts_are_those_of_pull(self):
        worker = self.observe("bad")
        self.assertEqual(worker.verdicts(), BAD)
        self.assertEqual(worker.code, 1)
        self.assertEqual(worker.spans("unit"), [])

    def test_the_plain_run_is_not_a_worker(self):
        worker = self.observe("addopts")
        self.assertTrue(os.path.exists(os.path.join(worker.suite, "out", "junit.xml")))
        self.assertEqual([row for row in worker.rows() if row["ev"] == "note"], [])

    def test_every_row_has_its_process(self):
        worker = self.observe("good")
        self.assertEqual({row["pid"] for row in worker.rows()}, {worker.process.pid})
        self.assertEqual(len(worker.tests()), 8)

    def test_a_crash_names_its_victim(self):
        worker = self.observe("crash", "tests/test_exit.py")
        self.assertEqual(worker.code, 5)
        self.assertEqual(worker.verdicts(), {"test_before": "passed", "test_exits": None})

    def test_what_the_tests_start_is_not_injected(self):
        worker = self.observe("nested")
        self.assertLessEqual(set(worker.verdicts().values()), {"passed", "skipped"}, worker.output())
        self.assertEqual(len({row["pid"] for row in worker.rows()}), 1)

    @needs("xdist")
    def test_tests_of_other_processes_are_told_by_the_frameworks_figures(self):
        worker = self.observe("bad", "-n", "2")
        self.assertEqual(worker.verdicts(), BAD)
        self.assertEqual({test["src"] for test in worker.tests()}, {"framework"})


pythons.cases("pytest", (Pull, Observe), globals())
