"""What a line is, and what a row is."""

from topics import No, Topic

FRAMING = Topic("framing", "Lines: their ends, blank ones, the byte order mark, a last one that is cut.")
ROWS = Topic("rows", "Rows: one object in a line, and nothing else; depth and length.")
TOPICS = [FRAMING, ROWS]

V = [{"name": "v", "type": "int32"}]
MARK = "\ufeff"
one, two, three = ({"v": n} for n in (1, 2, 3))

for name, data, *wanted in [
    ("nothing at all", ""),
    ("one line", '{"v":1}\n', one),
    ("three lines", '{"v":1}\n{"v":2}\n{"v":3}\n', one, two, three),
    ("no line end at the end", '{"v":1}\n{"v":2}', one, two),
    ("one line without an end", '{"v":1}', one),
    ("CRLF", '{"v":1}\r\n{"v":2}\r\n', one, two),
    ("CRLF, none at the end", '{"v":1}\r\n{"v":2}', one, two),
    ("CRLF and LF mixed", '{"v":1}\r\n{"v":2}\n{"v":3}\r\n', one, two, three),
    ("two CR before LF", '{"v":1}\r\r\n{"v":2}\n', one, two),
    ("a CR at the end", '{"v":1}\n{"v":2}\r', one, two),
    ("CR alone does not end a line", '{"v":1}\r{"v":2}\n', No("syntax", [one, two])),
    ("a blank line first", '\n{"v":1}\n', one),
    ("a blank line between", '{"v":1}\n\n{"v":2}\n', one, two),
    ("blank lines at the end", '{"v":1}\n\n\n', one),
    ("blank lines alone", "\n\n\n"),
    ("lines of blanks and tabs", ' \n\t\n{"v":1}\n  \t ', one),
    ("blank lines of CRLF", '\r\n{"v":1}\r\n\r\n', one),
    ("blanks around the object", ' \t{"v":1}\t \n', one),
    ("blanks around every token", ' { "v" : 1 , "x" : [ 1 , 2 ] } \n', one),
    ("tabs around every token", '{\t"v"\t:\t1\t}\n', one),
    ("CR around every token", '{\r"v"\r:\r1\r}\n', one),
    ("a form feed between tokens", '{"v":\f1}\n', No("syntax", one)),
    ("a vertical tab between tokens", '{"v":\v1}\n', No("syntax", one)),
    ("a next-line between tokens", '{"v":\x851}\n', No("syntax", one)),
    ("an object over two lines", '{"v":\n1}\n', No("syntax", one), No("syntax", [])),
    ("an object over four lines", '{\n"v":1\n}\n', No("syntax", one), No("syntax", []), No("syntax", [])),
    ("a line end inside a text", '{"v":1,"x":"a\nb"}\n', No("syntax", one), No("syntax", [])),
    ("a byte order mark", MARK + '{"v":1}\n{"v":2}\n', one, two),
    ("a byte order mark and CRLF", MARK + '{"v":1}\r\n', one),
    ("a byte order mark and a blank line", MARK + '\n{"v":1}\n', one),
    ("a byte order mark alone", MARK),
    ("a byte order mark and a blank", MARK + ' {"v":1}\n', one),
    ("two byte order marks", MARK * 2 + '{"v":1}\n', No("syntax", one)),
    ("a byte order mark in the second line", '{"v":1}\n' + MARK + '{"v":2}\n', one, No("syntax", two)),
    ("a byte order mark after a blank line", "\n" + MARK + '{"v":1}\n', No("syntax", one)),
    ("a blank before a byte order mark", " " + MARK + '{"v":1}\n', No("syntax", one)),
    ("a byte order mark inside the object", "{" + MARK + '"v":1}\n', No("syntax", one)),
    ("a byte order mark at the end", '{"v":1}\n' + MARK, one, No("syntax")),
    ("a bad line after a byte order mark", MARK + '{"v":"x"}\n{"v":2}\n', No("type"), two),
    ("NUL at the end of a line", '{"v":1}\0\n', No("syntax", one)),
    ("NUL before a line", '\0{"v":1}\n', No("syntax", one)),
    ("NUL for a line", '{"v":1}\n\0\n{"v":2}\n', one, No("syntax"), two),
    ("NUL between tokens", '{"v":\0001}\n', No("syntax", one)),
    ("NULs to the end", '{"v":1}\n' + "\0" * 8, one, No("syntax")),
    ("Ctrl-Z at the end", '{"v":1}\n\x1a', one, No("syntax")),
    ("a record separator before each line", '\x1e{"v":1}\n\x1e{"v":2}\n', No("syntax", one), No("syntax", two)),
    ("a good row after a bad one", '{"v":1}\n{"v":"x"}\n{"v":3}\n', one, No("type"), three),
    ("nothing but bad rows", '{"v":"x"}\n{"v":"y"}\n', No("type"), No("type")),
    ("a bad row last", '{"v":1}\n{"v":1.5}\n', one, No("precision")),
    ("a bad row last, without a line end", '{"v":1}\n{"v":1.5}', one, No("precision")),
    ("bad rows of six kinds", '{"v":x}\n[1]\n{"v":"1"}\n{"v":0.1}\n{"v":9e9}\n{"v":1,"v":1}\n',
     No("syntax"), No("not_an_object"), No("type", one), No("precision"), No("range"), No("duplicate_key", one)),
]:  # fmt: skip
    FRAMING.lines(name, V, data, *wanted)

S = [{"name": "v", "type": "int32"}, {"name": "s", "type": "string"}]
LINE = '{"v":12,"s":"a\\u0041b","x":[true,null,-1.5e3]}'
for cut in range(1, len(LINE)):
    kept = LINE[:cut]
    # A reader that cannot see that a number was cut takes it for a shorter one, but no object ends here.
    FRAMING.lines(
        f"cut after {cut} bytes", S, '{"v":1,"s":"x"}\n' + kept, {"v": 1, "s": "x"}, No("truncated")
    )
