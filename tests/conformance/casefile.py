"""The form of the case files: see README.md. Reads and writes them, and knows nothing of JSON Lines."""

import json
import pathlib
import re

CASES = pathlib.Path(__file__).parent / "cases"

# The policy whose outcome stands first in every case.
QUARANTINE = "quarantine"

LONG_RUN = re.compile(r"(.)\1{199}")


class Case:
    def __init__(self, topic, name, layout):
        self.topic, self.name, self.layout = topic, name, layout
        # The lines of the case file that make the input, as (word, text).
        self.pieces = []
        # For each policy the outcomes in the order of the input: ("row", values), ("bad", line, byte,
        # code, column). Outcomes are followed by their ("or", values).
        self.outcomes = {QUARANTINE: []}

    @property
    def input(self):
        return b"".join(piece_bytes(word, text) for word, text in self.pieces)

    @property
    def rows(self):
        return [outcome[1] for outcome in self.outcomes[QUARANTINE] if outcome[0] == "row"]

    @property
    def bad(self):
        return [outcome[1:] for outcome in self.outcomes[QUARANTINE] if outcome[0] == "bad"]


def piece_bytes(word, text):
    if word == "in":
        return text.encode() + b"\n"
    _, _, times = word.partition("*")
    whole = re.sub(rb"\\x([0-9A-F]{2})", lambda hex: bytes([int(hex[1], 16)]), text.encode())
    return whole * int(times or 1)


def pieces(data):
    """The lines of a case file for these bytes: the plainest that gives them back."""
    made = []
    for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = None
        if text and LONG_RUN.search(text):
            made += shown_line(line)
        elif text and text.endswith("\n") and text[:-1].isprintable() and text[:-1] == text[:-1].strip():
            made.append(("in", text[:-1]))
        elif text and text.isprintable() and text == text.strip() and "\\x" not in text:
            made.append(("raw", text))
        else:
            made += shown_line(line)
    assert b"".join(piece_bytes(*piece) for piece in made) == data
    return made


def shown_line(line):
    """Bytes that cannot stand in a text as they are, by their names; a long run of one character as a
    number of times."""
    # A name of a byte must not arise by chance.
    text = line.replace(b"\\x", b"\\x5Cx").decode(errors="surrogateescape")
    made, rest = [], ""
    for run in re.findall(r"((.)\2*)", text, re.DOTALL):
        shown = "".join(map(shown_character, run[0]))
        if len(run[0]) < 200:
            rest += shown
            continue
        made += [("raw", rest)] * bool(rest)
        made.append((f"raw*{len(run[0])}", shown_character(run[1])))
        rest = ""
    return made + [("raw", rest)] * bool(rest)


def shown_character(character):
    if 0xDC80 <= ord(character) <= 0xDCFF:
        return f"\\x{ord(character) - 0xDC00:02X}"
    if character.isprintable() and character != " ":
        return character
    if character == " ":
        return "\\x20"
    return "".join(f"\\x{byte:02X}" for byte in character.encode())


def values_text(values):
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in text
    )


def print_case(case):
    lines = [f"case {case.name}", "layout " + json.dumps(case.layout, ensure_ascii=False)]
    lines += [f"{word} {text}" for word, text in case.pieces]
    for policy, outcomes in case.outcomes.items():
        if policy != QUARANTINE:
            lines.append(f"policy {policy}")
        for word, *rest in outcomes:
            if word == "bad":
                line, byte, code, column = rest
                place = f"line {line}, byte {byte}, {code}"
                lines.append(f"bad {place}, {column}" if column else f"bad {place}")
            else:
                lines.append(f"{word} {values_text(rest[0])}")
    return "\n".join(lines) + "\n"


def read_file(path):
    cases, policy = [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        word, _, text = line.partition(" ")
        kind = word.partition("*")[0]
        if kind == "case":
            cases.append(Case(path.stem, text, None))
            policy = QUARANTINE
        elif kind == "layout":
            cases[-1].layout = json.loads(text)
        elif kind in ("in", "raw"):
            cases[-1].pieces.append((word, text))
        elif kind == "policy":
            policy = text
            cases[-1].outcomes[policy] = []
        elif kind in ("row", "or"):
            cases[-1].outcomes[policy].append((kind, json.loads(text)))
        elif kind == "bad":
            place = re.fullmatch(r"line (\d+), byte (\d+), (\w+)(?:, (.+))?", text)
            outcome = ("bad", int(place[1]), int(place[2]), place[3], place[4])
            cases[-1].outcomes[policy].append(outcome)
        else:
            raise SystemExit(f"{path}, line {number}: what is {word!r}?")
    return cases


def read_all():
    return [case for path in sorted(CASES.glob("*.cases")) for case in read_file(path)]
