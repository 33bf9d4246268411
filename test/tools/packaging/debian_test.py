"""test/tools/packaging/debian_test.py: the Debian packaging names the libraries that the project names elsewhere.

Whether the packages build, install and work is asked by `./tools/package --check`, which takes minutes.
"""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGING = ROOT / "tools/packaging"
FOR_TESTS_ONLY = {"doctest-dev", "libbenchmark-dev", "libprotobuf-dev", "relacy-dev"}
HEADERS_OF_OURS_ONLY = {"libcli11-dev"}  # no installed header includes it


def field(paragraph, name):
    """The packages of a list in debian/control, without versions and architectures."""
    value = re.search(rf"^{name}:((?:.*\n)(?: .*\n)*)", paragraph, re.M)[1]
    return {re.split(r"[ (:]", item.strip())[0] for item in value.split(",") if item.strip()}


class Control(unittest.TestCase):
    def setUp(self):
        text = (PACKAGING / "debian/control").read_text(encoding="utf-8")
        self.source, *binaries = text.split("\n\n")
        self.source += "\n"
        self.binaries = {re.search(r"^Package: (.*)$", each, re.M)[1]: each.rstrip() + "\n" for each in binaries}
        setup = (ROOT / "tools/setup").read_text(encoding="utf-8")
        self.libraries = set(re.findall(r"^(\S+-dev) +#", setup, re.M)) - FOR_TESTS_ONLY

    def test_there_are_a_program_a_library_and_its_headers(self):
        self.assertEqual(set(self.binaries), {"prosa", "libprosa0", "libprosa-dev"})

    def test_the_build_needs_the_libraries_of_the_setup(self):
        needed = {name for name in field(self.source, "Build-Depends") if name.endswith("-dev")}
        self.assertEqual(needed, self.libraries)

    def test_the_headers_come_with_the_libraries_that_they_include(self):
        needed = {name for name in field(self.binaries["libprosa-dev"], "Depends") if name.endswith("-dev")}
        self.assertEqual(needed, self.libraries - HEADERS_OF_OURS_ONLY)

    def test_the_library_package_is_named_by_its_soname(self):
        soversion = re.search(r"soversion: '(\d+)'", (ROOT / "apps/meson.build").read_text(encoding="utf-8"))[1]
        self.assertIn(f"libprosa{soversion}", self.binaries)


class Tool(unittest.TestCase):
    def test_an_unknown_option_is_refused_before_anything_is_built(self):
        done = subprocess.run([ROOT / "tools/package", "--chek"], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("unknown option --chek", done.stderr)
