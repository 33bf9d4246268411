"""test/tools/prove_test.py: tools/prove.py goes on where the last run of a commit ended, and keeps what failed."""

import contextlib
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # the source tree stays as it is
TOOL = Path(__file__).resolve().parents[2] / "tools/prove.py"
spec = importlib.util.spec_from_file_location("prove", TOOL)
prove = importlib.util.module_from_spec(spec)
spec.loader.exec_module(prove)

LINE = '{{"check": "fake", "seed": {seed}, "count": 5, "failures": 0, "seconds": 0.5}}'
FAKE = prove.Check("fake", ("echo", LINE), "seeds", 1)


def run_turn(folder, check=FAKE, version="abc"):
    """The record after one turn, and how many failures that had."""
    record = prove.Record(folder, check, version)
    with contextlib.redirect_stderr(io.StringIO()):
        failed = prove.run_turn(check, record, 1, folder / "failures")
    return record, failed


def turns_of(checks, hours, folder):
    """The checks that `prove` runs in so many hours, each with the seconds that it is told."""
    now, turns = 0.0, []

    def take_turn(check, _record, seconds, _failures):
        nonlocal now
        now += seconds
        turns.append((check.name, seconds))
        return 0

    with mock.patch.object(prove, "run_turn", take_turn), mock.patch.object(prove.time, "monotonic", lambda: now), \
            contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        prove.prove(checks, hours, folder)
    return turns


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def has_ended(process):
    end = time.monotonic() + 10
    while is_running(process) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_running(process)


