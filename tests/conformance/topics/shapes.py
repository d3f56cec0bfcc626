"""Lists, structs, maps and json columns; nulls, absence and keys."""

from topics import No, Topic

NESTED = Topic("nested", "Lists, structs, maps, and these inside one another.")
JSON = Topic("json", "Columns of type json: the text of any value, byte for byte.")
NULLS = Topic("nulls", "Null, absence and required columns.")
KEYS = Topic("keys", "Keys: twice, escaped, in any order, read by nobody.")
TOPICS = [NESTED, JSON, NULLS, KEYS]

NESTED.values(
    "list<int32>",
    ("[]", [], "empty"),
    ("[1]", [1]),
    ("[1,2,3]", [1, 2, 3]),
    ("[ 1 , 2 ]", [1, 2], "blanks"),
    ("[\t]", [], "a tab inside"),
    ("[1,null,3]", [1, None, 3]),
    ("[null]", [None]),
    ("null", None),
    ("[1.0,1e1]", [1, 10]),
    ("[1,2.5]", No("precision")),
    ("[1,2147483648]", No("range")),
    ('[1,"2"]', No("type", [1, 2]), "a text among numbers"),
    ("[1,[2]]", No("type"), "a list among numbers"),
    ("[[1]]", No("type"), "a list of a list"),
    ("1", No("type", [1]), "a bare number"),
    ('"[1]"', No("type", [1]), "text of a list"),
    ("{}", No("type"), "an object"),
    ('{"0":1}', No("type"), "an object of numbered keys"),
    ("[1,]", No("syntax", [1])),
    ("[,1]", No("syntax")),
    ("[1,,2]", No("syntax")),
    ("[1 2]", No("syntax", [1, 2])),
    ("[1", No("syntax")),
    ("[1}", No("syntax")),
    ("[" + ",".join(str(n) for n in range(100)) + "]", [*range(100)], "a hundred numbers"),
)
NESTED.values(
    "list<string>",
    ('["a","","\\u0062"]', ["a", "", "b"], "texts"),
    ('["a",null]', ["a", None], "a null among texts"),
    ('["a",1]', No("type", ["a", "1"]), "a number among texts"),
    ('["\\ud800"]', No("surrogate"), "half a pair"),
)
NESTED.values("list<decimal(10,2)>", ("[1.10,-0.01]", ["1.10", "-0.01"]), ("[1.101]", No("precision")))
NESTED.values("list<enum>", ('["A","B","A"]', ["A", "B", "A"], "texts"), ("[1]", No("type", ["1"])))
NESTED.values(
    "list<date>", ('["2024-02-29"]', [19782], "a date"), ('["2023-02-29"]', No("format"), "no date")
)
NESTED.values(
    "list<list<int32>>",
    ("[]", []),
    ("[[]]", [[]]),
    ("[[1],[],[2,3]]", [[1], [], [2, 3]]),
    ("[[1],null,[null]]", [[1], None, [None]]),
    ("[1]", No("type")),
    ("[[1],2]", No("type")),
    ("[[1],[true]]", No("type")),
)
NESTED.values("list<list<list<bool>>>", ("[[[true]],[[],[false,null]]]", [[[True]], [[], [False, None]]]))
REQUIRED_ITEMS = {"shown": "list of required", "type": "list", "item": {"type": "int32", "nullable": False}}
NESTED.values(REQUIRED_ITEMS, ("[1,2]", [1, 2]), ("[1,null]", No("null")), ("[]", []))

