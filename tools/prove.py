#!/usr/bin/env python3
"""tools/prove.py [--hours H] [--only CHECK]... [--list] [--folder DIR]: runs the checks of the core in turns.
tools/prove.py --total [--only CHECK]... [--folder DIR]: the sums of what was recorded of all commits.
tools/prove.py --needs [--hours H] [--only CHECK]...: what has to be built below build/ for them, a line each.

Called by tools/prove, which builds what they need. A turn of a check appends its lines to DIR/CHECK.jsonl (default
build/prove), with the commit, the date and the seed of the next turn. What counts as one: see `counts` in CHECKS.

Exit: 0 no failure; 1 a check failed; 2 bad usage, as an --only for a check that takes more than the hours; 3 no
failure, but not every check ran: the last line of standard error names those without a turn of this commit on record;
130 interrupted (SIGINT or SIGTERM): the turn under way is killed and not recorded, and the table is printed.
"""

import argparse
import contextlib
import dataclasses
import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEST = "build/test/test"
TSAN = "build/test-tsan/test"
TURN_SECONDS = 60
# A check that has not ended so long after its turn hangs.
PATIENCE_SECONDS = 1800
# A check that failed so often in a row gets no more turns in this run.
FAILED_TURNS_MAX = 3
MODEL_ITERATIONS = 1_000_000
LONG_SEARCHES = MODEL_ITERATIONS + 1  # from so many iterations on a model makes its searches of minutes, too
TSAN_OPTIONS = f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/test/support/tsan_suppressions.txt"
# Pages, and the record of fuzzing, which grows beside the checks.
READ_BY_NO_CHECK = (":!docs", ":(exclude,glob)*.md", ":(exclude,glob)examples/*.md", ":!test/fuzz/executions.jsonl")
COMMON_KEYS = ("check", "seed", "count", "failures", "seconds", "commit", "date", "next_seed")


@dataclasses.dataclass(frozen=True)
class Check:
    name: str
    command: tuple  # {seed} and {seconds} are put in
    counts: str
    share: int = 0  # of the time; 0: one run is complete
    environment: tuple = ()  # NAME=VALUE, with {seed} and {seconds}
    seeds_per_turn: int = 0  # 0: as many as the lines say were done
    parts: int = 1  # one after the other in a turn, each told its part of the time
    turn_seconds: int = TURN_SECONDS  # when so much is left
    patience_seconds: int = PATIENCE_SECONDS
    least_seconds: int = 0  # of one run that is complete; with less left it is not begun
    has_searches: bool = False  # beside what is random: lines with seed 0, the same in each turn


def stress(name, program, share, build=TEST, prefix="", environment=()):
    return Check(prefix + name, (f"{build}/core/{program}",), "messages", share,
                 ("TEST_SEED={seed}", "STRESS_SECONDS={seconds}", *environment), 1_000_000)


def model(name, share=1):
    return Check(f"{name} model", (f"{TEST}/{name.replace(' ', '_')}_model",), "schedules", share,
                 ("MODEL_SEED={seed}", f"MODEL_ITERATIONS={MODEL_ITERATIONS}"), MODEL_ITERATIONS,
                 has_searches=True)


def searches(name):
    return Check(f"{name} searches", (f"{TEST}/{name.replace(' ', '_')}_model",), "schedules",
                 environment=("MODEL_SEED=1", f"MODEL_ITERATIONS={LONG_SEARCHES}"))


STRESSES = [("slot ring stress", "ring/slot_ring_stress", 6), ("snapshot cell stress", "rcu/rcu_stress", 2),
            ("wake word stress", "reactor/wake_word_stress", 2),
            ("message pool stress", "memory/message_pool_stress", 2),
            ("interval histogram stress", "stats/interval_histogram_stress", 2), ("bus stress", "bus/stress/bus_stress", 10)]
