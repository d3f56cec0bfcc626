"""What an engine's answer to a case amounts to.

* `exact`: the rows and values of the case, or an error where the case has a bad row.
* `milder`: rows where rowmill has a bad one, but such as a milder reader may make of it: the case says which.
* `refuses`: an error where there is nothing wrong.
* `undeclared`: the engine has no type for a column, or cannot be told something that the layout says.
* `silent`: other values, more or fewer rows, or rows out of what is none; and no word about it.
* `crash`: the process died, hung or panicked.
"""

import decimal
import json

import casefile

WORDS = ["exact", "milder", "refuses", "undeclared", "silent", "crash"]


def of(answer, case, columns):
    """The word, and what there is to say: what came out, or the error."""
    if "defect" in answer:
        raise SystemExit(f"{case.topic}, {case.name}: {answer['defect']}")
    if "crash" in answer:
        return "crash", answer["crash"]
    if "unsupported" in answer:
        return "undeclared", answer["unsupported"]
    if "error" in answer:
        return ("exact" if case.bad else "refuses"), answer["error"]
    rows = answer["rows"]
    if matches(rows, wishes(case, milder=False), columns):
        return "exact", None
    if matches(rows, wishes(case, milder=True), columns):
        return "milder", rows
    return "silent", rows


def wishes(case, milder):
    """For each line what may come of it: lists of rows, any of which is right."""
    lines = []
    for word, *rest in case.outcomes[casefile.QUARANTINE]:
        if word == "row":
            lines.append([rest])
        elif word == "bad":
            # A bad row that just is not there was lost.
            lines.append([])
        elif milder:
            lines[-1].append(rest[0] if isinstance(rest[0], list) else rest)
    return lines


def matches(rows, lines, columns):
    """Whether `rows` are one choice of each line in turn."""
    if not lines:
        return not rows
    return any(
        len(choice) <= len(rows)
        and all(same_row(wanted, row, columns) for wanted, row in zip(choice, rows))
        and matches(rows[len(choice) :], lines[1:], columns)
        for choice in lines[0]
    )


def same_row(wanted, row, columns):
    return list(row) == [column.name for column in columns] and all(
        same(wanted[column.name], row[column.name], column) for column in columns
    )


def same(wanted, found, column):
    """Whether two values mean the same, however the engine gives them."""
    if wanted is None or found is None:
        return wanted is found
    if column.kind == "struct":
        return isinstance(found, dict) and all(
            same(wanted[one.name], found.get(one.name), one) for one in column.inner
        )
    if column.kind == "list":
        item = column.inner[0]
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(same(*pair, item) for pair in zip(wanted, found))
        )
    if column.kind == "map":
        # In any order: few engines promise one.
        pairs = zip(sorted(wanted, key=key_of), sorted(found, key=key_of))
        value = column.inner[0]
        return len(wanted) == len(found) and all(
            one[0] == other[0] and same(one[1], other[1], value) for one, other in pairs
        )
    if column.kind == "json":
        return wanted == found or means(wanted) == means(found)
    if column.kind in ("decimal", "float64"):
        return equal_numbers(str(wanted), str(found))
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return wanted == found


def key_of(pair):
    return str(pair[0])


def equal_numbers(wanted, found):
    try:
        return decimal.Decimal(wanted) == decimal.Decimal(found) or wanted == found
    except decimal.InvalidOperation:
        return wanted == found


def means(text):
    """A JSON text without the freedom of its spelling; numbers are exact, keys are in their order."""
    try:
        return json.loads(text, parse_float=exact, parse_int=exact, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None, text


def exact(text):
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation:
        return text
