"""test/tools/packaging/pages_test.py: manual pages and completions have every option of the program, and no other.

PAGES_PROGRAM is the program. Its help is read here in another way than by the generator.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from shutil import which

GENERATOR = Path(__file__).resolve().parents[3] / "tools/packaging/pages/make_pages.py"
PROGRAM = os.environ["PAGES_PROGRAM"]
VERSION = "1.2.3"


def call(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=True,
                          **options).stdout


def help_of(command):
    return call(PROGRAM, *([command] if command else []), "--help")


def options_of(command):
    """Each spelling that a line of the help begins with."""
    first_words = re.findall(r"^ {2}(-\S+)", help_of(command), re.M)
    return {name.split("{")[0] for word in first_words for name in word.split(",")}


def words_below(text, heading):
    block = re.search(rf"^{heading}:\n((?: .*\n)+)", text, re.M)
    return re.findall(r"^ {2}(\w\S*)", block[1], re.M)


SUBCOMMANDS = words_below(help_of(""), "Subcommands")
COMMANDS = ["", *SUBCOMMANDS]


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        call(GENERATOR, PROGRAM, VERSION, cls.folder / "man1", cls.folder / "bash", cls.folder / "zsh",
             env={**os.environ, "SOURCE_DATE_EPOCH": "86400"})

    def page(self, command):
        return (self.folder / "man1" / (f"prosa-{command}.1" if command else "prosa.1")).read_text(encoding="utf-8")


class Manual(Pages):
    def test_the_program_and_each_subcommand_have_a_page(self):
        names = {file.name for file in (self.folder / "man1").iterdir()}
        self.assertEqual(names, {"prosa.1"} | {f"prosa-{command}.1" for command in SUBCOMMANDS})

    def test_a_page_has_the_options_of_the_help(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                section = re.search(r"^\.SH OPTIONS\n(.*?)^\.SH ", self.page(command), re.M | re.S)[1]
                heads = re.findall(r"^\.TP\n(.*)\n(.*)\n", section, re.M)
                named = {name.replace("\\-", "-") for head, _ in heads for name in re.findall(r"\\fB(.*?)\\fR", head)}
                self.assertEqual(named, options_of(command))
                self.assertEqual([head for head, text in heads if not text.strip()], [])

    def test_a_page_has_the_verbs_of_the_help(self):
        named = [name.replace("\\-", "-") for name in re.findall(r"^\.TP\n\\fB(\w.*?)\\fR", self.page("ctl"), re.M)]
        self.assertEqual(named, words_below(help_of("ctl"), "Verbs"))

    def test_a_page_states_version_and_date(self):
        self.assertIn('.TH PROSA-RUN 1 "1970-01-02" "prosa 1.2.3"', self.page("run"))

    def test_exit_codes_are_a_list(self):
        self.assertRegex(self.page(""), r"\.SH EXIT STATUS\n\.TP\n0\nDone\.\n\.TP\n1\n")

    @unittest.skipUnless(which("man"), "package man-db is not installed")
    def test_the_pages_are_set_without_a_warning(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                file = self.folder / "man1" / (f"prosa-{command}.1" if command else "prosa.1")
                done = subprocess.run(["man", "--warnings=all", "--local-file", file], capture_output=True, text=True,
                                      check=False, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("OPTIONS", done.stdout)


class Bash(Pages):
    def complete(self, *words):
        """What is offered for the last of these words."""
        script = (f'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _prosa; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        return set(call("bash", "-c", script, "bash", self.folder / "bash/prosa", "prosa", *words).split())

    def test_subcommands_are_offered_first(self):
        self.assertEqual(self.complete(""), set(SUBCOMMANDS) | options_of(""))
        self.assertEqual(self.complete("lo"), {"load"})

    def test_every_option_is_offered(self):
        for command in SUBCOMMANDS:
            with self.subTest(command=command):
                self.assertEqual(self.complete(command, "-"), options_of(command))

    def test_values_of_a_choice_are_offered_also_behind_an_equals_sign(self):
        levels = {"off", "error", "warn", "info", "debug", "trace"}
        self.assertEqual(self.complete("run", "--log-level", ""), levels)
        self.assertEqual(self.complete("run", "--log-level", "="), levels)
        self.assertEqual(self.complete("load", "--arrivals", "=", "p"), {"poisson"})

    def test_names_of_numbers_are_offered_without_the_numbers(self):
        self.assertEqual(self.complete("report", "--unit", ""), {"ns", "us", "ms", "s"})

    def test_files_are_offered_where_a_file_is_meant(self):
        start = str(self.folder / "ba")
        self.assertEqual(self.complete("run", "-c", start), {str(self.folder / "bash")})
        self.assertEqual(self.complete("report", start), {str(self.folder / "bash")})

    def test_nothing_is_offered_for_a_free_value(self):
        self.assertEqual(self.complete("run", "--duration", ""), set())

    def test_verbs_are_offered(self):
        self.assertLessEqual(set(words_below(help_of("ctl"), "Verbs")), self.complete("ctl", ""))


@unittest.skipUnless(which("zsh"), "package zsh is not installed")
class Zsh(Pages):
    STUBS = """
        _arguments() { print -rl -- "$@"; state=$wanted; return 0; }
        _describe() { print -rl -- "${(@P)2}"; }
        _files() { print files; }
    """

    def told(self, wanted, *words):
        """What the completion tells zsh's own functions, one line each, for a state and the words typed."""
        script = self.STUBS + 'wanted=$1; file=$2; shift 2; words=("$@"); source $file'
        return call("zsh", "-f", "-c", script, "zsh", wanted, self.folder / "zsh/_prosa", *words).splitlines()

    @staticmethod
    def options_in(lines):
        return {match[1] for match in (re.match(r"(?:\([^)]*\)|\*)(-[\w-]+)=?\[", line) for line in lines) if match}

    def test_subcommands_are_offered_first(self):
        lines = self.told("command")
        self.assertEqual(self.options_in(lines), options_of(""))
        self.assertEqual([line.split(":")[0] for line in lines[-len(SUBCOMMANDS):]], SUBCOMMANDS)

    def test_every_option_is_offered(self):
        for command in SUBCOMMANDS:
            with self.subTest(command=command):
                lines = self.told("argument", command)
                self.assertEqual(self.options_in(lines), options_of("") | options_of(command))

    def test_verbs_are_offered(self):
        text = "\n".join(self.told("argument", "ctl"))
        for verb in words_below(help_of("ctl"), "Verbs"):
            self.assertIn(f'"{verb}:', text)