MODELS = ("slot ring", "snapshot cell", "wake word", "control inbox", "homeward mailbox", "outbox", "closing ring")
FULL_MODELS = ("node status", "signal target")  # nothing in them is random: each run is the same
CHECKS = [
    Check("bus models", ("python3", "test/core/bus/model/spin_models_test.py"), "states",
          environment=("MODEL_CC=cc -O2",)),
    Check("compilers agree", ("python3", "test/simulation/compilers_agree.py", f"{TEST}/simulation/simulation"), "seeds"),
    Check("planted faults", ("python3", "test/simulation/planted_faults.py", "build/test"), "faults"),
    Check("allocation failure", (f"{TEST}/faults/allocation_failure_test",), "allocations"),
    searches("wake word"),
    searches("outbox"),
    *[model(name, share=0) for name in FULL_MODELS],
    Check("mutants", ("python3", "test/mutants/mutants.py", "--all", "--build", "build/test"), "mutants",
          patience_seconds=4 * 3600, least_seconds=2 * 3600),
    Check("coverage", ("tools/coverage",), "lines", patience_seconds=2 * 3600, least_seconds=900),
    *[Check(f"{kind} sanitizer", ("tools/test", "--sanitize", kind), "cases", patience_seconds=4 * 3600,
            least_seconds=2400)
      for kind in ("address", "thread")],
    Check("soak", ("python3", "test/process/soak.py", "--build", "build/test", "--seconds", "{seconds}"), "requests",
          10, seeds_per_turn=1, turn_seconds=600),  # what grows slowly shows in a long turn only
    Check("isolation", ("python3", "test/process/isolation.py", "--build", "build/test", "--seconds", "{seconds}"),
          "rounds", 2, turn_seconds=300),  # on a busy machine few rounds leave the side of the bar open
    Check("simulation", (f"{TEST}/simulation/simulation", "--seed", "{seed}", "--seconds", "{seconds}"), "seeds", 20),
    Check("process", ("python3", "test/process/process_rounds.py", "--build", "build/test", "--seed", "{seed}",
                      "--seconds", "{seconds}"), "scenarios", 6),
    Check("fuzz", ("tools/fuzz", "--installed", "--seed", "{seed}", "--seconds", "{seconds}"), "executions", 20,
          seeds_per_turn=1000, parts=8),  # fifteen targets, two at a time
    *[model(name) for name in MODELS],
    *[stress(name, program, share) for name, program, share in STRESSES],
    *[stress(name, program, share, TSAN, "tsan ", (f"TSAN_OPTIONS={TSAN_OPTIONS}",))
      for name, program, share in STRESSES],
]


def needs(checks):
    """What has to be built for them: "test", and "test-tsan TARGET" for each program there."""
    uses_test = any(f"{word}/".startswith("build/test/") for check in checks for word in check.command)
    programs = [check.command[0] for check in checks if check.command[0].startswith(TSAN)]
    folder = Path(TSAN).parent
    return ["test"] * uses_test + [f"{folder.name} {Path(program).relative_to(folder)}" for program in programs]


def git(*words):
    command = ["git", "-C", str(ROOT), *words, "--", ".", *READ_BY_NO_CHECK]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit():
    """The hash of the last commit that changed what a check reads, with "+changes" when some of that is not committed;
    "unknown" where git knows none, as in an archive of the sources."""
    try:
        head = git("log", "-1", "--format=%H")
        changes = git("status", "--porcelain", "-uno")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+changes" if changes else head or "unknown"


def lines_of(text):
    """The check lines in a program's output."""
    found = []
    for line in text.splitlines():
        if line.startswith('{"check"'):
            found.append(json.loads(line))
    return found


class Record:
    """What was done for one check, in its file."""

    def __init__(self, folder, check, version):
        self.path = folder / (re.sub(r"\W+", "-", check.name) + ".jsonl")
        self.version = version
        may_resume = not version.endswith(("+changes", "unknown"))
        self.lines = [line for line in self.all_lines() if may_resume and line["commit"] == version]

    def all_lines(self):
        """Those of other commits, too."""
        return lines_of(self.path.read_text()) if self.path.exists() else []

    def append(self, lines):
        with self.path.open("a") as file:
            for line in lines:
                file.write(json.dumps(line) + "\n")
        self.lines += lines

    def next_seed(self):
        return max((line["next_seed"] for line in self.lines), default=1)

    def total(self, key):
        return sum(line[key] or 0 for line in self.lines)


