"""The rules of rowmill, read a second time: a slow reader of JSON Lines that shares nothing with it.

It goes over a line byte by byte (`grammar.py`) and follows `crates/json/src/lib.rs` to the letter; numbers are
exact integers and powers of ten (`values.py`). Python's own json module reads every line beside it
(`agreement.py`), and the two must agree on what is JSON and on what it means. README.md says in which terms
values are given.

    python3 tests/conformance/reader.py        holds every case file to what this reader reads
    python3 tests/conformance/reader.py SCHEMA INPUT       shows what it reads in a file
"""

import json
import re
import sys

from agreement import agree
from grammar import BLANK, Fault, Line
from values import READ

# Numbers may be long here, and values deep.
sys.set_int_max_str_digits(0)
sys.setrecursionlimit(10_000)

# What the policy `null` makes null: the cell, or the innermost thing around it that may be null.
OF_CELLS = ("type", "format", "range", "precision", "null", "missing")

MARK = b"\xef\xbb\xbf"


class Column:
    """A field of a schema file. `inner` are the fields of a struct, or the item of a list or map; `keys` are
    those that lead to it, and `path` is how errors name it."""

    def __init__(self, field, path=""):
        self.name = field.get("name", "")
        keys = field.get("path", [self.name])
        self.keys = keys.split(".") if isinstance(keys, str) else keys
        self.path = path + ".".join(self.keys)
        self.required = field.get("nullable") is False
        self.allow = set(field.get("allow", []))
        kind = field.get("type") or next(k for k in ("fields", "item", "value") if k in field)
        kind = {"fields": "struct", "item": "list", "value": "map"}.get(kind, kind)
        self.kind, inner = parts(kind, field)
        self.precision = self.scale = None
        if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", self.kind.replace(" ", "")):
            self.kind, self.precision, self.scale = "decimal", int(found[1]), int(found[2])
        step = {"struct": ".", "union": ".", "list": "[]", "map": "{}"}.get(self.kind, "")
        self.tag, self.value = field.get("tag"), field.get("value")
        self.inner = [Column(one, self.path + step) for one in inner]


def parts(kind, field):
    """The bare word of a type and the fields in it, which stand in brackets or beside it."""
    if kind == "struct":
        return kind, field["fields"]
    if kind == "union":
        return kind, field["arms"]
    if kind in ("list", "map"):
        one = field.get("item", field.get("value"))
        return kind, [one if isinstance(one, dict) else {"type": one}]
    word, bracket, rest = kind.partition("<")
    if not bracket:
        return kind.strip(), []
    pieces, depth, piece = [], 0, ""
    for character in rest.rstrip()[:-1]:
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            pieces.append(piece)
            piece = ""
        else:
            piece += character
    pieces.append(piece)
    word = word.strip()
    if word == "struct":
        named = [one.partition(":") for one in pieces]
        return word, [{"name": name.strip(), "type": rest.strip()} for name, _, rest in named]
    return word, [{"type": pieces[-1].strip()}]


class Way:
    """An object that columns are taken out of: it is no column itself."""

    kind = "way"

    def __init__(self, columns, depth, path):
        self.columns, self.depth, self.path = columns, depth, path
        self.required = any(column.required for column in columns)


def columns_of(layout):
    return [Column(field) for field in layout["fields"]]


def columns_out(layout):
    """The columns of the rows that come out: no unread ones, unions as structs, and what is rescued."""
    fields = [as_struct(field) for field in layout["fields"] if field.get("type") != "unread"]
    if layout.get("unknown") == "rescue" and not keeps(fields):
        fields.append({"name": "_rescued", "type": "json"})
    return [Column(field) for field in fields]


def keeps(fields):
    """Whether an object with these fields keeps what they leave."""
    return any(field.get("type") == "raw_json" for field in fields)


def as_struct(field):
    if field.get("type") == "raw_json":
        return {"name": field["name"], "type": "json"}
    if field.get("type") == "duration_parts":
        parts = [("months", "int32"), ("days", "int32"), ("nanoseconds", "int64")]
        return field | {"type": "struct", "fields": [{"name": name, "type": kind} for name, kind in parts]}
    if field.get("fields"):
        return field | {"fields": [as_struct(one) for one in field["fields"] if one.get("type") != "unread"]}
    if field.get("type") != "union":
        return field
    tag, value = {"name": field["tag"], "type": "enum"}, {"name": field["value"], "type": "json"}
    return {"name": field["name"], "type": "struct", "fields": [tag, *field["arms"], value]}


# What reads no key.
KEYLESS = ("line_number", "raw_json")


