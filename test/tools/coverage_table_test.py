"""test/tools/coverage_table_test.py: the table of tools/coverage sums folders and names every line that did not run."""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import coverage_table


def file_of(name, counts, noncode=()):
    return {"file": name, "lines": [{"line_number": number, "count": count, "gcovr/noncode": number in noncode}
                                    for number, count in enumerate(counts, 1)]}


class CoverageTable(unittest.TestCase):
    def table(self, percent, *files):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as report:
            json.dump({"files": files}, report)
            report.flush()
            output = io.StringIO()
            with redirect_stdout(output):
                status = coverage_table.main([report.name, str(percent), "7"])
        return status, output.getvalue()

    def test_folders_are_summed_and_idle_lines_named(self):
        status, text = self.table(90, file_of("core/a/x.cpp", [1] * 8 + [0, 0, 1, 0]), file_of("core/b/y.cpp", [5] * 28),
                                  file_of("tvf/z.hpp", [2] * 9 + [0]))
        self.assertEqual(status, 0)
        self.assertRegex(text, r"core +40 +37 +92\.5\n")
        self.assertRegex(text, r"core/a +12 +9 +75\.0\n")
        self.assertIn("\ncore/a/x.cpp: 9-10, 12\n", text)
        self.assertNotIn("y.cpp:", text)

    def test_the_last_line_is_the_check_and_has_both_percentages(self):
        _, text = self.table(90, file_of("core/a/x.cpp", [1] * 3 + [0]), file_of("tvf/z.cpp", [1] * 10),
                             file_of("test/t.cpp", [0]))
        self.assertEqual(json.loads(text.splitlines()[-1]),
                         {"check": "coverage", "seed": 0, "count": 14, "failures": 1, "seconds": 7,
                          "percent": {"core": 75.0, "tvf": 100.0}})

    def test_one_of_the_two_below_the_bar_is_a_failure(self):
        self.assertEqual(self.table(90, file_of("core/a/x.cpp", [1]), file_of("tvf/z.cpp", [1, 0]))[0], 1)

    def test_a_report_without_one_of_the_two_is_a_failure(self):
        self.assertEqual(self.table(90, file_of("core/a/x.cpp", [1]))[0], 1)

    def test_what_is_no_code_is_not_counted(self):
        self.assertEqual(self.table(90, file_of("core/a/x.cpp", [1, 0], noncode=(2,)), file_of("tvf/z.cpp", [1]))[0], 0)


if __name__ == "__main__":
    unittest.main()
