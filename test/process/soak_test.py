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
    def test_what_grows_is_a_fault_of_a_long_run(self):
        self.assertEqual(soak.lasting_faults(600, 10, [50, 60], 100_000), [False, False, False])
        self.assertEqual(soak.lasting_faults(600, 100 * 1024, [50, 60], 100_000), [True, False, False])
        self.assertEqual(soak.lasting_faults(600, 10, [50, 5000], 100_000), [False, True, False])
        self.assertEqual(soak.lasting_faults(600, 10, [50, 60], 0), [False, False, True])
        self.assertEqual(soak.lasting_faults(10, 100 * 1024, [50, 5000], 0), [])

    def test_a_leak_is_a_slope_and_a_step_is_none(self):
        at = lambda kib: [(second, kib(second), 7, 4) for second in range(300)]  # noqa: E731
        self.assertEqual(soak.slope_per_minute(at(lambda second: 40_000 + 10 * second)), 600)
        self.assertEqual(soak.slope_per_minute(at(lambda second: 40_000 + 2_000 * (second > 150))), 0)
        self.assertEqual(soak.slope_per_minute([(1, 40_000, 7, 4)]), 0)

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