def by_key(columns, step, path):
    """What reads each key of an object, `step` keys into the paths of its columns."""
    known = {}
    for column in columns:
        if column.kind in KEYLESS:
            continue
        key = column.keys[step]
        if len(column.keys) == step + 1:
            known[key] = column
        elif key not in known:
            inner = [one for one in columns if len(one.keys) > step + 1 and one.keys[step] == key]
            known[key] = Way(inner, step + 1, f"{path}.{key}" if path else key)
    return known


def record(line, columns, at, depth, path, step=0):
    """The fields of an object, and where it ends."""
    known, found = by_key(columns, step, path), {}
    rest = [column for column in columns if column.kind == "raw_json"]

    def member(key, start, at):
        column = known.get(key)
        if column is None and line.unknown == "error" and not line.kept:
            raise Fault("unknown_key", start, f"{path}.{key}" if path else key)
        if column is None:
            return line.any(at, depth + 1)[1]
        if key in found:
            raise Fault("duplicate_key", at, column.path)
        found[key], end = value(line, column, at, depth + 1)
        return end

    line.kept += len(rest)
    end = line.members(at, depth, member)
    line.kept -= len(rest)
    for key, column in known.items():
        if column.required and key not in found:
            raise Fault("missing", end - 1, column.path)
    fields = {}
    for column in columns:
        one = left_of(line, columns, at)[0] if column in rest else found.get(column.keys[step])
        if column.kind != "unread":
            on_the_way = len(column.keys) > step + 1
            fields[column.name] = (one or {}).get(column.name) if on_the_way else one
    return fields, end


def left_of(line, columns, at, step=0):
    """The text of an object without what its columns read; nothing if nothing is left."""
    known = by_key(columns, step, "")

    def member(key, start, at):
        if key not in known:
            end = line.any(at, 0)[1]
            return line.text[at:end].decode(), end
        return left_of_value(line, known[key], at)

    return left_of_members(line, at, member)


def left_of_members(line, at, member):
    made = []

    def pair(key, start, at):
        left, end = member(key, start, at)
        if left:
            # The key as it is written.
            made.append(line.text[start : line.string(start)[1]].decode() + ":" + left)
        return end

    end = line.members(at, 0, pair)
    return "{" + ",".join(made) + "}" if made else None, end


def left_of_value(line, column, at):
    byte = line.byte(at)
    # What was made null was not read.
    if at in line.nulled:
        end = line.any(at, 0)[1]
        return line.text[at:end].decode(), end
    if column.kind == "way" and byte == ord("{"):
        return left_of(line, column.columns, at, column.depth)
    if column.kind == "struct" and byte == ord("{"):
        left, end = left_of(line, column.inner, at)
        # What an object keeps for itself is nobody else's.
        return None if any(one.kind == "raw_json" for one in column.inner) else left, end
    if column.kind == "map" and byte == ord("{"):
        return left_of_members(line, at, lambda key, start, at: left_of_value(line, column.inner[0], at))
    if column.kind == "union" and byte == ord("{"):
        tag = union(line, column, at, 0)[0][column.tag]
        arm = next((arm for arm in column.inner if arm.name == tag), None)

        def member(key, start, at):
            if key == column.value and arm:
                return left_of_value(line, arm, at)
            end = line.any(at, 0)[1]
            return None if key in (column.tag, column.value) else line.text[at:end].decode(), end

        return left_of_members(line, at, member)
    if column.kind != "list" or byte != ord("["):
        return None, line.any(at, 0)[1]
    made = []

    def item(at):
        left, end = left_of_value(line, column.inner[0], at)
        made.append(left)
        return end

    end = line.items(at, 0, item)
    while made and not made[-1]:
        made.pop()
    return "[" + ",".join(left or "{}" for left in made) + "]" if made else None, end


def value(line, column, at, depth):
    """What a column makes of the value at `at`, and where that ends."""
    try:
        made, end = nested(line, column, at, depth) or leaf(line, column, at, depth)
        if made is None and column.required:
            raise Fault("null", at)
        return made, end
    except Fault as fault:
        if line.nulls and fault.code in OF_CELLS and not column.required:
            line.nulled.add(at)
            return None, line.any(at, depth)[1]
        fault.column = fault.column or column.path
        raise


def nested(line, column, at, depth):
    byte = line.byte(at)
    if column.kind == "way" and byte == ord("{"):
        return record(line, column.columns, at, depth, column.path, column.depth)
    if column.kind == "struct" and byte == ord("{"):
        return record(line, column.inner, at, depth, column.path)
    if column.kind == "union" and byte == ord("{"):
        return union(line, column, at, depth)
    made = []
    if column.kind == "list" and byte == ord("["):

        def item(at):
            one, end = value(line, column.inner[0], at, depth + 1)
            made.append(one)
            return end

        return made, line.items(at, depth, item)
    if column.kind == "map" and byte == ord("{"):

        def member(key, start, at):
            if any(key == before for before, _ in made):
                raise Fault("duplicate_key", start)
            one, end = value(line, column.inner[0], at, depth + 1)
            made.append([key, one])
            return end

        return made, line.members(at, depth, member)
    return None


