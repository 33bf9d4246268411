"""Which mutants a run tries, what runs before them, and what it says of them; nothing is compiled."""

import io
import json
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import checks
import mutants

FILE = "core/bus/node_status.hpp"


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)

    def run_with(self, *words, check=lambda place: "a model"):
        """The exit code, the check line or None, and what went to standard error; check(place) is what catches a mutant
        of the place, or the code as it is: None."""
        def bench_run(_bench, _check, place, _text, _name):
            return check(place), 0.5

        output, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(output), redirect_stderr(errors), mock.patch.object(checks.Bench, "run", bench_run):
            try:
                code = mutants.main([*words, "--build", str(self.build)])
            except SystemExit as ended:
                code = ended.code
        lines = output.getvalue().splitlines()
        return code, json.loads(lines[-1]) if lines else None, errors.getvalue()

    def test_a_run_that_is_not_told_what_to_try_is_refused(self):
        code, line, errors = self.run_with()
        self.assertEqual((code, line), (2, None))
        self.assertIn("expected --all", errors)

    def test_a_choice_of_nothing_is_refused(self):
        for words in (("--file", "core/nowhere"), ("--only", "no such mutant"), ("--list", "--file", "core/nowhere"),
                      ("--sample", "3", "--file", "core/reactor/reactor.cpp")):  # no model covers it
            with self.subTest(words):
                code, line, errors = self.run_with(*words)
                self.assertEqual((code, line), (2, None))
                self.assertIn("there is no such mutant", errors)

    def test_what_was_tried_is_counted(self):
        names = {mutant.name for mutant in mutants.all_mutants(mutants.ROOT)[0] if mutant.place.path == FILE}
        code, line, errors = self.run_with("--file", FILE, check=lambda place: place and "a model")
        self.assertEqual((code, line["count"], line["failures"]), (0, len(names), 0))
        for name in names:
            self.assertIn(f"{name}: caught by a model", errors)
        self.assertEqual(self.run_with("--sample", "2")[1]["count"], 2)
        self.assertEqual(self.run_with("--list")[1]["count"], 0)

    def test_a_mutant_that_does_not_compile_was_not_tried(self):
        def check(place):
            if place:
                raise checks.BuildError("a syntax error")

        code, line, errors = self.run_with("--file", FILE, check=check)
        self.assertEqual((code, line["count"]), (1, 0))
        self.assertIn("a syntax error", errors)

    def test_a_check_that_fails_on_the_code_as_it_is_is_a_failure_of_each_run_but_a_sample(self):
        code, line, errors = self.run_with("--file", FILE)
        self.assertEqual((code, line["failures"]), (1, 1))
        self.assertIn("fails without a mutant: a model", errors)
        self.assertEqual(self.run_with("--sample", "1")[0], 0)


class Execution(unittest.TestCase):
    def test_models_and_tests_repeat_from_the_seed(self):
        with tempfile.TemporaryDirectory() as name:
            program = Path(name) / "program"
            program.write_text("#!/bin/sh\n"
                               """echo '{"check": "'$MODEL_SEED $TEST_SEED'", "failures": 1}'\n""", encoding="utf-8")
            program.chmod(0o755)
            bench = checks.Bench(mutants.ROOT, None, None, None, 4711)
            self.assertEqual(bench.execute(checks.BUS_STRESS, program), "4711 4711")


if __name__ == "__main__":
    unittest.main()
