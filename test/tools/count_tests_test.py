"""test/tools/count_tests_test.py: the closing line of tools/test counts cases and hides no failure."""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import count_tests

DOCTEST = "noise\n[doctest] test cases: {:>6} | {:>6} passed | {} failed | {} skipped\nmore\n"


def entry(name, result="OK", stdout="", program=None):
    return json.dumps({"name": name, "result": result, "stdout": stdout, "command": [program or f"/b/{name}"]})


class CountTests(unittest.TestCase):
    def count(self, *entries):
        total, failures = count_tests.count_log(entries)
        return str(total), failures

    def test_the_cases_of_all_programs_are_summed(self):
        self.assertEqual(self.count(entry("a", stdout=DOCTEST.format(6, 6, 0, 0)),
                                    entry("b", stdout="3 passed, 0 failed\n")), ("9 passed, 0 failed", []))

    def test_a_failed_case_is_counted_and_its_program_named(self):
        total, failures = self.count(entry("a", "FAIL", DOCTEST.format(6, 4, 2, 0)))
        self.assertEqual(total, "4 passed, 2 failed")
        self.assertEqual(failures, ["failed: a (FAIL): 4 passed, 2 failed"])

    def test_of_a_skipped_test_its_cases_count(self):
        self.assertEqual(self.count(entry("a", stdout="1 passed, 0 failed\n"),
                                    entry("b", "SKIP", "0 passed, 0 failed, 5 skipped\n"))[0],
                         "1 passed, 0 failed, 5 skipped")

    def test_a_crash_before_the_summary_is_one_failure(self):
        self.assertEqual(self.count(entry("a", "FAIL", "Segmentation fault\n"))[0], "0 passed, 1 failed")

    def test_a_program_that_fails_after_its_cases_passed_is_one_failure(self):
        self.assertEqual(self.count(entry("a", "ERROR", DOCTEST.format(6, 6, 0, 0)))[0], "6 passed, 1 failed")

    def test_a_line_of_a_check_is_one_case(self):
        line = '{{"check": "ring.{}", "seed": 7, "count": 9, "failures": {}, "seconds": 0.5}}\n'
        self.assertEqual(self.count(entry("a", stdout=line.format("full", 0) + line.format("empty", 0)))[0],
                         "2 passed, 0 failed")
        self.assertEqual(self.count(entry("a", "FAIL", line.format("full", 0) + line.format("empty", 3)))[0],
                         "1 passed, 1 failed")

    def test_a_time_out_is_one_failure(self):
        self.assertEqual(self.count(entry("a", "TIMEOUT"))[0], "0 passed, 1 failed")

    def test_a_test_without_a_count_is_one_case(self):
        self.assertEqual(self.count(entry("a"))[0], "1 passed, 0 failed")

    def test_skipped_cases_are_stated(self):
        self.assertEqual(self.count(entry("a", stdout=DOCTEST.format(5, 5, 0, 2)), entry("b", "SKIP"))[0],
                         "5 passed, 0 failed, 3 skipped")

    def test_a_case_that_another_run_of_the_program_takes_is_not_skipped(self):
        self.assertEqual(self.count(entry("fast", stdout=DOCTEST.format(4, 4, 0, 2), program="/b/ring"),
                                    entry("slow", stdout=DOCTEST.format(2, 2, 0, 4), program="/b/ring"))[0],
                         "6 passed, 0 failed")

    def test_colours_do_not_hide_the_summary(self):
        self.assertEqual(self.count(entry("a", stdout="\x1b[36m[doctest] \x1b[0mtest cases: 1 | \x1b[32m1 passed"
                                          "\x1b[0m | 0 failed | 0 skipped\n"))[0], "1 passed, 0 failed")


class ExitCode(unittest.TestCase):
    def run_main(self, text, *check):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            log.write(text)
            log.flush()
            output = io.StringIO()
            with redirect_stdout(output), redirect_stderr(io.StringIO()):
                status = count_tests.main([log.name, *check])
        return status, output.getvalue().splitlines()[-1 - bool(check):]

    def test_all_passed_is_zero(self):
        self.assertEqual(self.run_main(entry("a") + "\n"), (0, ["1 passed, 0 failed"]))

    def test_a_failure_is_one(self):
        self.assertEqual(self.run_main(entry("a", "FAIL") + "\n"), (1, ["0 passed, 1 failed"]))

    def test_a_check_has_its_line_before_the_closing_one(self):
        log = entry("a") + "\n" + entry("b", "FAIL") + "\n"
        status, (line, closing) = self.run_main(log, "thread sanitizer", "7")
        self.assertEqual((status, closing), (1, "1 passed, 1 failed"))
        self.assertEqual(json.loads(line), {"check": "thread sanitizer", "seed": 0, "count": 2, "failures": 1,
                                            "seconds": 7, "skipped": 0})

    def test_no_test_at_all_is_one(self):
        self.assertEqual(self.run_main(""), (1, ["0 passed, 0 failed"]))

    def test_a_broken_log_is_two(self):
        self.assertEqual(self.run_main("{\n"), (2, []))
