"""test/process/isolation_test.py: what a hung neighbour may cost, and when enough was measured to say so."""

import unittest

import isolation
from ledger import Ledger


class Isolation(unittest.TestCase):
    def test_a_median_above_the_bar_is_a_failure(self):
        self.assertEqual(isolation.judgement([0.9, 1.2, 9.0]), (1.2, False))
        self.assertEqual(isolation.judgement([0.9, 1.21, 1.3]), (1.21, True))

    def test_a_few_rounds_that_something_else_disturbed_decide_nothing(self):
        self.assertEqual(isolation.judgement([1.0] * 6 + [40.0] * 5), (1.0, False))
        self.assertEqual(isolation.judgement([1.5] * 6 + [0.1] * 5), (1.5, True))

    def test_rounds_that_agree_are_enough_whichever_way(self):
        for ratio in (1.0, 1.5):
            self.assertFalse(isolation.is_enough([ratio] * (isolation.ROUNDS_MIN - 1), 51, False))
            self.assertTrue(isolation.is_enough([ratio] * isolation.ROUNDS_MIN, 51, False))

    def test_rounds_that_disagree_ask_for_more_up_to_a_limit(self):
        self.assertFalse(isolation.is_enough([1.0] * 6 + [1.5], 51, False))
        self.assertFalse(isolation.is_enough([1.0] * 20 + [1.5] * 12, 51, False))
        self.assertTrue(isolation.is_enough([1.0] * 23 + [1.5] * 9, 51, False))
        self.assertTrue(isolation.is_enough([1.0, 1.5] * 26, 51, False))

    def test_time_ends_the_measurement_and_not_before_the_least_rounds(self):
        self.assertFalse(isolation.is_enough([1.0] * 6, 51, True))
        self.assertTrue(isolation.is_enough([1.0, 1.5] * 4, 51, True))

    def test_a_turn_in_which_the_neighbour_did_not_hang_over_and_over_measures_nothing(self):
        outcomes = Ledger(refused=10, by_code={"none": 10})
        self.assertTrue(isolation.has_hung(1, outcomes, 4))
        self.assertFalse(isolation.has_hung(0, outcomes, 4))
        self.assertFalse(isolation.has_hung(1, Ledger(by_code={"none": 10}), 4))
        self.assertFalse(isolation.has_hung(1, Ledger(refused=10, by_code={"timeout": 10}), 4))
