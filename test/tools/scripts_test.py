"""test/tools/scripts_test.py: the scripts of tools/ answer at once where there is nothing to build, and end with 2
where they could not start.

They run in a copy of what they need of the tree, on a machine that has all packages and can build nothing.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from shutil import copy, copytree, rmtree, which

ROOT = Path(__file__).resolve().parents[2]


class Scripts(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.root = Path(made.name)
        copytree(ROOT / "tools", self.root / "tools")
        (self.root / "test/fuzz").mkdir(parents=True)
        for file in ("run_targets.py", "ctl_fuzz.cpp"):
            copy(ROOT / "test/fuzz" / file, self.root / "test/fuzz")
        self.command("dpkg-query", "shift 2; for package; do echo installed; done")
        for builder in ("meson", "ninja", "apt-get", "sudo"):
            self.command(builder, 'echo "$0 was called" >&2; exit 1')

    def command(self, name, body):
        file = self.root / "commands" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!{which('bash')}\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def run_tool(self, name, *words):
        return subprocess.run([self.root / "tools" / name, *words], capture_output=True, text=True, timeout=60,
                              env={"PATH": f"{self.root}/commands:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL,
                              check=False)

    def test_the_head_of_a_script_is_its_help(self):
        for path in (self.root / "tools").iterdir():
            if path.is_dir() or "common.sh" not in path.read_text(encoding="utf-8") or path.name == "common.sh":
                continue
            for words in (("--help",), ("-h",), ("--seconds", "5", "--help")):
                with self.subTest(path.name, words=words):
                    done = self.run_tool(path.name, *words)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    head = done.stdout.splitlines()
                    self.assertTrue(head[0].startswith(f"tools/{path.name}"), head[0])
                    self.assertTrue(any(line.startswith("Exit: ") for line in head))
                    self.assertNotIn("set -euo pipefail", head)

    def test_wrong_words_are_refused_before_anything_is_built(self):
        for words in (("coverage", "html"), ("fuzz", "nosuch"), ("fuzz", "--installed", "--seconds", "0"),
                      ("fuzz", "--tot"), ("prove", "--only", "nosuch"), ("prove", "--hours", "x"), ("prove", "--lis"),
                      ("prove", "--only", "mutants", "--hours", "1")):
            with self.subTest(words):
                done = self.run_tool(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertNotIn("was called", done.stderr)

    def test_sums_and_lists_need_no_build(self):
        for words in (("fuzz", "--seconds", "5", "--total"), ("fuzz", "--list"), ("prove", "--hours", "2", "--total"),
                      ("prove", "--list")):
            with self.subTest(words):
                done = self.run_tool(*words)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_what_cannot_be_installed_configured_or_built_ends_with_2(self):
        configured = 'echo "$0 was called" >&2; mkdir -p "$2"; touch "$2/build.ninja"'
        for step, name, body in (("ninja", "meson", configured),
                                 ("meson", "meson", "echo meson was called >&2; exit 1"),
                                 ("missing packages", "dpkg-query", "exit 1")):
            self.command(name, body)
            for tool in ("prove", "fuzz", "coverage"):
                with self.subTest(tool, step=step):
                    done = self.run_tool(tool)
                    self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                    self.assertIn(step, done.stderr.splitlines()[-1 if step == "missing packages" else -2])
                rmtree(self.root / "build", ignore_errors=True)

    def test_a_folder_that_two_scripts_share_has_the_same_options_by_both(self):
        self.command("meson", f'echo "$*" >>"{self.root}/options"; exit 1')
        self.run_tool("prove", "--only", "tsan bus stress")
        self.run_tool("test", "--sanitize", "thread")
        options = (self.root / "options").read_text(encoding="utf-8").splitlines()
        self.assertIn("build/test-tsan", options[0])
        self.assertEqual(options, 2 * options[:1])


if __name__ == "__main__":
    unittest.main()
