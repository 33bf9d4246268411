"""test/tools/setup_test.py: tools/setup never does half of its work.

The machine is faked by a PATH of its own, so nothing is installed. A test run by root takes the steps of
an ordinary user as NOBODY.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from shutil import copy, which

TOOLS = Path(__file__).resolve().parents[2] / "tools"
USED_COMMANDS = ("bash", "cat", "dirname", "env", "mktemp", "rm")
NOBODY = 65534


class Machine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        self.path.chmod(0o755)
        (self.path / "tools").mkdir()
        for script in ("setup", "common.sh"):
            copy(TOOLS / script, self.path / "tools")  # NOBODY may not reach the checkout
        self.calls = self.path / "apt_calls"
        for command in USED_COMMANDS:
            (self.path / command).symlink_to(which(command))

    def command(self, name, body):
        file = self.path / name
        file.write_text(f"#!{which('bash')}\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def installed_except(self, *missing):
        names = "|".join(missing) or "none"
        self.command("dpkg-query", f'case ${{!#}} in {names}) exit 1 ;; *) printf installed ;; esac')

    def apt(self, status):
        self.command("apt-get", f'echo "$*" >>"{self.calls}"; echo "apt says"; exit {status}')

    def sudo(self, body):
        self.command("sudo", body)

    def run_setup(self, *packages, **options):
        return subprocess.run([self.path / "tools" / "setup", *packages], env={"PATH": str(self.path)}, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, check=False, **options)

    def run_setup_as_user(self):
        return self.run_setup(**({"user": NOBODY} if os.geteuid() == 0 else {}))

    def test_a_complete_machine_is_left_alone_in_silence(self):
        self.installed_except()
        self.apt(status=0)
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertFalse(self.calls.exists())

    def test_without_apt_the_missing_packages_are_named_and_nothing_else(self):
        self.installed_except("doctest-dev", "libcli11-dev")
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (1, "", "setup: missing packages: libcli11-dev doctest-dev\n"))

    def test_a_release_needs_nothing_of_the_tests(self):
        self.installed_except("doctest-dev", "libcli11-dev", "spin")
        done = self.run_setup("--release", "spin")
        self.assertEqual((done.returncode, done.stderr), (1, "setup: missing packages: libcli11-dev spin\n"))

    def test_without_dpkg_every_package_is_named(self):
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing packages: g++ meson", done.stderr)

    def test_without_root_the_missing_packages_are_named_and_apt_is_not_called(self):
        self.installed_except("doctest-dev")
        self.apt(status=0)
        self.sudo("exit 1")  # wants a password that nobody can type
        done = self.run_setup_as_user()
        self.assertEqual((done.returncode, done.stderr), (1, "setup: missing packages: doctest-dev\n"))
        self.assertFalse(self.calls.exists())

    def test_only_missing_packages_are_installed(self):
        self.installed_except("doctest-dev")
        self.apt(status=0)
        self.sudo('[[ $1 != -n ]] || shift; "$@"')
        done = self.run_setup()
        self.assertEqual(done.returncode, 0)
        self.assertTrue(self.calls.read_text(encoding="utf-8").rstrip().endswith(" doctest-dev"))
        self.assertNotIn("apt says", done.stdout + done.stderr)

    def test_packages_that_the_call_names_are_needed_too(self):
        self.installed_except("lintian")
        done = self.run_setup("lintian", "meson")
        self.assertEqual((done.returncode, done.stderr), (1, "setup: missing packages: lintian\n"))

    def test_a_failed_installation_shows_why_and_names_the_packages(self):
        self.installed_except("doctest-dev")
        self.apt(status=100)
        self.sudo('[[ $1 != -n ]] || shift; "$@"')
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt says", done.stderr)
        self.assertTrue(done.stderr.endswith("setup: missing packages: doctest-dev\n"))
