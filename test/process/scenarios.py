"""test/process/scenarios.py: what is done to an instance under load, and what must hold afterwards.

Each scenario takes a random.Random and returns a Result. In all of them but the kill every request that was offered to
the bus has one outcome or was refused, whatever happened to the process.
"""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from instance import Instance

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
LACKS = re.compile("memory|no thread|descriptor|too many open files|failed to map segment", re.IGNORECASE)
# What a draw decides; over many rounds each has to be seen.
BRANCHES = ("signal_unheard", "signal_heard", "served_with_less", "refused_with_less")
AGREED = "Requesters and providers agree: each request has one outcome."


class Skipped(Exception):
    """The machine lacks what the scenario needs."""


@dataclass
class Result:
    faults: list = field(default_factory=list)
    requests: int = 0
    refused: int = 0
    unknown: int = 0  # accepted by a process that was killed
    continued_ms: list = field(default_factory=list)  # from SIGCONT to the next response
    restarted_ms: list = field(default_factory=list)  # from the start of the process after a SIGKILL
    reached: Counter = field(default_factory=Counter)  # of BRANCHES

    def expect(self, holds, fault):
        if not holds:
            self.faults.append(fault)

    def recovered(self, times_ms, milliseconds):
        self.expect(milliseconds is not None, "no response came afterwards")
        if milliseconds is not None:
            times_ms.append(milliseconds)

    def account(self, ledger, is_killed=False):
        self.requests += ledger.sent
        self.refused += ledger.refused
        self.expect(ledger.double == 0, f"{ledger.double} requests have two outcomes")
        self.expect(ledger.wrong == 0, f"{ledger.wrong} answers belong to another request")
        if is_killed:
            self.unknown += ledger.unaccounted
        else:
            self.expect(ledger.unaccounted == 0, f"{ledger.unaccounted} requests have no outcome")

    def ended_in_order(self, instance, exit_code):
        self.account(instance.ledger())
        self.expect(exit_code == 0, f"exit code {exit_code} instead of 0: {instance.err()[-500:]}")
        self.expect("process stops: signal" in instance.err(), f"the stop is not in the log: {instance.err()[-500:]}")
        self.expect(AGREED in instance.out(), f"the counts do not agree: {instance.out()[-2000:]}")


def under_load(instance, result, count=300):
    result.expect(instance.wait_for_successes(count), f"no load: {instance.err()[-500:]}")


def sigterm_once(random):
    result = Result()
    with Instance(rate=random.choice([2_000, 10_000, 30_000])).start() as instance:
        under_load(instance, result, random.randrange(1, 2000))
        result.ended_in_order(instance, instance.stop())
    return result


def sigterm_twice(random):
    """Requests that are kept for good hold the first one up; the second ends the waiting."""
    result = Result()
    worker = [f"keep_every: {random.randrange(20, 200)}"]
    with Instance(call_timeout="10m", shutdown_timeout="10m", worker=worker).start() as instance:
        under_load(instance, result)
        instance.signal(signal.SIGTERM)
        result.expect(instance.wait_for_error("process stops"), "the first signal is not in the log")
        time.sleep(0.2 + random.random() / 5)
        result.expect(instance.process.poll() is None, "it did not wait for what was in flight")
        result.ended_in_order(instance, instance.stop())
        result.expect("second request to stop (signal)" in instance.err(), "the second signal is not in the log")
        result.expect(instance.ledger().by_code.get("shutting_down", 0) > 0, "nothing ended as shutting_down")
    return result


def sigterm_during_start(random):
    """Before the handler of signals is there, the process ends as any other, and nothing was accepted."""
    result = Result()
    with Instance(worker=["start_takes: 60ms"]).start() as instance:
        time.sleep(random.random() * 0.15)
        exit_code = instance.stop()
        is_heard = exit_code != -signal.SIGTERM
        result.reached["signal_heard" if is_heard else "signal_unheard"] += 1
        if not is_heard:
            result.expect(instance.ledger().sent == 0, "requests were accepted before signals were heard")
        else:
            result.ended_in_order(instance, exit_code)
    return result


def sigterm_in_restart_storm(random):
    result = Result()
    throw_every = random.randrange(2, 100)
    with Instance(worker=[f"throw_every: {throw_every}"]).start() as instance:
        # One exception at least; and no more, for the worst storm answers a handful in a second.
        under_load(instance, result, throw_every + 20)
        for _ in range(random.randrange(3)):
            result.expect(instance.ctl("restart", "worker-1").returncode in (0, 1), "ctl restart failed")
        result.ended_in_order(instance, instance.stop())
        result.expect("worker-1 failed and restarts" in instance.err(), "there was no storm")
    return result


