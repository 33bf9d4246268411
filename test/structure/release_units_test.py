"""test/structure/release_units_test.py: the sources of a library compile together, as a release takes them.

The tests compile each source by itself, so two that give one name to what is their own pass there, and end the build of
a release. Only the compiler's front half runs. BUILD_ROOT: the folder of the build that knows its sources.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT_SOURCES = int(re.search(r"-Dunity_size=(\d+)", (ROOT / "tools/common.sh").read_text()).group(1))
RELEASED = ("adaptors/", "apps/", "core/", "tvf/")


def libraries(commands):
    """Each library's or program's sources and the command of the first, in the order of the build."""
    found = {}
    for entry in commands:
        target = os.path.dirname(entry["output"])
        if target.startswith(RELEASED):
            found.setdefault(target, (entry, []))[1].append(os.path.join(entry["directory"], entry["file"]))
    return found


def units(sources):
    return [sources[at:at + UNIT_SOURCES] for at in range(0, len(sources), UNIT_SOURCES)]


def errors_of(entry, sources):
    """What the compiler says of these sources together."""
    words = shlex.split(entry["command"])
    flags = [word for word in words[1:words.index("-MD")] if not word.startswith(("-fdiagnostics", "-Winvalid"))]
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / "unit.cpp"
        unit.write_text("".join(f'#include "{source}"\n' for source in sources))
        done = subprocess.run([words[0], *flags, "-fsyntax-only", str(unit)], cwd=entry["directory"],
                              capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


class ReleaseUnits(unittest.TestCase):
    def setUp(self):
        commands = json.loads((Path(os.environ["BUILD_ROOT"]) / "compile_commands.json").read_text())
        self.libraries = libraries(commands)
        self.assertGreater(len(self.libraries), 5)

    def test_the_sources_of_each_unit_compile_together(self):
        work = [(entry, unit) for entry, sources in self.libraries.values() for unit in units(sources)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            errors = list(pool.map(lambda item: errors_of(*item), work))
        self.assertEqual("", "\n".join(filter(None, errors)))

    def test_meson_counts_the_units_of_each_library(self):
        # Meson 1.0 misses one where they come out even.
        even = [target for target, (_, sources) in self.libraries.items() if len(sources) % UNIT_SOURCES == 0]
        self.assertEqual([], even)

    def test_two_sources_that_use_one_name_are_found(self):
        entry = next(iter(self.libraries.values()))[0]
        with tempfile.TemporaryDirectory() as folder:
            sources = [os.path.join(folder, name) for name in ("a.cpp", "b.cpp")]
            for source, kind in zip(sources, ("int", "long")):
                Path(source).write_text(f"namespace {{ [[maybe_unused]] {kind} count = 0; }}\n")
            self.assertEqual("", errors_of(entry, sources[:1]))
            self.assertIn("conflicting declaration", errors_of(entry, sources))


if __name__ == "__main__":
    unittest.main()
