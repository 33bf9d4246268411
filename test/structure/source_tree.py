"""test/structure/source_tree.py: the files that the structural rules look at."""

import os
from dataclasses import dataclass
from pathlib import Path

PRODUCT_FOLDERS = ("core", "tvf", "adaptors", "apps")
SOURCE_FOLDERS = PRODUCT_FOLDERS + ("bench", "test", "tools", "examples")
CPP_SUFFIXES = (".hpp", ".cpp")


@dataclass(frozen=True)
class Violation:
    path: str  # from the root
    line: int  # 1-based; 0 when the whole file is meant
    text: str  # what was found, and the rule

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


class SourceTree:
    """A checkout. Paths are relative to its root, sorted, with forward slashes."""

    def __init__(self, root):
        self.root = Path(root)

    def files(self, folders, suffixes=None):
        found = []
        for folder in folders:
            for directory, names, files in os.walk(self.root / folder):
                names[:] = [name for name in names if name != "__pycache__" and not name.startswith(".")]
                base = Path(directory).relative_to(self.root)
                found += [(base / file).as_posix() for file in files if not file.startswith(".")]
        return sorted(path for path in found if suffixes is None or path.endswith(suffixes))

    def exists(self, path):
        return (self.root / path).is_file()

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def lines(self, path):
        """(number, text) of each line, 1-based."""
        return enumerate(self.read(path).splitlines(), start=1)
