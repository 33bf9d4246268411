#!/usr/bin/env python3
"""test/mutants/mutants.py: weakens each synchronisation of core/, one at a time, and says which check notices.

A mutant is one atomic operation of core/ with a weaker memory order, or an exchange made a plain store. Each must be
caught by a relacy model of its header or, where the code is not templated, by a test under ThreadSanitizer; the table
is in checks.py. What survives is listed in survivors.md with the argument why it is harmless.

One of these says which:

  --all           every mutant
  --sample N      N mutants that a model covers, chosen by --seed
  --list          prints the mutants with their checks, and runs none
  --file TEXT     only those of files whose path holds TEXT
  --only TEXT     only those whose name holds TEXT

and these how:

  --seed S        for the choice, the models' random schedules and the tests (default: a random one)
  --build DIR     build folder with the models' compile commands (default build/test)
  --tsan DIR      build folder with ThreadSanitizer whose files are compiled one by one
                  (default build/mutants-tsan; made when it is missing)
  --jobs N        mutants at a time (default 1)

Before them, but for --sample, each check that is to catch one runs on the code as it is.
Always checked: every operation names its order, and its synchronisation when that is stronger than relaxed; every
file with such a place is covered; every survivor on the list exists.

Standard error shows each mutant's end. Standard output ends with
{"check": "mutants", "seed": S, "count": mutants run, "failures": F, "seconds": T}.
A failure is: a survivor that is not on the list; one on the list that is caught; a check that fails on the code as it
is; a mutant that does not compile; a fault of the list itself.
Exit: 0 no failures; 1 failures; 2 wrong usage, or there is no such mutant.
"""

import argparse
import concurrent.futures
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import checks
import orders

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.md")


def read_survivors(text):
    """Name -> argument. A section `## NAME`, or several in a row, and its text."""
    found, names, lines = {}, [], []
    for line in [*text.splitlines(), "## "]:
        if not line.startswith("## "):
            lines.append(line)
            continue
        argument = "\n".join(lines).strip()
        if argument:
            found.update(dict.fromkeys(names, argument))
            names = []
        names.append(line[3:].strip("` "))
        lines = []
    found.update(dict.fromkeys((name for name in names if name), ""))
    found.pop("", None)
    return found


def all_mutants(root):
    """The mutants of core/, and what is wrong with the sources."""
    found, faults = [], []
    for path in orders.source_files(root):
        text, name = path.read_text(), str(path.relative_to(root))
        faults.extend(orders.unnamed_orders(name, text))
        for place in orders.places_in(name, text):
            if not place.marks:
                faults.append(f"{place.name}: names no synchronisation; write its [name] behind it")
            if name not in checks.COVERAGE:
                faults.append(f"{place.name}: no check covers this file")
            found.extend(orders.mutants_of(place))
    return found, faults


def faults_of_list(mutants, survivors):
    names = {mutant.name for mutant in mutants}
    faults = [f"survivors.md names what is not there: {name}" for name in survivors if name not in names]
    faults += [f"survivors.md gives no argument for {name}" for name, argument in survivors.items() if not argument]
    faults += [f"two mutants are named {mutant.name}" for mutant in mutants] if len(names) != len(mutants) else []
    return faults


def say(text):
    print(text, file=sys.stderr, flush=True)


def try_mutant(bench, mutant, number):
    """(what caught it or None, seconds); raises BuildError."""
    seconds = 0.0
    for check in checks.COVERAGE[mutant.place.path]:
        caught, took = bench.run(check, mutant.place, mutant.text(), f"mutant_{number}")
        seconds += took
        if caught:
            return caught, seconds
    return None, seconds


def try_baseline(bench, paths):
    """Each check on the code as it is: one that fails there catches nothing."""
    faults = []
    for check in dict.fromkeys(check for path in paths for check in checks.COVERAGE[path]):
        caught, seconds = bench.run(check, None, "", "as_it_is")
        say(f"{'FAILS' if caught else 'passes'} on the code as it is, in {seconds:.1f} s: {check.name}")
        if caught:
            faults.append(f"fails without a mutant: {caught}")
    return faults


