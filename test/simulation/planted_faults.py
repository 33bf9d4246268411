#!/usr/bin/env python3
"""test/simulation/planted_faults.py BUILD [--seed FIRST] [--count N]: the simulation sees faults that are planted.

Each fault changes one line of the product in a copy of its file, which is compiled and linked in the place of the
original, as BUILD does it; a header's with a source that includes it. N seeds (60) of a simulation with that fault must
fail, crash or not end; a fault that passes is named. Without a fault they must pass.

Exit: 0 each fault was found; 1 one was not, or its line is not in its file any more; 2 the seeds fail without a fault.
"""

import argparse
import json
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "test/simulation/simulation"
TIMEOUT_SECONDS = 300
# Exit codes of a simulation that found a fault: its own, and the signals that it dies of by itself.
FAILED = (1, *(-number for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)))
INCLUDED_BY = {"adaptors/router/router_processor.hpp": "test/simulation/cast.cpp"}
FAULTS = (  # what is broken, the file, the line's text, what stands there instead
    ("a second answer is let through", "core/bus/request.cpp", "if (is_done()) [[unlikely]] {", "if (false) {"),
    ("an answer returns no credit", "core/bus/requester.cpp",
     "if (caller != nullptr) --caller->outstanding_[value_of(entry->provider)];", ""),
    ("a late answer keeps its pending entry", "core/bus/requester.cpp",
     "counters[CallerCounter::late].add();\n            pending_.free(*entry);",
     "counters[CallerCounter::late].add();"),
    ("an answer that came late is not counted", "core/bus/requester.cpp",
     "if (caller != nullptr) caller->counters[CallerCounter::late].add();", ""),
    ("an answer's block does not go home", "core/bus/requester.cpp",
     "if (MessageBlock* const body = body_block_of(header)) [[unlikely]]\n        send_home(outbound, body);", ""),
    ("a deadline gives no timeout", "core/bus/requester.cpp", "report(entry, ServiceError::timeout);",
     "(void)entry;"),
    ("a client's deadlines come late", "core/bus/bus_client.cpp", "requester_.now_ns(),\n            [this]",
     "requester_.now_ns() - ns_per_ms,\n            [this]"),
    ("a call's timeout comes late", "core/bus/requester.cpp", "{ report(entry, ServiceError::timeout); }",
     "{ if (entry.has_waiter && now_ns_ - entry.sent_ns < 4 * ns_per_ms)\n"
     "wheel_.insert(entry, entry.sent_ns + 4 * ns_per_ms); else report(entry, ServiceError::timeout); }"),
    ("answers lie untaken for a while", "core/bus/requester.cpp", "if (!outbound.read_ahead.may_look(now_ns_)) [[unlikely]]",
     "if ((now_ns_ >> 17) % 8 == 0)"),
    ("answers lie in the outbox for a while", "core/bus/bus_node.cpp", "work += responder_.flush_outboxes();",
     "if ((now_ns >> 21) % 2 == 0) work += responder_.flush_outboxes();"),
    ("an id is given twice", "core/bus/claim.cpp", "const RequestId id = requester.next_id_++;",
     "const RequestId id = requester.next_id_; requester.next_id_ += requester.in_flight_ % 4 != 3;"),
    ("a correlation gets lost on its way", "core/bus/claim.cpp", "std::memcpy(behind, &correlation_, correlation_bytes);",
     "std::memcpy(behind, &id, correlation_bytes);"),
    ("a router begins a transaction of its own", "adaptors/router/router_processor.hpp", ".correlation = correlation,",
     ".correlation = 0 * correlation,"),
    ("a router passes another error back", "adaptors/router/router_processor.hpp", "answer.commit_error(outcome.error);",
     "answer.commit_error(outcome.error == ServiceError::protocol ? ServiceError::dropped : outcome.error);"),
    ("a router makes an error of an answer", "adaptors/router/router_processor.hpp", "answer.commit_error(outcome.error);",
     "if (bytes % 8 == 3) answer.body().size_bytes = 0;\n"
     "answer.commit_error(bytes % 8 == 3 ? ServiceError::dropped : outcome.error);"),
    ("answers to a client that left do not come home", "core/bus/responder.cpp", "        drop_answers(*inbound);\n", ""),
    ("the stop ends no request", "core/bus/requester.cpp",
     "if (entry.state == PendingState::in_flight) report(entry, ServiceError::shutting_down);", "(void)entry;"),
    ("expired work is begun", "core/bus/responder.cpp",
     "if (header.deadline_ns < time_for(header.deadline_ns)) [[unlikely]] {", "if (false) {"),
    ("a dropped request is not answered", "core/bus/responder.cpp", "if (!request.is_done()) [[unlikely]] {",
     "if (false) {"),
    ("a kept request's block does not go home", "core/bus/responder.cpp",
     "if (MessageBlock* const body = body_block_of(header_at(block.payload()))) send_home(inbound, body);", ""),
    ("kept requests are counted down never", "core/bus/responder.cpp", "callee.kept.subtract();", ""),
    ("an incarnation that ended gets outcomes", "core/bus/shard.cpp", "node_.requester().abandon(*this);", ""),
    ("an aborted claim keeps its pending entry", "core/bus/claim.cpp", "requester.pending_.free(*entry_);", ""),
    ("requests go to a reactor that hangs", "core/bus/control.cpp", "publisher_.set_suspended(hosted.id, is_hanging);",
     "continue;"),
    ("an answer to a kept request turns into an error", "core/bus/request.cpp", "header.error = error;",
     "header.error = kept_ != nullptr && error == ServiceError::none ? ServiceError::dropped : error;"),
    ("a request that was begun is called unreachable", "core/bus/responder.cpp",
     "answer_error(inbound, header, ServiceError::dropped);", "answer_error(inbound, header, ServiceError::unreachable);"),
    ("twice the credit is given", "core/bus/claim.cpp", "< requester.options_.credit)", "< 2 * requester.options_.credit)"),
    ("nothing restarts after its back-off", "core/bus/control.cpp",
     "if (queue.restart_at_ns <= now_ns) begin(processor, queue);", "(void)now_ns;"),
    ("a reactor that recovered stays suspended", "core/bus/control.cpp",
     "publisher_.set_suspended(hosted.id, is_hanging);", "if (is_hanging) publisher_.set_suspended(hosted.id, true);"),
    ("the services of a reactor that recovered come back late", "core/bus/control.cpp",
     "if (verdict == HangDetector::Verdict::unchanged) continue;",
     "if (verdict == HangDetector::Verdict::unchanged && !hosted.hang.is_hanging() && (now_ns >> 23) % 2 == 0)\n"
     "publisher_.set_suspended(hosted.id, false);\nif (verdict != HangDetector::Verdict::hanging) continue;"),
    ("a hang is seen ten times too late", "core/bus/control_hosting.cpp",
     "reactors_.emplace_back(id, options_.bus.hang_after_ns);",
     "reactors_.emplace_back(id, 10 * options_.bus.hang_after_ns);"),
    ("a hang is seen four times too early", "core/bus/control_hosting.cpp",
     "reactors_.emplace_back(id, options_.bus.hang_after_ns);",
     "reactors_.emplace_back(id, options_.bus.hang_after_ns / 4);"),
    ("a failure ends a neighbour, too", "core/bus/bus_node.cpp", "end_shard(*shard, &failure);",
     "end_shard(*shard, &failure);\n        end_shard(*shards_.front(), &failure);"),
    ("failures are not noted", "core/bus/shard.cpp", "if (processor_ != nullptr) node_.note_failure(*this);", ""),
)


