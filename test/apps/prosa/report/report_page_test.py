"""test/apps/prosa/report/report_page_test.py: a browser shows the page of a report.

Headless Chromium loads the page without a network, prints what it made of it, and takes pictures of it, light and
dark. Without Chromium the cases are skipped.
"""

import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib
from collections import Counter
from pathlib import Path

PROSA = os.environ["REPORT_PROSA"]
MAKER = os.environ["REPORT_LOG_MAKER"]
EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
LIMIT_S = 120
WIDTH, HEIGHT = 1100, 1500
RATE_MISSED = 3
LINE_PIXELS = 200
SWATCH_PIXELS = 40  # of a legend's 16 x 3, corners rounded
COLOURS = {"light": {"card": "#fdfdfc", "first line": "#2a78d6", "second line": "#e06a2b"},
           "dark": {"card": "#1b1b1d", "first line": "#4d97ee", "second line": "#f08a4b"}}


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    raise unittest.SkipTest("no Chromium: package chromium")


def pixels(path):
    """How often each colour is in a PNG of 8 bits a channel, as Chromium writes it."""
    data = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    packed, at = b"", 8
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    rows, stride = zlib.decompress(packed), width * channels
    counts, above = Counter(), bytearray(stride)
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(rows[start + 1:start + 1 + stride])
        unfilter(rows[start], line, above, channels)
        counts.update(bytes(line[i:i + 3]) for i in range(0, stride, channels))
        above = line
    return {"#" + colour.hex(): count for colour, count in counts.items()}


def unfilter(kind, line, above, step):
    """PNG's five ways to write a row as differences (its specification, section 9)."""
    for i, value in enumerate(line):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            value += left
        elif kind == 2:
            value += above[i]
        elif kind == 3:
            value += (left + above[i]) // 2
        elif kind == 4:
            value += nearest(left, above[i], corner)
        line[i] = value & 255


def nearest(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda candidate: abs(guess - candidate))


class Page(unittest.TestCase):
    def setUp(self):
        self.browser = browser()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.page = self.folder / "page.html"

    def shown_by(self, *arguments):
        command = [self.browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.folder / 'profile'}",
                   f"--window-size={WIDTH},{HEIGHT}", *arguments, self.page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout

    def picture(self, scheme):
        path = self.folder / f"{scheme}.png"
        dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
        self.shown_by(f"--screenshot={path}", *dark)
        return pixels(path)

    def check_self_contained(self):
        text = self.page.read_text(encoding="utf-8")
        self.assertNotRegex(text, r"(src|href)=|url\(|@import|<script|<link")

    def check_pictures(self, second_line=LINE_PIXELS):
        for scheme, colours in COLOURS.items():
            counts = self.picture(scheme)
            self.assertGreater(counts.get(colours["first line"], 0), LINE_PIXELS, f"{scheme}: first line")
            self.assertGreater(counts.get(colours["second line"], 0), second_line, f"{scheme}: second line")
            self.assertGreater(counts[colours["card"]], WIDTH * HEIGHT / 4, f"{scheme}: the cards")
            self.assertGreater(len(counts), 50, f"{scheme}: text and lines")

    def test_a_report_of_two_logs_is_drawn_in_both_schemes(self):
        subprocess.run([MAKER, self.folder], check=True, timeout=LIMIT_S)
        other = self.folder / "<other>.hlog"
        lines = (self.folder / "v2.hlog").read_text(encoding="utf-8").splitlines(keepends=True)
        other.write_text("".join(lines[:-2]), encoding="utf-8")
        subprocess.run([PROSA, "report", "--html", self.page, self.folder / "v2.hlog", other], check=True,
                       timeout=LIMIT_S, capture_output=True)
        self.check_self_contained()
        dom = self.shown_by("--dump-dom")
        self.assertEqual(dom.count("<svg"), 5)
        self.assertEqual(len(set(re.findall(r'<path class="line (s\d)', dom))), 4)
        for text in ("v2.hlog service", "&lt;other&gt;.hlog", "99.99 %", "Responses per second", "kind = test"):
            self.assertIn(text, dom)
        self.check_pictures()

    def test_the_page_of_a_load_shows_runs_outcomes_and_environment(self):
        done = subprocess.run(
            [PROSA, "load", "-c", EXAMPLES / "payment_switch.yml", "--service", "PAYMENT", "--rate", "1k", "--duration",
             "2s", "--warmup", "100ms", "--runs", "2", "--input", EXAMPLES / "transactions.jsonl", "--html", self.page,
             "--tag", "commit=1a2b"], timeout=LIMIT_S, check=False, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, RATE_MISSED), done.stderr)
        self.check_self_contained()
        dom = self.shown_by("--dump-dom")
        for text in ("PAYMENT at 1.00 k/s", "commit = 1a2b", "run 1", "run 2", "From run to run", "shutting_down",
                     "governor", "isolated_cpus", "raw_line", "kernel", "quota_cpus", "clock"):
            self.assertIn(text, dom)
        for section in ("percentiles", "time", "outcomes", "variation", "environment"):
            self.assertIn(f'<section id="{section}">', dom)
        drawn = set(re.findall(r'<path class="line (s\d)(?: first)?" d="M[^"]*L', dom))
        self.assertLessEqual({"s0", "s1", "s2", "s3"}, drawn)
        # Runs that went alike lie on each other: then the second one shows only in the legend.
        self.check_pictures(second_line=SWATCH_PIXELS)

    def test_the_first_line_shows_where_others_lie_on_it(self):
        subprocess.run([MAKER, self.folder], check=True, timeout=LIMIT_S)
        same = self.folder / "same.hlog"
        shutil.copy(self.folder / "v2.hlog", same)
        subprocess.run([PROSA, "report", "--html", self.page, self.folder / "v2.hlog", same], check=True,
                       timeout=LIMIT_S, capture_output=True)
        self.check_pictures(second_line=SWATCH_PIXELS)


if __name__ == "__main__":
    unittest.main()
