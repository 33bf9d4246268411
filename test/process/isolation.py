#!/usr/bin/env python3
"""test/process/isolation.py --build FOLDER [--rounds N] [--seconds S] [--turn_seconds T]: what a hung neighbour
costs.

A source and a provider on reactor 0 are measured, beside a second source there that sends to reactor 1: once while that
hangs in the handler of a request, with the requests behind it in its ring, and once while it is healthy and answers. The
two take turns of T seconds (4), N times each (7), or until S
seconds are over. Prints the check line with p99_us of each turn, and the ratio of the medians, hung to healthy; the bar
is 1.2. A ratio above it is no failure: on two CPUs that others use it is a figure with its spread. Failures: runs that
did not end in order.
Exit: 0 no failure; 1 otherwise.
"""

import argparse
import json
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=600, help="no round begins after that")
    parser.add_argument("--turn_seconds", type=int, default=4)
    arguments = parser.parse_args()
    program = (arguments.build / "test/process/ledger_program").absolute()
    begin = time.monotonic()
    healthy, hung = [], []
    with tempfile.TemporaryDirectory(prefix="prosa_isolation_") as name:
        while len(hung) < arguments.rounds and (not hung or time.monotonic() - begin < arguments.seconds):
            healthy.append(p99_us(program, HEALTHY, arguments.turn_seconds, Path(name)))
            hung.append(p99_us(program, HUNG, arguments.turn_seconds, Path(name)))
    failures = (healthy + hung).count(None)
    ratio = None if failures else round(statistics.median(hung) / statistics.median(healthy), 3)
    print(json.dumps({"check": "isolation", "seed": 0, "count": len(hung), "failures": failures,
                      "seconds": round(time.monotonic() - begin, 1), "p99_us_hung": hung, "p99_us_healthy": healthy,
                      "ratio": ratio, "bar": 1.2}), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