class Builder:
    def __init__(self, build):
        self.build = build
        self.compiles = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            self.compiles[(Path(entry["directory"]) / entry["file"]).resolve()] = entry["command"]
        commands = subprocess.run(["ninja", "-t", "commands", TARGET], cwd=build, check=True, text=True,
                                  stdout=subprocess.PIPE).stdout
        self.link = commands.strip().splitlines()[-1]

    def compile(self, file, text, folder):
        """The object of `file` with another text, and the one that it stands for."""
        changed, result = folder / file, folder / "planted.o"
        changed.parent.mkdir(parents=True)
        changed.write_text(text)
        source = ROOT / INCLUDED_BY[file] if file in INCLUDED_BY else changed
        command = shlex.split(self.compiles[(ROOT / INCLUDED_BY.get(file, file)).resolve()])
        original = command[command.index("-o") + 1]
        for option, value in (("-o", result), ("-c", source), ("-MF", folder / "planted.d")):
            command[command.index(option) + 1] = str(value)
        command += ["-iquote", str(folder)]
        subprocess.run([part for part in command if part != "-Werror"], cwd=self.build, check=True,
                       stderr=subprocess.DEVNULL)
        return result, original

    def program(self, planted, original, folder):
        """The simulation with `planted`: in the place of its own object, or before the libraries, so that theirs is not
        taken."""
        command = [str(planted) if part == original else part for part in shlex.split(self.link)]
        at = command.index("-o") + 1
        command[at] = str(folder / "simulation")
        if str(planted) not in command:
            command.insert(at + 1, str(planted))
        subprocess.run(command, cwd=self.build, check=True)
        return command[at]


def simulate(program, seeds):
    """Whether the simulation failed, and what it says first of that; (False, None) when it passed."""
    try:
        run = subprocess.run([program, "--seed", str(seeds[0]), "--count", str(seeds[1])], text=True,
                             capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True, f"no end after {TIMEOUT_SECONDS} s"
    if run.returncode == 0:
        return False, None
    said = re.search(r"^seed \d+: .*|.*assertion failed.*|a crash.*|never reached.*", run.stderr, re.MULTILINE)
    return run.returncode in FAILED, said[0] if said else f"exit {run.returncode}"


def find(builder, fault, seeds):
    """Whether the simulation finds the fault, and what it says first of it."""
    _, file, line, instead = fault
    text = (ROOT / file).read_text()
    if text.count(line) != 1:
        return False, f"its line is no longer in {file}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = builder.program(*builder.compile(file, text.replace(line, instead), folder), folder)
        return simulate(program, seeds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    arguments = parser.parse_args()
    start = time.monotonic()
    seeds = (arguments.seed, arguments.count)
    said = simulate(arguments.build.resolve() / TARGET, seeds)[1]
    if said is not None:
        print(f"the simulation fails without a planted fault: {said}", file=sys.stderr)
        return 2
    builder = Builder(arguments.build.resolve())
    failures = 0
    for fault in FAULTS:
        is_found, said = find(builder, fault, seeds)
        failures += not is_found
        print(f"{fault[0]}: {'' if is_found else 'NOT FOUND: '}{said or 'all seeds passed'}", file=sys.stderr)
    print(json.dumps({"check": "simulation planted faults", "seed": arguments.seed, "count": len(FAULTS),
                      "failures": failures, "seconds": round(time.monotonic() - start, 2)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
