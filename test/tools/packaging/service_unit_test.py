"""test/tools/packaging/service_unit_test.py: the systemd unit is valid and hardened, and still lets a reactor pin.

UNIT_FILE is the unit of the build, UNIT_BINDIR where it looks for the program, UNIT_PROGRAM the one of the build.
No systemd has to run. What the program tells a service manager: test/apps/prosa/service_notifier_test.cpp.
"""

import os
import re
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path
from shutil import which

UNIT = Path(os.environ["UNIT_FILE"]).read_text(encoding="utf-8")
EXPOSURE_MAX = "20"  # tenths, of 100
# What pinning, locked pools, sleeping, descriptors, files and the control socket need.
NEEDED_CALLS = {"sched_setaffinity", "sched_getaffinity", "mlock", "mmap", "madvise", "futex", "epoll_wait", "eventfd2",
                "clone3", "sched_yield", "rseq", "poll", "prctl", "sendto", "bind", "chmod", "listen", "openat",
                "rename", "unlink"}


def settings(name):
    return re.findall(rf"^{name}=(.*)$", UNIT, re.M)


class Unit(unittest.TestCase):
    def test_the_manager_waits_for_readiness_and_feeds_a_watchdog(self):
        self.assertEqual(settings("Type"), ["notify"])
        self.assertEqual(settings("NotifyAccess"), ["main"])
        self.assertEqual(len(settings("WatchdogSec")), 1)

    def test_memory_may_be_locked_and_no_privilege_is_left(self):
        self.assertEqual(settings("LimitMEMLOCK"), ["infinity"])
        self.assertEqual(settings("CapabilityBoundingSet"), [""])


@unittest.skipUnless(os.geteuid() == 0 and which("setpriv"), "only root, with package util-linux, can give up privileges")
class Unprivileged(unittest.TestCase):
    """The program as the unit runs it: without a capability, its files and socket in folders of its own."""

    CONFIGURATION = "name: pinned\nstub-1: { processor: stub, service_names: [PAY] }\n"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "pinned.yml").write_text(self.CONFIGURATION, encoding="utf-8")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.settimeout(60)
        self.manager.bind(str(self.folder / "notify"))

    def start(self):
        program = subprocess.Popen(
            ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", os.environ["UNIT_PROGRAM"], "run",
             "-c", self.folder / "pinned.yml"],
            env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"), "XDG_RUNTIME_DIR": str(self.folder)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        while b"READY=1" not in self.manager.recv(4096):
            continue
        return program

    @staticmethod
    def status_of_thread(program, name):
        for task in Path(f"/proc/{program.pid}/task").iterdir():
            if (task / "comm").read_text(encoding="utf-8").strip() == name:
                return dict(re.findall(r"^(\w+):\s*(.*)$", (task / "status").read_text(encoding="utf-8"), re.M))
        raise AssertionError(f"there is no thread {name}")

    def test_its_reactors_are_pinned_and_it_stops_in_order(self):
        program = self.start()
        status = self.status_of_thread(program, "prosa-0")
        self.assertEqual(int(status["CapEff"], 16), 0)
        self.assertRegex(status["Cpus_allowed_list"], r"^\d+$")
        self.assertTrue((self.folder / "prosa-pinned.sock").is_socket())
        program.send_signal(signal.SIGTERM)
        while b"STOPPING=1" not in self.manager.recv(4096):
            continue
        self.assertEqual(program.wait(60), 0)


@unittest.skipUnless(which("systemd-analyze"), "package systemd is not installed")
class Analysed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.unit = Path(folder.name) / "prosa@.service"
        self.unit.write_text(UNIT.replace(os.environ["UNIT_BINDIR"] + "/prosa", os.environ["UNIT_PROGRAM"]),
                             encoding="utf-8")

    def analyse(self, *words):
        return subprocess.run(["systemd-analyze", "--no-pager", *map(str, words)], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_it_is_valid(self):
        done = self.analyse("verify", "--man=no", self.unit)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_its_exposure_is_low(self):
        done = self.analyse("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", self.unit)
        self.assertEqual(done.returncode, 0, done.stdout[-500:] + done.stderr)

    def calls_of(self, group):
        """The system calls of a group such as @system-service, those of its groups included."""
        done = self.analyse("syscall-filter", group)
        names = {line.strip() for line in done.stdout.splitlines() if re.match(r"^ +[@\w]", line)}
        return {call for name in names for call in (self.calls_of(name) if name.startswith("@") else {name})}

    def test_the_system_calls_of_a_reactor_are_allowed(self):
        allowed = set()
        for value in settings("SystemCallFilter"):
            named = set().union(*(self.calls_of(group) for group in value.lstrip("~").split()))
            allowed = allowed - named if value.startswith("~") else allowed | named
        self.assertEqual(NEEDED_CALLS - allowed, set())
        self.assertNotIn("reboot", allowed)
