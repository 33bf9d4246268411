"""test/tools/tools_document_test.py: docs/tools.md names every option, form, check and exit code that the program has.

TOOLS_PROGRAM is the program.
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/tools.md").read_text(encoding="utf-8")
PROGRAM = os.environ["TOOLS_PROGRAM"]


def call(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, check=True,
                          stdin=subprocess.DEVNULL)
    return done.stdout


def section_of(command):
    return re.search(rf"^## `{command}`\n(.*?)(?=^## |\Z)", DOCUMENT, re.M | re.S)[1]


def first_cells(section, head):
    """What the first column of the table with that head has in backquotes, or as it stands."""
    rows = re.search(rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", section, re.M)[1]
    cells = [re.split(r"(?<!\\)\|", row)[1].strip() for row in rows.splitlines()]
    return [name for cell in cells for name in (re.findall(r"`([^`]*)`", cell) or [cell])]


def options_in_help(command):
    return set(re.findall(r"^ {2}(?:-\w,)?(--[\w-]+)", call(command, "--help"), re.M)) - {"--help"}


def exit_codes_in_help(command):
    text = call(command, "--help")
    return re.findall(r"(?:^|[:;])\s*(\d) ", text[text.index("Exit codes:"):])


class ToolsDocument(unittest.TestCase):
    def test_options_are_those_of_the_help(self):
        for command in ("convert", "doctor"):
            with self.subTest(command):
                cells = first_cells(section_of(command), "Option")
                self.assertEqual({cell.split()[0] for cell in cells}, options_in_help(command))

    def test_exit_codes_are_those_of_the_help(self):
        for command in ("convert", "doctor"):
            with self.subTest(command):
                self.assertEqual(first_cells(section_of(command), "Exit code"), exit_codes_in_help(command))

    def test_forms_are_those_of_convert(self):
        choices = re.search(r"--to FORM:\{([^}]*)\}", call("convert", "--help"))[1].split(",")
        self.assertEqual(first_cells(section_of("convert"), "Form"), choices)

    def test_checks_are_those_of_doctor(self):
        found = json.loads(call("doctor", "--json"))
        self.assertEqual([name for name in first_cells(section_of("doctor"), "Check")],
                         [check["check"] for check in found["checks"]])
        self.assertEqual(found["ok"] + found["warnings"] + found["unknown"], len(found["checks"]))


if __name__ == "__main__":
    unittest.main()
