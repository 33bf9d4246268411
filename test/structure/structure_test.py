"""test/structure/structure_test.py: this repository keeps the structural rules, and each rule can fail."""

import tempfile
import unittest
from pathlib import Path

import file_rules
import include_table
import installed_headers
from source_tree import SourceTree

REPOSITORY = SourceTree(Path(__file__).resolve().parents[2])
MARK = "TO" + "DO"


class Repository(unittest.TestCase):
    """One case for each rule."""

    def hold(self, rule):
        faults = rule(REPOSITORY)
        if faults:
            self.fail("\n" + "\n".join(map(str, faults)))

    def test_includes_follow_the_table(self):
        self.hold(include_table.includes_follow_the_table)

    def test_folders_stand_in_the_table(self):
        self.hold(include_table.folders_stand_in_the_table)

    def test_installed_headers_include_installed_ones(self):
        self.hold(installed_headers.installed_headers_include_installed_ones)

    def test_names_are_snake_case(self):
        self.hold(file_rules.names_are_snake_case)

    def test_headers_introduce_themselves(self):
        self.hold(file_rules.headers_introduce_themselves)

    def test_files_are_short(self):
        self.hold(file_rules.files_are_short)

    def test_nothing_is_marked_unfinished(self):
        self.hold(file_rules.nothing_is_marked_unfinished)

    def test_every_source_is_built(self):
        self.hold(file_rules.every_source_is_built)

    def test_shell_scripts_are_strict(self):
        self.hold(file_rules.shell_scripts_are_strict)

    def test_the_rules_see_the_sources(self):
        self.assertIn("core/base/clock.hpp", REPOSITORY.files(("core",), (".hpp",)))
        self.assertIn(("tools/test", True), list(file_rules.shell_scripts(REPOSITORY)))
        self.assertLessEqual({"core/bus/bus.hpp", "tvf/tvf.hpp", "adaptors/register.hpp", "apps/prosa/prosa_main.hpp"},
                             set(installed_headers.installed_headers(REPOSITORY)))


