"""test/tools/write_figures_test.py: the page of figures says what was measured, and nothing else."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "tools/write_figures.py"
FIGURE = {"figure": "idle_cpu_percent", "value": 0.25, "unit": "%", "raw_line_ns": None, "rounds": 5,
          "value_other_placement": None, "bar": "< 1", "passed": True, "quick": False}


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.figures = Path(folder.name) / "figures.jsonl"
        self.out = Path(folder.name) / "figures.md"

    def run_program(self, *options):
        return subprocess.run([sys.executable, PROGRAM, "--figures", self.figures, "--out", self.out, *options],
                              capture_output=True, text=True, check=False)

    def page(self, figure, *options):
        self.figures.write_text(json.dumps(figure) + "\n", encoding="utf-8")
        result = self.run_program(*options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.out.read_text(encoding="utf-8")

    def test_a_figure_is_a_row_with_its_bar_and_verdict(self):
        page = self.page(FIGURE, "--date", "2026-01-02")
        self.assertIn("| `idle_cpu_percent` | 0.25 | % | < 1 | pass | - | 5 | - |", page)
        self.assertIn("Measured on 2026-01-02 by `./tools/bench`, on ", page)
        self.assertNotIn("Quick run", page)
        self.assertNotIn("clean build", page)

    def test_the_section_of_this_processor_is_replaced_and_others_stay(self):
        self.out.write_text("# Figures\n\n## Zuse Z3\n\n| a |\n\n## Babbage Engine\n\n| b |\n", encoding="utf-8")
        self.page(FIGURE)
        page = self.page({**FIGURE, "value": 0.5}, "--command", "./tools/bench --placement 1:2")
        self.assertEqual(page.count("| `idle_cpu_percent` |"), 1)
        names = re.findall(r"(?m)(?<=\n\n)## (.*)$", page)
        self.assertEqual(len(names), 3)
        self.assertEqual(names, sorted(names))
        self.assertIn("by `./tools/bench --placement 1:2`, on", page)
        for other in ("## Babbage Engine\n\n| b |\n", "## Zuse Z3\n\n| a |\n"):
            self.assertRegex(page, re.escape(other) + r"(\n## |\Z)")

    def test_a_figure_without_a_value_says_why(self):
        page = self.page({**FIGURE, "value": None, "passed": None, "reason": "no valid placement"})
        self.assertIn("| - | % | < 1 | no value: no valid placement |", page)

    def test_a_failure_and_a_quick_run_are_marked(self):
        page = self.page({**FIGURE, "passed": False, "quick": True})
        self.assertIn("**fail**", page)
        self.assertIn("**Quick run:**", page)

    def test_the_times_of_clean_builds_are_told(self):
        self.assertIn("A clean build of the release took 3 min 20 s.", self.page(FIGURE, "--build", "3 min 20 s"))

    def test_figures_that_are_missing_or_broken_are_an_error(self):
        self.assertEqual(self.run_program().returncode, 1)
        self.figures.write_text("{", encoding="utf-8")
        result = self.run_program()
        self.assertEqual(result.returncode, 1)
        self.assertIn("run ./tools/bench first", result.stderr)
        self.assertFalse(self.out.exists())
