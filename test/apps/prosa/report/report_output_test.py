"""test/apps/prosa/report/report_output_test.py: where `prosa report` writes, and what it says when it cannot."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

PROSA = os.environ["REPORT_PROSA"]
MAKER = os.environ["REPORT_LOG_MAKER"]
LIMIT_S = 60
DISTRIBUTION = "1.0 0.5 1\n2.0 1.0 2\n"


class Output(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.log = self.write("a.hgrm", DISTRIBUTION)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_prosa(self, *arguments, **options):
        return subprocess.run([PROSA, *arguments], text=True, timeout=LIMIT_S, check=False, stderr=subprocess.PIPE,
                              **options)

    def report(self, *arguments):
        return self.run_prosa("report", *arguments, stdout=subprocess.PIPE)

    def test_a_full_standard_output_is_a_failure(self):
        for arguments in (["report", self.log], ["report", self.log, "--json", "-"], ["doctor"], ["list"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = self.run_prosa(*arguments, stdout=full)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("standard output cannot be written", done.stderr)

    def test_files_of_the_same_name_are_told_apart_by_their_paths(self):
        paths = [str(self.write(f"{folder}/run.hgrm", DISTRIBUTION)) for folder in "ab"]
        done = self.report(*paths, self.log, "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([series["name"] for series in json.loads(done.stdout)["series"]], [*paths, "a.hgrm"])

    def test_a_form_on_standard_output_stands_there_alone(self):
        for form, begin in (("--json", "{"), ("--csv", "section,"), ("--html", "<!DOCTYPE")):
            done = self.report(self.log, form, "-")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith(begin), done.stdout)

    def test_two_forms_on_standard_output_are_wrong_usage(self):
        load = ["load", "-c", self.folder / "none.yml", "--service", "A", "--rate", "1", "--json", "-", "--hgrm", "-"]
        for arguments in (["report", self.log, "--json", "-", "--csv", "-"], load):
            done = self.run_prosa(*arguments, stdout=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("at most one", done.stderr)

    def test_a_log_that_was_cut_off_is_reported_with_a_warning(self):
        subprocess.run([MAKER, self.folder], check=True, timeout=LIMIT_S)
        cut = self.folder / "cut.hlog"
        cut.write_bytes((self.folder / "v2.hlog").read_bytes()[:-6])
        done = self.report(cut)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: cut.hlog: the last line was cut off", done.stderr)

    def test_the_units_of_the_help_are_those_that_are_taken(self):
        units = re.search(r"--unit UNIT:\{([^}]*)\}", self.report("--help").stdout)[1].split(",")
        self.assertEqual(units, ["ns", "us", "ms", "s"])
        for unit in units:
            self.assertEqual(self.report(self.log, "--unit", unit).returncode, 0)
        self.assertEqual(self.report(self.log, "--unit", "1").returncode, 2)

    def test_the_help_names_the_exit_codes(self):
        self.assertIn("Exit codes: 0 reported; 1 an output cannot be written", self.report("--help").stdout)
        self.assertEqual(self.report(self.write("b.hlog", "x\n")).returncode, 2)
        self.assertEqual(self.report(self.log, "--csv", self.folder / "no" / "a.csv").returncode, 1)

    def test_a_file_given_twice_is_wrong_usage(self):
        link = self.folder / "link.hgrm"
        link.symlink_to(self.log)
        for other in (self.log, self.folder / "." / ".." / self.folder.name / "a.hgrm", link):
            done = self.report(self.log, other)
            self.assertEqual(done.returncode, 2)
            self.assertIn("expected each once", done.stderr)


if __name__ == "__main__":
    unittest.main()
