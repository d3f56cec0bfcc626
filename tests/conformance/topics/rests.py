"""What columns leave of an object, and durations in parts."""

from topics import No, Topic

RESTS = Topic("rests", "raw_json: what the columns beside it leave of an object, as it is written.")
PARTS = Topic("duration-parts", "Durations as months, days and nanoseconds, exactly or not at all.")
TOPICS = [RESTS, PARTS]

REST = {"name": "r", "type": "raw_json"}
OBJECT = {"name": "o", "type": "struct", "fields": [{"name": "a", "type": "int32"}, REST]}
ITEMS = {"name": "l", "type": "list", "item": {"type": "struct", "fields": OBJECT["fields"]}}
FIELDS = [OBJECT, ITEMS, {"name": "p", "type": "int32", "path": "q.p"}, {"name": "w", "type": "unread"}]
NOTHING = {"o": None, "l": None, "p": None}


def inner(a, left=None):
    return {"a": a, "r": left}


for name, line, values, outer in [
    ("nothing", '{"o":{"a":1},"l":[{"a":2}],"q":{"p":3}}', {"o": inner(1), "l": [inner(2)], "p": 3}, None),
    ("an empty object", '{"o":{}}', {"o": inner(None)}, None),
    ("no object", '{"o":null}', {}, None),
    ("an inner one", '{"o":{"x":1.0,"a":2}}', {"o": inner(2, '{"x":1.0}')}, None),
    ("its own name is a key like any other", '{"o":{"r":5}}', {"o": inner(None, '{"r":5}')}, None),
    ("blanks in it", '{"o": { "x" : { } , "a":1 } }', {"o": inner(1, '{"x":{ }}')}, None),
    ("an escaped key", '{"o":{"\\u0061":1,"\\u0078":2}}', {"o": inner(1, '{"\\u0078":2}')}, None),
    ("a key twice", '{"o":{"x":1,"x":2}}', {"o": inner(None, '{"x":1,"x":2}')}, None),
    ("an outer one", '{"x":[1, 2],"o":{"a":1}}', {"o": inner(1)}, '{"x":[1, 2]}'),
    ("both", '{"x":1,"o":{"y":2}}', {"o": inner(None, '{"y":2}')}, '{"x":1}'),
    ("elements", '{"l":[{"x":1},{"a":1},null,{"y":{}}]}',
     {"l": [inner(None, '{"x":1}'), inner(1), None, inner(None, '{"y":{}}')]}, None),
    ("beside a path", '{"q":{"p":1,"z":0}}', {"p": 1}, '{"q":{"z":0}}'),
    ("what is known and not read", '{"w":1,"o":{"w":2}}', {"o": inner(None, '{"w":2}')}, None),
    ("a text of JSON", '{"x":"{\\"a\\":1}"}', {}, '{"x":"{\\"a\\":1}"}'),
    ("a long number", '{"o":{"x":123456789012345678901234567890.10}}',
     {"o": inner(None, '{"x":123456789012345678901234567890.10}')}, None),
]:
    row = NOTHING | values
    RESTS.lines(f"inner: {name}", FIELDS, line + "\n", row)
    RESTS.lines(f"all: {name}", [*FIELDS, REST], line + "\n", row | {"r": outer})
    wanted = No("unknown_key", row) if outer else row
    RESTS.lines(f"inner, others refused: {name}", FIELDS, line + "\n", wanted, unknown="error")
    RESTS.lines(f"rescued: {name}", FIELDS, line + "\n", row | {"_rescued": outer}, unknown="rescue")

DIGITS = [
    {"name": "v", "type": "decimal(4,2)", "allow": ["rescue_digits"]},
    {"name": "l", "type": "list", "item": {"type": "decimal(4,2)", "allow": ["rescue_digits"]}},
]
for name, line, v, items, left in [
    ("none too many", '{"v":1.50,"l":[1.000]}', "1.50", ["1.00"], None),
    ("one too many", '{"v":1.005}', None, None, '{"v":1.005}'),
    ("an exponent", '{"v":1005e-3}', None, None, '{"v":1005e-3}'),
    ("in a list", '{"l":[1,1.001,2,0.001]}', None, ["1.00", None, "2.00", None], '{"l":[{},1.001,{},0.001]}'),
    ("beside a key", '{"x":0,"v":0.009}', None, None, '{"x":0,"v":0.009}'),
    ("a negative one", '{"v":-0.001}', None, None, '{"v":-0.001}'),
]:
    RESTS.lines(f"digits: {name}", DIGITS, line + "\n", {"v": v, "l": items, "_rescued": left}, unknown="rescue")
for name, text, code in [("too large", "123.4", "range"), ("a text", '"1"', "type"), ("no number", "1.", "syntax")]:
    RESTS.lines(f"digits: {name}", DIGITS, f'{{"v":{text}}}\n', No(code), unknown="rescue")


def parts(months=0, days=0, nanoseconds=0):
    return {"months": months, "days": days, "nanoseconds": nanoseconds}


SECOND = 10**9
PARTS.values(
    "duration_parts",
    ('"P1Y2M3W4DT5H6M7S"', parts(14, 25, (5 * 3600 + 6 * 60 + 7) * SECOND)),
    ('"P0M15DT0H0M0S"', parts(days=15)),
    ('"P-3DT4H"', parts(days=-3, nanoseconds=4 * 3600 * SECOND)),
    ('"-P1M-3D"', parts(-1, 3)),
    ('"PT0.5S"', parts(nanoseconds=SECOND // 2)),
    ('"PT-0.5S"', parts(nanoseconds=-SECOND // 2)),
    ('"PT0.000000001S"', parts(nanoseconds=1)),
    ('"PT0.0000000010S"', parts(nanoseconds=1)),
    ('"PT0.0000000001S"', No("precision")),
    ('"P2147483647D"', parts(days=2**31 - 1)),
    ('"P2147483648D"', No("range")),
    ('"P-2147483648D"', parts(days=-(2**31))),
    ('"P178956970Y7M"', parts(2**31 - 1)),
    ('"P178956970Y8M"', No("range")),
    ('"PT9223372036.854775807S"', parts(nanoseconds=2**63 - 1)),
    ('"PT9223372036.854775808S"', No("range")),
    ('"PT1.5H"', No("format")),
    ('"P1.5D"', No("format")),
    ('"P"', No("format")),
    ('"PT"', No("format")),
    ('""', No("format")),
    ('"p1d"', No("format")),
    ('"3 days"', No("format")),
    ("5", No("type")),
    ("null", None),
    ('"P\\u0031D"', parts(days=1)),
)
PARTS.values("duration_parts", ("null", No("null")), ('"P1D"', parts(days=1)), nullable=False)
PARTS.lines(
    "a list with nulls",
    [{"name": "l", "type": "list<duration_parts>"}],
    '{"l":["P1D",null,"PT1S"]}\n{"l":["P1D","x"]}\n{"l":[]}\n',
    {"l": [parts(days=1), None, parts(nanoseconds=SECOND)]},
    No("format"),
    {"l": []},
)
