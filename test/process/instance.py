"""test/process/instance.py: processes of the ledger's program, their configuration and their end."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import ledger

PROGRAMS = {}  # "ledger": test/process/ledger_program; "prosa": prosa itself, for `ctl`
END_S = 60  # after that a process is a failure, not late

CONFIGURATION = """
name: process
bus:
  reactors: 2
  call_timeout: {call_timeout}
  shutdown_timeout: {shutdown_timeout}
  ring_slots: 1024
  credit: 4096
  kept_limit: 4096
  pending_limit: 16384
  ctl_socket: {folder}/ctl.sock
source-1:
  processor: ledger_source
  reactor: 0
  service_name: {service}
  ledger: {folder}/ledger
  requests: {requests}
  rate: {rate}
router-1:
  processor: router
  reactor: 0
  service_names: [ROUTED]
  adaptor_config_path: {folder}/rules.yml
worker-1:
  processor: troubled
  reactor: 1
  service_names: [WORK]
  proc_restart_duration_period: 1ms
  restart_intensity: {{count: 1000000, within: 60s}}
{worker}
"""


def use(ledger_program, prosa):
    PROGRAMS.update(ledger=str(Path(ledger_program).absolute()), prosa=str(Path(prosa).absolute()))


class Instance:
    """A folder, a configuration in it, and the processes that run it one after the other."""

    def __init__(self, rate=10000, requests=200_000, call_timeout="1s", shutdown_timeout="10s", worker=(),
                 service="ROUTED"):
        """`service`: that of the source's requests; WORK goes to the worker without the router."""
        self.folder = Path(tempfile.mkdtemp(prefix="prosa_process_"))
        self.process = None
        self.spawned_ns = 0
        self.seen = 0  # entries of the ledger that wait_for_successes no longer looks at
        (self.folder / "rules.yml").write_text("rules: []\ndefault: WORK\n", encoding="utf-8")
        text = CONFIGURATION.format(folder=self.folder, rate=rate, requests=requests, call_timeout=call_timeout,
                                    service=service, shutdown_timeout=shutdown_timeout,
                                    worker="".join(f"  {line}\n" for line in worker))
        (self.folder / "instance.yml").write_text(text, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, cpus=None, limits=(), environment=None, log_level="info"):
        """`limits`: pairs of a resource and the most of it."""
        def prepare():
            if cpus is not None:
                os.sched_setaffinity(0, cpus)
            for which, most in limits:
                resource.setrlimit(which, (most, most))

        arguments = ["run", "-c", str(self.folder / "instance.yml"), "--log-level", log_level]
        with open(self.folder / "out", "wb") as out, open(self.folder / "err", "wb") as err:
            self.spawned_ns = time.monotonic_ns()
            self.process = subprocess.Popen([PROGRAMS["ledger"], *arguments], stdout=out, stderr=err,
                                            env={**os.environ, **(environment or {})}, preexec_fn=prepare)
        return self

    def signal(self, number):
        """The time just before the signal."""
        at_ns = time.monotonic_ns()
        self.process.send_signal(number)
        return at_ns

    def halt(self):
        """Stops the process; returns when it stands. What is waited for from then on is what it answers afterwards."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)
        self.seen = self.ledger().sent

    def wait(self):
        """The exit code, as subprocess gives it; None: the process did not end and was killed."""
        try:
            return self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait_for_successes(self, count, seconds=END_S):
        """That many more responses; False when the process ended or took too long."""
        follower = ledger.Follower(self.folder / "ledger", self.seen)
        end = time.monotonic() + seconds
        while follower.look().successes < count:
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.01)
        self.seen = follower.seen
        return True

    def wait_for_error(self, text, seconds=END_S):
        """That its log holds `text`; False when the process ended or took too long."""
        end = time.monotonic() + seconds
        while text not in self.err():
            if time.monotonic() > end or self.process.poll() is not None:
                return text in self.err()
            time.sleep(0.01)
        return True

    def ctl(self, *arguments):
        return subprocess.run([PROGRAMS["prosa"], "ctl", "--socket", self.folder / "ctl.sock", *arguments], capture_output=True,
                              text=True, timeout=END_S, check=False)

    def ledger(self, begin=0):
        return ledger.read(self.folder / "ledger", begin)

    def out(self):
        return (self.folder / "out").read_text(encoding="utf-8", errors="replace")

    def err(self):
        return (self.folder / "err").read_text(encoding="utf-8", errors="replace")