PLAIN = "struct<a: int32, b: string>"
NESTED.values(
    PLAIN,
    ('{"a":1,"b":"x"}', {"a": 1, "b": "x"}, "both"),
    ('{"b":"x","a":1}', {"a": 1, "b": "x"}, "the other order"),
    ('{ "a" : 1 }', {"a": 1, "b": None}, "one absent, blanks"),
    ("{}", {"a": None, "b": None}, "empty"),
    ("null", None),
    ('{"a":null,"b":null}', {"a": None, "b": None}, "nulls"),
    ('{"a":1,"z":[{"a":2}],"b":"x"}', {"a": 1, "b": "x"}, "an unread key"),
    ('{"z":1}', {"a": None, "b": None}, "an unread key alone"),
    ('{"a":1,"a":2}', No("duplicate_key", {"a": 1, "b": None}, {"a": 2, "b": None}), "a key twice"),
    ('{"\\u0061":1}', {"a": 1, "b": None}, "an escaped key"),
    ('{"A":1}', {"a": None, "b": None}, "a key of another case"),
    ('{"a":"1"}', No("type", {"a": 1, "b": None}), "text of a number"),
    ("[]", No("type"), "a list"),
    ("[1]", No("type", {"a": 1, "b": None}), "a list of one"),
    ('[1,"x"]', No("type", {"a": 1, "b": "x"}), "a list of the values"),
    ('"a"', No("type"), "text"),
    ("1", No("type"), "a number"),
    ('{"a":1', No("syntax"), "no closing brace"),
    ('{"a":1,}', No("syntax", {"a": 1, "b": None}), "a comma at the end"),
    ('{"a" 1}', No("syntax"), "no colon"),
    ('{"a":}', No("syntax"), "no value"),
    ("{a:1}", No("syntax", {"a": 1, "b": None}), "no quotes"),
    ('{"a":1]', No("syntax"), "the wrong bracket"),
)
MONEY = "struct<Currency: enum, Net: decimal(38,10), Taxes: list<struct<Code: enum, Value: decimal(38,10)>>>"
NESTED.values(
    MONEY,
    (
        '{"Currency":"EUR","Net":93.46,"Taxes":[{"Code":"A","Value":0.1},null,{}]}',
        {
            "Currency": "EUR",
            "Net": "93.4600000000",
            "Taxes": [
                {"Code": "A", "Value": "0.1000000000"},
                None,
                {"Code": None, "Value": None},
            ],
        },
        "full",
    ),
    (
        '{"Taxes":[],"Net":-1E-10,"Currency":null}',
        {"Currency": None, "Net": "-0.0000000001", "Taxes": []},
        "shuffled",
    ),
    ('{"Taxes":[{"Code":"A","Value":1e-11}]}', No("precision"), "a digit too many, deep inside"),
    (
        '{"Taxes":[{"Code":"A","Value":"1"}]}',
        No("type", {"Currency": None, "Net": None, "Taxes": [{"Code": "A", "Value": "1.0000000000"}]}),
        "text of a number, deep inside",
    ),
)
NESTED.values(
    "struct<a: struct<b: struct<c: struct<d: int64>>>>",
    ('{"a":{"b":{"c":{"d":9007199254740993}}}}', {"a": {"b": {"c": {"d": 9007199254740993}}}}, "four deep"),
    ('{"a":{"b":{"c":null}}}', {"a": {"b": {"c": None}}}, "null three deep"),
    ('{"a":{"b":{"c":{"d":1.5}}}}', No("precision"), "a fraction four deep"),
    (
        '{"a":{"b":{"c":{"d":1,"d":1}}}}',
        No("duplicate_key", {"a": {"b": {"c": {"d": 1}}}}),
        "a key twice, four deep",
    ),
)
STRICT_INSIDE = {
    "shown": "struct of required",
    "type": "struct",
    "fields": [{"name": "a", "type": "int32", "nullable": False}],
}
NESTED.values(
    dict(STRICT_INSIDE),
    ('{"a":1}', {"a": 1}, "there"),
    ("null", None),
    ("{}", No("missing"), "absent"),
    ('{"a":null}', No("null"), "null inside"),
)
NESTED.values(
    "map<string, int32>",
    ("{}", [], "empty"),
    ('{"a":1}', [["a", 1]], "one"),
    ('{"b":1,"a":2}', [["b", 1], ["a", 2]], "in the order of the text"),
    ('{"":1}', [["", 1]], "the empty key"),
    ('{"a":null}', [["a", None]], "a null"),
    ('{"a b":1,"é":2,"\\u00e8":3}', [["a b", 1], ["é", 2], ["è", 3]], "keys of every kind"),
    ('{"a":1,"A":2}', [["a", 1], ["A", 2]], "keys that differ in case"),
    ("null", None),
    ('{"a":1,"a":2}', No("duplicate_key", [["a", 1]], [["a", 2]], [["a", 1], ["a", 2]]), "a key twice"),
    (
        '{"a":1,"\\u0061":1}',
        No("duplicate_key", [["a", 1]], [["a", 1], ["a", 1]]),
        "a key twice, once escaped",
    ),
    ('{"a":"1"}', No("type", [["a", 1]]), "text of a number"),
    ('{"a":1.5}', No("precision"), "a fraction"),
    ('{"\\ud800":1}', No("surrogate"), "half a pair in a key"),
    ("{1:1}", No("syntax", [["1", 1]]), "a number for a key"),
    ('[["a",1]]', No("type", [["a", 1]]), "a list of pairs"),
    ('[{"key":"a","value":1}]', No("type", [["a", 1]]), "a list of entries"),
    ("[]", No("type", []), "an empty list"),
    ('{"a":1,}', No("syntax", [["a", 1]]), "a comma at the end"),
)
NESTED.values(
    "map<string, list<string>>",
    ('{"x":["1","2"],"y":[],"z":null}', [["x", ["1", "2"]], ["y", []], ["z", None]], "lists"),
    ('{"x":"1"}', No("type", [["x", ["1"]]]), "a text for a list"),
)
NESTED.values(
    "list<map<string, struct<a: bool>>>",
    ('[{"k":{"a":true}},{},null]', [[["k", {"a": True}]], [], None], "objects of objects"),
    ('[{"k":{"a":1}}]', No("type", [[["k", {"a": True}]]]), "a number for a boolean"),
)
PAIR = [{"name": "n", "type": "int32"}, {"name": "l", "type": "list<struct<a: int32, b: list<string>>>"}]
NESTED.lines(
    "a bad row leaves nothing behind",
    PAIR,
    '{"n":1,"l":[{"a":1,"b":["x"]}]}\n'
    '{"n":2,"l":[{"a":2,"b":["y","z"]},{"a":3,"b":[4]}]}\n'
    '{"n":3,"l":[{"a":5,"b":["w"]}]}\n',
    {"n": 1, "l": [{"a": 1, "b": ["x"]}]},
    No("type", {"n": 2, "l": [{"a": 2, "b": ["y", "z"]}, {"a": 3, "b": ["4"]}]}),
    {"n": 3, "l": [{"a": 5, "b": ["w"]}]},
)
NESTED.lines(
    "null, empty and full lists in turn",
    [{"name": "v", "type": "list<int32>"}],
    '{"v":null}\n{"v":[]}\n{}\n{"v":[1]}\n{"v":[]}\n{"v":[2,3]}\n',
    *({"v": value} for value in (None, [], None, [1], [], [2, 3])),
)

