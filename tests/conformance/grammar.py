"""The grammar of RFC 8259 over the bytes of one line, with the place of everything that breaks it."""

import re

MOST_DEPTH = 256
BLANK = b" \t\r"
CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}
ESCAPES = dict(zip(b'"\\/bfnrt', '"\\/\b\f\n\r\t'))


class Fault(Exception):
    """What is wrong at a byte of the line. The innermost column around it gives the path."""

    def __init__(self, code, at, column=None):
        self.code, self.at, self.column = code, at, column


class Line:
    """The bytes of one line, and the steps over them. Each gives where it ends."""

    def __init__(self, text, nulls=False, unknown="ignore"):
        self.text = text
        # Whether a cell that does not fit becomes null, and what becomes of a key that nobody reads.
        self.nulls, self.unknown = nulls, unknown
        # How many of the objects around keep what nothing reads.
        self.kept = 0
        # Where the values begin that became null.
        self.nulled = set()

    def byte(self, at):
        return self.text[at] if at < len(self.text) else None

    def blanks(self, at):
        while at < len(self.text) and self.text[at] in BLANK:
            at += 1
        return at

    def expect(self, at, byte):
        at = self.blanks(at)
        if self.byte(at) != ord(byte):
            raise Fault("syntax", at)
        return self.blanks(at + 1)

    def digits(self, at):
        end = at
        while self.byte(end) in range(ord("0"), ord("9") + 1):
            end += 1
        if end == at:
            raise Fault("syntax", at)
        return end

    def number(self, at):
        start = at + (self.byte(at) == ord("-"))
        at = self.digits(start)
        if self.byte(start) == ord("0") and at > start + 1:
            raise Fault("syntax", start + 1)
        if self.byte(at) == ord("."):
            at = self.digits(at + 1)
        if self.byte(at) in (ord("e"), ord("E")):
            at += 1
            at = self.digits(at + (self.byte(at) in (ord("+"), ord("-"))))
        return at

    def unit(self, at):
        """The code unit of the escape whose `u` is at `at`."""
        digits = self.text[at + 1 : at + 5]
        if not re.fullmatch(rb"[0-9A-Fa-f]{4}", digits):
            return None
        return int(digits, 16)

    def string(self, at):
        """The text of a string, and where it ends."""
        out, at = [], at + 1
        end = self.closing_quote(at)
        while at < end:
            byte = self.text[at]
            if byte != ord("\\"):
                length = character_length(self.text, at)
                out.append(self.text[at : at + length].decode())
                at += length
                continue
            letter = self.text[at + 1]
            if letter != ord("u"):
                if letter not in ESCAPES:
                    raise Fault("syntax", at)
                out.append(ESCAPES[letter])
                at += 2
                continue
            unit = self.unit(at + 1)
            if unit is None:
                raise Fault("syntax", at)
            if 0xD800 <= unit < 0xDC00 and self.text[at + 6 : at + 8] == b"\\u":
                low = self.unit(at + 7)
                if low is not None and 0xDC00 <= low < 0xE000:
                    out.append(chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)))
                    at += 12
                    continue
            if 0xD800 <= unit < 0xE000:
                raise Fault("surrogate", at)
            out.append(chr(unit))
            at += 6
        return "".join(out), end + 1

    def closing_quote(self, at):
        while (byte := self.byte(at)) != ord('"'):
            if byte is None or byte < 0x20:
                raise Fault("syntax", at)
            at += 1
            if byte == ord("\\"):
                escaped = self.byte(at)
                if escaped is None or escaped < 0x20:
                    raise Fault("syntax", at)
                at += 1
        return at

    def word(self, at, word):
        for offset, letter in enumerate(word):
            if self.byte(at + offset) != letter:
                raise Fault("syntax", at + offset)
        return at + len(word)

    def any(self, at, depth):
        """Any value: what JSON type it is and where it ends."""
        byte = self.byte(at)
        if byte == ord('"'):
            return "string", self.string(at)[1]
        if byte is not None and byte in b"-0123456789":
            return "number", self.number(at)
        if byte in (ord("t"), ord("f")):
            return "boolean", self.word(at, b"true" if byte == ord("t") else b"false")
        if byte == ord("n"):
            return "null", self.word(at, b"null")
        if byte not in CLOSING:
            raise Fault("syntax", at)
        if byte == ord("["):
            return "array", self.items(at, depth, lambda at: self.any(at, depth + 1)[1])
        return "object", self.members(at, depth, lambda key, start, at: self.any(at, depth + 1)[1])

    def items(self, at, depth, item):
        """An array or the inside of an object: `item` reads what stands between commas."""
        if depth >= MOST_DEPTH:
            raise Fault("depth", at)
        close = CLOSING[self.byte(at)]
        at = self.blanks(at + 1)
        if self.byte(at) == close:
            return at + 1
        while True:
            at = self.blanks(item(at))
            if self.byte(at) == close:
                return at + 1
            at = self.expect(at, ",")

    def members(self, at, depth, member):
        def pair(start):
            if self.byte(start) != ord('"'):
                raise Fault("syntax", start)
            key, end = self.string(start)
            return member(key, start, self.expect(end, ":"))

        return self.items(at, depth, pair)


def character_length(text, at):
    """Bytes of the UTF-8 sequence at `at`, by table 3-7 of the Unicode standard."""
    first = text[at]
    second = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F), 0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}
    if first < 0x80:
        return 1
    length = 2 if 0xC2 <= first <= 0xDF else 3 if 0xE0 <= first <= 0xEF else 4
    if not 0xC2 <= first <= 0xF4:
        raise Fault("utf8", at)
    for offset in range(1, length):
        low, high = second.get(first, (0x80, 0xBF)) if offset == 1 else (0x80, 0xBF)
        if at + offset >= len(text) or not low <= text[at + offset] <= high:
            raise Fault("utf8", at)
    return length
