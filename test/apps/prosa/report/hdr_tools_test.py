"""test/apps/prosa/report/hdr_tools_test.py: other HdrHistogram tools read what we write, and we what they write.

The others are HdrHistogram's own library (Debian's libhdrhistogram-java, run by java) and the npm package
hdr-histogram-js, which is installed into the build folder once. A tool that is not there skips its cases.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROSA = os.environ["REPORT_PROSA"]
MAKER = os.environ["REPORT_LOG_MAKER"]
JS_FOLDER = Path(os.environ["REPORT_JS_FOLDER"])
JS_PACKAGE = "hdr-histogram-js@3.0.1"
JARS = ("/usr/share/java/HdrHistogram.jar", "/usr/share/maven-repo/org/hdrhistogram/HdrHistogram/*/HdrHistogram-[0-9]*.jar")
PERCENTILES = ("0", "1", "10", "25", "50", "75", "90", "95", "99", "99.9", "99.99", "99.999", "100")
LIMIT_S = 120


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S, **options).stdout


class JavaTool:
    def __init__(self):
        jars = [jar for pattern in JARS for jar in glob.glob(pattern)]
        if not shutil.which("java"):
            raise unittest.SkipTest("no java: package default-jdk-headless")
        if not jars:
            raise unittest.SkipTest("no HdrHistogram.jar: package libhdrhistogram-java")
        self.command = ["java", "-cp", jars[0], HERE / "hdr_tool.java"]

    def __call__(self, *arguments):
        return run([*self.command, *arguments])


class JsTool:
    is_install_tried = False  # by a case before

    def __init__(self):
        for program, package in (("node", "nodejs"), ("npm", "npm")):
            if not shutil.which(program):
                raise unittest.SkipTest(f"no {program}: package {package}")
        package = JS_FOLDER / "node_modules" / "hdr-histogram-js"
        if not package.is_dir() and not JsTool.is_install_tried:
            self.install()
        if not package.is_dir():
            raise unittest.SkipTest(f"npm could not fetch {JS_PACKAGE}")
        self.command = ["node", HERE / "hdr_tool.js"]

    @staticmethod
    def install():
        JsTool.is_install_tried = True
        JS_FOLDER.mkdir(parents=True, exist_ok=True)
        try:
            run(["npm", "install", "--prefix", JS_FOLDER, "--no-audit", "--no-fund", "--ignore-scripts",
                 "--fetch-retries=0", "--fetch-timeout=20000", JS_PACKAGE])
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"npm install: {error}", file=sys.stderr)

    def __call__(self, *arguments):
        return run([*self.command, *arguments], env={**os.environ, "NODE_PATH": str(JS_FOLDER / "node_modules")})


def name_of(percentile):
    return "max" if percentile == "100" else f"p{percentile}"


def ours(log):
    """What prosa reads from a log, in the lines that the other tools print; sorted."""
    report = json.loads(run([PROSA, "report", "--json", "-", "--percentiles", ",".join(PERCENTILES), log]))
    lines = []
    for series in report["series"]:
        for percentile in PERCENTILES:
            lines.append(f"{series['name']} {percentile} {series['latency_ns'][name_of(percentile)]}")
        for interval in series["intervals"]:
            lines.append(f"{series['name']} interval {interval['count']} {interval['max']}")
    return sorted(lines)


class Exchange:
    """The cases of one other tool."""

    tool_class = None

    def setUp(self):
        self.tool = self.tool_class()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        run([MAKER, self.folder])

    def theirs(self, verb, log):
        return sorted(self.tool(verb, log, *PERCENTILES).splitlines())

    def test_each_percentile_of_a_log_that_we_write_agrees(self):
        log = self.folder / "v2.hlog"
        self.assertEqual(self.theirs("read", log), ours(log))

    def test_each_percentile_of_a_log_that_it_writes_agrees(self):
        log = self.folder / "theirs.hlog"
        written = self.theirs("write", log)
        self.assertEqual(written, ours(log))

    def test_logs_of_both_are_merged(self):
        theirs = self.folder / "theirs.hlog"
        self.tool("write", theirs)
        report = json.loads(run([PROSA, "report", "--merge", "--json", "-", self.folder / "v2.hlog", theirs]))
        counts = {series["name"]: series["latency_ns"]["count"] for series in report["series"]}
        self.assertEqual(counts, {"untagged": 30_000 + 20_000, "service": 10_001, "odd": 35_000})


class JavaExchange(Exchange, unittest.TestCase):
    tool_class = JavaTool

    def test_each_percentile_of_a_v1_log_agrees(self):
        log = self.folder / "v1.hlog"
        self.assertEqual(self.theirs("read", log), ours(log))
        self.assertEqual(ours(log), ours(self.folder / "v2.hlog"))

    def test_our_distribution_is_its_distribution(self):
        written = self.tool("distribution", self.folder / "v2.hlog")
        self.assertEqual(written + "#[Unit = us]\n", (self.folder / "all.hgrm").read_text(encoding="utf-8"))


class JsExchange(Exchange, unittest.TestCase):
    tool_class = JsTool


if __name__ == "__main__":
    unittest.main()
