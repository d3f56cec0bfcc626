"""What a layout can say beyond types: keys that nobody knows, paths, line numbers, digits that are rounded."""

from topics import No, Topic

UNKNOWN = Topic("unknown-keys", "Keys that the layout does not know: refused, or kept as they are written.")
PATHS = Topic("paths", "Columns that are named otherwise than their keys, or taken out of objects.")
EXTRAS = Topic("extras", "Line numbers, keys that are known and not read, decimals that are rounded.")
UNIONS = Topic("unions", "Tagged unions: a tag, and a value in the arm that it names.")
TOPICS = [UNKNOWN, PATHS, EXTRAS, UNIONS]

SHAPES = [
    {"name": "n", "type": "int32"},
    {"name": "o", "type": "struct<a: int32, b: string>"},
    {"name": "l", "type": "list<struct<a: int32>>"},
    {"name": "m", "type": "map<string, struct<a: int32>>"},
    {"name": "w", "type": "unread"},
]
# Few readers can be told that a key is known and not wanted.
ALL_READ = SHAPES[:-1]
NOTHING = {"n": None, "o": None, "l": None, "m": None}

for name, line, rescued, refused, values in [
    ("none", '{"n":1}', None, False, {"n": 1}),
    ("no key at all", "{}", None, False, {}),
    ("one that is known and not read", '{"w":[{"x":1}],"n":1}', None, False, {"n": 1}),
    ("one", '{"n":1,"x":1.50}', '{"x":1.50}', True, {"n": 1}),
    ("one before", '{"x":null,"n":1}', '{"x":null}', True, {"n": 1}),
    ("an escaped one", '{"\\u0078":"\\u0041"}', '{"\\u0078":"\\u0041"}', True, {}),
    ("a known one, escaped", '{"\\u006e":1}', None, False, {"n": 1}),
    ("blanks", '{ "x" : [ 1 ,{} ] , "n" : 1 }', '{"x":[ 1 ,{} ]}', True, {"n": 1}),
    ("twice", '{"x":1,"x":2}', '{"x":1,"x":2}', True, {}),
    ("in a struct", '{"o":{"a":1,"x":2}}', '{"o":{"x":2}}', True, {"o": {"a": 1, "b": None}}),
    (
        "in a struct, and beside it",
        '{"y":0,"o":{"x":2}}',
        '{"y":0,"o":{"x":2}}',
        True,
        {"o": {"a": None, "b": None}},
    ),
    (
        "in the second item of a list",
        '{"l":[{"a":1},{"a":2,"x":3},{"a":4}]}',
        '{"l":[{},{"x":3}]}',
        True,
        {"l": [{"a": 1}, {"a": 2}, {"a": 4}]},
    ),
    (
        "in the value of a map",
        '{"m":{"k":{"a":1},"l":{"x":2}}}',
        '{"m":{"l":{"x":2}}}',
        True,
        {"m": [["k", {"a": 1}], ["l", {"a": None}]]},
    ),
    ("keys of a map are data", '{"m":{"x":null}}', None, False, {"m": [["x", None]]}),
    (
        "the name of another column inside",
        '{"o":{"n":1}}',
        '{"o":{"n":1}}',
        True,
        {"o": {"a": None, "b": None}},
    ),
    ("the name in another case", '{"N":1}', '{"N":1}', True, {}),
    ("the empty one", '{"":{}}', '{"":{}}', True, {}),
    ("a number beyond every double", '{"x":1e400}', '{"x":1e400}', True, {}),
]:
    row = NOTHING | values
    UNKNOWN.lines(f"rescued: {name}", SHAPES, line + "\n", row | {"_rescued": rescued}, unknown="rescue")
    UNKNOWN.lines(
        f"refused: {name}",
        SHAPES if '"w"' in line else ALL_READ,
        line + "\n",
        No("unknown_key", row) if refused else row,
        unknown="error",
    )
    UNKNOWN.lines(f"left out: {name}", SHAPES, line + "\n", row)
for name, line, code in [
    ("no JSON", '{"x":01,"n":1}', "syntax"),
    ("half a pair", '{"x":"\\ud800"}', "surrogate"),
    ("no UTF-8", b'{"x":"\xff"}', "utf8"),
    ("a bad cell beside it", '{"x":1,"n":"1"}', "type"),
    ("a bad cell as it is written", '{"n": [1.50, "\\u00e9"] }', "type"),
    ("a bad field of an object", '{"o":{"b":"s","a":1.5,"c":0}}', "precision"),
    ("a bad element among others", '{"l":[{"a":1},5,{"a":2},{"z":0}]}', "type"),
    ("a bad value of a map", '{"m":{"k":{"a":1},"l":[]}}', "type"),
    ("one that is known, twice", '{"w":1,"w":2}', "duplicate_key"),
]:
    data = line if isinstance(line, bytes) else line.encode()
    UNKNOWN.lines(f"rescued: {name}", SHAPES, data + b"\n", No(code), unknown="rescue")

