#!/usr/bin/env python3
"""test/process/soak.py --build FOLDER [--seconds N] [--share S] [--step_seconds T] [--rate_min R]

Measures what a payment switch can take (rates that grow by a half until one is missed), then drives it with a share
of that for N seconds (600; at least 6) and looks at the process each second. Prints the check line with:
driven_seconds, which is N; capacity and rate per second; success_percent, responses of the intended requests;
others_percent, the share of the CPUs that other processes took meanwhile; rss_kib_per_minute, the median slope of the
windows of the second half, each a tenth of it, which a step does not move: rings and tables are touched on first use;
rss_kib_grown, from the middle to the end, which a leak in steps does move; descriptors and threads at the first and
last sample; p99.9 of the first and of the last minute (of the first and last third, when it is shorter).
Failures: an exit code that is neither 0 nor that of a missed rate, counts that disagree, descriptors or threads that
grew. When it drives for a minute or more also: a missed rate, or less than SUCCESS_MIN responses, unless others took
more than OTHERS_MAX of the CPUs: the capacity was measured in seconds in which they may not have. When it drives for
ten minutes or more also: a machine that does not take the lowest rate; memory that grows faster than SLOPE_MAX, a small
part of a byte for each request; memory that grew by more than that slope gives, and STEP_MAX; and a p99.9 of the last
minute above TAIL_GROWTH_MAX times the first one's, which a busy machine stays below and a queue that grows does not.
Exit: 0 no failure; 1 otherwise.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MIN = 6     # the threads are there when it is first looked at, and the log has some intervals
SUCCESS_MIN = 99.0  # percent of the intended
RATE_MISSED = 3     # exit code
STEADY_SECONDS = 60
OTHERS_MAX = 20.0   # percent
LONG_SECONDS = 600
SLOPE_MAX = 512     # KiB per minute
STEP_MAX = 2048     # KiB: one step, of a table or a segment of the allocator
TAIL_GROWTH_MAX = 20


def load_command(prosa, rate, seconds, *more):
    return [str(prosa), "load", "-c", str(ROOT / "examples/payment_switch.yml"), "--service", "PAYMENT", "--input",
            str(ROOT / "examples/transactions.jsonl"), "--rate", str(int(rate)), "--duration", f"{seconds:g}s",
            "--warmup", "0s", "--no_jitter", *more]


def success_percent(report):
    return 100 * report["counts"]["responses"] / max(1, report["counts"]["intended"])


def capacity(prosa, rate, seconds):
    """The highest rate that was kept up, per second; 0 when the first one was not."""
    best = 0
    while True:
        done = subprocess.run(load_command(prosa, rate, seconds, "--json", "-"), capture_output=True, text=True,
                              timeout=60 + 10 * seconds, check=False)
        if done.returncode not in (0, RATE_MISSED):
            raise SystemExit(f"a load of {rate} per second ended with {done.returncode}: {done.stderr}")
        report = json.loads(done.stdout)
        if not report["is_rate_reached"] or success_percent(report) < SUCCESS_MIN:
            return best
        best = rate
        rate = int(rate * 1.5)


def sample(process):
    """(seconds, RSS in KiB, descriptors, threads), or None when the process has ended."""
    folder = Path(f"/proc/{process.pid}")
    try:
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        return (time.monotonic(), int(status["VmRSS"].split()[0]), len(os.listdir(folder / "fd")),
                int(status["Threads"]))
    except (OSError, KeyError):
        return None


def busy_seconds():
    """CPU time of all processes since the machine started."""
    user, nice, system, _, _, irq, soft_irq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft_irq + steal) / os.sysconf("SC_CLK_TCK")


class OthersTime:
    """The share of the CPUs that others take while a process runs that ends before the share is asked for."""

    def __init__(self):
        self.begin = time.monotonic(), busy_seconds(), self.of_children()

    @staticmethod
    def of_children():
        times = os.times()
        return times.children_user + times.children_system

    def percent(self):
        wall, busy, own = time.monotonic(), busy_seconds(), self.of_children()
        others = busy - self.begin[1] - (own - self.begin[2])
        return round(max(0.0, 100 * others / (os.cpu_count() * (wall - self.begin[0]))), 1)


def slope_per_minute(samples):
    """The median over windows of a tenth of the samples; 0 for a single sample."""
    window = max(1, len(samples) // 10)
    slopes = [60 * (late[1] - early[1]) / (late[0] - early[0]) for early, late in zip(samples, samples[window:])]
    return statistics.median(slopes) if slopes else 0.0


def percentile_us(prosa, hlog, first_s, last_s, folder):
    """p99.9 of the response times in that part of the log, in microseconds."""
    part = folder / "part.hlog"
    lines, offset_s = [], None
    for line in hlog.read_text(encoding="utf-8").splitlines():
        if line.startswith("Tag="):
            continue
        begin = line.split(",", 1)[0]
        is_interval = begin.replace(".", "", 1).isdigit()
        if is_interval and offset_s is None:
            offset_s = float(begin)
        if not is_interval or first_s <= float(begin) - offset_s < last_s:
            lines.append(line)
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run([prosa, "report", part, "--percentiles", "99.9", "--json", "-"], capture_output=True, text=True,
                          check=True)
    return round(find_percentile(json.loads(done.stdout)) / 1000, 1)


def find_percentile(value):
    if isinstance(value, dict):
        if "p99.9" in value:
            return value["p99.9"]
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        found = find_percentile(item)
        if found is not None:
            return found
    return None


def soak(prosa, rate, seconds, folder):
    """The samples, the exit code and the report of one long load."""
    hlog, report = folder / "soak.hlog", folder / "soak.json"
    samples = []
    begin = told = time.monotonic()
    with open(folder / "err", "wb") as err:
        process = subprocess.Popen(load_command(prosa, rate, seconds, "--json", str(report), "--hlog", str(hlog)),
                                   stdout=subprocess.DEVNULL, stderr=err)
        time.sleep(min(5, seconds / 3))  # its threads are there, and its pools were used
        while process.poll() is None:
            taken = sample(process)
            if taken is not None and time.monotonic() - begin < seconds:  # then the instance is not ending yet
                samples.append(taken)
            if time.monotonic() - told >= 10:
                told = time.monotonic()
                print(f"soak: {samples[-1][1]} KiB, {samples[-1][2]} descriptors", file=sys.stderr)
            time.sleep(min(1, seconds / 20))
    return samples, process.returncode, json.loads(report.read_text(encoding="utf-8")), hlog


def growth_max(samples):
    """What memory may grow by over these samples, in KiB."""
    return SLOPE_MAX * (samples[-1][0] - samples[0][0]) / 60 + STEP_MAX


def rate_faults(seconds, exit_code, success, others):
    """The rate was one that the machine takes; in a few seconds, or beside others, it may not."""
    has_failed = exit_code not in (0, RATE_MISSED)
    if seconds < STEADY_SECONDS or others > OTHERS_MAX:
        return [has_failed, False]
    return [has_failed or exit_code == RATE_MISSED, success < SUCCESS_MIN]


def lasting_faults(seconds, half, edges, highest):
    """What a short run is too short to show, and what a slow machine cannot. `half`: the samples of the second half."""
    if seconds < LONG_SECONDS:
        return []
    return [slope_per_minute(half) > SLOPE_MAX, half[-1][1] - half[0][1] > growth_max(half),
            edges[1] > TAIL_GROWTH_MAX * edges[0], highest == 0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=600, help="of the long load")
    parser.add_argument("--share", type=float, default=0.7)
    parser.add_argument("--step_seconds", type=float, default=3)
    parser.add_argument("--rate_min", type=int, default=10_000)
    arguments = parser.parse_args()
    prosa = (arguments.build / "apps/prosa/prosa").absolute()
    begin = time.monotonic()
    highest = capacity(prosa, arguments.rate_min, arguments.step_seconds)
    rate = arguments.share * (highest or arguments.rate_min)
    seconds = max(SECONDS_MIN, arguments.seconds)
    with tempfile.TemporaryDirectory(prefix="prosa_soak_") as name:
        folder = Path(name)
        others_time = OthersTime()
        samples, exit_code, report, hlog = soak(prosa, rate, seconds, folder)
        others = others_time.percent()
        part_s = min(60, seconds / 3)
        edges = [percentile_us(prosa, hlog, *edge, folder) for edge in ((0, part_s), (seconds - part_s, seconds + 60))]
    first, last = samples[0], samples[-1]
    half, success = samples[len(samples) // 2:], success_percent(report)
    faults = [*rate_faults(seconds, exit_code, success, others), bool(report["disagreements"]), last[2] > first[2],
              last[3] > first[3], *lasting_faults(seconds, half, edges, highest)]
    print(json.dumps({
        "check": "soak", "seed": 0, "count": report["counts"]["sent"], "failures": sum(faults),
        "seconds": round(time.monotonic() - begin, 1), "driven_seconds": seconds,
        "capacity_per_s": highest, "rate_per_s": int(rate),
        "success_percent": round(success, 3), "others_percent": others,
        "rss_kib_per_minute": round(slope_per_minute(half), 1), "rss_kib_grown": half[-1][1] - half[0][1],
        "rss_kib_last": last[1],
        "descriptors": [first[2], last[2]], "threads": [first[3], last[3]], "p99.9_us": edges}), flush=True)
    return 1 if any(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
