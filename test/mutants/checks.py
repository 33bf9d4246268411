"""test/mutants/checks.py: which checks cover which file of core/, and how a mutant of the file is put before them.

A check is a relacy model of a header, compiled anew, or a test of the build with ThreadSanitizer, into which the
mutated object is linked in front of the library that holds the original. A mutant is a folder with one file, found
before the tree's own.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from prove import TSAN_OPTIONS  # noqa: E402


class BuildError(Exception):
    """A mutant that does not compile says nothing about the checks."""


@dataclass(frozen=True)
class Model:
    source: str

    @property
    def name(self):
        return Path(self.source).stem


@dataclass(frozen=True)
class Stress:
    target: str
    arguments: tuple = ()

    @property
    def name(self):
        return " ".join((Path(self.target).name, *self.arguments))


WAKERS = Stress("test/core/reactor/reactor_parts_test", ("-tc=*wake*",))
REACTOR = Stress("test/core/reactor/reactor_test")
UNIT = Stress("test/core/bus/unit/bus_unit_test", ("-tc=*link*,*gone*,*goes*",))
SHUTDOWN = Stress("test/core/bus/bus_shutdown_test")
MODES = Stress("test/core/bus/bus_thread_modes_test")
BUS_STRESS = Stress("test/core/bus/stress/bus_stress")

# The quickest first.
COVERAGE = {
    "core/ring/slot_ring.hpp": (Model("test/core/ring/slot_ring_model.cpp"),),
    "core/rcu/snapshot_cell.hpp": (Model("test/core/rcu/snapshot_cell_model.cpp"),),
    "core/reactor/wake_word.hpp": (Model("test/core/reactor/wake_word_model.cpp"),
                                   Model("test/core/reactor/control_inbox_model.cpp")),
    "core/reactor/control_inbox.hpp": (Model("test/core/reactor/control_inbox_model.cpp"),),
    "core/memory/message_pool.hpp": (Model("test/core/memory/homeward_mailbox_model.cpp"),),
    "core/bus/node_status.hpp": (Model("test/core/bus/node_status_model.cpp"),),
    "core/bus/signal_target.hpp": (Model("test/core/bus/signal_target_model.cpp"),),
    "core/control/closing_ring.hpp": (Model("test/core/control/closing_ring_model.cpp"),),
    "core/reactor/reactor.cpp": (REACTOR, SHUTDOWN),
    "core/reactor/futex_waker.cpp": (WAKERS,),
    "core/bus/thread_probe.cpp": (Stress("test/core/bus/unit/bus_unit_test", ("-tc=*probe*",)),),
    "core/bus/requester.cpp": (UNIT, SHUTDOWN, BUS_STRESS),
    "core/bus/responder.cpp": (UNIT, SHUTDOWN, BUS_STRESS),
    "core/bus/bus_client.cpp": (SHUTDOWN, BUS_STRESS),
    "core/bus/control.cpp": (SHUTDOWN, MODES, BUS_STRESS),
    "core/bus/control.hpp": (SHUTDOWN, MODES, BUS_STRESS),
    "core/bus/control_hosting.cpp": (SHUTDOWN, MODES, BUS_STRESS),
    "core/bus/control_stop.cpp": (SHUTDOWN, MODES, BUS_STRESS),
}

TIME_OUT_S = 300


class Bench:
    """Builds mutants in `scratch` and runs checks over them. `build` is a plain build folder, `tsan` one with
    ThreadSanitizer; neither is changed but for what its own sources need."""

    def __init__(self, root, build, tsan, scratch, seed):
        self.root, self.build, self.tsan = root, build, tsan
        self.scratch = scratch
        self.seed = seed
        self.commands = {}

    def run(self, check, place, text, name):
        """Puts the file of `place` with `text` before `check`. Returns what caught it, or None; and the seconds."""
        begin = time.monotonic()
        folder = self.scratch / name
        folder.mkdir(exist_ok=True)
        if place is not None:
            copy = folder / place.path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text)
        program = self.model(check, folder) if isinstance(check, Model) else self.stress(check, place, folder)
        caught = self.execute(check, program)
        # A test that lives with threads and time may fail on a crowded machine; twice in a row is the mutant's doing.
        if caught and isinstance(check, Stress) and not caught.endswith(("(ThreadSanitizer)", "(no end)")):
            caught = self.execute(check, program)
        return caught, time.monotonic() - begin

    # --- building -------------------------------------------------------------------------------------------

    def compile_commands(self, build):
        if build not in self.commands:
            entries = json.loads((build / "compile_commands.json").read_text())
            self.commands[build] = [(os.path.normpath(build / entry["file"]), entry) for entry in entries]
        return self.commands[build]

    def compile(self, build, source, folder):
        """Compiles `source`, with the files of `folder` in front of the tree's. Returns the object."""
        entries = [entry for path, entry in self.compile_commands(build)
                   if path == str(self.root / source) and "/libprosa.so" not in entry["output"]]
        if not entries:
            raise BuildError(f"{build} does not build {source}")
        command = shlex.split(entries[0]["command"])
        made = folder / (source.replace("/", "_") + ".o")
        mutated = folder / source
        command[command.index("-o") + 1] = str(made)
        for flag in ("-MF", "-MQ"):
            at = command.index(flag)
            del command[at:at + 2]
        command = [argument for argument in command if argument not in ("-MD", "-Werror")]
        command[command.index("-c") + 1] = str(mutated if mutated.exists() else self.root / source)
        compiler = 2 if Path(command[0]).name == "ccache" else 1
        command[compiler:compiler] = [f"-I{folder}", f"-I{self.root}"]
        command += ["-O1", "-g0"]  # soon made: a mutant is compiled once and runs for seconds
        call(command, build)
        return made

    def model(self, check, folder):
        made = self.compile(self.build, check.source, folder)
        program = folder / check.name
        command = self.link_command(self.build, f"test/{check.name}")
        command[command.index("-o") + 1] = str(program)
        call([str(made) if argument.endswith(".cpp.o") else argument for argument in command], self.build)
        return program

    def stress(self, check, place, folder):
        if place is None:
            return self.tsan / check.target
        objects = [str(self.compile(self.tsan, source, folder)) for source in self.sources_with(place.path)]
        program = folder / Path(check.target).name
        command = self.link_command(self.tsan, check.target)
        at = command.index("-o") + 1
        command[at] = str(program)
        command[at + 1:at + 1] = objects
        call(command, self.tsan)
        return program

    def build_targets(self, targets):
        if targets:
            call(["ninja", "-C", str(self.tsan), "-j1", *sorted(targets)], self.root)

    def sources_with(self, path):
        """The sources of core/ that are compiled from `path`: itself, or for a header all that include it."""
        if path.endswith(".cpp"):
            return [path]
        text = subprocess.run(["ninja", "-C", str(self.tsan), "-t", "deps"], capture_output=True, text=True,
                              check=True).stdout
        found = set()
        for block in text.split("\n\n"):
            paths = [os.path.normpath(self.tsan / line.strip()) for line in block.splitlines()[1:] if line.strip()]
            if str(self.root / path) in paths:
                found.update(os.path.relpath(source, self.root) for source in paths if source.endswith(".cpp"))
        return sorted(source for source in found if source.startswith("core/"))

    @staticmethod
    def link_command(build, target):
        text = subprocess.run(["ninja", "-C", str(build), "-t", "commands", target], capture_output=True, text=True,
                              check=True).stdout
        return shlex.split(text.strip().splitlines()[-1])

    # --- running --------------------------------------------------------------------------------------------

    def execute(self, check, program):
        """What failed, or None. The first failure ends the program."""
        seed = str(self.seed)
        environment = dict(os.environ, MODEL_SEED=seed, TEST_SEED=seed, STRESS_SECONDS="10", TSAN_OPTIONS=TSAN_OPTIONS)
        arguments = getattr(check, "arguments", ())
        with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=environment, text=True, errors="replace") as running:
            watchdog = threading.Timer(TIME_OUT_S, running.kill)
            watchdog.start()
            try:
                for line in running.stdout:
                    if line.startswith("{") and '"failures": 0' not in line:
                        running.kill()
                        return json.loads(line)["check"]
                running.wait()
            finally:
                watchdog.cancel()
        if running.returncode == -signal.SIGKILL:
            return f"{check.name} (no end)"  # a lost wake-up shows so
        if running.returncode == 66:
            return f"{check.name} (ThreadSanitizer)"
        return None if running.returncode == 0 else f"{check.name} (exit {running.returncode})"


def call(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command[:3])} ...\n{(done.stderr + done.stdout)[-2000:]}")
