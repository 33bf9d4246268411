"""test/tools/packaging/abi_test.py: the comparison of interfaces tells an addition from a break.

ABI_CXX is the compiler. The libraries are a few lines, the record is made from the first one.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from shutil import which

INTERFACE = Path(__file__).resolve().parents[3] / "tools/packaging/abi/interface"
COMPILER = os.environ["ABI_CXX"].split()
HEADER = """#pragma once
namespace prosa {
struct Reply { int error; long latency_ns; };
class Client { public: virtual ~Client(); Reply call(int request); private: int count_ = 0; };
}
"""
SOURCE = """#include "client.hpp"
namespace prosa {
Client::~Client() = default;
Reply Client::call(int request) { return {request, ++count_}; }
}
"""


@unittest.skipUnless(which("abidiff") and which("xz"), "package abigail-tools or xz-utils is not installed")
class Interface(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.record = self.folder / "record.abi.xz"

    def build(self, header, source):
        include = self.folder / "include"
        include.mkdir(exist_ok=True)
        (include / "client.hpp").write_text(header, encoding="utf-8")
        (self.folder / "client.cpp").write_text(source, encoding="utf-8")
        library = self.folder / "libclient.so"
        subprocess.run([*COMPILER, "-g", "-shared", "-fPIC", f"-I{include}", self.folder / "client.cpp", "-o", library],
                       check=True, timeout=120)
        return library

    def ask(self, verb, header=HEADER, source=SOURCE):
        library = self.build(header, source)
        return subprocess.run([INTERFACE, verb, self.record, library, self.folder / "include"], capture_output=True,
                              text=True, timeout=120, check=False)

    def recorded(self):
        done = self.ask("record")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_the_recorded_interface_is_the_same(self):
        self.recorded()
        done = self.ask("compare")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout, "")

    def test_a_new_function_breaks_nothing(self):
        self.recorded()
        done = self.ask("compare", HEADER.replace("Reply call", "void close(); Reply call"),
                        SOURCE.replace("Reply Client", "void Client::close() {}\nReply Client"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("prosa::Client::close()", done.stdout)

    def test_a_function_that_is_gone_breaks_programs(self):
        self.recorded()
        done = self.ask("compare", HEADER.replace("int request", "long request"),
                        SOURCE.replace("int request", "long request").replace("{request,", "{int(request),"))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("programs built against the record may break", done.stderr)

    def test_a_structure_that_grew_breaks_programs(self):
        self.recorded()
        done = self.ask("compare", HEADER.replace("int error;", "int error; long more;"),
                        SOURCE.replace("{request, ", "{request, 0, "))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("size changed", done.stdout)

    def test_without_a_record_it_says_so(self):
        done = self.ask("compare")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no record", done.stderr)
