#!/usr/bin/env python3
"""tools/write_figures.py: writes docs/figures.md from what ./tools/bench measured on this machine.

    write_figures.py [--figures FILE] [--out FILE] [--date DAY] [--build DURATION] [--tests DURATION]

FILE is build/bench/figures.jsonl, one object a line. --build and --tests say in words how long a clean build of the
release and of the tests took. The date is that of the figures' file unless given.

Exit: 0 written; 1 the figures cannot be read; 2 bad usage.
"""

import argparse
import datetime
import json
import os
import platform
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Figures

Written by `tools/write_figures.py` from a run of `./tools/bench`; not edited by hand. What the figures mean, and how
they are measured: [latency](latency.md). Run `./tools/bench` for those of your machine.
"""


def number(value):
    return "-" if value is None else f"{value:.4g}"


def verdict(figure):
    if figure["value"] is None:
        return f"no value: {figure.get('reason', 'unknown')}"
    return {True: "pass", False: "**fail**", None: ""}[figure.get("passed")]


def row(figure):
    cells = (f"`{figure['figure']}`", number(figure["value"]), figure["unit"], figure.get("bar", ""), verdict(figure),
             number(figure["raw_line_ns"]), str(figure["rounds"]), number(figure.get("value_other_placement")))
    return "| " + " | ".join(cells) + " |"


def machine():
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    name = found[1] if found else platform.machine()
    return f"{name}, {len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}"


def page(figures, day, place, build=None, tests=None):
    lines = [HEAD, f"Measured on {day}, on {place}.", ""]
    if any(figure.get("quick") for figure in figures):
        lines += ["**Quick run:** shorter rounds than the figures are defined with.", ""]
    lines += ["| Figure | Value | Unit | Bar | | Raw line, ns | Rounds | At other placement |",
              "|---|---|---|---|---|---|---|---|"]
    lines += [row(figure) for figure in figures]
    for what, time in (("release", build), ("tests", tests)):
        if time:
            lines += ["", f"A clean build of the {what} took {time}."]
    return "\n".join(lines) + "\n"


def main(arguments):
    parser = argparse.ArgumentParser(description="Writes docs/figures.md.")
    parser.add_argument("--figures", type=Path, default=ROOT / "build/bench/figures.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/figures.md")
    parser.add_argument("--date")
    parser.add_argument("--build")
    parser.add_argument("--tests")
    options = parser.parse_args(arguments)
    try:
        text = options.figures.read_text(encoding="utf-8")
        figures = [json.loads(line) for line in text.splitlines()]
        measured = datetime.datetime.fromtimestamp(options.figures.stat().st_mtime, datetime.timezone.utc)
        written = page(figures, options.date or measured.date().isoformat(), machine(), options.build, options.tests)
    except (OSError, ValueError, KeyError) as error:
        print(f"write_figures.py: {options.figures}: {error!r}; run ./tools/bench first", file=sys.stderr)
        return 1
    options.out.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