class ProveTest(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)

    def test_a_turn_goes_on_with_the_seeds_that_follow(self):
        run_turn(self.folder)
        record, failed = run_turn(self.folder)
        self.assertEqual(failed, 0)
        self.assertEqual([line["seed"] for line in record.lines], [1, 6])
        self.assertEqual(record.next_seed(), 11)
        self.assertEqual(record.total("count"), 10)

    def test_another_commit_and_what_is_in_none_begin_anew(self):
        run_turn(self.folder)
        self.assertEqual(prove.Record(self.folder, FAKE, "other").next_seed(), 1)
        for version in ("abc+changes", "unknown"):
            run_turn(self.folder, version=version)
            self.assertEqual(prove.Record(self.folder, FAKE, version).next_seed(), 1)

    def test_a_check_that_ends_without_its_line_has_failed_and_its_output_is_kept(self):
        broken = prove.Check("broken", ("sh", "-c", "echo what went wrong; exit 3"), "seeds", 1)
        record, failed = run_turn(self.folder, broken)
        self.assertEqual(failed, 1)
        self.assertEqual(record.lines[0]["reason"], "exit 3")
        kept = (self.folder / "failures/broken-1.log").read_text()
        self.assertIn("what went wrong", kept)
        self.assertIn("sh -c", kept)

    def test_a_line_without_failures_does_not_hide_an_exit_code(self):
        liar = prove.Check("liar", ("sh", "-c", f"echo '{LINE}'; exit 1"), "seeds", 1)
        self.assertEqual(run_turn(self.folder, liar)[1], 1)

    def test_a_check_that_hangs_is_killed_with_all_that_it_started(self):
        hanging = prove.Check("hanging", ("sh", "-c", "sleep 60 & echo $!; wait"), "seeds", 1, patience_seconds=0)
        self.assertEqual(run_turn(self.folder, hanging)[1], 1)
        kept = (self.folder / "failures/hanging-1.log").read_text().splitlines()
        self.assertEqual(kept[-1], "no end after 1 s")
        self.assertTrue(has_ended(int(kept[1])))

    def test_a_check_that_is_interrupted_is_killed_and_the_table_printed(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                program = self.folder / number.name
                # More than a pipe takes: once it is written, the check is waited for.
                script = f"sleep 60 & echo $! >{program}; head -c 200000 /dev/zero; kill -{number.name[3:]} $PPID; wait"
                endless = prove.Check("endless", ("sh", "-c", script), "seeds", 1)
                code, output, _ = self.main([FAKE, endless], "--hours", "1")
                self.assertEqual(code, 130)
                self.assertIn("endless  seeds   not run", output)
                self.assertTrue(has_ended(int(program.read_text())))

    def test_what_is_said_beside_a_line_does_not_break_it(self):
        talking = prove.Check("talking", ("sh", "-c", f"printf '%s' '{LINE}'; echo progress >&2; echo"), "seeds", 1)
        record, failed = run_turn(self.folder, talking)
        self.assertEqual((failed, record.total("count")), (0, 5))

    def test_what_needs_more_time_than_is_left_is_not_begun_and_has_not_failed(self):
        slow = prove.Check("slow", ("echo", LINE), "cases", least_seconds=3600)
        self.assertEqual(self.prove([slow]), 3)
        self.assertEqual(prove.Record(self.folder, slow, "abc").lines, [])
        self.assertIn("not run", prove.table([slow], {"slow": prove.Record(self.folder, slow, "abc")}))
        self.assertEqual(turns_of([slow], 1, self.folder), [("slow", prove.TURN_SECONDS)])

    def test_what_did_not_run_is_named_at_the_end_and_a_failure_weighs_more(self):
        slow = prove.Check("slow", ("echo", LINE), "cases", least_seconds=3600)
        code, _, errors = self.main([slow, FAKE], "--hours", "0")
        self.assertEqual((code, errors.splitlines()[-1]), (3, "prove: not run: slow, fake"))
        run_turn(self.folder)
        code, _, errors = self.main([slow, FAKE], "--hours", "0")
        self.assertEqual((code, errors.splitlines()[-1]), (3, "prove: not run: slow"))
        run_turn(self.folder, slow)
        self.assertEqual(self.main([slow, FAKE], "--hours", "0"), (0, mock.ANY, ""))
        broken = prove.Check("broken", ("false",), "cases")
        code, _, errors = self.main([broken, prove.Check("late", ("echo", LINE), "seeds", 1)], "--hours", "0")
        self.assertEqual((code, errors.splitlines()[-1]), (1, "prove: not run: late"))

    def test_what_alone_is_asked_for_has_its_time_or_is_refused(self):
        slow = prove.Check("slow", ("echo", LINE), "cases", least_seconds=2 * 3600)
        code, _, errors = self.main([slow], "--only", "slow")
        self.assertEqual(code, 2)
        self.assertIn("slow takes --hours 2 or more", errors)
        self.assertEqual(self.main([slow], "--only", "slow", "--hours", "2")[0], 0)
        self.assertEqual(self.main([slow], "--only", "slow", "--list"), (0, "slow\n", ""))

    def test_a_check_that_fails_again_and_again_ends(self):
        broken = prove.Check("broken", ("sh", "-c", "exit 3"), "seeds", 1)
        self.assertEqual(self.prove([broken], hours=1), 1)
        self.assertEqual(len(prove.Record(self.folder, broken, "abc").lines), prove.FAILED_TURNS_MAX)

    def test_a_search_that_is_complete_counts_once(self):
        search = '{{"check": "every schedule", "seed": 0, "count": 7, "failures": 0, "seconds": 0.5}}'
        both = prove.Check("model", ("printf", f"{LINE}\\n{search}\\n"), "schedules", 1,
                           has_searches=True)
        run_turn(self.folder, both)
        record, _ = run_turn(self.folder, both)
        self.assertEqual(record.total("count"), 5 + 7 + 5)
        self.assertEqual(prove.parts(both, record),
                         ["every schedule: 7 schedules, 0 failures", "fake: 10 schedules, 0 failures"])

    def test_each_turn_of_what_has_no_seed_counts(self):
        measured = prove.Check("soak", ("echo", LINE.replace("{seed}", "0")), "requests", 1, seeds_per_turn=1)
        run_turn(self.folder, measured)
        record, _ = run_turn(self.folder, measured)
        self.assertEqual(record.total("count"), 10)

    def test_a_program_that_is_not_there_has_failed_and_the_next_check_has_its_turn(self):
        missing = prove.Check("missing", ("build/nowhere",), "seeds")
        self.assertEqual(self.prove([missing, FAKE]), 1)
        self.assertEqual(prove.Record(self.folder, missing, "abc").lines[0]["failures"], 1)

    def test_what_a_check_needs_is_built_and_nothing_else(self):
        needs = {check.name: prove.needs([check]) for check in prove.CHECKS}
        for name in ("coverage", "fuzz", "thread sanitizer", "bus models"):
            self.assertEqual(needs[name], [], name)
        for name in ("mutants", "compilers agree", "planted faults", "outbox searches", "soak", "bus stress"):
            self.assertEqual(needs[name], ["test"], name)
        programs = [line.removeprefix("test-tsan ") for line in prove.needs(prove.CHECKS) if line != "test"]
        self.assertEqual(programs, [f"test/core/{program}" for _, program, _ in prove.STRESSES])
        for program in map(Path, programs):
            self.assertIn(f"executable('{program.name}'", (prove.ROOT / program.parent / "meson.build").read_text())

    def test_thread_sanitizer_is_told_the_same_as_under_meson(self):
        settings, _, suppressions = prove.TSAN_OPTIONS.rpartition("=")
        self.assertIn(f"'TSAN_OPTIONS': '{settings}=' + suppressions", (prove.ROOT / "test/meson.build").read_text())
        self.assertTrue(Path(suppressions).exists())

    def test_what_failed_in_an_earlier_run_is_not_forgotten(self):
        flag = self.folder / "mended"
        once = prove.Check("once", ("sh", "-c", f"echo '{LINE}'; test -e {flag}"), "seeds")
        self.assertEqual(self.prove([once]), 1)
        self.assertEqual(self.prove([once]), 1)
        flag.touch()
        self.assertEqual(self.prove([once]), 0)
        self.assertEqual(self.prove([once]), 0)
        self.assertEqual(len(prove.Record(self.folder, once, "abc").lines), 5)  # the last run had nothing to do
        broken = prove.Check("broken", ("sh", "-c", "exit 3"), "seeds", 1)
        run_turn(self.folder, broken)
        self.assertEqual(self.prove([broken]), 1)

    def prove(self, checks, hours=0):
        with mock.patch.object(prove, "commit", lambda: "abc"), contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            return prove.prove(checks, hours, self.folder)

    def main(self, checks, *words):
        """The exit code and both outputs of the program when it has these checks."""
        output, errors = io.StringIO(), io.StringIO()
        for number in (signal.SIGINT, signal.SIGTERM):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
        with mock.patch.object(prove, "commit", lambda: "abc"), mock.patch.object(prove, "CHECKS", checks), \
                mock.patch.object(sys, "argv", ["prove.py", "--folder", str(self.folder), *words]), \
                contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                code = prove.main()
            except SystemExit as ended:
                code = ended.code
        return code, output.getvalue(), errors.getvalue()

    def test_the_table_has_the_totals(self):
        record, _ = run_turn(self.folder)
        self.assertIn("5", prove.table([FAKE], {"fake": record}).splitlines()[1].split())

    def test_all_commits_add_up(self):
        for version in ("1" * 40, "2" * 40 + "+changes", "1" * 40):
            run_turn(self.folder, version=version)
        other = prove.Check("other", ("echo", LINE), "cases")
        run_turn(self.folder, other, "1" * 40)
        never = prove.Check("never", ("echo", LINE), "cases")
        fake = "fake: 15 seeds, 0 failures, 2 s at 1111111 2222222+changes\n"
        self.assertEqual(self.main([FAKE, other, never], "--total"),
                         (0, fake + "other: 5 cases, 0 failures, 0 s at 1111111\n", ""))
        self.assertEqual(self.main([FAKE, other, never], "--total", "--only", "fake"), (0, fake, ""))

    def test_a_check_gets_the_turn_that_it_asks_for_and_the_others_their_share(self):
        long = prove.Check("long", ("true",), "seeds", 10, turn_seconds=600)
        short = prove.Check("short", ("true",), "seeds", 5)
        self.assertEqual(turns_of([long, short], 0.25, self.folder), [("long", 600)] + 5 * [("short", 60)])

    def test_a_long_turn_is_as_short_as_what_is_left(self):
        long = prove.Check("long", ("true",), "seeds", 10, turn_seconds=600)
        self.assertEqual(turns_of([long], 0.05, self.folder), [("long", 180)])

    def test_the_soak_is_told_to_last_ten_minutes(self):
        soak = next(check for check in prove.CHECKS if check.name == "soak")
        self.assertIn(("soak", 600), turns_of([check for check in prove.CHECKS if check.share], 1, self.folder))
        self.assertEqual(soak.command[-2:], ("--seconds", "{seconds}"))

    def test_what_the_longest_turn_said_beside_the_totals_is_printed(self):
        record, _ = run_turn(self.folder)
        self.assertEqual(prove.figures(FAKE, record), [])
        for seconds, slope in ((9, 1.5), (7, 8.5)):
            figure = f'{{{{"check": "fake", "seed": 1, "count": 1, "failures": 0, "seconds": {seconds}, "slope": {slope}}}}}'
            record, _ = run_turn(self.folder, prove.Check("fake", ("echo", figure), "seeds", 1))
        self.assertEqual(prove.figures(FAKE, record), ['fake, longest turn: {"slope": 1.5}'])

    def test_what_builds_before_it_checks_has_hours_and_one_run(self):
        building = [check for check in prove.CHECKS if check.command[0] in ("tools/coverage", "tools/test")]
        self.assertEqual([check.name for check in building], ["coverage", "address sanitizer", "thread sanitizer"])
        for check in building:
            self.assertEqual(check.share, 0)
            self.assertGreaterEqual(check.patience_seconds, 2 * 3600)

    def test_a_model_has_turns_when_something_in_it_is_random(self):
        for check in prove.CHECKS:
            if check.name.endswith(" model"):
                with self.subTest(check.name):
                    source = next((prove.ROOT / "test/core").glob(f"*/{check.name.replace(' ', '_')}.cpp")).read_text()
                    self.assertEqual(bool(check.share), "run.random<" in source)

    def test_every_check_has_a_name_of_its_own_and_its_file_too(self):
        names = [check.name for check in prove.CHECKS]
        self.assertEqual(len(names), len(set(names)))
        files = {prove.Record(self.folder, check, "abc").path for check in prove.CHECKS}
        self.assertEqual(len(files), len(names))

    def test_records_are_lines_of_json(self):
        record, _ = run_turn(self.folder)
        line = json.loads(record.path.read_text())
        self.assertEqual(line["commit"], "abc")
        self.assertEqual(set(line), {"check", "seed", "count", "failures", "seconds", "commit", "date", "next_seed"})


class CommitTest(unittest.TestCase):
    """In a small checkout of its own."""

    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)
        for patch in (mock.patch.object(prove, "ROOT", self.folder), mock.patch.dict(os.environ, {
                "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CEILING_DIRECTORIES": str(self.folder.parent)})):
            patch.start()
            self.addCleanup(patch.stop)

    def git(self, *words):
        name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        return subprocess.run(["git", "-C", self.folder, *name, *words], capture_output=True, text=True,
                              check=True).stdout.strip()

    def write(self, path):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            opened.write("more\n")

    def commit(self, *paths):
        for path in paths:
            self.write(path)
        self.git("add", ".")
        self.git("commit", "-m", "more")
        return self.git("rev-parse", "HEAD")

    def test_what_git_does_not_know_is_in_no_commit(self):
        self.assertEqual(prove.commit(), "unknown")
        with mock.patch.dict(os.environ, {"PATH": ""}):
            self.assertEqual(prove.commit(), "unknown")
        self.git("init")
        self.assertEqual(prove.commit(), "unknown")
        self.commit("core/a.cpp")
        unpacked = self.folder / "archive"
        unpacked.mkdir()
        with mock.patch.object(prove, "ROOT", unpacked):
            self.assertEqual(prove.commit(), "unknown")

    def test_pages_and_the_record_of_fuzzing_are_read_by_no_check(self):
        self.git("init")
        unread = ("README.md", "docs/a.md", "docs/pictures/a.svg", "examples/README.md", "test/fuzz/executions.jsonl")
        first = self.commit("core/a.cpp", *unread)
        self.commit(*unread)
        self.assertEqual(prove.commit(), first)
        for path in unread:
            self.write(path)
        self.assertEqual(prove.commit(), first)

    def test_each_other_file_is(self):
        self.git("init")
        read = ("core/a.cpp", "test/mutants/survivors.md", "examples/custom/a.yml", "test/fuzz/corpus/ctl/a.jsonl")
        self.commit(*read)
        for path in read:
            with self.subTest(path):
                last = self.commit(path)
                self.assertEqual(prove.commit(), last)
                self.write(path)
                self.assertEqual(prove.commit(), f"{last}+changes")
                self.git("checkout", ".")


if __name__ == "__main__":
    unittest.main()
