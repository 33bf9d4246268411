"""test/simulation/planted_faults_test.py: each planted fault has its place, also after the product was changed or
formatted, and is found only by a simulation that ran.
"""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
import planted_faults


class Places(unittest.TestCase):
    def test_the_line_of_each_fault_is_in_its_file_once(self):
        for name, file, line, _ in planted_faults.FAULTS:
            with self.subTest(name):
                self.assertEqual((planted_faults.ROOT / file).read_text().count(line), 1)


class Simulations(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)

    def simulation(self, script):
        program = self.folder / planted_faults.TARGET
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    def test_a_failure_a_crash_and_a_run_without_end_find_a_fault(self):
        for script, said in (("echo 'seed 7: an outcome is missing' >&2; exit 1", "seed 7: an outcome is missing"),
                             ("echo 'a crash; again with: it' >&2; kill -SEGV $$", "a crash; again with: it"),
                             ("kill -ABRT $$", "exit -6"), ("exec sleep 60", "no end after 0.2 s")):
            with self.subTest(script), mock.patch.object(planted_faults, "TIMEOUT_SECONDS",
                                                         0.2 if "sleep" in script else 60):
                self.assertEqual(planted_faults.simulate(self.simulation(script), (1, 60)), (True, said))

    def test_a_simulation_that_did_not_run_finds_none(self):
        for script in ("exit 2", "exit 127", "kill -KILL $$"):
            with self.subTest(script):
                self.assertFalse(planted_faults.simulate(self.simulation(script), (1, 60))[0])
        self.assertEqual(planted_faults.simulate(self.simulation("exit 0"), (1, 60)), (False, None))

    def test_nothing_is_planted_where_the_seeds_fail_anyway(self):
        for script in ("exit 1", "exit 127"):
            self.simulation(script)
            errors = io.StringIO()
            with self.subTest(script), contextlib.redirect_stderr(errors), \
                    mock.patch.object(sys, "argv", ["planted_faults.py", str(self.folder)]):
                self.assertEqual(planted_faults.main(), 2)
                self.assertIn("fails without a planted fault", errors.getvalue())
