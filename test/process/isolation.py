#!/usr/bin/env python3
"""test/process/isolation.py --build FOLDER [--rounds N] [--seconds S] [--turn_seconds T]: what a hung neighbour
costs.

A source and a provider on reactor 0 are measured, beside a second source there that sends to reactor 1: once while
that hangs in the handler of a request, with the requests behind it in its ring, and once while it is healthy and
answers. A round is a turn of T seconds (4) of each, now one first, now the other; its ratio is that of their p99, hung
to healthy. The median of the ratios must be at most 1.2.
ROUNDS_MIN rounds are made. While they leave open on which side of the bar the median is, which a machine that others
use does, more are: until a sign test is sure, or N (51) were made, or S seconds (600) are over. That only ends the
measurement; the bar is the same for the median of all ratios.
Prints the check line with p99_us of each turn and the median as ratio. Failures: a median above the bar; runs that did
not end in order, after which no round is made.
Exit: 0 no failure; 1 otherwise.
"""

import argparse
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIGURATION = """
name: isolation
bus: {{reactors: 2, idle: spin, shutdown_timeout: 20s}}
measured:
  {{processor: injector, adaptor: dummy, reactor: 0, service_name: ECHO, rate: 20k, duration: {seconds}s, warmup: 500ms}}
echo: {{processor: stub, adaptor: parrot, reactor: 0, service_names: [ECHO]}}
load:
  {{processor: ledger_source, reactor: 0, service_name: BUSY, ledger: {folder}/ledger, requests: 10000000, rate: 20000}}
"""
HEALTHY = """
busy: {{processor: stub, adaptor: parrot, reactor: 1, service_names: [BUSY]}}
"""
HUNG = """
hung: {{processor: troubled, reactor: 1, service_names: [BUSY], hang_at: 2000, hang_takes: {longer}s}}
"""
BAR = 1.2
ROUNDS_MIN = 7
DOUBT_MAX = 0.05  # that the true median is on the other side of the bar
UNITS_US = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def p99_us(program, neighbour, seconds, folder):
    """Of one run; None when it did not end in order."""
    path = folder / "isolation.yml"
    path.write_text((CONFIGURATION + neighbour).format(folder=folder, seconds=seconds, longer=seconds + 1),
                    encoding="utf-8")
    (folder / "ledger").unlink(missing_ok=True)
    done = subprocess.run([program, "run", "-c", path, "--log-level", "off", "--duration", f"{seconds + 2}s"],
                          capture_output=True, text=True, timeout=120 + 2 * seconds, check=False)
    values = re.findall(r"from the real send +(.*)", done.stdout)
    if done.returncode != 0 or not values:
        print(f"isolation: exit code {done.returncode}: {done.stderr}{done.stdout}", file=sys.stderr)
        return None
    cells = re.findall(r"([0-9.]+) (ns|us|ms|s)\b", values[0])
    number, unit = cells[2]  # p50, p90, p99
    return float(number) * UNITS_US[unit]


def is_sure(ratios):
    """By a sign test: that so few are on the other side of the bar is no chance."""
    above = sum(ratio > BAR for ratio in ratios)
    fewer = min(above, len(ratios) - above)
    return sum(math.comb(len(ratios), count) for count in range(fewer + 1)) / 2 ** (len(ratios) - 1) <= DOUBT_MAX


def is_enough(ratios, rounds_max, is_late):
    return len(ratios) >= ROUNDS_MIN and (is_sure(ratios) or len(ratios) >= rounds_max or is_late)


def judgement(ratios):
    """The median, and whether it is above the bar."""
    median = statistics.median(ratios)
    return round(median, 3), median > BAR


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=51, help="at most")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--turn_seconds", type=int, default=4)
    arguments = parser.parse_args()
    program = (arguments.build / "test/process/ledger_program").absolute()
    begin = time.monotonic()
    p99s, ratios, broken = {HUNG: [], HEALTHY: []}, [], 0
    with tempfile.TemporaryDirectory(prefix="prosa_isolation_") as name:
        while broken == 0 and not is_enough(ratios, arguments.rounds, time.monotonic() - begin > arguments.seconds):
            for neighbour in (HUNG, HEALTHY) if len(ratios) % 2 else (HEALTHY, HUNG):
                p99s[neighbour].append(p99_us(program, neighbour, arguments.turn_seconds, Path(name)))
            hung, healthy = p99s[HUNG][-1], p99s[HEALTHY][-1]
            broken = [hung, healthy].count(None)
            ratios += [hung / healthy] if broken == 0 else []
    ratio, is_above = judgement(ratios) if ratios else (None, False)
    failures = broken + is_above
    print(json.dumps({"check": "isolation", "seed": 0, "count": len(ratios), "failures": failures,
                      "seconds": round(time.monotonic() - begin, 1), "p99_us_hung": p99s[HUNG],
                      "p99_us_healthy": p99s[HEALTHY], "ratio": ratio, "bar": BAR}), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
