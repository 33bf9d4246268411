#!/usr/bin/env python3
"""test/process/isolation.py --build FOLDER [--rounds N] [--seconds S] [--turn_seconds T]: what a hung neighbour
costs.

A source and a provider on reactor 0 are measured. A second source, on a reactor of its own, sends to a neighbour that
spins on a third one: once while that hangs in the handler of a request, again and again, and once while it answers.
The two share a CPU when there are only two, so that the measured one has the other in both cases. A hang takes HANG_MS
of CPU time and comes after HANG_EVERY requests; it is noticed after NOTICED_AFTER_MS, in most of which the ring is
full. So the neighbour hangs for a half of the measured time or more, and is withdrawn for a part of it.
A round is a turn of T seconds (4) of each, now one first, now the other; its ratio is that of their p99, hung to
healthy. The median of the ratios must be at most 1.2.
p99 is that of the response time, from the intended send: a source that is held up itself would send later.
ROUNDS_MIN rounds are made. While they leave open on which side of the bar the median is, which a machine that others
use does, more are: until a sign test is sure, or N (51) were made, or S seconds (600) are over. That only ends the
measurement; the bar is the same for the median of all ratios.
Prints the check line with p99_us of each turn, the hangs that were noticed in each, and the median as ratio. Failures:
a median above the bar; runs that did not end in order, in which fewer than HANGS_MIN hangs for each second were
noticed, or no request met a full ring, after which no round is made.
Exit: 0 no failure; 1 otherwise.
"""

import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ledger

CONFIGURATION = """
name: isolation
bus: {{reactors: 1, idle: spin, hang_after: {noticed_after}ms, shutdown_timeout: 20s}}
measured:
  {{processor: injector, adaptor: dummy, reactor: 0, service_name: ECHO, rate: 20k, duration: {seconds}s,
    warmup: 500ms}}
echo: {{processor: stub, adaptor: parrot, reactor: 0, service_names: [ECHO]}}
load:
  {{processor: ledger_source, cpu: {load_cpu}, service_name: BUSY, ledger: {folder}/ledger, requests: 10000000,
    rate: 20000}}
neighbour:
  {{processor: troubled, cpu: {neighbour_cpu}, service_names: [BUSY], hang_every: {hang_every}, hang_takes: {hang}ms}}
"""
HEALTHY, HUNG = 0, 4000  # HANG_EVERY, requests
HANG_MS = 400  # of CPU time: twice that beside the load on one CPU
NOTICED_AFTER_MS = 200
HANGS_MIN = 0.25  # in a second
BAR = 1.2
ROUNDS_MIN = 7
DOUBT_MAX = 0.05  # that the true median is on the other side of the bar
UNITS_US = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def configuration(hang_every, seconds, folder):
    cpus = sorted(os.sched_getaffinity(0))
    return CONFIGURATION.format(folder=folder, seconds=seconds, hang_every=hang_every, hang=HANG_MS,
                                noticed_after=NOTICED_AFTER_MS, neighbour_cpu=cpus[-1],
                                load_cpu=cpus[-1] if len(cpus) < 3 else cpus[-2])


def has_hung(hangs, outcomes, seconds):
    """That the neighbour did what is measured: it hung, with its ring full, and served in between."""
    return hangs >= HANGS_MIN * seconds and outcomes.refused > 0 and outcomes.by_code.get("none", 0) > 0


def run_turn(program, hang_every, seconds, folder):
    """p99 in microseconds and the hangs that were noticed; None when it did not go as it should."""
    path = folder / "isolation.yml"
    path.write_text(configuration(hang_every, seconds, folder), encoding="utf-8")
    (folder / "ledger").unlink(missing_ok=True)
    done = subprocess.run([program, "run", "-c", path, "--log-level", "error", "--duration", f"{seconds + 2}s"],
                          capture_output=True, text=True, timeout=120 + 2 * seconds, check=False)
    values = re.findall(r"from the intended time +(.*)", done.stdout)
    hangs = done.stderr.count("its services are withdrawn")
    outcomes = ledger.read(folder / "ledger")
    if done.returncode != 0 or not values or (hang_every and not has_hung(hangs, outcomes, seconds)):
        print(f"isolation: exit code {done.returncode}, {hangs} hangs, {outcomes.refused} of {outcomes.sent} refused: "
              f"{done.stderr}{done.stdout}", file=sys.stderr)
        return None
    cells = re.findall(r"([0-9.]+) (ns|us|ms|s)\b", values[0])
    number, unit = cells[2]  # p50, p90, p99
    return float(number) * UNITS_US[unit], hangs


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
    turns, ratios, broken = {HUNG: [], HEALTHY: []}, [], 0
    with tempfile.TemporaryDirectory(prefix="prosa_isolation_") as name:
        while broken == 0 and not is_enough(ratios, arguments.rounds, time.monotonic() - begin > arguments.seconds):
            for neighbour in (HUNG, HEALTHY) if len(ratios) % 2 else (HEALTHY, HUNG):
                turn = run_turn(program, neighbour, arguments.turn_seconds, Path(name))
                broken += turn is None
                turns[neighbour] += [turn] if turn is not None else []
            ratios += [turns[HUNG][-1][0] / turns[HEALTHY][-1][0]] if broken == 0 else []
    ratio, is_above = judgement(ratios) if ratios else (None, False)
    failures = broken + is_above
    print(json.dumps({"check": "isolation", "seed": 0, "count": len(ratios), "failures": failures,
                      "seconds": round(time.monotonic() - begin, 1), "p99_us_hung": [turn[0] for turn in turns[HUNG]],
                      "p99_us_healthy": [turn[0] for turn in turns[HEALTHY]],
                      "hangs": [turn[1] for turn in turns[HUNG]], "ratio": ratio, "bar": BAR}), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
