#!/usr/bin/env python3
"""test/simulation/compilers_agree.py PROGRAM [--seed FIRST] [--count N] [--folder FOLDER]: one log with two compilers.

Builds the simulation with clang++ in FOLDER (default: build/simulation-clang), runs the same seeds with it and with
PROGRAM, and compares the hashes of their event logs: what depends on a compiler or its library is no simulation.

Exit: 0 they agree; 1 they do not, or the build failed; 77 clang++ is not installed (package clang).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "test/simulation/simulation"


def build(folder):
    if not (folder / "build.ninja").exists():
        compilers = dict(os.environ, CC="clang", CXX="clang++")
        subprocess.run(["meson", "setup", folder, ROOT, "-Dbuildtype=release", "-Dbench=false"], check=True,
                       env=compilers, stdout=subprocess.DEVNULL)
    # One job: where tests run beside it, they have a CPU of two.
    subprocess.run(["ninja", "-j1", "-C", folder, TARGET], check=True, stdout=subprocess.DEVNULL)
    return folder / TARGET


def hashes(program, seed, count):
    """Hash by seed; a seed that fails has one, too."""
    run = subprocess.run([program, "--hashes", "--seed", str(seed), "--count", str(count)], stdout=subprocess.PIPE,
                         text=True, check=False)
    return dict(line.split() for line in run.stdout.splitlines() if not line.startswith("{"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=ROOT / "build/simulation-clang")
    arguments = parser.parse_args()
    if shutil.which("clang++") is None:
        print("skipped: package clang is missing")
        return 77
    start = time.monotonic()
    other = build(arguments.folder.resolve())
    ours, theirs = (hashes(program, arguments.seed, arguments.count) for program in (arguments.program, other))
    wanted = [str(seed) for seed in range(arguments.seed, arguments.seed + arguments.count)]
    differing = [seed for seed in wanted if seed not in ours or ours[seed] != theirs.get(seed)]
    for seed in differing[:20]:
        print(f"seed {seed}: {ours.get(seed)} and {theirs.get(seed)}\n  compare: {arguments.program} --seed {seed} "
              f"--log FILE with {other} --seed {seed} --log FILE", file=sys.stderr)
    print(json.dumps({"check": "simulation compilers", "seed": arguments.seed, "count": arguments.count,
                      "failures": len(differing), "seconds": round(time.monotonic() - start, 2)}))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
