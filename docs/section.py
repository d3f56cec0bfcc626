"""Sections of docs/compare.md that programs write, each between comments that name it."""

import pathlib
import re

DOCUMENT = pathlib.Path(__file__).with_name("compare.md")


def write(name, text):
    """Puts `text` in the place of what the section holds."""
    section = re.compile(f"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    document, times = section.subn(lambda marks: f"{marks[1]}\n{text.strip()}\n\n{marks[2]}", DOCUMENT.read_text())
    if times != 1:
        raise SystemExit(f"{DOCUMENT.name} has no section {name}")
    DOCUMENT.write_text(document)
