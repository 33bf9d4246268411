"""test/fuzz/run_targets_test.py: a fuzz target ends with its check line, and what it found can be run again."""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import run_targets

EXECUTED = "echo 'stat::number_of_executed_units: 5' >&2"


class RunTargets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        kept = mock.patch.object(run_targets, "kept_record", return_value=self.folder / "kept.jsonl")
        kept.start()
        self.addCleanup(kept.stop)

    def run_with(self, script, *words, version="1" * 40):
        """The exit code and both outputs of a run whose program of every target is `script`."""
        for target in run_targets.TARGETS:
            program = self.folder / "test/fuzz" / f"{target}_fuzz"
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text("#!/bin/sh\n" + script, encoding="utf-8")
            program.chmod(0o755)
        output, errors = io.StringIO(), io.StringIO()
        arguments = ["run_targets.py", "--programs", str(self.folder), *words]
        with mock.patch.object(sys, "argv", arguments), redirect_stdout(output), redirect_stderr(errors), \
                mock.patch.object(run_targets, "commit", return_value=version):
            return run_targets.main(), output.getvalue(), errors.getvalue()

    def test_executions_are_counted(self):
        status, output, _ = self.run_with("echo 'stat::number_of_executed_units: 4711' >&2", "--seed", "7", "ctl")
        self.assertEqual(status, 0)
        line = json.loads(output)
        self.assertEqual(list(line), ["check", "seed", "count", "failures", "seconds"])
        self.assertEqual([line["check"], line["seed"], line["count"], line["failures"]], ["fuzz ctl", 7, 4711, 0])

    def test_a_finding_is_a_failure_with_the_command_that_runs_it_again(self):
        status, output, errors = self.run_with(
            "echo 'Test unit written to /there/ctl-crash-1' >&2; exit 77", "ctl")
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(output)["failures"], 1)
        self.assertRegex(errors, r"run it again by \S*/ctl_fuzz /there/ctl-crash-1\n")

    def test_a_target_that_executed_nothing_has_failed(self):
        status, output, errors = self.run_with("echo 'no such corpus' >&2", "ctl")
        self.assertEqual((status, json.loads(output)["count"], json.loads(output)["failures"]), (1, 0, 1))
        self.assertIn("no such corpus", errors)

    def test_a_number_that_means_something_else_to_the_fuzzer_is_refused(self):
        for words in (("--seed", "0"), ("--seconds", "0"), ("--seconds", "-1"), ("--jobs", "0"), ("--seed", "x")):
            with self.subTest(words), self.assertRaises(SystemExit) as ended:
                self.run_with(EXECUTED, *words, "ctl")
            self.assertEqual(ended.exception.code, 2)

    def test_runs_add_up_with_the_commits_that_they_span(self):
        script = "echo 'stat::number_of_executed_units: 600000' >&2"
        self.run_with(script, "ctl", "json", version="1" * 40)
        self.run_with(script, "ctl", version="2" * 40 + "+changes")
        self.run_with(script + "; exit 1", "ctl", version="1" * 40)
        status, output, _ = self.run_with("", "--total")
        self.assertEqual(status, 0)
        self.assertRegex(output, r"fuzz ctl: 1 800 000 executions, 1 failures, \d+ s, 3 runs at 1111111 2222222\+changes\n"
                                 r"fuzz json: 600 000 executions, 0 failures, \d+ s, 1 runs at 1111111\n")
        _, output, _ = self.run_with("", "--total", "json")
        self.assertNotIn("ctl", output)

    def test_what_was_kept_adds_up_with_what_runs_later(self):
        script = "echo 'stat::number_of_executed_units: 600000' >&2"
        self.run_with(script, "ctl", version="1" * 40)
        for _ in range(2):  # a second time there is nothing to keep
            self.assertEqual(self.run_with("", "--keep")[:2], (0, ""))
        self.run_with(script, "ctl", version="2" * 40)
        _, output, _ = self.run_with("", "--total")
        self.assertRegex(output, r"fuzz ctl: 1 200 000 executions, 0 failures, \d+ s, 2 runs at 1111111 2222222\n")

    def test_a_run_begins_with_a_seed_that_no_recorded_one_had(self):
        self.run_with(EXECUTED, "--seed", "7", "ctl")
        self.run_with("", "--keep")
        for seed in (8, 9):
            self.assertEqual(json.loads(self.run_with(EXECUTED, "ctl")[1])["seed"], seed)
        self.assertEqual(json.loads(self.run_with(EXECUTED, "json")[1])["seed"], 1)

    def test_the_record_says_what_ran_of_which_commit_and_when(self):
        self.run_with(EXECUTED, "--seed", "3", "ctl")
        line = json.loads((self.folder / "executions.jsonl").read_text(encoding="utf-8"))
        self.assertEqual(list(line), ["check", "seed", "count", "failures", "seconds", "commit", "date"])
        self.assertEqual([line["check"], line["seed"], line["count"], line["commit"]], ["fuzz ctl", 3, 5, "1" * 40])

    def test_without_names_all_targets_run(self):
        status, output, _ = self.run_with(EXECUTED)
        self.assertEqual(status, 0)
        self.assertEqual({json.loads(line)["check"] for line in output.splitlines()},
                         {f"fuzz {target}" for target in run_targets.TARGETS})

    def test_no_seed_is_longer_than_its_target_takes(self):
        for target in run_targets.TARGETS:
            for seed in (run_targets.HERE / "corpus" / target).iterdir():
                with self.subTest(target=target, seed=seed.name):
                    self.assertLessEqual(seed.stat().st_size,
                                         run_targets.BYTES_MAX.get(target, run_targets.BYTES_MAX_OTHERS))

    def test_each_target_has_a_corpus_of_a_few_kilobytes(self):
        for target in run_targets.TARGETS:
            with self.subTest(target):
                sizes = [path.stat().st_size for path in (run_targets.HERE / "corpus" / target).iterdir()]
                self.assertGreater(len(sizes), 0)
                self.assertLess(sum(sizes), 8192)


if __name__ == "__main__":
    unittest.main()
