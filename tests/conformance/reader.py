"""The rules of rowmill, read a second time: a slow reader of JSON Lines that shares nothing with it.

It goes over a line byte by byte and follows `crates/json/src/lib.rs` to the letter; numbers are exact
integers and powers of ten. Python's own json module reads every line beside it, and the two must agree
on what is JSON and on what it means. README.md says in which terms values are given.

    python3 tests/conformance/reader.py        holds every case file to what this reader reads
    python3 tests/conformance/reader.py SCHEMA INPUT       shows what it reads in a file
"""

import fractions
import json
import math
import re
import sys
import uuid

from grammar import BLANK, Fault, Line

# Numbers may be long here, and values deep.
sys.set_int_max_str_digits(0)
sys.setrecursionlimit(10_000)

MARK = b"\xef\xbb\xbf"


class Column:
    """A field of a schema file. `inner` are the fields of a struct, or the item of a list or map."""

    def __init__(self, field, path=""):
        self.name = field.get("name", "")
        self.path = path + self.name
        self.required = field.get("nullable") is False
        self.allow = set(field.get("allow", []))
        kind = field.get("type") or next(k for k in ("fields", "item", "value") if k in field)
        kind = {"fields": "struct", "item": "list", "value": "map"}.get(kind, kind)
        self.kind, inner = parts(kind, field)
        self.precision = self.scale = None
        if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", self.kind.replace(" ", "")):
            self.kind, self.precision, self.scale = "decimal", int(found[1]), int(found[2])
        step = {"struct": ".", "list": "[]", "map": "{}"}.get(self.kind, "")
        self.inner = [Column(one, self.path + step) for one in inner]


def parts(kind, field):
    """The bare word of a type and the fields in it, which stand in brackets or beside it."""
    if kind == "struct":
        return kind, field["fields"]
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


def columns_of(layout):
    return [Column(field) for field in layout["fields"]]


def record(line, columns, at, depth, path):
    """The fields of an object, and where it ends."""
    known, found = {column.name: column for column in columns}, {}

    def member(key, start, at):
        column = known.get(key)
        if column is None:
            return line.any(at, depth + 1)[1]
        if key in found:
            raise Fault("duplicate_key", at, column.path)
        found[key], end = value(line, column, at, depth + 1)
        return end

    end = line.members(at, depth, member)
    for column in columns:
        if column.required and column.name not in found:
            raise Fault("missing", end - 1, column.path)
    return {column.name: found.get(column.name) for column in columns}, end


def value(line, column, at, depth):
    """What a column makes of the value at `at`, and where that ends."""
    try:
        made, end = nested(line, column, at, depth) or leaf(line, column, at, depth)
        if made is None and column.required:
            raise Fault("null", at)
        return made, end
    except Fault as fault:
        fault.column = fault.column or column.path
        raise


def nested(line, column, at, depth):
    byte = line.byte(at)
    if column.kind == "struct" and byte == ord("{"):
        return record(line, column.inner, at, depth, column.path)
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


def leaf(line, column, at, depth):
    kind, end = line.any(at, depth)
    text = line.text[at:end].decode()
    if kind == "null":
        return None, end
    if column.kind == "json":
        return text, end
    wanted = {"bool": "boolean", "struct": "object", "list": "array", "map": "object"}
    wanted.update(dict.fromkeys(["int32", "int64", "uint64", "float64", "decimal"], "number"))
    if kind != wanted.get(column.kind, "string"):
        raise Fault("type", at)
    if kind == "string":
        text = line.string(at)[0]
    try:
        return READ[column.kind](text, column), end
    except Fault as fault:
        fault.at = at
        raise


def scaled(text, scale):
    """A number times ten to the power of `scale`."""
    sign, whole, fraction, power = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", text).groups()
    digits, power = whole + (fraction or ""), int(power or 0) - len(fraction or "") + scale
    kept = digits.rstrip("0")
    power += len(digits) - len(kept)
    if not kept:
        return 0
    if power < 0:
        raise Fault("precision", None)
    if len(kept.lstrip("0")) + power > 60:
        raise Fault("range", None)
    return int(sign + kept) * 10**power


def whole(least, most):
    def read(text, column):
        number = scaled(text, 0)
        if not least <= number <= most:
            raise Fault("range", None)
        return number

    return read


def read_decimal(text, column):
    number = scaled(text, column.scale)
    if abs(number) >= 10**column.precision:
        raise Fault("range", None)
    digits = f"{abs(number):0{column.scale + 1}}"
    point = len(digits) - column.scale
    sign = "-" if number < 0 else ""
    return sign + digits[:point] + ("." + digits[point:] if column.scale else "")


def read_float(text, column):
    number = float(text)
    if math.isinf(number):
        raise Fault("range", None)
    return repr(number)


def read_uuid(text, column):
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise Fault("format", None)
    return text.lower()


