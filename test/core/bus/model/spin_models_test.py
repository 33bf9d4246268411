"""test/core/bus/model/spin_models_test.py: Spin searches every state of the models and every cycle of states, and finds
each fault built into them.

A model that nothing brings to its end passes a search of states: it never comes to rest, where most is asserted. So a
second search looks for runs without an end. MODEL_CC compiles the verifiers. Each search prints one line {"check":
NAME, "seed": null, "count": STATES, ...}; a search is complete, so there is nothing random to repeat.
"""

import json
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
COMPILER = os.environ["MODEL_CC"].split()
DEPTH_MAX = 1_000_000

STATES = ("states", ["-DSAFETY"], [])
CYCLES = ("cycles", ["-DNP"], ["-l"])
# A thread that looks again and again what the others have done comes to its end only if these turn, too.
FAIR_CYCLES = ("fair cycles", ["-DNP", "-DNFAIR=4"], ["-l", "-f"])

# The sizes that are searched, and for each fault a size that shows it.
SOUND = {"request_life": [["SLOTS=1"], ["SLOTS=2"]], "shutdown": [[]]}
FAULTY = {
    "request_life": [["FAULT_TIMEOUT_FREES_ENTRY"], ["FAULT_KEPT_FORGOTTEN"], ["FAULT_SECOND_ANSWER"],
                     ["FAULT_SLOT_NOT_RESERVED", "SLOTS=1"], ["FAULT_NO_TIMEOUT"]],
    "shutdown": [["FAULT_REST_BEFORE_BEGIN"], ["FAULT_END_WITHOUT_COMPLETION"], ["FAULT_NEVER_GIVES_UP"],
                 ["FAULT_GIVES_UP_WITH_0"]],
}
ENDLESS = {"request_life": CYCLES, "shutdown": FAIR_CYCLES}
ENDLESS_FAULTY = {
    "request_life": [["FAULT_UNREACHABLE_WAITS"], ["FAULT_UNREACHABLE_WAITS", "SLOTS=1"]],
    "shutdown": [["FAULT_STATUS_NOT_PUBLISHED"]],
}


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=True).stdout


def search(model, defines, compiled, told):
    """The verifier's errors and the number of states it stored."""
    with tempfile.TemporaryDirectory() as folder:
        run(["spin", "-a", *(f"-D{name}" for name in defines), str(FOLDER / f"{model}.pml")], folder)
        run([*COMPILER, "-O2", "-w", *compiled, "-DCOLLAPSE", "-o", "verifier", "pan.c"], folder)
        output = run(["./verifier", f"-m{DEPTH_MAX}", *told], folder)
    if "search depth too small" in output:
        raise AssertionError("the search was cut off")
    errors = int(re.search(r"errors: (\d+)", output)[1])
    states = int(re.search(r"(\d+) states, stored", output)[1])
    return errors, states


def has_function(source, owner, function):
    """Whether the function of that class is defined there, or is declared behind the class's head."""
    head = re.search(rf"\b(class|struct) (PROSA_API )?{owner}\b[^;]*{{", source)
    return re.search(rf"\b{owner}::{function}\(", source) is not None or (
        head is not None and re.search(rf"\b{function}\(", source[head.end():]) is not None)


class SpinModels(unittest.TestCase):
    def check(self, model, defines, kind, expects_error):
        begin = time.monotonic()
        searched, compiled, told = kind
        errors, states = search(model, defines, compiled, told)
        is_wrong = (errors != 0) != expects_error
        print(json.dumps({"check": " ".join([model, *defines, searched]), "seed": None, "count": states,
                          "failures": int(is_wrong), "seconds": round(time.monotonic() - begin, 1)}))
        self.assertFalse(is_wrong, "a fault was not found" if expects_error else "the model has an error")

    def test_no_state_breaks_the_promises(self):
        for model, sizes in SOUND.items():
            for defines in sizes:
                with self.subTest(model=model, defines=defines):
                    self.check(model, defines, STATES, expects_error=False)

    def test_no_run_is_without_an_end(self):
        for model, sizes in SOUND.items():
            for defines in sizes:
                with self.subTest(model=model, defines=defines):
                    self.check(model, defines, ENDLESS[model], expects_error=False)

    def test_each_built_in_fault_is_found(self):
        for model, faults in FAULTY.items():
            for defines in faults:
                with self.subTest(model=model, defines=defines):
                    self.check(model, defines, STATES, expects_error=True)

    def test_each_built_in_run_without_an_end_is_found(self):
        for model, faults in ENDLESS_FAULTY.items():
            for defines in faults:
                with self.subTest(model=model, defines=defines):
                    self.check(model, defines, ENDLESS[model], expects_error=True)

    def test_each_named_function_exists(self):
        files = [path.read_text() for path in (FOLDER.parents[3] / "core").rglob("*.[ch]pp")]
        for model in SOUND:
            text = (FOLDER / f"{model}.pml").read_text()
            for name in re.findall(r"\b([A-Z]\w+::\w+)\b", text):
                with self.subTest(model=model, name=name):
                    self.assertTrue(any(has_function(text, *name.split("::")) for text in files))


if __name__ == "__main__":
    unittest.main()
