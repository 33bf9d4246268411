#!/usr/bin/env python3
"""test/fuzz/run_targets.py [--list|--total|--keep] [--programs DIR] [--seconds S] [--seed N] [--jobs J] [TARGET...]:
runs fuzz targets.

--list prints the programs that a build has to make; --total what all runs so far sum up to, those that --keep moved from
DIR/executions.jsonl to executions.jsonl beside this file, which stays in the tree, among them. Otherwise each target in
DIR/test/fuzz runs for S seconds, J at a time, and ends with its check line; the corpora are test/fuzz/corpus/TARGET
(read) and DIR/corpus/TARGET (extended), what fails goes to DIR/findings. Each run of a target adds its line to
DIR/executions.jsonl, with the commit and the date. Beside this file, dictionaries/TARGET.dict has the words that a
fuzzer would take long to guess.

Exit: 0 no findings; 1 findings, or a target that executed nothing; 2 no such target, or wrong usage.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # the source tree stays as it is
sys.path.insert(0, str(HERE.parents[1] / "tools"))
from prove import commit, commits_of, lines_of, sum_of  # noqa: E402

TARGETS = sorted(path.name.removesuffix("_fuzz.cpp") for path in HERE.glob("*_fuzz.cpp"))
# Of an input: short ones run more often. What is interesting is a few fields, lines or operations long; messages must be
# longer than the deepest nesting that is let through.
BYTES_MAX = {"ctl": 96, "dictionary": 256, "differential": 64, "flat_messages": 640, "flat_tvf": 640, "histogram": 96,
             "hlog": 320, "instance_settings": 512, "json": 144, "settings_environment": 96, "settings_yaml": 144,
             "simple_messages": 256, "simple_string_tvf": 256, "transaction_file": 96}
BYTES_MAX_OTHERS = 128
# For speed: a quarantine of freed memory that stays in the caches (an execution frees a few kilobytes), patterns in the
# first bytes of new memory only, and short memories of who allocated: two callers, for with less no leak is reported. A
# finding that is run again without these says more.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64:"
                              "max_malloc_fill_size=256:malloc_context_size=2",
              "UBSAN_OPTIONS": "print_stacktrace=1"}
EXECUTIONS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.M)
FINDING = re.compile(r"Test unit written to (\S+)")


def options_of(target, seed, arguments):
    programs = Path(arguments.programs)
    corpus, findings = programs / "corpus" / target, programs / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={arguments.seconds}", f"-seed={seed}", "-print_final_stats=1",
               f"-max_len={BYTES_MAX.get(target, BYTES_MAX_OTHERS)}", "-timeout=10", "-rss_limit_mb=1024", "-entropic=0",
               "-reload=0", "-reduce_inputs=0", f"-artifact_prefix={findings}/{target}-"]
    words = HERE / "dictionaries" / f"{target}.dict"
    if words.exists():
        options.append(f"-dict={words}")
    return options + [str(corpus), str(HERE / "corpus" / target)]


def record_of(arguments):
    return Path(arguments.programs) / "executions.jsonl"


def kept_record():
    return HERE / "executions.jsonl"


def recorded(arguments):
    """The lines of all runs, the kept ones first."""
    return [line for path in (kept_record(), record_of(arguments)) if path.exists()
            for line in lines_of(path.read_text(encoding="utf-8"))]


def next_seed(target, arguments):
    """One that no recorded run of the target began with: the same seed would repeat much of what it did."""
    return max((line["seed"] for line in recorded(arguments) if line["check"] == f"fuzz {target}"), default=0) + 1


def keep(arguments):
    """Moves what was recorded to the record in the tree."""
    if not record_of(arguments).exists():
        return
    with kept_record().open("a", encoding="utf-8") as kept:
        kept.write(record_of(arguments).read_text(encoding="utf-8"))
    record_of(arguments).unlink()


def totals(lines):
    """A line for each target: its sum, and the commits that the sum spans."""
    rows = []
    for name in sorted({line["check"] for line in lines}):
        of_target = [line for line in lines if line["check"] == name]
        rows.append(f"{name}: {sum_of(of_target, 'executions')}, {len(of_target)} runs at {commits_of(of_target)}")
    return rows


def run(target, version, arguments):
    """Prints the target's check line and records it; the number of findings, 0 or 1: a fuzzer ends with the first. One
    that executed nothing has failed."""
    program = Path(arguments.programs) / "test/fuzz" / f"{target}_fuzz"
    begin = time.monotonic()
    seed = arguments.seed or next_seed(target, arguments)
    done = subprocess.run([program, *options_of(target, seed, arguments)], capture_output=True, check=False,
                          env={**os.environ, **SANITIZERS})
    output = done.stderr.decode(errors="replace")
    executions = EXECUTIONS.search(output)
    count = int(executions[1]) if executions else 0
    failures = int(done.returncode != 0 or count == 0)
    if failures:
        print(output[-20000:], file=sys.stderr)
        for path in FINDING.findall(output):
            print(f"{target}: run it again by {program} {path}", file=sys.stderr)
    line = {"check": f"fuzz {target}", "seed": seed, "count": count, "failures": failures,
            "seconds": round(time.monotonic() - begin, 2)}
    # One write for each line, so that runs at the same time do not mix theirs.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    date = datetime.datetime.now().isoformat(timespec="seconds")
    with record_of(arguments).open("a", encoding="utf-8") as record:
        record.write(json.dumps({**line, "commit": version, "date": date}) + "\n")
    return failures


def positive(text):
    """0 seconds are no limit to libFuzzer, and seed 0 is a random one."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a positive integer, got '{text}'")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="runs fuzz targets", allow_abbrev=False)
    parser.add_argument("--list", action="store_true", help="print the programs that a build has to make")
    parser.add_argument("--total", action="store_true", help="print the sums of all runs that were recorded")
    parser.add_argument("--keep", action="store_true", help="move the record of the runs to the tree")
    parser.add_argument("--programs", default="build/fuzz", help="the build folder")
    parser.add_argument("--seconds", type=positive, default=60, help="of each target")
    parser.add_argument("--seed", type=positive, help="of the random numbers; else the next after those on record")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), help="targets at a time")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="of " + ", ".join(TARGETS))
    arguments = parser.parse_args()
    targets = arguments.targets or TARGETS
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}, expected one of {', '.join(TARGETS)}")
    if arguments.list:
        print(" ".join(f"test/fuzz/{target}_fuzz" for target in targets))
        return 0
    if arguments.keep:
        keep(arguments)
        return 0
    if arguments.total:
        of_targets = [line for line in recorded(arguments) if line["check"].removeprefix("fuzz ") in targets]
        print("\n".join(totals(of_targets)))
        return 0
    version = commit()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        return int(any(list(pool.map(lambda target: run(target, version, arguments), targets))))


if __name__ == "__main__":
    sys.exit(main())
