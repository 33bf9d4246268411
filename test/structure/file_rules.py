"""test/structure/file_rules.py: rules that one file at a time can break."""

import os
import re
import subprocess

from source_tree import CPP_SUFFIXES, PRODUCT_FOLDERS, SOURCE_FOLDERS, Violation

LINES_MAX = 500
SNAKE_CASE_PATH = re.compile(r"([a-z0-9][a-z0-9_]*/)*[a-z0-9][a-z0-9_]*(\.[a-z0-9]+)*")
NAMED_SUFFIXES = (".hpp", ".cpp", ".py", ".sh", ".proto", ".yml", ".jsonl", "meson.build")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
TEXT_SUFFIXES = NAMED_SUFFIXES + (".md",)


def names_are_snake_case(tree):
    return [Violation(path, 0, "names of files and folders are snake_case")
            for path in tree.files(SOURCE_FOLDERS, NAMED_SUFFIXES) if not SNAKE_CASE_PATH.fullmatch(path)]


def headers_introduce_themselves(tree):
    faults = []
    for path in tree.files(SOURCE_FOLDERS, (".hpp",)):
        text = tree.read(path)
        if not text.startswith(f"// {path}: "):
            faults.append(Violation(path, 1, f'the first line of a header is "// {path}: <what it is>"'))
        if text.splitlines().count("#pragma once") != 1:
            faults.append(Violation(path, 0, "a header has one #pragma once"))
    return faults


def files_are_short(tree):
    counts = ((path, len(tree.read(path).splitlines())) for path in tree.files(PRODUCT_FOLDERS, CPP_SUFFIXES))
    return [Violation(path, 0, f"{count} lines; a file has at most {LINES_MAX}")
            for path, count in counts if count > LINES_MAX]


def nothing_is_marked_unfinished(tree):
    faults = []
    for path in tree.files(SOURCE_FOLDERS + ("docs",), TEXT_SUFFIXES):
        for number, line in tree.lines(path):
            mark = UNFINISHED.search(line)
            if mark:
                faults.append(Violation(path, number, f"{mark[0]} marks unfinished work"))
    return faults


def every_source_is_built(tree):
    """Each .cpp is named by a meson.build in its folder or above; else it would never be compiled."""
    faults = []
    for path in tree.files(PRODUCT_FOLDERS + ("bench", "test"), (".cpp",)):
        stem = path.rsplit("/", 1)[-1][: -len(".cpp")]
        short = re.sub(r"_(test|stress|model|fuzz|bench)$", "", stem)  # listed by a foreach
        named = re.compile(rf"\b({re.escape(stem)}|{re.escape(short)})\b")
        if not any(named.search(tree.read(build)) for build in build_files_above(tree, path)):
            faults.append(Violation(path, 0, "no meson.build in its folder or above names it"))
    return faults


def build_files_above(tree, path):
    parts = path.split("/")[:-1]
    candidates = ("/".join(parts[:depth] + ["meson.build"]) for depth in range(len(parts), -1, -1))
    return [candidate for candidate in candidates if tree.exists(candidate)]


def shell_scripts(tree):
    """Runnable scripts and those they source."""
    for path in tree.files(SOURCE_FOLDERS) + [path for path in (".ci/run",) if tree.exists(path)]:
        with open(tree.root / path, "rb") as file:
            runnable = re.match(rb"#!.*\bbash\b", file.readline())
        if runnable or path.endswith(".sh"):
            yield path, bool(runnable)


def shell_scripts_are_strict(tree):
    faults = []
    for path, runnable in shell_scripts(tree):
        checked = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True, check=False)
        if checked.returncode:
            faults.append(Violation(path, 0, f"bash -n: {checked.stderr.strip()}"))
        if runnable and "set -euo pipefail" not in tree.read(path).splitlines():
            faults.append(Violation(path, 0, "a script says set -euo pipefail"))
        if runnable and not os.access(tree.root / path, os.X_OK):
            faults.append(Violation(path, 0, "a script with a #! line is executable"))
    return faults
