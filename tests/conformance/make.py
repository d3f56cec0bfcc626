"""Writes the case files out of `topics/`: the same bytes every time.

    python3 tests/conformance/make.py            writes cases/*.cases
    python3 tests/conformance/make.py --check    changes nothing, and fails if a file is not as it would be

What must come out is said twice: by hand in `topics/`, as values or the code of the refusal, and by
`reader.py`, which adds the place. Where the two differ nothing is written.
"""

import sys

import casefile
from topics import grammar, layouts, lines, numbers, rests, shapes, strings, times

HEAD = """# {about}
# Written by make.py; the form is in README.md.
"""


def main():
    stale, pairs = [], set()
    for module in (numbers, strings, times, shapes, lines, layouts, rests, grammar):
        for topic in module.TOPICS:
            # Two topics may have a case in common, one topic may not have it twice.
            here = [(case.input, str(case.layout)) for case in topic.cases]
            if len(set(here)) < len(here):
                twice = [case.name for case, pair in zip(topic.cases, here) if here.count(pair) > 1]
                raise SystemExit(f"{topic.name}: one input and layout in {twice}")
            pairs.update(here)
            names = [case.name for case in topic.cases]
            if len(set(names)) < len(names):
                twice = {name for name in names if names.count(name) > 1}
                raise SystemExit(f"{topic.name}: cases of one name: {twice}")
            text = HEAD.format(about=topic.about) + "".join(
                "\n" + casefile.print_case(case) for case in topic.cases
            )
            path = casefile.CASES / f"{topic.name}.cases"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
                if "--check" not in sys.argv:
                    path.write_text(text, encoding="utf-8")
            print(f"{topic.name:20} {len(topic.cases):4}")
    print(f"{'':20} {len(pairs):4} pairs of input and layout")
    if "--check" in sys.argv and stale:
        raise SystemExit(f"not as make.py writes them: {', '.join(stale)}")


if __name__ == "__main__":
    main()