FRAMING.lines(
    "cut before the line end alone", S, '{"v":1,"s":"x"}\n' + LINE, {"v": 1, "s": "x"}, {"v": 12, "s": "aAb"}
)
FRAMING.lines(
    "cut, with a line end behind", S, '{"v":1,"s":"x"}\n{"v":12,"s":"a\n', {"v": 1, "s": "x"}, No("syntax")
)
FRAMING.lines(
    "cut in the middle, and going on", S, '{"v":1,"s":"\n{"v":2,"s":"y"}\n', No("syntax"), {"v": 2, "s": "y"}
)

for name, line, *others in [
    ("a list", "[]", "not_an_object"),
    ("a list of an object", '[{"v":1}]', "not_an_object", one),
    ("a list of two objects", '[{"v":1},{"v":2}]', "not_an_object", [one, two]),
    ("a number", "17", "not_an_object"),
    ("a negative number", "-0.5e3", "not_an_object"),
    ("a text", '"v"', "not_an_object"),
    ("a text of an object", '"{\\"v\\":1}"', "not_an_object"),
    ("null", "null", "not_an_object", {"v": None}),
    ("true", "true", "not_an_object"),
    ("false, blanks around", " false ", "not_an_object"),
    ("two objects", '{"v":1}{"v":2}', "syntax", [one, two]),
    ("two objects, a blank between", '{"v":1} {"v":2}', "syntax", [one, two]),
    ("two objects, a comma between", '{"v":1},{"v":2}', "syntax", [one, two]),
    ("a comma behind", '{"v":1},', "syntax", one),
    ("a semicolon behind", '{"v":1};', "syntax", one),
    ("a comma before", ',{"v":1}', "syntax", one),
    ("letters behind", '{"v":1} x', "syntax", one),
    ("a closing brace too many", '{"v":1}}', "syntax", one),
    ("a closing bracket too many", '{"v":1}]', "syntax", one),
    ("an opening brace too many", '{{"v":1}', "syntax"),
    ("a closing brace alone", "}", "syntax"),
    ("a closing bracket alone", "]", "syntax"),
    ("an opening brace alone", "{", "syntax"),
    ("an opening bracket alone", "[", "syntax"),
    ("a number behind", '{"v":1}2', "syntax", one),
    ("an object, then null", '{"v":1}null', "syntax", [one, {"v": None}]),
    ("two numbers", "1 2", "syntax"),
    ("words", "no JSON at all", "syntax"),
    ("a comment line", "// a comment", "syntax"),
    ("a comment line of a shell", "# a comment", "syntax"),
    ("a comment behind", '{"v":1} // one', "syntax", one),
    ("a comment of C behind", '{"v":1}/**/', "syntax", one),
    ("a comment inside", '{/* one */"v":1}', "syntax", one),
    ("a comment after a colon", '{"v":/**/1}', "syntax", one),
    ("a callback", 'f({"v":1})', "syntax"),
    ("parentheses", '({"v":1})', "syntax", one),
    ("a line of CSV", "v,1", "syntax"),
    ("XML", "<v>1</v>", "syntax"),
    ("the wrong bracket", '{"v":1]', "syntax"),
    ("an escaped quote for a quote", '{\\"v\\":1}', "syntax"),
    ("a value NaN", '{"v":NaN}', "syntax", {"v": None}),
    ("a value undefined", '{"v":undefined}', "syntax", {"v": None}),
    ("a value with no text", '{"v":}', "syntax", {"v": None}),
]:
    code, *milder = others
    ROWS.lines(name, V, f'{line}\n{{"v":3}}\n', No(code, *milder), three)


def nested(levels, opening, closing):
    return opening * levels + closing * levels


J = [{"name": "v", "type": "json"}]
for name, fields, data, *wanted in [
    ("256 levels in an unread value", V, '{"v":1,"x":' + nested(255, "[", "]") + "}\n", one),
    ("257 levels in an unread value", V, '{"v":1,"x":' + nested(256, "[", "]") + "}\n", No("depth", one)),
    ("256 levels of objects", V, '{"v":1,"x":' + '{"a":' * 255 + "1" + "}" * 255 + "}\n", one),
    ("257 levels of objects", V, '{"v":1,"x":' + '{"a":' * 256 + "1" + "}" * 256 + "}\n", No("depth", one)),
    ("256 levels in a json column", J, '{"v":' + nested(255, "[", "]") + "}\n", {"v": nested(255, "[", "]")}),
    (
        "257 levels in a json column",
        J,
        '{"v":' + nested(256, "[", "]") + "}\n",
        No("depth", {"v": nested(256, "[", "]")}),
    ),
    ("20,000 levels", V, '{"v":1,"x":' + nested(20_000, "[", "]") + "}\n", No("depth", one)),
    ("20,000 levels that never close", V, '{"v":1}\n{"v":2,"x":' + "[" * 20_000 + "\n", one, No("depth")),
    ("20,000 levels of lists for a row", V, nested(20_000, "[", "]") + '\n{"v":2}\n', No("depth"), two),
    ("a text of 5,000 bytes, unread", V, '{"x":"' + "y" * 5_000 + '","v":1}\n', one),
    ("a number of 1,000 digits, unread", V, '{"x":' + "1" * 1_000 + ',"v":1}\n', one),
    ("a thousand blanks", V, '{"v":' + " " * 1_000 + "1}\n", one),
    ("300 unread keys", V, "{" + "".join(f'"k{n}":{n},' for n in range(300)) + '"v":1}\n', one),
]:
    ROWS.lines(name, fields, data, *wanted)