def union(line, column, at, depth):
    """The tag, the arm of that name, and the text of a value that has no arm; tag and value in any order."""
    arms, seen = {arm.name: arm for arm in column.inner}, {}
    tag = Column({"name": column.tag, "type": "enum"}, column.path + ".")
    made = {column.tag: None} | dict.fromkeys(arms) | {column.value: None}

    def arm_value(at):
        name = made[column.tag]
        if name in arms:
            made[name], end = value(line, arms[name], at, depth + 1)
            return end
        kind, end = line.any(at, depth + 1)
        if kind != "null":
            made[column.value] = line.text[at:end].decode()
        return end

    def member(key, start, at):
        if key in seen:
            raise Fault("duplicate_key", at, f"{column.path}.{key}")
        if key == column.tag:
            seen[key] = at
            made[key], end = value(line, tag, at, depth + 1)
            return end
        if key == column.value:
            seen[key] = at
            # What it is may not be known yet.
            return arm_value(at) if column.tag in seen else line.any(at, depth + 1)[1]
        if line.unknown == "error" and not line.kept:
            raise Fault("unknown_key", start, f"{column.path}.{key}")
        return line.any(at, depth + 1)[1]

    end = line.members(at, depth, member)
    if column.value in seen and seen[column.value] < seen.get(column.tag, end):
        arm_value(seen[column.value])
    return made, end


def leaf(line, column, at, depth):
    kind, end = line.any(at, depth)
    text = line.text[at:end].decode()
    if kind == "null":
        return None, end
    if column.kind in ("json", "unread"):
        return text, end
    wanted = {"bool": "boolean", "list": "array"} | dict.fromkeys(("struct", "map", "union", "way"), "object")
    wanted.update(dict.fromkeys(["int32", "int64", "uint64", "float64", "decimal"], "number"))
    if kind != wanted.get(column.kind, "string"):
        raise Fault("type", at)
    if kind == "string":
        text = line.string(at)[0]
    try:
        return READ[column.kind](text, column), end
    except Fault as fault:
        if fault.code == "precision" and "rescue_digits" in column.allow:
            line.nulled.add(at)
            return None, end
        fault.at = at
        raise


def read(layout, data, nulls=False):
    """Every line that is not blank: ("row", values) or ("bad", line, byte, code, column). With `nulls` as
    under the policy `null`, otherwise as under `quarantine`."""
    columns, unknown, outcomes, offset = columns_of(layout), layout.get("unknown", "ignore"), [], 0
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", data), 1):
        text, ended = line.removesuffix(b"\n"), line.endswith(b"\n")
        start = len(MARK) if number == 1 and text.startswith(MARK) else 0
        if text[start:].strip(BLANK):
            try:
                values = row(Line(text, nulls, unknown), columns, start)
                for column in columns:
                    if column.kind == "line_number":
                        values[column.name] = number
                outcomes.append(("row", values))
            except Fault as fault:
                cut = fault.code == "syntax" and fault.at == len(text) and not ended
                code = "truncated" if cut else fault.code
                outcomes.append(("bad", number, offset + fault.at, code, fault.column or None))
            if not nulls:
                agree(text[start:], columns, outcomes[-1])
        offset += len(line)
    return outcomes


def row(line, columns, start):
    at = line.blanks(start)
    if line.byte(at) != ord("{"):
        end = line.blanks(line.any(at, 0)[1])
        if end == len(line.text):
            raise Fault("not_an_object", at)
        raise Fault("syntax", end)
    values, end = record(line, columns, at, 0, "")
    end = line.blanks(end)
    if end < len(line.text):
        raise Fault("syntax", end)
    if line.unknown == "rescue" and not any(column.kind == "raw_json" for column in columns):
        values["_rescued"] = left_of(line, columns, at)[0]
    return values


def main():
    if sys.argv[1:]:
        with open(sys.argv[1]) as schema, open(sys.argv[2], "rb") as lines:
            for outcome in read(json.load(schema), lines.read()):
                print(*outcome)
        return
    import casefile

    cases = casefile.read_all()
    for case in cases:
        for policy in ("quarantine", "null"):
            outcomes = case.outcomes.get(policy, case.outcomes["quarantine"])
            wanted = [one for one in outcomes if one[0] != "or"]
            found = read(case.layout, case.input, nulls=policy == "null")
            if found != wanted:
                raise SystemExit(
                    f"{case.topic}, {case.name}: {found} read under {policy}, {wanted} in the case"
                )
    print(f"{len(cases)} cases are as this reader reads them")


if __name__ == "__main__":
    main()
