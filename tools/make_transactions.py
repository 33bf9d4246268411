#!/usr/bin/env python3
"""tools/make_transactions.py: writes or checks a file of card authorisations for the injector.

One JSON object a line. Its keys are the names of tvf/'s ISO 8583 tag dictionary; FIELDS below says which
and how long. Everything follows from the seed and the count, on every Python version. The cards are
not real: their prefixes are those of published test cards, the digits after them are random.

    make_transactions.py [--out FILE] [--seed N] [--count N] [--poisson RATE]
    make_transactions.py --check FILE

--poisson adds the key at_us to each line: microseconds from the start to its intended time, with Poisson
arrivals of RATE per second. Without it the injector's own rate paces the file.
--check reads a file as an injector would and holds it to what is stated here: every line is an object of
known fields with valid values, at least DISTINCT_PAN_SHARE of the lines have cards of their own, and each
kind of invalid line has its share.

Exit: 0 done, or the file is as stated; 1 the file is not (each fault is named, with its line); 2 bad usage.
"""

import argparse
import datetime
import json
import math
import random
import re
import sys
from collections import Counter
from pathlib import Path

# Name -> the text it must match, in ISO 8583's own form (amount is a number, in minor units).
FIELDS = {
    "pan": r"\d{13,19}",                     # 2
    "processing_code": r"\d{6}",             # 3
    "amount": None,                          # 4
    "transmission_date_time": r"\d{10}",     # 7   MMDDhhmmss, UTC
    "stan": r"\d{6}",                        # 11
    "local_time": r"\d{6}",                  # 12  hhmmss
    "local_date": r"\d{4}",                  # 13  MMDD
    "expiry": r"\d{2}(0[1-9]|1[0-2])",       # 14  YYMM
    "mcc": r"\d{4}",                         # 18
    "pos_entry_mode": r"\d{3}",              # 22
    "acquirer_id": r"\d{1,11}",              # 32
    "rrn": r"[0-9A-Z]{12}",                  # 37
    "terminal_id": r"[0-9A-Z]{8}",           # 41
    "merchant_id": r"[0-9A-Z]{15}",          # 42
    "merchant_name": r"[ -~]{1,40}",         # 43
    "currency": r"\d{3}",                    # 49
}
AMOUNT_MAX = 999_999_999_999  # twelve digits

# Issuer -> (prefix, digits of the PAN). The router of examples/ knows the first two only.
ISSUER_PREFIXES = {
    "ISSUER_A": (("400000", 16), ("378282", 15)),
    "ISSUER_B": (("555555", 16), ("222300", 16)),
    "unknown": (("601111", 16), ("356600", 16)),
}
ISSUER_A_SHARE = 0.6

# Kind -> share of the lines; the rest is valid. A line has one fault at most.
INVALID_SHARES = {
    "bad_check_digit": 0.010,
    "expired_card": 0.020,
    "unknown_issuer": 0.015,
    "zero_amount": 0.005,
    "missing_field": 0.005,
}
DROPPED_FIELDS = ("pan", "amount", "expiry", "currency", "terminal_id")

REPEATED_CARD_SHARE = 0.04  # lines whose card was seen before
DISTINCT_PAN_SHARE = 0.90   # the least that --check accepts

START = datetime.datetime(2026, 6, 15, 8, 0, 0)  # of the file, UTC; cards expire against this month
LOCAL_OFFSET = datetime.timedelta(hours=2)
LINE_INTERVAL = datetime.timedelta(milliseconds=50)

MERCHANT_COUNT = 240
TRADES = (("5411", "GROCER"), ("5541", "FUEL"), ("5812", "BISTRO"), ("5912", "PHARMACY"),
          ("4111", "TRANSIT"), ("5732", "ELECTRONICS"), ("7011", "HOTEL"), ("5942", "BOOKS"))
TOWNS = ("LYON", "GHENT", "PORTO", "TURIN", "BREMEN", "CORK", "MALMO", "GRAZ", "BRNO", "VIGO")
ENTRY_MODES = ("051", "051", "071", "071", "071", "012", "901")  # chip, contactless, typed, stripe
CURRENCIES = ("978", "978", "978", "840", "826")
ACQUIRERS = ("10020030", "10020031", "20450017")