def sigterm_with_a_hung_handler(random):
    """The thread that does not end is named, and the exit says that something is wrong."""
    result = Result()
    with Instance(shutdown_timeout="200ms", worker=["hangs_at_shutdown: true"]).start() as instance:
        under_load(instance, result, random.randrange(1, 500))
        exit_code = instance.stop()
        result.account(instance.ledger())
        result.expect(exit_code == 1, f"exit code {exit_code} instead of 1")
        result.expect("reactor 1 did not end: a handler hangs, of " in instance.err(), f"the thread is not named: {instance.err()[-500:]}")
    return result


def sigstop_and_sigcont(random):
    result = Result()
    with Instance().start() as instance:
        under_load(instance, result)
        for _ in range(3):
            time.sleep(random.random() * 0.1)
            instance.halt()
            time.sleep(random.random() * 0.4)
            continued_ns = instance.signal(signal.SIGCONT)
            under_load(instance, result, 100)
            result.recovered(result.continued_ms, instance.ledger().recovery_ms(continued_ns))
        result.ended_in_order(instance, instance.stop())
    return result


def sigkill(random):
    """The ledger shows what was unknown; the next process starts as if nothing had been."""
    result = Result()
    worker = [f"keep_every: {random.randrange(50, 500)}"]
    with Instance(shutdown_timeout="200ms", worker=worker).start() as instance:
        under_load(instance, result)
        time.sleep(random.random() / 5)
        instance.signal(signal.SIGKILL)
        result.expect(instance.wait() == -signal.SIGKILL, "it was not killed")
        killed = instance.ledger()
        result.account(killed, is_killed=True)
        result.expect(killed.unaccounted > 0, "nothing was unknown: kept requests are")
        instance.start()
        instance.seen = killed.sent
        under_load(instance, result, 1)
        result.recovered(result.restarted_ms, instance.ledger(killed.sent).recovery_ms(instance.spawned_ns))
        result.expect(instance.ctl("status").returncode == 0, "ctl does not find the next one")
        exit_code = instance.stop()
        result.account(instance.ledger(killed.sent))
        result.expect(exit_code == 0, f"exit code {exit_code} of the next one: {instance.err()[-500:]}")
    return result


def overload(random):
    """More than the provider takes: what does not fit is refused and counted, by the bus as by who was refused."""
    result, requests = Result(), 60_000
    worker = [f"hang_every: {random.randrange(1000, 3000)}", "hang_takes: 60ms"]
    with Instance(rate=random.choice([50_000, 100_000]), requests=requests, worker=worker, service="WORK") as instance:
        instance.start()
        result.expect(eventually(lambda: instance.ledger().settled == requests), f"no load: {instance.err()[-500:]}")
        counted, ledger = refusals(instance), instance.ledger()
        result.expect(ledger.refused > 0, "nothing was refused")
        result.expect(ledger.by_code.get("none", 0) > 0, "nothing was answered")
        result.expect(counted == ledger.refused, f"{ledger.refused} were refused, {counted} are counted")
        result.ended_in_order(instance, instance.stop())
    return result


def refusals(instance):
    """Of the source, as the metrics count them."""
    shown = instance.ctl("metrics").stdout
    lines = re.findall(r'^prosa_requests_refused_total{.*"source-1".*} (\d+)', shown, re.MULTILINE)
    return sum(map(int, lines)) if lines else None


