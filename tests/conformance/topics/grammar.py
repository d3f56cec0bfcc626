"""The grammar of RFC 8259 by classes, each text in three places: in a column that reads it, in a json
column, and under a key that nobody reads. What is refused is refused in all of them."""

import json

from topics import No, Topic

READ = Topic("grammar-read", "Grammar, in a column that reads the value.")
KEPT = Topic("grammar-json", "Grammar, in a json column that keeps the text.")
UNREAD = Topic("grammar-unread", "Grammar, under a key that no column reads.")
TOPICS = [READ, KEPT, UNREAD]

# Texts with what a column of this type reads in them. `...` is a text that is no JSON; behind it stands what
# a milder reader takes it for, if it can mean one thing only.
NUMBERS = [
    ("0", "0.0"),
    ("-0", "-0.0"),
    ("10", "10.0"),
    ("1.0", "1.0"),
    ("0.5", "0.5"),
    ("-0.5", "-0.5"),
    ("1e1", "10.0"),
    ("1E1", "10.0"),
    ("1e+1", "10.0"),
    ("1e-1", "0.1"),
    ("1e01", "10.0"),
    ("0e1", "0.0"),
    ("0.0e0", "0.0"),
    ("-1.5E-2", "-0.015"),
    ("123456789", "123456789.0"),
    ("00", ..., "0.0"),
    ("01", ..., "1.0"),
    ("-01", ..., "-1.0"),
    ("00.5", ..., "0.5"),
    ("-", ...),
    ("--1", ...),
    ("+1", ..., "1.0"),
    ("-+1", ...),
    ("- 1", ..., "-1.0"),
    ("1.", ..., "1.0"),
    ("-1.", ..., "-1.0"),
    (".5", ..., "0.5"),
    ("-.5", ..., "-0.5"),
    ("1..5", ...),
    ("1.5.5", ...),
    ("1.e1", ..., "10.0"),
    ("1e", ...),
    ("1e+", ...),
    ("1e-", ...),
    ("1ee1", ...),
    ("1e1.5", ...),
    ("1e1e1", ...),
    ("1e 1", ...),
    ("1 e1", ...),
    ("1. 5", ...),
    ("1+1", ...),
    ("1-", ...),
    ("0x1F", ..., "31.0"),
    ("0b1", ..., "1.0"),
    ("0o7", ..., "7.0"),
    ("1_000", ..., "1000.0"),
    ("1,5", ...),
    ("1a", ...),
    ("1L", ..., "1.0"),
    ("1.5f", ..., "1.5"),
    ("1%", ...),
    ("$1", ...),
    ("NaN", ..., "nan"),
    ("nan", ..., "nan"),
    ("Infinity", ..., "inf"),
    ("-Infinity", ..., "-inf"),
    ("inf", ..., "inf"),
    ("１", ...),
    ("½", ...),
    ("−1", ...),
]
STRINGS = [
    ('""', ""),
    ('"a"', "a"),
    ('"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'),
    ('"\\u0000"', "\0"),
    ('"\\ud83d\\ude00"', "\U0001f600"),
    ('"\U0001f600"', "\U0001f600"),
    ('"\x7f"', "\x7f"),
    ('"\u2028"', "\u2028"),
    ('"/*a*/"', "/*a*/"),
    ('"a', ...),
    ('a"', ...),
    ("'a'", ..., "a"),
    ("`a`", ..., "a"),
    ('"a"b', ...),
    ("\"a\"'b'", ...),
    ('"a" + "b"', ...),
    ('"a\\"', ...),
    ('"\\', ...),
    ('"\\"', ...),
    ('"\\a"', ...),
    ('"\\x00"', ..., "\0"),
    ('"\\0"', ..., "\0"),
    ('"\\u"', ...),
    ('"\\u1"', ...),
    ('"\\u123"', ...),
    ('"\\u123g"', ...),
    ('"\\u 123"', ...),
    ('"\\U00000041"', ...),
    ('"a\tb"', ..., "a\tb"),
    ('"\x00"', ..., "\0"),
    ('"\x1f"', ..., "\x1f"),
    ('"\x08"', ..., "\b"),
    ("\\u0041", ...),
    ('\\"a\\"', ...),
    ("“a”", ...),
    ("u'a'", ...),
]
LISTS = [
    ("[]", []),
    ("[ ]", []),
    ("[null]", [None]),
    ("[true,false]", [True, False]),
    ("[true , false]", [True, False]),
    ("\t[true]\t", [True]),
    ("[", ...),
    ("]", ...),
    ("[[", ...),
    ("[]]", ...),
    ("[true", ...),
    ("true]", ...),
    ("[true,", ...),
    ("[true,]", ..., [True]),
    ("[,true]", ...),
    ("[,]", ...),
    ("[true,,false]", ...),
    ("[true false]", ..., [True, False]),
    ("[true;false]", ...),
    ("[true:false]", ...),
    ("[true}", ...),
    ("(true)", ...),
    ("<true>", ...),
    ("[tru]", ...),
    ("[True]", ..., [True]),
    ("[nil]", ...),
    ("[null true]", ..., [None, True]),
    ("[truefalse]", ...),
    ("[true/**/]", ..., [True]),
    ("[true]//", ...),
    ("*", ...),
    ("", ..., None),
]
OBJECTS = [
    ("{}", {"a": None}),
    ("{ }", {"a": None}),
    ('{"a":true}', {"a": True}),
    ('{ "a" : true }', {"a": True}),
    ('{"a":true,"b":[{}]}', {"a": True}),
    ('{"":0}', {"a": None}),
    ("{", ...),
    ("}", ...),
    ("{}}", ...),
    ("{{}}", ...),
    ('{"a"', ...),
    ('{"a":', ...),
    ('{"a":true', ...),
    ('{"a":true,', ...),
    ('{"a"}', ...),
    ('{"a":}', ...),
    ("{:true}", ...),
    ('{"a":true,}', ..., {"a": True}),
    ('{,"a":true}', ..., {"a": True}),
    ('{"a":true,,"b":true}', ..., {"a": True}),
    ('{"a":true "b":true}', ..., {"a": True}),
    ('{"a":true;"b":true}', ..., {"a": True}),
    ('{"a"=true}', ..., {"a": True}),
    ('{"a"=>true}', ..., {"a": True}),
    ('{"a",true}', ...),
    ('{"a"::true}', ...),
    ('{"a" "b":true}', ...),
    ("{a:true}", ..., {"a": True}),
    ("{'a':true}", ..., {"a": True}),
    ("{true:true}", ..., {"a": None}),
    ("{1:true}", ..., {"a": None}),
    ("{null:true}", ..., {"a": None}),
    ("{[]:true}", ...),
    ('{"a":true]', ...),
    ('["a":true]', ...),
    ('{"a":true,"b"}', ...),
    ('{"a":true/**/}', ..., {"a": True}),
    ('{"a\\":true}', ...),
    ('{"a":tru}', ...),
]
CLASSES = [
    ("numbers", "float64", NUMBERS),
    ("strings", "string", STRINGS),
    ("lists", "list<bool>", LISTS),
    ("objects", "struct<a: bool>", OBJECTS),
]


