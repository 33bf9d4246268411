#!/usr/bin/env python3
"""test/support/run_cases.py FILE: runs the unittest cases of FILE and counts them.

The last line is "N passed, N failed[, N skipped]", which tools/count_tests.py adds up.
Exit: 0 nothing failed and something passed; 77, Meson's word for skipped, when all was; 1 otherwise.
"""

import sys
import unittest
from pathlib import Path

MESON_SKIPPED = 77


def main(file):
    path = Path(file).resolve()
    sys.dont_write_bytecode = True  # the source tree stays as it is
    sys.path.insert(0, str(path.parent))
    suite = unittest.defaultTestLoader.loadTestsFromName(path.stem)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len({str(case) for case, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if skipped and not passed and not failed:
        return MESON_SKIPPED
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
