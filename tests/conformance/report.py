"""docs/conformance.md out of the verdicts."""

import collections
import datetime
import importlib
import platform

import verdict

HEAD = """\
# The same cases through other engines

Written by `tests/conformance/engines.py` on {date}, Python {python}, {machine}. The {count} cases are those that
rowmill's own tests read ([what they are](../tests/conformance/README.md)). Again:

```sh
cargo build --release -p rowmill-cli
python3 -m venv .venv && .venv/bin/pip install -r tests/conformance/requirements.txt
.venv/bin/python tests/conformance/engines.py target/release/rowmill
```

Each engine gets the layout of a case as its declared schema, as far as it can express it, in the strictest mode
that its documentation has:

{modes}

What an answer amounts to:

* **exact**: the same rows and values, in whatever type and spelling, or an error where there is a bad row. That
  the error ends the whole file is no fault here.
* **milder**: rows out of what rowmill refuses, and a reading that changes nothing of what the text says: the text
  `5` as the number, a UUID in braces, an instant without a zone as UTC, one of two values of a key that stands
  twice, a comma too many. Where that is right is a choice, and rowmill's is the stricter one. The cases say which
  readings these are.
* **refuses**: an error where nothing is wrong. A nuisance, but nobody is misled.
* **undeclared**: the engine has no such type, or cannot be told what the layout says.
* **silent**: other values, rows lost or doubled, or rows out of what is none, and no word about it.
* **crash**: the process died, hung or panicked.

The rules are rowmill's, so it cannot but be exact: its row shows that the table was made with a build that
passes its tests. Some are choices: that `1.0` is a whole number, that all digits of an instant must fit,
that half of a surrogate pair and more than 256 levels are refused. An engine that refuses what these rules take
is in `refuses`, one that takes what they refuse is in `milder`.

Values below are those that came out: dates in days and instants in the unit of their column since 1970, `bytes FF` a
text that is no UTF-8, ↵ the end of a line or of a row.
"""


def totals(verdicts):
    counts = collections.Counter(word for word, _ in verdicts)
    return ", ".join(f"{counts[word]} {word}" for word in verdict.WORDS if counts[word])


def module(name):
    return importlib.import_module(f"engine.with_{name}")


def names(results):
    return {name: f"{module(name).NAME} {results[name][0]}" for name in results}


def document(cases, results):
    heads = names(results)
    modes = "\n".join(f"* **{heads[name]}**: {module(name).MODE}." for name in results)
    parts = [
        HEAD.format(
            date=datetime.date.today().isoformat(),
            python=platform.python_version(),
            machine=f"{platform.system()} {platform.machine()}",
            count=f"{len(cases):,}",
            modes=modes,
        ),
        "## All cases\n",
        all_cases(results),
        by_topic(cases, results, heads),
    ]
    others = [name for name in results if name != "rowmill"]
    parts += [silent(cases, results[name][1], heads[name]) for name in others]
    return "\n".join(parts)


def all_cases(results):
    heads = names(results)
    lines = [
        "| | " + " | ".join(verdict.WORDS) + " |",
        "|---|" + "--:|" * len(verdict.WORDS),
    ]
    for name, (_, verdicts) in results.items():
        counts = collections.Counter(word for word, _ in verdicts)
        lines.append(f"| {heads[name]} | " + " | ".join(str(counts[word]) for word in verdict.WORDS) + " |")
    return "\n".join(lines) + "\n"


def by_topic(cases, results, heads):
    lines = [
        "## By topic\n",
        "Of the cases that an engine can be given: exact ones and milder ones together / all; then how many are",
        "silent or crash.\n",
        "| topic | cases | " + " | ".join(heads.values()) + " |",
        "|---|--:|" + "---|" * len(results),
    ]
    topics = collections.Counter(case.topic for case in cases)
    for topic, count in topics.items():
        cells = []
        for _, verdicts in results.values():
            counts = collections.Counter(
                word for case, (word, _) in zip(cases, verdicts) if case.topic == topic
            )
            cells.append(cell(counts, count))
        lines.append(f"| {topic} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(counts, count):
    given = count - counts["undeclared"]
    if not given:
        return "–"
    words = [f"{counts['exact'] + counts['milder']}/{given}"]
    words += [f"**{counts['silent']} silent**"] if counts["silent"] else []
    crashes = "crash" if counts["crash"] == 1 else "crashes"
    words += [f"**{counts['crash']} {crashes}**"] if counts["crash"] else []
    return ", ".join(words)


def silent(cases, verdicts, head):
    """Silent cases and crashes by what must come out, with the shortest input of each."""
    classes = collections.defaultdict(list)
    for case, (word, shown) in zip(cases, verdicts):
        if word in ("silent", "crash"):
            classes[case.topic, must(case), word].append((case, shown))
    lines = [f"## {head}: silent\n"]
    if not classes:
        return "\n".join([*lines, "Nothing.\n"])
    lines += ["| topic | must | cases | one of them | comes out |", "|---|---|--:|---|---|"]
    for (topic, wanted, word), found in classes.items():
        case, shown = min(found, key=lambda one: len(one[0].input))
        types = ", ".join(str(field.get("type", "list")) for field in case.layout["fields"])
        answer = code(str(shown)) if word == "crash" else code(answer_text(shown))
        answer = f"crash: {answer}" if word == "crash" else answer
        lines.append(
            f"| {topic} | {wanted} | {len(found)} | {code(types)}: {code(bytes_text(case.input))} | {answer} |"
        )
    return "\n".join(lines) + "\n"


def must(case):
    if not case.bad:
        return "be read"
    codes = dict.fromkeys(bad[2] for bad in case.bad)
    return "be refused: " + ", ".join(codes)


def bytes_text(data):
    text = data.decode(errors="surrogateescape")
    shown = []
    for character in text.removesuffix("\n"):
        if 0xDC80 <= ord(character) <= 0xDCFF:
            shown.append(f"\\x{ord(character) - 0xDC00:02X}")
        elif character == "\n":
            shown.append("↵")
        elif character.isprintable():
            shown.append(character)
        else:
            shown += [f"\\x{byte:02X}" for byte in character.encode()]
    return "".join(shown)


def answer_text(rows):
    if not rows:
        return "no row"
    shown = " ↵ ".join(
        ", ".join(f"{name}={value_text(value)}" for name, value in row.items()) for row in rows
    )
    return shown


def value_text(value):
    if value is None:
        return "null"
    return bytes_text(repr(value).encode(errors="surrogateescape"))


def code(text):
    """Text as code in a cell of a table."""
    if len(text) > 90:
        text = text[:60] + " … " + text[-20:]
    text = text.replace("|", "\\|").replace("\n", " ")
    mark = "``" if "`" in text else "`"
    space = " " if text.startswith("`") or text.endswith("`") or not text else ""
    return f"{mark}{space}{text}{space}{mark}"
