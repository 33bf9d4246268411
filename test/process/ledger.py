"""test/process/ledger.py: reads a ledger of outcomes: test/process/outcome_ledger.hpp says how it is written."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

ENTRY = struct.Struct("<Qq")
OFFERED, ACCEPTED, REFUSED = 1, 2, 3
CODES = ["none", "unreachable", "timeout", "protocol", "overloaded", "dropped", "shutting_down"]


@dataclass
class Ledger:
    sent: int = 0         # offered to the bus
    refused: int = 0
    ended: int = 0        # accepted, and one outcome
    unaccounted: int = 0  # accepted or offered, and no outcome
    double: int = 0       # more than one outcome
    wrong: int = 0        # the answer to another request
    by_code: dict = field(default_factory=dict)
    success_ns: list = field(default_factory=list)  # when each response came

    def add(self, word, ended_ns):
        phase, code, outcomes, is_wrong = word & 0xff, word >> 8 & 0xff, word >> 16 & 0xffff, word >> 32 & 1
        self.sent += 1
        self.wrong += is_wrong
        if phase == REFUSED:
            self.refused += 1
            self.double += outcomes > 0
        elif outcomes == 0:
            self.unaccounted += 1
        else:
            self.ended += 1
            self.double += outcomes > 1
            self.by_code[CODES[code]] = self.by_code.get(CODES[code], 0) + 1
            if code == 0:
                self.success_ns.append(ended_ns)

    @property
    def settled(self):
        return self.refused + self.ended

    def recovery_ms(self, from_ns):
        """From that time to the next response; None when none came."""
        later = [at for at in self.success_ns if at >= from_ns]
        return (min(later) - from_ns) / 1e6 if later else None


def entries(path, begin):
    """The used ones from `begin` on; they may still change while the process runs."""
    if not Path(path).exists():
        return
    with open(path, "rb") as file:
        file.seek(begin * ENTRY.size)
        while chunk := file.read(4096 * ENTRY.size):
            for word, ended_ns in ENTRY.iter_unpack(chunk):
                if word == 0:
                    return
                yield word, ended_ns


def entries_at(path, places):
    if not places:
        return
    with open(path, "rb") as file:
        for place in places:
            file.seek(place * ENTRY.size)
            yield place, ENTRY.unpack(file.read(ENTRY.size))[0]


def read(path, begin=0):
    """All entries from `begin` on."""
    result = Ledger()
    for word, ended_ns in entries(path, begin):
        result.add(word, ended_ns)
    return result


class Follower:
    """Counts responses while the process runs. It looks at each entry until it has ended, for some never do."""

    def __init__(self, path, begin=0):
        self.path = path
        self.seen = begin    # entries before this one were looked at
        self.open = []       # those of them that had not ended
        self.successes = 0

    def look(self):
        waiting, self.open = self.open, []
        for place, word in entries_at(self.path, waiting):
            self.note(place, word)
        for word, _ in entries(self.path, self.seen):
            self.note(self.seen, word)
            self.seen += 1
        return self

    def note(self, place, word):
        if word & 0xff != REFUSED and word >> 16 & 0xffff == 0:
            self.open.append(place)
        elif word & 0xff == ACCEPTED and word >> 8 & 0xff == 0:
            self.successes += 1
