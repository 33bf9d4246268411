"""test/examples/examples_test.py: the example programs do what the README says of them.

EXAMPLE_EMBED and EXAMPLE_CUSTOM name the programs, EXAMPLE_PROSA prosa itself, EXAMPLE_SCRATCH a folder to write in.
None begins with PROSA_: those are settings.
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONFIGURATION = EXAMPLES / "custom_processor/custom_processor.yml"
TRANSACTIONS = EXAMPLES / "transactions.jsonl"
RATE_MISSED = 3


def run(program, *arguments):
    return subprocess.run([os.environ[program], *map(str, arguments)], capture_output=True, text=True, timeout=100,
                          check=False)


class Embed(unittest.TestCase):
    def test_it_prints_the_answer_and_how_long_it_took(self):
        result = run("EXAMPLE_EMBED")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"^hello, world in [0-9]+ ns\n$")


class CustomProcessor(unittest.TestCase):
    def custom(self, *arguments):
        result = run("EXAMPLE_CUSTOM", *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_it_has_every_subcommand_of_prosa(self):
        self.assertEqual(self.subcommands("EXAMPLE_CUSTOM"), self.subcommands("EXAMPLE_PROSA"))
        self.assertLessEqual({"run", "load", "list", "bench", "topology"}, self.subcommands("EXAMPLE_CUSTOM"))

    def subcommands(self, program):
        text = run(program, "--help").stdout
        return set(re.findall(r"^ +([a-z]+) ", text[text.lower().index("subcommands"):], re.M))

    def test_its_kind_and_adaptor_are_listed_beside_the_built_in_ones(self):
        text = self.custom("list")
        for name in ("limit_check", "card", "router", "stub", "injector"):
            self.assertIn(name, text)

    def test_the_dry_run_shows_its_adaptors_key(self):
        self.assertIn("limit: 50000", self.custom("run", "--dry_run", "-c", CONFIGURATION))

    def test_a_misspelt_key_of_its_adaptor_is_an_error_with_the_nearest(self):
        text = CONFIGURATION.read_text(encoding="utf-8").replace("limit: 50000", "limits: 50000")
        text = text.replace("../transactions.jsonl", str(TRANSACTIONS))
        wrong = Path(os.environ["EXAMPLE_SCRATCH"]) / "misspelt_custom_processor.yml"
        wrong.write_text(text, encoding="utf-8")
        result = run("EXAMPLE_CUSTOM", "run", "-c", wrong)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"misspelt_custom_processor\.yml:\d+.*limits.*limit")

    def test_the_configuration_starts_it_and_all_is_answered(self):
        text = self.custom("run", "-c", CONFIGURATION, "--duration", "1s")
        self.assertRegex(text, r"limit-1 +[1-9]")

    def test_load_drives_it(self):
        result = run("EXAMPLE_CUSTOM", "load", "-c", CONFIGURATION, "--service", "LIMIT_CHECK", "--input", TRANSACTIONS,
                     "--rate", "2k", "--duration", "1s", "--warmup", "0s", "--json", "-")
        self.assertIn(result.returncode, (0, RATE_MISSED), result.stderr)  # how fast it went is not tested here
        report = json.loads(result.stdout)
        self.assertEqual(report["disagreements"], [])
        self.assertGreater(report["received"], 0)
        self.assertEqual(report["accepted"], report["received"])