def shown(text):
    if not text:
        return "no text"
    return "".join(c if c.isprintable() else f"<{ord(c):02X}>" for c in text).strip()


def reading(text, kind):
    """The type that reads what a text begins with, so that nothing but its grammar is wrong."""
    if text.startswith('["'):
        return "list<string>"
    begins = {'"': "string", "[": "list<bool>", "{": "struct<a: bool>", "t": "bool"}
    return begins.get(text[:1], "float64" if text[:1] in tuple("-0123456789") else kind)


for name, kind, cases in CLASSES:
    for text, value, *milder in cases:
        label = f"{name}: {shown(text)}"
        types = reading(text, kind), "json", "int32"
        if value is not ...:
            wanted = {"v": value}, {"v": text.strip()}, {"v": 1}
        else:
            kept = [text, json.dumps(milder[0], separators=(",", ":"))] if milder else []
            others = (
                [{"v": other} for other in milder],
                [{"v": other} for other in kept],
                [{"v": 1}] * len(milder),
            )
            wanted = (No("syntax", *rows) for rows in others)
        lines = f'{{"v":{text}}}\n', f'{{"v":{text}}}\n', f'{{"x":{text},"v":1}}\n'
        for topic, kind_here, line, one in zip(TOPICS, types, lines, wanted):
            topic.lines(label, [{"name": "v", "type": kind_here}], line, one)