KEPT = [
    ("1.10", "a last zero"),
    ("1e400", "beyond every double"),
    ("-0.0", "minus zero"),
    ("1E+2", "a capital E"),
    ("123456789012345678901234567890.123456789", "39 digits"),
    ("9007199254740993", "no double is this number"),
    ("true", "true"),
    ('""', "empty text"),
    ('"x"', "a text"),
    ('"\\u0041\\/\\n"', "escapes"),
    ('"é"', "a character of two bytes"),
    ("[]", "an empty list"),
    ("{}", "an empty object"),
    ("[ ]", "a blank in a list"),
    ("{\t}", "a tab in an object"),
    ('{"a" : [1, {} ,[]]}', "blanks"),
    ('{"b":1,"a":2}', "keys out of order"),
    ('{"a":1,"a":2}', "a key twice"),
    ('{"a":{"a":{"a":1}}}', "a key at three depths"),
    ('{"":0}', "an empty key"),
    ('{"\\u0061":1}', "an escaped key"),
    ('[1,"1",null,true,{"x":[]}]', "a value of every type"),
    ("[0.1,0.10,1e-1]", "one number in three spellings"),
    ("[" + "[" * 40 + "]" * 40 + "]", "forty levels"),
    ('{"v":{"v":1}}', "the name of the column inside"),
]
JSON.values("json", *((text, text, name) for text, name in KEPT))
JSON.values(
    "json",
    ("null", None),
    (" 1 ", "1", "blanks around"),
    ("[\r]", "[\r]", "a carriage return inside"),
    ("[1,]", No("syntax", "[1]")),
    ('{"a":}', No("syntax")),
    ('{"a" 1}', No("syntax")),
    ("{1:1}", No("syntax")),
    ("{,}", No("syntax")),
    ("[1}", No("syntax")),
    ("[01]", No("syntax", "[1]")),
    ('["\\ud800"]', No("surrogate", '["\\ud800"]'), "half a pair"),
    ('{"\\udc00":1}', No("surrogate", '{"\\udc00":1}'), "half a pair in a key"),
    ("undefined", No("syntax")),
)
JSON.values("json", ("0", "0"), ("null", No("null")), nullable=False)
JSON.values("list<json>", ('[1,"a",null,{"b":[2]}]', ["1", '"a"', None, '{"b":[2]}'], "of every type"))
JSON.values("map<string, json>", ('{"a":1.0,"b":[ ]}', [["a", "1.0"], ["b", "[ ]"]], "two"))

