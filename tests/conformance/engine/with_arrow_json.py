"""arrow-json, in a program of the benches."""

import pathlib
import subprocess
import tomllib

from engine import Unsupported, known, types_alone

NAME = "arrow-json"
MODE = (
    "`ReaderBuilder` with the schema, fields that are not nullable where the layout says so; UUIDs, JSON text and "
    "durations as text cannot be declared"
)
ROOT = pathlib.Path(__file__).parents[3]
PROGRAM = None


def VERSION():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    versions = [package["version"] for package in lock["package"] if package["name"] == "arrow-json"]
    return versions[0]


def read(columns, layout, path):
    import pyarrow

    types_alone(columns)
    known(layout, "ignore", "error")
    schema, output = path + ".schema", path + ".arrow"
    found = subprocess.run([PROGRAM, schema, path, output], capture_output=True, text=True, timeout=20)
    if found.returncode == 3:
        raise Unsupported("a column")
    if found.returncode == 1:
        raise ValueError(found.stderr)
    if found.returncode != 0:
        raise SystemError(f"ended with {found.returncode}: {found.stderr[-300:]}")
    with pyarrow.OSFile(output) as file:
        return pyarrow.ipc.open_stream(file).read_all()
