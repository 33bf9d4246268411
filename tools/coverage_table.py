#!/usr/bin/env python3
"""tools/coverage_table.py LINES_JSON PERCENT SECONDS: a table of the lines that ran, and the lines that did not.

LINES_JSON is gcovr's JSON form; SECONDS is what the runs took. The last line is the one that tools/prove records: the
lines of core/ and tvf/, and as failures those of the two of which less than PERCENT ran.
Exit: 0 at least PERCENT of both; 1 fewer; 2 wrong usage.
"""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Lines:
    ran: int = 0
    all: int = 0
    idle: list = field(default_factory=list)  # numbers of lines that did not run; of a file only

    def percent(self):
        return 100 * self.ran / self.all if self.all else 0.0


def read_files(report):
    """Lines by file."""
    files = {}
    for file in report["files"]:
        lines = files[file["file"]] = Lines()
        for line in file["lines"]:
            if line["gcovr/noncode"]:
                continue
            lines.all += 1
            lines.ran += line["count"] > 0
            if line["count"] == 0:
                lines.idle.append(line["line_number"])
    return files


def sum_up(files, depth):
    """Lines by the first `depth` parts of the folder."""
    folders = defaultdict(Lines)
    for name, lines in files.items():
        folder = "/".join(name.split("/")[:-1][:depth])
        folders[folder].ran += lines.ran
        folders[folder].all += lines.all
    return folders


def ranges(numbers):
    """`3-5, 9`."""
    texts, begin = [], None
    for number, following in zip(numbers, numbers[1:] + [None]):
        begin = number if begin is None else begin
        if following != number + 1:
            texts.append(str(begin) if begin == number else f"{begin}-{number}")
            begin = None
    return ", ".join(texts)


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    lines_json, percent_min, seconds = arguments
    with open(lines_json, encoding="utf-8") as report:
        files = read_files(json.load(report))
    totals = sum_up(files, 1)
    print(f"{'folder':<20} {'lines':>6} {'ran':>6} {'percent':>8}")
    for folder, lines in sorted({**sum_up(files, 2), **totals}.items()):
        print(f"{folder:<20} {lines.all:>6} {lines.ran:>6} {lines.percent():>8.1f}")
    print("\nlines that did not run")
    for name, lines in sorted(files.items()):
        if lines.idle:
            print(f"{name}: {ranges(lines.idle)}")
    judged = {folder: totals[folder] for folder in ("core", "tvf")}
    failures = sum(lines.percent() < float(percent_min) for lines in judged.values())
    print(json.dumps({"check": "coverage", "seed": 0, "count": sum(lines.all for lines in judged.values()),
                      "failures": failures, "seconds": int(seconds),
                      "percent": {folder: round(lines.percent(), 1) for folder, lines in judged.items()}}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
