"""Text: escapes, surrogates, control characters, UTF-8, and enums."""

from topics import No, Topic

STRINGS = Topic("strings", "Text: every escape, surrogate pairs, control characters, long ones.")
UTF8 = Topic("utf8", "UTF-8: every class of well-formed and ill-formed sequences.")
ENUMS = Topic("enums", "Enums: text of any value, the same as strings.")
TOPICS = [STRINGS, UTF8, ENUMS]

SMILE = "\U0001f600"

STRINGS.values(
    "string",
    ('""', "", "empty"),
    ('" "', " ", "a blank"),
    ('"a"', "a"),
    ('"null"', "null", "the word null"),
    ('"true"', "true", "the word true"),
    ('"12"', "12", "digits"),
    ('"it\'s"', "it's", "an apostrophe"),
    ('"{}[],:"', "{}[],:", "structural characters"),
    ('"// no comment"', "// no comment"),
    ('"\\""', '"'),
    ('"\\\\"', "\\"),
    ('"\\/"', "/"),
    ('"/"', "/", "a bare slash"),
    ('"\\b"', "\b"),
    ('"\\f"', "\f"),
    ('"\\n"', "\n"),
    ('"\\r"', "\r"),
    ('"\\t"', "\t"),
    ('"\\\\n"', "\\n", "a backslash before n"),
    ('"\\\\\\""', '\\"', "a backslash and a quote"),
    ('"a\\\\"', "a\\", "a backslash at the end"),
    ('"\\u0000"', "\0"),
    ('"a\\u0000b"', "a\0b", "NUL between letters"),
    ('"\\u0001"', "\x01"),
    ('"\\u001f"', "\x1f"),
    ('"\\u007F"', "\x7f"),
    ('"\x7f"', "\x7f", "a raw DEL"),
    ('"\\u0022"', '"'),
    ('"\\u005c"', "\\"),
    ('"\\u005Cn"', "\\n", "an escaped backslash, then n"),
    ('"\\u0041"', "A"),
    ('"\\u00e9"', "é"),
    ('"\\u00E9"', "é", "capital hex digits"),
    ('"\\u20aC"', "€", "hex digits of both cases"),
    ('"\\ufeff"', "\ufeff", "an escaped byte order mark"),
    ('"\\ufffd"', "\ufffd", "an escaped replacement character"),
    ('"\\uFFFE"', "\ufffe", "an escaped noncharacter"),
    ('"\\ufdd0"', "\ufdd0", "a noncharacter of the middle"),
    ('"\\u2028\\u2029"', "\u2028\u2029", "escaped line separators"),
    ('"\u2028\u2029"', "\u2028\u2029", "raw line separators"),
    ('"\x85"', "\x85", "a raw next-line"),
    ('"\u00a0"', "\u00a0", "a raw no-break space"),
    ('"\\ud83d\\ude00"', SMILE, "a pair of surrogates"),
    ('"\\uD83D\\uDE00"', SMILE, "a pair in capitals"),
    ('"\\ud800\\udc00"', "\U00010000", "the first pair"),
    ('"\\udbff\\udfff"', "\U0010ffff", "the last pair"),
    ('"a\\ud83d\\ude00b\\ud83d\\ude01"', f"a{SMILE}b\U0001f601", "two pairs with letters"),
    ('"\\ud7ff\\ue000"', "\ud7ff\ue000", "the neighbours of the surrogates"),
    ('"\\ud800"', No("surrogate"), "a high half"),
    ('"\\udbff"', No("surrogate"), "the last high half"),
    ('"\\udc00"', No("surrogate"), "a low half"),
    ('"\\udfff"', No("surrogate"), "the last low half"),
    ('"\\ude00\\ud83d"', No("surrogate"), "a pair the wrong way round"),
    ('"\\ud83d\\ud83d\\ude00"', No("surrogate"), "a half before a pair"),
    ('"\\ud83d\\ude00\\ude00"', No("surrogate"), "a half after a pair"),
    ('"\\ud83dx"', No("surrogate"), "a high half and a letter"),
    ('"\\ud83d\\n"', No("surrogate"), "a high half and another escape"),
    ('"\\ud83d\\u0041"', No("surrogate"), "a high half and an escaped letter"),
    ('"\\ud83d' + SMILE + '"', No("surrogate"), "a high half and a raw character"),
    ('"\\ud83d\\\\ude00"', No("surrogate"), "a high half and a backslash before the low"),
    ('"\\x41"', No("syntax", "A"), "an escape of two digits"),
    ('"\\a"', No("syntax")),
    ('"\\\'"', No("syntax", "'"), "an escaped apostrophe"),
    ('"\\0"', No("syntax", "\0")),
    ('"\\v"', No("syntax", "\v")),
    ('"\\U0041"', No("syntax"), "a capital U"),
    ('"\\u004"', No("syntax"), "three hex digits"),
    ('"\\u"', No("syntax"), "no hex digits"),
    ('"\\u00g1"', No("syntax"), "a letter that is no hex digit"),
    ('"\\u+041"', No("syntax"), "a sign among hex digits"),
    ('"\\u 041"', No("syntax"), "a blank among hex digits"),
    ('"\\u{41}"', No("syntax", "A"), "braces around hex digits"),
    ('"\\é"', No("syntax"), "an escaped character of two bytes"),
    ('"a\tb"', No("syntax", "a\tb"), "a raw tab"),
    ('"a\rb"', No("syntax", "a\rb"), "a raw carriage return"),
    ('"\0"', No("syntax", "\0"), "a raw NUL"),
    ('"\x01"', No("syntax", "\x01"), "a raw control character"),
    ('"\x1f"', No("syntax", "\x1f"), "the last raw control character"),
    ('"\x1b[1m"', No("syntax", "\x1b[1m"), "a raw escape sequence"),
    ("'a'", No("syntax", "a"), "apostrophes for quotes"),
    ("a", No("syntax", "a"), "no quotes"),
    ('"a" "b"', No("syntax"), "two in a row"),
    ('"a', No("syntax"), "no closing quote"),
    ('"a\\"', No("syntax"), "a closing quote that is escaped"),
    ('"\\', No("syntax"), "a backslash at the end of the line"),
    ("“a”", No("syntax"), "typographic quotes"),
    ("12", No("type", "12"), "a number"),
    ("1.50", No("type", "1.50", "1.5"), "a number with a last zero"),
    ("true", No("type", "true")),
    ("[]", No("type", "[]"), "a list"),
    ('{"a":1}', No("type", '{"a":1}', '{"a": 1}'), "an object"),
    ("null", None),
)
for length in (7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 200):
    # Lengths around the blocks in which text is looked at.
    text = "0123456789" * (length // 10 + 1)
    STRINGS.values("string", (f'"{text[:length]}"', text[:length], f"{length} letters"))
for at in (1, 15, 31, 32, 63):
    STRINGS.values(
        "string",
        ('"' + "x" * at + '\\n"', "x" * at + "\n", f"an escape after {at} letters"),
        (
            '"' + "x" * at + '\x1f"',
            No("syntax", "x" * at + "\x1f"),
            f"a control character after {at} letters",
        ),
    )
STRINGS.values(
    "string",
    ('"' + "\\\\" * 40 + '"', "\\" * 40, "forty backslashes"),
    ('"' + "\\\\" * 40 + '\\""', "\\" * 40 + '"', "forty backslashes and a quote"),
    ('"' + "\\u0041" * 50 + '"', "A" * 50, "fifty escapes"),
    ('"' + "é" * 70 + '"', "é" * 70, "seventy characters of two bytes"),
    ('"' + SMILE * 40 + '"', SMILE * 40, "forty characters of four bytes"),
    ('"' + "x" * 62 + "é" + '"', "x" * 62 + "é", "two bytes across a block of 64"),
)
STRINGS.values(
    "string_view",
    ('"as it stands"', "as it stands"),
    ('"with \\u0061n escape"', "with an escape"),
    ('"' + "long " * 20 + '"', "long " * 20, "long"),
    ('"\\ud800"', No("surrogate"), "a high half"),
    ("7", No("type", "7"), "a number"),
)


def utf8(name, data, wanted):
    UTF8.values("string", (b'"' + data + b'"', wanted, name))


for name, character in [
    ("two bytes, the first", "\u0080"),
    ("two bytes, the last", "\u07ff"),
    ("three bytes, the first", "\u0800"),
    ("three bytes, the last before the surrogates", "\ud7ff"),
    ("three bytes, the first after the surrogates", "\ue000"),
    ("three bytes, the last", "\uffff"),
    ("three bytes, the replacement character", "\ufffd"),
    ("three bytes, a byte order mark", "\ufeff"),
    ("four bytes, the first", "\U00010000"),
    ("four bytes, the last", "\U0010ffff"),
    ("four bytes, a noncharacter", "\U0001fffe"),
    ("a combining accent", "e\u0301"),
    ("letters that join", "\U0001f468\u200d\U0001f469"),
]:
    utf8(name, character.encode(), character)
for name, data in [
    ("a byte that continues nothing, the first", b"\x80"),
    ("a byte that continues nothing, the last", b"\xbf"),
    ("a letter in Latin-1", b"caf\xe9"),
    ("C0: overlong NUL", b"\xc0\x80"),
    ("C0: overlong slash", b"\xc0\xaf"),
    ("C1: overlong letter", b"\xc1\x81"),
    ("E0: overlong, the first", b"\xe0\x80\x80"),
    ("E0: overlong, the last", b"\xe0\x9f\xbf"),
    ("F0: overlong, the first", b"\xf0\x80\x80\x80"),
    ("F0: overlong, the last", b"\xf0\x8f\xbf\xbf"),
    ("ED: the first surrogate", b"\xed\xa0\x80"),
    ("ED: the last surrogate", b"\xed\xbf\xbf"),
    ("ED: a pair of surrogates", b"\xed\xa0\xbd\xed\xb8\x80"),
    ("F4: the first above U+10FFFF", b"\xf4\x90\x80\x80"),
    ("F5: above U+10FFFF", b"\xf5\x80\x80\x80"),
    ("F8: five bytes", b"\xf8\x88\x80\x80\x80"),
    ("FC: six bytes", b"\xfc\x84\x80\x80\x80\x80"),
    ("FE", b"\xfe"),
    ("FF", b"\xff"),
    ("two bytes, cut after one", b"\xc3"),
    ("three bytes, cut after one", b"\xe2"),
    ("three bytes, cut after two", b"\xe2\x82"),
    ("four bytes, cut after one", b"\xf0"),
    ("four bytes, cut after two", b"\xf0\x9f"),
    ("four bytes, cut after three", b"\xf0\x9f\x98"),
    ("two bytes, a letter for the second", b"\xc3\x28"),
    ("three bytes, a letter for the second", b"\xe2\x28\xa1"),
    ("three bytes, a letter for the third", b"\xe2\x82\x28"),
    ("four bytes, a letter for the second", b"\xf0\x28\x8c\xbc"),
    ("four bytes, a letter for the third", b"\xf0\x90\x28\xbc"),
    ("four bytes, a letter for the last", b"\xf0\x9f\x98\x28"),
    ("a good one, then one byte too many", b"\xc3\xa9\xa9"),
    ("sixty letters, then a bad byte", b"x" * 60 + b"\xff"),
    ("UTF-16", b"a\0"[:1] + b"\xfe\xff"),
]:
    utf8(name, data, No("utf8"))
V = [{"name": "v", "type": "int32"}]
UTF8.lines("a bad byte in an unread value", V, b'{"x":"\xff","v":1}\n', No("utf8"))
UTF8.lines("an overlong sequence in an unread value", V, b'{"x":"\xc0\xaf","v":1}\n', No("utf8"))
UTF8.lines("a surrogate in an unread value", V, b'{"v":1,"x":["\xed\xa0\x80"]}\n', No("utf8"))
UTF8.lines("a bad byte in an unread key", V, b'{"\xc3\x28":0,"v":1}\n', No("utf8"))
UTF8.lines("a cut sequence in an unread key", V, b'{"v":1,"a\xe2\x82":0}\n', No("utf8"))
UTF8.lines("a bad byte outside strings", V, b'{"v":\xff}\n', No("syntax"))
UTF8.lines("a no-break space outside strings", V, '{"v":\u00a01}\n', No("syntax", {"v": 1}))
UTF8.lines(
    "a bad byte in a json column", [{"name": "v", "type": "json"}], b'{"v":["a","\xf0\x9f"]}\n', No("utf8")
)
UTF8.lines(
    "a bad byte in a key of a map",
    [{"name": "v", "type": "map<string,int32>"}],
    b'{"v":{"\xff":1}}\n',
    No("utf8"),
)
UTF8.lines(
    "one bad row among good ones",
    [{"name": "v", "type": "string"}],
    b'{"v":"\xc3\xa9"}\n{"v":"\xe9"}\n{"v":"e"}\n',
    {"v": "é"},
    No("utf8"),
    {"v": "e"},
)

ENUMS.values(
    "enum",
    ('"Confirmed"', "Confirmed"),
    ('""', "", "empty"),
    ('"Non\\u0063onfirmed"', "Nonconfirmed", "an escape"),
    ('"null"', "null", "the word null"),
    ("null", None),
    ("3", No("type", "3"), "a number"),
    ("true", No("type", "true")),
    ('["A"]', No("type", '["A"]'), "a list"),
    ('"\\udead"', No("surrogate"), "half a pair"),
    ('"A', No("syntax"), "no closing quote"),
    ('"' + "é" * 30 + '"', "é" * 30, "long"),
)
E = [{"name": "v", "type": "enum"}]
ENUMS.lines(
    "the same texts again and again",
    E,
    "".join(f'{{"v":"{text}"}}\n' for text in "ABABCA"),
    *({"v": text} for text in "ABABCA"),
)
ENUMS.lines(
    "one text in two spellings",
    E,
    '{"v":"A"}\n{"v":"\\u0041"}\n{"v":"a"}\n',
    {"v": "A"},
    {"v": "A"},
    {"v": "a"},
)
ENUMS.lines(
    "a bad row between texts",
    E,
    '{"v":"A"}\n{"v":"B","v":"B"}\n{"v":"C"}\n',
    {"v": "A"},
    No("duplicate_key", {"v": "B"}),
    {"v": "C"},
)
ENUMS.lines(
    "forty texts",
    E,
    "".join(f'{{"v":"text {n}"}}\n' for n in range(40)),
    *({"v": f"text {n}"} for n in range(40)),
)
