"""test/structure/include_table.py: which folder may include which.

Our own headers are included with quotes and by their path from the root. A folder may include itself,
what stands beside it in ALLOWED, and what those may include in turn. Tests, benchmarks and examples may
include every product folder, and tests what they test of the benchmarks; nobody else includes them.
"""

import re

from source_tree import CPP_SUFFIXES, SOURCE_FOLDERS, Violation

ALLOWED = {
    "core/base": (),
    "core/ring": ("core/base",),
    "core/rcu": ("core/base",),
    "core/stats": ("core/base",),
    "core/memory": ("core/base", "core/stats"),
    "core/reactor": ("core/ring", "core/rcu", "core/memory", "core/stats"),
    "core/settings": ("core/base",),
    "core/bus": ("core/reactor", "core/settings"),
    "core/control": ("core/bus",),
    "tvf": ("core/base",),
    "adaptors/kit": ("core/control", "tvf"),  # what adaptors share: rules on fields, lists of adaptors by name
    "adaptors/net": ("adaptors/kit",),
    "adaptors/*": ("adaptors/net",),          # each adaptor folder, for itself
    "adaptors": ("adaptors/*",),                            # files directly in adaptors/
    "apps": ("adaptors",),
}
OUTSIDE = ("bench", "test", "tools", "examples")

QUOTED = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
ANGLED = re.compile(r"^\s*#\s*include\s*<([^>]+)>")


def folder_of(path):
    """The folder of the table that a file belongs to: two levels of core/ and adaptors/, else one."""
    parts = path.split("/")
    depth = 2 if parts[0] in ("core", "adaptors") and len(parts) > 2 else 1
    return "/".join(parts[:depth])


def row_of(folder):
    """The row of the table that speaks for a folder, or None."""
    if folder in ALLOWED:
        return folder
    return "adaptors/*" if folder.startswith("adaptors/") else None


def reach(row):
    """Every row that files of `row` may include, through others too; not `row` itself."""
    reached, open_rows = set(), list(ALLOWED[row])
    while open_rows:
        following = open_rows.pop()
        if following not in reached:
            reached.add(following)
            open_rows += ALLOWED[following]
    return reached


def may_include(includer, included):
    """Whether a file of folder `includer` may include one of folder `included`."""
    if includer == included:
        return True
    if included in OUTSIDE:
        return (includer, included) == ("test", "bench")
    if includer in OUTSIDE:
        return True
    includer_row, included_row = row_of(includer), row_of(included)
    return None not in (includer_row, included_row) and included_row in reach(includer_row)


def include_fault(tree, path, line):
    """What is wrong with the #include on a line, or None."""
    angled = ANGLED.match(line)
    if angled and tree.exists(angled[1]):
        return f"<{angled[1]}> is ours: include it with quotes"
    quoted = QUOTED.match(line)
    if not quoted or quoted[1].endswith(".pb.h"):  # protobuf's generated headers are in the build folder
        return None
    included = quoted[1]
    if ".." in included.split("/") or not tree.exists(included):
        return f'"{included}" is no path from the root'
    includer_folder, included_folder = folder_of(path), folder_of(included)
    if not may_include(includer_folder, included_folder):
        return f'"{included}": {includer_folder} may not include {included_folder}'
    return None


def includes_follow_the_table(tree):
    faults = []
    for path in tree.files(SOURCE_FOLDERS, CPP_SUFFIXES):
        for number, line in tree.lines(path):
            fault = include_fault(tree, path, line)
            if fault:
                faults.append(Violation(path, number, fault))
    return faults


def folders_stand_in_the_table(tree):
    """A new folder of core/ has to say whom it may include."""
    folders = {folder_of(path): path for path in tree.files(("core", "tvf", "adaptors", "apps"), CPP_SUFFIXES)}
    return [Violation(path, 0, f"{folder} has no row in the include table")
            for folder, path in sorted(folders.items()) if row_of(folder) is None]
