"""test/process/soak_test.py: the soak reports what it promises; ten seconds say nothing about a slope.

SOAK_BUILD names the build folder.
"""

import json
import os
import subprocess
import unittest
from pathlib import Path

import soak

SOAK = Path(__file__).resolve().parent / "soak.py"


class Soak(unittest.TestCase):
    @staticmethod
    def samples(kib, seconds=300):
        """Of the second half of a run; `kib` by second."""
        return [(second, kib(second), 7, 4) for second in range(seconds)]

    def test_what_grows_is_a_fault_of_a_long_run(self):
        still, leak = self.samples(lambda second: 40_000), self.samples(lambda second: 40_000 + 2_000 * second)
        self.assertEqual(soak.lasting_faults(600, still, [50, 60], 100_000), [False, False, False, False])
        self.assertEqual(soak.lasting_faults(600, leak, [50, 60], 100_000), [True, True, False, False])
        self.assertEqual(soak.lasting_faults(600, still, [50, 5000], 100_000), [False, False, True, False])
        self.assertEqual(soak.lasting_faults(600, still, [50, 60], 0), [False, False, False, True])
        self.assertEqual(soak.lasting_faults(10, leak, [50, 5000], 0), [])

    def test_a_leak_is_a_slope_and_a_step_is_none(self):
        self.assertEqual(soak.slope_per_minute(self.samples(lambda second: 40_000 + 10 * second)), 600)
        self.assertEqual(soak.slope_per_minute(self.samples(lambda second: 40_000 + 2_000 * (second > 150))), 0)
        self.assertEqual(soak.slope_per_minute([(1, 40_000, 7, 4)]), 0)

    def test_a_leak_in_steps_is_a_growth_and_one_step_is_none(self):
        leak = self.samples(lambda second: 40_000 + 2_000 * (second // 80))  # 1 500 KiB a minute
        self.assertEqual(soak.slope_per_minute(leak), 0)
        self.assertEqual(soak.lasting_faults(600, leak, [50, 60], 100_000), [False, True, False, False])
        step = self.samples(lambda second: 40_000 + soak.STEP_MAX * (second > 150))
        self.assertEqual(soak.lasting_faults(600, step, [50, 60], 100_000), [False, False, False, False])

    def test_a_minute_needs_its_rate_and_its_responses_unless_others_had_the_cpus(self):
        self.assertEqual(soak.rate_faults(60, 0, 99.9, 0), [False, False])
        self.assertEqual(soak.rate_faults(60, soak.RATE_MISSED, 99.9, 0), [True, False])
        self.assertEqual(soak.rate_faults(60, 0, 98.9, 0), [False, True])
        self.assertEqual(soak.rate_faults(60, soak.RATE_MISSED, 90, 30), [False, False])
        self.assertEqual(soak.rate_faults(6, soak.RATE_MISSED, 90, 0), [False, False])
        self.assertEqual(soak.rate_faults(6, 1, 99.9, 30), [True, False])

    def test_it_prints_the_check_line_with_its_figures(self):
        done = subprocess.run([SOAK, "--build", os.environ["SOAK_BUILD"], "--seconds", "6", "--step_seconds", "1",
                               "--rate_min", "5000"], capture_output=True, text=True, timeout=280, check=False)
        print("\n" + done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0)
        line = json.loads(done.stdout)
        self.assertEqual(list(line)[:5], ["check", "seed", "count", "failures", "seconds"])
        self.assertGreater(line["count"], 0)
        self.assertEqual(len(line["p99.9_us"]), 2)
        self.assertEqual(line["descriptors"][0], line["descriptors"][1])