def kill_group(leader):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)


def output_of(command, environment, limit_s):
    """What the command wrote, and its exit code; None after so many seconds. Then, and when this program is
    interrupted, all that it started is killed."""
    if shutil.which(ROOT / command[0]) is None and shutil.which(command[0]) is None:
        return f"{command[0]}: there is no such program", None
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True) as running:
        try:
            return "".join(running.communicate(timeout=limit_s)), running.returncode
        except subprocess.TimeoutExpired:
            kill_group(running)
            return "".join(running.communicate()) + f"\nno end after {limit_s:.0f} s", None
        except BaseException:
            kill_group(running)
            raise


def without_known_searches(lines, record):
    """Those that are complete, seed 0, and were recorded before count once."""
    known = {line["check"] for line in record.lines if line["seed"] == 0 and line["failures"] == 0}
    return [line for line in lines if line["seed"] != 0 or line["failures"] != 0 or line["check"] not in known]


def run_turn(check, record, seconds, failures):
    """Runs one turn and records its lines. Returns how many failures it had."""
    seed = record.next_seed()
    fill = {"seed": seed, "seconds": max(1, int(seconds / check.parts))}
    command = [part.format(**fill) for part in check.command]
    extra = dict(setting.format(**fill).split("=", 1) for setting in check.environment)
    begin = time.monotonic()
    output, code = output_of(command, extra, seconds + check.patience_seconds)
    spent = round(time.monotonic() - begin, 1)
    lines = lines_of(output)
    if not lines or (code != 0 and all(line["failures"] == 0 for line in lines)):
        lines.append({"check": check.name, "seed": seed, "count": 0, "failures": 1, "seconds": spent,
                      "reason": f"exit {code}"})
    step = check.seeds_per_turn or sum(line.get("rounds", line["count"]) or 0 for line in lines)
    stamp = {"commit": record.version, "date": datetime.datetime.now().isoformat(timespec="seconds"),
             "next_seed": seed + max(1, step)}
    fresh = without_known_searches(lines, record) if check.has_searches else lines
    record.append([{**line, **stamp} for line in fresh])
    failed = sum(line["failures"] for line in lines)
    if failed:
        failures.mkdir(parents=True, exist_ok=True)
        kept = failures / f"{record.path.stem}-{seed}.log"
        settings = " ".join(f"{name}='{value}'" for name, value in extra.items())
        kept.write_text(f"{settings} {' '.join(command)}\n{output}")
        print(f"prove: {check.name}: {failed} failures; output in {kept}", file=sys.stderr)
    return failed


def spaced(count):
    return f"{count:,}".replace(",", " ")


def sum_of(lines, counts):
    count, failures, seconds = (sum(line[key] or 0 for line in lines) for key in ("count", "failures", "seconds"))
    return f"{spaced(count)} {counts}, {failures} failures, {seconds:.0f} s"


def commits_of(lines):
    """In the order of their first runs."""
    return " ".join(dict.fromkeys(line["commit"][:7] + line["commit"][40:] for line in lines))


def totals(checks, folder):
    """A line for each check that ever ran: its sum, and the commits that the sum spans."""
    recorded = {check: Record(folder, check, "").all_lines() for check in checks}
    return [f"{check.name}: {sum_of(lines, check.counts)} at {commits_of(lines)}"
            for check, lines in recorded.items() if lines]


