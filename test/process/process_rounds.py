#!/usr/bin/env python3
"""test/process/process_rounds.py --build FOLDER [--seed FIRST] [--count N] [--seconds S] [--only SCENARIO]

FOLDER is the build's, where test/process/ledger_program and apps/prosa/prosa are. A round of a seed is each scenario
once. Prints the check line, with how many requests were refused, how many a kill left unknown, how often each branch
was reached that a draw decides, and the times to the next response: from SIGCONT (continued_ms), and from the start of
the process after a SIGKILL (restarted_ms). That a branch is not reached in ROUNDS_TO_REACH_ALL rounds is a failure.
Exit: 0 no failure; 1 otherwise.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it is

import instance  # noqa: E402
import scenarios  # noqa: E402


ROUNDS_TO_REACH_ALL = 40


def run_one(scenario, seed):
    """The result, or None when it was skipped."""
    try:
        result = scenario(random.Random(f"{seed} {scenario.__name__}"))
    except scenarios.Skipped as why:
        print(f"{scenario.__name__}: skipped: {why}", file=sys.stderr)
        return None
    for fault in result.faults:
        print(f"{scenario.__name__}: {fault}\n  again: test/process/process_rounds.py --build FOLDER --seed {seed} "
              f"--count 1 --only {scenario.__name__}", file=sys.stderr)
    return result


def run_rounds(first_seed, count, seconds, chosen):
    begin = told = time.monotonic()
    results, skipped, seed = [], 0, first_seed
    while seed - first_seed < count and time.monotonic() - begin < seconds:
        for scenario in chosen:
            result = run_one(scenario, seed)
            skipped += result is None
            results += [result] if result is not None else []
        seed += 1
        if time.monotonic() - told >= 10:
            told = time.monotonic()
            print(f"process: {seed - first_seed} rounds, {len(results)} scenarios", file=sys.stderr)
    line = scenarios.check_line(first_seed, results, time.monotonic() - begin, skipped)
    line["rounds"] = seed - first_seed
    never = [branch for branch, times in line["reached"].items() if times == 0]
    if chosen == scenarios.ALL and line["rounds"] >= ROUNDS_TO_REACH_ALL and never:
        print(f"process: never reached: {', '.join(never)}", file=sys.stderr)
        line["failures"] += 1
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10**9, help="rounds")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", choices=[scenario.__name__ for scenario in scenarios.ALL])
    arguments = parser.parse_args()
    instance.use(arguments.build / "test/process/ledger_program", arguments.build / "apps/prosa/prosa")
    chosen = [scenario for scenario in scenarios.ALL if arguments.only in (None, scenario.__name__)]
    line = run_rounds(arguments.seed, arguments.count, arguments.seconds, chosen)
    print(json.dumps(line), flush=True)
    return 0 if line["failures"] == 0 and line["count"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
