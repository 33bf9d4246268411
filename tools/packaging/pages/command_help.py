"""tools/packaging/pages/command_help.py: the program's help as data; manual pages and completions are made from it.

The form is CLI11's: prose, "Usage:", then "Positionals:", "Options:", "Subcommands:" or "Verbs:" with lines of names
and, after two or more spaces or on the next line, their text. A sentence "Exit codes: 0 done; 1 failed." may stand
anywhere, on one or more lines.
"""

import re
import subprocess
from dataclasses import dataclass, field

HEADING = re.compile(r"^(\w[\w ]*):$")
ENTRY = re.compile(r"^ {2}(\S.*?)(?: {2,}(\S.*))?$")
EXIT_CODES = re.compile(r"^Exit codes:((?:.*;\n)*.*)\.\n", re.M)
MORE_TEXT = re.compile(r"^ {10,}(\S.*)$")
CHOICES = re.compile(r":\{([^}]*)\}")
REMARKS = re.compile(r"\s*\b(?:Excludes|Needs): .*|\s*\(Env:[^)]*\)")
FLAG_VALUE = re.compile(r"\{[^}]*\}")  # what a flag such as --no-jitter{false} sets
REQUIRED = " REQUIRED"
REPEATABLE = " ..."


@dataclass
class Entry:
    """An option, a positional, a subcommand or a verb."""

    names: list  # of an option: every spelling; else one
    value: str = ""  # what it takes, such as FILE|DIR; empty: nothing
    choices: list = field(default_factory=list)
    default: str = ""
    is_required: bool = False
    is_repeatable: bool = False
    text: str = ""

    def takes_file(self):
        return bool(set(self.value.split("|")) & {"FILE", "DIR", "PATH"})


@dataclass
class Command:
    name: str  # of the subcommand; empty: the program itself
    prose: list  # lines before the usage
    usage: str
    sections: dict  # heading: entries
    exit_codes: list  # (code, text)

    def options(self):
        return self.sections.get("Options", [])


def parse_entry(spec, text):
    names, _, rest = spec.partition(" ")
    entry = Entry(FLAG_VALUE.sub("", names).split(","), text=text or "")
    rest = " " + REMARKS.sub("", rest)
    entry.is_repeatable, entry.is_required = REPEATABLE in rest, REQUIRED in rest
    rest = rest.replace(REPEATABLE, "").replace(REQUIRED, "").strip()
    choices = CHOICES.search(rest)
    if choices:
        entry.choices = choices[1].split(",")
        rest = rest[:choices.start()] + rest[choices.end():]
    entry.value, _, entry.default = rest.partition("=")
    return entry


def parse_help(name, text):
    codes = EXIT_CODES.search(text)
    listed = [] if codes is None else [tuple(code.split(None, 1)) for code in codes[1].replace("\n", " ").split(";")]
    command = Command(name, [], "", {}, listed)
    entries = None
    for line in EXIT_CODES.sub("", text).splitlines():
        heading, entry, more = HEADING.match(line), ENTRY.match(line), MORE_TEXT.match(line)
        if line.startswith("Usage:"):
            command.usage = line.removeprefix("Usage:").strip()
        elif not command.usage and line.strip():
            command.prose.append(line if line.endswith((".", ":", ",")) else line + ".")
        elif heading:
            entries = command.sections.setdefault(heading[1], [])
        elif more and entries:
            entries[-1].text = f"{entries[-1].text} {more[1]}".strip()
        elif entry:
            if entries is None:  # no heading stands above the options
                entries = command.sections.setdefault("Options", [])
            entries.append(parse_entry(entry[1], entry[2]))
    return command


def read_help(program, *words):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def read_commands(program):
    """The program itself, and each of its subcommands in the order of its help."""
    main = parse_help("", read_help(program))
    names = [entry.names[0] for entry in main.sections["Subcommands"]]
    return main, [parse_help(name, read_help(program, name)) for name in names]
