"""What the leaf columns make of the text of a value: exact integers and powers of ten, or a fault."""

import math
import re

from grammar import Fault


def scaled(text, scale, rounds=False):
    """A number times ten to the power of `scale`; one that is not whole is rounded, halves away from zero,
    or refused."""
    sign, whole, fraction, power = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", text).groups()
    digits, power = whole + (fraction or ""), int(power or 0) - len(fraction or "") + scale
    kept = digits.rstrip("0")
    power += len(digits) - len(kept)
    if not kept:
        return 0
    if power < 0 and not rounds:
        raise Fault("precision", None)
    if power < 0:
        # A digit further on never matters to the half.
        tenths = int(kept[: len(kept) + power + 1] or 0) if len(kept) + power >= 0 else 0
        return int(f"{sign}{(tenths + 5) // 10}")
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
    number = scaled(text, column.scale, "round_digits" in column.allow)
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


PARTS = re.compile(
    r"([+-]?)P" + "".join(rf"(?:([+-]?[0-9]+){unit})?" for unit in "YMWD")
    + r"(?:T(?:([+-]?[0-9]+)H)?(?:([+-]?[0-9]+)M)?(?:([+-]?)([0-9]+)(?:\.([0-9]+))?S)?)?"
)


def read_duration_parts(text, column):
    read_duration(text, column)
    sign, years, months, weeks, days, hours, minutes, minus, seconds, fraction = PARTS.fullmatch(text).groups()
    if (fraction or "")[9:].strip("0"):
        raise Fault("precision", None)
    years, months, weeks, days, hours, minutes = (int(n or 0) for n in (years, months, weeks, days, hours, minutes))
    nanos = int(seconds or 0) * 10**9 + int((fraction or "")[:9].ljust(9, "0"))
    nanos = (-nanos if minus == "-" else nanos) + (hours * 60 + minutes) * 60 * 10**9
    made = [years * 12 + months, weeks * 7 + days, nanos]
    made = [-part if sign == "-" else part for part in made]
    if not all(-(2**bits) <= part < 2**bits for part, bits in zip(made, (31, 31, 63))):
        raise Fault("range", None)
    return dict(zip(("months", "days", "nanoseconds"), made))


READ = {
    "duration_parts": read_duration_parts,
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