TWO = [{"name": "a", "type": "int32"}, {"name": "b", "type": "string"}]
NULLS.lines(
    "an absent key",
    TWO,
    '{"a":1}\n{"b":"x"}\n{}\n',
    {"a": 1, "b": None},
    {"a": None, "b": "x"},
    {"a": None, "b": None},
)
NULLS.lines(
    "null and absence are one",
    TWO,
    '{"a":null,"b":null}\n{}\n',
    {"a": None, "b": None},
    {"a": None, "b": None},
)
for kind, one, text in [
    ("int32", 1, "1"),
    ("uint64", 1, "1"),
    ("float64", "1.5", "1.5"),
    ("bool", False, "false"),
    ("string", "", '""'),
    ("enum", "A", '"A"'),
    ("decimal(5,1)", "1.5", "1.5"),
    ("date", 0, '"1970-01-01"'),
    ("timestamp_us", 0, '"1970-01-01T00:00:00Z"'),
    ("uuid", "00000000-0000-0000-0000-000000000000", '"00000000-0000-0000-0000-000000000000"'),
    ("duration", "P1D", '"P1D"'),
    ("list<int32>", [], "[]"),
    ("map<string,int32>", [], "{}"),
    ("struct<a:int32>", {"a": None}, "{}"),
]:
    # A type written with brackets cannot say more of its parts, but may itself be required.
    NULLS.lines(
        f"{kind}, nullable: null between values",
        [{"name": "v", "type": kind}],
        f'{{"v":{text}}}\n{{"v":null}}\n{{}}\n{{"v":{text}}}\n',
        *({"v": value} for value in (one, None, None, one)),
    )
    NULLS.lines(
        f"{kind}, required: there, null, absent",
        [{"name": "v", "type": kind, "nullable": False}],
        f'{{"v":{text}}}\n{{"v":null}}\n{{}}\n{{"v":{text}}}\n',
        *({"v": one}, No("null"), No("missing"), {"v": one}),
    )
NULLS.values(
    "int32",
    ("nul", No("syntax")),
    ("Null", No("syntax")),
    ("NULL", No("syntax", None)),
    ("nulll", No("syntax")),
    ("None", No("syntax")),
)
NULLS.values("string", ('"null"', "null", "text null"), ('"\\u0000"', "\0", "NUL, required"), nullable=False)
NULLS.lines(
    "the second of two required columns",
    [{"name": "a", "type": "int32", "nullable": False}, {"name": "b", "type": "int32", "nullable": False}],
    '{"a":1}\n{"b":1}\n{"b":2,"a":1}\n',
    No("missing"),
    No("missing"),
    {"a": 1, "b": 2},
)

V = [{"name": "v", "type": "int32"}]
one, both = {"v": 1}, ({"v": 1}, {"v": 2})
for name, line, wanted in [
    ("twice, the same value", '{"v":1,"v":1}', No("duplicate_key", one)),
    ("twice, other values", '{"v":1,"v":2}', No("duplicate_key", *both)),
    ("twice, null first", '{"v":null,"v":1}', No("duplicate_key", one, {"v": None})),
    ("twice, null last", '{"v":1,"v":null}', No("duplicate_key", one, {"v": None})),
    ("twice, other keys between", '{"v":1,"x":0,"y":[],"v":2}', No("duplicate_key", *both)),
    ("twice, once escaped", '{"v":1,"\\u0076":2}', No("duplicate_key", *both)),
    ("twice, both escaped", '{"\\u0076":1,"\\u0076":2}', No("duplicate_key", *both)),
    ("three times", '{"v":1,"v":2,"v":3}', No("duplicate_key", *both, {"v": 3})),
    ("an unread one twice", '{"x":1,"v":1,"x":2}', one),
    ("an unread one twice, inside", '{"v":1,"x":{"v":1,"v":2}}', one),
    ("escaped", '{"\\u0076":1}', one),
    ("escaped in capitals", '{"\\u0056":1}', {"v": None}),
    ("another case", '{"V":1}', {"v": None}),
    ("both cases", '{"v":1,"V":2}', one),
    ("a longer one", '{"vv":1}', {"v": None}),
    ("the empty one", '{"":1}', {"v": None}),
    ("with a blank", '{"v ":1}', {"v": None}),
    ("with NUL", '{"v\\u0000":1}', {"v": None}),
    ("with a point", '{"v.v":1,"v":1}', one),
    ("the name inside another object", '{"x":{"v":2}}', {"v": None}),
    ("the name as a value", '{"x":"v","v":1}', one),
    ("the name in a list", '{"x":["v",{"v":2}],"v":1}', one),
    ("quotes in an unread one", '{"a\\"v\\":2,\\"":0,"v":1}', one),
    ("a bracket in an unread one", '{"}":0,"{":"[","v":1}', one),
    ("an unread object", '{"x":{"a":[1,{"b":null}]},"v":1}', one),
    ("an unread text of JSON", '{"x":"{\\"v\\":2}","v":1}', one),
    ("an unread large number", '{"x":1e999,"y":-0.0,"v":1}', one),
    ("an unread text with every escape", '{"x":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041","v":1}', one),
    ("half a pair in an unread value", '{"x":"\\ud800","v":1}', No("surrogate", one)),
    ("half a pair in an unread key", '{"\\udc00":0,"v":1}', No("surrogate", one)),
    ("unread, no value", '{"x":,"v":1}', No("syntax")),
    ("unread, bad word", '{"x":trve,"v":1}', No("syntax")),
    ("unread, bad escape", '{"x":"\\q","v":1}', No("syntax")),
    ("unread, leading zero", '{"x":01,"v":1}', No("syntax", one)),
    ("unread, NaN", '{"v":1,"x":NaN}', No("syntax", one)),
    ("unread, wrong bracket", '{"v":1,"x":[1}}', No("syntax")),
    ("unread, raw control character", '{"v":1,"x":"\x01"}', No("syntax")),
    ("unread, comma at the end", '{"v":1,"x":[1,]}', No("syntax", one)),
    ("no colon", '{"v" 1}', No("syntax")),
    ("two colons", '{"v"::1}', No("syntax")),
    ("an equals sign", '{"v"=1}', No("syntax")),
    ("no comma", '{"v":1 "x":2}', No("syntax", one)),
    ("two commas", '{"v":1,,"x":2}', No("syntax", one)),
    ("a comma first", '{,"v":1}', No("syntax", one)),
    ("a comma last", '{"v":1,}', No("syntax", one)),
    ("no quotes", "{v:1}", No("syntax", one)),
    ("apostrophes", "{'v':1}", No("syntax", one)),
    ("a number", "{1:1}", No("syntax")),
    ("null for one", "{null:1}", No("syntax")),
    ("a key without a value", '{"v"}', No("syntax")),
    ("a value without a key", "{1}", No("syntax")),
]:
    KEYS.lines(name, V, line + "\n", wanted)
