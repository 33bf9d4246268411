"""test/apps/prosa/report/live_screen_test.py: a load on a terminal shows a table in its place and obeys keys."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

PROSA = os.environ["REPORT_PROSA"]
LIMIT_S = 60
COLUMNS, ROWS = 80, 24
RATE_MISSED = 3
CONFIGURATION = """name: live
bus: { reactors: 1, idle: park }
echo-1: { processor: stub, adaptor: parrot, reactor: 0, service_names: [PAYMENT] }
"""


class Terminal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "live.yml").write_text(CONFIGURATION, encoding="utf-8")
        self.json = self.folder / "load.json"
        self.command = [PROSA, "load", "-c", self.folder / "live.yml", "--service", "PAYMENT", "--rate", "1k",
                        "--warmup", "0s", "--no_jitter", "--json", self.json]
        self.shown = ""

    def begin(self, duration):
        """On a terminal of its own, whose session it leads."""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
            os.execv(PROSA, [str(part) for part in [*self.command, "--duration", duration]])
        self.addCleanup(os.close, self.terminal)

    def read_until(self, text):
        deadline = time.monotonic() + LIMIT_S
        while text not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))
            self.assertTrue(ready, f"{text!r} was not shown in time: {self.shown!r}")
            try:
                self.shown += os.read(self.terminal, 65536).decode("utf-8", "replace")
            except OSError:  # the program has ended
                break
        self.assertIn(text, self.shown)

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def end(self):
        self.read_until("one outcome.")
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def test_keys_change_the_rate_and_stop_the_load_in_order(self):
        self.begin("600s")
        self.read_until("+ - change the rate, q stops")
        self.assertFalse(self.echoes())
        self.read_until("so far")
        self.press("+")
        self.read_until("rate 1.10 k/s")
        self.press("--")
        self.read_until("rate 909/s")
        self.press("q")
        self.assertIn(self.end(), (0, RATE_MISSED))
        self.assertTrue(self.echoes())
        self.assertIn("\x1b[J", self.shown)
        pictures = self.shown[self.shown.index("PAYMENT  ["):self.shown.rindex("q stops")]
        lines = re.sub("\x1b\\[[0-9]*[AJ]|\r", "", pictures).split("\n")
        self.assertLessEqual(max(len(line) for line in lines), COLUMNS)
        self.assertIn("the rate was changed 3 times", self.shown)
        report = json.loads(self.json.read_text(encoding="utf-8"))
        self.assertEqual([round(change["rate_per_s"]) for change in report["rate_changes"]], [1100, 1000, 909])
        self.assertEqual(report["disagreements"], [])

    def test_without_a_terminal_there_are_plain_lines(self):
        done = subprocess.run([*self.command, "--duration", "2s"], capture_output=True, text=True, timeout=LIMIT_S,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertIn(done.returncode, (0, RATE_MISSED), done.stderr)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"(?m)^ +1 s  .*responses [0-9]+")


if __name__ == "__main__":
    unittest.main()
