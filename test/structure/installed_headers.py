"""test/structure/installed_headers.py: what an installed header includes is installed, too.

The headers stand in install_headers(..., subdir: 'prosa/FOLDER') of FOLDER's meson.build.
"""

import re

from include_table import QUOTED
from source_tree import PRODUCT_FOLDERS, Violation

INSTALLED = re.compile(r"^ *install_headers\((.*?)\bsubdir: 'prosa/([a-z_/]+)'", re.M | re.S)


def installed_headers(tree):
    """Path of each installed header, and the meson.build that says so."""
    found = {}
    for folder in PRODUCT_FOLDERS:
        build = f"{folder}/meson.build"
        if tree.exists(build):
            for names, place in INSTALLED.findall(tree.read(build)):
                found.update({f"{place}/{name}": build for name in re.findall(r"'([^']+\.hpp)'", names)})
    return found


def installed_headers_include_installed_ones(tree):
    installed = installed_headers(tree)
    faults = [Violation(build, 0, f"{path} does not exist") for path, build in installed.items()
              if not tree.exists(path)]
    for path, build in installed.items():
        for number, line in tree.lines(path) if tree.exists(path) else ():
            quoted = QUOTED.match(line)
            if quoted and quoted[1] not in installed:
                faults.append(Violation(path, number, f"{quoted[1]} is not installed; {path} is, by {build}"))
    return faults