class Dice:
    """Draws from random() alone: the only method whose sequence Python keeps from version to version."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def below(self, end):
        return int(self._random() * end)

    def chance(self, share):
        return self._random() < share

    def pick(self, values):
        return values[self.below(len(values))]

    def digits(self, count):
        return "".join(str(self.below(10)) for _ in range(count))

    def shuffle(self, values):
        for last in range(len(values) - 1, 0, -1):
            other = self.below(last + 1)
            values[last], values[other] = values[other], values[last]

    def exponential(self, mean):
        return -mean * math.log(1.0 - self._random())


def check_digit(payload):
    """ISO/IEC 7812-1 annex B (Luhn): the digit that completes `payload`."""
    total = 0
    for position, character in enumerate(reversed(payload)):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def issuer_of(pan):
    for issuer, prefixes in ISSUER_PREFIXES.items():
        if any(pan.startswith(prefix) for prefix, _ in prefixes):
            return issuer
    return "unknown"


def kind_counts(count):
    """Exact number of lines of each kind."""
    counts = {kind: round(count * share) for kind, share in INVALID_SHARES.items()}
    return {"valid": count - sum(counts.values()), **counts}


def kind_of(fields):
    """The fault of a line, read from its fields alone."""
    if any(name not in fields for name in FIELDS):
        return "missing_field"
    pan = fields["pan"]
    if issuer_of(pan) == "unknown":
        return "unknown_issuer"
    if check_digit(pan[:-1]) != pan[-1]:
        return "bad_check_digit"
    if fields["amount"] == 0:
        return "zero_amount"
    if fields["expiry"] < START.strftime("%y%m"):
        return "expired_card"
    return "valid"


def make_merchants(dice):
    merchants = []
    for number in range(MERCHANT_COUNT):
        mcc, trade = dice.pick(TRADES)
        merchants.append({
            "mcc": mcc,
            "acquirer_id": dice.pick(ACQUIRERS),
            "merchant_id": f"MRC{number:012d}",
            "merchant_name": f"{trade} {number:03d} {dice.pick(TOWNS)}",
            "currency": dice.pick(CURRENCIES),
        })
    return merchants


class Cards:
    """Cards of valid form. A card keeps its expiry, and is drawn again only as a repeated one."""

    def __init__(self, dice):
        self._dice = dice
        self._taken = set()
        self._valid = []  # (PAN, expiry) that later lines may repeat

    def fresh(self, issuer, years):
        """A new card of the issuer that expires `years` (first, end) after the file's own year."""
        prefix, length = self._dice.pick(ISSUER_PREFIXES[issuer])
        while True:
            payload = prefix + self._dice.digits(length - len(prefix) - 1)
            pan = payload + check_digit(payload)
            if pan not in self._taken:
                break
        self._taken.add(pan)
        year = START.year + years[0] + self._dice.below(years[1] - years[0])
        return pan, f"{year % 100:02d}{1 + self._dice.below(12):02d}"

    def valid(self):
        if self._valid and self._dice.chance(REPEATED_CARD_SHARE):
            return self._dice.pick(self._valid)
        self._valid.append(self.fresh(self.known_issuer(), (1, 5)))
        return self._valid[-1]

    def known_issuer(self):
        return "ISSUER_A" if self._dice.chance(ISSUER_A_SHARE) else "ISSUER_B"

    def of_kind(self, kind):
        if kind == "unknown_issuer":
            return self.fresh("unknown", (1, 5))
        if kind == "expired_card":
            return self.fresh(self.known_issuer(), (-4, 0))
        if kind == "bad_check_digit":
            pan, expiry = self.fresh(self.known_issuer(), (1, 5))
            return pan[:-1] + str((int(pan[-1]) + 1 + self._dice.below(9)) % 10), expiry
        return self.valid()


def make_line(dice, cards, merchants, number, kind):
    """The fields of line `number` (1-based), in the order of FIELDS."""
    sent = START + LINE_INTERVAL * (number - 1)
    local = sent + LOCAL_OFFSET
    stan = f"{number % 1_000_000:06d}"
    pan, expiry = cards.of_kind(kind)
    values = {
        "pan": pan,
        "processing_code": "000000",
        "amount": 0 if kind == "zero_amount" else 100 + int(dice.exponential(4_500)),
        "transmission_date_time": sent.strftime("%m%d%H%M%S"),
        "stan": stan,
        "local_time": local.strftime("%H%M%S"),
        "local_date": local.strftime("%m%d"),
        "expiry": expiry,
        "pos_entry_mode": dice.pick(ENTRY_MODES),
        "rrn": f"{sent.year % 10}{sent.strftime('%j%H')}{stan}",  # the usual YDDDhh + STAN
        "terminal_id": f"T{dice.below(9_999_999):07d}",
        **dice.pick(merchants),
    }
    if kind == "missing_field":
        del values[dice.pick(DROPPED_FIELDS)]
    return {name: values[name] for name in FIELDS if name in values}