def eventually(holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def one_cpu(random):
    result = Result()
    with Instance().start(cpus={random.choice(sorted(os.sched_getaffinity(0)))}) as instance:
        under_load(instance, result, 2000)
        result.ended_in_order(instance, instance.stop())
    return result


def stressed_cores(random):
    if shutil.which("stress-ng") is None:
        raise Skipped("package stress-ng is missing")
    result = Result()
    workers = str(len(os.sched_getaffinity(0)))
    stress = subprocess.Popen(["stress-ng", "--quiet", "--cpu", workers, "--timeout", "60s"])
    try:
        with Instance(rate=random.choice([2_000, 10_000])).start() as instance:
            under_load(instance, result, 2000)
            result.ended_in_order(instance, instance.stop())
    finally:
        stress.terminate()
        stress.wait()
    return result


def descriptor_limit(random):
    """64 are enough, also when strangers take what is left; with fewer it runs or says what it could not have."""
    result = Result()
    with Instance().start(limits=[(resource.RLIMIT_NOFILE, 64)]) as instance:
        under_load(instance, result)
        strangers = [connection_to(instance) for _ in range(100)]
        under_load(instance, result, 1000)
        for stranger in strangers:
            stranger.close()
        shown = instance.ctl("status")
        for _ in range(50):  # until those that left are noticed
            if shown.returncode == 0:
                break
            time.sleep(0.1)
            shown = instance.ctl("status")
        result.expect(shown.returncode == 0, f"ctl is not answered afterwards: {shown.stderr}")
        result.ended_in_order(instance, instance.stop())
    few = random.randrange(4, 24)
    with Instance().start(limits=[(resource.RLIMIT_NOFILE, few)]) as instance:
        works_or_says_why(instance, result, f"{few} descriptors")
    return result


def memory_limit(random):
    """It runs with less, or says what it could not have. With less than this its libraries cannot be loaded."""
    result = Result()
    mebibytes = int(48 * 2 ** (random.random() * 4))
    with Instance().start(limits=[(resource.RLIMIT_AS, mebibytes << 20)]) as instance:
        works_or_says_why(instance, result, f"{mebibytes} MiB")
    return result


def wall_clock_jumps(random):
    """A day forth and back: no deadline, timer or report depends on the wall clock."""
    if not FAKETIME.exists():
        raise Skipped("package faketime is missing")
    result = Result()
    with Instance(call_timeout="1m") as instance:
        offset = instance.folder / "offset"
        offset.write_text("+0\n", encoding="ascii")
        instance.start(environment={"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(offset),
                                    "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        under_load(instance, result)
        for days in random.sample(["+1d", "-1d", "+0"], 3):
            offset.write_text(days + "\n", encoding="ascii")
            under_load(instance, result, 1000)
        offset.write_text("+1d\n", encoding="ascii")
        result.ended_in_order(instance, instance.stop())
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
        result.expect(tomorrow in instance.err(), "the wall clock did not jump")
        by_code = instance.ledger().by_code
        result.expect("timeout" not in by_code, f"{by_code.get('timeout')} requests timed out")
    return result


def connection_to(instance):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        connection.connect(str(instance.folder / "ctl.sock"))
    except OSError:
        pass  # it takes no more
    return connection


def works_or_says_why(instance, result, limit):
    """It serves requests, or names what it lacks: while it runs, or as it ends, which it may do at any time."""
    serves = instance.wait_for_successes(100)
    exit_code = instance.stop() if instance.process.poll() is None else instance.wait()
    lacks = LACKS.search(instance.err())
    if exit_code in (1, 2, 127):
        result.reached["refused_with_less"] += 1
        result.account(instance.ledger())
        return result.expect(lacks, f"{limit}: it does not say what it lacks: {instance.err()[-500:]}")
    result.reached["served_with_less"] += 1 if serves else 0
    result.expect(serves or lacks, f"{limit}: it runs, serves nothing and does not say why")
    return result.ended_in_order(instance, exit_code)


ALL = [sigterm_once, sigterm_twice, sigterm_during_start, sigterm_in_restart_storm, sigterm_with_a_hung_handler,
       sigstop_and_sigcont, sigkill, overload, one_cpu, stressed_cores, descriptor_limit, memory_limit,
       wall_clock_jumps]


def percentile(values, share):
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None


def distribution(times_ms):
    return {"count": len(times_ms), "p50": percentile(times_ms, 0.5), "p99": percentile(times_ms, 0.99),
            "max": percentile(times_ms, 1)}


def check_line(seed, results, seconds, skipped=0):
    return {"check": "process", "seed": seed, "count": len(results),
            "failures": sum(bool(result.faults) for result in results), "seconds": round(seconds, 1),
            "requests": sum(result.requests for result in results),
            "refused": sum(result.refused for result in results),
            "unknown_after_kill": sum(result.unknown for result in results), "skipped": skipped,
            "reached": {branch: sum(result.reached[branch] for result in results) for branch in BRANCHES},
            "continued_ms": distribution([each for result in results for each in result.continued_ms]),
            "restarted_ms": distribution([each for result in results for each in result.restarted_ms])}
