"""test/simulation/planted_faults_test.py: each planted fault has its place, also after the product was changed or formatted."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import planted_faults


class Places(unittest.TestCase):
    def test_the_line_of_each_fault_is_in_its_file_once(self):
        for name, file, line, _ in planted_faults.FAULTS:
            with self.subTest(name):
                self.assertEqual((planted_faults.ROOT / file).read_text().count(line), 1)