def make_lines(seed, count, poisson_rate=None):
    """The lines of a file, as objects."""
    dice = Dice(seed)
    merchants = make_merchants(dice)
    cards = Cards(dice)
    kinds = [kind for kind, number in kind_counts(count).items() for _ in range(number)]
    dice.shuffle(kinds)
    at_s = 0.0
    for number, kind in enumerate(kinds, start=1):
        line = make_line(dice, cards, merchants, number, kind)
        if poisson_rate is not None:
            at_s += dice.exponential(1.0 / poisson_rate)
            line = {"at_us": round(at_s * 1e6), **line}
        yield line


def to_text(lines):
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def field_fault(name, value):
    """What is wrong with one field, or None."""
    if name == "at_us":
        return None if type(value) is int and value >= 0 else "expected whole microseconds"
    if name not in FIELDS:
        return "unknown name"
    if name == "amount":
        good = type(value) is int and 0 <= value <= AMOUNT_MAX
        return None if good else f"expected a whole number up to {AMOUNT_MAX}"
    good = isinstance(value, str) and re.fullmatch(FIELDS[name], value)
    return None if good else f"expected text like {FIELDS[name]}"


def parse_line(text):
    """Returns the fields, or None, and the list of faults."""
    try:
        fields = json.loads(text)
    except ValueError as error:
        return None, [f"no JSON: {error}"]
    if not isinstance(fields, dict):
        return None, ["expected one JSON object"]
    faults = [(name, field_fault(name, value)) for name, value in fields.items()]
    return fields, [f"{name}: {fault}" for name, fault in faults if fault]


def check_text(text):
    """Returns the number of lines of each kind, and every fault of the file."""
    faults, kinds, pans = [], Counter(), set()
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        fields, line_faults = parse_line(line)
        faults += [f"line {number}: {fault}" for fault in line_faults]
        if fields is None or line_faults:
            continue
        kinds[kind_of(fields)] += 1
        pans.add(fields.get("pan"))
    for kind, expected in kind_counts(len(lines)).items():
        if kinds[kind] != expected:
            faults.append(f"{kinds[kind]} lines are {kind}, expected {expected} of {len(lines)}")
    distinct, least = len(pans - {None}), math.ceil(len(lines) * DISTINCT_PAN_SHARE)
    if distinct < least:
        faults.append(f"{distinct} distinct PANs, expected at least {least}")
    return {**kinds, "distinct PANs": distinct}, faults


def print_summary(counts, stream):
    for what, count in counts.items():
        print(f"{count:>8}  {what}", file=stream)


def parse_arguments(arguments):
    default_out = Path(__file__).resolve().parent.parent / "examples" / "transactions.jsonl"
    parser = argparse.ArgumentParser(description="Writes or checks a file of card authorisations.")
    parser.add_argument("--out", type=Path, default=default_out, help="file to write; - for standard output")
    parser.add_argument("--seed", type=int, default=8583)
    parser.add_argument("--count", type=int, default=10_000, help="number of lines")
    parser.add_argument("--poisson", type=float, metavar="RATE", help="add at_us, RATE arrivals per second")
    parser.add_argument("--check", type=Path, metavar="FILE", help="check FILE instead of writing one")
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error("--count: expected at least 1")
    if options.poisson is not None and not 0 < options.poisson < math.inf:
        parser.error("--poisson: expected a rate above 0")
    return options


def main(arguments):
    options = parse_arguments(arguments)
    if options.check:
        try:
            counts, faults = check_text(options.check.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            print(f"make_transactions: {options.check}: {error}", file=sys.stderr)
            return 1
        for fault in faults:
            print(f"{options.check}: {fault}", file=sys.stderr)
        print_summary(counts, sys.stdout)
        return 1 if faults else 0

    text = to_text(make_lines(options.seed, options.count, options.poisson))
    if str(options.out) == "-":
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    print_summary(check_text(text)[0], sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