class Sample(unittest.TestCase):
    """A tree of its own for each case."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = SourceTree(folder.name)

    def write(self, path, text="", mode=0o644):
        file = self.tree.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def faults(self, rule):
        return [str(fault) for fault in rule(self.tree)]


class IncludeTable(Sample):
    def check(self, includer, included, exists=True):
        """The faults of `includer` when its second line includes `included`."""
        if exists:
            self.write(included)
        self.write(includer, f'// a comment\n#include "{included}"\n')
        return self.faults(include_table.includes_follow_the_table)

    def assert_refused(self, includer, included, reason):
        self.assertEqual(self.check(includer, included), [f'{includer}:2: "{included}": {reason}'])

    def test_a_violation_names_the_line_the_include_and_the_rule(self):
        self.assert_refused("core/base/a.hpp", "core/ring/b.hpp", "core/base may not include core/ring")

    def test_core_never_includes_tvf(self):
        self.assert_refused("core/bus/a.cpp", "tvf/b.hpp", "core/bus may not include tvf")

    def test_tvf_includes_core_base_only(self):
        self.assert_refused("tvf/a.hpp", "core/stats/b.hpp", "tvf may not include core/stats")
        self.assertEqual(self.check("tvf/a.hpp", "core/base/b.hpp"), [])

    def test_an_adaptor_does_not_include_another_adaptor(self):
        self.assert_refused("adaptors/stub/a.hpp", "adaptors/router/b.hpp",
                            "adaptors/stub may not include adaptors/router")

    def test_every_adaptor_may_include_net(self):
        self.assertEqual(self.check("adaptors/http/a.hpp", "adaptors/net/b.hpp"), [])

    def test_net_does_not_include_other_adaptors(self):
        self.assert_refused("adaptors/net/a.hpp", "adaptors/http/b.hpp",
                            "adaptors/net may not include adaptors/http")

    def test_nothing_includes_tests(self):
        self.assert_refused("apps/prosa/a.cpp", "test/support/b.hpp", "apps may not include test")

    def test_a_folder_may_include_what_its_neighbours_may(self):
        self.assertEqual(self.check("core/control/a.hpp", "core/memory/b.hpp"), [])
        self.assertEqual(self.check("apps/prosa/c.cpp", "adaptors/stub/d.hpp"), [])
        self.assertEqual(self.check("test/core/ring/e.cpp", "core/ring/f.hpp"), [])

    def test_an_include_that_is_not_from_the_root_is_refused(self):
        self.assertEqual(self.check("core/base/a.cpp", "a.hpp", exists=False),
                         ['core/base/a.cpp:2: "a.hpp" is no path from the root'])

    def test_an_own_header_in_angle_brackets_is_refused(self):
        self.write("core/base/b.hpp")
        self.write("core/base/a.cpp", "#include <core/base/b.hpp>\n#include <vector>\n")
        self.assertEqual(self.faults(include_table.includes_follow_the_table),
                         ["core/base/a.cpp:1: <core/base/b.hpp> is ours: include it with quotes"])

    def test_a_new_folder_of_core_needs_a_row(self):
        self.write("core/extra/a.hpp")
        self.assertEqual(self.faults(include_table.folders_stand_in_the_table),
                         ["core/extra/a.hpp: core/extra has no row in the include table"])


class FileRules(Sample):
    def test_an_installed_header_that_includes_another_one_is_refused(self):
        self.write("tvf/meson.build", "install_headers(\n  'a.hpp', 'b.hpp', 'c.hpp',\n  subdir: 'prosa/tvf')\n")
        self.write("tvf/a.hpp", '#include "tvf/b.hpp"\n#include "tvf/own.hpp"\n')
        self.write("tvf/b.hpp")
        self.write("tvf/own.hpp")
        self.assertEqual(self.faults(installed_headers.installed_headers_include_installed_ones),
                         ["tvf/meson.build: tvf/c.hpp does not exist",
                          "tvf/a.hpp:2: tvf/own.hpp is not installed; tvf/a.hpp is, by tvf/meson.build"])

    def test_a_name_in_title_case_is_refused(self):
        self.write("core/base/SpscRing.hpp")
        self.write("core/base/spsc_ring.hpp")
        self.assertEqual(self.faults(file_rules.names_are_snake_case),
                         ["core/base/SpscRing.hpp: names of files and folders are snake_case"])

    def test_a_header_without_its_path_or_guard_is_refused(self):
        self.write("core/base/good.hpp", "// core/base/good.hpp: good.\n#pragma once\n")
        self.write("core/base/bare.hpp", "// core/base/bare.hpp: no guard.\n")
        self.write("core/base/moved.hpp", "// core/ring/moved.hpp: of another folder.\n#pragma once\n")
        self.assertEqual([fault.split(":")[0] for fault in self.faults(file_rules.headers_introduce_themselves)],
                         ["core/base/bare.hpp", "core/base/moved.hpp"])

    def test_the_line_after_the_last_allowed_one_is_refused(self):
        self.write("tvf/fits.cpp", "//\n" * file_rules.LINES_MAX)
        self.write("tvf/long.cpp", "//\n" * (file_rules.LINES_MAX + 1))
        self.assertEqual(self.faults(file_rules.files_are_short), ["tvf/long.cpp: 501 lines; a file has at most 500"])

    def test_a_mark_of_unfinished_work_is_refused(self):
        self.write("apps/a.cpp", f"int a;\n// {MARK}: later\n")
        self.write("docs/b.md", "A " + MARK.lower() + " list, and XXXXXX of mktemp.\n")
        self.assertEqual(self.faults(file_rules.nothing_is_marked_unfinished),
                         [f"apps/a.cpp:2: {MARK} marks unfinished work"])

    def test_a_source_that_no_build_names_is_refused(self):
        self.write("core/base/meson.build", "static_library('x', 'clock.cpp')\nforeach t : ['units']\n")
        for name in ("clock", "units_test", "lost"):
            self.write(f"core/base/{name}.cpp")
        self.assertEqual(self.faults(file_rules.every_source_is_built),
                         ["core/base/lost.cpp: no meson.build in its folder or above names it"])

    def test_a_script_with_bad_syntax_is_refused(self):
        self.write("tools/bad", "#!/usr/bin/env bash\nset -euo pipefail\nif true\n", mode=0o755)
        self.write("tools/library.sh", "f() { true; }\n")
        faults = self.faults(file_rules.shell_scripts_are_strict)
        self.assertEqual(len(faults), 1)
        self.assertTrue(faults[0].startswith("tools/bad: bash -n: "))

    def test_a_lax_script_and_one_that_cannot_run_are_refused(self):
        self.write("tools/lax", "#!/bin/bash\ntrue\n", mode=0o755)
        self.write("tools/locked", "#!/bin/bash\nset -euo pipefail\n", mode=0o644)
        self.assertEqual(self.faults(file_rules.shell_scripts_are_strict),
                         ["tools/lax: a script says set -euo pipefail",
                          "tools/locked: a script with a #! line is executable"])
