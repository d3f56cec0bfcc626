"""UUIDs, instants, dates and durations."""

import datetime

from topics import No, Topic

UUIDS = Topic("uuids", "UUIDs: one form, hex digits of either case.")
INSTANTS = Topic("instants", "Instants: RFC 3339 with a zone, no digit lost unless that is allowed.")
DATES = Topic("dates", "Dates: YYYY-MM-DD of the Gregorian calendar, in days since 1970-01-01.")
DURATIONS = Topic("durations", "Durations: ISO 8601, kept as they are written.")
TOPICS = [UUIDS, INSTANTS, DATES, DURATIONS]

ID = "0f515589-99b4-423d-b83a-b237009f0509"


def quoted(*cases):
    """Texts are their own names."""
    return [(f'"{text}"', wanted, *(name or [text or "empty"])) for text, wanted, *name in cases]


UUIDS.values(
    "uuid",
    *quoted(
        (ID, ID),
        (ID.upper(), ID),
        ("0F515589-99b4-423D-b83a-B237009f0509", ID),
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ("01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("\\u0030f515589-99b4-423d-b83a-b237009f0509", ID, "an escaped digit"),
        ("0f515589\\u002d99b4-423d-b83a-b237009f0509", ID, "an escaped dash"),
        (ID.replace("-", ""), No("format", ID), "no dashes"),
        ("{" + ID + "}", No("format", ID), "braces"),
        ("urn:uuid:" + ID, No("format", ID), "a URN"),
        (ID[:-1], No("format"), "a digit too few"),
        (ID + "0", No("format"), "a digit too many"),
        ("0f51558-999b4-423d-b83a-b237009f0509", No("format", ID), "a dash too early"),
        ("0f515589-99b4-423d-b83ab-237009f0509", No("format", ID), "a dash too late"),
        ("0f51-5589-99b4-423d-b83a-b237-009f-0509", No("format", ID), "groups of four"),
        ("0f515589_99b4_423d_b83a_b237009f0509", No("format", ID), "underscores"),
        ("0f515589 99b4 423d b83a b237009f0509", No("format", ID), "blanks"),
        ("gf515589-99b4-423d-b83a-b237009f0509", No("format"), "g for a digit"),
        ("0f515589-99b4-423d-b83a-b237009f050G", No("format"), "G for the last digit"),
        ("0f515589-99b4-423d-b83a-b237009f050:", No("format"), "the character after 9"),
        ("0f515589-99b4-423d-b83a-b237009f050@", No("format"), "the character before A"),
        ("0f515589-99b4-423d-b83a-b237009f050`", No("format"), "the character before a"),
        ("0f515589-99b4-423d-b83a-b237009f050/", No("format"), "the character before 0"),
        ("0f515589-99b4-423d-b83a-b237009f05é", No("format"), "36 bytes, 35 characters"),
        ("+f515589-99b4-423d-b83a-b237009f0509", No("format"), "a sign"),
        (" " + ID, No("format", ID), "a blank before"),
        (ID + " ", No("format", ID), "a blank behind"),
        ("", No("format")),
        ("null", No("format"), "the word null"),
        (ID + "\\u0000", No("format"), "NUL behind"),
        (ID[:8] + "\\ud800", No("surrogate"), "half a pair"),
    ),
    ("null", None, "null itself"),
    ("0", No("type"), "a number"),
    ("[]", No("type"), "a list"),
)

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def at(text, fraction=0, places=6):
    """An instant that the calendar of Python knows, in the unit of the column."""
    seconds = (datetime.datetime.fromisoformat(text + "+00:00") - EPOCH) // datetime.timedelta(seconds=1)
    return seconds * 10**places + fraction


NOON = at("2024-02-29T12:00:00")
INSTANTS.values(
    "timestamp_us",
    *quoted(
        ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T12:00:00Z", NOON),
        ("2024-02-29t12:00:00z", NOON, "lower case"),
        ("2024-02-29T12:00:00z", NOON, "lower-case z"),
        ("2024-02-29T12:00:00.1Z", NOON + 100_000),
        ("2024-02-29T12:00:00.12Z", NOON + 120_000),
        ("2024-02-29T12:00:00.123Z", NOON + 123_000),
        ("2024-02-29T12:00:00.1234Z", NOON + 123_400),
        ("2024-02-29T12:00:00.12345Z", NOON + 123_450),
        ("2024-02-29T12:00:00.123456Z", NOON + 123_456),
        ("2024-02-29T12:00:00.000001Z", NOON + 1),
        ("2024-02-29T12:00:00.999999Z", NOON + 999_999),
        ("2024-02-29T12:00:00.1234560Z", NOON + 123_456),
        ("2024-02-29T12:00:00.123456000Z", NOON + 123_456),
        ("2024-02-29T12:00:00.000000000000000000000000Z", NOON, "24 zeros"),
        ("2024-02-29T12:00:00.1234567Z", No("precision")),
        ("2024-02-29T12:00:00.0000001Z", No("precision")),
        ("2024-02-29T12:00:00.9999999Z", No("precision")),
        ("2024-02-29T12:00:00.123456789Z", No("precision")),
        ("2024-02-29T12:00:00.00000000000000000000000001Z", No("precision"), "a trace"),
        ("2024-02-29T12:00:00+00:00", NOON),
        ("2024-02-29T12:00:00-00:00", NOON),
        ("2024-02-29T13:00:00+01:00", NOON),
        ("2024-02-29T06:30:00-05:30", NOON),
        ("2024-03-01T01:45:00+13:45", NOON),
        ("2024-02-28T12:01:00-23:59", NOON),
        ("2024-03-01T11:59:00+23:59", NOON),
        ("2024-02-29T17:45:00.5+05:45", NOON + 500_000),
        ("2024-01-01T00:30:00+01:00", at("2023-12-31T23:30:00"), "an offset across the year"),
        ("2024-02-29T12:00:00+24:00", No("format", at("2024-02-28T12:00:00"))),
        ("2024-02-29T12:00:00+01:60", No("format", at("2024-02-29T10:00:00"))),
        ("2024-02-29T12:00:00+0100", No("format", at("2024-02-29T11:00:00"))),
        ("2024-02-29T12:00:00+01", No("format", at("2024-02-29T11:00:00"))),
        ("2024-02-29T12:00:00 Z", No("format", NOON)),
        ("2024-02-29T12:00:00ZZ", No("format")),
        ("2024-02-29T12:00:00 UTC", No("format", NOON)),
        ("2024-02-29T12:00:00[Europe/Prague]", No("format", at("2024-02-29T11:00:00"))),
        ("2024-02-29T12:00:00", No("format", NOON), "no zone"),
        ("2024-02-29T12:00:00.5", No("format", NOON + 500_000), "a fraction and no zone"),
        ("2024-02-29 12:00:00Z", No("format", NOON), "a blank for T"),
        ("2024-02-29_12:00:00Z", No("format", NOON), "an underscore for T"),
        ("2024-02-29T12:00Z", No("format", NOON), "no seconds"),
        ("2024-02-29T12:00:00.Z", No("format", NOON), "a point without digits"),
        ("2024-02-29T12:00:00,5Z", No("format", NOON + 500_000), "a comma for the point"),
        ("20240229T120000Z", No("format", NOON), "the basic form"),
        ("2024-02-29", No("format", at("2024-02-29T00:00:00")), "a date"),
        ("12:00:00Z", No("format"), "a time"),
        ("1709208000", No("format", NOON), "text of seconds"),
        ("24-02-29T12:00:00Z", No("format", NOON, at("0024-02-29T12:00:00")), "a year of two digits"),
        ("02024-02-29T12:00:00Z", No("format", NOON), "a year of five digits"),
        ("+2024-02-29T12:00:00Z", No("format", NOON), "a sign before the year"),
        ("2024-2-29T12:00:00Z", No("format", NOON), "a month of one digit"),
        ("2024-02-29T9:00:00Z", No("format", at("2024-02-29T09:00:00")), "an hour of one digit"),
        ("2024-060T12:00:00Z", No("format", NOON), "a day of the year"),
        ("2024-W09-4T12:00:00Z", No("format", NOON), "a week"),
        (" 2024-02-29T12:00:00Z", No("format", NOON), "a blank before"),
        ("2024-02-29T12:00:00Z ", No("format", NOON), "a blank behind"),
        ("2024-02-29T24:00:00Z", No("format", at("2024-03-01T00:00:00"))),
        ("2024-02-29T24:00:01Z", No("format", at("2024-03-01T00:00:01"))),
        ("2024-02-29T25:00:00Z", No("format")),
        ("2024-02-29T12:60:00Z", No("format")),
        ("2024-02-29T12:00:61Z", No("format")),
        ("2016-12-31T23:59:60Z", No("format", at("2017-01-01T00:00:00")), "a leap second"),
        ("2016-12-31T23:59:59.999999Z", at("2016-12-31T23:59:59", 999_999)),
        ("2023-02-29T12:00:00Z", No("format"), "29 February of a common year"),
        ("2000-02-29T12:00:00Z", at("2000-02-29T12:00:00"), "29 February of 2000"),
        ("1900-02-29T12:00:00Z", No("format"), "29 February of 1900"),
        ("2100-02-29T12:00:00Z", No("format"), "29 February of 2100"),
        ("2024-02-30T12:00:00Z", No("format"), "30 February"),
        ("2024-04-31T12:00:00Z", No("format"), "31 April"),
        ("2024-00-10T12:00:00Z", No("format"), "month 0"),
        ("2024-13-10T12:00:00Z", No("format"), "month 13"),
        ("2024-01-00T12:00:00Z", No("format"), "day 0"),
        ("2024-01-32T12:00:00Z", No("format"), "day 32"),
        ("1969-12-31T23:59:59Z", -1_000_000),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1900-01-01T00:00:00Z", at("1900-01-01T00:00:00")),
        ("1677-01-01T00:00:00Z", at("1677-01-01T00:00:00")),
        ("0001-01-01T00:00:00Z", at("0001-01-01T00:00:00")),
        ("0000-01-01T00:00:00Z", at("0001-01-01T00:00:00") - 366 * 86_400 * 10**6),
        ("2262-04-12T00:00:00Z", at("2262-04-12T00:00:00")),
        ("2300-01-01T00:00:00Z", at("2300-01-01T00:00:00")),
        ("9999-12-31T23:59:59.999999Z", at("9999-12-31T23:59:59", 999_999)),
        ("9999-12-31T23:59:59-01:00", at("9999-12-31T23:59:59") + 3_600 * 10**6, "into year 10000"),
        ("2024-02-29T12:00:00\\u005a", NOON, "an escaped Z"),
        ("", No("format")),
        ("now", No("format")),
        ("２024-02-29T12:00:00Z", No("format"), "a digit of full width"),
    ),
    ("null", None),
    ("1709208000", No("type", NOON, 1_709_208_000), "a number"),
    ("true", No("type")),
)
START = at("2024-02-29T12:00:00", places=9)
INSTANTS.values(
    "timestamp_ns",
    *quoted(
        ("2024-02-29T12:00:00Z", START),
        ("2024-02-29T12:00:00.123456789Z", START + 123_456_789),
        ("2024-02-29T12:00:00.000000001Z", START + 1),
        ("2024-02-29T12:00:00.1234567Z", START + 123_456_700),
        ("2024-02-29T12:00:00.1234567890Z", START + 123_456_789),
        ("2024-02-29T12:00:00.1234567891Z", No("precision")),
        ("2024-02-29T12:00:00.0000000001Z", No("precision")),
        ("2024-02-29T13:00:00.123456789+01:00", START + 123_456_789),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2262-04-11T23:47:16.854775807Z", 2**63 - 1, "the last"),
        ("2262-04-11T23:47:16.854775808Z", No("range"), "one after the last"),
        ("1677-09-21T00:12:43.145224192Z", -(2**63), "the first"),
        ("1677-09-21T00:12:43.145224191Z", No("range"), "one before the first"),
        ("2262-04-12T00:47:16.854775807+01:00", 2**63 - 1, "the last with an offset"),
        ("1600-01-01T00:00:00Z", No("range")),
        ("9999-12-31T23:59:59Z", No("range")),
        ("2024-02-29T12:00:00", No("format", START), "no zone"),
    ),
)
INSTANTS.values(
    "timestamp_us",
    *quoted(
        ("2024-02-29T12:00:00.1234567Z", NOON + 123_456),
        ("2024-02-29T12:00:00.9999999Z", NOON + 999_999),
        ("1969-12-31T23:59:59.9999999Z", -1),
        ("2024-02-29", No("format", at("2024-02-29T00:00:00")), "a date"),
        ("", No("format")),
    ),
    allow=["cut_digits"],
)
INSTANTS.values(
    "timestamp_us",
    *quoted(
        ("2024-02-29", at("2024-02-29T00:00:00")),
        ("2023-02-29", No("format")),
        ("2024-02-29T12:00:00Z", NOON),
        ("2024-02-29T12:00:00", No("format", NOON), "no zone"),
        ("", No("format")),
    ),
    allow=["date_as_midnight"],
)
INSTANTS.values(
    "timestamp_us",
    *quoted(("", None), (" ", No("format"), "a blank"), ("2024-02-29T12:00:00Z", NOON)),
    ("null", None),
    allow=["empty_as_null"],
)
INSTANTS.values(
    "timestamp_ns",
    *quoted(
        ("2024-02-29T12:00:00.1234567899Z", START + 123_456_789),
        ("2024-02-29", at("2024-02-29T00:00:00", places=9)),
        ("", None),
        ("9999-12-31", No("range")),
    ),
    allow=["empty_as_null", "date_as_midnight", "cut_digits"],
)
INSTANTS.values("timestamp_us", ('""', No("null"), "empty text"), nullable=False, allow=["empty_as_null"])


def day(text):
    return datetime.date.fromisoformat(text).toordinal() - datetime.date(1970, 1, 1).toordinal()


DATES.values(
    "date",
    *quoted(
        *((text, day(text)) for text in ("1970-01-01", "1970-01-02", "1969-12-31", "2024-02-29")),
        *((text, day(text)) for text in ("2000-02-29", "1900-03-01", "0001-01-01", "9999-12-31")),
        ("0000-01-01", day("0001-01-01") - 366),
        ("0000-02-29", day("0001-01-01") - 307, "29 February of year 0"),
        ("2023-02-29", No("format")),
        ("1900-02-29", No("format")),
        ("2100-02-29", No("format")),
        ("2024-02-30", No("format")),
        ("2024-04-31", No("format")),
        ("2024-13-01", No("format")),
        ("2024-00-01", No("format")),
        ("2024-01-00", No("format")),
        ("2024-2-29", No("format", day("2024-02-29"))),
        ("2024-02-9", No("format", day("2024-02-09"))),
        ("20240229", No("format", day("2024-02-29"))),
        ("2024/02/29", No("format", day("2024-02-29"))),
        ("29.02.2024", No("format", day("2024-02-29"))),
        ("02/29/2024", No("format", day("2024-02-29"))),
        ("2024-02", No("format")),
        ("24-02-29", No("format", day("2024-02-29"), day("0024-02-29"))),
        ("12024-02-29", No("format", day("2024-02-29") + 25 * 146_097)),
        ("-2024-02-29", No("format", -1_458_720)),
        ("2024-02-29T00:00:00Z", No("format", day("2024-02-29"))),
        ("2024-02-29 00:00:00", No("format", day("2024-02-29"))),
        ("2024-02-29T23:30:00-02:00", No("format"), "an instant of another day"),
        ("2024-02-29Z", No("format", day("2024-02-29"))),
        (" 2024-02-29", No("format", day("2024-02-29")), "a blank before"),
        ("2024-02-29 ", No("format", day("2024-02-29")), "a blank behind"),
        ("2024-02-29x", No("format")),
        ("\\u0032024-02-29", day("2024-02-29"), "an escaped digit"),
        ("", No("format")),
    ),
    ("null", None),
    ("19782", No("type", 19782), "a number of days"),
    ("20240229", No("type", 20_240_229), "a number of digits"),
)
DATES.values(
    "date",
    *quoted(("", None), (" ", No("format"), "a blank"), ("2024-02-30", No("format"))),
    allow=["empty_as_null"],
)

WELL_FORMED = """
    P1D PT1H P2DT23H P0M15DT0H0M0S P1Y2M3W4DT5H6M7S P1W PT0S PT0.5S PT36H
    P-3DT4H -P1D +P1W -PT1.25S P10000000000D
"""
DURATIONS.values(
    "duration",
    *quoted(*((text, text) for text in WELL_FORMED.split())),
    *quoted(
        ("", No("format")),
        ("P", No("format")),
        ("PT", No("format")),
        ("P1DT", No("format")),
        ("1D", No("format")),
        ("p1d", No("format", "p1d"), "lower case"),
        ("P1", No("format")),
        ("P1D1Y", No("format")),
        ("P1D1D", No("format")),
        ("PT1M1H", No("format")),
        ("P1S", No("format")),
        ("PT1D", No("format")),
        ("P1.5D", No("format")),
        ("PT1.S", No("format")),
        ("PT.5S", No("format")),
        ("PT1,5S", No("format")),
        ("P--1D", No("format")),
        ("P 1D", No("format")),
        ("P1D ", No("format"), "a blank behind"),
        ("01:30:00", No("format")),
        ("3 days", No("format")),
    ),
    ("90", No("type"), "a number"),
    ("null", None),
)