ABC = [{"name": name, "type": "int32"} for name in "abc"]
for order in ("abc", "acb", "bac", "bca", "cab", "cba"):
    line = ",".join(f'"{key}":{n}' for n, key in enumerate(order))
    KEYS.lines(f"in the order {order}", ABC, f"{{{line}}}\n", {key: order.index(key) for key in "abc"})
KEYS.lines(
    "an order that changes from row to row",
    ABC,
    "".join(
        f"{{{','.join(f'{chr(34)}{key}{chr(34)}:{ord(key)}' for key in order)}}}\n"
        for order in ("abc", "cba", "abc", "b", "ca", "abc")
    ),
    *(
        {key: ord(key) if key in order else None for key in "abc"}
        for order in ("abc", "cba", "abc", "b", "ca", "abc")
    ),
)
KEYS.lines(
    "a key twice after rows of one order",
    ABC,
    '{"a":1,"b":2,"c":3}\n' * 3 + '{"a":1,"b":2,"c":3,"a":1}\n{"a":4,"b":5,"c":6}\n',
    *[{"a": 1, "b": 2, "c": 3}] * 3,
    No("duplicate_key", {"a": 1, "b": 2, "c": 3}),
    {"a": 4, "b": 5, "c": 6},
)
for name, key, spelt in [
    ("a quote in a name", 'a"b', 'a\\"b'),
    ("a backslash in a name", "back\\slash", "back\\\\slash"),
    ("a line end in a name", "two\nlines", "two\\nlines"),
    ("a name beyond ASCII", "né", "n\\u00e9"),
    ("the same, raw", "né", "né"),
    ("a name of four-byte characters", "\U0001f600", "\\ud83d\\ude00"),
    ("a blank in a name", "a b", "a b"),
    ("a name of a hundred letters", "k" * 100, "k" * 100),
    ("a point in a name", "a.b", "a.b"),
    ("a name that is a number", "1", "1"),
    ("a word of SQL for a name", "select", "select"),
]:
    KEYS.lines(name, [{"name": key, "type": "int32"}], f'{{"{spelt}":7}}\n', {key: 7})
KEYS.lines(
    "names that differ in case",
    [{"name": "a", "type": "int32"}, {"name": "A", "type": "int32"}],
    '{"a":1,"A":2}\n{"A":3}\n',
    {"a": 1, "A": 2},
    {"a": None, "A": 3},
)
KEYS.lines(
    "names that begin alike",
    [{"name": name, "type": "int32"} for name in ("Id", "IdA", "IdAB")],
    '{"IdAB":3,"Id":1,"IdA":2}\n{"I":0,"IdABC":0}\n',
    {"Id": 1, "IdA": 2, "IdAB": 3},
    {"Id": None, "IdA": None, "IdAB": None},
)
