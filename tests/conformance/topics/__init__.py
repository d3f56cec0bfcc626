"""The cases by topic, and what they are written with."""

import casefile
import reader


class No:
    """A refusal with this code. `others` are rows that a milder reader may make of the line without
    changing what it says: a choice, not an error."""

    def __init__(self, code, *others):
        self.code, self.others = code, others


def field(kind, **more):
    return {"name": "v", "type": kind, **more}


class Topic:
    def __init__(self, name, about):
        self.name, self.about, self.cases = name, about, []

    def values(self, kind, *cases, **more):
        """Single values in a column `v`: the text of the value, what the column holds then or `No`, and
        a name unless the text is one. A refusal's others are values, too."""
        shown = kind if isinstance(kind, str) else kind.pop("shown")
        one = field(kind, **more) if isinstance(kind, str) else {"name": "v", **kind, **more}
        shown += "".join(f", {word}" for word in more.get("allow", []))
        shown += ", required" if more.get("nullable") is False else ""
        for text, wanted, *name in cases:
            if isinstance(wanted, No):
                wanted = No(wanted.code, *({"v": other} for other in wanted.others))
            else:
                wanted = {"v": wanted}
            text = text if isinstance(text, bytes) else text.encode()
            name = name[0] if name else text.decode()
            self.lines(f"{shown}: {name}", [one], b'{"v":' + text + b"}\n", wanted)

    def lines(self, name, fields, data, *wanted, unknown=None):
        """A whole input, and for each of its lines that is not blank a row or `No`."""
        layout = {"fields": fields} | ({"unknown": unknown} if unknown else {})
        case = casefile.Case(self.name, name, layout)
        data = data if isinstance(data, bytes) else data.encode()
        case.pieces = self.pieces_of(data)
        found = reader.read(layout, data)
        seen = [one[1] if one[0] == "row" else one[3] for one in found]
        told = [one.code if isinstance(one, No) else one for one in wanted]
        if seen != told or not name.isprintable():
            raise SystemExit(f"{self.name}, {name}: {told} wanted, but the reader reads {found}")
        for one, wish in zip(found, wanted):
            others = wish.others if isinstance(wish, No) else ()
            case.outcomes[casefile.QUARANTINE] += [one, *(("or", other) for other in others)]
        nulls = reader.read(layout, data, nulls=True)
        if nulls != found:
            case.outcomes["null"] = nulls
        self.cases.append(case)

    pieces_of = staticmethod(casefile.pieces)