def table(checks, records):
    rows = [("check", "counts", "count", "failures", "seconds")]
    for check in checks:
        record = records[check.name]
        count = spaced(record.total("count")) if record.lines else "not run"
        rows.append((check.name, check.counts, count, str(record.total("failures")),
                     f"{record.total('seconds'):.0f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) if column < 2 else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows)


def parts(check, record):
    """The totals of each thing that a check's lines name: one line each, or none when they name one."""
    names = sorted({line["check"] for line in record.lines})
    total = lambda name, key: sum(line[key] or 0 for line in record.lines if line["check"] == name)  # noqa: E731
    return [f"{name}: {spaced(total(name, 'count'))} {check.counts}, {total(name, 'failures')} failures"
            for name in names] if len(names) > 1 else []


def figures(check, record):
    """What the longest turn said beside the totals: one line, or none."""
    longest = max(record.lines, key=lambda line: line["seconds"] or 0, default={})
    more = {key: value for key, value in longest.items() if key not in COMMON_KEYS}
    return [f"{check.name}, longest turn: {json.dumps(more)}"] if more else []


def is_complete(record):
    """Of a check that one run completes: its last one had no failure."""
    return bool(record.lines) and all(line["failures"] == 0 for line in record.lines
                                      if line["next_seed"] == record.next_seed())


def has_failed(check, record):
    return record.total("failures") != 0 if check.share or not record.lines else not is_complete(record)


def run_checks(checks, records, hours, failures):
    begin = time.monotonic()
    left = lambda: hours * 3600 - (time.monotonic() - begin)  # noqa: E731
    spent = {check.name: 0.0 for check in checks if check.share}
    failed_turns = dict.fromkeys(spent, 0)
    for check in checks:
        if check.share != 0 or is_complete(records[check.name]):
            continue
        if check.least_seconds != 0 and round(left()) < check.least_seconds:
            print(f"prove: {check.name} is not begun: it takes {check.least_seconds / 60:.0f} min or more, "
                  f"{left() / 60:.0f} are left", file=sys.stderr)
            continue
        print(f"prove: {check.name}, complete in one run; {left() / 60:.0f} min left", file=sys.stderr)
        run_turn(check, records[check.name], TURN_SECONDS, failures)
    while left() > 0 and (going := [check for check in checks if failed_turns.get(check.name, FAILED_TURNS_MAX) <
                                    FAILED_TURNS_MAX]):
        check = min(going, key=lambda each: spent[each.name] / each.share)
        turn_begin = time.monotonic()
        failed = run_turn(check, records[check.name], min(check.turn_seconds, left()), failures)
        turn_s = time.monotonic() - turn_begin
        spent[check.name] += turn_s
        failed_turns[check.name] = failed_turns[check.name] + 1 if failed else 0
        total = spaced(records[check.name].total("count"))
        print(f"prove: {check.name}, {turn_s:.0f} s: {total} {check.counts} so far; {max(0, left()) / 60:.0f} min left",
              file=sys.stderr)


def prove(checks, hours, folder):
    """Runs them and prints the table; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    version = commit()
    records = {check.name: Record(folder, check, version) for check in checks}
    is_interrupted = False
    try:
        run_checks(checks, records, hours, folder / "failures")
    except KeyboardInterrupt:
        is_interrupted = True
    print(f"commit {version}\n{table(checks, records)}")
    for check in checks:
        for line in parts(check, records[check.name]) + figures(check, records[check.name]):
            print(line)
    not_run = [check.name for check in checks if not records[check.name].lines]
    if not_run:
        print(f"prove: not run: {', '.join(not_run)}", file=sys.stderr)
    if is_interrupted:
        return 130
    return 1 if any(has_failed(check, records[check.name]) for check in checks) else 3 if not_run else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="CHECK")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--total", action="store_true")
    parser.add_argument("--needs", action="store_true")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/prove")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.only if name not in {check.name for check in CHECKS}]
    if unknown:
        parser.error(f"no check is called '{unknown[0]}'; --list prints their names")
    checks = [check for check in CHECKS if not arguments.only or check.name in arguments.only]
    if arguments.total:
        print("\n".join(totals(checks, arguments.folder)))
        return 0
    if arguments.list:
        print("\n".join(check.name for check in checks))
        return 0
    too_long = [check for check in checks if arguments.only and arguments.hours * 3600 < check.least_seconds]
    if too_long:
        parser.error(f"{too_long[0].name} takes --hours {too_long[0].least_seconds / 3600:.2g} or more")
    if arguments.needs:
        print("\n".join(needs(checks)))
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return prove(checks, arguments.hours, arguments.folder)


if __name__ == "__main__":
    sys.exit(main())
