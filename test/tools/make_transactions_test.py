"""test/tools/make_transactions_test.py: the generator's promises, and that its checker can fail."""

import json
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import make_transactions as subject

EXAMPLE = ROOT / "examples" / "transactions.jsonl"
SEED, COUNT = 8583, 10_000


class Example(unittest.TestCase):
    def test_the_example_is_what_the_default_seed_makes(self):
        self.assertEqual(EXAMPLE.read_text(encoding="utf-8"), subject.to_text(subject.make_lines(SEED, COUNT)))

    def test_the_example_has_its_stated_shares(self):
        counts, faults = subject.check_text(EXAMPLE.read_text(encoding="utf-8"))
        self.assertEqual(faults, [])
        self.assertEqual(counts, {"valid": 9450, "bad_check_digit": 100, "expired_card": 200,
                                  "unknown_issuer": 150, "zero_amount": 50, "missing_field": 50,
                                  "distinct PANs": 9612})

    def test_the_example_stays_small_enough_for_a_repository(self):
        self.assertLess(EXAMPLE.stat().st_size, 4_000_000)


class Generator(unittest.TestCase):
    def test_another_seed_makes_another_file_of_the_same_shares(self):
        first, second = (subject.to_text(subject.make_lines(seed, 2_000)) for seed in (1, 2))
        self.assertNotEqual(first, second)
        self.assertEqual([subject.check_text(text)[1] for text in (first, second)], [[], []])

    def test_intended_times_never_fall_and_keep_the_rate(self):
        times = [line["at_us"] for line in subject.make_lines(SEED, COUNT, poisson_rate=20_000)]
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(times[-1] / 1e6, COUNT / 20_000, delta=0.03)  # six standard deviations

    def test_the_check_digit_is_that_of_published_cards(self):
        for pan in ("4000000000000002", "378282246310005", "5555555555554444", "6011111111111117"):
            self.assertEqual(subject.check_digit(pan[:-1]), pan[-1])


class Checker(unittest.TestCase):
    """Each case spoils one thing of a good file."""

    def setUp(self):
        self.lines = list(subject.make_lines(SEED, 1_000))
        self.valid = next(n for n, line in enumerate(self.lines) if subject.kind_of(line) == "valid")

    def faults(self):
        return subject.check_text(subject.to_text(self.lines))[1]

    def test_a_wrong_check_digit_changes_the_shares(self):
        pan = self.lines[self.valid]["pan"]
        self.lines[self.valid]["pan"] = pan[:-1] + str((int(pan[-1]) + 1) % 10)
        self.assertIn("11 lines are bad_check_digit, expected 10 of 1000", self.faults())

    def test_an_unknown_name_is_named_with_its_line(self):
        self.lines[self.valid]["colour"] = "red"
        self.assertIn(f"line {self.valid + 1}: colour: unknown name", self.faults())

    def test_a_value_of_the_wrong_form_is_named_with_its_line(self):
        self.lines[self.valid]["expiry"] = "2813"
        self.assertTrue(self.faults()[0].startswith(f"line {self.valid + 1}: expiry: expected text like"))

    def test_an_amount_that_is_text_is_named(self):
        self.lines[self.valid]["amount"] = "100"
        self.assertTrue(self.faults()[0].startswith(f"line {self.valid + 1}: amount: expected a whole number"))

    def test_a_line_that_is_no_object_is_named(self):
        good = subject.to_text(self.lines)
        self.assertIn("line 1001: expected one JSON object", subject.check_text(good + "[1]\n")[1])
        self.assertTrue(any(fault.startswith("line 1001: no JSON") for fault in subject.check_text(good + "{\n")[1]))

    def test_too_few_distinct_cards_are_a_fault(self):
        for line in self.lines:
            line.update(pan=self.lines[self.valid]["pan"])
        self.assertIn("1 distinct PANs, expected at least 900", self.faults())

    def test_a_line_of_each_kind_is_recognised(self):
        kinds = {subject.kind_of(line) for line in self.lines}
        self.assertEqual(kinds, {"valid", *subject.INVALID_SHARES})

    def test_what_is_written_can_be_read_back(self):
        text = subject.to_text(self.lines)
        self.assertEqual([json.loads(line) for line in text.splitlines()], self.lines)