MONEY = [
    {"name": "gross", "type": "decimal(10,2)", "path": "Amount.Gross"},
    {"name": "id", "type": "int64", "path": ["Id"], "nullable": False},
    {"name": "currency", "type": "enum", "path": ["Amount", "Currency"]},
    {"name": "deep", "type": "string", "path": ["Amount", "a.b", "c"]},
]
for name, line, wanted in [
    (
        "all",
        '{"Id":1,"Amount":{"Currency":"EUR","Gross":1.5,"a.b":{"c":"d"}}}',
        {"gross": "1.50", "id": 1, "currency": "EUR", "deep": "d"},
    ),
    (
        "another order",
        '{"Amount":{"a.b":{"z":0,"c":"d"},"Gross":2},"x":[],"Id":2}',
        {"gross": "2.00", "id": 2, "currency": None, "deep": "d"},
    ),
    (
        "the object is null",
        '{"Id":3,"Amount":null}',
        {"gross": None, "id": 3, "currency": None, "deep": None},
    ),
    ("the object is absent", '{"Id":4}', {"gross": None, "id": 4, "currency": None, "deep": None}),
    ("the object is empty", '{"Id":5,"Amount":{}}', {"gross": None, "id": 5, "currency": None, "deep": None}),
    (
        "escaped keys",
        '{"\\u0049d":6,"Amoun\\u0074":{"Gros\\u0073":1}}',
        {"gross": "1.00", "id": 6, "currency": None, "deep": None},
    ),
    (
        "the name of a column is no key",
        '{"Id":7,"gross":1}',
        {"gross": None, "id": 7, "currency": None, "deep": None},
    ),
    ("a value of another type", '{"Id":1,"Amount":{"Gross":"x"}}', No("type")),
    ("a number for the object", '{"Id":1,"Amount":5}', No("type")),
    ("a number for the inner object", '{"Id":1,"Amount":{"a.b":5}}', No("type")),
    ("a required one is absent", '{"Amount":{"Gross":1}}', No("missing")),
    ("a required one is null", '{"Id":null}', No("null")),
    ("a key twice inside", '{"Id":1,"Amount":{"Gross":1,"Gross":2}}', No("duplicate_key")),
    ("the object twice", '{"Id":1,"Amount":{},"Amount":{}}', No("duplicate_key")),
    ("no JSON inside", '{"Id":1,"Amount":{"Gross":}}', No("syntax")),
]:
    PATHS.lines(name, MONEY, line + "\n", wanted)
INSIDE = [{"name": "v", "type": "int64", "path": ["a", "b"], "nullable": False}]
PATHS.lines(
    "required, inside what is missing",
    INSIDE,
    '{"a":{"b":1}}\n{"a":null}\n{}\n{"a":{}}\n{"a":{"b":null}}\n',
    *({"v": 1}, No("null"), No("missing"), No("missing"), No("null")),
)
PATHS.lines(
    "two names that change places",
    [{"name": "a", "type": "int32", "path": "b"}, {"name": "b", "type": "int32", "path": "a"}],
    '{"a":1,"b":2}\n',
    {"a": 2, "b": 1},
)
PATHS.lines(
    "inside a struct",
    [
        {
            "name": "s",
            "fields": [{"name": "x", "type": "int32", "path": ["p", "q"]}, {"name": "y", "type": "int32"}],
        }
    ],
    '{"s":{"p":{"q":5},"y":6}}\n{"s":{"p":null}}\n{"s":null}\n{"s":{"p":{"q":true}}}\n',
    *({"s": {"x": 5, "y": 6}}, {"s": {"x": None, "y": None}}, {"s": None}, No("type")),
)
PATHS.lines(
    "what is left beside a path",
    MONEY,
    '{"Id":1,"Amount":{"Gross":1,"Net":2,"a.b":{"c":"d","e":[]}},"z":0}\n',
    {
        "gross": "1.00",
        "id": 1,
        "currency": None,
        "deep": "d",
        "_rescued": '{"Amount":{"Net":2,"a.b":{"e":[]}},"z":0}',
    },
    unknown="rescue",
)

EXTRAS.lines(
    "line numbers",
    [{"name": "line", "type": "line_number"}, {"name": "v", "type": "int32"}],
    '{"v":1}\n\n{"v":"x"}\n{"line":7}\n{}',
    *({"line": 1, "v": 1}, No("type"), {"line": 4, "v": None}, {"line": 5, "v": None}),
)
EXTRAS.lines(
    "known and not read",
    [{"name": "v", "type": "int32"}, {"name": "w", "type": "unread"}],
    '{"w":[1],"v":1}\n{"w":1,"v":2,"w":1}\n{"w":01}\n{"v":3}\n',
    *({"v": 1}, No("duplicate_key", {"v": 2}), No("syntax", {"v": None}), {"v": 3}),
)
EXTRAS.values(
    "decimal(4,2)",
    ("1.005", "1.01"),
    ("-1.005", "-1.01"),
    ("1.004999999999999999999999999999", "1.00"),
    ("1.0050000000000000000000000000001", "1.01"),
    ("2.675", "2.68"),
    ("0.005", "0.01"),
    ("0.00499", "0.00"),
    ("-0.001", "0.00"),
    ("1e-400", "0.00"),
    ("99.994", "99.99"),
    ("99.995", No("range")),
    ("-99.995", No("range")),
    ("9.9949e1", "99.95"),
    ("1.50", "1.50"),
    ('"1.5"', No("type", "1.50"), "text of a number"),
    allow=["round_digits"],
)