def days(year, month, day):
    """Days since 1970-01-01 in the Gregorian calendar, also before it was made."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise Fault("format", None)

    def before(year):
        return year * 365 + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400

    return before(year) - before(1970) + sum(lengths[: month - 1]) + day - 1


def read_date(text, column):
    if text == "" and "empty_as_null" in column.allow:
        return None
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if not found:
        raise Fault("format", None)
    return days(*map(int, found.groups()))


INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def instant(places):
    def read(text, column):
        if text == "" and "empty_as_null" in column.allow:
            return None
        found = INSTANT.fullmatch(text)
        if not found:
            if "date_as_midnight" in column.allow and re.fullmatch(r"[0-9-]{10}", text):
                return within(read_date(text, column) * 86_400 * 10**places)
            raise Fault("format", None)
        date, hour, minute, second, fraction, sign, *zone = found.groups()
        hour, minute, second = int(hour), int(minute), int(second)
        east, minutes_east = (int(part or 0) for part in zone)
        if hour > 23 or minute > 59 or second > 59 or east > 23 or minutes_east > 59:
            raise Fault("format", None)
        offset = (east * 60 + minutes_east) * (-60 if sign == "-" else 60)
        seconds = read_date(date, column) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        kept, cut = (fraction or "")[:places], (fraction or "")[places:]
        made = within(seconds * 10**places + int(kept.ljust(places, "0")))
        if cut.strip("0") and "cut_digits" not in column.allow:
            raise Fault("precision", None)
        return made

    def within(number):
        if not -(2**63) <= number < 2**63:
            raise Fault("range", None)
        return number

    return read


def read_duration(text, column):
    number, seconds = r"[+-]?[0-9]+", r"[+-]?[0-9]+(\.[0-9]+)?"
    date = "".join(f"({number}{unit})?" for unit in "YMWD")
    time = f"(T(?=.)({number}H)?({number}M)?({seconds}S)?)?"
    if not re.fullmatch(f"[+-]?P(?=.){date}{time}", text):
        raise Fault("format", None)
    return text


READ = {
    "int32": whole(-(2**31), 2**31 - 1),
    "int64": whole(-(2**63), 2**63 - 1),
    "uint64": whole(0, 2**64 - 1),
    "decimal": read_decimal,
    "float64": read_float,
    "bool": lambda text, column: text == "true",
    "string": lambda text, column: text,
    "string_view": lambda text, column: text,
    "enum": lambda text, column: text,
    "uuid": read_uuid,
    "date": read_date,
    "timestamp_us": instant(6),
    "timestamp_ns": instant(9),
    "duration": read_duration,
}


def read(layout, data):
    """Every line that is not blank: ("row", values) or ("bad", line, byte, code, column)."""
    columns, outcomes, offset = columns_of(layout), [], 0
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", data), 1):
        text, ended = line.removesuffix(b"\n"), line.endswith(b"\n")
        start = len(MARK) if number == 1 and text.startswith(MARK) else 0
        if text[start:].strip(BLANK):
            try:
                outcomes.append(("row", row(Line(text), columns, start)))
            except Fault as fault:
                cut = fault.code == "syntax" and fault.at == len(text) and not ended
                code = "truncated" if cut else fault.code
                outcomes.append(("bad", number, offset + fault.at, code, fault.column))
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
    return values


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
            means(column, theirs.get(column.name), outcome[1][column.name])


class Written(str):
    """A number with a point or an exponent, as it is written."""


def means(column, theirs, ours):
    """Compares a value with what the json module read, as far as that knows such values."""
    if theirs is None or ours is None:
        same = ours is None and (theirs is None or theirs == "")
    elif column.kind == "struct":
        same = all(means(one, theirs.get(one.name), ours[one.name]) for one in column.inner)
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
    elif column.kind in ("date", "timestamp_us", "timestamp_ns"):
        same = isinstance(theirs, str)
    elif column.kind == "json":
        same = json.loads(ours, parse_float=Written) == theirs
    else:
        same = ours == theirs
    if not same:
        raise SystemExit(f"{column.path}: {ours!r} here, {theirs!r} by the json module")
    return True


def main():
    if sys.argv[1:]:
        with open(sys.argv[1]) as schema, open(sys.argv[2], "rb") as lines:
            for outcome in read(json.load(schema), lines.read()):
                print(*outcome)
        return
    import casefile

    cases = casefile.read_all()
    for case in cases:
        wanted = [one for one in case.outcomes[casefile.QUARANTINE] if one[0] != "or"]
        found = read(case.layout, case.input)
        if found != wanted:
            raise SystemExit(f"{case.topic}, {case.name}: {found} read, {wanted} in the case")
    print(f"{len(cases)} cases are as this reader reads them")


if __name__ == "__main__":
    main()
