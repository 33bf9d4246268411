#!/usr/bin/env python3
"""tools/count_tests.py TESTLOG_JSON [CHECK SECONDS]: sums the test cases of one `meson test` run.

TESTLOG_JSON is Meson's meson-logs/testlog.json (one object a line: name, command, result, stdout).
A test states its cases by doctest's summary line, by a line "N passed, N failed[, N skipped]", or by lines
{"check": NAME, ..., "failures": N}, each of them a case; one that states none is one case. A test that Meson calls
failed (crash, time out, exit code) without a failed case of its own counts as one failed case.

Prints the tests that failed, with CHECK the line that tools/prove records, then "N passed, N failed[, N skipped]".
Exit: 0 nothing failed and something passed; 1 otherwise; 2 no readable log.
"""

import json
import re
import sys
from dataclasses import dataclass

DOCTEST = re.compile(r"^\[doctest\] test cases: +(\d+) \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped", re.M)
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
CHECK = re.compile(r'^\{"check": .*"failures": (\d+)\b.*\}$', re.M)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self):
        tail = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{tail}"


class DoctestProgram:
    """The runs of one doctest program: a case is skipped only when no run of the program took it."""

    def __init__(self):
        self.cases = 0
        self.taken = 0

    def add_run(self, taken, left_out):
        self.cases = max(self.cases, taken + left_out)
        self.taken += taken

    def skipped(self):
        return max(0, self.cases - self.taken)


def count_test(test, programs):
    """The counts of one test; doctest's left-out cases go to `programs` (by executable)."""
    output = COLOUR.sub("", test.get("stdout") or "")
    result = test["result"]
    if result == "SKIP":
        return Counts(skipped=sum(int(skipped or 0) for _, _, skipped in PLAIN.findall(output)) or 1)
    if result == "EXPECTEDFAIL":
        return Counts(passed=1)

    counts = Counts()
    summaries = DOCTEST.findall(output)
    for taken, passed, failed, left_out in (map(int, row) for row in summaries):
        counts.passed += passed
        counts.failed += failed
        programs.setdefault(test["command"][0], DoctestProgram()).add_run(taken, left_out)
    plain = PLAIN.findall(output)
    for passed, failed, skipped in plain:
        counts.passed += int(passed)
        counts.failed += int(failed)
        counts.skipped += int(skipped or 0)

    checks = CHECK.findall(output)
    for failures in checks:
        counts.passed += failures == "0"
        counts.failed += failures != "0"

    if result != "OK":
        counts.failed = max(counts.failed, 1)
    elif not summaries and not plain and not checks:
        counts.passed = 1
    return counts


def count_log(lines):
    """Returns the sum, and one line of text for each test that failed."""
    total, failures, programs = Counts(), [], {}
    for line in lines:
        test = json.loads(line)
        counts = count_test(test, programs)
        total.passed += counts.passed
        total.failed += counts.failed
        total.skipped += counts.skipped
        if counts.failed:
            failures.append(f"failed: {test['name']} ({test['result']}): {counts}")
    total.skipped += sum(program.skipped() for program in programs.values())
    return total, failures


def main(arguments):
    if len(arguments) not in (1, 3):
        print(__doc__, file=sys.stderr)
        return 2
    log_file, *check = arguments
    try:
        with open(log_file, encoding="utf-8", errors="replace") as log:
            total, failures = count_log(log)
    except (OSError, ValueError, KeyError) as error:
        print(f"count_tests: {log_file}: {error!r}", file=sys.stderr)
        return 2
    for failure in failures:
        print(failure)
    if check:
        print(json.dumps({"check": check[0], "seed": 0, "count": total.passed + total.failed, "failures": total.failed,
                          "seconds": int(check[1]), "skipped": total.skipped}))
    print(total)
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