ARMS = [
    {"name": "Person", "type": "struct<Name: string, Age: int32>"},
    {"name": "Firm", "type": "struct<Code: enum>"},
    {"name": "Number", "type": "int64"},
]
WHO = [{"name": "v", "type": "union", "tag": "Kind", "value": "Value", "arms": ARMS}]


def who(tag, other=None, **arm):
    return {"v": {"Kind": tag, "Person": None, "Firm": None, "Number": None, "Value": other} | arm}


PERSON = who("Person", Person={"Name": "A", "Age": 3})
for name, value, wanted in [
    ("the tag first", '{"Kind":"Person","Value":{"Name":"A","Age":3}}', PERSON),
    ("the value first", '{"Value":{"Age":3,"Name":"A"},"Kind":"Person"}', PERSON),
    ("escaped", '{ "K\\u0069nd" : "Pers\\u006fn" , "V\\u0061lue" : {"Name":"A","Age":3} }', PERSON),
    ("another arm", '{"Kind":"Firm","Value":{"Code":"X"}}', who("Firm", Firm={"Code": "X"})),
    (
        "an arm that is no object",
        '{"Kind":"Number","Value":9007199254740993}',
        who("Number", Number=9007199254740993),
    ),
    ("no object", "null", {"v": None}),
    ("an empty object", "{}", who(None)),
    ("no value", '{"Kind":"Person"}', who("Person")),
    ("a null value", '{"Kind":"Person","Value":null}', who("Person")),
    ("a null value first", '{"Value":null,"Kind":"Person"}', who("Person")),
    ("an arm to come", '{"Kind":"New","Value":{"a": [1.0, null]}}', who("New", '{"a": [1.0, null]}')),
    (
        "an arm to come, the value first",
        '{"Value":{"a": [1.0, null]},"Kind":"New"}',
        who("New", '{"a": [1.0, null]}'),
    ),
    ("an arm in another case", '{"Kind":"person","Value":{}}', who("person", "{}")),
    ("a null tag", '{"Kind":null,"Value":"x"}', who(None, '"x"')),
    ("no tag", '{"Value":5.0}', who(None, "5.0")),
    ("another key", '{"More":1,"Kind":"Firm","Value":{"Code":"X","z":0}}', who("Firm", Firm={"Code": "X"})),
    ("a bad cell, the tag first", '{"Kind":"Person","Value":{"Name":"b","Age":"x"}}', No("type")),
    ("a bad cell, the value first", '{"Value":{"Name":"c","Age":"x"},"Kind":"Person"}', No("type")),
    ("a value of another arm", '{"Kind":"Number","Value":{"Name":"c"}}', No("type")),
    ("a fraction", '{"Kind":"Number","Value":1.5}', No("precision")),
    ("the tag twice", '{"Kind":"Person","Kind":"Firm"}', No("duplicate_key")),
    ("the value twice", '{"Value":1,"Value":2}', No("duplicate_key")),
    ("a number for the tag", '{"Kind":5}', No("type")),
    ("a number for the tag, then a value", '{"Kind":5,"Value":{"Age":3}}', No("type")),
    ("a value, then a number for the tag", '{"Value":{"Age": 3},"Kind":5}', No("type")),
    ("a list", "[]", No("type")),
    ("a text", '"Person"', No("type")),
    ("no JSON in an arm to come", '{"Kind":"New","Value":{"a":}}', No("syntax")),
    ("half a pair in an arm to come", '{"Kind":"New","Value":"\\ud800"}', No("surrogate")),
]:
    UNIONS.lines(name, WHO, f'{{"v":{value}}}\n', wanted)
UNIONS.lines(
    "what is left",
    WHO,
    '{"v":{"Extra":1,"Kind":"Firm","Value":{"Code":"a","More":[2]}}}\n',
    who("Firm", Firm={"Code": "a"}) | {"_rescued": '{"v":{"Extra":1,"Value":{"More":[2]}}}'},
    unknown="rescue",
)
UNIONS.lines(
    "an unknown key refused",
    WHO,
    '{"v":{"Kind":"Firm","Extra":1}}\n{"v":{"Kind":"Firm","Value":{"Code":"a"}}}\n',
    No("unknown_key"),
    who("Firm", Firm={"Code": "a"}),
    unknown="error",
)
UNIONS.lines(
    "a bad row between arms",
    WHO,
    '{"v":{"Kind":"Firm","Value":{"Code":"a"}}}\n{"v":{"Kind":"Firm","Value":{"Code":1}}}\n'
    '{"v":{"Kind":"Number","Value":2}}\n',
    who("Firm", Firm={"Code": "a"}),
    No("type"),
    who("Number", Number=2),
)