def run(options, scratch, mutants, survivors):
    """Tries the code as it is, but for a sample, and each mutant; how many of these, and the faults."""
    bench = checks.Bench(ROOT, options.build.resolve(), options.tsan.resolve(), scratch.resolve(), options.seed)
    paths = sorted({mutant.place.path for mutant in mutants})
    targets = {check.target for path in paths for check in checks.COVERAGE[path] if isinstance(check, checks.Stress)}
    if targets:
        make_tsan(bench.tsan)
        bench.build_targets(targets)
    faults = [] if options.sample else try_baseline(bench, paths)
    tried, more = try_all(bench, mutants, survivors, options.jobs)
    return tried, faults + more


def try_all(bench, mutants, survivors, jobs):
    faults = []
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        tried = {pool.submit(try_mutant, bench, mutant, number): mutant for number, mutant in enumerate(mutants)}
        for future in concurrent.futures.as_completed(tried):
            name = tried[future].name
            try:
                caught, seconds = future.result()
            except checks.BuildError as error:
                faults.append(f"{name}: {error}")
                continue
            end = f"caught by {caught}" if caught else "survived" + (", as listed" if name in survivors else "")
            say(f"{name}: {end}, {seconds:.1f} s")
            kind = caught.split(" (")[0].split(".")[0].split(" ")[0] if caught else "survived"
            counts[kind] = counts.get(kind, 0) + 1
            if not caught and name not in survivors:
                faults.append(f"survived, and is not listed: {name}")
            if caught and name in survivors:
                faults.append(f"listed as a survivor, and caught by {caught}: {name}")
    say("; ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())))
    return sum(counts.values()), faults


def make_tsan(folder):
    if not (folder / "build.ninja").exists():
        say(f"making {folder}")
        subprocess.run(["meson", "setup", folder, ROOT, "-Dbuildtype=debugoptimized", "-Dbench=false",
                        "-Db_sanitize=thread"], check=True, stdout=subprocess.DEVNULL)


def chosen(arguments, mutants, survivors):
    picked = [mutant for mutant in mutants if arguments.file in mutant.place.path and arguments.only in mutant.name]
    if arguments.sample:
        quick = [mutant for mutant in picked if mutant.name not in survivors and
                 all(isinstance(check, checks.Model) for check in checks.COVERAGE[mutant.place.path])]
        return random.Random(arguments.seed).sample(quick, min(arguments.sample, len(quick)))
    return picked


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--file", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2**31))
    parser.add_argument("--build", type=Path, default=ROOT / "build/test")
    parser.add_argument("--tsan", type=Path, default=ROOT / "build/mutants-tsan")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    if not (options.all or options.sample or options.list or options.file or options.only):
        parser.error("expected --all, --sample, --list, --file or --only")
    return options


def main(arguments):
    options = parse(arguments)
    begin = time.monotonic()
    survivors = read_survivors(SURVIVORS.read_text())
    mutants, faults = all_mutants(ROOT)
    faults += faults_of_list(mutants, survivors)
    picked = chosen(options, [mutant for mutant in mutants if mutant.place.path in checks.COVERAGE], survivors)
    if not picked:
        say("there is no such mutant; --list prints them")
        return 2
    tried = 0
    if options.list:
        for mutant in picked:
            mark = "survives" if mutant.name in survivors else "caught"
            names = ", ".join(check.name for check in checks.COVERAGE[mutant.place.path])
            print(f"{mutant.name}\n    {mark}; {names}")
    else:
        with tempfile.TemporaryDirectory(prefix="mutants_", dir=options.build) as scratch:
            tried, more = run(options, Path(scratch), picked, survivors)
        faults += more
    for fault in faults:
        say(fault)
    if faults:
        again = [] if "--seed" in arguments else ["--seed", str(options.seed)]
        say(" ".join(["again:", sys.argv[0], *arguments, *again]))
    line = {"check": "mutants", "seed": options.seed, "count": tried, "failures": len(faults),
            "seconds": round(time.monotonic() - begin, 2)}
    print(json.dumps(line))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
