"""The second opinion: what Python's own json module thinks of a line."""

import fractions
import json
import re
import uuid

from grammar import BLANK


# Nothing of these stands under a key of its own.
BEYOND = ("unread", "line_number", "raw_json")


def agree(text, columns, outcome):
    """Python's json module must think the same of what is JSON, and of what it means."""

    def refuse(word):
        raise ValueError(word)

    try:
        theirs = json.loads(text.decode(), parse_constant=refuse, parse_float=Written)
    except (ValueError, RecursionError):
        theirs = None
    ours = outcome[0] == "row" or outcome[3] not in ("syntax", "truncated", "utf8")
    if ours != (theirs is not None or text.strip(BLANK) == b"null") and outcome[3:4] != ("depth",):
        raise SystemExit(f"is this JSON? {text!r}: {outcome} here, {theirs} by the json module")
    if outcome[0] == "row":
        for column in columns:
            of_its_own = column.kind not in BEYOND and column.keys == [column.name]
            if of_its_own and not column.allow:
                means(column, theirs.get(column.name), outcome[1][column.name])


class Written(str):
    """A number with a point or an exponent, as it is written."""


def means(column, theirs, ours):
    """Compares a value with what the json module read, as far as that knows such values."""
    if column.kind == "union" or column.allow:
        same = True
    elif theirs is None or ours is None:
        same = ours is None and (theirs is None or theirs == "")
    elif column.kind == "struct":
        inner = [one for one in column.inner if one.kind not in BEYOND]
        fields = [one for one in inner if one.name in ours and one.keys == [one.name]]
        same = all(means(one, theirs.get(one.name), ours[one.name]) for one in fields)
    elif column.kind == "list":
        item = column.inner[0]
        same = len(theirs) == len(ours) and all(means(item, *pair) for pair in zip(theirs, ours))
    elif column.kind == "map":
        same = [*theirs] == [key for key, _ in ours]
        same = same and all(means(column.inner[0], theirs[key], one) for key, one in ours)
    elif column.kind == "float64":
        same = float(theirs) == float(ours)
    elif isinstance(theirs, Written) and column.kind != "json":
        small = re.search(r"[eE][+-]?0*[0-9]{4}", theirs) is not None
        same = small or fractions.Fraction(theirs) == fractions.Fraction(ours)
    elif column.kind == "decimal":
        same = fractions.Fraction(ours) == theirs
    elif column.kind == "uuid":
        same = uuid.UUID(theirs) == uuid.UUID(ours)
    elif column.kind in ("date", "timestamp_us", "timestamp_ns", "duration_parts"):
        same = isinstance(theirs, str)
    elif column.kind == "json":
        same = json.loads(ours, parse_float=Written) == theirs
    else:
        same = ours == theirs
    if not same:
        raise SystemExit(f"{column.path}: {ours!r} here, {theirs!r} by the json module")
    return True
