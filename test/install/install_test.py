"""test/install/install_test.py: programs outside of the tree are built against an installed one, and run.

INSTALL_BUILD is the build that is installed, to a temporary place; INSTALL_PREFIX, INSTALL_LIBDIR and INSTALL_VERSION
are its options; INSTALL_CXX is the compiler. None begins with PROSA_: those are settings.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = os.environ["INSTALL_VERSION"]
COMPILER = os.environ["INSTALL_CXX"].split()
QUOTED = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
OURS = re.compile(r"_Z\w*?N[KRO]*5prosa|PROSA_0$")  # mangled; and the version itself


def call(*command, **options):
    """The standard output of a command that has to succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, check=False,
                          **options)
    if done.returncode:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    """One installed tree for all cases."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="prosa-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.scratch = Path(folder.name)
        destination = cls.scratch / "root"
        call("meson", "install", "-C", os.environ["INSTALL_BUILD"], "--no-rebuild", "--quiet", "--destdir", destination)
        cls.prefix = Path(str(destination) + os.environ["INSTALL_PREFIX"])
        cls.libraries = cls.prefix / os.environ["INSTALL_LIBDIR"]
        cls.headers = cls.prefix / "include/prosa"

    def environment(self):
        return {**os.environ, "LD_LIBRARY_PATH": str(self.libraries)}


class Library(Installed):
    def test_the_shared_library_is_found_by_its_soname(self):
        file = self.libraries / f"libprosa.so.{VERSION}"
        self.assertEqual((self.libraries / "libprosa.so.0").resolve(), file.resolve())
        self.assertEqual((self.libraries / "libprosa.so").resolve(), file.resolve())
        self.assertRegex(call("objdump", "-p", file), r"SONAME +libprosa\.so\.0\n")

    def test_the_shared_library_exports_only_namespace_prosa(self):
        text = call("nm", "--dynamic", "--defined-only", "--format=posix", self.libraries / f"libprosa.so.{VERSION}")
        names = [line.split("@")[0].split()[0] for line in text.splitlines()]
        self.assertEqual([name for name in names if not OURS.match(name)], [])
        self.assertIn("_ZN5prosa7BusMain5startEv", names)

    def test_everything_that_an_installed_header_includes_is_installed(self):
        headers = sorted(self.headers.rglob("*.hpp"))
        self.assertTrue(headers)
        lost = [f"{header.relative_to(self.headers)} includes {name}" for header in headers
                for name in QUOTED.findall(header.read_text(encoding="utf-8")) if not (self.headers / name).is_file()]
        self.assertEqual(lost, [])

    def test_the_installed_headers_compile_together(self):
        source = self.scratch / "all_headers.cpp"
        names = sorted(header.relative_to(self.headers) for header in self.headers.rglob("*.hpp"))
        source.write_text("".join(f'#include "{name}"\n' for name in names), encoding="utf-8")
        flags = PkgConfig.flags(self, "--cflags")
        call(*COMPILER, "-std=c++20", "-Wall", "-Wextra", "-fsyntax-only", *flags, source)

    def test_pages_completions_and_the_unit_are_installed(self):
        for name in ("share/man/man1/prosa.1", "share/man/man1/prosa-run.1",
                     "share/bash-completion/completions/prosa", "lib/systemd/system/prosa@.service"):
            self.assertTrue((self.prefix / name).is_file(), name)
        self.assertEqual(len(list((self.prefix / "share/zsh").glob("*/_prosa"))), 1)


@unittest.skipUnless(shutil.which("pkg-config"), "package pkg-config is not installed")
class PkgConfig(Installed):
    def flags(self, *options):
        return call("pkg-config", f"--define-variable=prefix={self.prefix}", *options, "prosa",
                    env={**os.environ, "PKG_CONFIG_PATH": str(self.libraries / "pkgconfig")}).split()

    def build(self, program, *options):
        call(*COMPILER, "-std=c++20", HERE / "pkg_config_program.cpp", "-o", self.scratch / program, *options)
        return self.scratch / program

    def test_a_program_is_built_with_the_shared_library_and_runs(self):
        program = self.build("shared", *self.flags("--cflags", "--libs"))
        self.assertIn("libprosa.so.0", call("objdump", "-p", program))
        self.assertEqual(call(program, env=self.environment()), "42\n")

    def test_a_program_is_built_with_the_static_library_and_runs(self):
        needed = self.flags("--print-requires-private")
        flags = ["-l:libprosa.a" if flag == "-lprosa" else flag for flag in self.flags("--cflags", "--libs")]
        flags += call("pkg-config", "--libs", *needed).split() + ["-lmimalloc", "-pthread"]
        program = self.build("static", *flags)
        self.assertNotIn("libprosa.so", call("objdump", "-p", program))
        self.assertEqual(call(program), "42\n")

    def test_it_knows_the_version(self):
        self.assertEqual(self.flags("--modversion"), [VERSION])


@unittest.skipUnless(shutil.which("cmake"), "package cmake is not installed")
class CMake(Installed):
    def configure(self, build, *options):
        return call("cmake", "-S", HERE / "cmake_program", "-B", build, f"-DCMAKE_CXX_COMPILER={COMPILER[-1]}",
                    f"-DCMAKE_PREFIX_PATH={self.prefix}", *options)

    def test_the_programs_are_built_and_run(self):
        build = self.scratch / "cmake"
        self.configure(build)
        call("cmake", "--build", build)
        configuration = HERE / "cmake_program/hello.yml"
        for name, is_shared in (("shared_program", True), ("static_program", False)):
            program = build / name
            self.assertEqual("libprosa.so.0" in call("objdump", "-p", program), is_shared)
            self.assertRegex(call(program, "list"), r"hello +answers hello to everything")
            self.assertRegex(call(program, "run", "-c", configuration), r"hello-1 +1000 +1000")

    def test_the_same_series_is_accepted_and_another_one_refused(self):
        series = ".".join(VERSION.split(".")[:2])
        self.configure(self.scratch / "same_series", f"-DWANTED_VERSION={series}")
        for other in ("0.0.1", "99.0"):
            with self.assertRaisesRegex(AssertionError, r"compatible\s+with requested version"):
                self.configure(self.scratch / f"version_{other}", f"-DWANTED_VERSION={other}")
