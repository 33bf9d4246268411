#!/usr/bin/env python3
"""tools/write_figures.py: writes what ./tools/bench measured on this machine into docs/figures.md.

    write_figures.py [--figures FILE] [--out FILE] [--date DAY] [--command WORDS] [--build DURATION] [--tests DURATION]

FILE is build/bench/figures.jsonl, one object a line. The page has a section for each kind of processor; that of this
one is replaced, the others stay. --command is how the figures were measured; --build and --tests say how long a
clean build of the release and of the tests took. The date is that of the figures' file unless given.

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

Written by `tools/write_figures.py` from runs of `./tools/bench`; not edited by hand. What the figures mean, and how
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


def processor():
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    return found[1] if found else platform.machine()


def section(figures, name, day, command, build=None, tests=None):
    place = f"{len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}"
    lines = [f"## {name}", "", f"Measured on {day} by `{command}`, on {place}.", ""]
    if any(figure.get("quick") for figure in figures):
        lines += ["**Quick run:** shorter rounds than the figures are defined with.", ""]
    lines += ["| Figure | Value | Unit | Bar | | Raw line, ns | Rounds | At other placement |",
              "|---|---|---|---|---|---|---|---|"]
    lines += [row(figure) for figure in figures]
    for what, time in (("release", build), ("tests", tests)):
        if time:
            lines += ["", f"A clean build of the {what} took {time}."]
    return "\n".join(lines) + "\n"


def page(before, name, written):
    """The page with the section `written`, and what `before` has of other processors."""
    others = [kept for kept in re.split(r"^(?=## )", before, flags=re.M)[1:] if not kept.startswith(f"## {name}\n")]
    return "\n".join([HEAD, *sorted([written, *(kept.rstrip("\n") + "\n" for kept in others)])])


def main(arguments):
    parser = argparse.ArgumentParser(description="Writes docs/figures.md.")
    parser.add_argument("--figures", type=Path, default=ROOT / "build/bench/figures.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/figures.md")
    parser.add_argument("--date")
    parser.add_argument("--command", default="./tools/bench")
    parser.add_argument("--build")
    parser.add_argument("--tests")
    options = parser.parse_args(arguments)
    try:
        text = options.figures.read_text(encoding="utf-8")
        figures = [json.loads(line) for line in text.splitlines()]
        measured = datetime.datetime.fromtimestamp(options.figures.stat().st_mtime, datetime.timezone.utc)
        written = section(figures, processor(), options.date or measured.date().isoformat(), options.command,
                          options.build, options.tests)
    except (OSError, ValueError, KeyError) as error:
        print(f"write_figures.py: {options.figures}: {error!r}; run ./tools/bench first", file=sys.stderr)
        return 1
    before = options.out.read_text(encoding="utf-8") if options.out.exists() else ""
    options.out.write_text(page(before, processor(), written), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
