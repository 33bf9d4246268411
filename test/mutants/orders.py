"""test/mutants/orders.py: the places in core/ where threads synchronise, and the ways to weaken each.

A place is an atomic operation with an order stronger than relaxed, or one that carries the [name] of a
synchronisation. It is named by its file, its function, the operation and the order, and by a number where a function
has several such; never by its line, so that a name outlives changes around it.
"""

import re
from dataclasses import dataclass

# Orders to try instead, weakest last.
WEAKER = {
    "acquire": ("relaxed",),
    "release": ("relaxed",),
    "acq_rel": ("acquire", "release", "relaxed"),
    "seq_cst": ("acq_rel",),
}
# The nearest that a load, or a store, may have.
LOAD = {"acq_rel": "acquire"}
STORE = {"acq_rel": "release", "acquire": "relaxed"}

ORDER = re.compile(r"\bmemory_order(?:_|::)(relaxed|consume|acquire|release|acq_rel|seq_cst)\b")
OPERATION = re.compile(r"(?:\.|->)(load|store|exchange|fetch_\w+|compare_exchange_\w+|test_and_set|wait)\s*\(")
MARK = re.compile(r"\[([a-z]+)\]")
LITERAL_OR_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
NO_FUNCTION = re.compile(r"^(?:struct|class|enum|union|namespace|if|for|while|switch|catch|else|do)\b")


@dataclass(frozen=True)
class Place:
    path: str
    function: str
    operation: str  # load, store, exchange, ...
    order: str
    number: int  # among the equal ones of the function, from 1 on
    begin: int  # of the order's name, in the file's text
    end: int
    operation_begin: int
    operation_end: int
    starts_statement: bool  # the operation's result is not used
    marks: tuple
    text: str  # of the file

    @property
    def name(self):
        number = f" #{self.number}" if self.number > 1 else ""
        return f"{self.path} {self.function} {self.operation} {self.order}{number}"


@dataclass(frozen=True)
class Mutant:
    place: Place
    change: str

    @property
    def name(self):
        return f"{self.place.name} -> {self.change}"

    def text(self):
        """The file with the change."""
        place, text = self.place, self.place.text
        order = self.change.split()[-1]
        mutated = text[: place.begin] + order + text[place.end:]
        if self.change.startswith("plain store"):
            mutated = mutated[: place.operation_begin] + "store" + mutated[place.operation_end:]
        return mutated


def without_comments(text):
    """The same text with comments and literals blanked, position by position."""
    return LITERAL_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def function_name(header):
    """The name before the parameters, when `header` (what stands before a brace) begins a function."""
    header = re.sub(r"^\s*(?:(?:public|private|protected)\s*:|\[\[\w+\]\])*\s*", "", header)
    header = re.sub(r"\[\[\w+\]\]", "", header).strip()
    header = re.sub(r"^template\s*<[^{};]*?>\s*(?=[\w~\[])", "", header)
    opened = header.find("(")
    if opened < 0 or NO_FUNCTION.match(header) or header.count("(") != header.count(")"):
        return None
    before = header[:opened]
    found = re.search(r"([~\w:]+|operator\W+)\s*$", before)
    return None if found is None or "=" in before.replace("operator=", "") else found[1].strip()


def functions(code):
    """The outermost functions of `code`: (begin, end, name) of each."""
    spans, stack, begin = [], [], 0
    for found in re.finditer(r"[;{}]", code):
        at = found.start()
        if found[0] == "{":
            inside = any(name for name, _ in stack)
            stack.append((None if inside else function_name(code[begin:at]), at))
        elif found[0] == "}" and stack:
            name, opened = stack.pop()
            if name:
                spans.append((opened, at, name))
        elif found[0] == ";" and code[begin:at].count("(") > code[begin:at].count(")"):
            continue  # of a for loop's head, or of a lambda in a call
        begin = at + 1
    return spans


def call_around(code, at):
    """The innermost atomic operation whose arguments hold position `at`."""
    best = None
    for found in OPERATION.finditer(code, max(0, at - 400), at):
        depth = 1
        for letter in code[found.end():at]:
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                break
        if depth > 0:
            best = found
    return best


def begins_statement(code, at):
    """Whether nothing but an object's name stands between the last ; { } or ) and position `at`."""
    start = max(code.rfind(letter, 0, at) for letter in ";{}") + 1
    return re.fullmatch(r"\s*(?:if \(.*\)\s*)?[\w.\[\]>()-]*?", code[start:at]) is not None and \
        not code[start:at].strip().startswith("return")


def statement_end(code, at):
    return min(end for end in (code.find(letter, at) for letter in ";{") if end >= 0)


def marks_behind(text, at):
    """The names in the comment that ends the line."""
    return tuple(MARK.findall(text[at:text.find("\n", at)].partition("//")[2]))


def places_in(path, text):
    code = without_comments(text)
    spans = functions(code)
    counts, places = {}, []
    for found in ORDER.finditer(code):
        call = call_around(code, found.start())
        if call is None:
            continue
        around = [name for begin, end, name in spans if begin < found.start() < end]
        key = (around[0] if around else "-", call[1], found[1])
        marks = marks_behind(text, found.end()) or marks_behind(text, statement_end(code, found.end()))
        if found[1] == "relaxed" and not marks:
            continue
        counts[key] = counts.get(key, 0) + 1
        places.append(Place(path, *key, counts[key], found.start(1), found.end(1), call.start(1), call.end(1),
                            begins_statement(code, call.start()), marks, text))
    return places


def mutants_of(place):
    changes = list(WEAKER.get(place.order, ()))
    for near, operation in ((LOAD, "load"), (STORE, "store")):
        if place.operation == operation:
            changes = list(dict.fromkeys(near.get(change, change) for change in changes))
    if place.operation == "exchange" and place.starts_statement:
        changes.append(f"plain store {STORE.get(place.order, place.order)}")
    return [Mutant(place, change) for change in changes]


def unnamed_orders(path, text):
    """Atomic operations that leave their order to the default: their places would be overlooked."""
    code = without_comments(text)
    for found in OPERATION.finditer(code):
        depth, end = 1, found.end()
        while depth and end < len(code):
            depth += (code[end] == "(") - (code[end] == ")")
            end += 1
        # A wait may be a condition variable's.
        if found[1] != "wait" and "memory_order" not in code[found.end():end]:
            yield f"{path}:{code.count(chr(10), 0, found.start()) + 1}: {found[1]} without a memory order"


def source_files(root):
    return sorted(path for suffix in ("*.hpp", "*.cpp") for path in (root / "core").rglob(suffix))
