"""test/process/process_test.py: each scenario once; no request is unaccounted for, none has two outcomes.

PROCESS_PROGRAM names the ledger's program, PROCESS_PROSA prosa itself; TEST_SEED is the scenarios'. The long form:
process_rounds.py.
"""

import json
import os
import random
import time
import unittest

import instance
import scenarios

SEED = int(os.environ.get("TEST_SEED", "1"))
instance.use(os.environ["PROCESS_PROGRAM"], os.environ["PROCESS_PROSA"])


class Process(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.results, cls.skipped, cls.begin = [], 0, time.monotonic()

    @classmethod
    def tearDownClass(cls):
        print(json.dumps(scenarios.check_line(SEED, cls.results, time.monotonic() - cls.begin, cls.skipped)))

    def check(self, scenario):
        try:
            result = scenario(random.Random(f"{SEED} {scenario.__name__}"))
        except scenarios.Skipped as why:
            type(self).skipped += 1
            self.skipTest(str(why))
        self.results.append(result)
        self.assertEqual(result.faults, [])


def add_cases():
    for scenario in scenarios.ALL:
        setattr(Process, f"test_{scenario.__name__}", lambda self, chosen=scenario: self.check(chosen))


add_cases()
